import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { takeRows } from '../num/matrix.js'
import { BLOCK_SIZE, blockOrder, boxes } from '../space/blocks.js'
import type { Cloud } from '../space/cloud.js'

/** A cloud seen at a time, in working coordinates. */
interface TimedCloud {
  readonly time: number
  readonly cloud: Cloud
}

/**
 * The σ of a bridge without drift, one an interval [K]: σ_k² Δ_k = (δ_k² + δ_{k+1}²)/d, with δ_k² the median squared
 * distance from a particle to the nearest one at another place. Unpaired snapshots do not identify σ where there is no
 * drift; this is what they resolve, and scales as the coordinates do. An interval between two snapshots that each stand
 * at one place takes the mean of the others; NaN where all do. Cost O(n²·d) a snapshot at most,
 * about n of blocks of near particles where these are told apart.
 * @source mathematics.md section 18.
 */
export function resolutionSigmas(snapshots: readonly TimedCloud[], watch?: Watch): Float64Array {
  const squares = snapshots.map(({ cloud }, k) => {
    watch?.progress?.({ stage: 'resolution', done: k, total: snapshots.length })
    return squaredResolution(cloud, watch)
  })
  const d = snapshots[0]!.cloud.points.cols
  const sigmas = Float64Array.from(snapshots.slice(1), ({ time }, k) =>
    Math.sqrt((squares[k]! + squares[k + 1]!) / (d * (time - snapshots[k]!.time)))
  )
  const seen = sigmas.filter((s) => s > 0)
  const mean = seen.reduce((sum, s) => sum + s, 0) / seen.length
  return sigmas.map((s) => (s > 0 ? s : mean))
}

/**
 * δ²: weighted median over particles of the squared distance to the nearest one at another place, so that a weight counts
 * as copies. 0 where all stand at one place.
 */
export function squaredResolution({ points, logWeights }: Cloud, watch?: Watch): number {
  const nearest = nearestElsewhere(points, watch)
  const order = Uint32Array.from(nearest, (_, i) => i).sort((a, b) => nearest[a]! - nearest[b]! || a - b)
  const at = (level: number): number => {
    let cumulated = 0
    for (const i of order) {
      cumulated += exp(logWeights[i]!)
      if (cumulated > level) return nearest[i]!
    }
    return nearest[order.at(-1)!]!
  }
  // The middle of both middle values, as of any even number of copies.
  const median = (at(0.5 - 1e-9) + at(0.5 + 1e-9)) / 2
  return Number.isFinite(median) ? median : 0
}

/** Squared distance from every particle to the nearest one at another place [n]; infinite where there is none. Blocks that are farther are left out. */
function nearestElsewhere(points: Cloud['points'], watch?: Watch): Float64Array {
  const order = blockOrder(points)
  const { data, rows, cols } = takeRows(points, order)
  const { centres, halfWidths } = boxes({ data, rows, cols }, BLOCK_SIZE)
  const out = new Float64Array(rows)
  for (let p = 0; p < rows; p++) {
    if ((p & 63) === 0) throwIfStopped(watch, 'resolution')
    const own = Math.floor(p / BLOCK_SIZE)
    let nearest = nearestIn(data, { p, cols }, { block: own, rows }, Number.POSITIVE_INFINITY)
    for (let block = 0; block * BLOCK_SIZE < rows; block++) {
      let squares = 0
      for (let a = 0; a < cols; a++) {
        const least = Math.abs(data[p * cols + a]! - centres[block * cols + a]!) - halfWidths[block * cols + a]!
        if (least > 0) squares += least * least
      }
      // Rounding of the box must not lose a particle.
      if (block !== own && squares * (1 - 1e-9) < nearest) nearest = nearestIn(data, { p, cols }, { block, rows }, nearest)
    }
    out[order[p]!] = nearest
  }
  return out
}

/** The least positive squared distance from place p to those of a block, or `nearest` where that is less. */
function nearestIn(
  data: Float64Array,
  { p, cols }: { readonly p: number; readonly cols: number },
  { block, rows }: { readonly block: number; readonly rows: number },
  nearest: number
): number {
  for (let q = block * BLOCK_SIZE; q < Math.min(rows, (block + 1) * BLOCK_SIZE); q++) {
    let squares = 0
    for (let a = 0; a < cols; a++) squares += (data[p * cols + a]! - data[q * cols + a]!) ** 2
    if (squares > 0 && squares < nearest) nearest = squares
  }
  return nearest
}
