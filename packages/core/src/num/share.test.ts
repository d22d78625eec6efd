import { expect, test } from 'vitest'
import { StageShare, secondsLeft } from './share.js'

const plan = {
  stages: [
    { stage: 'choosing the bandwidth', pairs: 600 },
    { stage: 'scaling', pairs: 100 },
    { stage: 'sampling', pairs: 300 }
  ],
  pairs: 1000
}

test('a job moves by work between two reports, never beyond the next one, and ends at 1', () => {
  const share = new StageShare(plan)
  const shares = [share.work(50), share.work(50)]
  expect(shares[0]).toBeGreaterThan(0)
  expect(shares[1]).toBeGreaterThan(shares[0]!)
  expect(share.update({ stage: 'choosing the bandwidth', done: 1, total: 3 })).toBeCloseTo(0.2, 12)
  const ahead = share.work(1e9)
  expect(ahead).toBeGreaterThan(0.3)
  expect(ahead).toBeLessThanOrEqual(0.4)
  expect(share.update({ stage: 'never heard of', done: 1, total: 2 })).toBe(ahead)
  expect(share.update({ stage: 'sampling', done: 1, total: 2 })).toBeCloseTo(0.85, 12)
  expect(share.update({ stage: 'sampling', done: 2, total: 2 })).toBeCloseTo(1, 12)
})

test('what is left is told once more than starting is done', () => {
  expect(secondsLeft(0.02, 5)).toBeNull()
  expect(secondsLeft(0.5, 0.3)).toBeNull()
  expect(secondsLeft(0.04, 2)).toBeCloseTo(48, 12)
  expect(secondsLeft(1, 7)).toBe(0)
})
