import { describe, expect, test } from 'vitest'
import { keyFromSeed, permutation } from '../num/random.js'
import { keyOrderOf, type RowOrder, rowOrderOf, rowsInOrder, withTogether } from './row-order.js'
import type { Column, Table } from './table.js'

const DAY = 86_400_000
const dates = (name: string, days: readonly number[]): Column => ({
  name,
  kind: 'datetime',
  values: Float64Array.from(days, (day) => day * DAY)
})
const numbers = (name: string, values: readonly number[]): Column => ({ name, kind: 'number', values: Float64Array.from(values) })
const table = (...columns: Column[]): Table => ({ columns, rowCount: 40 })
const up = Array.from({ length: 40 }, (_, i) => Math.floor(i / 2))

describe('the order in which rows stand', () => {
  test('is that of dates that only ascend, or only descend; of several the finest', () => {
    const fine = up.map((day, i) => day + i / 100)
    expect(rowOrderOf(table(numbers('x', up), dates('day', up)))).toEqual({ column: 'day' })
    expect(rowOrderOf(table(dates('day', up), dates('time', fine)))).toEqual({ column: 'time' })
    expect(rowOrderOf(table(dates('day', [...up].reverse())))).toEqual({ column: 'day', descending: true })
  })

  test('is none of numbers, of dates that go back once, of few different ones, or with gaps', () => {
    const back = up.map((day, i) => (i === 20 ? 0 : day))
    const few = up.map((day) => Math.min(day, 8))
    expect(rowOrderOf(table(numbers('x', up), dates('back', back), dates('few', few)))).toBeUndefined()
    expect(rowOrderOf(table({ ...dates('day', up), missing: new Uint8Array(40) } as Column))).toBeUndefined()
  })

  test('is that of drawn rows in every batch, ties as they were drawn', () => {
    const order = permutation(keyFromSeed(2), 40)
    const drawn = table(
      dates(
        'day',
        Array.from(order, (i) => up[i]!)
      )
    )
    const days = (kept: RowOrder, part: number) => Array.from(rowsInOrder(drawn, kept, part)!, (row) => up[order[row]!]!)
    expect(days({ column: 'day' }, 40)).toEqual(up)
    expect(days({ column: 'day', descending: true }, 40)).toEqual([...up].reverse())
    const rows = Array.from(rowsInOrder(drawn, { column: 'day' }, 25)!)
    expect([...rows.slice(0, 25)].sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, i) => i))
    for (const part of [days({ column: 'day' }, 25).slice(0, 25), days({ column: 'day' }, 25).slice(25)])
      expect(part).toEqual([...part].sort((a, b) => a - b))
    const ties = rowsInOrder(table(dates('day', new Array(40).fill(3))), { column: 'day' }, 40)!
    expect(Array.from(ties)).toEqual(Array.from({ length: 40 }, (_, i) => i))
    expect(rowsInOrder(drawn, { column: 'other' }, 40)).toBeUndefined()
  })

  /** 14 keys of one to four rows, in another order than that of their numbers. */
  const keys = up.map((_, i) => (5 * Math.floor((i + Math.floor(i / 3)) / 4)) % 14)
  const whole = (name: string, values: readonly number[]): Column => ({ name, kind: 'integer', values: Float64Array.from(values) })
  const mixed = Array.from(permutation(keyFromSeed(3), 40))

  test('is by keys whose rows stand together, and by the dates of each', () => {
    const days = keys.map((key, i) => 100 * ((3 * key) % 7) + i)
    expect(keyOrderOf(table(whole('key', keys), numbers('x', days)))).toEqual({ column: 'key' })
    expect(keyOrderOf(table(whole('key', keys), dates('day', days)))).toEqual({
      column: 'key',
      ties: { column: 'day' }
    })
    const scattered = mixed.map((i) => keys[i]!)
    const few = up.map((day) => Math.min(day, 8))
    expect(keyOrderOf(table(whole('key', scattered), whole('few', few), whole('all', mixed)))).toBeUndefined()
  })

  test('is of one date by a finer column whose rows stand together', () => {
    const finer = up.map((day, i) => 3 * day + Number(i % 4 > 0))
    const order = withTogether(
      table(
        dates(
          'day',
          up.map((day) => Math.floor(day / 2))
        ),
        whole('order', finer)
      ),
      { column: 'day' }
    )
    expect(order).toEqual({ column: 'day', ties: { column: 'order' } })
    const drawn = table(
      dates(
        'day',
        mixed.map((i) => Math.floor(up[i]! / 2))
      ),
      whole(
        'order',
        mixed.map((i) => finer[i]!)
      )
    )
    const rows = rowsInOrder(drawn, order, 40)!
    expect(Array.from(rows, (row) => finer[mixed[row]!]!)).toEqual(finer)
    const plain = { column: 'day' }
    expect(withTogether(table(dates('day', up), whole('order', mixed)), plain)).toBe(plain)
  })
})
