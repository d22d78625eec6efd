import { expect, test } from 'vitest'
import { exp } from '../num/elementary.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import type { NumericColumn, Table } from '../table/table.js'
import { chanceOfCopy, poissonQuantile, rowsBeyondChance } from './chance-copies.js'
import { countCopies, countDuplicates, mostCopies } from './copies.js'

type Law = (z: Float64Array, u: Float64Array) => Float64Array

const written = (values: Float64Array, decimals: number) => values.map((value) => Number(value.toFixed(decimals)))
const cents: Law = (z) =>
  written(
    z.map((value) => 20000 * exp(value / 2)),
    2
  )
const tenths: Law = (z) =>
  written(
    z.map((value) => 170 + 9 * value),
    1
  )
const ages: Law = (_, u) => u.map((value) => 18 + Math.floor(72 * value))
/** Nothing in a third of the rows. */
const oftenNone: Law = (z, u) => cents(z, u).map((value, i) => (u[i]! < 1 / 3 ? 0 : value))
/** Whole hundreds in half of the rows. */
const rounded: Law = (z, u) => cents(z, u).map((value, i) => (u[i]! < 1 / 2 ? Math.round(value / 100) * 100 : value))

const ROWS = 300
const rowsOf = (laws: readonly Law[], seed: string, rows: number): Table => {
  const key = keyFor(keyFromSeed(3), seed)
  return {
    rowCount: rows,
    columns: laws.map((law, c) => ({
      name: `x${c}`,
      kind: 'number',
      values: law(normals(keyFor(key, `z${c}`), rows), uniforms(keyFor(key, `u${c}`), rows))
    }))
  }
}

test.each([
  ['cents', [cents, tenths, ages]],
  ['cents, nothing in a third', [oftenNone, ages]],
  ['amounts in hundreds or cents', [rounded, tenths]],
  ['tenths and ages', [tenths, ages]],
  ['ages alone', [ages]]
] as const)('of fresh rows as many are copies as chance allows: %s', (_, laws) => {
  const tables = 60
  let beyond = 0
  for (let k = 0; k < tables; k++) {
    const train = rowsOf(laws, `train ${k}`, ROWS)
    const fresh = rowsOf(laws, `fresh ${k}`, 3000)
    const most = mostCopies(countDuplicates(train), fresh.rowCount, { chance: chanceOfCopy(train), among: true })
    if (countCopies(fresh, train).copies > Math.floor(most)) beyond++
  }
  // One side of two standard deviations is 2.3 %: of 60 tables more than 6 are beyond it once in 500 runs.
  expect(beyond).toBeLessThanOrEqual(6)
})

test('chance is about what the finest column says, and the empty and the few values of a column leave it as it is', () => {
  const laws = [(_, u) => u.map((value) => Math.floor(1e6 * value) / 100), ages] satisfies Law[]
  const train = rowsOf(laws, 'even', 500)
  // A fresh row has one of 500 of a million cents with probability 1/2000; the density scatters by the root of 24 neighbours.
  const chance = chanceOfCopy(train)
  expect(chance).toBeGreaterThan(0.7 / 2000)
  expect(chance).toBeLessThan(1.4 / 2000)
  const few = { name: 'c', kind: 'category', levels: ['a'], codes: new Int32Array(500) } as const
  expect(chanceOfCopy({ rowCount: 500, columns: [...train.columns, few] })).toBe(chance)
  expect(chanceOfCopy({ rowCount: 500, columns: [few] })).toBe(1)
  // The year of all rows says nothing of any.
  const same = { name: 'year', kind: 'integer', values: new Float64Array(500).fill(2024) } as const
  expect(chanceOfCopy({ rowCount: 500, columns: [...train.columns, same] })).toBe(chance)
  expect(chanceOfCopy({ rowCount: 500, columns: [same] })).toBe(1)
})

test('copies among rows of cents, tenths and ages are more than chance allows, where of ages alone they are not', () => {
  const most = (laws: readonly Law[]) => {
    const train = rowsOf(laws, 'train', 500)
    return mostCopies({ copies: 0, rows: 500 }, 5000, { chance: chanceOfCopy(train), among: true })
  }
  expect(most([cents, tenths, ages])).toBeLessThan(5)
  expect(most([ages])).toBe(60)
})

test('the quantile of rare events is that of Poisson', () => {
  // P(0) = 0.990, then P(0) = 0.905 and P(0 or 1) = 0.995, then P(up to 3) = 0.981.
  expect([0.01, 0.1, 1].map((mean) => poissonQuantile(mean, 100))).toEqual([0, 1, 3])
  expect(poissonQuantile(1000, 3.5)).toBe(3.5)
})

test('a row that hardly any other is like is told where drawn rows repeat it, and rows of fresh tables are not', () => {
  const laws = [cents, tenths, ages]
  const data = rowsOf(laws, 'data', 500)
  const names = data.columns.map(({ name }) => name)
  const lone = {
    ...data,
    columns: data.columns.map((column) => ({ ...column, values: (column as NumericColumn).values.slice() }))
  } as Table
  const cells = [9876543.21, 201.3, 107]
  for (const [c, column] of lone.columns.entries()) (column as NumericColumn).values[17] = cells[c]!
  const drawn = rowsOf(laws, 'drawn', 5000)
  expect(rowsBeyondChance(drawn, lone, names)).toEqual({ copies: 0, rows: 0 })
  for (const [c, column] of drawn.columns.entries()) for (const i of [3, 70]) (column as NumericColumn).values[i] = cells[c]!
  expect(rowsBeyondChance(drawn, lone, names)).toEqual({ copies: 2, rows: 1 })
  // In ages alone every row is met by many.
  expect(rowsBeyondChance(rowsOf([ages], 'drawn', 5000), rowsOf([ages], 'data', 500), ['x0'])).toEqual({ copies: 0, rows: 0 })
})
