// Localised sampling of an AR(1) Gaussian field: error against the training set's own, nearest-neighbour ratio, lag-1
// covariance, time; and the cost as the field grows. Run after `npm run build`: node bench/local.mjs [--quick]

import { fitLocal, sampleLocal } from '../packages/core/dist/systems/local/index.js'
import { cloud, createEngine, gaussianKernel, inferTable, keyFor, keyFromSeed, matrix, normals } from '../packages/sbridge/dist/index.js'

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
  table.columns.forEach((column, c) => column.values.forEach((x, i) => (out.data[i * out.cols + c] = x)))
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

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

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
  await engine.close()
}

if (process.argv[1]?.endsWith('local.mjs')) await main()
