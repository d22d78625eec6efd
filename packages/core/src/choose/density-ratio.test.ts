import { expect, it } from 'vitest'
import { logOdds } from '../diagnose/boosting.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { densityRatio } from './density-ratio.js'

const gaussian = (n: number, label: string, { shift = 0, spread = 1 } = {}): Matrix => ({
  ...matrix(n, 2),
  data: normals(keyFor(keyFromSeed(11), label), 2 * n).map((x) => shift + spread * x)
})

it('finds no ratio between two samples of one law, in nine of ten keys at least', { tags: ['slow'] }, async () => {
  let found = 0
  for (let seed = 1; seed <= 10; seed++) {
    const ratio = await densityRatio({ real: gaussian(150, `a${seed}`), drawn: gaussian(300, `b${seed}`), key: keyFromSeed(seed) })
    if (ratio) found++
  }
  expect(found).toBeLessThanOrEqual(1)
})

it('finds where drawn rows are too many: those of a law that is too narrow, in the middle', { tags: ['slow'] }, async () => {
  const ratio = await densityRatio({ real: gaussian(1500, 'real'), drawn: gaussian(3000, 'drawn', { spread: 0.7 }), key: keyFromSeed(1) })
  const asked = matrix(2, 2)
  asked.data.set([0, 0, 1.5, 1.5])
  const [middle, far] = logOdds(ratio!, asked)
  // log 0.49 = −0.71 in the middle; −0.71 + ½·4.5·(1/0.49 − 1) = 1.63 outside.
  expect(middle!).toBeLessThan(-0.3)
  expect(far!).toBeGreaterThan(0.8)
})
