import { later } from '../../num/later.js'
import { choleskyInPlace, dot, solveLowerInPlace, solveLowerTransposedInPlace } from '../../num/linear-algebra.js'
import { summaryOf } from '../../num/summary.js'
import { leastFromHalf, type Quantity, tolerance } from './quantity.js'
import { choicesOf, simplestFactorIn, simplestIn } from './shapes.js'

/** constant + Σ weights[k] · the column inputs[k], which another column is, rounded to its unit. */
export interface WeightedSum {
  readonly inputs: readonly number[]
  readonly weights: readonly number[]
  readonly constant: number
  /** How many sums could be written with as many columns and as many digits: so many were tried, in effect. */
  readonly choices: number
}

/** Rows, spread over the table, that the sums are fitted on. */
const MOST_ROWS = 2000
/** Columns of a sum at most: two years of months. */
const MOST_TERMS = 24
/** Rows for each column of a sum at least: fewer fit whatever they are. */
const ROWS_A_TERM = 4
/** Room for a constant, in units of the column, beside halves that are rounded one way; of halves both ways the computer leaves less. */
const LEAST_ROOM = 0.001
/** A weight is the simplest number within so many standard errors: of rounding, and one in 16,000 is further. Within fewer where such a sum misses a row. */
const STANDARD_ERRORS = [4, 2, 1, 0.5] as const
/** What a sum leaves of its column beside the variance of rounding, at most: all of a unit would be three times as much. */
const MOST_LEFT = 3
/** Variance of what rounding to one unit takes away. */
const ROUNDED = 1 / 12
/** What is left of a column after others, beside its variance, that double precision cannot tell from nothing. */
export const LOST = 1e-13

/**
 * Finds the weighted sum of other columns that a column is, on some rows: forward selection on centred moments until what is left is
 * rounding, then the simplest weights. Columns with gaps where the target has none are no parts. Cost O(p² · rows) once, and
 * O(p · (rows + parts²)) for each target; for one with gaps as much as once.
 */
export class WeightedSums {
  private readonly whole: Moments | undefined

  constructor(
    private readonly quantities: readonly Quantity[],
    private readonly rows: ArrayLike<number>
  ) {
    this.whole = this.momentsWithin(undefined)
  }

  of(target: number): WeightedSum | undefined {
    const one = this.quantities[target]!
    const moments = hasGaps(one) ? this.momentsWithin(one) : this.whole
    return moments?.sumOf(one, new Set(this.quantities.flatMap(({ name }, q) => (q === target || name === one.name ? [q] : []))))
  }

  /** Of a quantity that is no column, without gaps on these rows, as a sum of columns but for some. */
  ofOther(one: Quantity, except: ReadonlySet<number>): WeightedSum | undefined {
    return this.whole?.sumOf(one, except)
  }

  /** Whether some columns leave no more of a column on these rows than rounding, whatever their weights: it bends nowhere. */
  isLinear(target: number): boolean {
    return this.whole?.isLinear(this.quantities[target]!) ?? false
  }

  /** Moments of the columns that have no gap where this one has none, on the rows where it is there. */
  private momentsWithin(target: Quantity | undefined): Moments | undefined {
    const present = target ? Array.from(this.rows).filter((i) => !Number.isNaN(target.values[i]!)) : this.rows
    const count = Math.min(MOST_ROWS, present.length)
    const rows = Array.from({ length: count }, (_, k) => present[Math.floor(((k + 0.5) * present.length) / count)]!)
    const whole = this.quantities.flatMap(({ values, isDate }, q) => (!isDate && !rows.some((i) => Number.isNaN(values[i]!)) ? [q] : []))
    // What counts as 0 where it is missing is the column itself where that is there.
    const there = new Set(whole.flatMap((q) => (this.quantities[q]!.of ? [] : [this.quantities[q]!.name])))
    const columns = whole.filter((q) => !this.quantities[q]!.of || !there.has(this.quantities[q]!.name))
    if (columns.length < 2 || rows.length < 3 * ROWS_A_TERM) return undefined
    return new Moments(this.quantities, columns, rows)
  }
}

/** What is to be a sum of columns. */
interface Target {
  /** Which of the columns it is; −1 where it is none. */
  readonly own: number
  readonly values: Float64Array
  readonly unit: number
  /** Its values on the rows of the moments, off their mean. */
  readonly centred: Float64Array
  readonly variance: number
  /** [p], its covariance with each column. */
  readonly toColumns: Float64Array
  /** Columns that may be parts. */
  readonly among: number
}

