import { exp, log, normalQuantile } from '../num/elementary.js'
import { regularCholeskyInPlace, solveLowerInPlace } from '../num/linear-algebra.js'
import { beside, columnOf, copyMatrix, type Matrix, matrix, takeRows, takeValues } from '../num/matrix.js'
import { Moments, type PartMoments, type PartOfRows } from '../num/part-moments.js'
import { quantileOfSorted, sorted } from '../num/statistics.js'
import { Turns } from '../num/together.js'
import { spreadRows } from '../table/codes.js'
import type { Encoded, Encoder } from '../table/encoder.js'
import { slopesOnPlaces } from './place-slopes.js'
import type { TrainingRows } from './training-rows.js'

/** Where the levels of a factor stand, about their mean [levels, q]. */
interface Levels {
  readonly factor: number
  readonly places: Matrix
}

/** A number within the range of its rows, and what of it lies above each knot, about their means. */
interface Curve {
  readonly number: number
  readonly low: number
  readonly high: number
  readonly knots: Float64Array
  /** [1 + knots] */
  readonly centre: Float64Array
}

type Part = Levels | Curve
/** Products of all columns of its parts. */
type Term = readonly Part[]

/** What a number goes by, and its slopes on all columns of these terms, one after the other. */
interface NumberMean {
  readonly number: number
  readonly terms: readonly Term[]
  readonly slopes: Float64Array
}

/** Means of numbers given categories and those of them that come before. Plain data. */
export type NumberMeans = readonly NumberMean[]

/** Columns of a term: levels of a category, or a number along its curve. */
type PartName = { readonly factor: string } | { readonly number: string }

/** By name, what each number goes by besides the levels of every factor, in the order in which numbers are drawn. */
export type MeanTerms = readonly { readonly number: string; readonly terms: readonly (readonly PartName[])[] }[]

/** Knots of a curve, at quantiles: a season of two months in a year bends between two of them. */
const KNOTS = 7
/** How likely it is that anything is found in a table of which nothing is to be found. */
const CHANCE = 1e-3
/** Rows that tell whether numbers go by a term, at most: an effect of a tenth of a standard deviation is found in so many. */
const MOST_ROWS = 2000
/** Rows that slopes on such terms are learned from, at most: on 200 columns they take as much memory as four million cells. */
const MOST_FITTED = 20_000
/** Rows a slope, at least. @source Peduzzi and others, Journal of Clinical Epidemiology 1996: ten a variable of a regression. */
const ROWS_PER_SLOPE = 10

/**
 * Means of the numbers of rows: by the levels of each factor, and, where rows show it beyond chance, by two factors together, by another
 * number along a curve, and along one that differs by level. Numbers that go by others come after them; where two go by each other, it is
 * the one that shows more. Slopes are those of ridges that rows left out choose, of one term after the other.
 *
 * points [M, d + q] are the rows' numbers and places of all factors; `weights` sum to 1. Rows in which a number is missing say nothing of it.
 * `known`: what numbers go by, where rows that these are some of have shown it; slopes are those of these rows.
 * @source Journel and Huijbregts, *Mining geostatistics*, 1978: what is left of a drift is simulated, and the drift added.
 * Cost O(n·K²·d) for K factors of two levels and n rows of 2,000 at most, and that of `slopesOnPlaces` for each term that is found, in turns with
 * what goes on beside it.
 */
