import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFor, keyFromSeed, normals, uniforms } from '@sbridge/core/kernels'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sbridge } from '../../test/command.js'
import { writeTable } from '../format/table-file.js'

const ROWS = 60
const z = normals(keyFor(keyFromSeed(1), 'z'), ROWS)
const u = uniforms(keyFor(keyFromSeed(1), 'u'), ROWS)
const QUICK = ['--bandwidth', '0.5', '--scaling', 'standard', '--seed', '1', '--threads', '1']

let folder: string
const csv = (head: string, row: (i: number) => string): string => [head, ...Array.from({ length: ROWS }, (_, i) => row(i)), ''].join('\n')
const qty = (i: number): number => 1 + Math.floor(5 * u[i]!)
const price = (i: number): number => [2, 3, 5][i % 3]!

/** One order is not what it costs; two codes are those of other rows; one group has one row. */
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'orders.csv': csv('qty,price,total,from,to', (i) =>
    [qty(i), price(i), qty(i) * price(i) + (i === 16 ? 1 : 0), i % 7, 9 + Math.floor(3 * z[i]! ** 2)].join()
  ),
  'keys.csv': csv('code,x', (i) => `K-${String(i === 6 || i === 8 ? 3 : i).padStart(4, '0')},${z[i]!.toFixed(2)}`),
  'encodings.csv': Buffer.concat([Buffer.from('name,x\nZürich,1\n', 'utf8'), Buffer.from('Köln,2\nBern,3\n', 'latin1')]),
  'decimals.csv': csv('a;x', (i) => `${'uv'[i % 2]};${i === 1 ? '2.5' : z[i]!.toFixed(2).replace('.', ',')}`),
  'days.csv': csv(
    'day,x',
    (i) => `${['13/04/2024', '05/06/2024', '04/14/2024'][Math.min(i, 2) === 2 && i > 2 ? 1 : i]},${z[i]!.toFixed(2)}`
  ),
  'open-days.csv': csv('day,x', (i) => `0${1 + (i % 9)}/0${1 + (i % 7)}/2024,${z[i]!.toFixed(2)}`),
  'groups.csv': csv('who,t,x', (i) => `a${i === 0 ? 0 : 1 + Math.floor(i / 6)},${i % 6},${z[i]!.toFixed(2)}`),
  'one-group.csv': csv('who,t,x', (i) => `a,${i},${z[i]!.toFixed(2)}`)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sbridge-bad-'))
  for (const [name, content] of Object.entries(FILES)) await writeFile(join(folder, name), content)
})
afterAll(() => rm(folder, { recursive: true }))

test.each<[string, string[], RegExp, RegExp, RegExp]>([
  [
    'a rule that the data break',
    ['orders.csv', '--rule', 'total = qty * price'],
    /“total = qty \* price”, which a row breaks: row 17 has total \d+, qty \d, price \d/,
    /a rule that every row obeys/,
    /correcting row 17, “total = qty \* price but for 1 row”/
  ],
  [
    'rules in a circle',
    ['orders.csv', '--rule', 'qty = total / price but for 1 row', '--rule', 'total = qty * price but for 1 row'],
    /“total = qty \* price but for 1 row” beside “qty = total \/ price”/,
    /derive no column from itself/,
    /leaving one of them out/
  ],
  [
    'two encodings in one file',
    ['encodings.csv'],
    /line 2 is UTF-8, line 3 is not/,
    /one encoding in all lines/,
    /--encoding windows-1252/
  ],
  [
    'two styles of decimals',
    ['decimals.csv'],
    /two styles in the column x: .* in row 1, 2\.5 in row 2/,
    /one mark for decimals/,
    /--exclude x, or --types x=category/
  ],
  [
    'days first in one row and months in another',
    ['days.csv'],
    /two orders in the column day: .*13\/04\/2024 in row 1.*04\/14\/2024 in row 3/,
    /one order of day and month/,
    /--date-order day-first or --date-order month-first/
  ],
  [
    'a key with duplicates',
    ['keys.csv', '--types', 'code=identifier'],
    /code as an identifier, of which 2 rows have a value of an earlier one: “K-0003” stands in rows 4 and 7/,
    /a key that tells all rows apart/,
    /correcting row 7; --types code=category .*--group code/
  ],
  ['one group', ['one-group.csv', '--group', 'who'], /--group who with 1 group/, /at least 5 groups/, /leaving --group out/]
])('%s is refused: what there is, what was expected, what to try', async (_what, words, got, expected, advice) => {
  const { status, stdout, stderr } = await sbridge(folder, 'sample', ...words, ...QUICK, '-o', 'no.csv')
  expect(status).toBe(2)
  expect(stdout).toBe('')
  const lines = stderr.split('\n')
  expect(lines[0]).toMatch(/^sbridge: error: got /)
  expect(lines[0]).toMatch(got)
  expect(lines[1]).toMatch(/^ {2}expected /)
  expect(lines[1]).toMatch(expected)
  expect(lines[2]).toMatch(/^ {2}try /)
  expect(lines[2]).toMatch(advice)
})

