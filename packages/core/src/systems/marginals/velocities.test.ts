import { describe, expect, it } from 'vitest'
import { matrixExponential } from '../../num/linear-algebra.js'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { fitMarginals } from './fit.js'
import { ruledSnapshots as snapshotsOf } from './ruled-snapshots.js'

const A = [-0.3, -0.9, 0.7, -0.1]
const C = [0.2, -0.4]
const key = keyFromSeed(1)
const flow = matrixExponential(matrix(3, 3, Float64Array.of(A[0]!, A[1]!, C[0]!, A[2]!, A[3]!, C[1]!, 0, 0, 0)))

/** Fresh particles at 0 and 1 of dX = (A X + C) dt with the velocities that they have, each times `units`. */
function snapshots({ units = 1, swapped = false, error = 0, n = 60 } = {}) {
  const clouds = [0, 1].map((time) => {
    const start = normals(keyFromSeed(7 + time), 2 * n)
    const at = start.map((_, e) => {
      const [x, y] = [3 + start[e - (e % 2)]!, 1 + 0.5 * start[e - (e % 2) + 1]!]
      const row = 3 * (e % 2)
      return time === 0 ? [x, y][e % 2]! : flow.data[row]! * x + flow.data[row + 1]! * y + flow.data[row + 2]!
    })
    return cloud(matrix(n, 2, at))
  })
  const velocities = clouds.map(({ points: { data } }, time) => {
    const z = normals(keyFromSeed(30 + time), data.length)
    return matrix(
      n,
      2,
      data.map((_, e) => {
        const a = swapped ? 1 - (e % 2) : e % 2
        const [x, y] = [data[e - (e % 2)]!, data[e - (e % 2) + 1]!]
        return units * (A[2 * a]! * x + A[2 * a + 1]! * y + C[a]! + error * z[e]!)
      })
    )
  })
  return { times: [0, 1], clouds, columnNames: ['x', 'y'], velocities }
}
const off = (theta: Float64Array): number => Math.max(...[...A, ...C].map((truth, k) => Math.abs(theta[k]! - truth)))

describe('measured velocities', () => {
  it('exact ones identify a linear drift from one interval, which nothing else does', async () => {
    const { velocities: _, ...places } = snapshots()
    const options = { reference: 'linear', sigma: [0.05], intervals: 'none' } as const
    const blind = await fitMarginals(places, options, { key })
    expect(off(blind.theta)).toBeGreaterThan(0.1)
    expect(blind.notes.join()).toMatch(/drift and noise cannot be told apart/)
    const model = await fitMarginals(snapshots(), options, { key })
    expect(off(model.theta)).toBeLessThan(1e-4)
    expect(model.notes.join()).toMatch(/the fitted drift explains: x 100 %, y 100 %/)
  })
  it('with an error each, the intervals hold the truth', async () => {
    const model = await fitMarginals(snapshots({ error: 0.2 }), { reference: 'linear', sigma: [0.05] }, { key })
    expect(model.intervals).toHaveLength(6)
    // Five standard errors each: intervals are two wide on either side.
    model.intervals.forEach(({ estimate, lower, upper }, k) => {
      const truth = [...A, ...C][k]!
      expect(Math.abs(estimate - truth)).toBeLessThan((2.5 * (upper - lower)) / 2)
      expect(upper - lower).toBeLessThan(1)
    })
  })
  it('refuses other units, another order, and references without a drift', async () => {
    const fitted = (of: object, options: object = {}) =>
      fitMarginals(snapshots(of), { reference: 'linear', intervals: 'none', ...options }, { key })
    await expect(fitted({ units: 60 })).rejects.toThrow(/snapshots move 0\.01\d* times as fast/)
    await expect(fitted({ units: 1 / 24 })).rejects.toThrow(/snapshots move 2\d times as fast/)
    await expect(fitted({ units: -1 })).rejects.toThrow(/point away/)
    const { velocities, ...rest } = snapshots()
    const vertical = velocities!.map((of) => ({ ...of, data: of.data.map((v, k) => (k % 2 === 1 ? 1000 * v : v)) }))
    await expect(fitMarginals({ ...rest, velocities: vertical }, { reference: 'linear' }, { key })).rejects.toThrow(
      /velocities of y against which the snapshots move 0\.0\d+ times as fast/
    )
    await expect(fitted({ units: 0 })).rejects.toThrow(/velocities of x, y that are 0/)
    await expect(fitted({}, { reference: 'brownian' })).rejects.toThrow(/velocities with the reference brownian/)
  })
  it('are columns of a table that are no coordinates, one each, and may be empty', () => {
    const text = (name: string, values: (string | null)[]) => ({ name, source: 'text', values }) as const
    const table = {
      rowCount: 4,
      columns: [text('t', ['0', '0', '1', '1']), text('x', ['1', '2', '3', '4']), text('vx', ['.5', null, '1', '2'])]
    }
    const { columnNames, velocities } = snapshotsOf(table, { time: 't', velocity: ['vx'] })
    expect(columnNames).toEqual(['x'])
    expect(velocities!.map(({ data }) => [...data])).toEqual([
      [0.5, Number.NaN],
      [1, 2]
    ])
    expect(() => snapshotsOf(table, { time: 't', velocity: ['vx'], columns: ['x', 't'], exclude: ['x'] })).toThrow()
    expect(() => snapshotsOf(table, { time: 't', velocity: ['x', 'vx'] })).toThrow()
  })
})
