import { describe, expect, test } from 'vitest'
import { compareOrder, orderGrade } from '../../diagnose/compare-order.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFromSeed, normals, uniforms } from '../../num/random.js'
import { correlation } from '../../num/statistics.js'
import type { RawTable } from '../../table/raw.js'
import { numbersOf } from '../../table/rows.js'
import type { CategoricalColumn } from '../../table/table.js'
import { SYSTEMS } from '../index.js'
import type { StretchModel } from './model.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const ROWS = 240
const HOUR = 3_600_000

/** A sensor by the hour: a wave of the day, what comes back, a state that stays for a while, a mean of three hours, energy that adds up. */
function sensor(): RawTable {
  const [z, u] = [normals(keyFromSeed(2), 2 * ROWS), uniforms(keyFromSeed(3), 2 * ROWS)]
  const cells: Record<string, (string | null)[]> = {
    time: [],
    unit: [],
    temp: [],
    mean3: [],
    humidity: [],
    status: [],
    energy: [],
    total: []
  }
  const temps: number[] = []
  let [slow, on, total] = [0, true, 50]
  for (let i = 0; i < ROWS; i++) {
    slow = 0.8 * slow + 0.5 * z[i]!
    temps.push(Number((20 + slow + 4 * Math.sin((2 * Math.PI * i) / 24)).toFixed(1)))
    on = on ? u[i]! > 0.05 : u[i]! < 0.2
    const energy = Number((3 + 0.2 * z[ROWS + i]!).toFixed(2))
    total += energy
    const row = {
      time: new Date(Date.UTC(2024, 2, 1) + i * HOUR).toISOString().slice(0, 16).replace('T', ' '),
      unit: 'S-1',
      temp: temps[i]!.toFixed(1),
      mean3: i < 2 ? null : ((temps[i]! + temps[i - 1]! + temps[i - 2]!) / 3).toFixed(2),
      humidity: u[ROWS + i]! < 0.05 ? null : (50 + 10 * slow).toFixed(1),
      status: on ? 'ok' : 'off',
      energy: energy.toFixed(2),
      total: total.toFixed(2)
    }
    for (const [name, cell] of Object.entries(row)) cells[name]!.push(cell)
  }
  return { rowCount: ROWS, columns: Object.entries(cells).map(([name, values]) => ({ name, source: 'text', values })) }
}

const { tables } = SYSTEMS
const options = { time: 'time' }

