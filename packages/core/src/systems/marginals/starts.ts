// Where the rounds of a family begin: several starts, told apart by what the snapshots say.
import type { Drift } from '../../bridge/drift.js'
import {
  type FlowMatch,
  type FlowMatchingOptions,
  type FlowMatchingProblem,
  type FlowTarget,
  matchFlow
} from '../../bridge/flow-matching.js'
import type { VelocityEvidence } from '../../bridge/velocity-matching.js'
import { exp, log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { evenly } from '../../num/evenly.js'
import type { Watch } from '../../num/iterate.js'
import { takeRows } from '../../num/matrix.js'
import { fillNormal, type Key, keyFor } from '../../num/random.js'
import type { Family } from './family.js'

interface Beginning {
  readonly family: Family
  readonly key: Key
}

interface Given {
  /** From couplings that know no dynamics: good enough to find a solution, not to choose between two. */
  readonly targets: readonly FlowTarget[]
  readonly start: Float64Array
  readonly drift: Drift
  readonly velocities: VelocityEvidence | undefined
  readonly parts?: FlowMatchingProblem['parts']
  /** Of the snapshots at a θ. */
  readonly logLikelihood: (theta: Float64Array) => number
}

/** Particles a snapshot on which starts are compared. */
const START_PARTICLES = 40
/** Turns of the first refit of a family with a single start: the blurred coupling deserves no more. */
export const FIRST_TURNS = 12
/** Starts of one solution that are followed further after the first few turns. */
const FINALISTS = 2
/** Solutions nearer to each other than this, as a change of a round, are one. */
const ALIKE = 0.1

/**
 * Levenberg–Marquardt from several starts: all for a few turns on few particles, the best of each solution further, the best on all.
 * Where starts end in several solutions, the likeliest is taken: dynamics that go once round more from snapshot to snapshot meet the
 * targets as well as those that do not.
 */
export async function bestStart(
  { family, key }: Beginning,
  { targets, start, drift, velocities, parts, logLikelihood }: Given,
  watch: Watch
): Promise<Float64Array> {
  const all = { drift, coordinates: family.parameters, targets, velocities, parts }
  if (family.starts === 1) return (await matchFlow(all, start, { ...watch, turns: FIRST_TURNS })).theta
  const few = { ...all, targets: targets.map(fewer) }
  const starts = Array.from({ length: family.starts }, (_, s) => startingPoint(family, { start, key }, s))
  const first = await matchesFrom(few, starts, { ...watch, turns: 8, tolerance: 1e-3, coarse: true })
  const solutions: Float64Array[] = []
  for (const alike of solutionsOf(family, first)) {
    const finalists = alike.slice(0, FINALISTS).map((match) => match.theta)
    solutions.push((await matchesFrom(few, finalists, { ...watch, turns: 25, tolerance: 1e-4 }))[0]!.theta)
  }
  return (await matchFlow(all, likeliest(solutions, logLikelihood), watch)).theta
}

/** Matches in groups that are alike, in their order. */
function solutionsOf(family: Family, matches: readonly FlowMatch[]): FlowMatch[][] {
  const groups: FlowMatch[][] = []
  for (const match of matches) {
    const own = groups.find(([first]) => parameterChange(family, first!.theta, match.theta) < ALIKE)
    if (own) own.push(match)
    else groups.push([match])
  }
  return groups
}

function likeliest(solutions: readonly Float64Array[], logLikelihood: (theta: Float64Array) => number): Float64Array {
  if (solutions.length === 1) return solutions[0]!
  const scores = solutions.map(logLikelihood)
  return solutions[scores.indexOf(Math.max(...scores))]!
}

/** |Δ log| for positive parameters, the norm's relative change for the others together, each in units of its range: units of columns differ. */
export function parameterChange({ parameters }: Pick<Family, 'parameters'>, before: Float64Array, after: Float64Array): number {
  let largest = 0
  let moved = 0
  let size = 0
  parameters.forEach(({ positive, lower, upper }, k) => {
    if (positive) largest = Math.max(largest, Math.abs(log(after[k]! / before[k]!)))
    else {
      moved += ((after[k]! - before[k]!) / (upper - lower)) ** 2
      size += (after[k]! / (upper - lower)) ** 2
    }
  })
  return Math.max(largest, size > 0 ? Math.sqrt(moved / size) : 0)
}

function startingPoint(family: Family, { start, key }: { readonly start: Float64Array; readonly key: Key }, s: number): Float64Array {
  const xi = fillNormal(keyFor(key, 'starts'), s, new Float64Array(start.length))
  return start.map((value, k) => (s === 0 || !family.parameters[k]!.positive ? value : value * exp(xi[k]!)))
}

/** Matches from every start that can be followed at all, best first. */
async function matchesFrom(
  problem: FlowMatchingProblem,
  starts: readonly Float64Array[],
  options: FlowMatchingOptions
): Promise<FlowMatch[]> {
  const matches: FlowMatch[] = []
  let failure: unknown
  for (const start of starts) {
    try {
      matches.push(await matchFlow(problem, start, options))
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
  const chosen = evenly(n, START_PARTICLES)
  return {
    ...target,
    points: takeRows(target.points, chosen),
    targets: takeRows(target.targets, chosen),
    counts: Float64Array.from(chosen, (i) => target.counts[i]!)
  }
}
