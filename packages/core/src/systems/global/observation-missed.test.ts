import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { later } from '../../num/later.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { drawModel, fitModel } from '../system.js'
import type { DrawnRows, TableFit, TableRequest } from '../table/options.js'
import { tables } from '../table/system.js'

const n = 2000
/** That are drawn. */
const ROWS = 300
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
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const fitted = (options: TableFit) => fitModel(tables, { input, options: { rules: 'off', seed: 1, ...options } }, { engine })
// Conditions have a bandwidth of their own: that of whole rows need not be searched.
const models = {
  standard: later(() => fitted({ scaling: 'standard', bandwidth: 0.2 })),
  quantile: () => fitted({ scaling: 'quantile', bandwidth: 0.2 })
}

async function drawn(fit: () => ReturnType<typeof fitted>, request: TableRequest) {
  const model = await fit()
  const { table, warnings } = (await drawModel(tables, { model, request: { rows: ROWS, seed: 2, ...request } }, { engine })) as DrawnRows
  const of = (name: string) => (table.columns.find((one) => one.name === name) as unknown as { values: Float64Array }).values
  const residuals = Array.from(of('weight'), (w, i) => (w + of('shipping')[i]! - of('refund')[i]! - 6) / 0.5)
  return { residuals, warning: warnings.find(({ name }) => name === 'observation-missed')?.message }
}

const observe = ['weight + shipping - refund = 6 ± 0.5']

// Amounts of nought, scaled as if they were none: local laws are far from Gaussian, and at a narrow kernel 67 of 600 rows were more
// than three deviations off, 75 with numbers by their ranks, 89 behind a codec that leaves nothing out, and 366 behind one that does.
describe('rows meet what is observed', { tags: ['slow'] }, () => {
  it.each<[string, () => ReturnType<typeof fitted>, TableRequest]>([
    ['of a narrow kernel', models.standard, { conditionBandwidth: 0.037 }],
    ['of a wide one', models.standard, { conditionBandwidth: 1 }],
    ['of a narrow kernel between numbers by their ranks', models.quantile, { conditionBandwidth: 0.037 }],
    ['behind a codec that leaves nothing out', () => fitted({ scaling: 'standard', latent: 'pca:3' }), {}],
    ['behind a codec that leaves half of the spread out', () => fitted({ scaling: 'standard', latent: 'pca:2' }), {}]
  ])('%s', async (_, fit, request) => {
    const { residuals, warning } = await drawn(fit, { ...request, observe })
    expect(warning).toBeUndefined()
    // Of 300 standard normal residuals 0.8 are beyond three: 6 by a chance of 2 in 10,000, one beyond five by 2 in 10,000.
    expect(residuals.filter((r) => Math.abs(r) > 3).length).toBeLessThan(6)
    expect(residuals.reduce((most, r) => Math.max(most, Math.abs(r)), 0)).toBeLessThan(5)
    // By four deviations, were a third of them independent.
    expect(Math.abs(residuals.reduce((sum, r) => sum + r * r, 0) / ROWS - 1)).toBeLessThan(4 * Math.sqrt(2 / (ROWS / 3)))
  })
})

// Langevin steps know no test, and what is observed within a step.
it('rows that miss what was observed are counted', async () => {
  const { residuals, warning } = await drawn(models.standard, { observe, conditioning: 'langevin', conditionBandwidth: 0.037 })
  const missed = residuals.filter((r) => Math.abs(r) > 3).length
  expect(missed).toBeGreaterThan(10)
  expect(warning).toContain(`${missed} of ${ROWS} rows are more than 3 deviations off`)
})
