import { describe, expect, it } from 'vitest'
import { cellAt } from '../../table/cells.js'
import { inferTable } from '../../table/infer.js'
import { ruledRows } from '../rules/ruled-rows.js'
import { aggregateColumn, aggregateText, brokenAggregate, findAggregates } from './aggregates.js'

const text = (name: string, values: readonly (number | string | null)[]) => ({
  name,
  source: 'text' as const,
  values: values.map((value) => (value === null ? null : String(value)))
})
const tableOf = (...columns: ReturnType<typeof text>[]) => inferTable({ columns, rowCount: columns[0]!.values.length }, {})

/** 50 orders with 0 to 4 lines each, and what their lines come to. */
const parentOf = Int32Array.from([...Array(50).keys()].flatMap((order) => Array<number>(order % 5).fill(order)))
const lines = [...parentOf].map((order, i) => ({
  order,
  quantity: 1 + ((7 * i) % 4),
  price: 3.5 + ((13 * i) % 29),
  day: 10 + ((11 * i) % 19)
}))
const of = (order: number) => lines.filter((line) => line.order === order)
const totals = Array.from({ length: 50 }, (_, o) => of(o).reduce((sum, { quantity, price }) => sum + quantity * price, 0))
const own = tableOf(
  text(
    'quantity',
    lines.map(({ quantity }) => quantity)
  ),
  text(
    'price',
    lines.map(({ price }) => price.toFixed(2))
  ),
  text(
    'day',
    lines.map(({ day }) => `2024-05-${day}`)
  )
)
const orders = (changed = 0) =>
  tableOf(
    text(
      'total',
      totals.map((total, o) => (total + (o === 7 ? changed : 0)).toFixed(2))
    ),
    text(
      'lines',
      totals.map((_, o) => of(o).length)
    ),
    text(
      'last',
      totals.map((_, o) => (of(o).length === 0 ? null : `2024-05-${Math.max(...of(o).map(({ day }) => day))}`))
    ),
    text(
      'other',
      totals.map((_, o) => (o * 17) % 31)
    )
  )
const links = {
  key: { table: 'lines', column: 'order', to: { table: 'orders', column: 'id' } },
  parentOf,
  parents: 50,
  empty: 0,
  orphans: 0
}

/** 150 orders with few different numbers of lines each, and columns of that. */
const few = (
  counts: (order: number) => number,
  columns: Readonly<Record<string, (order: number, prices: readonly number[]) => string | null>>
) => {
  const each = Array.from({ length: 150 }, (_, order) => counts(order))
  const parents = Int32Array.from(each.flatMap((count, order) => Array<number>(count).fill(order)))
  const prices = [...parents.keys()].map((i) => 3.5 + ((13 * i) % 29))
  const pricesOf = (order: number) => prices.filter((_, i) => parents[i] === order)
  const parent = tableOf(
    text(
      'city',
      each.map((_, order) => ['Bern', 'Genf', 'Chur'][(order * 7) % 3]!)
    ),
    ...Object.entries(columns).map(([name, cell]) =>
      text(
        name,
        each.map((_, order) => cell(order, pricesOf(order)))
      )
    )
  )
  const lines = tableOf(
    text(
      'price',
      prices.map((price) => price.toFixed(2))
    )
  )
  return { links: { ...links, parentOf: parents, parents: 150 }, own: lines, parent }
}

