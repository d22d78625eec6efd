// Posteriors: a linear-Gaussian one against its closed form (mild, and three standard deviations off), a banana against
// importance sampling with a million fresh rows, and a prior with two modes where the ensemble Kalman posterior is wrong.
// Both errors of the linear-Gaussian case come with those of the closed form with the rows' own moments, and of as many
// independent draws from it: what the prior's 2,000 rows allow. A sampler learns the rows' moments and not those of the law
// that they came from, so the closed form with own moments is the floor; n draws add about √((1 + κ)/n) to the covariance's
// error, κ = (tr C)²/tr C² (0.04 at 2,000, 0.02 at 8,000).
// usage: node bench/posterior.mjs [seeds=3] [threads=1] [draws=8000] [first seed=1]
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { normals } from '../packages/core/dist/num/random.js'
import { fitGlobal } from '../packages/core/dist/systems/global/model.js'
import { inferTable } from '../packages/core/dist/table/infer.js'
import { presentTable } from '../packages/core/dist/table/present.js'
import { createEngine, keyFromSeed, samplePosterior, writeTable } from '../packages/sbridge/dist/index.js'
import { jsonPeer } from './peers/json-peer.mjs'

const [seeds = '3', threads = '1', draws = '8000', first = '1'] = process.argv.slice(2)
const SEEDS = Array.from({ length: Number(seeds) }, (_, i) => Number(first) + i)
const engine = await createEngine('wasm', { threads: Number(threads) })
const folder = mkdtempSync(join(tmpdir(), 'sbridge-posterior-'))
const M = 2000
const DRAWS = Number(draws)
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length
const values = (table) => table.columns.map((c) => Array.from(c.values))
const tableOf = (columns) => ({
  rowCount: columns[0].length,
  columns: columns.map((list, c) => ({ name: `x${c + 1}`, source: 'number', values: Float64Array.from(list) }))
})
const covariance = (a, b, weights) => {
  const centre = (list) => list.reduce((sum, x, i) => sum + x * weights[i], 0)
  const [ma, mb] = [centre(a), centre(b)]
  return a.reduce((sum, x, i) => sum + weights[i] * (x - ma) * (b[i] - mb), 0)
}

// Prior N(0, A Aᵀ) in four dimensions.
const A = [
  [1, 0, 0, 0],
  [0.6, 0.8, 0, 0],
  [0.3, 0.2, 0.9, 0],
  [0, 0.5, 0.3, 0.8]
]
const PRIOR = A.map((row) => A.map((other) => row.reduce((sum, a, k) => sum + a * other[k], 0)))

/** The Gaussian posterior of a prior with these moments. */
function exact(observations, prior = { centre: [0, 0, 0, 0], spread: PRIOR }) {
  let { centre, spread } = prior
  for (const [h, y, s] of observations) {
    const ch = spread.map((row) => row.reduce((sum, c, k) => sum + c * h[k], 0))
    const total = h.reduce((sum, x, k) => sum + x * ch[k], 0) + s * s
    const surprise = y - h.reduce((sum, x, k) => sum + x * centre[k], 0)
    centre = centre.map((m, k) => m + (ch[k] * surprise) / total)
    spread = spread.map((row, i) => row.map((c, j) => c - (ch[i] * ch[j]) / total))
  }
  return { centre, spread }
}

/** What rows of a Gaussian prior can tell at best: the closed form with their own mean and covariance. */
function exactOfRows(columns, observations) {
  const weights = uniform(M)
  return exact(observations, {
    centre: columns.map((list) => mean(list)),
    spread: columns.map((a) => columns.map((b) => covariance(a, b, weights)))
  })
}

/** Worst error of a mean in prior standard deviations, and relative Frobenius error of the covariance. */
function errors(columns, weights, truth) {
  const centre = columns.map((list) => list.reduce((sum, x, i) => sum + x * weights[i], 0))
  return errorsOf({ centre, spread: columns.map((a) => columns.map((b) => covariance(a, b, weights))) }, truth)
}

function errorsOf(found, { centre, spread }) {
  let off = 0
  let all = 0
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 4; j++) {
      off += (found.spread[i][j] - spread[i][j]) ** 2
      all += spread[i][j] ** 2
    }
  }
  const worst = Math.max(...found.centre.map((m, k) => Math.abs(m - centre[k]) / Math.sqrt(PRIOR[k][k])))
  return [worst, Math.sqrt(off / all)]
}

/** Errors of every method and case, for their means over seeds. */
const collected = new Map()
const noted = (name, pair) => {
  collected.set(name, [...(collected.get(name) ?? []), pair])
  return words(pair)
}
const words = ([centre, spread]) => `mean ${centre.toFixed(3)}, covariance ${spread.toFixed(3)}`

