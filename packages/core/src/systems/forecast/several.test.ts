import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { type RawColumn, type RawTable, takeRawRows } from '../../table/raw.js'
import { drawModel, fitModel } from '../system.js'
import type { ForecastModel } from './forecast.js'
import { rowsOfSeveral, type SeveralForecasts, seriesIn } from './several.js'
import { type DrawnSeveral, type SeriesFit, series } from './system.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const context = { engine }

const DAYS = 40
const SHOPS = ['North', 'South', 'East'] as const
const noise = normals(keyFromSeed(11), DAYS * SHOPS.length)

/** Day by day a row for each shop: whole numbers in the first, tenths in the second, hundredths in the third. */
const shops: RawTable = (() => {
  const place = Array.from({ length: DAYS * SHOPS.length }, (_, i) => ({ t: Math.floor(i / SHOPS.length), g: i % SHOPS.length }))
  const text = (name: string, cell: (at: { t: number; g: number }, i: number) => string): RawColumn => ({
    name,
    source: 'text',
    values: place.map(cell)
  })
  const day = (t: number) => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10)
  const level = new Float64Array(SHOPS.length)
  const sales = place.map(({ g }, i) => {
    level[g] = 0.6 * level[g]! + noise[i]!
    return (20 * (g + 1) + 3 * level[g]!).toFixed(g)
  })
  return {
    rowCount: place.length,
    columns: [
      text('day', ({ t }) => day(t)),
      text('shop', ({ g }) => SHOPS[g]!),
      text('city', ({ g }) => ['Oslo', 'Rome', 'Oslo'][g]!),
      text('sales', (_, i) => sales[i]!)
    ]
  }
})()

const without = (table: RawTable, ...names: string[]): RawTable => ({
  ...table,
  columns: table.columns.filter(({ name }) => !names.includes(name))
})

const rowsOf = (shop: number): RawTable =>
  without(
    takeRawRows(
      shops,
      Array.from({ length: DAYS }, (_, t) => t * SHOPS.length + shop)
    ),
    'shop',
    'city'
  )

const request = { rows: 4, steps: 3, seed: 5 }
const options: SeriesFit & { group: string } = { group: 'shop', time: 'day', memory: 1, seed: 5 }

const fitted = (input: RawTable, asked: SeriesFit = options) => fitModel(series, { input, options: asked }, context)
const drawn = async (model: SeveralForecasts | ForecastModel, asked: object = request) =>
  series.present(model, await drawModel(series, { model, request: { ...request, ...asked } }, context), 'text')
const cellsOf = (table: RawTable, name: string) => Array.from(table.columns.find((column) => column.name === name)!.values as string[])

const refusalOf = async (work: Promise<unknown>): Promise<{ code: string; got: string }> =>
  work.then(
    () => ({ code: 'none', got: '' }),
    (error: { code: string; got: string }) => error
  )

