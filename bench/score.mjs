// Held-out log-likelihood of rows under `score` beside scikit-learn's KernelDensity (bandwidth by cross-validation) and
// GaussianMixture (parts by BIC), on the same three-fold splits, columns standardised by the training rows (Debian:
// python3-sklearn). A row a table: nats a row, their standard error, CPU seconds of ours. Beside them the design's figures.
// usage: node bench/score.mjs [moons] [wine] [diabetes] … [--folds 3] [--data FOLDER] [--save]: kept for the guide
// iris and quakes are R's: r-base-core of Debian, unpacked in FOLDER as bench/tables.mjs says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keyFor, keyFromSeed, normals, permutation, uniforms } from '../packages/core/dist/num/random.js'
import { createEngine, score } from '../packages/sbridge/dist/index.js'
import { keep } from './kept.mjs'
import { jsonPeer } from './peers/json-peer.mjs'
import { dataFrame } from './tables/r-data.mjs'

const args = process.argv.slice(2)
const save = args.includes('--save') && args.splice(args.indexOf('--save'), 1).length > 0
const option = (name, usual) => {
  const at = args.indexOf(`--${name}`)
  return at < 0 ? usual : args.splice(at, 2)[1]
}
const [folds, root] = [Number(option('folds', 3)), option('data', '/')]

/** Tables of numbers, and the prototype's log-likelihoods a row: KernelDensity, GaussianMixture, ours. */
const TABLES = {
  moons: [-1.79, -1.78, -1.74],
  'swiss-roll': [-3.02, -3.14, -2.59],
  iris: [-3.34, -2.57, -2.65],
  quakes: [-4.15, -3.46, -3.29],
  diabetes: [-12.7, -8.91, -8.85],
  wine: [-13.4, -13.9, -12.7],
  friedman1: undefined,
  'breast-cancer': undefined
}

/** Columns of R's data frames that are numbers are taken. */
const FRAMES = { iris: 'datasets::iris', quakes: 'datasets::quakes' }
const MADE = { 'swiss-roll': swissRoll }

/** @source Marsland, Machine Learning, 2009: the roll of scikit-learn's `make_swiss_roll(1000, noise=0.5)`, with numbers of our own. */
function swissRoll() {
  const [key, n] = [keyFromSeed(2), 1000]
  const [u, z] = [uniforms(keyFor(key, 'places'), 2 * n), normals(keyFor(key, 'noise'), 3 * n)]
  const rows = Array.from({ length: n }, (_, i) => {
    const turn = 1.5 * Math.PI * (1 + 2 * u[2 * i])
    return [turn * Math.cos(turn), 21 * u[2 * i + 1], turn * Math.sin(turn)].map((x, c) => x + 0.5 * z[3 * i + c])
  })
  return { names: ['x', 'y', 'z'], rows }
}

/** A table as rows of numbers; columns that are none are left out. Undefined where R's packages are not. */
function numbersOf(name) {
  if (MADE[name]) return MADE[name]()
  const columns = FRAMES[name] ? dataFrame(root, FRAMES[name])?.columns : columnsOfFile(name)
  const kept = columns?.filter(({ values }) => Array.from(values).every(Number.isFinite))
  return kept && { names: kept.map((one) => one.name), rows: Array.from(kept[0].values, (_, i) => kept.map(({ values }) => values[i])) }
}

function columnsOfFile(name) {
  const [head, ...lines] = readFileSync(fileURLToPath(new URL(`data/${name}.csv`, import.meta.url)), 'utf8')
    .trim()
    .split(/\r?\n/)
  const cells = lines.map((line) => line.split(',').map(Number))
  return head.split(',').map((column, c) => ({ name: column, values: cells.map((row) => row[c]) }))
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
    const found = numbersOf(name)
    if (!found) {
      console.log(`${name}: not here; --data says where R's packages are`)
      continue
    }
    const { names, rows } = found
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
