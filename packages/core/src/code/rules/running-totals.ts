import { later } from '../../num/later.js'
import { summaryOf, varianceOf } from '../../num/summary.js'
import { cellAt } from '../../table/cells.js'
import { type Cells, type Codes, codesOf } from '../../table/codes.js'
import type { Expression } from '../../table/expression.js'
import { columnWord, expressionText } from '../../table/expression-text.js'
import { rowOrderOf } from '../../table/row-order.js'
import { type Column, isCategorical } from '../../table/table.js'
import { countedRows } from '../keys/counted-rows.js'
import { type Quantity, tolerance } from './quantity.js'
import type { WrittenTable } from './rows-of-rule.js'
import { column, number, scaled, writeSum } from './shapes.js'
import { WeightedSums } from './weighted-sums.js'

/** A column that adds up others from row to row, as the balance of an account does. Plain data. */
export interface RunningTotal {
  readonly column: string
  /** What a row adds; an empty cell adds nothing. */
  readonly change: Expression
  /** Whether a row adds to the one behind it, where the newest stand first. */
  readonly upwards?: boolean | undefined
  /** Whether it is the total before what its row adds. */
  readonly before?: boolean | undefined
  /** Rows that have the same here are added up by themselves. */
  readonly by?: string | undefined
}

/** Values that a column changes between, at least: counts of flags would be found by chance. */
const LEAST_CHANGES = 10
/** Rows of a group, on average at least, for it to be one that things are added up in. */
const LEAST_IN_GROUP = 3
/** Rows on which a column is asked first whether it varies less from row to row than as a whole. */
const FIRST_ROWS = 1000
/** Part of the rows that add up, above which those that do not are probably mistakes. */
const NEARLY = 0.95

/** How rows follow each other: of each the one before it in its group, −1 for the first. */
interface Way extends Pick<RunningTotal, 'upwards' | 'before' | 'by'> {
  /** A column that counts the rows of each group, in whatever order. */
  readonly counter?: string | undefined
  readonly previous: () => Int32Array
  /** Of the first rows alone. */
  readonly first: () => Int32Array
}

/**
 * Columns whose change from each row to the next, or to the next of the same category, is what other columns of the row say, one of
 * them or a weighted sum. Cost for every way in which rows may follow each other: O(p · rows), and once that of `WeightedSums`, where some
 * column varies less from row to row than as a whole.
 */
export function runningTotals(quantities: readonly Quantity[], { table }: WrittenTable): RunningTotal[] {
  const numbers = quantities.filter(({ isDate }) => !isDate)
  const parts = numbers.map((one) => (summaryOf(one.values).hasGaps ? { ...one, values: one.values.map((x) => x || 0) } : one))
  const ways = waysOf(table).map((way) => ({ ...way, sums: later(() => new WeightedSums(parts, rowsThatAdd(way))) }))
  const found = totalsBy(ways, numbers, parts)
  // What was read on a meter before and is read now go on from one row to the next one together, or not at all: up the rows either
  // is the other way round, and begins elsewhere.
  const isMixed = found.some((one) => found.some((other) => other.by === one.by && other.upwards !== one.upwards))
  const agreeing = [false, true].map((upwards) =>
    isMixed
      ? totalsBy(
          ways.filter((way) => way.upwards === upwards),
          numbers,
          parts
        )
      : []
  )
  return agreeing.find(({ length }) => length === found.length) ?? found
}

function totalsBy(ways: readonly SummedWay[], numbers: readonly Quantity[], parts: readonly Quantity[]): RunningTotal[] {
  const found: RunningTotal[] = []
  for (const total of numbers) {
    if (summaryOf(total.values).hasGaps) continue
    // Each is computed from columns that are drawn.
    const except = new Set(numbers.flatMap((one, q) => (one === total || found.some((other) => other.column === one.name) ? [q] : [])))
    for (const way of ways) {
      const change = changeOf(total, { parts, except }, way)
      if (!change) continue
      const { upwards, before, by } = way
      found.push({ column: total.name, change, ...(upwards ? { upwards } : {}), ...(before ? { before } : {}), ...(by ? { by } : {}) })
      break
    }
  }
  return found
}

