import { sliceTable } from '@sbridge/core/internal'
import { inferTable, presentTable } from '@sbridge/core/tables'
import { describe, expect, test } from 'vitest'
import { fixture } from '../../test/fixture.js'
import { sliceRaw } from './columns.js'
import { readDelimited, writeDelimited } from './csv.js'
import { serializePieces } from './table-format.js'

const read = (text: string | Uint8Array) =>
  readDelimited(typeof text === 'string' ? new TextEncoder().encode(text) : text, { source: 'data.csv' })
const cells = (text: string | Uint8Array) => Object.fromEntries(read(text).columns.map((column) => [column.name, [...column.values]]))

describe('what other programs write', () => {
  test('quotes, separators and line breaks in cells, as pandas writes them', () => {
    expect(cells(fixture('quoted.csv'))).toEqual({
      species: ['Adelie', 'Gentoo', null],
      mass: ['3750.0', null, '5000.5'],
      count: ['1', '2', '3'],
      alive: ['True', 'False', 'True'],
      '10': ['1', '2', '3'],
      note: ['a "quoted" word', 'two\nlines', 'comma, here']
    })
    expect(read(fixture('quoted.csv')).columns.map((column) => column.name)).toEqual(['species', 'mass', 'count', 'alive', '10', 'note'])
  })

  test('byte-order mark, semicolons, decimal commas and CRLF', () => {
    expect(cells(fixture('semicolon.csv'))).toEqual({ mass: ['3750,0', null, '5000,5'], count: ['1', '2', '3'] })
  })

  test('line ends of several systems in one file; those in quotes stay as they are', () => {
    expect(cells('a,b\r\n1,"x\r\ny"\n2,z\r\n3,5" pipe\n')).toEqual({ a: ['1', '2', '3'], b: ['x\r\ny', 'z', '5" pipe'] })
    expect(cells('a,b\r\n1,"x\ny"\r\n2,5" pipe\r\n')).toEqual({ a: ['1', '2'], b: ['x\ny', '5" pipe'] })
  })

  test('UTF-16 with a byte-order mark', () => {
    expect(cells(new Uint8Array(Buffer.from('\ufeffa,b\nö,2\n', 'utf16le')))).toEqual({ a: ['ö'], b: ['2'] })
  })

  test.each(['a\tb\n1\t2\n', 'a;b\n1;2\n', 'a|b\n1|2\n', 'a,b\n1,2\n', 'a,b\r1,2\r'])('finds the separator of %j', (text) => {
    expect(cells(text)).toEqual({ a: ['1'], b: ['2'] })
  })

  test('a heading alone says nothing, nor do separators in quotes', () => {
    expect(cells('note; remark\nfirst\nsecond\n')).toEqual({ 'note; remark': ['first', 'second'] })
    expect(cells('a,"b;c;d"\n1,"x;y;z"\n')).toEqual({ a: ['1'], 'b;c;d': ['x;y;z'] })
    expect(cells('a;b;c\n1;2\n3;4\n')).toEqual({ a: ['1', '3'], b: ['2', '4'], c: [null, null] })
  })

  test('separators inside the cells of another do not mislead', () => {
    expect(cells('note\nfirst; second; third\n')).toEqual({ note: ['first; second; third'] })
    expect(cells('a,note\n1,x;y\n2,z;w\n')).toEqual({ a: ['1', '2'], note: ['x;y', 'z;w'] })
  })

  test('text with commas keeps them where semicolons separate', () => {
    expect(cells('a;b\n1,5;x, y\n2;z\n')).toEqual({ a: ['1,5', '2'], b: ['x, y', 'z'] })
  })
})

describe('blank lines and empty cells', () => {
  test('trailing and inner blank lines are skipped', () => {
    expect(cells('a,b\n1,2\n\n3,4\n\n\r\n\n')).toEqual({ a: ['1', '3'], b: ['2', '4'] })
  })

  test('an empty line of a single column is a missing cell, and is written quoted', () => {
    expect(cells('a\n1\n\n3\n')).toEqual({ a: ['1', null, '3'] })
    const bytes = writeDelimited({ rowCount: 2, columns: [{ name: 'a', source: 'text', values: ['1', null] }] }, ',')
    expect(new TextDecoder().decode(bytes)).toBe('a\n1\n""\n')
  })

  test('names that come again are told apart, said, and written as they were', () => {
    const table = read('a,b,a,a_2,a\n1,2,3,4,5\n')
    expect(table.columns.map(({ name }) => name)).toEqual(['a', 'b', 'a_3', 'a_2', 'a_4'])
    expect(table.notes?.join()).toMatch(/several columns have the name “a”: the later ones are called a_3, a_4 here/)
    expect(new TextDecoder().decode(writeDelimited(table, ','))).toBe('a,b,a,a_2,a\n1,2,3,4,5\n')
  })

  test('an index column gets a name', () => {
    expect(read(',b\n0,1\n').columns.map((column) => column.name)).toEqual(['unnamed_1', 'b'])
  })

  test('a row of empty cells is a row', () => {
    expect(cells('a,b\n,\n1,2\n')).toEqual({ a: [null, '1'], b: [null, '2'] })
  })
})

