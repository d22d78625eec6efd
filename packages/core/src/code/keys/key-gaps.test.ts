import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { CategoricalColumn, Table } from '../../table/table.js'
import { drawKeys, keepKeys, keyTexts } from './keep.js'

const STATES = ['open', 'sent', 'back']
const states = (rowCount: number, seed: number): Table => {
  const codes = Int32Array.from(uniforms(keyFromSeed(seed), rowCount), (u) => Math.floor(3 * u))
  return { rowCount, columns: [{ name: 'state', kind: 'category', levels: STATES, codes }] }
}

it('keys that are missing where a column says so are missing there in new rows, and so are those that are missing with them', async () => {
  const rows = 80
  const table = states(rows, 1)
  const { codes } = table.columns[0] as CategoricalColumn
  const numbers = uniforms(keyFor(keyFromSeed(2), 'numbers'), rows)
  const parcel = Array.from(codes, (code, i) => (code === 0 ? null : `P-${String(Math.floor(1e8 * numbers[i]!)).padStart(8, '0')}`))
  const label = parcel.map((cell, i) => cell && `L${String(10_000 + 37 * i)}`)
  const kept = keepKeys(
    [
      { name: 'parcel', cells: parcel },
      { name: 'label', cells: label }
    ],
    5,
    { table }
  )
  expect(keyTexts(kept)[0]).toMatch(/, missing where state = open$/)
  const drawn = states(200, 3)
  const cells = await drawKeys(kept, { count: 200, key: keyFromSeed(4), of: { table: drawn, part: 64 } })
  const missing = Array.from((drawn.columns[0] as CategoricalColumn).codes, (code) => code === 0)
  for (const name of ['parcel', 'label']) expect(cells.get(name)!.map((cell) => cell === null)).toEqual(missing)
  // What is missing anywhere stays so as often as in the data.
  const loose = keepKeys([{ name: 'parcel', cells: parcel.toReversed() }], 5, { table })
  expect(keyTexts(loose)[0]).not.toMatch(/missing/)
})

it('running keys leave no number out for rows without one, whether a column tells these or none does', async () => {
  const rows = 120
  const table = states(rows, 1)
  const { codes } = table.columns[0] as CategoricalColumn
  const chance = uniforms(keyFor(keyFromSeed(2), 'without'), rows)
  const numbered = (isThere: (row: number) => boolean) => {
    let number = 1000
    return Array.from({ length: rows }, (_, row) => (isThere(row) ? `INV-${++number}` : null))
  }
  const invoice = numbered((row) => codes[row] !== 0)
  const note = numbered((row) => chance[row]! < 0.3).map((cell) => cell && `N${cell.slice(4)}`)
  const keys = [
    { name: 'invoice', cells: invoice },
    { name: 'note', cells: note }
  ]
  const cells = await drawKeys(keepKeys(keys, 5, { table }), {
    count: 200,
    key: keyFromSeed(4),
    of: { table: states(200, 3), part: 64 }
  })
  for (const { name, cells: before } of keys) {
    const last = Number(before.findLast((cell) => cell !== null)!.replace(/\D/g, ''))
    const own = cells.get(name)!.filter((cell) => cell !== null)
    expect(own.length).toBeGreaterThan(40)
    expect(own.map((cell) => Number(cell.replace(/\D/g, '')))).toEqual(own.map((_, k) => last + 1 + k))
  }
})
