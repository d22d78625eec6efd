import { type Codec, fitLatentTable, sampleLatentTable } from '@sbridge/core/internal'
import { keyFromSeed, type Matrix, matrix, normals } from '@sbridge/core/kernels'
import { expect, test } from 'vitest'
import { linearNetwork, quickly } from '../test/onnx.js'
import { createEngine } from './host/node.js'
import { loadOnnxCodec, restoreOnnxCodec } from './latent-onnx.js'

/** Rows (a, b, a + b): the encoder takes a and b, the decoder gives all three. */
const encoder = linearNetwork(3, 2, [1, 0, 0, 2, 0, 0])
const decoder = linearNetwork(2, 3, [1, 0, 1, 0, 0.5, 0.5])
const rows = (() => {
  const z = normals(keyFromSeed(1), 600)
  return matrix(
    300,
    3,
    Float64Array.from({ length: 900 }, (_, at) => {
      const i = Math.floor(at / 3)
      return [z[2 * i]!, z[2 * i + 1]!, z[2 * i]! + z[2 * i + 1]!][at % 3]!
    })
  )
})()

test('an encoder and decoder from ONNX files: round trip, unit coordinates, saved and restored, a sampler behind them', {
  tags: ['slow']
}, async () => {
  const codec = await quickly(() => loadOnnxCodec({ encoder, decoder }, rows))
  const latents = await codec.encode(rows)
  expect(latents.data.reduce((s, z) => s + z * z, 0) / latents.data.length).toBeCloseTo(1, 5)
  const back = await codec.decode(latents)
  back.data.forEach((x, at) => {
    expect(x).toBeCloseTo(rows.data[at]!, 5)
  })
  const restored = await restoreOnnxCodec(codec.save())
  expect((await restored.encode(rows)).data).toEqual(latents.data)
  const engine = await createEngine('wasm', { threads: 1 })
  const table = {
    rowCount: 300,
    columns: ['a', 'b', 'sum'].map((name, c) => ({
      name,
      source: 'number' as const,
      values: Float64Array.from({ length: 300 }, (_, i) => rows.data[3 * i + c]!)
    }))
  }
  const fit = (load: (rows: Matrix) => Promise<Codec>) =>
    fitLatentTable(table, { latent: 'onnx:a,b', seed: 3 }, { engine, networks: { load: (_, own) => load(own), restore: restoreOnnxCodec } })
  const drawn = await sampleLatentTable(await fit((own) => loadOnnxCodec({ encoder, decoder }, own)), { rows: 20 }, { engine })
  const [a, b, sum] = drawn.columns.map((column) => (column as { values: Float64Array }).values)
  for (let i = 0; i < 20; i++) expect(sum![i]).toBeCloseTo(a![i]! + b![i]!, 4)
  const broken = linearNetwork(2, 3, [Number.NaN, 0, 1, 0, 0.5, 0.5])
  await expect(fit((own) => loadOnnxCodec({ encoder, decoder: broken }, own))).rejects.toMatchObject({ code: 'decoder-not-finite' })
  await engine.close()
})

test('bad input: other shapes, bytes that are no network', async () => {
  await expect(loadOnnxCodec({ encoder: linearNetwork(4, 2, Array(8).fill(1)), decoder }, rows)).rejects.toMatchObject({
    code: 'onnx-shape'
  })
  await expect(loadOnnxCodec({ encoder, decoder: linearNetwork(3, 3, Array(9).fill(1)) }, rows)).rejects.toMatchObject({
    code: 'onnx-shape'
  })
  await expect(loadOnnxCodec({ encoder, decoder: linearNetwork(2, 5, Array(10).fill(1)) }, rows)).rejects.toMatchObject({
    code: 'onnx-shape'
  })
  await expect(loadOnnxCodec({ encoder: Uint8Array.of(1, 2, 3), decoder }, rows)).rejects.toMatchObject({ code: 'onnx-unreadable' })
})
