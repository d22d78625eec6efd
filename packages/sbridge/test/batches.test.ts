// @module-tag slow
import type { TableFit } from '@sbridge/core'
import { type Pair, takeRows } from '@sbridge/core/internal'
import { cloud, type Engine, type Matrix, matrix, ReferenceEngine } from '@sbridge/core/kernels'
import type { RawTable } from '@sbridge/core/tables'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BATCH_ROWS } from '../../core/src/draw/batch-rows.js'
import { createEngine } from '../src/host/node.js'
import { fit, type SampleOptions, sample } from '../src/library.js'
import { columns, ROWS, standard, table, words } from './small-tables.js'

// What holds for batches of any size; `landmarks.test.ts` takes whole ones.
const BATCH = BATCH_ROWS

/** The same engine, its queries cut into pieces of some rows; a draw then knows its chains. */
function cut(engine: Engine, length: number): Engine {
  const pieces = async <T>({ from, to, kernel }: Pair, run: (pair: Pair, rows: Uint32Array) => Promise<T>): Promise<T[]> => {
    const parts: T[] = []
    for (let first = 0; first < from.points.rows; first += length) {
      const rows = Uint32Array.from({ length: Math.min(length, from.points.rows - first) }, (_, k) => first + k)
      const own = kernel.kind === 'variable' ? { ...kernel, fromWidth: kernel.fromWidth.subarray(first, first + rows.length) } : kernel
      parts.push(await run({ from: cloud(takeRows(from.points, rows)), to, kernel: own }, rows))
    }
    return parts
  }
  const joined = (parts: readonly Float64Array[]) => Float64Array.from(parts.flatMap((part) => [...part]))
  const rowsOf = (parts: readonly Matrix[]) =>
    matrix(
      parts.reduce((sum, part) => sum + part.rows, 0),
      parts[0]!.cols,
      joined(parts.map((part) => part.data))
    )
  const chainsOf = (rows: Uint32Array, chains?: Uint32Array) => (chains ? rows.map((row) => chains[row]!) : rows)
  return {
    name: engine.name,
    logSum: async (pair, log) => joined(await pieces(pair, (part) => engine.logSum(part, log))),
    mean: async (pair, log, values) => rowsOf(await pieces(pair, (part) => engine.mean(part, log, values))),
    async draw(pair, log, values, { key, chains }) {
      const parts = await pieces(pair, (part, rows) => engine.draw(part, log, values, { key, chains: chainsOf(rows, chains) }))
      return {
        mean: rowsOf(parts.map((part) => part.mean)),
        noise: rowsOf(parts.map((part) => part.noise)),
        logSum: joined(parts.map((part) => part.logSum)),
        effectiveCount: joined(parts.map((part) => part.effectiveCount))
      }
    },
    async moments(pair, log, values) {
      const parts = await pieces(pair, (part) => engine.moments(part, log, values))
      return {
        mean: rowsOf(parts.map((part) => part.mean)),
        covariance: rowsOf(parts.map((part) => part.covariance)),
        logSum: joined(parts.map((part) => part.logSum)),
        effectiveCount: joined(parts.map((part) => part.effectiveCount))
      }
    },
    async pick(pair, log, { key, chains }) {
      const parts = await pieces(pair, (part, rows) => engine.pick(part, log, { key, chains: chainsOf(rows, chains) }))
      return Uint32Array.from(parts.flatMap((part) => [...part]))
    },
    nearest: (pair, count) => engine.nearest(pair, count),
    close: () => engine.close()
  }
}

