// Rules found and kept, on planted tables and on real ones: what is found, how many of 10,000 new rows break a rule, whether a
// row of the whole table does, and the two-sample AUC (random forest, against the held-out half, mean of five samples) with the residual of every
// rule added as a column, with --rules off and auto, and without these columns: what rules have no part in. Last the processor time of finding rules on 50,000 × 30.
// usage: node bench/rules.mjs [tables=all] [threads=1] [--save]   tables: names, separated by commas; `speed`: the last part alone
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildSync } from 'esbuild'
import { findRules } from '../packages/core/dist/code/rules/find.js'
import { parseRule } from '../packages/core/dist/code/rules/parse-rule.js'
import { breachOf, columnIn, expressionAt, quantityIn } from '../packages/core/dist/code/rules/rows-of-rule.js'
import { inputsOf, ruleText } from '../packages/core/dist/code/rules/rule.js'
import { classifierAuc } from '../packages/core/dist/diagnose/classifier.js'
import { matrix } from '../packages/core/dist/num/matrix.js'
import { keyFor, keyFromSeed, normals, permutation, uniforms } from '../packages/core/dist/num/random.js'
import { prepareRows } from '../packages/core/dist/systems/prepare.js'
import { tables } from '../packages/core/dist/systems/table/system.js'
import { inferTable } from '../packages/core/dist/table/infer.js'
import { presentTable } from '../packages/core/dist/table/present.js'
import { stackTables, takeTableRows } from '../packages/core/dist/table/rows.js'
import { isNumeric } from '../packages/core/dist/table/table.js'
import { createEngine, readTable } from '../packages/sbridge/dist/index.js'
import { keep } from './kept.mjs'

const [wanted = 'all', threads = '1'] = process.argv.slice(2).filter((word) => word !== '--save')
const isWanted = (name) => wanted === 'all' || wanted.split(',').includes(name)
const saves = process.argv.includes('--save')
const engine = await createEngine('wasm', { threads: Number(threads) })
const NEW_ROWS = 10_000
/** Of larger tables some rows are taken: fits with default options would take hours. */
const MOST_ROWS = 1200
/** Samples of the new rows, each as many as are held out, of which the mean AUC is told: that of one scatters by 0.02. */
const SAMPLES = 5

const vega = (name) => join('node_modules/vega-datasets/data', name)
const REAL = [
  'examples/data/orders.csv',
  'examples/data/penguins.csv',
  ...[
    'sp500-2000.csv',
    'seattle-weather.csv',
    'weather.csv',
    'birdstrikes.csv',
    'species.csv',
    'countries.json',
    'gapminder.json',
    'flights-10k.json',
    'movies.json',
    'population.json'
  ].map(vega)
]

async function allTables() {
  const out = join(mkdtempSync(join(tmpdir(), 'sbridge-rules-')), 'planted.mjs')
  buildSync({ entryPoints: ['test/planted-tables.ts'], bundle: true, format: 'esm', outfile: out, logLevel: 'error' })
  const { plantedTables } = await import(pathToFileURL(out).href)
  const planted = plantedTables(5).map(({ name, raw, rules }) => ({ name, raw, rules }))
  const real = []
  for (const path of REAL) real.push({ name: path.split('/').pop(), raw: await readTable(path) })
  return [...planted, ...real].filter(({ name }) => isWanted(name))
}

/** A table of text cells: some rows of it, in the order of the key. */
function someRows(raw, rows) {
  const { table, formats } = inferTable(raw)
  return presentTable(takeTableRows(table, rows), formats, 'text')
}

/** Keys are new in every row, and no rule is about them. */
function withoutKeys(raw) {
  const { table } = prepareRows(raw).data
  return { ...raw, columns: raw.columns.filter((_, c) => table.columns[c].kind !== 'identifier') }
}

/** How far rows are from obeying a rule: numbers for formulas and orders, 0 or 1 else. What determines what, `known` rows say. */
function residual(rule, data, known) {
  const n = data.table.rowCount
  if (rule.kind === 'formula' || rule.kind === 'order') {
    const column = quantityIn(data, rule.column).values
    const at = expressionAt(rule.kind === 'formula' ? rule.expression : rule.low, data)
    return Float64Array.from({ length: n }, (_, i) => {
      const rest = column[i] - at(i)
      return Number.isNaN(rest) ? 0 : rule.kind === 'order' ? Math.min(rest, 0) : rest
    })
  }
  return Float64Array.from({ length: n }, (_, i) => {
    const one = takeTableRows(data.table, [i])
    const beside = { ...data, table: rule.kind === 'gap' ? one : stackTables([known.table, one]) }
    return breachOf(rule, beside, 'first') ? 1 : 0
  })
}

/** Columns of numbers that a forest may split, and others beside them. `known`: the table whose levels count. */
function features(data, others, known) {
  const own = data.table.columns.flatMap((column) => {
    if (isNumeric(column)) return [Float64Array.from(column.values, (x, i) => (column.missing?.[i] ? -1e300 : x))]
    if (!('codes' in column)) return []
    const { levels } = columnIn(known, column.name)
    return [Float64Array.from(column.codes, (code) => (code < 0 ? -1 : levels.indexOf(column.levels[code])))]
  })
  const columns = [...own, ...others]
  const rows = matrix(data.table.rowCount, columns.length)
  for (const [c, values] of columns.entries()) for (const [i, x] of values.entries()) rows.data[i * columns.length + c] = x
  return rows
}

