import { beforeAll, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import type { RawTable } from '../../table/raw.js'
import { drawModel, fitModel } from '../system.js'
import { tables } from '../table/system.js'
import { readPanel } from './read.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const PRICES = [2.5, 4.1, 3.2, 1.9, 2.2, 5.4]
const FIRMS = 30

/** Firms by year, from the first or the second one on: flags of years, and what prices rose by in each. */
function firms(years: readonly number[]): RawTable {
  const rows = Array.from({ length: FIRMS }, (_, g) => years.slice(g % 2).map((year) => ({ g, year, k: years.indexOf(year) }))).flat()
  const column = (name: string, of: (row: (typeof rows)[number], i: number) => number | string) => {
    return { name, source: 'text' as const, values: rows.map((row, i) => String(of(row, i))) }
  }
  const columns = [
    column('firm', ({ g }) => `F-${100 + g}`),
    column('year', ({ year }) => year),
    column('crisis', ({ k }) => Number(k === 2)),
    column('boom', ({ k }) => Number(k === 4)),
    column('inflation', ({ k }) => PRICES[k]!),
    column('sales', ({ g, k }, i) => 100 + 9 * g + 5 * k + ((37 * i) % 23))
  ]
  return { rowCount: rows.length, columns }
}

const asked = { group: 'firm', time: 'year' }
const lateOf = (raw: RawTable) => readPanel(raw, asked).late?.rules.map((rule) => rule.column) ?? []

it('what each time says is looked up where new times are those of the data, and drawn where others may come', () => {
  expect(lateOf(firms([2016, 2017, 2018, 2019, 2020, 2021]))).toEqual(['crisis', 'boom', 'inflation'])
  // Steps of five years, but for one.
  expect(lateOf(firms([1990, 1995, 2000, 2005, 2015, 2020]))).toEqual([])
  expect(readPanel(firms([2016, 2017, 2018, 2019, 2020, 2021]), { ...asked, rules: 'off' }).late).toBeUndefined()
})

it('new groups have it in every row, and stand within the times of the data', async () => {
  const years = [2016, 2017, 2018, 2019, 2020, 2021]
  const options = { ...asked, seed: 1, bandwidth: 1, scaling: 'standard' as const }
  const model = await fitModel(tables, { input: firms(years), options }, { engine })
  const { columns } = tables.present(model, await drawModel(tables, { model, request: { seed: 2 } }, { engine }), 'text')
  const cells = Object.fromEntries(columns.map(({ name, values }) => [name, [...values].map(Number)]))
  for (const [i, year] of cells.year!.entries()) {
    const k = years.indexOf(year)
    expect(k, String(year)).toBeGreaterThanOrEqual(0)
    expect([cells.crisis![i], cells.boom![i], cells.inflation![i]]).toEqual([Number(k === 2), Number(k === 4), PRICES[k]])
  }
})
