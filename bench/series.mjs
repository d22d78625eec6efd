// Forecasts of eighteen series that textbooks use (R package datasets), from eight places of their last two fifths on, beside what programs
// for series make of the same rows: CRPS in mean absolute differences to a period ago (or to the row before, where a year has one row),
// and how many values lie in the central 90 %. No option set but the column of times. Peers, where they are: `series.py` (statsmodels),
// `series.R`. usage: node bench/series.mjs [--save] [--only=NAME,NAME]
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { forecast } from '../packages/sbridge/dist/index.js'
import { keep } from './kept.mjs'
import { jsonPeer } from './peers/json-peer.mjs'

const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const FILE = path('data/series.csv')
const [ORIGINS, MEMBERS] = [8, 200]
const only = process.argv
  .find((one) => one.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',')

const SERIES = readFileSync(FILE, 'utf8')
  .trim()
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .map((line) => line.split(','))
  .map(([name, start, period, steps, values]) => ({
    name,
    start: Number(start),
    period: Number(period),
    steps: Number(steps),
    values: values.split(' ').map(Number)
  }))
const placesOf = ({ values, steps }) =>
  Array.from({ length: ORIGINS }, (_, o) => {
    const n = values.length
    return Math.floor((3 * n * (ORIGINS - 1) + o * (2 * n - 5 * steps)) / (5 * (ORIGINS - 1)))
  })

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const levels = Array.from({ length: MEMBERS }, (_, m) => (m + 0.5) / MEMBERS)
const ascending = (draws) => draws.toSorted((a, b) => a - b)
const spreadOver = (errors, middle) => levels.map((p) => middle + errors[Math.floor(p * errors.length)])

/** Months and quarters as dates, years as numbers. */
function timeOf({ start, period }, i) {
  if (period === 1) return String(start + i)
  const months = Math.round(12 * start) + (12 / period) * i
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}-01`
}

async function ours(series, end) {
  const column = (name, of) => ({ name, source: 'text', values: Array.from({ length: end }, (_, i) => of(i)) })
  const table = { rowCount: end, columns: [column('time', (i) => timeOf(series, i)), column('x', (i) => String(series.values[i]))] }
  const { rows } = await forecast(table, { time: 'time', rows: MEMBERS, steps: series.steps, seed: 1 })
  const { values } = rows.columns.find(({ name }) => name === 'x')
  return Array.from({ length: series.steps }, (_, s) => levels.map((_p, m) => values[m * series.steps + s]))
}

/** The last period again, with the errors that this had before, as many steps ahead. */
function seasonalNaive({ values, period, steps }, end) {
  const from = (at, k) => values[at - period * Math.ceil(k / period) + k]
  return Array.from({ length: steps }, (_, s) => {
    const errors = []
    for (let at = period * Math.ceil((s + 1) / period); at + s + 1 < end; at++) errors.push(values[at + s + 1] - from(at, s + 1))
    return spreadOver(ascending(errors), from(end - 1, s + 1))
  })
}

function score({ values, period, steps }, drawn) {
  const scale = mean(values.slice(period).map((value, i) => Math.abs(value - values[i])))
  const places = placesOf({ values, steps }).flatMap((end) => Array.from({ length: steps }, (_, s) => values[end + s]))
  let [loss, inside] = [0, 0]
  for (const [k, draws] of drawn.flat().entries()) {
    const own = ascending(draws)
    loss += mean(own.map((q, m) => 2 * (places[k] < q ? 1 - levels[m] : levels[m]) * Math.abs(places[k] - q)))
    if (places[k] >= own[Math.floor(0.05 * MEMBERS)] && places[k] <= own[Math.ceil(0.95 * MEMBERS) - 1]) inside++
  }
  return { crps: loss / places.length / scale, covered: inside / places.length }
}

function fromR() {
  const args = ['--vanilla', '--no-echo', '-f', path('peers/series.R'), '--args', FILE, String(ORIGINS), String(MEMBERS)]
  const { status, stdout, stderr } = spawnSync('R', args, { encoding: 'utf8', maxBuffer: 1e9 })
  if (status === 0) return JSON.parse(stdout.slice(stdout.indexOf('{')))
  console.log(`  no ARIMA: ${stderr?.trim().split('\n').at(-1) ?? 'no R'} (Debian: r-base-core)`)
}

const peers = only ? {} : { ets: jsonPeer('series.py', [FILE, String(ORIGINS), String(MEMBERS)]), arima: fromR() }
const all = {}
const rows = []
for (const series of SERIES.filter(({ name }) => only?.includes(name) ?? true)) {
  const drawn = { ours: [], naive: [], ets: peers.ets?.[series.name], arima: peers.arima?.[series.name] }
  for (const end of placesOf(series)) {
    drawn.ours.push(await ours(series, end))
    drawn.naive.push(seasonalNaive(series, end))
  }
  const cells = Object.entries(drawn).map(([method, own]) => {
    if (!own) return '–'
    const { crps, covered } = score(series, own)
    all[method] = [...(all[method] ?? []), { crps, covered }]
    return `${crps.toFixed(2)} (${covered.toFixed(2)})`
  })
  const row = [series.name, String(series.values.length), String(series.steps), ...cells]
  rows.push(row)
  console.log(row.join('  '))
}
const inAll = Object.keys({ ours: 0, naive: 0, ets: 0, arima: 0 }).map((method) => {
  if (!all[method]) return '–'
  const crps = Math.exp(mean(all[method].map((one) => Math.log(one.crps))))
  return `${crps.toFixed(2)} (${mean(all[method].map((one) => one.covered)).toFixed(2)})`
})
rows.push(['geometric mean', '', '', ...inAll])
console.log(rows.at(-1).join('  '))
const head = ['series', 'rows', 'steps', 'forecast', 'last period', 'exponential smoothing', 'ARIMA']
const title = 'CRPS in mean absolute differences to a period ago (share in the central 90 %), mean of eight forecasts'
if (process.argv.includes('--save') && !only) keep('series', 'peers', { title, head, rows })
