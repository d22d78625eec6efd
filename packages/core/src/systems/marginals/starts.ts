import type { Drift } from '../../bridge/drift.js'
import {
  type FlowMatch,
  type FlowMatchingOptions,
  type FlowMatchingProblem,
  type FlowTarget,
  matchFlow
} from '../../bridge/flow-matching.js'
import { exp } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import type { Watch } from '../../num/iterate.js'
import { takeRows } from '../../num/matrix.js'
import { fillNormal, type Key, keyFor } from '../../num/random.js'
import type { Family } from './family.js'

/** Particles a snapshot on which starts are compared. */
const START_PARTICLES = 40
/** Turns of the first refit of a family with a single start: the blurred coupling deserves no more. */
export const FIRST_TURNS = 12
/** Starts that are followed further after the first few turns. */
const FINALISTS = 2

/** Levenberg–Marquardt from several starts: all for a few turns on few particles, the best ones further, the best on all. */
export function bestStart(
  problem: { readonly family: Family; readonly key: Key },
  given: { drift: Drift; targets: FlowTarget[]; start: Float64Array },
  watch: Watch
): Float64Array {
  const { family } = problem
  const all = { drift: given.drift, coordinates: family.parameters, targets: given.targets }
  if (family.starts === 1) return matchFlow(all, given.start, { ...watch, turns: FIRST_TURNS }).theta
  const few = { ...all, targets: given.targets.map(fewer) }
  const starts = Array.from({ length: family.starts }, (_, s) => startingPoint(problem, given.start, s))
  const first = matchesFrom(few, starts, { ...watch, turns: 8, tolerance: 1e-3, coarse: true })
  const finalists = first.slice(0, FINALISTS).map((match) => match.theta)
  const best = matchesFrom(few, finalists, { ...watch, turns: 25, tolerance: 1e-4 })[0]!
  return matchFlow(all, best.theta, watch).theta
}

function startingPoint({ family, key }: { readonly family: Family; readonly key: Key }, start: Float64Array, s: number): Float64Array {
  const xi = fillNormal(keyFor(key, 'starts'), s, new Float64Array(start.length))
  return start.map((value, k) => (s === 0 || !family.parameters[k]!.positive ? value : value * exp(xi[k]!)))
}

/** Matches from every start that can be followed at all, best first. */
function matchesFrom(problem: FlowMatchingProblem, starts: readonly Float64Array[], options: FlowMatchingOptions): FlowMatch[] {
  const matches: FlowMatch[] = []
  let failure: unknown
  for (const start of starts) {
    try {
      matches.push(matchFlow(problem, start, options))
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      failure ??= error
    }
  }
  if (matches.length === 0) throw failure
  return matches
    .map((match, k) => ({ match, k }))
    .sort((a, b) => a.match.objective - b.match.objective || a.k - b.k)
    .map(({ match }) => match)
}

function fewer(target: FlowTarget): FlowTarget {
  const n = target.points.rows
  if (n <= START_PARTICLES) return target
  const chosen = Uint32Array.from({ length: START_PARTICLES }, (_, k) => Math.floor((k * n) / START_PARTICLES))
  return {
    ...target,
    points: takeRows(target.points, chosen),
    targets: takeRows(target.targets, chosen),
    counts: Float64Array.from(chosen, (i) => target.counts[i]!)
  }
}
