// Points of the papers' experiments, in Node and in a page alike: nothing here knows where it runs.
import { keyFromSeed, matrix, normals } from 'sbridge/kernels'
import { slicedWasserstein } from '../../../packages/core/dist/diagnose/sliced-wasserstein.js'

/** Figures of a page: two digits more than they are known to would be noise. */
export const digits = (x, count = 2) => {
  if (!Number.isFinite(x)) return x === Number.POSITIVE_INFINITY ? '∞' : '–'
  if (x === 0) return '0'
  const size = Math.abs(x)
  return size >= 1e5 || size < 1e-3 ? x.toExponential(count - 1) : String(Number(x.toPrecision(count)))
}
export const mean = (values) => values.reduce((sum, x) => sum + x, 0) / values.length
/** Mean ± standard error of the mean. */
export const spread = (values, count = 2) => {
  const m = mean(values)
  const error = Math.sqrt(mean(values.map((x) => (x - m) ** 2)) / Math.max(1, values.length - 1))
  return `${digits(m, count)} ± ${digits(error, 1)}`
}
export const list = (count, make) => Array.from({ length: count }, (_, i) => make(i))

/** Rows of standard normals [rows, cols]. */
export const gaussians = (rows, cols, key) => matrix(rows, cols, normals(key, rows * cols))
/** Rows of a field on a line: correlation φ to the power of their distance. */
export function gaussianField(n, d, phi, key) {
  const out = gaussians(n, d, key)
  for (let i = 0; i < n; i++)
    for (let a = 1; a < d; a++) out.data[i * d + a] = phi * out.data[i * d + a - 1] + Math.sqrt(1 - phi * phi) * out.data[i * d + a]
  return out
}
export const fieldCovariance = (d, phi) => list(d, (a) => list(d, (b) => phi ** Math.abs(a - b)))
/** The columns that are chosen, in their order. */
export const columnsOf = ({ data, rows, cols }, chosen) =>
  matrix(
    rows,
    chosen.length,
    Float64Array.from({ length: rows * chosen.length }, (_, i) => data[Math.floor(i / chosen.length) * cols + chosen[i % chosen.length]])
  )
/** Rows of a matrix as lists. */
export const rowsOf = ({ data, rows, cols }) => list(rows, (i) => list(cols, (c) => data[i * cols + c]))
export const columnOf = ({ data, rows, cols }, c) => Float64Array.from({ length: rows }, (_, i) => data[i * cols + c])
export const tableOf = (points) => ({
  rowCount: points.rows,
  columns: list(points.cols, (c) => ({ name: `x${c + 1}`, source: 'number', values: columnOf(points, c) }))
})
export function pointsOf({ columns, rowCount }) {
  const out = matrix(rowCount, columns.length)
  columns.forEach(({ values }, c) => {
    for (let i = 0; i < rowCount; i++) out.data[i * out.cols + c] = Number(values[i])
  })
  return out
}
export function covarianceOf({ data, rows, cols }) {
  const centre = list(cols, (c) => {
    let sum = 0
    for (let i = 0; i < rows; i++) sum += data[i * cols + c]
    return sum / rows
  })
  return list(cols, (a) =>
    list(cols, (b) => {
      let sum = 0
      for (let i = 0; i < rows; i++) sum += (data[i * cols + a] - centre[a]) * (data[i * cols + b] - centre[b])
      return sum / rows
    })
  )
}
/** Frobenius norm of found less truth, over that of truth. */
export const relativeError = (found, truth) => {
  const square = (of) => of.flat().reduce((sum, x) => sum + x * x, 0)
  return Math.sqrt(square(found.map((row, a) => row.map((x, b) => x - truth[a][b]))) / square(truth))
}
export const sliced = (first, second) => slicedWasserstein({ first, second, key: keyFromSeed(99) })
