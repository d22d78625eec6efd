import { describe, expect, it } from 'vitest'
import { keyFromSeed } from '../../num/random.js'
import { MOST_FITTED, someFamilies, someRows } from './sampled.js'

describe('rows that laws are fitted to', () => {
  it('are all where they are few', () => {
    expect(someRows(MOST_FITTED, keyFromSeed(1))).toBeUndefined()
    expect(someFamilies({ parentOf: new Int32Array(MOST_FITTED), parents: 1 }, keyFromSeed(1))).toBeUndefined()
  })

  it('are those of whole parents, as many as may be, and rows without a parent as often as in the data', () => {
    const n = 3 * MOST_FITTED
    // Rows of one parent stand apart; one row in four has none.
    const parentOf = Int32Array.from({ length: n }, (_, i) => (i % 4 === 3 ? -1 : i % 3000))
    const rows = someFamilies({ parentOf, parents: 3000 }, keyFromSeed(1))!
    const sizeOf = (of: ArrayLike<number>) => {
      const sizes = new Int32Array(3000)
      for (let k = 0; k < of.length; k++) if (parentOf[of[k]!]! >= 0) sizes[parentOf[of[k]!]!]! += 1
      return sizes
    }
    const all = sizeOf([...parentOf.keys()])
    expect(sizeOf(rows).every((size, parent) => size === 0 || size === all[parent])).toBe(true)
    expect(rows.length).toBeLessThanOrEqual(MOST_FITTED)
    expect(rows.length).toBeGreaterThan(MOST_FITTED - 30)
    expect([...rows]).toEqual([...new Set(rows)].sort((a, b) => a - b))
    expect(rows.filter((row) => parentOf[row]! < 0).length / rows.length).toBeCloseTo(0.25, 1)
  })
})
