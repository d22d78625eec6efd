import { expect, it } from 'vitest'
import { keyFromSeed, permutation } from '../../num/random.js'
import type { Table } from '../../table/table.js'
import { drawKeys, keepKeys } from './keep.js'

const DAY = 86_400_000
/** Orders of ten weeks in no order: three a day, numbered with gaps as they came in. */
const rows = permutation(keyFromSeed(3), 210)
const cells = Array.from(rows, (at) => `A-${String(90 + 5 * at + (at % 3)).padStart(4, '0')}`)
const dated = (days: ArrayLike<number>): Table => ({
  rowCount: days.length,
  columns: [{ name: 'ordered', kind: 'datetime', values: Float64Array.from(days, (day) => day * DAY) }]
})
const table = dated(Array.from(rows, (at) => Math.floor(at / 3)))

it('numbers that run as dates do go on by the dates of new rows, in whatever order these are', async () => {
  const kept = keepKeys([{ name: 'order', cells }], 5, { table })
  expect(kept.keys[0]!.along).toEqual({ column: 'ordered' })
  const days = Array.from(permutation(keyFromSeed(4), 60))
  const keyed = await drawKeys(kept, { count: 60, key: keyFromSeed(1), of: { table: dated(days), part: 60 } })
  const drawn = keyed.get('order')!
  const byDate = days.map((day, i) => ({ day, key: drawn[i]! })).sort((a, b) => a.day - b.day)
  const keys = byDate.map(({ key }) => key)
  expect(keys).toEqual([...keys].sort())
  expect(keys[0]! > [...cells].sort().at(-1)!).toBe(true)
})

it('numbers that run apart from dates stay apart', () => {
  const apart = dated(Array.from(permutation(keyFromSeed(9), 210)))
  expect(keepKeys([{ name: 'order', cells }], 5, { table: apart }).keys[0]!.along).toBeUndefined()
})

it('numbers that go on whatever the year is have the year of their own row', async () => {
  const years = [2022, 2023, 2024].map((year) => Date.UTC(year, 5, 1) / DAY)
  const days = Array.from(permutation(keyFromSeed(5), 210), (at) => years[at % 3]! + (at % 100))
  const numbered = days.map((day, i) => `CL-${new Date(day * DAY).getUTCFullYear()}-${String(i + 1).padStart(5, '0')}`)
  const kept = keepKeys([{ name: 'claim', cells: numbered }], 5, { table: dated(days) })
  const fresh = Array.from(permutation(keyFromSeed(6), 90), (at) => years[at % 3]! + (at % 80))
  const drawn = (await drawKeys(kept, { count: 90, key: keyFromSeed(1), of: { table: dated(fresh), part: 90 } })).get('claim')!
  expect(drawn).toEqual(fresh.map((day, i) => `CL-${new Date(day * DAY).getUTCFullYear()}-${String(211 + i).padStart(5, '0')}`))
})
