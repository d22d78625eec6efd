import { describe, expect, it } from 'vitest'
import { matrix } from '../num/matrix.js'
import { fillNormal, keyFromSeed } from '../num/random.js'
import { stateTransition, type VelocityKernel, velocityProcess } from './velocity.js'
import { filterPaths, gridFilter, simulator, smoothingWeights } from './velocity-smoother.js'

const KNOTS = [0, 1, 2.5, 3, 4]
const TIMES = Float64Array.of(0, 0.4, 1, 1.7, 2.5, 2.8, 3, 3.3, 4, 4.5)
const SEEN = Array.from(TIMES, (t) => KNOTS.includes(t))
const VALUES = [0.3, -1, 2, 0.5, 1]

const filterOf = (kernel: VelocityKernel) => gridFilter(velocityProcess(kernel), { times: TIMES, seen: SEEN })

/** The smoothed places at all times. */
function smoothed(kernel: VelocityKernel, values: readonly number[] = VALUES): number[] {
  const weights = smoothingWeights(filterOf(kernel))
  return Array.from(TIMES, (_, t) => values.reduce((sum, y, k) => sum + weights.data[t * weights.cols + k]! * y, 0))
}

/** The natural cubic spline by its textbook system of second derivatives, by elimination. */
function naturalSpline(t: number): number {
  const n = KNOTS.length
  const h = KNOTS.slice(1).map((x, k) => x - KNOTS[k]!)
  const a = Array.from({ length: n }, () => new Float64Array(n + 1))
  a[0]![0] = 1
  a[n - 1]![n - 1] = 1
  for (let k = 1; k + 1 < n; k++) {
    a[k]![k - 1] = h[k - 1]! / 6
    a[k]![k] = (h[k - 1]! + h[k]!) / 3
    a[k]![k + 1] = h[k]! / 6
    a[k]![n] = (VALUES[k + 1]! - VALUES[k]!) / h[k]! - (VALUES[k]! - VALUES[k - 1]!) / h[k - 1]!
  }
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++) {
      if (i === k) continue
      const factor = a[i]![k]! / a[k]![k]!
      for (let j = k; j <= n; j++) a[i]![j] = a[i]![j]! - factor * a[k]![j]!
    }
  const second = a.map((row, k) => row[n]! / row[k]!)
  const k = Math.max(0, KNOTS.findIndex((x) => x >= t) - 1)
  const [left, right] = [(KNOTS[k + 1]! - t) / h[k]!, (t - KNOTS[k]!) / h[k]!]
  return (
    left * VALUES[k]! +
    right * VALUES[k + 1]! +
    (((left ** 3 - left) * second[k]! + (right ** 3 - right) * second[k + 1]!) * h[k]! ** 2) / 6
  )
}

const inside = (_: unknown, t: number): boolean => TIMES[t]! <= 4

