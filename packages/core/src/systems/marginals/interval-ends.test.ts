import { expect, it } from 'vitest'
import { freeParameter, positiveParameter } from './family.js'
import { intervalEnds } from './interval-ends.js'
import type { MarginalsModel } from './model.js'

it('intervals end where the fit can vouch for it', () => {
  const interval = (name: string, estimate: number, lower: number, upper: number) => ({ name, estimate, lower, upper })
  const family = {
    parameters: [
      positiveParameter('rate', 1),
      positiveParameter('wide', 1),
      positiveParameter('half', 1),
      positiveParameter('flat', 1),
      freeParameter('edge', 5)
    ]
  } as unknown as MarginalsModel['family']
  const ends = intervalEnds({
    family,
    theta: Float64Array.of(1, 1, 1, 1, 5),
    intervals: [
      interval('rate', 1, 0.5, 2),
      interval('wide', 1, 1e-8, 1e8),
      interval('half', 1, 1e-4, 2),
      interval('flat', 1, 1, 1),
      interval('edge', 5, 4, 6)
    ]
  })
  expect(Object.fromEntries(ends)).toEqual({
    rate: { lower: 0.5, upper: 2 },
    wide: { lower: null, upper: null, why: 'not told by these snapshots' },
    half: { lower: null, upper: 2 },
    flat: { lower: null, upper: null, why: 'not told by these snapshots' },
    edge: { lower: null, upper: null, why: 'at its bound' }
  })
})
