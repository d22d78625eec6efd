import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { encodeTable, fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import { atomColumns, categoryMode, classesOf, plainCategoryMode } from './strata.js'

it('a column with atoms makes classes only of rows enough for each number that is known', () => {
  const n = 120
  const key = keyFromSeed(1)
  const values = normals(key, n).map((z, i) => (i % 2 === 0 ? 0 : z))
  const { table, formats } = inferTable({ columns: [{ name: 'cost', source: 'number', values }], rowCount: n })
  const encoder = fitEncoder(table, formats, () => 'quantile')
  const training = { encoder, rows: encodeTable(encoder, table, key) }
  const classes = (known: number) => classesOf(training, 'none', { numbers: known }).combinations.rows.length
  // Below nought, nought and above: 40 rows each on average.
  expect([0, 1, 4, 5, 20].map(classes)).toEqual([3, 3, 3, 1, 1])
})

it('of columns of as few values those that say most of the other numbers come first', () => {
  const n = 40
  const key = keyFromSeed(1)
  const status = Float64Array.from({ length: n }, (_, i) => i % 2)
  const number = (name: string, values: Float64Array) => ({ name, source: 'number' as const, values })
  const columns = [
    number(
      'treated',
      status.map((_, i) => (i >> 1) % 2)
    ),
    number('status', status),
    number(
      'time',
      normals(keyFor(key, 'time'), n).map((z, i) => z + 4 * status[i]!)
    )
  ]
  const { table, formats } = inferTable({ columns, rowCount: n }, { types: { treated: 'integer', status: 'integer' } })
  const encoder = fitEncoder(table, formats, () => 'quantile')
  const found = atomColumns({ encoder, rows: encodeTable(encoder, table, key) })
  expect(found.map(({ coordinate }) => coordinate)).toEqual([1, 0])
})

it('plain draws take whole combinations that make large classes, draws where something is known those that recur', () => {
  const encoder = { factors: [{ name: 'mix', levelCount: 20, places: { rows: 20, cols: 0, data: new Float64Array(0) } }] }
  const modes = (codes: Int32Array) => [plainCategoryMode(encoder, codes), categoryMode(encoder, codes)]
  const rows = 200
  const ofSize = (size: number) => modes(Int32Array.from({ length: rows }, (_, i) => Math.floor(i / size)))
  expect([100, 20, 10, 5, 4].map(ofSize)).toEqual([
    ['combinations', 'combinations'],
    ['combinations', 'combinations'],
    ['sweep', 'combinations'],
    ['sweep', 'combinations'],
    ['sweep', 'sweep']
  ])
  // One in twenty rows may be of combinations of four.
  const withFew = (few: number) => modes(Int32Array.from({ length: rows }, (_, i) => (i < few ? 1 + Math.floor(i / 4) : 0)))
  expect([8, 12, 40, 44].map(withFew)).toEqual([
    ['combinations', 'combinations'],
    ['sweep', 'combinations'],
    ['sweep', 'combinations'],
    ['sweep', 'sweep']
  ])
})
