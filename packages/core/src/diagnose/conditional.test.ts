import { describe, expect, test } from 'vitest'
import { normalQuantile } from '../num/elementary.js'
import { matrix } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import type { Table } from '../table/table.js'
import { crps, drawQuantile, rankShares, scoreDraws } from './conditional.js'
import { evaluateTarget } from './conditional-target.js'

const numbers = (name: string, values: number[]) => ({ name, kind: 'number' as const, values: Float64Array.from(values) })

const levels = (name: string, cells: string[]) => {
  const found = [...new Set(cells)]
  return { name, kind: 'category' as const, levels: found, codes: Int32Array.from(cells, (cell) => found.indexOf(cell)) }
}

describe('scores of draws', () => {
  test('CRPS of a standard normal law is the closed form', () => {
    const m = 20000
    const draws = Float64Array.from({ length: m }, (_, i) => normalQuantile((i + 0.5) / m))
    // CRPS(N(0, 1), y) = y (2Φ(y) − 1) + 2φ(y) − 1/√π.
    expect(crps(draws, 0)).toBeCloseTo(2 * 0.3989422804 - 0.5641895835, 4)
    expect(crps(draws, 1)).toBeCloseTo(0.6826894921 + 2 * 0.2419707245 - 0.5641895835, 4)
  })

  test('the fair estimator is unbiased where the ensemble one punishes few draws', () => {
    // E over draws of 5 of a normal: fair 2φ(0) − 1/√π at y = 0; false alarm below 1e-6.
    const n = 20000
    const z = normals(keyFromSeed(1), 5 * n)
    let fair = 0
    let ensemble = 0
    for (let i = 0; i < n; i++) {
      const ascending = z.slice(5 * i, 5 * i + 5).sort()
      fair += crps(ascending, 0, 'fair') / n
      ensemble += crps(ascending, 0) / n
    }
    expect(Math.abs(fair - 0.2336949772)).toBeLessThan(0.01)
    expect(ensemble - fair).toBeCloseTo(0.5641895835 / 5, 1)
  })

  test('intervals of 19 exchangeable draws cover what they say', () => {
    const n = 4000
    const z = normals(keyFromSeed(2), 20 * n)
    const draws = matrix(n, 19)
    for (let i = 0; i < n; i++) draws.data.set(z.subarray(20 * i, 20 * i + 19), 19 * i)
    const observed = Float64Array.from({ length: n }, (_, i) => z[20 * i + 19]!)
    const { coverage } = scoreDraws({ draws, observed })
    // Five standard errors.
    expect(Math.abs(coverage[50] - 0.5)).toBeLessThan(0.04)
    expect(Math.abs(coverage[80] - 0.8)).toBeLessThan(0.032)
  })

  test('quantiles of draws stand at p(m + 1)', () => {
    expect(drawQuantile([1, 2, 3], 0.5)).toBe(2)
    expect(drawQuantile([1, 2, 3], 0.25)).toBe(1)
  })
})

describe('a target column', () => {
  const real: Table = { rowCount: 2, columns: [numbers('x', [1, 2]), numbers('y', [10, 20])] }
  const drawn = (x: number[], y: number[]): Table => ({ rowCount: x.length, columns: [numbers('x', x), numbers('y', y)] })

  test('groups are matched in order and scored', () => {
    const found = evaluateTarget({ real, synthetic: drawn([1, 1, 2, 2], [10, 10, 20, 20]), target: 'y' })
    expect(found).toMatchObject({ crps: 0, rows: 2, drawsPerRow: 2, given: ['x'] })
    expect(found.kind === 'numeric' && found.standardised.unconditional).toBeCloseTo(0.5, 12)
  })

  test.each([
    ['z', drawn([1, 1, 2, 2], [1, 2, 3, 4]), 'column-unknown'],
    ['y', drawn([1, 1, 2], [1, 2, 3]), 'target-groups'],
    ['y', drawn([1, 2, 2, 1], [1, 2, 3, 4]), 'target-given'],
    ['y', { rowCount: 4, columns: [numbers('x', [1, 1, 2, 2]), levels('y', ['a', 'b', 'a', 'b'])] } as Table, 'target-kind']
  ])('target %s of unfit draws is refused', (target, synthetic, code) => {
    expect(() => evaluateTarget({ real, synthetic, target })).toThrow(expect.objectContaining({ code }))
  })

  test('draws that are missing are stood in for, never scored as numbers', () => {
    const column = { ...numbers('y', [10, 99, 20, 20]), missing: Uint8Array.of(0, 1, 0, 0) }
    const synthetic: Table = { rowCount: 4, columns: [numbers('x', [1, 1, 2, 2]), column] }
    expect(evaluateTarget({ real, synthetic, target: 'y' })).toMatchObject({ crps: 0, rows: 2 })
  })

  test('categories are scored by hand-computed logarithmic and Brier scores', () => {
    const truth: Table = { rowCount: 2, columns: [numbers('x', [1, 2]), levels('c', ['a', 'b'])] }
    const synthetic: Table = {
      rowCount: 8,
      columns: [numbers('x', [1, 1, 1, 1, 2, 2, 2, 2]), levels('c', ['a', 'a', 'a', 'b', 'a', 'a', 'a', 'b'])]
    }
    const found = evaluateTarget({ real: truth, synthetic, target: 'c' })
    if (found.kind !== 'categorical') throw new Error(found.kind)
    // Shares with half a draw added: 3.5/5 of the truth in the first row, 1.5/5 in the second.
    expect(found.logScore).toBeCloseTo(-(Math.log(3.5 / 5) + Math.log(1.5 / 5)) / 2, 12)
    expect(found.brier).toBeCloseTo((2 * 0.25 ** 2 + 2 * 0.75 ** 2) / 2, 12)
    expect(found.accuracy).toBe(0.5)
    expect(found.unconditional.brier).toBeCloseTo(0.5, 12)
  })

  test('ranks are flat for calibrated draws and heaped at the ends for narrow ones', () => {
    const n = 3000
    const z = normals(keyFromSeed(4), 20 * n)
    const draws = (scale: number) =>
      matrix(
        n,
        19,
        Float64Array.from({ length: 19 * n }, (_, i) => scale * z[i]!)
      )
    const observed = z.slice(19 * n)
    const flat = rankShares({ draws: draws(1), observed })
    expect(flat.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
    // Five standard errors of a share of a tenth.
    for (const share of flat) expect(Math.abs(share - 0.1)).toBeLessThan(0.028)
    const narrow = rankShares({ draws: draws(0.5), observed })
    expect(narrow[0]! + narrow[9]!).toBeGreaterThan(0.35)
    // A real value that equals all its draws says nothing about its rank.
    expect(rankShares({ draws: matrix(1, 3, Float64Array.of(5, 5, 5)), observed: Float64Array.of(5) })[3]).toBeCloseTo(0.1, 12)
  })
})
