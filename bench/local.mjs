// Localised sampling of an AR(1) Gaussian field: error against the training set's own, nearest-neighbour ratio, lag-1
// covariance, time; and the cost as the field grows. Run after `npm run build`: node bench/local.mjs [--quick]

import { gaussianKernel } from '../packages/core/dist/kernel/kernel.js'
import { matrix } from '../packages/core/dist/num/matrix.js'
import { keyFor, normals } from '../packages/core/dist/num/random.js'
import { cloud } from '../packages/core/dist/space/cloud.js'
import { fitLocal } from '../packages/core/dist/systems/local/fit.js'
import { posteriorLocal } from '../packages/core/dist/systems/local/posterior.js'
import { sampleLocal } from '../packages/core/dist/systems/local/sample.js'
import { inferTable } from '../packages/core/dist/table/infer.js'
import { createEngine, keyFromSeed } from '../packages/sbridge/dist/index.js'

/** Rows of the stationary AR(1) field, coefficient phi, unit variance. */
export function autoregression(rows, size, phi, key) {
  const out = matrix(rows, size)
  for (let i = 0; i < rows; i++) {
    const noise = normals(key, size, i)
    for (let a = 0; a < size; a++)
      out.data[i * size + a] = a === 0 ? noise[0] : phi * out.data[i * size + a - 1] + Math.sqrt(1 - phi * phi) * noise[a]
  }
  return out
}

export const tableOf = (points) =>
  inferTable({
    rowCount: points.rows,
    columns: Array.from({ length: points.cols }, (_, c) => ({
      name: `x${c}`,
      source: 'number',
      values: Float64Array.from({ length: points.rows }, (_, i) => points.data[i * points.cols + c])
    }))
  })

export function pointsOf(table) {
  const out = matrix(table.rowCount, table.columns.length)
  table.columns.forEach((column, c) => {
    for (const [i, x] of column.values.entries()) out.data[i * out.cols + c] = x
  })
  return out
}

function covariance({ data, rows, cols }) {
  const mean = new Float64Array(cols)
  for (let i = 0; i < rows; i++) for (let c = 0; c < cols; c++) mean[c] += data[i * cols + c] / rows
  const out = new Float64Array(cols * cols)
  for (let i = 0; i < rows; i++) {
    for (let a = 0; a < cols; a++) {
      const x = data[i * cols + a] - mean[a]
      for (let b = 0; b <= a; b++) out[a * cols + b] += (x * (data[i * cols + b] - mean[b])) / (rows - 1)
    }
  }
  for (let a = 0; a < cols; a++) for (let b = a + 1; b < cols; b++) out[a * cols + b] = out[b * cols + a]
  return out
}

/** Relative Frobenius error of a sample covariance, and mean lag-1 covariance over phi. */
export function covarianceScores(points, phi) {
  const found = covariance(points)
  const d = points.cols
  let error = 0
  let size = 0
  let lag = 0
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      const truth = phi ** Math.abs(a - b)
      error += (found[a * d + b] - truth) ** 2
      size += truth ** 2
    }
    if (a > 0) lag += found[a * d + a - 1] / (phi * (d - 1))
  }
  return { error: Math.sqrt(error / size), lag }
}

export async function nearestRatio(synthetic, fresh, training, engine) {
  const median = async (points) => {
    const { squaredDistances } = await engine.nearest({ from: cloud(points), to: cloud(training), kernel: gaussianKernel(1) }, 1)
    return Math.sqrt(squaredDistances.sort()[squaredDistances.length >> 1])
  }
  return (await median(synthetic)) / (await median(fresh))
}

