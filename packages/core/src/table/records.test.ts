import { describe, expect, test } from 'vitest'
import fc from '../../../../test/property.js'
import { inferTable } from './infer.js'
import { presentTable } from './present.js'
import type { RawTable } from './raw.js'
import { type Cell, rowsOfTable, tableOfRows } from './records.js'

type Row = Record<string, Cell>

/** Cells of one column: of one type, or missing. */
const column = fc
  .constantFrom<fc.Arbitrary<Cell>[]>(
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
    fc.string(),
    fc.boolean(),
    fc.date({ noInvalidDate: true })
  )
  .chain((cell) => fc.array(fc.option(cell), { minLength: 4, maxLength: 4 }))

describe('records', () => {
  test('become a table and come back as they were', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), column, { minKeys: 1, noNullPrototype: true }), (columns) => {
        const rows = [0, 1, 2, 3].map((i): Row => Object.fromEntries(Object.entries(columns).map(([name, cells]) => [name, cells[i]!])))
        expect(rowsOfTable(tableOfRows(rows))).toStrictEqual(rows)
      })
    )
  })

  test('keep the types of their cells through a model of a table, whatever their columns are taken for', () => {
    const rows: Row[] = [
      { id: 'a', mass: 3.5, count: '7', open: 'False', day: '2024-01-31', at: new Date(86_400_000), flag: true, kind: 'x', price: null },
      { id: 'b', mass: null, count: '12', open: 'True', day: '2024-02-01', at: null, flag: false, kind: 'x', price: 2 },
      { id: 'c', mass: 1, count: null, open: 'False', day: null, at: new Date(1), flag: null, kind: null, price: 3 }
    ]
    const { table, formats } = inferTable(tableOfRows(rows), { types: { price: 'category' } })
    expect(table.columns.map(({ kind }) => kind)).toEqual(
      'identifier number integer boolean datetime datetime boolean category category'.split(' ')
    )
    const names = ['1', '2', '3'] // Identifiers are written anew.
    expect(rowsOfTable(presentTable(table, formats, 'source'))).toStrictEqual(rows.map((row, i) => ({ ...row, id: names[i] })))
  })

  test('may lack a property, which is missing then', () => {
    const { columns } = tableOfRows<Row>([{ a: 1 }, { b: 'x', a: 2 }, {}])
    expect(columns).toEqual([
      { name: 'a', source: 'number', values: Float64Array.of(1, 2, 0), missing: Uint8Array.of(0, 0, 1) },
      { name: 'b', source: 'text', values: [null, 'x', null] }
    ])
  })

  test('of databases hold whole numbers as bigint, which are numbers, also beside others', () => {
    const most = BigInt(Number.MAX_SAFE_INTEGER)
    expect(tableOfRows([{ a: 1n }, { a: 2.5 }, { a: null as bigint | null }, { a: -most }]).columns).toEqual([
      { name: 'a', source: 'number', values: Float64Array.of(1, 2.5, 0, -Number(most)), missing: Uint8Array.of(0, 0, 1, 0) }
    ])
    expect(() => tableOfRows([{ a: most }, { a: most + 1n }])).toThrow(/the bigint 9007199254740992 in the column a.*String\(cell\)/)
  })

  test.each<[string, unknown[], RegExp]>([
    [
      'a text among numbers',
      [{ a: 1 }, { a: null }, { a: 'n/a' }],
      /the text “n\/a”.*row 3.*a number, as in row 1, or null.*Number\(cell\)/
    ],
    ['a text among dates', [{ a: new Date(0) }, { a: '2024-01-31' }], /a Date, as in row 1.*new Date\(cell\)/],
    ['a Decimal', [{ a: { s: 1, toNumber: () => 1 } }], /cell\.toNumber\(\)/],
    ['an object', [{ a: { b: 1 } }], /a property for each of its parts/],
    ['bytes', [{ a: new Uint8Array(2) }], /bytes in the column a/]
  ])('%s is refused with what would do', (_, rows, said) => {
    expect(() => tableOfRows(rows as Row[])).toThrow(said)
  })

  test('what is no number and no moment is said in words of a program', () => {
    const rows = (cell: Cell): Row[] => [
      { a: 1, b: cell },
      { a: 2, b: null }
    ]
    expect(() => inferTable(tableOfRows(rows(Number.NaN)))).toThrow(/null in its place.*missing: \['NaN'\]/)
    expect(() => inferTable(tableOfRows(rows(new Date('x'))))).toThrow(/an invalid Date in the column b, row 1.*null in its place/)
    expect(() => inferTable(tableOfRows(rows(new Date('x'))))).not.toThrow(/--missing/)
  })

  test.each<[string, unknown[], string]>([
    ['a number among texts', [{ a: 'x' }, { a: 1 }], 'the number 1 in the column a, row 2'],
    ['a list in a cell', [{ a: [1] }], 'an array in the column a, row 1'],
    ['null', [{ a: 1 }, null], 'null as row 2'],
    ['a list', [[1, 2]], 'an array as row 1'],
    ['a text', ['x'], 'the text “x” as row 1']
  ])('%s is refused', (_, rows, got) => {
    expect(() => tableOfRows(rows as Row[])).toThrow(expect.objectContaining({ name: 'InputError', got }))
  })
})

test('a column of another length than the table has rows is refused, with what would do', () => {
  const table = (values: Float64Array, missing?: Uint8Array): RawTable => ({
    rowCount: 3,
    columns: [{ name: 'x', source: 'number', values, ...(missing ? { missing } : {}) }]
  })
  expect(() => tableOfRows(table(Float64Array.of(1, 2)))).toThrow(/2 cells in the column x of a table of 3 rows/)
  expect(() => tableOfRows(table(Float64Array.of(1, 2, 3), Uint8Array.of(1)))).toThrow(/1 marks of missing cells in the column x/)
  expect(tableOfRows(table(Float64Array.of(1, 2, 3))).rowCount).toBe(3)
})
