import { describe, expect, test } from 'vitest'
import { keyFromSeed, permutation } from '../num/random.js'
import { type RowOrder, rowOrderOf, rowsInOrder } from './row-order.js'
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
})
