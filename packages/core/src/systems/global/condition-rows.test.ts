import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { isCategorical, isNumeric, type Table } from '../../table/table.js'
import { type ConditionalRequest, sampleConditional } from './condition-sample.js'
import { fitGlobal, type GlobalModel } from './model.js'
import { samplePosterior } from './posterior.js'

const key = keyFromSeed(21)
const ROWS = 600
const DRAWN = 500
let engine: Engine
let claims: GlobalModel
let swept: GlobalModel

/**
 * Claims: a kind of which one in a hundred is rare, a repair that is mostly zero, the more so for small claims, and a total
 * that is zero exactly where the repair is.
 */
function table(names: boolean): RawTable {
  const u = uniforms(keyFor(key, 'shares'), 3 * ROWS)
  const z = normals(keyFor(key, 'numbers'), 3 * ROWS)
  const speed = Float64Array.from({ length: ROWS }, (_, i) => z[i]!)
  const kind = Array.from({ length: ROWS }, (_, i) => (i < 5 ? 'rare' : u[i]! < 0.3 ? 'large' : 'small'))
  const costs = kind.map((k, i) => u[ROWS + i]! < (k === 'small' ? 0.1 : 0.4))
  const repair = Float64Array.from(costs, (c, i) => (c ? Math.exp(5 + z[ROWS + i]! + 0.5 * speed[i]!) : 0))
  const total = repair.map((x, i) => (x > 0 ? x * (1 + 0.2 * Math.abs(z[2 * ROWS + i]!)) : 0))
  // Makers in two lands, with more models than rows could speak of one by one.
  const model = Array.from({ length: ROWS }, (_, i) => Math.floor(200 * u[2 * ROWS + i]!))
  const columns: RawTable['columns'] = [
    { name: 'kind', source: 'text', values: kind },
    { name: 'speed', source: 'number', values: speed },
    { name: 'repair', source: 'number', values: repair },
    { name: 'total', source: 'number', values: total }
  ]
  if (!names) return { rowCount: ROWS, columns }
  return {
    rowCount: ROWS,
    columns: [
      ...columns,
      { name: 'land', source: 'text', values: model.map((m) => (m < 80 ? 'north' : 'south')) },
      { name: 'model', source: 'text', values: model.map((m) => `m${m}`) }
    ]
  }
}

const numbers = (drawn: Table, name: string): Float64Array => {
  const found = drawn.columns.find((c) => c.name === name)!
  if (!isNumeric(found)) throw new Error(name)
  return found.values
}
const words = (drawn: Table, name: string): string[] => {
  const found = drawn.columns.find((c) => c.name === name)!
  if (!isCategorical(found)) throw new Error(name)
  return Array.from(found.codes, (code) => found.levels[code]!)
}
const zeroShare = (values: ArrayLike<number>): number => Array.from(values).filter((x) => x === 0).length / values.length

const cell = (raw: RawTable, name: string, i: number) => raw.columns.find((c) => c.name === name)!.values[i] as never
const rowsWhere = (raw: RawTable, fits: (i: number) => boolean): number[] => Array.from({ length: raw.rowCount }, (_, i) => i).filter(fits)
/** Four standard errors of a share in `DRAWN` rows, and half a row: exceeded once in 15,000 draws. */
const within = (share: number): number => 4 * Math.sqrt(Math.max(share * (1 - share), 0.001) / DRAWN) + 0.5 / DRAWN

beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const options = { scaling: 'quantile', bandwidth: 0.2 } as const
  claims = await fitGlobal(inferTable(table(false)), options, { engine, key })
  swept = await fitGlobal(inferTable(table(true)), options, { engine, key })
})

const draw = (model: GlobalModel, given: ConditionalRequest['given'], epsilon = 0.2) =>
  sampleConditional(model, { given, rows: DRAWN, epsilon, ridge: 1e-3 }, { engine, key })

