import { tenTo, toDecimals } from '../num/decimals.js'
import { decimalsOf } from './parse.js'

/** Trailing zeros that are looked for at most. */
const MOST_ZEROS = 12

/** Decimals that a number of at most so many is written with, negative for trailing zeros. */
function roundnessOf(x: number, most: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY
  // Numbers so large that digits are lost are found by the fewest that give them.
  if (Number.isInteger(x) && !Number.isSafeInteger(x)) {
    let fewest = -MOST_ZEROS
    while (roundTo(x, fewest) !== x) fewest++
    return fewest
  }
  let decimals = most
  while (decimals > -MOST_ZEROS && roundTo(x, decimals - 1) === x) decimals--
  return decimals
}

/** The nearest number of so many decimals; fewer than none for multiples of powers of ten. */
export function roundTo(x: number, decimals: number): number {
  return decimals >= 0 ? toDecimals(x, decimals) : Math.round(x / tenTo(-decimals)) * tenTo(-decimals)
}

/** Listed values differ by multiples of `step` / `unit`. */
export interface Lattice {
  readonly step: number
  readonly unit: number
}

interface LatticeSearch {
  /** The least value. */
  readonly first: number
  /** Of a lattice that holds some of the values: whether a finer one need not be known. */
  readonly enough?: (lattice: Lattice) => boolean
}

/** Values that are looked at before all where a lattice may be fine enough: no lattice of more is coarser than theirs. */
const FIRST_VALUES = 1000

/** The coarsest lattice that holds all values; none where they have more than 12 decimals, or where it is known early that it is fine enough. Cost O(n). */
export function latticeOf(values: Float64Array, { first, enough }: LatticeSearch): Lattice | undefined {
  if (enough && values.length > FIRST_VALUES) {
    const some = values.subarray(0, FIRST_VALUES)
    const theirs = latticeOf(some, { first: some.reduce((least, x) => Math.min(least, x)) })
    if (theirs && enough(theirs)) return undefined
  }
  const decimals = decimalsOf(values, undefined)
  if (decimals === undefined) return undefined
  const unit = tenTo(decimals)
  let step = 0
  for (let i = 0; i < values.length; i++) {
    step = greatestCommonDivisor(step, Math.round((values[i]! - first) * unit))
    if (step > 0 && enough?.({ step, unit })) return undefined
    // None is finer.
    if (step === 1) break
  }
  return step > 0 && Number.isSafeInteger(step) ? { step, unit } : undefined
}

/** The greatest whole number that divides both. */
export function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b]
  while (y > 0) [x, y] = [y, x % y]
  return x
}

/** Distance of the values between each and the next: of the lattice, or as round as both are where the lattice goes into it; 0 without a lattice. */
export function stepsBetween(values: Float64Array, lattice: Lattice | undefined): Float64Array {
  const steps = new Float64Array(values.length)
  if (!lattice) return steps
  const { step: fine, unit } = lattice
  // There are few roundnesses: a power of each is taken once.
  const rounds = new Map<number, number>()
  let [decimals, round] = [Number.NaN, 0]
  let written = 0
  while (tenTo(written) < unit) written++
  let here = roundnessOf(values[0]!, written)
  for (let k = 0; k + 1 < values.length; k++) {
    const next = roundnessOf(values[k + 1]!, written)
    const gap = Math.round((values[k + 1]! - values[k]!) * unit)
    const most = Math.max(here, next)
    if (most !== decimals) {
      decimals = most
      round = rounds.get(most) ?? Math.round(10 ** -most * unit)
      rounds.set(most, round)
    }
    steps[k] = (round > fine && round % fine === 0 && gap % round === 0 ? round : fine) / unit
    here = next
  }
  return steps
}
