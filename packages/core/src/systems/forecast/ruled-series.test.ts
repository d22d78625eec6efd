import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFromSeed, normals, uniforms } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { isCategorical, isNumeric, type Table } from '../../table/table.js'
import { linesOf } from '../../tell/telling.js'
import { saved } from '../index.js'
import type { System } from '../system.js'
import { clockOf } from './clock.js'
import { type ForecastModel, trainingSeries } from './forecast.js'
import { ruledSeries } from './ruled-series.js'
import { series as all, type DrawnSeries, type SeriesFit, type SeriesRequest } from './system.js'

/** Of one series. */
const series = all as unknown as System<RawTable, SeriesFit, ForecastModel, SeriesRequest, DrawnSeries>

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const context = { engine }
const codeOf = (code: string) => expect.objectContaining({ code })
const ROWS = 300
/** Tenths of a number. */
const tenths = (x: number) => Math.round(10 * x) / 10
const day = (i: number) => new Date(Date.UTC(2021, 0, 4 + i)).toISOString().slice(0, 10)

function tableOf(columns: Readonly<Record<string, (i: number) => string | number>>): RawTable {
  return {
    rowCount: ROWS,
    columns: Object.entries(columns).map(([name, cell]) => ({
      name,
      source: 'text',
      values: Array.from({ length: ROWS }, (_, i) => String(cell(i)))
    }))
  }
}

/** x_n = φ x_{n−1} + ξ, in tenths. */
function autoregressive(phi: number, seed: number): number[] {
  const xi = normals(keyFromSeed(seed), ROWS)
  let x = 0
  return Array.from(xi, (noise) => {
    x = phi * x + noise
    return tenths(x)
  })
}

const [low, width, part, other] = [autoregressive(0.8, 31), autoregressive(0.2, 32), autoregressive(0.5, 33), autoregressive(0.6, 34)]
const high = low.map((x, i) => tenths(x + width[i]! ** 2))
const ranges = tableOf({
  low: (i) => low[i]!,
  high: (i) => high[i]!,
  part: (i) => part[i]!,
  other: (i) => other[i]!,
  total: (i) => tenths(part[i]! + other[i]!)
})
const request = { rows: 40, steps: 12 }

function valuesOf(table: Table, name: string): Float64Array {
  const column = table.columns.find((one) => one.name === name)
  if (!column || !isNumeric(column)) throw new Error(name)
  return column.values
}

function levelsOf(table: Table, name: string): string[] {
  const column = table.columns.find((one) => one.name === name)
  if (!column || !isCategorical(column)) throw new Error(name)
  return Array.from(column.codes, (code) => column.levels[code]!)
}

/** Rows that break high >= low, and total = part + other. */
function broken(table: Table): [number, number] {
  const [lows, highs, parts, others, totals] = ['low', 'high', 'part', 'other', 'total'].map((name) => valuesOf(table, name)) as [
    Float64Array,
    ...Float64Array[]
  ]
  return [
    lows.filter((x, i) => Math.round(10 * highs![i]!) < Math.round(10 * x)).length,
    totals!.filter((x, i) => Math.round(10 * x) !== Math.round(10 * parts![i]!) + Math.round(10 * others![i]!)).length
  ]
}

const fit = (table: RawTable, options: SeriesFit = {}) => series.fit(table, { memory: 1, ...options }, context)
const draw = (model: ForecastModel, asked: Partial<SeriesRequest> = {}) => series.draw(model, { ...request, ...asked }, context)
const reread = (model: ForecastModel) =>
  series.load(unpackModel(packModel(saved(model as never))), context) as ForecastModel | Promise<ForecastModel>
const rulesOf = ({ rules }: ForecastModel): string[] => rules?.rules.map(({ kind, column }) => `${kind} ${column}`) ?? []

let model: ForecastModel
beforeAll(async () => {
  model = await fit(ranges)
})

