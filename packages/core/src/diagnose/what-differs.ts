import { log, normalQuantile } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { mean, midranks, variance } from '../num/statistics.js'
import { isMissing } from '../table/cells.js'
import { takeTableRows } from '../table/rows.js'
import { type CategoricalColumn, isCategorical, isNumeric, type NumericColumn, type Table } from '../table/table.js'
import type { Labellings } from './labellings.js'

/**
 * What two tables differ in: where a column lies, how widely, at which end, how often it has a level or is missing; or how two columns go together.
 * Of numbers together it is the correlation of their normal scores; of a level and a number, how much higher the number is where the level is, in
 * standard deviations; of two levels, how often a row of the one has the other.
 */
export type Change = 'place' | 'spread' | 'upper end' | 'lower end' | 'share' | 'missing' | 'together'

/** A column, or two together, with what changes most in them. Plain JSON. */
export interface Difference {
  readonly columns: readonly string[]
  readonly change: Change
  /** Of categories: which level of each column; empty of numbers. */
  readonly levels: readonly string[]
  /** How often the largest change of any column (of any two) is as large between relabelled rows: it holds for all of them at once. */
  readonly pValue: number
}

export interface Differences {
  /** The most certain first. */
  readonly columns: readonly Difference[]
  readonly pairs: readonly Difference[]
  /** The largest change of any column, and of any two where some are compared, of each labelling. */
  readonly largest: readonly Float64Array[]
  /** Columns that were not compared with others, as there are too many. */
  readonly unpaired: readonly string[]
}

/** A number for each row that is compared, whose means are looked at. */
interface Feature {
  readonly column: string
  readonly change: Change
  readonly level?: string
  readonly values: Float64Array
}

/** A share of rows below which a level is too rare to ask what goes with it. */
const PAIRED_SHARE = 0.05
/** Features of which each two are compared: 2,000 pairs, 300 labellings and 2,000 rows are a second. */
const MOST_PAIRED = 64
/** Where the ends of a column begin, in normal scores: a sixth of the rows lies beyond. */
const END = 1
/** A spread that is so small beside 1 is rounding. */
const ROUNDING = 1e-9

/**
 * What two tables of the same columns differ in beyond chance: means of normal scores, of their squares and of what they have beyond one, shares of
 * levels and gaps, and how each two go together, each in units of its spread between relabelled rows, by the largest of all (Westfall and Young). What
 * changes in a column by itself does not count for pairs: these are compared within each table. Cost O(features² · rows · 300), `watch` is asked between.
 * @source Westfall, Young, *Resampling-based multiple testing*, 1993, section 2.6.
 */
export function whatDiffers(
  [from, to]: readonly [Table, Table],
  { labellings, watch }: { readonly labellings: Labellings; readonly watch?: Watch | undefined }
): Differences {
  const [a, b] = [takeTableRows(from, labellings.rows[0]), takeTableRows(to, labellings.rows[1])]
  const features = a.columns.flatMap((column, c) => featuresOf(column, b.columns[c]!))
  const single = tested(
    features.map(({ column, change, level, values }) => ({
      what: { columns: [column], change, levels: level === undefined ? [] : [level] },
      of: meansApart(values, labellings)
    }))
  )
  const able = features.filter(isPaired)
  const kept = able.slice(0, MOST_PAIRED).map((one) => pairedOf(one, labellings))
  const unpaired = [...new Set(able.slice(MOST_PAIRED).map(({ column }) => column))]
  const pairs = kept.flatMap((one, i) => {
    throwIfStopped(watch, 'test')
    return kept.slice(i + 1).flatMap((other) => {
      if (other.column === one.column) return []
      const [first, second] = isLevel(other) && !isLevel(one) ? [other, one] : [one, other]
      const levels = [first, second].flatMap(({ level }) => level ?? [])
      return [
        {
          what: { columns: [first.column, second.column], change: 'together' as const, levels },
          of: togetherApart(first, second, labellings)
        }
      ]
    })
  })
  const paired = tested(pairs)
  const largest = [single, paired].flatMap((family) => (family.found.length > 0 ? [family.largest] : []))
  return { columns: single.found, pairs: paired.found, largest, unpaired }
}

const isLevel = ({ change }: Feature): boolean => change === 'share'

function isPaired({ change, values }: Feature): boolean {
  if (change === 'place') return true
  const share = mean(values)
  return change === 'share' && share >= PAIRED_SHARE && share <= 1 - PAIRED_SHARE
}

type Column = Table['columns'][number]

function featuresOf(first: Column, second: Column): Feature[] {
  if (isCategorical(first) && isCategorical(second)) return levelFeatures(first, second)
  return isNumeric(first) && isNumeric(second) ? numberFeatures(first, second) : []
}

function levelFeatures(first: CategoricalColumn, second: CategoricalColumn): Feature[] {
  const codes = [...first.codes, ...second.codes.map((code) => (code < 0 ? code : first.levels.indexOf(second.levels[code]!)))]
  const of = (level: number) => Float64Array.from(codes, (code) => Number(code === level))
  const column = first.name
  const own = first.levels.map((level, k): Feature => ({ column, change: 'share', level, values: of(k) }))
  // Of two levels one says both.
  return [...(own.length === 2 ? own.slice(1) : own), { column, change: 'missing', values: of(-1) }]
}

