/**
 * Reads damaged models one after another, as `info` and `sample` do, and reports whatever is neither refused nor finite rows of
 * the kinds that the model has. Reading refuses with a `FormatError`; a model that reads well but whose numbers cannot be drawn
 * from (a particle that leaves every bound) is refused while drawing, with the `InputError` of what met it. Runs in a worker: what it is at stands in shared memory, so that who started it
 * sees where it hangs.
 */
import { parentPort, workerData } from 'node:worker_threads'
import {
  drawModel,
  FormatError,
  fitModel,
  fitTable,
  InputError,
  type Model,
  packModel,
  SYSTEMS,
  type SystemContext,
  saved,
  type TableFit,
  unpackModel
} from '@sbridge/core'
import {
  type AnySystem,
  coordinateTable,
  type EmbeddingModel,
  embedTable,
  fitClasses,
  fitForecast,
  fitLatentLocal,
  fitLatentTable,
  fitLocal,
  type ModelContents,
  prepareTable,
  type SystemName,
  saveClasses,
  saveEmbedding,
  saveForecast,
  saveGlobal,
  saveLatentLocal,
  saveLatentTable,
  saveLocal,
  systemFor,
  takeRawRows
} from '@sbridge/core/internal'
import { type Engine, keyFromSeed, matrix, normals } from '@sbridge/core/kernels'
import { isNumeric, type RawTable, type Table } from '@sbridge/core/tables'
import { factsText, modelFacts } from '../src/commands/info.js'
import { createEngine } from '../src/host/node.js'
import { fileNetworks } from '../src/latent-onnx.js'
import { ruledTable, visits } from './fuzz-tables.js'
import { mutantOf } from './model-mutants.js'

/** What to do: milliseconds to go on for, or seeds for every model; where it stands is written to `at` (model, seed). */
export interface FuzzOrder {
  readonly at: Int32Array
  readonly seeds?: number
  readonly milliseconds?: number
}

export interface FuzzReport {
  readonly models: readonly string[]
  readonly tried: number
  readonly refused: number
  readonly failures: readonly string[]
}

const ROWS = 40
const DRAWN = 5

const noise = normals(keyFromSeed(3), ROWS * 8)
const column = (k: number): Float64Array => Float64Array.from({ length: ROWS }, (_, i) => noise[i * 8 + k]! + 0.8 * noise[i * 8]!)
const text = (of: (i: number) => string | null): (string | null)[] => Array.from({ length: ROWS }, (_, i) => of(i))

/** Numbers, whole numbers, dates, missing cells, categories of text and of numbers, booleans, names, a constant, weights. */
const mixed: RawTable = {
  rowCount: ROWS,
  columns: [
    { name: 'x', source: 'number', values: column(1) },
    { name: 'gaps', source: 'number', values: column(2), missing: Uint8Array.from({ length: ROWS }, (_, i) => (i % 9 === 4 ? 1 : 0)) },
    { name: 'amount', source: 'text', values: text((i) => (i % 4 === 0 ? '0' : (10 + noise[i]! ** 2).toFixed(2))) },
    { name: 'day', source: 'text', values: text((i) => `2024-0${1 + (i % 9)}-1${i % 7}`) },
    { name: 'group', source: 'text', values: text((i) => (i % 11 === 3 ? null : ['a', 'b', 'ç'][i % 3]!)) },
    { name: 'code', source: 'number', values: Float64Array.from({ length: ROWS }, (_, i) => [1.5, 2, 7][i % 3]!) },
    { name: 'yes', source: 'boolean', values: Array.from({ length: ROWS }, (_, i) => i % 3 === 0) },
    { name: 'id', source: 'text', values: text((i) => `row ${i}`) },
    { name: 'same', source: 'number', values: new Float64Array(ROWS).fill(4) },
    { name: 'weight', source: 'number', values: Float64Array.from({ length: ROWS }, (_, i) => 1 + (i % 3)) }
  ]
}

/** One series by day, with a category, empty cells and the value of the day before. */
const daily: RawTable = {
  rowCount: ROWS,
  columns: [
    { name: 'day', source: 'text', values: text((i) => new Date(86_400_000 * (19_000 + i)).toISOString().slice(0, 10)) },
    { name: 'x', source: 'number', values: column(1) },
    mixed.columns[1]!,
    mixed.columns[4]!,
    { name: 'before', source: 'number', values: Float64Array.from({ length: ROWS }, (_, i) => column(1)[i - 1] ?? 0) }
  ]
}

