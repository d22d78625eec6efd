import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { type InferredTable, inferTable } from '../../table/infer.js'
import { type Column, isNumeric, type Table } from '../../table/table.js'
import { evenPlaces } from './clock.js'
import { drawForecast } from './draw.js'
import { fitForecast, trainingSeries } from './forecast.js'
import { drawForecastUnder } from './known.js'
import type { ForecastOptions } from './options.js'
import { loadForecast, saveForecast } from './save.js'
import { cyclesIn, findSeason, leastPeriods, periodsFor, seasonAt } from './season.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const context = { engine, key: keyFromSeed(3) }
const MONTHS = 240

/** A season of twelve rows with two harmonics, about 0, at row i. */
const seasonal = (i: number): number => 2 * Math.cos((2 * Math.PI * i) / 12) + Math.sin((4 * Math.PI * i) / 12 + 1)

/** What follows a regression on the row before it, with noise of some size. */
function autoregressive(count: number, slope: number, noise: number): Float64Array {
  const xi = normals(keyFromSeed(1), count)
  const out = new Float64Array(count)
  for (let i = 0; i < count; i++) out[i] = slope * (out[i - 1] ?? 0) + noise * xi[i]!
  return out
}

/** Rows of a series at the times of some of its months. */
function monthly(values: ArrayLike<number>, kept: (i: number) => boolean = () => true): InferredTable {
  const rows = Array.from({ length: values.length }, (_, i) => i).filter(kept)
  const column = (name: string, source: 'datetime' | 'number', of: (i: number) => number) => ({
    name,
    source,
    values: Float64Array.from(rows, of)
  })
  const columns = [column('when', 'datetime', (i) => Date.UTC(2000, i)), column('x', 'number', (i) => values[i]!)]
  return inferTable({ rowCount: rows.length, columns })
}

const own = autoregressive(MONTHS, 0.6, 0.3)
const series = own.map((x, i) => 10 + x + seasonal(i))
const fit = (data: InferredTable, options: ForecastOptions = { time: 'when' }) => fitForecast(data, options, context)

function valuesOf(table: Table, name: string): Float64Array {
  const column = table.columns.find((one) => one.name === name)
  if (!column || !isNumeric(column)) throw new Error(name)
  return column.values
}

it('a season is found as what a series without noise repeats, under a trend and without one', async () => {
  for (const [slope, trend] of [
    [0.6, 0],
    [1, 0.05]
  ] as const) {
    const x = autoregressive(MONTHS, slope, 0.1).map((value, i) => value + trend * i + seasonal(i - (MONTHS - 1)))
    const season = await findSeason({ coordinates: matrix(MONTHS, 1, x), places: evenPlaces(MONTHS) }, [7, 12])
    expect(cyclesIn(season![0]!).map(({ period, cosines }) => [period, cosines.length])).toEqual([[12, 2]])
    // Noise of 0.1 in 240 rows: an amplitude is known to about 0.02 / |1 − φ|, at 2π/12 and φ = 1 to 0.04; three of them.
    for (let place = -12; place <= 12; place++) expect(Math.abs(seasonAt(season!, place)[0]! - seasonal(place))).toBeLessThan(0.12)
  }
})

it('a season of few years has the shape that foretells best, all of its waves that show', async () => {
  const found: number[] = []
  for (let seed = 0; seed < 30; seed++) {
    const noise = normals(keyFromSeed(100 + seed), 72)
    const coordinates = matrix(
      72,
      1,
      noise.map((x, i) => 1.7 * x + seasonal(i))
    )
    const season = await findSeason({ coordinates, places: evenPlaces(72) }, [12])
    found.push(cyclesIn(season?.[0] ?? [])[0]?.cosines.length ?? 0)
  }
  // 27; 18 where the second wave, too, has to gain a standard error.
  expect(found.filter((harmonics) => harmonics >= 2).length).toBeGreaterThan(22)
})

it('what wanders and what is noise have none', async () => {
  for (const slope of [0, 0.9, 1]) {
    const coordinates = matrix(MONTHS, 1, autoregressive(MONTHS, slope, 1))
    expect(await findSeason({ coordinates, places: evenPlaces(MONTHS) }, [4, 12])).toBeUndefined()
  }
})