/** Features of a number; where it is missing they are as on the whole, so that gaps say nothing of it. */
function numberFeatures(first: NumericColumn, second: NumericColumn): Feature[] {
  const all = Float64Array.of(...first.values, ...second.values)
  const gaps = Float64Array.from(all, (_, i) =>
    Number(i < first.values.length ? isMissing(first, i) : isMissing(second, i - first.values.length))
  )
  const known = Uint32Array.from(all.keys()).filter((i) => gaps[i] === 0)
  const ranks = midranks(Float64Array.from(known, (i) => all[i]!))
  const scores = ranks.map((rank) => normalQuantile((rank + 0.5) / known.length))
  const feature = (change: Change, of: (z: number) => number): Feature => {
    const own = scores.map(of)
    const centre = mean(own)
    const values = new Float64Array(all.length)
    for (const [k, i] of known.entries()) values[i] = own[k]! - centre
    return { column: first.name, change, values }
  }
  return [
    feature('place', (z) => z),
    feature('spread', (z) => z * z),
    feature('upper end', (z) => Math.max(0, z - END)),
    feature('lower end', (z) => Math.max(0, -z - END)),
    { column: first.name, change: 'missing', values: gaps }
  ]
}

/** Mean in the first sample of each labelling less that in the second. */
function meansApart(values: Float64Array, { rows, firsts }: Labellings): Float64Array {
  const [n, m] = rows.map(({ length }) => length) as [number, number]
  const total = sumOf(values)
  return Float64Array.from(firsts, (own) => {
    const sum = sumIn(values, own)
    return sum / n - (total - sum) / m
  })
}

const sumOf = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0)

function sumIn(values: Float64Array, rows: Uint32Array): number {
  let sum = 0
  for (let k = 0; k < rows.length; k++) sum += values[rows[k]!]!
  return sum
}

/** A feature, with its sums and those of its squares in the first sample of each labelling, and in all rows. */
interface Paired extends Feature {
  readonly sums: Sums
  readonly squares: Sums
}

interface Sums {
  readonly firsts: Float64Array
  readonly all: number
}

function summed(values: Float64Array, { firsts }: Labellings): Sums {
  return { firsts: Float64Array.from(firsts, (own) => sumIn(values, own)), all: sumOf(values) }
}

const pairedOf = (feature: Feature, labellings: Labellings): Paired => ({
  ...feature,
  sums: summed(feature.values, labellings),
  squares: summed(
    feature.values.map((x) => x * x),
    labellings
  )
})

/** How two features go together in the first sample of each labelling, less how they do in the second. */
function togetherApart(one: Paired, other: Paired, labellings: Labellings): Float64Array {
  const [n, m] = labellings.rows.map(({ length }) => length) as [number, number]
  const products = summed(
    one.values.map((u, i) => u * other.values[i]!),
    labellings
  )
  const parts = [one.sums, other.sums, products, one.squares, other.squares]
  const tie = !isLevel(one) ? fisher : isLevel(other) ? logOdds : slope
  return products.firsts.map((_, p) => {
    const sums = parts.map(({ firsts }) => firsts[p]!)
    return (
      tie(sums, n) -
      tie(
        parts.map(({ all }, k) => all - sums[k]!),
        m
      )
    )
  })
}

type Tie = (sums: readonly number[], n: number) => number

/** Fisher's z of the correlation, whose spread hardly depends on it. */
const fisher: Tie = ([x, y, xy, xx, yy], n) => {
  const [sx, sy] = [xx! - (x! * x!) / n, yy! - (y! * y!) / n]
  if (!(sx > ROUNDING && sy > ROUNDING)) return 0
  const r = Math.max(-1 + ROUNDING, Math.min(1 - ROUNDING, (xy! - (x! * y!) / n) / Math.sqrt(sx * sy)))
  return 0.5 * log((1 + r) / (1 - r))
}

/** How much higher a number is where a level is, in its standard deviations. */
const slope: Tie = ([x, y, xy, xx, yy], n) => {
  const [sx, sy] = [xx! - (x! * x!) / n, yy! - (y! * y!) / n]
  return sx > ROUNDING && sy > ROUNDING ? (xy! - (x! * y!) / n) / sx / Math.sqrt(sy / n) : 0
}

/** Of two levels, with half a row more in each cell, so that empty ones say little. */
const logOdds: Tie = ([x, y, xy], n) => log(((xy! + 0.5) * (n - x! - y! + xy! + 0.5)) / ((x! - xy! + 0.5) * (y! - xy! + 0.5)))

interface Statistic {
  readonly what: Pick<Difference, 'columns' | 'change' | 'levels'>
  /** Of each labelling. */
  readonly of: Float64Array
}

/** Of all statistics of the same columns the largest, each in units of its spread, with how often the largest of all is as large. */
function tested(statistics: readonly Statistic[]): { readonly found: Difference[]; readonly largest: Float64Array } {
  const largest = new Float64Array(statistics[0]?.of.length ?? 1)
  const best = new Map<string, { readonly what: Statistic['what']; readonly z: number }>()
  for (const { what, of } of statistics) {
    const spread = Math.sqrt(variance(of))
    if (!(spread > ROUNDING)) continue
    of.forEach((value, p) => {
      largest[p] = Math.max(largest[p]!, Math.abs(value) / spread)
    })
    const name = JSON.stringify(what.columns)
    const z = Math.abs(of[0]!) / spread
    if (!(z <= (best.get(name)?.z ?? 0))) best.set(name, { what, z })
  }
  const found = [...best.values()]
    .sort((one, other) => other.z - one.z)
    .map(({ what, z }) => ({ ...what, pValue: largest.reduce((count, other) => count + (other >= z ? 1 : 0), 0) / largest.length }))
  return { found, largest }
}