describe('a table that is one series', async () => {
  const input = sensor()
  const model = await tables.fit(input, options, { engine })
  const { table } = await tables.draw(model, { seed: 1 }, { engine })
  const real = tables.training(model)

  test('a new stretch has the times, the order, the season and what is computed of the last rows', () => {
    expect(table.rowCount).toBe(ROWS)
    expect(numbersOf(table, 'time').values).toEqual(numbersOf(real, 'time').values)
    const order = compareOrder({ real, synthetic: table })!
    expect(order.columns.map(orderGrade)).not.toContain('poor')
    const [temp, was] = [numbersOf(table, 'temp').values, numbersOf(real, 'temp').values]
    expect(Array.from(temp)).not.toEqual(Array.from(was))
    // Both have the wave of the day.
    const wave = temp.map((_, i) => Math.sin((2 * Math.PI * i) / 24))
    expect(correlation(temp, wave)).toBeGreaterThan(0.8)
    const mean3 = numbersOf(table, 'mean3')
    for (let i = 0; i < ROWS; i++) {
      expect(mean3.missing?.[i]).toBe(i < 2 ? 1 : 0)
      if (i >= 2) expect(mean3.values[i]).toBeCloseTo((temp[i]! + temp[i - 1]! + temp[i - 2]!) / 3, 1.9)
    }
    const [energy, total] = [numbersOf(table, 'energy').values, numbersOf(table, 'total').values]
    for (let i = 1; i < ROWS; i++) expect(total[i]! - total[i - 1]!).toBeCloseTo(energy[i]!, 6)
  })

  test('states stay as long as they do, cells are empty as often, and what is the same stays so', () => {
    const runs = (of: typeof table) => {
      const { codes, levels } = of.columns.find(({ name }) => name === 'status') as CategoricalColumn
      const off = Array.from(codes, (code) => levels[code] === 'off')
      return [off.filter(Boolean).length, off.filter((is, i) => is && !off[i - 1]).length] as const
    }
    const [[rows, turns], [ofReal, turnsOfReal]] = [runs(table), runs(real)]
    // A share of the rows with a standard error of a tenth, as it is one of a dozen stretches that are off.
    expect(Math.abs(rows - ofReal) / ROWS).toBeLessThan(0.25)
    expect(rows / turns / (ofReal / turnsOfReal)).toBeGreaterThan(0.4)
    expect(rows / turns / (ofReal / turnsOfReal)).toBeLessThan(2.5)
    const empty = numbersOf(table, 'humidity').missing!.filter(Boolean).length
    expect(empty).toBeGreaterThan(2)
    expect(empty).toBeLessThan(30)
    expect((table.columns.find(({ name }) => name === 'unit') as CategoricalColumn).codes.every((code) => code === 0)).toBe(true)
  })

  test('conditions, and what is told of rows that stand alone, are refused before anything is computed, and by a model', async () => {
    const asked = { givens: [{ temp: 20 }], observe: [] } as unknown as NonNullable<Parameters<typeof tables.draw>[1]['asked']>
    const code = expect.objectContaining({ code: 'option-combination' })
    for (const request of [{ asked }, { steps: 5 }, { groups: 3 }]) {
      expect(() => tables.optionsFor(input, options, request)).toThrow(code)
      await expect(tables.draw(model, request, { engine })).rejects.toThrow(code)
    }
  })

  test('the newest row comes first where it does in the data, and more rows go on behind the end', async () => {
    const back = { ...input, columns: input.columns.map((one) => ({ ...one, values: [...one.values].reverse() })) } as RawTable
    const own = await tables.fit(back, options, { engine })
    const { table: drawn } = await tables.draw(own, { rows: ROWS + 10 }, { engine })
    const { values } = numbersOf(drawn, 'time')
    expect(values.every((value, i) => i === 0 || values[i - 1]! - value === HOUR)).toBe(true)
    expect(values[9]).toBe(numbersOf(real, 'time').values[ROWS - 1]! + HOUR)
  })

  test('what grows ends where the series ends, but for the last change, and is never the series itself', async () => {
    const z = normals(keyFromSeed(8), 200)
    let level = 100
    const sales = Array.from(z, (e) => {
      level *= Math.exp(0.02 + 0.03 * e)
      return level.toFixed(2)
    })
    const years = Array.from(z, (_, i) => new Date(Date.UTC(2000, i, 1)).toISOString().slice(0, 10))
    const raw: RawTable = {
      rowCount: 200,
      columns: [
        { name: 'month', source: 'text', values: years },
        { name: 'sales', source: 'text', values: sales }
      ]
    }
    const growing = (await tables.fit(raw, { time: 'month' }, { engine })) as StretchModel
    expect(growing.series.summary.changes).toEqual({ sales: 'growth' })
    const drawn = numbersOf((await tables.draw(growing, {}, { engine })).table, 'sales').values
    // Four deviations of one change.
    expect(Math.abs(Math.log(drawn[199]! / Number(sales[199])))).toBeLessThan(0.12 + 0.02)
    expect(drawn.filter((value, i) => value === Number(sales[i])).length).toBeLessThan(5)
  })

  test('two rows at one time, a time that is none, and nothing but categories are refused', async () => {
    const hours = input.columns[0]!.values as readonly (string | null)[]
    const time = { name: 'time', source: 'text' as const, values: Array.from(hours, (_, i) => hours[i - (i % 2)]!) }
    const twice = { ...input, columns: [time, ...input.columns.slice(1)] }
    await expect(tables.fit(twice as RawTable, options, { engine })).rejects.toMatchObject({ code: 'time-repeated' })
    await expect(tables.fit(input, { time: 'status' }, { engine })).rejects.toMatchObject({ code: 'time-column' })
    await expect(tables.fit(input, { time: 'nothing' }, { engine })).rejects.toMatchObject({ code: 'time-column' })
    const bare = { ...input, columns: input.columns.filter(({ name }) => name === 'time' || name === 'status') }
    await expect(tables.fit(bare, options, { engine })).rejects.toMatchObject({ code: 'series-numbers' })
  })
})