describe('paths of a smooth velocity', () => {
  it('pass through what was seen', () => {
    for (const shape of ['matern-1/2', 'matern-3/2', 'matern-5/2', 'oscillator'] as const) {
      const paths = smoothed({ shape, rate: 0.8, frequency: shape === 'oscillator' ? 1.1 : 0 })
      KNOTS.forEach((knot, k) => {
        expect(paths[TIMES.indexOf(knot)]).toBeCloseTo(VALUES[k]!, 12)
      })
    }
  })
  it('are the natural cubic spline as λ → 0 (error in proportion to λ), and straight lines as λ → ∞', () => {
    const spline = Array.from(TIMES, naturalSpline)
    const off = (rate: number): number =>
      Math.max(
        ...smoothed({ shape: 'matern-1/2', rate, frequency: 0 })
          .filter(inside)
          .map((x, t) => Math.abs(x - spline[t]!))
      )
    expect(off(1e-3)).toBeLessThan(2e-4)
    expect(off(1e-4) / off(1e-3)).toBeCloseTo(0.1, 2)
    for (const shape of ['matern-1/2', 'matern-5/2'] as const) {
      const lines = smoothed({ shape, rate: 1e5, frequency: 0 })
      expect(lines[1]).toBeCloseTo(0.6 * 0.3 + 0.4 * -1, 3)
      expect(lines[5]).toBeCloseTo(0.4 * 2 + 0.6 * 0.5, 3)
      expect(lines[9]).toBeCloseTo(1, 3)
    }
  })
  it('an oscillator that does not turn is the Matérn velocity of smoothness 1/2', () => {
    const still = smoothed({ shape: 'oscillator', rate: 0.7, frequency: 0 })
    smoothed({ shape: 'matern-1/2', rate: 0.7, frequency: 0 }).forEach((x, t) => {
      expect(still[t]).toBeCloseTo(x, 12)
    })
  })
  it('follow a rotation at five times to 1e-5, and beyond', () => {
    const turn = (t: number): number => Math.cos(1.3 * t + 0.3)
    const paths = smoothed({ shape: 'oscillator', rate: 1e-6, frequency: 1.3 }, KNOTS.map(turn))
    paths.forEach((x, t) => {
      expect(Math.abs(x - turn(TIMES[t]!))).toBeLessThan(1e-5)
    })
  })
  it('two ways to a transition: one step and many, long intervals too', () => {
    const process = velocityProcess({ shape: 'matern-5/2', rate: 0.9, frequency: 0 })
    const whole = gridFilter(process, { times: Float64Array.of(0, 6), seen: [true, false] }).steps.at(-1)!.covariance
    const times = Float64Array.from({ length: 61 }, (_, k) => k / 10)
    const steps = gridFilter(process, { times, seen: Array.from(times, (_, k) => k === 0) }).steps.at(-1)!.covariance
    whole.data.forEach((x, k) => {
      expect(steps.data[k]).toBeCloseTo(x, 10)
    })
    // The velocity is stationary, and over a long time the place spreads by 2 ∫ C = 2 · 8/(3λ) a unit of time.
    const far = stateTransition(process, 1e4)
    expect(far.noise.data[5]).toBeCloseTo(1, 10)
    expect(far.noise.data[0]! / 1e4 / (16 / (3 * 0.9))).toBeCloseTo(1, 3)
  })
  it('draws have the covariance of an integrated Ornstein–Uhlenbeck velocity (five standard errors)', () => {
    const rate = 1.3
    const filter = filterOf({ shape: 'matern-1/2', rate, frequency: 0 })
    const simulate = simulator(filter)
    const count = 4000
    const paths = matrix(count, TIMES.length)
    const xi = new Float64Array(2 * TIMES.length)
    for (let p = 0; p < count; p++)
      simulate(fillNormal(keyFromSeed(3), p, xi), paths.data.subarray(p * TIMES.length, (p + 1) * TIMES.length))
    const exact = (s: number, t: number): number => {
      const m = Math.min(s, t)
      return (2 * m) / rate - (1 - Math.exp(-rate * s) - Math.exp(-rate * t) + Math.exp(-rate * Math.abs(s - t))) / rate ** 2
    }
    for (const [i, j] of [
      [1, 1],
      [1, 9],
      [4, 7],
      [9, 9]
    ] as const) {
      let seen = 0
      for (let p = 0; p < count; p++) seen += (paths.data[p * TIMES.length + i]! * paths.data[p * TIMES.length + j]!) / count
      const [v, w, c] = [exact(TIMES[i]!, TIMES[i]!), exact(TIMES[j]!, TIMES[j]!), exact(TIMES[i]!, TIMES[j]!)]
      expect(Math.abs(seen - c)).toBeLessThan(5 * Math.sqrt((v * w + c * c) / count))
    }
  })
  it('surprises are white: their squares over their variance average the velocity’s variance', () => {
    const filter = gridFilter(velocityProcess({ shape: 'matern-3/2', rate: 0.6, frequency: 0 }), {
      times: Float64Array.of(0, 1, 2, 3.5),
      seen: [true, true, true, true]
    })
    const simulate = simulator(filter)
    const count = 3000
    const places = matrix(4, count)
    const [xi, path] = [new Float64Array(12), new Float64Array(4)]
    for (let p = 0; p < count; p++) {
      simulate(fillNormal(keyFromSeed(4), p, xi), path)
      path.forEach((x, k) => {
        places.data[k * count + p] = 2 * x
      })
    }
    const { innovations } = filterPaths(filter, places)
    for (const k of [1, 2, 3]) {
      const squares = innovations.data.subarray(k * count, (k + 1) * count).reduce((sum, x) => sum + x * x, 0) / count
      expect(Math.abs(squares / filter.steps[k]!.variance / 4 - 1)).toBeLessThan(5 * Math.sqrt(2 / count))
    }
  })
})
