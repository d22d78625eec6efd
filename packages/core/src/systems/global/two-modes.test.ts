import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { drawModel, fitModel } from '../system.js'
import type { DrawnRows } from '../table/options.js'
import { tables } from '../table/system.js'

const n = 1000
const key = keyFromSeed(7)

// Two modes, N(±2, ¼): ranks of their numbers are a Gaussian's, and in those the observation bends within a step of one Gaussian.
// Rows a step ahead of such a chain came from about the middle: none of 4,000 was beyond ±2, and their spread was 0.8 of what it is.
it('under one Gaussian of numbers by their ranks, rows of two modes have the whole posterior', async () => {
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const [within, beside] = [normals(keyFor(key, 'within'), n), normals(keyFor(key, 'beside'), n)]
  const x = uniforms(keyFor(key, 'mode'), n).map((u, i) => (u < 0.5 ? -2 : 2) + 0.5 * within[i]!)
  const input = {
    rowCount: n,
    columns: [
      { name: 'x', source: 'number' as const, values: x },
      { name: 'y', source: 'number' as const, values: x.map((one, i) => 0.25 * one + beside[i]!) }
    ]
  }
  const model = await fitModel(tables, { input, options: { scaling: 'quantile', bandwidth: 0.1, seed: 1 } }, { engine })
  const request = { rows: n, seed: 1, observe: ['x = 0.2 ± 1'], conditionBandwidth: 128 }
  const { table } = (await drawModel(tables, { model, request }, { engine })) as DrawnRows
  const drawn = (table.columns[0] as unknown as { values: Float64Array }).values
  const share = (within: (x: number) => boolean) => drawn.filter(within).length / n
  // Prior × likelihood is 0.655 N(1.64, 0.2) + 0.345 N(−1.56, 0.2). The training rows are worth 550 under it: shares of them scatter by
  // 0.02 at most, and those of the chains, some of which stand still, by as much again. By four deviations of both.
  expect(Math.abs(share((x) => x > 0) - 0.655)).toBeLessThan(0.12)
  expect(Math.abs(share((x) => Math.abs(x) > 2) - 0.194)).toBeLessThan(0.1)
})