export async function numberMeans(
  training: Pick<TrainingRows, 'encoder' | 'rows'>,
  points: Matrix,
  weights: Float64Array,
  known?: MeanTerms
): Promise<NumberMeans> {
  const { encoder, rows } = training
  const turns = new Turns()
  await turns.next()
  const d = rows.coordinates.cols
  const slopes = slopesOnPlaces(points, d, weights)
  const levels = encoder.factors.map(({ places }, factor): Term => [{ factor, places: centredPlaces(places, factor, rows, weights) }])
  const plain = Array.from({ length: d }, (_, number): NumberMean => ({ number, terms: levels, slopes: columnOf(slopes, number) }))
  const left = residualsOf(plain, rows)
  const present = presentWeights(training, weights)
  // What stands in a missing cell would bend curves.
  const curves = present.flatMap((own, number): Term[] => (own === weights ? [[curveOf(rows.coordinates, number, weights)]] : []))
  const looked = async (): Promise<Ordered[]> => {
    const found = await foundTerms([...pairsOf(levels), ...curves, ...productsOf(curves, levels)], { rows, left, weights, present, turns })
    return inOrder(found, { count: d, columns: slopes.rows, most: Math.min(MOST_ROWS, 1 / sumOfSquares(weights)) / ROWS_PER_SLOPE })
  }
  const ordered = known ? orderedAs(known, { encoder, parts: [...levels, ...curves].flat() }) : await looked()
  const means: NumberMean[] = []
  for (const { number, terms } of ordered) {
    if (turns.over) await turns.next()
    means.push(terms.length === 0 ? plain[number]! : meanOf({ number, levels, terms }, { rows, left, weights: present[number]! }))
  }
  return means
}

/** What of such means other rows of the table are to go by. */
export function termsOf(means: NumberMeans, encoder: Encoder): MeanTerms {
  const names = numberNames(encoder)
  const nameOf = (part: Part): PartName =>
    isCurve(part) ? { number: names[part.number]! } : { factor: encoder.factors[part.factor]!.name }
  return means.map(({ number, terms }) => ({ number: names[number]!, terms: terms.filter(isMore).map((term) => term.map(nameOf)) }))
}

/** Terms as they were found on other rows; those of which these rows lack a part are left out. */
function orderedAs(known: MeanTerms, { encoder, parts }: { readonly encoder: Encoder; readonly parts: readonly Part[] }): Ordered[] {
  const names = numberNames(encoder)
  const partOf = (name: PartName): Part[] =>
    parts.filter((part) =>
      isCurve(part)
        ? 'number' in name && names[part.number] === name.number
        : 'factor' in name && encoder.factors[part.factor]!.name === name.factor
    )
  const ordered = known.flatMap(({ number, terms }): Ordered[] => {
    const own = terms.map((term) => term.flatMap(partOf)).filter((term, t) => term.length === terms[t]!.length && widthOf(term) > 0)
    return names.includes(number) ? [{ number: names.indexOf(number), terms: own }] : []
  })
  const others = [...names.keys()].filter((number) => !ordered.some((one) => one.number === number))
  return [...ordered, ...others.map((number): Ordered => ({ number, terms: [] }))]
}

/** Of each coordinate. */
const numberNames = ({ columns }: Encoder): string[] => columns.flatMap((code) => (code.carries === 'coordinate' ? [code.name] : []))

/** Whether a term is more than the levels of a factor. */
const isMore = ([part, ...more]: Term): boolean => more.length > 0 || (part !== undefined && isCurve(part))

/** What the means of the rows' numbers leave of these [n, d]. Cost O(n·columns). */
export const residualsOf = (means: NumberMeans, { coordinates, codes }: Encoded): Matrix =>
  besideMeans(means, { values: coordinates, codes, numbers: coordinates, sign: -1 })

/** The numbers of which so much is left [n, d]. Cost O(n·columns). */
export function withMeans(means: NumberMeans, codes: Int32Array, residuals: Matrix): Matrix {
  const values = copyMatrix(residuals)
  return besideMeans(means, { values, codes, numbers: values, sign: 1 }, values)
}

interface Beside {
  readonly values: Matrix
  readonly codes: Int32Array
  /** By which means go, those that come before as they are by then. */
  readonly numbers: Matrix
  readonly sign: 1 | -1
}

function besideMeans(means: NumberMeans, { values, codes, numbers, sign }: Beside, out = copyMatrix(values)): Matrix {
  const { rows, cols } = values
  const factors = codes.length / Math.max(1, rows)
  const row = new Row({ coordinates: numbers, codes })
  const split = means.map(byLevelFirst)
  const own = new Float64Array(split.flatMap(({ others }) => others.map(({ term }) => widthOf(term))).reduce((a, b) => Math.max(a, b), 1))
  for (let i = 0; i < rows; i++)
    for (const { number, levels, others } of split) {
      let sum = 0
      for (const { factor, effects } of levels) sum += effects[codes[i * factors + factor]!]!
      for (const { term, slopes } of others) {
        const width = row.columnsInto(i, term, own, 0)
        for (let a = 0; a < width; a++) sum += slopes[a]! * own[a]!
      }
      out.data[i * cols + number] = values.data[i * cols + number]! + sign * sum
    }
  return out
}

