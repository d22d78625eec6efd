import { expect, test } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../num/random.js'
import { quantileOfSorted, sorted } from '../num/statistics.js'
import type { Evaluation } from './evaluation.js'
import { chanceOfNear, nearness } from './nearness.js'

/** Share of tables of one law of which so many rows or more stand below the 5th percentile of the real ones. */
function shareOfTables(below: number, real: number, synthetic: number, tables = 4000): number {
  let count = 0
  for (let t = 0; t < tables; t++) {
    const u = uniforms(keyFor(keyFromSeed(7), `${real} ${t}`), real + synthetic)
    const limit = quantileOfSorted(sorted(u.slice(0, real)), 0.05)
    if (u.slice(real).filter((x) => x < limit).length >= below) count++
  }
  return count / tables
}

test('rows near real ones are as probable as among tables of one law, or rarer', () => {
  for (const [real, synthetic, counts] of [
    [6, 6, [1, 2, 3, 4, 6]],
    [40, 60, [3, 6, 9, 12]],
    [200, 200, [10, 15, 20, 28]]
  ] as const)
    for (const below of counts) {
      const chance = chanceOfNear(below, { real, synthetic })
      const seen = shareOfTables(below, real, synthetic)
      expect(seen, `${below} of ${synthetic}`).toBeLessThan(chance + 4 * Math.sqrt((chance + 0.001) / 4000))
      // The real row behind the percentile is one rank further.
      expect(chanceOfNear(below + Math.ceil(1.5 * (synthetic / real)) + 1, { real, synthetic })).toBeLessThan(seen + 0.02)
    }
})

test('of six rows none is an alarm but all; of many hardly more than five in a hundred are expected', () => {
  expect(chanceOfNear(3, { real: 6, synthetic: 6 })).toBeCloseTo(135 / 495, 12)
  expect(chanceOfNear(6, { real: 6, synthetic: 6 })).toBeCloseTo(6 / 792, 12)
  expect(chanceOfNear(0, { real: 6, synthetic: 6 })).toBe(1)
  expect(chanceOfNear(100, { real: 1000, synthetic: 1000 })).toBeLessThan(0.001)
  expect(chanceOfNear(55, { real: 1000, synthetic: 1000 })).toBeGreaterThan(0.2)
})

test('of rows that follow single real rows the numbers are told apart', () => {
  const evaluation = {
    classifierAuc: { value: 0.25, floor: 0.5, floorRange: [0.43, 0.57] },
    nearestNeighbourRatio: { value: 0.96, floor: 1, floorRange: [0.94, 1.1] },
    copies: { value: 0, floor: 0, most: 6, heldOut: null },
    membership: null,
    places: null,
    rows: { train: null, real: 320, synthetic: 320, compared: 320 },
    privacy: { shareCloserThanHeldOut: 0.05, closestFifthPercentile: { value: 1, floor: 1 }, rareLevels: { city: 80 } }
  } as unknown as Evaluation
  expect(nearness(evaluation).words).toMatch(
    /takes them for these \(.*; nearest-neighbour ratio 0\.960, .* to 1\.10; 0 copies of real rows, chance allows 6\)$/
  )
})

test('where rows of a second fit were attacked, that decides; a category of single values is named, of more than a quarter of the rows', () => {
  const evaluation = (value: number, city: number) =>
    ({
      classifierAuc: { value: 0.25, floor: 0.5, floorRange: [0.43, 0.57] },
      nearestNeighbourRatio: { value: 1, floor: 1, floorRange: [0.94, 1.1] },
      copies: { value: 0, floor: 0, most: 6, heldOut: null },
      membership: { value, floor: 0.5, interval: [value - 0.06, value + 0.06], pairs: 160, closest: { rows: 0, training: 0, most: 0 } },
      places: null,
      rows: { train: null, real: 320, synthetic: 320, compared: 320 },
      privacy: { shareCloserThanHeldOut: 0.05, closestFifthPercentile: { value: 1, floor: 1 }, rareLevels: { size: 3, city } }
    }) as unknown as Evaluation
  expect(nearness(evaluation(0.5, 81))).toMatchObject({ grade: 'good', words: expect.not.stringContaining('city') })
  expect(nearness(evaluation(0.62, 81))).toMatchObject({
    grade: 'fair',
    words: expect.stringMatching(/; city has 81 values that fewer than 3 rows have, and new rows repeat them\)$/)
  })
  expect(nearness(evaluation(0.62, 80)).words).not.toContain('city')
  expect(nearness(evaluation(0.75, 81))).toMatchObject({ grade: 'poor', words: expect.stringContaining('city') })
})
