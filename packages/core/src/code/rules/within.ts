import { toDecimals } from '../../num/decimals.js'
import { log } from '../../num/elementary.js'
import { later } from '../../num/later.js'
import { keyFor, keyFromSeed } from '../../num/random.js'
import { selected, sorted } from '../../num/statistics.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import { codesOf, determines } from '../../table/codes.js'
import { presentValues } from '../../table/encoder.js'
import { decimalsOf } from '../../table/parse.js'
import { decoderOf, fitScaler, scaleValues } from '../../table/scaling.js'
import { spreadingFew } from '../../table/standing-out.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { coarserLattice, toLattice } from '../../table/value-lattice.js'
import { needs } from './choose.js'
import { expectedBelow, leastBelieved } from './find-orders.js'
import { MOST_LEVELS as BINS } from './find-steps.js'
import { hasValues, unitOf } from './quantity.js'
import { columnIn, formatIn, type WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'
import { isNumber } from './thresholds.js'

/** The category that says what a number counts, and the numbers of each of its levels. Plain data. */
export interface Within {
  readonly by: string
  readonly levels: readonly { readonly level: string | null /** Ascending. */; readonly values: readonly number[] }[]
  /** Numbers of fewer rows than so many come no more often than fresh ones beside them; no model file has this. */
  readonly few?: number | undefined
}

/** Rows of a level that say what its numbers are, and the share of rows that must be in such levels. */
const [LEAST_ROWS, LEAST_SHARE] = [10, 0.95]
/** Levels beyond which a category is a name. */
const MOST_LEVELS = 100
/** Part of a number's variance that may be left within levels where these are what it counts: temperatures beside pressures. */
const LEFT = 0.1
/** Or how many times as wide its numbers are in one level as in another: prices of houses beside those of bread. */
const WIDER = 10
/** Part of a level's rows at either end that its width leaves out. */
const TAIL = 0.05

/**
 * Numbers that count something else in each level of a category, as the results of several tests in one column, and the category.
 * Such a number is drawn as its place among those of its level: noise of a column that holds pressures and temperatures would make
 * temperatures of 400. So is one whose bins a category tells, as the salary of a title that is of one band, and one of few values that
 * end sooner in some levels than in others, as guests of a double room (`findWalls`). Other numbers that another number says more of
 * than the level does stay as they are. Cost O(rows·log rows) for each number and category.
 */
export function withinOf(rules: readonly Rule[], data: WrittenTable, except: ReadonlySet<string>): ReadonlyMap<string, string> {
  const { table } = data
  const derived = new Set(rules.flatMap(({ kind, column }) => (kind === 'gap' ? [] : [column])))
  const categories = table.columns.filter(isCategorical).filter(({ levels }) => levels.length > 1 && levels.length <= MOST_LEVELS)
  const numbers = table.columns.filter(isNumeric).filter(({ name, kind }) => kind !== 'datetime' && !derived.has(name))
  const free = numbers.filter(({ name }) => !except.has(name))
  const walls = findWalls(
    free.filter((column) => !hasValues({ values: presentValues(column) }, BINS + 1)),
    categories,
    (column) => unitOf(column.kind, formatIn(data, column.name))
  )
  const found = new Map<string, string>()
  for (const column of free) {
    const bins = rules.flatMap((rule) =>
      rule.kind === 'step' && rule.of === column.name && rule.cuts.every(isNumber) ? [rule.column] : []
    )
    const all = presentValues(column)
    const variance = later(() => squares(all))
    const fits = categories.flatMap((by) => {
      if (needs([by.name], rules).has(column.name)) return []
      const told = walls.has(pairOf(column, by)) || bins.some((bin) => tells(by, table.columns.find(({ name }) => name === bin)!))
      const score = levelScore({ column, all, variance }, by, told)
      return score === undefined ? [] : [{ by: by.name, ...score, told }]
    })
    const best = fits.reduce<(typeof fits)[number] | undefined>(
      (least, one) => (least && least.score <= one.score ? least : one),
      undefined
    )
    if (best && (best.told || !numbers.some((other) => other !== column && shareTold(column, other) > 1 - best.left)))
      found.set(column.name, best.by)
  }
  return found
}

const pairOf = (column: NumericColumn, by: CategoricalColumn): string => JSON.stringify([column.name, by.name])

/**
 * Pairs of numbers and categories where the numbers of some level end at a wall that others go beyond: their tail would have gone
 * on (`expectedBelow`), and so would rows that were any of the table's. Of those that are believed one in a hundred is none.
 */
function findWalls(
  numbers: readonly NumericColumn[],
  categories: readonly CategoricalColumn[],
  unitIn: (column: NumericColumn) => number
): ReadonlySet<string> {
  const ends = numbers.flatMap((column) =>
    categories.flatMap((by) => {
      const evidence = wallsOf(column, by, unitIn(column))
      return evidence.map((one) => ({ pair: pairOf(column, by), evidence: one }))
    })
  )
  const least = leastBelieved(ends.map(({ evidence }) => evidence))
  return new Set(ends.filter(({ evidence }) => evidence >= least).map(({ pair }) => pair))
}

/** Of each level's ends that others go beyond, how many rows would have if it were none. */
function wallsOf(column: NumericColumn, by: CategoricalColumn, unit: number): number[] {
  const all = sorted(presentValues(column))
  const beyond = (values: Float64Array, most: number) => values.length - 1 - values.findLastIndex((x) => x <= most)
  const sides = [all, all.map((x) => -x).reverse()]
  return valuesByLevel(column, by).flatMap(({ values }) =>
    [values, values.map((x) => -x).reverse()].flatMap((own, side) => {
      const most = own[own.length - 1]!
      const others = beyond(sides[side]!, most)
      if (others === 0) return []
      const gaps = own.map((x) => most - x).reverse()
      return [Math.min(expectedBelow(gaps, unit), (own.length * others) / all.length)]
    })
  )
}

/** Whether rows of one level have one value of another column, which several levels share. */
function tells(by: CategoricalColumn, to: Column): boolean {
  return to.kind !== 'identifier' && determines(codesOf(by), codesOf(to))
}

/** Part of a number's variance that a line of another one tells, in rows that have both. */
function shareTold(column: NumericColumn, other: NumericColumn): number {
  const rows = Array.from(column.values.keys()).filter((i) => !column.missing?.[i] && !other.missing?.[i])
  const [x, y] = [other, column].map(({ values }) => Float64Array.from(rows, (i) => values[i]!)) as [Float64Array, Float64Array]
  const both = x.map((value, k) => value + y[k]!)
  const [ownX, ownY, sum] = [squares(x), squares(y), squares(both)]
  const cross = (sum - ownX - ownY) / 2
  return ownX > 0 && ownY > 0 ? cross ** 2 / (ownX * ownY) : 0
}

/** A number in all rows that have it. */
interface Whole {
  readonly column: NumericColumn
  readonly all: Float64Array
  /** Times the rows. */
  readonly variance: () => number
}

/** How narrow a number is within the levels of a category, smaller is better, and which part of its variance is left; undefined where it counts the same in all. */
function levelScore(
  { column, all, variance }: Whole,
  by: CategoricalColumn,
  told: boolean
): { readonly score: number; readonly left: number } | undefined {
  const { groups } = groupedBy(column, by)
  const large = groups.filter(({ length }) => length >= LEAST_ROWS)
  const count = large.reduce((sum, { length }) => sum + length, 0)
  if (large.length < 2 || count < LEAST_SHARE * all.length || !(told || hasValues({ values: all }, BINS + 1))) return undefined
  const left = groups.reduce((sum, own) => sum + squares(own), 0) / variance()
  const widths = large.map((own) => {
    const high = selected(own, Math.floor((1 - TAIL) * (own.length - 1)))
    return high - selected(own, Math.ceil(TAIL * (own.length - 1)))
  })
  const narrow = Math.min(...widths)
  const differ = narrow > 0 && Math.max(...widths) >= WIDER * narrow
  if (!told && !(left < LEFT) && !differ) return undefined
  const least = 1e-9 * (all.reduce((a, b) => Math.max(a, b)) - all.reduce((a, b) => Math.min(a, b)))
  // What a level says, its middle and its width, costs as much as in a criterion of Schwarz.
  return { score: large.reduce((sum, own, k) => sum + own.length * log(Math.max(least, widths[k]!)) + log(count), 0) / count, left }
}

function squares(values: ArrayLike<number>): number {
  let [mean, sum] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const rest = values[i]! - mean
    mean += rest / (i + 1)
    sum += rest * (values[i]! - mean)
  }
  return sum
}