/** A mean with what each level of a factor by itself adds to it. */
function byLevelFirst({ number, terms, slopes }: NumberMean) {
  let at = 0
  const parts = terms.map((term) => {
    const own = slopes.subarray(at, at + widthOf(term))
    at += own.length
    return { term, slopes: own }
  })
  const levels = parts.flatMap(({ term: [part, ...more], slopes: own }) => {
    if (more.length > 0 || !part || isCurve(part)) return []
    const { rows, cols, data } = part.places
    const effects = Float64Array.from({ length: rows }, (_, level) =>
      own.reduce((sum, slope, c) => sum + slope * data[level * cols + c]!, 0)
    )
    return [{ factor: part.factor, effects }]
  })
  return { number, levels, others: parts.filter(({ term }) => isMore(term)) }
}

const widthOfPart = (part: Part): number => ('factor' in part ? part.places.cols : part.centre.length)
const widthOf = (term: Term): number => term.reduce((width, part) => width * widthOfPart(part), 1)
const sizeOf = (terms: readonly Term[]): number => terms.reduce((sum, term) => sum + widthOf(term), 0)

/** Columns of terms at rows. */
class Row {
  private readonly factors: number
  /** Columns of one part at a row. */
  private own = new Float64Array(16)

  constructor(private readonly rows: Encoded) {
    this.factors = rows.codes.length / Math.max(1, rows.coordinates.rows)
  }

  /** Writes those of row i from a place on; gives how many they are. */
  columnsInto(i: number, term: Term, out: Float64Array, at: number): number {
    let size = 1
    out[at] = 1
    for (const part of term) {
      const width = this.partInto(i, part)
      const { own } = this
      for (let a = size - 1; a >= 0; a--) {
        const before = out[at + a]!
        for (let b = width - 1; b >= 0; b--) out[at + a * width + b] = before * own[b]!
      }
      size *= width
    }
    return size
  }

  private partInto(i: number, part: Part): number {
    const { coordinates, codes } = this.rows
    const width = widthOfPart(part)
    if (this.own.length < width) this.own = new Float64Array(2 * width)
    const { own } = this
    if ('factor' in part) {
      const from = codes[i * this.factors + part.factor]! * width
      for (let b = 0; b < width; b++) own[b] = part.places.data[from + b]!
      return width
    }
    const x = Math.min(part.high, Math.max(part.low, coordinates.data[i * coordinates.cols + part.number]!))
    own[0] = x - part.centre[0]!
    for (let b = 1; b < width; b++) own[b] = Math.max(0, x - part.knots[b - 1]!) - part.centre[b]!
    return width
  }
}

/** Some columns of numbers [n, …], and columns of terms at rows behind them. */
function columnsBehind({ data, cols }: Matrix, first: readonly number[], terms: readonly Term[], rows: Encoded, some: Uint32Array): Matrix {
  const out = matrix(some.length, first.length + sizeOf(terms))
  const row = new Row(rows)
  for (let i = 0; i < some.length; i++) {
    let at = i * out.cols
    for (let c = 0; c < first.length; c++) out.data[at++] = data[i * cols + first[c]!]!
    for (const term of terms) at += row.columnsInto(some[i]!, term, out.data, at)
  }
  return out
}

function centredPlaces(places: Matrix, factor: number, { codes }: Encoded, weights: Float64Array): Matrix {
  const width = codes.length / weights.length
  const mean = new Float64Array(places.cols)
  for (let i = 0; i < weights.length; i++)
    for (let c = 0; c < mean.length; c++) mean[c]! += weights[i]! * places.data[codes[i * width + factor]! * mean.length + c]!
  return matrix(
    places.rows,
    places.cols,
    places.data.map((x, at) => x - mean[at % mean.length]!)
  )
}

