import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFromSeed, normals } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { type CodedRows, type Coding, codeRows, fitCoding } from './coding.js'
import { evaluateFills } from './holes.js'
import { fillByColumn, fillByForest, fillByNeighbours } from './peers.js'
import { tellFillEvaluation } from './tell-holes.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const n = 400
const z = normals(keyFromSeed(5), 3 * n)
const x = Array.from({ length: n }, (_, i) => z[3 * i]!)
const y = x.map((value, i) => 0.8 * value + 0.6 * z[3 * i + 1]!)
const table: RawTable = {
  rowCount: n,
  columns: [
    { name: 'x', source: 'text', values: x.map((value) => value.toFixed(3)) },
    { name: 'y', source: 'text', values: y.map((value) => value.toFixed(3)) },
    { name: 'side', source: 'text', values: x.map((value) => (value > 0.8 ? 'high' : value > -0.8 ? 'middle' : 'low')) }
  ]
}

it('holes of a Gaussian: the error is that of its conditional mean, intervals cover, and every method has its place', {
  tags: ['slow']
}, async () => {
  const evaluation = await evaluateFills(table, { rules: 'off' }, { engine })
  const { sbridge, mean, neighbours, forest } = evaluation.columns.find(({ name }) => name === 'y')!.methods
  // Some 30 holes: a mean square is known to a quarter. The residual has 0.6 of a standard deviation.
  expect(Math.abs(sbridge.error! - 0.6)).toBeLessThan(0.18)
  expect(mean.error!).toBeGreaterThan(0.75)
  for (const other of [neighbours, forest]) expect(other.error!).toBeLessThan(mean.error!)
  // CRPS of a Gaussian of standard deviation 0.6 is 0.6/√π.
  expect(Math.abs(sbridge.crps! - 0.6 / Math.sqrt(Math.PI))).toBeLessThan(0.1)
  expect(evaluation.methods.sbridge.coverage!).toBeGreaterThan(0.65)
  expect(evaluation.methods.sbridge.coverage!).toBeLessThan(0.95)
  expect(evaluation.methods.sbridge.wrong!).toBeLessThan(evaluation.methods.mean.wrong!)
  expect(evaluation.holes).toBe(evaluation.columns.reduce((sum, { holes }) => sum + holes, 0))
  expect(await evaluateFills(table, { rules: 'off' }, { engine })).toEqual(evaluation)
  const { blocks } = tellFillEvaluation(evaluation).topics[0]!
  expect(blocks.map(({ kind }) => kind)).toEqual(['facts', 'explained', 'table', 'figure', 'table'])
})

it('refuses a table in which nothing can be punched out', async () => {
  const few = { rowCount: 9, columns: table.columns.map((column) => ({ ...column, values: column.values.slice(0, 9) })) } as RawTable
  await expect(evaluateFills(few, {}, { engine })).rejects.toMatchObject({ code: 'no-holes' })
})

it('other methods: a column’s own quantiles, rows that are nearest, a forest that finds a step', async () => {
  const values = Float64Array.from({ length: 60 }, (_, i) => i)
  const step = values.map((value) => (value < 30 ? 0 : 10))
  const columns = [
    { name: 'a', kind: 'number' as const, values },
    {
      name: 'b',
      kind: 'number' as const,
      values: step.map((value, i) => (i === 10 || i === 50 ? 0 : value)),
      missing: step.map((_, i) => Number(i === 10 || i === 50))
    }
  ].map((column) => ({ ...column, missing: 'missing' in column ? Uint8Array.from(column.missing!) : new Uint8Array(60) }))
  const formats = columns.map(({ name, kind }) => ({ name, kind, source: 'number' as const }))
  const coding: Coding = fitCoding({ columns, rowCount: 60 }, formats)
  const rows: CodedRows = codeRows(coding, { columns, rowCount: 60 })
  const wanted = { column: coding.columns[1] as Extract<Coding['columns'][number], { at: number }>, rows: [10, 50] }
  const shown = (fills: readonly (readonly Float64Array[])[]) => {
    const column = coding.columns[1] as Extract<Coding['columns'][number], { carries: 'number' }>
    return fills.map((members) => members.reduce((sum, member) => sum + column.centre + column.scale * member[0]!, 0) / members.length)
  }
  expect(shown(fillByNeighbours(rows, wanted))).toEqual([expect.closeTo(0, 9), expect.closeTo(10, 9)])
  expect(shown(fillByColumn(rows, wanted)).map((value) => Math.round(value))).toEqual([5, 5])
  const [low, high] = shown(await fillByForest(rows, wanted, { completed: rows.data, key: keyFromSeed(1) }))
  expect(low!).toBeLessThan(1)
  expect(high!).toBeGreaterThan(9)
})
