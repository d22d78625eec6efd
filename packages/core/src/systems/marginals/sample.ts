import type { WorkingReference } from '../../bridge/cells.js'
import { cellsOf, emptyCell } from '../../bridge/cells.js'
import { type Coupling, drawEvenly, drawPartners } from '../../bridge/coupling.js'
import { type Batch, batchesOf } from '../../draw/batches.js'
import { each } from '../../num/crew.js'
import { InputError } from '../../num/errors.js'
import type { Watch } from '../../num/iterate.js'
import { choleskyInPlace } from '../../num/linear-algebra.js'
import { type Matrix, matrix, rowOf } from '../../num/matrix.js'
import { fillNormal, type Key, keyFor, permutation, uniforms } from '../../num/random.js'
import type { Cloud } from '../../space/cloud.js'
import { type DrawnStripe, drawStripe, placeStripe, type Stripe, stripesOf, stripeTask, workOf } from './bridge-stripes.js'
import { filledKnots } from './fill-gaps.js'
import type { MarginalsModel } from './model.js'
import { isSeen } from './partly-seen.js'
import { type PathMarks, pathMarks } from './path-marks.js'
import { workingReference } from './rounds-problem.js'
import { fromWorking, toWorking } from './snapshots.js'
import { fillByVelocity } from './velocity-paths.js'

export interface Trajectories {
  /** The requested times and the snapshot times, ascending [T]. */
  readonly times: Float64Array
  /** Values [count · T, d], particle by particle, original coordinates. */
  readonly values: Matrix
  readonly count: number
  /** Of a model with growth or fates. */
  readonly marks?: PathMarks | undefined
  /** Bridges whose mean path had not settled when relinearisation ended. */
  readonly unsettled: number
}

interface TrajectoryRequest {
  /** Number of trajectories. */
  readonly count: number
  /** Times besides those of the snapshots; from the first snapshot on. After the last one the reference runs on freely. */
  readonly times: readonly number[]
  readonly key: Key
  readonly watch?: Watch | undefined
}

/**
 * Draws whole trajectories: a Markov chain of particles through the snapshots, bridges of the reference between them.
 * At snapshot times a trajectory *is* one of the particles. Cost O(count · n) a snapshot and one guided bridge a path and
 * interval; memory O(count · T · d). Throws `InputError` for times before the first snapshot.
 * @source mathematics.md section 11, step 3.
 */
export function sampleTrajectories(model: MarginalsModel, request: TrajectoryRequest): Trajectories {
  const { stripes, finish } = prepared(model, request)
  return finish(stripes.map((stripe) => drawStripe(stripe, request.watch)))
}

/** The same, the bridges on all threads that there are. */
export async function sampleSharing(model: MarginalsModel, request: TrajectoryRequest): Promise<Trajectories> {
  const { stripes, finish } = prepared(model, request)
  const { watch } = request
  const total = model.couplings.length
  const done = (count: number) => watch?.progress?.({ stage: 'bridges', done: (count / stripes.length) * total, total })
  const work = stripes.reduce((sum, stripe) => sum + stripe.starts.rows * workOf(stripe), 0)
  return finish(await each(stripeTask, stripes, { watch, work, stage: 'bridges', done }))
}

interface Prepared {
  /** Bridges still to be drawn. */
  readonly stripes: readonly Stripe[]
  readonly finish: (drawn: readonly DrawnStripe[]) => Trajectories
}

