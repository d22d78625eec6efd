import { describe, expect, it } from 'vitest'
import {
  fillNormal,
  fillPlain,
  keyAtStep,
  keyFor,
  keyFromSeed,
  latticeOf,
  normals,
  permutation,
  permuted,
  philox,
  uniforms
} from './random.js'

const run = (counter: number[], key: number[]): string[] => {
  const out = new Uint32Array(4)
  philox(counter, key[0]!, key[1]!, out)
  return [...out].map((w) => w.toString(16).padStart(8, '0'))
}

describe('Philox4x32-10', () => {
  it('gives the published known answers (Random123 kat_vectors)', () => {
    expect(run([0, 0, 0, 0], [0, 0])).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'])
    const ones = 0xffffffff
    expect(run([ones, ones, ones, ones], [ones, ones])).toEqual(['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd'])
    expect(run([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      'd16cfe09',
      '94fdcceb',
      '5001e420',
      '24126ea1'
    ])
  })
})

describe('normals and uniforms', () => {
  const key = keyFromSeed(7)
  it('have the moments of their law (false alarm below 1e-6: five standard errors and more)', () => {
    const n = 40_000
    const z = normals(key, n)
    const mean = z.reduce((a, b) => a + b, 0) / n
    const square = z.reduce((a, b) => a + b * b, 0) / n
    const fourth = z.reduce((a, b) => a + b ** 4, 0) / n
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(n))
    expect(Math.abs(square - 1)).toBeLessThan(5 * Math.sqrt(2 / n))
    expect(Math.abs(fourth - 3)).toBeLessThan(5 * Math.sqrt(96 / n))
    const u = uniforms(key, n)
    expect(Math.abs(u.reduce((a, b) => a + b, 0) / n - 0.5)).toBeLessThan(5 / Math.sqrt(12 * n))
    expect(Math.min(...u.subarray(0, 1000))).toBeGreaterThan(0)
  })
  it('do not depend on how many are asked for, and differ by chain, step, stream and seed', () => {
    const long = normals(key, 11, 3)
    expect([...fillNormal(key, 3, new Float64Array(6))]).toEqual([...long.subarray(0, 6)])
    const others = [
      normals(key, 11, 4),
      normals(keyAtStep(key, 1), 11, 3),
      normals(keyFor(key, 'other'), 11, 3),
      normals(keyFromSeed(8), 11, 3),
      normals(keyFromSeed(7 + 2 ** 32), 11, 3)
    ]
    for (const other of others) expect([...other]).not.toEqual([...long])
  })
  it('a lattice fills the square evenly wherever it begins, and each of its points is uniform over keys', () => {
    for (const first of [0, 12_345, 2 ** 32 - 500]) {
      const at = latticeOf(keyFor(key, first))
      const cells = new Int32Array(100)
      for (let i = 0; i < 1000; i++) {
        const [x, y] = at((first + i) >>> 0)
        cells[10 * Math.floor(10 * x) + Math.floor(10 * y)]!++
      }
      // Of independent points there would be 3 to 19 in a cell.
      expect([Math.min(...cells), Math.max(...cells)].map((count) => Math.abs(count - 10) <= 3)).toEqual([true, true])
    }
    const n = 4000
    const points = Array.from({ length: n }, (_, k) => latticeOf(keyFor(key, `own ${k}`))(7))
    for (const c of [0, 1] as const) {
      const mean = points.reduce((sum, point) => sum + point[c]! / n, 0)
      const square = points.reduce((sum, point) => sum + (point[c]! - 0.5) ** 2 / n, 0)
      expect(Math.abs(mean - 0.5)).toBeLessThan(5 / Math.sqrt(12 * n))
      expect(Math.abs(square - 1 / 12)).toBeLessThan(5 / Math.sqrt(180 * n))
    }
  })
  it('permutation is a permutation', () => {
    expect([...permutation(key, 100)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })
  it('compiled loops give the bits of plain ones', () => {
    const own = keyFor(keyFromSeed(2 ** 52 + 12345), 'compiled')
    for (const n of [16384, 20001]) expect(permutation(own, n)).toEqual(permuted(own, n))
    for (const first of [0, 3, 2 ** 31 + 1])
      expect(uniforms(own, 16389, 7, first)).toEqual(fillPlain(own, 7, new Float64Array(16389), first))
  })
})
