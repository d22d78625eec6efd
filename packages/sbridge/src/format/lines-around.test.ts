import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { parseTable, serializeTable } from './table-format.js'

const read = (text: string, skip?: { top: number; bottom: number }) =>
  parseTable(new TextEncoder().encode(text), 'csv', { source: 'data.csv', ...(skip ? { skip } : {}) })
const cells = async (text: string, skip?: { top: number; bottom: number }) => {
  const { columns, notes = [] } = await read(text, skip)
  return { ...Object.fromEntries(columns.map(({ name, values }) => [name, [...values]])), notes: notes.join() }
}
const rows = 'b;2,5;3\na;4;4\nb;1,5;6\n'
const table = { place: ['b', 'a', 'b'], size: ['2,5', '4', '1,5'], n: ['3', '4', '6'] }

test.each([
  ['titles', `Report of 2024\nmade, as always, by hand\n\nplace;size;n\n${rows}`, '3 lines of titles'],
  ['titles that a spreadsheet filled up', `Report of 2024;;\n;;\nplace;size;n\n${rows}`, '2 lines of titles'],
  ['groups of names, as merged cells leave them', `where;measured;\nplace;size;n\n${rows}`, '1 line of titles'],
  ['groups below a title', `Report of 2024;;\n;measured;\nplace;size;n\n${rows}`, '2 lines of titles'],
  ['a sum', `place;size;n\n${rows}Total;8;13\n`, '1 line of sums'],
  ['a sum and a remark', `place;size;n\n${rows}Summe;8;13\n\nSource: the laboratory\n`, '2 lines of sums or remarks'],
  ['a sum that ends before the last column', `place;size;n\n${rows}\nTotal;8\n`, /^no rows: 1 line of sums[^,]*$/],
  [
    'a sum, and what a spreadsheet filled up',
    `place;size;n\n${rows};;\nSumme;8;13\n;;\nSource: the laboratory;;\n;;\n`,
    '5 lines of sums or remarks'
  ],
  ['the names again', `place;size;n\nb;2,5;3\nplace;size;n\na;4;4\nplace;size;n\nb;1,5;6\n`, '2 lines with the names again'],
  ['all of it', `Report\nplace;size;n\n${rows}Mean;2.7;4.3\nas of today\n`, /1 line of titles.*2 lines of sums/]
])('%s are no rows', async (_, text, note) => {
  expect(await cells(text)).toEqual({ ...table, notes: expect.stringMatching(note) })
})

test.each([
  ['a level that is called so, in the last row too', 'place;n\nTotal;1\na;2\nTotal;3\n', 3],
  ['a row of a name and no number', 'place;n\na;1\nb;2\nTotal;\n', 3],
  ['a level that begins so', 'place;n\na;1\nb;2\nTotalis;5\n', 3],
  ['a last row of nothing, as a table may have', 'place;size;n\na;1;2\nb;2;3\n;;\n', 3],
  ['a last row of one word, the others missing', 'place;size;n\na;1;2\nb;2;3\nc;;\n', 3],
  ['a last row of words below rows of nothing', 'a,b,c\n,,\n,,\n,,\nof course,,\n', 4],
  ['a last row of words below rows of one', 'a,b,c\n,,\n,,\nyes,,\nof course,,\n', 4],
  ['a last row of words that stand behind cells', 'a,b,c\n1,2,3\n4,5,6\n,,of course\n', 3],
  ['a first row that has one cell', 'a,b\nx,\n1,2\n3,4\n', 3],
  ['a first row of words beside a column without a name', ',price,state\nx,pending,open\ny,12,shut\nz,13,open\n', 3],
  ['names above text alone', 'note\nLee; Ann\nFox; Bob\n', 2]
])('%s stays', async (_, text, count) => {
  const { rowCount, notes } = await read(text)
  expect([rowCount, notes]).toEqual([count, undefined])
})

