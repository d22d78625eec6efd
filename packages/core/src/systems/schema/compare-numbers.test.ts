import { expect, it } from 'vitest'
import type { NumericColumn, Table } from '../../table/table.js'
import { compareNumbers } from './compare-numbers.js'

const ORDERS = 200
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const key = { table: 'payments', column: 'order_id', to: { table: 'orders', column: 'id' } }

const partsOf = (i: number) => 2 + (i % 15)
const numberOf = (i: number) => (i % 4 === 0 ? 0 : Math.min(partsOf(i), 1 + ((7 * i) % 17)))

/** Cancelled orders have no payment, the others no more than they have parts. */
const orders: Table = {
  columns: [
    { name: 'status', kind: 'category', levels: ['paid', 'cancelled'], codes: Int32Array.from(upTo(ORDERS), (i) => Number(i % 4 === 0)) },
    { name: 'parts', kind: 'integer', values: Float64Array.from(upTo(ORDERS), partsOf) } satisfies NumericColumn
  ],
  rowCount: ORDERS
}
const paid = upTo(ORDERS).flatMap((i) => new Array<number>(numberOf(i)).fill(i))
const links = (rows: readonly number[]) => ({ key, parentOf: Int32Array.from(rows), parents: ORDERS, orphans: 0, empty: 0 })
const compared = (rows: readonly number[]) =>
  compareNumbers({ links: [links(paid), links(rows)], parent: { real: orders, synthetic: orders, formats: [] }, beside: [] }).map(
    ({ rule, broken }) => [rule, broken]
  )

it('counts rows with numbers that rows of their kind never have, and those with more than there is room for', () => {
  const [limit, ceiling] = ['orders.status limits rows of payments by order_id', 'orders.parts >= rows of payments by order_id']
  expect(compared(paid)).toEqual([
    [ceiling, 0],
    [limit, 0]
  ])
  // Two cancelled orders are paid, one of them more often than any order; another has a payment for each part, and one beyond.
  const beyond = new Array<number>(partsOf(1) + 1 - numberOf(1)).fill(1)
  expect(compared([...paid, 4, ...new Array<number>(30).fill(8), ...beyond])).toEqual([
    [ceiling, 2],
    [limit, 2]
  ])
  // One that is paid loses its payments.
  expect(compared(paid.filter((i) => i !== 1))).toEqual([
    [ceiling, 0],
    [limit, 1]
  ])
})
