// @module-tag slow
import { readdirSync, readFileSync } from 'node:fs'
import { type InferOptions, withSpelledNumbers } from '@sbridge/core/internal'
import { inferTable, type RawTable } from '@sbridge/core/tables'
import { describe, expect, test } from 'vitest'
import fc from '../../../../test/property.js'
import { fixture } from '../../test/fixture.js'
import { mutantOf } from '../../test/fuzz/mutate.mjs'
import { readDelimitedText, writeDelimited } from './csv.js'
import { TypedDelimited } from './typed-delimited.js'

type Context = ConstructorParameters<typeof TypedDelimited>[0]

const source = 'data.csv'

/** What a call makes, or the words of its refusal. */
function outcome<T>(make: () => T): T | { readonly refused: string } {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { refused: `${error.name}: ${error.message}` }
  }
}

function typed(bytes: Uint8Array, context: Context, piece = Number.POSITIVE_INFINITY): RawTable | { readonly reason: string } {
  const reader = new TypedDelimited(context)
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece))
  return reader.finish() ?? { reason: reader.reason! }
}

const READINGS: readonly InferOptions[] = [{}, { decimal: 'comma' }, { missing: ['-', '?', '3', 'x'] }, { dateOrder: 'day-first' }]

/** Both readers have one answer, and so has what is made of the table; whether the typed one gave any. */
function agree(bytes: Uint8Array, context: Context = { source }, pieces: readonly number[] = [Number.POSITIVE_INFINITY]): boolean {
  const whole = outcome(() => readDelimitedText(bytes, context))
  for (const piece of pieces) {
    const read = outcome(() => typed(bytes, context, piece))
    if ('reason' in read) return false
    // Inferred first: cells that somebody has asked for stay.
    for (const options of READINGS) {
      const [a, b] = [read, whole].map((table) => outcome(() => inferTable(table as RawTable, options)))
      expect(a).toStrictEqual(b)
    }
    for (const kind of ['number', 'integer', 'category'] as const) {
      const types = Object.fromEntries('columns' in whole ? whole.columns.map(({ name }) => [name, kind]) : [])
      const [a, b] = [read, whole].map((table) => outcome(() => inferTable(table as RawTable, { types })))
      expect(a).toStrictEqual(b)
    }
    expect(plain(read)).toEqual(plain(whole))
  }
  return true
}

