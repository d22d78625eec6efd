import { describe, expect, test } from 'vitest'
import { standInValue } from '../know/evidence.js'
import { LocalGaussian } from '../law/local-gaussian.js'
import { log, normalCdf } from '../num/elementary.js'
import { matrix } from '../num/matrix.js'
import { keyFromSeed, normals, uniforms } from '../num/random.js'
import { logNormalMass, truncatedNormal } from '../num/truncated-normal.js'

const LOG_2_PI = 1.8378770664093453
const none = { low: new Float64Array(0), high: new Float64Array(0) }
/** C = [[2, 0.6], [0.6, 1]], packed. */
const packed = Float64Array.of(2, 0.6, 1)
const known = { mean: Float64Array.of(1, -1), covariance: packed, effectiveCount: 100 }

describe('the Kalman update of one chain', () => {
  test('clamping gives the Gaussian conditional and its evidence', () => {
    const gaussian = new LocalGaussian({ given: [0], ranged: [], free: [1] }, { ridge: 0.5 })
    gaussian.clamp(known, Float64Array.of(2, 0))
    // C_gg + λ C_gg = 3; gain 0.2.
    expect(gaussian.centre[1]).toBeCloseTo(-0.8, 9)
    expect(gaussian.logEvidence).toBeCloseTo(-0.5 * (LOG_2_PI + log(3) + 1 / 3), 8)
    const out = new Float64Array(2)
    gaussian.drawRanged(Float64Array.of(1), Float64Array.of(0), none, out)
    expect(out[0]).toBe(2)
    expect(out[1]).toBeCloseTo(-0.8 + Math.sqrt(1 - 0.36 / 3), 8)
  })

  test('an observation gives m + G(y − Hm), (I − GH)C and Z', () => {
    const gaussian = new LocalGaussian({ given: [], ranged: [], free: [0, 1] }, { ridge: 0 })
    gaussian.clamp(known, Float64Array.of(0, 0))
    // y = x0 + x1 + N(0, 0.25), y = 3: H C Hᵀ + R = 4.45.
    const at = Float64Array.of(0.3, 0.4)
    const local = { constant: 0, rows: matrix(1, 2, Float64Array.of(2, 2)), targets: Float64Array.of(2 * (3 - 0.7)) }
    const evidence = gaussian.observe(local, at)
    // ∫ N exp(−½ (y − Hx)²/R) = N(y; Hm, HCHᵀ + R) √(2πR).
    expect(evidence).toBeCloseTo(-0.5 * (log(4.45) + 9 / 4.45 - log(0.25)), 8)
    const found = new Float64Array(2)
    gaussian.posteriorMean(found)
    expect(found[0]).toBeCloseTo(1 + (2.6 / 4.45) * 3, 9)
    expect(found[1]).toBeCloseTo(-1 + (1.6 / 4.45) * 3, 9)
    // Covariance of many draws; five standard errors.
    const n = 20000
    const z = normals(keyFromSeed(1), 3 * n)
    const sums = [0, 0, 0]
    for (let i = 0; i < n; i++) {
      const x = new Float64Array(2)
      gaussian.drawObserved(z.subarray(3 * i, 3 * i + 3), x)
      const [a, b] = [x[0]! - found[0]!, x[1]! - found[1]!]
      sums[0]! += (a * a) / n
      sums[1]! += (a * b) / n
      sums[2]! += (b * b) / n
    }
    expect(sums[0]).toBeCloseTo(2 - 2.6 ** 2 / 4.45, 1)
    expect(sums[1]).toBeCloseTo(0.6 - (2.6 * 1.6) / 4.45, 1)
    expect(sums[2]).toBeCloseTo(1 - 1.6 ** 2 / 4.45, 1)
  })

  test('a linear tilt moves the mean by C t and weighs m·t + ½ tᵀCt', () => {
    const gaussian = new LocalGaussian({ given: [], ranged: [], free: [0, 1] }, { ridge: 0 })
    gaussian.clamp(known, Float64Array.of(0, 0))
    const local = { constant: 0.5, tilt: Float64Array.of(1, 2), rows: matrix(0, 2), targets: new Float64Array(0) }
    expect(gaussian.observe(local, Float64Array.of(0, 0))).toBeCloseTo(0.5 + (1 - 2) + 0.5 * (2 + 2 * 2 * 0.6 + 4), 9)
    const found = new Float64Array(2)
    gaussian.posteriorMean(found)
    expect(found[0]).toBeCloseTo(1 + 3.2, 9)
    expect(found[1]).toBeCloseTo(-1 + 2.6, 9)
    expect(standInValue(local, Float64Array.of(0, 0), Float64Array.of(1, 1))).toBeCloseTo(3.5, 12)
  })

  test('draws of a range stay inside, and their mass is found again', () => {
    const gaussian = new LocalGaussian({ given: [], ranged: [1], free: [0] }, { ridge: 0 })
    gaussian.clamp(known, Float64Array.of(0, 0))
    const bounds = { low: Float64Array.of(0.5), high: Float64Array.of(0.7) }
    const u = uniforms(keyFromSeed(3), 200)
    for (const uniform of u) {
      const out = new Float64Array(2)
      const mass = gaussian.drawRanged(Float64Array.of(0.3, -0.2), Float64Array.of(uniform), bounds, out)
      expect(out[1]).toBeGreaterThanOrEqual(0.5)
      expect(out[1]).toBeLessThanOrEqual(0.7)
      expect(mass).toBeCloseTo(log(normalCdf(1.7) - normalCdf(1.5)), 8)
      expect(gaussian.rangedMass(bounds, out)).toBeCloseTo(mass, 10)
    }
  })

  test('an observed Gaussian between bounds is the truncated product', () => {
    // x0 ~ N(1, 2) and y = x0 + N(0, 0.5), y = 2: N(1.8, 0.4); x1 follows with 0.3 of it.
    const gaussian = new LocalGaussian({ given: [], ranged: [0], free: [1] }, { ridge: 0 })
    gaussian.clamp(known, Float64Array.of(0, 0))
    const at = Float64Array.of(0, 0)
    const root = Math.sqrt(2)
    gaussian.observe({ constant: 0, rows: matrix(1, 2, Float64Array.of(root, 0)), targets: Float64Array.of(2 * root) }, at)
    gaussian.absorb()
    expect(gaussian.centre[0]).toBeCloseTo(1.8, 9)
    expect(gaussian.centre[1]).toBeCloseTo(-1 + 0.3 * 0.8, 9)
    const bounds = { low: Float64Array.of(2), high: Float64Array.of(3) }
    const mass = log(normalCdf(1.2 / Math.sqrt(0.4)) - normalCdf(0.2 / Math.sqrt(0.4)))
    const out = new Float64Array(2)
    expect(gaussian.drawRanged(Float64Array.of(0, 0), Float64Array.of(0.5), bounds, out)).toBeCloseTo(mass, 7)
    expect(gaussian.rangedMass(bounds, out)).toBeCloseTo(mass, 7)
    expect(out[1]).toBeCloseTo(-1 + 0.3 * (out[0]! - 1), 7)
  })

  test('a clamped value beyond the reach is followed to it', () => {
    const near = new LocalGaussian({ given: [0], ranged: [], free: [1] }, { ridge: 0, reach: 2 })
    near.clamp(known, Float64Array.of(1 + 10 * Math.sqrt(2), 0))
    expect(near.centre[1]).toBeCloseTo(-1 + 0.3 * 2 * Math.sqrt(2), 8)
    expect(near.logEvidence).toBeCloseTo(-0.5 * (LOG_2_PI + log(2) + 4), 8)
  })

  test('the regression of two rows ends at them, however alike their given values are', () => {
    // (0, 0) and (0.001, 1), each as likely: a slope of 1,000 that is none at 1.
    const rows = { mean: Float64Array.of(0.0005, 0.5), covariance: Float64Array.of(2.5e-7, 2.5e-4, 0.25), effectiveCount: 2 }
    const gaussian = new LocalGaussian({ given: [0], ranged: [], free: [1] }, { ridge: 0 })
    const at = [-1, 0, 0.0002, 0.001, 1].map((x) => {
      gaussian.clamp(rows, Float64Array.of(x, 0))
      return gaussian.centre[1]!
    })
    at.forEach((y, k) => {
      expect(y).toBeCloseTo([0, 0, 0.2, 1, 1][k]!, 4)
    })
    // What lies beyond is as unlikely as ever: a chain has to leave.
    expect(gaussian.logEvidence).toBeLessThan(-1e6)
  })

  test('a prediction varies by the rows that are left and by the place of its line', () => {
    const rows = { ...known, effectiveCount: 12 }
    const spread = (predicts: boolean) => {
      const gaussian = new LocalGaussian({ given: [0], ranged: [], free: [1] }, { ridge: 0, predicts })
      gaussian.clamp(rows, Float64Array.of(1 + Math.sqrt(2), 0))
      const out = new Float64Array(1)
      gaussian.copyFreeFactor(out)
      return out[0]!
    }
    // 12 rows, a line of two parameters, one deviation from their mean.
    expect((spread(true) / spread(false)) ** 2).toBeCloseTo((12 / 10) * (1 + 2 / 12), 8)
  })

  test('singular covariances and covariances of zero give finite draws', () => {
    for (const flat of [Float64Array.of(1, 1, 1), new Float64Array(3)]) {
      const gaussian = new LocalGaussian({ given: [0], ranged: [], free: [1] }, { ridge: 1e-3 })
      gaussian.clamp({ ...known, covariance: flat }, Float64Array.of(5, 0))
      const out = new Float64Array(2)
      gaussian.drawRanged(Float64Array.of(1), Float64Array.of(0), none, out)
      expect(out.every(Number.isFinite)).toBe(true)
      expect(Number.isFinite(gaussian.logEvidence)).toBe(true)
    }
  })
})

describe('truncated normals', () => {
  test('masses agree with Φ, and far tails stay finite and ordered', () => {
    expect(logNormalMass(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)).toBeCloseTo(0, 12)
    expect(logNormalMass(-1, 2)).toBeCloseTo(log(normalCdf(2) - normalCdf(-1)), 12)
    expect(logNormalMass(1, 2)).toBeCloseTo(logNormalMass(-2, -1), 12)
    expect(logNormalMass(20, 21)).toBeLessThan(logNormalMass(15, 21))
    expect(logNormalMass(30, 31)).toBeCloseTo(-0.5 * 900 - 0.9189385332 - log(30), 1)
    expect(logNormalMass(2, 1)).toBe(Number.NEGATIVE_INFINITY)
  })

  test.each([
    [-1, 2],
    [3, 3.1],
    [-40, -39],
    [50, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, -12]
  ])('draws on [%d, %d] stay inside', (low, high) => {
    for (const u of uniforms(keyFromSeed(4), 100)) {
      const x = truncatedNormal(low, high, u)
      expect(x >= low && x <= high && Number.isFinite(x)).toBe(true)
    }
  })
})