/** Independent draws of a Gaussian, column by column. */
function drawsOf({ centre, spread }, key) {
  const L = spread.map(() => new Array(4).fill(0))
  for (let i = 0; i < 4; i++)
    for (let j = 0; j <= i; j++) {
      const rest = spread[i][j] - L[i].slice(0, j).reduce((sum, x, k) => sum + x * L[j][k], 0)
      L[i][j] = i === j ? Math.sqrt(rest) : rest / L[j][j]
    }
  const z = normals(key, 4 * DRAWS)
  return centre.map((m, c) => Array.from({ length: DRAWS }, (_, i) => L[c].reduce((sum, x, k) => sum + x * z[4 * i + k], m)))
}

const uniform = (n) => new Array(n).fill(1 / n)
const normalised = (logs) => {
  const largest = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const weights = logs.map((x) => Math.exp(x - largest))
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((w) => w / total)
}
const write = ([h, y, s]) =>
  `${h
    .map((c, k) => (c === 0 ? '' : `${c}*x${k + 1}`))
    .filter((word) => word !== '')
    .join(' + ')} = ${y} ± ${s}`

const CASES = {
  mild: [
    [[1, 1, 0, 0], 1.5, 0.5],
    [[0, 0, 1, -1], 0.5, 0.3]
  ],
  'three standard deviations off': [
    [[1, 0, 0, 0], 3, 0.2],
    [[0, 0, 1, 0], 0.9, 0.2]
  ]
}
console.log(`linear-Gaussian, M = ${M}, d = 4; worst mean error in prior standard deviations, relative covariance error`)
for (const seed of SEEDS) {
  const z = normals(keyFromSeed(seed), M * 4)
  const columns = A.map((row) => Array.from({ length: M }, (_, i) => row.reduce((sum, a, k) => sum + a * z[i * 4 + k], 0)))
  const model = await fitGlobal(inferTable(tableOf(columns)), {}, { engine, key: keyFromSeed(seed) })
  for (const [name, observations] of Object.entries(CASES)) {
    const truth = exact(observations)
    const weights = normalised(
      columns[0].map((_, i) =>
        observations.reduce((sum, [h, y, s]) => sum - 0.5 * ((y - h.reduce((t, c, k) => t + c * columns[k][i], 0)) / s) ** 2, 0)
      )
    )
    console.log(
      `  seed ${seed}, ${name}: importance resampling ${noted(`${name}: importance resampling`, errors(columns, weights, truth))} (effective size ${(1 / weights.reduce((a, w) => a + w * w, 0)).toFixed(1)})`
    )
    const own = exactOfRows(columns, observations)
    console.log(
      `    Gaussian  ${noted(`${name}: closed form, own moments`, errorsOf(own, truth))}: the closed form with the rows' own moments; ${DRAWS} draws of it ${noted(`${name}: ${DRAWS} draws of it`, errors(drawsOf(own, keyFromSeed(1000 + seed)), uniform(DRAWS), truth))}`
    )
    for (const conditioning of ['informed', 'langevin']) {
      const start = performance.now()
      const { table, report } = await samplePosterior(
        model,
        { observe: observations.map(write), rows: DRAWS, conditioning },
        { engine, key: keyFromSeed(seed) }
      )
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      console.log(
        `    ${conditioning.padEnd(9)} ${noted(`${name}: ${conditioning}`, errors(values(table), uniform(DRAWS), truth))}, from the closed form of own moments ${noted(`${name}: ${conditioning}, from the closed form of own moments`, errors(values(table), uniform(DRAWS), own))}; acceptance ${report.acceptance.toFixed(2)}, ε ${report.epsilon.toFixed(3)}, ${report.powers.length} powers, effective sample size ${report.effectiveSampleSize.toFixed(0)}, ${seconds} s`
      )
    }
  }
}

const median = (list) => {
  const ascending = list.toSorted((a, b) => a - b)
  return 0.5 * (ascending[(list.length - 1) >> 1] + ascending[list.length >> 1])
}
console.log(`${DRAWS} draws, ${seeds} seeds: mean; median; first seed`)
for (const [name, pairs] of collected) {
  const each = [mean, median, ([first]) => first].map((of) => words([0, 1].map((at) => of(pairs.map((pair) => pair[at])))))
  console.log(`  ${name}${name.endsWith('own moments') && !name.includes('from') ? ' (the floor)' : ''}: ${each.join('; ')}`)
}

