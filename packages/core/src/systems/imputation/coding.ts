import { firstAbove } from '../../num/ascending.js'
import { defined } from '../../num/defined.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { mean, sorted, variance } from '../../num/statistics.js'
import { placeLevels, SIMPLEX_LEVELS } from '../../table/categories.js'
import { presentValues } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { type Lattice, latticeOf } from '../../table/lattice.js'
import { roundToFormat } from '../../table/present.js'
import { spikesOf } from '../../table/recurring.js'
import { decoderOf, fitScaler, hasAtoms, hasLongTails, type NumericScaler, scaleValues } from '../../table/scaling.js'
import { countSingles } from '../../table/singles.js'
import { isCategorical, isEmpty, isNumeric, type NumericColumn, type Table } from '../../table/table.js'

/** How cells of a column stand among the coordinates of a row. */
export type CodedColumn =
  /**
   * Centred and scaled by the known cells, or their normal scores; `values`, where fresh ones are rare, are those that the column
   * has, ascending.
   */
  | {
      readonly carries: 'number'
      readonly name: string
      readonly at: number
      readonly centre: number
      readonly scale: number
      readonly low: number
      readonly high: number
      readonly values?: readonly number[] | undefined
      /** Steps of which the known cells stand apart, as of masses read to 25 g. */
      readonly lattice?: Lattice | undefined
      readonly scores?: Scores | undefined
      /** Values that stand apart, ascending: which of them a cell has, or none, is a level whose places follow the number. */
      readonly spikes?: readonly number[] | undefined
    }
  /** A place a level: two levels stand as far apart as two draws of a scaled number do. */
  | { readonly carries: 'levels'; readonly name: string; readonly at: number; readonly levels: readonly string[] }
  /** All known cells are equal. */
  | { readonly carries: 'constant'; readonly name: string; readonly value: number }
  /** Keys, and columns with no known cell, or too few: they stay as they are. */
  | { readonly carries: 'nothing'; readonly name: string }

/** Normal scores of a column: a spike is an interval of them and a long tail no longer than another, so that what is added to them keeps both. */
interface Scores {
  /** Known cells, ascending. */
  readonly knots: readonly number[]
  /** What the scores of these vary by: coordinates are parts of it. */
  readonly spread: number
}

export interface Coding {
  readonly columns: readonly CodedColumn[]
  readonly formats: readonly ColumnFormat[]
  /** Coordinates of a row. */
  readonly width: number
}

/** Rows as coordinates [n, d], and which of these are known [n·d]; the others are 0 until filled. */
export interface CodedRows {
  readonly data: Matrix
  readonly known: Uint8Array
}

/** Fresh values are rare where fewer known cells than this share have a value of their own (Good and Turing's estimate of what is unseen). */
const FRESH_SHARE = 0.05

/** Cells that normal scores are taken of at most: their ranks are known to a percent of a standard deviation. */
const MOST_KNOTS = 4000

/** Cells beside its spikes that a column of numbers has at least. */
const LEAST_BESIDE = 10

/**
 * The coding of a table by its known cells. Numbers with spikes or long tails, as an amount that is often zero: `scored` by normal
 * scores; `apart`: the numbers themselves, as a density needs them, with their spikes as levels. Columns `without` stay. Cost O(cells · log n).
 */
export function fitCoding(
  table: Table,
  formats: readonly ColumnFormat[],
  numbers: 'plain' | 'scored' | 'apart' = 'plain',
  without: ReadonlySet<string> = new Set()
): Coding {
  let width = 0
  const columns = table.columns.map((column): CodedColumn => {
    const { name } = column
    if (isEmpty(column) || column.kind === 'identifier' || without.has(name)) return { carries: 'nothing', name }
    const at = width
    if (isCategorical(column)) {
      width += placeLevels(column.levels.length).cols
      return { carries: 'levels', name, at, levels: column.levels }
    }
    const known = presentValues(column as NumericColumn)
    const [low, high] = [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))]
    if (low === high) return { carries: 'constant', name, value: low }
    const values = recurring(known)
    const scores = numbers === 'scored' && !values ? scoresOf(known) : undefined
    const spikes = numbers === 'apart' && !values ? apartOf(known) : undefined
    const steps = defined({ values, lattice: latticeOf(known, { first: low }), scores, spikes })
    // A mean is within the range, but for its rounding.
    const centre = Math.min(high, Math.max(low, mean(known)))
    const coded: NumberCoding = { carries: 'number', name, at, centre, scale: Math.sqrt(variance(known)), low, high, ...steps }
    width += widthOf(coded)
    return coded
  })
  return { columns, formats, width }
}

/** The values of a column in which fresh ones are rare; undefined of others. */
function recurring(known: Float64Array): number[] | undefined {
  return countSingles(known) < FRESH_SHARE * known.length ? Array.from(sorted([...new Set(known)])) : undefined
}

