// How good are the rows, with no option set? Half of the rows held out, the mean of several seeds; beside scikit-learn's
// KernelDensity and GaussianMixture on the same halves when /usr/bin/python3 has scikit-learn and pandas. `surveys` are
// tables of many discrete columns, spikes, heavy tails and missing cells, from this folder, the npm package vega-datasets and
// Debian's python3-statsmodels (left out where it is not installed).
// usage: node bench/quality.mjs [seeds=5] [name … | surveys] [--rows=4000]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keyFor, permutation } from '../packages/core/dist/num/random.js'
import { fitGlobal } from '../packages/core/dist/systems/global/model.js'
import { sampleGlobal } from '../packages/core/dist/systems/global/sample.js'
import { inferTable } from '../packages/core/dist/table/infer.js'
import { presentTable } from '../packages/core/dist/table/present.js'
import { takeTableRows } from '../packages/core/dist/table/rows.js'
import { createEngine, evaluateTables, keyFromSeed, readTable, writeTable } from '../packages/sbridge/dist/index.js'

const TARGETS = { wine: 0.72, 'breast-cancer': 0.68, diabetes: 0.67, moons: 0.56 }
const vega = fileURLToPath(new URL('../node_modules/vega-datasets/data', import.meta.url))
const SURVEYS = {
  'survey-politics': 'data/survey-politics.csv',
  'survey-marriages': 'data/survey-marriages.csv',
  'school-districts': 'data/school-districts.csv',
  'doctor-visits': '/usr/lib/python3/dist-packages/statsmodels/datasets/randhie/randhie.csv',
  weather: join(vega, 'weather.csv'),
  flights: join(vega, 'flights-20k.json'),
  cars: join(vega, 'cars.json'),
  films: join(vega, 'movies.json'),
  'bird-strikes': join(vega, 'birdstrikes.csv')
}
const NAMES = ['wine', 'breast-cancer', 'diabetes', 'moons', 'survey-politics', 'survey-marriages', 'school-districts']

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const mostRows = Number(process.argv.find((word) => word.startsWith('--rows='))?.slice(7) ?? Number.POSITIVE_INFINITY)
const seedCount = Number(/^\d+$/.test(words[0] ?? '') ? words.shift() : 5)
const names = words.length === 0 ? NAMES : words.flatMap((word) => (word === 'surveys' ? Object.keys(SURVEYS) : [word]))

const engine = await createEngine('wasm')
const folder = mkdtempSync(join(tmpdir(), 'sbridge-quality-'))
const python = (args) =>
  spawnSync('/usr/bin/python3', args, { encoding: 'utf8', env: { ...process.env, OPENBLAS_CORETYPE: '', OPENBLAS_L2_SIZE: '' } })
const hasPeers = python(['-c', 'import sklearn, pandas']).status === 0
if (!hasPeers) console.log('no scikit-learn and pandas on this machine: our own rows and our own forest only')

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length
const show = (x) => (Number.isFinite(x) ? x.toFixed(3) : '–')

/** One seed of one table: our rows, their measures, and the peers'. */
async function tryOnce(data, seed) {
  const key = keyFromSeed(seed)
  const order = permutation(keyFor(key, 'half'), data.table.rowCount).subarray(0, mostRows)
  const half = Math.floor(order.length / 2)
  const [train, heldOut] = [takeTableRows(data.table, order.subarray(0, half)), takeTableRows(data.table, order.subarray(half))]
  const start = process.cpuUsage().user
  const model = await fitGlobal({ ...data, table: train }, {}, { engine, key })
  const synthetic = await sampleGlobal(model, { count: heldOut.rowCount }, { engine, key })
  const seconds = (process.cpuUsage().user - start) / 1e6
  const evaluation = await evaluateTables({ real: heldOut, synthetic, train, engine, key })
  const quantile = Object.values(model.summary.scaling.methods).includes('quantile')
  return { seconds, evaluation, quantile, peers: hasPeers ? await peersOf(data, { train, heldOut, synthetic }, seed) : {} }
}

async function peersOf({ formats }, tables, seed) {
  const files = await Promise.all(
    Object.entries(tables).map(async ([part, table]) => {
      const file = join(folder, `${part}.csv`)
      await writeTable(file, presentTable(table, formats, 'text'))
      return file
    })
  )
  const kinds = JSON.stringify(Object.fromEntries(tables.train.columns.map(({ name, kind }) => [name, kind])))
  const { status, stdout, stderr } = python([fileURLToPath(new URL('peers/quality.py', import.meta.url)), ...files, String(seed), kinds])
  if (status !== 0) throw new Error(`the peers stopped: ${stderr}`)
  return JSON.parse(stdout)
}

for (const name of names) {
  const path = SURVEYS[name]?.startsWith('/') ? SURVEYS[name] : fileURLToPath(new URL(`data/${name}.csv`, import.meta.url))
  if (!existsSync(path)) {
    console.log(`${name}: left out, there is no ${path}`)
    continue
  }
  const data = inferTable(await readTable(path))
  const seen = []
  for (let seed = 1; seed <= seedCount; seed++) seen.push(await tryOnce(data, seed))
  const ours = (measure, part = 'value') => mean(seen.map(({ evaluation }) => evaluation[measure][part]))
  const target = TARGETS[name] ? ` (aim ≤ ${TARGETS[name]})` : ''
  console.log(
    `${name}: ${Math.min(mostRows, data.table.rowCount)} rows × ${data.table.columns.length}, ${show(mean(seen.map((s) => s.seconds)))} s of CPU, quantile in ${seen.filter((s) => s.quantile).length} of ${seen.length}`
  )
  console.log(
    `  own forest       two-sample AUC ${show(ours('classifierAuc'))}${target}  r ${show(ours('nearestNeighbourRatio'))}  energy distance ${show(ours('energyDistance'))} (floor ${show(ours('energyDistance', 'floor'))})  copies ${ours('copies').toFixed(1)} (held-out rows ${ours('copies', 'floor').toFixed(1)})`
  )
  for (const peer of Object.keys(seen[0].peers)) {
    const scores = seen.map(({ peers }) => peers[peer])
    console.log(
      `  ${peer.padEnd(16)} two-sample AUC ${show(mean(scores.map((s) => s.auc)))}  r ${show(mean(scores.map((s) => s.ratio ?? Number.NaN)))}  (scikit-learn's forest)`
    )
  }
}
await engine.close()
