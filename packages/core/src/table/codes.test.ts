import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../num/random.js'
import {
  codesIn,
  codesOf,
  determines,
  exceeds,
  fewCodesOf,
  recurs,
  rowsOfEach,
  sameCell,
  sizesOf,
  spreadRows,
  surelyMore
} from './codes.js'
import type { CategoricalColumn, NumericColumn } from './table.js'

const ROWS = 500
const u = (label: string) => uniforms(keyFor(keyFromSeed(4), label), ROWS)

/** Zeros of both signs, gaps, and any number of values. */
const numbers = (values: number): NumericColumn => ({
  name: 'x',
  kind: 'number',
  values: u(`values ${values}`).map((x, i) => (i % 7 === 0 ? (i % 2 === 0 ? 0 : -0) : Math.floor(x * values) / 8)),
  missing: Uint8Array.from(u('missing'), (x) => (x < 0.1 ? 1 : 0))
})
const levels: CategoricalColumn = {
  name: 'a',
  kind: 'category',
  levels: ['a', 'b', 'c', 'd'],
  codes: Int32Array.from(u('levels'), (x) => Math.floor(4 * x) - 1)
}

it.each([[levels], [numbers(2)], [numbers(40)], [numbers(1e9)]])('values are numbered as they come', (column) => {
  const cells = Array.from({ length: ROWS }, (_, i) =>
    'codes' in column ? column.codes[i] : column.missing![i] ? 'missing' : String(column.values[i]! + 0)
  )
  const known = [...new Set(cells)]
  expect(codesOf(column)).toEqual({ codes: Int32Array.from(cells, (cell) => known.indexOf(cell)), count: known.length })
  const rows = spreadRows(ROWS, 60)
  const some = cells.filter((_, i) => rows.includes(i))
  expect(codesIn(column, rows).codes).toEqual(Int32Array.from(some, (cell) => [...new Set(some)].indexOf(cell)))
  for (const most of [1, 4, 30, 100, 400]) {
    expect(fewCodesOf(column, most) === undefined).toBe(known.length > most)
    if (surelyMore(column, most)) expect(known.length).toBeGreaterThan(most)
  }
  // Marks of few values may fall together.
  if (known.length > 100) expect(surelyMore(column, known.length / 2)).toBe(true)
  expect(cells.every((cell, i) => sameCell(column, 0, i) === (cell === cells[0]))).toBe(true)
})

it('a value determines what is alike in all of its rows', () => {
  const one = codesOf(levels)
  const coarse = { codes: one.codes.map((code) => code >> 1), count: 2 }
  expect([determines(one, coarse), determines(coarse, one)]).toEqual([true, false])
})

it.each([1, 7, ROWS])('%d rows of each value are spread over all that it has', (most) => {
  const found = rowsOfEach(codesOf(numbers(40)), most)
  const { codes, count } = codesOf(numbers(40))
  const rows = Array.from({ length: count }, (_, value) => [...codes.keys()].filter((i) => codes[i] === value))
  expect([...sizesOf({ codes, count })]).toEqual(rows.map(({ length }) => length))
  expect(found.map((own) => [...own])).toEqual(rows.map((own) => Array.from(spreadRows(own.length, most), (k) => own[k])))
})

it.each([[[1, 2, 0, -0]], [[3, 1, 2, 3]], [[1, 2, 3]], [[]]])('%j', (values) => {
  expect(recurs(Float64Array.from(values))).toBe(new Set(values).size < values.length)
})

it('a number has more than so many cells', () => {
  const values = Float64Array.of(1, 2, Number.NaN, 2, Number.NaN, Number.NaN, 0, -0, 2)
  expect([1, 2, 3].map((most) => exceeds(values, most))).toEqual([true, true, false])
})

it('a number has more than so many cells of many, wherever they stand', () => {
  for (const rows of [5000, 50_000]) {
    // Each number twice, one of them once more, far behind; in any of the parts that numbers fall into.
    for (const thrice of [1, 2, 3, 5, 8, 13, 999]) {
      const values = Float64Array.from({ length: rows }, (_, i) => (i === rows - 1 ? thrice : (i % (rows / 2)) / 7 + 1e6))
      values[17] = values[rows - 40] = thrice
      expect([1, 2, 3].map((most) => exceeds(values, most))).toEqual([true, true, false])
    }
  }
})