/** The spikes of a column that has numbers beside them. */
function apartOf(known: Float64Array): number[] | undefined {
  const spikes = spikesOf(sorted(known))
  const beside = known.reduce((count, x) => count + (spikes.includes(x) ? 0 : 1), 0)
  return spikes.length > 0 && beside >= LEAST_BESIDE ? spikes : undefined
}

const spikeLevelsOf = new WeakMap<NumberCoding, Extract<CodedColumn, { carries: 'levels' }>>()

/** Which spike of a column a cell has, as a column of levels, the last for none; undefined of a column without. */
export function spikeLevels(column: NumberCoding): Extract<CodedColumn, { carries: 'levels' }> | undefined {
  const { name, at, spikes } = column
  if (!spikes) return undefined
  const known = spikeLevelsOf.get(column)
  if (known) return known
  const made = {
    carries: 'levels' as const,
    name: `${name} at ${spikes.join(' or ')}`,
    at: at + 1,
    levels: [...spikes.map(String), 'none']
  }
  spikeLevelsOf.set(column, made)
  return made
}

/** The level of a number among these. */
export function spikeLevelOf({ spikes = [] }: NumberCoding, value: number): number {
  const found = spikes.indexOf(value)
  return found < 0 ? spikes.length : found
}

/** Normal scores where a column has spikes or tails that need them. */
function scoresOf(known: Float64Array): Scores | undefined {
  const ascending = sorted(known)
  if (!hasAtoms(ascending) && !hasLongTails(ascending)) return undefined
  const count = Math.min(ascending.length, MOST_KNOTS)
  // Both ends are among them: fills stay within the range.
  const knots = Float64Array.from({ length: count }, (_, k) => ascending[Math.round((k * (ascending.length - 1)) / (count - 1))]!)
  return { knots: Array.from(knots), spread: Math.sqrt(variance(scaleValues(fitScaler(knots, 'quantile'), knots))) }
}

interface Ways {
  readonly scaler: NumericScaler
  readonly back: (score: number) => number
}

const waysOf = new WeakMap<Scores, Ways>()

/** There and back between numbers and scores, made once a column. */
function ways(scores: Scores): Ways {
  const known = waysOf.get(scores)
  if (known) return known
  const scaler = fitScaler(Float64Array.from(scores.knots), 'quantile')
  const made = { scaler, back: decoderOf(scaler) }
  waysOf.set(scores, made)
  return made
}

/** Numbers of a column → coordinates. */
function coordinatesOf({ centre, scale, scores }: NumberCoding, values: Float64Array): Float64Array {
  if (!scores) return values.map((x) => (x - centre) / scale)
  return scaleValues(ways(scores).scaler, values).map((z) => z / scores.spread)
}

/** The coordinate of a number. */
export const coordinateOf = (column: NumberCoding, value: number): number => coordinatesOf(column, Float64Array.of(value))[0]!

/** The number that a coordinate stands for. */
export function valueAt({ centre, scale, scores }: NumberCoding, coordinate: number): number {
  return scores ? ways(scores).back(scores.spread * coordinate) : centre + scale * coordinate
}

export type NumberCoding = Extract<CodedColumn, { carries: 'number' }>
export type LevelColumn = Extract<CodedColumn, { carries: 'levels' }>

const placesOf = new WeakMap<CodedColumn, Matrix>()

/** Positions of the levels of a column [levels, q]. */
export function places(column: Extract<CodedColumn, { carries: 'levels' }>): Matrix {
  const known = placesOf.get(column)
  if (known) return known
  const made = placeLevels(column.levels.length)
  placesOf.set(column, made)
  return made
}

/** Whether a mean of places says how likely each level is: it is as long as a place a level has. */
export const isSimplex = ({ levels }: LevelColumn): boolean => levels.length <= SIMPLEX_LEVELS

/**
 * The place of a level, drawn by how likely a mean of places says that each is: of a simplex of side √2 about v̄ level l has
 * 1/L + (v_l − v̄)ᵀ(μ − v̄), and none where that is below 0. A thousandth of the way to the mean, so that the levels beside it stand
 * by how near they are to that.
 */
export function placeDrawn(column: LevelColumn, mean: Float64Array, u: number): Float64Array {
  const place = places(column)
  const { rows: count, cols } = place
  const centre = mean.map((_, q) => column.levels.reduce((sum, _, level) => sum + place.data[level * cols + q]!, 0) / count)
  const shares = column.levels.map((_, level) => {
    let share = 1 / count
    for (let q = 0; q < cols; q++) share += (place.data[level * cols + q]! - centre[q]!) * (mean[q]! - centre[q]!)
    return Math.max(0, share)
  })
  let left = u * shares.reduce((a, b) => a + b, 0)
  const found = shares.findIndex((share) => {
    left -= share
    return left < 0
  })
  const level = found < 0 ? shares.indexOf(Math.max(...shares)) : found
  return mean.map((m, q) => place.data[level * cols + q]! + ASIDE * (m - place.data[level * cols + q]!))
}

