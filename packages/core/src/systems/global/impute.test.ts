import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { columnOf, type Matrix, matrix } from '../../num/matrix.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { mean, variance } from '../../num/statistics.js'
import { encodeTable, fitEncoder, presentValues } from '../../table/encoder.js'
import { inferTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import type { NumericColumn, Table } from '../../table/table.js'
import { fitTable, sampleTable } from '../table/whole.js'
import { fillGaps, type Gap, imputeMissing } from './impute.js'

const key = keyFromSeed(3)

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [ma, mb] = [mean(a), mean(b)]
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - ma) * (b[i]! - mb)
  return sum / a.length / Math.sqrt(variance(a) * variance(b))
}

/** Gaussian rows of one factor, loading ℓ: every two columns are correlated by ℓ². */
function oneFactor(rows: number, cols: number, loading: number): Matrix {
  const z = normals(keyFor(key, 'factor'), rows * (cols + 1))
  const own = Math.sqrt(1 - loading * loading)
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, (_, at) => loading * z[Math.floor(at / cols)]! + own * z[rows + at]!)
  )
}

/** Takes cells away where `gone` says so. */
function withGaps(points: Matrix, gone: (row: number, c: number) => boolean): Gap[] {
  const gaps: Gap[] = []
  for (let row = 0; row < points.rows; row++) {
    const cells = Array.from({ length: points.cols }, (_, c) => c).filter((c) => gone(row, c))
    for (const c of cells) points.data[row * points.cols + c] = 0
    if (cells.length > 0) gaps.push({ row, cells })
  }
  return gaps
}

describe('missing cells are filled by draws', () => {
  it.each([
    { name: 'at random', gone: (u: number) => u < 0.4 },
    // The more often, the larger the first column is: means of what is left are wrong, regressions are not.
    { name: 'by what is known', gone: (u: number, first: number) => u < (first > 0 ? 0.7 : 0.1) }
  ])('that have the spread and the correlations of the rows: missing $name', async ({ gone }) => {
    const [rows, cols, loading] = [2000, 5, 0.8]
    const points = oneFactor(rows, cols, loading)
    const u = uniforms(keyFor(key, 'gone'), rows * cols)
    const first = columnOf(points, 0)
    await fillGaps(
      points,
      withGaps(points, (row, c) => c > 0 && gone(u[row * cols + c]!, first[row]!)),
      key
    )
    // Twice the error of 2,000 rows with half of their cells; nearest means made the standard deviation 0.85.
    for (let c = 1; c < cols; c++) {
      const column = columnOf(points, c)
      expect(Math.abs(mean(column))).toBeLessThan(0.08)
      expect(Math.abs(Math.sqrt(variance(column)) - 1)).toBeLessThan(0.08)
      for (let b = 0; b < c; b++) expect(Math.abs(correlation(column, columnOf(points, b)) - loading ** 2)).toBeLessThan(0.08)
    }
  })

  it('that lie where the rows do, also on a curve', async () => {
    const x = normals(keyFor(key, 'curve'), 1500)
    const points = matrix(
      1500,
      2,
      Float64Array.from({ length: 3000 }, (_, at) => (at % 2 === 0 ? x[at >> 1]! : x[at >> 1]! ** 2))
    )
    await fillGaps(
      points,
      withGaps(points, (row, c) => c === 1 && row % 3 === 0 && Math.abs(x[row]!) < 1.5),
      key
    )
    const errors = Array.from({ length: 500 }, (_, k) => points.data[6 * k + 1]! - x[3 * k]! ** 2)
    // The line that fits best misses by 1.4; a draw misses by the spread of ten rows.
    expect(Math.sqrt(variance(errors))).toBeLessThan(0.2)
  })

  it('the same for the same key, others for another; known cells stay, and rows without gaps come back as they are', async () => {
    const filled = async (seed: number) => {
      const points = oneFactor(60, 3, 0.5)
      const gaps = withGaps(points, (row, c) => (row + c) % 4 === 0)
      await fillGaps(points, gaps, keyFromSeed(seed))
      return points.data
    }
    const whole = oneFactor(60, 3, 0.5).data
    expect([...(await filled(1))]).toEqual([...(await filled(1))])
    const [one, two] = [await filled(1), await filled(2)]
    whole.forEach((x, at) => {
      const gap = (Math.floor(at / 3) + (at % 3)) % 4 === 0
      expect([one[at] === x, one[at] === two[at]]).toEqual([!gap, !gap])
    })
    const { table, formats } = inferTable(rawOf(oneFactor(30, 2, 0.5), () => false))
    const encoder = fitEncoder(table, formats, () => 'standard')
    const rows = encodeTable(encoder, table, key)
    expect(await imputeMissing(encoder, rows, key)).toBe(rows)
  })
})

/** A table of numbers to two decimals. */
function rawOf(points: Matrix, gone: (row: number, c: number) => boolean): RawTable {
  return {
    rowCount: points.rows,
    columns: Array.from({ length: points.cols }, (_, c) => ({
      name: `x${c}`,
      source: 'text' as const,
      values: Array.from(columnOf(points, c), (x, row) => (gone(row, c) ? '' : x.toFixed(2)))
    }))
  }
}

describe('rows drawn from a table with many missing cells', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  })

  it('have the spread, the correlations and the gaps of the cells that are known', { tags: ['slow'] }, async () => {
    const [rows, cols] = [400, 5]
    const u = uniforms(keyFor(key, 'mcar'), rows * cols)
    const raw = rawOf(oneFactor(rows, cols, 0.8), (row, c) => u[row * cols + c]! < 0.5)
    const { table } = inferTable(raw)
    const model = await fitTable(raw, { seed: 1, scaling: 'standard', bandwidth: 1 }, { engine })
    const drawn = await sampleTable(model, { seed: 1, rows: 4000 }, { engine })
    const ratios = table.columns.map((_, c) => Math.sqrt(variance(presentAt(drawn, c)) / variance(presentAt(table, c))))
    // Means in place of missing cells made this 0.77.
    expect(mean(ratios)).toBeGreaterThan(0.95)
    expect(mean(ratios)).toBeLessThan(1.05)
    for (let a = 0; a < cols; a++) {
      expect(Math.abs(gapShare(drawn, a, a) - gapShare(table, a, a))).toBeLessThan(0.03)
      for (let b = 0; b < a; b++) {
        expect(Math.abs(gapShare(drawn, a, b) - gapShare(table, a, b))).toBeLessThan(0.04)
        // The pair is known in a quarter of 400 rows: a standard error of 0.04.
        expect(Math.abs(pairCorrelation(drawn, a, b) - pairCorrelation(table, a, b))).toBeLessThan(0.15)
      }
    }
  })
})

const at = (table: Table, c: number) => table.columns[c] as NumericColumn
const presentAt = (table: Table, c: number) => presentValues(at(table, c))

/** Share of the rows in which both are missing. */
function gapShare(table: Table, a: number, b: number): number {
  return at(table, a).values.filter((_, i) => at(table, a).missing?.[i] && at(table, b).missing?.[i]).length / table.rowCount
}

function pairCorrelation(table: Table, a: number, b: number): number {
  const known = (_: number, i: number) => !at(table, a).missing?.[i] && !at(table, b).missing?.[i]
  return correlation(at(table, a).values.filter(known), at(table, b).values.filter(known))
}
