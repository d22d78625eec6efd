// What the benches of the papers share. A bench is `await experiment({ name, title, paper, run })`: it prints its claims,
// what was found and whether that meets them, and its tables. `--full` is the paper's size, `--save` keeps the result in
// bench/papers/results and the figure in docs/images, from which `node scripts/papers.mjs` fills docs/the-papers.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { createEngine } from 'sbridge'
import {
  bridgeOf,
  cloud,
  gaussianKernel,
  keyFor,
  keyFromSeed,
  matrix,
  normals,
  plainKernel,
  runKernel,
  symmetricScaling
} from 'sbridge/kernels'
import { slicedWasserstein } from '../../packages/core/dist/diagnose/sliced-wasserstein.js'
import { figure } from './figure.mjs'

const RESULTS = new URL('./results/', import.meta.url)

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
/** The bridge of rows [M, d] at a bandwidth, in the units of the rows. */
export async function bridgeAt(points, epsilon, engine) {
  const training = cloud(points)
  const { potentials } = await symmetricScaling({ cloud: training, kernel: gaussianKernel(epsilon), engine })
  return bridgeOf(training, potentials, { kind: 'fixed', epsilon }, engine)
}
/** Where chains that begin at `start` [n, d] stand after so many steps. */
export const runChains = async (bridge, start, { engine, noise, steps, key }) =>
  (await runKernel(plainKernel(bridge, { engine, noise }), start, { steps, key })).points

/** Frobenius norm of found less truth, over that of truth. */
export const relativeError = (found, truth) => {
  const square = (of) => of.flat().reduce((sum, x) => sum + x * x, 0)
  return Math.sqrt(square(found.map((row, a) => row.map((x, b) => x - truth[a][b]))) / square(truth))
}
export const sliced = (first, second) => slicedWasserstein({ first, second, key: keyFromSeed(99) })

const textTable = ({ title, head, rows }) => {
  const lines = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, c) => Math.max(...lines.map((row) => row[c].length)))
  return [title, ...lines.map((row) => `  ${row.map((cell, c) => cell.padEnd(widths[c])).join('  ')}`)].filter(Boolean).join('\n')
}

/**
 * Runs a bench. `run({ full, engine, key })` gives claims [{ claim, found, met }], tables [{ title, head, rows }] and a figure.
 * `met` is true, false, or null where there is nothing to be met.
 */
export async function experiment({ name, title, paper, run }) {
  const [full, save] = ['--full', '--save'].map((flag) => process.argv.includes(flag))
  const engine = await createEngine('wasm', { threads: 1 })
  const started = process.cpuUsage()
  const { claims, tables, picture } = await run({ full, engine, key: keyFor(keyFromSeed(1), name) })
  const used = process.cpuUsage(started)
  await engine.close()
  const cpuSeconds = Math.max(1, Math.round((used.user + used.system) / 1e6))
  console.log(`${title} (${full ? 'full' : 'light'}, ${cpuSeconds} CPU s)`)
  for (const { claim, found, met } of claims) console.log(`${met === null ? '' : met ? 'met: ' : 'NOT MET: '}${claim}\n  ${found}`)
  for (const table of tables) console.log(textTable(table))
  if (!save) return
  if (picture) figure(`papers-${name}`, picture)
  const result = { name, title, paper, size: full ? 'full' : 'light', cpuSeconds, claims, tables, picture: picture?.words ?? null }
  writeFileSync(new URL(`${name}.json`, RESULTS), `${JSON.stringify(result, null, 1)}\n`)
}

/** A kept result. */
export const resultOf = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, RESULTS), 'utf8'))