/** The numbers of each level, in the order of the rows, and the first row of each. */
function groupedBy(
  { values, missing }: NumericColumn,
  { codes, levels }: CategoricalColumn
): { readonly firsts: readonly number[]; readonly groups: readonly Float64Array[] } {
  // The first is of rows that have none.
  const counts = new Uint32Array(levels.length + 1)
  const firsts: number[] = []
  for (let i = 0; i < values.length; i++) if (!missing?.[i] && counts[codes[i]! + 1]!++ === 0) firsts.push(i)
  const ends = new Uint32Array(counts.length)
  for (let k = 1; k < ends.length; k++) ends[k] = ends[k - 1]! + counts[k - 1]!
  // One level behind the other; where each begins until it is filled.
  const cells = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) if (!missing?.[i]) cells[ends[codes[i]! + 1]!++] = values[i]!
  return {
    firsts,
    groups: firsts.map((row) => {
      const own = codes[row]! + 1
      return cells.subarray(ends[own]! - counts[own]!, ends[own])
    })
  }
}

/** The numbers of each level, ascending; levels as they come. */
function valuesByLevel(column: NumericColumn, by: CategoricalColumn): { readonly level: string | null; readonly values: Float64Array }[] {
  const { firsts, groups } = groupedBy(column, by)
  const level = cellAt(by)
  return firsts.map((row, k) => ({ level: level(row) as string | null, values: groups[k]!.sort() }))
}