/** Part of the way from a place to a mean: nearer to no other place. */
const ASIDE = 1e-3

/** Coordinates that a column takes. */
export function widthOf(column: CodedColumn): number {
  if (column.carries === 'levels') return places(column).cols
  if (column.carries !== 'number') return 0
  const beside = spikeLevels(column)
  return 1 + (beside ? places(beside).cols : 0)
}

/** Rows as coordinates. Columns go by their names; one that the table lacks, or a level that the coding lacks, is unknown. Cost O(cells). */
export function codeRows(coding: Coding, table: Table): CodedRows {
  const n = table.rowCount
  const data = matrix(n, coding.width)
  const known = new Uint8Array(n * coding.width)
  for (const coded of coding.columns) {
    const column = table.columns.find(({ name }) => name === coded.name)
    if (!column) continue
    if (coded.carries === 'number' && isNumeric(column)) {
      const coordinates = coordinatesOf(coded, column.values)
      for (let i = 0; i < n; i++) {
        if (column.missing?.[i]) continue
        data.data[i * coding.width + coded.at] = coordinates[i]!
        known[i * coding.width + coded.at] = 1
        const apart = spikeLevels(coded)
        if (apart)
          setPlace(
            { data, known },
            { place: places(apart), level: spikeLevelOf(coded, column.values[i]!), at: i * coding.width + apart.at }
          )
      }
    }
    if (coded.carries === 'levels' && isCategorical(column)) {
      const levelOf = column.levels.map((level) => coded.levels.indexOf(level))
      const at = places(coded)
      for (let i = 0; i < n; i++) {
        const level = column.codes[i]! < 0 ? -1 : levelOf[column.codes[i]!]!
        if (level >= 0) setPlace({ data, known }, { place: at, level, at: i * coding.width + coded.at })
      }
    }
  }
  return { data, known }
}

interface Placed {
  readonly place: Matrix
  readonly level: number
  /** Where it is written to. */
  readonly at: number
}

function setPlace({ data, known }: CodedRows, to: Placed): void {
  putPlace(data.data, to)
  known.fill(1, to.at, to.at + to.place.cols)
}

function putPlace(data: Float64Array, { place, level, at }: Placed): void {
  for (let q = 0; q < place.cols; q++) data[at + q] = place.data[level * place.cols + q]!
}

/** Levels of a column by how near their places are to coordinates of a row, nearest first; of those equally near the first. */
export function levelsByNearness(column: Extract<CodedColumn, { carries: 'levels' }>, row: Float64Array): number[] {
  const place = places(column)
  const distances = column.levels.map((_, level) => {
    let sum = 0
    for (let q = 0; q < place.cols; q++) sum += (row[column.at + q]! - place.data[level * place.cols + q]!) ** 2
    return sum
  })
  return column.levels.map((_, level) => level).sort((a, b) => distances[a]! - distances[b]! || a - b)
}

/** The number that a coordinate stands for, as the column may have it: within its range, on its lattice. */
export function numberAt(column: NumberCoding, coordinate: number, format: ColumnFormat): number {
  return admitted(column, valueAt(column, coordinate), format)
}

/** A number as the column may have it. */
export function admitted(column: NumberCoding, number: number, format: ColumnFormat): number {
  const value = Math.min(column.high, Math.max(column.low, number))
  return column.values ? nearest(column.values, value) : roundToFormat(onLattice(column, value), format)
}

function onLattice({ lattice, low }: NumberCoding, value: number): number {
  if (!lattice) return value
  const { step, unit } = lattice
  return low + (Math.round(((value - low) * unit) / step) * step) / unit
}

function nearest(ascending: readonly number[], value: number): number {
  const above = Math.min(firstAbove(ascending, value), ascending.length - 1)
  const below = Math.max(0, above - 1)
  return value - ascending[below]! <= ascending[above]! - value ? ascending[below]! : ascending[above]!
}

/** A filled row moved to what its columns may have: levels to their places, numbers to their lattices. `known` [d] stays. */
export function snapRow(coding: Coding, row: Float64Array, known: Uint8Array): void {
  coding.columns.forEach((column, c) => {
    if ((column.carries !== 'number' && column.carries !== 'levels') || known[column.at]) return
    if (column.carries === 'number') {
      const number = numberAt(column, row[column.at]!, coding.formats[c]!)
      row[column.at] = coordinateOf(column, number)
      const apart = spikeLevels(column)
      if (apart) putPlace(row, { place: places(apart), level: spikeLevelOf(column, number), at: apart.at })
    } else putPlace(row, { place: places(column), level: levelsByNearness(column, row)[0]!, at: column.at })
  })
}
