import { beforeAll, describe, expect, it } from 'vitest'
import { putRulesBack } from '../../code/rules/stacked.js'
import { toldBeside } from '../../code/rules/told-beside.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { rowsOfTable } from '../../table/records.js'
import { ruledRows } from '../rules/ruled-rows.js'
import { drawModel, fitModel } from '../system.js'
import type { DrawnRows, TableModel, TableRequest } from './options.js'
import { tables } from './system.js'

const ROWS = 400
const DAY = 86_400_000
const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(23), label), ROWS))
const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })

const days = dice('day').map((u) => 19_723 + Math.floor(366 * u))
const dates = days.map((day) => new Date(day * DAY).toISOString().slice(0, 10))
const seasonOf = (date: string) => (['06', '07', '08', '12'].includes(date.slice(5, 7)) ? 'high' : 'low')
const BASE: Readonly<Record<string, number>> = { single: 80, double: 100, suite: 125 }
const rooms = dice('room').map((u) => (u < 0.4 ? 'single' : u < 0.85 ? 'double' : 'suite'))
/** The full rate, or that of regular guests, which is what a smaller room costs others. */
const RATES = [1, 0.8]
const rateOf = (room: string, season: string, part: number) => (BASE[room]! * (season === 'high' ? 1.3 : 1) * RATES[part]!).toFixed(2)
const parts = dice('part').map((u) => (u < 0.7 ? 0 : 1))
const guests = dice('guests').map((u) => 1 + Math.floor(3 * u))
const beside = [
  text('room', rooms),
  text('guests', guests),
  text(
    'lead',
    dice('lead').map((u) => Math.floor(60 * u))
  )
]
const seasons = text('season', dates.map(seasonOf))
const hotel = {
  rowCount: ROWS,
  columns: [
    text('date', dates),
    seasons,
    ...beside,
    text(
      'rate',
      dates.map((date, i) => rateOf(rooms[i]!, seasonOf(date), parts[i]!))
    )
  ]
}

const found = (columns: readonly ReturnType<typeof text>[]) => {
  const { data, rules } = ruledRows({ rowCount: ROWS, columns }, {})
  return toldBeside(rules!, data.table, putRulesBack(rules!, data)).map(({ column }) => column)
}

describe('computed categories that tell of drawn columns', () => {
  it('are those at whose changes another column changes at once', () => {
    expect(found(hotel.columns)).toEqual(['season'])
    // A rate that has nothing to do with it, and one that goes up along the year.
    expect(
      found([
        text('date', dates),
        seasons,
        ...beside,
        text(
          'rate',
          dice('rate').map((u) => (80 + 40 * u).toFixed(2))
        )
      ])
    ).toEqual([])
    const rising = days.map((day, i) => (80 + (day - 19_723) / 2 + 20 * parts[i]!).toFixed(2))
    expect(found([text('date', dates), seasons, ...beside, text('rate', rising)])).toEqual([])
  })
})

describe('new rows', () => {
  let engine: Engine
  let model: TableModel
  beforeAll(async () => {
    engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
    model = (await fitModel(tables, { input: hotel, options: { bandwidth: 0.7, seed: 3 } }, { engine })) as TableModel
  })
  const draw = async (request: TableRequest, own = model) => {
    const drawn = (await drawModel(tables, { model: own, request: { seed: 4, ...request } }, { engine })) as DrawnRows
    return rowsOfTable(tables.present(own, drawn, 'text')) as readonly Record<string, string>[]
  }
  const otherSeason = ({ date, room, rate }: Record<string, string>) =>
    !RATES.some((_, part) => Number(rateOf(room!, seasonOf(date!), part)) === Number(rate))

  it('have the rate of the season that is computed of their date, and all seasons as often as the data', async () => {
    const rows = await draw({ rows: 1000 })
    expect(Object.keys(rows[0]!)).toEqual(['date', 'season', 'room', 'guests', 'lead', 'rate'])
    expect(rows.filter(({ date, season }) => season !== seasonOf(date!))).toEqual([])
    // Of rates by the nearness of their date alone a tenth and more are those of another season.
    expect(rows.filter(otherSeason).length).toBeLessThan(40)
    const share = (some: readonly string[]) => some.filter((season) => season === 'high').length / some.length
    // Four deviations of a share of 1000 rows.
    expect(Math.abs(share(rows.map(({ season }) => season!)) - share(dates.map(seasonOf)))).toBeLessThan(0.06)
  })

  it('do so under a season and under a date', { tags: ['slow'] }, async () => {
    const high = await draw({ rows: 60, given: [{ season: 'high' }] })
    expect(high.filter(({ season, date }) => season !== 'high' || seasonOf(date!) !== 'high')).toEqual([])
    expect(high.filter(otherSeason).length).toBeLessThan(4)
    const day = await draw({ rows: 60, given: [{ date: '2024-07-10' }] })
    expect(day.every(({ season, date }) => season === 'high' && date === '2024-07-10')).toBe(true)
    expect(day.filter(otherSeason).length).toBeLessThan(4)
  })

  it('are the same from a model file', async () => {
    const file = await tables.load(unpackModel(packModel(tables.save(model))), { engine })
    expect(await draw({ rows: 80 }, file as TableModel)).toEqual(await draw({ rows: 80 }))
  })
})
