import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packModel, SYSTEMS, type TableFit, type TableModel, type TableRequest, unpackModel } from '@sbridge/core'
import type { Engine } from '@sbridge/core/kernels'
import type { RawTable } from '@sbridge/core/tables'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BATCH_ROWS } from '../../../core/src/draw/batch-rows.js'
import { columns, ROWS, standard, table, words } from '../../test/small-tables.js'
import { host } from '../cli/options.js'
import { createEngine } from '../host/node.js'
import { fit } from '../library.js'
import { batchesIn, drawMerged, drawShard } from './draw.js'
import { planned, type ShardPlan } from './plan.js'
import { completeResults, resultsIn, writeResult } from './results.js'

const { tables } = SYSTEMS
// What holds for batches of any size.
const BATCH = BATCH_ROWS
const keys: RawTable['columns'][number] = {
  name: 'id',
  source: 'text',
  values: Array.from({ length: ROWS }, (_, i) => `A-${7 * i + 100000}`)
}

const onBoth: TableRequest = { given: [{ x0: 0.5 }, { x1: -0.5 }], rows: 50 }
const [x0, x1] = columns(2).map(({ values }) => values as Float64Array)
const summed = table(...columns(2), { name: 's', source: 'number', values: x0!.map((x, i) => x + x1![i]!) })
/** Pairs of rows. */
const inGroups = table({ name: 'g', source: 'text', values: Array.from({ length: ROWS }, (_, i) => `g${i >> 1}`) }, ...columns(1))

