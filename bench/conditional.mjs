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
import { fitGlobal } from '../packages/core/dist/systems/global/model.js'
import { sampleGlobal } from '../packages/core/dist/systems/global/sample.js'
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

/** Mean and covariance of (x2, x3) given x1 = 1 under the moments of rows or of the law that they come from. */
function givenOne(centre, spread) {
  const gains = [1, 2].map((c) => spread[c][0] / spread[0][0])
  return {
    centre: gains.map((gain, k) => centre[k + 1] + gain * (1 - centre[0])),
    spread: [0, 1].map((i) => [0, 1].map((j) => spread[i + 1][j + 1] - gains[i] * spread[0][j + 1]))
  }
}

function momentsOf(columns) {
  const centre = columns.map(mean)
  return [centre, columns.map((a, i) => columns.map((b, j) => mean(a.map((x, k) => (x - centre[i]) * (b[k] - centre[j])))))]
}

/** Of the mean: the root mean square over columns, in deviations of the exact law; of the covariance: relative, in Frobenius' norm. */
function errorsOf(found, exact) {
  const off = exact.spread.flatMap((row, i) => row.map((value, j) => (found.spread[i][j] - value) ** 2))
  const all = exact.spread.flat().map((value) => value ** 2)
  return [
    Math.sqrt(mean(exact.centre.map((value, k) => (found.centre[k] - value) ** 2 / exact.spread[k][k]))),
    Math.sqrt(mean(off) / mean(all))
  ]
}

const SETS = 20
console.log(
  `Gaussian rows: x2 and x3 given x1 = 1, correlation 1/2, M = 2000, 20,000 rows, ${SETS} sets; aim: at most 1.5 times the errors of`
)
console.log("  the closed form with the rows' own moments, on average over the sets")
const exact = givenOne(
  [0, 0, 0],
  [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? 1 : 0.5)))
)
const errors = { drawn: [], own: [] }
for (let seed = 1; seed <= SETS; seed++) {
  const data = gaussianTable(2000, 3, seed)
  const model = await fitGlobal(inferTable(data), {}, { engine, key: keyFromSeed(seed) })
  const { table, report } = await sampleConditional(model, { given: { x1: 1 }, rows: 20_000 }, { engine, key: keyFromSeed(seed) })
  const [centre, spread] = momentsOf(['x2', 'x3'].map((name) => column(table, name)))
  errors.drawn.push(errorsOf({ centre, spread }, exact))
  errors.own.push(errorsOf(givenOne(...momentsOf(['x1', 'x2', 'x3'].map((name) => column(data, name)))), exact))
  const { epsilon, ridge } = report.groups[0]
  const words = Object.entries(errors).map(
    ([name, all]) =>
      `${name} ${all
        .at(-1)
        .map((x) => x.toFixed(4))
        .join(' / ')}`
  )
  console.log(`  seed ${seed}: ${words.join(', ')}; ε ${epsilon.toFixed(3)}, λ ${ridge}`)
}
const [ofMean, ofCovariance] = [0, 1].map((part) => {
  const [drawn, own] = [errors.drawn, errors.own].map((all) => mean(all.map((pair) => pair[part])))
  return `${drawn.toFixed(4)} beside ${own.toFixed(4)} (${(drawn / own).toFixed(2)}×)`
})
console.log(`  mean ${ofMean}; covariance ${ofCovariance}`)

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
