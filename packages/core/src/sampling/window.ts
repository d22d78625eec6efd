import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp } from '../num/elementary.js'
import type { Watch } from '../num/iterate.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { symmetricScaling } from '../scaling/symmetric.js'
import { type Cloud, cloud } from '../space/cloud.js'

/**
 * Bandwidths of a window: one ε for the coordinates to draw, one for those that are given. Two bandwidths are one
 * Gaussian kernel on coordinates divided by √ε. With `free` targets the kernel compares the givens only: one draw
 * forgets where it started.
 */
export interface WindowBandwidth {
  readonly target: number | 'free'
  readonly given: number
}

/** Training rows of a small problem: some coordinates to draw given others. */
export interface WindowRows {
  /** [M, t] */
  readonly targets: Matrix
  /** [M, k], k ≥ 0 */
  readonly givens: Matrix
  readonly logWeights: Float64Array
}

/** A bridge on (targets, givens), ready to draw targets given givens. */
export interface WindowBridge {
  readonly targetCount: number
  readonly givenCount: number
  readonly bandwidth: WindowBandwidth
  /** What the kernel of ε = 1 compares: rescaled targets (unless free) and givens [M, ·]. */
  readonly compared: Cloud
  /** (targets, givens) as they came [M, t + k]. */
  readonly values: Matrix
  /** f_j + a_j [M]. */
  readonly logTerms: Float64Array
  /** Local covariance of the values, averaged over the training rows, packed lower triangle [(t + k)(t + k + 1)/2]. */
  readonly pooled: Float64Array
}

export interface WindowFit {
  readonly engine: Engine
  readonly watch?: Watch | undefined
  /** Potentials found before [M]; found anew when left out. */
  readonly potentials?: Float64Array | undefined
}

/** Turns past which a small problem gains nothing from a finer scaling. */
const TOLERANCE = 1e-4

/** Potentials f of a window's rows [M]. Cost about 10 kernel passes over M² pairs. */
export async function windowPotentials(rows: WindowRows, bandwidth: WindowBandwidth, { engine, watch }: WindowFit): Promise<Float64Array> {
  const points = cloud(comparedPoints(rows.targets, rows.givens, bandwidth), rows.logWeights)
  const stop = watch?.stop ? { watch: { stop: watch.stop } } : {}
  const found = await symmetricScaling({ cloud: points, kernel: gaussianKernel(1), engine, tolerance: TOLERANCE, turns: 100, ...stop })
  return found.potentials
}

/** Builds the bridge of a window. Cost O(M²) once, memory O(M·(t + k)). */
export async function windowBridge(rows: WindowRows, bandwidth: WindowBandwidth, fit: WindowFit): Promise<WindowBridge> {
  const { targets, givens, logWeights } = rows
  const potentials = fit.potentials ?? (await windowPotentials(rows, bandwidth, fit))
  const compared = cloud(comparedPoints(targets, givens, bandwidth), logWeights)
  const values = beside(targets, givens)
  const logTerms = potentials.map((f, j) => f + logWeights[j]!)
  const local = await fit.engine.moments({ from: compared, to: compared, kernel: gaussianKernel(1) }, logTerms, values)
  return {
    targetCount: targets.cols,
    givenCount: givens.cols,
    bandwidth,
    compared,
    values,
    logTerms,
    pooled: averageRow(local.covariance, logWeights)
  }
}

/** Targets/√ε (unless free) beside givens/√ε_given [n, ·]. */
export function comparedPoints(targets: Matrix, givens: Matrix, { target, given }: WindowBandwidth): Matrix {
  const right = scaled(givens, 1 / Math.sqrt(given))
  return target === 'free' ? right : beside(scaled(targets, 1 / Math.sqrt(target)), right)
}

function scaled(m: Matrix, factor: number): Matrix {
  return matrix(
    m.rows,
    m.cols,
    m.data.map((x) => x * factor)
  )
}

/** (A, B) side by side [n, a + b]. */
export function beside(a: Matrix, b: Matrix): Matrix {
  const out = matrix(a.rows, a.cols + b.cols)
  for (let i = 0; i < a.rows; i++) {
    out.data.set(a.data.subarray(i * a.cols, (i + 1) * a.cols), i * out.cols)
    out.data.set(b.data.subarray(i * b.cols, (i + 1) * b.cols), i * out.cols + a.cols)
  }
  return out
}

function averageRow(m: Matrix, logWeights: Float64Array): Float64Array {
  const out = new Float64Array(m.cols)
  let total = 0
  for (let i = 0; i < m.rows; i++) {
    const weight = exp(logWeights[i]!)
    if (!(weight > 0)) continue
    total += weight
    for (let c = 0; c < m.cols; c++) out[c] = out[c]! + weight * m.data[i * m.cols + c]!
  }
  return out.map((x) => x / total)
}
