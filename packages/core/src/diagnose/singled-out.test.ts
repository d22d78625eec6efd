import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { inferTable } from '../table/infer.js'
import { endsShown, singledOut } from './singled-out.js'

const key = keyFromSeed(1)

/** Three numbers and a category. */
function people(label: string, n: number) {
  const z = normals(keyFor(key, label), 4 * n)
  const column = (c: number) => Float64Array.from({ length: n }, (_, i) => Math.round(1e5 * z[4 * i + c]!) / 1e5)
  const kinds = Array.from({ length: n }, (_, i) => 'abc'[Math.min(2, Math.floor(Math.abs(2 * z[4 * i + 3]!)))]!)
  const numbers = ['x', 'y', 'z'].map((name, c) => ({ name, source: 'number' as const, values: column(c) }))
  return inferTable({ rowCount: n, columns: [...numbers, { name: 'kind', source: 'text' as const, values: kinds }] }).table
}

const [train, heldOut, fresh] = [people('train', 300), people('held out', 300), people('fresh', 300)]

it('counts ends of few rows that come out, of copies all and of fresh rows hardly any', () => {
  expect(endsShown(train, train, heldOut)).toMatchObject({ of: 6, shown: 6 })
  const { of, shown, heldOut: held } = endsShown(train, fresh, heldOut)
  // Written to five decimals, an end is met by chance in one of some thousand tables.
  expect([of, shown, held]).toEqual([6, 0, 0])
  expect(endsShown(train, fresh, undefined).heldOut).toBeNull()
  // What three rows have at an end points to none of them.
  const even = {
    ...train,
    columns: train.columns.map((one) => ('values' in one ? { ...one, values: one.values.map((x) => Math.sign(x)) } : one))
  }
  expect(endsShown(even, even, undefined).of).toBe(0)
})

it('tells conditions that single out rows of the fit from those that single out any', () => {
  const copies = singledOut({ train, heldOut, synthetic: train, key })!
  const plain = singledOut({ train, heldOut, synthetic: fresh, key })!
  expect(copies).toMatchObject({ conditions: 500, rows: 300 })
  // Of 500 conditions the difference of two shares has a standard deviation of at most 0.032.
  expect(Math.abs(plain.value - plain.heldOut)).toBeLessThan(0.1)
  // A copy meets its own condition, so that none is met by no row: where one row does, it is of the fit.
  expect(copies.value).toBeGreaterThan(copies.heldOut + 0.02)
  expect(singledOut({ train, heldOut, synthetic: train, key })).toEqual(copies)
})
