import { expect, test } from 'vitest'
import { wholeProgress } from './comparison-share.js'

test('a comparison goes through its stretches in their order and never back', () => {
  const rows = (rowCount: number) => ({ columns: [], rowCount })
  const splits = [0, 1].map(() => ({ first: new Uint32Array(500), second: new Uint32Array(500), synthetic: new Uint32Array(500) }))
  const shares: number[] = []
  const report = wholeProgress({ real: rows(1000), synthetic: rows(1000), half: 500, splits }, ({ done, total }) =>
    shares.push(done / total)
  )
  for (const stage of ['comparing the columns', 'finding the nearest rows']) report({ stage, done: 0, total: 1 })
  // Two measures over all rows and two splits, three sums each; then a forest for each of three comparisons.
  for (let k = 0; k < 18; k++) for (const done of [0, 256]) report({ stage: 'comparing samples', done, total: 1000 })
  for (let k = 0; k < 3; k++) for (const done of [0, 50, 99]) report({ stage: 'training a forest', done, total: 100 })
  for (let k = 1; k < shares.length; k++) expect(shares[k]).toBeGreaterThanOrEqual(shares[k - 1]!)
  expect(new Set(shares).size).toBeGreaterThan(40)
  expect(shares[0]).toBe(0)
  expect(shares.at(-1)).toBeGreaterThan(0.98)
  expect(shares.at(-1)).toBeLessThan(1)
})
