// Fit and sample at M = 100,000, d = 8, 10,000 rows on two threads: seconds, resident memory, and r of the rows.
// usage: node bench/large.mjs [M=100000] [rows=10000] [engine=wasm]

import { normals } from '../packages/core/dist/num/random.js'
import { createEngine, fitTable, keyFromSeed, sampleTable } from '../packages/sbridge/dist/index.js'

const [M = 100_000, rows = 10_000] = process.argv.slice(2, 4).map(Number)
const name = process.argv[4] ?? 'wasm'
const d = 8
// A curved eight-dimensional law: every other coordinate bends with the one before it.
const z = normals(keyFromSeed(1), M * d)
const columns = Array.from({ length: d }, (_, c) => ({
  name: `x${c}`,
  source: 'number',
  values: Float64Array.from({ length: M }, (_, i) => (c % 2 === 0 ? z[i * d + c] : 0.5 * z[i * d + c - 1] ** 2 + 0.5 * z[i * d + c]))
}))
const engine = await createEngine(name, { threads: 2 })
let peak = 0
const sampler = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 50)
const start = performance.now()
let stage = ''
const progress = (event) => {
  if (event.stage !== stage) {
    stage = event.stage
    console.log(`${((performance.now() - start) / 1000).toFixed(1)} s: ${stage}`)
  }
}
const model = await fitTable({ columns, rowCount: M }, { seed: 1 }, { engine, progress })
const fitted = (performance.now() - start) / 1000
await sampleTable(model, { rows, seed: 1 }, { engine, progress })
clearInterval(sampler)
const { bandwidth, epsilon, scalingTurns, scalingError } = model.summary
console.log(
  `M = ${M}, d = ${d}, ${rows} rows, ${name}, 2 threads: fit ${fitted.toFixed(1)} s, whole ${((performance.now() - start) / 1000).toFixed(1)} s`
)
console.log(
  `ε = ${epsilon.toPrecision(3)}, r = ${bandwidth.ratio.toFixed(3)} on ${bandwidth.rowCount} rows; scaling ${scalingTurns} turns, error ${scalingError.toExponential(1)}`
)
console.log(
  `peak resident memory ${(Math.max(peak, process.memoryUsage.rss()) / 1e6).toFixed(0)} MB (the table itself ${((M * d * 8) / 1e6).toFixed(0)} MB)`
)
await engine.close()
