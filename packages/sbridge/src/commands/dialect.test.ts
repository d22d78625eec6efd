import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyFor, keyFromSeed, normals, uniforms } from '@sbridge/core/kernels'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sbridge } from '../../test/command.js'
import { encodeText } from '../format/encoding.js'
import { readTable, writeTable } from '../format/table-file.js'

let folder: string
const at = (name: string) => join(folder, name)
const key = keyFromSeed(3)
const rows = 60
const z = (label: string) => normals(keyFor(key, label), rows)
const u = uniforms(keyFor(key, 'u'), rows)

const european = (x: number) =>
  x
    .toFixed(2)
    .replace('.', ',')
    .replace(/\B(?=(\d{3})+,)/g, '.')

/** Windows-1252, semicolons, CRLF, decimal commas, per cent, a missing word. */
const orders = [
  'Größe;Preis;Anteil;Ort',
  ...Array.from({ length: rows }, (_, i) =>
    [
      (170 + 8 * z('a')[i]!).toFixed(1).replace('.', ','),
      european(2000 + 300 * z('b')[i]!),
      `${Math.round(100 * u[i]!)} %`,
      i % 7 === 0 ? 'NA' : ['Köln', 'Zürich'][i % 2]!
    ].join(';')
  ),
  ''
].join('\r\n')

const cellsOf = (text: string) => text.split('\r\n').map((line) => line.split(';'))
const read = async (name: string) => new TextDecoder('latin1').decode(await readFile(at(name)))
const QUICK = ['--seed', '1', '--threads', '1', '--bandwidth', '0.3', '--scaling', 'standard']
const run = (...words: string[]) => sbridge(folder, ...words)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sbridge-dialect-'))
  await writeFile(at('orders.csv'), encodeText(orders, { encoding: 'windows-1252', byteOrderMark: false }))
})
afterAll(() => rm(folder, { recursive: true }))

function expectDialect(text: string): void {
  const [names, ...lines] = cellsOf(text)
  expect(names).toEqual(['Größe', 'Preis', 'Anteil', 'Ort'])
  expect(lines.at(-1)).toEqual([''])
  for (const [size, price, share, place] of lines.slice(0, -1)) {
    expect(size).toMatch(/^\d{3},\d$/)
    expect(price).toMatch(/^\d\.\d{3},\d\d$|^\d{1,3},\d\d$/)
    expect(share).toMatch(/^-?\d+ %$/)
    expect(['Köln', 'Zürich', 'NA']).toContain(place)
  }
}