/** The numbers of each level of a category, as they are kept. */
export function keepWithin(column: NumericColumn, by: string, data: WrittenTable): Within {
  const levels = valuesByLevel(column, columnIn(data, by) as CategoricalColumn)
  return { by, levels: levels.map(({ level, values }) => ({ level, values: [...values] })) }
}

/** Normal scores among the numbers of a level, and back: its numbers are written with the decimals that they have in the data. */
interface Scale {
  /** Numbers that rows share are spread over their part of the scores where there is a name for the chance. */
  scores(values: Float64Array, name?: string): Float64Array
  valueAt(score: number): number
}

const scales = new WeakMap<Within, (level: CellValue) => Scale>()

/** The scale of each level; of one that the data do not have that of all. */
export function scaleOf(within: Within): (level: CellValue) => Scale {
  const known = scales.get(within)
  if (known) return known
  const byLevel = new Map(within.levels.map(({ level, values }) => [level, scaleIn(Float64Array.from(values), within.few)]))
  let all: Scale | undefined
  const found = (level: CellValue): Scale => {
    const own = byLevel.get(level as string | null)
    if (own) return own
    all ??= scaleIn(sorted(within.levels.flatMap(({ values }) => values)), within.few)
    return all
  }
  scales.set(within, found)
  return found
}

function scaleIn(ascending: Float64Array, few = 0): Scale {
  const own = fitScaler(ascending, 'quantile')
  const scaler = few > 0 ? spreadingFew(own, few) : own
  const decode = decoderOf(scaler)
  const decimals = decimalsOf(ascending, undefined)
  const lattice = decimals === undefined ? undefined : coarserLattice(ascending, Number(`1e-${decimals}`), false)
  const written = (x: number): number => (decimals === undefined ? x : toDecimals(toLattice(x, lattice), decimals) + 0)
  return {
    scores: (values, name) => scaleValues(scaler, values, name === undefined ? undefined : keyFor(keyFromSeed(0), name)),
    valueAt: (score) => (Number.isNaN(score) ? Number.NaN : written(decode(score)))
  }
}

/** Scores of a column among the numbers of each row's level; 0 where it is missing. */
export function scoresWithin(within: Within, column: NumericColumn, { columns }: Table, name: string): Float64Array {
  const level = cellAt(columns.find((one) => one.name === within.by)!)
  const scale = scaleOf(within)
  const rows = new Map<CellValue, number[]>()
  for (let i = 0; i < column.values.length; i++) {
    if (column.missing?.[i]) continue
    if (!rows.has(level(i))) rows.set(level(i), [])
    rows.get(level(i))!.push(i)
  }
  const out = new Float64Array(column.values.length)
  for (const [own, places] of rows) {
    const scores = scale(own).scores(
      Float64Array.from(places, (i) => column.values[i]!),
      `${name} ${own}`
    )
    places.forEach((i, k) => {
      out[i] = scores[k]!
    })
  }
  return out
}
