// What leaving out blocks saves: d = 2, M = 100,000, small ε, against the same engine visiting every block.
// Usage: node bench/block-skipping.mjs
import { best, largestDifference, loadLibrary, printRow } from './load.mjs'

const { createWasmEngine, cloud, gaussianKernel, keyFor, keyFromSeed, matrix, nodeHost, normals } = await loadLibrary()
const M = 100000
const n = 512
const key = keyFromSeed(6)
const widths = [6, 10, 14, 14, 8, 12, 12]

printRow(['d', 'ε', 'skipping µs/q', 'dense µs/q', 'ratio', 'error', 'error log'], widths)
for (const [d, epsilon] of [
  [2, 0.0002],
  [2, 0.001],
  [2, 0.005],
  [3, 0.005],
  [5, 0.05]
]) {
  const points = matrix(M, d, normals(keyFor(key, d), M * d))
  const queries = matrix(
    n,
    d,
    points.data.slice(0, n * d).map((x, i) => x + 0.02 * ((i % 7) - 3))
  )
  const pair = { from: cloud(queries), to: cloud(points), kernel: gaussianKernel(epsilon) }
  const log = normals(keyFor(key, 'log'), M)
  const options = { precision: 'float64', relaxed: false, threads: 1, host: nodeHost() }
  const sparse = await createWasmEngine(options)
  const dense = await createWasmEngine({ ...options, dense: true })
  const [a, b] = [await sparse.mean(pair, log, points), await dense.mean(pair, log, points)]
  const [la, lb] = [await sparse.logSum(pair, log), await dense.logSum(pair, log)]
  const times = [await best(() => sparse.mean(pair, log, points)), await best(() => dense.mean(pair, log, points))]
  const each = times.map((time) => (time * 1000) / n)
  const errors = [largestDifference(a.data, b.data), largestDifference(la, lb)].map((error) => error.toExponential(1))
  printRow([d, epsilon, each[0].toFixed(2), each[1].toFixed(2), `1/${(each[1] / each[0]).toFixed(0)}`, ...errors], widths)
  await sparse.close()
  await dense.close()
}
