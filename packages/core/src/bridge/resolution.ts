import { exp } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
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
 * at one place takes the mean of the others; NaN where all do. Cost O(n²·d) a snapshot.
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

/** Squared distance from every particle to the nearest one at another place [n]; infinite where there is none. */
function nearestElsewhere({ data, rows, cols }: Cloud['points'], watch?: Watch): Float64Array {
  const out = new Float64Array(rows).fill(Number.POSITIVE_INFINITY)
  for (let i = 0; i < rows; i++) {
    if ((i & 63) === 0) throwIfStopped(watch, 'resolution')
    for (let j = 0; j < i; j++) {
      let squares = 0
      for (let a = 0; a < cols; a++) squares += (data[i * cols + a]! - data[j * cols + a]!) ** 2
      if (squares === 0) continue
      if (squares < out[i]!) out[i] = squares
      if (squares < out[j]!) out[j] = squares
    }
  }
  return out
}
