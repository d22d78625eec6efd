// @module-tag slow

import { describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { inverse } from '../../num/linear-algebra.js'
import { type Matrix, matrix, matrixFromColumns } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import { isNumeric } from '../../table/table.js'
import { fitLocal } from './fit.js'
import type { LocalOptions } from './options.js'
import { posteriorLocal } from './posterior.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })

/** Rows of a Gaussian field of unit variance on places of a line or grid, whose correlation goes by distance. */
function gaussianField(covariance: Matrix, rows: number, seed: number) {
  const d = covariance.cols
  // Lower Cholesky factor, row by row.
  const lower = matrix(d, d)
  for (let a = 0; a < d; a++)
    for (let b = 0; b <= a; b++) {
      let rest = covariance.data[a * d + b]! + (a === b ? 1e-9 : 0)
      for (let c = 0; c < b; c++) rest -= lower.data[a * d + c]! * lower.data[b * d + c]!
      lower.data[a * d + b] = a === b ? Math.sqrt(rest) : rest / lower.data[b * d + b]!
    }
  const columns = Array.from({ length: d }, () => new Float64Array(rows))
  for (let i = 0; i < rows; i++) {
    const xi = normals(keyFromSeed(seed), d, i)
    for (let a = 0; a < d; a++) for (let b = 0; b <= a; b++) columns[a]![i] = columns[a]![i]! + lower.data[a * d + b]! * xi[b]!
  }
  return inferTable({ rowCount: rows, columns: columns.map((values, a) => ({ name: `x${a}`, source: 'number', values })) })
}

function covarianceOf(places: readonly (readonly [number, number])[], correlation: (distance: number) => number): Matrix {
  return matrixFromColumns(
    places.map(([x, y]) => Float64Array.from(places, ([u, v]) => correlation(Math.hypot(x - u, y - v)))),
    places.length
  )
}

/** Mean and deviation of every place under x_a = y_a ± noise. */
function closedForm(covariance: Matrix, observed: readonly (readonly [number, number])[], noise: number) {
  const { data, cols: d } = covariance
  const n = observed.length
  const s = matrix(n, n)
  observed.forEach(([a], i) => {
    observed.forEach(([b], j) => {
      s.data[i * n + j] = data[a * d + b]! + (i === j ? noise * noise : 0)
    })
  })
  const precision = inverse(s).data
  return Array.from({ length: d }, (_, c) => {
    let [mean, variance] = [0, data[c * d + c]!]
    for (const [i, [a]] of observed.entries())
      for (const [j, [b, value]] of observed.entries()) {
        mean += data[a * d + c]! * precision[i * n + j]! * value
        variance -= data[a * d + c]! * precision[i * n + j]! * data[b * d + c]!
      }
    return { mean, deviation: Math.sqrt(variance) }
  })
}

const matern = (length: number) => (h: number) => (1 + (Math.sqrt(3) * h) / length) * Math.exp((-Math.sqrt(3) * h) / length)
const line = Array.from({ length: 40 }, (_, a): [number, number] => [a, 0])
const grid = Array.from({ length: 64 }, (_, a): [number, number] => [Math.floor(a / 8), a % 8])
const window2: LocalOptions = { local: { kind: 'window', radius: 2 } }

describe('a posterior of a smooth field', () => {
  // Sweeps given all neighbours, which these rows once went through, led to 0.2 on the line and to 4 and more on the grid, at up to six times the deviation.
  test.each([
    ['on a line', line, window2, [6, 18, 31]],
    ['on a grid', grid, { local: { kind: 'auto' } }, [10, 29, 51]]
  ] as [string, typeof line, LocalOptions, number[]][])(
    '%s has the mean and the spread of the closed form',
    async (_, places, options, at) => {
      const covariance = covarianceOf(places, matern(6))
      const observed = at.map((a, k): [number, number] => [a, [1.2, -0.8, 0.5][k]!])
      const model = await fitLocal(gaussianField(covariance, 300, 11), options, { engine, key: keyFromSeed(1) })
      const observe = observed.map(([a, value]) => `x${a} = ${value} ± 0.3`)
      const { table, report } = await posteriorLocal(model, { count: 300, observe }, { engine, key: keyFromSeed(2) })
      const exact = closedForm(covariance, observed, 0.3)
      let [square, ratio] = [0, 0]
      table.columns.forEach((column, a) => {
        const values = isNumeric(column) ? column.values : new Float64Array(0)
        const mean = values.reduce((sum, x) => sum + x / 300, 0)
        const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2 / 299, 0))
        square += (mean - exact[a]!.mean) ** 2 / exact.length
        ratio += deviation / exact[a]!.deviation / exact.length
      })
      // 300 rows know the means to 0.08 in the closed form with their own covariance, and 300 draws to 0.04.
      expect(Math.sqrt(square)).toBeLessThan(0.2)
      expect(Math.abs(ratio - 1)).toBeLessThan(0.12)
      expect(report.sweeps).toBe(0)
      expect(report.warnings.map(({ name }) => name)).not.toContain('observation-unmet')
    }
  )
})

test('windows that carry what is known too far or not far enough are told, with how much rows of the data are missed by', async () => {
  const names = async (correlation: (h: number) => number) => {
    const model = await fitLocal(gaussianField(covarianceOf(line, correlation), 200, 12), window2, { engine, key: keyFromSeed(1) })
    const asked = { count: 20, observe: ['x8 = 1 ± 0.3', 'x25 = -1 ± 0.3'] }
    const { warnings } = (await posteriorLocal(model, asked, { engine, key: keyFromSeed(2) })).report
    return warnings.filter(({ name }) => name === 'posterior-miscalibrated').map(({ message }) => message)
  }
  // Of a squared exponential two columns do not tell the next as all before them do; of an exponential one does.
  const [message] = await names((h) => Math.exp(-0.5 * (h / 6) ** 2))
  expect(Number(/lie (\d\.\d\d) times/.exec(message!)![1])).toBeGreaterThan(1.3)
  expect(await names((h) => Math.exp(-h / 6))).toEqual([])
})
