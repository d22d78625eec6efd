import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp } from '../num/elementary.js'
import type { Watch } from '../num/iterate.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
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

/** What is found about a window once and kept: potentials f [M] and the average local covariance, packed. */
export interface WindowFit {
  readonly potentials: Float64Array
  readonly pooled: Float64Array
}

export interface WindowContext {
  readonly engine: Engine
  readonly watch?: Watch | undefined
}

/** Turns past which a small problem gains nothing from a finer scaling. */
const TOLERANCE = 1e-4
/** Rows, evenly spaced, over which local covariances are averaged: of more the average is the same to a few per cent. */
const POOLED_ROWS = 512

/** Fits a window. Cost about 10 kernel passes over M² pairs, memory O(M·(t + k)²). */
export async function fitWindow(rows: WindowRows, bandwidth: WindowBandwidth, { engine, watch }: WindowContext): Promise<WindowFit> {
  const { targets, givens, logWeights } = rows
  const compared = cloud(comparedPoints(targets, givens, bandwidth), logWeights)
  const kernel = gaussianKernel(1)
  const stop = watch?.stop ? { watch: { stop: watch.stop } } : {}
  const { potentials } = await symmetricScaling({ cloud: compared, kernel, engine, tolerance: TOLERANCE, turns: 100, ...stop })
  return refitWindow(rows, bandwidth, { potentials, engine })
}

/** The fit of rows whose potentials are known: those of a free bandwidth do not depend on the targets. Cost of 512 rows of a kernel pass. */
export async function refitWindow(
  rows: WindowRows,
  bandwidth: WindowBandwidth,
  { potentials, engine }: Pick<WindowFit, 'potentials'> & Pick<WindowContext, 'engine'>
): Promise<WindowFit> {
  const { targets, givens, logWeights } = rows
  const compared = cloud(comparedPoints(targets, givens, bandwidth), logWeights)
  const logTerms = potentials.map((f, j) => f + logWeights[j]!)
  const weighed = Uint32Array.from(logWeights.keys()).filter((j) => logWeights[j]! > Number.NEGATIVE_INFINITY)
  const count = Math.min(weighed.length, POOLED_ROWS)
  const sampled = Uint32Array.from({ length: count }, (_, i) => weighed[Math.floor((i * weighed.length) / count)]!)
  const from = count === logWeights.length ? compared : cloud(takeRows(compared.points, sampled))
  const local = await engine.moments({ from, to: compared, kernel: gaussianKernel(1) }, logTerms, beside(targets, givens))
  return {
    potentials,
    pooled: averageRow(
      local.covariance,
      Float64Array.from(sampled, (j) => logWeights[j]!)
    )
  }
}

/** The bridge of a fitted window. Cost O(M·(t + k)). */
export function windowBridge(rows: WindowRows, bandwidth: WindowBandwidth, fit: WindowFit): WindowBridge {
  const { targets, givens, logWeights } = rows
  return {
    targetCount: targets.cols,
    givenCount: givens.cols,
    bandwidth,
    compared: cloud(comparedPoints(targets, givens, bandwidth), logWeights),
    values: beside(targets, givens),
    logTerms: fit.potentials.map((f, j) => f + logWeights[j]!),
    pooled: fit.pooled
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

/** Columns from … to − 1 [n, to − from]. */
export function columnsOf(m: Matrix, from: number, to: number): Matrix {
  const out = matrix(m.rows, to - from)
  for (let i = 0; i < m.rows; i++) out.data.set(m.data.subarray(i * m.cols + from, i * m.cols + to), i * out.cols)
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