describe('columns that rows of another table say', () => {
  it('are found where all rows agree to the digits that are written, with what stands where there are none', () => {
    const found = findAggregates({ links, own, parent: orders(), rules: undefined })
    expect(found.map((one) => [aggregateText(one).split(' by ')[0], one.none])).toEqual([
      ['orders.lines = count(lines)', 0],
      ['orders.last = max(lines.day)', null],
      ['orders.total = sum(lines.quantity * lines.price)', 0]
    ])
    expect(findAggregates({ links, own, parent: orders(0.01), rules: undefined }).map(({ column }) => column)).toEqual(['lines', 'last'])
    const others = { ...links, parentOf: parentOf.map((order) => (order + 1) % 50) }
    expect(findAggregates({ links: others, own, parent: orders(), rules: undefined })).toEqual([])
  })

  it.each([
    ['1 to 3', (order: number) => 1 + ((order * 11) % 3)],
    ['none to 3', (order: number) => (order * 11) % 4],
    ['none or 1', (order: number) => (order * 11) % 2]
  ])('are found by chance, not by how many different numbers there are: %s rows', (_, counts) => {
    const found = (lines: (order: number) => number) =>
      findAggregates({ ...few(counts, { lines: (order) => String(lines(order)) }), rules: undefined }).map(({ column }) => column)
    expect(found(counts)).toEqual(['lines'])
    expect(found((order) => counts(order) + Number(order === 9))).toEqual([])
  })

  it('are none where they hardly vary: one row among 150 may stand anywhere', () => {
    const counts = (order: number) => (order === 70 ? 2 : 1)
    expect(findAggregates({ ...few(counts, { lines: (order) => String(counts(order)) }), rules: undefined })).toEqual([])
  })

  it('are found where a rule of the table itself says that they are empty without rows, and means are', () => {
    const counts = (order: number) => (order * 11) % 4
    const { parent, ...others } = few(counts, {
      lines: (order) => String(counts(order)),
      most: (_, prices) => (prices.length === 0 ? null : Math.max(...prices).toFixed(2)),
      usual: (_, prices) => (prices.length === 0 ? null : (prices.reduce((sum, x) => sum + x, 0) / prices.length).toFixed(2))
    })
    const { rules } = ruledRows(
      {
        columns: parent.table.columns.map((column) =>
          text(
            column.name,
            Array.from({ length: 150 }, (_, i) => cellAt(column)(i) as string | null)
          )
        ),
        rowCount: 150
      },
      {}
    )
    expect(rules?.rules.map(({ kind, column }) => [kind, column])).toContainEqual(['gap', 'most'])
    const found = findAggregates({ ...others, parent, rules })
    expect(found.map((one) => [aggregateText(one).split(' by ')[0], one.none])).toEqual([
      ['orders.lines = count(lines)', 0],
      ['orders.most = max(lines.price)', null],
      ['orders.usual = mean(lines.price)', null]
    ])
    const usual = aggregateColumn(found[2]!, { own: others.own, parent, parentOf: others.links.parentOf })
    expect([...usual.missing!]).toEqual([...Array(150).keys()].map((order) => Number(counts(order) === 0)))
  })

  it('are computed from rows that were drawn, in days, digits and gaps as in the data', () => {
    const parent = orders()
    for (const one of findAggregates({ links, own, parent, rules: undefined })) {
      const column = parent.table.columns.find(({ name }) => name === one.column)!
      expect(aggregateColumn(one, { own, parent, parentOf })).toEqual(
        'missing' in column && column.missing
          ? { ...column, values: (column.values as Float64Array).map((x, o) => (column.missing![o] ? 0 : x)) }
          : column
      )
    }
  })

  it('are found where some cells are empty though there are rows, and such cells stay empty', () => {
    const isOpen = (order: number) => order % 7 === 0
    const sum = (prices: readonly number[]) => prices.reduce((all, price) => all + price, 0)
    const problem = (changed: number) => ({
      ...few((order) => order % 4, {
        total: (order, prices) => (isOpen(order) ? null : (sum(prices) + (order === 9 ? changed : 0)).toFixed(2))
      }),
      rules: undefined
    })
    const made = problem(0)
    const [found, ...others] = findAggregates(made)
    expect([found?.way, found?.of, found?.none, found?.gaps, others]).toEqual(['sum', ['price'], 0, true, []])
    expect(findAggregates(problem(1))).toEqual([])
    const { parentOf: parents } = made.links
    const column = aggregateColumn(found!, { own: made.own, parent: made.parent, parentOf: parents })
    expect([...column.missing!]).toEqual(Array.from({ length: 150 }, (_, order) => Number(isOpen(order))))
    expect(column.values[1]).toBeCloseTo(3.5, 9)
    expect(brokenAggregate(found!, { ...made, without: true })).toBe(0)
  })
})
