import type { Diffusion } from '../../bridge/drift.js'
import { packedMoments } from '../../bridge/noise-size.js'
import { resolutionSigmas } from '../../bridge/resolution.js'
import { packedLength } from '../../bridge/transition.js'
import { log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import type { Watch } from '../../num/iterate.js'
import { type Key, keyFor } from '../../num/random.js'
import { median } from '../../num/statistics.js'
import type { Potentials } from '../../scaling/annealed.js'
import type { Cloud } from '../../space/cloud.js'
import { coupleAll, lastError, widenedBy } from './couplings.js'
import { familyOf, isSmooth } from './families.js'
import type { Family, FamilyContext, Smoothness } from './family.js'
import { notesOf, scaleNotes, wideningNote } from './fit-notes.js'
import { type FitSnapshot, withinSpread } from './fit-snapshot.js'
import { stepFits } from './fit-statistic.js'
import { comparable, completeOnes, filledSnapshots, gapNotes, sigmasAlong } from './gaps.js'
import { identifiabilityNotes } from './identifiability.js'
import type { MarginalsModel } from './model.js'
import {
  driftless,
  equationOf,
  isMended,
  type MarginalsOptions,
  type ResolvedOptions,
  resolveMarginalsOptions,
  SMOOTH_SNAPSHOTS
} from './options.js'
import { marked } from './partly-seen.js'
import { type Mended, mendedProblem, remainderNote } from './remainder.js'
import { wholeTheta } from './remainder-family.js'
import { type HistoryEntry, refineReference } from './rounds.js'
import type { RoundsProblem } from './rounds-problem.js'
import { chooseSmoothness } from './select-smoothness.js'
import { type PreparedSnapshots, prepareSnapshots, type Snapshot, type SnapshotInput, thin, toWorking, weightsOf } from './snapshots.js'
import { parameterIntervals } from './uncertainty.js'
import { varyingProblem } from './varying.js'
import { checkVelocityUnits, velocityNote, velocitySamples } from './velocities.js'
import { fitVelocity } from './velocity-reference.js'

export interface FitTools {
  readonly key: Key
  readonly watch?: Watch | undefined
  /** Log-weights with which the particles of each snapshot leave it, where some have more offspring than others. */
  readonly leaving?: readonly Float64Array[] | undefined
  /** What the family is told, where these snapshots are part of the data only. */
  readonly context?: FamilyContext
  /** Parameters that are known already: no rounds. */
  readonly estimate?: Estimate | undefined
  /** θ at which the rounds begin, where another fit found it; the family's own starts when left out. */
  readonly start?: Float64Array | undefined
  /** Told of the estimates after every round. */
  readonly onRound?: (entry: HistoryEntry, family: Family) => void
}

/** What rounds come to. */
export interface Estimate extends Pick<MarginalsModel, 'theta' | 'sigma' | 'history' | 'ending' | 'intervals'> {
  /** Where couplings of the refit's particles are known. */
  readonly potentials?: readonly (Potentials | undefined)[]
}

/** Snapshots, made ready for rounds. */
interface Ready {
  readonly resolved: ResolvedOptions
  readonly prepared: PreparedSnapshots
  readonly complete: readonly Snapshot[]
  readonly gaps: boolean
  readonly context: FamilyContext
  /** Working coordinates: of complete snapshots, and of all. */
  readonly working: readonly FitSnapshot[]
  readonly all: readonly FitSnapshot[]
  readonly noise: Noise
  readonly smoothness: Smoothness | undefined
  /** The equation's own fit, where a remainder is beside it. */
  readonly alone: Mended['alone']
  readonly problem: RoundsProblem
}

export async function readyFit(input: SnapshotInput, options: MarginalsOptions, tools: FitTools): Promise<Ready> {
  const resolved = resolveMarginalsOptions(options)
  const prepared = prepareSnapshots(input, resolved.holdOut)
  const { complete, gaps } = completeOnes(prepared, resolved)
  const diffusion = diffusionOf(resolved, complete)
  const context = tools.context ?? contextOf({ ...prepared, snapshots: complete }, diffusion)
  const working = complete.map((s, k) => ({ ...workingSnapshot(s, diffusion, prepared.columnNames), leaving: tools.leaving?.[k] }))
  const all = gaps ? marked(prepared.snapshots.map((s) => workingSnapshot(s, diffusion, prepared.columnNames))) : working
  for (const held of prepared.heldOut) toWorking(held, diffusion, prepared.columnNames)
  const thinned = working.map((s, k) => {
    const key = keyFor(tools.key, `fit ${k}`)
    const few = (logWeights: Float64Array): Cloud => thin(s.cloud.points, logWeights, fitCount(resolved), key)
    return { time: s.time, cloud: few(s.cloud.logWeights), leaving: s.leaving && few(s.leaving).logWeights }
  })
  const noise = noiseOf(resolved, context, { working, watch: tools.watch })
  const velocities = velocitiesFor(prepared, resolved, tools)
  const few =
    noise.from === 'resolution' && !driftless(resolved.reference)
      ? meanOf(resolvedBy(thinned, resolved.reference, tools.watch))
      : noise.sigma
  const base = { diffusion, velocities, snapshots: thinned, sigma: few, rounds: resolved.rounds, tolerance: toleranceOf(resolved) }
  const { smoothness, alone, ...chosen } = await problemFor(resolved, context, { ...base, key: tools.key }, tools)
  const problem: RoundsProblem = { ...chosen.problem, ...(tools.start && { theta: tools.start }) }
  return { resolved, prepared, complete, gaps, context, working, all, noise, smoothness, alone, problem }
}

/**
 * Fits a reference family to snapshots and couples them under it.
 *
 * Cost a round: O(K · f²) kernel values a Sinkhorn turn with f = min(n, fitParticles) particles a snapshot, and one ODE a
 * particle; at the end O(n²) kernel values a turn and interval for all particles. Memory O(n·d²).
 * Throws `InputError` for bad snapshots or options and for drifts that explode or are stiff everywhere.
 * @source Shen, Berlinghieri, Broderick, arXiv 2408.06277; mathematics.md section 11.
 */
export async function fitMarginals(input: SnapshotInput, options: MarginalsOptions, tools: FitTools): Promise<MarginalsModel> {
  const { resolved, prepared, complete, gaps, context, working, all, noise, smoothness, alone, ...ready } = await readyFit(
    input,
    options,
    tools
  )
  const { problem: fitted, varying } =
    resolved.varying === 'off' ? { problem: ready.problem } : await varyingProblem(ready.problem, resolved.varying, tools.watch)
  const known = tools.estimate
  const rounds = known ?? (await estimated(fitted, tools))
  const { sigma, potentials = [], ending } = rounds
  // Of a remainder the equation is part again.
  const problem: RoundsProblem = { ...fitted, family: fitted.family.beside?.family ?? fitted.family }
  const theta = wholeTheta(fitted.family, rounds.theta)
  const history = rounds.history.map((entry) => ({ ...entry, theta: wholeTheta(fitted.family, entry.theta) }))
  const { family, diffusion, velocities } = problem
  const coupled = await coupleAll({
    problem,
    theta,
    sigmas: noise.intervalSigmas ? sigmasAlong(all, working, noise.intervalSigmas) : all.slice(1).map(() => sigma),
    // A noise of all intervals may be too small for one of them: what is given stays.
    widen: noise.from !== 'given',
    snapshots: all,

    ...tools
  })
  const intervals =
    known?.intervals ??
    (await parameterIntervals(alone?.problem ?? problem, alone?.state ?? { theta, sigma, potentials }, {
      kind: varying?.size ? 'none' : resolved.intervals,
      watch: tools.watch
    }))
  const velocity =
    resolved.reference === 'smooth'
      ? await fitVelocity(working, {
          plain: coupled,
          widen: noise.from === 'resolution',
          key: keyFor(tools.key, 'velocity'),
          watch: tools.watch
        })
      : undefined
  const couplings = velocity?.couplings
  const endings = couplings?.outcomes ?? coupled.map(({ outcome: o }) => o)
  const widened = coupled.map((one, k) => widenedBy(one, couplings?.doublings[k] ?? 0))
  const intervalSigmas = widened.map((c) => c.sigma)
  return {
    family,
    diffusion,
    columnNames: prepared.columnNames,
    theta,
    sigma: noise.from === 'resolution' ? meanOf(intervalSigmas) : sigma,
    intervalSigmas,
    sigmaFrom: noise.from,
    ...(gaps
      ? filledSnapshots([all[0]!, ...coupled.map(({ to }) => to)], { seen: prepared.snapshots, diffusion })
      : { snapshots: prepared.snapshots }),
    heldOut: comparable(prepared.heldOut),
    couplings: couplings?.couplings ?? coupled.map((c) => c.coupling),
    couplingEndings: endings.map((o) => ({ ending: o.ending, error: lastError(o) })),
    history,
    ending,
    intervals,
    smoothness,
    ...(varying && { varying }),
    velocity: velocity?.reference,
    stepFits:
      family.parameters.length > 0 ? stepFits(problem, { theta, sigma, snapshots: working }, keyFor(tools.key, 'steps'), tools.watch) : [],
    notes: [
      ...prepared.notes,
      ...gapNotes(prepared),
      ...(options.reference === undefined && working.length >= SMOOTH_SNAPSHOTS ? [UNNAMED] : []),
      ...(velocity?.notes ?? []),
      ...(isMended(resolved.reference) ? [remainderNote(resolved.reference, { family, theta }, complete)] : []),
      ...notesOf(problem, { theta, sigma, columnNames: prepared.columnNames }, resolved),
      ...identifiabilityNotes({ family, theta, told: velocities !== undefined, estimated: noise.from === 'estimate' }, complete, context),
      ...(velocities ? [velocityNote(family, velocities, { theta, names: prepared.columnNames })] : []),
      ...(noise.from === 'resolution' && driftless(resolved.reference) ? scaleNotes(working, prepared.columnNames) : []),
      ...widened.flatMap((one, k) => wideningNote(one, k, noise.from))
    ]
  }
}

/** θ and σ by rounds, told of as they go. */
export async function estimated(problem: RoundsProblem, { watch, onRound }: Pick<FitTools, 'watch' | 'onRound'>) {
  const { state, ending } = await refineReference(problem, watch, (entry) => onRound?.(entry, problem.family))
  return { ...state, ending }
}

/** Measured velocities as a fit uses them. Throws `InputError` where they are in other units, or the reference has no drift to have them. */
function velocitiesFor({ snapshots, columnNames }: PreparedSnapshots, resolved: ResolvedOptions, { key }: FitTools) {
  if (snapshots.every(({ velocities }) => velocities === undefined)) return undefined
  if (driftless(resolved.reference))
    throw new InputError({
      code: 'velocity-driftless',
      got: `velocities with the reference ${String(resolved.reference)}`,
      expected: 'a reference with a drift, which is fitted to them',
      try: '--reference linear, gradient or free'
    })
  checkVelocityUnits(snapshots, columnNames)
  return velocitySamples(snapshots, fitCount(resolved), key)
}

const UNNAMED = 'No reference was named: linear drift was taken. Where no equation is known, smooth follows the snapshots as they bend.'

/** Weights of a smooth field trade off against each other: they settle less sharply than named parameters. */
function toleranceOf({ tolerance, reference }: ResolvedOptions): number {
  return typeof reference === 'string' && isSmooth(reference) ? 10 * tolerance : tolerance
}

/** Particles of a smooth field's refit at most: its many weights make each one dear. */
const SMOOTH_PARTICLES = 100

/** Particles of each snapshot that the refit uses at most. */
export function fitCount({ fitParticles, reference }: ResolvedOptions): number {
  return typeof reference === 'string' && isSmooth(reference) ? Math.min(SMOOTH_PARTICLES, fitParticles) : fitParticles
}

/** A snapshot in working coordinates. */
export function workingSnapshot(snapshot: Snapshot, diffusion: Diffusion, names: readonly string[]): FitSnapshot {
  return { time: snapshot.time, cloud: { points: toWorking(snapshot, diffusion, names), logWeights: snapshot.cloud.logWeights } }
}

function diffusionOf({ diffusion, reference }: ResolvedOptions, snapshots: readonly Snapshot[]): Diffusion {
  if (diffusion !== 'auto') return diffusion
  const equation = isMended(reference) ? equationOf(reference) : reference
  const multiplicative = equation === 'lotka-volterra' || equation === 'repressilator'
  return multiplicative && snapshots.every((s) => s.cloud.points.data.every((x) => x > 0)) ? 'proportional' : 'additive'
}

/** What families are told about the data: training snapshots only. */
export function contextOf(
  { snapshots, columnNames }: Pick<PreparedSnapshots, 'snapshots' | 'columnNames'>,
  diffusion: Diffusion = 'additive'
): FamilyContext {
  const interval = median(snapshots.slice(1).map((s, k) => s.time - snapshots[k]!.time))
  const own = pooledMoments(snapshots)
  if (diffusion === 'additive') return { dimension: columnNames.length, columnNames, interval, ...own }
  const logs = snapshots.map(({ cloud: { points, ...rest } }) => ({
    cloud: { ...rest, points: { ...points, data: points.data.map(log) } }
  }))
  return { dimension: columnNames.length, columnNames, interval, ...own, logs: pooledMoments(logs) }
}

/** Mean and standard deviation of the particles of all snapshots, each of which counts the same [d]. */
function pooledMoments(snapshots: readonly Pick<Snapshot, 'cloud'>[]): Pick<FamilyContext, 'mean' | 'spread'> {
  const d = snapshots[0]!.cloud.points.cols
  const moments = snapshots.map(({ cloud }) => packedMoments(cloud.points, weightsOf(cloud)))
  const mean = new Float64Array(d)
  for (const one of moments) for (let a = 0; a < d; a++) mean[a] = mean[a]! + one.mean[a]! / moments.length
  const square = new Float64Array(d)
  // About the mean: far from 0 nothing of a spread is left of the difference of two squares.
  for (const one of moments)
    for (let a = 0; a < d; a++)
      square[a] = square[a]! + (one.covariance[packedLength(a) + a]! + (one.mean[a]! - mean[a]!) ** 2) / moments.length
  return { mean, spread: square.map((s) => Math.sqrt(Math.max(s, 1e-300))) }
}

interface Noise {
  readonly from: MarginalsModel['sigmaFrom']
  /** σ [d] when it is known before the rounds. */
  readonly sigma: Float64Array | undefined
  /** σ of every interval [K][d], where they differ. */
  readonly intervalSigmas?: readonly Float64Array[]
}

/** Without a drift the likelihood takes all displacement for noise, so σ is what the particles resolve. */
function noiseOf(
  { sigma, reference }: ResolvedOptions,
  { dimension, columnNames }: FamilyContext,
  { working, watch }: { working: readonly FitSnapshot[]; watch: Watch | undefined }
): Noise {
  // Columns that never vary are refused under their names, before anything is fitted.
  if (typeof sigma === 'string') withinSpread(working, columnNames)
  if (sigma === 'estimate' || (sigma === 'auto' && !driftless(reference))) return { from: 'estimate', sigma: undefined }
  if (typeof sigma === 'string') {
    const intervalSigmas = resolvedBy(working, reference, watch)
    return { from: 'resolution', sigma: meanOf(intervalSigmas), intervalSigmas }
  }
  if (sigma.length === 1) return { from: 'given', sigma: new Float64Array(dimension).fill(sigma[0]!) }
  if (sigma.length === dimension) return { from: 'given', sigma: Float64Array.from(sigma) }
  throw new InputError({
    code: 'option-value',
    got: `${sigma.length} values of sigma for ${dimension} columns`,
    expected: `one value, or ${dimension}`,
    try: 'sigma auto'
  })
}

/** σ of every interval that particles resolve [K][d]: the same for all coordinates, or of each as its spread is where there is a drift. */
function resolvedBy(snapshots: readonly FitSnapshot[], reference: ResolvedOptions['reference'], watch?: Watch): Float64Array[] {
  const spread = withinSpread(snapshots).map((s) => (driftless(reference) ? 1 : s))
  const scaled = snapshots.map(({ time, cloud: { points, logWeights } }) => {
    const data = points.data.map((x, k) => x / spread[k % points.cols]!)
    return { time, cloud: { points: { ...points, data }, logWeights } }
  })
  return Array.from(resolutionSigmas(scaled, watch), (s) => spread.map((unit) => s * unit))
}

function meanOf(sigmas: readonly Float64Array[]): Float64Array {
  return sigmas[0]!.map((_, a) => sigmas.reduce((sum, sigma) => sum + sigma[a]! / sigmas.length, 0))
}

async function problemFor(
  { reference, lengthScale, amplitude, frequencies, sigma }: ResolvedOptions,
  context: FamilyContext,
  problem: Omit<RoundsProblem, 'family'>,
  { key, watch }: FitTools
): Promise<Mended> {
  const of = (family: Family, smoothness?: Smoothness) => ({ problem: { ...problem, family }, smoothness })
  if (typeof reference === 'function') return of(reference(context))
  const build = (smoothness: Smoothness): Family => familyOf(reference, context, { smoothness, key: keyFor(key, 'features') })
  const fixed = { lengthScale, amplitude, frequencyCount: frequencies }
  const sigmaAt =
    sigma === 'resolution' ? (some: readonly FitSnapshot[]) => meanOf(resolvedBy(some, reference, watch)) : () => problem.sigma
  if (isMended(reference)) return mendedProblem(problem, fixed, { build, sigmaAt, watch })
  if (!isSmooth(reference)) return of(build({ lengthScale: 1, amplitude: 1, frequencyCount: 1 }))
  const smoothness = await chooseSmoothness(fixed, { problem, build, sigmaAt, watch })
  return of(build(smoothness), smoothness)
}
