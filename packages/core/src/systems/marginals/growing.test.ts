import { describe, expect, it } from 'vitest'
import { conditionalWeights } from '../../bridge/coupling.js'
import { growthCoupling } from '../../bridge/growth.js'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { log } from '../../num/elementary.js'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed } from '../../num/random.js'
import { scaleRectangular } from '../../scaling/rectangular.js'
import { cloud } from '../../space/cloud.js'
import type { RawTable } from '../../table/raw.js'
import { fatesOf, toldByPlace } from './fates.js'
import { fitMarginals } from './fit.js'
import { fitGrowing, type Wanted } from './fit-growing.js'
import type { MarginalsModel } from './model.js'
import { sampleTrajectories } from './sample.js'
import { loadTrajectories, saveTrajectories } from './save.js'
import { snapshotsOf } from './snapshot-table.js'
import { weightsOf } from './snapshots.js'
import { drawPaths, fitTrajectories, presentTrajectories } from './trajectories.js'

const key = keyFromSeed(1)
const engine = new ReferenceEngine()
/** A stem, then two branches, of which the upper one has three quarters of the last particles. */
const rows = [
  ...[-0.2, -0.1, 0, 0.1, 0.2, 0.3].map((y) => [0, y, '', 1]),
  ...[-1.1, -1, -0.9, 0.9, 1, 1.1].map((y) => [1, y, '', y > 0 ? 2 : 1]),
  ...[-1.05, -0.95, 0.85, 0.9, 1, 1.05, 1.1, 1.15].map((y) => [2, y, y > 0 ? 'up' : 'down', 1])
]
const tableOf = (cells: readonly (readonly (string | number)[])[]): RawTable => ({
  rowCount: cells.length,
  columns: ['t', 'y', 'fate', 'offspring'].map((name, c) => ({
    name,
    source: 'text',
    values: cells.map((row) => (row[c] === '' ? null : String(row[c])))
  }))
})
const roles = { time: 't', fates: 'fate', exclude: ['offspring'] }
const snapshots = snapshotsOf(tableOf(rows), { ...roles, growth: 'estimate' })
const wanted: Wanted = { growth: 'estimate', fates: true, bare: true, spell: String }
const options = { reference: 'brownian', sigma: [0.2] } as const
const fit = (asked: Partial<Wanted> = {}, input = snapshots) => fitGrowing(input, options, { ...wanted, ...asked }, { key })
const paths = (model: MarginalsModel) => sampleTrajectories(model, { count: 40, times: [0.5, 2.5], key })