test('a year of days has its seasons again, by the name of each and by how warm it is, and dry days where nothing fell', async () => {
  const [z, u] = [normals(keyFromSeed(6), 365), uniforms(keyFromSeed(7), 365)]
  const cells: Record<string, string[]> = { date: [], season: [], mean: [], rain_mm: [], rain: [] }
  for (let i = 0; i < 365; i++) {
    const date = new Date(Date.UTC(2023, 0, 1 + i))
    const rain = u[i]! < 0.6 ? 0 : 10 * (u[i]! - 0.6) + 0.1
    cells.date!.push(date.toISOString().slice(0, 10))
    cells.season!.push(['winter', 'spring', 'summer', 'autumn'][Math.floor(((date.getUTCMonth() + 1) % 12) / 3)]!)
    cells.mean!.push((10 - 9 * Math.cos((2 * Math.PI * i) / 365) + 2 * z[i]!).toFixed(1))
    cells.rain_mm!.push(rain.toFixed(1))
    cells.rain!.push(rain > 0 ? 'yes' : 'no')
  }
  const input: RawTable = { rowCount: 365, columns: Object.entries(cells).map(([name, values]) => ({ name, source: 'text', values })) }
  const model = await tables.fit(input, { time: 'date' }, { engine })
  const { table } = await tables.draw(model, { seed: 1 }, { engine })
  const level = (name: string) => {
    const { levels, codes } = table.columns.find((one) => one.name === name) as CategoricalColumn
    return Array.from(codes, (code) => levels[code])
  }
  expect(level('season')).toEqual(cells.season)
  const rain = numbersOf(table, 'rain_mm').values
  expect(level('rain')).toEqual(Array.from(rain, (x) => (x > 0 ? 'yes' : 'no')))
  const means = numbersOf(table, 'mean').values
  const of = (from: number, to: number) => means.slice(from, to).reduce((sum, x) => sum + x, 0) / (to - from)
  // What it was, to four standard errors of what hardly follows the day before.
  expect(Math.abs(of(0, 59) - 2)).toBeLessThan(2)
  expect(Math.abs(of(151, 243) - 17)).toBeLessThan(2)
})

