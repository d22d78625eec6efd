import { beforeAll, expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { type Matrix, matrix, matrixFromRows, rowOf, takeRows } from '../../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import type { Codec } from '../../spectral/codec.js'
import { relativeError } from '../../spectral/round-trip.js'
import { decodedPlaces } from '../code.js'
import { fitAutoencoder, loadAutoencoder } from './autoencoder.js'
import { fitCodec, loadCodec } from './codecs.js'
import { lossGradient, randomLayer, runLayers } from './dense-network.js'
import { fitDiffusionCodec } from './diffusion-codec.js'
import { fitPca } from './pca.js'
import { timesTransposed } from './products.js'
import { parseLatent } from './specification.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})
const key = keyFromSeed(11)

/** Rows near a plane (or, with `bend`, a curved sheet) in six dimensions. */
function sheet(n: number, bend: number, noise: number, seed = 1): Matrix {
  const z = normals(keyFromSeed(seed), 2 * n)
  const e = normals(keyFromSeed(seed + 1), 6 * n)
  return matrixFromRows(
    Array.from({ length: n }, (_, i) => {
      const [a, b] = [z[2 * i]!, z[2 * i + 1]!]
      return [a, b, a + b, a - b, bend * a * b, bend * (a * a - 1)].map((x, c) => x + noise * e[6 * i + c]!)
    })
  )
}

test('PCA: exact on data of rank 2, automatic dimension, round trip through its file', async () => {
  const rows = sheet(300, 0, 0)
  const codec = await fitPca(rows, { dimension: 'auto' })
  expect(codec.latentDimension).toBe(2)
  const latents = await codec.encode(rows)
  const back = await codec.decode(latents)
  back.data.forEach((value, at) => {
    expect(value).toBeCloseTo(rows.data[at]!, 10)
  })
  expect(latents.data.reduce((s, z) => s + z * z, 0) / latents.data.length).toBeCloseTo(1, 10)
  const whitened = await (await fitPca(rows, { dimension: 2, whiten: true })).encode(rows)
  for (let a = 0; a < 2; a++) {
    let squares = 0
    for (let i = 0; i < 300; i++) squares += whitened.data[2 * i + a]! ** 2 / 300
    expect(squares).toBeCloseTo(1, 8)
  }
  expect((await loadCodec(codec.save(), engine).encode(rows)).data).toEqual(latents.data)
})

test('PCA of more columns than the dense limit agrees with the covariance it diagonalises', async () => {
  const n = 120
  const d = 90
  const scale = Float64Array.from({ length: d }, (_, c) => 1 / (1 + c))
  const rows = matrix(
    n,
    d,
    normals(keyFromSeed(3), n * d).map((x, at) => x * scale[at % d]!)
  )
  const { basis } = (await fitPca(rows, { dimension: 3, whiten: true })).linear!
  const latents = await (await fitPca(rows, { dimension: 3, whiten: true })).encode(rows)
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 3; b++) {
      let product = 0
      for (let i = 0; i < n; i++) product += (latents.data[3 * i + a]! * latents.data[3 * i + b]!) / n
      expect(product).toBeCloseTo(a === b ? 1 : 0, 6)
    }
  }
  expect(basis.rows).toBe(3)
})

test('the matrix product and the gradient agree with the definition', () => {
  const [m, n, k] = [5, 7, 3]
  const a = normals(keyFromSeed(1), m * k)
  const b = normals(keyFromSeed(2), n * k)
  const out = new Float64Array(m * n)
  timesTransposed(a, b, [m, n, k], out)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let p = 0; p < k; p++) sum += a[i * k + p]! * b[j * k + p]!
      expect(out[i * n + j]).toBeCloseTo(sum, 12)
    }
  }
  const layers = [randomLayer(4, 5, 'rectifier', key), randomLayer(5, 2, 'none', keyFor(key, 'x'))]
  const rows = matrix(6, 4, normals(keyFromSeed(4), 24))
  const targets = matrix(6, 2, normals(keyFromSeed(5), 12))
  const { gradients } = lossGradient(layers, rows, targets)
  layers.forEach((layer, l) => {
    for (const [parameter, gradient] of [
      [layer.weights, gradients[l]!.weights],
      [layer.biases, gradients[l]!.biases]
    ] as const) {
      for (let at = 0; at < parameter.length; at++) {
        const kept = parameter[at]!
        parameter[at] = kept + 1e-6
        const up = lossGradient(layers, rows, targets).loss
        parameter[at] = kept - 1e-6
        const down = lossGradient(layers, rows, targets).loss
        parameter[at] = kept
        expect(gradient[at]).toBeCloseTo((up - down) / 2e-6, 6)
      }
    }
  })
  expect(runLayers(layers, rows).cols).toBe(2)
})

