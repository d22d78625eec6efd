import { beforeAll, expect, test } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import { scalingCandidates } from '../global/choose-scaling.js'
import { scalingOf } from '../local/fit.js'
import { methodsOf } from '../panel/methods.js'
import { drawModel, fitModel } from '../system.js'
import { tables } from '../table/system.js'
import { SPIKE_WARNING, spikeWarnings } from './spikes-moved.js'

let context: { readonly engine: Engine }
beforeAll(async () => {
  context = { engine: await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }) }
})
const ROWS = 400

/** An amount that is nothing in so many of the rows, whatever else they have. */
function amounts(share: number, rows = ROWS) {
  const none = uniforms(keyFor(keyFromSeed(4), 'none'), rows)
  const [other, size] = ['other', 'size'].map((label) => normals(keyFor(keyFromSeed(4), label), rows)) as [Float64Array, Float64Array]
  const amount = Array.from(size, (z, i) => (none[i]! < share ? 0 : Math.round(100 * Math.exp(3 + 0.7 * z + 0.3 * other[i]!)) / 100))
  return { amount, other: Array.from(other, (x) => Math.round(100 * x) / 100) }
}
const quantity = (values: ArrayLike<number>, isDate = false) => ({
  name: 'amount',
  isDate,
  values: Float64Array.from(values),
  unit: isDate ? 1 : 0.01
})
const told = (warnings: readonly { readonly name: string; readonly message: string }[]) =>
  warnings.filter(({ name }) => name === SPIKE_WARNING).map(({ message }) => message)

test('a value that stands out is told where drawn rows have it more or less often than chance explains', () => {
  const real = [quantity(amounts(0.3).amount)]
  const withZeros = (count: number) => [quantity(amounts(0, 1000).amount.map((x, i) => (i < count ? 0 : x)))]
  const share = real[0]!.values.filter((x) => x === 0).length / ROWS
  // Four errors of the difference of two shares.
  const isMoved = (count: number) => {
    const pooled = (share * ROWS + count) / (ROWS + 1000)
    return Math.abs(share - count / 1000) > 4 * Math.sqrt(pooled * (1 - pooled) * (1 / ROWS + 1 / 1000))
  }
  const counts = Array.from({ length: 601 }, (_, k) => k)
  const [low, high] = [counts.find((k) => !isMoved(k))!, counts.findLast((k) => !isMoved(k))!]
  expect([low, high].every((k) => k > 100 && k < 500)).toBe(true)
  for (const [count, length] of [
    [low - 1, 1],
    [low, 0],
    [high, 0],
    [high + 1, 1]
  ] as const)
    expect(spikeWarnings({ real, drawn: withZeros(count) }), String(count)).toHaveLength(length)
  // Of rows of which four have the same by themselves a difference says half as much.
  expect(spikeWarnings({ real, drawn: withZeros(low - 1) }, () => 4)).toEqual([])
  expect(spikeWarnings({ real, drawn: withZeros(0) }, () => 4)).toHaveLength(1)
  expect(spikeWarnings({ real, drawn: withZeros(0) })[0]!.message).toMatch(
    /^amount is 0 in \d\d % of the rows of the data, but in 0 % of the drawn rows: /
  )
  // One that the data have not.
  expect(told(spikeWarnings({ real: [quantity(amounts(0).amount)], drawn: withZeros(200) }))).toEqual([
    expect.stringMatching(/^amount is 0 in 0 % of the rows of the data, but in 20 % of the drawn rows: /)
  ])
  // Dates count in days, and those that are missing do not count.
  const days = amounts(0.3).amount.map((x) => (x === 0 ? 19_723 : 19_000 + x))
  const gone = days.map((x) => (x === 19_723 ? Number.NaN : x))
  expect(told(spikeWarnings({ real: [quantity(days, true)], drawn: [quantity(gone, true)] }))).toEqual([
    expect.stringMatching(/^amount is 2024-01-01 in \d\d % of the rows of the data, but in 0 % of the drawn rows: /)
  ])
  expect(spikeWarnings({ real, drawn: [quantity([])] })).toEqual([])
  expect(spikeWarnings({ real, drawn: [{ ...quantity([0, 0]), name: 'other' }] })).toEqual([])
})

test('rows count by their weights', async () => {
  const { amount, other } = amounts(0.3)
  const weight = amount.map((x) => (x === 0 ? 4 : 1))
  const model = await fitModel(
    tables,
    { input: textTable({ amount, other, weight }), options: { weights: 'weight', bandwidth: 0.3 } },
    context
  )
  const drawn = await drawModel(tables, { model, request: { rows: 600, steps: 4 } }, context)
  const { values } = tables.present(model, drawn, 'text').columns.find(({ name }) => name === 'amount')!
  const share = [...values].filter((x) => Number(x) === 0).length / 600
  expect(Math.abs(share - (4 * 0.3) / (4 * 0.3 + 0.7))).toBeLessThan(0.08)
  expect(told(drawn.warnings)).toEqual([])
})

test('columns with such a value are ranked, also where neither ties nor tails ask for it', async () => {
  const [none, size] = [uniforms(keyFromSeed(5), ROWS), normals(keyFromSeed(6), ROWS)]
  const plain = Array.from(size, (z) => Math.round(1e6 * (5 + 0.8 * z)) / 1e6)
  const data = inferTable(textTable({ plain, spiked: plain.map((x, i) => (none[i]! < 0.08 ? 5 : x)) }))
  expect(scalingCandidates({ ...data, fixed: {} })).toMatchObject({ listed: ['spiked'], candidates: [] })
  expect(scalingCandidates({ ...data, fixed: { spiked: 'standard' } })).toMatchObject({ listed: [], candidates: [] })
  expect(scalingOf(data, { local: { kind: 'grid', rows: 1, cols: 2, radius: 1 } })).toEqual({ plain: 'standard', spiked: 'quantile' })
  const [methodOf, ...others] = methodsOf(data.table, 'auto')
  expect([methodOf('plain'), methodOf('spiked'), others]).toEqual(['standard', 'quantile', []])
})

test('amounts that are often nothing are so in as many new rows, whichever scaling has the better score; where standard is asked for it is told', async () => {
  const input = textTable(amounts(0.3))
  const zeros = async (options: object) => {
    const model = await fitModel(tables, { input, options: { bandwidth: 0.3, kernel: 'fixed', ...options } }, context)
    const drawn = await drawModel(tables, { model, request: { rows: 600, steps: 4 } }, context)
    const { values } = tables.present(model, drawn, 'text').columns[0]!
    return {
      share: [...values].filter((x) => Number(x) === 0).length / 600,
      told: told(tables.tell(model, { answer: drawn, request: {} }).warnings)
    }
  }
  const expected = amounts(0.3).amount.filter((x) => x === 0).length / ROWS
  for (const options of [{}, { latent: 'pca:1' }, { latent: 'pca:2' }]) {
    const own = await zeros(options)
    expect(Math.abs(own.share - expected), JSON.stringify(options)).toBeLessThan(0.08)
    expect(own.told).toEqual([])
  }
  const smeared = await zeros({ scaling: 'standard' })
  expect(smeared.share).toBeLessThan(0.05)
  expect(smeared.told).toEqual([
    expect.stringMatching(/^amount is 0 in \d\d % of the rows of the data, but in \d(\.\d)? % of the drawn rows: /)
  ])
})