describe('a series of several columns', async () => {
  const N = 400
  const [z, u] = [normals(keyFromSeed(11), 6 * N), uniforms(keyFromSeed(12), 2 * N)]
  const cells: Record<string, string[]> = { date: [], open: [], close: [], top: [], mean: [], volume: [], rain: [], snow: [], sky: [] }
  let [price, top, smooth, busy] = [100, 0, Number.NaN, 0]
  for (let i = 0; i < N; i++) {
    const open = price
    price = Number((price * Math.exp(0.01 * z[i]!)).toFixed(2))
    top = Math.max(top, price)
    smooth = i === 0 ? price : smooth + (2 / 11) * (price - smooth)
    busy = 0.6 * busy + 0.6 * z[N + i]!
    const cold = 10 * Math.cos((2 * Math.PI * i) / 365) + 3 * z[2 * N + i]! > 4
    const rain = u[i]! < 0.5 ? 0 : Number((0.1 - 6 * Math.log(u[N + i]!)).toFixed(1))
    const row = {
      date: new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10),
      open: open.toFixed(2),
      close: price.toFixed(2),
      top: top.toFixed(2),
      mean: smooth.toFixed(4),
      volume: Math.exp(10 + busy).toFixed(0),
      rain: rain.toFixed(1),
      snow: (cold ? rain : 0).toFixed(1),
      sky: rain === 0 ? 'dry' : cold ? 'snow' : 'rain'
    }
    for (const [name, cell] of Object.entries(row)) cells[name]!.push(cell)
  }
  const input: RawTable = { rowCount: N, columns: Object.entries(cells).map(([name, values]) => ({ name, source: 'text', values })) }
  const model = await tables.fit(input, { time: 'date' }, { engine })
  const { table } = await tables.draw(model, { seed: 1 }, { engine })
  const real = tables.training(model)
  const of = (name: string, own = table) => numbersOf(own, name).values
  const changes = (x: Float64Array) => x.slice(1).map((value, i) => value - x[i]!)
  const spread = (x: Float64Array) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length)

  test('goes by steps as long as those of the series, whatever else the rows say', () => {
    // The spread of 400 changes has a standard error of 4 % on either side; rows that are near in other columns made it three times as wide.
    expect(spread(changes(of('close'))) / spread(changes(of('close', real)))).toBeGreaterThan(0.7)
    expect(spread(changes(of('close'))) / spread(changes(of('close', real)))).toBeLessThan(1.4)
  })

  test('skewed columns stay in the range of the series, and are as skewed', () => {
    const [drawn, was] = [of('volume').toSorted(), of('volume', real).toSorted()]
    expect(drawn[0]).toBeGreaterThanOrEqual(was[0]!)
    expect(drawn[N - 1]).toBeLessThanOrEqual(was[N - 1]!)
    // The median of a series that follows itself, in logarithms: five standard errors of some 100 rows that tell something each.
    expect(Math.abs(Math.log(drawn[N / 2]! / was[N / 2]!))).toBeLessThan(0.5)
  })

  test('records and exponential means are of the new rows', () => {
    let [top, mean] = [Number.NEGATIVE_INFINITY, Number.NaN]
    for (const [i, close] of of('close').entries()) {
      top = Math.max(top, close)
      mean = i === 0 ? close : mean + (2 / 11) * (close - mean)
      expect(of('top')[i]).toBe(top)
      expect(Math.abs(of('mean')[i]! - mean)).toBeLessThan(1e-3)
    }
  })

  test('what is another column or nought is so, and words go with it', () => {
    const [rain, snow] = [of('rain'), of('snow')]
    const sky = table.columns.find(({ name }) => name === 'sky') as CategoricalColumn
    for (let i = 0; i < N; i++) {
      expect([0, rain[i]]).toContain(snow[i])
      expect(sky.levels[sky.codes[i]!] === 'dry').toBe(rain[i] === 0)
      expect(sky.levels[sky.codes[i]!] === 'snow').toBe(snow[i]! > 0)
    }
    expect(snow.some((x) => x > 0)).toBe(true)
  })
})

describe('what a calendar places in every row', async () => {
  const DAYS = 280
  const [z, isSunday] = [normals(keyFromSeed(6), DAYS), (i: number) => i % 7 === 6]
  const columns = {
    date: Array.from({ length: DAYS }, (_, i) => new Date(Date.UTC(2023, 0, 2 + i)).toISOString().slice(0, 10)),
    sales: Array.from(z, (x, i) => (isSunday(i) ? '0' : Math.round(200 * Math.exp(0.15 * x)).toString())),
    level: Array.from(z, (x, i) => (isSunday(i) ? null : (10 + Math.sin(i) + x).toFixed(2)))
  }
  const input: RawTable = { rowCount: DAYS, columns: Object.entries(columns).map(([name, values]) => ({ name, source: 'text', values })) }
  const model = await tables.fit(input, { time: 'date' }, { engine })
  const { table } = await tables.draw(model, { seed: 2, rows: DAYS + 30 }, { engine })

  test('no sales on Sundays and on no other day, no reading on Sundays, behind the last row too', () => {
    const [sales, level] = [numbersOf(table, 'sales').values, numbersOf(table, 'level')]
    for (let i = 0; i < DAYS + 30; i++) {
      expect(sales[i] === 0).toBe(isSunday(i))
      expect(level.missing?.[i] === 1).toBe(isSunday(i))
    }
    // Nor do days that would be low stand on the lowest one: two rows of 240 that agree are no pile.
    const open = sales.filter((x) => x > 0).toSorted()
    expect(open.filter((x) => x === open[0]).length).toBeLessThan(5)
  })
})
