import { expect, test } from 'vitest'
import { keyFromSeed, uniforms } from '../../num/random.js'
import type { Column, NumericColumn, Table } from '../../table/table.js'
import { cycleColumn, cycleOfMask, findCycles } from './cycles.js'

const ROWS = 96
const number = (name: string, of: (i: number) => number): NumericColumn => ({
  name,
  kind: 'integer',
  values: Float64Array.from({ length: ROWS }, (_, i) => of(i))
})
const season: Column = {
  name: 'season',
  kind: 'category',
  levels: ['a', 'b', 'c', 'd'],
  codes: Int32Array.from({ length: ROWS }, (_, i) => Math.floor((i % 12) / 3))
}
const year = number('year', (i) => 1990 + Math.floor((i + 4) / 12))
const table: Table = {
  rowCount: ROWS,
  columns: [
    number('t', (i) => i),
    number('month', (i) => 1 + ((i + 4) % 12)),
    year,
    season,
    number('row', (i) => 7 + 2 * i),
    number('once', (i) => Number(i === 3)),
    number('dice', (i) => Math.floor(2 * uniforms(keyFromSeed(1), ROWS)[i]!))
  ]
}

test('months come again, years and running numbers go on, and what happens does neither', () => {
  expect(findCycles(table, 't')).toEqual([
    { column: 'month', rows: 12, step: 0 },
    { column: 'year', rows: 12, step: 1 },
    { column: 'season', rows: 12, step: 0 },
    { column: 'row', rows: 1, step: 2 }
  ])
})

test('they go on behind the last row as they did before', () => {
  const more = cycleColumn({ column: 'year', rows: 12, step: 1 }, year, { count: ROWS + 40, first: 10 }) as NumericColumn
  expect(Array.from(more.values)).toEqual(Array.from({ length: ROWS + 40 }, (_, i) => 1990 + Math.floor((i - 10 + 4) / 12)))
})

test('what comes at fixed places of a cycle comes there again, before and behind; what comes once or as it happens has none', () => {
  const mask = (of: (i: number) => boolean) => Uint8Array.from({ length: ROWS }, (_, i) => Number(of(i)))
  const isSunday = cycleOfMask(mask((i) => i % 7 === 5))!
  for (const row of [-9, -2, 5, 12, 12 + 7 * 30]) expect(isSunday(row)).toBe(true)
  for (const row of [-3, 0, 6, 13 + 7 * 30]) expect(isSunday(row)).toBe(false)
  const dice = uniforms(keyFromSeed(1), ROWS)
  for (const of of [
    () => false,
    () => true,
    (i: number) => i === 50,
    (i: number) => i < 5,
    (i: number) => dice[i]! < 0.2,
    (i: number) => i % 7 === 5 && i !== 40
  ])
    expect(cycleOfMask(mask(of))).toBeUndefined()
})