/** Means and covariances of columns, on some rows. */
class Moments {
  private readonly means: readonly number[]
  /** [p][rows], off their means. */
  private readonly centredColumns: readonly Float64Array[]
  private readonly covariance: Float64Array
  private readonly leastLeft = later(() => leftByAllOthers(this.covariance, this.columns.length))

  constructor(
    private readonly quantities: readonly Quantity[],
    private readonly columns: readonly number[],
    private readonly rows: readonly number[]
  ) {
    const p = columns.length
    this.means = columns.map((q) => this.meanOf(quantities[q]!))
    const centred = columns.map((q, k) => this.centred(quantities[q]!, this.means[k]!))
    this.centredColumns = centred
    this.covariance = new Float64Array(p * p)
    for (let j = 0; j < p; j++)
      for (let k = 0; k <= j; k++) this.covariance[j * p + k] = this.covariance[k * p + j] = dot(centred[j]!, centred[k]!) / rows.length
  }

  private meanOf({ values }: Quantity): number {
    const { rows } = this
    let mean = 0
    for (let r = 0; r < rows.length; r++) mean += values[rows[r]!]! / rows.length
    return mean
  }

  private centred({ values }: Quantity, mean: number): Float64Array {
    const { rows } = this
    const out = new Float64Array(rows.length)
    for (let r = 0; r < rows.length; r++) out[r] = values[rows[r]!]! - mean
    return out
  }

  /**
   * Of the sums that a quantity is on these rows, one of few digits: where columns are sums themselves there
   * are several, and one without some column of the sum found may be simpler.
   */
  sumOf(one: Quantity, except: ReadonlySet<number>): WeightedSum | undefined {
    const without = new Set(this.columns.flatMap((q, k) => (except.has(q) ? [k] : [])))
    const target = this.targetOf(one, this.columns.length - without.size)
    if (!this.mayBeTold(target)) return undefined
    let best = this.sumWithout(target, without)
    for (let sum = best; sum; ) {
      const others = sum.inputs.map((q) => this.sumWithout(target, new Set([...without, this.columns.indexOf(q)])))
      const simplest = others.reduce((one, other) => (other && (!one || other.choices < one.choices) ? other : one), undefined)
      if (!simplest || simplest.choices >= sum.choices) break
      for (const q of sum.inputs) if (!simplest.inputs.includes(q)) without.add(this.columns.indexOf(q))
      sum = best = simplest
    }
    return best
  }

  isLinear(one: Quantity): boolean {
    const target = this.targetOf(one, this.columns.length)
    if (!this.mayBeTold(target)) return false
    for (const { left } of this.selection(target, new Set([target.own]))) if (left <= mostLeft(target)) return true
    return false
  }

  /** Some columns leave no less of one than all. */
  private mayBeTold(target: Target): boolean {
    return target.own < 0 || this.leastLeft()[target.own]! <= mostLeft(target)
  }

  private targetOf(one: Quantity, among: number): Target {
    const [p, n] = [this.columns.length, this.rows.length]
    const centred = this.centred(one, this.meanOf(one))
    const own = this.columns.findIndex((q) => this.quantities[q] === one)
    const along = () => Float64Array.from(this.centredColumns, (column) => dot(centred, column) / n)
    const toColumns = own < 0 ? along() : this.covariance.slice(own * p, (own + 1) * p)
    return { own, values: one.values, unit: one.unit, centred, variance: dot(centred, centred) / n, toColumns, among }
  }

  private sumWithout(target: Target, without: ReadonlySet<number>): WeightedSum | undefined {
    const parts: number[] = []
    let best: WeightedSum | undefined
    for (const { part, left } of this.selection(target, without)) {
      parts.push(part)
      const sum = left > mostLeft(target) ? undefined : this.simplified(target, parts)
      // net + tax says more than 1.19 * net, though tax is the rounding alone.
      if (sum && (!best || sum.choices < best.choices)) best = sum
    }
    return best
  }

  /** Columns in the order of what each explains of what those before it leave of the target, and what is left with it, a variance. */
  private *selection(target: Target, without: ReadonlySet<number>): Generator<{ readonly part: number; readonly left: number }> {
    const p = this.columns.length
    const most = Math.min(MOST_TERMS, Math.floor(this.rows.length / ROWS_A_TERM))
    const left = Float64Array.from({ length: p }, (_, j) => this.covariance[j * p + j]!)
    const toTarget = target.toColumns.slice()
    const directions: Float64Array[] = []
    let rest = target.variance
    const taken = new Set(without)
    while (directions.length < most) {
      let [best, gain] = [-1, 0]
      for (let j = 0; j < p; j++) {
        if (taken.has(j) || left[j]! <= LOST * this.covariance[j * p + j]!) continue
        const share = (toTarget[j]! * toTarget[j]!) / left[j]!
        if (share > gain) [best, gain] = [j, share]
      }
      if (best < 0) return
      taken.add(best)
      const size = Math.sqrt(left[best]!)
      const direction = this.covariance.slice(best * p, (best + 1) * p)
      for (let d = 0; d < directions.length; d++) {
        const one = directions[d]!
        const own = one[best]!
        for (let j = 0; j < p; j++) direction[j]! -= own * one[j]!
      }
      for (let j = 0; j < p; j++) direction[j]! /= size
      const along = toTarget[best]! / size
      directions.push(direction)
      for (let j = 0; j < p; j++) {
        left[j] = left[j]! - direction[j]! * direction[j]!
        toTarget[j] = toTarget[j]! - along * direction[j]!
      }
      rest -= along * along
      yield { part: best, left: rest }
    }
  }

