// The bridge between two tables: error of its map on fresh rows beside POT's exact transport and the linear map (Debian:
// python3-pot), level and power of its two-sample test beside MMD and energy by the same permutations, and 50,000 against 50,000 rows.
// usage: node bench/bridge.mjs [maps] [level] [power] [large] [--seeds 3] [--rows 50000] [--save]: kept for the guide
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { matrix, rowOf } from '../packages/core/dist/num/matrix.js'
import { keyFor, keyFromSeed, normals, permutation, uniforms } from '../packages/core/dist/num/random.js'
import { cloud } from '../packages/core/dist/space/cloud.js'
import { compare, createEngine } from '../packages/sbridge/dist/index.js'
import { bridgeBandwidth, carry, schrodingerBridge, twoSampleTest } from '../packages/sbridge/dist/kernels.js'
import { keep } from './kept.mjs'
import { jsonPeer } from './peers/json-peer.mjs'

const args = process.argv.slice(2)
const option = (name, usual) => {
  const at = args.indexOf(`--${name}`)
  return at < 0 ? usual : Number(args.splice(at, 2)[1])
}
const save = args.includes('--save') && args.splice(args.indexOf('--save'), 1).length > 0
const [seeds, largeRows] = [option('seeds', 3), option('rows', 50_000)]
const wanted = args.length > 0 ? args : ['maps', 'level', 'power']
const engine = await createEngine('wasm')
const verdict = (ok) => (ok ? 'met' : 'NOT MET')
const mean = (values) => values.reduce((sum, x) => sum + x, 0) / values.length
const cpu = () => process.cpuUsage().user / 1e6

// ---- maps

/** Error of the debiased map in the design's prototype, percent, by d and n; its map was another, of the same sort. */
const TABLE = { '2/1000': 0.9, '5/1000': 1.8, '10/1000': 3.7, '10/5000': 1.4 }

/** T = ∇φ of a convex φ: a stretch of every coordinate and three bends, tanh along random directions. */
function convexMap(d, key) {
  const z = normals(keyFor(key, 'map'), 5 * d + 10)
  const stretch = Array.from({ length: d }, (_, c) => 0.7 + 0.3 * Math.abs(z[c]))
  const bends = [1, 2, 3].map((k) => {
    const w = z.slice(k * d, (k + 1) * d)
    const length = Math.hypot(...w)
    return { w: w.map((x) => x / length), offset: 0.5 * z[4 * d + k] }
  })
  return (x) => {
    const y = Array.from(x, (v, c) => stretch[c] * v + 1)
    for (const { w, offset } of bends) {
      const t = 1.6 * Math.tanh(2 * (w.reduce((sum, v, c) => sum + v * x[c], 0) + offset))
      for (let c = 0; c < d; c++) y[c] += t * w[c]
    }
    return y
  }
}

function mapProblem(d, n, seed) {
  const key = keyFromSeed(seed)
  const T = convexMap(d, key)
  const gaussian = (label, rows) => matrix(rows, d, normals(keyFor(key, label), rows * d))
  const mapped = (m) => matrix(m.rows, d, Float64Array.from(Array.from({ length: m.rows }, (_, i) => T(rowOf(m, i))).flat()))
  const fresh = gaussian('fresh', 2000)
  return { from: gaussian('from', n), to: mapped(gaussian('to', n)), fresh, truth: mapped(fresh) }
}

/** 100 E|T̂ − T|² / Var T. */
function uvp(carried, truth) {
  const centres = Array.from({ length: truth.cols }, (_, c) =>
    mean(Array.from({ length: truth.rows }, (_, i) => truth.data[i * truth.cols + c]))
  )
  const error = truth.data.reduce((sum, x, at) => sum + (carried.data[at] - x) ** 2, 0)
  return (100 * error) / truth.data.reduce((sum, x, at) => sum + (x - centres[at % truth.cols]) ** 2, 0)
}

function peersOn(problem) {
  const folder = mkdtempSync(join(tmpdir(), 'sbridge-bridge-'))
  for (const [name, rows] of Object.entries(problem))
    writeFileSync(join(folder, `${name}.csv`), Array.from({ length: rows.rows }, (_, i) => rowOf(rows, i).join(',')).join('\n'))
  const found = jsonPeer('bridge.py', [folder])
  rmSync(folder, { recursive: true })
  return found
}

