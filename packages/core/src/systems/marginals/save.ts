import { growthCoupling } from '../../bridge/growth.js'
import { packedLength } from '../../bridge/transition.js'
import type { ModelArray, ModelContents } from '../../model-file/contents.js'
import { asRead, damaged, exactly, expectKind, float64Array, logWeightsIn, number } from '../../model-file/reading.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { normaliseLogWeights } from '../../num/log-space.js'
import { matrix } from '../../num/matrix.js'
import { keyFor, keyFromSeed } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { keptRulesIn, withRules } from '../rules/rules-file.js'
import { couplingProblem } from './couplings.js'
import { familyOf } from './families.js'
import type { Family, FamilyContext } from './family.js'
import { contextOf, workingSnapshot } from './fit.js'
import { asLeaving } from './fit-snapshot.js'
import { completeAgain } from './gaps.js'
import type { GrowthModel, MarginalsModel } from './model.js'
import { ALL_REFERENCES, isMended, type ReferenceName } from './options.js'
import { growingArrays, growingIn, growingMeta } from './save-growing.js'
import { checkMeta, type MarginalsMeta, metaReader, type SnapshotRecord } from './save-meta.js'
import { derivedNames } from './snapshot-table.js'
import type { Snapshot } from './snapshots.js'
import type { TrajectoriesModel } from './trajectories.js'
import { varyingFamily } from './varying-family.js'
import { velocityProblem } from './velocity-couplings.js'
import { type VelocityPair, type VelocityReference, widthOf } from './velocity-kernel.js'

/** Refuses to write a model whose reference is code of the user's own. Throws `InputError` (code `model-unsavable`). */
export function checkSavable(reference: ReferenceName | undefined): asserts reference is ReferenceName {
  if (reference !== undefined) return
  throw new InputError({
    code: 'model-unsavable',
    got: 'a model whose reference is a module of your own',
    expected: `a reference that a file can name: ${ALL_REFERENCES.join(', ')}`,
    try: 'drawing without writing the model'
  })
}

/** Model → contents of a model file: particles, parameters and potentials; drift and kernels are made from these again. */
export function saveTrajectories({ marginals, columns, reference, seed, leftOut }: TrajectoriesModel): ModelContents {
  checkSavable(reference)
  const { diffusion, columnNames, sigmaFrom, ending, couplingEndings, intervals, stepFits, notes, smoothness, velocity, calendar } = {
    ...columns,
    ...marginals
  }
  const meta: MarginalsMeta = {
    ...{ reference, seed, diffusion, columnNames, sigmaFrom, ending, couplingEndings, intervals, stepFits, notes },
    history: marginals.history.map(({ round, theta, sigma, change }) => ({ round, theta: [...theta], sigma: [...sigma], change })),
    snapshots: marginals.snapshots.map(recordOf),
    heldOut: marginals.heldOut.map(recordOf),
    order: columns.order,
    emptyNames: columns.emptyNames ?? [],
    decimals: Object.fromEntries([...columns.decimals].filter((entry): entry is [string, number] => entry[1] !== undefined)),
    ...(columns.notations?.size ? { notations: Object.fromEntries(columns.notations) } : {}),
    ...(smoothness ? { smoothness } : {}),
    ...(marginals.varying ? { varying: marginals.varying } : {}),
    ...(velocity ? { velocity: { kernel: velocity.kernel, coupled: velocity.pairs !== undefined } } : {}),
    ...(calendar ? { calendar } : {}),
    ...growingMeta(marginals),
    ...(leftOut ? { leftOut } : {}),
    ...(columns.notes?.length ? { columnNotes: columns.notes } : {})
  }
  const arrays: Record<string, ModelArray> = { theta: marginals.theta, sigma: marginals.sigma }
  for (const [group, snapshots] of Object.entries({ snapshot: marginals.snapshots, heldOut: marginals.heldOut }))
    for (const [k, { cloud: particles }] of snapshots.entries()) {
      arrays[`${group}${k}.points`] = particles.points.data
      arrays[`${group}${k}.logWeights`] = particles.logWeights
    }
  for (const [k, spreads] of marginals.spreads?.entries() ?? []) if (spreads) arrays[`snapshot${k}.spreads`] = spreads.data
  for (const [k, { potentials }] of marginals.couplings.entries()) {
    arrays[`interval${k}.sigma`] = marginals.intervalSigmas[k]!
    arrays[`interval${k}.from`] = potentials.from
    arrays[`interval${k}.to`] = potentials.to
  }
  if (velocity) Object.assign(arrays, velocityArrays(velocity))
  Object.assign(arrays, growingArrays(marginals))
  return withRules({ kind: 'trajectories', meta: asRead(metaReader(columnNames.length), meta), arrays }, columns.rules)
}

