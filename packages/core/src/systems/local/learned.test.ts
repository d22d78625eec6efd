import { expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import { isNumeric } from '../../table/table.js'
import { fitLocal, posteriorLocal, sampleLocal } from './index.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })

/** Columns that all follow one factor: every pair is correlated by `correlation`, no pair by much given all others. */
function factorTable(rows: number, size: number, correlation: number) {
  const [common, own] = [Math.sqrt(correlation), Math.sqrt(1 - correlation)]
  const z = normals(keyFromSeed(3), rows * (size + 1))
  return inferTable({
    rowCount: rows,
    columns: Array.from({ length: size }, (_, c) => ({
      name: `x${c}`,
      source: 'number' as const,
      values: Float64Array.from({ length: rows }, (_, i) => common * z[i * (size + 1)]! + own * z[i * (size + 1) + c + 1]!)
    }))
  })
}

const correlationOf = (a: Float64Array, b: Float64Array): number => {
  const mean = (of: (i: number) => number) => a.reduce((sum, _, i) => sum + of(i) / a.length, 0)
  const [ma, mb] = [mean((i) => a[i]!), mean((i) => b[i]!)]
  const product = mean((i) => (a[i]! - ma) * (b[i]! - mb))
  return product / Math.sqrt(mean((i) => (a[i]! - ma) ** 2) * mean((i) => (b[i]! - mb) ** 2))
}

test('a learned graph keeps columns together that nearly repeat each other, where no partial correlation stands out', async () => {
  const context = { engine, key: keyFromSeed(5) }
  const model = await fitLocal(factorTable(200, 15, 0.9), { local: { kind: 'auto' } }, context)
  expect(model.summary.notes.join()).toMatch(/no neighbours in the learned graph/)
  const { columns } = await sampleLocal(model, { count: 1000 }, context)
  const values = columns.map((column) => (isNumeric(column) ? column.values : new Float64Array(0)))
  let least = 1
  for (let a = 0; a < values.length; a++) for (let b = 0; b < a; b++) least = Math.min(least, correlationOf(values[a]!, values[b]!))
  // 0.9 in the law, at least 0.85 in 200 rows of it; each column stands on a few of the others. Without those: 0 ± 0.1.
  expect(least).toBeGreaterThan(0.7)
}, 60_000)

test('an observation that the sweeps cannot follow is named, one that they can is not', async () => {
  const context = { engine, key: keyFromSeed(5) }
  const asked = { count: 200, observe: ['x4 = 1 ± 0.05'] }
  const close = await fitLocal(factorTable(200, 8, 0.9999), { local: { kind: 'window', radius: 2 } }, context)
  const loose = await fitLocal(factorTable(200, 8, 0.5), { local: { kind: 'window', radius: 2 } }, context)
  const warned = async (model: typeof close) => (await posteriorLocal(model, asked, context)).report.warnings.map(({ name }) => name)
  expect(await warned(close)).toContain('observation-unmet')
  expect(await warned(loose)).not.toContain('observation-unmet')
}, 60_000)
