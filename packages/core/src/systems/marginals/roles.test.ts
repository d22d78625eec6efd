import { expect, test } from 'vitest'
import type { RawColumn } from '../../table/raw.js'
import { likelyTime, snapshotRoles } from './roles.js'

const text = (name: string, values: readonly (string | null)[]): RawColumn => ({ name, source: 'text', values })

test('a column with empty cells may be a coordinate, not the time; one with words, or without any number, neither', () => {
  const columns = [
    text('t', ['0', '0', '1', '1']),
    text('x', ['1.5', null, '2', '']),
    text('day', ['0', null, '1', '1']),
    text('word', ['1', 'b', null, '2']),
    text('nothing', [null, null, null, null])
  ]
  const roles = snapshotRoles({ columns, rowCount: 4 })
  expect(roles.map(({ name, numbers, times, empty }) => [name, numbers, times, empty])).toEqual([
    ['t', true, true, 0],
    ['x', true, false, 2],
    ['day', true, false, 1],
    ['word', false, false, 1],
    ['nothing', false, false, 4]
  ])
  expect(roles.map(({ summary }) => summary)).toEqual([
    '0 to 1',
    '1.5 to 2; 2 empty',
    '0 to 1; 1 empty',
    'row 2 is “b”, no number',
    'row 1 is empty'
  ])
  expect(likelyTime(roles, 4)).toBe('t')
})

test('a measurement of which a value comes once is not taken for the time, unless its name says so', () => {
  const columns = (name: string) => [text(name, ['3', '3', '4', '4', '5']), text('x', ['1', '2', '3', '4', '5'])]
  expect(likelyTime(snapshotRoles({ columns: columns('length'), rowCount: 5 }), 5)).toBeUndefined()
  expect(likelyTime(snapshotRoles({ columns: columns('day'), rowCount: 5 }), 5)).toBe('day')
})