/** Rows of the known table that fit in residuals: one for each value that determines another. */
function compact(rule, known) {
  const seen = new Set()
  const rows = []
  const columns = [...inputsOf(rule), rule.column].map((name) => columnIn(known, name))
  for (let i = 0; i < known.table.rowCount; i++) {
    const name = columns.map((c) => ('codes' in c ? c.codes[i] : c.missing?.[i] ? 'x' : c.values[i])).join()
    if (!seen.has(name)) rows.push(i)
    seen.add(name)
  }
  return { ...known, table: takeTableRows(known.table, rows) }
}

const TITLE =
  'rules that half of the rows show, on planted and real tables; two-sample AUC of a random forest against the other half, mean of five samples'
const HEAD = [
  'table',
  'rows',
  'rules of a half',
  'planted found',
  'false in the whole table',
  'of 10,000 rows break one: `--rules off`, kept',
  'AUC with residuals: off, kept',
  'without: off, kept'
]
console.log(HEAD.join(' | '))
const means = { off: [], auto: [], plain: [] }
for (const { name, raw: read, rules: planted } of await allTables()) {
  const raw = withoutKeys(read)
  const order = permutation(keyFromSeed(1), raw.rowCount).subarray(0, MOST_ROWS)
  const [first, second] = [order.subarray(0, order.length >> 1), order.subarray(order.length >> 1)]
  const whole = prepareRows(raw).data
  const types = Object.fromEntries(whole.table.columns.map(({ name: column, kind }) => [column, kind]))
  const half = someRows(raw, first)
  const rules = findRules(prepareRows(half, { types }).data)
  const texts = rules.map(ruleText)
  const broken = texts.filter((text) => breachOf(parseRule(text), whole))
  const knownOf = new Map(rules.map((rule) => [rule, compact(rule, whole)]))
  const heldOut = { ...whole, table: takeTableRows(whole.table, second) }
  const results = {}
  for (const option of ['off', 'auto']) {
    const context = { engine }
    const model = await tables.fit(half, { types, rules: option, seed: 1 }, context)
    const drawn = await tables.draw(model, { rows: NEW_ROWS, seed: 2 }, context)
    const back = inferTable(tables.present(model, drawn, 'text'), { types })
    const synthetic = { table: back.table, formats: whole.formats }
    const breaks = rules.map((rule) => {
      const reference = knownOf.get(rule)
      const data =
        rule.kind === 'lookup' || rule.kind === 'step' ? { ...whole, table: stackTables([reference.table, back.table]) } : synthetic
      return breachOf(rule, data, 'first')?.count ?? 0
    })
    const mixed = permutation(keyFromSeed(3), NEW_ROWS)
    const parts = Array.from({ length: SAMPLES }, (_, k) => {
      const rows = mixed.subarray(k * second.length, (k + 1) * second.length)
      return { ...synthetic, table: takeTableRows(back.table, rows) }
    })
    const aucWith = async (columnsOf) => {
      const aucs = []
      for (const some of parts) {
        const [a, b] = [heldOut, some].map((side) => features(side, columnsOf(side), whole))
        aucs.push(await classifierAuc({ first: a, second: b, key: keyFor(keyFromSeed(4), name) }))
      }
      return aucs.reduce((sum, auc) => sum + auc, 0) / SAMPLES
    }
    const auc = await aucWith((side) => rules.map((rule) => residual(rule, side, knownOf.get(rule))))
    results[option] = { breaks: Math.max(0, ...breaks), auc, plain: await aucWith(() => []) }
    if (rules.length > 0) {
      means[option].push(auc)
      if (option === 'auto') means.plain.push(results.auto.plain)
    }
  }
  const all = planted && findRules(whole).map(ruleText)
  const found = planted ? `${planted.filter((one) => all.includes(one)).length} of ${planted.length}` : '–'
  const { off, auto } = results
  const both = (of) => `${of(off)}, ${of(auto)}`
  const breaks = both((of) => of.breaks)
  const [auc, plain] = ['auc', 'plain'].map((which) => both((of) => of[which].toFixed(3)))
  const cells = [name, order.length, texts.length, found, broken.length, breaks, auc, plain]
  console.log(`${cells.join(' | ')}${broken.length > 0 ? ` | false: ${broken.join('; ')}` : ''}`)
  if (saves) keep('rules', 'kept', { title: TITLE, head: HEAD, rows: [cells] }, { merge: true })
}
const mean = (values) => (values.reduce((a, b) => a + b, 0) / values.length).toFixed(3)
if (means.off.length > 0)
  console.log(
    `tables with rules: mean AUC with residuals ${mean(means.off)} off, ${mean(means.auto)} auto, without these ${mean(means.plain)}`
  )

if (isWanted('speed')) {
  const rows = 50_000
  const columns = Array.from({ length: 30 }, (_, c) => {
    const key = keyFromSeed(c)
    if (c % 3 === 0) return { name: `c${c}`, source: 'text', values: Array.from(uniforms(key, rows), (u) => `l${Math.floor(u * 20)}`) }
    if (c % 3 === 1) return { name: `c${c}`, source: 'number', values: Float64Array.from(uniforms(key, rows), (u) => Math.floor(u * 500)) }
    return { name: `c${c}`, source: 'text', values: Array.from(normals(key, rows), (z) => z.toFixed(2)) }
  })
  const { data } = prepareRows({ rowCount: rows, columns })
  const before = process.cpuUsage()
  const count = findRules(data).length
  const { user, system } = process.cpuUsage(before)
  console.log(`finding rules on ${rows} × 30: ${((user + system) / 1e6).toFixed(2)} s of one core, ${count} found`)
}
await engine.close()
