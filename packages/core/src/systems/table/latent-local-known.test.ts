import { expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import type { RawTable } from '../../table/raw.js'
import { isNumeric, type Table } from '../../table/table.js'
import { fitLatentLocal, posteriorLatentLocal } from './latent-local.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const M = 400
const z = normals(keyFromSeed(4), 3 * M)
const raw: RawTable = {
  rowCount: M,
  columns: [0, 1, 2].map((c) => ({
    name: `x${c}`,
    source: 'number',
    values: Float64Array.from({ length: M }, (_, i) => [z[3 * i]!, 0.8 * z[3 * i]! + 0.6 * z[3 * i + 1]!, z[3 * i + 2]!][c]!)
  }))
}
const numbers = (table: Table, c: number): Float64Array => {
  const column = table.columns[c]!
  if (!isNumeric(column)) throw new Error(column.name)
  return column.values
}
const model = await fitLatentLocal(raw, { latent: 'pca:3', local: { kind: 'window', radius: 2 }, seed: 1 }, { engine })
const ask = (request: Omit<Parameters<typeof posteriorLatentLocal>[1], 'rows'>) =>
  posteriorLatentLocal(model, { rows: 400, ...request }, { engine, key: keyFromSeed(3) })

test('a likelihood and an observation that is not linear, behind a codec and coordinate by coordinate', async () => {
  const off = (row: Readonly<Record<string, unknown>>) => ((row.x0 as number) - 1.2) / 0.4
  const user = {
    logLikelihood: (row: Readonly<Record<string, unknown>>) => -0.5 * off(row) ** 2,
    gradient: (row: Readonly<Record<string, unknown>>) => ({ x0: -off(row) / 0.4 })
  }
  for (const request of [{ likelihood: user }, { observe: ['(x0 + 3) ^ 2 = 17.64 ± 3.36'] }]) {
    const { table, report } = await ask(request)
    // Training rows weighted by either likelihood: 1.05 and 0.99 of x0, 0.87 and 0.82 of x1, errors 0.04; of 400 draws 0.03.
    expect(Math.abs(mean(numbers(table, 0)) - 1.02)).toBeLessThan(0.2)
    expect(Math.abs(mean(numbers(table, 1)) - 0.84)).toBeLessThan(0.22)
    expect(report.acceptance!).toBeGreaterThan(0.1)
  }
})

test('given numbers are repeated exactly; intervals, strangers and nothing at all are refused', async () => {
  const { table, report } = await ask({ given: [{ x0: 1 }, { x0: -1 }] })
  expect(new Set(numbers(table, 0).subarray(0, 400))).toEqual(new Set([1]))
  expect(report.conditions.map(({ condition }) => condition)).toEqual(['x0=1', 'x0=-1'])
  await expect(ask({ given: [{ x0: '0..1' }] })).rejects.toMatchObject({ code: 'option-combination' })
  await expect(ask({ given: [{ x9: 1 }] })).rejects.toMatchObject({ code: 'column-unknown' })
  await expect(ask({})).rejects.toMatchObject({ code: 'posterior-empty' })
})
