import type { Engine } from '../kernel/engine.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { fillNormal, type Key, keyAtStep, keyFor, uniforms } from '../num/random.js'
import { drawEvenly } from './coupling.js'
import { pairTo, type SchrodingerBridge, towards } from './schrodinger.js'

/** Pairs (x_i, y_j) drawn from a coupling. */
export interface Partners {
  /** i, j [count] */
  readonly sources: Uint32Array
  readonly targets: Uint32Array
}

/**
 * `count` pairs of a bridge's coupling: sources as evenly as their weights allow, in the cloud's k-d order, a partner drawn for
 * each. Cost O(count·m·d).
 */
export async function drawPairs(bridge: SchrodingerBridge, count: number, key: Key, engine: Engine): Promise<Partners> {
  const { from, to, epsilon } = bridge
  const sources = drawEvenly(from, count, uniforms(keyFor(key, 'starts'), 1)[0]!)
  const targets = await engine.pick(pairTo(takeRows(from.points, sources), to, epsilon), towards(bridge), { key: keyFor(key, 'pairs') })
  return { sources, targets }
}

/**
 * Brownian bridges of variance 2ε a unit of time from x [k, d] to y [k, d], seen at ascending times in [0, 1]: one matrix a
 * time [k, d], row i of each on one path. X_t given X_s and y is N(X_s + (t − s)/(1 − s)·(y − X_s), 2ε(t − s)(1 − t)/(1 − s)).
 */
export function bridgePaths(
  { starts, ends }: { readonly starts: Matrix; readonly ends: Matrix },
  { epsilon, times, key }: { readonly epsilon: number; readonly times: readonly number[]; readonly key: Key }
): Matrix[] {
  const stream = keyFor(key, 'bridge')
  const normal = new Float64Array(starts.cols)
  let [before, last] = [starts, 0]
  return times.map((time, k) => {
    const share = time === last ? 0 : (time - last) / (1 - last)
    const size = Math.sqrt(2 * epsilon * share * (1 - time))
    const now = matrix(starts.rows, starts.cols)
    for (let i = 0; i < now.rows; i++) {
      fillNormal(keyAtStep(stream, k), i, normal)
      for (let c = 0, at = i * now.cols; c < now.cols; c++, at++)
        now.data[at] = before.data[at]! + share * (ends.data[at]! - before.data[at]!) + size * normal[c]!
    }
    ;[before, last] = [now, time]
    return now
  })
}
