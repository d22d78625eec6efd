import { describe, expect, it } from 'vitest'
import { normalQuantile } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { mean, sorted } from '../num/statistics.js'
import { combinationsOf, placeLevels } from './categories.js'
import { parseDateTime } from './date-cell.js'
import { decodeTable, encodeTable, fitEncoder } from './encoder.js'
import { inferTable } from './infer.js'
import { formatNumber, numberStyle } from './number-style.js'
import { parseNumber } from './parse.js'
import { presentTable } from './present.js'
import { isEmptyColumn, type RawColumn, type RawTable } from './raw.js'
import { recurringValues } from './recurring.js'
import { sliceTable } from './rows.js'
import { fitScaler, isListed, isLumpy, scaleValues, suggestsQuantile, unscaleValues } from './scaling.js'
import type { Table } from './table.js'

const text = (columns: Record<string, (string | null)[]>): RawTable => ({
  columns: Object.entries(columns).map(([name, values]) => ({ name, source: 'text', values })),
  rowCount: Object.values(columns)[0]!.length
})

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof InputError) return error.code
    throw error
  }
  return 'nothing thrown'
}

describe('kinds of columns', () => {
  const raw = text({
    id: ['a1', 'b2', 'c3', 'd4'],
    n: ['1.50', '2.25', '', 'NA'],
    k: ['1', '2', '3', '2'],
    zip: ['01234', '01234', '98765', '11111'],
    flag: ['TRUE', 'FALSE', null, 'TRUE'],
    day: ['2020-01-31', '2021-12-01', '2020-02-29', '2020-01-31']
  })

  it('are inferred from what the cells spell', () => {
    const { table, notes } = inferTable(raw)
    expect(table.columns.map((c) => c.kind)).toEqual(['identifier', 'number', 'integer', 'category', 'boolean', 'datetime'])
    expect(notes.join()).toContain('id: every value differs')
  })

  it('come back in the input’s spelling', () => {
    const { table, formats } = inferTable(raw)
    const back = presentTable(table, formats, 'text').columns.map((c) => c.values)
    expect(back).toEqual([
      ['1', '2', '3', '4'],
      ['1.50', '2.25', null, null],
      ['1', '2', '3', '2'],
      ['01234', '01234', '98765', '11111'],
      ['TRUE', 'FALSE', null, 'TRUE'],
      ['2020-01-31', '2021-12-01', '2020-02-29', '2020-01-31']
    ])
  })

  it('can be set, chosen and excluded', () => {
    const { table } = inferTable(raw, { types: { k: 'category' }, exclude: ['id', 'zip'] })
    expect(table.columns.map((c) => [c.name, c.kind])).toEqual([
      ['n', 'number'],
      ['k', 'category'],
      ['flag', 'boolean'],
      ['day', 'datetime']
    ])
    expect(inferTable(raw, { columns: ['day', 'k'] }).table.columns.map((c) => c.name)).toEqual(['k', 'day'])
  })

  it('refuses what cannot be modelled, saying why', () => {
    expect(codeOf(() => inferTable(text({ x: ['1'] })))).toBe('too-few-rows')
    expect(codeOf(() => inferTable(text({ x: ['a', 'b'] })))).toBe('nothing-to-model')
    expect(codeOf(() => inferTable(text({ x: ['1', 'NaN'] })))).toBe('not-finite')
    expect(codeOf(() => inferTable(text({ x: ['1', '-Infinity'] })))).toBe('not-finite')
    expect(codeOf(() => inferTable(text({ x: ['1', '1e999'] })))).toBe('not-finite')
    expect(codeOf(() => inferTable(text({ x: ['', ''], id: ['a', 'b'] })))).toBe('nothing-to-model')
    expect(codeOf(() => inferTable(text({ x: ['1', '2'] }), { exclude: ['y'] }))).toBe('column-unknown')
    expect(codeOf(() => inferTable(text({ x: ['1', 'two'] }), { types: { x: 'number' } }))).toBe('kind-unfit')
    expect(codeOf(() => inferTable(text({ x: ['1e300', '2e300'] })))).toBe('spread')
    expect(codeOf(() => inferTable(text({ x: ['1e-300', '2e-300'] })))).toBe('spread')
    // Constants, and probabilities near zero, have no spread that is too small.
    expect(inferTable(text({ x: ['1e300', '1e300'], p: ['1e-300', '0.5'] })).table.columns.length).toBe(2)
    // A cell that is a number, but not whole, asks for another kind of number.
    expect(() => inferTable(text({ x: ['1', '2.5'] }), { types: { x: 'integer' } })).toThrow('--types x=number')
    expect(
      codeOf(() => inferTable({ columns: [...text({ x: ['1', '2'] }).columns, ...text({ x: ['1', '2'] }).columns], rowCount: 2 }))
    ).toBe('column-duplicate')
    expect(inferTable(text({ x: ['1', 'NaN', '2'] }), { missing: ['NaN'] }).table.columns[0]).toMatchObject({
      kind: 'integer',
      missing: Uint8Array.of(0, 1, 0)
    })
  })

  it('says what could be meant by numbers with signs, dates in several spellings and long whole numbers', () => {
    const notesOn = (cells: string[]) => inferTable(text({ x: cells, y: cells.map((_, i) => String(i)) })).notes.join()
    for (const cells of [
      ['$1.50', '€2.25'],
      ['5 %', '7.5'],
      ["1'234", '12 345']
    ])
      expect(notesOn(cells)).toContain('write them plainly')
    expect(notesOn(['2024-01-02', '03.02.2024 10:00'])).toContain('spell all of them in one way')
    for (const cells of [
      ['555-1234', '555-2345'],
      ['ann', 'bob']
    ])
      expect(notesOn(cells)).toMatch(/written anew$/)
    expect(notesOn(['12:30', '12:31'])).toContain('times of day')
    expect(notesOn(['9007199254740993', '9007199254740995'])).toContain('counts as an identifier')
    expect(notesOn(['9007199254740991', '3'])).toBe('')
    // The note names the column of prices, also where prices recur, and not one of long account numbers beside it.
    const accounts = Array.from({ length: 8 }, (_, i) => `900719925474099${i}`)
    const prices = Array.from({ length: 8 }, (_, i) => `${10 + (i % 3)},50 ${i < 4 ? '€' : '$'}`)
    const { notes } = inferTable(text({ account: accounts, price: prices, y: accounts.map((_, i) => String(i)) }))
    expect(notes.filter((note) => note.includes('plainly'))).toEqual([
      'price: counts as a category; if these are numbers, give all of them the same sign or unit (%, $, kg, …) and the same marks, or write them plainly'
    ])
    // Names that no number holds to the last digit stay names, repeated ones too; amounts that one does are amounts.
    const kindOf = (x: string[]) => inferTable(text({ x, y: x.map((_, i) => String(i)) })).table.columns[0]!.kind
    expect(kindOf(['9007199254740993', '9007199254740997', '+3'])).toBe('identifier')
    expect(kindOf(['9007199254740993', '9007199254740997', '9007199254740993'])).toBe('category')
    expect(kindOf(['1000000000000000000', '2500000000000000000', '9007199254740994'])).toBe('integer')
    // A plus in front of all is that of telephones, and not one of changes.
    expect(kindOf(['+15185950873', '+4917012345', '+442071234567'])).toBe('identifier')
    expect(kindOf(['+15185950873', '-4917012345', '+442071234567'])).toBe('integer')
    expect(kindOf(['+12', '+7', '+3'])).toBe('integer')
  })

  it('reads typed columns, with NaN refused and masks kept', () => {
    const column = { name: 'x', source: 'number' as const, values: Float64Array.of(1.25, 7, 3.5), missing: Uint8Array.of(0, 1, 0) }
    const { table, formats } = inferTable({ columns: [column], rowCount: 3 })
    expect(table.columns[0]).toMatchObject({ kind: 'number', missing: column.missing })
    expect(formats[0]!.number!.decimals).toBe(2)
    expect(codeOf(() => inferTable({ columns: [{ ...column, values: Float64Array.of(1, 2, Number.NaN) }], rowCount: 3 }))).toBe(
      'not-finite'
    )
  })
})

