import { describe, expect, it } from 'vitest'
import { estimateJob } from './estimate.js'

const size = {
  rowCount: 300,
  dimension: 4,
  drawnRows: 200,
  steps: 10,
  automaticBandwidth: false,
  comparesScalings: false,
  passesPerStep: 1
}
const known = { conditions: 1, trials: 8, coordinateCount: 4, partCount: 1, observes: false }
const pairsOf = (estimate: ReturnType<typeof estimateJob>, stage: string) => estimate.stages.find((one) => one.stage === stage)?.pairs

describe('the estimate of a job', () => {
  it('counts the choice of a condition’s bandwidth, which dwarfs the draws', () => {
    const plain = estimateJob(size)
    const given = estimateJob({ ...size, known })
    const choice = pairsOf(given, 'choosing the conditional bandwidth')!
    expect(pairsOf(plain, 'choosing the conditional bandwidth')).toBeUndefined()
    expect(choice).toBeGreaterThan(5 * pairsOf(given, 'sampling')!)
    expect(given.pairs).toBeGreaterThan(choice)
    expect(pairsOf(estimateJob({ ...size, known: { ...known, trials: 0 } }), 'choosing the conditional bandwidth')).toBe(0)
    expect(pairsOf(estimateJob({ ...size, known: { ...known, trials: 16 } }), 'choosing the conditional bandwidth')).toBe(2 * choice)
  })

  it('counts combinations of categories, and the chains that a posterior runs besides', () => {
    const parts = estimateJob({ ...size, known: { ...known, partCount: 14 } })
    expect(parts.pairs).toBeGreaterThan(3 * estimateJob({ ...size, known }).pairs)
    const posterior = estimateJob({ ...size, known: { ...known, trials: 0, observes: true } })
    for (const stage of ['the chain without observations', 'bringing the observations in', 'sampling'])
      expect(pairsOf(posterior, stage), stage).toBeGreaterThan(0)
  })
})
