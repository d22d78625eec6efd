// Conditional rows: closed form, held-out CRPS of a target given all other columns with default options beside a quantile
// forest and a linear model on the same splits, and the cost of a conditional row beside a plain one.
// usage: node bench/conditional.mjs [splits=5] [threads=1]
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scoreDraws } from '../packages/core/dist/diagnose/conditional.js'
import { matrix } from '../packages/core/dist/num/matrix.js'
import { keyFor, normals, permutation } from '../packages/core/dist/num/random.js'
import { fitGlobal, sampleGlobal } from '../packages/core/dist/systems/global/model.js'
import { inferTable } from '../packages/core/dist/table/infer.js'
import { presentTable } from '../packages/core/dist/table/present.js'
import { takeTableRows } from '../packages/core/dist/table/rows.js'
import { createEngine, keyFromSeed, readTable, sampleConditional, writeTable } from '../packages/sbridge/dist/index.js'
import { jsonPeer } from './peers/json-peer.mjs'

const [splits = '5', threads = '1'] = process.argv.slice(2)
const engine = await createEngine('wasm', { threads: Number(threads) })
const folder = mkdtempSync(join(tmpdir(), 'sbridge-conditional-'))
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length
const deviation = (values) => Math.sqrt(mean(values.map((x) => (x - mean(values)) ** 2)))
const column = (table, name) => Array.from(table.columns.find((c) => c.name === name).values)

/** Gaussian table with unit variances and correlation 0.5 between all columns. */
function gaussianTable(rows, d, seed) {
  const z = normals(keyFromSeed(seed), rows * (d + 1))
  return {
    rowCount: rows,
    columns: Array.from({ length: d }, (_, c) => ({
      name: `x${c + 1}`,
      source: 'number',
      values: Float64Array.from({ length: rows }, (_, i) => Math.SQRT1_2 * (z[i * (d + 1)] + z[i * (d + 1) + c + 1]))
    }))
  }
}

console.log('closed form: x3 given x1 = 1.5 and x2 = -0.5, Gaussian with correlation 1/2, M = 2000, 2000 rows')
for (const seed of [1, 2, 3]) {
  const model = await fitGlobal(inferTable(gaussianTable(2000, 3, seed)), {}, { engine, key: keyFromSeed(seed) })
  const { table, report } = await sampleConditional(model, { given: { x1: 1.5, x2: -0.5 }, rows: 2000 }, { engine, key: keyFromSeed(seed) })
  const drawn = column(table, 'x3')
  const { epsilon, ridge } = report.groups[0]
  console.log(
    `  seed ${seed}: mean ${mean(drawn).toFixed(3)} (exact 0.333), deviation ${deviation(drawn).toFixed(3)} (exact 0.816); ε ${epsilon.toFixed(3)}, λ ${ridge}, acceptance ${report.conditions[0].acceptance.toFixed(2)}`
  )
}

const TARGETS = { 'diabetes-target': ['target', 0.42], friedman1: ['y', 0.2] }
for (const [name, [target, most]] of Object.entries(TARGETS)) {
  const data = inferTable(await readTable(fileURLToPath(new URL(`data/${name}.csv`, import.meta.url))))
  const found = {}
  const add = (method, { crps, coverage, seconds }) => {
    found[method] ??= { crps: [], coverage: [], seconds: [] }
    found[method].crps.push(crps)
    found[method].coverage.push(coverage)
    found[method].seconds.push(seconds)
  }
  for (let split = 1; split <= Number(splits); split++) {
    const order = permutation(keyFor(keyFromSeed(split), 'split'), data.table.rowCount)
    const cut = Math.floor(0.6 * order.length)
    const train = takeTableRows(data.table, order.subarray(0, cut))
    const test = takeTableRows(data.table, order.subarray(cut))
    const key = keyFromSeed(split)
    const model = await fitGlobal({ ...data, table: train }, {}, { engine, key })
    const others = test.columns.filter((c) => c.name !== target)
    const given = Array.from({ length: test.rowCount }, (_, i) => Object.fromEntries(others.map((c) => [c.name, c.values[i]])))
    const start = performance.now()
    const { table } = await sampleConditional(model, { given, rows: 100 }, { engine, key })
    const seconds = (performance.now() - start) / 1000
    const scale = deviation(column(train, target))
    const draws = matrix(
      test.rowCount,
      100,
      Float64Array.from(column(table, target), (x) => x / scale)
    )
    const scores = scoreDraws({ draws, observed: Float64Array.from(column(test, target), (x) => x / scale) })
    add('sbridge', { crps: scores.crps, coverage: scores.coverage[80], seconds })
    const files = []
    for (const [part, rows] of Object.entries({ train, test })) {
      files.push(join(folder, `${part}.csv`))
      await writeTable(files.at(-1), presentTable(rows, data.formats, 'text'))
    }
    for (const [method, scores] of Object.entries(jsonPeer('conditional.py', [...files, target]) ?? {})) add(method, scores)
  }
  console.log(
    `${name}: ${target} given all other columns, mean of ${splits} splits; aim: CRPS ≤ ${most}, 80 % intervals cover 0.74 to 0.86`
  )
  for (const [method, { crps, coverage, seconds }] of Object.entries(found)) {
    const range = `${Math.min(...crps).toFixed(3)} to ${Math.max(...crps).toFixed(3)}`
    console.log(
      `  ${method.padEnd(16)} CRPS ${mean(crps).toFixed(4)} (${range})  coverage ${mean(coverage).toFixed(3)}  ${mean(seconds).toFixed(1)} s`
    )
  }
}

console.log(
  'cost of a row, 4,000 conditional rows (ε and λ given) beside 4,000 plain ones, default steps, processor time, minimum of 5 in turn; M = 1000'
)
for (const d of [2, 3, 10]) {
  const model = await fitGlobal(inferTable(gaussianTable(1000, d, 1)), {}, { engine, key: keyFromSeed(1) })
  const given = Object.fromEntries(Array.from({ length: d - 1 }, (_, c) => [`x${c + 1}`, 0.3]))
  const context = { engine, key: keyFromSeed(2) }
  const some = { given: { x1: 0.3 }, rows: 4000, epsilon: model.kernel.epsilon, ridge: 1e-3 }
  const runs = {
    plain: () => sampleGlobal(model, { count: 4000 }, context),
    'one column given': () => sampleConditional(model, some, context),
    'all but one given': () => sampleConditional(model, { ...some, given }, context)
  }
  const least = Object.fromEntries(Object.keys(runs).map((name) => [name, Number.POSITIVE_INFINITY]))
  for (let k = 0; k < 5; k++) {
    for (const [name, run] of Object.entries(runs)) {
      const before = process.cpuUsage()
      await run()
      const { user, system } = process.cpuUsage(before)
      least[name] = Math.min(least[name], (user + system) / 1000)
    }
  }
  const words = Object.entries(least).map(([name, time]) => `${name} ${time.toFixed(0)} ms (${(time / least.plain).toFixed(2)}×)`)
  console.log(`  d = ${d}: ${words.join(', ')}`)
}
await engine.close()