describe.each([
  ['whole combinations', () => claims, table(false)],
  ['swept categories', () => swept, table(true)]
] as const)('spikes under conditions, %s', (_, model, raw) => {
  const repairs = (fits: (i: number) => boolean) => rowsWhere(raw, fits).map((i) => cell(raw, 'repair', i) as number)
  const expectConsistent = (drawn: Table) => {
    const [repair, total] = [numbers(drawn, 'repair'), numbers(drawn, 'total')]
    repair.forEach((x, i) => {
      expect(x > 0).toBe(total[i]! > 0)
      // The least amounts are near e²: what is not zero is no blurred zero.
      if (x > 0) expect(x).toBeGreaterThan(1)
    })
  }

  it('a number on a spike keeps the rows on it: many support it, and what hangs on it is exact', async () => {
    const { table: drawn, report } = await draw(model(), { total: 0 })
    const matching = rowsWhere(raw, (i) => cell(raw, 'total', i) === 0)
    expect(numbers(drawn, 'total').every((x) => x === 0)).toBe(true)
    expect(numbers(drawn, 'repair').every((x) => x === 0)).toBe(true)
    const small = (list: readonly string[]) => list.filter((k) => k === 'small').length / list.length
    const share = small(matching.map((i) => cell(raw, 'kind', i)))
    expect(Math.abs(small(words(drawn, 'kind')) - share)).toBeLessThan(within(share))
    const [condition] = report.conditions
    expect(condition!.matchingRows).toBe(matching.length)
    expect(condition!.effectiveRows).toBeGreaterThan(3)
    expect(condition!.acceptance).toBeGreaterThan(0.9)
    expect(condition!.warnings).toEqual([])
  })

  it('an interval beside a spike leaves it out, one with it counts its rows', async () => {
    const beside = await draw(model(), { total: '1..' })
    expect(zeroShare(numbers(beside.table, 'total'))).toBe(0)
    expect(zeroShare(numbers(beside.table, 'repair'))).toBe(0)
    const both = await draw(model(), { total: '0..200' })
    const share = zeroShare(repairs((i) => (cell(raw, 'total', i) as number) <= 200))
    expect(Math.abs(zeroShare(numbers(both.table, 'total')) - share)).toBeLessThan(within(share))
    expectConsistent(both.table)
    expect([beside, both].flatMap(({ report }) => report.conditions[0]!.warnings)).toEqual([])
  })

  it('a number beside a spike has nothing of its rows', async () => {
    const { table: drawn, report } = await draw(model(), { total: 150 })
    const repair = numbers(drawn, 'repair')
    expect(zeroShare(repair)).toBe(0)
    expect(report.conditions[0]!.acceptance).toBeGreaterThan(0.6)
    // A repair is 1/1.2 of its total on average; kernels of this width see repairs from 60 to 250.
    const middle = [...repair].sort((a, b) => a - b)[DRAWN / 2]!
    expect(middle).toBeGreaterThan(80)
    expect(middle).toBeLessThan(200)
  })

  it.each(['large', 'small'])('free columns have the share of zeros of the rows: %s', async (kind) => {
    const { table: drawn, report } = await draw(model(), { kind })
    const share = zeroShare(repairs((i) => cell(raw, 'kind', i) === kind))
    expect(Math.abs(zeroShare(numbers(drawn, 'repair')) - share)).toBeLessThan(within(share))
    expectConsistent(drawn)
    expect(report.conditions[0]!.warnings).toEqual([])
  })

  it('given a continuous number the zeros of others stay exact', { tags: ['slow'] }, async () => {
    const { table: drawn } = await draw(model(), { speed: 0.3 })
    const near = repairs((i) => Math.abs((cell(raw, 'speed', i) as number) - 0.3) < 0.5)
    const share = zeroShare(near)
    // Beside the draw's error that of the rows near by.
    expect(Math.abs(zeroShare(numbers(drawn, 'repair')) - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / near.length))
    expectConsistent(drawn)
  })

  it('conditions of one file that match different rows come out in its order', { tags: ['slow'] }, async () => {
    const { table: drawn, report } = await draw(model(), [{ total: 0 }, { total: 150 }, { total: 0, kind: 'large' }, { total: 300 }])
    const total = numbers(drawn, 'total')
    for (const [k, value] of [0, 150, 0, 300].entries())
      expect(total.subarray(k * DRAWN, (k + 1) * DRAWN).every((x) => x === value)).toBe(true)
    expect(report.conditions.map(({ condition }) => condition)).toEqual(['total=0', 'total=150', 'total=0, kind=large', 'total=300'])
    expect(new Set(words(drawn, 'kind').slice(2 * DRAWN, 3 * DRAWN))).toEqual(new Set(['large']))
  })

  it('posteriors keep to the spikes of what is given, and draw exact ones', { tags: ['slow'] }, async () => {
    const context = { engine, key }
    const observed = await samplePosterior(model(), { observe: ['speed = 0.5 ± 0.5'], given: { total: 0 }, rows: DRAWN }, context)
    expect(numbers(observed.table, 'repair').every((x) => x === 0)).toBe(true)
    const free = await samplePosterior(model(), { observe: ['speed = 0.5 ± 0.5'], rows: DRAWN }, context)
    expectConsistent(free.table)
    // Weights of the rows under the likelihood: the share of zeros among about 350 of them.
    let [all, zeros] = [0, 0]
    for (const i of rowsWhere(raw, () => true)) {
      const w = Math.exp(-2 * ((cell(raw, 'speed', i) as number) - 0.5) ** 2)
      all += w
      if (cell(raw, 'repair', i) === 0) zeros += w
    }
    expect(Math.abs(zeroShare(numbers(free.table, 'repair')) - zeros / all)).toBeLessThan(0.09)
  })
})

