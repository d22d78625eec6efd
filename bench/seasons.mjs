// Forecasts of series with a season, from twelve places of their last quarter on: CRPS in standard deviations of the column, and
// how many values lie in the central 80 %, with and without the season and a chosen memory, beside that of the last period with the errors it had
// before (seasonal naive). Real series of the npm package vega-datasets; no option set but the column of times.
// usage: node bench/seasons.mjs [--save] [--only=PART OF A NAME]
import { fileURLToPath } from 'node:url'
import { scoreDraws } from '../packages/core/dist/diagnose/conditional.js'
import { matrix } from '../packages/core/dist/num/matrix.js'
import { forecast, readTable } from '../packages/sbridge/dist/index.js'
import { keep } from './kept.mjs'

const vega = (name) => fileURLToPath(new URL(`../node_modules/vega-datasets/data/${name}`, import.meta.url))
const SERIES = [
  { name: 'CO₂ of Mauna Loa, by month', file: 'co2-concentration.csv', time: 'Date', column: 'CO2', period: 12, steps: 24 },
  { name: 'highest temperature of Seattle, by day', file: 'seattle-weather.csv', time: 'date', column: 'temp_max', period: 365, steps: 60 },
  {
    name: 'normal temperature of Seattle, by hour',
    file: 'seattle-weather-hourly-normals.csv',
    of: (_, i) => i < 2000,
    time: 'date',
    column: 'temperature',
    period: 24,
    steps: 48
  },
  {
    name: 'unemployed of construction in the United States, by month',
    file: 'unemployment-across-industries.json',
    of: ({ series }) => series === 'Construction',
    time: 'date',
    column: 'count',
    period: 12,
    steps: 12
  }
]
const [ORIGINS, MEMBERS] = [12, 100]

const rowsOf = ({ columns, rowCount }) =>
  Array.from({ length: rowCount }, (_, i) => Object.fromEntries(columns.map(({ name, values }) => [name, values[i]])))
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const part = ({ columns }, end) => ({ rowCount: end, columns: columns.map((one) => ({ ...one, values: one.values.slice(0, end) })) })

/** The value a period ago and the drift since, with the errors that this had before, as many steps ahead. */
function seasonalNaive(values, end, { period, steps }) {
  const ahead = (at, k) => {
    const periods = Math.ceil(k / period)
    return values[at - period * periods + k] + (values[at] - values[at - period]) * periods
  }
  return Array.from({ length: steps }, (_, s) => {
    const errors = []
    for (let at = 2 * period; at + s + 1 < end; at++) errors.push(values[at + s + 1] - ahead(at, s + 1))
    return Array.from({ length: MEMBERS }, (_m, m) => ahead(end - 1, s + 1) + errors[Math.floor(((m + 0.5) * errors.length) / MEMBERS)])
  })
}

const only = process.argv.find((one) => one.startsWith('--only='))?.slice('--only='.length) ?? ''
for (const { name, file, of = () => true, time, column, period, steps } of SERIES.filter((one) => one.name.includes(only))) {
  const records = rowsOf(await readTable(vega(file))).filter(of)
  const table = {
    rowCount: records.length,
    columns: [time, column].map((own) => ({ name: own, source: 'text', values: records.map((row) => String(row[own])) }))
  }
  const values = Array.from(table.columns.find((one) => one.name === column).values, Number)
  const centre = mean(values)
  const scale = Math.sqrt(mean(values.map((x) => (x - centre) ** 2)))
  const drawn = { season: [], off: [], naive: [] }
  const truth = []
  let seconds = 0
  for (let o = 0; o < ORIGINS; o++) {
    const end = Math.floor(0.75 * values.length + (o * (0.25 * values.length - steps)) / (ORIGINS - 1))
    truth.push(...values.slice(end, end + steps))
    for (const [method, season] of [
      ['season', 'auto'],
      ['off', 'off']
    ]) {
      const start = process.cpuUsage()
      const { rows: continued } = await forecast(part(table, end), { time, season, rows: MEMBERS, steps, seed: 1 })
      const { user, system } = process.cpuUsage(start)
      if (method === 'season') seconds += (user + system) / 1e6
      const own = continued.columns.find((one) => one.name === column).values
      for (let s = 0; s < steps; s++) drawn[method].push(Array.from({ length: MEMBERS }, (_, m) => Number(own[m * steps + s])))
    }
    drawn.naive.push(...seasonalNaive(values, end, { period, steps }))
  }
  const score = (draws) => {
    const all = matrix(
      truth.length,
      MEMBERS,
      Float64Array.from(draws.flat(), (x) => x / scale)
    )
    const { crps, coverage } = scoreDraws({ draws: all, observed: Float64Array.from(truth, (x) => x / scale) })
    return `${crps.toFixed(3)} (${coverage[80].toFixed(2)})`
  }
  const row = [
    name,
    String(values.length),
    String(steps),
    score(drawn.season),
    score(drawn.off),
    score(drawn.naive),
    `${(seconds / ORIGINS).toFixed(1)} s`
  ]
  console.log(row.join('  '))
  if (process.argv.includes('--save')) save(row)
}

/** A row at a time: those of hours take long. */
function save(row) {
  const head = ['series', 'rows', 'steps', 'with its season', '`--season off`', 'last period', 'CPU a forecast']
  const title = 'CRPS in standard deviations of the column (share in the central 80 %), mean of twelve forecasts'
  keep('seasons', 'forecast', { title, head, rows: [row] }, { merge: true })
}
