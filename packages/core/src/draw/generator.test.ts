import { expect, test } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { fitWidthField, type KernelChoice } from '../kernel/bandwidth.js'
import { uniformLogWeights } from '../num/log-space.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { encodeTable, fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import { Generator } from './generator.js'

const key = keyFromSeed(31)
const ROWS = 120
const numbers = ['x', 'y'].map((name) => ({ name, source: 'number' as const, values: normals(keyFor(key, name), ROWS) }))
const words = (name: string, count: number) => ({
  name,
  source: 'text' as const,
  values: Array.from(uniforms(keyFor(key, name), ROWS), (x) => `${name}${Math.floor(count * x)}`)
})

test.each([
  ['numbers alone', numbers],
  ['classes', [...numbers, words('p', 3)]],
  ['categories in turn', [...numbers, words('p', 12), words('q', 12)]]
])('%s: rows at another bandwidth are those of a new start', async (_, columns) => {
  const { table, formats } = inferTable({ columns, rowCount: ROWS })
  const encoder = fitEncoder(table, formats, () => 'standard')
  const training = { encoder, rows: encodeTable(encoder, table), logWeights: uniformLogWeights(ROWS) }
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const field = await fitWidthField(training.rows.coordinates, engine)
  const potentials = normals(keyFor(key, 'potentials'), ROWS).map((x) => 0.2 * x)
  const drawn = (generator: Generator) => generator.generate({ count: 40, steps: 2, noise: 'covariance', key })
  const kinds: ((epsilon: number) => KernelChoice)[] = [
    (epsilon) => ({ kind: 'fixed', epsilon }),
    (epsilon) => ({ kind: 'variable', epsilon, field })
  ]
  for (const kernel of kinds) {
    const first = await Generator.create(training, new Float64Array(ROWS), kernel(0.2), engine)
    const before = await drawn(first)
    const again = await drawn(await first.at(potentials, kernel(0.5)))
    expect(again).toEqual(await drawn(await Generator.create(training, potentials, kernel(0.5), engine)))
    expect(again).not.toEqual(before)
  }
  await engine.close()
})
