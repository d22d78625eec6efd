import { expect, it } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { uniformLogWeights } from '../num/log-space.js'
import { matrixFromRows } from '../num/matrix.js'
import { keyFromSeed } from '../num/random.js'
import { fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import { unexplainedSpreads } from './unexplained-spreads.js'

it('no level is nearer to one than another: rows that are alone in theirs are neighbours by what numbers are given', async () => {
  const [g, y] = [Float64Array.of(0, 2, 0.1, 2.1), Float64Array.of(0, 5, 0, 5)]
  const columns = [
    { name: 'g', source: 'number' as const, values: g },
    { name: 'level', source: 'text' as const, values: ['a', 'b', 'c', 'd'] },
    { name: 'y', source: 'number' as const, values: y }
  ]
  const { table, formats } = inferTable({ columns, rowCount: 4 }, { types: { level: 'category' } })
  const encoder = fitEncoder(table, formats, () => 'standard')
  const coordinates = matrixFromRows(Array.from(g, (x, i) => [x, y[i]!]))
  const training = { encoder, rows: { coordinates, codes: Int32Array.of(0, 1, 2, 3) }, logWeights: uniformLogWeights(4) }
  const group = { split: { given: [0], ranged: [], free: [1] }, factors: [0] }
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const spreads = await unexplainedSpreads(training, { training, group, engine, key: keyFromSeed(1) })
  // Each row's neighbour has its own y; the variance 6.25 of all counts as one row of five.
  expect(spreads[1]).toBeCloseTo(Math.sqrt(6.25 / 5), 12)
})
