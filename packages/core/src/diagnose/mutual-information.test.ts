import { describe, expect, it } from 'vitest'
import { keyFromSeed, normals } from '../num/random.js'
import type { Table } from '../table/table.js'
import { pairInformation } from './mutual-information.js'

const n = 2000
const z = normals(keyFromSeed(2), 4 * n)
const number = (name: string, value: (i: number) => number) => ({
  name,
  kind: 'number' as const,
  values: Float64Array.from({ length: n }, (_, i) => value(i))
})
const of = (pairs: ReturnType<typeof pairInformation>, a: string, b: string) =>
  pairs.find(({ columns }) => columns.includes(a) && columns.includes(b))!

const table: Table = {
  rowCount: n,
  columns: [
    number('x', (i) => z[4 * i]!),
    number('y', (i) => 0.6 * z[4 * i]! + 0.8 * z[4 * i + 1]!),
    number('square', (i) => z[4 * i]! ** 2),
    number('alone', (i) => z[4 * i + 2]!),
    { name: 'sign', kind: 'category', levels: ['+', '-'], codes: Int32Array.from({ length: n }, (_, i) => (z[4 * i]! > 0 ? 0 : 1)) },
    { name: 'one', kind: 'number', values: new Float64Array(n).fill(7) },
    { name: 'key', kind: 'identifier' }
  ]
}

describe('mutual information of pairs', () => {
  const pairs = pairInformation(table, keyFromSeed(1))
  it('of a Gaussian is −½ log(1 − ρ²), of a sign log 2', () => {
    // Ranges lose some hundredths of what numbers say.
    expect(Math.abs(of(pairs, 'x', 'y').information + 0.5 * Math.log(1 - 0.36))).toBeLessThan(0.04)
    expect(Math.abs(of(pairs, 'x', 'sign').information - Math.log(2))).toBeLessThan(0.06)
  })
  it('sees what no correlation sees, and nothing where nothing is', () => {
    expect(of(pairs, 'x', 'square').information).toBeGreaterThan(1)
    const none = of(pairs, 'y', 'alone')
    expect(none.information).toBeLessThan(2 * none.floor)
    expect(none.floor).toBeLessThan(0.03)
  })
  it('of independent columns stays below its floor in 19 of 20', () => {
    let above = 0
    for (let k = 0; k < 60; k++) {
      const u = normals(keyFromSeed(100 + k), 200)
      const columns = [0, 1].map((c) => ({ name: 'ab'[c]!, kind: 'number' as const, values: u.slice(100 * c, 100 * c + 100) }))
      const [pair] = pairInformation({ columns, rowCount: 100 }, keyFromSeed(k))
      if (pair!.information > pair!.floor) above++
    }
    // 3 expected; 9 or more by chance once in 500.
    expect(above).toBeLessThan(9)
  })
  it('is of columns that vary only, largest first', () => {
    expect(pairs.some(({ columns }) => columns.includes('one') || columns.includes('key'))).toBe(false)
    expect(pairs.map(({ information }) => information)).toEqual(pairs.map(({ information }) => information).toSorted((a, b) => b - a))
    expect(pairs.length).toBe(10)
  })
})