function prepared(model: MarginalsModel, request: TrajectoryRequest): Prepared {
  checkRequest(model, request)
  const snapshotTimes = model.snapshots.map((s) => s.time)
  const times = Float64Array.from(new Set([...request.times, ...snapshotTimes])).sort()
  const d = model.columnNames.length
  const out: Trajectories & { unsettled: number; marks?: PathMarks | undefined } = {
    times,
    values: matrix(request.count * times.length, d),
    count: request.count,
    unsettled: 0
  }
  const drawn = indexChain(model, request)
  out.marks = pathMarks(model, { times, count: request.count, chain: drawn })
  const particles = model.snapshots.map((s) => toWorking(s, model.diffusion, model.columnNames))
  // Where cells were empty every path has its own states.
  const filled = model.spreads && filledKnots(model, { points: particles, chain: drawn }, keyFor(request.key, 'gaps'))
  const points = filled ?? particles
  const chain = filled ? drawn.map((of) => of.map((_, path) => path)) : drawn
  return {
    stripes: model.velocity ? [] : points.slice(1).flatMap((_, k) => stripesOf({ model, request, times, k, points, chain })),
    finish(stripes) {
      if (model.velocity) fillByVelocity(out, { reference: model.velocity, request, snapshotTimes, points, chain })
      else {
        for (const stripe of stripes) out.unsettled += placeStripe(out, stripe)
        const reference = workingReference(model, model.theta, model.sigma)
        fillBeyond(out, { reference, request, from: points.at(-1)!, chain: chain.at(-1)!, start: snapshotTimes.at(-1)! })
      }
      fromWorking(out.values.data, model.diffusion)
      placeParticles(out, model, drawn)
      if (filled) placeFilled(out, { model, filled, chain: drawn })
      return out
    }
  }
}

/** `count` evenly spread times inside every interval between snapshots of the fit. Throws `InputError` for a count that is none. */
export function timesBetween({ snapshots }: Pick<MarginalsModel, 'snapshots'>, count: number): number[] {
  if (!(Number.isInteger(count) && count >= 0 && count <= 1000)) {
    throw new InputError({ code: 'count', got: `${count} times between`, expected: 'a whole number from 0 to 1000', try: 'asking for 9' })
  }
  return snapshots.slice(1).flatMap((to, k) => {
    const from = snapshots[k]!.time
    return Array.from({ length: count }, (_, i) => from + ((i + 1) / (count + 1)) * (to.time - from))
  })
}

function checkRequest(model: MarginalsModel, { count, times }: TrajectoryRequest): void {
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new InputError({ code: 'count', got: `${count} trajectories`, expected: 'a whole number of at least 1', try: 'asking for 100' })
  }
  const first = model.snapshots[0]!.time
  for (const time of times) {
    if (Number.isFinite(time) && time >= first) continue
    throw new InputError({
      code: 'time-before-data',
      got: `the requested time ${time}`,
      expected: `a time from the first snapshot at ${first} on`,
      try: 'times inside the data, or a little after the last snapshot'
    })
  }
}

/** Particle numbers [snapshots][count], drawn in batches. */
function indexChain(model: MarginalsModel, request: TrajectoryRequest): Uint32Array[] {
  const clouds = model.snapshots.map((s) => s.cloud)
  const parts = batchesOf(request).map((batch) => ({ ...batch, chain: batchChain({ clouds, couplings: model.couplings }, batch) }))
  return model.snapshots.map((_, k) => {
    const particles = new Uint32Array(request.count)
    for (const { first, chain } of parts) particles.set(chain[k]!, first)
    return particles
  })
}

/** Those of a batch: stratified at the first snapshot and along every coupling; paths in random order. */
export function batchChain(
  { clouds, couplings }: { readonly clouds: readonly Cloud[]; readonly couplings: readonly Coupling[] },
  { count, key, watch }: Batch
): Uint32Array[] {
  const offset = (label: string): number => uniforms(keyFor(key, label), 1)[0]!
  const evenly = drawEvenly(clouds[0]!, count, offset('first'))
  const chain: Uint32Array[] = [Uint32Array.from(permutation(keyFor(key, 'order'), count), (path) => evenly[path]!)]
  couplings.forEach((coupling, k) => {
    const [from, to] = [clouds[k]!.points, clouds[k + 1]!.points]
    chain.push(drawPartners(coupling, { sources: chain[k]!, from, to, u: offset(`partner ${k}`) }, watch))
    watch?.progress?.({ stage: 'pairing', done: k + 1, total: couplings.length })
  })
  return chain
}

/** Cells an interval of the data's length when the reference runs on after the last snapshot. */
const FREE_CELLS = 32

