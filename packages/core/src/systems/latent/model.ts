import { nearestSquaredDistances, typicalAboveTies } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import { InputError } from '../../num/errors.js'
import type { Watch } from '../../num/iterate.js'
import { listed } from '../../num/listed.js'
import { normaliseLogWeights, uniformLogWeights } from '../../num/log-space.js'
import { type Matrix, stackRows, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { runSteps, startRows } from '../../sampling/run.js'
import { type Bridge, bridgeStep, type NoiseKind } from '../../sampling/step.js'
import { USUAL_STEPS } from '../../sampling/steps.js'
import { symmetricScaling } from '../../scaling/symmetric.js'
import { cloud } from '../../space/cloud.js'
import type { Codec } from '../../spectral/codec.js'
import { type LatentBandwidth, searchLatentBandwidth } from './bandwidth.js'
import { checkFinite, fitCodec, measureReconstruction, type Reconstruction } from './codecs.js'
import { sampleFiniteTime } from './finite-time.js'
import type { LatentSpecification } from './specification.js'

export interface LatentContext {
  readonly engine: Engine
  readonly key: Key
  readonly watch?: Watch | undefined
}

export interface LatentFitOptions {
  /** Training rows [M, D]. */
  readonly rows: Matrix
  /** [M]; equal when left out. */
  readonly logWeights?: Float64Array
  /** A class of every row, 0 … G − 1: rows of one class are a bridge of their own, all at the same ε. */
  readonly labels?: Int32Array
  /** What to fit, or a codec that is given. */
  readonly latent: LatentSpecification | Codec
  /** ε in the latent space. Default `auto`. */
  readonly bandwidth?: number | 'auto'
  /** The dynamics whose draws `auto` looks at. Default `langevin`. */
  readonly dynamics?: 'langevin' | 'bridge'
}

/** The rows of one class in the latent space, with their potentials. */
export interface LatentGroup {
  /** Class; 0 when there are none. */
  readonly label: number
  /** Rows of the training matrix. */
  readonly rows: Uint32Array
  readonly bridge: Bridge
}

export interface LatentModel {
  readonly codec: Codec
  /** [M, K] */
  readonly latents: Matrix
  readonly logWeights: Float64Array
  readonly epsilon: number
  readonly bandwidth?: LatentBandwidth
  readonly groups: readonly LatentGroup[]
  readonly reconstruction: Reconstruction
  readonly notes: readonly string[]
}

/** Rows that the bandwidth search uses at most. */
const SEARCH_ROWS = 2000
const SEARCH_DRAWS = 500

/**
 * Fits a codec and a Schrödinger-bridge sampler behind it.
 * Cost: the codec's, its reconstruction error's, and the bandwidth search on at most 2,000 rows.
 * Throws `InputError`: as the codecs do; labels of another length; classes without rows.
 */
export async function fitLatent(options: LatentFitOptions, context: LatentContext): Promise<LatentModel> {
  const { rows, latent, labels } = options
  const { engine, watch } = context
  const key = keyFor(context.key, 'latent')
  const logWeights = options.logWeights ? normaliseLogWeights(options.logWeights) : uniformLogWeights(rows.rows)
  const classes = classesOf(labels, rows.rows)
  const given = 'encode' in latent
  const codec = given ? latent : await fitCodec(rows, latent, { engine, key: keyFor(key, 'codec'), watch })
  const latents = checkFinite(await codec.encode(rows))
  const reconstruction = await measureReconstruction(codec, rows, { ...(given ? {} : { specification: latent }), engine, key, watch })
  const space: LatentSpace = { codec, rows, latents, logWeights, classes, dynamics: options.dynamics ?? 'langevin', engine, key, watch }
  const bandwidth = typeof options.bandwidth === 'number' ? undefined : await automaticBandwidth(space)
  const epsilon = bandwidth?.epsilon ?? (options.bandwidth as number)
  const groups = await groupsAt(space, epsilon, 1e-6)
  const small = classes.filter((members) => members.length < 3).length
  const notes = small > 0 ? [`${small} classes have fewer than 3 rows: rows drawn in them are nearly copies`] : []
  return { codec, latents, logWeights, epsilon, ...(bandwidth ? { bandwidth } : {}), groups, reconstruction, notes }
}

export interface LatentSampleOptions {
  readonly count: number
  /** Draws of this class only; otherwise classes in the proportions of the training rows. */
  readonly label?: number
  /** `langevin`: chains from training rows; `bridge`: the finite-time bridge on [0, 1]. Default `langevin`. */
  readonly dynamics?: 'langevin' | 'bridge'
  /** Default 20. */
  readonly steps?: number
  readonly noise?: NoiseKind
  /** Start of the finite-time bridge. Default `convolved`. */
  readonly start?: 'gaussian' | 'convolved'
}

export interface LatentSamples {
  /** Decoded rows [n, D]. */
  readonly rows: Matrix
  /** [n, K] */
  readonly latents: Matrix
  /** [n]; zeros when there are no classes. */
  readonly labels: Int32Array
}

/** Draws rows: latent dynamics, then the decoder. Cost O(steps·n·M·K) and one decode. Throws `InputError`: count, unknown class, decoder NaN. */
export async function sampleLatent(model: LatentModel, options: LatentSampleOptions, context: LatentContext): Promise<LatentSamples> {
  const { count, label } = options
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new InputError({ code: 'count', got: `n = ${count}`, expected: 'a whole number of at least 1', try: 'n = 1000' })
  }
  const key = keyFor(context.key, 'latent sample')
  const groups = label === undefined ? model.groups : model.groups.filter((group) => group.label === label)
  if (groups.length === 0) {
    throw new InputError({
      code: 'level-unknown',
      got: `class ${label}`,
      expected: `one of ${listed(model.groups.map((group) => String(group.label)))}`,
      try: 'a class that occurs in the data'
    })
  }
  const counts = countsOf(model, groups, { count, key })
  const parts: Matrix[] = []
  for (let g = 0; g < groups.length; g++) {
    if (counts[g] === 0) continue
    const draw = { ...options, count: counts[g]!, key: keyFor(key, `class ${groups[g]!.label}`) }
    parts.push(await drawGroup(groups[g]!.bridge, draw, context))
  }
  const latents = stackRows(parts)
  const rows = checkFinite(await model.codec.decode(latents))
  return { rows, latents, labels: Int32Array.from(groups.flatMap((group, g) => Array<number>(counts[g]!).fill(group.label))) }
}

