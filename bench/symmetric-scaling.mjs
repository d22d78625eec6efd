// Symmetric scaling at M = 5,000, d = 3, ε = 0.05 to 1e-6: time and error, beside numpy with the whole kernel matrix in
// memory when /usr/bin/python3 has numpy. One run, same cores.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { gaussianKernel } from '../packages/core/dist/kernel/kernel.js'
import { matrix } from '../packages/core/dist/num/matrix.js'
import { normals } from '../packages/core/dist/num/random.js'
import { symmetricScaling } from '../packages/core/dist/scaling/symmetric.js'
import { cloud } from '../packages/core/dist/space/cloud.js'
import { createEngine, keyFromSeed, ReferenceEngine } from '../packages/sbridge/dist/index.js'

const [M, d, epsilon] = [5000, 3, 0.05]
const points = cloud(matrix(M, d, normals(keyFromSeed(1), M * d)))
const kernel = gaussianKernel(epsilon)

/** max_i |v_i Σ_j w_j k_ij v_j − 1| of given potentials, by the reference engine. */
async function trueError(potentials) {
  const sums = await new ReferenceEngine().logSum(
    { from: points, to: points, kernel },
    potentials.map((f, j) => f + points.logWeights[j])
  )
  return Math.max(...potentials.map((f, i) => Math.abs(Math.exp(f + sums[i]) - 1)))
}

for (const [name, precision, threads] of [
  ['wasm', 'float64', 1],
  ['wasm', 'float64', 2],
  ['wasm-relaxed', 'float64', 1],
  ['wasm-relaxed', 'float64', 2],
  ['wasm-relaxed', 'float32', 1],
  ['wasm-relaxed', 'float32', 2]
]) {
  const engine = await createEngine(name, { threads, precision })
  const tolerance = precision === 'float32' ? 1e-5 : 1e-6
  let best = Number.POSITIVE_INFINITY
  let found
  for (let k = 0; k < 5; k++) {
    const start = performance.now()
    found = await symmetricScaling({ cloud: points, kernel, engine, tolerance })
    best = Math.min(best, (performance.now() - start) / 1000)
  }
  console.log(
    `${name} ${precision}, ${threads} thread(s): ${best.toFixed(3)} s to ${tolerance}, ${found.turns} turns on all rows, true error ${(await trueError(found.potentials)).toExponential(1)}`
  )
  await engine.close()
}
const peer = spawnSync('/usr/bin/python3', [fileURLToPath(new URL('peers/symmetric_scaling.py', import.meta.url))], {
  encoding: 'utf8',
  env: { ...process.env, OPENBLAS_CORETYPE: '', OPENBLAS_L2_SIZE: '' }
})
console.log(peer.status === 0 ? peer.stdout.trim() : 'no numpy on this machine')
