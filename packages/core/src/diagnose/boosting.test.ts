import { describe, expect, it } from 'vitest'
import { matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { logisticLoss, logOdds, trainBoosting } from './boosting.js'

/** Rows of N(0, 1), label 0, and as many of N(shift, 1), label 1, beside a coordinate of noise. */
function shifted(n: number, shift: number) {
  const [x, noise] = [normals(keyFor(keyFromSeed(3), 'x'), 2 * n), normals(keyFor(keyFromSeed(3), 'noise'), 2 * n)]
  const points = matrix(2 * n, 2)
  for (let i = 0; i < 2 * n; i++) points.data.set([x[i]! + (i < n ? 0 : shift), noise[i]!], 2 * i)
  return { points, labels: new Uint8Array(2 * n).fill(1, n) }
}

describe('boosted trees', () => {
  it('learn the logarithm of a ratio of densities: of N(1, 1) to N(0, 1) it is x − ½', { tags: ['slow'] }, () => {
    const boosting = trainBoosting({ ...shifted(4000, 1), trees: 80, key: keyFromSeed(1) })
    const asked = matrix(4, 2)
    asked.data.set([-1, 0, 0.5, 1, 1, -1, 2, 0])
    const found = logOdds(boosting, asked)
    for (const [k, odds] of [-1.5, 0, 0.5, 1.5].entries()) expect(Math.abs(found[k]! - odds)).toBeLessThan(0.3)
  })

  it('count a row of weight two as two rows', () => {
    const { points, labels } = shifted(500, 1)
    const weights = Float64Array.from(labels, (label) => (label === 1 ? 3 : 1))
    const none = matrix(1, 2)
    none.data.set([0.5, 0])
    const even = logOdds(trainBoosting({ points, labels, trees: 60, key: keyFromSeed(1) }), none)[0]!
    const uneven = logOdds(trainBoosting({ points, labels, weights, trees: 60, key: keyFromSeed(1) }), none)[0]!
    // Three times as likely.
    expect(Math.abs(uneven - even - Math.log(3))).toBeLessThan(0.25)
  })

  it('are the same for the same key, and their first trees are those of a shorter sum', () => {
    const problem = { ...shifted(300, 1), key: keyFromSeed(5) }
    const [long, short] = [30, 10].map((trees) => trainBoosting({ ...problem, trees }))
    expect(logOdds(long!, problem.points, 10)).toEqual(logOdds(short!, problem.points))
  })

  it('lose log 2 where they know nothing, and little where they are right', () => {
    expect(logisticLoss(0, 1)).toBeCloseTo(Math.log(2), 12)
    expect(logisticLoss(30, 1)).toBeLessThan(1e-12)
    expect(logisticLoss(-800, 1)).toBeCloseTo(800, 9)
  })
})