describe('rules of a series', () => {
  it('hold in all rows to come, from the table and from a model file alike, and are told', async () => {
    const drawn = await draw(model)
    expect(drawn.table.columns.map(({ name }) => name)).toEqual(['member', 'step', 'low', 'high', 'part', 'other', 'total'])
    expect(broken(drawn.table)).toEqual([0, 0])
    expect(drawn.warnings).toEqual([])
    const again = await reread(model)
    expect(await draw(again)).toEqual(drawn)
    expect(series.present(again, drawn, 'text')).toEqual(series.present(model, drawn, 'text'))
    expect(series.summary(again)).toMatchObject({ rules: ['total = part + other', 'high >= low'] })
    const told = series.tell(again, { answer: drawn, request })
    expect(told.json.rules).toEqual(['total = part + other', 'high >= low'])
    expect(linesOf(told).join('\n')).toContain('rule: total = part + other')
    // The figures are of the columns of the series.
    const figures = JSON.stringify(told.topics[0])
    for (const name of ['low', 'high', 'total']) expect(figures).toContain(`"${name}: series and forecast"`)
    const known = trainingSeries(again)
    for (const [name, values] of Object.entries({ low, high, part, other }))
      for (const [i, x] of valuesOf(known, name).entries()) expect(x, `${name} in row ${i + 1}`).toBeCloseTo(values[i + 1]!, 9)
  })

  it('are not kept where nobody wants them: rows are those of all columns, and what they break is warned of', async () => {
    const off = await draw(await fit(ranges, { rules: 'off' }))
    const all = await draw(await fit(ranges, { known: ['low', 'high', 'part', 'other', 'total'] }))
    expect(off.table).toEqual(all.table)
    expect(broken(off.table)[0]).toBeGreaterThan(10)
    expect(off.warnings.map(({ name }) => name)).toContain('rules-broken')
  })

  it('are stated ones, too, and refused where a row breaks them', async () => {
    const own = tableOf({ x: (i) => low[i]!, y: (i) => tenths(low[i]! + 4 + other[i]!) })
    expect(rulesOf(await fit(own))).toEqual([])
    const stated = await fit(own, { rule: 'y >= x' })
    expect(rulesOf(stated)).toEqual(['order y'])
    const { table } = await draw(stated)
    const ys = valuesOf(table, 'y')
    expect(valuesOf(table, 'x').filter((x, i) => ys[i]! < x - 1e-9).length).toBe(0)
    await expect(fit(own, { rule: 'x >= y' })).rejects.toThrow(codeOf('rule-broken'))
    await expect(fit(own, { rule: 'y = x', known: ['y'] })).rejects.toThrow(codeOf('rule-broken'))
    await expect(fit(own, { rule: 'y >= x', known: ['y'] })).rejects.toThrow(codeOf('rule-series'))
  })

  it('go beyond what the series has been: neither the largest number nor the last date is an end', async () => {
    // A level that rises by 5 in five rows, in numbers that all recur; dates that end sooner the later they start, up to the last one.
    const level = Array.from({ length: ROWS }, (_, i) => 5 * Math.floor(i / 5) + 5 * (i % 3))
    const wide = Array.from(normals(keyFromSeed(5), ROWS), (x) => 5 * Math.floor(1.5 * Math.abs(x)))
    const ends = Array.from(uniforms(keyFromSeed(6), ROWS), (u, i) => i + Math.round(u * (ROWS - i)))
    const rising = tableOf({
      date: (i) => day(i),
      low: (i) => level[i]!,
      high: (i) => Math.min(Math.max(...level), level[i]! + wide[i]!),
      end: (i) => day(ends[i]!)
    })
    const own = await fit(rising, { time: 'date', rule: ['high >= low', 'end >= date'] })
    const { table } = await draw(own, { steps: 40 })
    const [times, lows, highs, lasts] = ['date', 'low', 'high', 'end'].map((name) => valuesOf(table, name)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array
    ]
    // The largest number of the series is 305.
    expect(highs.filter((x, i) => x > 305 && lows[i]! < 305).length).toBeGreaterThan(10)
    const late = Array.from(highs.keys()).filter((i) => i % 40 >= 30)
    const share = (holds: (i: number) => boolean) => late.filter(holds).length / late.length
    expect(share((i) => lasts[i]! > times[i]!)).toBeGreaterThan(0.3)
  })
})