function curveOf(coordinates: Matrix, number: number, weights: Float64Array): Curve {
  const values = columnOf(coordinates, number)
  const ascending = sorted(values)
  const [low, high] = [ascending[0]!, ascending.at(-1)!]
  const quantiles = Array.from({ length: KNOTS }, (_, k) => quantileOfSorted(ascending, (k + 1) / (KNOTS + 1)))
  const knots = Float64Array.from(new Set(quantiles)).filter((knot) => knot > low && knot < high)
  const centre = new Float64Array(1 + knots.length)
  for (let i = 0; i < values.length; i++) {
    const [x, weight] = [values[i]!, weights[i]!]
    centre[0]! += weight * x
    for (let k = 0; k < knots.length; k++) centre[1 + k]! += weight * Math.max(0, x - knots[k]!)
  }
  return { number, low, high, knots, centre }
}

const pairsOf = (terms: readonly Term[]): Term[] => terms.flatMap((one, k) => terms.slice(0, k).map((other) => [...other, ...one]))
const productsOf = (some: readonly Term[], others: readonly Term[]): Term[] =>
  some.flatMap((one) => others.map((other) => [...one, ...other]))

/** Weights of the rows for each number: those of all, or of rows in which it is there. */
function presentWeights({ encoder, rows }: Pick<TrainingRows, 'encoder' | 'rows'>, weights: Float64Array): Float64Array[] {
  return encoder.columns.flatMap((code) => {
    if (code.carries !== 'coordinate') return []
    const { missingFactor } = code
    if (missingFactor === undefined) return [weights]
    return [weights.map((weight, i) => (rows.codes[i * encoder.factors.length + missingFactor] === 1 ? 0 : weight))]
  })
}

interface Looked {
  readonly rows: Encoded
  /** What levels leave of the numbers [M, d]. */
  readonly left: Matrix
  readonly weights: Float64Array
  /** Weights of the rows for each number: these, or 0 where it is missing. */
  readonly present: readonly Float64Array[]
  readonly turns: Turns
}

interface FoundTerm {
  readonly number: number
  readonly term: Term
  /** How far beyond chance, as a standard normal number. */
  readonly score: number
}

/** Numbers of the same rows. */
interface LookedTogether extends PartOfRows {
  readonly numbers: Uint32Array
  /** As many rows of equal weights tell as much. */
  readonly count: number
}

const isCurve = (part: Part): part is Curve => 'number' in part
const sumOfSquares = (values: Float64Array): number => values.reduce((sum, x) => sum + x * x, 0)

/**
 * What numbers go by beyond chance, what shows most first. Straight lines do not count, also of what levels leave of another number, as
 * noise has the covariance of the rows; nor does what a curve tells alone, of one that differs by level.
 */