test.each<[string, string[], RegExp]>([
  [
    'names that two rows share',
    ['keys.csv'],
    /note: code: treated as names rather than a key, since 2 rows repeat a value of another row; new values all differ/
  ],
  [
    'dates that could be either',
    ['open-days.csv'],
    /note: day: every date could have the day or the month first: .*--date-order day-first/
  ],
  ['a group of one row', ['groups.csv', '--group', 'who', '--time', 't'], /note: 1 group of one row: it says nothing about how rows follow/]
])('%s is used, and said', async (_what, words, said) => {
  const { status, stdout, stderr } = await sbridge(folder, 'sample', ...words, ...QUICK, '-o', 'yes.csv')
  expect(status).toBe(0)
  expect(stdout + stderr).toMatch(said)
})

test('where no output is named it is said what one looks like', async () => {
  const { status, stderr } = await sbridge(folder, 'sample', 'orders.csv', '-n', '3')
  expect(status).toBe(2)
  expect(stderr).toMatch(/required option '-o, --output <file>' not specified\n\(Try -o new\.csv, or -o - for standard output\)/)
})

test('an address on the web is said to be one, with how it is read', async () => {
  const { status, stderr } = await sbridge(folder, 'sample', 'https://example.com/orders.csv', '-n', '5', '-o', 'web.csv', ...QUICK)
  expect(status).toBe(4)
  expect(stderr).toContain('an address on the web')
  expect(stderr).toContain("curl -sSf 'https://example.com/orders.csv' | sbridge sample -")
})

test('an address on the web as an output is said to be one, by the command and by the library', async () => {
  const { status, stderr } = await sbridge(folder, 'sample', 'orders.csv', '-n', '5', '-o', 'https://example.com/new.csv', ...QUICK)
  expect(status).toBe(2)
  expect(stderr).toContain('an address on the web, where nothing is written')
  expect(stderr).toContain("-o - | curl -sSf -T - 'https://example.com/new.csv'")
  await expect(writeTable('https://example.com/new.csv', [{ a: 1 }])).rejects.toMatchObject({ code: 'output-on-the-web' })
})

describe('a file that holds something else than its name says', () => {
  test.each([
    ['page.csv', '<!DOCTYPE html>\n<html><body><p>Sign, in</p></body></html>\n', 'a web page'],
    ['lone.csv', '\ufeff<!-- saved -->\n<html>\n<body>\n<p>Sign in</p>\n</body>\n</html>\n', 'a web page'],
    ['page.json', '<html>\n</html>\n', 'a web page'],
    ['page.xlsx', '<html>\n</html>\n', 'a web page'],
    ['scan.csv', '%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n', 'a PDF document'],
    ['feed.csv', '<?xml version="1.0"?>\n<rows>\n<row a="1"/>\n</rows>\n', 'XML'],
    ['list.csv', '[{"a": 1, "b": 2},\n {"a": 3, "b": 4}]\n', 'JSON'],
    ['lines.tsv', '{"a": 1}\n{"a": 3}\n', 'JSON Lines'],
    ['lines.json', '{"a": 1, "b": {"c": [2]}}\n{"a": 3}\n', 'JSON Lines'],
    ['book.csv', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 6, 0, 8, 0), 'an Excel workbook or a ZIP archive'],
    ['old.csv', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1), 'an Office document of before 2007, or one with a password'],
    ['old.xlsx', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1), 'an Office document of before 2007, or one with a password']
  ])('%s is said to hold it', async (name, content, what) => {
    await writeFile(join(folder, name), content)
    const { status, stderr } = await sbridge(folder, 'info', name)
    expect([status, stderr]).toEqual([2, expect.stringContaining(`${name}, which holds ${what}`)])
  })

  test('a table whose names begin as such do is read', async () => {
    await writeFile(
      join(folder, 'marks.csv'),
      `<5,{x},[y]\n${Array.from({ length: 30 }, (_, i) => `${i * i},${i},${(i * 7) % 5}`).join('\n')}\n`
    )
    expect(await sbridge(folder, 'info', 'marks.csv')).toMatchObject({ status: 0 })
  })
})
