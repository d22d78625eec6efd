// What a plan says before a job runs beside what the job takes, by stage: processor seconds on one thread, pairs timed by the
// same clock, so that the load of the machine has no part in it. Each job has a process of its own, and what that takes to load
// and compile is the job's, as on the command line.
// usage: node bench/plans.mjs [job=all]   job: a part of a name

import { spawnSync } from 'node:child_process'
import { ReferenceEngine, SYSTEMS } from '../packages/core/dist/index.js'
import { drawSchema, fitSchema, pairsPerMillisecond, planSchema, secondsOf } from '../packages/core/dist/internal.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../packages/core/dist/num/random.js'
import { createEngine, readTable } from '../packages/sbridge/dist/index.js'
import { bank, music, shop, staff, textTable } from './tables/schemas.mjs'

const [wanted = 'all', own] = process.argv.slice(2)
const engine = await createEngine('wasm', { threads: 1 })
const milliseconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Correlated normal columns, every fourth one of five categories. */
function mixed(rowCount, columnCount, seed = 1) {
  const key = keyFromSeed(seed)
  const shared = normals(keyFor(key, 'shared'), rowCount)
  const columns = Array.from({ length: columnCount }, (_, c) => {
    const own = normals(keyFor(key, `own ${c}`), rowCount)
    if (c % 4 === 3)
      return {
        name: `c${c}`,
        source: 'text',
        values: Array.from(shared, (x, i) => 'abcde'[Math.min(4, Math.max(0, Math.floor(2 + x + 0.5 * own[i])))])
      }
    return { name: `c${c}`, source: 'number', values: shared.map((x, i) => 0.6 * x + 0.8 * own[i] + (c % 3 === 1 ? 0.3 * x * x : 0)) }
  })
  return { columns, rowCount }
}

/** Every other number bends with the one before it. */
function numbers(rowCount, columnCount) {
  const z = Array.from({ length: columnCount }, (_, c) => normals(keyFor(keyFromSeed(5), `${c}`), rowCount))
  const values = (c) => (c % 2 === 0 ? z[c] : z[c].map((e, i) => 0.5 * z[c - 1][i] ** 2 + 0.5 * e))
  return { columns: z.map((_, c) => ({ name: `x${c}`, source: 'number', values: values(c) })), rowCount }
}

/** The same rows with one cell in ten left empty. */
function holed({ columns, rowCount }) {
  const key = keyFromSeed(7)
  return {
    rowCount,
    columns: columns.map((column, c) => {
      const out = uniforms(keyFor(key, `${c}`), rowCount).map((u) => (u < 0.1 ? 1 : 0))
      return column.source === 'text'
        ? { ...column, values: column.values.map((x, i) => (out[i] ? null : x)) }
        : { ...column, missing: Uint8Array.from(out) }
    })
  }
}

function walk(rowCount, columnCount) {
  const steps = Array.from({ length: columnCount }, (_, c) => normals(keyFor(keyFromSeed(3), `${c}`), rowCount))
  const columns = steps.map((z, c) => {
    let x = 0
    return { name: `x${c}`, source: 'number', values: z.map((e) => (x = 0.8 * x + e)) }
  })
  return { columns, rowCount }
}

/** Four snapshots of a stem that parts into two branches, of which the upper one has ever more particles. */
function forked(count) {
  const z = ['x', 'y', 'up'].map((name) => normals(keyFor(keyFromSeed(9), name), 4 * count))
  const day = Array.from(z[0], (_, i) => Math.floor(i / count))
  const values = {
    day,
    progress: day.map((t, i) => t + 0.1 * z[0][i]),
    lineage: day.map((t, i) => (z[2][i] < 0.2 * t ? t : -t) / 3 + 0.15 * z[1][i])
  }
  const columns = Object.entries(values).map(([name, of]) => ({ name, source: 'number', values: Float64Array.from(of) }))
  return { columns, rowCount: 4 * count }
}

/** Groups with a level of their own, whose rows follow each other. */
function grouped(groups, rows) {
  const z = normals(keyFor(keyFromSeed(11), 'groups'), 3 * groups * rows)
  let last = 0
  return textTable(
    Array.from({ length: groups * rows }, (_, i) => {
      const [group, at] = [Math.floor(i / rows), i % rows]
      last = 0.6 * (at === 0 ? 0 : last) + z[3 * i]
      return {
        id: `g${group}`,
        month: at + 1,
        level: (z[group] + last).toFixed(3),
        other: (0.5 * last + z[3 * i + 1]).toFixed(3),
        kind: last > 0.5 ? 'high' : z[3 * i + 2] > 0 ? 'mid' : 'low'
      }
    })
  )
}