it('goes on with its season, as the law says: mean and spread a year ahead', async () => {
  const model = await fit(monthly(series))
  expect(model.summary.season).toEqual({ x: [{ period: 12, harmonics: 2 }] })
  const steps = 14
  const values = valuesOf((await drawForecast(model, { members: 200, steps }, context)).table, 'x')
  const known = valuesOf(trainingSeries(model), 'x')
  for (const [i, x] of known.entries()) expect(x).toBeCloseTo(series[i + 1]!, 9)
  for (let s = 8; s < steps; s++) {
    const at = Array.from({ length: 200 }, (_, i) => values[i * steps + s]!)
    const mean = at.reduce((a, b) => a + b) / 200
    const spread = Math.sqrt(at.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 200)
    // The spread of the rest is 0.3/√(1 − 0.36) = 0.375: of 200 members known to 0.03, of 240 rows to 0.05.
    expect(Math.abs(mean - 10 - seasonal(MONTHS + s))).toBeLessThan(0.25)
    expect(Math.abs(spread - 0.375)).toBeLessThan(0.12)
  }
  const off = await fit(monthly(series), { time: 'when', season: 'off' })
  expect(off.summary.season).toBeUndefined()
})

it('values that are given stand where they were, whatever the season is there', async () => {
  const model = await fit(monthly(series))
  const given = { 'x@3': 11 }
  const { table } = await drawForecastUnder(model, { members: 100, steps: 4, given }, context)
  const values = valuesOf(table, 'x')
  const after = Array.from({ length: 100 }, (_, i) => values[4 * i + 3]!)
  for (let i = 0; i < 100; i++) expect(values[4 * i + 2]).toBe(11)
  const wanted = 10 + seasonal(MONTHS + 3) + 0.6 * (11 - 10 - seasonal(MONTHS + 2))
  // The slope of 240 rows is known to 0.05, at what is given up to three spreads away.
  expect(Math.abs(after.reduce((a, b) => a + b) / 100 - wanted)).toBeLessThan(0.25)
})

it('a row that is missing is a gap: nothing is learned over it, and the season keeps its places', async () => {
  const missing = (i: number) => i % 31 === 5
  const model = await fit(monthly(series, (i) => !missing(i)))
  const gaps = Array.from(own.keys()).filter(missing).length
  expect(model.summary.notes.join()).toContain(`${gaps} rows are missing`)
  expect(model.summary.pairCount).toBe(MONTHS - 1 - 2 * gaps)
  expect(model.summary.season).toEqual({ x: [{ period: 12, harmonics: 2 }] })
  for (const place of [0, 5]) {
    const scaler = model.encoder.columns[0]! as { scaler: { scale: number } }
    expect(Math.abs(seasonAt(model.season!, place)[0]! * scaler.scaler.scale - seasonal(MONTHS - 1 + place))).toBeLessThan(0.2)
  }
  const again = loadForecast(unpackModel(packModel(saveForecast(model))))
  const draw = (one: typeof model) => drawForecast(one, { members: 3, steps: 4 }, context)
  expect(await draw(again)).toEqual(await draw(model))
  expect(trainingSeries(again)).toEqual(trainingSeries(model))
})

describe('a row with an empty cell', () => {
  const emptied = (empty: (i: number) => boolean): ReturnType<typeof monthly> => {
    const whole = monthly(series)
    const missing = Uint8Array.from({ length: MONTHS }, (_, i) => Number(empty(i)))
    const columns = whole.table.columns.map((column) => (column.name === 'x' ? ({ ...column, missing } as typeof column) : column))
    return { ...whole, table: { ...whole.table, columns } }
  }

  it('is a row that is missing in between, and is told', async () => {
    const empty = (i: number) => i === 40 || i === 97
    const [holes, gone] = [await fit(emptied(empty)), await fit(monthly(series, (i) => !empty(i)))]
    const draw = (one: typeof holes) => drawForecast(one, { members: 5, steps: 4 }, context)
    expect((await draw(holes)).table).toEqual((await draw(gone)).table)
    // Two gaps, each of a row that comes next and of as many that come after it as are remembered.
    expect(holes.summary.pairCount).toBe(MONTHS - holes.memory - 2 * (holes.memory + 1))
    expect(holes.summary.notes.join()).toContain(`2 rows have empty cells, of ${MONTHS}`)
  })

  it('near the end leaves memories that do not reach it; in the last row it is refused, with what to do', async () => {
    const near = emptied((i) => i === MONTHS - 3)
    expect((await fit(near)).memory).toBeLessThanOrEqual(2)
    await expect(fit(near, { time: 'when', memory: 3 })).rejects.toThrow(/empty cells of x in row 238 of 240.*--memory 2/s)
    await expect(fit(emptied((i) => i === MONTHS - 1))).rejects.toThrow(/empty cells of x in row 240.*--given 'NAME@1=VALUE', or filling/s)
    // A column that ends before the others can be left out; one that stands alone beside the time cannot.
    const ended = emptied((i) => i > MONTHS - 20)
    const other = { ...ended.table.columns.find(({ name }) => name === 'x')!, name: 'y', missing: new Uint8Array(MONTHS) } as Column
    const beside = {
      ...ended,
      table: { ...ended.table, columns: [...ended.table.columns, other] },
      formats: [...ended.formats, { ...ended.formats.at(-1)!, name: 'y' }]
    }
    await expect(fit(beside)).rejects.toThrow(/--exclude x, as of what is no longer measured, or filling/)
  })
})

