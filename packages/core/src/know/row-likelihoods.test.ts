import { describe, expect, test } from 'vitest'
import { exp } from '../num/elementary.js'
import { keyFromSeed, normals } from '../num/random.js'
import { fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import { parseObservation } from '../table/parse-expression.js'
import type { ScalingMethod } from '../table/scaling.js'
import { standInValue } from './evidence.js'
import { moduleLikelihood, observationLikelihood } from './row-likelihoods.js'

const z = normals(keyFromSeed(2), 400)
const { table, formats } = inferTable({
  rowCount: 200,
  columns: [
    { name: 'x', source: 'number', values: z.slice(0, 200).map((value) => exp(value)) },
    { name: 'y', source: 'number', values: z.slice(200) }
  ]
})
const codes = new Int32Array(0)

describe('a module with a gradient', () => {
  test.each<ScalingMethod>(['standard', 'quantile'])('proposes as the observation that it spells out does, %s scaling', (method) => {
    const encoder = fitEncoder(table, formats, () => method)
    const observed = observationLikelihood(encoder, [parseObservation('x + 2*y = 3 ± 0.4')])
    const residual = (row: Readonly<Record<string, unknown>>) => ((row.x as number) + 2 * (row.y as number) - 3) / 0.16
    const spelled = moduleLikelihood(encoder, {
      logLikelihood: (row) => -0.5 * 0.16 * residual(row) ** 2,
      gradient: (row) => ({ x: -residual(row), y: -2 * residual(row) })
    })
    for (let k = 0; k < 20; k++) {
      const at = Float64Array.of(z[2 * k]!, z[2 * k + 1]!)
      const [first, second] = [observed.standIn!(at, codes)!, spelled.standIn!(at, codes)!]
      for (const step of [-1, 0.1, 0.7]) {
        const point = at.map((value) => value + step)
        const wanted = standInValue(first, at, point)
        expect(Math.abs(standInValue(second, at, point) - wanted)).toBeLessThan(1e-6 * (1 + Math.abs(wanted)))
      }
    }
  })

  test('a missing cell has no derivative', () => {
    const gaps = inferTable({
      rowCount: 200,
      columns: [
        { name: 'x', source: 'number', values: z.slice(0, 200), missing: Uint8Array.from({ length: 200 }, (_, i) => (i < 9 ? 1 : 0)) }
      ]
    })
    const encoder = fitEncoder(gaps.table, gaps.formats, () => 'standard')
    const slope = (row: Readonly<Record<string, unknown>>) => 1000 - (row.x as number)
    const { standIn } = moduleLikelihood(encoder, { logLikelihood: () => 0, gradient: (row) => ({ x: slope(row) }) })
    const at = Float64Array.of(0)
    expect(standIn!(at, Int32Array.of(1))!.tilt).toEqual(Float64Array.of(0))
    expect(standIn!(at, Int32Array.of(1))!.rows.rows).toBe(0)
    expect(standIn!(at, Int32Array.of(0))!.tilt![0]).toBeGreaterThan(900)
  })

  test.each<[string, () => unknown, string]>([
    ['another column', () => ({ x: 1, z: 1 }), 'likelihood-gradient'],
    ['a list', () => [1, 2], 'likelihood-gradient'],
    ['nothing', () => undefined, 'likelihood-gradient'],
    ['a promise', () => Promise.resolve({ x: 1 }), 'likelihood-gradient'],
    ['text', () => ({ x: '1' }), 'likelihood-not-finite'],
    [
      'an error',
      () => {
        throw new TypeError('mine')
      },
      'likelihood-throws'
    ]
  ])('a gradient that gives %s is refused', (_, gradient, code) => {
    const encoder = fitEncoder(table, formats, () => 'standard')
    const { standIn } = moduleLikelihood(encoder, { logLikelihood: () => 0, gradient: gradient as never })
    expect(() => standIn!(Float64Array.of(0, 0), codes)).toThrow(expect.objectContaining({ code }))
  })

  test('a likelihood that throws is told with the place, one that is async as such', () => {
    const encoder = fitEncoder(table, formats, () => 'standard')
    const at = Float64Array.of(0, 0)
    const throwing = moduleLikelihood(encoder, { logLikelihood: (row) => (row.nothing as unknown as { x: number }).x })
    expect(() => throwing.value(at, codes)).toThrow(/threw “.*undefined.*”.*\d+:\d+/s)
    const later = moduleLikelihood(encoder, { logLikelihood: (async () => 0) as never })
    expect(() => later.value(at, codes)).toThrow(/promise.*not async/s)
  })

  test('a column that no row has is named by what the rows do have', () => {
    const encoder = fitEncoder(table, formats, () => 'standard')
    const misspelt = moduleLikelihood(encoder, { logLikelihood: (row) => -((row.z as number) ** 2) })
    expect(() => misspelt.value(Float64Array.of(0, 0), codes)).toThrow(/a row has x, y/)
  })
})