/** After the last snapshot: the reference's own law, cell by cell. */
function fillBeyond(
  out: Trajectories,
  parts: { reference: WorkingReference; request: TrajectoryRequest; from: Matrix; chain: Uint32Array; start: number }
): void {
  const { reference, request, from, chain, start } = parts
  const places = [...out.times.keys()].filter((p) => out.times[p]! > start)
  if (places.length === 0) return
  const d = from.cols
  const last = out.times.at(-1)!
  const borders = new Set([start, ...places.map((p) => out.times[p]!)])
  if (!reference.drift.linear) for (let m = 1; m < FREE_CELLS; m++) borders.add(start + ((last - start) * m) / FREE_CELLS)
  const sorted = Float64Array.from(borders).sort()
  const cells = cellsOf(reference, sorted)
  const cell = emptyCell(d)
  const normals = new Float64Array(d * (sorted.length - 1))
  const state = new Float64Array(d)
  for (let particle = 0; particle < request.count; particle++) {
    fillNormal(keyFor(request.key, 'beyond'), particle, normals)
    state.set(rowOf(from, chain[particle]!))
    for (let m = 0; m + 1 < sorted.length; m++) {
      cells.linearise(m, state, cell)
      freeStep(cell, normals.subarray(m * d, (m + 1) * d), state, { time: sorted[m + 1]!, particle })
      const place = places.find((p) => out.times[p] === sorted[m + 1])
      if (place !== undefined) out.values.data.set(state, (particle * out.times.length + place) * d)
    }
  }
}

function freeStep(
  cell: { mean: Float64Array; covariance: Float64Array },
  xi: Float64Array,
  state: Float64Array,
  at: { time: number; particle: number }
): void {
  const d = state.length
  const factor = cell.covariance.slice()
  if (!choleskyInPlace(factor, d) || !cell.mean.every(Number.isFinite)) {
    throw new InputError({
      code: 'drift-exploded',
      got: `particle ${at.particle} leaving every bound near time ${at.time}, after the last snapshot`,
      expected: 'a drift that stays finite there',
      try: 'times closer to the last snapshot'
    })
  }
  for (let a = 0; a < d; a++) {
    let sum = cell.mean[a]!
    for (let b = 0; b <= a; b++) sum += factor[a * d + b]! * xi[b]!
    state[a] = sum
  }
}

/** Puts the particles themselves at snapshot times, exactly as they came. */
function placeParticles(out: Trajectories, model: MarginalsModel, chain: readonly Uint32Array[]): void {
  const d = out.values.cols
  model.snapshots.forEach(({ time, cloud }, k) => {
    const place = out.times.indexOf(time)
    for (let particle = 0; particle < out.count; particle++) {
      out.values.data.set(rowOf(cloud.points, chain[k]![particle]!), (particle * out.times.length + place) * d)
    }
  })
}

/** Puts what was drawn into the cells that were empty. */
function placeFilled(
  out: Trajectories,
  { model, filled, chain }: { model: MarginalsModel; filled: readonly Matrix[]; chain: readonly Uint32Array[] }
): void {
  const d = out.values.cols
  model.snapshots.forEach(({ time }, k) => {
    const place = out.times.indexOf(time)
    const values = filled[k]!.data.slice()
    fromWorking(values, model.diffusion)
    for (let path = 0; path < out.count; path++)
      for (let a = 0; a < d; a++)
        if (!isSeen(model.spreads![k], chain[k]![path]!, a))
          out.values.data[(path * out.times.length + place) * d + a] = values[path * d + a]!
  })
}

/** The values at one time [count, d]. */
export function trajectoriesAt({ times, values, count }: Trajectories, time: number): Matrix {
  const place = times.indexOf(time)
  if (place < 0)
    throw new InputError({ code: 'time-absent', got: `time ${time}`, expected: 'a time that was drawn', try: 'adding it to the request' })
  const out = matrix(count, values.cols)
  for (let particle = 0; particle < count; particle++) out.data.set(rowOf(values, particle * times.length + place), particle * values.cols)
  return out
}
