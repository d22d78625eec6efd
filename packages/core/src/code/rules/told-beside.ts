import { log } from '../../num/elementary.js'
import { sorted } from '../../num/statistics.js'
import { type Cells, type Codes, fewCodesOf, jointCodes } from '../../table/codes.js'
import { type CategoricalColumn, isCategorical, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { isBelievedAtLog } from './chance.js'
import { derives, inputsOfKept, type KeptRule, type KeptRules } from './kept-rules.js'
import { columnIn, type WrittenTable } from './rows-of-rule.js'
import { isNumber } from './thresholds.js'

/** Rows on either side of where a computed category changes along its number: over so few what only goes along with the number hardly does. */
const SIDE = 16
/** Levels that a computed category has at most: of more each row would have to be drawn too often. */
const MOST_LEVELS = 12
/** Values of a number that are looked at by themselves, and parts of one that has more. */
const [MOST_VALUES, PARTS] = [24, 8]

/**
 * Categories that a rule computes of a number or a date and that tell other drawn columns more than the number does by its nearness: prices by the season
 * of a date, sales by its weekday. `whole`: the table with what the rules derive. Rows are put in the order of the number and compared with those beside them, so that what
 * only goes along with the number counts for nothing. Cost O(rows · drawn columns) for each such category.
 */
export function toldBeside(
  { rules }: KeptRules,
  drawn: Table,
  whole: WrittenTable
): { readonly column: string; readonly told: readonly string[] }[] {
  const computed = rules.filter((rule) => isComputedCategory(rule, whole))
  if (computed.length === 0) return []
  const parts = drawn.columns.flatMap((column): Part[] =>
    column.kind === 'identifier'
      ? []
      : [{ name: column.name, isCategory: isCategorical(column), ...partsOf(column as Cells)(column as Cells) }]
  )
  return computed.flatMap((rule) => {
    const column = columnIn(whole, rule.column) as CategoricalColumn
    const own = needsOf(rule, rules)
    const rows = rowsAlong(rule, whole)
    const among = parts.filter(({ name, count }) => count > 1 && !own.has(name))
    // Each by itself, and with one other.
    const candidates = 2 * computed.length * parts.length * column.levels.length
    const changes = windowsOf(rows, column.codes)
    const tells = (told: Codes) =>
      column.levels.some((_, level) => {
        const isSet = (place: number) => column.codes[rows[place]!] === level
        const chance = (shift: number) =>
          logChanceBeside(changes, isSet, (place) => told.codes[rows[(place + shift) % rows.length]!]!, told.count)
        const own = chance(0)
        // What goes along with the number so closely that it changes as much next to where the category does says nothing of that.
        return isBelievedAtLog(own, candidates) && isBelievedAtLog(own - chance(2 * SIDE), candidates)
      })
    const told = among.filter((one) => tells(one) || tells(withCompanion(one, among))).map(({ name }) => name)
    return told.length > 0 ? [{ column: rule.column, told }] : []
  })
}

/** Levels of a category that a column is looked at together with, at most: of more each has few rows beside a change. */
const MOST_TOGETHER = 6

/** A column together with the category that says most of it: a price of a suite in winter may be that of a room in summer. Cost O(rows) for each category. */
function withCompanion(one: Part, among: readonly Part[]): Codes {
  const others = among.flatMap((other) => {
    if (other === one || !other.isCategory || other.count > MOST_TOGETHER + 1) return []
    return [{ other, weight: associationOf(one, other) }]
  })
  const best = others.reduce<(typeof others)[number] | undefined>(
    (most, own) => (most && most.weight >= own.weight ? most : own),
    undefined
  )
  return best ? jointCodes(one, best.other) : one
}

interface Part extends Codes {
  readonly name: string
  readonly isCategory: boolean
}

/** Whether a rule computes a category of a few levels, without exceptions, of numbers or dates by which it is cut. */
function isComputedCategory(rule: KeptRule, data: WrittenTable): rule is Extract<KeptRule, { kind: 'lookup' | 'step' }> {
  if (rule.kind !== 'lookup' && rule.kind !== 'step') return false
  if (rule.there || (rule.kind === 'lookup' && (rule.exceptions || rule.flags))) return false
  const column = columnIn(data, rule.column)
  return isCategorical(column) && column.levels.length > 1 && column.levels.length <= MOST_LEVELS && numbersOf(rule, data).length > 0
}

const numbersOf = (rule: KeptRule, data: WrittenTable): NumericColumn[] =>
  inputsOfKept(rule).flatMap((name) => {
    const column = columnIn(data, name)
    return isNumeric(column) ? [column] : []
  })

/** All columns that a rule's column goes back to. */
export function needsOf(rule: KeptRule, rules: readonly KeptRule[]): ReadonlySet<string> {
  const names = new Set(inputsOfKept(rule))
  for (const name of names)
    for (const one of rules) if (derives(one) && one.column === name) for (const input of inputsOfKept(one)) names.add(input)
  return names
}

/** Rows in the order of the number that a rule cuts, of each combination of its other columns by themselves. */
function rowsAlong(rule: Extract<KeptRule, { kind: 'lookup' | 'step' }>, data: WrittenTable): Uint32Array {
  const numbers = numbersOf(rule, data)
  const { values, missing } = numbers[0]!
  const [cut] = rule.kind === 'step' ? rule.cuts : []
  const other = cut === undefined || isNumber(cut) ? undefined : numbers[1]
  const at = (i: number) => values[i]! - (other ? other.values[i]! : 0)
  const beside = inputsOfKept(rule).filter((name) => name !== numbers[0]!.name && name !== other?.name)
  const groups = beside
    .map((name) => columnIn(data, name) as Cells)
    .map((column) => partsOf(column)(column))
    .reduce<Codes | undefined>((a, b) => (a ? jointCodes(a, b) : b), undefined)
  const rows = Uint32Array.from({ length: data.table.rowCount }, (_, i) => i).filter((i) => !missing?.[i] && !other?.missing?.[i])
  return rows.sort((a, b) => (groups ? groups.codes[a]! - groups.codes[b]! : 0) || at(a) - at(b) || a - b)
}

/** Places from and to, about where codes change along some rows; none is in two. */
function windowsOf(rows: Uint32Array, codes: Int32Array): (readonly [number, number])[] {
  const windows: (readonly [number, number])[] = []
  let end = 0
  for (let k = 1; k < rows.length; k++) {
    if (k < end || codes[rows[k]!] === codes[rows[k - 1]!]) continue
    const start = Math.max(end, k - SIDE)
    end = Math.min(rows.length, k + SIDE)
    windows.push([start, end])
  }
  return windows
}

/** Which of the values of a column other rows have; of a number with many which part of them each is in. Levels count by their place. */
export function partsOf(column: Cells): (other: Cells) => Codes {
  if (!isNumeric(column))
    return (other) => ({ codes: (other as CategoricalColumn).codes.map((code) => code + 1), count: column.levels.length + 1 })
  const all = sorted(column.values.filter((_, i) => !column.missing?.[i]))
  const few = fewCodesOf(column, MOST_VALUES) !== undefined
  const cuts = few
    ? all.filter((x, k) => k > 0 && x !== all[k - 1])
    : Float64Array.from({ length: PARTS - 1 }, (_, k) => all[Math.floor(((k + 1) * all.length) / PARTS)]!)
  return (other) => {
    const { values, missing } = other as NumericColumn
    const codes = Int32Array.from(values, (x, i) =>
      missing?.[i] ? cuts.length + 1 : cuts.reduce((count, cut) => count + Number(x >= cut), 0)
    )
    return { codes, count: cuts.length + 2 }
  }
}

/** How much two columns tell each other beyond what as many values would by chance: part of a nat a row. Cost O(rows). */
export function associationOf(one: Codes, other: Codes): number {
  const rows = one.codes.length
  const [own, others, both] = [new Float64Array(one.count), new Float64Array(other.count), new Float64Array(one.count * other.count)]
  one.codes.forEach((code, i) => {
    own[code]!++
    others[other.codes[i]!]!++
    both[code * other.count + other.codes[i]!]!++
  })
  const sum = both.reduce(
    (all, n, k) => (n === 0 ? all : all + n * log((n * rows) / (own[Math.floor(k / other.count)]! * others[k % other.count]!))),
    0
  )
  const values = (counts: Float64Array) => counts.filter((n) => n > 0).length - 1
  return Math.max(0, (sum - (values(own) * values(others)) / 2) / rows)
}

/**
 * Logarithm of a bound on how likely it is that what rows have goes with a flag so much, if within each block it had nothing to do with it: of each value how many more rows
 * of the flag have it than its share, against the variance that draws without putting back have (Mantel and Haenszel), and of the sum of squares the bound of Chernoff.
 */
function logChanceBeside(
  windows: readonly (readonly [number, number])[],
  isSet: (place: number) => boolean,
  codeAt: (place: number) => number,
  count: number
): number {
  const [more, variance] = [new Float64Array(count), new Float64Array(count)]
  for (const [from, to] of windows) {
    let set = 0
    for (let k = from; k < to; k++) set += Number(isSet(k))
    const rows = to - from
    if (set === 0 || set === rows) continue
    const share = set / rows
    const weight = (share * (rows - set)) / (rows - 1)
    for (let k = from; k < to; k++) {
      more[codeAt(k)]! += Number(isSet(k)) - share
      variance[codeAt(k)]! += weight
    }
  }
  return logChanceOfExcess(more, variance)
}

/** The same of how many more rows of the flag have each value than its share, and the variances of these [values]. */
export function logChanceOfExcess(more: Float64Array, variance: Float64Array): number {
  let [sum, values] = [0, 0]
  for (let k = 0; k < more.length; k++) {
    // Of few rows the law of squares is none.
    if (variance[k]! < 1) continue
    sum += more[k]! ** 2 / variance[k]!
    values++
  }
  const degrees = Math.max(1, values - 1)
  return sum <= degrees ? 0 : -(sum - degrees) / 2 + (degrees / 2) * log(sum / degrees)
}
