import { later } from '../../num/later.js'
import { flagWord } from '../../num/listed.js'
import { type Cells, type Codes, codesOf } from '../../table/codes.js'
import { isCategorical, isNumeric, type Table } from '../../table/table.js'
import { isBelievedAtLog, logFactorials } from '../rules/chance.js'

/** A column that counts the rows of each value of another from a number on. */
interface CountedRows {
  readonly counter: string
  readonly key: string
  readonly base: number
}

/** What a person should know of a table with counted rows: drawn each by itself, rows have no order to be counted in. */
export function countedRowNotes(table: Table): string[] {
  const found = countedRows(table)
  if (!found) return []
  const { counter, key, base } = found
  return [
    `${counter} counts the rows of each ${key} from ${base}: but rows are drawn one by one, so new rows of one ${key} are not counted this way; --group ${flagWord(key)} draws whole groups`
  ]
}

/**
 * The column that counts the rows of each value of another, as lines of orders, if there is one. Beyond chance: of the orders in which the
 * numbers can stand, those that count the rows of every value. Cost O(rows) for each pair of columns of which as many rows are the first as there are values.
 */
export function countedRows({ columns, rowCount }: Table): CountedRows | undefined {
  const names = columns.filter((column): column is Cells => isCategorical(column) || column.kind === 'integer')
  const coded = new Map<Cells, Codes>()
  const codesFor = (column: Cells): Codes => {
    const own = coded.get(column) ?? codesOf(column)
    coded.set(column, own)
    return own
  }
  const factorials = later(() => logFactorials(rowCount))
  for (const counter of names) {
    const numbers = wholeNumbers(counter)
    const base = numbers?.reduce((least, number) => Math.min(least, number), 1)
    if (!numbers || base === undefined || base < 0 || isMissingIn(counter)) continue
    const firsts = numbers.filter((number) => number === base).length
    const ways = later(() => sumOver(sizesOf(codesFor(counter)), factorials()))
    for (const key of names) {
      if (key === counter || isMissingIn(key)) continue
      const codes = codesFor(key)
      if (codes.count !== firsts || !countsEach(numbers, codes, base)) continue
      const logChance = sumOver(sizesOf(codes), factorials()) + ways() - factorials()[rowCount]!
      if (!isBelievedAtLog(logChance, names.length ** 2)) continue
      return { counter: counter.name, key: key.name, base }
    }
  }
  return undefined
}

function wholeNumbers(column: Cells): Float64Array | undefined {
  if (isNumeric(column)) return column.values
  const levels = column.levels.map((level) => (/^\d{1,9}$/.test(level) ? Number(level) : Number.NaN))
  return levels.some(Number.isNaN) ? undefined : Float64Array.from(column.codes, (code) => levels[code]!)
}

const isMissingIn = (column: Cells): boolean => (isNumeric(column) ? column.missing?.includes(1) : column.codes.includes(-1)) === true

function sizesOf({ codes, count }: Codes): Int32Array {
  const sizes = new Int32Array(count)
  for (const code of codes) sizes[code]!++
  return sizes
}

const sumOver = (sizes: Int32Array, factorials: Float64Array): number => sizes.reduce((sum, size) => sum + factorials[size]!, 0)

/** Whether the numbers of each value are base, base + 1, … in some order. */
function countsEach(numbers: Float64Array, codes: Codes, base: number): boolean {
  const sizes = sizesOf(codes)
  const starts = new Int32Array(codes.count)
  for (let k = 1; k < codes.count; k++) starts[k] = starts[k - 1]! + sizes[k - 1]!
  const seen = new Uint8Array(numbers.length)
  return numbers.every((number, i) => {
    const code = codes.codes[i]!
    const place = number - base
    if (place >= sizes[code]! || seen[starts[code]! + place] === 1) return false
    seen[starts[code]! + place] = 1
    return true
  })
}
