import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { RawTable } from '../../table/raw.js'
import { fitSchema } from './fit.js'
import { planSchema } from './plan.js'

const LINES = 60
const count = (of: (i: number) => number): Float64Array => Float64Array.from({ length: LINES }, (_, i) => of(i))

/** Lines that are numbered along an order of which there is no table, and notes of them. */
function schema() {
  const customers: RawTable = {
    columns: [
      { name: 'id', source: 'number', values: Float64Array.from({ length: 20 }, (_, i) => i + 1) },
      { name: 'age', source: 'number', values: Float64Array.from({ length: 20 }, (_, i) => 20 + ((i * 7) % 41)) }
    ],
    rowCount: 20
  }
  const lines: RawTable = {
    columns: [
      { name: 'order', source: 'number', values: count((i) => 1 + Math.floor(i / 3)) },
      { name: 'line', source: 'number', values: count((i) => 1 + (i % 3)) },
      { name: 'customer', source: 'number', values: count((i) => 1 + ((i * 13) % 20)) },
      { name: 'price', source: 'number', values: count((i) => 5 + ((i * 37) % 53)) }
    ],
    rowCount: LINES
  }
  const notes: RawTable = {
    columns: [
      { name: 'order', source: 'number', values: count((i) => 1 + Math.floor(i / 3)) },
      { name: 'line', source: 'number', values: count((i) => 1 + (i % 3)) },
      { name: 'grade', source: 'number', values: count((i) => (i * 11) % 7) }
    ],
    rowCount: LINES
  }
  return {
    schema: { tables: { customers, lines, notes } },
    options: { keys: ['lines.customer -> customers.id', 'notes.order+line -> lines.order+line'] }
  }
}

describe('a key of several columns that new rows might share', () => {
  it('is refused before anything is fitted', async () => {
    const told: string[] = []
    const { schema: tables, options } = schema()
    const fit = fitSchema(tables, options, {
      engine: await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }),
      progress: ({ stage }) => void told.push(stage)
    })
    await expect(fit).rejects.toMatchObject({ code: 'key-composite' })
    expect(told).toEqual([])
  })

  it('is refused by the plan', () => {
    const { schema: tables, options } = schema()
    expect(() => planSchema({ schema: tables, options })).toThrow(/notes\.order\+line/)
  })
})
