import { describe, expect, it } from 'vitest'
import { completeDrift } from '../../bridge/drift.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { familyOf } from './families.js'
import type { FamilyContext } from './family.js'
import { ALL_REFERENCES } from './options.js'

const contextOf = (d: number, logs?: FamilyContext['logs']): FamilyContext => ({
  dimension: d,
  columnNames: Array.from({ length: d }, (_, a) => `x${a}`),
  interval: 1.5,
  mean: new Float64Array(d).fill(1.2),
  spread: Float64Array.from({ length: d }, (_, a) => 0.5 + 0.2 * a),
  logs
})

describe('reference families', () => {
  it.each([
    ...ALL_REFERENCES.map((name) => [name, name.startsWith('repressilator') ? 3 : 2, undefined] as const),
    ['repressilator', 6, undefined] as const,
    ['lotka-volterra+smooth', 2, 'logarithms'] as const
  ])('%s in %i dimensions: Jacobian and gradient are the derivatives of the drift', (name, d, logs) => {
    const smooth = { smoothness: { lengthScale: 1.3, amplitude: 0.7, frequencyCount: 5 }, key: keyFromSeed(2) }
    const { drift, parameters } = familyOf(name, contextOf(d, logs && { mean: new Float64Array(d), spread: contextOf(d).spread }), smooth)
    const p = drift.parameterCount
    expect(parameters).toHaveLength(p)
    const theta = Float64Array.from(normals(keyFromSeed(4), p), (z, k) =>
      parameters[k]!.positive ? parameters[k]!.start * Math.exp(0.3 * z) : z
    )
    const x = normals(keyFromSeed(3), d).map((z) => Math.exp(0.4 * z))
    const numeric = completeDrift({ dimension: d, parameterCount: p, value: (y, t, th, out) => drift.value(y, t, th, out) })
    for (const [part, length] of [
      ['jacobian', d * d],
      ['gradient', d * p]
    ] as const) {
      const own = new Float64Array(length)
      const truth = new Float64Array(length)
      drift[part](x, 0.4, theta, own)
      numeric[part](x, 0.4, theta, truth)
      own.forEach((v, k) => {
        expect(Math.abs(v - truth[k]!)).toBeLessThan(1e-6 * (1 + Math.abs(truth[k]!)))
      })
    }
  })
  it('a gradient field has a symmetric Jacobian in scaled coordinates, a free one need not', () => {
    const context = contextOf(2)
    const smooth = { smoothness: { lengthScale: 1, amplitude: 1, frequencyCount: 5 }, key: keyFromSeed(2) }
    const skew = (name: 'gradient' | 'free'): number => {
      const { drift } = familyOf(name, context, smooth)
      const out = new Float64Array(4)
      drift.jacobian(Float64Array.of(0.3, 0.9), 0, normals(keyFromSeed(4), drift.parameterCount), out)
      const ratio = context.spread[1]! / context.spread[0]!
      return Math.abs(out[1]! * ratio - out[2]! / ratio)
    }
    expect(skew('gradient')).toBeLessThan(1e-12)
    expect(skew('free')).toBeGreaterThan(0.01)
  })
})
