import type { Lattice } from './lattice.js'

/** Errors that chance gives a count, beyond which numbers stand on a rounder lattice by themselves. */
const ERRORS = 4

/** How round the numbers of a column are: lattices, each of every other number or so of the one before, and which of them a number was rounded to. */
export interface RoundNumbers {
  /** Steps of the lattices; the column's own is the first. */
  readonly steps: readonly number[]
  /** Parts of one, of which the steps are so many. */
  readonly unit: number
  /** The values in these parts. */
  readonly places: Float64Array
  /** Probabilities that a cell of the k-th value was rounded to each of the lattices. */
  sharesOf(k: number): Float64Array
}

/**
 * Which of the lattices 5, 10, 50, 100 … the cells of a column were rounded to. On each stand also cells that were not rounded so far, by chance,
 * as every tenth whole number is one of ten; what stands there beyond that was. A lattice on which no more stand than chance has there is none.
 * Undefined where the column has no lattice of its own, or no such beside it. Cost O(values).
 */
export function roundNumbers(values: Float64Array, counts: ArrayLike<number>, { step: own, unit }: Lattice): RoundNumbers | undefined {
  const places = values.map((value) => Math.round(value * unit))
  const most = places.reduce((largest, place) => Math.max(largest, Math.abs(place)), 0)
  if (!Number.isSafeInteger(most)) return undefined
  const steps = [own]
  for (let ten = 1; ten <= most; ten *= 10)
    for (const step of [ten, 5 * ten]) if (step > steps.at(-1)! && step <= most && step % steps.at(-1)! === 0) steps.push(step)
  const levelOf = (place: number): number => {
    let level = 0
    while (level + 1 < steps.length && place % steps[level + 1]! === 0) level++
    return level
  }
  const levels = Array.from(places, levelOf)
  const cells = new Float64Array(steps.length)
  for (const [k, level] of levels.entries()) cells[level]! += counts[k]!
  // Of each level those that were rounded to it, or came there by chance.
  const chosen = new Float64Array(steps.length).fill(1)
  let rounder = cells.reduce((sum, x) => sum + x, 0)
  let before = 0
  for (let level = 0; level < steps.length; level++) {
    const times = level === 0 ? 1 : steps[level]! / steps[level - 1]!
    const next = level + 1 < steps.length ? steps[level + 1]! / steps[level]! : Number.POSITIVE_INFINITY
    const all = cells[level]! / (1 - 1 / next)
    if (level > 0) {
      const expected = (rounder + cells[level - 1]!) / times
      const isChance = rounder - expected <= ERRORS * Math.sqrt(expected + 1)
      chosen[level] = isChance || all === 0 ? 0 : Math.max(0, 1 - before / (times * all))
    }
    before = all
    rounder -= cells[level]!
  }
  if (chosen.every((share, level) => level === 0 || share === 0)) return undefined
  return {
    steps,
    unit,
    places,
    sharesOf(k) {
      const shares = new Float64Array(steps.length)
      let rest = 1
      for (let level = levels[k]!; level >= 0; level--) {
        shares[level] = rest * chosen[level]!
        rest -= shares[level]!
      }
      return shares
    }
  }
}