describe('rows in the dialect of their table', () => {
  test('sample: encoding, separator, line ends, decimals, thousands, per cent, missing word', async () => {
    expect(await run('sample', 'orders.csv', '-n', '80', '-o', 'out.csv', ...QUICK)).toMatchObject({ status: 0 })
    const text = await read('out.csv')
    expectDialect(text)
    expect(text).toMatch(/;NA\r\n/)
    // Read again, it is a table of the same kinds.
    const kinds = async (name: string) =>
      JSON.parse((await run('info', name, '--json')).stdout).columns.map(({ kind }: { kind: string }) => kind)
    expect(await kinds('out.csv')).toEqual(await kinds('orders.csv'))
    expect(await kinds('orders.csv')).toEqual(['number', 'number', 'integer', 'category'])
  })

  test('a model file keeps it, and conditions are said in it', async () => {
    expect(await run('fit', 'orders.csv', '-o', 'orders.sbridge', ...QUICK)).toMatchObject({ status: 0 })
    const drawn = await run('sample', 'orders.sbridge', '-n', '9', '-o', 'kept.csv', '--given', 'Preis=`2.100,50`', '--seed', '1')
    expect(drawn.status).toBe(0)
    const text = await read('kept.csv')
    expectDialect(text)
    expect(
      cellsOf(text)
        .slice(1, -1)
        .map((cells) => cells[1])
    ).toEqual(new Array(9).fill('2.100,50'))
  })

  test('rows of conditions are read in it', async () => {
    await writeFile(at('given.csv'), 'Preis;Anteil\r\n1.900,00;10 %\r\n2.345,67;20 %\r\n')
    const drawn = await run('sample', 'orders.csv', '--given-file', 'given.csv', '-n', '2', '-o', 'conditional.csv', ...QUICK)
    expect(drawn.stderr).toBe('')
    expect(
      cellsOf(await read('conditional.csv'))
        .slice(1, -1)
        .map((cells) => cells.slice(1, 3).join(' '))
    ).toEqual(['1.900,00 10 %', '1.900,00 10 %', '2.345,67 20 %', '2.345,67 20 %'])
  })

  test('--dialect plain writes what programs read, and other formats hold numbers', async () => {
    await run('sample', 'orders.csv', '-n', '20', '-o', 'plain.csv', '--dialect', 'plain', ...QUICK)
    const [names, first] = (await readFile(at('plain.csv'), 'utf8')).split('\n')
    expect(names).toBe('Größe,Preis,Anteil,Ort')
    expect(first).toMatch(/^\d{3}\.\d,\d+\.\d\d,-?\d+,(Köln|Zürich)?$/)
    await run('sample', 'orders.csv', '-n', '20', '-o', 'rows.json', ...QUICK)
    expect(JSON.parse(await readFile(at('rows.json'), 'utf8'))[0].Preis).toBeTypeOf('number')
  })

  test('forecast and trajectories', async () => {
    const series = ['t;x', ...Array.from({ length: 40 }, (_, i) => `${i};${european(1500 + 50 * Math.sin(i / 3) + z('c')[i]!)}`), ''].join(
      '\n'
    )
    await writeFile(at('series.csv'), series)
    expect(
      await run('forecast', 'series.csv', '-n', '3', '--steps', '2', '-o', 'next.csv', '--exclude', 't', '--seed', '1', '--threads', '1')
    ).toMatchObject({ status: 0 })
    expect(await readFile(at('next.csv'), 'utf8')).toMatch(/^member;step;x\n1;1;\d\.\d{3},\d\d\n/)
    const particles = Array.from(
      { length: 40 },
      (_, i) => `${i % 2 === 0 ? '0,0' : '0,5'};${(z('d')[i]! + (i % 2)).toFixed(2).replace('.', ',')}`
    )
    await writeFile(at('cells.csv'), ['t;x', ...particles, ''].join('\n'))
    const paths = await run(
      'trajectories',
      'cells.csv',
      '--time',
      't',
      '-n',
      '4',
      '-o',
      'paths.csv',
      '--model',
      'paths.sbridge',
      '--seed',
      '1'
    )
    expect(paths.status).toBe(0)
    expect(await readFile(at('paths.csv'), 'utf8')).toMatch(/^particle;t;x\n1;0;-?\d,\d\d\n1;0,5;/)
    await run('trajectories', 'paths.sbridge', '-n', '4', '-o', 'again.csv', '--seed', '1')
    expect(await readFile(at('again.csv'), 'utf8')).toBe(await readFile(at('paths.csv'), 'utf8'))
  }, 60_000)

  test('bridge, embed and lift: numbers that are added have the decimal comma too, and are read back', async () => {
    const bridged = await run(
      'bridge',
      'orders.csv',
      'orders.csv',
      '-n',
      '2',
      '--at',
      '0.25',
      '-o',
      'between.csv',
      '--seed',
      '1',
      '--threads',
      '1'
    )
    expect(bridged.status).toBe(0)
    expect(cellsOf(await read('between.csv'))[1]!.slice(0, 2)).toEqual(['0,25', expect.stringMatching(/^\d{3},\d$/)])
    const embedded = ['embed', 'orders.csv', '-k', '2', '-o', 'map.csv', '--model', 'map.sbridge', '--seed', '1', '--threads', '1']
    expect((await run(...embedded)).status).toBe(0)
    expect((await read('map.csv')).split('\r\n')[1]).toMatch(/^-?\d,\d+;-?\d,\d+$/)
    expect((await run('lift', 'map.sbridge', 'map.csv', '-o', 'lifted.csv')).status).toBe(0)
    expect(cellsOf(await read('lifted.csv'))[1]).toEqual([
      expect.stringMatching(/^\d{3},\d$/),
      expect.any(String),
      expect.any(String),
      expect.any(String)
    ])
  }, 60_000)

  test('what cannot be read one way is refused, and --exclude leaves it out', async () => {
    await writeFile(
      at('mixed.csv'),
      `a,b\n${Array.from({ length: 20 }, (_, i) => `${i * i},${i % 2 === 0 ? '"1,5"' : '2.5'}`).join('\n')}\n`
    )
    const refused = await run('sample', 'mixed.csv', '-n', '5', '-o', 'no.csv', ...QUICK)
    expect(refused.status).toBe(2)
    expect(refused.stderr).toMatch(/two styles in the column b: 1,5 in row 1, 2\.5 in row 2[\s\S]*--exclude b/)
    expect((await run('sample', 'mixed.csv', '-n', '5', '-o', 'yes.csv', '--exclude', 'b', ...QUICK)).status).toBe(0)
    expect((await run('sample', 'orders.csv', '-n', '5', '-o', 'no.csv', '--encoding', 'latin-99', ...QUICK)).stderr).toContain('latin-99')
    expect((await run('sample', 'orders.sbridge', '-n', '5', '-o', 'no.csv', '--encoding', 'utf-8')).status).toBe(2)
  })
})