function velocityArrays({ variance, pairs = [] }: VelocityReference): Record<string, ModelArray> {
  const arrays: Record<string, ModelArray> = { 'velocity.variance': variance }
  for (const [k, { beliefs, hints, transition }] of pairs.entries()) {
    arrays[`interval${k}.map`] = transition.map.data
    arrays[`interval${k}.noise`] = transition.noise.data
    arrays[`interval${k}.beliefs`] = beliefs.means.data
    arrays[`interval${k}.covariance`] = beliefs.covariance.data
    arrays[`interval${k}.hints`] = hints.vectors.data
    arrays[`interval${k}.precision`] = hints.precision.data
  }
  return arrays
}

const recordOf = ({ time, cloud: { points } }: Snapshot): SnapshotRecord => ({ time, count: points.rows })

/**
 * Contents of a model file → model, of a group with what the family was told of all. Throws `FormatError` (codes `model-kind`,
 * `model-damaged`) for contents that make none.
 */
export function loadTrajectories(contents: ModelContents, context?: FamilyContext): TrajectoriesModel {
  expectKind(contents, 'trajectories')
  try {
    return modelIn(contents, context)
  } catch (error) {
    // What the fit would refuse in a table, the family and the couplings made anew refuse in the file.
    if (!(error instanceof InputError)) throw error
    throw damaged(`a model with ${error.got}`, error.expected)
  }
}

function modelIn(contents: ModelContents, context?: FamilyContext): TrajectoriesModel {
  const { arrays } = contents
  const sigma = float64Array(arrays, 'sigma', undefined, SIGMA)
  const d = sigma.length
  const meta = metaReader(d)(contents.meta, 'meta')
  const particles = (group: string, records: readonly SnapshotRecord[]): Snapshot[] =>
    records.map(({ time, count }, k) => {
      const points = matrix(count, d, float64Array(arrays, `${group}${k}.points`, count * d))
      return { time, cloud: cloud(points, logWeightsIn(arrays, count, `${group}${k}.logWeights`)) }
    })
  const snapshots = particles('snapshot', meta.snapshots)
  const heldOut = particles('heldOut', meta.heldOut)
  const rules = keptRulesIn(contents, meta.columnNames)
  checkMeta(meta, snapshots, derivedNames(rules))
  const gaps = snapshots.map(({ cloud: { points } }, k) => {
    const name = `snapshot${k}.spreads`
    const cols = packedLength(d)
    return arrays[name] && matrix(points.rows, cols, float64Array(arrays, name, points.rows * cols))
  })
  const spreads = gaps.some((some) => some !== undefined) ? gaps : undefined
  const family = familyIn(
    meta,
    context ?? contextOf({ snapshots: completeAgain(snapshots, spreads), columnNames: meta.columnNames }, meta.diffusion)
  )
  const theta = float64Array(arrays, 'theta', family.parameters.length)
  const velocity = velocityIn(arrays, meta, snapshots)
  const growing = growingIn(arrays, meta, { counts: meta.snapshots.map(({ count }) => count), d })
  return {
    marginals: {
      ...couplingsIn(contents, { meta, snapshots: [...snapshots], spreads, family, theta, velocity, growth: growing.growth }),
      ...growing,
      ...{ family, theta, sigma, snapshots, heldOut },
      ...(spreads && { spreads }),
      ...pick(meta),
      history: meta.history.map((entry) => ({ ...entry, theta: Float64Array.from(entry.theta), sigma: Float64Array.from(entry.sigma) })),
      smoothness: meta.smoothness,
      ...defined({ varying: meta.varying }),
      velocity
    },
    columns: {
      columnNames: meta.columnNames,
      order: meta.order,
      emptyNames: meta.emptyNames,
      decimals: new Map(Object.entries(meta.decimals)),
      ...(meta.notations ? { notations: new Map(Object.entries(meta.notations)) } : {}),
      ...(meta.calendar ? { calendar: meta.calendar } : {}),
      ...defined({ rules, notes: meta.columnNotes })
    },
    reference: meta.reference,
    seed: meta.seed,
    ...(meta.leftOut ? { leftOut: meta.leftOut } : {})
  }
}

/** Noise: of logarithms or of the columns' own units. */
const SIGMA = { above: 0, most: 1e150 }

