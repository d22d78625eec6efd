import { expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { encodeTable, fitEncoder } from '../../table/encoder.js'
import { inferTable } from '../../table/infer.js'
import { CurveSearch, rowDistances } from './bandwidth.js'

test('a search that ends where r is enough goes on from there to what one in a piece finds', async () => {
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const z = normals(keyFromSeed(4), 300)
  const names = ['x', 'y', 'z']
  const columns = names.map((name, c) => ({ name, source: 'number' as const, values: z.subarray(100 * c, 100 * (c + 1)) }))
  const { table, formats } = inferTable({ columns, rowCount: 100 })
  const encoder = fitEncoder(table, formats, () => 'standard')
  const training = { encoder, rows: encodeTable(encoder, table), logWeights: uniformLogWeights(100) }
  const distances = await rowDistances(table, training, engine)
  let asked = 0
  const watch = { progress: () => asked++ }
  const make = () => new CurveSearch({ training, distances, kernel: { kind: 'fixed', epsilon: 1 }, engine, key: keyFromSeed(5), watch })
  const parted = make()
  const enough = await parted.enough()
  const first = asked
  expect(enough.ratio).toBeGreaterThanOrEqual(0.95 - 1e-12)
  expect(await parted.enough()).toEqual(enough)
  expect(asked).toBe(first)
  const whole = await parted.whole()
  expect(whole.curve).toEqual(expect.arrayContaining([...enough.curve]))
  const atOnce = await make().whole()
  // Some rows are as far as fresh ones, or no wider kernel is to be had.
  const farthest = Math.max(...atOnce.curve.map(({ ratio }) => ratio))
  expect(farthest >= 1 || atOnce.curve.at(-1)!.epsilon === 8).toBe(true)
  expect(atOnce.epsilon / whole.epsilon).toBeGreaterThan(1 / 1.3)
  expect(atOnce.epsilon / whole.epsilon).toBeLessThan(1.3)
})
