// @module-tag slow
import { keyFor, keyFromSeed, normals } from '@sbridge/core/kernels'
import type { RawTable } from '@sbridge/core/tables'
import { expect, it } from 'vitest'
import { fit, sample } from '../src/library.js'

const ROWS = 2000
const BATCH_AND_ONE = 16_384 + 1

/** Two numbers that depend on each other: enough rows for engines to share work. */
function table(): RawTable {
  const [x, noise] = ['x', 'noise'].map((label) => normals(keyFor(keyFromSeed(8), label), ROWS))
  const y = x!.map((a, i) => a * a + 0.4 * noise![i]!)
  return {
    rowCount: ROWS,
    columns: [
      { name: 'x', source: 'number', values: x! },
      { name: 'y', source: 'number', values: y }
    ]
  }
}

it('a model of landmarks and its rows are the same for 1, 2 and 4 threads: one row, a thousand, a batch and one', async () => {
  const models: Awaited<ReturnType<typeof fit>>[] = []
  for (const threads of [1, 2, 4])
    models.push(await fit(table(), { landmarks: 200, scaling: 'standard', bandwidth: 0.02, seed: 3, threads }))
  const [first, ...others] = models
  expect(first).toMatchObject({ summary: { landmarks: 200 } })
  for (const other of others) expect(other).toEqual(first)
  for (const rows of [1, 1000, BATCH_AND_ONE]) {
    const drawn: RawTable[] = []
    for (const threads of [1, 2, 4])
      drawn.push(await sample(first!, { rows, steps: rows === BATCH_AND_ONE ? 1 : 2, seed: 4, threads, cells: 'typed' }))
    for (const { columns } of drawn.slice(1))
      for (const [c, { values }] of columns.entries()) expect(values).toEqual(drawn[0]!.columns[c]!.values)
  }
})