function pick({ diffusion, columnNames, sigmaFrom, ending, couplingEndings, intervals, stepFits = [], notes }: MarginalsMeta) {
  return { diffusion, columnNames, sigmaFrom, ending, couplingEndings, intervals, stepFits, notes }
}

/** The family as the fit made it: from its name, the particles and, for a smooth field, the fit's key. */
function familyIn({ reference, smoothness, varying, seed }: MarginalsMeta, context: FamilyContext): Family {
  const key = keyFor(keyFor(keyFromSeed(seed), 'fit'), 'features')
  const smooth = { smoothness: smoothness ?? { lengthScale: 1, amplitude: isMended(reference) ? 0 : 1, frequencyCount: 1 }, key }
  const family = familyOf(reference, context, smooth)
  if (!varying?.size) return family
  exactly(family.parameters.length)(varying.scales.length, 'meta.varying.scales.length')
  for (const scale of varying.scales) number({ above: 0 })(scale, 'a scale in meta.varying.scales')
  return varyingFamily(family, varying)
}

interface Interval {
  readonly meta: MarginalsMeta
  readonly snapshots: readonly Snapshot[]
  readonly spreads: MarginalsModel['spreads']
  readonly family: Family
  readonly theta: Float64Array
  readonly velocity: VelocityReference | undefined
  readonly growth: GrowthModel | undefined
}

/** The smooth reference, and what its couplings knew, if they were found with it. */
function velocityIn(
  arrays: ModelContents['arrays'],
  { velocity, columnNames, diffusion }: MarginalsMeta,
  snapshots: readonly Snapshot[]
): VelocityReference | undefined {
  if (!velocity) return undefined
  const d = columnNames.length
  const variance = float64Array(arrays, 'velocity.variance', d, { least: 0 })
  if (!velocity.coupled) return { kernel: velocity.kernel, variance, pairs: undefined }
  const points = snapshots.map((snapshot) => workingSnapshot(snapshot, diffusion, columnNames).cloud.points)
  const pairs = points.slice(1).map((to, k): VelocityPair => {
    const from = points[k]!
    const square = (name: string, n: number) => matrix(n, n, float64Array(arrays, `interval${k}.${name}`, n * n))
    const n = Math.round(Math.sqrt(float64Array(arrays, `interval${k}.map`, undefined).length))
    const states = (name: string, count: number) =>
      matrix(count, (n - 1) * d, float64Array(arrays, `interval${k}.${name}`, count * (n - 1) * d))
    return {
      ...{ from, to },
      transition: { map: square('map', n), noise: square('noise', n) },
      beliefs: { means: states('beliefs', from.rows), covariance: square('covariance', n - 1) },
      hints: { vectors: states('hints', to.rows), precision: square('precision', n - 1) }
    }
  })
  return { kernel: velocity.kernel, variance, pairs }
}

function couplingsIn(
  { arrays }: ModelContents,
  { meta: { diffusion, columnNames }, snapshots, spreads, family, theta, velocity, growth }: Interval
): Pick<MarginalsModel, 'couplings' | 'intervalSigmas'> {
  const working = snapshots.map((snapshot, k) => {
    const own = spreads?.[k]
    const grown = growth?.logOffspring[k]
    const leaving = grown && normaliseLogWeights(grown.map((g, i) => g + snapshot.cloud.logWeights[i]!))
    return { ...workingSnapshot(snapshot, diffusion, columnNames), ...(own && { spreads: own }), leaving }
  })
  const intervalSigmas = working.slice(1).map((_, k) => float64Array(arrays, `interval${k}.sigma`, columnNames.length, SIGMA))
  const couplings = intervalSigmas.map((sigma, k) => {
    const [from, to] = [asLeaving(working[k]!), working[k + 1]!]
    const pair = velocity?.pairs?.[k]
    const kernel = growth?.kernels?.[k]
    const variances = kernel?.variances ?? sigma.map((s) => s * s * (to.time - from.time))
    const problem = kernel
      ? growthCoupling({ from: from.cloud, to: to.cloud, variances }, kernel.centres)
      : pair
        ? velocityProblem(pair, [from.cloud, to.cloud], widthOf(sigma, to.time - from.time))
        : couplingProblem({ problem: { family, diffusion }, theta }, { sigma, from, to }).problem
    const potential = (side: 'from' | 'to', count: number) => float64Array(arrays, `interval${k}.${side}`, count)
    return { problem, potentials: { from: potential('from', from.cloud.points.rows), to: potential('to', to.cloud.points.rows) } }
  })
  return { couplings, intervalSigmas }
}
