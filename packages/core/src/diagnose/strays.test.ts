import { describe, expect, test } from 'vitest'
import { keyFor, keyFromSeed, normals, permutation, uniforms } from '../num/random.js'
import { takeTableRows } from '../table/rows.js'
import type { CategoricalColumn, NumericColumn, Table } from '../table/table.js'
import type { Stray } from './evaluation.js'
import { chanceOfMore, straysIn } from './strays.js'

const key = keyFromSeed(8)
const DEPTS = ['ops', 'it', 'hr', 'legal']

/** Departments with shares 0.5, 0.3, 0.15 and 0.05, ages that are positive, and scores of both signs. */
function staff(label: string, rowCount = 800): Table {
  const own = keyFor(key, label)
  const [u, age, score] = ['dept', 'age', 'score'].map((name) => uniforms(keyFor(own, name), rowCount)) as [
    Float64Array,
    Float64Array,
    Float64Array
  ]
  return {
    rowCount,
    columns: [
      {
        name: 'dept',
        kind: 'category',
        levels: DEPTS,
        codes: Int32Array.from(u, (at) => [0.5, 0.8, 0.95, 1].findIndex((end) => at < end))
      },
      { name: 'age', kind: 'number', values: age.map((at) => 20 + Math.floor(45 * at)) },
      { name: 'score', kind: 'number', values: normals(keyFor(own, 'z'), score.length) }
    ]
  }
}

const withColumn = (table: Table, name: string, change: (column: never) => object): Table => ({
  ...table,
  columns: table.columns.map((one) => (one.name === name ? { ...one, ...change(one as never) } : one)) as Table['columns']
})
const told = (synthetic: Table, real = staff('real')) =>
  straysIn({ real, synthetic }).map(
    ({ name, column, value, count }): Partial<Stray> => ({ name, column, ...(value ? { value } : {}), count })
  )

test('the chance of more is that of Fisher’s test', () => {
  // The k largest of n + m numbers are all of the m: m!/(m − k)! over (n + m)!/(n + m − k)!.
  expect(chanceOfMore({ count: 3, of: 10 }, { count: 0, of: 10 })).toBeCloseTo((10 * 9 * 8) / (20 * 19 * 18), 12)
  // The lady tasting tea: three of four right, or all.
  expect(chanceOfMore({ count: 3, of: 4 }, { count: 1, of: 4 })).toBeCloseTo(17 / 70, 12)
  expect(chanceOfMore({ count: 1, of: 4 }, { count: 3, of: 4 })).toBe(1)
  expect(chanceOfMore({ count: 0, of: 4 }, { count: 0, of: 0 })).toBe(1)
})

describe('what single columns have', () => {
  const fresh = staff('fresh')

  test('of fresh rows nothing is told', () => expect(told(fresh)).toEqual([]))

  test('numbers of a sign that the data never have', () => {
    const negative = withColumn(fresh, 'age', ({ values }: NumericColumn) => ({ values: values.map((x, i) => (i < 18 ? -x : x)) }))
    expect(told(negative)).toEqual([{ name: 'sign-new', column: 'age', value: expect.stringMatching(/^−\d/), count: 18 }])
  })

  test('numbers beyond all of the data, more than fresh rows have', () => {
    const far = (count: number) =>
      withColumn(fresh, 'score', ({ values }: NumericColumn) => ({ values: values.map((x, i) => (i < count ? 9 + i / 1000 : x)) }))
    // One of the fresh rows with them.
    expect(told(far(20))).toEqual([{ name: 'range-left', column: 'score', value: '9.02', count: 21 }])
    // One of 2⁴ tables of fresh rows has as many.
    expect(told(far(4))).toEqual([])
  })

  test('levels that are new, that are lost, and many of one row each', () => {
    const dept = (at: (code: number, i: number) => number) =>
      withColumn(fresh, 'dept', ({ codes }: CategoricalColumn) => ({ levels: [...DEPTS, 'unknown'], codes: codes.map(at) }))
    expect(told(dept((code, i) => (i < 25 ? 4 : code)))).toEqual([{ name: 'level-new', column: 'dept', value: 'unknown', count: 25 }])
    expect(told(dept((code, i) => (i < 3 ? 4 : code)))).toEqual([])
    expect(told(dept((code) => (code === 3 ? 0 : code)))).toEqual([{ name: 'level-lost', column: 'dept', value: 'legal', count: 0 }])
    const typing = withColumn(fresh, 'dept', ({ codes }: CategoricalColumn) => ({
      levels: [...DEPTS, ...Array.from({ length: 30 }, (_, k) => `op${k}`)],
      codes: codes.map((code, i) => (i < 30 ? 4 + i : code))
    }))
    expect(told(typing)).toEqual([{ name: 'level-new', column: 'dept', count: 30 }])
  })

  test('missing cells, of numbers and of levels, more and fewer', () => {
    const lacking = (table: Table, count: number) =>
      withColumn(table, 'age', ({ values }: NumericColumn) => ({ missing: Uint8Array.from(values, (_, i) => Number(i < count)) }))
    expect(told(lacking(fresh, 22))).toEqual([{ name: 'missing-moved', column: 'age', count: 22 }])
    expect(told(lacking(fresh, 22), lacking(staff('real'), 30))).toEqual([])
    expect(told(lacking(fresh, 22), lacking(staff('real'), 80))).toEqual([{ name: 'missing-moved', column: 'age', count: 22 }])
    const depts = withColumn(fresh, 'dept', ({ codes }: CategoricalColumn) => ({ codes: codes.map((code, i) => (i < 22 ? -1 : code)) }))
    expect(told(depts)).toEqual([{ name: 'missing-moved', column: 'dept', count: 22 }])
  })

  test('rows count by their weights', () => {
    const real = staff('real')
    const { codes } = real.columns[0] as CategoricalColumn
    const without = withColumn(fresh, 'dept', ({ codes: own }: CategoricalColumn) => ({
      codes: own.map((code) => (code === 3 ? 0 : code))
    }))
    const counts = Float64Array.from(codes, (code) => (code === 3 ? 0.01 : 1))
    expect(straysIn({ real, synthetic: without, counts })).toEqual([])
    expect(straysIn({ real, synthetic: without })).toHaveLength(1)
  })
})

test('of halves of one table, of equal and of other sizes, something is told in one of a hundred', () => {
  let found = 0
  const whole = staff('whole', 600)
  // Names, of which most are of one row, and heavy tails.
  const z = normals(keyFor(key, 'tail'), whole.rowCount)
  const names = uniforms(keyFor(key, 'names'), whole.rowCount).map((u) => Math.floor(400 * u * u))
  const table: Table = {
    ...whole,
    columns: [
      ...whole.columns,
      { name: 'tail', kind: 'number', values: z.map((x, i) => x / Math.abs(z[(i + 1) % z.length]!)) },
      { name: 'name', kind: 'category', levels: Array.from({ length: 400 }, (_, k) => `n${k}`), codes: Int32Array.from(names) }
    ]
  }
  for (let s = 0; s < 200; s++) {
    const order = permutation(keyFor(key, `half ${s}`), table.rowCount)
    const cut = table.rowCount / [2, 3, 6][s % 3]!
    const [first, second] = [order.slice(0, cut), order.slice(cut)].map((rows) => takeTableRows(table, rows)) as [Table, Table]
    found += Number(straysIn(s % 2 ? { real: first, synthetic: second } : { real: second, synthetic: first }).length > 0)
  }
  // Of a law with a mean of two at most, more than eight come in one of 4,000.
  expect(found).toBeLessThanOrEqual(8)
})
