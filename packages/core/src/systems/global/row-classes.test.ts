import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import type { Given } from '../../know/conditions.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import { atomCellOf, atomCells, cellsWithin } from '../../table/atoms.js'
import type { RawTable } from '../../table/raw.js'
import { fitScaler, scaleValues, unscaleValues } from '../../table/scaling.js'
import { isNumeric, type Table } from '../../table/table.js'
import { fitTable, sampleTable } from '../table/whole.js'
import { sampleConditional } from './condition-sample.js'

const key = keyFromSeed(11)
let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

describe('cells of a column with atoms', () => {
  // A spike at zero (40 %), one at 3 (20 %), and other values between and above.
  const u = uniforms(key, 1000)
  const values = Float64Array.from(u, (x) => (x < 0.4 ? 0 : x < 0.6 ? 3 : x < 0.8 ? 10 * (x - 0.6) : 4 + x))
  const scaler = fitScaler(values, 'quantile')
  const cells = atomCells(scaler)!

  it('are the atoms and the gaps between them, in order', () => {
    expect(cells.low.length).toBe(4)
    const cellOf = (value: number) => (value === 0 ? 0 : value < 3 ? 1 : value === 3 ? 2 : 3)
    const coordinates = scaleValues(scaler, values, keyFor(key, 'spread'))
    values.forEach((value, i) => {
      expect(atomCellOf(cells, coordinates[i]!)).toBe(cellOf(value))
    })
  })

  it('have bounds that decode to values of their own cell', () => {
    const decoded = (places: Float64Array) => [...unscaleValues(scaler, places)]
    const [low, high] = [decoded(cells.low), decoded(cells.high)]
    expect([low[0], high[0], low[2], high[2]]).toEqual([0, 0, 3, 3])
    for (const [at, from, to] of [
      [1, 0, 3],
      [3, 3, 6]
    ] as const) {
      for (const value of [low[at]!, high[at]!]) {
        expect(value).toBeGreaterThan(from)
        expect(value).toBeLessThan(to)
      }
    }
  })

  it('hold the values of an interval: an atom whole, a gap where it reaches into it', () => {
    const found = (low: number, high: number) => cellsWithin(cells, low, high)
    expect([found(0, 0), found(1, 1), found(3, 3), found(4.5, 4.5), found(-1, -1)]).toEqual([[0], [1], [2], [3], []])
    expect([found(0, 1), found(1, 3), found(1, 9)]).toEqual([
      [0, 1],
      [1, 2],
      [1, 2, 3]
    ])
  })

  it('are none without ties, and none under standard scaling', () => {
    expect(atomCells(fitScaler(normals(key, 200), 'quantile'))).toBeUndefined()
    expect(atomCells(fitScaler(values, 'standard'))).toBeUndefined()
  })
})

/** Indicators of which at most one holds, an amount that is zero unless the plan charges, and a count. */
function survey(rowCount: number): RawTable {
  const u = uniforms(keyFor(key, 'survey'), 3 * rowCount)
  const z = normals(keyFor(key, 'survey numbers'), 2 * rowCount)
  const state = Array.from({ length: rowCount }, (_, i) => Math.floor(4 * u[i]! * u[i]! + u[rowCount + i]! * 0.5))
  const charges = Array.from({ length: rowCount }, (_, i) => u[2 * rowCount + i]! < 0.45)
  const text = (values: readonly (number | string)[]) => values.map(String)
  const numeric = (name: string, values: readonly (number | string)[]) => ({ name, source: 'text' as const, values: text(values) })
  return {
    rowCount,
    columns: [
      numeric('good', text(state.map((s) => (s === 1 ? 1 : 0)))),
      numeric('fair', text(state.map((s) => (s === 2 ? 1 : 0)))),
      numeric('poor', text(state.map((s) => (s >= 3 ? 1 : 0)))),
      numeric('charges', text(charges.map((c) => (c ? 1 : 0)))),
      numeric('amount', text(charges.map((c, i) => (c ? Math.exp(4 + z[i]!).toFixed(2) : 0)))),
      numeric('visits', text(state.map((s, i) => Math.max(0, Math.round(2 * s - 1 + 3 * z[rowCount + i]!)))))
    ]
  }
}

