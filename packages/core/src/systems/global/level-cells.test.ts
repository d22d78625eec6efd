import { beforeAll, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { isNumeric } from '../../table/table.js'
import { drawModel, fitModel } from '../system.js'
import type { DrawnRows, TableRequest } from '../table/options.js'
import { tables } from '../table/system.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

// Cities of many levels: whole combinations of categories hardly recur, and each is drawn by itself.
const n = 1500
const key = keyFromSeed(8)
const dice = (label: string) => Array.from(uniforms(keyFor(key, label), n))
const some = (label: string, count: number) => dice(label).map((u) => Math.floor(count * u * u))
const channel = some('channel', 3).map((k) => ['web', 'shop', 'phone'][k]!)
const shipping = dice('shipping').map((u, i) => (channel[i] === 'shop' ? 0 : 2 + 12 * u * u))
const code = some('code', 3).map((k) => [200, 304, 404][k]!)
const size = dice('size').map((u, i) => (code[i] === 200 ? 600 + 4000 * u * u : code[i] === 304 ? 0 : 512))
const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values: [...values] })
const number = (name: string, values: readonly number[]) => ({ name, source: 'number' as const, values: Float64Array.from(values) })
const raw = {
  rowCount: n,
  columns: [
    text('channel', channel),
    number('shipping', shipping),
    number('code', code),
    number('size', size),
    text(
      'city',
      some('city', 90).map((k) => `town ${k}`)
    ),
    text(
      'product',
      some('product', 60).map((k) => `article ${k}`)
    )
  ]
}

it.each<[string, TableRequest]>([
  ['new rows', {}],
  ['rows of a shop', { given: { channel: 'shop' } }],
  ['rows of a code', { given: { code: 304 } }],
  ['rows of a size that their code never has, which is given,', { given: { code: 304, size: 512 } }]
])('%s have an amount where their levels do', async (_, request) => {
  const options = { bandwidth: 0.3, scaling: 'quantile', rules: 'off', seed: 1 } as const
  const model = await fitModel(tables, { input: raw, options }, { engine })
  const { table } = (await drawModel(
    tables,
    { model, request: { rows: 600, seed: 2, ...(request.given ? { ridge: 1e-3 } : {}), ...request } },
    { engine }
  )) as DrawnRows
  const values = (name: string) => {
    const own = table.columns.find((one) => one.name === name)!
    return isNumeric(own) ? Array.from(own.values) : []
  }
  const own = table.columns.find((one) => one.name === 'channel')!
  const channels = 'codes' in own ? Array.from(own.codes, (at) => own.levels[at]!) : []
  expect(values('shipping').filter((x, i) => (x === 0) !== (channels[i] === 'shop'))).toHaveLength(0)
  const given = request.given as Record<string, unknown> | undefined
  if (given?.size !== undefined) expect(new Set(values('size'))).toEqual(new Set([512]))
  else {
    const codes = values('code')
    // What few rows lack by chance they may have: one in a hundred.
    expect(values('size').filter((x, i) => (x === 0) !== (codes[i] === 304) || (x === 512) !== (codes[i] === 404)).length).toBeLessThan(6)
  }
})
