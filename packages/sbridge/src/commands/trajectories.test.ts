import {
  type DrawnTrajectories,
  drawTrajectories,
  presentTrajectories,
  tellTrajectories,
  trajectoriesSummary
} from '@sbridge/core/internal'
import { cloud, matrixFromRows, ReferenceEngine } from '@sbridge/core/kernels'
import { describe, expect, it } from 'vitest'
import { tellingPage } from '../report/index.js'

const pageOf = (drawn: DrawnTrajectories, title = 'a'): string =>
  tellingPage({ title, kicker: '', telling: tellTrajectories(drawn, 'when'), entries: [], made: 'Paths were drawn', provenance: {} })

describe('what is written', () => {
  const rows = (shift: number): number[][] => Array.from({ length: 20 }, (_, i) => [shift + (i % 5) / 10, shift - Math.floor(i / 5) / 10])
  const input = { times: [0, 1, 2], clouds: [0, 1, 2].map((t) => cloud(matrixFromRows(rows(t)))), columnNames: ['x', 'y'] }

  it('a long table sorted by particle and time, a JSON summary and a report that hold together', async () => {
    const table = {
      ...input,
      order: ['x', 'when', 'y'],
      decimals: new Map([
        ['when', 0],
        ['x', 2],
        ['y', undefined]
      ])
    }
    const rounds: number[] = []
    const drawn = await drawTrajectories(
      table,
      { reference: 'linear', holdOut: [1], rows: 3, at: [0.5], between: 1, seed: 7 },
      { engine: new ReferenceEngine(), onRound: ({ round }) => rounds.push(round) }
    )
    const { model, trajectories } = drawn
    expect(rounds).toEqual(model.history.map(({ round }) => round))
    const written = presentTrajectories(trajectories, table, 'text')
    expect(written.columns.map((c) => c.name)).toEqual(['particle', 'x', 'when', 'y'])
    expect(written.rowCount).toBe(12)
    expect([...written.columns[0]!.values]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    expect([...written.columns[2]!.values].slice(0, 4)).toEqual([0, 0.5, 1, 2])
    expect(written.columns[1]!.values.slice(0, 4)).toEqual(expect.arrayContaining([expect.stringMatching(/^-?\d+\.\d\d$/)]))
    const summary = JSON.parse(JSON.stringify(trajectoriesSummary(drawn)))
    expect(Object.keys(summary.theta)).toEqual(['A[x,x]', 'A[x,y]', 'A[y,x]', 'A[y,y]', 'c[x]', 'c[y]'])
    expect(summary).toMatchObject({ sigma: [...model.sigma], sigmaFrom: 'estimate', sigmaByInterval: [[...model.sigma]] })
    expect(summary.history[0]).toMatchObject({ round: 0, theta: expect.any(Object), change: expect.any(Number) })
    expect(summary.heldOut[0]).toMatchObject({ time: 1, w1: expect.any(Number), w2: expect.any(Number), mmd: expect.any(Number) })
    const page = pageOf(drawn, '<b>')
    expect(page).toContain('&lt;b&gt;')
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/)
    for (const part of ['Snapshots and paths', 'At the held-out times', 'Round by round']) expect(page).toContain(part)
    // In the plane and against time, each of the 3 paths has 9 points between the two snapshots that were fitted, and both ends.
    const points = Array.from(page.matchAll(/ d="M([^"MAZ]*)"/g), ([, d]) => d!.split(/[LC]/).length)
    expect(points.filter((count) => count === 11).length).toBeGreaterThanOrEqual(9)
  })

  it('says of a plain bridge that its noise is a resolution, in the summary and in the report', async () => {
    const table = { ...input, order: ['x', 'when', 'y'], decimals: new Map() }
    const drawn = await drawTrajectories(table, { reference: 'brownian', rows: 3, seed: 7 }, { engine: new ReferenceEngine() })
    // Particles stand 0.1 apart: σ² = (0.01 + 0.01)/2 in a unit of time.
    const summary = JSON.parse(JSON.stringify(trajectoriesSummary(drawn)))
    expect(summary.sigmaFrom).toBe('resolution')
    expect(summary.sigma).toHaveLength(2)
    for (const sigma of [summary.sigma, ...summary.sigmaByInterval].flat()) expect(sigma).toBeCloseTo(0.1, 9)
    expect(summary.sigmaByInterval).toHaveLength(2)
    expect(summary.notes[0]).toMatch(/what the particles resolve.*no constant of nature.*--sigma estimate/)
    const page = pageOf(drawn)
    expect(page).toContain('no constant of nature')
    expect(page).not.toContain('after 0')
    const estimated = await drawTrajectories(
      table,
      { reference: 'brownian', sigma: 'estimate', rows: 3, seed: 7 },
      { engine: new ReferenceEngine() }
    )
    expect(estimated.model.sigmaFrom).toBe('estimate')
    expect(estimated.model.sigma[0]).toBeGreaterThan(0.5)
    expect(pageOf(estimated)).not.toContain('no constant of nature')
  })
})