describe('shards put together are the rows of one machine', { tags: ['slow'] }, () => {
  let engine: Engine
  const folder = mkdtempSync(join(tmpdir(), 'sbridge-shards-'))
  beforeAll(async () => {
    engine = await createEngine('wasm', { threads: 1 })
  })
  afterAll(async () => {
    await engine.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Draws every shard with the model as a file gives it, the last first, and puts them together. */
  async function inShards(name: string, model: TableModel, request: ShardPlan['request'], shards: number) {
    const about = { input: name, model: '', engine: 'wasm', precision: 'float64', output: '-', rows: 0 } as const
    const batches = await batchesIn('sample', { model, request }, { engine, host })
    const plan = planned({ verb: 'sample', ...about, ...{ request, batches, shards } })
    const results = mkdtempSync(join(folder, 'results-'))
    const load = () => tables.load(unpackModel(packModel(tables.save(model))), { engine, host })
    const asked = async () => ({ model: await load(), request })
    for (let shard = shards; shard >= 1; shard--)
      await writeResult(results, shard, { bytes: await drawShard(await asked(), { plan, shard }, { engine, host }), seconds: 1 })
    const complete = completeResults(plan, await resultsIn(results))
    const at = { plan, folder: results, results: complete }
    return { model: await load(), drawn: await drawMerged<'sample'>(await asked(), at, { engine, host }) }
  }

  it.each<[string, RawTable, TableFit, TableRequest]>([
    ['numbers', table(...columns(2)), standard, {}],
    ['a bandwidth that varies', table(...columns(1)), { ...standard, kernel: 'variable' }, { noise: 'split', start: 'noise' }],
    ['keys', table(keys, ...columns(1)), standard, {}],
    ['categories together', table(words('a', 3), ...columns(1)), standard, {}],
    ['categories in turn', table(words('a', 9), words('b', 9), ...columns(1)), standard, {}],
    ['a field', table(...columns(3)), { ...standard, local: 'window:1' }, {}],
    ['fields of classes', table(words('a', 2), ...columns(2)), { ...standard, local: 'window:1' }, {}],
    ['a codec', table(words('a', 2), ...columns(2)), { latent: 'pca:1', bandwidth: 0.3 }, {}],
    [
      'a codec, by bridges',
      table(words('a', 2), ...columns(2)),
      { latent: 'pca:1', bandwidth: 0.3 },
      { dynamics: 'bridge', start: 'noise' }
    ],
    ['a codec and a field', table(...columns(3)), { latent: 'pca:2', local: 'window:1', bandwidth: 0.3 }, {}],
    ['a condition', table(...columns(2)), { ...standard, bandwidth: 0.5 }, { given: 'x0=0.5', ridge: 0.01 }],
    ['a category that is given', table(words('a', 3), ...columns(1)), standard, { given: 'a=a0' }],
    ['an observation', table(...columns(2)), { ...standard, bandwidth: 0.5 }, { observe: 'x0 + x1 = 0.5 ± 0.5', steps: 2 }],
    ['a condition through a decoder', table(...columns(2)), { latent: 'pca:1', bandwidth: 0.3 }, { given: 'x0=0.5' }],
    ['an interval in a field', table(...columns(2)), { ...standard, local: 'window:1' }, { given: 'x1=0..1' }],
    ['a condition on classes', table(words('a', 2), ...columns(2)), { ...standard, local: 'window:1' }, { given: 'x1=0..1' }],
    [
      'several conditions',
      table(...columns(2)),
      { ...standard, bandwidth: 0.5 },
      { given: [{ x0: 1 }, { x0: 0 }], rows: 600, ridge: 0.01 }
    ],
    ['conditions on several columns', table(words('a', 2), ...columns(2)), standard, { given: [{ x0: 1 }, { a: 'a0' }], rows: 50 }],
    ['several conditions in a field', table(...columns(2)), { ...standard, local: 'window:1' }, onBoth],
    ['several conditions on classes', table(words('a', 2), ...columns(2)), { ...standard, local: 'window:1' }, onBoth],
    ['several conditions through a decoder', table(...columns(2)), { latent: 'pca:1', bandwidth: 0.3 }, onBoth],
    ['several conditions that rules lead to', summed, { ...standard, bandwidth: 0.5 }, { given: [{ s: 1 }, { x0: 0.5 }], rows: 50 }],
    ['groups', inGroups, { ...standard, group: 'g' }, { rows: 2200 }]
  ])('%s', async (name, data, options, { given, observe, ...draws }) => {
    const fitted = await fit(data, { ...options, seed: 5, engine })
    // Two batches, and of the first table three: a batch is drawn as it is, whatever the model.
    const rows = draws.rows ?? (name === 'numbers' ? 2.5 * BATCH : BATCH + 40)
    const request = await tables.readRequest({ steps: 1, ...draws, ...(given ? { given } : {}), ...(observe ? { observe } : {}) }, host)
    const whole = { ...request, rows, seed: 6 }
    const expected = tables.present(fitted, await tables.draw(fitted, whole, { engine, host }), 'text')
    for (const shards of name === 'numbers' ? [1, 2, 3] : [2]) {
      const { model, drawn } = await inShards(name, fitted, JSON.parse(JSON.stringify(whole)) as ShardPlan['request'], shards)
      expect(tables.present(model, drawn, 'text'), `${shards} shards`).toStrictEqual(expected)
    }
  })
})

it('fills of gaps in shards are those of one machine', async () => {
  const engine = await createEngine('wasm', { threads: 1 })
  const folder = mkdtempSync(join(tmpdir(), 'sbridge-fills-'))
  const { imputation } = SYSTEMS
  const [x, y] = columns(2)
  const gaps = Uint8Array.from({ length: ROWS }, (_, i) => (i % 3 === 0 ? 1 : 0))
  const fill = table(words('a', 2), x!, { ...(y as typeof x & { source: 'number' }), missing: gaps } as never)
  const model = await imputation.fit(fill, { seed: 3 }, { engine, host })
  const request = { fill, draws: 3, flag: true, seed: 4 }
  const whole = await imputation.draw(model, request, { engine, host })
  const about = { input: '', model: '', engine: 'wasm', precision: 'float64', output: '-', rows: 0 } as const
  const batches = await batchesIn('impute', { model, request }, { engine, host })
  expect(batches).toBe(3)
  const { fill: _rows, ...data } = request
  const plan = planned({ verb: 'impute', ...about, request: data, batches, shards: 2 })
  for (const shard of [1, 2])
    await writeResult(folder, shard, { bytes: await drawShard({ model, request }, { plan, shard }, { engine, host }), seconds: 1 })
  const at = { plan, folder, results: completeResults(plan, await resultsIn(folder)) }
  const merged = await drawMerged<'impute'>({ model, request }, at, { engine, host })
  expect(imputation.present(model, merged, 'text')).toStrictEqual(imputation.present(model, whole, 'text'))
  expect(imputation.tell(model, { answer: merged, request })).toStrictEqual(imputation.tell(model, { answer: whole, request }))
  rmSync(folder, { recursive: true })
  await engine.close()
})
