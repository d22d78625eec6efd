import { describe, expect, it } from 'vitest'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { drawModel } from '../../systems/system.js'
import type { DrawnRows, TableRequest } from '../../systems/table/options.js'
import { tables } from '../../systems/table/system.js'
import { monthsAfter } from '../../table/expression.js'
import { rowsOfTable } from '../../table/records.js'
import type { NumericColumn } from '../../table/table.js'
import { findFewDistances, monthsTo } from './few-distances.js'
import { quantitiesIn } from './found-once.js'

const ROWS = 300
const DAY = 86_400_000
const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(17), label), ROWS))
const dayText = (day: number) => new Date(day * DAY).toISOString().slice(0, 10)
const momentText = (day: number) => new Date(day * DAY).toISOString().slice(0, 19)
const text = (name: string, values: readonly (string | null)[]) => ({ name, source: 'text' as const, values })
const starts = dice('start').map((u) => 19_000 + Math.floor(900 * u))
const terms = dice('term').map((u) => (u < 0.3 ? 6 : 12))
const ends = starts.map((day, i) => monthsAfter(day, terms[i]!))
const few = (columns: readonly ReturnType<typeof text>[]) => [
  ...findFewDistances(quantitiesIn(prepareRows({ rowCount: ROWS, columns }).data))
]

describe('few distances between dates', () => {
  it('are months of the calendar, or days to the second', () => {
    expect(few([text('starts', starts.map(dayText)), text('ends', ends.map(dayText))])).toEqual([
      ['ends', { from: 'starts', months: true, distances: [6, 12] }]
    ])
    const solved = starts.map((day, i) => day + Math.floor(86_400 * dice('time')[i]!) / 86_400)
    const closed = solved.map((time, i) => (i % 5 === 0 ? null : momentText(time + (terms[i] === 6 ? 3 : 7))))
    expect(few([text('solved', solved.map(momentText)), text('closed', closed)])).toEqual([
      ['closed', { from: 'solved', months: false, distances: [3, 7] }]
    ])
  })

  it('are none of dates of one distance, of neighbours, and of a row that has its own', () => {
    expect(
      few([
        text('starts', starts.map(dayText)),
        text(
          'ends',
          starts.map((day) => dayText(monthsAfter(day, 6)))
        )
      ])
    ).toEqual([])
    const near = starts.map((day, i) => dayText(day + 3 + Math.floor(5 * dice('near')[i]!)))
    expect(few([text('starts', starts.map(dayText)), text('ends', near)])).toEqual([])
    expect(few([text('starts', starts.map(dayText)), text('ends', ends.with(7, starts[7]! + 70).map(dayText))])).toEqual([])
  })
})

it('new rows have these distances, as often as the data, from a model file and under conditions too', async () => {
  const between = starts.map((day, i) => dayText(day + Math.floor((ends[i]! - day) * dice('between')[i]!)))
  const input = { rowCount: ROWS, columns: [text('starts', starts.map(dayText)), text('seen', between), text('ends', ends.map(dayText))] }
  const context = { engine: new ReferenceEngine() }
  const fitted = await tables.fit(input, { bandwidth: 0.3, scaling: 'standard', seed: 3 }, context)
  const model = await tables.load(unpackModel(packModel(tables.save(fitted))), context)
  expect(tables.tell(model).notes).toContainEqual(expect.stringMatching(/^ends: 6 or 12 months after starts in all rows/))
  const monthsOf = async (request: TableRequest) => {
    const { table } = (await drawModel(tables, { model, request: { seed: 4, steps: 2, ...request } }, context)) as DrawnRows
    const days = (name: string) => (table.columns.find((one) => one.name === name) as NumericColumn).values.map((time) => time / DAY)
    const [from, to, seen] = ['starts', 'ends', 'seen'].map(days) as [Float64Array, Float64Array, Float64Array]
    return Array.from(from, (day, i) => {
      const months = monthsTo(day, to[i]!)
      expect(monthsAfter(day, months)).toBe(to[i])
      expect(seen[i]! >= day && seen[i]! <= to[i]!).toBe(true)
      return months
    })
  }
  const months = await monthsOf({ rows: 400 })
  expect(new Set(months)).toEqual(new Set([6, 12]))
  const share = (all: readonly number[]) => all.filter((one) => one === 6).length / all.length
  expect(Math.abs(share(months) - share(terms))).toBeLessThan(0.1)
  const start = Date.UTC(2022, 4, 20)
  const half = await monthsOf({ rows: 20, given: { starts: start, ends: Date.UTC(2022, 10, 20) } })
  expect(new Set(half)).toEqual(new Set([6]))
})

it('new rows of each level of a category have the distance that its rows have, from a model file too', async () => {
  const levels = Array.from(dice('customer'), (u) => Math.floor(70 * u))
  const termOf = (level: number) => [7, 14, 30][(level * 5) % 3]!
  const columns = [
    text(
      'customer',
      levels.map((level) => `C${level}`)
    ),
    text(
      'channel',
      dice('channel').map((u) => (u < 0.4 ? 'web' : 'shop'))
    ),
    text('sent', starts.map(dayText)),
    text(
      'due',
      starts.map((day, i) => dayText(day + termOf(levels[i]!)))
    ),
    text(
      'lines',
      dice('lines').map((u) => String(1 + Math.floor(9 * u)))
    )
  ]
  const context = { engine: new ReferenceEngine() }
  const fitted = await tables.fit({ rowCount: ROWS, columns }, { bandwidth: 0.3, scaling: 'standard', seed: 3 }, context)
  const model = await tables.load(unpackModel(packModel(tables.save(fitted))), context)
  expect(tables.tell(model).notes).toContainEqual(
    expect.stringMatching(/^due: 7, 14 or 30 days after sent in all rows, which customer says/)
  )
  const drawn = await drawModel(tables, { model, request: { rows: 300, seed: 4, steps: 2 } }, context)
  const rows = rowsOfTable(tables.present(model, drawn, 'text'))
  const span = ({ sent, due }: Record<string, unknown>) => (Number(new Date(due as string)) - Number(new Date(sent as string))) / DAY
  expect(rows.filter((row) => span(row) !== termOf(Number(String(row.customer).slice(1))))).toEqual([])
})