  /** The simplest weights with which these columns, or some of them, add up to the target. */
  private simplified(target: Target, parts: readonly number[]): WeightedSum | undefined {
    const noise = noiseOf(target)
    const spread = Math.sqrt(noise / this.rows.length)
    const told = this.told(parts, target.toColumns, spread)
    // What is left of the target must be no more than rounding, which its whole unit bounds.
    if (!told || this.residual(target, told.parts, told.weights) > MOST_LEFT * noise) return undefined
    for (const errors of STANDARD_ERRORS) {
      const sum = this.simplestWithin(target, told.parts, errors * spread)
      if (sum) return sum
    }
    return undefined
  }

  /** The sum with the simplest weights within what they may be off by, one after another, where all rows obey. */
  private simplestWithin(target: Target, parts: readonly number[], spread: number): WeightedSum | undefined {
    const p = this.columns.length
    const rest = target.toColumns.slice()
    const weights = new Map<number, number>()
    let open = parts
    while (open.length > 0) {
      const fit = this.fit(open, rest)
      if (!fit) return undefined
      const { part, weight, error } = surest(open, fit, spread)
      const simple = simplestFactorIn(weight - error, weight + error)
      weights.set(part, simple)
      for (let j = 0; j < p; j++) rest[j] = rest[j]! - simple * this.covariance[part * p + j]!
      open = open.filter((one) => one !== part)
    }
    const kept = parts.filter((part) => weights.get(part) !== 0).sort((a, b) => a - b)
    return this.checked(
      target,
      kept,
      kept.map((part) => weights.get(part)!)
    )
  }

  /** Those columns whose weight is told from 0, the least sure left out one by one: what others say already has none of its own. */
  private told(
    parts: readonly number[],
    toTarget: Float64Array,
    spread: number
  ): (Fit & { readonly parts: readonly number[] }) | undefined {
    let kept = parts
    for (;;) {
      const fit = this.fit(kept, toTarget)
      if (!fit) return undefined
      const sizes = kept.map((_, k) => Math.abs(fit.weights[k]!) / (spread * Math.sqrt(fit.variances[k]!)))
      const least = sizes.indexOf(Math.min(...sizes))
      if (kept.length === 1 || sizes[least]! > STANDARD_ERRORS[0]) return { ...fit, parts: kept }
      kept = kept.filter((_, k) => k !== least)
    }
  }

  /** The sum with its constant, where all rows obey. */
  private checked(target: Target, parts: readonly number[], weights: readonly number[]): WeightedSum | undefined {
    const { values, unit, among } = target
    let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    let [lowest, highest] = [low, high]
    const columns = parts.map((part) => this.quantities[this.columns[part]!]!.values)
    const { rows } = this
    for (let r = 0; r < rows.length; r++) {
      const i = rows[r]!
      let left = values[i]!
      for (let k = 0; k < columns.length; k++) left -= weights[k]! * columns[k]![i]!
      const within = tolerance(unit, values[i]!)
      low = Math.max(low, left - within)
      high = Math.min(high, left + within)
      if (low > high) return undefined
      const least = leastFromHalf(unit)
      lowest = Math.max(lowest, left - (values[i]! < 0 ? least : within))
      highest = Math.min(highest, left + (values[i]! < 0 ? within : least))
    }
    // Where rows are half a unit off, and all are rounded towards 0, another constant rounds them so: halves go away from 0.
    if (highest - lowest > LEAST_ROOM * unit) [low, high] = [lowest, highest]
    const constant = low <= 0 && high >= 0 ? 0 : simplestIn(low, high)
    // Where all rows are half a unit off, and some of them up, others down, it says of none which.
    if (highest - lowest <= LEAST_ROOM * unit && this.isHalfOff(target, { columns, weights, constant })) return undefined
    // A constant, and a multiple of one column, are no sums.
    if (parts.length === 0 || (parts.length === 1 && constant === 0)) return undefined
    const inputs = parts.map((part) => this.columns[part]!)
    return { inputs, weights, constant, choices: choicesOf(among, [...weights, ...(constant === 0 ? [] : [constant])]) }
  }