describe('numbers of single precision', () => {
  const singles = normals(keyFromSeed(4), 300).map((z) => Math.fround(Number((50 + 9 * z).toFixed(2))))
  const column = { name: 'score', source: 'number', values: singles } as const

  it('are the short decimal numbers that they stand for, and are written as they came', () => {
    const { table, formats } = inferTable({ rowCount: 300, columns: [column] })
    const { values } = table.columns[0] as { values: Float64Array }
    expect([...values]).toEqual(Array.from(singles, (x) => Number(x.toFixed(2))))
    expect(formats[0]!.number).toEqual({ padded: false, decimals: 2, single: true })
    expect(presentTable(table, formats, 'typed').columns[0]).toMatchObject({ values: singles })
    expect(presentTable(table, formats, 'text').columns[0]!.values[0]).toBe(singles[0]!.toFixed(2).replace(/\.?0+$/, ''))
  })

  it('are left alone where one has more precision, or all are short anyway', () => {
    const double = singles.map((x, i) => (i === 7 ? x + 1e-12 : x))
    const halves = singles.map((x) => Math.round(x) / 2)
    for (const values of [double, halves]) {
      const { table, formats } = inferTable({ rowCount: 300, columns: [{ ...column, values }] })
      expect((table.columns[0] as { values: Float64Array }).values).toEqual(values)
      expect(formats[0]!.number?.single).toBeUndefined()
    }
  })
})