async function fieldCase({ phi, size, local, sweep, seed, engine, count = 2000, M = 500 }) {
  const key = keyFor(keyFromSeed(seed), 'field')
  const training = autoregression(M, size, phi, keyFor(key, 'training'))
  const fresh = autoregression(500, size, phi, keyFor(key, 'fresh'))
  const context = { engine, key: keyFromSeed(seed) }
  const started = performance.now()
  const model = await fitLocal(tableOf(training), { local, ...(sweep ? { sweep } : {}) }, context)
  const fitted = performance.now()
  const points = pointsOf(await sampleLocal(model, { count }, context))
  const drawn = performance.now()
  const own = covarianceScores(training, phi)
  const ours = covarianceScores(points, phi)
  const ratio = await nearestRatio(points, fresh, training, engine)
  return { relative: ours.error / own.error, lag: ours.lag, ownLag: own.lag, ratio, fit: fitted - started, draw: drawn - fitted, model }
}

/** 10 % of the coordinates observed at M = 1,000: error of the posterior mean against the closed form. */
async function posteriorCase(engine, { size, count }) {
  console.log('\nposterior, M = 1,000: every tenth coordinate observed, error 0.3')
  for (const phi of [0.6, 0.7, 0.85]) {
    const key = keyFor(keyFromSeed(1), 'posterior')
    const training = autoregression(1000, size, phi, keyFor(key, 'training'))
    const truth = autoregression(1, size, phi, keyFor(key, 'truth'))
    const observed = Array.from({ length: size / 10 }, (_, i) => 10 * i + 5)
    const noise = normals(keyFor(key, 'noise'), observed.length)
    const values = observed.map((a, i) => truth.data[a] + 0.3 * noise[i])
    const context = { engine, key: keyFromSeed(2) }
    const model = await fitLocal(tableOf(training), { local: { kind: 'window', radius: 1 } }, context)
    const observe = observed.map((a, i) => `x${a} = ${values[i]} ± 0.3`)
    const started = performance.now()
    const { table } = await posteriorLocal(model, { count, observe }, context)
    const seconds = (performance.now() - started) / 1000
    const exact = exactMean({ phi, size, observed, values, deviation: 0.3 })
    let square = 0
    table.columns.forEach((column, a) => {
      square += (column.values.reduce((sum, x) => sum + x / count, 0) - exact[a]) ** 2 / size
    })
    console.log(
      `phi ${phi.toFixed(2)}, d = ${size}: root mean square error of the mean ${Math.sqrt(square).toFixed(3)} prior deviations, ${seconds.toFixed(1)} s`
    )
  }
}

/** Posterior mean of the Gaussian field: Σ_xo (Σ_oo + R)⁻¹ y. */
function exactMean({ phi, size, observed, values, deviation }) {
  const n = observed.length
  const rows = observed.map((a, i) => [...observed.map((b, j) => phi ** Math.abs(a - b) + (i === j ? deviation ** 2 : 0)), values[i]])
  for (let a = 0; a < n; a++) {
    for (let r = 0; r < n; r++) {
      if (r === a) continue
      const factor = rows[r][a] / rows[a][a]
      for (let c = a; c <= n; c++) rows[r][c] -= factor * rows[a][c]
    }
  }
  const weights = rows.map((row, a) => row[n] / row[a])
  return Array.from({ length: size }, (_, a) => observed.reduce((sum, b, i) => sum + phi ** Math.abs(a - b) * weights[i], 0))
}

