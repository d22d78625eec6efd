import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import type { Table } from '../../table/table.js'
import { endDate, endLaw, endsOf, rowsUntil, untilIn } from './end-law.js'
import { startsAfter } from './start-law.js'

const groups = (at: Float64Array) => ({
  at,
  first: Uint32Array.from({ length: 101 }, (_, g) => 3 * g),
  groupOf: Int32Array.from({ length: 100 }, (_, g) => g)
})

it('times end at the last of all also where there are ever more of them, as in the records of a firm that grows', () => {
  const u = uniforms(keyFor(keyFromSeed(5), 'growing'), 600)
  // Twice the density every tenth of the way: by all of its moments the column has tails like a normal one.
  const growing = u.map((x) => Math.log2(1 + x * (2 ** 10 - 1)))
  const last = growing.reduce((a, b) => Math.max(a, b))
  const all = {
    at: growing,
    first: Uint32Array.from({ length: 201 }, (_, g) => 3 * g),
    groupOf: Int32Array.from({ length: 200 }, (_, g) => g)
  }
  expect(endLaw(all, undefined)).toEqual({ after: undefined, last })
  // Towards a beginning they have no end, and neither has what is the rarer the later.
  expect(endLaw({ ...all, at: growing.map((x) => 10 - x) }, undefined)).toBeUndefined()
})

it('first rows beyond the end are reflected at it, not put on the last day', () => {
  const counted = { dates: Float64Array.of(0, 0, 8, 10), ends: Float64Array.of(10, 10, 10, 10), groupOf: Int32Array.of(0, 1, 2, 3) }
  expect([...startsAfter(Float64Array.of(4, 13, 5, 3), counted, { kind: 'steps', origin: 0, unit: 1, least: 1 })]).toEqual([4, 7, 8, 10])
})

it('rows beyond the end are none but for the first of their group, and those without a parent as many as before', () => {
  const standing = {
    ticks: Float64Array.of(1, 2, 9, 9, 10, 4, 5, 6),
    first: Uint32Array.of(0, 3, 5, 6, 7, 8),
    groupOf: Int32Array.of(4, 2, 3, -1, -1)
  }
  const { rows, first } = rowsUntil(new Float64Array(5).fill(8), standing, 0.25)
  expect([[...rows], [...first]]).toEqual([
    [0, 1, 3, 5, 6],
    [0, 2, 3, 4, 5]
  ])
})

it('times end where they end sooner than a normal law: after a date, at the last of all, or nowhere', () => {
  const [u, z] = [uniforms(keyFor(keyFromSeed(4), 'u'), 300), normals(keyFor(keyFromSeed(4), 'z'), 300)]
  const dates = Float64Array.from({ length: 100 }, (_, g) => 10 * z[g]!)
  const within = u.map((x, i) => dates[Math.floor(i / 3)]! + Math.floor(5 * x))
  const after = endLaw(groups(within), dates)!
  expect(after.after).toBeCloseTo(4, 9)
  expect(endLaw(groups(u), undefined)).toEqual({ after: undefined, last: u.reduce((a, b) => Math.max(a, b)) })
  expect(endLaw(groups(z), undefined)).toBeUndefined()
  expect([...endsOf({ after: 4, last: 9 }, Float64Array.of(1, 7))]).toEqual([5, 9])
})

describe('a date of the parent that no row is after', () => {
  const DAY = 86_400_000
  const [u, v] = [uniforms(keyFor(keyFromSeed(6), 'ends'), 80), uniforms(keyFor(keyFromSeed(6), 'rows'), 240)]
  /** What began on any of 400 days and ended within 300 more, but for a fifth that goes on. */
  const starts = Float64Array.from(u, (x) => DAY * Math.floor(400 * x))
  const stays = Float64Array.from(u, (x) => DAY * Math.floor(300 * ((17 * x) % 1)))
  const goesOn = Uint8Array.from(u, (_, i) => Number(i % 5 === 0))
  const parent: Table = {
    rowCount: 80,
    columns: [
      { name: 'started', kind: 'datetime', values: starts },
      { name: 'ended', kind: 'datetime', values: starts.map((start, i) => start + stays[i]!), missing: goesOn }
    ]
  }
  const groupOf = Int32Array.from({ length: 240 }, (_, i) => Math.floor(i / 3))
  const hours = { kind: 'steps', origin: 0, unit: DAY / 24 } as const
  const within = Float64Array.from(v, (x, i) => {
    const g = groupOf[i]!
    return starts[g]! / hours.unit + Math.floor(x * (goesOn[g] ? 24 * 300 : stays[g]! / hours.unit + 24))
  })

  it('is found, to the end of its day where rows have a time of day', () => {
    expect(endDate(within, { parent, groupOf, ticks: hours }, true)).toEqual({ column: 'ended', wholeDay: true })
    // One row beyond it, and there is none; nor where rows stand anywhere.
    const beyond = within.map((at, i) => (i === 4 ? 24 * 900 : at))
    expect(endDate(beyond, { parent, groupOf, ticks: hours }, true)).toBeUndefined()
    expect(
      endDate(
        v.map((x) => 24 * 700 * x),
        { parent, groupOf, ticks: hours },
        true
      )
    ).toBeUndefined()
  })

  it('ends groups, and those without one at the last of all', () => {
    const date = { column: 'ended', wholeDay: false }
    const days = { kind: 'steps', origin: 0, unit: DAY } as const
    const until = untilIn({ date }, { parent, groupOf: Int32Array.of(0, 1, -1), ticks: days })!
    const last = starts[1]! / DAY + stays[1]! / DAY
    expect([...until]).toEqual([Number.POSITIVE_INFINITY, last, Number.POSITIVE_INFINITY])
    expect([...endsOf({ last: 5000, date }, new Float64Array(3), until)]).toEqual([5000, last, 5000])
  })
})
