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

it('a file says the same of both, and one of before has rows as they were moved', async () => {
  const contents = unpackModel(await packModel(saveBridge(model)))
  const loaded = loadBridge(contents)
  expect(tablesOf(loaded)).toEqual(tablesOf(model))
  const { moved: _, ...arrays } = contents.arrays
  const before = loadBridge({ ...contents, arrays: { ...arrays, carried: contents.arrays.moved! } })
  expect(driftOf(tablesOf(before))).toEqual(driftOf(tablesOf(model)))
})
