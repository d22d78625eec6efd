import { describe, expect, test } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../num/random.js'
import { columnFormat } from '../systems/encoder-file.js'
import { readAs } from '../systems/read-as.js'
import { inferTable } from './infer.js'
import { listsOf } from './lists.js'
import { presentTable } from './present.js'
import type { RawTable } from './raw.js'
import { isCategorical, type Table } from './table.js'

const N = 200
const GENRES = ['action', 'comedy', 'crime', 'drama', 'horror']
const u = uniforms(keyFor(keyFromSeed(5), 'lists'), N * GENRES.length)
/** Each row has some of five values, never none. */
const sets = Array.from({ length: N }, (_, i) => {
  const own = GENRES.filter((_, k) => u[i * GENRES.length + k]! < 0.4)
  return own.length > 0 ? own : [GENRES[i % GENRES.length]!]
})
const tableOf = (values: readonly (string | null)[]): RawTable => ({
  rowCount: values.length,
  columns: [
    { name: 'genres', source: 'text', values },
    { name: 'year', source: 'number', integer: true, values: Float64Array.from(values, (_, i) => 1990 + ((i * 7) % 30)) }
  ]
})
const written = (table: Table, raw: RawTable) => {
  const { formats } = inferTable(raw)
  return presentTable(table, formats, 'text').columns
}
/** A table with other levels of a column, each in every row. */
const withCodes = (table: Table, codes: Readonly<Record<string, number>>): Table => ({
  ...table,
  columns: table.columns.map((column) =>
    isCategorical(column) && column.name in codes ? { ...column, codes: new Int32Array(table.rowCount).fill(codes[column.name]!) } : column
  )
})

describe('lists in cells', () => {
  test.each([
    ['|', (set: readonly string[]) => set.join('|')],
    ['; ', (set: readonly string[]) => set.join('; ')],
    [', ', (set: readonly string[]) => [...set].reverse().join(', ')],
    ['", "', (set: readonly string[]) => `[${set.map((one) => `"${one}"`).join(', ')}]`]
  ])('parted by %s are columns of their values, and come back as they were', (_, spell) => {
    const raw = tableOf(sets.map((set, i) => (i % 20 === 0 ? null : spell(set))))
    const { table, notes } = inferTable(raw)
    expect(table.columns).toHaveLength(2 + GENRES.length)
    expect(notes).toEqual([expect.stringMatching(/^genres: lists of 5 values/)])
    expect(written(table, raw)).toEqual([expect.objectContaining({ values: raw.columns[0]!.values }), expect.anything()])
  })

  test('say which rows have a value, and are written in the order of the data whatever is drawn', () => {
    const raw = tableOf(sets.map((set) => set.join('|')))
    const { table, formats } = inferTable(raw)
    const drama = table.columns.find(({ name }) => name === 'genres has drama')!
    expect(isCategorical(drama) && [...drama.codes]).toEqual(sets.map((set) => Number(set.includes('drama'))))
    const has = (members: readonly string[]) =>
      Object.fromEntries(GENRES.map((one) => [`genres has ${one}`, Number(members.includes(one))]))
    const cell = (members: readonly string[], first: string) =>
      written(withCodes(table, { ...has(members), genres: GENRES.indexOf(first) }), raw)[0]!.values[0]
    expect(cell(['horror', 'comedy', 'action'], 'comedy')).toBe('action|comedy|horror')
    // No list is empty where none of the data is.
    expect(cell([], 'crime')).toBe('crime')
    const read = columnFormat(JSON.parse(JSON.stringify(formats[0])), 'format')
    expect(read).toEqual(formats[0])
  })

  test('in no order begin with what stands first', () => {
    const turned = sets.map((set, i) => [...set.slice(i % set.length), ...set.slice(0, i % set.length)])
    const raw = tableOf(turned.map((set) => set.join(', ')))
    const { table } = inferTable(raw)
    const cells = written(table, raw)[0]!.values as string[]
    expect(cells.map((cell) => cell.split(', ')[0])).toEqual(turned.map(([first]) => first))
    expect(cells.map((cell) => cell.split(', ').sort())).toEqual(sets)
  })

  test('are read as others were, and a value that these do not have makes a level of its own', () => {
    const { table } = inferTable(tableOf(sets.map((set) => set.join('|'))))
    const again = readAs(tableOf(['drama|horror', 'musical|drama', 'crime']), table.columns)
    expect(again.columns.map(({ name }) => name).sort()).toEqual(table.columns.map(({ name }) => name).sort())
    const first = again.columns.find(({ name }) => name === 'genres')!
    expect(isCategorical(first) && Array.from(first.codes, (code) => first.levels[code])).toEqual(['drama', 'musical|drama', 'crime'])
    expect(readAs(tableOf(['drama']), table.columns).columns).toHaveLength(2 + GENRES.length)
  })

  test('are none where values hardly recur, all cells have as many, lists are no more than values, or a kind is stated', () => {
    const towns = sets.map((_, i) => `Town ${i % 90}, ${['TX', 'CA', 'NY'][i % 3]}`)
    const people = sets.map((_, i) => `${'ABCDEFGHIJ'[(i * 7) % 10]}er, ${'KLMNOPQRST'[(i * 3) % 10]}a`)
    const twoLists = sets.map((_, i) => ['R&D', 'Sales', 'Sales & R'][i % 3]!)
    const blood = sets.map((_, i) => ['A+', 'A', 'B+', 'O', 'AB+'][i % 5]!)
    const remarks = sets.map((_, i) => `fine, but ${i} cells, some of them odd, ${i * 3}`)
    for (const values of [towns, people, twoLists, blood, remarks]) expect(listsOf(values)).toBeUndefined()
    const raw = tableOf(sets.map((set) => set.join('|')))
    expect(inferTable(raw, { types: { genres: 'category' } }).table.columns).toHaveLength(2)
  })
})
