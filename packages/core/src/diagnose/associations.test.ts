import { expect, test } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import type { NumericColumn } from '../table/table.js'
import { associationMatrix, correlationsOf, pearson } from './associations.js'

test('correlations of many columns have the bits of two alone, with gaps and without, of constants and of dates, of more rows than stand in memory at once', () => {
  const key = keyFromSeed(3)
  const z = (label: string) => normals(keyFor(key, label), 1200)
  const column = (values: Float64Array, missing?: (row: number) => boolean): NumericColumn => ({
    name: 'x',
    kind: 'number',
    values,
    ...(missing ? { missing: Uint8Array.from(values, (_, i) => (missing(i) ? 1 : 0)) } : {})
  })
  const columns = [
    column(z('a')),
    column(z('a').map((x, i) => 2 * x + z('b')[i]!)),
    column(
      z('c').map((x) => 1.6e12 + 1e9 * x),
      () => false
    ),
    column(z('d'), (i) => i % 7 === 0),
    column(z('e'), (i) => i % 3 === 0),
    column(new Float64Array(1200).fill(0.1)),
    column(new Float64Array(1200), () => true)
  ]
  const correlation = correlationsOf([...columns, undefined])
  for (const [a, first] of columns.entries())
    for (const [b, second] of columns.entries()) expect(correlation(a, b)).toBe(pearson(first, second))
})

test('what rounding leaves of no association is none, and the least of a real one stays', () => {
  const levels = ['p', 'q', 'r']
  for (let n = 12; n < 60; n += 3) {
    // Three classes whose means differ by as much as chance has them differ: what they explain is 0 but for rounding.
    const codes = Int32Array.from({ length: n }, (_, i) => i % 3)
    const spread = (gap: number) => Float64Array.from(codes, (code, i) => gap * (code - 1) + (Math.floor(i / 3) % 2 === 0 ? 0.1 : -0.1))
    const between = (gap: number) => {
      const column = { name: 'x', kind: 'number' as const, values: spread(gap) }
      return associationMatrix({ rowCount: n, columns: [column, { name: 'c', kind: 'category', levels, codes }] })[0]![1]!
    }
    let [low, high] = [0, 1]
    for (let k = 0; k < 80; k++) {
      const middle = (low + high) / 2
      if (between(middle) > 0) high = middle
      else low = middle
    }
    expect(between(high), `${n} rows`).toBeGreaterThan(1e-5)
    expect(between(high), `${n} rows`).toBeLessThan(1e-3)
  }
})
