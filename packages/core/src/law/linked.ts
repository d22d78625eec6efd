import { evenly } from '../num/evenly.js'
import type { Matrix } from '../num/matrix.js'
import { type Codes, codesOf, jointCodes } from '../table/codes.js'
import { ATOM_SHARE } from '../table/recurring.js'
import { LUMPY_RATIO, NEAR_MISSES, type NumericScaler, unscaleValues } from '../table/scaling.js'
import type { TrainingRows } from './training-rows.js'

/** Columns of numbers whose values come together, as the wages and the taxes of one place do, and which rows share them. */
export interface LinkedColumns {
  /** Those come first that have the fewest combinations. */
  readonly coordinates: readonly number[]
  /** How many of the first columns each row has the values of that other rows have together, too [M]. */
  readonly shared: Uint8Array
}

/** Rows and columns that are looked at: agreement is seen in a few thousand rows, and pairs of columns are many. */
const MOST_ROWS = 2000
const MOST_COLUMNS = 60
/** Pairs of rows that agree are told from chance by so many standard deviations of their count. */
const BEYOND_CHANCE = 3
/** Rows of the same values in the linked columns, at least: what fewer have would give them away. */
const LEAST_SHARED = 3

type Rows = Pick<TrainingRows, 'encoder' | 'rows'>

/** What is found out about rows once: a search makes many generators of the same. */
const links = new WeakMap<Matrix, readonly LinkedColumns[]>()

/**
 * Groups of `quantile` columns whose values recur together: two rows agree in both columns far more often than they agree in
 * one and just miss each other in the other. Such numbers are names (of a place, a model of car), and to know one is to
 * know the other, however near another value is; noise along each column would pair them anew. It is what makes one column
 * lumpy (`isLumpy`), of two. Rows that repeat a whole row, and values that are atoms, which classes of rows keep together,
 * show nothing. Cost O(M·d), and O(2,000·d²) of at most 60 columns.
 */
export function linkedColumns(training: Rows): readonly LinkedColumns[] {
  const { coordinates } = training.rows
  const known = links.get(coordinates)
  if (known) return known
  const found = findLinks(training)
  links.set(coordinates, found)
  return found
}

function findLinks({ encoder, rows }: Rows): LinkedColumns[] {
  const { codes, coordinates } = rows
  // Tables are sorted.
  const looked = [...evenly(coordinates.rows, MOST_ROWS)]
  const factorCount = encoder.factors.length
  const names = looked.map((i) => codes.subarray(i * factorCount, (i + 1) * factorCount).join())
  const seenColumns: SeenColumn[] = []
  for (const code of encoder.columns) {
    if (code.carries !== 'coordinate' || code.scaler.method !== 'quantile') continue
    const column = { coordinate: code.coordinate, scaler: code.scaler, missingFactor: code.missingFactor }
    const values = valuesOf(rows, column, looked)
    for (const k of looked.keys()) names[k] += `;${values[k]}`
    seenColumns.push({ ...column, seen: values })
  }
  const known = new Set<string>()
  const places = looked.map((_, k) => k).filter((k) => known.size < known.add(names[k]!).size)
  const some = places.map((k) => looked[k]!)
  const compared = meeting(seenColumns, places).flatMap(({ seen: _, ...column }) => {
    const ranked = recurring(valuesOf(rows, column))
    return ranked ? [{ coordinate: column.coordinate, ...ranked }] : []
  })
  const groups = compared.map((column) => [column])
  compared.forEach((a, k) => {
    for (const b of compared.slice(k + 1)) if (isLumpyPair(a, b, some)) join(groups, a, b)
  })
  return groups.filter((group) => group.length > 1).map((group) => linkOf(group, coordinates.rows))
}

/** A column of ranks, and how it is read. */
interface RankedColumn {
  readonly coordinate: number
  readonly scaler: NumericScaler
  readonly missingFactor: number | undefined
}

/** The same with the values of the rows that are looked at. */
interface SeenColumn extends RankedColumn {
  readonly seen: Float64Array
}

/** Values of a column as they are written, NaN where they are missing; of some rows alone. */
function valuesOf(
  { codes, coordinates }: Rows['rows'],
  { coordinate, scaler, missingFactor }: RankedColumn,
  rows?: readonly number[]
): Float64Array {
  const factorCount = codes.length / coordinates.rows
  const rowAt = (k: number): number => (rows ? rows[k]! : k)
  const scaled = Float64Array.from(
    { length: rows?.length ?? coordinates.rows },
    (_, k) => coordinates.data[rowAt(k) * coordinates.cols + coordinate]!
  )
  const decoded = unscaleValues(scaler, scaled)
  return missingFactor === undefined
    ? decoded
    : decoded.map((x, k) => (codes[rowAt(k) * factorCount + missingFactor] === 1 ? Number.NaN : x))
}

/**
 * The columns that have the values of two rows in common with another: no others can be linked, and only these need be read
 * in all rows. Of those that have a value twice the first 60 are compared.
 */