function countsOf(model: LatentModel, groups: readonly LatentGroup[], { count, key }: { count: number; key: Key }): number[] {
  if (groups.length === 1) return [count]
  const groupOf = new Int32Array(model.latents.rows)
  groups.forEach((group, g) => {
    for (const row of group.rows) groupOf[row] = g
  })
  const counts = groups.map(() => 0)
  for (const row of startRows(model.logWeights, count, key)) counts[groupOf[row]!] = counts[groupOf[row]!]! + 1
  return counts
}

async function drawGroup(bridge: Bridge, options: LatentSampleOptions & { key: Key }, { engine, watch }: LatentContext): Promise<Matrix> {
  const { count, steps = USUAL_STEPS.rows, noise = 'covariance', key } = options
  if (options.dynamics === 'bridge') {
    const start = options.start ?? 'convolved'
    return sampleFiniteTime({ target: bridge.training, engine, epsilon: bridge.kernel.epsilon, start, steps, count, key, watch })
  }
  const first = takeRows(bridge.training.points, startRows(bridge.training.logWeights, count, key))
  return runSteps(first, (state, stepKey) => bridgeStep(bridge, state, { engine, noise, key: stepKey }), { steps, key, watch })
}

/** What groups are made from. */
interface LatentSpace extends LatentContext {
  readonly codec: Codec
  readonly rows: Matrix
  readonly latents: Matrix
  readonly logWeights: Float64Array
  /** Rows of each class. */
  readonly classes: readonly Uint32Array[]
  readonly dynamics: 'langevin' | 'bridge'
}