describe('numbers of text with more digits than were measured', () => {
  const z = normals(keyFromSeed(5), 300)
  const read = (cells: (string | null)[]) => {
    const column: RawColumn = { name: 'score', source: 'text', values: cells }
    const { table, formats } = inferTable({ rowCount: cells.length, columns: [column] })
    const { values } = table.columns[0] as { values: Float64Array }
    return { values: [...values], style: formats[0]!.number!, text: presentTable(table, formats, 'text').columns[0]!.values }
  }

  it('are the short numbers that single precision stands for, and are written with the same digits', () => {
    const short = Array.from(z, (x) => Number((50 + 9 * x).toFixed(2)))
    const cells = short.map((x) => String(Math.fround(x)))
    expect(Math.max(...cells.map((cell) => cell.length))).toBeGreaterThan(15)
    const { values, style, text } = read(cells)
    expect(values).toEqual(short)
    expect(style).toMatchObject({ decimals: 2, single: true })
    expect(text).toEqual(cells)
  })

  it('are the short numbers that sums in binary fractions stand for', () => {
    const short = Array.from(z, (x) => Number((0.1 * Math.round(5 + 9 * x)).toFixed(1)))
    const cells = short.map((x, i) => (i === 3 ? null : String(100.3 + x - 100.3)))
    expect(Math.max(...cells.map((cell) => cell?.length ?? 0))).toBeGreaterThan(14)
    const { values, style, text } = read(cells)
    expect(values.filter((_, i) => i !== 3)).toEqual(short.filter((_, i) => i !== 3))
    expect(style).toEqual({ decimals: 1, padded: false })
    expect(text).toEqual(short.map((x, i) => (i === 3 ? null : String(x))))
  })

  it('stay as they are where they are full of digits, or small ones stand beside large ones', () => {
    for (const cells of [
      Array.from(z, String),
      [...Array.from(z, (x) => String(Math.round(1e6 * x))), '1.2345678901234567e-8'],
      [...Array.from(z, (x) => (x > 0 ? '1' : '0')), '0.0000000000012345678']
    ]) {
      const { values, text } = read(cells)
      expect(values).toEqual(cells.map(Number))
      expect(text.map(Number)).toEqual(cells.map(Number))
    }
  })
})