test('autoencoder: beats PCA on a curved sheet, stops early, same seed same weights, loads again', { tags: ['slow'] }, async () => {
  const rows = sheet(800, 0.8, 0.02)
  const options = { dimension: 2, hidden: 24, epochs: 60, key }
  const codec = await fitAutoencoder(rows, options)
  const pca = await fitPca(rows, { dimension: 2 })
  const error = async (c: { encode(r: Matrix): Promise<Matrix>; decode(r: Matrix): Promise<Matrix> }) =>
    relativeError(rows, await c.decode(await c.encode(rows)), rows)
  expect(await error(codec)).toBeLessThan(0.6 * (await error(pca)))
  const again = await fitAutoencoder(rows, options)
  expect(again.save().arrays).toEqual(codec.save().arrays)
  const other = await fitAutoencoder(rows, { ...options, key: keyFromSeed(12), epochs: 3 })
  expect(other.history.ending).toBe('epochs-used')
  expect(other.save().arrays['weights.0']).not.toEqual(codec.save().arrays['weights.0'])
  const loaded = loadAutoencoder(codec.save())
  expect((await loaded.encode(rows)).data).toEqual((await codec.encode(rows)).data)
  const early = await fitAutoencoder(matrix(60, 3, normals(keyFromSeed(8), 180)), { dimension: 2, hidden: 60, patience: 5, key })
  expect(early.history.ending).toBe('early-stopping')
})

test('diffusion codec: round trip of a curved sheet, and through its file', async () => {
  const rows = sheet(500, 0.8, 0.02)
  const codec = await fitDiffusionCodec(rows, { dimension: 4, engine, key })
  expect(codec.roundTrip.relativeError).toBeLessThan(0.35)
  const latents = await codec.encode(rows)
  expect(relativeError(rows, await codec.decode(latents), rows)).toBeLessThan(0.3)
  const loaded = loadCodec(codec.save(), engine)
  expect((await loaded.encode(rows)).data).toEqual(latents.data)
})

test('places: distances between decoded rows, and from these to rows, as in all columns', { tags: ['slow'] }, async () => {
  const wide = matrix(150, 200, normals(keyFromSeed(12), 150 * 200))
  const draws = (k: number) => matrix(20, k, normals(keyFromSeed(13), 20 * k))
  const codecs: Codec[] = [
    await fitPca(wide, { dimension: 3 }),
    await fitDiffusionCodec(wide, { dimension: 3, engine, key }),
    await fitAutoencoder(wide, { dimension: 3, hidden: 8, epochs: 2, key })
  ]
  const squared = (a: Matrix, i: number, b: Matrix, j: number) => rowOf(a, i).reduce((sum, x, c) => sum + (x - rowOf(b, j)[c]!) ** 2, 0)
  for (const codec of codecs) {
    const place = decodedPlaces(codec)
    const [decoded, at] = [await codec.decode(draws(3)), await place.decoded(draws(3))]
    const given = await place.given(wide)
    expect(at.cols).toBeLessThan(200)
    for (let i = 0; i < 20; i++) {
      expect(squared(at, i, given, 7 * i)).toBeCloseTo(squared(decoded, i, wide, 7 * i), 8)
      expect(squared(at, i, at, 19 - i)).toBeCloseTo(squared(decoded, i, decoded, 19 - i), 8)
    }
  }
})

test('bad input', async () => {
  const rows = sheet(40, 0, 0)
  const context = { engine, key }
  await expect(fitPca(rows, { dimension: 7 })).rejects.toMatchObject({ code: 'dimension-above-rank' })
  await expect(fitPca(rows, { dimension: 3 })).rejects.toMatchObject({
    code: 'dimension-above-rank',
    got: expect.stringContaining('rank 2')
  })
  await expect(fitPca(matrix(5, 2), { dimension: 1 })).rejects.toMatchObject({ code: 'constant-data' })
  await expect(fitAutoencoder(rows, { dimension: 3, key })).rejects.toMatchObject({ code: 'dimension-above-rank' })
  await expect(fitAutoencoder(takeRows(rows, [0, 1, 2]), { dimension: 1, key })).rejects.toMatchObject({ code: 'too-few-rows' })
  await expect(fitCodec(rows, { kind: 'onnx', encoder: 'a', decoder: 'b' }, context)).rejects.toMatchObject({ code: 'codec-needs-host' })
  for (const text of ['pca:0', 'pca:x', 'autoencoder', 'onnx:a', 'nothing:3', '']) {
    expect(() => parseLatent(text)).toThrow('expected pca:K')
  }
  expect(parseLatent('onnx:enc.onnx,dec.onnx')).toEqual({ kind: 'onnx', encoder: 'enc.onnx', decoder: 'dec.onnx' })
  expect(parseLatent('diffusion-map')).toEqual({ kind: 'diffusion-map', dimension: 'auto' })
})
