import { kernelOf, widthsFor } from '../kernel/bandwidth.js'
import type { Engine, Moments } from '../kernel/engine.js'
import { exp, log } from '../num/elementary.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { cloud } from '../space/cloud.js'
import { type Bridge, pairFrom } from './bridge.js'
import type { CoordinateBounds, MixedBridge } from './mixed.js'
import { codesOf, type InformedState } from './state.js'
import type { SweepBridge } from './sweep.js'

/** One component of the mixture of Gaussians that a step proposes from. */
export interface LocalPart {
  readonly part: number
  /** log probability of the component before anything is known [n]. */
  readonly logShare: Float64Array
  readonly mean: Matrix
  /** Packed, as in `Moments`. */
  readonly covariance: Matrix
  readonly effectiveCount: Float64Array
}

/** Where local Gaussians come from: one for a table of numbers, one a class of rows where categories or atoms make classes. */
export interface LocalSource {
  readonly partCount: number
  /** Whether the Gaussians depend on coordinates that are held only: one draw then forgets where it started. */
  readonly still?: boolean
  /** Where the coordinates of each part lie: what noise carries beyond is put back. */
  readonly bounds?: CoordinateBounds | undefined
  /** Categories that a chain with its `own` has in a part; undefined where they stay as they are. */
  codesOf(part: number, own: Int32Array): Int32Array | undefined
  at(states: InformedState): Promise<LocalPart[]>
}

/** Mean and covariance under the weights of a plain bridge. */
export function plainSource(bridge: Bridge, engine: Engine): LocalSource {
  return {
    partCount: 1,
    codesOf: () => undefined,
    at: async ({ coordinates }) => [
      onePart(await engine.moments(await pairFrom(bridge, coordinates, engine), bridge.logTerms, bridge.training.points))
    ]
  }
}

const onePart = ({ mean, covariance, effectiveCount }: Moments): LocalPart => ({
  part: 0,
  logShare: new Float64Array(mean.rows),
  mean,
  covariance,
  effectiveCount
})

/** What classes of rows settle where categories are swept. */
export interface SweepClasses {
  readonly rows: readonly Uint32Array[]
  readonly bounds?: CoordinateBounds | undefined
  /** Factors that a class settles. */
  readonly settled: readonly number[]
}

/**
 * Mean and covariance of the numbers under weights that compare numbers and categories together, one Gaussian a class of
 * rows; covariances are shrunk as in `mixedSource`.
 */
export function sweepSource(bridge: SweepBridge, classes: SweepClasses, engine: Engine): LocalSource {
  const all = Array.from({ length: bridge.factorCount }, (_, f) => f)
  const settledOf = classes.rows.map((members) => classes.settled.map((f) => bridge.training.codes[members[0]! * bridge.factorCount + f]!))
  const codesIn = (part: number, own: Int32Array): Int32Array => {
    const codes = own.slice()
    classes.settled.forEach((f, k) => {
      codes[f] = settledOf[part]![k]!
    })
    return codes
  }
  const parts = classes.rows.map((members) => classPart(bridge, members))
  return {
    partCount: parts.length,
    bounds: classes.bounds,
    codesOf: (part, own) => (classes.settled.length > 0 ? codesIn(part, own) : undefined),
    async at(states) {
      const { coordinates, codes } = states
      const fromWidths = await widthsFor(bridge.kernel, coordinates, engine)
      const whole = bridge.embed({ coordinates, codes }, all)
      const found: Moments[] = []
      for (const [p, part] of parts.entries()) {
        const points =
          classes.settled.length > 0 ? bridge.embed({ coordinates, codes: allCodes(states, (own) => codesIn(p, own)) }, all) : whole
        const pair = { from: cloud(points), to: part.place, kernel: kernelOf(bridge.kernel, fromWidths, part.widths) }
        found.push(await engine.moments(pair, part.logTerms, part.values))
      }
      if (found.length === 1) return [onePart(found[0]!)]
      shrinkTogether(found)
      return partsOf(
        found,
        found.map(({ logSum }) => logSum)
      )
    }
  }
}

function classPart({ whole, training, logTerms, widths }: SweepBridge, members: Uint32Array) {
  const all = members.length === logTerms.length
  const take = (values: Float64Array) => (all ? values : Float64Array.from(members, (row) => values[row]!))
  return {
    place: all ? whole : cloud(takeRows(whole.points, members)),
    values: all ? training.coordinates : takeRows(training.coordinates, members),
    logTerms: take(logTerms),
    widths: widths && take(widths)
  }
}

function allCodes(states: InformedState, change: (own: Int32Array) => Int32Array): Int32Array {
  const out = states.codes.slice()
  for (let i = 0; i < states.part.length; i++) codesOf({ ...states, codes: out }, i).set(change(codesOf(states, i)))
  return out
}

