import { missedSquares, type VelocityEvidence, type VelocitySample } from '../../bridge/velocity-matching.js'
import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import type { Family } from './family.js'
import { type Snapshot, thin, weightsOf } from './snapshots.js'

/** Velocities of the particles that a fit uses, at most `count` a snapshot: those of which place and velocity were measured in full. */
export function velocitySamples(snapshots: readonly Snapshot[], count: number, key: Key): VelocitySample[] {
  return snapshots.flatMap(({ time, cloud, velocities }, k) => {
    if (!velocities) return []
    const d = velocities.cols
    const few = thin(beside(cloud.points, velocities), cloud.logWeights, count, keyFor(key, `velocities ${k}`))
    const weights = weightsOf(few)
    const rows = Array.from(weights.keys()).filter((i) => !few.points.data.subarray(i * 2 * d, (i + 1) * 2 * d).some(Number.isNaN))
    if (rows.length === 0) return []
    const part = (first: number): Matrix =>
      matrix(
        rows.length,
        d,
        Float64Array.from({ length: rows.length * d }, (_, e) => few.points.data[rows[Math.floor(e / d)]! * 2 * d + first + (e % d)]!)
      )
    return [{ time, points: part(0), values: part(d), counts: Float64Array.from(rows, (i) => weights[i]! * weights.length) }]
  })
}

function beside(points: Matrix, velocities: Matrix): Matrix {
  const d = points.cols
  const out = matrix(points.rows, 2 * d)
  for (let i = 0; i < points.rows; i++) {
    out.data.set(points.data.subarray(i * d, (i + 1) * d), 2 * i * d)
    out.data.set(velocities.data.subarray(i * d, (i + 1) * d), (2 * i + 1) * d)
  }
  return out
}

/** Velocities are taken to be known to this share of their size at best, so that exact ones do not divide by zero. */
const LEAST_ERROR = 1e-6

/** What velocities say at θ: their error is what the drift misses. */
export function velocityEvidence({ drift }: Family, samples: readonly VelocitySample[], theta: Float64Array): VelocityEvidence {
  const sizes = sizeOf(samples, drift.dimension)
  const precision = missedSquares({ drift, samples }, theta).map(
    (square, a) => 1 / Math.max(square, LEAST_ERROR ** 2 * sizes[a]!, Number.MIN_VALUE)
  )
  return { drift, samples, precision }
}

/** Mean square of the velocities, a coordinate. */
function sizeOf(samples: readonly VelocitySample[], d: number): Float64Array {
  const out = new Float64Array(d)
  let total = 0
  for (const { values, counts } of samples)
    counts.forEach((count, i) => {
      total += count
      for (let a = 0; a < d; a++) out[a] = out[a]! + count * values.data[i * d + a]! ** 2
    })
  return out.map((s) => s / total)
}

/** How much of the velocities the fitted drift explains, in a sentence. */
export function velocityNote(
  { drift }: Family,
  samples: readonly VelocitySample[],
  { theta, names }: { theta: Float64Array; names: readonly string[] }
): string {
  const sizes = sizeOf(samples, names.length)
  const missed = missedSquares({ drift, samples }, theta)
  const shares = names.map((name, a) => `${name} ${((1 - missed[a]! / sizes[a]!) * 100).toFixed(0)} %`)
  return `Of the mean square of the velocities the fitted drift explains: ${shares.join(', ')}.`
}

/** Beyond this factor between what velocities say and how snapshots move, one of them is in other units. */
const UNLIKE = 5
/** Standard errors by which the factor has to be beyond it. */
const SURE = 4

/**
 * Refuses velocities in other units than position per time: means of the snapshots move at the rate of the mean velocity at
 * both ends. Where they do not move by more than their sampling error, nothing can be said. Throws `InputError` (code
 * `velocity-units`).
 */
export function checkVelocityUnits(snapshots: readonly Snapshot[], columnNames: readonly string[]): void {
  const zero = columnNames.filter((_, a) =>
    snapshots.every(({ velocities: v }) => !v?.data.some((x, k) => k % v.cols === a && x !== 0 && !Number.isNaN(x)))
  )
  if (zero.length > 0)
    throw new InputError({
      code: 'velocity-units',
      got: `velocities of ${listed(zero)} that are 0 or empty for all particles`,
      expected: 'measured velocities of every coordinate',
      try: 'checking how many digits the velocity columns are written with, or leaving --velocity out'
    })
  const [tops, bottoms] = [new Float64Array(columnNames.length), new Float64Array(columnNames.length)]
  for (const [k, later] of snapshots.slice(1).entries()) {
    const [a, b] = [momentsOf(snapshots[k]!), momentsOf(later)]
    const gap = later.time - snapshots[k]!.time
    columnNames.forEach((_, c) => {
      const said = meanOf([a.velocity[c]!, b.velocity[c]!].filter((v) => !Number.isNaN(v)))
      const moved = (b.mean[c]! - a.mean[c]!) / gap
      const weight = gap ** 2 / (a.error[c]! + b.error[c]!)
      if (!Number.isFinite(said * moved * weight)) return
      tops[c] = tops[c]! + weight * said * moved
      bottoms[c] = bottoms[c]! + weight * said * said
    })
  }
  const factorOf = (columns: readonly number[]): { factor: number; unlike: boolean } => {
    const [top, bottom] = [tops, bottoms].map((sums) => columns.reduce((sum, c) => sum + sums[c]!, 0)) as [number, number]
    const [factor, error] = [top / bottom, 1 / Math.sqrt(bottom)]
    return { factor, unlike: factor - SURE * error > UNLIKE || factor + SURE * error < 1 / UNLIKE }
  }
  const all = Array.from(columnNames.keys())
  if (!factorOf(all).unlike) return
  // The largest velocities outweigh the others: it may be one column alone.
  const alone = all.filter((c) => factorOf([c]).unlike)
  const meant = alone.length > 0 ? alone : all
  const names = listed(meant.map((c) => columnNames[c]!))
  const { factor } = factorOf(meant)
  const found = Number(factor.toPrecision(2))
  throw new InputError({
    code: 'velocity-units',
    got:
      factor <= 0
        ? `velocities of ${names} that point away from where the snapshots move`
        : `velocities of ${names} against which the snapshots move ${found} times as fast`,
    expected: `velocities in the unit of ${listed(columnNames)} over that of the time, one a coordinate in their order`,
    try:
      factor <= 0
        ? 'checking the order and the signs of the velocity columns'
        : `multiplying these velocities by ${found} if they are per another unit of time`
  })
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x / values.length, 0)

/** Weighted means of places and velocities, and the squared standard error of the former, of what was measured. */
function momentsOf(snapshot: Snapshot): { mean: number[]; error: number[]; velocity: number[] } {
  const weights = weightsOf(snapshot.cloud)
  const of = ({ data, cols }: Matrix, a: number) => {
    let [total, sum, squares, concentration] = [0, 0, 0, 0]
    weights.forEach((w, i) => {
      const x = data[i * cols + a]!
      if (Number.isNaN(x)) return
      total += w
      sum += w * x
      squares += w * x * x
      concentration += w * w
    })
    const mean = sum / total
    return { mean, error: (Math.max(0, squares / total - mean * mean) * concentration) / total ** 2 }
  }
  const { points } = snapshot.cloud
  const places = Array.from({ length: points.cols }, (_, a) => of(points, a))
  const velocity = places.map((_, a) => (snapshot.velocities ? of(snapshot.velocities, a).mean : Number.NaN))
  return { mean: places.map(({ mean }) => mean), error: places.map(({ error }) => error), velocity }
}