/** Several tables, as the other systems are asked. */
const SEVERAL = {
  readOptions: (options) => options,
  plan: ({ input, options }, request) => planSchema({ schema: input, options }, request),
  fit: fitSchema,
  draw: drawSchema
}
const several = ({ tables, keys }) => ['several', { tables }, { keys }, {}]

/** What it took to load everything. */
const loaded = milliseconds()
const lotka = await readTable('examples/data/lotka-volterra.csv')
const penguins = await readTable('examples/data/penguins.csv')
const JOBS = [
  ['rows 344 × 7, 1,000', () => ['tables', penguins, {}, { rows: 1000 }]],
  ['rows 5,000 × 10 numbers, 1,000', () => ['tables', numbers(5000, 10), {}, { rows: 1000 }]],
  ['rows 5,000 × 10 numbers, 5,000', () => ['tables', numbers(5000, 10), {}, { rows: 5000 }]],
  ['rows 5,000 × 8 mixed, 1,000', () => ['tables', mixed(5000, 8), {}, { rows: 1000 }]],
  ['rows 20,000 × 12 mixed, 1,000', () => ['tables', mixed(20_000, 12), {}, { rows: 1000 }]],
  ['rows 50,000 × 2 numbers, 5,000', () => ['tables', numbers(50_000, 2), {}, { rows: 5000 }]],
  ['rows 50,000 × 8 numbers, 1,000', () => ['tables', numbers(50_000, 8), {}, { rows: 1000 }]],
  ['rows 100,000 × 8 numbers, 10,000', () => ['tables', numbers(100_000, 8), {}, { rows: 10_000 }]],
  ['rows 300,000 × 3 numbers, 5,000', () => ['tables', numbers(300_000, 3), {}, { rows: 5000 }]],
  ['rows 1,000,000 × 3 numbers, 10,000', () => ['tables', numbers(1_000_000, 3), {}, { rows: 10_000 }]],
  ['bridge 170 × 7 to as many', () => ['bridge', halves(penguins)[0], { to: halves(penguins)[1] }, { rows: 170 }]],
  ['bridge 1,500 × 4 to as many', () => ['bridge', mixed(1500, 3, 1), { to: mixed(1500, 3, 2) }, { rows: 1500 }]],
  ['bridge 4,000 × 4 to as many', () => ['bridge', mixed(4000, 3, 1), { to: mixed(4000, 3, 2) }, { rows: 1000 }]],
  ['embed penguins', () => ['embedding', penguins, {}, undefined]],
  ['embed 4,000 × 4', () => ['embedding', mixed(4000, 4), {}, undefined]],
  ['embed 10,000 × 8', () => ['embedding', mixed(10000, 8), {}, undefined]],
  ['forecast 300 × 2', () => ['series', walk(300, 2), {}, { rows: 50, steps: 10 }]],
  ['forecast 2,000 × 3', () => ['series', walk(2000, 3), {}, { rows: 100, steps: 20 }]],
  ['forecast 400 × 8, local', () => ['series', walk(400, 8), { local: 'window:1' }, { rows: 100, steps: 10 }]],
  ['trajectories brownian', () => ['snapshots', lotka, { time: 'time', reference: 'brownian' }, { rows: 100 }]],
  ['trajectories lotka-volterra', () => ['snapshots', lotka, { time: 'time', reference: 'lotka-volterra' }, { rows: 100 }]],
  ['trajectories linear', () => ['snapshots', lotka, { time: 'time', reference: 'linear' }, { rows: 100 }]],
  [
    'trajectories linear, each left out',
    () => ['snapshots', lotka, { time: 'time', reference: 'linear', leaveOneOut: true }, { rows: 100 }]
  ],
  ['trajectories smooth', () => ['snapshots', lotka, { time: 'time', reference: 'smooth' }, { rows: 100 }]],
  ['trajectories gradient', () => ['snapshots', lotka, { time: 'time', reference: 'gradient' }, { rows: 100 }]],
  ['trajectories brownian, growth', () => ['snapshots', lotka, { time: 'time', reference: 'brownian', growth: 'estimate' }, { rows: 100 }]],
  [
    'trajectories of a fork, growth',
    () => ['snapshots', forked(200), { time: 'day', reference: 'brownian', growth: 'estimate' }, { rows: 100 }]
  ],
  ['trajectories of a fork, smooth', () => ['snapshots', forked(200), { time: 'day', reference: 'smooth' }, { rows: 100 }]],
  ['trajectories of a fork, gradient', () => ['snapshots', forked(200), { time: 'day', reference: 'gradient' }, { rows: 100 }]],
  ['impute 344 × 7', () => ['imputation', holed(penguins), {}, { fill: holed(penguins) }]],
  ['impute 3,000 × 8', () => ['imputation', holed(mixed(3000, 8)), {}, { fill: holed(mixed(3000, 8)) }]],
  ['groups 70 × 16, time', () => ['tables', grouped(70, 16), { group: 'id', time: 'month' }, { rows: 1120 }]],
  ['groups 200 × 12, time', () => ['tables', grouped(200, 12), { group: 'id', time: 'month' }, { rows: 2400 }]],
  ['tables of a bank', () => several(bank({ accounts: 200 }))],
  ['tables of a shop', () => several(shop({ customers: 200 }))],
  ['tables of music', () => several(music({ customers: 100 }))],
  ['tables of staff', () => several(staff({ employees: 150 }))],
  ['score 344 × 7', () => ['density', penguins, {}, { score: penguins }]],
  ['score 3,000 × 8', () => ['density', mixed(3000, 8), {}, { score: mixed(3000, 8) }]]
]

