import { describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { numbersOf } from '../../table/rows.js'
import { counterOf } from '../forecast/counters.js'
import { SYSTEMS } from '../index.js'
import type { StretchModel } from './model.js'
import { loadStretch, saveStretch } from './save.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const HOURS = 240
const { tables } = SYSTEMS

/** By the hour: a meter that stands still in four hours of ten, visits counted from midnight on, what is left of 5,000, and what grows by the hundredth. */
function meters(): RawTable {
  const [u, v] = [uniforms(keyFromSeed(31), HOURS), uniforms(keyFromSeed(32), HOURS)]
  const rows: Record<string, string[]> = { time: [], meter: [], visits: [], left: [], grown: [] }
  let [meter, visits, left, grown] = [0, 0, 5000, 10]
  for (let i = 0; i < HOURS; i++) {
    meter += u[i]! < 0.4 ? 0 : 1 + 9 * (u[i]! - 0.4)
    visits = (i % 24 === 0 ? 0 : visits) + Math.floor(8 * v[i]!)
    left -= Math.floor(20 * v[i]!)
    grown *= 1 + 0.02 * (0.5 + u[i]!)
    rows.time!.push(new Date(Date.UTC(2024, 2, 1, i)).toISOString().slice(0, 16).replace('T', ' '))
    rows.meter!.push(meter.toFixed(1))
    rows.visits!.push(visits.toFixed(0))
    rows.left!.push(left.toFixed(0))
    rows.grown!.push(grown.toFixed(3))
  }
  return { rowCount: HOURS, columns: Object.entries(rows).map(([name, values]) => ({ name, source: 'text', values })) }
}

describe('columns that only go one way', async () => {
  const input = meters()
  const fitted = (await tables.fit(input, { time: 'time' }, { engine })) as StretchModel
  const model = loadStretch(saveStretch(fitted))
  const { table } = await tables.draw(model, { seed: 3 }, { engine })
  const real = tables.training(model)
  const steps = (name: string, of = table) => {
    const { values } = numbersOf(of, name)
    return Array.from(values.subarray(1), (x, i) => x - values[i]!)
  }

  test('are found, with the day that one begins anew with and the steps that grow with the level', () => {
    expect(model.counters.map(({ column, way, restart, isLogged }) => [column, way, restart, isLogged])).toEqual([
      ['meter', 'up', undefined, false],
      ['visits', 'up', 'day', false],
      ['left', 'down', undefined, false],
      ['grown', 'up', undefined, true]
    ])
  })

  test('go that way in new rows, and stand still as often', () => {
    expect(steps('meter').filter((x) => x < -1e-9)).toEqual([])
    expect(steps('grown').filter((x) => x < -1e-9)).toEqual([])
    expect(steps('left').filter((x) => x > 0)).toEqual([])
    const still = (of: typeof table) => steps('meter', of).filter((x) => Math.abs(x) < 1e-9).length / (HOURS - 1)
    // Five standard errors of a share of 0.4 among 240 rows, of either table.
    expect(Math.abs(still(table) - still(real))).toBeLessThan(5 * Math.sqrt((2 * 0.24) / HOURS))
    expect(steps('meter')).not.toEqual(steps('meter', real))
  })

  test('fall with a new day alone, to what the first hour of it brings', () => {
    const visits = numbersOf(table, 'visits').values
    for (const [i, step] of steps('visits').entries()) if ((i + 1) % 24 !== 0) expect(step).toBeGreaterThanOrEqual(0)
    for (let i = 24; i < HOURS; i += 24) expect(visits[i]).toBeLessThanOrEqual(7)
  })

  test('a walk is none, nor what rises in too few rows', () => {
    const format = { name: 'x', source: 'number', kind: 'number' } as const
    const of = (values: Float64Array) =>
      counterOf({ name: 'x', kind: 'number', values }, { times: undefined, places: values.map((_, i) => i), format })
    let level = 0
    expect(of(uniforms(keyFromSeed(5), 200).map((u) => (level += u - 0.3)))).toBeUndefined()
    expect(of(new Float64Array(200).map((_, i) => Math.floor(i / 11)))).toBeUndefined()
    expect(of(new Float64Array(200).map((_, i) => Math.floor(i / 9)))?.way).toBe('up')
  })
})
