import { type Plan, planned, type Stage } from '../system.js'
import { PERMUTATIONS, TEST_PARTICLES } from './compare-groups.js'
import { isSmooth } from './families.js'
import { fitCount } from './fit.js'
import { driftless, isMended, type MarginalsOptions, type ResolvedOptions, resolveMarginalsOptions } from './options.js'
import { CANDIDATES, MOST_LEFT_OUT, TRIAL_PARTICLES, TRIAL_ROUNDS } from './select-smoothness.js'
import { FIRST_TURNS } from './starts.js'
import { SCORE_PARTICLES } from './transport-baselines.js'
import { REPLICATES } from './uncertainty.js'
import { VARYING_SIZES } from './varying.js'
import { SWEPT_PARTICLES } from './velocity-reference.js'

/** What the time of a job depends on. */
interface JobSizes {
  /** Particles of each snapshot of the fit. */
  readonly counts: readonly number[]
  readonly options: MarginalsOptions
}

// Kernel values of plain TypeScript that a piece of work takes as long as: measured on predator and prey, 50 and 200 particles
// at 11 times, and on a stem that parts; whole jobs take a third to three times as long (`node bench/plans.mjs trajectories`). Most of it runs in one thread, whatever the engine.
/** A particle and interval of a round: its differential equation, under a named drift and under a field of features; a linear drift has none. */
const FLOW = 2500
const FIELD_FLOW = 3000
/** A pair of particles, in a round and in the last coupling: there many are left out where particles are many. */
const ROUND_PAIR = 10
const PAIR = 4
const NEAR_PAIR = 40
/** Pairs of which most count: those of some 700 particles a snapshot. */
const NEAR_PAIRS = 5e5
/** A pair of particles in chains that tell velocities, and in couplings that know them. */
const CHAIN_PAIR = 100
const VELOCITY_PAIR = 1300
/** A particle and a pair in the influence on the parameters, with the couplings beside it that tell its slopes. */
const INFLUENCE = 230_000
const INFLUENCE_PAIR = 300
/** A pair of particles that may multiply and die, and one in all resamples. */
const GROWTH_PAIR = 180
const RESAMPLED_PAIR = 250
/** Rounds that a fit takes where it is not told to stop before. */
const USUAL_ROUNDS = 5
/** The same of a field, all of them, with the turns of its first refit. */
const FIELD_ROUNDS = 30 + FIRST_TURNS
/** A pair of a seen particle and one of a scored time: exact transport of both powers, and kernels. */
const SCORE_PAIR = 500

/** Stages of a fit, in their order. */
export function fitStages({ counts, options }: JobSizes): readonly Stage[] {
  const resolved = resolveMarginalsOptions(options)
  const { reference, rounds } = resolved
  const plain = driftless(reference)
  const all = pairsOf(counts)
  const thinned = counts.map((count) => Math.min(count, fitCount(resolved)))
  const pairs = sum(pairsOf(thinned))
  const particles = sum(thinned.slice(1))
  const field = typeof reference === 'string' && isSmooth(reference)
  const flow = field || isMended(reference) ? FIELD_FLOW : reference === 'linear' ? 0 : FLOW
  const round = plain ? 0 : particles * flow + pairs * ROUND_PAIR
  const smoothPairs = (most: number): number => (reference === 'smooth' ? sum(pairsOf(counts.map((count) => Math.min(count, most)))) : 0)
  const turns = field ? FIELD_ROUNDS : Math.min(rounds, USUAL_ROUNDS)
  return [
    { stage: 'resolution', pairs: plain ? sum(all) : 0 },
    { stage: 'smoothness', pairs: trialPairs(resolved, counts) },
    { stage: 'steps of parameters', pairs: stepPairs(resolved, counts) },
    { stage: 'rounds', pairs: turns * round },
    ...all.map((one, k) => ({ stage: `coupling ${k + 1} of ${all.length}`, pairs: one * PAIR + Math.min(one, NEAR_PAIRS) * NEAR_PAIR })),
    {
      stage: 'bootstrap',
      pairs:
        plain || field || isMended(reference)
          ? 0
          : intervalPairs(resolved.intervals, { particles: flow > 0 ? particles : 0, pairs, round: turns * round })
    },
    { stage: 'smoothness of velocities', pairs: smoothPairs(SCORE_PARTICLES) * CHAIN_PAIR },
    { stage: 'velocities', pairs: smoothPairs(SWEPT_PARTICLES) * VELOCITY_PAIR }
  ]
}