function meeting(columns: readonly SeenColumn[], places: readonly number[]): readonly SeenColumn[] {
  const coded = columns.map((column) => ({ column, codes: codesOfPresent(Float64Array.from(places, (k) => column.seen[k]!)) }))
  const twice = coded.filter(({ codes }) => codes.count < codes.codes.length).slice(0, MOST_COLUMNS)
  const met = new Set<SeenColumn>()
  for (const [k, a] of twice.entries())
    for (const b of twice.slice(k + 1))
      if (!(met.has(a.column) && met.has(b.column)) && jointCodes(a.codes, b.codes).count < places.length) met.add(a.column).add(b.column)
  return columns.filter((column) => met.has(column))
}

/** Codes of values, each that is missing a code of its own. */
function codesOfPresent(values: Float64Array): Codes {
  const found = codesOf({ name: '', kind: 'number', values })
  let { count } = found
  const codes = found.codes.map((code, k) => (Number.isNaN(values[k]!) ? count++ : code))
  return { codes, count }
}

/** A column by the place of each row's value among its values; −1 where it is missing [M]. */
interface Column {
  readonly coordinate: number
  readonly places: Int32Array
  readonly count: number
}

/** The places of values, of which those that are not numbers are missing; undefined where most occur once, or all are the same. */
function recurring(values: Float64Array): Pick<Column, 'places' | 'count'> | undefined {
  const present = values.filter((x) => !Number.isNaN(x)).sort()
  const listed = present.filter((x, k) => k === 0 || x !== present[k - 1])
  if (listed.length < 2 || 2 * listed.length >= values.length) return undefined
  const placeOf = new Map(Array.from(listed, (value, place) => [value, place]))
  return { places: Int32Array.from(values, (value) => placeOf.get(value) ?? -1), count: listed.length }
}

/** Whether pairs of rows agree in both columns more than twice as often as in one of them beside a near miss in the other. */
function isLumpyPair(a: Column, b: Column, rows: readonly number[]): boolean {
  const [ofA, ofB] = [countsOf(a, rows), countsOf(b, rows)]
  const cells = new Map<number, number>()
  for (const i of rows) {
    const cell = a.places[i]! * b.count + b.places[i]!
    if (a.places[i]! >= 0 && b.places[i]! >= 0) cells.set(cell, (cells.get(cell) ?? 0) + 1)
  }
  const atom = ATOM_SHARE * rows.length
  let [both, near, across] = [0, 0, 0]
  for (const [cell, count] of cells) {
    const [x, y] = [Math.floor(cell / b.count), cell % b.count]
    if (ofA[x]! >= atom || ofB[y]! >= atom) continue
    both += (count * (count - 1)) / 2
    near += (count / 2) * expected(y, ofB, (other) => cells.get(x * b.count + other) ?? 0)
    across += (count / 2) * expected(x, ofA, (other) => cells.get(other * b.count + y) ?? 0)
  }
  return both - LUMPY_RATIO * Math.max(near, across) > BEYOND_CHANCE * Math.sqrt(both)
}

/** Rows that a cell would have, were its share of this value's rows that of the values beside it. */
function expected(place: number, counts: Float64Array, inCell: (other: number) => number): number {
  let [found, all] = [0, 0]
  for (let other = Math.max(0, place - NEAR_MISSES); other <= Math.min(counts.length - 1, place + NEAR_MISSES); other++) {
    if (other === place) continue
    found += inCell(other)
    all += counts[other]!
  }
  return all > 0 ? (found / all) * counts[place]! : 0
}

function countsOf({ places, count }: Column, rows: readonly number[]): Float64Array {
  const counts = new Float64Array(count)
  for (const i of rows) if (places[i]! >= 0) counts[places[i]!]!++
  return counts
}

function join(groups: Column[][], a: Column, b: Column): void {
  const [first, second] = [a, b].map((column) => groups.findIndex((group) => group.includes(column)))
  if (first === second) return
  groups[first!]!.push(...groups[second!]!)
  groups.splice(second!, 1)
}

/** Columns in order: that with the fewest values first, then always that with which there are the fewest combinations. */
function linkOf(group: readonly Column[], rowCount: number): LinkedColumns {
  const shared = new Uint8Array(rowCount)
  const coordinates: number[] = []
  let before: Joint = { ofRow: new Uint32Array(rowCount), count: 1 }
  const left = [...group]
  while (left.length > 0) {
    const joined = left.map((column) => ({ column, ...joinOf(before, column) })).reduce((a, b) => (b.count < a.count ? b : a))
    left.splice(left.indexOf(joined.column), 1)
    coordinates.push(joined.column.coordinate)
    const rows = new Uint32Array(joined.count)
    for (const combination of joined.ofRow) rows[combination]!++
    joined.ofRow.forEach((combination, i) => {
      const follows = shared[i] === coordinates.length - 1 && joined.column.places[i]! >= 0
      if (follows && rows[combination]! >= LEAST_SHARED) shared[i] = coordinates.length
    })
    before = joined
  }
  return { coordinates, shared }
}

interface Joint {
  readonly ofRow: Uint32Array
  readonly count: number
}

function joinOf({ ofRow }: Joint, { places, count }: Column): Joint {
  const numbers = new Map<number, number>()
  const joint = ofRow.map((combination, i) => {
    const name = combination * (count + 1) + places[i]! + 1
    const number = numbers.get(name) ?? numbers.size
    numbers.set(name, number)
    return number
  })
  return { ofRow: joint, count: numbers.size }
}