describe('lines that end before or behind the last column', () => {
  const again = (text: string): string => new TextDecoder().decode(writeDelimited(read(text), ','))

  test('of lines whose empty cells are cut off these are empty, and new ones are cut off too', () => {
    const text = 'id,x,y\n1,a,2.5\n2\n3,b\n4,c,1.5\n5,a\n'
    expect(cells(text)).toEqual({ id: ['1', '2', '3', '4', '5'], x: ['a', null, 'b', 'c', 'a'], y: ['2.5', null, null, '1.5', null] })
    expect(read(text).notes?.join()).toMatch(/^3 lines end before the last column/)
    expect(again(text)).toBe(text)
  })

  test('where some lines are written to their ends, so are new ones', () => {
    const text = 'id,x,y\n1,a,2.5\n2,b,\n3,b\n4,,\n5,a\n'
    expect(cells(text)).toMatchObject({ x: ['a', 'b', 'b', null, 'a'], y: ['2.5', null, null, null, null] })
    expect(again(text)).toBe('id,x,y\n1,a,2.5\n2,b,\n3,b,\n4,,\n5,a,\n')
  })

  test('separators behind the last cell are left out', () => {
    expect(cells('a,b\n1,2,\n3,4,\n')).toEqual({ a: ['1', '3'], b: ['2', '4'] })
    expect(read('a,b\n1,2,\n3,4,\n').notes?.join()).toMatch(/^2 lines have empty cells behind the last column/)
  })

  test.each([
    ['torn lines, whose rest is a word among figures', 'id,x,y\n1,a,2\n2,b\nc,3\n4,d,5\n5,e\n', 4],
    ['one line that lacks what all others have', 'id,x,y\n1,a,2\n2,b\n3,c,3\n', 3],
    ['lines that lack what all others have, of a table written to its end', 'id,x,y,z\n1,a,2,\n2,b\n3,c\n4,d,1,5\n', 3],
    ['a last line that was broken off', 'id,x,y\n1,a,2\n2,b,\n3,c', 4]
  ])('refused: %s', (_, text, line) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'row-ragged' }))
    expect(() => read(text)).toThrow(new RegExp(`on line ${line} of`))
  })

  test('names of rows without a name above them, as R writes them, are a column', () => {
    const text = '"x" "k"\n"r1" 1.5 "a"\n"r2" 2.5 "b"\n'
    expect(cells(text)).toEqual({ unnamed_1: ['r1', 'r2'], x: ['1.5', '2.5'], k: ['a', 'b'] })
    expect(cells('x\tk\nr1\t1.5\ta\nr2\t2.5\tb\n')).toMatchObject({ unnamed_1: ['r1', 'r2'], x: ['1.5', '2.5'] })
    expect(() => read('id,name\n1,Smith, John\n2,Doe, Jane\n')).toThrow(/3 cells on line 2/)
  })
})

describe('what is written is read as it was', () => {
  const written = (name: string, values: readonly (string | null)[]) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      writeDelimited({ rowCount: values.length, columns: [{ name, source: 'text', values }] }, ',')
    )

  test.each([
    ['a name that holds other separators', '|#', [null], '"|#"\n""\n'],
    ['cells that hold other separators', 'a;b', ['1;2', 'x\ty'], '"a;b"\n"1;2"\n"x\ty"\n'],
    ['decimal commas', 'x', ['1,5', '2,5'], 'x\n"1,5"\n"2,5"\n'],
    ['what a reader strips', '\ufeffa', ['\u2003', ' '], '"\ufeffa"\n"\u2003"\n" "\n'],
    ['nothing but missing cells', '#', [null, null], '#\n""\n""\n'],
    ['quotes and line ends', '"', ['\r', '\r\n', '"\n"'], '""""\n"\r"\n"\r\n"\n"""\n"""\n']
  ])('%s', (_, name, values, text) => {
    expect(written(name, values)).toBe(text)
    expect(cells(text)).toEqual({ [name]: values })
  })

  test('a column without a name keeps its rows', () => {
    expect(cells(written('', ['1', '2']))).toEqual({ unnamed_1: ['1', '2'] })
  })
})