function trialPairs({ reference, lengthScale, amplitude }: ResolvedOptions, counts: readonly number[]): number {
  const chosen = lengthScale !== 'auto' && amplitude !== 'auto'
  if (typeof reference !== 'string' || !(isSmooth(reference) || isMended(reference)) || chosen) return 0
  const particles = sum(counts.slice(1).map((count) => Math.min(count, TRIAL_PARTICLES)))
  return CANDIDATES.length * MOST_LEFT_OUT * (TRIAL_ROUNDS + FIRST_TURNS) * particles * FIELD_FLOW
}

function stepPairs({ varying }: ResolvedOptions, counts: readonly number[]): number {
  const particles = sum(counts.slice(1).map((count) => Math.min(count, TRIAL_PARTICLES)))
  return varying === 'auto' ? VARYING_SIZES * (counts.length - 2) * USUAL_ROUNDS * particles * FLOW : 0
}

function intervalPairs(
  kind: ResolvedOptions['intervals'],
  { particles, pairs, round }: { readonly particles: number; readonly pairs: number; readonly round: number }
): number {
  if (kind === 'none') return 0
  return kind === 'bootstrap' ? REPLICATES * round : particles * INFLUENCE + pairs * INFLUENCE_PAIR
}

/** Stages of growth and death: of all particles, and of resamples. */
export function growthStages({ counts }: JobSizes): readonly Stage[] {
  const pairs = pairsOf(counts)
  const resampled = sum(pairsOf(counts.map((count) => Math.min(count, SCORE_PARTICLES))))
  return [
    ...pairs.map((one, k) => ({ stage: `growth ${k + 1} of ${pairs.length}`, pairs: one * GROWTH_PAIR })),
    { stage: 'growth of resamples', pairs: resampled * RESAMPLED_PAIR }
  ]
}

/** Stages of groups besides those of a fit: rounds of each by itself, and the test. */
export function groupStages({ counts, options }: JobSizes): readonly Stage[] {
  const resolved = resolveMarginalsOptions(options)
  if (driftless(resolved.reference)) return []
  const rounds = fitStages({ counts, options }).filter(({ stage }) => stage === 'rounds')
  const tested = counts.map((count) => Math.min(count, 2 * TEST_PARTICLES))
  return [...rounds, { stage: 'groups', pairs: PERMUTATIONS * sum(pairsOf(tested)) * ROUND_PAIR }]
}

/** Stages of a draw of `rows` paths, scored at times with so many seen particles each. */
export function drawStages({ counts }: Pick<JobSizes, 'counts'>, rows: number, seen: readonly number[]): readonly Stage[] {
  return [
    { stage: 'pairing', pairs: rows * sum(counts.slice(1)) },
    { stage: 'bridges', pairs: rows * (counts.length - 1) * FLOW },
    { stage: 'scores', pairs: scorePairs(seen) }
  ]
}

/** Scores at times with so many seen particles each. */
function scorePairs(seen: readonly number[]): number {
  return sum(seen.map((count) => Math.min(count, SCORE_PARTICLES) ** 2 * SCORE_PAIR))
}

/** Stages of leaving each interior snapshot out in turn: a fit and the scores of one time each. */
export function leavingStages({ counts, options }: JobSizes): readonly Stage[] {
  return counts.slice(1, -1).map((count, k) => ({
    stage: leavingStage(k, counts.length),
    pairs: planOfFold({ counts, options }, k).pairs + scorePairs([count])
  }))
}

export const leavingStage = (k: number, snapshots: number): string => `without snapshot ${k + 2} of ${snapshots}`

/** The plan of the fit that does not see interior snapshot `k`, and of its scores. */
export function planOfFold({ counts, options }: JobSizes, k: number): Pick<Plan, 'stages' | 'pairs'> {
  const rest = { counts: counts.filter((_, place) => place !== k + 1), options: { ...options, intervals: 'none' as const } }
  return planned([...fitStages(rest), ...drawStages(rest, 0, [counts[k + 1]!])])
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const pairsOf = (counts: readonly number[]): number[] => counts.slice(1).map((count, k) => count * counts[k]!)
