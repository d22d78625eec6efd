import { tenTo, toDecimals } from '../num/decimals.js'
import { decimalsOf } from './parse.js'

/** Decimals that a number is written with, negative for trailing zeros; infinite beyond 12. */
function roundnessOf(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY
  // Fewer than one leave whole numbers only.
  let decimals = Number.isInteger(x) ? -12 : 1
  while (decimals <= 12 && roundTo(x, decimals) !== x) decimals++
  return decimals > 12 ? Number.POSITIVE_INFINITY : decimals
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

/** The coarsest lattice that holds all values; none where they have more than 12 decimals, or where it is known early that it is fine enough. Cost O(n). */
export function latticeOf(values: Float64Array, { first, enough }: LatticeSearch): Lattice | undefined {
  const decimals = decimalsOf(values, undefined)
  if (decimals === undefined) return undefined
  const unit = tenTo(decimals)
  let step = 0
  for (const x of values) {
    step = greatestCommonDivisor(step, Math.round((x - first) * unit))
    if (step > 0 && enough?.({ step, unit })) return undefined
  }
  return step > 0 && Number.isSafeInteger(step) ? { step, unit } : undefined
}

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
  let here = roundnessOf(values[0]!)
  for (let k = 0; k + 1 < values.length; k++) {
    const next = roundnessOf(values[k + 1]!)
    const gap = Math.round((values[k + 1]! - values[k]!) * unit)
    const round = Math.round(10 ** -Math.max(here, next) * unit)
    steps[k] = (round > fine && round % fine === 0 && gap % round === 0 ? round : fine) / unit
    here = next
  }
  return steps
}
