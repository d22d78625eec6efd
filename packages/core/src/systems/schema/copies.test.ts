import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { Column, Table } from '../../table/table.js'
import { brokenCopies, copyText, findCopies } from './copies.js'
import { withSame } from './pick-law.js'

const PARENTS = 40
const ROWS = 160
const dice = (label: string, count: number) => Array.from(uniforms(keyFor(keyFromSeed(7), label), count))
const category = (name: string, cells: readonly (string | undefined)[]): Column => {
  const levels = [...new Set(cells.filter((cell) => cell !== undefined))].sort()
  return { name, kind: 'category', levels, codes: Int32Array.from(cells, (cell) => (cell === undefined ? -1 : levels.indexOf(cell))) }
}
const number = (name: string, values: readonly number[]): Column => ({ name, kind: 'number', values: Float64Array.from(values) })
const table = (columns: readonly Column[], rowCount: number): Table => ({ columns, rowCount })

const countries = dice('country', PARENTS).map((u) => ['DE', 'FR', 'IT'][Math.floor(3 * u)]!)
const ages = dice('age', PARENTS).map((u) => 18 + Math.floor(60 * u))
const parent = table([category('country', countries), number('age', ages), number('score', dice('score', PARENTS))], PARENTS)
const parentOf = Int32Array.from(dice('parent', ROWS), (u) => Math.floor(PARENTS * u))
const of = <T>(values: readonly T[]) => Array.from(parentOf, (p) => values[p]!)

it('columns that copy those of the row that is referred to are found, numbers and categories, under other names too', () => {
  // Levels in another order, as rows come.
  const own = table([category('land', of(countries)), number('age', of(ages)), number('amount', dice('amount', ROWS))], ROWS)
  const copies = findCopies({ own, parent, parentOf })
  expect(copies).toEqual([
    { column: 'land', from: 'country' },
    { column: 'age', from: 'age' }
  ])
  const key = { table: 'orders', column: 'customer', to: { table: 'customers', column: 'id' } }
  expect(copyText(key, copies[0]!)).toBe('orders.land = customers.country by orders.customer -> customers.id')
})

it('numbers are copies also where one of the two is written with a fraction', () => {
  const own = number('age', of(ages))
  const other = { ...own, kind: 'integer' } as Column
  const [copy] = findCopies({ own: table([other], ROWS), parent, parentOf })
  expect(copy).toEqual({ column: 'age', from: 'age', kind: 'integer' })
  const { columns } = withSame({ same: [copy!] }, table([], ROWS), parent, parentOf)
  expect(columns[0]).toMatchObject({ kind: 'integer', values: Float64Array.from(of(ages)) })
})

it('one row with another cell, or a cell without a row that it would come from, is no copy', () => {
  const lands = of(countries)
  lands[5] = lands[5] === 'DE' ? 'FR' : 'DE'
  const own = table([category('land', lands)], ROWS)
  expect(findCopies({ own, parent, parentOf })).toEqual([])
  expect(brokenCopies({ column: own.columns[0]!, from: parent.columns[0]! }, parentOf)).toBe(1)
  const orphaned = parentOf.with(0, -1)
  expect(findCopies({ own: table([category('land', of(countries))], ROWS), parent, parentOf: orphaned })).toEqual([])
  const empty = of(countries).map((cell, i) => (i === 0 ? undefined : cell))
  expect(findCopies({ own: table([category('land', empty)], ROWS), parent, parentOf: orphaned })).toEqual([
    { column: 'land', from: 'country' }
  ])
})

it('what few rows that are referred to have by chance is no copy, nor what all have', () => {
  const few = parentOf.map((p) => p % 4)
  const four = table([category('country', ['DE', 'FR', 'IT', 'DE'])], 4)
  const own = table(
    [
      category(
        'land',
        Array.from(few, (p) => ['DE', 'FR', 'IT', 'DE'][p]!)
      )
    ],
    ROWS
  )
  expect(findCopies({ own, parent: four, parentOf: few })).toEqual([])
  const same = table([number('year', new Array<number>(PARENTS).fill(2020))], PARENTS)
  expect(findCopies({ own: table([number('year', new Array<number>(ROWS).fill(2020))], ROWS), parent: same, parentOf })).toEqual([])
})
