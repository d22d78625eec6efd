import { describe, expect, test } from 'vitest'
import { equalInColumns, equalPointsTask, equalRows } from './equal-rows.js'
import { matrix } from './matrix.js'
import { keyFromSeed, uniforms } from './random.js'

describe('equal rows', () => {
  test('are those of which all cells are the same', () => {
    const [a, b] = [0, 1].map((step) => uniforms(keyFromSeed(3), 2000, step).map((u) => Math.floor(30 * u)))
    const { codes, count } = equalRows(2000, [(i) => a![i]!, (i) => b![i]!])
    const known = new Map<string, number>()
    for (const [i, x] of a!.entries()) {
      const name = `${x} ${b![i]}`
      if (!known.has(name)) known.set(name, known.size)
      expect(codes[i]).toBe(known.get(name))
    }
    expect(count).toBe(known.size)
    expect(count).toBeLessThan(901)
  })

  test('are found by compiled loops as by plain ones: columns, points, both zeros, and what is no number', () => {
    const rows = 20_000
    const columns = [0, 1, 2].map((step) =>
      uniforms(keyFromSeed(4), rows, step).map(
        (u) => [Number.NaN, -0, 0, 1.5, Number.POSITIVE_INFINITY][Math.floor(40 * u)] ?? Math.floor(60 * u)
      )
    )
    const plain = equalRows(
      rows,
      columns.map((column) => (i: number) => column[i]!)
    )
    expect(plain.count).toBeLessThan(rows)
    expect(equalInColumns(rows, columns)).toEqual(plain)
    const points = matrix(
      rows,
      3,
      Float64Array.from({ length: 3 * rows }, (_, k) => columns[k % 3]![Math.floor(k / 3)]!)
    )
    expect(equalPointsTask.run(points)).toEqual(plain)
  })

  test('know one zero and one NaN, and may be none', () => {
    const own = [0, -0, Number.NaN, Number.NaN, 1]
    expect([...equalRows(5, [(i) => own[i]!]).codes]).toEqual([0, 0, 1, 1, 2])
    expect(equalRows(5, []).count).toBe(1)
    expect(equalRows(0, []).count).toBe(0)
  })
})
