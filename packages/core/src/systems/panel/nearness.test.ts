import { describe, expect, it } from 'vitest'
import { lossOfPair, shareOfWay } from './nearness.js'

describe('how near draws are', () => {
  it('is the energy score: nought for what came, less than the distance of one where draws differ', () => {
    expect([lossOfPair(4, 4, 4), lossOfPair(3, 3, 1), lossOfPair(3, 5, 1), lossOfPair(3, 5, 4)]).toEqual([0, 2, 2, 0])
  })

  it('takes no share of a way of which nothing is left', () => {
    expect([shareOfWay(3, 12), shareOfWay(0, 0)]).toEqual([0.25, 0])
  })
})