/** What single columns cannot follow by themselves: close columns, and observations of several. Mean error against the closed form. */
async function togetherCase(engine) {
  const size = 30
  const count = 400
  const sum = Array.from({ length: size }, (_, a) => `x${a}`).join(' + ')
  const asked = [
    [{ observe: ['x15 + x16 = 3 ± 0.2'] }, [{ 15: 1, 16: 1 }, 3, 0.04]],
    [{ observe: ['x10 + x29 = 4 ± 0.1'] }, [{ 10: 1, 29: 1 }, 4, 0.01]],
    [{ observe: [`${sum} = 20 ± 1`] }, [Object.fromEntries(Array.from({ length: size }, (_, a) => [a, 1])), 20, 1]],
    [{ given: { x10: 1.5 } }, [{ 10: 1 }, 1.5, 0]]
  ]
  console.log('\ntogether, M = 500, d = 30, three seeds: root mean square error of the mean, prior deviations')
  for (const phi of [0.7, 0.95, 0.99]) {
    for (const [request, [terms, value, variance]] of asked) {
      const along = (a) => Object.entries(terms).reduce((s, [b, factor]) => s + factor * phi ** Math.abs(a - b), 0)
      const total = Object.entries(terms).reduce((s, [b, factor]) => s + factor * along(Number(b)), variance)
      let error = 0
      for (const seed of [1, 2, 3]) {
        const key = keyFor(keyFromSeed(seed), 'together')
        const table = tableOf(autoregression(500, size, phi, key))
        const context = { engine, key: keyFromSeed(seed) }
        const model = await fitLocal(table, { local: { kind: 'window', radius: 1 } }, context)
        const drawn = await posteriorLocal(model, { count, ...request }, context)
        const square = drawn.table.columns.reduce((s, { values }, a) => {
          const mean = values.reduce((m, x) => m + x / count, 0)
          return s + (mean - (value * along(a)) / total) ** 2 / size
        }, 0)
        error += Math.sqrt(square) / 3
      }
      const words = request.given ? 'x10 = 1.5 given' : request.observe[0].replace(sum, 'sum of all')
      console.log(`phi ${phi.toFixed(2)}, ${words}: ${error.toFixed(3)}`)
    }
  }
}

/** Time of an ordered pass, M = 500, 1,000 rows, two threads: linear in d. */
async function scaling(engine, sizes) {
  console.log('\nordered pass, M = 500, 1,000 rows, two threads')
  for (const size of sizes) {
    const r = await fieldCase({ phi: 0.7, size, local: { kind: 'window', radius: 1 }, seed: 1, engine, count: 1000 })
    const memory = process.memoryUsage().rss / 1e6
    console.log(
      `d = ${String(size).padEnd(4)} fit ${(r.fit / 1000).toFixed(2)} s (${r.model.summary.choices.reduce((sum, c) => sum + c.curve.length, 0)} bandwidths tried), draw ${(r.draw / 1000).toFixed(2)} s, resident ${memory.toFixed(0)} MB`
    )
  }
}

async function main() {
  const quick = process.argv.includes('--quick')
  const engine = await createEngine('wasm', { threads: 2 })
  console.log('phi   d    local     seed  error/own  lag-1  (own)  nn ratio  fit s  draw s  bandwidths')
  for (const phi of [0.6, 0.7, 0.85]) {
    for (const size of quick ? [40] : [40, 200]) {
      for (const seed of [1, 2, 3]) {
        for (const local of seed === 1 ? [{ kind: 'window', radius: 1 }, { kind: 'auto' }] : [{ kind: 'window', radius: 1 }]) {
          const r = await fieldCase({ phi, size, local, seed, engine })
          const c = r.model.summary.choices.map((x) => `${x.givenCount}: ${x.given.toPrecision(2)} ${x.targetFactor}`).join('; ')
          console.log(
            `${phi.toFixed(2)}  ${String(size).padEnd(4)} ${local.kind.padEnd(9)} ${seed}     ${r.relative.toFixed(3)}      ${r.lag.toFixed(3)}  ${r.ownLag.toFixed(3)}  ${r.ratio.toFixed(3)}     ${(r.fit / 1000).toFixed(2)}   ${(r.draw / 1000).toFixed(2)}    ${c}`
          )
        }
      }
    }
  }
  await posteriorCase(engine, quick ? { size: 50, count: 300 } : { size: 200, count: 1000 })
  await togetherCase(engine)
  await scaling(engine, quick ? [20, 40] : [50, 100, 200, 400])
  await engine.close()
}

if (process.argv[1]?.endsWith('local.mjs')) await main()
