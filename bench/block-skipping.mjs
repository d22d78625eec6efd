// What leaving out blocks saves: the mean and the log-sum of M = 100,000 points in the plane at the bandwidth that
// `fitTable` chooses for them, against the same engine visiting every block. Queries: rows moved by one step of noise.
// Usage: node bench/block-skipping.mjs [M=100000] [seconds a cell]
import { best, largestDifference, loadLibrary, printRow } from './load.mjs'

const library = await loadLibrary()
const { createWasmEngine, cloud, embedEncoded, fitTable, keyFor, keyFromSeed, matrix, nodeHost, normals, uniforms } = library
const M = Number(process.argv[2] ?? 100_000)
const seconds = Number(process.argv[3] ?? 1)
const n = 2048
const key = keyFromSeed(6)
const noise = normals(keyFor(key, 'noise'), 2 * M)
const angle = uniforms(keyFor(key, 'angle'), M)

/** Coordinates of row i. */
const data = {
  'two moons, noise 0.1': (i) => {
    const [x, y] = [Math.cos(Math.PI * angle[i]), Math.sin(Math.PI * angle[i])]
    const [a, b] = i % 2 === 0 ? [x, y] : [1 - x, 0.5 - y]
    return [a + 0.1 * noise[2 * i], b + 0.1 * noise[2 * i + 1]]
  },
  'mixture of 8 Gaussians on a ring': (i) => {
    const turn = (Math.PI * (i % 8)) / 4
    return [4 * Math.cos(turn) + 0.5 * noise[2 * i], 4 * Math.sin(turn) + 0.5 * noise[2 * i + 1]]
  },
  'one Gaussian': (i) => [noise[2 * i], noise[2 * i + 1]]
}

const options = { precision: 'float64', relaxed: false, threads: 1, host: nodeHost() }
const sparse = await createWasmEngine(options)
const dense = await createWasmEngine({ ...options, dense: true })
const widths = [34, 10, 10, 14, 14, 8, 12, 12]
console.log(`M = ${M}, d = 2, ${n} queries, wasm float64, one thread; ε automatic`)
printRow(['data', 'ε', 'reduction', 'skipping µs/q', 'dense µs/q', 'ratio', 'error'], widths)
for (const [name, row] of Object.entries(data)) {
  const rows = Array.from({ length: M }, (_, i) => row(i))
  const columns = [0, 1].map((c) => ({ name: `x${c}`, source: 'number', values: Float64Array.from(rows, (r) => r[c]) }))
  const model = await fitTable({ columns, rowCount: M }, { seed: 1 }, { engine: sparse })
  const points = embedEncoded(model.training.encoder, model.training.rows)
  const log = model.potentials.map((f, j) => f + model.training.logWeights[j])
  const { kernel } = model
  const spread = Math.sqrt(2 * kernel.epsilon)
  const chosen = Array.from({ length: n }, (_, q) => Math.floor((q * M) / n))
  const moved = chosen.flatMap((i) => [0, 1].map((c) => points.data[2 * i + c] + spread * noise[2 * i + c]))
  const pair = { from: cloud(matrix(n, 2, Float64Array.from(moved))), to: cloud(points), kernel }
  const reductions = {
    mean: async (engine) => (await engine.mean(pair, log, points)).data,
    'log-sum': (engine) => engine.logSum(pair, log)
  }
  for (const [reduction, run] of Object.entries(reductions)) {
    const error = largestDifference(await run(sparse), await run(dense))
    const each = [await best(() => run(sparse), seconds), await best(() => run(dense), seconds)].map((time) => (time * 1000) / n)
    const ratio = `1/${(each[1] / each[0]).toFixed(0)}`
    printRow(
      [name, kernel.epsilon.toPrecision(3), reduction, each[0].toFixed(2), each[1].toFixed(2), ratio, error.toExponential(1)],
      widths
    )
  }
}
await sparse.close()
await dense.close()
