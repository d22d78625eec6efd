import { expect, it } from 'vitest'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { drawModel } from '../../systems/system.js'
import type { DrawnRows } from '../../systems/table/options.js'
import { tables } from '../../systems/table/system.js'
import type { NumericColumn } from '../../table/table.js'
import { designNotes, keptTotalsIn, ordersBeside } from './among-rows.js'
import { findTotals } from './found-once.js'

const DAYS = 300
const noise = (label: string) => Array.from(normals(keyFor(keyFromSeed(8), label), DAYS))
const round = (x: number): number => Number(x.toFixed(2))

/** Prices of days, each of which begins where the last one ended, and a bit off. */
function prices() {
  const [rises, gaps] = [noise('rise'), noise('gap')]
  const [above, below] = ['above', 'below'].map((label) => Array.from(uniforms(keyFor(keyFromSeed(8), label), DAYS)))
  let last = 100
  const rows = rises.map((z, i) => {
    const gap = round(0.4 * gaps[i]!)
    const open = round(last + gap)
    const close = round(open + 1.2 * z)
    const [high, low] = [round(Math.max(open, close) + above![i]!), round(Math.min(open, close) - below![i]!)]
    last = close
    return { gap, open, high, low, close, change: round(close - open) }
  })
  const names = Object.keys(rows[0]!) as (keyof (typeof rows)[number])[]
  return names.map((name) => ({ name, source: 'text' as const, values: rows.map((row) => row[name].toFixed(2)) }))
}

it('a total by which rows would break their orders is kept, and so are these: rows that break one are drawn again', async () => {
  const columns = prices()
  const { data } = prepareRows({ rowCount: DAYS, columns })
  expect(findTotals(data).map(({ column }) => column)).toEqual(['close'])
  expect(keptTotalsIn(data).map(({ column }) => column)).toEqual(['close'])
  expect(designNotes(data)).toEqual([])
  const orders = ordersBeside(keptTotalsIn(data), data)
  expect(orders).toContainEqual(expect.objectContaining({ low: 'low', high: 'open' }))
  expect(orders).toContainEqual(expect.objectContaining({ low: 'open', high: 'high' }))
  const context = { engine: new ReferenceEngine() }
  const fitted = await tables.fit({ rowCount: DAYS, columns }, { bandwidth: 0.3, scaling: 'standard', seed: 3 }, context)
  const model = await tables.load(unpackModel(packModel(tables.save(fitted))), context)
  const { table } = (await drawModel(tables, { model, request: { rows: 200, seed: 4, steps: 2 } }, context)) as DrawnRows
  const at = (name: string) => (table.columns.find((one) => one.name === name) as NumericColumn).values
  const [open, high, low, close, gap, change] = ['open', 'high', 'low', 'close', 'gap', 'change'].map(at) as Float64Array[]
  for (let i = 0; i < 200; i++) {
    expect(low![i]! <= Math.min(open![i]!, close![i]!) && Math.max(open![i]!, close![i]!) <= high![i]!).toBe(true)
    expect(close![i]! - open![i]!).toBeCloseTo(change![i]!, 6)
    if (i > 0) expect(close![i]! - close![i - 1]!).toBeCloseTo(change![i]! + gap![i]!, 6)
  }
  // Without an order there is nothing to break.
  const free = prepareRows({ rowCount: DAYS, columns: columns.filter(({ name }) => name !== 'high' && name !== 'low') })
  expect(keptTotalsIn(free.data).map(({ column }) => column)).toEqual(['close'])
  expect(ordersBeside(keptTotalsIn(free.data), free.data)).toEqual([])
})
