import { describe, expect, it } from 'vitest'
import { cosTurns, exp, log, normalCdf, normalQuantile, sinTurns } from './elementary.js'

function worstRelative(f: (x: number) => number, truth: (x: number) => number, from: number, to: number): number {
  let worst = 0
  for (let i = 0; i <= 20_000; i++) {
    const x = from + ((to - from) * i) / 20_000
    worst = Math.max(worst, Math.abs(f(x) - truth(x)) / Math.max(1e-300, Math.abs(truth(x))))
  }
  return worst
}

describe('elementary functions agree with the host to a few units in the last place', () => {
  it('exp', () => {
    expect(worstRelative(exp, Math.exp, -700, 709)).toBeLessThan(5e-16)
    expect(worstRelative(exp, Math.exp, -1, 1)).toBeLessThan(4e-16)
    expect(exp(0)).toBe(1)
    expect(exp(Number.NEGATIVE_INFINITY)).toBe(0)
    expect(exp(710)).toBe(Number.POSITIVE_INFINITY)
    expect(exp(Number.NaN)).toBeNaN()
  })
  it('log', () => {
    expect(worstRelative(log, Math.log, 1e-3, 0.9)).toBeLessThan(4e-16)
    expect(worstRelative(log, Math.log, 1.1, 1e6)).toBeLessThan(4e-16)
    expect(log(5e-324)).toBeCloseTo(Math.log(5e-324), 10)
    expect(log(0)).toBe(Number.NEGATIVE_INFINITY)
    expect(log(-1)).toBeNaN()
    expect(log(1)).toBe(0)
  })
  it('sin and cos of turns', () => {
    const turns = Array.from({ length: 8001 }, (_, i) => (i - 4000) / 1733)
    expect(Math.max(...turns.map((t) => Math.abs(sinTurns(t) - Math.sin(2 * Math.PI * t))))).toBeLessThan(5e-15)
    expect(Math.max(...turns.map((t) => Math.abs(cosTurns(t) - Math.cos(2 * Math.PI * t))))).toBeLessThan(5e-15)
  })
  it('the normal distribution and its quantile are inverse to each other', () => {
    expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 14)
    expect(Math.abs(normalCdf(-8) - 6.22096057427178e-16)).toBeLessThan(1e-22)
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 13)
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 12)
    for (let p = 0.0005; p < 1; p += 0.0007) expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 13)
  })
})