function halves({ columns, rowCount }) {
  const cut = (from, to) => ({
    rowCount: to - from,
    columns: columns.map((column) => ({
      ...column,
      values: column.values.slice(from, to),
      ...(column.missing ? { missing: column.missing.slice(from, to) } : {})
    }))
  })
  return [cut(0, rowCount >> 1), cut(rowCount >> 1, rowCount)]
}

if (!own) {
  console.log('job | planned s | took s | took/planned | stages: planned, took')
  for (const [name] of JOBS)
    if (wanted === 'all' || name.includes(wanted))
      spawnSync(process.execPath, [process.argv[1], name, 'own'], { stdio: ['ignore', 'inherit', 'inherit'] })
  process.exit()
}

for (const [name, job] of JOBS.filter(([name]) => name === wanted)) {
  const [systemName, input, options, request] = job()
  const made = milliseconds()
  const system = systemName === 'several' ? SEVERAL : SYSTEMS[systemName]
  const fit = await system.readOptions({ ...options, seed: 1 }, {})
  const plan = system.plan({ input, options: fit }, request)
  const prepared = milliseconds()
  const speed = await pairsPerMillisecond(plan.plain ? new ReferenceEngine() : engine, plan.timed, milliseconds)
  const spent = new Map()
  let [stage, since] = ['before', milliseconds()]
  const begin = since
  const lap = () => {
    const now = milliseconds()
    spent.set(stage, (spent.get(stage) ?? 0) + now - since)
    since = now
  }
  const progress = (at) => {
    if (at.stage === stage) return
    lap()
    stage = at.stage
  }
  const context = { engine, progress }
  try {
    const model = await system.fit(input, fit, context)
    if (request) await system.draw(model, { ...request, seed: 1 }, context)
  } catch (error) {
    console.log(`${name} | ${error.message}`)
    continue
  }
  lap()
  const took = loaded + prepared - made + milliseconds() - begin
  const expected = 1000 * secondsOf(plan, speed)
  const planned = new Map(plan.stages.map(({ stage: one, pairs }) => [one, pairs / speed]))
  const stages = [...new Set([...planned.keys(), ...spent.keys()])].map((one) => {
    const seconds = (ms) => (ms === undefined ? '–' : (ms / 1000).toFixed(2))
    return `${one} ${seconds(planned.get(one))}, ${seconds(spent.get(one))}`
  })
  console.log(
    `${name} | ${(expected / 1000).toFixed(2)} | ${(took / 1000).toFixed(2)} | ${(took / expected).toFixed(2)} | ${stages.join('; ')}`
  )
}
await engine.close()
