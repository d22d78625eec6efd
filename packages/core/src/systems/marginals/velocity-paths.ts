import { velocityProcess } from '../../bridge/velocity.js'
import { gridFilter, simulator, smoothingWeights } from '../../bridge/velocity-smoother.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import type { Matrix } from '../../num/matrix.js'
import { fillNormal, type Key, keyFor } from '../../num/random.js'
import type { VelocityReference } from './velocity-kernel.js'

/**
 * Fills the places of paths at all times that are no snapshot's: a path of the process itself, moved by the smoothed mean of
 * what it misses at the particles of its chain. Cost O(T·(q² + K)·d) a path.
 * @source Durbin, Koopman, *A simple and efficient simulation smoother for state space time series analysis*, Biometrika 2002.
 */
export function fillByVelocity(
  { times, values, count }: { readonly times: Float64Array; readonly values: Matrix; readonly count: number },
  parts: {
    reference: VelocityReference
    request: { readonly key: Key; readonly watch?: Watch | undefined }
    snapshotTimes: readonly number[]
    /** Working coordinates, a snapshot. */
    points: readonly Matrix[]
    chain: readonly Uint32Array[]
  }
): void {
  const { reference, request, snapshotTimes, points, chain } = parts
  const d = values.cols
  const places = snapshotTimes.map((time) => times.indexOf(time))
  const filter = gridFilter(velocityProcess(reference.kernel), { times, seen: Array.from(times, (time) => snapshotTimes.includes(time)) })
  const weights = smoothingWeights(filter)
  const simulate = simulator(filter)
  const xi = new Float64Array(times.length * (filter.process.size + 1))
  const path = new Float64Array(times.length)
  const missed = new Float64Array(places.length)
  for (let a = 0; a < d; a++) {
    const key = keyFor(request.key, `velocity ${a}`)
    const deviation = Math.sqrt(reference.variance[a]!)
    for (let p = 0; p < count; p++) {
      if ((p & 63) === 0) throwIfStopped(request.watch, 'bridges')
      simulate(fillNormal(key, p, xi), path)
      places.forEach((place, k) => {
        missed[k] = points[k]!.data[chain[k]![p]! * d + a]! - deviation * path[place]!
      })
      for (let t = 0; t < times.length; t++) {
        let x = deviation * path[t]!
        for (let k = 0; k < missed.length; k++) x += weights.data[t * missed.length + k]! * missed[k]!
        values.data[(p * times.length + t) * d + a] = x
      }
    }
    request.watch?.progress?.({ stage: 'bridges', done: a + 1, total: d })
  }
}
