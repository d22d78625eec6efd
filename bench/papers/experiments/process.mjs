// Whole paths of a temporal process as rows, and the Schrödinger bridge of time series that draws them forwards.
import { keyAtStep, matrix, normals } from 'sbridge/kernels'
import { columnOf, list, mean } from './points.mjs'

/** A particle in a double well, seen every 0.2: dX = (X − X³) dt + 0.8 dW, in its stationary law. */
export const INTERVAL = 0.2
const [NOISE, INNER] = [0.8, 20]
export function paths(n, times, key) {
  const out = matrix(n, times)
  const dt = INTERVAL / INNER
  for (let i = 0; i < n; i++) {
    const z = normals(key, (times + 25) * INNER + 1, i)
    let [x, at] = [Math.sign(z[0]), 1]
    for (let t = -25; t < times; t++) {
      for (let s = 0; s < INNER; s++) x += (x - x ** 3) * dt + NOISE * Math.sqrt(dt) * z[at++]
      if (t >= 0) out.data[i * times + t] = x
    }
  }
  return out
}

/** Euler steps of SBTS in an interval, in units of which it lasts 1. */
const EULER = 20
/**
 * SBTS with a Gaussian kernel of bandwidth h on the last `memory` values of the past: between two times the drift is
 * Σ w_m F_m (X^m − x) / ((1 − s) Σ w_m F_m), F_m = exp(−(X^m − x)²/(2σ²(1 − s)) + (X^m − x_i)²/(2σ²)), σ² the variance of an increment.
 */
export function timeSeriesBridge(rows, { count, memory, h, key }) {
  const { rows: M, cols: times } = rows
  const out = matrix(count, times)
  let variance = 0
  for (let m = 0; m < M; m++) for (let t = 1; t < times; t++) variance += (rows.data[m * times + t] - rows.data[m * times + t - 1]) ** 2
  variance /= M * (times - 1)
  const logs = new Float64Array(M)
  for (let i = 0; i < count; i++) {
    const z = normals(keyAtStep(key, i), times * EULER)
    out.data[i * times] = rows.data[(i % M) * times]
    for (let t = 1; t < times; t++) {
      const from = out.data[i * times + t - 1]
      for (let m = 0; m < M; m++) {
        logs[m] = (rows.data[m * times + t] - from) ** 2 / (2 * variance)
        for (let a = 1; a <= Math.min(memory, t); a++)
          logs[m] -= (rows.data[m * times + t - a] - out.data[i * times + t - a]) ** 2 / (2 * h * h)
      }
      let x = from
      for (let s = 0; s < EULER; s++) {
        const left = 1 - s / EULER
        let [most, total, moved] = [Number.NEGATIVE_INFINITY, 0, 0]
        const exponents = logs.map((log, m) => log - (rows.data[m * times + t] - x) ** 2 / (2 * variance * left))
        for (const e of exponents) most = Math.max(most, e)
        exponents.forEach((e, m) => {
          const w = Math.exp(e - most)
          total += w
          moved += w * (rows.data[m * times + t] - x)
        })
        x += moved / total / left / EULER + Math.sqrt(variance / EULER) * z[(t - 1) * EULER + s]
      }
      out.data[i * times + t] = x
    }
  }
  return out
}

/** Variance at the last time: what goes wrong a little at every time shows here. */
export const lastVariance = (points) => {
  const last = columnOf(points, points.cols - 1)
  return mean(Array.from(last, (x) => x * x)) - mean(Array.from(last)) ** 2
}
/** Share of steps on which a path changes wells. */
export const changes = ({ data, rows, cols }) => {
  let sum = 0
  for (let i = 0; i < rows; i++)
    for (let t = 1; t < cols; t++) sum += Math.sign(data[i * cols + t]) === Math.sign(data[i * cols + t - 1]) ? 0 : 1
  return sum / rows / (cols - 1)
}
/** Mean squared increment. */
export const increments = (points) => {
  const columns = list(points.cols, (c) => columnOf(points, c))
  return mean(columns.slice(1).map((column, t) => mean(Array.from(column, (x, i) => (x - columns[t][i]) ** 2))))
}
