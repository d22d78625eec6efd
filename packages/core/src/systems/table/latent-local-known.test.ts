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
const ask = (request: Omit<Parameters<typeof posteriorLatentLocal>[1], 'rows'>, rows = 400) =>
  posteriorLatentLocal(model, { rows, ...request }, { engine, key: keyFromSeed(3) })

test('a likelihood and an observation that is not linear, behind a codec and coordinate by coordinate', { tags: ['slow'] }, async () => {
  const off = (row: Readonly<Record<string, unknown>>) => ((row.x0 as number) - 1.2) / 0.4
  const user = {
    logLikelihood: (row: Readonly<Record<string, unknown>>) => -0.5 * off(row) ** 2,
    gradient: (row: Readonly<Record<string, unknown>>) => ({ x0: -off(row) / 0.4 })
  }
  for (const request of [{ likelihood: user }, { observe: ['(x0 + 3) ^ 2 = 17.64 ± 3.36'] }]) {
    const { table, report } = await ask(request, 200)
    // Training rows weighted by either likelihood: 1.05 and 0.99 of x0, 0.87 and 0.82 of x1, errors 0.04; of 200 draws 0.04.
    expect(Math.abs(mean(numbers(table, 0)) - 1.02)).toBeLessThan(0.2)
    expect(Math.abs(mean(numbers(table, 1)) - 0.84)).toBeLessThan(0.22)
    expect(report.acceptance!).toBeGreaterThan(0.1)
  }
})

test('intervals, of one column, of two, and narrow ones beside an observation, behind a codec and coordinate by coordinate', {
  tags: ['slow']
}, async () => {
  const { table, report } = await ask({ given: [{ x0: '1..' }, { x0: '1..', x1: '..0' }, { x0: '0.9..1.1' }] })
  const part = (c: number, k: number) => numbers(table, c).subarray(400 * k, 400 * (k + 1))
  // E[x | x > 1] = 1.525 of a standard normal; y = 0.8 x + 0.6 e. 400 draws: 0.05; the rows' own moments 0.05.
  expect(Math.min(...part(0, 0))).toBeGreaterThanOrEqual(1)
  expect(Math.abs(mean(part(0, 0)) - 1.525)).toBeLessThan(0.15)
  expect(Math.abs(mean(part(1, 0)) - 0.8 * 1.525)).toBeLessThan(0.2)
  // By quadrature over x: E[x | x > 1, y < 0] and E[y | …].
  const [x, y] = corner(1)
  expect(Math.min(...part(0, 1))).toBeGreaterThanOrEqual(1)
  expect(Math.max(...part(1, 1))).toBeLessThanOrEqual(0)
  expect(Math.abs(mean(part(0, 1)) - x)).toBeLessThan(0.15)
  expect(Math.abs(mean(part(1, 1)) - y)).toBeLessThan(0.15)
  expect(Math.abs(mean(part(1, 2)) - 0.8)).toBeLessThan(0.2)
  expect(report.conditions.map(({ condition }) => condition)).toEqual(['x0=1..', 'x0=1.., x1=..0', 'x0=0.9..1.1'])
  // y given both: precision 1/0.36 + 1/0.04 about its regression on x0, which is 1 within 0.003.
  const both = await ask({ given: [{ x0: '0.9..1.1' }], observe: ['x1 = 0.2 ± 0.2'] })
  expect(Math.abs(mean(numbers(both.table, 1)) - (0.8 / 0.36 + 0.2 / 0.04) / (1 / 0.36 + 1 / 0.04))).toBeLessThan(0.06)
})

/** E[x] and E[y] of x = N(0, 1) above an end and y = 0.8 x + 0.6 e below 0. */
function corner(low: number): [number, number] {
  let [mass, first, second] = [0, 0, 0]
  for (let x = low; x < 6; x += 1e-3) {
    for (let e = -6; 0.8 * x + 0.6 * e < 0; e += 5e-3) {
      const weight = Math.exp(-0.5 * (x * x + e * e))
      mass += weight
      first += weight * x
      second += weight * (0.8 * x + 0.6 * e)
    }
  }
  return [first / mass, second / mass]
}

test('an interval behind a decoder that is not linear is refused', async () => {
  const { linear: _linear, ...codec } = model.codec
  const asked = posteriorLatentLocal({ ...model, codec }, { rows: 4, given: [{ x0: '0..1' }] }, { engine, key: keyFromSeed(3) })
  await expect(asked).rejects.toMatchObject({ code: 'option-combination', got: expect.stringContaining('not linear') })
})

test('given numbers are repeated exactly; strangers and nothing at all are refused', { tags: ['slow'] }, async () => {
  const { table, report } = await ask({ given: [{ x0: 1 }, { x0: -1 }] })
  expect(new Set(numbers(table, 0).subarray(0, 400))).toEqual(new Set([1]))
  expect(report.conditions.map(({ condition }) => condition)).toEqual(['x0=1', 'x0=-1'])
  await expect(ask({ given: [{ x9: 1 }] })).rejects.toMatchObject({ code: 'column-unknown' })
  await expect(ask({})).rejects.toMatchObject({ code: 'posterior-empty' })
})