/** Columns without what only one of the readers knows. */
const plain = (table: RawTable | object): object =>
  'columns' in table ? { ...table, columns: table.columns.map(({ name, source, values }) => ({ name, source, values })) } : table

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('both readers make the same table', () => {
  const root = new URL('../../../../', import.meta.url)
  const files = ['packages/sbridge/test/fixtures/', 'examples/data/', 'bench/data/'].flatMap((folder) =>
    readdirSync(new URL(folder, root))
      .filter((name) => /\.(csv|tsv)$/.test(name))
      .map((name) => folder + name)
  )

  test.each(files)('of %s', (path) => {
    const isPlain = agree(new Uint8Array(readFileSync(new URL(path, root))), { source: path }, [Number.POSITIVE_INFINITY, 1009])
    expect(isPlain).toBe(true)
  })

  test.each([
    ['a,b\n1,2\n3,4', true],
    ['\ufeffa,b\n1,2\n3,4\n', true],
    ['a\n1\n\n2\n\n', true],
    ['a,b\r\n1,"x\r\ny"\r\n2,z\r\n', true],
    ['a,b\r1,2\r3,4\r', true],
    ['a,b\n1,""\n"",2\n', true],
    ['a;b\n1,5;2\n2,5;3\n', true],
    ['x,y\n-0,1.\n0.00,.5\n-0.5,5\n', true],
    ['x,y\n+1,1e3\n 2,1E-5\n3 ,1e999\n', true],
    ['x,y\n007,1\n0.10,2\n10.00,3\n', true],
    ['x,y\n1.234,"1,5"\n2.345,"2,5"\n3.456,"3,5"\n', true],
    ['x,y\n1.234,9\n2.345,8\n', true],
    ['x\n12345678901234567890\n12345678901234567891\n', true],
    ['x,y\n0.1234567890123456,0.30000000000000004\n1e-7,5e-324\n123456789.123456789,1.7976931348623157e308\n', true],
    ['x,y\nNA,1\n,2\nnull,3\n4,-\n5,?\n', true],
    ['d,x\n13/04/2024,1\n05/06/2024,4\n', true],
    ['d,x\n03/04/2024,3\n05/06/2024,4\n', true],
    ['x,y\n<0.5,1\n1.2,2\n3.4,3\n', true],
    ['a,b\n1,ä\n2,日本\n', true],
    ['a,b\n1,x"y\n', false],
    ['a,b\n1,2,3\n', false],
    ['a,b\n1\n', false],
    ['a,b\n1,"2\n', false],
    ['a,b\n1,2\na,b\n', false],
    ['a,b\nx,b\na,y\n', false],
    [',b\n1,2\n,b\n', false],
    ['1990,1991\n1,2\n1990,1991\n', false],
    ['a,b\na,1\n', true],
    ['a,a\n1,2\n', true],
    ['a,b\n1\n2,3\n4\n', false],
    ['x\n+1.5\n-2.5\n+3.5\n', true],
    ['a,b\n', false],
    ['', false],
    ['Report\n\na,b\n1,2\n3,4\n', false],
    ['a,b\nx,1\ny,2\nz,3\nTotal,6\n', false]
  ])('of %j, which the typed one reads: %j', (text, isRead) => {
    expect(agree(bytesOf(text), { source }, [Number.POSITIVE_INFINITY, 1, 2, 3, 7])).toBe(isRead)
  })

  test('of bytes that are not UTF-8, in the first lines or behind them', () => {
    const late = `a,b\n${'x,1\n'.repeat(60)}`
    for (const text of ['a,b\n', late]) expect(agree(new Uint8Array([...bytesOf(text), 0xe4, 44, 49, 10, 50, 44, 50, 10]))).toBe(false)
  })

  test('of numbers that are written in two ways', () => {
    for (const cells of [
      ['1.1', '1.10', '2.0'],
      ['1.10', '1.5', '2'],
      ['1.0', '1', '2.05', '3.0'],
      ['1.50', '1.5', '2e3']
    ])
      expect(agree(bytesOf(`version\n${cells.join('\n')}\n`))).toBe(true)
  })

  test('under options of reading', () => {
    const totals = bytesOf('a;b\nx;1\ny;2\nz;3\nTotal;6\n')
    expect(agree(totals, { source, skip: { top: 0, bottom: 0 } })).toBe(true)
    expect(agree(totals, { source, skip: { top: 0, bottom: 1 } })).toBe(false)
    expect(agree(bytesOf('a;b\t;c\n1;2\t3\n4;5\t6\n'), { source, delimiter: '\t' })).toBe(true)
    expect(agree(bytesOf('a,b\n1,2\n3,4\n'), { source, encoding: 'utf8' })).toBe(true)
    expect(agree(bytesOf('a,b\n1,2\n3,4\n'), { source, encoding: 'latin1' })).toBe(false)
  })

  test('of more rows than a page holds, in columns that change their ways', () => {
    const line = (i: number): string => `${i},${(i / 7).toFixed(2)},${i < 70_000 ? '' : i / 3},${i < 65_536 ? `w${i % 5}` : i}\n`
    const text = `a,b,c,d\n${Array.from({ length: 80_000 }, (_, i) => line(i)).join('')}`
    const read = typed(bytesOf(text), { source }) as RawTable
    const whole = readDelimitedText(bytesOf(text), { source })
    expect(inferTable(read)).toEqual(inferTable(whole))
    for (const [c, column] of whole.columns.entries()) expect((read.columns[c]!.values as unknown[]).join()).toBe(column.values.join())
  })

  test.each([undefined, '\t' as const])('of damaged files, parted by %j', (delimiter) => {
    const table = 'real,flag,when,text\n0.5,true,2024-01-01,"a ""b"", ä"\n1.25,,2024-01-02,NA\n-3e-7,false,2024-01-03,x\n'
    const files = [bytesOf(table), fixture('quoted.csv'), fixture('semicolon.csv'), bytesOf('id\tx\n1\t0.10\n2\t1.234\n3\t\n')]
    const tokens = ['"', '""', ',', ';', '\t', '|', '\r', '\n', '\r\n', '\ufeff', '1,5', '-', '1e999', 'NA', '\n\n']
    let read = 0
    for (let number = 0; number < 200; number++)
      if (agree(mutantOf({ files, tokens }, { seed: 1, number }), { source, ...(delimiter ? { delimiter } : {}) }, [5])) read++
    expect(read).toBeGreaterThan(50)
  })

  const numeral = fc.oneof(
    fc.integer().map(String),
    fc.double({ noNaN: true }).map(String),
    fc.double({ noNaN: true }).map((x) => x.toExponential()),
    fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: 0, max: 6 })).map(([x, d]) => (x / 1000).toFixed(d)),
    fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
    fc.stringMatching(/^[+-]?\d{0,18}\.?\d{0,4}([eE]-?\d{1,3})?$/),
    fc.stringMatching(/^ ?[-$(]?\d{1,3}([.,' ]\d{3}){0,2}[.,]?\d{0,2}[%)€]? ?$/)
  )
  const word = fc.oneof(
    fc.constantFrom('', 'NA', 'null', '-', 'x', 'true', 'Total', '2024-03-01', '3/4/2024', '<5', 'a "b"', 'ä\n', ',', ';'),
    fc.string()
  )
  const column = fc.oneof(
    fc.array(numeral, { minLength: 12, maxLength: 12 }),
    fc.array(fc.oneof({ arbitrary: numeral, weight: 8 }, { arbitrary: word, weight: 1 }), { minLength: 12, maxLength: 12 }),
    fc
      .tuple(fc.integer({ min: 0, max: 4 }), fc.array(fc.integer({ min: -9999, max: 9_999_999 }), { minLength: 12, maxLength: 12 }))
      .map(([d, all]) => all.map((x) => (x / 10 ** d).toFixed(d))),
    fc.array(word, { minLength: 12, maxLength: 12 })
  )
  const written = fc.record({
    columns: fc.array(column, { minLength: 1, maxLength: 4 }),
    rows: fc.integer({ min: 1, max: 12 }),
    separator: fc.constantFrom(',', ';', '\t', '|'),
    end: fc.constantFrom('\n', '\r\n', '\r'),
    quoted: fc.boolean(),
    last: fc.boolean(),
    piece: fc.integer({ min: 1, max: 40 })
  })

  test('of random tables with quotes, line ends, missing cells and numbers in every notation', () => {
    let read = 0
    fc.assert(
      fc.property(written, ({ columns, rows, separator, end, quoted, last, piece }) => {
        const cell = (text: string): string => (quoted || /[",;\t|\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
        const lines = [columns.map((_, c) => `c${c}`), ...Array.from({ length: rows }, (_, i) => columns.map((one) => cell(one[i]!)))]
        const text = lines.map((cells) => cells.join(separator)).join(end) + (last ? end : '')
        if (agree(bytesOf(text), { source }, [piece])) read++
      }),
      { numRuns: 300 }
    )
    // Most of what is well written has not to be read as a whole.
    expect(read).toBeGreaterThan(200)
  })
})

test('a copy of a column has its cells, but not numbers that would not go with other cells', () => {
  const read = typed(bytesOf('a\n1\n2\n'), { source }) as RawTable
  const [column] = read.columns
  expect(column).toMatchObject({ source: 'text', numbers: { values: Float64Array.of(1, 2) } })
  expect({ ...column }).toEqual({ name: 'a', source: 'text', values: ['1', '2'] })
  expect('numbers' in { ...withSpelledNumbers('a', () => ['1'], undefined) }).toBe(false)
})

test('what is read so is written as what is read as a whole', () => {
  const bytes = bytesOf('a,b\n1.50,x\n2.25,\n')
  expect(writeDelimited(typed(bytes, { source }) as RawTable, ',')).toEqual(writeDelimited(readDelimitedText(bytes, { source }), ','))
})
