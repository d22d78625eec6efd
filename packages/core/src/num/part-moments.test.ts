import { expect, it } from 'vitest'
import { matrix, takeColumns, takeRows, takeValues } from './matrix.js'
import { Moments, type PartOfRows } from './part-moments.js'
import { keyFor, keyFromSeed, normals, uniforms } from './random.js'
import { weightedMoments } from './statistics.js'

const [ROWS, COLUMNS] = [300, 9]
const key = keyFromSeed(5)
const points = matrix(ROWS, COLUMNS, normals(keyFor(key, 'points'), ROWS * COLUMNS))
const own = uniforms(keyFor(key, 'weights'), ROWS)
const total = own.reduce((a, b) => a + b, 0)
const weights = own.map((weight) => weight / total)
const partOf = (has: (i: number) => boolean): PartOfRows => ({
  having: Uint32Array.from(weights.keys()).filter(has),
  lacking: Uint32Array.from(weights.keys()).filter((i) => !has(i))
})

it.each([
  ['all rows', () => true],
  ['most rows', (i: number) => i % 7 !== 2],
  ['few rows', (i: number) => i % 7 === 2],
  // Rows far from the others, of which nothing stays.
  ['rows beyond', (i: number) => points.data[i * COLUMNS]! > -1]
])('covariances in %s are those of the rows themselves', (_, has) => {
  const part = partOf(has)
  const columns = Uint32Array.of(6, 0, 3, 4)
  const moments = new Moments(points, weights).in(part)
  const found = new Float64Array(16)
  moments.covariances(columns, found)
  const shares = takeValues(weights, part.having)
  const sum = shares.reduce((a, b) => a + b, 0)
  const rows = takeColumns(takeRows(points, part.having), columns)
  const { covariance } = weightedMoments(
    rows,
    shares.map((share) => share / sum)
  )
  covariance.data.forEach((value, at) => {
    expect(found[at]).toBeCloseTo(value, 12)
  })
  const across = new Float64Array(3)
  moments.across(4, columns.subarray(0, 3), across)
  across.forEach((value, at) => {
    expect(value).toBeCloseTo(covariance.data[12 + at]!, 12)
  })
})

it('a column that is the same in a part does not vary there, but for rounding', () => {
  const part = partOf((i) => i % 11 !== 0)
  const data = points.data.map((x, at) => (at % COLUMNS === 2 ? Number(Math.floor(at / COLUMNS) % 11 === 0) : x))
  const found = new Float64Array(4)
  new Moments(matrix(ROWS, COLUMNS, data), weights).in(part).covariances([2, 1], found)
  expect(Math.abs(found[0]!)).toBeLessThan(1e-15)
  expect(found[3]).toBeGreaterThan(0.5)
})
