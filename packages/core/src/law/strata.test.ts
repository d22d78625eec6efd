import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { encodeTable, fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import { atomColumns } from './strata.js'

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
