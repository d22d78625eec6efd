import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import type { NumericColumn } from '../../table/table.js'
import { evenPlaces } from './clock.js'
import { drawForecast } from './draw.js'
import { fitForecast, trainingSeries } from './forecast.js'
import { levelShift } from './level-shift.js'
import type { ForecastOptions } from './options.js'
import { loadForecast, saveForecast } from './save.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const context = { engine, key: keyFromSeed(3) }
const SERIES = 300

/** x_t = φ x_{t−1} + ξ_t + slope t after a hundred rows, higher by `by` from row `from` on. */
function autoregressive(rows: number, phi: number, { seed = 0, slope = 0, from = rows, by = 0 } = {}): Float64Array {
  const xi = normals(keyFor(keyFromSeed(9), `${seed}`), rows + 100)
  let x = 0
  return xi
    .map((noise) => (x = phi * x + noise))
    .slice(100)
    .map((value, t) => value + slope * t + (t < from ? 0 : by))
}

const shiftsOf = (rows: number, phi: number, options: { slope?: number; from?: number; by?: number } = {}) =>
  Array.from({ length: SERIES }, (_, seed) => levelShift(autoregressive(rows, phi, { seed, ...options }), evenPlaces(rows)))

it('is found of what comes back to two levels, where it is and as high', () => {
  for (const phi of [0, 0.5]) {
    // Ten standard deviations of the noise or more: nearly all look like walks as they are.
    const found = shiftsOf(200, phi, { from: 150, by: 20 })
    const near = found.filter((shift) => shift && Math.abs(shift.before - (150 - 199)) < 1)
    expect(near.length).toBeGreaterThan(0.95 * SERIES)
    // A mean of 50 and one of 150, each of noise as wide as 2 of φ = 0.5: known to 0.33.
    for (const shift of near) expect(Math.abs(shift!.by + 20)).toBeLessThan(1.5)
  }
})

it('is seldom found of walks, and not of a line nor of one level', () => {
  const count = (found: readonly unknown[]) => found.filter(Boolean).length
  // Three are to be expected, with a standard deviation of 1.7.
  for (const rows of [60, 200]) expect(count(shiftsOf(rows, 1))).toBeLessThan(9)
  for (const slope of [0.05, 0.5]) expect(count(shiftsOf(200, 0.5, { slope }))).toBeLessThan(4)
  expect(count(shiftsOf(200, 0.5))).toBeLessThan(4)
})

describe('a forecast of a series with one', () => {
  const rows = 200
  const noise = normals(keyFromSeed(12), rows)
  const sales = noise.map((z, t) => 5 * z + (t < 150 ? 100 : 200))
  const data = (values: Float64Array) => inferTable({ rowCount: values.length, columns: [{ name: 'sales', source: 'number', values }] })
  const drawn = async (model: Awaited<ReturnType<typeof fitForecast>>) => {
    const { table } = await drawForecast(model, { members: 200, steps: 14 }, context)
    return Array.from((table.columns[2] as NumericColumn).values)
  }
  const moments = (x: readonly number[]) => {
    const mean = x.reduce((sum, value) => sum + value / x.length, 0)
    return { mean, spread: Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2 / x.length, 0)) }
  }
  const fit = (options: ForecastOptions = {}) => fitForecast(data(sales), { memory: 1, ...options }, context)

  it('goes on at the last level with its noise, and says so; the series stays as it was', async () => {
    const model = await fit()
    expect(model.other).toBeUndefined()
    expect(model.summary.notes.join()).toMatch(/the level of sales shifts at row 151: .*--changes sales/)
    expect(model.summary.season).toBeUndefined()
    const values = await drawn(model)
    const { mean, spread } = moments(values)
    // 50 rows know their mean to 0.7; as changes of walks it was 20.
    expect(Math.abs(mean - 200)).toBeLessThan(3)
    expect(spread).toBeGreaterThan(4)
    expect(spread).toBeLessThan(6.5)
    const own = (trainingSeries(model).columns[0] as NumericColumn).values
    for (const [i, x] of own.entries()) expect(x).toBeCloseTo(sales[i + 1]!, 9)
    expect(await drawn(loadForecast(unpackModel(packModel(saveForecast(model)))))).toEqual(values)
  })

  it('draws changes where they are asked for', async () => {
    const model = await fit({ changes: ['sales'] })
    expect(['change', 'growth']).toContain(model.summary.changes!.sales)
    expect(model.summary.notes.join()).not.toContain('shifts at')
    expect(moments(await drawn(model)).spread).toBeGreaterThan(8)
  })

  it('is of logarithms where these are drawn', async () => {
    const growing = noise.map((z, t) => Math.exp(0.3 * z + (t < 150 ? 2 : 6)))
    const model = await fitForecast(data(growing), { memory: 1 }, context)
    const logs = moments((await drawn(model)).map(Math.log))
    expect(Math.abs(logs.mean - 6)).toBeLessThan(0.3)
    expect(logs.spread).toBeGreaterThan(0.2)
    expect(logs.spread).toBeLessThan(0.45)
  })
})
