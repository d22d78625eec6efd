import { beforeAll, describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { presentTable } from '../../table/present.js'
import type { RawTable } from '../../table/raw.js'
import { isNumeric, type Table } from '../../table/table.js'
import { fitLatentTable, type LatentTableModel, sampleLatentTable } from './latent.js'
import { type LatentJob, trainingLatentTable } from './latent-codec.js'
import { type LatentConditions, sampleLatentConditioned } from './latent-conditions.js'
import { loadLatentTable, saveLatentTable } from './latent-file.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const ROWS = 400
const WIDTH = 24

/** Two hidden numbers a and b behind 24 columns: a cos(t) + b sin(t) + 5; `side` tells the sign of a; one column is constant. */
function planted(rowCount = ROWS): RawTable {
  const z = normals(keyFor(keyFromSeed(1), 'planted'), 2 * rowCount)
  const hidden = (i: number) => [z[2 * i]! + (i % 2 === 0 ? 1.5 : -1.5), z[2 * i + 1]!] as const
  const columns = Array.from({ length: WIDTH }, (_, c) => ({
    name: `x${c}`,
    source: 'number' as const,
    values: Float64Array.from({ length: rowCount }, (_, i) => 5 + hidden(i)[0] * Math.cos(c / 4) + hidden(i)[1] * Math.sin(c / 4))
  }))
  const side = {
    name: 'side',
    source: 'text' as const,
    values: Array.from({ length: rowCount }, (_, i) => (i % 2 === 0 ? 'plus' : 'minus'))
  }
  const flat = { name: 'flat', source: 'number' as const, values: new Float64Array(rowCount).fill(7) }
  return { rowCount, columns: [side, ...columns, flat] }
}

const fit = (job: Partial<LatentJob> & Pick<LatentJob, 'latent'>, table = planted()) =>
  fitLatentTable(table, { seed: 1, ...job }, { engine })
const numbers = (table: Table, name: string): Float64Array => {
  const column = table.columns.find((one) => one.name === name)!
  if (!isNumeric(column)) throw new Error(`${name} is no number`)
  return column.values
}
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length
const deviation = (values: ArrayLike<number>) => Math.sqrt(mean(Array.from(values, (x) => (x - mean(values)) ** 2)))

describe('a table behind a codec', () => {
  let model: LatentTableModel
  beforeAll(async () => {
    model = await fit({ latent: 'pca:2' })
  })

  test('rows have the columns of the input, hold what the codec knows, and are new', async () => {
    const rows = await sampleLatentTable(model, { rows: 300, seed: 2 }, { engine })
    expect(rows.columns.map(({ name }) => name)).toEqual(planted().columns.map(({ name }) => name))
    expect(new Set(numbers(rows, 'flat'))).toEqual(new Set([7]))
    // Every row lies in the plane of the two hidden numbers: x0 = 5 + a, and x12 follows from x0 and x6.
    const slope = (c: number) => [Math.cos(c / 4), Math.sin(c / 4)] as const
    for (let i = 0; i < 300; i++) {
      const a = numbers(rows, 'x0')[i]! - 5
      const b = (numbers(rows, 'x6')[i]! - 5 - a * slope(6)[0]) / slope(6)[1]
      expect(numbers(rows, 'x12')[i]!).toBeCloseTo(5 + a * slope(12)[0] + b * slope(12)[1], 6)
    }
    const training = new Set(numbers(trainingLatentTable(model), 'x0'))
    expect(numbers(rows, 'x0').filter((x) => training.has(x)).length).toBe(0)
    // Standard error of a mean of 300 draws: 0.1 deviations; five of them would fail by chance once in a million.
    const before = numbers(trainingLatentTable(model), 'x3')
    expect(Math.abs(mean(numbers(rows, 'x3')) - mean(before))).toBeLessThan(0.35 * deviation(before))
    expect(deviation(numbers(rows, 'x3')) / deviation(before)).toBeGreaterThan(0.85)
  })

  test('the summary tells the error of the codec apart, and the spectrum', () => {
    const { codec, bandwidth, scaling } = model.summary
    expect(codec).toMatchObject({ kind: 'pca', dimension: 2, dataDimension: WIDTH, commonScale: false })
    expect(codec.reconstruction.trainingError).toBeLessThan(1e-6)
    expect(codec.reconstruction.heldOutError).toBeLessThan(1e-6)
    expect(codec.spectrum!.values.length).toBe(2)
    expect(bandwidth!.ratio).toBeGreaterThan(0.85)
    expect(Object.keys(scaling.methods)).toHaveLength(WIDTH)
  })

  test('a model file gives the same rows; so does the bridge, twice', async () => {
    const again = await loadLatentTable(unpackModel(packModel(saveLatentTable(model))), { engine })
    for (const job of [{}, { dynamics: 'bridge' }, { dynamics: 'bridge', start: 'noise' }] as const) {
      const [first, second] = await Promise.all(
        [model, again].map((one) => sampleLatentTable(one, { ...job, rows: 40, seed: 3 }, { engine }))
      )
      expect(presentTable(second!, again.encoder.formats, 'text')).toEqual(presentTable(first!, model.encoder.formats, 'text'))
    }
    expect(again.summary).toEqual(model.summary)
  })

  const conditioned = (request: Omit<LatentConditions, 'rows'>, seed = 4) =>
    sampleLatentConditioned(model, { rows: 200, ...request }, { engine, key: keyFromSeed(seed) })

  test('a category restricts rows, with either dynamics', async () => {
    for (const dynamics of ['langevin', 'bridge'] as const) {
      const { table } = await conditioned({ given: [{ side: 'plus' }, { side: 'minus' }], dynamics })
      expect(table.rowCount).toBe(400)
      expect(mean(numbers(table, 'x0').subarray(0, 200))).toBeGreaterThan(6)
      expect(mean(numbers(table, 'x0').subarray(200))).toBeLessThan(4)
    }
  })

  test('given numbers are repeated exactly, and the others follow through the decoder', { tags: ['slow'] }, async () => {
    const { table, conditions } = await conditioned({ given: [{ x0: 6.5, x6: 4.2 }] })
    expect(new Set(numbers(table, 'x0'))).toEqual(new Set([6.5]))
    const b = (4.2 - 5 - 1.5 * Math.cos(1.5)) / Math.sin(1.5)
    expect(mean(numbers(table, 'x12'))).toBeCloseTo(5 + 1.5 * Math.cos(3) + b * Math.sin(3), 1)
    expect(conditions![0]).toMatchObject({ candidates: ROWS, warnings: [] })
    expect(conditions![0]!.missed!).toBeLessThan(0.05)
  })

  test('an interval and a category together', { tags: ['slow'] }, async () => {
    const { table } = await conditioned({ given: [{ side: 'minus', x0: { from: 3.5, to: 4.5 } }] })
    expect(numbers(table, 'x0').every((x) => x >= 3.5 && x <= 4.5)).toBe(true)
    expect(deviation(numbers(table, 'x6'))).toBeGreaterThan(0.3)
  })

  test('what makes no sense is refused', async () => {
    await expect(conditioned({ given: [{ x99: 1 }] })).rejects.toMatchObject({ code: 'column-unknown' })
    await expect(conditioned({ given: [{ side: 'left' }] })).rejects.toMatchObject({ code: 'level-unknown' })
    await expect(conditioned({ given: [{ flat: 8 }] })).rejects.toMatchObject({ code: 'condition-impossible' })
    await expect(conditioned({ observe: ['x0 = '] })).rejects.toMatchObject({ code: 'expression-malformed' })
    await expect(conditioned({ observe: ['side = 1 ± 1'] })).rejects.toMatchObject({ code: 'observation-column' })
    await expect(conditioned({ given: [{ x0: 6 }], dynamics: 'bridge' })).rejects.toMatchObject({ code: 'option-combination' })
    await expect(sampleLatentTable(model, { rows: 0 }, { engine })).rejects.toMatchObject({ code: 'count' })
    const never = { logLikelihood: () => Number.NEGATIVE_INFINITY }
    await expect(conditioned({ likelihood: never })).rejects.toMatchObject({ code: 'likelihood-excludes-all' })
  })
})

describe('codecs and scales', () => {
  test('a diffusion map and an autoencoder, through their files', { tags: ['slow'] }, async () => {
    for (const latent of ['diffusion-map:2', 'autoencoder:2']) {
      const model = await fit({ latent, bandwidth: 0.1 })
      expect(model.summary.codec.reconstruction.heldOutError).toBeLessThan(0.4)
      const again = await loadLatentTable(unpackModel(packModel(saveLatentTable(model))), { engine })
      const [first, second] = await Promise.all([model, again].map((one) => sampleLatentTable(one, { rows: 30, seed: 3 }, { engine })))
      expect(numbers(second!, 'x5')).toEqual(numbers(first!, 'x5'))
    }
  })

  test('pixels share one scale and stay in their range; a column that hardly varies is not blown up', async () => {
    const table = pixels()
    const model = await fit({ latent: 'pca:4', bandwidth: 0.2 }, table)
    expect(model.summary.codec.commonScale).toBe(true)
    const rows = await sampleLatentTable(model, { rows: 100, seed: 1 }, { engine })
    for (let c = 0; c < 16; c++) for (const x of numbers(rows, `p${c}`)) expect(x >= 0 && x <= 255 && Number.isInteger(x)).toBe(true)
    // 1 pixel in 200 rows is not blank: with a scale of its own it would weigh as much as all others together.
    expect(mean(numbers(rows, 'p0'))).toBeLessThan(10)
    const apart = await fit({ latent: 'pca:4', bandwidth: 0.2, commonScale: false }, table)
    expect(apart.summary.codec.commonScale).toBe(false)
  })

  test('missing cells come back missing', async () => {
    const table = planted()
    const [side, x0, ...others] = table.columns
    const missing = Uint8Array.from({ length: ROWS }, (_, i) => (i % 5 === 0 ? 1 : 0))
    const model = await fit({ latent: 'pca:2', bandwidth: 0.2 }, { ...table, columns: [side!, { ...x0!, missing } as never, ...others] })
    const rows = await sampleLatentTable(model, { rows: 300, seed: 1 }, { engine })
    const column = rows.columns[1]!
    const share = mean((column as { missing?: Uint8Array }).missing!)
    // Standard error 0.023; five of them.
    expect(Math.abs(share - 0.2)).toBeLessThan(0.12)
  })
})

/** 16 pixels from 0 to 255, most of them on or off. */
function pixels(): RawTable {
  const rowCount = 200
  const z = normals(keyFor(keyFromSeed(2), 'pixels'), rowCount * 2)
  const columns = Array.from({ length: 16 }, (_, c) => ({
    name: `p${c}`,
    source: 'number' as const,
    integer: true,
    values: Float64Array.from({ length: rowCount }, (_, i) =>
      c === 0
        ? i === 7
          ? 90
          : 0
        : Math.round(Math.min(255, Math.max(0, 128 + 200 * (z[2 * i]! * Math.cos(c) + z[2 * i + 1]! * Math.sin(c)))))
    )
  }))
  return { rowCount, columns }
}

describe('bad input is refused, and said how', () => {
  const refused = async (job: Parameters<typeof fit>[0], table?: RawTable) => {
    const error = await fit(job, table).then(
      () => undefined,
      (thrown: unknown) => thrown as { code: string; got: string; expected: string; remedy: string }
    )
    expect(error?.got && error.expected && error.remedy).toBeTruthy()
    return error!.code
  }
  const only = (table: RawTable, names: (name: string) => boolean): RawTable => ({
    ...table,
    columns: table.columns.filter(({ name }) => names(name))
  })

  test('more coordinates than the rank, constant data, no numbers, too few rows, networks without a host, words', async () => {
    expect(await refused({ latent: 'pca:3' })).toBe('dimension-above-rank')
    expect(await refused({ latent: 'pca:99' })).toBe('dimension-above-rank')
    expect(await refused({ latent: 'autoencoder:30' })).toBe('dimension-above-rank')
    expect(await refused({ latent: 'diffusion-map:500' })).toBe('dimension-above-rank')
    expect(
      await refused(
        { latent: 'pca:1' },
        only(planted(), (name) => name === 'flat')
      )
    ).toBe('latent-no-numbers')
    expect(
      await refused(
        { latent: 'pca:1' },
        only(planted(), (name) => name === 'side')
      )
    ).toBe('latent-no-numbers')
    expect(await refused({ latent: 'autoencoder:2' }, planted(12))).toBe('too-few-rows')
    expect(await refused({ latent: 'onnx:a,b' })).toBe('codec-needs-host')
    expect(await refused({ latent: 'umap:2' })).toBe('option-value')
  })

  test('a bandwidth at which nothing is connected', async () => {
    expect(await refused({ latent: 'pca:2', bandwidth: 1e-12 })).toBe('epsilon-too-small')
  })

  test('a decoder or an encoder that returns NaN', async () => {
    const codec = (encoded: number, decoded: number) => ({
      kind: 'onnx',
      dataDimension: WIDTH + 1,
      latentDimension: 1,
      encode: async ({ rows, data, cols }: { rows: number; data: Float64Array; cols: number }) => ({
        rows,
        cols: 1,
        data: Float64Array.from({ length: rows }, (_, i) => data[i * cols]! * encoded)
      }),
      decode: async ({ rows }: { rows: number }) => ({ rows, cols: WIDTH + 1, data: new Float64Array(rows * (WIDTH + 1)).fill(decoded) }),
      save: () => ({ meta: { kind: 'onnx' }, arrays: {} })
    })
    const fitWith = (encoded: number, decoded: number) =>
      fitLatentTable(
        planted(),
        { latent: 'onnx:a,b', seed: 1 },
        { engine, networks: { load: async () => codec(encoded, decoded), restore: async () => codec(encoded, decoded) } }
      )
    await expect(fitWith(1, Number.NaN)).rejects.toMatchObject({ code: 'decoder-not-finite' })
    await expect(fitWith(Number.NaN, 1)).rejects.toMatchObject({ code: 'encoder-not-finite' })
  })
})