async function maps() {
  const rows = []
  console.log('maps: L2-UVP in percent on 2,000 fresh rows, mean of seeds (ours: ε by held-out rows)')
  for (const [d, n] of [
    [2, 1000],
    [5, 1000],
    [10, 1000],
    [10, 5000]
  ]) {
    const all = { debiased: [], barycentric: [], linear: [], exact: [], seconds: [] }
    for (let seed = 1; seed <= (n > 1000 ? 1 : seeds); seed++) {
      const problem = mapProblem(d, n, seed)
      const start = cpu()
      const [from, to, key] = [cloud(problem.from), cloud(problem.to), keyFromSeed(seed)]
      const { epsilon } = await bridgeBandwidth({ from, to, engine, key })
      const { bridge } = await schrodingerBridge({ from, to, epsilon, engine })
      all.debiased.push(uvp(await carry(bridge, problem.fresh, { engine, key }), problem.truth))
      all.seconds.push(cpu() - start)
      all.barycentric.push(uvp(await carry(bridge, problem.fresh, { as: 'barycentric', engine, key }), problem.truth))
      const peers = peersOn(problem)
      if (peers) for (const name of ['linear', 'exact']) all[name].push(peers[name].uvp)
    }
    const figure = (values) => (values.length > 0 ? mean(values).toPrecision(3) : '–')
    rows.push([d, n, ...['linear', 'exact', 'barycentric', 'debiased'].map((name) => figure(all[name])), mean(all.seconds).toFixed(1)])
    const shown = Object.entries(all).map(([name, values]) => `${name} ${values.length > 0 ? mean(values).toFixed(2) : '–'}`)
    console.log(
      `  d = ${d}, n = ${n}: ${shown.join(', ')}; table ${TABLE[`${d}/${n}`]}: ${verdict(mean(all.debiased) <= TABLE[`${d}/${n}`])}`
    )
  }
  if (save)
    keep('bridge', 'maps', {
      title: `error of the map in % of the variance (L2-UVP) on 2,000 fresh rows, ${seeds} seeds up to 1,000 rows`,
      head: ['d', 'rows', 'linear (POT)', 'exact transport (POT’s EMDTransport)', 'mean of partners', 'debiased', 'CPU s of ours'],
      rows
    })
}

// ---- the two-sample test

const N = 100
const sample = (d, key, of) => {
  const [z, u] = [normals(keyFor(key, 'z'), N * d + 4), uniforms(keyFor(key, 'u'), 4 * N)]
  return matrix(
    N,
    d,
    Float64Array.from(Array.from({ length: N }, (_, i) => of(z.subarray(i * d, (i + 1) * d), u.subarray(4 * i, 4 * i + 4))).flat())
  )
}
const plain = (z) => [...z]

/** A blob of a grid of nine, stretched along the diagonal. @source Gretton and others, NIPS 2012, with their ratio of axes 4 as 6. */
const blob = (ratio) => (z, u) => {
  const [long, short] = [0.25 * Math.sqrt(ratio) * z[0], 0.25 * z[1]]
  return [3 * Math.floor(3 * u[0]) + (long + short) / Math.SQRT2, 3 * Math.floor(3 * u[1]) + (long - short) / Math.SQRT2]
}

/** Eight ways in which laws differ, from plain to fine; 100 rows of each. */
const ALTERNATIVES = {
  'shift by 0.5 in one of five': [5, plain, (z) => [z[0] + 0.5, ...z.subarray(1)]],
  'spread 1.25 times in five': [5, plain, (z) => Array.from(z, (x) => 1.25 * x)],
  'correlation 0.5 in two': [2, plain, (z) => [z[0], 0.5 * z[0] + Math.sqrt(0.75) * z[1]]],
  'two lumps of the same moments': [1, plain, (z, u) => [(u[0] < 0.5 ? -0.85 : 0.85) + Math.sqrt(1 - 0.85 ** 2) * z[0]]],
  'heavy tails, t of 2, same quartiles': [2, plain, (z, u) => Array.from(z, (x) => (x * 0.826) / Math.sqrt(-Math.log(u[0])))],
  'a tenth of rows elsewhere': [2, plain, (z, u) => [z[0] + (u[0] < 0.1 ? 4 : 0), z[1]]],
  'ring in place of a disc': [2, (_, u) => disc(Math.sqrt(u[0]), u[1]), (_, u) => disc(Math.sqrt(0.25 + 0.75 * u[0]), u[1])],
  'blobs, stretched': [2, blob(1), blob(6)]
}
function disc(radius, turns) {
  return [radius * Math.cos(2 * Math.PI * turns), radius * Math.sin(2 * Math.PI * turns)]
}

/** p-values of MMD (median heuristic) and of the energy distance, by 199 permutations. */
function plainTests(a, b, key) {
  const n = 2 * N
  const points = [...Array.from({ length: N }, (_, i) => rowOf(a, i)), ...Array.from({ length: N }, (_, i) => rowOf(b, i))]
  const squared = points.map((x) => points.map((y) => x.reduce((sum, v, c) => sum + (v - y[c]) ** 2, 0)))
  const flat = squared
    .flat()
    .filter((x) => x > 0)
    .sort((x, y) => x - y)
  const median = flat[flat.length >> 1]
  const kernels = {
    mmd: squared.map((row) => row.map((x) => Math.exp(-x / median))),
    energy: squared.map((row) => row.map((x) => -Math.sqrt(x)))
  }
  const statistic = (kernel, order) => {
    const sign = new Float64Array(n)
    order.forEach((row, place) => {
      sign[row] = place < N ? 1 : -1
    })
    let sum = 0
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += sign[i] * sign[j] * kernel[i][j]
    return sum
  }
  const orders = Array.from({ length: 199 }, (_, p) => permutation(keyFor(key, p), n))
  const own = Uint32Array.from({ length: n }, (_, i) => i)
  return Object.fromEntries(
    Object.entries(kernels).map(([name, kernel]) => {
      const t = statistic(kernel, own)
      return [name, (1 + orders.filter((order) => statistic(kernel, order) >= t).length) / 200]
    })
  )
}