describe('names', () => {
  const raw = (values: string[]): RawTable => ({
    rowCount: values.length,
    columns: [
      { name: 'name', source: 'text', values },
      { name: 'x', source: 'text', values: values.map((_, i) => String(i % 7)) }
    ]
  })
  const nearlyAll = Array.from({ length: 120 }, (_, i) => `n${Math.min(i, 110)}`)
  it('that nearly all differ are identifiers with a note, or categories when told so', () => {
    const guessed = inferTable(raw(nearlyAll))
    expect(guessed.table.columns[0]!.kind).toBe('identifier')
    expect(guessed.notes).toEqual([
      expect.stringMatching(
        /^name: most of its 120 values occur once, as names do, so it is left out of the model and new ones are made up; --types name=category/
      )
    ])
    const told = inferTable(raw(nearlyAll), { types: { name: 'category' } })
    expect(told.table.columns[0]!.kind).toBe('category')
    const named = inferTable(raw(nearlyAll), { types: { name: 'identifier' } })
    expect(named.table.columns[0]!.kind).toBe('identifier')
    expect(named.notes).toEqual(['name: counts as an identifier: left out of the model, written anew'])
  })
  it('that is a number in almost every cell has a note that names the cell that is none, and its text where it recurs', () => {
    const strays = (...at: number[]) => Array.from({ length: 40 }, (_, i) => (at.includes(i) ? 'lot 7' : String(i % 9)))
    const { table, notes } = inferTable(raw(strays(7, 9, 20)))
    expect(table.columns[0]!.kind).toBe('category')
    expect(notes).toEqual([
      "name: 37 of 40 cells are numbers, but not “lot 7” in row 8, so it counts as a category; if that stands for a missing value, add --missing 'lot 7'"
    ])
    const cells = strays(7)
    expect(inferTable(raw(cells)).notes).toEqual([
      'name: 39 of 40 cells are numbers, but not the one in row 8, so it counts as a category; if that stands for a missing value, add --missing with its text'
    ])
    expect(inferTable(raw(cells), { types: { name: 'category' } }).notes).toEqual([])
  })
  it('that is a number in most cells and one word in the others has that note too, and is no list of names', () => {
    const cells = Array.from({ length: 60 }, (_, i) => (i % 4 === 1 ? 'lot 7' : (i / 7).toFixed(2)))
    const { table, notes } = inferTable(raw(cells))
    expect(table.columns[0]!.kind).toBe('category')
    expect(notes).toEqual([expect.stringMatching(/45 of 60 cells are numbers, but not “lot 7” in row 2.*--missing 'lot 7'/)])
  })
  it.each(['?', 'n/a', '–', '#DIV/0!'])('of figures and the mark %s are figures: marks are missing, said, and written again', (mark) => {
    const figures = [
      ['1,5 %', '2,0 %', '7,5 %'],
      ['2024-03-01', '2024-03-05', '2024-04-01'],
      ['1.5', '2', '3']
    ]
    for (const [first, ...rest] of figures) {
      const { table, formats, notes } = inferTable(raw([first!, mark, ...rest, ` ${mark}`]))
      expect([table.columns[0]!.kind, 'missing' in table.columns[0]! && [...table.columns[0].missing!]]).toEqual([
        expect.stringMatching(/number|datetime/),
        [0, 1, 0, 0, 1]
      ])
      expect(formats[0]!.absent).toBe(mark)
      expect(notes).toEqual([expect.stringContaining(`“${mark}” in 2 of 5 cells counts as missing`)])
    }
    const words = inferTable(raw(['+', '-', mark, '+', '-', mark]))
    expect([words.table.columns[0]!.kind, words.notes]).toEqual(['category', []])
    expect(inferTable(raw(['1', mark, '2', mark]), { types: { name: 'category' } }).notes).toEqual([])
  })
  it('spelled in several words that count as missing has each of them as often again, by the seed and the place of the row alone', () => {
    const words = ['n/a', '-', 'n/a', '', '1.5', 'n/a']
    const { table, formats } = inferTable(raw(Array.from({ length: 6000 }, (_, i) => words[i % 6]!)))
    const wordsOf = (of: Table, seed?: number, as: 'text' | 'plain' | 'typed' = 'text') => {
      const column = presentTable(of, formats, as, seed).columns[0]!
      return column.source === 'text' ? column.absent : undefined
    }
    const [all, again, other] = [1, 1, 2].map((seed) => wordsOf(table, seed) as readonly string[])
    const missing = all!.filter((_, i) => i % 6 !== 4)
    // Shares of 5,000 cells: five standard errors of the widest are 0.035.
    for (const [word, share] of [['n/a', 0.6], ['-', 0.2], ['', 0.2]] as const) // biome-ignore format: one line
      expect(Math.abs(missing.filter((one) => one === word).length / 5000 - share)).toBeLessThan(0.035)
    expect(again).toEqual(all)
    expect(other).not.toEqual(all)
    expect(wordsOf(sliceTable(sliceTable(table, 500, 3000), 700, 900), 1)).toEqual(all!.slice(1200, 1400))
    expect([wordsOf(table), wordsOf(table, 1, 'plain'), wordsOf(table, 1, 'typed')]).toEqual(['n/a', undefined, undefined])
  })
  it.each([
    ['scores', 'too short for each row to have its own', (k: number) => `${k}:0 ET`.replace(' ET', k > 5 ? '*' : ''), false],
    ['codes', 'long enough for that', (k: number) => `P${10_000 + 37 * k}`, true],
    ['remarks', 'of several words', (k: number) => `called twice${' or more'.repeat(k % 8)}`, true]
  ])('that occur once tell of somebody: %s %s', (_, _why, cell, isTold) => {
    const cells = Array.from({ length: 120 }, (_, i) => cell(i < 2 ? 7 + i : i % 6))
    const { notes } = inferTable(raw(cells), { types: { name: 'category' } })
    expect(notes).toEqual([])
    expect(inferTable(raw(cells)).notes.some((note) => note.includes('may identify somebody'))).toBe(isTold)
  })
  it('that are codes of digits, some with a zero in front, are asked about nothing', () => {
    expect(inferTable(raw(Array.from({ length: 60 }, (_, i) => (i % 30 === 7 ? '01003' : String(11001 + (i % 20)))))).notes).toEqual([])
  })
  it('of numbers that are written in two ways have a note, as labels are, but not where programs write them so', () => {
    const note = (values: string[]) => inferTable({ rowCount: values.length, columns: [{ name: 'version', source: 'text', values }] }).notes
    expect(note(['1.1', '1.10', '2.0'])).toEqual([
      'version: 1.1 is also written 1.10, and both are one number; --types version=category keeps them apart, as labels are'
    ])
    for (const values of [
      ['1.10', '1.20', '2.05'],
      ['1.1', '1.20', '2.05'],
      ['1.0', '1', '2.05']
    ])
      expect(note(values)).toEqual([])
    const types = { version: 'category' } as const
    const { columns } = inferTable(
      { rowCount: 3, columns: [{ name: 'version', source: 'text', values: ['1.1', '1.10', '2.0'] }] },
      { types }
    ).table
    expect(columns[0]).toMatchObject({ levels: ['1.1', '1.10', '2.0'] })
  })
  it('of which many occur once have a note that they are repeated', () => {
    const some = (once: number, rows: number) =>
      inferTable(raw(Array.from({ length: rows }, (_, i) => (i < once ? `n${'abcdefghijklmnopqrst'[i]}` : `m${i % 7}`)))).notes
    expect(some(13, 60)).toEqual([expect.stringMatching(/: 13 of its 20 values occur once, and new rows repeat these values; --types /)])
    for (const [once, rows] of [
      [12, 60],
      [20, 49]
    ] as const)
      expect(some(once, rows)).toEqual([])
  })
  it('of which single ones tell of a person or case have a note however few they are, unless they are merged or asked for', () => {
    const remark = (...singles: string[]) => Array.from({ length: 200 }, (_, i) => singles[i] ?? ['ok', 'call back', '12.5'][i % 3]!)
    const note = expect.stringMatching(
      /^name: new rows repeat these values, and 1 of the .*occurs once and may identify.*--min-cell 5.*--exclude name/
    )
    for (const one of ['Finn Meyer', 'F32.1', '364-61-3447', 'fell ill on bill 544'])
      expect(inferTable(raw(remark(one))).notes).toEqual([note])
    expect(inferTable(raw(remark('Ann B', 'other', 'Bo C'))).notes).toEqual([
      expect.stringMatching(/^name: new rows .* 2 of the 6 occur once and may identify/)
    ])
    expect(inferTable(raw(remark('other'))).notes.filter((one) => one.includes('once'))).toEqual([])
    expect(inferTable(raw(remark('Ann B')), { mergesSingles: true }).notes).toEqual([])
    expect(inferTable(raw(remark('Ann B')), { types: { name: 'category' } }).notes).toEqual([])
  })
  it('of which some lead to a person have a note, recurring or not', () => {
    const forms = { 'finn@mail.org': 'e-mail addresses', DE29462986604246035554: 'IBANs', 'DE29 4629 8660 4246 0355 54': 'IBANs' }
    const phones = { '+49 171 2453754': 'phone numbers', '(555) 123-4567': 'phone numbers', '0171/2453754': 'phone numbers' }
    for (const [one, words] of Object.entries({ ...forms, ...phones }))
      for (const each of [2, 200])
        expect(inferTable(raw(Array.from({ length: 200 }, (_, i) => (i % each === 0 ? one : ['ok', 'other'][i % 2]!)))).notes).toEqual([
          expect.stringMatching(
            new RegExp(`^name: 1 of its \\d values has the form of ${words}, and new rows repeat .*; --group name .*--exclude name`)
          )
        ])
    for (const one of ['10000-19999', 'room 0815', '2019-2020', 'a@b', 'AB12 CD'])
      expect(inferTable(raw(Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? one : 'ok')))).notes).toEqual([])
    // A zero begins the postcodes of Boston, among others that none begins.
    const codes = ['02139-4307', '10001', '60614', '94110-1234']
    expect(inferTable(raw(Array.from({ length: 200 }, (_, i) => codes[i % 4]!))).notes).toEqual([])
  })
  it('that recur have no note', () => {
    expect(inferTable(raw(nearlyAll.map((_, i) => `n${i % 55}`))).notes).toEqual([])
  })
})

