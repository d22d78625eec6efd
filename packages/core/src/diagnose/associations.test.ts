import { expect, test } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import type { NumericColumn } from '../table/table.js'
import { correlationsOf, pearson } from './associations.js'

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
