import { beforeAll, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { cellAt } from '../../table/cells.js'
import type { RawColumn } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import type { RowsBetween } from '../bridge/answer.js'
import { wholeSides } from '../bridge/draw.js'
import { bridge } from '../bridge/system.js'
import { imputation } from '../imputation/system.js'
import { drawModel, fitModel } from '../system.js'
import type { DrawnRows, TableFit, TableRequest } from '../table/options.js'
import { tables } from '../table/system.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const n = 900
const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(8), label), n))
const some = (label: string, count: number) => dice(label).map((u) => Math.floor(count * u))
const channel = some('channel', 3).map((k) => ['web', 'shop', 'phone'][k]!)
const total = dice('total').map((u) => 20 + 80 * u)
const shipping = dice('shipping').map((u, i) => (channel[i] === 'shop' ? 0 : 2 + 12 * u * u))
const code = some('code', 3).map((k) => [200, 304, 404][k]!)
const size = dice('size').map((u, i) => (code[i] === 200 ? 600 + 4000 * u * u : code[i] === 304 ? 0 : 512))
// Numbers that end elsewhere at one level.
const weight = dice('weight').map((u, i) => (channel[i] === 'shop' ? 10 * u : 6 + 20 * u))
const cells: Record<string, readonly (string | number)[]> = { channel, total, shipping, code, size, weight }

/** The table with every fifth cell of some columns missing, as CSV has it. */
const raw = (holes: readonly string[] = []) => ({
  rowCount: n,
  columns: Object.entries(cells).map(([name, values]): RawColumn => {
    const gaps = dice(`gap ${name}`).map((u) => holes.includes(name) && u < 0.2)
    return { name, source: 'text', values: values.map((value, i) => (gaps[i] ? null : String(value))) }
  })
})

function wrong(table: Table) {
  const cell = (name: string) => cellAt(table.columns.find((one) => one.name === name)!)
  const rows = Array.from({ length: table.rowCount }, (_, i) => i)
  return {
    shipping: rows.filter((i) => (cell('channel')(i) === 'shop') !== (cell('shipping')(i) === 0)).length,
    size: rows.filter(
      (i) => (cell('code')(i) === 304) !== (cell('size')(i) === 0) || (cell('code')(i) === 404) !== (cell('size')(i) === 512)
    ).length,
    weight: rows.filter((i) => (cell('channel')(i) === 'shop' ? Number(cell('weight')(i)) > 10 : Number(cell('weight')(i)) < 6)).length
  }
}
const NONE = { shipping: 0, size: 0, weight: 0 }

it.each<[string, TableFit, TableRequest]>([
  ['columns one after the other', { local: 'auto' }, {}],
  ['columns one after the other, some given,', { local: 'auto' }, { given: { channel: 'shop', total: { from: 40, to: 60 } } }],
  ['a codec', { latent: 'pca:3' }, {}],
  ['a codec, under an observation,', { latent: 'pca:3' }, { given: { channel: 'web' }, observe: ['total = 50 ± 5'] }],
  ['a codec that is curved', { latent: 'diffusion-map' }, {}]
])('rows of %s have an amount where their levels do, and numbers as these go', async (_, options, request) => {
  const model = await fitModel(tables, { input: raw(), options: { ...options, rules: 'off' } }, { engine })
  const { table } = (await drawModel(tables, { model, request: { rows: 300, ...request } }, { engine })) as DrawnRows
  expect(wrong(table)).toEqual(NONE)
  const totals = table.columns.find(({ name }) => name === 'total')!
  // Spread evenly, they end at once, whatever their channel.
  const [least, most] = [Math.min(...total), Math.max(...total)]
  const beyond = Array.from({ length: 300 }, (_, i) => cellAt(totals)(i) as number).filter((x) => x < least || x > most)
  expect(beyond).toEqual([])
  const middle = Array.from({ length: 300 }, (_, i) => cellAt(totals)(i) as number).sort((a, b) => a - b)[150]!
  expect(Math.abs(middle - (request.given ? 50 : 60))).toBeLessThan(request.given ? 3 : 8)
})

it('numbers of few values have no others behind a codec', async () => {
  const z = normals(keyFromSeed(5), 2 * n)
  const stars = (k: number) =>
    Float64Array.from({ length: n }, (_, i) => Math.min(5, Math.max(1, Math.round(3 + z[2 * i]! + z[2 * i + k]! / 2))))
  const size = Float64Array.from({ length: n }, (_, i) => Math.round(10 * (50 + 5 * z[2 * i]!)) / 10)
  const columns = [stars(0), stars(1), size].map((values, k): RawColumn => ({ name: `r${k}`, source: 'number', values }))
  const model = await fitModel(tables, { input: { rowCount: n, columns }, options: { latent: 'pca:2' } }, { engine })
  const { table } = (await drawModel(tables, { model, request: { rows: 2000 } }, { engine })) as DrawnRows
  const drawn = new Set(table.columns.slice(0, 2).flatMap((column) => Array.from({ length: 2000 }, (_, i) => cellAt(column)(i))))
  expect([...drawn].sort()).toEqual([1, 2, 3, 4, 5])
})

it('gaps are filled with what goes with the cells that are given: amounts where levels have them, levels where amounts say so', async () => {
  const input = raw(['channel', 'shipping', 'code', 'size', 'weight'])
  const model = await fitModel(imputation, { input, options: { rules: 'off' } }, { engine })
  const { given, tables: filled } = await drawModel(imputation, { model, request: { fill: input } }, { engine })
  expect(wrong(filled[0]!)).toEqual(NONE)
  for (const { name } of given.columns) {
    const [before, after] = [given, filled[0]!].map((table) => cellAt(table.columns.find((one) => one.name === name)!))
    const rows = Array.from({ length: n }, (_, i) => i).filter((i) => before!(i) !== null)
    expect(rows.filter((i) => before!(i) !== after!(i))).toHaveLength(0)
  }
})

// Of 500 rows half-way between two tables of orders 456 had an amount against their levels.
it('rows between two tables have an amount where their levels do, and are rows of either at its end', async () => {
  const some = (from: number, to: number) => ({
    rowCount: to - from,
    columns: raw().columns.map((column): RawColumn => ({ ...column, values: (column.values as string[]).slice(from, to) }) as RawColumn)
  })
  const model = await fitModel(bridge, { input: some(0, 450), options: { to: some(450, 900), seed: 1 } }, { engine })
  const at = [0, 0.25, 0.5, 1]
  const { table } = (await drawModel(bridge, { model, request: { at, rows: 300, seed: 2 } }, { engine })) as RowsBetween
  // What few rows lack by chance they may have: one in a hundred.
  const { shipping, size, weight } = wrong(table)
  expect([shipping, weight]).toEqual([0, 0])
  expect(size).toBeLessThan(12)
  const written = (from: Table) => {
    const read = from.columns.map(cellAt)
    const text = (x: unknown) => (typeof x === 'number' ? x.toPrecision(9) : String(x))
    return Array.from({ length: from.rowCount }, (_, i) => read.map((cell) => text(cell(i))).join())
  }
  const [first, last, drawn] = [new Set(written(wholeSides(model).from)), new Set(written(wholeSides(model).to)), written(table)]
  expect(drawn.slice(0, 300).filter((row) => !first.has(row))).toEqual([])
  expect(drawn.slice(900).filter((row) => !last.has(row))).toEqual([])
})
