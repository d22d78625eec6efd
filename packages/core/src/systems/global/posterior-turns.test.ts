import { expect, test, vi } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { LocalGaussian } from '../../law/local-gaussian.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { drawModel, fitModel } from '../system.js'
import { tables } from '../table/system.js'

const context = { engine: await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }) }
const own = (label: string) => uniforms(keyFor(keyFromSeed(5), label), 80)

test('a likelihood that is linearised thrice takes one factorisation for that, and one for the draw', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => [...own(name)])
  const input = textTable({ a: a!, b: b!, c: c! })
  const model = await fitModel(tables, { input, options: { bandwidth: 1, scaling: 'quantile', kernel: 'fixed' } }, context)
  const clamps = vi.spyOn(LocalGaussian.prototype, 'clamp')
  const turns = vi.spyOn(LocalGaussian.prototype, 'observe')
  const request = { rows: 50, steps: 2, observe: 'a + b = 1 ± 0.1', conditionBandwidth: 1 }
  await drawModel(tables, { model, request }, context)
  expect(turns.mock.calls.length).toBeGreaterThan(300)
  // Chains without the observation, which are compared, take one too; with four for each linearisation it was twice as many.
  expect(clamps.mock.calls.length).toBeLessThan(1.5 * turns.mock.calls.length)
  vi.restoreAllMocks()
})
