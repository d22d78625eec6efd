// How good are the rows, with no option set? Half of the rows held out, the mean of several seeds; beside scikit-learn's
// KernelDensity and GaussianMixture on the same halves when /usr/bin/python3 has scikit-learn.
// usage: node bench/quality.mjs [seeds=5] [name …]
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createEngine,
  evaluateTables,
  fitGlobal,
  inferTable,
  keyFor,
  keyFromSeed,
  permutation,
  presentTable,
  readTable,
  sampleGlobal,
  takeTableRows,
  writeTable
} from '../packages/sbridge/dist/index.js'

const TARGETS = { wine: 0.72, 'breast-cancer': 0.68, diabetes: 0.67, moons: 0.56 }
const NAMES = ['wine', 'breast-cancer', 'diabetes', 'moons', 'survey-politics', 'survey-marriages', 'school-districts']

const [seedsText = '5', ...asked] = process.argv.slice(2)
const engine = await createEngine('wasm')
const folder = mkdtempSync(join(tmpdir(), 'sbridge-quality-'))
const python = (args) =>
  spawnSync('/usr/bin/python3', args, { encoding: 'utf8', env: { ...process.env, OPENBLAS_CORETYPE: '', OPENBLAS_L2_SIZE: '' } })
const hasPeers = python(['-c', 'import sklearn']).status === 0
if (!hasPeers) console.log('no scikit-learn on this machine: our own rows and our own forest only')

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length
const show = (x) => (Number.isFinite(x) ? x.toFixed(3) : '–')

for (const name of asked.length > 0 ? asked : NAMES) {
  const path = fileURLToPath(new URL(`data/${name}.csv`, import.meta.url))
  const data = inferTable(await readTable(path))
  const seen = []
  for (let seed = 1; seed <= Number(seedsText); seed++) {
    const key = keyFromSeed(seed)
    const order = permutation(keyFor(key, 'half'), data.table.rowCount)
    const half = Math.floor(order.length / 2)
    const [train, heldOut] = [takeTableRows(data.table, order.subarray(0, half)), takeTableRows(data.table, order.subarray(half))]
    const start = performance.now()
    const model = await fitGlobal({ ...data, table: train }, {}, { engine, key })
    const synthetic = await sampleGlobal(model, { count: heldOut.rowCount }, { engine, key })
    const seconds = (performance.now() - start) / 1000
    const evaluation = await evaluateTables({ real: heldOut, synthetic, train, engine, key })
    const files = await Promise.all(
      Object.entries({ train, heldOut, synthetic }).map(async ([part, table]) => {
        const file = join(folder, `${part}.csv`)
        await writeTable(file, presentTable(table, data.formats, 'text'))
        return file
      })
    )
    const peers = hasPeers
      ? JSON.parse(python([fileURLToPath(new URL('peers/quality.py', import.meta.url)), ...files, String(seed)]).stdout)
      : {}
    seen.push({ seconds, evaluation, peers, quantile: Object.values(model.summary.scaling.methods).includes('quantile') })
  }
  const ours = (measure) => show(mean(seen.map(({ evaluation }) => evaluation[measure].value)))
  const target = TARGETS[name] ? ` (aim ≤ ${TARGETS[name]})` : ''
  console.log(
    `${name}: ${data.table.rowCount} rows × ${data.table.columns.length}, ${show(mean(seen.map((s) => s.seconds)))} s, quantile in ${seen.filter((s) => s.quantile).length} of ${seen.length}`
  )
  console.log(
    `  own forest       two-sample AUC ${ours('classifierAuc')}${target}  r ${ours('nearestNeighbourRatio')}  energy distance ${ours('energyDistance')} (floor ${show(mean(seen.map(({ evaluation }) => evaluation.energyDistance.floor)))})  copies ${mean(seen.map(({ evaluation }) => evaluation.copies.value)).toFixed(1)} (held-out rows ${mean(seen.map(({ evaluation }) => evaluation.copies.floor)).toFixed(1)})`
  )
  for (const peer of ['sbridge', 'KernelDensity', 'GaussianMixture']) {
    const scores = seen.map(({ peers }) => peers[peer]).filter((score) => score !== undefined)
    if (scores.length > 0)
      console.log(
        `  ${peer.padEnd(16)} two-sample AUC ${show(mean(scores.map((s) => s.auc)))}  r ${show(mean(scores.map((s) => s.ratio)))}  (scikit-learn's forest)`
      )
  }
}
await engine.close()
