import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import type { Table } from '../table/table.js'
import { farthestFromRows } from './rows-apart.js'

const SEEDS = Array.from({ length: 300 }, (_, k) => keyFromSeed(k + 1))

/** Sixteen flags that one row in ten has. */
const flags = (key: ReturnType<typeof keyFor>, rowCount: number): Table => ({
  rowCount,
  columns: Array.from({ length: 16 }, (_, c) => ({
    name: `flag${c}`,
    kind: 'integer',
    values: uniforms(keyFor(key, `${c}`), rowCount).map((u) => Number(u < 0.1))
  }))
})

it('rare flags of fifty rows are not called another law than those of the rows that they are of', () => {
  const calls = SEEDS.filter((key) => {
    const weighted = { rows: flags(keyFor(key, 'rows'), 376), weights: new Float64Array(376).fill(1) }
    return farthestFromRows(weighted, { table: flags(keyFor(key, 'drawn'), 50), effectiveSampleSize: 50 }) !== undefined
  })
  // Of 300 tables; by the errors of a normal law's spread most were.
  expect(calls.length).toBeLessThanOrEqual(3)
})

it('numbers that are drawn half as wide are', () => {
  const numbers = (key: ReturnType<typeof keyFor>, rowCount: number, spread: number): Table => ({
    rowCount,
    columns: [{ name: 'x', kind: 'number', values: normals(key, rowCount).map((z) => spread * z) }]
  })
  const weighted = { rows: numbers(keyFromSeed(1), 376, 1), weights: new Float64Array(376).fill(1) }
  expect(farthestFromRows(weighted, { table: numbers(keyFromSeed(2), 200, 0.5), effectiveSampleSize: 200 })?.name).toBe('x')
})

it('a column of which hardly a row that agrees has a cell is not compared', () => {
  const n = 376
  const column = (missing: (i: number) => boolean, mean: number): Table => ({
    rowCount: n,
    columns: [
      {
        name: 'x',
        kind: 'datetime',
        values: normals(keyFromSeed(4), n).map((z) => mean + z),
        missing: Uint8Array.from({ length: n }, (_, i) => Number(missing(i)))
      }
    ]
  })
  // Of forty rows that have one, one agrees.
  const weights = Float64Array.from({ length: n }, (_, i) => (i > 0 && i < 40 ? 1e-4 : 1))
  const drawn = { table: column(() => false, 3), effectiveSampleSize: n }
  expect(farthestFromRows({ rows: column((i) => i >= 40, 0), weights }, drawn)).toBeUndefined()
  expect(farthestFromRows({ rows: column(() => false, 0), weights }, drawn)).toMatchObject({ name: 'x', isDate: true })
})