async function level() {
  const d = 3
  let rejected = 0
  for (let k = 0; k < 400; k++) {
    const key = keyFor(keyFromSeed(5), k)
    // Laws with ties and skew: the level holds whatever they are.
    const law = (z) => [z[0], Math.exp(z[1]), Math.round(2 * z[2])]
    const { pValue } = await twoSampleTest(sample(d, keyFor(key, 'a'), law), sample(d, keyFor(key, 'b'), law), { engine, key })
    if (pValue <= 0.05) rejected++
  }
  console.log(
    `level: ${((100 * rejected) / 400).toFixed(2)} % of 400 nulls rejected at 5 %: ${verdict(Math.abs(rejected / 400 - 0.05) <= 0.025)}`
  )
  if (save)
    keep('bridge', 'level', {
      title: 'level of the two-sample test: pairs of tables of one law that are called different',
      head: ['pairs', 'called different', 'wanted'],
      rows: [[400, `${((100 * rejected) / 400).toFixed(2)} %`, '5 ± 2.5 %']]
    })
}

async function power() {
  console.log(`power at 5 %, ${N} rows a side, 50 pairs of tables each: ours, MMD (median heuristic), energy`)
  const REPEATS = 50
  const powers = { ours: [], mmd: [], energy: [] }
  const rows = []
  for (const [name, [d, first, second]] of Object.entries(ALTERNATIVES)) {
    const found = { ours: 0, mmd: 0, energy: 0 }
    for (let k = 0; k < REPEATS; k++) {
      const key = keyFor(keyFor(keyFromSeed(6), name), k)
      const [a, b] = [sample(d, keyFor(key, 'a'), first), sample(d, keyFor(key, 'b'), second)]
      const pValues = { ours: (await twoSampleTest(a, b, { engine, key })).pValue, ...plainTests(a, b, key) }
      for (const [test, p] of Object.entries(pValues)) if (p <= 0.05) found[test] += 1 / REPEATS
    }
    for (const test of Object.keys(powers)) powers[test].push(found[test])
    rows.push([name, ...Object.values(found).map((share) => share.toFixed(2))])
    console.log(`  ${name}: ${found.ours.toFixed(2)}, ${found.mmd.toFixed(2)}, ${found.energy.toFixed(2)}`)
  }
  const means = Object.values(powers).map((values) => mean(values).toFixed(3))
  console.log(`  mean: ${means.join(', ')}; at least 0.52 wanted: ${verdict(mean(powers.ours) >= 0.52)}`)
  if (save)
    keep('bridge', 'power', {
      title: `power at the level of 5 %, ${N} rows a side, ${REPEATS} pairs of tables each`,
      head: ['difference', 'this test', 'MMD, median heuristic', 'energy distance'],
      rows: [...rows, ['mean (0.52 or more was wanted)', ...means]]
    })
}

// ---- many rows

async function large() {
  const [n, d] = [largeRows, 3]
  const key = keyFromSeed(9)
  const columns = (label, shift) =>
    Array.from({ length: d }, (_, c) => ({
      name: `x${c}`,
      source: 'number',
      values: normals(keyFor(key, `${label}${c}`), n).map((z) => z + shift * (c + 1))
    }))
  const [a, b] = [0, 0.3].map((shift, k) => ({ rowCount: n, columns: columns(`side ${k}`, shift) }))
  const [start, before] = [cpu(), process.memoryUsage().rss]
  let [peak, events] = [0, 0]
  const progress = () => {
    events++
    peak = Math.max(peak, process.memoryUsage().rss)
  }
  const { model, summary } = await compare(a, b, { engine, progress })
  const [seconds, extra] = [cpu() - start, Math.max(0, peak - before) / 1e6]
  if (save)
    keep('bridge', 'large', {
      title: 'many rows, three columns',
      head: ['rows', 'CPU s', 'MB more at the peak', 'events of progress', 'scaling', 'drift (true 0.9, 0.6, 0.3)'],
      rows: [
        [
          `${n} and ${n}`,
          seconds.toFixed(0),
          extra.toFixed(0),
          events,
          `${model.summary.turns} turns, ${model.summary.ending}`,
          Object.values(summary.drift)
            .map((one) => one.mean.toFixed(3))
            .join(', ')
        ]
      ]
    })
  const drift = Object.values(summary.drift).map((one) => one.mean.toFixed(3))
  console.log(
    `large: ${n} against ${n} rows, d = ${d}: ${seconds.toFixed(0)} s of processor, ${extra.toFixed(0)} MB more at the peak, ${events} events of progress, ${model.summary.turns} turns (${model.summary.ending}), drift ${drift.join(', ')} (true 0.9, 0.6, 0.3)`
  )
}

const parts = { maps, level, power, large }
for (const name of wanted) await parts[name]()
await engine.close()