describe('rows of a workbook', () => {
  test('whole days in the format of the sheet, and a sheet by its name', async () => {
    const day = (i: number) => Date.UTC(2024, 0, 1 + Math.floor(300 * u[i]!))
    await writeTable(at('visits.xlsx'), {
      rowCount: rows,
      columns: [
        { name: 'seen', source: 'datetime', values: Float64Array.from({ length: rows }, (_, i) => day(i)) },
        { name: 'fee', source: 'number', values: Float64Array.from(z('fee'), (x) => Math.round(1e4 + 1000 * x) / 100) },
        { name: 'ward', source: 'text', values: Array.from(u, (x) => (x < 0.3 ? null : x < 0.6 ? 'north' : 'south')) }
      ],
      dialect: { kind: 'sheet', sheet: 'Visits', formats: { seen: 'dd.mm.yyyy', fee: '0.00 "€"' }, mixed: [] }
    })
    expect(await run('sample', 'visits.xlsx', '-o', 'drawn.xlsx', ...QUICK, '--sheet', 'Visits')).toMatchObject({ status: 0 })
    const drawn = await readTable(at('drawn.xlsx'))
    expect(drawn.dialect).toEqual({ kind: 'sheet', sheet: 'Visits', formats: { seen: 'dd.mm.yyyy', fee: '0.00 "€"' }, mixed: [] })
    const [seen, fee, ward] = drawn.columns
    expect(seen!.source === 'datetime' && seen.values.every((time) => time % 86_400_000 === 0)).toBe(true)
    expect(fee!.source === 'number' && fee.values.every((x) => Math.abs(100 * x - Math.round(100 * x)) < 1e-9)).toBe(true)
    expect(new Set([...ward!.values])).toEqual(new Set([null, 'north', 'south']))
    const text = await run('sample', 'visits.xlsx', '-o', '-', '-n', '3', ...QUICK)
    expect(text.stdout).toMatch(/^seen,fee,ward\n(\d{4}-\d\d-\d\d,[\d.]+,\w*\n){3}$/)
  })

  test('a sheet is asked for that is not there, or of a file that has none', async () => {
    const unknown = await run('info', 'visits.xlsx', '--sheet', 'Visit')
    expect(unknown).toMatchObject({ status: 2 })
    expect(unknown.stderr).toMatch(/--sheet Visit, which visits.xlsx does not hold\n {2}expected one of Visits, or a number from 1 to 1/)
    expect((await run('info', 'orders.csv', '--sheet', '1')).stderr).toMatch(/--sheet 1 with orders.csv\n {2}expected a workbook/)
  })
})

describe('limits of what is measured', () => {
  const crp = z('crp').map((x) => Math.exp(0.4 + x))
  const lab = [
    'CRP;Alter',
    ...Array.from({ length: rows }, (_, i) =>
      [
        crp[i]! < 0.8 ? '<0,8' : crp[i]! > 5 ? '>5' : crp[i]!.toFixed(1).replace('.', ','),
        Math.round(50 + 12 * z('age')[i]! + 4 * crp[i]!)
      ].join(';')
    ),
    ''
  ].join('\n')

  test('come as often as in the data, in the same form, from a model file too; and can be known', { tags: ['slow'] }, async () => {
    await writeFile(at('lab.csv'), lab)
    expect(await run('fit', 'lab.csv', '-o', 'lab.sbridge', '--seed', '1', '--threads', '1', '--bandwidth', '0.3')).toMatchObject({
      status: 0
    })
    expect(await run('sample', 'lab.sbridge', '-n', '400', '-o', 'drawn-lab.csv', '--seed', '1', '--threads', '1')).toMatchObject({
      status: 0
    })
    const [, ...drawn] = (await readFile(at('drawn-lab.csv'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(';')[0]!)
    for (const cell of drawn) expect(cell).toMatch(/^(?:<0,8|>5|[0-5](?:,\d)?)$/)
    const real = lab.split('\n').map((line) => line.split(';')[0]!)
    const share = (cells: readonly string[], sign: string) => cells.filter((cell) => cell.startsWith(sign)).length / cells.length
    for (const sign of ['<', '>']) expect(Math.abs(share(drawn, sign) - share(real, sign))).toBeLessThan(0.08)
    const known = await run('sample', 'lab.sbridge', '-n', '5', '-o', '-', '--given', 'CRP=`<0,8`', '--seed', '1', '--threads', '1')
    expect(known.stdout).toMatch(/^CRP;Alter\n(?:<0,8;\d+\n){5}$/)
    const unknown = await run('sample', 'lab.sbridge', '-n', '5', '-o', '-', '--given', 'CRP=`<0,7`', '--seed', '1', '--threads', '1')
    expect(unknown).toMatchObject({ status: 2 })
    expect(unknown.stderr).toContain('CRP=<0,7')
  })
})
