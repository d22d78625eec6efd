import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFromSeed, normals, uniforms } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import type { RawTable } from '../../table/raw.js'
import type { NumericColumn, Table } from '../../table/table.js'
import { fitModel } from '../system.js'
import { driftOf, tablesOf } from './measures.js'
import type { BridgeModel } from './model.js'
import { loadBridge, saveBridge } from './save.js'
import { bridge } from './system.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const N = 300

/** Debts, of which a share is nought, ratings of one to five, and a size that goes with them. */
function table(seed: number, { nought, more }: { nought: number; more: number }): RawTable {
  const [z, u] = [normals(keyFromSeed(seed), 2 * N), uniforms(keyFromSeed(seed), N)]
  const of = (name: string, value: (i: number) => number) =>
    ({ name, source: 'number', values: Float64Array.from({ length: N }, (_, i) => value(i)) }) as const
  return {
    rowCount: N,
    columns: [
      of('debt', (i) => (u[i]! < nought ? 0 : Math.round(100 * (2 + more + Math.exp(z[2 * i]! / 3))) / 100)),
      of('stars', (i) => Math.min(5, Math.max(1, Math.round(3 + more + z[2 * i + 1]!)))),
      of('size', (i) => Math.round(100 * (5 * z[2 * i + 1]! + z[2 * i]!)) / 100)
    ]
  }
}

const model = (await fitModel(
  bridge,
  { input: table(1, { nought: 0.6, more: 0 }), options: { to: table(2, { nought: 0.4, more: 1 }), seed: 1 } },
  { engine }
)) as BridgeModel

const numbers = ({ columns }: Table, name: string) => (columns.find((column) => column.name === name) as NumericColumn).values
const shareOf = (of: Table, name: string, value: number) => mean(Float64Array.from(numbers(of, name), (x) => Number(x === value)))

it('carried rows that are shown have values of the second table, and as often', () => {
  const { to, carried } = tablesOf(model)
  for (const [name, values] of [
    ['debt', [0]],
    ['stars', [1, 2, 3, 4, 5]]
  ] as const)
    for (const value of values) {
      const share = shareOf(to, name, value)
      expect(Math.abs(shareOf(carried, name, value) - share), `${name} ${value}`).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / N))
    }
  expect([...numbers(carried, 'stars')].filter((x) => !(x >= 1 && x <= 5))).toEqual([])
})

it('columns drift by the difference of their means, whatever cells their rows are put into', () => {
  expect(driftOf(tablesOf(model))).toHaveLength(3)
  for (const { from, to, mean: drift } of driftOf(tablesOf(model))) expect(drift).toBeCloseTo(to - from, 6)
})

it('nothing drifts from a table to itself, to the last digit', async () => {
  const same = table(1, { nought: 0.6, more: 0 })
  const own = (await fitModel(bridge, { input: same, options: { to: same, seed: 1 } }, { engine })) as BridgeModel
  for (const { mean, sd, relative } of driftOf(tablesOf(own))) expect([mean, sd, relative]).toEqual([0, 0, 0])
})

it('a file says the same of both, and one of before has rows as they were moved', async () => {
  const contents = unpackModel(await packModel(saveBridge(model)))
  const loaded = loadBridge(contents)
  expect(tablesOf(loaded)).toEqual(tablesOf(model))
  const { moved: _, ...arrays } = contents.arrays
  const before = loadBridge({ ...contents, arrays: { ...arrays, carried: contents.arrays.moved! } })
  expect(driftOf(tablesOf(before))).toEqual(driftOf(tablesOf(model)))
})

it('halves of one table with many gaps are of one law as often as others are', async () => {
  const [rows, cols] = [60, 7]
  const half = (seed: number): RawTable => {
    const [z, u] = [normals(keyFromSeed(seed), cols * rows), uniforms(keyFromSeed(seed), cols * rows)]
    const column = (c: number) => {
      const isGap = (i: number) => c > 0 && u[cols * i + c]! < 0.8
      return {
        name: `x${c}`,
        source: 'text' as const,
        values: Array.from({ length: rows }, (_, i) => (isGap(i) ? null : (z[cols * i]! + 0.5 * z[cols * i + c]!).toFixed(2)))
      }
    }
    return { rowCount: rows, columns: Array.from({ length: cols }, (_, c) => column(c)) }
  }
  const found = []
  for (let k = 0; k < 12; k++) {
    const options = { to: half(100 + 2 * k), seed: 1, bandwidth: 0.5 }
    found.push(((await fitModel(bridge, { input: half(101 + 2 * k), options }, { engine })) as BridgeModel).summary.test.pValue)
  }
  // Of 12 with 1 in 20 each more than 3 are one in 450.
  expect(found.filter((p) => p <= 0.05).length).toBeLessThanOrEqual(3)
})

it('two columns that go together otherwise are a difference, though each is as before and rows on the whole hardly tell', async () => {
  const [rows, cols] = [200, 6]
  const tied = (seed: number, share: number): RawTable => {
    const z = normals(keyFromSeed(seed), cols * rows)
    const columns = Array.from({ length: cols }, (_, c) => ({
      name: `x${c}`,
      source: 'number' as const,
      values: Float64Array.from({ length: rows }, (_, i) =>
        c === 1 ? share * z[cols * i]! + Math.sqrt(1 - share ** 2) * z[cols * i + 1]! : z[cols * i + c]!
      )
    }))
    return { rowCount: rows, columns }
  }
  const options = { to: tied(31, 0), seed: 1, bandwidth: 1 }
  const { test, differs } = ((await fitModel(bridge, { input: tied(30, 0.6), options }, { engine })) as BridgeModel).summary
  expect(differs!.pairs[0]).toMatchObject({ columns: ['x0', 'x1'], change: 'together' })
  // Three families of statistics: one relabelling of 300 in each.
  expect(test.pValue).toBeLessThanOrEqual(4 / 300)
})

it('what differs is named, with the figures of both, also of a file', async () => {
  const { changes } = bridge.tell(model).json as { changes: { words: string; columns: string[]; pValue: number }[] }
  expect(changes.map(({ columns }) => columns.join(' '))).toEqual(expect.arrayContaining(['debt', 'stars']))
  expect(changes.find(({ columns }) => columns.join() === 'stars')?.words).toBe('stars is higher')
  const { pValue, ...words } = changes[0]!
  expect(pValue).toBeLessThanOrEqual(0.01)
  expect(words).toMatchObject({ change: 'place', from: expect.any(String), to: expect.any(String) })
  const contents = unpackModel(await packModel(saveBridge(model)))
  expect(bridge.tell(loadBridge(contents)).json.changes).toEqual(changes)
  // One of before says nothing of it.
  const meta = contents.meta as { summary: Record<string, unknown> }
  const { differs: _, ...before } = meta.summary
  const older = loadBridge({ ...contents, meta: { ...meta, summary: before } })
  expect(bridge.tell(older).json.changes).toBeUndefined()
})
