import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { Table } from '../../table/table.js'
import { findParentLookups, lookupText, withLookups } from './parent-lookups.js'

const KINDS = ['adult', 'child', 'senior']
const key = { table: 'loans', column: 'member', to: { table: 'members', column: 'id' } }
const u = uniforms(keyFor(keyFromSeed(7), 'members'), 260)
const members: Table = {
  rowCount: 60,
  columns: [{ name: 'kind', kind: 'category', levels: KINDS, codes: Int32Array.from({ length: 60 }, (_, m) => Math.floor(3 * u[m]!)) }]
}
const parentOf = Int32Array.from({ length: 200 }, (_, i) => Math.floor(60 * u[60 + i]!))
const kindOf = (i: number, of = parentOf) => KINDS[(members.columns[0] as { codes: Int32Array }).codes[of[i]!]!]
/** Children keep a book for 14 days, others for 28; their fines are of a class of their own. */
const loans = (changed = 0): Table => ({
  rowCount: 200,
  columns: [
    {
      name: 'days',
      kind: 'integer',
      values: Float64Array.from(parentOf, (_, i) => (kindOf(i) === 'child' ? 14 : 28) + (i < changed ? 1 : 0))
    },
    { name: 'fine', kind: 'category', levels: ['full', 'half'], codes: Int32Array.from(parentOf, (_, i) => Number(kindOf(i) !== 'adult')) },
    { name: 'always', kind: 'integer', values: new Float64Array(200).fill(3) },
    { name: 'free', kind: 'integer', values: Float64Array.from(parentOf, (_, i) => i % 5) }
  ]
})

it('what a category of the row tells which rows refer to is found where all rows have it so, and told anew', () => {
  const found = findParentLookups({ key, own: loans(), parent: members, parentOf })
  expect(found.map(lookupText)).toEqual(['members.kind -> loans.days', 'members.kind -> loans.fine'])
  expect(findParentLookups({ key, own: loans(1), parent: members, parentOf }).map(({ column }) => column)).toEqual(['fine'])
  // Of few rows it may be chance, and of those that refer to none nothing is told.
  expect(findParentLookups({ key, own: loans(), parent: members, parentOf: parentOf.map((row, i) => (i === 0 ? -1 : row)) })).toEqual([])
  // Of names that one row has each nothing is learned.
  const names = {
    name: 'name',
    kind: 'category' as const,
    levels: Array.from({ length: 60 }, (_, m) => `n${m}`),
    codes: Int32Array.from({ length: 60 }, (_, m) => m)
  }
  expect(findParentLookups({ key, own: loans(), parent: { ...members, columns: [names] }, parentOf })).toEqual([])
  const others = Int32Array.from({ length: 30 }, (_, i) => (7 * i) % 60)
  const { columns } = withLookups(found, { columns: [], rowCount: 30 }, members, others)
  expect(columns).toMatchObject([
    { name: 'days', values: Float64Array.from(others, (_, i) => (kindOf(i, others) === 'child' ? 14 : 28)) },
    { name: 'fine', codes: Int32Array.from(others, (_, i) => Number(kindOf(i, others) !== 'adult')) }
  ])
})
