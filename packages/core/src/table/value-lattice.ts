import { log } from '../num/elementary.js'
import { latticeOf } from './recurring.js'

/** The numbers `from` + k · `step`. */
export interface ValueLattice {
  readonly from: number
  readonly step: number
}

/** By chance as many numbers lie on a coarser lattice once in so many columns. */
const SURE = 1000

/**
 * The lattice on which the values of a column lie, where it is coarser than `unit`, in which they are written, and no two are equal
 * (where values recur, their law knows it): times on the full hour, or all at 16 seconds. Undefined where chance may explain it: n
 * numbers of the fine lattice fall on one r times as coarse with probability r^(1 − n). Cost O(n log n).
 */
export function coarserLattice(values: Float64Array, unit: number | undefined): ValueLattice | undefined {
  if (unit === undefined || values.length < 2) return undefined
  const ascending = Float64Array.from(values).sort()
  for (let i = 1; i < ascending.length; i++) if (ascending[i] === ascending[i - 1]) return undefined
  const found = latticeOf(ascending)
  const step = found ? found.step / found.unit : 0
  const times = Math.round(step / unit)
  return times > 1 && (ascending.length - 1) * log(times) >= log(SURE) ? { from: ascending[0]!, step } : undefined
}

/** The number of a lattice that is nearest. */
export const toLattice = (value: number, lattice: ValueLattice | undefined): number =>
  lattice ? lattice.from + lattice.step * Math.round((value - lattice.from) / lattice.step) : value
