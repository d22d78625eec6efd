import { expect, it } from 'vitest'
import { type Matrix, matrix } from '../../num/matrix.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { Table } from '../../table/table.js'
import { countCeiling, mostOf, underCeiling } from './count-ceiling.js'
import { pickRows } from './pick-law.js'

const ROWS = 90
const [u, v] = [uniforms(keyFor(keyFromSeed(7), 'places'), ROWS), uniforms(keyFor(keyFromSeed(7), 'asked'), ROWS)]
const places = Float64Array.from(u, (x) => 10 + 5 * Math.floor(3 * x))
const of: Table = {
  rowCount: ROWS,
  columns: [
    { name: 'level', kind: 'integer', values: Float64Array.from(v, (x) => 100 * Math.floor(1 + 3 * x)) },
    { name: 'places', kind: 'integer', values: places }
  ]
}
/** As many as ask for a place, up to the last one. */
const counts = places.map((most, i) => Math.min(most, Math.floor(8 + 14 * v[i]!)))

it('rows that come up to a number of theirs as to a wall have that as their most', () => {
  expect(countCeiling(counts, of)).toBe('places')
  // What no row comes near to is none, nor what one row is beyond, nor what none refers to.
  expect(
    countCeiling(
      counts.map((count) => Math.ceil(count / 4)),
      of
    )
  ).toBeUndefined()
  expect(
    countCeiling(
      counts.map((count, i) => (i === 3 ? 40 : count)),
      of
    )
  ).toBeUndefined()
  const free: Table = {
    rowCount: ROWS,
    columns: [{ name: 'price', kind: 'integer', values: Float64Array.from(u, (x) => (x < 0.3 ? 0 : 49)) }]
  }
  expect(
    countCeiling(
      Float64Array.from(u, (x, i) => (x < 0.3 ? 0 : 1 + (i % 12))),
      free
    )
  ).toBeUndefined()
})

it('what is beyond goes to others that have room and some rows', () => {
  const most = mostOf('places', of)
  const drawn = Float64Array.from(v, (x, i) => (i % 10 === 0 ? 0 : Math.floor(2 + 22 * x)))
  const kept = underCeiling(drawn, most, keyFromSeed(8))
  expect(kept.every((count, i) => count <= most[i]! && (drawn[i]! > 0 || count === 0))).toBe(true)
  expect(kept.reduce((sum, count) => sum + count, 0)).toBe(drawn.reduce((sum, count) => sum + count, 0))
})

it('rows choose what has room left, though others are more like what they ask for', () => {
  const [rows, rooms] = [30, 6]
  const places = (count: number, at: (i: number) => number) =>
    matrix(
      count,
      1,
      Float64Array.from({ length: count }, (_, i) => at(i))
    )
  const like = (of: Matrix) => ({ places: of, classes: Array.from({ length: of.rows }, () => '') })
  const asked = {
    wanted: like(places(rows, () => 0)),
    targets: like(places(rooms, (j) => j)),
    counts: Float64Array.of(20, 2, 2, 2, 2, 2),
    rows: Array.from({ length: rows }, (_, i) => i),
    parentOf: new Int32Array(rows).fill(-1),
    apart: false
  }
  const times = (most?: Float64Array) => {
    const chosen = pickRows({ ...asked, most }, keyFromSeed(3))
    return Array.from({ length: rooms }, (_, j) => chosen.filter((one) => one === j).length)
  }
  expect(times()[0]).toBeGreaterThan(15)
  expect(times(Float64Array.of(7, 6, 6, 6, 6, 6)).every((count, j) => count <= (j === 0 ? 7 : 6))).toBe(true)
})
