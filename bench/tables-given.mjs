// How good rows are that are drawn given all other columns: CRPS of a numeric target, in its standard deviations, and how many values
// lie in the central 80 %, beside a quantile forest, on the tables of `bench/tables.mjs`. Half of the rows held out, no option set.
// Both are scored on the same rows: the mean of what ours loses more on each stands beside its standard error over them.
// usage: node bench/tables-given.mjs [--tables=a,b] [--seeds=1] [--rows=100] [--out=FILE.jsonl] [--data=FOLDER] [--summary]
// Results stand in FILE one a line, and what stands there is not computed again.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { crps, scoreDraws } from '../packages/core/dist/diagnose/conditional.js'
import { embedTables } from '../packages/core/dist/diagnose/embedding.js'
import { matrix } from '../packages/core/dist/num/matrix.js'
import { keyFor, uniforms } from '../packages/core/dist/num/random.js'
import { sorted } from '../packages/core/dist/num/statistics.js'
import { drawModel, fitModel } from '../packages/core/dist/systems/system.js'
import { tables } from '../packages/core/dist/systems/table/system.js'
import { takeTableRows } from '../packages/core/dist/table/rows.js'
import { isNumeric } from '../packages/core/dist/table/table.js'
import { createEngine, keyFromSeed } from '../packages/sbridge/dist/index.js'
import { halvesOf, rawTable, TABLES } from './tables/list.mjs'
import { binColumns, grow, leafOf } from './tables/trees.mjs'