it('days from Monday to Friday go on so, with a week as season', async () => {
  const monday = Date.UTC(2024, 0, 1)
  const days = Array.from({ length: 200 }, (_, i) => monday + 86_400_000 * (7 * Math.floor(i / 5) + (i % 5)))
  const x = autoregressive(200, 0.5, 0.2).map((value, i) => value + [3, 0, 0, 0, 1][i % 5]!)
  const columns = [
    { name: 'day', source: 'datetime' as const, values: Float64Array.from(days) },
    { name: 'x', source: 'number' as const, values: x }
  ]
  const model = await fit(inferTable({ rowCount: 200, columns }), { time: 'day' })
  expect(model.summary).toMatchObject({ pairCount: 199, notes: [], season: { x: [{ period: 5 }] } })
  const { table } = await drawForecast(model, { members: 1, steps: 6 }, context)
  const wanted = ['2024-10-07', '2024-10-08', '2024-10-09', '2024-10-10', '2024-10-11', '2024-10-14']
  expect(Array.from(valuesOf(table, 'day'), (time) => new Date(time).toISOString().slice(0, 10))).toEqual(wanted)
})

it('a period that cannot be seen is refused, one that is not there said', async () => {
  const data = monthly(series.subarray(0, 60))
  for (const season of [[1], [31], [12, -3]])
    await expect(fit(data, { time: 'when', season })).rejects.toMatchObject({ code: 'season-period' })
  expect((await fit(data, { time: 'when', season: [7.5] })).summary.notes.join()).toMatch(/no season of 7.5 rows/)
})

it('a model file whose season is none is refused', async () => {
  const contents = saveForecast(await fit(monthly(series)))
  const meta = contents.meta as { season: unknown }
  for (const season of [[], [[{ period: 1, cosines: [1], sines: [1] }]], [[{ period: 12, cosines: [1], sines: [] }]]])
    expect(() => loadForecast({ ...contents, meta: { ...meta, season } })).toThrow(expect.objectContaining({ code: 'model-damaged' }))
})

it('a unit of times that are numbers is looked for, where rows come several times in it', () => {
  const clock = (spacing: number) => ({ column: 'number', name: 't', place: 0, last: 2000, spacing }) as const
  // Years, written to some digits.
  expect(periodsFor('auto', clock((1988.917 - 1949) / 479), 480)).toEqual([12])
  expect(periodsFor('auto', clock(0.25), 108)).toEqual([4])
  expect(periodsFor('auto', clock(1), 108)).toEqual([])
  expect(periodsFor('auto', clock(0.3), 108)).toEqual([])
  expect(periodsFor('auto', clock(1 / 12), 20)).toEqual([])
})

it('two years of days are two periods, though they lack half a day of them; a series drawn anew needs one', () => {
  const DAY = 86_400_000
  const clock = { column: 'datetime', name: 't', place: 0, last: 0, spacing: DAY } as const
  const years = (rows: number, least?: number) => periodsFor('auto', clock, rows, least).filter((period) => period > 300)
  expect(years(730)).toHaveLength(1)
  expect(years(729)).toHaveLength(0)
  expect(years(365, leastPeriods(true))).toHaveLength(1)
  expect(years(364, leastPeriods(true))).toHaveLength(0)
})