async function groupsAt(space: LatentSpace, epsilon: number, tolerance: number): Promise<LatentGroup[]> {
  const groups: LatentGroup[] = []
  const { latents, logWeights, engine, watch } = space
  for (let label = 0; label < space.classes.length; label++) {
    const rows = space.classes[label]!
    if (rows.length === 0) continue
    const weights = Float64Array.from(rows, (row) => logWeights[row]!)
    if (weights.every((a) => a === Number.NEGATIVE_INFINITY)) continue
    const training = cloud(takeRows(latents, rows), normaliseLogWeights(weights))
    const stop = watch?.stop ? { watch: { stop: watch.stop } } : {}
    const { potentials } = await symmetricScaling({ cloud: training, kernel: gaussianKernel(epsilon), engine, tolerance, ...stop })
    const logTerms = potentials.map((f, j) => f + training.logWeights[j]!)
    groups.push({ label, rows, bridge: { training, logTerms, kernel: { kind: 'fixed', epsilon } } })
  }
  return groups
}

/** The search on at most 2,000 rows, carried to all rows in proportion to their typical squared nearest-neighbour distance. */
async function automaticBandwidth(space: LatentSpace): Promise<LatentBandwidth> {
  const { latents, engine, codec, key } = space
  const chosen = permutation(keyFor(key, 'search'), latents.rows).subarray(0, SEARCH_ROWS).sort()
  const part = restricted(space, chosen)
  const quiet: LatentContext = { engine, key, ...(space.watch?.stop ? { watch: { stop: space.watch.stop } } : {}) }
  const drawAt = async (epsilon: number): Promise<Matrix> => {
    const groups = await groupsAt(part, epsilon, 1e-3)
    const parts: Matrix[] = []
    for (const group of groups) {
      const count = Math.max(1, Math.round((SEARCH_DRAWS * group.rows.length) / chosen.length))
      parts.push(await drawGroup(group.bridge, { count, dynamics: space.dynamics, key: keyFor(key, `search ${group.label}`) }, quiet))
    }
    return stackRows(parts)
  }
  const found = await searchLatentBandwidth({ rows: part.rows, latents: part.latents, codec, engine, drawAt, watch: space.watch })
  if (chosen.length === latents.rows) return found
  const unit = async (points: Matrix) => typicalAboveTies(await nearestSquaredDistances(points, engine))
  const few = await unit(part.latents)
  const scale = few > 0 ? (await unit(latents)) / few : 1
  return { ...found, epsilon: found.epsilon * scale, curve: found.curve.map((point) => ({ ...point, epsilon: point.epsilon * scale })) }
}

function restricted(space: LatentSpace, chosen: Uint32Array): LatentSpace {
  const place = new Map<number, number>()
  chosen.forEach((row, at) => {
    place.set(row, at)
  })
  const classes = space.classes.map((rows) =>
    Uint32Array.from(
      [...rows].filter((row) => place.has(row)),
      (row) => place.get(row)!
    )
  )
  const logWeights = Float64Array.from(chosen, (row) => space.logWeights[row]!)
  return { ...space, rows: takeRows(space.rows, chosen), latents: takeRows(space.latents, chosen), logWeights, classes }
}

function classesOf(labels: Int32Array | undefined, count: number): Uint32Array[] {
  if (!labels) return [Uint32Array.from({ length: count }, (_, i) => i)]
  if (labels.length !== count || labels.some((label) => label < 0)) {
    throw new InputError({
      code: 'labels',
      got: labels.length !== count ? `${labels.length} labels for ${count} rows` : 'a negative label',
      expected: 'one label a row, from 0',
      try: 'numbering the classes 0, 1, …'
    })
  }
  const members: number[][] = []
  labels.forEach((label, row) => {
    while (members.length <= label) members.push([])
    members[label]!.push(row)
  })
  return members.map((rows) => Uint32Array.from(rows))
}