/** Sums that all but a few rows keep to, in words: they may be mistakes. */
export function nearlyTotals(quantities: readonly Quantity[], { table }: WrittenTable): string[] {
  const numbers = quantities.filter(({ isDate, values }) => !isDate && !summaryOf(values).hasGaps)
  const ways = waysOf(table).filter(({ by, before }) => by === undefined && !before)
  return numbers.flatMap((total) => {
    for (const way of ways) {
      if (![FIRST_ROWS, total.values.length].every((most) => isSteady(total, way, most))) continue
      const rises = risesOf(total, way)
      if (!changesEnough(total, rises)) continue
      for (const { name, values } of numbers) {
        const off = rises.rows.filter((i, k) => !isExact(total, rises, k, values[i]!))
        const kept = 1 - off.length / rises.rows.length
        if (name === total.name || off.length === 0 || kept < NEARLY) continue
        const named = off.slice(0, 3).map((i) => i + 1)
        return [
          `${total.name}: adds up ${name} from row to row, except in ${off.length} of ${rises.rows.length} rows (row ${named.join(', ')}${off.length > 3 ? ', …' : ''}): new rows do not keep this; if those rows are mistakes, correct them and new rows will`
        ]
      }
    }
    return []
  })
}

/** The ways in which rows may add up, the plainest first: along the dates where rows stand in their order. */
function waysOf(table: WrittenTable['table']): Way[] {
  const order = rowOrderOf(table)
  const directions = order ? [order.descending === true] : [false, true]
  const counted = countedRows(table)
  const groups = [undefined, ...table.columns.filter((one): one is Cells => isGrouping(one, table.rowCount) || one.name === counted?.key)]
  return groups.flatMap((group) => {
    const codes = later(() => group && groupCodes(group))
    const previous = new Map(
      directions.map((upwards) => {
        const rows = later(() => previousRows(table.rowCount, upwards, codes()))
        // The next row of a group may be beyond the first ones.
        const first = group && upwards ? rows : later(() => previousRows(Math.min(table.rowCount, FIRST_ROWS + 1), upwards, codes()))
        return [upwards, { previous: rows, first }]
      })
    )
    const own = group && { by: group.name, counter: group.name === counted?.key ? counted.counter : undefined }
    return [false, true].flatMap((before) => directions.map((upwards) => ({ upwards, before, ...own, ...previous.get(upwards)! })))
  })
}

function isGrouping(one: Column, rowCount: number): one is Cells {
  if (isCategorical(one)) return one.levels.length > 1 && one.levels.length * LEAST_IN_GROUP <= rowCount
  return one.kind === 'integer' && !one.missing && new Set(one.values).size * LEAST_IN_GROUP <= rowCount && new Set(one.values).size > 1
}

/** Which group each row is of, as `groupIn` names it. */
function groupCodes(column: Cells): Codes {
  if (!isCategorical(column)) return codesOf(column)
  const missing = column.levels.indexOf('null')
  return { codes: column.codes.map((code) => (code < 0 ? missing : code) + 1), count: column.levels.length + 1 }
}

/** The row before each in its group, −1 for the first. Cost O(rows). */
function previousRows(rowCount: number, upwards: boolean | undefined, groups: Codes | undefined): Int32Array {
  const previous = new Int32Array(rowCount)
  if (!groups) {
    for (let i = 0; i < rowCount; i++) previous[i] = !upwards ? i - 1 : i + 1 < rowCount ? i + 1 : -1
    return previous
  }
  const last = new Int32Array(groups.count).fill(-1)
  for (let k = 0; k < rowCount; k++) {
    const i = upwards ? rowCount - 1 - k : k
    const group = groups.codes[i]!
    previous[i] = last[group]!
    last[group] = i
  }
  return previous
}

/** Rows in the order in which they are added up. */
export function* rowsAlong(rowCount: number, upwards: boolean | undefined): Iterable<number> {
  for (let k = 0; k < rowCount; k++) yield upwards ? rowCount - 1 - k : k
}

/** The name of each row's group; all are of one where there is no column of groups. */
export function groupIn({ columns }: WrittenTable['table'], by: string | undefined): (row: number) => string {
  const own = by === undefined ? undefined : columns.find(({ name }) => name === by)
  if (!own) return () => ''
  const at = cellAt(own)
  return (i) => String(at(i))
}

/** What a total rises by, and the rows that say why. */
interface Rises {
  readonly rises: Float64Array
  readonly rows: Uint32Array
  /** Rows whose totals these are. */
  readonly at: Uint32Array
}

function rowsThatRise({ previous }: Way): Uint32Array {
  const before = previous()
  const rows = new Uint32Array(before.length)
  let count = 0
  for (let i = 0; i < before.length; i++) if (before[i]! >= 0) rows[count++] = i
  return rows.subarray(0, count)
}

/** The rows that say what totals rise by. */
function rowsThatAdd(way: Way, at = rowsThatRise(way)): Uint32Array {
  const previous = way.previous()
  return way.before ? at.map((i) => previous[i]!) : at
}