describe('growth and death', () => {
  it('off, draws what the plain fit draws, byte for byte', async () => {
    const [plain, off] = [await fitMarginals(snapshots, options, { key }), await fit({ growth: 'off', fates: false })]
    expect(paths(off)).toEqual(paths(plain))
  })

  it('weighs paths so that they are the particles of every snapshot, in the mean over many', async () => {
    const model = await fit()
    const { times, values, marks } = sampleTrajectories(model, { count: 4000, times: [0.5, 2.5], key })
    const place = times.indexOf(2)
    let [total, up] = [0, 0]
    for (let path = 0; path < 4000; path++) {
      const weight = marks!.weights![path * times.length + place]!
      total += weight
      if (values.data[path * times.length + place]! > 0) up += weight
    }
    expect(total / 4000).toBeCloseTo(1, 1)
    expect(up / total).toBeCloseTo(0.75, 2)
    expect(marks!.weights![0]).toBe(1)
    expect(marks!.weights![1]! ** 2).toBeCloseTo(marks!.weights![2]!, 12)
    expect(marks!.growth![times.length - 1]).toBeNaN()
  })

  it('says how much of fates the place of a particle tells: nothing of labels that go with no column, all where each branch has its own', async () => {
    const { fates, snapshots: seen } = await fit()
    const told = toldByPlace(
      fates!,
      seen.map(({ cloud }) => weightsOf(cloud))
    )
    expect(told.at(-1)).toBe(1)
    expect(told[0]).toBeLessThan(told[2]!)
    const even = {
      names: ['a', 'b'],
      shares: [matrix(2, 2, Float64Array.of(0.5, 0.5, 0.5, 0.5)), matrix(2, 2, Float64Array.of(1, 0, 0, 1))]
    }
    expect(
      toldByPlace(
        even,
        even.shares.map(() => Float64Array.of(0.5, 0.5))
      )
    ).toEqual([0, 1])
  })

  it('follows a column that says who multiplies', async () => {
    const known = (name: string) => snapshotsOf(tableOf(rows), { ...roles, exclude: [], columns: ['y'], growth: name })
    const twofold = await fit({ growth: 'column' }, known('offspring'))
    for (const [i, g] of twofold.growth!.logOffspring[1]!.entries()) expect(Math.sign(g)).toBe(i < 3 ? -1 : 1)
  })

  it.each(['linear', 'brownian'] as const)('goes with the reference %s, and a model file draws the same again', async (reference) => {
    const model = await fitTrajectories(
      snapshots,
      { reference, growth: 'estimate', fates: 'fate', intervals: 'none', rounds: 2 },
      { engine }
    )
    const again = loadTrajectories(saveTrajectories(model))
    const drawn = await Promise.all([model, again].map((one) => drawPaths(one, { rows: 5, at: [0.5, 2.5] }, { engine })))
    expect(drawn[1]!.trajectories).toEqual(drawn[0]!.trajectories)
    expect(again.marginals.growth).toEqual(model.marginals.growth)
    const written = presentTrajectories(drawn[0]!.trajectories, model.columns, 'typed')
    expect(written.columns.map(({ name }) => name)).toEqual(['particle', 't', 'y', 'weight', 'growth', 'fate_down', 'fate_up'])
    const [down, up] = written.columns.slice(-2).map(({ values }) => values as Float64Array)
    down!.forEach((share, row) => {
      expect(share + up![row]!).toBeCloseTo(1, 12)
    })
  })

  it('a file without variances of the kernels, as those from before these were learned, has those of σ: couplings hold their marginals', async () => {
    const model = await fitTrajectories(snapshots, { reference: 'brownian', sigma: [0.3], growth: 'estimate', fates: 'fate' }, { engine })
    const contents = saveTrajectories(model)
    expect(Object.keys(contents.arrays).filter((name) => name.endsWith('.variances'))).toEqual([])
    for (const coupling of loadTrajectories(contents).marginals.couplings) {
      const { kernel, fromLogWeights, toLogWeights } = coupling.problem
      const [row, columns] = [new Float64Array(kernel.cols), new Float64Array(kernel.cols)]
      for (let i = 0; i < kernel.rows; i++) {
        conditionalWeights(coupling, i, row)
        row.forEach((weight, j) => {
          columns[j] = columns[j]! + weight * Math.exp(fromLogWeights[i]! - toLogWeights[j]!)
        })
      }
      for (const sum of columns) expect(sum).toBeCloseTo(1, 3)
    }
  })

  it('errs by a standard error that resampling tells', async () => {
    const { growth } = await fit({ bare: false })
    for (const errors of growth!.errors) for (const error of errors) expect(error).toBeGreaterThan(0)
    expect(growth!.balanced.fates!.shares).toHaveLength(3)
  })

  const changed = (row: number, cell: number, value: string | number) =>
    rows.map((cells, i) => (i === row ? cells.with(cell, value) : cells))
  it.each([
    ['a negative', changed(3, 3, -0.5), /-0.5 in column offspring, row 4/],
    ['none at all at a time', rows.map((cells) => (cells[0] === 1 ? cells.with(3, 0) : cells)), /growth of 0 for every particle at time 1/]
  ])('refuses a column with %s', (_, cells, said) => {
    expect(() => snapshotsOf(tableOf(cells), { ...roles, exclude: [], growth: 'offspring' })).toThrow(said)
  })
  it.each([
    ['that never occurs at the end', changed(0, 2, 'sideways'), /"sideways" at time 0, which never occurs at the last/],
    ['that is missing at the end', changed(13, 2, ''), /1 of 8 particles without a label/]
  ])('refuses a label %s', async (_, cells, said) => {
    await expect(fit({}, snapshotsOf(tableOf(cells), roles))).rejects.toThrow(said)
  })
})

describe('fates', () => {
  it('are known exactly of a Gaussian: Φ of where a particle goes', async () => {
    // The kernel itself carries the earlier snapshot to the later one: potentials are 0, and who ends above 0 has the fate.
    const [variance, noise, size] = [0.5, 0.5, 160]
    const grid = Float64Array.from({ length: size }, (_, i) => -6 + (12 * (i + 0.5)) / size)
    const weights = (v: number) => grid.map((x) => -(x * x) / (2 * v) - 0.5 * log(2 * Math.PI * v) + log(12 / size))
    const places = matrix(size, 1, grid)
    const problem = {
      from: cloud(places, weights(variance)),
      to: cloud(places, weights(variance + noise)),
      variances: Float64Array.of(noise)
    }
    const scaling = growthCoupling(problem, places)
    const { state } = await scaleRectangular(scaling, { tolerance: 1e-10 })
    const labels = Array.from(grid, (x) => (x > 0 ? 'above' : 'below'))
    const { shares } = fatesOf({ couplings: [{ problem: scaling, potentials: state }] }, { names: ['above', 'below'], labels })
    const phi = (x: number) => {
      let [term, sum] = [x, x]
      for (let k = 1; k < 60; k++) {
        term *= -(x * x) / (2 * k)
        sum += term / (2 * k + 1)
      }
      return 0.5 + sum / Math.sqrt(2 * Math.PI)
    }
    for (const i of [60, 75, 80, 90, 104]) {
      expect(shares[0]!.data[2 * i]!).toBeCloseTo(phi(grid[i]! / Math.sqrt(noise)), 3)
      expect(shares[0]!.data[2 * i]! + shares[0]!.data[2 * i + 1]!).toBeCloseTo(1, 14)
    }
  })
})
