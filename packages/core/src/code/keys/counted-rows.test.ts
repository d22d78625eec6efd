import { expect, it } from 'vitest'
import { keyFromSeed, permutation } from '../../num/random.js'
import type { CategoricalColumn, NumericColumn } from '../../table/table.js'
import { countedRowNotes } from './counted-rows.js'

/** Lines of 60 orders, one to four each, in no order of rows. */
const order = Array.from({ length: 60 }, (_, k) => new Array<number>(1 + (k % 4)).fill(k)).flat()
const line = order.map((k, i) => 1 + i - order.indexOf(k))
const rows = Array.from(permutation(keyFromSeed(2), order.length))
const lines = (values: readonly number[]): NumericColumn => ({
  name: 'line',
  kind: 'integer',
  values: Float64Array.from(rows, (i) => values[i]!)
})
const orders: CategoricalColumn = {
  name: 'order',
  kind: 'category',
  levels: Array.from({ length: 60 }, (_, k) => `O${k}`),
  codes: Int32Array.from(rows, (i) => order[i]!)
}
const notes = (values: readonly number[]) => countedRowNotes({ columns: [lines(values), orders], rowCount: rows.length })

it('a column that counts the rows of each value of another is told, with what draws them together', () => {
  expect(notes(line)).toEqual([expect.stringMatching(/^line counts the rows of each order from 1: .*; --group order draws whole groups$/)])
  expect(notes(line.map((k) => k - 1))[0]).toMatch(/from 0/)
})

it('one that leaves out a number, or has one twice, counts none', () => {
  const last = line.indexOf(4)
  expect(notes(line.with(last, 5))).toEqual([])
  expect(notes(line.with(last, 3))).toEqual([])
})
