import { beforeAll, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { isNumeric } from '../../table/table.js'
import { drawModel, fitModel } from '../system.js'
import type { DrawnRows } from '../table/options.js'
import { tables } from '../table/system.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

// Two wards that nothing names: each has operations and surgeons of its own, and children lie in one of them. Streets, so that whole combinations hardly recur.
const n = 300
const key = keyFromSeed(4)
const dice = (label: string) => Array.from(uniforms(keyFor(key, label), n))
const some = (label: string, count: number) => dice(label).map((u) => Math.floor(count * u))
const ward = dice('ward').map((u) => Number(u < 0.35))
const operation = some('operation', 4).map((k, i) => ward[i]! * 4 + k)
const surgeon = some('surgeon', 3).map((k, i) => ward[i]! * 3 + k)
const other = some('surgeon of any', 6)
const age = dice('age').map((u, i) => Math.round(ward[i] ? 2 + 12 * u : 30 + 55 * u))
const street = some('street', 40)
const text = (name: string, values: readonly number[]) => ({ name, source: 'text' as const, values: values.map((k) => `${name} ${k}`) })

async function drawn(surgeons: readonly number[]) {
  const columns = [
    text('operation', operation),
    text('surgeon', surgeons),
    text('street', street),
    { name: 'age', source: 'number' as const, values: Float64Array.from(age) }
  ]
  const options = { rules: 'off', seed: 1 } as const
  const model = await fitModel(tables, { input: { columns, rowCount: n }, options }, { engine })
  const { table } = (await drawModel(tables, { model, request: { rows: 500, seed: 2 } }, { engine })) as DrawnRows
  const cells = (name: string): (string | number)[] => {
    const own = table.columns.find((one) => one.name === name)!
    if (isNumeric(own)) return Array.from(own.values)
    return 'codes' in own ? Array.from(own.codes, (at) => own.levels[at]!) : []
  }
  return { mode: 'summary' in model && 'categories' in model.summary && model.summary.categories, cells }
}

const placeOf = (cell: string | number): number => Number(/\d+$/.exec(String(cell))![0])

it('levels that rows never have together, beyond chance, come together in no new row, each as often as in the data', async () => {
  const { mode, cells } = await drawn(surgeon)
  expect(mode).toBe('sweep')
  const [operations, surgeons] = [cells('operation').map(placeOf), cells('surgeon').map(placeOf)]
  expect(operations.filter((k, i) => k < 4 !== surgeons[i]! < 3)).toEqual([])
  // Within a ward all go with all.
  expect(new Set(operations.map((k, i) => `${k} ${surgeons[i]}`)).size).toBe(24)
  const shares = (of: readonly number[]) => Array.from({ length: 6 }, (_, k) => of.filter((one) => one === k).length / of.length)
  shares(surgeons).forEach((share, k) => {
    expect(Math.abs(share - shares(surgeon)[k]!)).toBeLessThan(0.02)
  })
  // No level by itself has many rows, and ages of each are those of its ward.
  const [ages, isChild] = [cells('age') as number[], (i: number) => operations[i]! >= 4]
  expect(ages.filter((x, i) => x < 20 !== isChild(i)).length).toBeLessThan(10)
})

it('levels of categories that have nothing to do with each other go together', async () => {
  const { cells } = await drawn(other)
  const pairs = cells('operation').map((one, i) => `${one} ${cells('surgeon')[i]}`)
  expect(new Set(pairs).size).toBeGreaterThan(44)
})