describe('a whole batch is the same rows whatever their number, the threads, and how calls are cut', () => {
  let engines: readonly Engine[]
  beforeAll(async () => {
    const [one, two] = await Promise.all([1, 2].map((threads) => createEngine('wasm', { threads })))
    engines = [one!, two!, cut(one!, 99)]
  })
  afterAll(async () => {
    for (const engine of engines.slice(0, 2)) await engine.close()
  })

  it.each<[string, RawTable, TableFit, SampleOptions]>([
    ['numbers', table(...columns(2)), standard, {}],
    ['a bandwidth that varies', table(...columns(1)), { ...standard, kernel: 'variable' }, { noise: 'split', start: 'noise' }],
    ['categories together', table(words('a', 3), ...columns(1)), standard, {}],
    ['categories in turn', table(words('a', 9), words('b', 9), ...columns(1)), standard, {}],
    ['a field, one after another', table(...columns(3)), { ...standard, local: 'window:1' }, {}],
    ['a field, all at once', table(...columns(3)), { ...standard, local: 'window:1', sweep: 'simultaneous' }, {}],
    ['a codec', table(...columns(3)), { latent: 'pca:2', bandwidth: 0.3 }, {}],
    [
      'a codec, by bridges',
      table(words('a', 2), ...columns(2)),
      { latent: 'pca:1', bandwidth: 0.3 },
      { dynamics: 'bridge', start: 'noise' }
    ],
    ['a condition', table(...columns(2)), { ...standard, bandwidth: 0.5 }, { given: 'x0=0.5', ridge: 0.01 }],
    ['conditions', table(words('a', 3), ...columns(1)), standard, { given: [{ a: 'a0' }, { a: 'a1' }] }],
    ['an observation', table(...columns(2)), { ...standard, bandwidth: 0.5 }, { observe: 'x0 + x1 = 0.5 ± 0.5', steps: 2 }],
    ['a condition through a decoder', table(...columns(2)), { latent: 'pca:1', bandwidth: 0.3 }, { given: 'x0=0.5' }],
    ['an interval in a field', table(...columns(2)), { ...standard, local: 'window:1' }, { given: 'x1=0..1' }],
    ['a codec and a field', table(...columns(3)), { latent: 'pca:2', local: 'window:1', bandwidth: 0.3 }, {}]
  ])('%s', async (name, data, fits, draws) => {
    const model = await fit(data, { ...fits, seed: 5, engine: engines[0]! })
    const drawn: RawTable[] = []
    // Engines in turn, and of numbers a third batch: a batch is drawn as it is, whatever the model; conditions cost most.
    const third = name === 'numbers' ? 2 * BATCH + 1 : BATCH + 60
    const counts = draws.given || draws.observe ? [BATCH, BATCH + 50] : [BATCH, BATCH + 50, third]
    for (const [k, rows] of counts.entries())
      drawn.push(await sample(model, { steps: 1, ...draws, rows, seed: 6, engine: engines[k]!, cells: 'typed' }))
    const cells = (of: RawTable, from: number, to: number) => of.columns.map(({ values }) => [...values].slice(from, to))
    const conditions = Array.isArray(draws.given) ? draws.given.length : 1
    const first = (of: RawTable, k: number) => cells(of, (k * of.rowCount) / conditions, (k * of.rowCount) / conditions + BATCH)
    for (const more of drawn.slice(1)) for (let k = 0; k < conditions; k++) expect(first(more, k)).toStrictEqual(first(drawn[0]!, k))
    // Another batch is other rows.
    const last = drawn[drawn.length - 1]!
    const more = Math.min(BATCH, last.rowCount / conditions - BATCH)
    expect(cells(last, BATCH, BATCH + more)).not.toStrictEqual(cells(last, 0, more))
    expect(drawn.map(({ rowCount }) => rowCount)).toStrictEqual(counts.map((rows) => conditions * rows))
  })
})

describe('groups', () => {
  it('are the same rows whatever the threads and however calls are cut', async () => {
    const [one, two] = await Promise.all([1, 2].map((threads) => createEngine('wasm', { threads })))
    const who = { name: 'who', source: 'text' as const, values: Array.from({ length: ROWS }, (_, i) => `p${i >> 2}`) }
    const visit = { name: 'visit', source: 'number' as const, values: Float64Array.from({ length: ROWS }, (_, i) => i % 4) }
    const input = table(who, visit, words('mood', 3), ...columns(2))
    const drawn: RawTable[] = []
    for (const engine of [one!, two!, cut(one!, 7)]) {
      const model = await fit(input, { group: 'who', time: 'visit', bandwidth: 0.5, seed: 5, engine: one! })
      drawn.push(await sample(model, { groups: 200, seed: 6, engine, cells: 'typed' }))
    }
    for (const more of drawn.slice(1)) expect(more).toStrictEqual(drawn[0])
    expect(drawn[0]!.rowCount).toBe(800)
    await Promise.all([one!.close(), two!.close()])
  })
})

describe('conditions in company', () => {
  const engine = new ReferenceEngine()
  it.each<[string, TableFit]>([
    ['all columns', standard],
    ['a field', { ...standard, local: 'window:1' }],
    ['a codec', { latent: 'pca:2', bandwidth: 0.3 }],
    ['a codec and a field', { latent: 'pca:2', local: 'window:1', bandwidth: 0.3 }]
  ])('each of a list has the rows that it has alone, wherever it stands; of equal ones the second has others: %s', async (_, fits) => {
    const model = await fit(table(...columns(3)), { ...fits, seed: 5, engine })
    const rows = 60
    const ask = async (...given: { x0: number }[]) => {
      const drawn = await sample(model, { given, rows, seed: 6, engine, cells: 'typed' })
      return given.map((_condition, k) =>
        drawn.columns.map(({ values }) => Array.from(values as Float64Array).slice(k * rows, (k + 1) * rows))
      )
    }
    const [[alone], [other], both, turned, twice] = [
      await ask({ x0: 0.5 }),
      await ask({ x0: -0.5 }),
      await ask({ x0: 0.5 }, { x0: -0.5 }),
      await ask({ x0: -0.5 }, { x0: 0.5 }),
      await ask({ x0: 0.5 }, { x0: 0.5 })
    ]
    expect(both).toStrictEqual([alone, other])
    expect(turned).toStrictEqual([other, alone])
    expect(twice[0]).toStrictEqual(alone)
    expect(twice[1]).not.toStrictEqual(alone)
    const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x / rows, 0)
    // Two means of 60 rows of spread 0.6: 0.11.
    expect(Math.abs(mean(twice[1]![1]!) - mean(alone![1]!))).toBeLessThan(0.45)
  })
})
