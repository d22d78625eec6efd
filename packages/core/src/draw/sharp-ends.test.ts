import { describe, expect, it } from 'vitest'
import { matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { fitEncoder } from '../table/encoder.js'
import type { ScalingMethod } from '../table/scaling.js'
import type { Table } from '../table/table.js'
import { endsPassed, sharpEnds, withinEnds, withNamed } from './sharp-ends.js'

const key = keyFor(keyFromSeed(4), 'ends')
const column = (values: Float64Array) => matrix(values.length, 1, values)
const endsOf = (values: Float64Array): [number, number] | undefined => {
  const ends = sharpEnds(column(values))
  return ends && [ends.low[0]!, ends.high[0]!]
}
/** Of so many columns, how many end below and above. */
const found = (columns: readonly Float64Array[]): [number, number] => {
  const ends = columns.map(endsOf)
  return [ends.filter((end) => end && Number.isFinite(end[0])).length, ends.filter((end) => end && Number.isFinite(end[1])).length]
}
const columnsOf = (n: number, at: (u: Float64Array, z: Float64Array) => Float64Array) =>
  Array.from({ length: 200 }, (_, k) => at(uniforms(keyFor(key, `u ${k}`), n), normals(keyFor(key, `z ${k}`), n)))

describe('sharp ends', () => {
  it('of an evenly spread column are its least and greatest value', () => {
    const values = uniforms(key, 500)
    expect(endsOf(values)).toEqual([Math.min(...values), Math.max(...values)])
  })

  it('are seen of 200 evenly spread columns in most, of normal ones in next to none, of exponential ones below', () => {
    const even = found(columnsOf(200, (u) => u))
    expect(Math.min(...even)).toBeGreaterThan(120)
    expect(Math.max(...found(columnsOf(200, (_, z) => z)))).toBeLessThan(10)
    const [low, high] = found(columnsOf(200, (u) => u.map((x) => -Math.log(1 - x))))
    expect(low).toBeGreaterThan(120)
    expect(high).toBeLessThan(4)
  })

  it('of whole numbers are those that occur; a constant and a few values have none', () => {
    expect(endsOf(uniforms(key, 400).map((x) => 2000 + Math.floor(25 * x)))).toEqual([2000, 2024])
    expect(endsOf(new Float64Array(100).fill(3))).toBeUndefined()
    expect(endsOf(uniforms(key, 47))).toBeUndefined()
  })

  it('do not hang on the order of the rows, nor on the unit', () => {
    const values = uniforms(key, 300)
    expect(endsOf(values.slice().reverse())).toEqual(endsOf(values))
    expect(endsOf(values.map((x) => 1024 * x - 512))).toEqual(endsOf(values)!.map((x) => 1024 * x - 512))
  })

  it('send back what lies beyond, and nothing else', () => {
    const ends = { low: Float64Array.of(0, Number.NEGATIVE_INFINITY), high: Float64Array.of(1, 2) }
    expect([...withinEnds(matrix(3, 2, Float64Array.of(-0.25, -9, 0.5, 2.5, 1.25, 1)), ends).data]).toEqual([0.25, -9, 0.5, 1.5, 0.75, 1])
    expect([...withinEnds(matrix(1, 2, Float64Array.of(7, 0)), ends).data]).toEqual([0, 0])
  })
})

describe('ends that drawn rows pass', () => {
  const values = normals(keyFor(key, 'passed'), 200)
  const table: Table = { rowCount: 200, columns: [{ name: 'x', kind: 'number', values }] }
  const fitted = (method: ScalingMethod) => {
    const encoder = fitEncoder(table, [{ name: 'x', kind: 'number', source: 'number' }], () => method)
    return { encoder, rows: { coordinates: column(values), codes: new Int32Array() } }
  }
  const least = values.reduce((low, x) => Math.min(low, x))
  /** 500 rows, of which so many lie below. */
  const drawn = (below: number) => column(Float64Array.from({ length: 500 }, (_, i) => (i < below ? least - 0.1 : 0)))

  it('are those beyond which as many lie as of fresh rows once in twenty tables', () => {
    // Of 500 fresh rows 9 lie below 200 others with probability (500/700)^9 = 0.048, 8 with 0.068.
    expect(endsPassed(drawn(9), fitted('standard'))).toEqual({ low: ['x'], high: [] })
    expect(endsPassed(drawn(8), fitted('standard'))).toBeUndefined()
    expect(endsPassed(drawn(500), fitted('quantile'))).toBeUndefined()
  })

  it('are hardly any of fresh rows', () => {
    const tables = Array.from({ length: 300 }, (_, k) => normals(keyFor(key, `fresh ${k}`), 700))
    const found = tables.map((all) => {
      const [own, others] = [all.subarray(0, 200), all.subarray(200)]
      return endsPassed(column(others), { ...fitted('standard'), rows: { coordinates: column(own), codes: new Int32Array() } })
    })
    // Two sides of 300 tables, 30 expected: 48 are three standard deviations more.
    const sides = found.reduce((sum, one) => sum + (one?.low.length ?? 0) + (one?.high.length ?? 0), 0)
    expect(sides).toBeGreaterThan(10)
    expect(sides).toBeLessThan(48)
  })

  it('are the least and greatest values of the data, beside those that are sharp', () => {
    const ends = withNamed({ low: Float64Array.of(Number.NEGATIVE_INFINITY), high: Float64Array.of(1.5) }, fitted('standard'), {
      low: ['x', 'z'],
      high: []
    })
    expect(ends).toEqual({ low: Float64Array.of(least), high: Float64Array.of(1.5) })
    expect(withNamed(undefined, fitted('standard'), { low: ['z'], high: [] })).toBeUndefined()
  })
})