describe('several series of one table', () => {
  it('are continued each as by itself, cell by cell, with what is alike in a series on every row', async () => {
    const rows = await drawn(await fitted(shops))
    expect(rows.columns.map(({ name }) => name)).toEqual(['shop', 'member', 'step', 'day', 'city', 'sales'])
    expect(rows.rowCount).toBe(SHOPS.length * request.rows * request.steps)
    for (const [g, shop] of SHOPS.entries()) {
      const mine = cellsOf(rows, 'shop').flatMap((cell, i) => (cell === shop ? [i] : []))
      const alone = await drawn(await fitted(rowsOf(g), { time: 'day', memory: 1, seed: 5 }))
      const { columns } = without(takeRawRows(rows, mine), 'shop', 'city')
      expect(columns.map(({ name, values }) => [name, [...values]])).toEqual(alone.columns.map(({ name, values }) => [name, [...values]]))
      expect(new Set(mine.map((i) => cellsOf(rows, 'city')[i]))).toEqual(new Set([g === 1 ? 'Rome' : 'Oslo']))
    }
  })

  it('are named by several columns together, in a list or in a text', async () => {
    const [one, two] = [
      await fitted(shops, { ...options, group: 'city, shop' }),
      await fitted(shops, { ...options, group: ['city', 'shop'] })
    ]
    const rows = await drawn(one)
    expect(rows.columns.map(({ name }) => name)).toEqual(['city', 'shop', 'member', 'step', 'day', 'sales'])
    expect(await drawn(two)).toEqual(rows)
    expect(cellsOf(rows, 'sales')).toEqual(cellsOf(await drawn(await fitted(shops)), 'sales'))
  })

  it('come in pieces as they come at once', async () => {
    const model = (await fitted(shops)) as SeveralForecasts
    const answer = (await drawModel(series, { model, request }, context)) as DrawnSeveral
    const whole = series.present(model, answer, 'text')
    for (const size of [1, 5, 12, 36]) {
      const pieces = Array.from({ length: Math.ceil(whole.rowCount / size) }, (_, k) =>
        series.present(model, rowsOfSeveral(answer, k * size, Math.min(whole.rowCount, (k + 1) * size)), 'text')
      )
      for (const { name } of whole.columns) expect(pieces.flatMap((piece) => cellsOf(piece, name))).toEqual(cellsOf(whole, name))
    }
  })

  it('take dates as the whole table tells them, where a series alone would take the day for the month', () => {
    const dates = (first: number) => Array.from({ length: 12 }, (_, k) => `${String(first + k).padStart(2, '0')}/02/2024`)
    const input: RawTable = {
      rowCount: 24,
      columns: [
        { name: 'device', source: 'text', values: Array.from({ length: 24 }, (_, i) => 'ab'[Math.floor(i / 12)]!) },
        { name: 'day', source: 'text', values: [...dates(1), ...dates(13)] },
        { name: 'x', source: 'text', values: Array.from({ length: 24 }, (_, i) => String((i * 7) % 11)) }
      ]
    }
    const { data } = seriesIn(input, { group: 'device', time: 'day' })
    const day = (g: number) => data[g]!.table.columns[0] as { readonly values: Float64Array }
    expect(day(0).values[1]! - day(0).values[0]!).toBe(86_400_000)
    expect(day(1).values[0]! - day(0).values[11]!).toBe(86_400_000)
  })

  it('that a text file numbers have numbers where there are types, and texts where a number would lose something', async () => {
    const named = (names: readonly string[]): RawTable => ({
      ...shops,
      dialect: {
        kind: 'delimited',
        encoding: 'utf-8',
        byteOrderMark: false,
        lineEnd: '\n',
        quoted: [],
        quotedNames: false,
        quotedMissing: false
      },
      columns: shops.columns.map((column) =>
        column.name === 'shop'
          ? { ...column, values: (column.values as string[]).map((cell) => names[SHOPS.indexOf(cell as 'East')]!) }
          : column
      ) as RawColumn[]
    })
    const typed = async (input: RawTable) => {
      const model = await fitted(input)
      return series.present(model, await drawModel(series, { model, request }, context), 'typed').columns[0]!
    }
    const numbers = await typed(named(['2', '7', '10']))
    expect([numbers.source, [...new Set<unknown>(numbers.values)]]).toEqual(['number', [2, 7, 10]])
    const codes = await typed(named(['02', '7', '10']))
    expect([codes.source, [...new Set<unknown>(codes.values)]]).toEqual(['text', ['02', '7', '10']])
  })

  it('are kept by a file, which damage does not slip through', async () => {
    const model = (await fitted(shops)) as SeveralForecasts
    const contents = unpackModel(packModel(series.save(model)))
    expect(await drawn(await (series.load(contents, context) as Promise<SeveralForecasts>))).toEqual(await drawn(model))
    const meta = contents.meta as { labels: { codes: number[] }[]; group: string[] }
    const damaged = (change: object) => () => series.load({ ...contents, meta: { ...meta, ...change } }, context)
    await expect(async () => damaged({ group: ['city'] })()).rejects.toMatchObject({ code: 'model-damaged' })
    await expect(async () => damaged({ labels: [{ ...meta.labels[0], codes: [0, 1, 9] }] })()).rejects.toMatchObject({
      code: 'model-damaged'
    })
    await expect(async () => damaged({ series: [] })()).rejects.toMatchObject({ code: 'model-damaged' })
  })

  it('have what is known of one of them, or of all', async () => {
    const own = { ...options, changes: 'off', known: ['sales'] } as const
    const model = await fitted(shops, own)
    const [free, one, all] = [
      await drawn(model),
      await drawn(model, { given: [{ shop: 'South', 'sales@2': 41 }] }),
      await drawn(model, { given: { 'sales@2': 41 } })
    ]
    const at = (table: RawTable, shop: string, step: string) =>
      cellsOf(table, 'sales').filter((_, i) => cellsOf(table, 'shop')[i] === shop && cellsOf(table, 'step')[i] === step)
    expect(new Set(at(one, 'South', '2'))).toEqual(new Set(['41.0']))
    expect(at(one, 'North', '2')).toEqual(at(free, 'North', '2'))
    expect(new Set(at(all, 'North', '2'))).toEqual(new Set(['41']))
    expect(await refusalOf(drawn(model, { given: [{ shop: 'West', 'sales@2': 41 }] }))).toMatchObject({
      code: 'series-unknown',
      got: 'something known of shop West'
    })
  })

  it('are refused by name', async () => {
    const few = takeRawRows(
      shops,
      Array.from({ length: shops.rowCount }, (_, i) => i).filter((i) => i % SHOPS.length === 1 || i < 5 * SHOPS.length)
    )
    expect(await refusalOf(fitted(few))).toMatchObject({
      code: 'series-short',
      got: '2 of 3 series with too few complete rows: shop North (5), shop East (5)'
    })
    const empty = (name: string, row: number): RawTable => ({
      ...shops,
      columns: shops.columns.map((column) =>
        column.name === name ? { ...column, values: (column.values as string[]).map((cell, i) => (i === row ? null : cell)) } : column
      ) as RawColumn[]
    })
    const refusal = await refusalOf(fitted(empty('sales', shops.rowCount - 2)))
    expect([refusal.code, refusal.got]).toEqual(['series-end', 'shop South: empty cells of sales in row 40 of 40'])
    expect((await refusalOf(fitted(empty('shop', 3)))).code).toBe('group-missing')
    expect((await refusalOf(fitted(shops, { ...options, group: 'shp' }))).code).toBe('column-unknown')
    const clashing = {
      ...shops,
      columns: shops.columns.map((one) => (one.name === 'city' ? { ...one, name: 'member' } : one)) as RawColumn[]
    }
    expect((await refusalOf(fitted(clashing))).code).toBe('columns-clash')
    expect((await refusalOf(fitted(shops, { ...options, group: 'day' }))).code).toBe('option-value')
    expect((await refusalOf(fitted(shops, { ...options, group: [] }))).code).toBe('option-value')
  })
})