const numbers: RawTable = {
  rowCount: ROWS,
  columns: Array.from({ length: 5 }, (_, k) => ({ name: `x${k}`, source: 'number' as const, values: column(k) }))
}

const withGroup: RawTable = { rowCount: ROWS, columns: [...numbers.columns, mixed.columns[4]!, mixed.columns[1]!] }

/** Numbers in two classes of too few rows for laws of their own. */
const classed: RawTable = {
  rowCount: ROWS,
  columns: [...numbers.columns, { name: 'class', source: 'text', values: text((i) => (i % 8 === 0 ? 'few' : 'many')) }]
}

/** Categories whose combinations hardly recur: they are drawn one after another. One has more levels than a simplex is for. */
const many: RawTable = {
  rowCount: ROWS,
  columns: [
    ...numbers.columns.slice(0, 2),
    ...[14, 13, 9].map((levels, k) => ({
      name: `c${k}`,
      source: 'text' as const,
      values: text((i) => `l${(i * (k + 3) + (i >> 2)) % levels}`)
    }))
  ]
}

/** Gaps in numbers, dates and categories, and a column that follows from another. */
const gapped: RawTable = {
  rowCount: ROWS,
  columns: [
    ...mixed.columns.slice(1, 5),
    { name: 'x0', source: 'text', values: text((i) => (i % 7 === 2 ? null : column(0)[i]!.toFixed(2))) },
    { name: 'total', source: 'text', values: text((i) => (i % 9 === 2 ? null : (2 * Number(column(0)[i]!.toFixed(2))).toFixed(2))) }
  ]
}

/** More columns than a diffusion map compares rows by: components stand before it. */
const wide: RawTable = {
  rowCount: ROWS,
  columns: Array.from({ length: 66 }, (_, k) => ({
    name: `p${k}`,
    source: 'number' as const,
    values: Float64Array.from(
      { length: ROWS },
      (_, i) => noise[i * 8 + 1]! * Math.sin(k / 9) + noise[i * 8 + 2]! * Math.cos(k / 5) + 0.1 * noise[(i * 8 + k * 37) % noise.length]!
    )
  }))
}

const series: RawTable = {
  rowCount: ROWS,
  columns: [
    numbers.columns[1]!,
    { name: 'month', source: 'text', values: text((i) => `${2000 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}-01`) },
    numbers.columns[2]!
  ]
}

/** A year that comes back, in months of which some are missing. */
const yearly: RawTable = {
  rowCount: ROWS,
  columns: [
    { name: 'month', source: 'text', values: text((i) => new Date(Date.UTC(2000, i + (i > 30 ? 2 : 0))).toISOString().slice(0, 10)) },
    {
      name: 'x',
      source: 'number',
      values: Float64Array.from({ length: ROWS }, (_, i) => 5 * Math.sin((i + (i > 30 ? 2 : 0)) / 1.9098593) + 0.1 * noise[i]!)
    }
  ]
}

/** Three snapshots of particles. */
const months = { name: 'month', source: 'text' as const, values: text((i) => `2000-0${1 + (i % 3)}-01`) }

const key = keyFromSeed(1)
const quick = { bandwidth: 0.5, scaling: 'standard' } as const
/** Months, ends that come after them, and a sum. */
const ruledSeries: RawTable = {
  rowCount: ROWS,
  columns: [
    ...series.columns,
    { name: 'end', source: 'text', values: text((i) => new Date(Date.UTC(2000, i, 3 + (i % 5))).toISOString().slice(0, 10)) },
    { name: 'sum', source: 'number', values: column(1).map((x, i) => x + column(2)[i]!) }
  ]
}

/** Two series in one table. */
const severalSeries: RawTable = {
  rowCount: 2 * series.rowCount,
  columns: [
    {
      name: 'side',
      source: 'text',
      values: Array.from({ length: 2 * series.rowCount }, (_, i) => (i < series.rowCount ? 'left' : 'right'))
    },
    ...takeRawRows(
      series,
      Array.from({ length: 2 * series.rowCount }, (_, i) => i % series.rowCount)
    ).columns
  ]
}

const prepared = (raw: RawTable) => prepareTable(raw, {}).data

