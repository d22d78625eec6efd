// Kernel, scaling and the top 10 eigenpairs at M = 5,000, d = 10, on two threads, beside numpy and scipy's eigsh on the dense
// matrix; then how far memory grows, and (with a number) one larger cloud.
// Usage: node bench/spectral.mjs [M of a larger cloud] [d]
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { loadLibrary } from './load.mjs'

const S = await loadLibrary()
const key = S.keyFromSeed(1)

async function solve(M, d, { engineName, epsilon, tolerance = 1e-6 }) {
  const points = S.matrix(M, d, S.normals(S.keyFor(key, `${M} ${d}`), M * d))
  const engine = await S.createEngine(engineName, { threads: 2 })
  const cloud = S.cloud(points)
  const kernel = S.gaussianKernel(epsilon)
  let least = Number.POSITIVE_INFINITY
  let found
  for (let turn = 0; turn < (M > 10000 ? 1 : 4); turn++) {
    const start = performance.now()
    const scaling = await S.symmetricScaling({ cloud, kernel, engine, tolerance })
    const operator = S.bistochasticOperator(cloud, kernel, scaling, engine)
    const pairs = await S.largestEigenpairs({ operator, count: 11, tolerance })
    const seconds = (performance.now() - start) / 1000
    if (seconds < least) {
      least = seconds
      found = { scaling, pairs }
    }
  }
  await engine.close()
  return { seconds: least, ...found }
}

const before = process.memoryUsage().rss
for (const engineName of ['wasm', 'wasm-relaxed']) {
  const { seconds, scaling, pairs } = await solve(5000, 10, { engineName, epsilon: 1 })
  console.log(
    `${engineName} float64: ${seconds.toFixed(2)} s (${scaling.turns} turns of scaling, ${pairs.turns} products, largest residual ${Math.max(...pairs.residuals).toExponential(1)}); eigenvalues ${[...pairs.values].slice(0, 4).map((x) => x.toFixed(6))}`
  )
}
console.log(`resident memory grew by ${((process.memoryUsage().rss - before) / 1e6).toFixed(0)} MB`)
spawnSync('python3', [fileURLToPath(new URL('peers/spectral.py', import.meta.url))], {
  stdio: 'inherit',
  env: { ...process.env, OMP_NUM_THREADS: '2' }
})

const large = Number(process.argv[2] ?? 0)
if (large > 0) {
  const d = Number(process.argv[3] ?? 3)
  const { seconds, scaling, pairs } = await solve(large, d, { engineName: 'wasm-relaxed', epsilon: d <= 3 ? 0.02 : 1 })
  console.log(
    `M = ${large}, d = ${d}: ${seconds.toFixed(1)} s (${scaling.turns} turns, ${pairs.turns} products, residual ${Math.max(...pairs.residuals).toExponential(1)}), peak resident ${(process.resourceUsage().maxRSS / 1e3).toFixed(0)} MB`
  )
}