describe('times of a series', () => {
  const lasts = Array.from(normals(keyFromSeed(7), ROWS), (x) => Math.round(3 * Math.abs(x)))
  const load = autoregressive(0.6, 9)
  const WEEK = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
  const dated = tableOf({
    start: (i) => day(i),
    end: (i) => day(i + lasts[i]!),
    load: (i) => load[i]!,
    weekday: (i) => WEEK[i % 7]!
  })

  it('tell what rules derive from them: ends that come after their start, and days of the week', async () => {
    const own = await fit(dated, { time: 'start' })
    const { table, warnings } = await draw(own)
    expect(warnings).toEqual([])
    const [starts, ends, days] = [valuesOf(table, 'start'), valuesOf(table, 'end'), levelsOf(table, 'weekday')]
    expect(ends.filter((end, i) => end < starts[i]!).length).toBe(0)
    expect(days.filter((name, i) => name !== WEEK[(new Date(starts[i]!).getUTCDay() + 6) % 7]).length).toBe(0)
    expect(table.columns.map(({ name }) => name)).toEqual(['member', 'step', 'start', 'end', 'load', 'weekday'])
    expect((await draw(await reread(own))).table).toEqual(table)
    expect(trainingSeries(own).columns.map(({ name }) => name)).toEqual(['end', 'load', 'weekday'])
    expect(levelsOf(trainingSeries(own), 'weekday').slice(0, 3)).toEqual(['Tue', 'Wed', 'Thu'])
    // Without the rule a category cannot be forecast.
    await expect(fit(dated, { time: 'start', rules: 'off' })).rejects.toThrow(codeOf('local-columns'))
  })

  it('are derived by no rule, and derive nothing where they are not as far apart as each other', async () => {
    await expect(fit(dated, { time: 'start', rule: 'start = end - 1', exclude: ['weekday'] })).rejects.toThrow(codeOf('rule-broken'))
    const copy = tableOf({ t: (i) => i, u: (i) => 2 * i, load: (i) => load[i]! })
    await expect(fit(copy, { time: 't', rule: 't = u / 2' })).rejects.toThrow(codeOf('rule-series'))
    let at = 0
    const gaps = lasts.map((x) => {
      at += 1 + x
      return at
    })
    const uneven = tableOf({ t: (i) => day(gaps[i]!), end: (i) => day(gaps[i]! + (lasts[(i * 7) % ROWS] ?? 0)), load: (i) => load[i]! })
    expect(rulesOf(await fit(uneven, { time: 't' }))).toEqual([])
  })

  it('derive nothing that only looks up what was: rows to come have a year of their own', () => {
    const price = (i: number) => 10 + ((7 * Math.floor(i / 30)) % 11)
    const rates = inferTable(tableOf({ date: (i) => day(i), price, month: (i) => `m${day(i).slice(0, 7)}`, load: (i) => load[i]! }))
    const dates = { clock: clockOf(rates, 'date').clock, isEven: true }
    const found = ruledSeries(rates, dates)
    expect(found.rules?.rules.map(({ column }) => column) ?? []).toEqual([])
    // Stated, it is kept.
    const stated = ruledSeries(rates, { ...dates, rule: 'month_end(date) -> month' })
    expect(stated.rules?.rules.map(({ column }) => column)).toEqual(['month'])
  })
})

it('a rule whose replacement is a category, or missing, is left out, and refused where it is stated', async () => {
  // A fee of a tenth in the rows that have one.
  const price = Array.from(normals(keyFromSeed(11), ROWS), (x) => Math.round(100 * (20 + 3 * x)))
  const table = tableOf({
    price: (i) => (price[i]! / 100).toFixed(2),
    fee: (i) => ((i * 7) % 5 < 2 ? '0.00' : (Math.round(price[i]! / 10) / 100).toFixed(2))
  })
  const data = inferTable(table)
  expect(ruledSeries(data, {}).data).toEqual(data)
  const own = await fit(table)
  expect(own.rules).toBeUndefined()
  expect((await draw(own)).table).toEqual((await draw(await fit(table, { rules: 'off' }))).table)
  await expect(fit(table, { rule: 'fee = 0.1 * price or 0' })).rejects.toThrow(codeOf('rule-series'))
})