const STATISTICS = { 'mean |x1|': (a) => Math.abs(a), 'mean x2': (_, b) => b, 'mean x1²': (a) => a * a, 'mean x2²': (_, b) => b * b }
for (const [y, deviation] of [
  [1, 0.2],
  [4, 0.3]
]) {
  const observation = `x2 + x1^2 = ${y} ± ${deviation}`
  console.log(`banana: prior N(0, 1)², observed ${observation}; beside a million fresh rows and the prior's own 2,000 rows, weighted`)
  const weighted = (a, b) => {
    const weights = normalised(a.map((x, i) => -0.5 * ((b[i] + x * x - y) / deviation) ** 2))
    return Object.values(STATISTICS).map((f) => weights.reduce((sum, w, i) => sum + w * f(a[i], b[i]), 0))
  }
  const pairs = (seed, n) => {
    const z = normals(keyFromSeed(seed), 2 * n)
    return [0, 1].map((c) => Array.from({ length: n }, (_, i) => z[2 * i + c]))
  }
  const truth = weighted(...pairs(9, 1_000_000))
  const errors = { ours: [], 'own rows, weighted': [] }
  for (const seed of SEEDS) {
    const columns = pairs(seed, M)
    const model = await fitGlobal(inferTable(tableOf(columns)), {}, { engine, key: keyFromSeed(seed) })
    const start = performance.now()
    const { table, report } = await samplePosterior(model, { observe: [observation], rows: 4000 }, { engine, key: keyFromSeed(seed) })
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    const [a, b] = values(table)
    const found = Object.values(STATISTICS).map((f) => mean(a.map((x, i) => f(x, b[i]))))
    const off = (list) => list.map((x, k) => Math.abs(x - truth[k]))
    errors.ours.push(off(found))
    errors['own rows, weighted'].push(off(weighted(...columns)))
    const words = Object.keys(STATISTICS).map((name, k) => `${name} ${found[k].toFixed(3)} (${truth[k].toFixed(3)})`)
    const how = `acceptance ${report.acceptance.toFixed(2)}, ε ${report.epsilon.toFixed(3)}, effective sample size ${report.effectiveSampleSize.toFixed(0)}`
    console.log(`  seed ${seed}: ${words.join(', ')}; ${how}, ${seconds} s`)
  }
  for (const [name, list] of Object.entries(errors)) {
    const words = Object.keys(STATISTICS).map((statistic, k) => `${statistic} ${mean(list.map((row) => row[k])).toFixed(3)}`)
    console.log(`  ${name}: error on average ${words.join(', ')}`)
  }
}

console.log('two modes at x1 = ±2 (deviation 0.5), observed x1 = 0.4 ± 0.6: share of the right mode, mean and deviation of x1')
for (const seed of SEEDS) {
  const z = normals(keyFromSeed(seed), 2 * M)
  const columns = [
    Array.from({ length: M }, (_, i) => (i % 2 ? 2 : -2) + 0.5 * z[2 * i]),
    Array.from({ length: M }, (_, i) => z[2 * i + 1])
  ]
  const inferred = inferTable(tableOf(columns))
  const model = await fitGlobal(inferred, {}, { engine, key: keyFromSeed(seed) })
  const density = (m) => Math.exp((-0.5 * (0.4 - m) ** 2) / 0.61)
  const right = density(2) / (density(2) + density(-2))
  const place = (m) => m + (0.25 / 0.61) * (0.4 - m)
  const centre = right * place(2) + (1 - right) * place(-2)
  const spread = Math.sqrt((0.25 * 0.36) / 0.61 + right * (place(2) - centre) ** 2 + (1 - right) * (place(-2) - centre) ** 2)
  const { table, report } = await samplePosterior(model, { observe: ['x1 = 0.4 ± 0.6'], rows: 4000 }, { engine, key: keyFromSeed(seed) })
  const drawn = values(table)[0]
  const m = mean(drawn)
  const own = `share ${mean(drawn.map((x) => (x > 0 ? 1 : 0))).toFixed(3)}, mean ${m.toFixed(3)}, deviation ${Math.sqrt(mean(drawn.map((x) => (x - m) ** 2))).toFixed(3)}`
  const file = join(folder, 'rows.csv')
  await writeTable(file, presentTable(inferred.table, inferred.formats, 'text'))
  const kalman = jsonPeer('posterior.py', [file, '1,0', '0.4', '0.6'])
  console.log(
    `  seed ${seed}: exact share ${right.toFixed(3)}, mean ${centre.toFixed(3)}, deviation ${spread.toFixed(3)}; sbridge ${own}; acceptance ${report.acceptance.toFixed(2)}`
  )
  if (kalman)
    console.log(
      `    ensemble Kalman share ${kalman.share.toFixed(3)}, mean ${kalman.mean.toFixed(3)}, deviation ${kalman.deviation.toFixed(3)}`
    )
}
await engine.close()
