import { expect, it } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { isMissing } from '../../table/cells.js'
import { wholeParts } from './known-rows.js'

/** Cells of columns that are missing where they are told to be, by row. */
function tableOf(columns: Readonly<Record<string, (i: number) => boolean>>, rowCount: number) {
  const values = ([name]: [string, unknown]) => Array.from(uniforms(keyFor(keyFromSeed(2), name), rowCount), (u) => u.toFixed(3))
  const withGaps = Object.entries(columns).map(([name, isAway]) => [name, values([name, 0]).map((text, i) => (isAway(i) ? '' : text))])
  return prepareRows(textTable(Object.fromEntries(withGaps))).data
}

const named = (data: Parameters<typeof wholeParts>[0]) =>
  wholeParts(data).map(({ table }) => `${table.columns.map(({ name }) => name).join()}: ${table.rowCount}`)

it('a table without a gap is one part', () => {
  expect(named(tableOf({ a: () => false, b: () => false }, 40))).toEqual(['a,b: 40'])
})

it('rows of two sorts are two parts, each with the columns that it has', () => {
  // Of 60 rows 36 are houses, with a garden, and 24 flats, with a fee.
  const isFlat = (i: number) => i % 5 > 2
  expect(named(tableOf({ price: () => false, garden: isFlat, fee: (i) => !isFlat(i) }, 60))).toEqual(['price,garden: 36', 'price,fee: 24'])
})

it('no part has a gap, and each is all rows that have its columns', () => {
  const gaps = [0.02, 0.3, 0.55, 0.7].map((share, c) => Array.from(uniforms(keyFor(keyFromSeed(9), `${c}`), 200), (u) => u < share))
  const data = tableOf(Object.fromEntries(gaps.map((own, c) => [`x${c}`, (i: number) => own[i]!])), 200)
  const parts = wholeParts(data)
  expect(parts.length).toBeGreaterThan(1)
  for (const { table } of parts) {
    const rows = [...Array(table.rowCount).keys()]
    expect(table.columns.some((column) => rows.some((i) => isMissing(column, i)))).toBe(false)
    const own = table.columns.map(({ name }) => gaps[Number(name.slice(1))]!)
    expect(table.rowCount).toBe(gaps[0]!.filter((_, i) => own.every((isGap) => !isGap[i])).length)
  }
})
