import { expect, test } from 'vitest'
import type { RawTable } from '../../table/raw.js'
import { linesOf } from '../../tell/telling.js'
import { adviseSnapshots } from './advice.js'

/** Cells that go up, more of them from day to day; names that come once, labels of the last day, and a batch. */
const tableOf = (counts: readonly number[], { named = 'new', gap = false } = {}): RawTable => {
  const rows = counts.flatMap((count, day) => Array.from({ length: count }, (_, i) => ({ day, i, row: 10 * day + i })))
  const text = (name: string, of: (one: (typeof rows)[number]) => string | null) =>
    ({ name, source: 'text', values: rows.map(of) }) as const
  return {
    rowCount: rows.length,
    columns: [
      text('cell', ({ i, row }) => (named === 'new' ? `c${row}` : `c${i}`)),
      text('day', ({ day }) => String(day)),
      text('x', ({ day, i }) => (day + Math.sin(7 * i)).toFixed(2)),
      ...(gap ? [text('y', ({ i, row }) => (row === 1 ? null : Math.cos(5 * i).toFixed(2)))] : []),
      text('type', ({ day, i }) => (day < counts.length - 1 ? null : i % 2 ? 'up' : 'down'))
    ]
  }
}
const told = (...given: Parameters<typeof tableOf>) => adviseSnapshots(tableOf(...given), { time: 'day' }, 'my cells.csv')

test('says what a table of snapshots has, and what to run', () => {
  const { json, notes } = told([4, 4, 4, 4])
  expect(json).toMatchObject({ coordinates: ['x'], reference: 'smooth', fates: ['type'] })
  expect(json.command).toBe('sbridge trajectories "my cells.csv" --time day --reference smooth -n 100 -o paths.csv')
  expect(notes.join()).toMatch(/cell: .*names particles.*σ of the noise.*--hold-out 2 tells/)
  expect(notes.join()).not.toMatch(/same particle|Totals change|Empty cells/)
  expect(linesOf(told([4, 4, 4, 4]))).toContain('snapshots: 4 (0 to 3)')
})

test('fewer than four snapshots or empty cells: the plain bridge; growing totals, particles seen again and gaps are told of', () => {
  expect(told([4, 4, 4]).json.reference).toBe('brownian')
  const gap = told([4, 4, 4, 4], { gap: true })
  expect([gap.json.reference, gap.notes.join()]).toEqual(['brownian', expect.stringMatching(/Empty cells \(y at 1 of 4 times\)/)])
  expect(told([4, 9, 40]).notes.join()).toMatch(/Totals change here \(4, 9, 40 particles\).*--growth estimate/)
  expect(told([4, 4], { named: 'again' }).notes.join()).toMatch(/cell comes once a time.*--group cell.*between two there is none/)
})