async function foundTerms(terms: readonly Term[], { rows, left, weights, present, turns }: Looked): Promise<FoundTerm[]> {
  const some = spreadRows(left.rows, MOST_ROWS)
  const taken = takeRows(left, some)
  const shares = sharesOf(weights, some)
  const least = normalQuantile(1 - CHANCE)
  const found: FoundTerm[] = []
  let tried = 0
  const look = ({ curves, head, terms: batch }: Batch, groups: readonly LookedTogether[]): void => {
    const own = columnsBehind(
      taken,
      curves.map(({ number }) => number),
      [...head, ...batch],
      rows,
      some
    )
    const shared = curves.length + sizeOf(head)
    // A straight line is that of what levels leave, and of the number itself.
    const beyond = head.length > 0 ? shared : 2 * curves.length
    const widths = batch.map((term) => shared + widthOf(term))
    const moments = new Moments(beside(taken, own), shares)
    for (const group of groups) {
      const { numbers, count } = group
      const explained = explainedShares(moments.in(group), { numbers, start: taken.cols, shared, beyond, widths })
      for (const [t, term] of batch.entries())
        for (const [k, number] of numbers.entries()) {
          if (term.some((part) => isCurve(part) && part.number === number)) continue
          tried++
          const score = normalScore(explained[t]![k]! * count, widths[t]! - beyond)
          if (score > least) found.push({ number, term, score })
        }
    }
  }
  // Numbers of the same rows are looked at together.
  const groups = [...new Set(present)].flatMap((own) => {
    const numbers = Uint32Array.from(present.keys()).filter((number) => present[number] === own)
    const isThere = (i: number): boolean => own[some[i]!]! > 0
    const having = Uint32Array.from(some.keys()).filter(isThere)
    const lacking = Uint32Array.from(some.keys()).filter((i) => !isThere(i))
    const count = 1 / sumOfSquares(sharesOf(own, some))
    const told = terms.filter((term) => widthOf(term) > 0 && widthOf(term) <= count / ROWS_PER_SLOPE)
    return count < Number.POSITIVE_INFINITY ? [{ numbers, having, lacking, count, told }] : []
  })
  // Those that are told by as many are by the same terms, whose columns are made once: most of a wide table with gaps has its own rows.
  const alike = new Map<number, typeof groups>()
  for (const group of groups) alike.set(group.told.length, [...(alike.get(group.told.length) ?? []), group])
  for (const together of alike.values())
    for (const batch of batchesOf(together[0]!.told)) {
      if (turns.over) await turns.next()
      look(batch, together)
    }
  const leastOfAll = normalQuantile(1 - CHANCE / Math.max(1, tried))
  return found.filter(({ score }) => score > leastOfAll).sort((a, b) => b.score - a.score)
}

/** Columns of terms whose covariance is taken at once: it costs their square. */
const MOST_AT_ONCE = 64

/** Terms that are looked at together, and what stands before each of them. */
interface Batch {
  readonly curves: readonly Curve[]
  /** Curves that differ by level in the terms. */
  readonly head: readonly Term[]
  readonly terms: Term[]
}

/** Terms some at a time, those without curves and those with the same one. */
function batchesOf(terms: readonly Term[]): Batch[] {
  const batches: Batch[] = []
  const last = new Map<Curve | undefined, { readonly batch: Batch; left: number }>()
  for (const term of terms) {
    const curves = term.filter(isCurve)
    const head = term.length > 1 ? curves.map((curve): Term => [curve]) : []
    const width = widthOf(term)
    const open = term.length > 1 || curves.length === 0 ? last.get(curves[0]) : undefined
    if (open && width <= open.left) {
      open.batch.terms.push(term)
      open.left -= width
      continue
    }
    const batch = { curves, head, terms: [term] }
    batches.push(batch)
    if (term.length > 1 || curves.length === 0) last.set(curves[0], { batch, left: Math.max(0, MOST_AT_ONCE - width) })
  }
  return batches
}

interface Explained {
  readonly numbers: Uint32Array
  /** The column behind all numbers. */
  readonly start: number
  /** Columns from there on that stand before each term. */
  readonly shared: number
  readonly beyond: number
  /** Columns of each term, these among them. */
  readonly widths: readonly number[]
}

/** Shares of the variances of numbers that the columns of each term explain beyond so many of these [terms][numbers]. Cost O(Σ p³). */
function explainedShares(moments: PartMoments, { numbers, start, shared, beyond, widths }: Explained): Float64Array[] {
  const most = widths.reduce((a, b) => Math.max(a, b), 1)
  const [room, scratch, cross] = [new Float64Array(most ** 2), new Float64Array(most ** 2), new Float64Array(most)]
  const variances = Float64Array.from(numbers, (number) => {
    moments.across(number, [number], cross)
    return cross[0]!
  })
  let from = start + shared
  return widths.map((p) => {
    const columns = Uint32Array.from({ length: p }, (_, a) => (a < shared ? start + a : from + a - shared))
    const own = room.subarray(0, p * p)
    moments.covariances(columns, own)
    regularCholeskyInPlace(own, p, scratch)
    from += p - shared
    return Float64Array.from(numbers, (number, k) => {
      moments.across(number, columns, cross)
      solveLowerInPlace(own, p, cross)
      let explained = 0
      for (let a = beyond; a < p; a++) explained += cross[a]! ** 2
      return variances[k]! > 0 ? explained / variances[k]! : 0
    })
  })
}