describe('cells', () => {
  it('numbers, and codes that only look like numbers', () => {
    expect(['1', '-2.5', '.5', '1e-3', '+4.'].map(parseNumber)).toEqual([1, -2.5, 0.5, 1e-3, 4])
    expect(['', '007', '1,5', '0x10', 'Infinity', '1 2', '--1'].map(parseNumber)).toEqual(Array(7).fill(undefined))
  })
  it('decimals: the most that occur, padded only when all are', () => {
    expect(numberStyle(['1.50', '2.25', null])).toEqual({ decimals: 2, padded: true })
    expect(numberStyle(['1.5', '2', '3.25'])).toEqual({ decimals: 2, padded: false })
    // As Python and R's readr write doubles.
    expect(numberStyle(['2.0', '1.67', '-3.5'])).toEqual({ decimals: 2, padded: false, least: 1 })
    expect(numberStyle(['2', '1.67', '3.5'])).toEqual({ decimals: 2, padded: false })
    expect([2, -0.001, 1.5, 1.672, 1e21].map((x) => formatNumber(x, { decimals: 2, padded: false, least: 1 }))).toEqual([
      '2.0',
      '0.0',
      '1.5',
      '1.67',
      '1e+21'
    ])
    expect(formatNumber(2, { decimals: 2, padded: false })).toBe('2')
    expect(formatNumber(-0.001, { decimals: 2, padded: false })).toBe('0')
    expect(formatNumber(120, { decimals: 0, padded: false })).toBe('120')
    // Of a column whose smallest numbers have 19 decimals.
    expect([57.79999923706055, 0.1, 12.5, -7, 2e-9].map((x) => formatNumber(x, { decimals: 19, padded: false }))).toEqual([
      '57.79999923706055',
      '0.1',
      '12.5',
      '-7',
      '0.000000002'
    ])
    expect(formatNumber(0.1, { decimals: 19, padded: true })).toBe('0.1000000000000000000')
    expect(formatNumber(1 / 3, { decimals: 16, padded: false })).toBe('0.3333333333333333')
    expect(formatNumber(100 / 3, { decimals: 2, padded: false })).toBe('33.33')
  })
  it('dates that exist, with zones', () => {
    expect(parseDateTime('2021-02-30')).toBeUndefined()
    expect(parseDateTime('2021-03-04T05:06:07+02:00')).toBe(Date.UTC(2021, 2, 4, 3, 6, 7))
  })
  it('orders that mean two days are no dates by themselves', () => {
    expect(parseDateTime('Jun 12 1998')).toBe(Date.UTC(1998, 5, 12))
    expect(parseDateTime('03.04.2024')).toBe(Date.UTC(2024, 3, 3))
    const none = ['31.02.2024', '3.4.24', '3/4/2024', '2001/02/30', '2001/01-31', 'Foo 12 1998', 'Feb 30 1998', '2024-01-01 12:61']
    expect(none.map((text) => parseDateTime(text))).toEqual(none.map(() => undefined))
  })
})

/** Coordinates whose ranks are evenly spaced: what they decode to is the law of the values, without chance. */
const even = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count))