describe('names beside what is known', () => {
  it('come from rows that have it, where rows have', { tags: ['slow'] }, async () => {
    const raw = table(true)
    const seen = new Set(rowsWhere(raw, () => true).map((i) => `${cell(raw, 'land', i)} ${cell(raw, 'model', i)}`))
    for (const given of [{ land: 'north' }, { model: 'm7' }, { land: 'south', total: 0 }]) {
      const { table: drawn } = await draw(swept, given)
      const [land, model] = [words(drawn, 'land'), words(drawn, 'model')]
      for (let i = 0; i < DRAWN; i++) expect(seen).toContain(`${land[i]} ${model[i]}`)
    }
  })

  it('few rows are named, whatever else a drawn row rests on', async () => {
    const raw = table(true)
    const count = (m: string) => rowsWhere(raw, (i) => cell(raw, 'model', i) === m).length
    const lone = Array.from({ length: 200 }, (_, m) => `m${m}`).find((m) => count(m) === 1)!
    const { report } = await draw(swept, { model: lone })
    expect(report.conditions[0]!.matchingRows).toBe(1)
    expect(report.conditions[0]!.warnings.map(({ name }) => name)).toEqual(['condition-few-rows'])
  })
})

describe('categories of which few rows have all', () => {
  const count = 150
  const names = ['a', 'b', 'c', 'd']
  const levels = uniforms(keyFor(key, 'effects'), names.length * count).map((u) => Math.floor(3 * u))
  const categories = names.map((name, f) => ({
    name,
    source: 'text' as const,
    values: Array.from({ length: count }, (_, i) => 'xyz'[levels[names.length * i + f]!]!)
  }))
  const givenLevels = (word: string) => Object.fromEntries(names.map((name, f) => [name, word[f]!]))
  const fitted = (value: Float64Array, scaling: 'standard' | 'quantile'): Promise<GlobalModel> => {
    const raw: RawTable = { rowCount: count, columns: [...categories, { name: 'value', source: 'number', values: value }] }
    return fitGlobal(inferTable(raw), { scaling, bandwidth: 1 }, { engine, key })
  }

  it('are regressed on: a number is drawn by the effects of each, and all conditions share their rows', async () => {
    const z = normals(keyFor(key, 'left'), count)
    const effect = (i: number) => names.reduce((sum, _, f) => sum + levels[names.length * i + f]! - 1, 0)
    const value = Float64Array.from({ length: count }, (_, i) => 10 + effect(i) + 0.3 * z[i]!)
    const { table: drawn, report } = await draw(await fitted(value, 'standard'), ['xxxx', 'xyzx', 'zzzz'].map(givenLevels), 128)
    expect(report.groups.map(({ conditions }) => conditions)).toEqual([3])
    for (const [k, exact] of [6, 9, 14].entries()) {
      const own = numbers(drawn, 'value').subarray(k * DRAWN, (k + 1) * DRAWN)
      const centre = own.reduce((sum, x) => sum + x / DRAWN, 0)
      expect(Math.abs(centre - exact)).toBeLessThan(0.3)
      expect(Math.sqrt(own.reduce((sum, x) => sum + (x - centre) ** 2 / DRAWN, 0))).toBeLessThan(0.45)
    }
  })

  it('say how many stand on a spike of what is drawn, as the rows of the level that tells have it', async () => {
    const u = uniforms(keyFor(key, 'spikes'), count)
    const z = normals(keyFor(key, 'left'), count)
    const value = Float64Array.from({ length: count }, (_, i) => (u[i]! < (levels[names.length * i] === 0 ? 0.9 : 0.1) ? 0 : 10 + z[i]!))
    const given = ['xxyz', 'xzzx', 'yxyz', 'zyxy'].map(givenLevels)
    const { table: drawn } = await draw(await fitted(value, 'quantile'), given, 128)
    for (const [k, exact] of [0.9, 0.9, 0.1, 0.1].entries())
      expect(Math.abs(zeroShare(numbers(drawn, 'value').subarray(k * DRAWN, (k + 1) * DRAWN)) - exact)).toBeLessThan(0.2)
  })
})