  private isHalfOff({ values, unit }: Target, { columns, weights, constant }: Written): boolean {
    for (let r = 0; r < this.rows.length; r++) {
      const i = this.rows[r]!
      let left = values[i]! - constant
      for (let k = 0; k < columns.length; k++) left -= weights[k]! * columns[k]![i]!
      if (Math.abs(left) < leastFromHalf(unit)) return false
    }
    return unit > 0
  }

  /** Least squares of what is left on some columns: weights, and the diagonal of the inverse covariance. */
  private fit(parts: readonly number[], toTarget: Float64Array): Fit | undefined {
    const [p, k] = [this.columns.length, parts.length]
    const lower = new Float64Array(k * k)
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) lower[i * k + j] = this.covariance[parts[i]! * p + parts[j]!]!
    if (!choleskyInPlace(lower, k)) return undefined
    const weights = new Float64Array(k)
    for (let i = 0; i < k; i++) weights[i] = toTarget[parts[i]!]!
    solveLowerInPlace(lower, k, weights)
    solveLowerTransposedInPlace(lower, k, weights)
    const variances = parts.map((_, j) => {
      const unitVector = new Float64Array(k)
      unitVector[j] = 1
      solveLowerInPlace(lower, k, unitVector)
      return dot(unitVector, unitVector)
    })
    return { weights, variances }
  }

  /** Mean square of what the columns leave of the target. */
  private residual({ centred }: Target, parts: readonly number[], weights: Float64Array): number {
    const left = centred.slice()
    parts.forEach((part, k) => {
      const column = this.centredColumns[part]!
      for (let i = 0; i < left.length; i++) left[i] = left[i]! - weights[k]! * column[i]!
    })
    return dot(left, left) / left.length
  }
}

/**
 * The variance that all other columns leave of each, by least squares: 0 where others tell some of them to the last digits, which says of
 * none of these what the rest leave. Cost O(p³).
 */
export function leftByAllOthers(covariance: Float64Array, p: number): Float64Array {
  // Sweeps: of columns that are swept −1 / the diagonal is what is left, of others the row beside them is their regression.
  const swept = covariance.slice()
  const isSwept = new Uint8Array(p)
  for (let k = 0; k < p; k++) {
    const pivot = swept[k * p + k]!
    if (pivot <= LOST * covariance[k * p + k]!) continue
    isSwept[k] = 1
    const row = swept.slice(k * p, (k + 1) * p)
    for (let i = 0; i < p; i++) {
      if (i === k) continue
      const factor = row[i]! / pivot
      for (let j = 0; j < p; j++) swept[i * p + j]! -= factor * row[j]!
      swept[i * p + k] = swept[k * p + i] = factor
    }
    swept[k * p + k] = -1 / pivot
  }
  return Float64Array.from({ length: p }, (_, j) => {
    if (isSwept[j] !== 1) return 0
    for (let k = 0; k < p; k++) {
      // What share of a column's variance that is told by the others this one has in it.
      if (isSwept[k] !== 1 && swept[k * p + j]! ** 2 * covariance[j * p + j]! > LOST * covariance[k * p + k]!) return 0
    }
    return -1 / swept[j * p + j]!
  })
}

/** Variance of what rounding, of the file and of the computer, takes away from a target. */
const noiseOf = ({ unit, variance }: Pick<Target, 'unit' | 'variance'>): number => ROUNDED * unit * unit + LOST * variance

/** What a sum leaves of its column, a variance, where it is no more than rounding. */
export const mostLeft = (target: Pick<Target, 'unit' | 'variance'>): number => MOST_LEFT * noiseOf(target)

interface Written {
  readonly columns: readonly Float64Array[]
  readonly weights: readonly number[]
  readonly constant: number
}

interface Fit {
  readonly weights: Float64Array
  readonly variances: readonly number[]
}

/** The column whose weight is known best beside its size, the weight, and how far it may be off. */
function surest(parts: readonly number[], { weights, variances }: Fit, spread: number): { part: number; weight: number; error: number } {
  const score = (k: number): number => Math.abs(weights[k]!) / Math.sqrt(variances[k]!)
  let best = 0
  for (let k = 1; k < parts.length; k++) if (score(k) > score(best)) best = k
  return { part: parts[best]!, weight: weights[best]!, error: spread * Math.sqrt(variances[best]!) }
}

const hasGaps = ({ values }: Quantity): boolean => summaryOf(values).hasGaps