/** What says whether a number differs from the values by a multiple of what they differ by. */
function latticeOf(values: Float64Array): (x: number) => boolean {
  const steps = Array.from(values, (value) => Math.round(100 * (value - values[0]!)))
  let step = 0
  for (const s of steps) {
    let [a, b] = [step, Math.abs(s)]
    while (b > 0) [a, b] = [b, a % b]
    step = a
  }
  return (x) => {
    const at = (100 * (x - values[0]!)) / step
    return Math.abs(at - Math.round(at)) < 1e-6
  }
}

describe('scaling', () => {
  const key = keyFromSeed(4)
  it('standard gives mean 0 and variance 1 and comes back', () => {
    const values = Float64Array.of(-3, 1, 4, 10)
    const scaler = fitScaler(values, 'standard')
    const z = scaleValues(scaler, values)
    expect(z.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 12)
    expect(z.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(1, 12)
    const back = unscaleValues(scaler, z)
    for (let i = 0; i < 4; i++) expect(back[i]).toBeCloseTo(values[i]!, 12)
  })
  it('tells lumpy columns from those that are only rounded', () => {
    const read = Float64Array.from({ length: 200 }, (_, i) => 3000 + 25 * Math.floor((i * i) / 1000) + (i % 2 === 0 ? 0 : 75))
    const rounded = Float64Array.from(normals(key, 200, 0), (z) => Math.round(40 + 6 * z))
    const exact = read.map((x, i) => x + i)
    expect([read, rounded, exact, read.subarray(0, 12)].map((x) => isLumpy(sorted(x)))).toEqual([true, false, false, false])
    // Mostly whole numbers, now and then to a decimal, as miles per gallon are.
    const mixed = Float64Array.from(normals(key, 300, 0), (z, i) =>
      i % 4 === 0 ? Math.round(10 * (24 + 7 * z)) / 10 : Math.round(24 + 7 * z)
    )
    expect(isLumpy(sorted(mixed))).toBe(true)
    // Whole numbers of which every second is told to the nearest five, as incomes are.
    const told = Float64Array.from(normals(key, 400, 0), (z, i) =>
      i % 2 === 0 ? 5 * Math.round((40 + 9 * z) / 5) : Math.round(40 + 9 * z)
    )
    expect(isLumpy(sorted(told))).toBe(true)
  })
  it('quantile takes values from a list only where a column is one', () => {
    const z = normals(keyFromSeed(8), 400)
    // Zero in 60 % of the rows, else an amount of its own: amounts are not taken from rows.
    const amounts = z.map((x, i) => (i % 5 < 3 ? 0 : 100 + x))
    const ratings = z.map((x) => Math.max(1, Math.min(5, Math.round(3 + x))))
    const visits = z.map((x) => Math.max(0, Math.round(12 * x - 3)))
    expect([amounts, ratings, visits].map((values) => (fitScaler(values, 'quantile') as { discrete: boolean }).discrete)).toEqual([
      false,
      true,
      true
    ])
    expect([amounts, ratings, visits, z].map((x) => isListed(sorted(x)))).toEqual([false, true, false, false])
    expect(isListed(Float64Array.of(1, 1, 2, 2))).toBe(false)
    // Doses of an experiment: three animals each.
    expect(isListed(Float64Array.of(0, 0, 0, 1, 1, 1, 4, 4, 4))).toBe(true)
    expect(isListed(Float64Array.of(1, 1, 1))).toBe(false)
    const scaler = fitScaler(amounts, 'quantile')
    const back = unscaleValues(scaler, normals(keyFromSeed(9), 1000))
    const zeros = back.filter((x) => x === 0).length
    // Three standard errors of a share of 0.6 of 1,000.
    expect(Math.abs(zeros / 1000 - 0.6)).toBeLessThan(3 * Math.sqrt(0.24 / 1000))
    const known = new Set(amounts)
    expect(back.filter((x) => x !== 0 && known.has(x)).length).toBeLessThan(20)
    expect(Math.min(...back.filter((x) => x !== 0))).toBeGreaterThan(90)
  })
  it('standard keeps a column without negative values so', () => {
    const scaler = fitScaler(Float64Array.of(0, 0.1, 0.2, 5), 'standard')
    expect(Math.min(...unscaleValues(scaler, Float64Array.of(-4, -1, 0)))).toBeGreaterThanOrEqual(0)
  })
  it('quantile returns exact atoms of a discrete column in their proportions', () => {
    const values = Float64Array.from({ length: 400 }, (_, i) => (i < 200 ? 0 : i < 300 ? 1 : 7))
    const scaler = fitScaler(values, 'quantile')
    const z = scaleValues(scaler, values, key)
    expect([...unscaleValues(scaler, z)]).toEqual([...values])
    expect(z.reduce((a, b) => a + b * b, 0) / 400).toBeGreaterThan(0.8)
    const grid = Float64Array.from({ length: 1000 }, (_, i) => -3 + (6 * i) / 999)
    expect(new Set(unscaleValues(scaler, grid))).toEqual(new Set([0, 1, 7]))
  })
  it('where values recur, training rows come back as they are, and decoding is monotone', () => {
    const values = Float64Array.from(normals(key, 500, 0), (z) => Math.round(20 * z) / 10 + 0)
    const scaler = fitScaler(values, 'quantile')
    expect([...unscaleValues(scaler, scaleValues(scaler, values, key))]).toEqual([...values])
    expect([...unscaleValues(scaler, scaleValues(scaler, values))]).toEqual([...values])
    const decoded = unscaleValues(scaler, even(20_000))
    for (let i = 1; i < decoded.length; i++) expect(decoded[i]).toBeGreaterThanOrEqual(decoded[i - 1]!)
    expect([decoded[0], decoded[decoded.length - 1]]).toEqual([Math.min(...values), Math.max(...values)])
  })
  it('ranks below and up to a value are those that decode to smaller ones and to it', () => {
    const values = Float64Array.from(normals(key, 300, 0), (z) => Math.round(60 * z)).sort()
    const law = recurringValues(values)!
    for (const x of [-200, -61, -60, -7.5, 0, 33, 34, 90, 200]) {
      const ranks = Float64Array.from({ length: 6000 }, (_, i) => (i + 0.5) / 20)
      const smaller = ranks.filter((rank) => law.valueAt(rank) < x).length / 20
      const atMost = ranks.filter((rank) => law.valueAt(rank) <= x).length / 20
      expect([law.below(x), law.upTo(x)].map((rank, k) => Math.abs(rank - [smaller, atMost][k]!) < 0.06)).toEqual([true, true])
    }
  })
  /** Columns in which some values recur and some do not, by what makes them so. */
  const recurring: Record<string, (u: number, z: number) => number> = {
    'rounded to a decimal': (_, z) => Math.round(200 * (10 + z)) / 100,
    'whole numbers': (_, z) => Math.round(1000 + 200 * z),
    'skewed whole numbers': (_, z) => Math.round(Math.exp(5 + z)),
    'masses read to 25 g': (_, z) => 25 * Math.round((4000 + 800 * z) / 25),
    'prices that end in .99': (_, z) => Math.floor(Math.exp(4 + z)) + 0.99,
    'rain, zero in half of the rows': (u, z) => (u < 0.5 ? 0 : Math.round(10 * Math.exp(1 + z)) / 10)
  }
  it.each(Object.keys(recurring))('fresh values come as often as in held-out rows: %s', { tags: ['slow'] }, (name) => {
    const draw = recurring[name]!
    const column = (seed: number, n: number) => {
      const [u, z] = [uniforms(keyFor(keyFromSeed(seed), 'u'), n), normals(keyFromSeed(seed), n)]
      return Float64Array.from({ length: n }, (_, i) => draw(u[i]!, z[i]!))
    }
    const trials = [1, 2, 3, 4].map((seed) => {
      const values = column(seed, 500)
      const known = new Set(values)
      const drawn = unscaleValues(fitScaler(values, 'quantile'), even(5000))
      const shareOf = (rows: Float64Array) => rows.filter((x) => !known.has(x)).length / rows.length
      // Gaps between the same values: nothing finer than the column's own digits and lattice.
      expect(drawn.every(latticeOf(values))).toBe(true)
      return shareOf(drawn) - shareOf(column(seed + 100, 5000))
    })
    // The count of single values, which it goes by, has a standard error of 0.01 over four samples of 500.
    expect(Math.abs(mean(trials))).toBeLessThan(0.045)
  })
  it('atoms keep their share, and nothing is drawn beside them or on the far side', () => {
    const z = normals(keyFromSeed(8), 400)
    const values = z.map((x, i) => (i % 10 < 3 ? 0 : 50 + Math.round(30 + 12 * x)))
    const scaler = fitScaler(values, 'quantile')
    const drawn = unscaleValues(scaler, even(10_000))
    const least = Math.min(...values.filter((x) => x > 0))
    expect(drawn.filter((x) => x === 0).length).toBe(3000)
    expect(Math.min(...drawn.filter((x) => x > 0))).toBe(least)
    expect(drawn.some((x) => !values.includes(x))).toBe(true)
  })
  it('a list whose values all recur is complete', () => {
    const values = Float64Array.from({ length: 300 }, (_, i) => [1, 2, 5, 10, 20, 50][i % 6]!)
    expect(new Set(unscaleValues(fitScaler(values, 'quantile'), even(2000)))).toEqual(new Set(values))
  })
  it('quantile of a continuous column interpolates inside its range and is monotone', () => {
    const values = Float64Array.of(1, 2, 4, 8, 16)
    const scaler = fitScaler(values, 'quantile')
    const back = unscaleValues(scaler, scaleValues(scaler, values))
    for (let i = 0; i < 5; i++) expect(back[i]).toBeCloseTo(values[i]!, 10)
    const decoded = unscaleValues(
      scaler,
      Float64Array.from({ length: 200 }, (_, i) => -4 + i / 25)
    )
    for (let i = 1; i < 200; i++) expect(decoded[i]).toBeGreaterThanOrEqual(decoded[i - 1]!)
    expect(decoded[199]).toBe(16)
  })
  it('a spike does not bleed into the gap beside it', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => (i < 40 ? 0 : 100 + i * 1.37))
    const scaler = fitScaler(values, 'quantile')
    const decoded = unscaleValues(
      scaler,
      Float64Array.from({ length: 5000 }, (_, i) => -3 + (6 * i) / 4999)
    )
    expect(decoded.some((x) => x > 0 && x < 150)).toBe(false)
  })
  it('suggests quantile for atoms, tails and skew only', () => {
    const spread = Float64Array.from({ length: 200 }, (_, i) => i + 0.001 * ((i * 7919) % 13))
    expect(suggestsQuantile(sorted(spread))).toBe(false)
    expect(suggestsQuantile(sorted(spread.map((x) => Math.floor(x / 40))))).toBe(true)
    expect(suggestsQuantile(sorted(spread.map((x) => Math.exp(x / 30))))).toBe(true)
  })
})

