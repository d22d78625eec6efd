import { expect, test } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { InputError } from '../num/errors.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import type { Table } from '../table/table.js'
import { evaluateTables } from './evaluate.js'
import { verdict } from './verdict.js'
import { weighedRows } from './weigh.js'

const key = keyFromSeed(5)
const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })

/** Shares of regions among the rows that were asked, and what each of these stands for. */
const ASKED = [0.7, 0.2, 0.1]
const WEIGHTS = [1, 4, 8]
/** Shares among all: as asked, by weight. */
const ALL = [0.7 / 2.3, 0.8 / 2.3, 0.8 / 2.3]

/** Regions with these shares, and an age that goes by the region. */
function people(label: string, rowCount: number, shares: readonly number[]): Table {
  const own = keyFor(key, label)
  const [u, z] = [uniforms(own, rowCount), normals(keyFor(own, 'age'), rowCount)]
  const codes = Int32Array.from(u, (at) => (at < shares[0]! ? 0 : at < shares[0]! + shares[1]! ? 1 : 2))
  return {
    rowCount,
    columns: [
      { name: 'region', kind: 'category', levels: ['a', 'b', 'c'], codes },
      { name: 'age', kind: 'number', values: Float64Array.from(codes, (k, i) => 40 + 10 * k + 10 * z[i]!) }
    ]
  }
}

const weightsOf = (table: Table) => Float64Array.from((table.columns[0] as { codes: Int32Array }).codes, (k) => WEIGHTS[k]!)

test('rows by their weights have the shares of the law, few of them twice', () => {
  const real = people('real', 600, ASKED)
  const { apart, all } = weighedRows(weightsOf(real), real, key)!
  const share = (rows: Uint32Array, k: number) => {
    const { codes } = real.columns[0] as { codes: Int32Array }
    return rows.filter((row) => codes[row] === k).length / rows.length
  }
  const weights = weightsOf(real)
  const total = weights.reduce((a, b) => a + b, 0)
  for (const rows of [apart, all])
    for (const k of [0, 1, 2]) {
      const exact = weights.reduce((sum, w) => sum + (w === WEIGHTS[k] ? w : 0), 0) / total
      // Systematic resampling in a random order: within three standard errors of independent draws, which scatter more.
      expect(Math.abs(share(rows, k) - exact)).toBeLessThan(3 * Math.sqrt(exact / rows.length))
    }
  expect(all.length).toBe(600)
  expect(new Set(apart).size).toBeGreaterThan(0.94 * apart.length)
  expect(apart.length).toBeGreaterThan(150)
  expect(weighedRows(new Float64Array(600).fill(3), real, key)).toBeUndefined()
})

test('rows of the weighted law are good beside weighed rows, those of the unweighted one are not', { tags: ['slow'] }, async () => {
  const [real, train] = [people('real', 1000, ASKED), people('train', 1000, ASKED)]
  const sides = { real, weights: weightsOf(real), train, trainWeights: weightsOf(train), engine, key }
  // Of nine such tables two are “fair” by chance, as are fresh rows without weights.
  const right = await evaluateTables({ ...sides, synthetic: people('fresh 1', 1000, ALL), key: keyFromSeed(1) })
  expect(verdict(right).grade).toBe('good')
  const [ages, total] = [(real.columns[1] as { values: Float64Array }).values, sides.weights.reduce((a, b) => a + b, 0)]
  const mean = ages.reduce((sum, age, i) => sum + (age * sides.weights[i]!) / total, 0)
  // A thousand rows resampled by weight: their mean scatters by less than 0.4.
  expect(Math.abs(right.columns.age!.mean!.real! - mean)).toBeLessThan(0.8)
  expect(right.notes.join()).toMatch(/Real rows have weights: most measures use \d+ of them/)
  expect(right.rows.real).toBe(1000)
  const plain = people('plain', 1000, ASKED)
  expect(verdict(await evaluateTables({ ...sides, synthetic: plain }))).toMatchObject({
    grade: 'poor',
    sentence: expect.stringMatching(/AUC 0\.[789].*worst column region/)
  })
  // Without weights it is the other way round.
  expect(verdict(await evaluateTables({ real, train, synthetic: plain, engine, key })).grade).toBe('good')
})

test('copies of rows that weigh little are copies', async () => {
  const real = people('real', 400, ASKED)
  const weights = weightsOf(real).map((weight, i) => (i < 100 ? weight / 1000 : weight))
  const synthetic: Table = { ...people('real', 100, ASKED) }
  const copied = { ...synthetic, columns: real.columns.map((one) => ({ ...one, ...headOf(one, 100) })) } as Table
  const { copies } = await evaluateTables({ real, weights, synthetic: copied, engine, key })
  expect(copies.value).toBe(100)
})

const headOf = (column: Table['columns'][number], rows: number) =>
  'codes' in column ? { codes: column.codes.slice(0, rows) } : 'values' in column ? { values: column.values.slice(0, rows) } : {}

test('weights that are none are refused', () => {
  const real = people('real', 10, ASKED)
  const of = (weights: number[]) => () => weighedRows(Float64Array.from(weights), real, key)
  expect(of([1, 2])).toThrow(InputError)
  expect(of(new Array(10).fill(0))).toThrow(/all zero/)
  expect(of([-1, ...new Array(9).fill(1)])).toThrow(/weight -1 in row 1/)
})
