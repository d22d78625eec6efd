import { beforeAll, describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { isNumeric, type Table } from '../../table/table.js'
import { contextOf } from '../context.js'
import { loadLatentLocal, loadLatentTable, saveLatentLocal } from './latent-file.js'
import { drawLatentLocal, fitLatentLocal, type LatentLocalJob } from './latent-local.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const WIDTH = 12

/** Rows h_1 u_1 + h_2 u_2 + … in 12 columns, for hidden numbers h of each row and orthonormal cosines u. */
function spread(hidden: readonly (readonly number[])[]): RawTable {
  const wave = (k: number, c: number) => Math.sqrt(2 / WIDTH) * Math.cos((Math.PI * (k + 1) * (c + 0.5)) / WIDTH)
  const columns = Array.from({ length: WIDTH }, (_, c) => ({
    name: `x${c}`,
    source: 'number' as const,
    values: Float64Array.from(hidden, (h) => h.reduce((sum, value, k) => sum + value * wave(k, c), 0))
  }))
  return { rowCount: hidden.length, columns }
}

const gaussians = (deviations: readonly number[], count: number): number[][] => {
  const z = normals(keyFor(keyFromSeed(1), 'hidden'), count * deviations.length)
  return Array.from({ length: count }, (_, i) => deviations.map((s, k) => s * z[i * deviations.length + k]!))
}

const fit = (table: RawTable, job: Pick<LatentLocalJob, 'latent' | 'local'> & Partial<LatentLocalJob>) =>
  fitLatentLocal(table, { seed: 1, commonScale: true, ...job }, { engine })

function covariance(columns: readonly Float64Array[]): number[] {
  const means = columns.map((values) => values.reduce((a, b) => a + b, 0) / values.length)
  return columns.flatMap((x, a) =>
    columns.map((y, b) => x.reduce((sum, value, i) => sum + (value - means[a]!) * (y[i]! - means[b]!), 0) / x.length)
  )
}

const values = (table: Table | RawTable) =>
  table.columns.map((column) => ('kind' in column && !isNumeric(column) ? new Float64Array(0) : (column.values as Float64Array)))

describe('neighbours among the coordinates of a codec', () => {
  test('Gaussian rows come back with their covariance: each component by itself, decoded', { tags: ['slow'] }, async () => {
    const table = spread(gaussians([2, 1.5, 1, 0.7], 1500))
    const model = await fit(table, { latent: 'pca:4', local: { kind: 'auto' } })
    const { table: rows, latents } = await drawLatentLocal(model, { count: 1500 }, contextOf(2, { engine }))
    expect([latents.rows, latents.cols]).toEqual([1500, 4])
    const [before, after] = [covariance(values(table)), covariance(values(rows))]
    const missed = before.reduce((sum, value, at) => sum + (value - after[at]!) ** 2, 0)
    const whole = before.reduce((sum, value) => sum + value * value, 0)
    // A variance of 1,500 draws has a standard error of 3.7 %; 20 % is five of them.
    expect(Math.sqrt(missed / whole)).toBeLessThan(0.2)
  })

  test('a ring in two components: uncorrelated, but neighbours by their squares', { tags: ['slow'] }, async () => {
    const z = normals(keyFor(keyFromSeed(2), 'ring'), 3 * 600)
    const ring = Array.from({ length: 600 }, (_, i) => {
      const length = Math.hypot(z[3 * i]!, z[3 * i + 1]!)
      return [(3.2 * z[3 * i]!) / length, (3 * z[3 * i + 1]!) / length, 0.5 * z[3 * i + 2]!]
    })
    const model = await fit(spread(ring), { latent: 'pca:3', local: { kind: 'auto' } })
    expect(model.summary.edges.map(([a, b]) => [a, b])).toEqual([['latent 1', 'latent 2']])
    expect(model.summary.learned).toBeDefined()
    const { latents } = await drawLatentLocal(model, { count: 300 }, contextOf(2, { engine }))
    const { latents: independent } = await drawLatentLocal(
      await fit(spread(ring), { latent: 'pca:3', local: { kind: 'graph', edges: [['latent 2', 'latent 3']] } }),
      { count: 300 },
      contextOf(2, { engine })
    )
    // Radii over the typical one: all near 1 on a ring, anything from 0 to √2 in a square.
    const unevenness = ({ data, rows, cols }: typeof latents): number => {
      const radii = Array.from({ length: rows }, (_, i) => Math.hypot(data[i * cols]!, data[i * cols + 1]!))
      const mean = radii.reduce((a, b) => a + b, 0) / rows
      return Math.sqrt(radii.reduce((sum, r) => sum + (r - mean) ** 2, 0) / rows) / mean
    }
    expect(unevenness(latents)).toBeLessThan(0.17)
    expect(unevenness(independent)).toBeGreaterThan(0.25)
  })

  test('kept in a file: the same bytes; simultaneous too; a file of another kind is refused', async () => {
    const table = spread(gaussians([2, 1, 0.5], 200))
    for (const sweep of ['ordered', 'simultaneous'] as const) {
      const model = await fit(table, {
        latent: 'pca:3',
        local: { kind: 'window', radius: 1 },
        sweep,
        bandwidth: 0.2,
        neighbourBandwidth: 0.2
      })
      const contents = unpackModel(packModel(saveLatentLocal(model)))
      const draw = { count: 40 }
      const again = await drawLatentLocal(await loadLatentLocal(contents, { engine }), draw, contextOf(3, { engine }))
      expect(again).toEqual(await drawLatentLocal(model, draw, contextOf(3, { engine })))
      expect(model.summary).toMatchObject({ sweep, coordinateCount: 3, codec: { kind: 'pca', dimension: 3, dataDimension: WIDTH } })
      await expect(loadLatentTable(contents, { engine })).rejects.toMatchObject({ code: 'model-kind' })
    }
  })

  test('what does not go together is refused by name', async () => {
    const table = spread(gaussians([2, 1, 0.5], 60))
    const side = { name: 'side', source: 'text' as const, values: Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 'a' : 'b')) }
    const withSide = { ...table, columns: [...table.columns, side] }
    await expect(fit(withSide, { latent: 'pca:2', local: { kind: 'auto' } })).rejects.toMatchObject({ code: 'local-columns' })
    await expect(fit(table, { latent: 'pca:2', local: { kind: 'window', radius: 5 } })).rejects.toMatchObject({ code: 'window-size' })
    await expect(fit(table, { latent: 'pca:2', local: { kind: 'graph', edges: [['x0', 'x1']] } })).rejects.toMatchObject({
      code: 'graph-name'
    })
  })
})
