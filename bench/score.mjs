// Held-out log-likelihood of rows under `score` beside scikit-learn's KernelDensity (bandwidth by cross-validation) and
// GaussianMixture (parts by BIC), on the same three-fold splits, columns standardised by the training rows (Debian:
// python3-sklearn). A row a table: nats a row, their standard error, CPU seconds of ours. Beside them the design's figures.
// usage: node bench/score.mjs [moons] [wine] [diabetes] … [--folds 3] [--save]: kept for the guide
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keyFor, keyFromSeed, permutation } from '../packages/core/dist/num/random.js'
import { createEngine, score } from '../packages/sbridge/dist/index.js'
import { keep } from './kept.mjs'
import { jsonPeer } from './peers/json-peer.mjs'

const args = process.argv.slice(2)
const save = args.includes('--save') && args.splice(args.indexOf('--save'), 1).length > 0
const at = args.indexOf('--folds')
const folds = at < 0 ? 3 : Number(args.splice(at, 2)[1])

/** Tables of numbers, and the prototype's log-likelihoods a row: KernelDensity, GaussianMixture, ours. */
const TABLES = {
  moons: [-1.79, -1.78, -1.74],
  diabetes: [-12.7, -8.91, -8.85],
  wine: [-13.4, -13.9, -12.7],
  friedman1: undefined,
  'breast-cancer': undefined
}

/** A table as rows of numbers; columns that are none are left out. */
function numbersOf(name) {
  const [head, ...lines] = readFileSync(fileURLToPath(new URL(`data/${name}.csv`, import.meta.url)), 'utf8')
    .trim()
    .split(/\r?\n/)
  const cells = lines.map((line) => line.split(',').map(Number))
  const kept = head.split(',').flatMap((column, c) => (cells.every((row) => Number.isFinite(row[c])) ? [{ column, c }] : []))
  return { names: kept.map(({ column }) => column), rows: cells.map((row) => kept.map(({ c }) => row[c])) }
}

function standardised(rows, by) {
  const moments = by[0].map((_, c) => {
    const mean = by.reduce((sum, row) => sum + row[c], 0) / by.length
    return { mean, scale: Math.sqrt(by.reduce((sum, row) => sum + (row[c] - mean) ** 2, 0) / by.length) || 1 }
  })
  return rows.map((row) => row.map((x, c) => (x - moments[c].mean) / moments[c].scale))
}

const tableOf = (names, rows) => ({
  rowCount: rows.length,
  columns: names.map((name, c) => ({ name, source: 'number', values: Float64Array.from(rows, (row) => row[c]) }))
})

const logsOf = ({ rows }) => rows.columns.find(({ name }) => name === 'log_density').values
const summary = (values) => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const error = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length / values.length)
  return `${mean.toFixed(3).padStart(8)} ± ${error.toFixed(3)}`
}

const rowsKept = []
const engine = await createEngine('wasm')
const folder = mkdtempSync(join(tmpdir(), 'sbridge-score-bench-'))
try {
  console.log(
    'held-out log-likelihood, nats a row           ours                 KDE            mixture   CPU s   design: KDE, mixture, ours'
  )
  for (const name of args.length > 0 ? args : Object.keys(TABLES)) {
    const { names, rows } = numbersOf(name)
    const order = permutation(keyFor(keyFromSeed(1), name), rows.length)
    const ours = []
    const peers = { kde: [], mixture: [] }
    let seconds = 0
    for (let fold = 0; fold < folds; fold++) {
      const train = Array.from(order)
        .filter((_, k) => k % folds !== fold)
        .map((i) => rows[i])
      const held = Array.from(order)
        .filter((_, k) => k % folds === fold)
        .map((i) => rows[i])
      const [fitted, scored] = [standardised(train, train), standardised(held, train)]
      const before = process.cpuUsage().user
      ours.push(...logsOf(await score(tableOf(names, fitted), tableOf(names, scored), { engine, seed: 1, rules: 'off' })))
      seconds += (process.cpuUsage().user - before) / 1e6
      const files = [fitted, scored].map((part, k) => {
        const path = join(folder, `${name}-${k}.json`)
        writeFileSync(path, JSON.stringify(part))
        return path
      })
      const peer = jsonPeer('score.py', files)
      for (const one of ['kde', 'mixture']) peers[one].push(...(peer?.[one] ?? []))
    }
    const others = ['kde', 'mixture'].map((one) => (peers[one].length > 0 ? summary(peers[one]) : '–'.padStart(18)))
    rowsKept.push([
      `${name} (${rows.length} × ${names.length})`,
      summary(ours).trim(),
      ...others.map((one) => one.trim()),
      seconds.toFixed(1)
    ])
    const design = TABLES[name]?.join(', ') ?? '–'
    console.log(
      `${`${name} (${rows.length} × ${names.length})`.padEnd(36)} ${summary(ours)} ${others.join(' ')} ${seconds.toFixed(1).padStart(7)}   ${design}`
    )
  }
  if (save)
    keep(
      'score',
      'held-out',
      {
        title: `held-out log-likelihood, nats a row, ${folds} folds; columns standardised by the training rows`,
        head: ['table', 'score', 'KernelDensity, cross-validated', 'GaussianMixture, by BIC', 'CPU s of ours'],
        rows: rowsKept
      },
      { merge: true }
    )
} finally {
  rmSync(folder, { recursive: true })
  await engine.close()
}
