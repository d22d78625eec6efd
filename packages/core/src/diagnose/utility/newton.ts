import { choleskyInPlace, solveLowerInPlace, solveLowerTransposedInPlace } from '../../num/linear-algebra.js'

/** A concave function at a place: its value, gradient [p] and negative second derivative [p, p]. */
export interface Curve {
  readonly value: number
  readonly gradient: Float64Array
  readonly information: Float64Array
}

/** Steps after which no maximum is to be expected: near one each step squares the error, far from one it runs off. */
const MOST_STEPS = 40
/** Longest entry of a step at the maximum; columns are standardised. */
const SMALL_STEP = 1e-9
/** Halvings of a step that does not rise. */
const MOST_HALVINGS = 20

/**
 * Maximum of a concave function by Newton's steps, halved where they do not rise: place and information there; undefined
 * where the steps do not end, as of a likelihood without a maximum.
 */
export function maximum(
  p: number,
  curveAt: (place: Float64Array) => Curve
): { readonly place: Float64Array; readonly information: Float64Array } | undefined {
  let place = new Float64Array(p)
  let curve = curveAt(place)
  for (let turn = 0; turn < MOST_STEPS; turn++) {
    const step = curve.gradient.slice()
    const factor = curve.information.slice()
    if (!choleskyInPlace(factor, p)) return undefined
    solveLowerInPlace(factor, p, step)
    solveLowerTransposedInPlace(factor, p, step)
    if (step.every((entry) => Math.abs(entry) < SMALL_STEP)) return { place, information: curve.information }
    let next = place
    let found: Curve | undefined
    for (let half = 0, share = 1; half < MOST_HALVINGS; half++, share /= 2) {
      next = place.map((entry, k) => entry + share * step[k]!)
      found = curveAt(next)
      if (found.value >= curve.value - 1e-12 * Math.abs(curve.value)) break
    }
    place = next
    curve = found!
  }
  return undefined
}
