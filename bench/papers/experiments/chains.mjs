// Chains of the bridge's sampler, and of Langevin steps with the score of a kernel density.
import { bridgeOf, cloud, gaussianKernel, keyAtStep, matrix, normals, plainKernel, runKernel, symmetricScaling } from 'sbridge/kernels'

/** The bridge of rows [M, d] at a bandwidth, in the units of the rows. */
export async function bridgeAt(points, epsilon, engine) {
  const training = cloud(points)
  const { potentials } = await symmetricScaling({ cloud: training, kernel: gaussianKernel(epsilon), engine })
  return bridgeOf(training, potentials, { kind: 'fixed', epsilon }, engine)
}

/** Where chains that begin at `start` [n, d] stand after so many steps; `each` sees them after every step. */
export async function runChains(bridge, start, { engine, noise, steps, key, each }) {
  const kernel = plainKernel(bridge, { engine, noise })
  const step = async (...at) => {
    const taken = await kernel.step(...at)
    each?.(kernel.points(taken.state))
    return taken
  }
  return (await runKernel({ ...kernel, step }, start, { steps, key })).points
}

/** The largest distance of a row [n, 2] from the middle. */
export function reachOf({ data, rows }) {
  let most = 0
  for (let i = 0; i < rows; i++) most = Math.max(most, Math.hypot(data[2 * i], data[2 * i + 1]))
  return most
}

/** A chain as far from the middle as this has left for good: what follows would not be a number. */
const GONE = 1e6

/** X' = X + h (m(X) − X)/δ² + √(2h) ξ, (m − x)/δ² the score of a Gaussian kernel density of bandwidth δ; undefined once chains are gone. */
export async function unadjusted(rows, start, { step, deviation, steps, engine, key, each }) {
  const training = cloud(rows)
  const kernel = gaussianKernel(deviation ** 2 / 2)
  let state = start
  for (let n = 1; n <= steps; n++) {
    const { data } = await engine.mean({ from: cloud(state), to: training, kernel }, training.logWeights, rows)
    const z = normals(keyAtStep(key, n), state.data.length)
    const moved = state.data.map((x, i) => x + (step * (data[i] - x)) / deviation ** 2 + Math.sqrt(2 * step) * z[i])
    state = matrix(state.rows, 2, moved)
    each?.(state)
    if (!(reachOf(state) <= GONE)) return undefined
  }
  return state
}