const column = (table: Table, name: string): Float64Array => {
  const found = table.columns.find((c) => c.name === name)!
  if (!isNumeric(found)) throw new Error(`${name} is not numeric`)
  return found.values
}

describe('heights of three stations above the sea', () => {
  // 375, 408 and 540 m, never twice the same; scaled by quantile they touch.
  const stations = ['Lake', 'Town', 'Hill']
  const z = normals(keyFor(key, 'stations'), 600)
  const station = Array.from({ length: 300 }, (_, i) => i % 3)
  const raw: RawTable = {
    rowCount: 300,
    columns: [
      { name: 'station', source: 'text', values: station.map((s) => stations[s]!) },
      { name: 'height', source: 'text', values: station.map((s, i) => ([375, 408, 540][s]! + 3 * z[2 * i]!).toFixed(9)) },
      { name: 'warmth', source: 'text', values: station.map((s, i) => (15 - s + 3 * z[2 * i + 1]!).toFixed(3)) }
    ]
  }

  it('given one, are those of no other, and no heap at the gap', { tags: ['slow'] }, async () => {
    const model = await fitTable(raw, { seed: 1, scaling: 'quantile' }, { engine })
    const draw = async (given: Given) => column((await sampleConditional(model, { given, rows: 500 }, { engine, key })).table, 'height')
    for (const [name, low, high] of [
      ['Lake', 360, 390],
      ['Town', 395, 421],
      ['Hill', 527, 553]
    ] as const) {
      const heights = await draw({ station: name })
      expect(heights.filter((x) => x < low || x > high).length).toBe(0)
      const recurring = [...heights].sort((a, b) => a - b).filter((x, i, all) => i > 0 && x === all[i - 1]).length
      // One in a hundred lies beyond the highest hill and is set to it; without classes of rows tens heap up at a gap.
      expect(recurring).toBeLessThan(10)
      expect(Math.abs(mean(heights) - [375, 408, 540][stations.indexOf(name)]!)).toBeLessThan(1)
    }
  })
})

describe('rows of a survey', () => {
  it('never break what atoms exclude: two indicators at once, an amount where nothing is charged', async () => {
    const raw = survey(600)
    const model = await fitTable(raw, { seed: 4, scaling: 'quantile', bandwidth: 0.3 }, { engine })
    const table = await sampleTable(model, { rows: 600, seed: 4 }, { engine })
    const [good, fair, poor, charges, amount] = ['good', 'fair', 'poor', 'charges', 'amount'].map((name) => column(table, name)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array
    ]
    let positive = 0
    for (let i = 0; i < table.rowCount; i++) {
      expect(good[i]! + fair[i]! + poor[i]!).toBeLessThanOrEqual(1)
      expect(amount[i]! > 0).toBe(charges[i] === 1)
      if (amount[i]! > 0) positive++
    }
    // 45 % charge, give or take three standard errors of the table and of the draw.
    expect(Math.abs(positive / table.rowCount - 0.45)).toBeLessThan(3 * Math.sqrt((2 * 0.25) / 600))
    // Amounts are drawn, not taken over: few of them stand in the table.
    const known = new Set([...raw.columns[4]!.values].map(Number))
    const taken = [...amount].filter((x) => x > 0 && known.has(Number(x.toFixed(2)))).length
    expect(taken).toBeLessThan(0.2 * positive)
    // What noise carries beyond the bound of the atom is no heap on the smallest amount.
    const amounts = [...amount].filter((x) => x > 0)
    expect(amounts.filter((x) => x === Math.min(...amounts)).length).toBeLessThan(4)
  })
})
