import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { Column } from '../../table/table.js'
import { findKnownGaps } from './known-gaps.js'

const n = 400
const u = (label: string) => uniforms(keyFor(keyFromSeed(5), label), n)
const level = u('level')
const work: Column = {
  name: 'work',
  kind: 'category',
  levels: ['yes', 'no'],
  codes: Int32Array.from(level, (x, i) => (i % 30 === 0 ? -1 : x < 0.5 ? 0 : 1))
}
const hours = (isMissing: (i: number) => boolean): Column => ({
  name: 'hours',
  kind: 'number',
  values: u('hours'),
  missing: Uint8Array.from({ length: n }, (_, i) => Number(isMissing(i)))
})

it('what no row of a level has is missing there, though other rows lack it too, and the level is not known of some', () => {
  const random = u('random')
  const found = findKnownGaps({ columns: [work, hours((i) => level[i]! >= 0.5 || random[i]! < 0.04)], rowCount: n }, [])
  expect(found).toEqual([{ column: 'hours', when: 'work', levels: ['no'] }])
})

it('gaps at random, or one row of the level that has the column, tell nothing', () => {
  const random = u('random')
  for (const isMissing of [
    (i: number) => random[i]! < 0.5,
    (i: number) => level[i]! >= 0.5 && i !== level.findIndex((x, k) => x >= 0.5 && k % 30 !== 0)
  ])
    expect(findKnownGaps({ columns: [work, hours(isMissing)], rowCount: n }, [])).toEqual([])
})
