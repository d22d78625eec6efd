import { beforeAll, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { isNumeric } from '../../table/table.js'
import { drawModel, fitModel } from '../system.js'
import type { DrawnRows, TableModel, TableRequest } from '../table/options.js'
import { tables } from '../table/system.js'

let engine: Engine
let model: TableModel
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const options = { bandwidth: 0.3, scaling: 'quantile', rules: 'off', seed: 1 } as const
  model = await fitModel(tables, { input: raw, options }, { engine })
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
const weight = dice('weight').map((u) => 10 * u)
const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values: [...values] })
const number = (name: string, values: readonly number[]) => ({ name, source: 'number' as const, values: Float64Array.from(values) })
const raw = {
  rowCount: n,
  columns: [
    text('channel', channel),
    number('shipping', shipping),
    number('code', code),
    number('size', size),
    number('weight', weight),
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

async function drawn(request: TableRequest) {
  const { table } = (await drawModel(tables, { model, request: { rows: 600, seed: 2, ...request } }, { engine })) as DrawnRows
  const of = (name: string) => table.columns.find((one) => one.name === name)!
  const numbers = (name: string) => {
    const own = of(name)
    return isNumeric(own) ? Array.from(own.values) : []
  }
  const channels = (): string[] => {
    const own = of('channel')
    return 'codes' in own ? Array.from(own.codes, (at) => own.levels[at]!) : []
  }
  return { numbers, channels }
}

it.each<[string, TableRequest]>([
  ['new rows', {}],
  ['rows of a shop', { given: { channel: 'shop' } }],
  ['rows of a code', { given: { code: 304 } }],
  ['rows of a size that their code never has, which is given,', { given: { code: 304, size: 512 } }]
])('%s have an amount where their levels do', async (_, request) => {
  const { numbers: values, channels: all } = await drawn({ ...(request.given ? { ridge: 1e-3 } : {}), ...request })
  const channels = all()
  expect(values('shipping').filter((x, i) => (x === 0) !== (channels[i] === 'shop'))).toHaveLength(0)
  const given = request.given as Record<string, unknown> | undefined
  if (given?.size !== undefined) expect(new Set(values('size'))).toEqual(new Set([512]))
  else {
    const codes = values('code')
    // What few rows lack by chance they may have: one in a hundred.
    expect(values('size').filter((x, i) => (x === 0) !== (codes[i] === 304) || (x === 512) !== (codes[i] === 404)).length).toBeLessThan(6)
  }
})

it.each<[string, TableRequest, (weight: number, shipping: number) => number]>([
  ['of a number that goes with nothing', { observe: ['weight = 5 ± 0.5'] }, (w) => (w - 5) / 0.5],
  ['of a sum with an amount that is nought for some levels', { observe: ['weight + shipping = 8 ± 0.5'] }, (w, s) => (w + s - 8) / 0.5]
])('rows under an observation %s have an amount where their levels do, and meet it', async (_, request, residual) => {
  const { numbers, channels } = await drawn({ rows: 300, conditionBandwidth: 0.3, ...request })
  const [shipping, code, weights] = [numbers('shipping'), numbers('code'), numbers('weight')]
  const own = channels()
  expect(shipping.filter((x, i) => (x === 0) !== (own[i] === 'shop'))).toHaveLength(0)
  expect(numbers('size').filter((x, i) => (x === 0) !== (code[i] === 304) || (x === 512) !== (code[i] === 404)).length).toBeLessThan(4)
  // Where weights are even about it, residuals are standard normal: shares of 300 by four deviations, were half of them independent.
  const residuals = weights.map((w, i) => residual(w, shipping[i]!))
  const share = (where: (r: number) => boolean) => residuals.filter(where).length / 300
  expect(Math.abs(share((r) => Math.abs(r) < 1) - 0.683)).toBeLessThan(4 * Math.sqrt((0.683 * 0.317) / 150))
  expect(Math.abs(share((r) => r > 0) - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / 150))
  expect(Math.abs(residuals.reduce((sum, r) => sum + r * r, 0) / 300 - 1)).toBeLessThan(4 * Math.sqrt(2 / 150))
  // One of 300 beyond five deviations has a chance of 2 in 10,000.
  expect(residuals.reduce((most, r) => Math.max(most, Math.abs(r)), 0)).toBeLessThan(5)
  // Each is a row of its own.
  expect(new Set(weights).size).toBeGreaterThan(275)
  expect(weights.filter((w) => weight.includes(w)).length).toBeLessThan(6)
})
