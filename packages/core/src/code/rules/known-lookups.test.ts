import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { Column } from '../../table/table.js'
import { findKnownLookups } from './known-lookups.js'

const n = 300
const key = keyFromSeed(11)
const gaps = (label: string, share: number) => Array.from(uniforms(keyFor(key, label), n), (u) => u < share)

/** A category of so many levels by a number, missing in some rows. */
function category(name: string, of: readonly number[], isGap: readonly boolean[]): Column {
  const count = Math.max(...of) + 1
  const levels = Array.from({ length: count }, (_, level) => `${name} ${level}`)
  return { name, kind: 'category', levels, codes: Int32Array.from(of, (level, i) => (isGap[i] ? -1 : level)) }
}

const town = Array.from(uniforms(keyFor(key, 'town'), n), (u) => Math.floor(25 * u))
const other = Array.from(uniforms(keyFor(key, 'other'), n), (u) => Math.floor(4 * u))

it('rows that know both columns tell, whatever cells are missing, and a missing cell is no value', () => {
  const columns = [
    category('town', town, gaps('a', 0.4)),
    category(
      'region',
      town.map((t) => t % 4),
      gaps('b', 0.4)
    ),
    category('other', other, gaps('c', 0.4))
  ]
  expect(findKnownLookups({ columns, rowCount: n })).toEqual([{ column: 'region', from: ['town'] }])
})

it('one row that says otherwise, or too few that say it, tell nothing', () => {
  const region = town.map((t) => t % 4)
  const none = gaps('none', 0)
  const broken = region.map((r, i) => (i === 200 ? (r + 1) % 4 : r))
  const table = (own: readonly number[], isGap: readonly boolean[]) => ({
    columns: [category('town', town, none), category('region', own, isGap)],
    rowCount: n
  })
  expect(findKnownLookups(table(region, none))).toEqual([{ column: 'region', from: ['town'] }])
  expect(findKnownLookups(table(broken, none))).toEqual([])
  expect(findKnownLookups(table(region, gaps('most', 0.9)))).toEqual([])
})
