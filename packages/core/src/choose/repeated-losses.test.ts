import { describe, expect, test } from 'vitest'
import { keyFromSeed, normals } from '../num/random.js'
import { mean } from '../num/statistics.js'
import { mostPartitions } from './held-out.js'
import { RepeatedLosses } from './repeated-losses.js'
import { type Forecast, mixtureScores } from './scores.js'

/** Two settings on `rows`: the second loses 1 more, with the row's own noise and that of the partition. */
function scored(rows: number, { apart, most }: { readonly apart: number; readonly most: number }) {
  const losses = new RepeatedLosses(2)
  const own = normals(keyFromSeed(1), rows)
  const ofPartition = normals(keyFromSeed(2), most)
  let partitions = 0
  while (partitions < most && !losses.settled) {
    const shift = apart * ofPartition[partitions++]!
    for (let row = 0; row < rows; row++) losses.add(row, Float64Array.of(row, row + 1 + own[row]! + shift))
    losses.endPartition()
  }
  return { losses, partitions, own, ofPartition }
}

describe('losses over partitions', () => {
  test('are each row’s means', () => {
    const { losses, partitions, own, ofPartition } = scored(50, { apart: 0.2, most: 20 })
    const [first, second] = losses.byRow()
    const shift = 0.2 * mean(ofPartition.subarray(0, partitions))
    expect(Array.from(first!)).toEqual(Array.from({ length: 50 }, (_, row) => row))
    second!.forEach((loss, row) => {
      expect(loss).toBeCloseTo(row + 1 + own[row]! + shift, 10)
    })
  })

  test('need more partitions the more these differ beside what the rows leave open', () => {
    // Rows leave 1/√400 of a difference: 0.01 hardly adds to it, 0.1 does until there are about 16.
    expect(scored(400, { apart: 0.01, most: 100 }).partitions).toBe(3)
    const { partitions } = scored(400, { apart: 0.1, most: 100 })
    expect(partitions).toBeGreaterThan(4)
    expect(partitions).toBeLessThan(40)
    expect(scored(400, { apart: 10, most: 5 }).partitions).toBe(5)
  })

  test('are of as many rows as a large table is trained on, at most', () => {
    expect([73, 264, 1000, 5000].map(mostPartitions)).toEqual([14, 4, 1, 1])
  })
})

test('a mixture scores as its law does, whatever its laws are by themselves', () => {
  const at = (x: number): Forecast => ({ draws: new Float64Array(6).fill(x), perChain: 1, truth: Float64Array.of(1) })
  // Half at 0 and half at 2 around 1: E|X − 1| = 1, E|X − X′| = 1. A quarter at 0: 1 − 2 · 3/16 · 2 / 2.
  const found = mixtureScores(
    [at(0), at(2)],
    [
      [0.5, 0.5],
      [0.25, 0.75],
      [1, 0]
    ]
  )
  ;[0.5, 0.625, 1].forEach((score, k) => {
    expect(found[k]).toBeCloseTo(score, 12)
  })
})
