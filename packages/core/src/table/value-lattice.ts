import { log } from '../num/elementary.js'
import { greatestCommonDivisor, type Lattice, latticeOf } from './lattice.js'
import { monthOf, monthStart, monthsAt, sinceStart, untilEnd } from './months.js'

/** The numbers `from` + k · `step`; where `rest` is there these count months of the calendar, and times stand so far behind their start. */
export interface ValueLattice {
  readonly from: number
  readonly step: number
  /** Milliseconds; negative where times stand at the end of the month before. */
  readonly rest?: number
}

/** By chance as many numbers lie on a coarser lattice once in so many columns. */
const SURE = 1000
/** Days of a month, about: as many times as coarse as days it is. */
const MONTH = 30

/** Of so many different numbers on a lattice so many times as coarse. */
const areSure = (count: number, times: number): boolean => times > 1 && isSure((count - 1) * log(times))

/** How much less likely than by chance a lattice is, as a logarithm. */
export interface SurerLattice {
  readonly lattice: ValueLattice
  readonly evidence: number
}

/**
 * The same of a part of the values, beside a lattice of `unit` that all lie on. Two numbers lie on a lattice of their own distance
 * whatever they are, so that of n different ones n − 2 tell. Cost O(n), and less where the first few show that there is none.
 */
export function latticeOfPart(values: Float64Array, unit: number, isDate: boolean): SurerLattice | undefined {
  const first = values.reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY)
  const count = new Set(values).size
  if (count < 2) return undefined
  const monthly = isDate ? monthLattice(values, first) : undefined
  if (monthly) return { lattice: monthly, evidence: (count - 1) * log(MONTH) }
  const found = latticeOf(values, { first, enough: ({ step, unit: parts }) => Math.round(step / parts / unit) <= 1 })
  const evidence = found ? (count - 2) * log(Math.round(found.step / found.unit / unit)) : 0
  return found && isSure(evidence) ? { lattice: { from: first, step: found.step / found.unit }, evidence } : undefined
}

/** Whether such evidence is more than chance explains. */
export const isSure = (evidence: number): boolean => evidence >= log(SURE)

/**
 * The lattice on which the values of a column lie, where it is coarser than `unit`, in which they are written: times on the full
 * hour, or all at 16 seconds, prices that end in .95; of dates also the first or the last day of a month. Undefined where chance may explain it: n different numbers of the fine lattice fall on one r times as coarse with
 * probability r^(1 − n). Cost O(n).
 */
export function coarserLattice(values: Float64Array, unit: number | undefined, isDate: boolean): ValueLattice | undefined {
  if (unit === undefined || values.length < 2) return undefined
  const first = values.reduce((least, x) => Math.min(least, x))
  const monthly = isDate ? monthLattice(values, first) : undefined
  if (monthly) return monthly
  const timesOf = ({ step, unit: parts }: Lattice): number => Math.round(step / parts / unit)
  const found = latticeOf(values, { first, enough: (lattice) => timesOf(lattice) <= 1 })
  return found && areSure(new Set(values).size, timesOf(found)) ? { from: first, step: found.step / found.unit } : undefined
}

function monthLattice(times: Float64Array, first: number): ValueLattice | undefined {
  const fromStart = times.every((time) => sinceStart(time) === sinceStart(first))
  if (!fromStart && !times.every((time) => untilEnd(time) === untilEnd(first))) return undefined
  const months = new Set(Array.from(times, (time) => monthOf(time) + (fromStart ? 0 : 1)))
  const from = Math.min(...months)
  let step = 0
  for (const month of months) step = greatestCommonDivisor(step, month - from)
  return areSure(months.size, MONTH) ? { from, step, rest: fromStart ? sinceStart(first) : -untilEnd(first) } : undefined
}

/** The number of a lattice that is nearest. */
export function toLattice(value: number, lattice: ValueLattice | undefined): number {
  if (!lattice) return value
  const { from, step, rest } = lattice
  const nearest = (x: number): number => from + step * Math.round((x - from) / step)
  return rest === undefined ? nearest(value) : monthStart(nearest(monthsAt(value - rest))) + rest
}