describe('categories', () => {
  it('levels are √2 apart', () => {
    for (const count of [2, 3, 7, 12]) {
      const places = placeLevels(count)
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < a; b++) {
          let squared = 0
          for (let c = 0; c < places.cols; c++) squared += (places.data[a * places.cols + c]! - places.data[b * places.cols + c]!) ** 2
          expect(squared).toBeCloseTo(2, 12)
        }
      }
    }
    const many = placeLevels(200)
    expect(many.cols).toBe(12)
  })
  it('combinations group equal rows of codes', () => {
    const { ofRow, rows } = combinationsOf(Int32Array.of(0, 1, 2, 0, 0, 1, 2, 0), 4)
    expect([...ofRow]).toEqual([0, 1, 0, 1])
    expect(rows.map((r) => [...r])).toEqual([
      [0, 2],
      [1, 3]
    ])
  })
})

describe('encoder', () => {
  const key = keyFromSeed(4)
  const raw = text({
    x: ['1.5', '2.5', '', '4.0', '3.0'],
    c: ['a', 'b', 'a', null, 'b'],
    one: ['7', '7', '7', '7', '7'],
    id: ['p', 'q', 'r', 's', 't']
  })
  it('encodes and decodes to the same table, missing cells and constants included', () => {
    for (const method of ['standard', 'quantile'] as const) {
      const { table, formats } = inferTable(raw)
      const encoder = fitEncoder(table, formats, () => method)
      expect(encoder.coordinateCount).toBe(1)
      expect(encoder.factors.map((f) => f.levelCount)).toEqual([2, 3])
      const back = decodeTable(encoder, encodeTable(encoder, table, keyFromSeed(1)))
      expect(presentTable(back, formats, 'text')).toEqual(presentTable(table, formats, 'text'))
    }
  })
  it('keeps columns without a value in them, whatever the format stored, and leaves them out of the model', () => {
    const empty = new Uint8Array(4).fill(1)
    const mixed: RawTable = {
      rowCount: 4,
      columns: [
        { name: 'void', source: 'text', values: ['', null, 'NA', ' '] },
        { name: 'x', source: 'number', values: Float64Array.of(1, 2.5, 3, 4) },
        { name: 'none', source: 'number', values: new Float64Array(4), missing: empty },
        { name: 'yes', source: 'boolean', values: [null, null, null, null] },
        { name: 'day', source: 'datetime', values: new Float64Array(4), missing: empty }
      ]
    }
    const { table, formats, notes } = inferTable(mixed)
    expect(notes.map((note) => note.split(':')[0])).toEqual(['void', 'none', 'yes', 'day'])
    const encoder = fitEncoder(table, formats, () => 'quantile')
    expect([encoder.coordinateCount, encoder.factors.length]).toEqual([1, 0])
    const back = decodeTable(encoder, encodeTable(encoder, table, key))
    for (const as of ['text', 'typed'] as const) {
      const written = presentTable(back, formats, as).columns
      expect(written.map(({ name }) => name)).toEqual(['void', 'x', 'none', 'yes', 'day'])
      expect(written.map(isEmptyColumn)).toEqual([true, false, true, true, true])
    }
    // In a table to which the model is applied, a column of missing cells is one of the kind that the model knows.
    const other = inferTable({ ...mixed, columns: [mixed.columns[0]!, { name: 'x', source: 'text', values: ['1', '2', '', '3'] }] })
    const known = fitEncoder(other.table, other.formats, () => 'standard')
    const hollow = inferTable(text({ void: ['', '', ''], x: ['', '', ''], y: ['1', '2', '3'] }), { exclude: [] }).table
    expect([...encodeTable(known, { columns: hollow.columns.slice(0, 2), rowCount: 3 }).codes]).toEqual([1, 1, 1])
  })
  it('refuses a table of other columns or levels', () => {
    const { table, formats } = inferTable(raw)
    const encoder = fitEncoder(table, formats, () => 'standard')
    const other = (change: Record<string, (string | null)[]>) => {
      const columns = Object.fromEntries(raw.columns.map((c) => [c.name, c.values as (string | null)[]]))
      return inferTable(text({ ...columns, ...change }), { types: { c: 'category', x: 'number', one: 'integer', id: 'identifier' } }).table
    }
    expect(codeOf(() => encodeTable(encoder, other({ c: ['a', 'b', 'zzz', 'a', 'b'] }), keyFromSeed(1)))).toBe('level-unknown')
    expect(codeOf(() => encodeTable(encoder, { columns: table.columns.slice(1), rowCount: 5 }, keyFromSeed(1)))).toBe('columns-differ')
  })
})
