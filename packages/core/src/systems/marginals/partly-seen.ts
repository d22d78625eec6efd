import type { WorkingReference } from '../../bridge/cells.js'
import { type Coupling, conditionalWeights } from '../../bridge/coupling.js'
import { transitionsOf } from '../../bridge/reference-transitions.js'
import { densityKernel, type GaussianTransitions, packedLength } from '../../bridge/transition.js'
import { exp } from '../../num/elementary.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { normaliseLogWeights } from '../../num/log-space.js'
import { type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { weightedMoments } from '../../num/statistics.js'
import type { RowKernel } from '../../scaling/row-kernel.js'
import { cloud } from '../../space/cloud.js'
import { carry, FilledLaw, unpacked, WholeInterval } from './filled-law.js'
import type { FitSnapshot } from './fit-snapshot.js'
import { weightsOf } from './snapshots.js'

/** Whether any cell of a snapshot is empty (NaN). */
export const hasGaps = ({ cloud: { points } }: Pick<FitSnapshot, 'cloud'>): boolean => points.data.some(Number.isNaN)

/** The particles all of whose coordinates were measured; undefined where fewer than two were. Without gaps, the snapshot itself. */
export function completeParticles<S extends Pick<FitSnapshot, 'cloud'>>(snapshot: S): S | undefined {
  if (!hasGaps(snapshot)) return snapshot
  const { points, logWeights } = snapshot.cloud
  const { data, cols: d } = points
  const rows = Uint32Array.from(logWeights.keys()).filter((i) => !data.subarray(i * d, (i + 1) * d).some(Number.isNaN))
  if (rows.length < 2) return undefined
  return { ...snapshot, cloud: cloud(takeRows(points, rows), normaliseLogWeights(Float64Array.from(rows, (i) => logWeights[i]!))) }
}

/** Covariances with NaN where a cell is empty: which cells are, before anything is known of them. Undefined without gaps. */
function unknown(points: Matrix): Matrix | undefined {
  if (!points.data.some(Number.isNaN)) return undefined
  const d = points.cols
  const out = matrix(points.rows, packedLength(d))
  points.data.forEach((x, e) => {
    const a = e % d
    if (Number.isNaN(x)) out.data[Math.floor(e / d) * out.cols + packedLength(a) + a] = Number.NaN
  })
  return out
}

/** Whether coordinate a of particle i was measured: its variance is exactly 0. */
export const isSeen = (spreads: Matrix | undefined, i: number, a: number): boolean =>
  spreads === undefined || spreads.data[i * spreads.cols + packedLength(a) + a] === 0

/** Snapshots with their gaps marked, and those of the first one filled by the regression on what was measured in the next complete one. */
export function marked(snapshots: readonly FitSnapshot[]): FitSnapshot[] {
  const out = snapshots.map((snapshot) => {
    const spreads = unknown(snapshot.cloud.points)
    return spreads ? { ...snapshot, spreads } : snapshot
  })
  const first = out[0]!
  if (!first.spreads) return out
  const complete = snapshots.map(completeParticles).find((one) => one !== undefined)!.cloud
  const { mean, covariance } = weightedMoments(complete.points, weightsOf(complete))
  const law = new FilledLaw(complete.points.cols)
  const { points, spreads } = writable(first)
  for (let i = 0; i < points.rows; i++) {
    if (!points.data.subarray(i * points.cols, (i + 1) * points.cols).some(Number.isNaN)) continue
    law.set(mean, covariance.data)
    law.observe(points.data.subarray(i * points.cols, (i + 1) * points.cols))
    law.write(i, points, spreads)
  }
  out[0] = { ...first, cloud: cloud(points, first.cloud.logWeights), spreads }
  return out
}

const writable = ({ cloud: { points }, spreads }: FitSnapshot): { points: Matrix; spreads: Matrix } => ({
  points: matrix(points.rows, points.cols, points.data.slice()),
  spreads: matrix(spreads!.rows, spreads!.cols, spreads!.data.slice())
})

/** Transitions from particles that are known to within their spreads. */
export function transitionsWithin(
  reference: WorkingReference,
  { cloud: { points }, spreads, time }: FitSnapshot,
  to: number
): GaussianTransitions {
  const plain = transitionsOf(reference, points, [time, to])
  if (!spreads) return plain
  const d = points.cols
  const shared = plain.covariances.rows === 1
  const covariances = matrix(points.rows, packedLength(d))
  const interval = new WholeInterval(reference, [time, to])
  const [spread, carried] = [new Float64Array(d * d), new Float64Array(d * d)]
  for (let i = 0; i < points.rows; i++) {
    const own = covariances.data.subarray(i * covariances.cols, (i + 1) * covariances.cols)
    own.set(plain.covariances.data.subarray(shared ? 0 : i * own.length, shared ? own.length : (i + 1) * own.length))
    unpacked(spreads, i, spread, d)
    if (spread.every((s) => s === 0)) continue
    carry(interval.from(points.data.subarray(i * d, (i + 1) * d)).propagator, spread, carried, d)
    for (let a = 0, k = 0; a < d; a++) for (let b = 0; b <= a; b++, k++) own[k] = own[k]! + carried[a * d + b]!
  }
  return { means: plain.means, covariances }
}

/** Log-densities of what was measured of the later particles: one kernel a set of measured coordinates. */
export function partialKernel(transitions: GaussianTransitions, { cloud: { points }, spreads }: FitSnapshot): RowKernel {
  const d = points.cols
  const groups = new Map<string, { seen: number[]; columns: number[] }>()
  for (let j = 0; j < points.rows; j++) {
    const seen = Array.from({ length: d }, (_, a) => a).filter((a) => isSeen(spreads, j, a))
    const group = groups.get(seen.join())
    if (group) group.columns.push(j)
    else groups.set(seen.join(), { seen, columns: [j] })
  }
  const parts = Array.from(groups.values(), ({ seen, columns }) => ({
    columns,
    kernel: densityKernel(restricted(transitions, seen), restrictedPoints(takeRows(points, Uint32Array.from(columns)), seen)),
    row: new Float64Array(columns.length)
  }))
  return {
    rows: transitions.means.rows,
    cols: points.rows,
    fillRow(i, out) {
      for (const { columns, kernel, row } of parts) {
        kernel.fillRow(i, row)
        columns.forEach((j, k) => {
          out[j] = row[k]!
        })
      }
    }
  }
}

const restrictedPoints = (points: Matrix, seen: readonly number[]): Matrix =>
  matrix(
    points.rows,
    seen.length,
    Float64Array.from(
      { length: points.rows * seen.length },
      (_, e) => points.data[Math.floor(e / seen.length) * points.cols + seen[e % seen.length]!]!
    )
  )

function restricted({ means, covariances }: GaussianTransitions, seen: readonly number[]): GaussianTransitions {
  const packed = seen.flatMap((a, p) => seen.slice(0, p + 1).map((b) => packedLength(a) + b))
  return { means: restrictedPoints(means, seen), covariances: restrictedPoints(covariances, packed) }
}

/** The later snapshot with its gaps filled: mean and covariance of what was not measured, given the particle's own cells and its partners. Cost O(n·m·d³). */
export function filledBy(coupling: Coupling, transitions: GaussianTransitions, to: FitSnapshot, watch?: Watch): FitSnapshot {
  if (!to.spreads) return to
  const { points, spreads } = writable(to)
  const d = points.cols
  const shared = transitions.covariances.rows === 1
  const gaps = Array.from({ length: points.rows }, (_, j) => j).filter(
    (j) => !Array.from({ length: d }, (_, a) => isSeen(to.spreads, j, a)).every(Boolean)
  )
  const totals = new Float64Array(points.rows)
  const sums = matrix(points.rows, d)
  const squares = matrix(points.rows, d * d)
  const law = new FilledLaw(d)
  const weights = new Float64Array(points.rows)
  const whole = new Float64Array(d * d)
  const value = new Float64Array(d)
  // Moments are taken about a place among the particles, so that they keep their digits.
  const origin = transitions.means.data.slice(0, d)
  for (let i = 0; i < transitions.means.rows; i++) {
    if ((i & 63) === 0) throwIfStopped(watch, 'coupling')
    conditionalWeights(coupling, i, weights)
    const own = exp(coupling.problem.fromLogWeights[i]!)
    unpacked(transitions.covariances, shared ? 0 : i, whole, d)
    for (const j of gaps) {
      const w = own * weights[j]!
      if (w < 1e-300) continue
      law.set(transitions.means.data.subarray(i * d, (i + 1) * d), whole)
      for (let a = 0; a < d; a++) value[a] = isSeen(to.spreads, j, a) ? to.cloud.points.data[j * d + a]! : Number.NaN
      law.observe(value)
      totals[j] = totals[j]! + w
      for (let a = 0; a < d; a++) value[a] = law.mean[a]! - origin[a]!
      for (let a = 0, at = j * d * d; a < d; a++) {
        sums.data[j * d + a] = sums.data[j * d + a]! + w * value[a]!
        for (let b = 0; b < d; b++, at++) squares.data[at] = squares.data[at]! + w * (law.covariance[a * d + b]! + value[a]! * value[b]!)
      }
    }
  }
  for (const j of gaps) {
    for (let a = 0; a < d; a++) value[a] = sums.data[j * d + a]! / totals[j]!
    for (let a = 0; a < d; a++)
      for (let b = 0; b < d; b++) {
        const both = !isSeen(to.spreads, j, a) && !isSeen(to.spreads, j, b)
        whole[a * d + b] = both ? squares.data[(j * d + a) * d + b]! / totals[j]! - value[a]! * value[b]! : 0
      }
    for (let a = 0; a < d; a++) value[a] = isSeen(to.spreads, j, a) ? to.cloud.points.data[j * d + a]! : value[a]! + origin[a]!
    law.set(value, whole)
    law.write(j, points, spreads)
  }
  return { ...to, cloud: cloud(points, to.cloud.logWeights), spreads }
}
