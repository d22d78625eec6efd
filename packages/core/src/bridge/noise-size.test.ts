import { expect, test } from 'vitest'
import { estimateSigma, momentLogLikelihood, type NoiseEvidence, noiseInfluences, noiseSlope } from './noise-size.js'

/** Two intervals of two columns: packed triangles (xx, xy, yy), the noise of each column by itself and a little of the other. */
const evidence: NoiseEvidence[] = [
  {
    observed: Float64Array.of(1.4, 0.2, 1.1),
    carried: Float64Array.of(0.8, 0.1, 0.5),
    unit: Float64Array.of(1, 0.2, 0.1, 0.05, 0.1, 1),
    count: 80
  },
  {
    observed: Float64Array.of(0.9, -0.1, 1.6),
    carried: Float64Array.of(0.4, 0, 0.9),
    unit: Float64Array.of(0.8, 0.1, 0, 0, 0.2, 0.9),
    count: 50
  }
]
const sigma = Float64Array.of(0.7, 0.9)
const scaled = (c: number, step: number) => sigma.map((s, at) => (at === c ? s * Math.exp(step) : s))

test('the slope in log σ is that of the likelihood, and zero where the estimate is', () => {
  noiseSlope(evidence, sigma).forEach((slope, c) => {
    const difference = (momentLogLikelihood(evidence, scaled(c, 1e-4)) - momentLogLikelihood(evidence, scaled(c, -1e-4))) / 2e-4
    expect(slope).toBeCloseTo(-difference, 5)
  })
  const found = estimateSigma(evidence, sigma, Float64Array.of(1e-6, 1e-6))
  for (const slope of noiseSlope(evidence, found)) expect(Math.abs(slope)).toBeLessThan(1e-3)
})

test('what a covariance that is off does to it is its derivative, where the model has the covariance', () => {
  const [part] = evidence
  const at: NoiseEvidence = {
    ...part!,
    observed: part!.carried.map((x, k) => x + [0, 1].reduce((sum, c) => sum + sigma[c]! ** 2 * part!.unit[3 * c + k]!, 0))
  }
  const wider = (which: 'observed' | 'carried', by: number): NoiseEvidence[] => [
    { ...at, [which]: at[which].map((x, k) => (k === 0 ? x + by : x)) }
  ]
  noiseInfluences(at, sigma).forEach(({ data }, c) => {
    for (const [which, sign] of [
      ['carried', 1],
      ['observed', -1]
    ] as const) {
      const slope = (noiseSlope(wider(which, 1e-5), sigma)[c]! - noiseSlope(wider(which, -1e-5), sigma)[c]!) / 2e-5
      expect(slope).toBeCloseTo(sign * data[0]!, 4)
    }
  })
})