/** A model of every kind and of the shapes that differ in what a file says. */
async function modelFiles(engine: Engine): Promise<Readonly<Record<string, Uint8Array>>> {
  const global = async (job: Parameters<typeof fitTable>[1]) => saveGlobal(await fitTable(mixed, job, { engine }))
  const local = async (options: Parameters<typeof fitLocal>[1]) => saveLocal(await fitLocal(prepared(numbers), options, { engine, key }))
  const latent = async (raw: RawTable, name: string) =>
    saveLatentTable(await fitLatentTable(raw, { latent: name, bandwidth: 0.5 }, { engine }))
  const window = { local: { kind: 'window', radius: 1 }, ...quick } as const
  const latentLocal = await fitLatentLocal(numbers, { latent: 'pca:3', local: { kind: 'auto' } }, { engine })
  const forecast = async (options: Parameters<typeof fitForecast>[1]) =>
    saveForecast(await fitForecast(prepared(options.season ? yearly : options.rule ? ruledSeries : series), options, { engine, key }))
  const trajectories = async (options: object) => {
    const input = { rowCount: ROWS, columns: [...numbers.columns.slice(1, 3), months] }
    const model = await fitModel(SYSTEMS.snapshots, { input, options: { time: 'month', rounds: 1, ...options } }, { engine })
    return saved(model)
  }
  const table = async (input: RawTable, options: TableFit) => saved(await fitModel(SYSTEMS.tables, { input, options }, { engine }))
  const rule = ['total = qty * price', 'size = qty >= 7', 'until >= from']
  const contents: Record<string, ModelContents> = {
    panel: await table(visits, { group: 'who', time: 'visit', bandwidth: 0.5 }),
    stretch: await table(daily, { time: 'day' }),
    'rules before all columns': await table(ruledTable, { ...quick, rule }),
    'rules before a codec': await table(ruledTable, { latent: 'pca:2', bandwidth: 0.5, rule }),
    global: await global({ ...quick, weights: 'weight', types: { code: 'category' } }),
    'global, by search': await global({ kernel: 'variable', types: { code: 'category' } }),
    'global, many categories': saveGlobal(await fitTable(many, quick, { engine })),
    'local, ordered': await local(window),
    'local, simultaneous': await local({ ...window, sweep: 'simultaneous' }),
    'local, of classes': saveClasses(await fitClasses(prepared(classed), window, { engine, key })),
    'local, learned': await local({ local: { kind: 'auto' } }),
    'latent, pca': await latent(withGroup, 'pca:2'),
    'latent, diffusion map': await latent(numbers, 'diffusion-map:2'),
    'latent, diffusion map behind components': await latent(wide, 'diffusion-map:1'),
    'latent, autoencoder': await latent(numbers, 'autoencoder:2'),
    'latent-local': saveLatentLocal(latentLocal),
    embedding: saveEmbedding((await embedTable(withGroup, { dimension: 2, scaling: 'quantile' }, { engine })).model),
    forecast: await forecast({ memory: 2, time: 'month' }),
    'forecast, local': await forecast({ local: { kind: 'window', radius: 1 }, time: 'month' }),
    'forecast, with rules': await forecast({ memory: 1, time: 'month', rule: ['sum = x1 + x2', 'end >= month'] }),
    'forecast, with a season': await forecast({ season: 'auto', time: 'month' }),
    'forecast, several series': saved(
      await fitModel(SYSTEMS.series, { input: severalSeries, options: { group: 'side', time: 'month' } }, { engine })
    ),
    trajectories: await trajectories({ reference: 'linear', intervals: 'none', holdOut: ['2000-02-01'] }),
    'trajectories, a smooth field': await trajectories({ reference: 'gradient', frequencies: 2, lengthScale: 1, amplitude: 1 }),
    'trajectories, without a drift': await trajectories({ reference: 'brownian' }),
    bridge: saved(await fitModel(SYSTEMS.bridge, { input: mixed, options: { to: mixed, bandwidth: 0.3 } }, { engine })),
    density: saved(await fitModel(SYSTEMS.density, { input: gapped, options: {} }, { engine })),
    imputation: saved(await fitModel(SYSTEMS.imputation, { input: gapped, options: { rule: 'total = 2 * x0' } }, { engine }))
  }
  return Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, packModel(content)]))
}

