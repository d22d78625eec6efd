import { beforeAll, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { drawModel, fitModel } from '../system.js'
import type { DrawnRows, TableModel } from '../table/options.js'
import { tables } from '../table/system.js'

const n = 2000
const key = keyFromSeed(3)
const dice = (label: string) => Array.from(uniforms(keyFor(key, label), n))
const channel = dice('channel').map((u) => ['web', 'shop', 'phone'][Math.floor(3 * u)]!)
const places = dice('place')
const city = places.map((u) => `town ${Math.floor(60 * u * u)}`)
const chance = dice('chance')
const numbers = {
  weight: dice('weight').map((u) => 10 * u),
  shipping: dice('shipping').map((u, i) => (channel[i] === 'shop' ? 0 : 2 + 12 * u * u)),
  refund: dice('refund').map((u, i) => (chance[i]! < 0.6 ? 0 : 1 + 8 * u * u))
}
const input = {
  rowCount: n,
  columns: [
    { name: 'channel', source: 'text' as const, values: channel },
    { name: 'city', source: 'text' as const, values: city },
    ...Object.entries(numbers).map(([name, values]) => ({ name, source: 'number' as const, values: Float64Array.from(values) }))
  ]
}

let engine: Engine
let model: TableModel
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  model = await fitModel(tables, { input, options: { scaling: 'standard', rules: 'off', seed: 1 } }, { engine })
})

// Amounts of nought, scaled as if they were none: local laws are far from Gaussian, and at a narrow kernel steps lead away.
it.each([
  ['a narrow kernel', 0.037, true],
  ['a wide one', 1, false]
])('rows of %s that miss what was observed are counted', async (_, conditionBandwidth, misses) => {
  const request = { rows: 600, seed: 2, conditionBandwidth, observe: ['weight + shipping - refund = 6 ± 0.5'] }
  const { table, warnings } = (await drawModel(tables, { model, request }, { engine })) as DrawnRows
  const of = (name: string) => (table.columns.find((one) => one.name === name) as unknown as { values: Float64Array }).values
  const residuals = of('weight').map((w, i) => (w + of('shipping')[i]! - of('refund')[i]! - 6) / 0.5)
  const missed = residuals.filter((r) => Math.abs(r) > 3).length
  const told = warnings.find(({ name }) => name === 'observation-missed')
  expect(told !== undefined).toBe(misses)
  if (misses) expect(told!.message).toContain(`${missed} of 600 rows are more than 3 deviations off`)
  else expect(missed).toBeLessThan(9)
})
