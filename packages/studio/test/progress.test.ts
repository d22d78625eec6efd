import { expect, test } from 'vitest'
import { MeasureShare } from '../src/work/measure-share.js'
import { JobShare } from '../src/work/progress.js'

const plan = {
  stages: [
    { stage: 'choosing the bandwidth', pairs: 600 },
    { stage: 'scaling', pairs: 100 },
    { stage: 'sampling', pairs: 300 }
  ],
  pairs: 1000,
  counted: true
}

test('a run moves by pairs between two reports, never beyond the next one, and ends at 1', () => {
  const share = new JobShare(plan)
  const shares = [share.work(50).share, share.work(50).share]
  expect(shares[0]).toBeGreaterThan(0)
  expect(shares[1]).toBeGreaterThan(shares[0]!)
  expect(share.update({ stage: 'choosing the bandwidth', done: 1, total: 3 }).share).toBeCloseTo(0.2, 12)
  const ahead = share.work(1e9).share
  expect(ahead).toBeGreaterThan(0.3)
  expect(ahead).toBeLessThanOrEqual(0.4)
  expect(share.update({ stage: 'sampling', done: 1, total: 2 }).share).toBeCloseTo(0.85, 12)
  expect(share.update({ stage: 'sampling', done: 2, total: 2 }).share).toBeCloseTo(1, 12)
})

test('a comparison goes through its stretches in their order and never back', () => {
  const share = new MeasureShare()
  share.measure({ rows: { real: 1000, synthetic: 1000, train: null, compared: 1000, half: 500 }, splits: 2 })
  const reports = [
    { stage: 'comparing the columns', done: 0, total: 1 },
    { stage: 'finding the nearest rows', done: 0, total: 1 },
    // Two measures over all rows and two splits, three sums each; then five forests for each of three comparisons.
    ...Array.from({ length: 18 }, () => [0, 256].map((done) => ({ stage: 'comparing samples', done, total: 1000 }))).flat(),
    ...Array.from({ length: 15 }, () => [0, 50, 99].map((done) => ({ stage: 'training a forest', done, total: 100 }))).flat()
  ]
  const shares = reports.map((report) => share.update(report).share)
  for (let k = 1; k < shares.length; k++) expect(shares[k]).toBeGreaterThanOrEqual(shares[k - 1]!)
  expect(new Set(shares).size).toBeGreaterThan(60)
  expect(shares[0]).toBe(0)
  expect(shares.at(-1)).toBeGreaterThan(0.98)
  expect(shares.at(-1)).toBeLessThan(1)
})
