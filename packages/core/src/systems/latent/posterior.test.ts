import { beforeAll, expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { multiply, transpose } from '../../num/linear-algebra.js'
import { type Matrix, matrix, matrixFromRows } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { fitLatent } from './model.js'
import { observeColumns } from './observation.js'
import { sampleLatentPosterior } from './posterior.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})
const key = keyFromSeed(2)

/** Correlated Gaussian rows in 3-d and their empirical moments. */
function prior(n: number): { rows: Matrix; mean: Float64Array; covariance: Matrix } {
  const z = normals(keyFromSeed(1), 3 * n)
  const rows = matrixFromRows(
    Array.from({ length: n }, (_, i) => [z[3 * i]!, 0.8 * z[3 * i]! + 0.6 * z[3 * i + 1]!, 0.5 * z[3 * i + 1]! + z[3 * i + 2]!])
  )
  const mean = Float64Array.from({ length: 3 }, (_, c) =>
    Array.from({ length: n }, (_, i) => rows.data[3 * i + c]! / n).reduce((a, b) => a + b)
  )
  const centred = matrix(
    n,
    3,
    rows.data.map((x, at) => x - mean[at % 3]!)
  )
  const product = multiply(transpose(centred), centred)
  return {
    rows,
    mean,
    covariance: matrix(
      3,
      3,
      product.data.map((x) => x / n)
    )
  }
}

test('linear decoder: the Gaussian posterior, far better than prior rows could give', async () => {
  const { rows, mean, covariance } = prior(1500)
  const model = await fitLatent({ rows, latent: { kind: 'pca', dimension: 3 }, bandwidth: 0.1 }, { engine, key })
  const observation = observeColumns([1], [1.5], { variance: 0.04, width: 3 })
  const { rows: drawn, acceptance } = await sampleLatentPosterior(model, rows, { observation, count: 600, steps: 25 }, { engine, key })
  const gain = [0, 1, 2].map((c) => covariance.data[3 * c + 1]! / (covariance.data[4]! + 0.04))
  expect(acceptance).toBeGreaterThan(0.6)
  for (let c = 0; c < 3; c++) {
    const exact = mean[c]! + gain[c]! * (1.5 - mean[1]!)
    const variance = covariance.data[4 * c]! - gain[c]! * covariance.data[3 + c]!
    const column = Array.from({ length: 600 }, (_, i) => drawn.data[3 * i + c]!)
    const average = column.reduce((a, b) => a + b) / 600
    const spread = column.reduce((a, b) => a + (b - average) ** 2, 0) / 600
    // Standard error of the mean 0.04 prior deviations, of the variance 6 %: false alarm beyond five of them.
    expect(Math.abs(average - exact)).toBeLessThan(0.12)
    expect(Math.abs(spread / variance - 1)).toBeLessThan(0.25)
  }
})

test('any decoder: Metropolis on the likelihood agrees with the informed chains', async () => {
  const { rows } = prior(600)
  const model = await fitLatent({ rows, latent: { kind: 'pca', dimension: 3 }, bandwidth: 0.1 }, { engine, key })
  const { linear: _, ...nonlinear } = model.codec
  const observation = observeColumns([0, 1], [0.5, 0.6], { variance: 0.09, width: 3 })
  const options = { observation, count: 300, steps: 25 }
  const informed = await sampleLatentPosterior(model, rows, options, { engine, key })
  const plain = await sampleLatentPosterior({ ...model, codec: nonlinear }, rows, options, { engine, key })
  for (let c = 0; c < 3; c++) {
    const mean = ({ rows: drawn }: { rows: Matrix }) =>
      Array.from({ length: 300 }, (_, i) => drawn.data[3 * i + c]! / 300).reduce((a, b) => a + b)
    expect(Math.abs(mean(informed) - mean(plain))).toBeLessThan(0.25)
  }
})

test('bad input: shapes, numbers that are not finite, classes', async () => {
  const { rows } = prior(60)
  const model = await fitLatent({ rows, latent: { kind: 'pca', dimension: 2 }, bandwidth: 0.3 }, { engine, key })
  const at = (observation: ReturnType<typeof observeColumns>) =>
    sampleLatentPosterior(model, rows, { observation, count: 2 }, { engine, key })
  await expect(at(observeColumns([0], [1], { variance: 0.1, width: 4 }))).rejects.toMatchObject({ code: 'observation-shape' })
  await expect(at(observeColumns([0], [Number.NaN], { variance: 0.1, width: 3 }))).rejects.toMatchObject({ code: 'observation-shape' })
  const labels = Int32Array.from({ length: 60 }, (_, i) => i % 2)
  const classes = await fitLatent({ rows, labels, latent: model.codec, bandwidth: 0.3 }, { engine, key })
  const observation = observeColumns([0], [1], { variance: 0.1, width: 3 })
  await expect(sampleLatentPosterior(classes, rows, { observation, count: 2 }, { engine, key })).rejects.toMatchObject({
    code: 'posterior-classes'
  })
})
