import { expect, test } from 'vitest'
import { log } from '../num/elementary.js'
import { regularCholeskyInPlace, transpose } from '../num/linear-algebra.js'
import { matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { columnScale } from '../num/statistics.js'
import { chooseRidge, fitOdds, offsetsWithout } from './level-odds.js'
import { logisticLoops, plainLoops } from './logistic-ascent.js'

const ROWS = 300
const key = keyFromSeed(3)
const inputs = matrix(ROWS, 1, normals(keyFor(key, 'x'), ROWS))
const chance = uniforms(keyFor(key, 'outcome'), ROWS)
const parts = Uint32Array.from({ length: ROWS }, (_, i) => i % 3)

/** Rows of two outcomes with odds e^(slope·x), of which a kernel knows e^(known·x). */
const rowsOf = (slope: number, known: number) => {
  const share = (own: number, i: number) => 1 / (1 + Math.exp(-own * inputs.data[i]!))
  return {
    inputs,
    parts,
    outcomes: Int32Array.from(chance, (u, i) => (u < share(slope, i) ? 1 : 0)),
    offsets: matrix(
      ROWS,
      2,
      Float64Array.from({ length: 2 * ROWS }, (_, at) => log(at % 2 === 0 ? 1 - share(known, at >> 1) : share(known, at >> 1)))
    )
  }
}

/** What is learned beyond the kernel: nothing where held-out rows are foretold as well without. */
async function learned(slope: number, known: number): Promise<number> {
  const rows = rowsOf(slope, known)
  const chosen = await chooseRidge(rows)
  if (!chosen) return 0
  const { weights, scale } = await fitOdds(rows, chosen.ridge)
  return (weights.data[2]! - weights.data[0]!) / scale[0]!
}

// A slope has a standard error of 0.15.
test.each([
  [1.5, 0.5],
  [1.5, 1.5],
  [-0.5, 1],
  [0, 0]
])('of odds that go by e^(%d x) a kernel knows e^(%d x), the rest is learned', async (slope, known) => {
  expect(Math.abs((await learned(slope, known)) - (slope - known))).toBeLessThan(0.45)
})

test('what is foretold of a row does not know it', () => {
  const offsets = offsetsWithout(
    Float64Array.of(0.4, 1),
    matrix(2, 2, Float64Array.of(0.7, 0.3, 0, 1)),
    Int32Array.of(0, 1),
    Float64Array.of(0.5, 0.5)
  )
  for (const [k, share] of [0.5, 0.5, 0.5, 0.5].entries()) expect(Math.exp(offsets.data[k]!)).toBeCloseTo(share, 12)
})

test.each([
  [1, 1, 2],
  [6, 5, 3],
  [7, 9, 5],
  [40, 4, 2]
])('loops over %d rows of %d inputs and %d outcomes are those in JavaScript, bit for bit', async (rows, inputs, count) => {
  const numbers = (name: string, cols: number) => matrix(rows, cols, normals(keyFor(key, name), rows * cols))
  const x = numbers('inputs', inputs)
  const outcomes = Int32Array.from({ length: rows }, (_, i) => i % count)
  const parts = x.data.map((one) => one / rows)
  const bound = matrix(inputs, inputs)
  for (let a = 0; a < inputs; a++)
    for (let b = 0; b <= a; b++) {
      for (let i = 0; i < rows; i++) bound.data[a * inputs + b]! += (0.5 * x.data[i * inputs + a]! * x.data[i * inputs + b]!) / rows
      if (a === b) bound.data[a * inputs + b]! += 0.1
    }
  regularCholeskyInPlace(bound.data, inputs)
  const loops = await logisticLoops()
  expect(loops.curvatureOf(x)).toStrictEqual(plainLoops.curvatureOf(x))
  for (const offsets of [undefined, numbers('offsets', count)]) {
    const observed = { x, parts, outcomes, count, offsets }
    // At the last all shares but one are below what exp tells from nothing.
    for (const size of [0.5, 1e3]) {
      const from = matrix(
        inputs,
        count,
        normals(keyFor(key, 'weights'), inputs * count).map((one) => size * one)
      )
      // One turn, so many that momentum comes and goes, and until the gradient is nought.
      for (const ascent of [
        { tolerance: 1e-9, turns: 1 },
        { tolerance: 0, turns: 30 },
        { tolerance: 1e-3, turns: 2000 }
      ]) {
        const found = loops.climb(observed, { ridge: 0.1, bound, ...ascent }, from)
        expect(found).toStrictEqual(plainLoops.climb(observed, { ridge: 0.1, bound, ...ascent }, from))
      }
      const asked = {
        inputs: numbers('asked', inputs - 1),
        scale: columnScale(numbers('scale', inputs - 1)),
        weights: transpose(from)
      }
      expect(loops.sharesOf(asked, offsets && { offsets })).toStrictEqual(plainLoops.sharesOf(asked, offsets && { offsets }))
      // A sum of weights may be a hair below nought, and nought itself.
      const shares = matrix(
        rows,
        count,
        Float64Array.from({ length: rows * count }, (_, at) => [0.25 / (at + 1), -1e-20, 0][at % 3]!)
      )
      expect(loops.sharesOf(asked, { shares })).toStrictEqual(plainLoops.sharesOf(asked, { shares }))
    }
  }
})
