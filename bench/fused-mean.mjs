// Nanoseconds per query-point pair of the fused mean (softmax-weighted average of the points), M = 10,000, 1,000 queries,
// every block visited, and its error against the reference engine; numpy and PyTorch beside it where python3 has them.
// Usage: node bench/fused-mean.mjs [seconds a cell]
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { best, largestDifference, loadLibrary, printRow } from './load.mjs'

const library = await loadLibrary()
const { createEngine, cloud, gaussianKernel, keyFor, keyFromSeed, matrix, normals, ReferenceEngine } = library
const seconds = Number(process.argv[2] ?? 1)
const M = 10000
const n = 1000
const targets = {
  'wasm-relaxed float32': { 2: 0.57, 10: 1.5 },
  'wasm-relaxed float64': { 2: 1.8, 10: 3.9 },
  'wasm float32': { 2: 0.76, 10: 2.0 },
  'wasm float64': { 2: 2.6, 10: 4.9 }
}
const widths = [24, 4, 8, 10, 10, 10]

/** Bandwidth of the order of the data's spread: no block can be skipped. */
function problem(d) {
  const key = keyFor(keyFromSeed(5), d)
  const points = matrix(M, d, normals(keyFor(key, 'points'), M * d))
  const queries = matrix(n, d, normals(keyFor(key, 'queries'), n * d))
  const log = normals(keyFor(key, 'log'), M)
  return { pair: { from: cloud(queries), to: cloud(points), kernel: gaussianKernel(5 * d) }, log, points }
}

async function measure(name, precision, threads) {
  const engine = await createEngine(name, { precision, threads })
  for (const d of [2, 10]) {
    const { pair, log, points } = problem(d)
    const sample = { ...pair, from: cloud(matrix(20, d, pair.from.points.data.slice(0, 20 * d))) }
    const expected = await new ReferenceEngine().mean(sample, log, points)
    const error = largestDifference((await engine.mean(sample, log, points)).data, expected.data)
    const time = (await best(() => engine.mean(pair, log, points), seconds)) * 1e6
    const target = threads === 1 ? targets[`${name} ${precision}`][d] : '-'
    printRow([`${name} ${precision}`, d, threads, (time / (M * n)).toFixed(2), target, error.toExponential(1)], widths)
  }
  await engine.close()
}

printRow(['engine', 'd', 'threads', 'ns/pair', 'target', 'error'], widths)
for (const threads of [1, 2]) {
  for (const name of ['wasm-relaxed', 'wasm']) for (const precision of ['float32', 'float64']) await measure(name, precision, threads)
}
const peer = spawnSync('/usr/bin/python3', [fileURLToPath(new URL('peers/fused_mean.py', import.meta.url)), String(seconds)], {
  encoding: 'utf8'
})
console.log(peer.status === 0 ? `\npeers, one thread\n${peer.stdout.trimEnd()}` : '\npeers: python3 with numpy or torch not found')
