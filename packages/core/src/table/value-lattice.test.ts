import { expect, test } from 'vitest'
import { keyFromSeed, normals } from '../num/random.js'
import { decodeTable, fitEncoder } from './encoder.js'
import { inferTable } from './infer.js'
import { presentTable } from './present.js'
import type { RawTable } from './raw.js'
import { coarserLattice } from './value-lattice.js'

const days = (count: number, hours: (i: number) => number, shown: (iso: string) => string): string[] =>
  Array.from({ length: count }, (_, i) => shown(new Date(Date.UTC(2024, 0, 1, hours(i), 0, 16)).toISOString()))

const table = (cells: readonly string[]): RawTable => ({ rowCount: cells.length, columns: [{ name: 'x', source: 'text', values: cells }] })

/** Cells of coordinates that no row has. */
function fresh(cells: readonly string[], method: 'standard' | 'quantile'): readonly string[] {
  const { table: rows, formats } = inferTable(table(cells))
  const encoder = fitEncoder(rows, formats, () => method)
  const coordinates = { rows: 9, cols: 1, data: normals(keyFromSeed(2), 9) }
  const drawn = decodeTable(encoder, { coordinates, codes: new Int32Array(9 * encoder.factors.length) })
  return presentTable(drawn, formats, 'text').columns[0]!.values as readonly string[]
}

test.each(['standard', 'quantile'] as const)('new values lie where all of the data do, scaled by %s', (method) => {
  const hourly = days(
    20,
    (i) => 5 * i + (i % 3),
    (iso) => iso.replace('.000', '')
  )
  for (const cell of fresh(hourly, method)) expect(cell).toMatch(/T\d\d:00:16Z$/)
  const midnights = days(
    20,
    (i) => 24 * (3 * i + (i % 2)),
    (iso) => `${iso.slice(0, 10)} 00:00`
  )
  for (const cell of fresh(midnights, method)) expect(cell).toMatch(/ 00:00$/)
  const months = (day: number) => Array.from({ length: 24 }, (_, i) => new Date(Date.UTC(2024, i >> 1, day)).toISOString().slice(0, 10))
  for (const cell of fresh(months(1), method)) expect(cell).toMatch(/-01$/)
  for (const cell of fresh(months(0), method)) expect(cell).toMatch(/-(31|30|29|28)$/)
  const years = Array.from({ length: 12 }, (_, i) => `${1990 + i}-01-01`)
  for (const cell of fresh(years, method)) expect(cell).toMatch(/-01-01$/)
  const thousands = Array.from({ length: 20 }, (_, i) => `${i * i + 3},500`)
  for (const cell of fresh(thousands, method)) expect(cell).toMatch(/,500$/)
  const prices = Array.from({ length: 60 }, (_, i) => `${(7 * i * i) % 40}.95`)
  for (const cell of fresh(prices, method)) expect(cell).toMatch(/\.(95|05)$/)
})

test('too few different rows to tell, and values on the lattice that they are written on have none', () => {
  expect(coarserLattice(Float64Array.of(0, 2, 4, 8), 1, false)).toBeUndefined()
  const even = Float64Array.from({ length: 20 }, (_, i) => 2 * i * i + 1)
  expect(coarserLattice(even, 1, false)).toEqual({ from: 1, step: 2 })
  expect(coarserLattice(even, 2, false)).toBeUndefined()
  expect(coarserLattice(even, undefined, false)).toBeUndefined()
  expect(coarserLattice(Float64Array.of(...even, ...even), 1, false)).toEqual({ from: 1, step: 2 })
  expect(
    coarserLattice(
      Float64Array.from({ length: 80 }, (_, i) => 2 * (i % 4)),
      1,
      false
    )
  ).toBeUndefined()
})