function risesOf({ values }: Quantity, way: Way): Rises {
  const previous = way.previous()
  const at = rowsThatRise(way)
  const rises = new Float64Array(at.length)
  for (let k = 0; k < at.length; k++) rises[k] = values[at[k]!]! - values[previous[at[k]!]!]!
  return { at, rows: rowsThatAdd(way, at), rises }
}

/** Rows in no order differ by twice their variance; what is added up varies less from row to row than as a whole, to begin with in the first rows. */
function isSteady({ values }: Quantity, way: Way, rows = values.length): boolean {
  const previous = rows < values.length ? way.first() : way.previous()
  const most = Math.min(rows, values.length)
  let count = 0
  for (let i = 0; i < most; i++) if (previous[i]! >= 0) count++
  let square = 0
  for (let i = 0; i < most; i++) {
    if (previous[i]! < 0) continue
    const rise = values[i]! - values[previous[i]!]!
    square += (rise * rise) / count
  }
  return count > 0 && square <= varianceOf(values)
}

/** Both totals are exact to what they are written in, so that their difference is. */
const isExact = (total: Quantity, { rises, at }: Rises, k: number, value: number): boolean =>
  Math.abs(rises[k]! - value) <= exactnessAt(total, at[k]!)

const exactnessAt = ({ values, unit }: Quantity, row: number): number => tolerance(0, values[row]!) + unit * 1e-3

/** Whether a column changes by so many values, as far as the computer tells them apart: of numbers of 16 digits it tells changes of few not at all. */
function changesEnough(total: Quantity, { rises, at }: Rises): boolean {
  let exactness = 0
  for (let k = 0; k < at.length; k++) exactness = Math.max(exactness, exactnessAt(total, at[k]!))
  const seen = new Set<number>()
  return rises.some((rise) => seen.add(Math.round(rise / (2 * exactness))).size >= LEAST_CHANGES)
}

/** Columns that a total may add up, empty cells as 0, but for some. */
interface Parts {
  readonly parts: readonly Quantity[]
  readonly except: ReadonlySet<number>
}

/** A way with the sums of the rows that add. */
type SummedWay = Way & { readonly sums: () => WeightedSums }

function changeOf(total: Quantity, { parts, except }: Parts, way: SummedWay): Expression | undefined {
  const isCounter = total.name === way.counter
  if (!isCounter && !isSteady(total, way, FIRST_ROWS)) return undefined
  const steady = isSteady(total, way)
  if (!steady && !mayCount(total, way)) return undefined
  const found = risesOf(total, way)
  if (isCount(total, way, found)) return number(1)
  if (!steady || !changesEnough(total, found)) return undefined
  const { rows } = found
  const isChange = (value: (row: number) => number) => rows.every((row, k) => isExact(total, found, k, value(row)))
  for (const [q, { name, values }] of parts.entries()) {
    const sign = except.has(q) ? undefined : [1, -1].find((one) => isChange((row) => one * values[row]!))
    if (sign) return scaled(sign, column(name))
  }
  const rises = new Float64Array(total.values.length)
  rows.forEach((row, k) => {
    rises[row] = found.rises[k]!
  })
  const sum = way.sums().ofOther({ name: total.name, isDate: false, values: rises, unit: total.unit }, except)
  if (sum?.constant !== 0) return undefined
  if (!isChange((row) => sum.inputs.reduce((all, q, j) => all + sum.weights[j]! * parts[q]!.values[row]!, 0))) return undefined
  return writeSum(
    sum.inputs.map((q) => column(parts[q]!.name)),
    sum
  )
}

/** 1, 2, 3 …, or 0, 1, 2 …, in every group of rows that stand in the order of their dates: of all rows it would be a key. */
function isCount(total: Quantity, way: Way, { rises }: Rises): boolean {
  if (!mayCount(total, way) || rises.length < LEAST_CHANGES || rises.some((rise) => rise !== 1)) return false
  const previous = way.previous()
  const base = total.values[previous.indexOf(-1)]!
  return (base === 0 || base === 1) && total.values.every((x, i) => previous[i]! >= 0 || x === base)
}

const mayCount = ({ unit }: Quantity, { by, before }: Way): boolean => by !== undefined && !before && unit === 1

/** `balance = balance before + amount`, of a table or of every account. */
export function totalText({ column: name, change, before, by }: RunningTotal): string {
  const own = columnWord(name)
  const added = expressionText(change)
  const sum = added.startsWith('-') ? `${own} before - ${added.slice(1).trimStart()}` : `${own} before + ${added}`
  return `${own} = ${sum}${before ? ' of the row before' : ''}${by === undefined ? '' : ` in each ${columnWord(by)}`}`
}
