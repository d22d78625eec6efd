import { describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { exp } from '../../num/elementary.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import { contextOf } from '../context.js'
import { scalingCandidates } from './choose-scaling.js'
import { isClear } from './contest-folds.js'
import { fitGlobal, settledBy } from './model.js'
import { sampleGlobal } from './sample.js'

test('the shape of a column is that of some of its rows, however many there are and whatever comes back in them', () => {
  const rowCount = 100_000
  const z = normals(keyFromSeed(8), rowCount)
  const u = uniforms(keyFromSeed(9), rowCount)
  const shapes = {
    normal: z,
    // Five values in turn, of which rows so many apart would show one.
    turns: z.map((_, i) => 10 + (i % 5) ** 2),
    logNormal: z.map((x) => exp(2 * x)),
    // Mostly whole numbers, and now and then a decimal.
    lumpy: z.map((x, i) => Math.round(20 * x) / (u[i]! < 0.9 ? 1 : 10))
  }
  const of = (rows: number) => {
    const columns = Object.entries(shapes).map(([name, values]) => ({ name, source: 'number' as const, values: values.slice(0, rows) }))
    return scalingCandidates({ ...inferTable({ columns, rowCount: rows }), fixed: {} })
  }
  expect(of(rowCount)).toEqual({ listed: ['turns', 'lumpy'], candidates: ['logNormal'], byClasses: [] })
  expect(of(rowCount)).toEqual(of(15_000))
})

test('peaks and tails that classes of rows make are none of a column; those that are there within classes are', () => {
  const rows = 600
  const draws = (name: string) => keyFor(keyFromSeed(3), name)
  const [x, e, t] = ['x', 'e', 't'].map((name) => normals(draws(name), rows))
  const [u, v] = ['u', 'v'].map((name) => uniforms(draws(name), rows))
  const place = (at: readonly number[], i: number) => at[u![i]! < 0.5 ? 0 : u![i]! < 0.9 ? 1 : 2]!
  const values = {
    // Normal in each class, of deviations 1.1, 1.1 and 2.1.
    byClass: x!.map((z, i) => place([1, -1, 2], i) * (z + place([0, 2, 5], i)) + 0.5 * e![i]!),
    peaks: t!.map((z, i) => (v![i]! < 0.5 ? -3 : 3) + 0.5 * z),
    even: v!,
    skew: e!.map((z) => exp(z)),
    // Most rows lie within a thousandth of what all do.
    scales: e!.map((z, i) => place([1, 2, 1000], i) + place([1, 1, 300], i) * z)
  }
  const level = { name: 'g', source: 'text' as const, values: Array.from(u!, (_, i) => place([0, 1, 2], i)).map((k) => 'ABC'[k]!) }
  const columns = Object.entries(values).map(([name, values]) => ({ name, source: 'number' as const, values }))
  const candidatesOf = (some: Parameters<typeof inferTable>[0]['columns']) =>
    scalingCandidates({ ...inferTable({ columns: some, rowCount: rows }), fixed: {} })
  // Held-out rows say whether ranks across the gaps between classes are worth it.
  expect(candidatesOf([level, ...columns])).toEqual({ listed: [], candidates: ['peaks', 'skew', 'scales'], byClasses: ['byClass'] })
  expect(candidatesOf(columns)).toEqual({ listed: [], candidates: ['byClass', 'peaks', 'skew', 'scales'], byClasses: [] })
})

describe('a contest of scalings', () => {
  test('ends where a lead is clear, and not where folds agree by luck or disagree', () => {
    // Of 100 rows held out and twice as many drawn an area scatters by 0.035 by chance alone.
    const of = (...leads: number[]) => isClear(leads, { heldOut: 100, folds: 5 })
    expect(of(0.2)).toBe(false)
    expect(of(0.1, 0.11)).toBe(true)
    expect(of(-0.1, -0.11)).toBe(true)
    // Two folds of 0.03 may become anything once three more are there; four folds leave one, which would have to be −0.12.
    expect(of(0.03, 0.03)).toBe(false)
    expect(of(0.03, 0.03, 0.03, 0.03)).toBe(true)
    expect(of(0.3, -0.05)).toBe(false)
  })

  test('finds the bandwidth that the model has by the scaling alone, and spares folds once one is far ahead', {
    tags: ['slow']
  }, async () => {
    const [a, b] = ['a', 'b'].map((name) => normals(keyFor(keyFromSeed(4), name), 300))
    // Log-normal: quantiles win by far.
    const values = { x: a!.map((z) => exp(4 * z)), y: a!.map((z, i) => exp(3 * z + 2 * b![i]!)) }
    const columns = Object.entries(values).map(([name, values]) => ({ name, source: 'number' as const, values }))
    const data = inferTable({ columns, rowCount: 300 })
    const folds = new Set<number>()
    const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
    const progress = ({ stage, done, total }: { readonly stage: string; readonly done: number; readonly total: number }) => {
      if (stage === 'choosing the scaling' && done < total) folds.add(done)
    }
    const model = await fitGlobal(data, {}, contextOf(1, { engine, progress }))
    expect(model.summary.scaling.methods).toEqual({ x: 'quantile', y: 'quantile' })
    const { standard, quantile } = model.summary.scaling.scores!
    expect(quantile).toBeLessThan(standard - 0.03)
    expect(folds.size).toBeLessThan(9)
    const alone = await fitGlobal(data, { scaling: 'quantile' }, contextOf(1, { engine }))
    expect(model.summary.bandwidth).toEqual(alone.summary.bandwidth)
    expect(model.potentials).toEqual(alone.potentials)
    // What it settled is no more searched for.
    const settled = await settledBy(model, engine)
    const again = await fitGlobal(data, { settled }, contextOf(1, { engine }))
    expect(again.summary.bandwidth ?? again.summary.scaling.scores).toBeUndefined()
    expect(again.summary.epsilon).toBeCloseTo(model.summary.epsilon, 12)
    expect(again.summary.scaling.methods).toEqual(model.summary.scaling.methods)
    const halved = inferTable({ columns: columns.map(({ values, ...rest }) => ({ ...rest, values: values.subarray(150) })), rowCount: 150 })
    const half = await fitGlobal(halved, { settled }, contextOf(1, { engine }))
    expect(half.summary.epsilon).toBeGreaterThan(model.summary.epsilon)
    await engine.close()
  })
})

test('half of the rows draw categories as all do, where these have settled it', async () => {
  const rowCount = 160
  const z = normals(keyFromSeed(6), rowCount)
  const dataOf = (rows: number) =>
    inferTable({
      columns: [
        { name: 'x', source: 'number' as const, values: z.slice(0, rows) },
        { name: 'g', source: 'text' as const, values: Array.from({ length: rows }, (_, i) => `l${i % 8}`) }
      ],
      rowCount: rows
    })
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const fit = (rows: number, options: Parameters<typeof fitGlobal>[1]) => fitGlobal(dataOf(rows), options, contextOf(1, { engine }))
  const model = await fit(rowCount, { scaling: 'standard' })
  const settled = await settledBy(model, engine)
  const halves = [await fit(80, { scaling: 'standard', settled }), await fit(80, { scaling: 'standard' })]
  expect([model, ...halves].map(({ summary }) => summary.categories)).toEqual(['combinations', 'combinations', 'sweep'])
  // And so they are drawn.
  const drawn = await Promise.all(halves.map((half) => sampleGlobal(half, { count: 40 }, contextOf(1, { engine }))))
  expect(drawn[0]!.columns).not.toEqual(drawn[1]!.columns)
  await engine.close()
})
