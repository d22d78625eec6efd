import type { DelimitedDialect } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { describe, expect, test } from 'vitest'
import fc from '../../../../test/property.js'
import { decodeText, encodeText } from './encoding.js'
import { parseTable, serializeTable } from './table-format.js'

const context = { source: 'test.csv' }

/** Characters that every encoding below has, and what separates and quotes. */
const cell = fc.string({ unit: fc.constantFrom(...'abcäößé1 9,;|\t"\n\''), minLength: 1, maxLength: 8 })
const names = fc.uniqueArray(fc.string({ unit: fc.constantFrom(...'abcü;, |'), minLength: 1, maxLength: 6 }), {
  minLength: 2,
  maxLength: 4
})

const dialects = fc.record({
  kind: fc.constant('delimited' as const),
  encoding: fc.constantFrom('utf-8', 'utf-16le', 'utf-16be', 'windows-1252'),
  mark: fc.boolean(),
  separator: fc.constantFrom(',' as const, ';' as const, '\t' as const, '|' as const),
  lineEnd: fc.constantFrom('\n' as const, '\r\n' as const, '\r' as const),
  quotes: fc.constantFrom('needed', 'text', 'all')
})

const tables = fc.tuple(names, fc.integer({ min: 2, max: 5 }), dialects).chain(([columns, rowCount, { mark, quotes, ...found }]) =>
  fc.tuple(...columns.map(() => fc.array(cell, { minLength: rowCount, maxLength: rowCount }))).map((values): RawTable => {
    // The first column holds numbers, which are quoted only by those who quote all; other cells need no quotes at least once.
    const cells = values.map((column, c) => (c === 0 ? column.map((_, i) => String(i)) : ['a', ...column.slice(1)]))
    const byteOrderMark = found.encoding.startsWith('utf-16') || (found.encoding === 'utf-8' && mark)
    const quoted = quotes === 'needed' ? [] : quotes === 'all' ? columns : columns.slice(1)
    const plainNames = columns.some((name) => /^[abcü]+$/.test(name))
    const dialect: DelimitedDialect = {
      ...found,
      byteOrderMark,
      quoted,
      quotedNames: quotes !== 'needed' && plainNames,
      quotedMissing: false
    }
    return { columns: columns.map((name, c) => ({ name, source: 'text', values: cells[c]! })), rowCount, dialect }
  })
)

describe('delimited text', () => {
  test('a table that is written in a dialect and read again is the same table in the same dialect', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        // The encoding shows only where a character is not ASCII.
        const all = [...table.columns.flatMap(({ name, values }) => [name, ...(values as string[])])].join('')
        fc.pre((table.dialect as DelimitedDialect).encoding !== 'windows-1252' || /[äößéü]/.test(all))
        const read = await parseTable(await serializeTable(table, 'csv'), 'csv', context)
        expect(read.columns.map(({ name, values }) => [name, values])).toEqual(table.columns.map(({ name, values }) => [name, values]))
        expect(read.dialect).toEqual(table.dialect)
      })
    )
  })

  const bytesOf = (text: string) => new TextEncoder().encode(text)
  const again = async (text: string) => {
    const table = await parseTable(bytesOf(text), 'csv', context)
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await serializeTable(table, 'csv'))
  }

  test.each([
    ['R: text and names in quotes', '"a","b"\n1,"x"\n2,"y"\n'],
    ['R: row names without a name', '"","a","b"\n"1",1,"x"\n"2",2,\n"3",3,"z"\n'],
    ['pandas: the same without quotes', ',a,b\n0,1,x\n1,2,\n'],
    ['a column without a name behind others, in German', 'a;b;\n1,5;x;y\n2,5;z;\n'],
    ['everything in quotes, the empty too', '"a";"b"\r\n"1";""\r\n"2";"y"\r\n'],
    ['decimal commas without quotes', 'a;b\n1,5;2,5\n3,5;x\n'],
    ['bars', 'a|b\n1|2,5\n'],
    ['blanks', 'a b\n1 2\n3 4\n'],
    ['aligned columns', '  a      b name\n1.5  20.25 x   \n 10 300.00 long\n'.replace('x   ', 'x')],
    ['a text with blanks between blanks', '  a name\n 10 "b c"\n200 "d"\n']
  ])('%s', async (_, text) => {
    expect(await again(text)).toBe(text)
  })

  test('a quote between blanks that does not close is a character', async () => {
    const { columns } = await parseTable(bytesOf('  a   "b\n1.5  2\n3.5 4\n'), 'csv', context)
    expect(columns.map(({ name, values }) => [name, values])).toEqual([
      ['a', ['1.5', '3.5']],
      ['"b', ['2', '4']]
    ])
  })

  test('blanks inside the cells of one column separate none', async () => {
    const { columns } = await parseTable(bytesOf('full name\nAnn Lee\nBob Fox\n'), 'csv', context)
    expect(columns.map(({ name }) => name)).toEqual(['full name'])
  })
})

describe('encodings', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte).subarray(1)

  test.each(['windows-1252', 'windows-1250', 'iso-8859-2', 'koi8-r', 'macintosh'])('%s: every byte is read and written', (encoding) => {
    const { text, encoding: name } = decodeText(all, { source: 'x', encoding })
    expect(text).toHaveLength(255)
    expect(encodeText(text, { encoding: name, byteOrderMark: false })).toEqual(all)
  })

  test('bytes 0x80 to 0x9f of windows-1252 are its own characters', () => {
    expect(decodeText(Uint8Array.of(0x80, 0x92, 0x9c, 0xe9, 0x81), { source: 'x' }).text).toBe('€’œé\u0081')
  })

  test('UTF-16 without a mark is told by its zeros', () => {
    const text = 'name;größe\nx;1,5\n'
    for (const encoding of ['utf-16le', 'utf-16be'])
      expect(decodeText(encodeText(text, { encoding, byteOrderMark: false }), { source: 'x' })).toEqual({
        text,
        encoding,
        byteOrderMark: false
      })
  })

  test('a character that an encoding lacks is refused', () => {
    expect(() => encodeText('a→b', { encoding: 'windows-1252', byteOrderMark: false })).toThrow(
      expect.objectContaining({ name: 'InputError', code: 'text-not-encodable' })
    )
  })

  test('what is read in an encoding of several bytes is written in UTF-8, and said', async () => {
    const bytes = Uint8Array.of(...new TextEncoder().encode('a,b\n1,'), 0x93, 0xfa, ...new TextEncoder().encode('\n2,x\n'))
    const table = await parseTable(bytes, 'csv', { source: 'x', encoding: 'shift_jis' })
    expect(table.columns[1]!.values).toEqual(['日', 'x'])
    expect(table.notes).toEqual([expect.stringMatching(/shift_jis.*UTF-8/)])
    expect(table.dialect).toMatchObject({ encoding: 'utf-8' })
  })
})