describe('bad input', () => {
  test('ragged rows name the line, line breaks in quotes counted', () => {
    expect(() => read('a,b\n"x\ny",2\n3\n4,5\n')).toThrow(expect.objectContaining({ code: 'row-ragged', name: 'InputError' }))
    expect(() => read('a,b\n"x\ny",2\n3\n4,5\n')).toThrow(/1 cell on line 4 of data.csv; expected 2/)
    expect(() => read('a,b\n1,2\n1,2,3\n')).toThrow(/3 cells on line 3/)
  })

  test.each([
    ['header only', 'a,b\n', 'InputError', 'table-without-rows'],
    ['blank', '\n\n', 'InputError', 'file-empty'],
    ['nothing', '', 'InputError', 'file-empty'],
    ['byte-order mark alone', '\ufeff', 'InputError', 'file-empty'],
    ['an open quote', 'a,b\n1,2\n"3,4\n', 'FormatError', 'csv-quotes'],
    ['text behind a quote', 'a,b\n1,"2"x\n', 'FormatError', 'csv-quotes']
  ])('%s', (_, text, name, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ name, code }))
  })

  test('two encodings in one file name a line of each', () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('a,b\nö,2\n'), 0xe9, 0x2c, 0x31])
    expect(() => read(bytes)).toThrow(expect.objectContaining({ name: 'InputError', code: 'encoding-mixed' }))
    expect(() => read(bytes)).toThrow(/line 2 is UTF-8, line 3 is not/)
    expect(readDelimited(bytes, { source: 'data.csv', encoding: 'latin1' }).columns[0]!.values).toEqual(['Ã¶', 'é'])
  })

  test('bytes of no text, an encoding that nobody knows, and one that does not fit', () => {
    const picture = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d])
    expect(() => read(picture)).toThrow(expect.objectContaining({ code: 'not-text' }))
    const open = (encoding: string) => readDelimited(new Uint8Array([0x61, 0x0a, 0xe9]), { source: 'data.csv', encoding })
    expect(() => open('latin-99')).toThrow(expect.objectContaining({ name: 'InputError', code: 'encoding-unknown' }))
    expect(() => open('utf-8')).toThrow(/not utf-8, line 2/)
  })
})

test('writes dates without a time of day when all are midnight', () => {
  const write = (values: number[]) =>
    new TextDecoder().decode(
      writeDelimited({ rowCount: 2, columns: [{ name: 't', source: 'datetime', values: Float64Array.from(values) }] }, ',')
    )
  expect(write([0, 86_400_000 * 19_782])).toBe('t\n1970-01-01\n2024-02-29\n')
  expect(write([0, 1500])).toBe('t\n1970-01-01T00:00:00.000Z\n1970-01-01T00:00:01.500Z\n')
})

test('100,000 rows of 8 columns are read whole', { tags: ['slow'] }, () => {
  const row = Array.from({ length: 8 }, (_, c) => (0.123456789 * (c + 1)).toFixed(8)).join(',')
  const bytes = new TextEncoder().encode(`a,b,c,d,e,f,g,h\n${`${row}\n`.repeat(100_000)}`)
  expect(readDelimited(bytes, { source: 'data.csv' }).rowCount).toBe(100_000)
})

test('a word for each missing cell, in pieces too, in quotes where it needs them', () => {
  const absent = ['n/a', '', 'not, seen', '']
  const table = { rowCount: 4, columns: [{ name: 'x', source: 'text' as const, values: [null, null, null, '5'], absent }, { name: 'y', source: 'text' as const, values: ['a', 'b', 'c', 'd'] }] } // biome-ignore format: one line
  expect(new TextDecoder().decode(writeDelimited(table, ','))).toBe('x,y\nn/a,a\n,b\n"not, seen",c\n5,d\n')
  expect(new TextDecoder().decode(writeDelimited(sliceRaw(table, 2, 4), ','))).toBe('x,y\n"not, seen",c\n5,d\n')
})

// A piece is 16,384 rows: these are two and a row more.
const LINES = Array.from({ length: 2 * 16_384 + 1 }, (_, i) => [
  String(i + 1),
  (i / 8).toFixed(2),
  i % 3 === 0 ? '' : `"w;${i % 5}"`,
  `2024-01-${String(1 + (i % 28)).padStart(2, '0')}`
])

test.each([
  ['plain', `n,x,w,day\n${LINES.map((line) => line.join()).join('\n')}\n`],
  ['a byte-order mark, semicolons, CRLF and units', `\ufeffn;x;w;day\r\n;[kg];;\r\n${LINES.map((line) => line.join(';')).join('\r\n')}\r\n`]
])('rows that are written a piece at a time are the same bytes: %s', async (_, text) => {
  const raw = read(text)
  const { table, formats } = inferTable(raw, { types: { n: 'identifier' } })
  const presented = (part: typeof table) => ({ ...presentTable(part, formats, 'text'), dialect: raw.dialect! })
  const rows = (from: number, to: number) => presented(sliceTable(table, from, to))
  const pieces = [...(await serializePieces({ rowCount: table.rowCount, rows }, 'csv'))]
  expect(pieces.length).toBe(3)
  expect(Buffer.concat(pieces).equals(Buffer.from(writeDelimited(presented(table), ',')))).toBe(true)
})
