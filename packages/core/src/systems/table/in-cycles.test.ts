import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { rowsOfTable } from '../../table/records.js'
import { drawModel, fitModel } from '../system.js'
import type { DrawnRows, TableModel, TableRequest } from './options.js'
import { tables } from './system.js'

const ROWS = 300
const DAY = 86_400_000
const [FROM, DAYS] = [Date.UTC(2024, 3, 2), 60]
const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(29), label), ROWS))
const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
const stamp = (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' ')

const times = dice('time').map((u) => FROM + Math.floor(u * DAYS * 48) * 1_800_000)
const hourOf = (at: string) => Number(at.slice(11, 13))
const isNight = (at: string) => hourOf(at) < 6 || hourOf(at) >= 20
/** Power of a roof: nothing at night. */
const scatter = dice('power')
const solar = {
  rowCount: ROWS,
  columns: [
    text('at', times.map(stamp)),
    text(
      'power',
      times.map((time, i) => (isNight(stamp(time)) ? 0 : (1 + 4 * scatter[i]!).toFixed(2)))
    )
  ]
}
/** Sales of a shop, twice as many on Saturdays and Sundays. */
const dates = dice('date').map((u) => FROM + Math.floor(u * 3 * DAYS) * DAY)
const isWeekend = (date: string) => [0, 6].includes(new Date(date).getUTCDay())
const sales = {
  rowCount: ROWS,
  columns: [
    text(
      'date',
      dates.map((time) => stamp(time).slice(0, 10))
    ),
    text(
      'sales',
      dates.map((time, i) => Math.round((isWeekend(stamp(time)) ? 400 : 200) + 60 * scatter[i]!))
    )
  ]
}

describe('dates whose time of day or weekday tells other columns', () => {
  let engine: Engine
  let model: TableModel
  beforeAll(async () => {
    engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
    model = await fit(solar)
  })
  const fit = async (input: typeof solar) =>
    (await fitModel(tables, { input, options: { bandwidth: 0.2, seed: 3 } }, { engine })) as TableModel
  const rows = async (request: TableRequest, own = model) => {
    const drawn = (await drawModel(tables, { model: own, request }, { engine })) as DrawnRows
    return rowsOfTable(tables.present(own, drawn, 'text')) as readonly Record<string, string>[]
  }

  it('are drawn with them', async () => {
    const drawn = await rows({ rows: 300, seed: 5 })
    // As one number the night of a day has what its noon has, in 152 of these rows.
    const wrong = drawn.filter(({ at, power }) => isNight(at!) !== (Number(power) === 0)).length
    expect(wrong).toBeLessThan(25)
    const ends = [Math.min(...times), Math.max(...times)]
    expect(
      drawn.every(({ at }) => Date.parse(`${at!.replace(' ', 'T')}Z`) >= ends[0]! && Date.parse(`${at!.replace(' ', 'T')}Z`) <= ends[1]!)
    ).toBe(true)
  })

  it('are so in weeks', async () => {
    const weekly = await fit(sales)
    const drawn = await rows({ rows: 300, seed: 5 }, weekly)
    const mean = (isOn: boolean) => {
      const some = drawn.filter(({ date }) => isWeekend(date!) === isOn)
      return some.reduce((sum, one) => sum + Number(one.sales), 0) / some.length
    }
    // 230 and 430 in the data, and alike without weekdays.
    expect(mean(false)).toBeLessThan(270)
    expect(mean(true)).toBeGreaterThan(370)
  })

  it('are given as they stand, whole, from and until', async () => {
    const given = async (at: string) => (await rows({ rows: 12, seed: 7, given: [{ at }] })).map((one) => one.at!)
    expect(new Set(await given('2024-04-20 13:00'))).toEqual(new Set(['2024-04-20 13:00']))
    for (const [from, to] of [
      ['2024-04-20 08:00', '2024-04-20 11:00'],
      ['2024-04-20 21:30', '2024-04-23 02:00'],
      ['2024-05-20 00:00', '2024-05-27 23:30']
    ])
      expect((await given(`${from}..${to}`)).every((at) => at >= from! && at <= to!)).toBe(true)
    // A date that the data do not reach is no other one.
    expect(new Set(await given('2024-07-01 02:00'))).toEqual(new Set(['2024-07-01 02:00']))
  })

  it('are the same from the file', async () => {
    const file = (await tables.load(unpackModel(packModel(tables.save(model))), { engine })) as TableModel
    expect(await rows({ rows: 20, seed: 9 }, file)).toEqual(await rows({ rows: 20, seed: 9 }))
  })
})
