import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { namesIn } from '../../table/expression.js'
import { findRuns } from './find-runs.js'
import type { Quantity } from './quantity.js'

const ROWS = 30
const PARTS = 48
const numbers = (label: string, size = 40): number[] =>
  Array.from(normals(keyFor(keyFromSeed(6), label), ROWS), (z) => Math.round(100 * (size + 9 * z)) / 100)
const quantity = (name: string, values: readonly number[], unit = 0.01): Quantity => ({
  name,
  isDate: false,
  values: Float64Array.from(values),
  unit
})
const parts = Array.from({ length: PARTS }, (_, k) => quantity(`h${k}`, numbers(`h${k}`)))
const other = quantity('other', numbers('other'))
const sumOf = (some: readonly Quantity[]) => numbers('any').map((_, i) => some.reduce((sum, { values }) => sum + values[i]!, 0))
const found = (quantities: readonly Quantity[]) =>
  findRuns(quantities, ROWS).map(({ column, expression }) => [column, namesIn(expression).length])

it('a total and a mean of columns side by side are found in fewer rows than these are, wherever they stand', () => {
  const total = quantity('total', sumOf(parts))
  expect(found([other, ...parts, total])).toEqual([['total', PARTS]])
  expect(found([total, other, ...parts])).toEqual([['total', PARTS]])
  const some = parts.slice(10, 22)
  const mean = quantity(
    'mean',
    sumOf(some).map((sum) => Math.round(sum / 1.2) / 10),
    0.1
  )
  expect(found([...parts, mean, other])).toEqual([['mean', 12]])
})

it('none is where a row has another sum, columns have gaps, or nothing varies enough to tell', () => {
  const sums = sumOf(parts)
  const wrong = quantity(
    'total',
    sums.map((x, i) => (i === 17 ? x + 0.02 : x))
  )
  expect(found([...parts, wrong])).toEqual([])
  const gaps = parts.map((one, k) => (k === 5 ? { ...one, values: one.values.map((x, i) => (i === 3 ? Number.NaN : x)) } : one))
  expect(found([...gaps, quantity('total', sums)])).toEqual([])
  expect(found([...parts, other])).toEqual([])
  const flags = Array.from({ length: 6 }, (_, k) =>
    quantity(
      `f${k}`,
      numbers(`f${k}`).map((_, i) => Number(i === 4 * k)),
      1
    )
  )
  expect(found([...flags, quantity('any', sumOf(flags), 1)])).toEqual([])
})
