import { describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import type { NumericColumn, Table } from '../../table/table.js'
import { SYSTEMS } from '../index.js'
import type { ForecastModel } from './forecast.js'
import type { DrawnSeries } from './one-series.js'
import { loadForecast, saveForecast } from './save.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const { series } = SYSTEMS
const [HOURS, STEPS, MEMBERS] = [240, 30, 200]

const numbersOf = ({ columns }: Table, name: string): Float64Array =>
  (columns.find((column) => column.name === name) as NumericColumn).values

/** By the hour: a meter that stands still in four hours of ten, visits counted from midnight on, what is left of 9,000, and the meter with a fee. */
function meters(): RawTable {
  const [u, v] = [uniforms(keyFromSeed(31), HOURS), uniforms(keyFromSeed(32), HOURS)]
  const rows: Record<string, string[]> = { time: [], meter: [], visits: [], left: [], bill: [] }
  let [meter, visits, left] = [0, 0, 9000]
  for (let i = 0; i < HOURS; i++) {
    meter += u[i]! < 0.4 ? 0 : 1 + Math.round(9 * (u[i]! - 0.4))
    visits = (i % 24 === 0 ? 0 : visits) + Math.floor(8 * v[i]!)
    left -= Math.floor(20 * v[i]!)
    rows.time!.push(new Date(Date.UTC(2024, 2, 1, i)).toISOString().slice(0, 16).replace('T', ' '))
    rows.meter!.push(meter.toFixed(0))
    rows.visits!.push(visits.toFixed(0))
    rows.left!.push(left.toFixed(0))
    rows.bill!.push((meter + left).toFixed(0))
  }
  return { rowCount: HOURS, columns: Object.entries(rows).map(([name, values]) => ({ name, source: 'text', values })) }
}

describe('a forecast of what only goes one way', async () => {
  const input = meters()
  const fitted = (await series.fit(input, { time: 'time' }, { engine })) as ForecastModel
  const model = loadForecast(saveForecast(fitted))
  const request = { rows: MEMBERS, steps: STEPS, seed: 3 }
  const { table } = (await series.draw(model, request, { engine })) as DrawnSeries
  const real = series.training(model)
  /** Steps of every member, the first from the last row of the series. */
  const steps = (name: string): number[] => {
    const x = numbersOf(table, name)
    const last = Number(input.columns.find((column) => column.name === name)!.values[HOURS - 1])
    return Array.from(x, (value, i) => value - (i % STEPS === 0 ? last : x[i - 1]!))
  }

  test('goes that way in every step, in whole numbers, from where the series ends', () => {
    expect(steps('meter').every((step) => step >= 0 && Number.isInteger(step))).toBe(true)
    expect(steps('left').every((step) => step <= 0 && Number.isInteger(step))).toBe(true)
  })

  test('stands still as often as the series does', () => {
    const still = (all: ArrayLike<number>) => Array.from(all).filter((step) => step === 0).length / all.length
    const own = numbersOf(real, 'meter')
    // Of 239 real steps the share is known to 0.03.
    expect(still(steps('meter'))).toBeCloseTo(still(own.slice(1).map((x, i) => x - own[i]!)), 1)
  })

  test('begins anew with each day, and only then', () => {
    // The series ends at 23:00.
    expect(steps('visits').every((step, i) => step >= 0 || (i % STEPS) % 24 === 0)).toBe(true)
    const midnight = Array.from(numbersOf(table, 'visits')).filter((_, i) => (i % STEPS) % 24 === 0)
    expect(Math.max(...midnight)).toBeLessThan(8)
  })

  test('spreads as a sum of steps does, with what is unknown of their mean', () => {
    const sums = Array.from({ length: MEMBERS }, (_, m) =>
      steps('meter')
        .slice(m * STEPS, (m + 1) * STEPS)
        .reduce((a, b) => a + b)
    )
    const moments = (x: readonly number[]) => {
      const mean = x.reduce((a, b) => a + b) / x.length
      return { mean, variance: x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (x.length - 1) }
    }
    const own = numbersOf(real, 'meter')
    const step = moments(Array.from(own.slice(1), (x, i) => x - own[i]!))
    const { mean, variance } = moments(sums)
    const expected = STEPS * step.variance * (1 + STEPS / HOURS)
    // A standard error of the mean over members; of the spread one is 5 %, and scores bend a shift of the mean.
    expect(Math.abs(mean - STEPS * step.mean)).toBeLessThan(4 * Math.sqrt(variance / MEMBERS))
    expect(Math.sqrt(variance / expected)).toBeGreaterThan(0.8)
    expect(Math.sqrt(variance / expected)).toBeLessThan(1.2)
  })

  test('is shown as it is, and rules read it so', () => {
    const given = input.columns.find(({ name }) => name === 'meter')!.values.map(Number)
    expect(Array.from(numbersOf(real, 'meter'))).toEqual(given.slice(-real.rowCount))
    const [meter, left, bill] = ['meter', 'left', 'bill'].map((name) => numbersOf(table, name))
    expect(bill!.every((x, i) => x === meter![i]! + left![i]!)).toBe(true)
  })

  test('is drawn by values where something is known of it, which a model of its steps refuses', async () => {
    const asked = { givens: [{ 'meter@3': 9999 }], observe: [] }
    await expect((async () => series.draw(model, { ...request, asked }, { engine }))()).rejects.toMatchObject({ code: 'known-changes' })
    const anew = series.optionsFor!(input, { time: 'time' }, { ...request, asked })
    const byValues = (await series.fit(input, anew, { engine })) as ForecastModel
    expect(byValues.counted).toBeUndefined()
    const { table: drawn, warnings } = (await series.draw(byValues, { ...request, asked }, { engine })) as DrawnSeries
    const x = numbersOf(drawn, 'meter')
    const last = numbersOf(real, 'meter').at(-1)!
    const back = Array.from(x).filter((value, i) => value < (i % STEPS === 0 ? last : x[i - 1]!)).length
    expect(warnings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(RegExp(`^meter goes down in ${back.toLocaleString('en')} of`))
    )
  })
})
