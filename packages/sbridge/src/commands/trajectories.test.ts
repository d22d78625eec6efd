import { cloud, fitMarginals, keyFromSeed, matrixFromRows, type RawTable, sampleTrajectories, scoreHeldOut } from '@sbridge/core'
import { describe, expect, it } from 'vitest'
import { trajectoriesReport } from '../report/trajectories.js'
import { snapshotsOf } from './snapshots-input.js'
import { summaryOf, trajectoryTable } from './trajectories.js'

const text = (name: string, values: (string | null)[]): RawTable['columns'][number] => ({ name, source: 'text', values })
const tableOf = (...columns: RawTable['columns'][number][]): RawTable => ({ columns, rowCount: columns[0]!.values.length })
const good = tableOf(
  text('x', ['1.25', '2', '3', '4.5']),
  text('when', ['1', '0', '0', '1']),
  text('y', ['0.1', '0.20', '0.3', '0.4']),
  text('w', ['1', '3', '1', '1'])
)

describe('snapshots from a long table', () => {
  it('groups rows by time, keeps names, order, decimals and weights', () => {
    const snapshots = snapshotsOf(good, { time: 'when', weights: 'w' })
    expect(snapshots.times).toEqual([1, 0])
    expect(snapshots.columnNames).toEqual(['x', 'y'])
    expect(snapshots.order).toEqual(['x', 'when', 'y'])
    expect([...snapshots.clouds[0]!.points.data]).toEqual([1.25, 0.1, 4.5, 0.4])
    expect(Math.exp(snapshots.clouds[1]!.logWeights[0]!)).toBeCloseTo(0.75, 12)
    expect(snapshots.decimals.get('x')).toBe(2)
  })
  it('refuses text, empty cells, unknown columns and weights that are not positive, naming row and column', () => {
    const bad = (table: RawTable, columns: Parameters<typeof snapshotsOf>[1]) => () => snapshotsOf(table, columns)
    expect(bad(tableOf(text('t', ['0', 'Monday']), text('x', ['1', '2'])), { time: 't' })).toThrow(
      /"Monday" in column t, row 2, used as time/
    )
    expect(bad(tableOf(text('t', ['0', null]), text('x', ['1', '2'])), { time: 't' })).toThrow(/an empty cell in column t, row 2/)
    expect(bad(tableOf(text('t', ['0', '1']), text('sex', ['f', 'm'])), { time: 't' })).toThrow(/"f" in column sex, row 1.*--exclude sex/)
    expect(bad(good, { time: 'hour' })).toThrow(/--time hour/)
    expect(bad(good, { time: 'when', exclude: ['x', 'y', 'w'] })).toThrow(/no column besides/)
    expect(bad(tableOf(text('t', ['0', '1']), text('x', ['1', '2']), text('w', ['0', '1'])), { time: 't', weights: 'w' })).toThrow(
      /weight 0 in column w, row 1/
    )
  })
})

describe('what is written', () => {
  const rows = (shift: number): number[][] => Array.from({ length: 20 }, (_, i) => [shift + (i % 5) / 10, shift - Math.floor(i / 5) / 10])
  const input = { times: [0, 1, 2], clouds: [0, 1, 2].map((t) => cloud(matrixFromRows(rows(t)))), columnNames: ['x', 'y'] }

  it('a long table sorted by particle and time, a JSON summary and a report that hold together', async () => {
    const key = keyFromSeed(1)
    const model = await fitMarginals(input, { reference: 'linear', holdOut: [1] }, { key })
    const trajectories = sampleTrajectories(model, { count: 3, times: [0.5, 1], key })
    const scores = scoreHeldOut(model, key)
    const table = {
      ...input,
      order: ['x', 'when', 'y'],
      decimals: new Map([
        ['when', 0],
        ['x', 2],
        ['y', undefined]
      ])
    }
    const written = trajectoryTable(trajectories, table, { time: 'when', output: 'paths.csv' })
    expect(written.columns.map((c) => c.name)).toEqual(['particle', 'x', 'when', 'y'])
    expect(written.rowCount).toBe(12)
    expect(Array.from(written.columns[0]!.values)).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    expect(Array.from(written.columns[2]!.values).slice(0, 4)).toEqual([0, 0.5, 1, 2])
    expect(written.columns[1]!.values.slice(0, 4)).toEqual(expect.arrayContaining([expect.stringMatching(/^-?\d+\.\d\d$/)]))
    const summary = JSON.parse(JSON.stringify(summaryOf({ model, trajectories, scores }, 7)))
    expect(Object.keys(summary.theta)).toEqual(['A[x,x]', 'A[x,y]', 'A[y,x]', 'A[y,y]', 'c[x]', 'c[y]'])
    expect(summary.history[0]).toMatchObject({ round: 0, theta: expect.any(Object), change: expect.any(Number) })
    expect(summary.heldOut[0]).toMatchObject({ time: 1, w1: expect.any(Number), w2: expect.any(Number), mmd: expect.any(Number) })
    const page = trajectoriesReport({ title: '<b>', timeName: 'when', model, trajectories, scores, seed: 7 })
    expect(page).toContain('&lt;b&gt;')
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/)
    for (const part of ['Snapshots and paths', 'At the held-out times', 'Round by round']) expect(page).toContain(part)
  })
})
