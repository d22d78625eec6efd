import { expect, it } from 'vitest'
import { keyFromSeed, uniforms } from './random.js'
import { summaryOf } from './summary.js'

it('one look says what many say', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const length = seed % 9
    const values = uniforms(keyFromSeed(seed), length).map((u) => (u < 0.2 ? Number.NaN : u < 0.3 ? -0 : Math.round(6 * u) - 3))
    const present = values.filter((x) => !Number.isNaN(x))
    const [low, high] = [Math.min(...present), Math.max(...present)]
    const count = (end: number) => present.filter((x) => x === end).length
    const plain = {
      hasGaps: present.length < length,
      low: low + 0,
      high: high + 0,
      atLow: count(low),
      atHigh: count(high),
      atZero: count(0)
    }
    const summary = summaryOf(values)
    expect({ ...summary, low: summary.low + 0, high: summary.high + 0 }).toEqual(plain)
    expect(summaryOf(values)).toBe(summary)
  }
})