const option = (name, otherwise) => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise
const names = option('tables', Object.keys(TABLES).join(',')).split(',')
const seeds = option('seeds', '1').split(',').map(Number)
const mostRows = Number(option('rows', 100))
const out = option('out', 'tables-given.jsonl')
const results = existsSync(out)
  ? readFileSync(out, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : []

/** Draws a held-out row, as many as its condition gets of either. */
const DRAWS = 100
const [TREES, MIN_LEAF] = [200, 5]

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const cellOf = (column, i) => (isNumeric(column) ? column.values[i] : column.levels[column.codes[i]])
const isMissing = (column, i) => (isNumeric(column) ? Boolean(column.missing?.[i]) : column.codes[i] < 0)

/** The column itself, or the number with most values where that is none. */
function targetOf({ columns }, wanted) {
  const distinct = ({ values }) => new Set(values).size
  const numbers = columns.filter((column) => isNumeric(column) && column.kind !== 'datetime')
  return numbers.find(({ name }) => name === wanted) ?? numbers.sort((a, b) => distinct(b) - distinct(a))[0]
}

async function bridgeDraws({ raw, types }, given, { target, seed, engine }) {
  const model = await fitModel(tables, { input: raw, options: { seed, types } }, { engine })
  const request = { rows: DRAWS, seed, asked: { givens: given, observe: [] } }
  const { table } = await drawModel(tables, { model, request }, { engine })
  return table.columns.find(({ name }) => name === target).values
}

/** Meinshausen's weights: of each tree, the rows of the leaf in equal shares. A draw takes a tree, then a row of its leaf. */
function forestDraws(train, held, { target, key }) {
  const others = ({ columns, rowCount }) => ({ columns: columns.filter(({ name }) => name !== target), rowCount })
  const known = train.columns.find(({ name }) => name === target)
  const present = Int32Array.from({ length: train.rowCount }, (_, i) => i).filter((i) => !isMissing(known, i))
  const fitted = takeTableRows(train, present)
  const [x, asked] = embedTables(others(fitted), [others(fitted), others(held)])
  const y = fitted.columns.find(({ name }) => name === target).values
  const bins = binColumns(x)
  const drawn = uniforms(key, 5_000_000)
  let at = 0
  const uniform = () => drawn[at++ % drawn.length]
  const whole = (n) => Math.min(n - 1, Math.floor(uniform() * n))
  const trees = Array.from({ length: TREES }, () => {
    const rows = Int32Array.from({ length: y.length }, () => whole(y.length))
    return grow({ bins, targets: y, width: 1, rows, minLeaf: MIN_LEAF, featureCount: Math.ceil(bins.cols / 3), uniform })
  })
  const out = new Float64Array(held.rowCount * DRAWS)
  for (let i = 0; i < held.rowCount; i++) {
    const leaves = trees.map((tree) => tree.leaves[leafOf(tree, asked, i)].rows)
    for (let k = 0; k < DRAWS; k++) {
      const rows = leaves[whole(TREES)]
      out[i * DRAWS + k] = y[rows[whole(rows.length)]]
    }
  }
  return out
}

async function tryOnce(name, seed, engine) {
  if (results.some((one) => one.table === name && one.seed === seed)) return
  const entry = TABLES[name]
  const raw = await rawTable(entry, option('data', '/'))
  if (!raw) return console.log(`${name}: left out, ${entry.frame} is not there`)
  const halves = halvesOf(raw, { without: entry.without, seed, maxRows: 4000 })
  const target = targetOf(halves.train, entry.target)
  if (!target) return console.log(`${name}: left out, it has no number`)
  const there = halves.heldOut.columns.find((column) => column.name === target.name)
  const rows = Int32Array.from({ length: halves.heldOut.rowCount }, (_, i) => i).filter((i) => !isMissing(there, i))
  const held = takeTableRows(halves.heldOut, rows.subarray(0, mostRows))
  const observed = held.columns.find((column) => column.name === target.name).values
  const others = held.columns.filter((column) => column.name !== target.name)
  const given = Array.from(observed, (_, i) =>
    // Rows are scored whose target is there, and the forest grows on such alone: draws have a number too, where cells are missing.
    Object.fromEntries([
      ...others.filter((column) => !isMissing(column, i)).map((column) => [column.name, cellOf(column, i)]),
      ...(target.missing ? [[target.name, '..']] : [])
    ])
  )
  const before = process.cpuUsage()
  const ours = await bridgeDraws(halves, given, { target: target.name, seed, engine })
  const { user, system } = process.cpuUsage(before)
  const seconds = (user + system) / 1e6
  const forest = forestDraws(halves.train, held, { target: target.name, key: keyFor(keyFromSeed(seed), 'quantile forest') })
  // What stands for a missing cell is no value.
  const present = Array.from(target.values).filter((_, i) => !isMissing(target, i))
  const centre = mean(present)
  const scale = Math.sqrt(mean(present.map((x) => (x - centre) ** 2)))
  const lossesOf = (values) => Array.from(observed, (y, i) => crps(sorted(values.subarray(i * DRAWS, (i + 1) * DRAWS)), y) / scale)
  const scored = (values) => {
    const { coverage } = scoreDraws({ draws: matrix(observed.length, DRAWS, values), observed })
    return { crps: mean(lossesOf(values)), coverage: coverage[80] }
  }
  const theirs = lossesOf(forest)
  const excess = lossesOf(ours).map((loss, i) => loss - theirs[i])
  const line = {
    table: name,
    seed,
    target: target.name,
    rows: observed.length,
    ours: scored(ours),
    forest: scored(forest),
    excess: { sum: excess.reduce((sum, x) => sum + x, 0), squares: excess.reduce((sum, x) => sum + x * x, 0) },
    seconds
  }
  results.push(line)
  appendFileSync(out, `${JSON.stringify(line)}\n`)
  console.log(shown(name, [line]))
}

const show = (x) => x.toFixed(3).padStart(10)
const titles = ['CRPS', 'forest', 'cover', 'forest', 'more', '±', 'CPU s']
const head = `${'table'.padEnd(18)}${titles.map((title) => title.padStart(10)).join('')}`
/** Mean paired difference over the rows of all splits, and its standard error. */
function excessOf(lines) {
  const n = lines.reduce((sum, { rows }) => sum + rows, 0)
  const [more, squares] = ['sum', 'squares'].map((part) => lines.reduce((sum, { excess }) => sum + excess[part], 0) / n)
  return { more, error: Math.sqrt((squares - more * more) / (n - 1)) }
}
function shown(name, lines) {
  const cells = ['crps', 'coverage'].flatMap((measure) =>
    ['ours', 'forest'].map((method) => mean(lines.map((line) => line[method][measure])))
  )
  const { more, error } = excessOf(lines)
  return (
    name.padEnd(18) +
    [...cells, more, error].map(show).join('') +
    mean(lines.map((line) => line.seconds))
      .toFixed(1)
      .padStart(10)
  )
}

console.log(head)
if (!process.argv.includes('--summary')) {
  const engine = await createEngine('wasm', { threads: 1 })
  for (const seed of seeds) for (const name of names) await tryOnce(name, seed, engine)
  await engine.close()
}
const wanted = results.filter(({ table, seed }) => names.includes(table) && seeds.includes(seed))
const found = names.filter((name) => wanted.some(({ table }) => table === name))
const of = (name) => wanted.filter(({ table }) => table === name)
if (process.argv.includes('--summary')) for (const name of found) console.log(shown(name, of(name)))
console.log(shown(`mean of ${found.length}`, wanted))
const excesses = found.map((name) => excessOf(of(name)))
const count = (holds) => excesses.filter(holds).length
console.log(
  `at or under the forest on ${count(({ more }) => more <= 0)} of ${found.length}, over it by less than the error on ${count(({ more, error }) => more > 0 && more <= error)}`
)