/** A few rows of every system, as its verb draws them. */
const REQUESTS: Readonly<Record<SystemName, (model: never) => object>> = {
  tables: () => ({ rows: DRAWN }),
  series: () => ({ rows: 2, steps: 3 }),
  snapshots: () => ({ rows: 2, between: 1 }),
  bridge: () => ({ rows: DRAWN, at: [0.25, 0.75] }),
  embedding(model: EmbeddingModel) {
    const k = model.map.eigenvalues.length
    return { lift: coordinateTable(matrix(DRAWN, k, normals(key, DRAWN * k)), model, 'typed') }
  },
  density: () => ({ score: gapped, gradient: true, denoise: true }),
  imputation: () => ({
    fill: takeRawRows(
      gapped,
      Array.from({ length: 2 * DRAWN }, (_, i) => i)
    )
  })
}

type Verdict = { readonly complaint?: string | undefined; readonly refused: boolean }

/** What came of drawing: `InputError` is a refusal here, and only here. */
async function drawn(contents: ModelContents, engine: Engine): Promise<Verdict> {
  const system = systemFor(contents)
  const context = { engine, host: { networks: fileNetworks } }
  const model = await system.load(contents, context)
  try {
    return { complaint: await complaintOn(system, model, context), refused: false }
  } catch (error) {
    if (error instanceof InputError) return { refused: true }
    throw error
  }
}

/** What is wrong with rows, or undefined. */
async function complaintOn(system: AnySystem, model: Model, context: SystemContext): Promise<string | undefined> {
  const name = (Object.keys(SYSTEMS) as SystemName[]).find((one) => SYSTEMS[one] === system)!
  const answer = await drawModel(system, { model, request: REQUESTS[name](model as never) }, context)
  if ('table' in answer) {
    for (const column of (answer.table as Table).columns) {
      if (isNumeric(column)) {
        const bad = column.values.findIndex((x, i) => !column.missing?.[i] && !Number.isFinite(x))
        if (bad >= 0) return `${column.values[bad]} in ${column.name}`
      } else if ('codes' in column) {
        const bad = column.codes.find((code) => code < -1 || code >= column.levels.length)
        if (bad !== undefined) return `level ${bad} of ${column.levels.length} in ${column.name}`
      }
    }
  }
  for (const as of ['text', 'typed'] as const) {
    for (const { name: column, values } of system.present(model, answer, as).columns) {
      if (Array.from<unknown>(values).some((cell) => cell === undefined || cell === 'NaN' || Number.isNaN(cell)))
        return `a cell of ${column} that is none`
    }
  }
  return undefined
}

/** What is wrong with how a file is read, or undefined; whether it was refused. */
async function examine(bytes: Uint8Array, engine: Engine): Promise<Verdict> {
  try {
    const contents = unpackModel(bytes)
    const facts = await modelFacts(contents)
    JSON.stringify(facts)
    if (/undefined|\[object/.test(factsText(facts))) return { complaint: `info says:\n${factsText(facts)}`, refused: false }
    return await drawn(contents, engine)
  } catch (error) {
    if (error instanceof FormatError) return { refused: true }
    return { complaint: error instanceof Error ? error.stack : String(error), refused: false }
  }
}

async function fuzz({ at, seeds = 0, milliseconds = 0 }: FuzzOrder): Promise<FuzzReport> {
  const engines = await Promise.all((['float64', 'float32'] as const).map((precision) => createEngine('wasm', { precision, threads: 1 })))
  const files = await modelFiles(engines[0]!)
  const models = Object.keys(files)
  parentPort!.postMessage({ begins: models })
  const failures: string[] = []
  let [tried, refused] = [0, 0]
  const start = performance.now()
  for (const [m, name] of models.entries()) {
    const whole = await examine(files[name]!, engines[0]!)
    if (whole.refused || whole.complaint) failures.push(`${name} itself: ${whole.complaint ?? 'refused'}`)
    Atomics.store(at, 0, m)
  }
  for (let seed = 0; seed < seeds || performance.now() - start < milliseconds; seed++) {
    for (const [m, name] of models.entries()) {
      Atomics.store(at, 0, m)
      Atomics.store(at, 1, seed)
      const result = await examine(mutantOf(files[name]!, seed), engines[seed % 4 === 3 ? 1 : 0]!)
      tried++
      if (result.refused) refused++
      if (result.complaint) failures.push(`${name}, seed ${seed}: ${result.complaint}`)
    }
  }
  await Promise.all(engines.map((engine) => engine.close()))
  return { models, tried, refused, failures }
}

parentPort!.postMessage(await fuzz(workerData as FuzzOrder))
