// How good are rows with no option set, beside what a user would take instead, on tables that nobody tuned to: from this folder, the
// npm package vega-datasets and Debian's packages of R. Half of the rows (at most 20,000) held out.
// usage: node bench/tables.mjs [--tables=a,b] [--seeds=1,2,3] [--methods=ours,cart,…] [--out=FILE.jsonl] [--options='{"refine":"auto"}']
//        [--label=ours] [--data=FOLDER] [--summary] [--picture=NAME] [--max-rows=20000]
// Results stand in FILE one a line, and what stands there is not computed again: an interrupted run goes on. `--summary` only prints,
// and `--picture` draws docs/images/NAME.png of what is printed last.
// R's packages are read where Debian puts them, or unpacked in FOLDER:
//   apt-get download r-cran-mass r-cran-cardata r-cran-survival r-cran-aer r-cran-ggplot2
//   for f in *.deb; do dpkg-deb -x $f FOLDER; done
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { keyFor, uniforms } from '../packages/core/dist/num/random.js'
import { drawModel, fitModel } from '../packages/core/dist/systems/system.js'
import { tables } from '../packages/core/dist/systems/table/system.js'
import { createEngine, keyFromSeed } from '../packages/sbridge/dist/index.js'
import { halvesOf, rawTable, TABLES } from './tables/list.mjs'
import { measured } from './tables/measures.mjs'
import { PEERS } from './tables/peers.mjs'
import { drawPicture } from './tables/picture.mjs'

const option = (name, otherwise) => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise
const root = option('data', '/')
const seeds = option('seeds', '1,2,3').split(',').map(Number)
const names = option('tables', Object.keys(TABLES).join(',')).split(',')
const methods = option('methods', ['ours', ...Object.keys(PEERS)].join(',')).split(',')
const out = option('out', 'tables.jsonl')
const label = option('label', 'ours')
const options = JSON.parse(option('options', '{}'))
const picture = option('picture')
const maxRows = Number(option('max-rows', 20_000))

const results = existsSync(out)
  ? readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : []

const nameOf = (method) => (method === 'ours' ? label : method)
const isDone = (table, seed, method) => results.some((one) => one.table === table && one.seed === seed && one.method === nameOf(method))
async function drawnBy(method, { raw, types, train, heldOut }, seed, engine) {
  if (method === 'ours') {
    const model = await fitModel(tables, { input: raw, options: { seed, types, ...options } }, { engine })
    const { table } = await drawModel(tables, { model, request: { rows: heldOut.rowCount, seed } }, { engine })
    const byName = new Map(table.columns.map((column) => [column.name, column]))
    return {
      synthetic: { columns: train.columns.map(({ name }) => byName.get(name)), rowCount: table.rowCount },
      summary: model.refinement?.trial
    }
  }
  const drawn = uniforms(keyFor(keyFromSeed(seed), method), 2_000_000)
  let at = 0
  return { synthetic: PEERS[method](train, heldOut.rowCount, () => drawn[at++ % drawn.length]) }
}

const seconds = (from) => {
  const { user } = process.cpuUsage(from)
  return user / 1e6
}

async function tryOnce(name, seed, engine) {
  const entry = TABLES[name]
  const wanted = methods.filter((method) => !isDone(name, seed, method))
  if (wanted.length === 0) return
  const raw = await rawTable(entry, root)
  if (!raw) return console.log(`${name}: left out, ${entry.frame} is not under ${root}`)
  const halves = halvesOf(raw, { without: entry.without, seed, maxRows })
  for (const method of wanted) {
    const start = process.cpuUsage()
    const { synthetic, summary } = await drawnBy(method, halves, seed, engine)
    const cpu = seconds(start)
    const measures = await measured({ ...halves, synthetic, target: entry.target, engine, key: keyFromSeed(seed) })
    const line = {
      table: name,
      rows: raw.rowCount,
      seed,
      method: nameOf(method),
      cpu,
      measureCpu: seconds(start) - cpu,
      summary,
      ...measures
    }
    results.push(line)
    appendFileSync(out, `${JSON.stringify(line)}\n`)
    console.log(shown(name, nameOf(method), [line]))
  }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const show = (x, digits = 3) => (Number.isFinite(x) ? x.toFixed(digits) : '–').padStart(digits + 3)
const COLUMNS = [
  ['forest', ({ forest }) => forest],
  ['boosting', ({ boosting }) => boosting],
  ['member', ({ membership }) => membership],
  ['assoc', ({ associations }) => associations.mean],
  ['floor', ({ associations }) => associations.floor],
  ['tstr', ({ tstr }) => tstr],
  ['real', ({ tstrReal }) => tstrReal],
  ['cover', ({ coverage }) => coverage],
  ['share z', ({ shareZ }) => shareZ ?? Number.NaN],
  ['sd', ({ deviations }) => (deviations.length === 0 ? Number.NaN : mean(deviations))],
  ['fresh', ({ fresh }) => fresh ?? Number.NaN],
  ['of real', ({ freshHeldOut }) => freshHeldOut ?? Number.NaN],
  ['cpu s', ({ cpu }) => cpu]
]
const head = `${'table'.padEnd(16)} ${'method'.padEnd(10)} ${COLUMNS.map(([title]) => title.padStart(8)).join('')}`

function shown(name, method, lines) {
  const cells = COLUMNS.map(([, of]) => show(mean(lines.map(of).filter(Number.isFinite))).padStart(8))
  return `${name.padEnd(16)} ${method.padEnd(10)} ${cells.join('')}`
}

const pointOf = (method, lines) => ({
  method: method === label ? 'ours' : method,
  ...Object.fromEntries(['forest', 'boosting', 'membership'].map((measure) => [measure, mean(lines.map((line) => line[measure]))]))
})

function summarise() {
  const wanted = results.filter(({ table, seed }) => names.includes(table) && seeds.includes(seed))
  const all = [...new Set(wanted.map(({ method }) => method))]
  const of = (table, method) => wanted.filter((one) => one.table === table && one.method === method)
  console.log(head)
  for (const name of names) for (const method of all) if (of(name, method).length > 0) console.log(shown(name, method, of(name, method)))
  const common = names.filter((name) => all.every((method) => of(name, method).length > 0))
  console.log(`\nmean of the ${common.length} tables that all methods have`)
  if (picture)
    drawPicture(
      picture,
      all.map((method) =>
        pointOf(
          method,
          common.flatMap((name) => of(name, method))
        )
      ),
      { tables: common.length, seeds: new Set(wanted.map(({ seed }) => seed)).size }
    )
  for (const method of all)
    console.log(
      shown(
        '',
        method,
        common.flatMap((name) => of(name, method))
      )
    )
}

if (!process.argv.includes('--summary')) {
  console.log(head)
  const engine = await createEngine('wasm', { threads: 1 })
  for (const seed of seeds) for (const name of names) await tryOnce(name, seed, engine)
  await engine.close()
}
summarise()