test('names again are no row of words either, in quotes or not, but of one column', async () => {
  const words = 'from;to\na;b\n"from";to\nb;a\n'
  expect(await cells(words)).toEqual({ from: ['a', 'b'], to: ['b', 'a'], notes: expect.stringContaining('1 line with the names again') })
  expect((await cells(words, { top: 0, bottom: 0 })) as object).toMatchObject({ from: ['a', 'from', 'b'], notes: '' })
  expect((await cells(`x\n${words}`, { top: 1, bottom: 0 })) as object).toMatchObject({ from: ['a', 'b'] })
  expect(await cells('word\na\nword\n')).toEqual({ word: ['a', 'word'], notes: '' })
  expect(((await cells(',to\n1,x\n,to\n')) as Record<string, unknown>).to).toEqual(['x'])
})

test('names with fewer cells than rows, and a row that is cut off, are refused as before', async () => {
  await expect(read('a,b\n1,2,3\n4,5,6\n')).rejects.toThrow(/3 cells on line 2.*--skip/s)
  await expect(read('a,b\n1,2\n3,4\n5\n')).rejects.toThrow(/1 cell on line 4/)
  await expect(read('a,b\n1,2\nof course\n5,6\n')).rejects.toThrow(/1 cell on line 3/)
  await expect(read('Report\nof 2024\na;b\n1;2\n3\n')).rejects.toThrow(/1 cell on line 5/)
})

test('a line of units is no row, and is written again', async () => {
  const text = 'place;size;n\n;cm;kg\nb;2,5;3\na;4;4\nb;1,5;6\n'
  const found = await read(text)
  expect(await cells(text)).toEqual({ ...table, notes: expect.stringContaining('a line of units') })
  expect(new TextDecoder().decode(await serializeTable(found, 'csv'))).toBe(text)
  expect(((await cells('a\n[cm]\n1\n2\n')) as Record<string, unknown>).a).toEqual(['1', '2'])
  // A line of sums in a short table is no row that speaks against them.
  expect(await cells(`${text}Total;8;13\n`)).toEqual({ ...table, notes: expect.stringMatching(/a line of units.*1 line of sums/) })
  // Text in a column of text, a word for missing cells, one stray word: rows.
  for (const row of ['x;cm;kg', ';NA;NA', ';cm;']) expect((await read(`place;size;n\n${row}\n${rows}`)).rowCount).toBe(4)
})

test('--skip decides: which lines, or none', async () => {
  expect(await cells(`x;y\nplace;size;n\n${rows}end;;\n`, { top: 1, bottom: 1 })).toEqual({ ...table, notes: '' })
  expect((await read('place;n\na;1\nb;2\nTotal;3\n', { top: 0, bottom: 0 })).rowCount).toBe(3)
  await expect(read('a;b\n1;2\n', { top: 9, bottom: 0 })).rejects.toMatchObject({ name: 'InputError', code: 'table-without-names' })
})

test('names that are blank are no titles where one goes over two lines', async () => {
  const { columns } = await read('"\n",day," "\n"\r",,\nx,2024-01-01,\n,2024-01-02,0\n')
  expect(columns.map(({ name }) => name)).toEqual(['\n', 'day', ' '])
})

test('a file of titles alone is refused', async () => {
  await expect(read('Only a title\n')).rejects.toMatchObject({ name: 'InputError', code: 'table-without-rows' })
})

test('gzip in one member and in several is read, whatever the name; damaged and cut ones are refused', async () => {
  const text = 'a,b\n1,x\n2,y\n'
  const parts = [gzipSync(text.slice(0, 6)), gzipSync(text.slice(6))]
  for (const bytes of [gzipSync(text), Buffer.concat(parts)]) {
    const { columns } = await parseTable(new Uint8Array(bytes), 'csv', { source: 'a.csv.gz' })
    expect(columns.map(({ values }) => values)).toEqual([
      ['1', '2'],
      ['x', 'y']
    ])
  }
  const whole = new Uint8Array(gzipSync(text))
  const flipped = whole.map((byte, i) => (i === whole.length - 6 ? byte ^ 1 : byte))
  for (const bytes of [whole.subarray(0, 5), whole.subarray(0, whole.length - 9), flipped])
    await expect(parseTable(bytes, 'csv', { source: 'a.csv.gz' })).rejects.toMatchObject({ name: 'FormatError', code: 'gzip-unreadable' })
})
