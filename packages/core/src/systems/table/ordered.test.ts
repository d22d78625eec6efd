import { expect, test } from 'vitest'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFromSeed, uniforms } from '../../num/random.js'
import { nearOrderOf } from '../../table/near-order.js'
import type { RawTable } from '../../table/raw.js'
import { seriesLost } from './ordered.js'
import { tables } from './system.js'

const context = { engine: new ReferenceEngine() }
const OPTIONS = { bandwidth: 0.3, scaling: 'standard', kernel: 'fixed' } as const
const ROWS = 80

/** People in the order of their numbers, nearly that in which they were hired. */
function people(): RawTable {
  const dice = uniforms(keyFromSeed(6), 2 * ROWS)
  const hired = Float64Array.from({ length: ROWS }, (_, i) => Date.UTC(2005, 0, 1 + 30 * i + Math.floor(90 * dice[i]!)))
  const pay = Float64Array.from({ length: ROWS }, (_, i) => Math.round(3000 + 2000 * dice[ROWS + i]!))
  return {
    rowCount: ROWS,
    columns: [
      { name: 'hired', source: 'datetime', values: hired },
      { name: 'pay', source: 'number', values: pay }
    ]
  }
}

test('rows that nearly stand in an order come so, from a model file too', async () => {
  const model = await tables.fit(people(), OPTIONS, context)
  expect(model.order).toMatchObject({ column: 'hired' })
  expect(tables.tell(model).notes).toContainEqual(expect.stringContaining('rows are nearly sorted by hired'))
  const request = { rows: 70, seed: 4, steps: 2 }
  const drawn = await tables.draw(model, request, context)
  expect(nearOrderOf(drawn.table)?.displaced.some((x) => x !== 0)).toBe(true)
  const contents = tables.save(model)
  const loaded = await tables.load(unpackModel(packModel(contents)), context)
  expect((await tables.draw(loaded, request, context)).table).toEqual(drawn.table)
  const order = { ...model.order, displaced: [0.1] }
  const other = { ...contents, meta: { ...(contents.meta as object), rowOrder: order } }
  await expect((async () => tables.load(unpackModel(packModel(other)), context))()).rejects.toMatchObject({ code: 'model-damaged' })
})

test('of several series in one table it is said what draws them as such', () => {
  const lost = (count: number) => seriesLost({ column: 'read at', apart: { by: 'device', count, serial: ['temp', 'dew'] } }, [])
  const start = 'temp, dew go with the row before of the same device, as in a series for each, but new rows are drawn one by one. '
  expect(lost(5)).toBe(`${start}--group device --time 'read at' draws new series`)
  // Fewer groups are refused.
  expect(lost(4)).toBe(`${start}--time 'read at' draws a new stretch of each where its rows stand in a file of their own`)
  expect(seriesLost({ column: 'at', apart: { by: 'device', count: 5, serial: ['at'] } }, [])).toBeUndefined()
})