/**
 * One Gaussian a combination of categories, with its probability from the chain's place; covariances are shrunk towards
 * what all combinations have within themselves, as in `mixedStep`.
 */
export function mixedSource(bridge: MixedBridge, codes: readonly Int32Array[], engine: Engine): LocalSource {
  const gaps = squaredGapsOf(bridge.places)
  return {
    partCount: bridge.parts.length,
    bounds: bridge.bounds,
    codesOf: (part) => codes[part],
    async at(states) {
      const found = await partMoments(bridge, states.coordinates, engine)
      shrinkTogether(found)
      return withShares(states, found, { gaps, scales: await gapScales(bridge, states.coordinates, engine) })
    }
  }
}

async function partMoments(bridge: MixedBridge, coordinates: Matrix, engine: Engine): Promise<Moments[]> {
  const widths = await widthsFor(bridge.kernel, coordinates, engine)
  const found: Moments[] = []
  for (const part of bridge.parts) {
    const pair = { from: cloud(coordinates), to: part.training, kernel: kernelOf(bridge.kernel, widths, part.widths) }
    found.push(await engine.moments(pair, part.logTerms, part.training.points))
  }
  return found
}

/** C_c ← (1 − λ) C_c + λ Σ_k q_k C_k, λ = d/(d + n_eff), q by numbers alone; in place. */
function shrinkTogether(found: readonly Moments[]): void {
  const n = found[0]!.mean.rows
  const d = found[0]!.mean.cols
  const size = found[0]!.covariance.cols
  const pooled = new Float64Array(size)
  for (let i = 0; i < n; i++) {
    let largest = Number.NEGATIVE_INFINITY
    for (const { logSum } of found) largest = Math.max(largest, logSum[i]!)
    if (largest === Number.NEGATIVE_INFINITY) continue
    pooled.fill(0)
    let total = 0
    for (const { logSum, covariance } of found) {
      if (logSum[i] === Number.NEGATIVE_INFINITY) continue
      const weight = exp(logSum[i]! - largest)
      if (weight === 0) continue
      total += weight
      for (let k = 0; k < size; k++) pooled[k] = pooled[k]! + weight * covariance.data[i * size + k]!
    }
    for (const { covariance, effectiveCount } of found) {
      const shrink = d / (d + effectiveCount[i]!)
      for (let k = 0; k < size; k++)
        covariance.data[i * size + k] = (1 - shrink) * covariance.data[i * size + k]! + (shrink * pooled[k]!) / total
    }
  }
}

/** 1/(4ε), or its like for a variable kernel with a typical width of the part: what a squared category distance is multiplied by [n]. */
async function gapScales(bridge: MixedBridge, coordinates: Matrix, engine: Engine): Promise<Float64Array> {
  const { epsilon } = bridge.kernel
  const widths = await widthsFor(bridge.kernel, coordinates, engine)
  return Float64Array.from({ length: coordinates.rows }, (_, i) => 1 / (4 * epsilon * (widths?.[i] ?? 1)))
}

/** Squared distance between the category places of two combinations [G, G]. */
function squaredGapsOf({ rows, cols, data }: Matrix): Matrix {
  const out = matrix(rows, rows)
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < rows; b++) {
      let sum = 0
      for (let c = 0; c < cols; c++) {
        const gap = data[a * cols + c]! - data[b * cols + c]!
        sum += gap * gap
      }
      out.data[a * rows + b] = sum
    }
  }
  return out
}

function withShares(
  states: InformedState,
  found: readonly Moments[],
  { gaps, scales }: { gaps: Matrix; scales: Float64Array }
): LocalPart[] {
  const n = states.coordinates.rows
  const raw = found.map(({ logSum }, part) =>
    Float64Array.from({ length: n }, (_, i) => logSum[i]! - scales[i]! * gaps.data[states.part[i]! * gaps.cols + part]!)
  )
  return partsOf(found, raw)
}

/** Parts with their probabilities, from the logs of what these are proportional to [parts][n]. */
function partsOf(found: readonly Moments[], raw: readonly Float64Array[]): LocalPart[] {
  const totals = Float64Array.from({ length: raw[0]!.length }, (_, i) => {
    let largest = Number.NEGATIVE_INFINITY
    for (const values of raw) largest = Math.max(largest, values[i]!)
    let total = 0
    for (const values of raw) total += exp(values[i]! - largest)
    return largest + log(total)
  })
  return found.map(({ mean, covariance, effectiveCount }, part) => ({
    part,
    logShare: raw[part]!.map((value, i) => value - totals[i]!),
    mean,
    covariance,
    effectiveCount
  }))
}