/** A χ² of k degrees of freedom as a standard normal number. @source Wilson and Hilferty, PNAS 1931. */
function normalScore(square: number, k: number): number {
  if (!(square > 0 && k > 0)) return Number.NEGATIVE_INFINITY
  const variance = 2 / (9 * k)
  return (exp(log(square / k) / 3) - (1 - variance)) / Math.sqrt(variance)
}

interface Ordered {
  readonly number: number
  readonly terms: readonly Term[]
}

interface Room {
  /** Numbers, columns of their levels, and columns at most. */
  readonly count: number
  readonly columns: number
  readonly most: number
}

/** Numbers in an order in which each comes after those that it goes by, with as many terms as rows can tell. */
function inOrder(found: readonly FoundTerm[], { count, columns, most }: Room): Ordered[] {
  const before = Array.from({ length: count }, () => new Set<number>())
  const terms = before.map((): Term[] => [])
  const goesBy = (one: number, other: number): boolean => one === other || [...before[one]!].some((k) => goesBy(k, other))
  for (const { number, term } of found) {
    const curves = term.filter(isCurve)
    if (curves.some((curve) => goesBy(curve.number, number))) continue
    const own = terms[number]!
    // A curve that differs by level is a curve.
    const more = [...curves.map((curve): Term => [curve]), term].filter((one, k, all) => k === 0 || one.length > all[k - 1]!.length)
    const added = more.filter((one) => !own.some((other) => isLike(one, other)))
    if ([...own, ...added].reduce((sum, one) => sum + widthOf(one), columns) > most) continue
    own.push(...added)
    for (const curve of curves) before[number]!.add(curve.number)
  }
  const order = new Set<number>()
  const place = (number: number) => {
    for (const one of before[number]!) if (!order.has(one)) place(one)
    order.add(number)
  }
  for (const number of before.keys()) place(number)
  return [...order].map((number) => ({ number, terms: terms[number]! }))
}

const isLike = (one: Term, other: Term): boolean => one.length === other.length && one.every((part, k) => part === other[k])

interface LeftOf {
  readonly rows: Encoded
  /** Of the numbers, by levels alone [M, d]. */
  readonly left: Matrix
  readonly weights: Float64Array
}

/** Slopes of one term after the other on what those before leave, then those of levels again: a ridge of their own each. */
function meanOf({ number, levels, terms }: Ordered & { readonly levels: readonly Term[] }, { rows, left, weights }: LeftOf): NumberMean {
  const some = spreadRows(left.rows, MOST_FITTED)
  const shares = sharesOf(weights, some)
  const values = takeValues(columnOf(rows.coordinates, number), some)
  const rest = takeValues(columnOf(left, number), some)
  const byLevels = values.map((x, i) => x - rest[i]!)
  const slopesOn = (terms: readonly Term[], target: Float64Array) => {
    const columns = columnsBehind(matrix(target.length, 1, target), [0], terms, rows, some)
    return { columns, slopes: slopesOnPlaces(columns, 1, shares).data }
  }
  const found = terms.map((term) => {
    const { columns, slopes } = slopesOn([term], rest)
    for (let i = 0; i < rest.length; i++)
      for (let a = 0; a < slopes.length; a++) rest[i]! -= slopes[a]! * columns.data[i * columns.cols + 1 + a]!
    return slopes
  })
  const target = rest.map((x, i) => x + byLevels[i]!)
  const all = [slopesOn(levels, target).slopes, ...found]
  return { number, terms: [...levels, ...terms], slopes: Float64Array.from(all.flatMap((slopes) => [...slopes])) }
}

/** Weights of some rows, sum 1 where there are any. */
function sharesOf(weights: Float64Array, rows: Uint32Array): Float64Array {
  const own = takeValues(weights, rows)
  const total = own.reduce((a, b) => a + b, 0)
  return total > 0 ? own.map((weight) => weight / total) : own
}
