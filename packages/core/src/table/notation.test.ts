import { describe, expect, it } from 'vitest'
import fc from '../../../../test/property.js'
import { type InferOptions, inferTable } from './infer.js'
import { type Notation, notationOf, readNumber } from './notation.js'
import { formatNumber, numberStyle } from './number-style.js'
import { presentTable } from './present.js'
import type { RawTable } from './raw.js'

const table = (columns: Readonly<Record<string, readonly (string | null)[]>>, separator: ',' | ';' = ','): RawTable => ({
  columns: Object.entries(columns).map(([name, values]) => ({ name, source: 'text', values })),
  rowCount: Object.values(columns)[0]!.length,
  dialect: {
    kind: 'delimited',
    encoding: 'utf-8',
    byteOrderMark: false,
    separator,
    lineEnd: '\n',
    quoted: [],
    quotedNames: false,
    quotedMissing: false
  }
})

function numbersIn(raw: RawTable, options: InferOptions = {}): (readonly number[] | string)[] {
  return inferTable(raw, options).table.columns.map((column) => ('values' in column ? [...column.values] : column.kind))
}

describe('notations of numbers', () => {
  it.each<[string, string[], number[], Notation]>([
    ['a decimal comma', ['1,5', '20,25', '3'], [1.5, 20.25, 3], { decimal: ',' }],
    ['European thousands', ['1.234,50', '12,00', '-1.234.567,89'], [1234.5, 12, -1234567.89], { decimal: ',', group: '.' }],
    ['US thousands', ['1,234.50', '7', '2,000,000'], [1234.5, 7, 2e6], { group: ',' }],
    ['blanks', ['1 234,50', '-12,5'], [1234.5, -12.5], { decimal: ',', group: ' ' }],
    ['narrow blanks', ['1\u202f234,50', '12,5'], [1234.5, 12.5], { decimal: ',', group: '\u202f' }],
    ['Swiss apostrophes', ["1'234.50", "12'345.00"], [1234.5, 12345], { group: "'" }],
    ['dollars', ['$1,234.50', '-$5.25', '$0.10'], [1234.5, -5.25, 0.1], { group: ',', before: '$' }],
    ['a minus behind the sign', ['$-5.25', '$3.00'], [-5.25, 3], { before: '$', negative: 'inside' }],
    ['euros behind', ['1.234,50 €', '7,00 €'], [1234.5, 7], { decimal: ',', group: '.', after: ' €' }],
    ['per cent', ['12 %', '-7.5 %'], [12, -7.5], { after: ' %' }],
    ['brackets', ['(12.50)', '3.00'], [-12.5, 3], { negative: '()' }],
    ['brackets around dollars', ['($1,250.00)', '$3.00'], [-1250, 3], { group: ',', before: '$', negative: '()' }],
    ['a true minus', ['−3.5', '2.25'], [-3.5, 2.25], { negative: '−' }],
    ['what it is out of', ['63/100', '70/100', '63/100'], [63, 70, 63], { after: '/100' }],
    ['what it is out of, in words', ['3.5 out of 5', '4 out of 5'], [3.5, 4], { after: ' out of 5' }],
    ['a unit', ['169 cm', '170.5 cm', '-3 cm'], [169, 170.5, -3], { after: ' cm' }],
    ['a unit with digits, right behind', ['1,5m2', '20,25m2', '1,5m2'], [1.5, 20.25, 1.5], { decimal: ',', after: 'm2' }],
    ['a unit that has a form for one', ['1 day', '2 days', '14 days', '1 day'], [1, 2, 14, 1], { after: ' days', one: ' day' }],
    [
      'such a unit, of halves too',
      ['1 Stunde', '1,5 Stunden', '0 Stunden'],
      [1, 1.5, 0],
      { decimal: ',', after: ' Stunden', one: ' Stunde' }
    ],
    ['degrees', ['21.5 °C', '-0.5 °C'], [21.5, -0.5], { after: ' °C' }],
    [
      'lakhs and crores',
      ['1,52,300.00', '-2,04,15,000.50', '900.00', '12,000.00'],
      [152300, -20415000.5, 900, 12000],
      { group: ',', groups: 'lakhs' }
    ],
    ['whole lakhs of rupees', ['₹1,52,300', '₹90,000', '₹900'], [152300, 90000, 900], { group: ',', groups: 'lakhs', before: '₹' }],
    ['a minus behind the digits', ['150.84-', '3.00', '1.00-'], [-150.84, 3, -1], { negative: 'behind' }],
    [
      'a minus behind, before euros',
      ['1.250,84- €', '3,00 €'],
      [-1250.84, 3],
      { decimal: ',', group: '.', after: ' €', negative: 'behind' }
    ],
    ['a plus in front of all above 0', ['+43.00', '-12.50', '0.00'], [43, -12.5, 0], { positive: '+' }],
    ['a plus in front of 0 too', ['+43.00', '-12.50', '+0.00'], [43, -12.5, 0], { positive: '+0' }],
    ['a plus in front of whole numbers', ['+43', '-12', '0'], [43, -12, 0], { positive: '+' }],
    ['a plus, in per cent', ['+1.2%', '-0.4%', '+10.0%'], [1.2, -0.4, 10], { after: '%', positive: '+' }],
    ['a plus behind the sign of currency', ['$+43.10', '$-12.50'], [43.1, -12.5], { before: '$', negative: 'inside' }],
    [
      'debits and credits',
      ['1,152.30 DR', '3.00 CR', '0.50 DR'],
      [-1152.3, 3, -0.5],
      { group: ',', signed: { above: ' CR', below: ' DR' } }
    ],
    ['debits alone', ['152.30', '3.00Dr.', '0.50'], [152.3, -3, 0.5], { signed: { above: '', below: 'Dr.' } }],
    ['text of a spreadsheet', ['="19.95"', '="0.40"', '="-3.10"'], [19.95, 0.4, -3.1], { before: '="', after: '"', negative: 'inside' }],
    ['dollars of a country', ['US$1,234.50', 'US$0.10'], [1234.5, 0.1], { group: ',', before: 'US$' }],
    ['a fraction alone', [',5', '1,25'], [0.5, 1.25], { decimal: ',' }]
  ])('%s are read, and written as they were', (_, cells, numbers, notation) => {
    expect(notationOf(cells)).toMatchObject({ notation })
    const { table: read, formats } = inferTable(table({ x: cells, y: cells.map((_, i) => String(i * i)) }))
    expect('values' in read.columns[0]! && [...read.columns[0].values]).toEqual(numbers)
    const style = numberStyle(cells, notation)
    if (style.padded || style.decimals === 0) expect(presentTable(read, formats, 'text').columns[0]!.values).toEqual(cells)
    for (const [i, x] of numbers.entries()) expect(readNumber(formatNumber(x, style), notation)).toBe(numbers[i])
    expect(presentTable(read, formats, 'plain').columns[0]!.values.map(Number)).toEqual(numbers)
  })

  it('whole numbers in groups are integers', () => {
    expect(inferTable(table({ x: ['1,234,567', '999', '12,000'] })).table.columns[0]!.kind).toBe('integer')
  })

  it.each([
    ['telephones', ['555 123 456', '555 987 654']],
    ['dates', ['12.03.2024', '13.03.2024']],
    ['addresses', ['10.0.0.1', '10.0.0.2']],
    ['codes with zeros in front', ['007,5', '008,5']],
    ['groups that are none', ['1,23,456', '1,2,3']],
    ['groups of two and of three', ['1,52,300', '1,234,567']],
    ['grades', ['2-', '2', '3-']],
    ['debits beside amounts of neither', ['152.30 DR', '3.00 CR', '0.50']],
    ['rooms beside others', ['4CR', '7', '12CR', '9']],
    ['debits in two spellings', ['152.30 DR', '3.00 CR', '0.50 Dr']],
    ['a quote that does not open', ['19.95"', '="0.40']],
    ['years without an end', ['1990.-', '1985.-']],
    ['conferences', ['COP 21', 'COP 26']],
    ['different signs', ['$5', '€7']],
    ['an open bracket', ['(5', '(7']],
    ['two signs', ['-(5)', '-(7)']],
    ['seats', ['12A', '14A', '15A']],
    ['months of a year', ['1/2024', '2/2024', '12/2024']],
    ['places in a list that never come again', ['1/3', '2/3', '3/3']],
    ['units that differ', ['169 cm', '1.7 m', '181 cm']]
  ])('%s are no numbers', (_, cells) => {
    expect(notationOf(cells)).toBeUndefined()
  })

  it('what a mark before three digits parts is what the column, the other columns, the separator or the user say', () => {
    const open = ['1,234', '5,678']
    expect(numbersIn(table({ x: open, y: ['1', '4'] }))[0]).toEqual([1234, 5678])
    expect(inferTable(table({ x: open })).notes.join()).toMatch(/nothing tells whether the comma .* --decimal comma/)
    expect(numbersIn(table({ x: open, y: ['1,5', '2,5'] }))[0]).toEqual([1.234, 5.678])
    expect(numbersIn(table({ x: open }, ';'))[0]).toEqual([1.234, 5.678])
    expect(numbersIn(table({ x: open }), { decimal: 'comma' })[0]).toEqual([1.234, 5.678])
    expect(inferTable(table({ x: open }), { decimal: 'comma' }).notes).toEqual([])
    const points = ['1.234', '5.678']
    expect(numbersIn(table({ x: points }, ';'))[0]).toEqual([1.234, 5.678])
    expect(numbersIn(table({ x: points, y: ['1,5', '2,5'] }))[0]).toEqual([1234, 5678])
    expect(numbersIn(table({ x: points, y: ['1,5', '2,5'] }), { decimal: 'point' })[0]).toEqual([1.234, 5.678])
  })

  it('words of databases for what is missing are no levels', () => {
    const { table: read, formats } = inferTable(table({ x: ['1.5', '\\N', '2.5', '(null)'], y: ['a', '\\N', 'b', 'a'] }))
    expect(read.columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['x number', 'y category'])
    expect(read.columns[1]).toMatchObject({ levels: ['a', 'b'] })
    expect(presentTable(read, formats, 'text').columns[1]).toMatchObject({ absent: '\\N' })
  })

  it('two styles in a column are refused with a row of each, unless the column is left out or of another kind', () => {
    const raw = table({ x: ['1,5', '7', '2.5'], y: ['1', '2', '4'] })
    expect(() => inferTable(raw)).toThrow(expect.objectContaining({ name: 'InputError', code: 'number-styles-mixed' }))
    expect(() => inferTable(raw)).toThrow(/1,5 in row 1, 2\.5 in row 3/)
    expect(() => inferTable(table({ x: ['1.5', '1.234.567'], y: ['1', '2'] }))).toThrow(/two styles/)
    expect(inferTable(raw, { exclude: ['x'] }).table.columns).toHaveLength(1)
    expect(inferTable(raw, { types: { x: 'category' } }).table.columns[0]!.kind).toBe('category')
  })

  it('any number in any notation is read as it was written', () => {
    const notations = fc.record(
      {
        decimal: fc.constant(',' as const),
        group: fc.constantFrom(' ', '\u00a0', '\u202f', "'", '’'),
        before: fc.constantFrom('$', '€ ', 'CHF '),
        after: fc.constantFrom(' €', '%', ' %'),
        negative: fc.constantFrom('()' as const, '−' as const)
      },
      { requiredKeys: [] }
    )
    const numbers = fc.array(fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(notations, numbers, (notation, cents) => {
        const style = { decimals: 2, padded: true, notation }
        const cells = cents.map((x) => formatNumber(x / 100, style))
        expect(cells.map((cell) => readNumber(cell, notation))).toEqual(cents.map((x) => x / 100 + 0))
        const found = notationOf(cells)
        expect(found && 'notation' in found && cells.map((cell) => readNumber(cell, found.notation))).toEqual(cents.map((x) => x / 100 + 0))
      })
    )
  })
})
