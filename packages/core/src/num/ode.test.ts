import { describe, expect, it } from 'vitest'
import { DormandPrince } from './ode.js'

describe('Dormand–Prince', () => {
  it('follows an oscillator through ten turns to the tolerance, forwards and back', () => {
    const solver = new DormandPrince(2)
    const y = Float64Array.of(1, 0)
    const turn = (_: number, s: Float64Array, out: Float64Array): void => {
      out[0] = -s[1]!
      out[1] = s[0]!
    }
    solver.integrate(turn, y, [0, 20 * Math.PI], { relative: 1e-9, absolute: 1e-12 })
    expect(Math.hypot(y[0]! - 1, y[1]!)).toBeLessThan(1e-6)
    solver.integrate(turn, y, [20 * Math.PI, 0], { relative: 1e-9, absolute: 1e-12 })
    expect(Math.hypot(y[0]! - 1, y[1]!)).toBeLessThan(2e-6)
  })
  it('is of fifth order: a tolerance 10⁴ times smaller takes about 10^(4/5) times the steps', () => {
    const solver = new DormandPrince(1)
    const count = (relative: number): number => {
      const y = Float64Array.of(1)
      return solver.integrate(
        (t, s, out) => {
          out[0] = s[0]! * (1 - s[0]! / 3) + 0.1 * t
        },
        y,
        [0, 30],
        { relative, absolute: relative }
      )
    }
    const ratio = count(1e-10) / count(1e-6)
    expect(ratio).toBeGreaterThan(3)
    expect(ratio).toBeLessThan(9)
  })
  it('uses time: dy/dt = 2t', () => {
    const y = Float64Array.of(0)
    new DormandPrince(1).integrate(
      (t, _, out) => {
        out[0] = 2 * t
      },
      y,
      [1, 3]
    )
    expect(y[0]).toBeCloseTo(8, 12)
  })
  it('names an explosion and a stiff system', () => {
    const solver = new DormandPrince(1)
    expect(() =>
      solver.integrate(
        (_, s, out) => {
          out[0] = s[0]! * s[0]!
        },
        Float64Array.of(1),
        [0, 2]
      )
    ).toThrow(/leaves every bound near time 1/)
    expect(() =>
      solver.integrate(
        (_, __, out) => {
          out[0] = Number.NaN
        },
        Float64Array.of(1),
        [0, 2]
      )
    ).toThrow(/leaves every bound/)
    expect(() =>
      solver.integrate(
        (t, s, out) => {
          out[0] = -1e6 * (s[0]! - t)
        },
        Float64Array.of(1),
        [0, 1]
      )
    ).toThrow(/2000 steps/)
  })
})