describe('what is known of rows to come', () => {
  const asked = { givens: [{ 'high@3': 6 }], observe: [] }

  it('is of a column that is drawn as any other: other rules are kept, and what breaks its own is warned of', async () => {
    const options = series.optionsFor(ranges, { memory: 1 }, { ...request, asked })
    expect(options.known).toEqual(['high'])
    const own = await fit(ranges, options)
    expect(rulesOf(own)).toEqual(['formula total'])
    const drawn = await draw(own, { asked })
    expect(new Set(valuesOf(drawn.table, 'high').filter((_, i) => i % request.steps === 2))).toEqual(new Set([6]))
    const [orders, sums] = broken(drawn.table)
    expect(orders).toBeGreaterThan(10)
    expect(sums).toBe(0)
    expect(drawn.warnings.map(({ message }) => message).join()).toContain(`${orders} of 480 rows break high >= low`)
    expect(await draw(await reread(own), { asked })).toEqual(drawn)
  })

  it('is of no column that a model derives, in values and in observations', async () => {
    for (const known of [asked, { givens: [{}], observe: ['`total@2` + `low@2` = 1 ± 0.1'] }])
      await expect(draw(model, { asked: known })).rejects.toThrow(codeOf('known-derived'))
    await expect(draw(model, { asked: { givens: [{ 'nope@3': 6 }], observe: [] } })).rejects.toThrow(codeOf('column-unknown'))
  })

  it('goes with rules of other columns and their exceptions, each plan as it stands alone', async () => {
    const bent = tableOf({
      low: (i) => low[i]!,
      part: (i) => part[i]!,
      other: (i) => other[i]!,
      total: (i) => tenths(part[i]! + other[i]! + (i % 10 === 3 ? 5 : 0))
    })
    const own = await fit(bent, { rule: 'total = part + other but for 30 rows' })
    const givens = [{ 'low@2': 1.5 }, { 'part@1': -2, 'other@12': 3 }]
    const few = { rows: 10, steps: 12 }
    const observe = ['`low@5` = 2 ± 0.1']
    const both = await draw(own, { ...few, asked: { givens, observe } })
    for (const [k, given] of givens.entries()) {
      const alone = await draw(own, { ...few, asked: { givens: [given], observe } })
      const [parts, others, totals] = ['part', 'other', 'total'].map((name) => valuesOf(alone.table, name)) as Float64Array[]
      expect(totals!.filter((x, i) => x > parts![i]! + others![i]! + 4.9).length).toBeGreaterThan(3)
      for (const name of ['low', 'other', 'total'])
        expect(valuesOf(both.table, name).subarray(120 * k, 120 * (k + 1))).toStrictEqual(valuesOf(alone.table, name))
    }
  })

  it('stays as it is, where other steps are made to fit: what is left is never negative but where it is said to be', async () => {
    // What both take is nearly all that there is, and each by itself half of it.
    const half = (i: number, x: number) => tenths(Math.max(0, 8 + low[i]! - Math.abs(x)) / 2)
    const gross = low.map((x) => tenths(Math.max(0, 8 + x)))
    const nets = tableOf({
      gross: (i) => gross[i]!,
      tax: (i) => half(i, width[i]!),
      fee: (i) => half(i, width[width.length - 1 - i]!),
      net: (i) => tenths(gross[i]! - half(i, width[i]!) - half(i, width[width.length - 1 - i]!))
    })
    const own = await fit(nets, { rule: 'net = gross - tax - fee' })
    const { table } = await draw(own, { asked: { givens: [{ 'tax@2': 30 }], observe: [] } })
    const isGiven = (_: number, i: number) => i % request.steps === 1
    expect(new Set(valuesOf(table, 'tax').filter(isGiven))).toEqual(new Set([30]))
    expect(Math.max(...valuesOf(table, 'net').filter(isGiven))).toBeLessThan(0)
    expect(Math.min(...valuesOf(table, 'net').filter((x, i) => !isGiven(x, i)))).toBe(0)
  })

  it('is a likelihood of whole rows', async () => {
    const likelihood = { logLikelihood: (row: Readonly<Record<string, unknown>>) => -50 * ((row['total@2'] as number) - 3) ** 2 }
    const { table } = await draw(model, { rows: 60, steps: 3, asked: { givens: [{}], observe: [], likelihood } })
    const totals = valuesOf(table, 'total').filter((_, i) => i % 3 === 1)
    // A deviation of 0.1 about 3.
    expect(Math.abs(totals.reduce((sum, x) => sum + x / totals.length, 0) - 3)).toBeLessThan(0.1)
    expect(broken(table)).toEqual([0, 0])
  })
})

it('places of a grid are all drawn, and neighbours of what is derived become each other’s', { tags: ['slow'] }, async () => {
  const grid = await fit(ranges, { exclude: ['other'], local: { kind: 'grid', rows: 2, cols: 2, radius: 1 } })
  expect(grid.rules).toBeUndefined()
  const edges = [
    ['low', 'high'],
    ['part', 'total'],
    ['total', 'low']
  ] as const
  const graph = await fit(ranges, { local: { kind: 'graph', edges } })
  expect(rulesOf(graph)).toEqual(['formula total', 'order high'])
  expect(graph.summary.inputs!.low!.some((input) => input.startsWith('high − low'))).toBe(true)
  expect(broken((await draw(graph)).table)).toEqual([0, 0])
})
