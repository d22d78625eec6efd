import { FormatError, InputError } from '@sbridge/core'
import type { RawTable } from '@sbridge/core/tables'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { ContentLimit } from './content-limit.js'
import { columnFormats, partsOf } from './workbook.js'
import { readXlsx, writeXlsx } from './xlsx.js'

const source = 'book.xlsx'
const day = (text: string) => Date.parse(`${text}T00:00:00Z`)

const table: RawTable = {
  rowCount: 3,
  columns: [
    { name: 'id', source: 'text', values: ['007', '008', 'x & "y" <z>'] },
    { name: 'paid', source: 'number', values: Float64Array.of(1234.5, 0, -3.25), missing: Uint8Array.of(0, 1, 0) },
    { name: 'on', source: 'datetime', values: Float64Array.of(day('2024-03-01'), day('1999-12-31'), 0), missing: Uint8Array.of(0, 0, 1) },
    { name: 'open', source: 'boolean', values: [true, null, false] }
  ],
  dialect: { kind: 'sheet', sheet: 'März', formats: { paid: '#,##0.00 "€"', on: 'dd.mm.yyyy' }, mixed: [] }
}

/** A workbook as Excel writes it: styles of both lists, a built-in format, shared strings with runs, an inline string, blank rows. */
function workbook(sheets: Readonly<Record<string, string>>): Uint8Array {
  const names = Object.keys(sheets)
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
  const of = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const parts: Record<string, string> = {
    'xl/workbook.xml': `<workbook ${main} xmlns:r="${of}"><workbookPr/><sheets>${names.map((name, s) => `<sheet name="${name}" sheetId="${s + 1}" r:id="rId${s + 1}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${names.map((_, s) => `<Relationship Id="rId${s + 1}" Type="${of}/worksheet" Target="worksheets/sheet${s + 1}.xml"/>`).join('')}<Relationship Id="rId98" Type="${of}/styles" Target="styles.xml"/><Relationship Id="rId99" Type="${of}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet ${main}><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0&quot; mg&quot;"/></numFmts><cellStyleXfs count="2"><xf numFmtId="9"/><xf numFmtId="10"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0"/><xf numFmtId="14" fontId="0" applyNumberFormat="1"><alignment horizontal="left"/></xf><xf numFmtId="164"/></cellXfs></styleSheet>`,
    'xl/sharedStrings.xml': `<sst ${main}><si><t>day</t></si><si><r><t>do</t></r><r><t xml:space="preserve">se</t></r></si><si><t>&lt;0,5</t></si></sst>`
  }
  for (const [s, name] of names.entries())
    parts[`xl/worksheets/sheet${s + 1}.xml`] = `<worksheet ${main}><sheetData>${sheets[name]}</sheetData></worksheet>`
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(head + text)])))
}

const doses = [
  '<row r="1"><c r="A1" t="inlineStr"><is><t>Doses 2024</t></is></c></row>',
  '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c></row>',
  '<row r="4"><c r="A4" s="1"><v>45352</v></c><c r="B4" s="2"><v>1.5</v></c></row>',
  '<row r="5"><c r="A5" s="1"><v>45353</v></c><c r="B5" s="2" t="s"><v>2</v></c></row>',
  '<row r="6"><c r="A6" s="1"/><c r="B6" s="2"><v>2</v></c></row>'
].join('')

describe('workbooks', () => {
  test('what is written is read again: types, empty cells, formats, the name of the sheet; the same bytes each time', async () => {
    const bytes = await writeXlsx(table)
    expect(await writeXlsx(table)).toEqual(bytes)
    const back = await readXlsx(bytes, { source })
    expect(back).toEqual({
      rowCount: 3,
      columns: table.columns,
      dialect: table.dialect
    })
  })

  test('times of day are text of hours and minutes, and parts of a day again in the format of the sheet', async () => {
    const clock: RawTable = {
      rowCount: 3,
      columns: [
        { name: 'at', source: 'text', values: ['07:53', null, '23:59'] },
        { name: 'exact', source: 'text', values: ['07:53:01', '00:00:00', '12:00:30'] },
        { name: 'said', source: 'text', values: ['07:53', 'noon', null] }
      ],
      dialect: { kind: 'sheet', sheet: 'S', formats: { at: 'h:mm', exact: 'hh:mm:ss' }, mixed: [] }
    }
    const bytes = await writeXlsx(clock)
    const sheet = new TextDecoder().decode(partsOf(bytes, new ContentLimit(bytes.length, { source })).get('xl/worksheets/sheet1.xml'))
    expect(sheet).toMatch(/<v>0\.3284722/)
    expect(await readXlsx(bytes, { source })).toEqual(clock)
  })

  test('a workbook of Excel: a title and a blank row above, a built-in date, numbers beside text', async () => {
    const read = await readXlsx(workbook({ Doses: doses }), { source })
    expect(read.columns).toEqual([
      {
        name: 'day',
        source: 'datetime',
        values: Float64Array.of(day('2024-03-01'), day('2024-03-02'), 0),
        missing: Uint8Array.of(0, 0, 1)
      },
      { name: 'dose', source: 'text', values: ['1,5', '<0,5', '2'] }
    ])
    expect(read.dialect).toEqual({ kind: 'sheet', sheet: 'Doses', formats: { day: 'm/d/yyyy', dose: '0.0" mg"' }, mixed: ['dose'] })
    expect(read.notes).toEqual(['left out of the table: 2 rows above the names; --skip 0 reads every row'])
    const again = await readXlsx(await writeXlsx(read), { source })
    expect(again.columns).toEqual(read.columns)
    expect(again.dialect).toEqual(read.dialect)
  })

  test('a row of units below groups of names is no row, and is written again', async () => {
    const row = (r: number, cells: readonly (string | number)[]) =>
      `<row r="${r}">${cells
        .map((cell, c) => {
          const at = `r="${'ABC'[c]}${r}"`
          return cell === ''
            ? ''
            : typeof cell === 'number'
              ? `<c ${at}><v>${cell}</v></c>`
              : `<c ${at} t="inlineStr"><is><t>${cell}</t></is></c>`
        })
        .join('')}</row>`
    const rows = [
      ['', 'Körper', ''],
      ['Name', 'Größe', 'Gewicht'],
      ['', 'cm', 'kg'],
      ['Ada', 160.5, '51,5'],
      ['Bo', 171, '60,25'],
      ['Cy', 158, '49,0']
    ]
    const read = await readXlsx(workbook({ S: rows.map((cells, i) => row(i + 1, cells)).join('') }), { source })
    expect(read.columns.map(({ name, values }) => [name, ...values])).toEqual([
      ['Name', 'Ada', 'Bo', 'Cy'],
      ['Größe', 160.5, 171, 158],
      ['Gewicht', '51,5', '60,25', '49,0']
    ])
    expect(read.notes).toEqual([
      'left out of the table: 1 row above the names, a row of units below them, which is written again; --skip 0 reads every row'
    ])
    const again = await readXlsx(await writeXlsx(read), { source })
    expect([again.columns, again.dialect]).toEqual([read.columns, read.dialect])
    expect((await readXlsx(await writeXlsx(read), { source, skip: { top: 0, bottom: 0 } })).rowCount).toBe(4)
  })

  test('the sheet of a name or a place', async () => {
    const book = workbook({
      'A &amp; B': '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2"><v>7</v></c></row>',
      Doses: doses
    })
    expect((await readXlsx(book, { source })).notes).toEqual(['the sheet A & B is read, of 2; --sheet names another: Doses'])
    expect((await readXlsx(book, { source, sheet: '2' })).columns[1]!.name).toBe('dose')
    expect((await readXlsx(book, { source, sheet: 'Doses', skip: { top: 2, bottom: 1 } })).rowCount).toBe(2)
    await expect(readXlsx(book, { source, sheet: 'Dose' })).rejects.toThrow(
      new InputError({
        code: 'sheet-unknown',
        got: '--sheet Dose, which book.xlsx does not hold',
        expected: 'one of A & B, Doses, or a number from 1 to 2',
        try: "--sheet 'A & B'"
      })
    )
  })

  test('cut off or changed anywhere, it is refused or read as it is, and never breaks', async () => {
    const bytes = await writeXlsx(table)
    for (let end = 0; end < bytes.length; end += 61)
      await expect(readXlsx(bytes.subarray(0, Math.max(1, end)), { source })).rejects.toBeInstanceOf(FormatError)
    let refused = 0
    for (let at = 0; at < bytes.length; at += 37) {
      const damaged = bytes.slice()
      damaged[at]! ^= 0x55
      await readXlsx(damaged, { source }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(FormatError)
        refused++
      })
    }
    expect(refused).toBeGreaterThan(bytes.length / 37 / 2)
  })

  test('no more is inflated than the limit allows, whatever the archive says', async () => {
    const bomb = workbook({ Doses: doses })
    const entry = bomb.findIndex((_, i) => [0x50, 0x4b, 1, 2].every((byte, k) => bomb[i + k] === byte))
    new DataView(bomb.buffer).setUint32(entry + 24, 2 ** 31, true)
    await expect(readXlsx(bomb, { source })).rejects.toMatchObject({ code: 'content-too-large' })
    const far = workbook({ Far: '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' })
    await expect(readXlsx(far, { source })).rejects.toMatchObject({ code: 'content-too-large' })
  })

  test('names that come again are told apart, said, and written as they were', async () => {
    const cells = ['a', 'a_2'].map((name, c) => ({ name, source: 'text' as const, values: ['x', 'y', `z${c}`] }))
    const dialect = { kind: 'sheet' as const, sheet: 'S', formats: {}, mixed: [], repeated: { a_2: 'a' } }
    const read = await readXlsx(await writeXlsx({ columns: cells, rowCount: 3, dialect }), { source })
    expect(read.columns.map(({ name }) => name)).toEqual(['a', 'a_2'])
    expect(read.dialect).toMatchObject({ repeated: { a_2: 'a' } })
    expect(read.notes?.join()).toContain('several columns have the name “a”')
  })

  test('what a style is called by an attribute of another prefix or order', () => {
    const bytes = zipSync({
      'xl/styles.xml': strToU8(`<x:styleSheet><x:cellXfs count='2'><x:xf/><x:xf fontId='1' numFmtId='10'/></x:cellXfs></x:styleSheet>`),
      'xl/s.xml': strToU8(`<x:c s='0' r='A1'/><x:c s='1' r='AB2'/><x:c r='AB3' s='1'><x:v>1</x:v></x:c>`)
    })
    const limit = new ContentLimit(bytes.length, { source })
    expect(columnFormats(partsOf(bytes, limit), 'xl/s.xml', 1, limit)).toEqual(new Map([[27, '0.00%']]))
  })
})
