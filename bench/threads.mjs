// Speed-up of two threads, and the log-sum of a cloud against itself (symmetric scaling at M = 5,000, d = 3).
// Usage: node bench/threads.mjs [seconds a cell]
import { availableParallelism } from 'node:os'
import { best, loadLibrary, printRow } from './load.mjs'

const { createEngine, cloud, gaussianKernel, keyFor, keyFromSeed, matrix, normals } = await loadLibrary()
const seconds = Number(process.argv[2] ?? 2)
const M = 5000
const d = 3
const key = keyFromSeed(7)
const points = matrix(M, d, normals(keyFor(key, 'points'), M * d))
const copy = matrix(M, d, points.data.slice())
const log = normals(keyFor(key, 'log'), M).map((x) => x / 3)
const kernel = gaussianKernel(0.05)
const runs = {
  'log-sum, symmetric': (engine) => engine.logSum({ from: cloud(points), to: cloud(points), kernel }, log),
  'log-sum': (engine) => engine.logSum({ from: cloud(copy), to: cloud(points), kernel }, log),
  mean: (engine) => engine.mean({ from: cloud(copy), to: cloud(points), kernel }, log, points),
  draw: (engine) => engine.draw({ from: cloud(copy), to: cloud(points), kernel }, log, points, { key })
}
const widths = [22, 20, 10, 10, 9, 14]

console.log(`M = n = ${M}, d = ${d}, ε = 0.05; ${availableParallelism()} processors`)
printRow(['engine', 'reduction', '1: ns/pair', '2: ns/pair', 'speed-up', '17 turns, 1: s'], widths)
for (const [name, precision] of [
  ['wasm', 'float64'],
  ['wasm-relaxed', 'float64'],
  ['wasm-relaxed', 'float32']
]) {
  const [one, two] = [await createEngine(name, { precision, threads: 1 }), await createEngine(name, { precision, threads: 2 })]
  for (const [reduction, run] of Object.entries(runs)) {
    const [a, b] = [await best(() => run(one), seconds), await best(() => run(two), seconds)]
    const each = [a, b].map((time) => ((time * 1e6) / (M * M)).toFixed(2))
    printRow([`${name} ${precision}`, reduction, ...each, (a / b).toFixed(2), ((17 * a) / 1000).toFixed(2)], widths)
  }
  await one.close()
  await two.close()
}
