import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import { inferTable } from '../../table/infer.js'
import { isCategorical, isNumeric, type Table } from '../../table/table.js'
import { type ConditionalRequest, sampleConditional } from './condition-sample.js'
import { fitGlobal, type GlobalModel } from './model.js'
import { samplePosterior } from './posterior.js'
import { sampleGlobal } from './sample.js'

const key = keyFromSeed(31)
const M = 700
const DRAWN = 400
let engine: Engine
let model: GlobalModel
let plain: Table

// Four categories that have nothing to do with each other: 15 of 700 rows are late and paid by bill. Of a cost that goes by the size.
const dice = (label: string) => Array.from(uniforms(keyFor(key, label), M))
const pick = (label: string, levels: readonly string[], shares: readonly number[]) =>
  dice(label).map((u) => levels[shares.findIndex((_, k) => u < shares.slice(0, k + 1).reduce((a, b) => a + b, 0))]!)
const SIZES = [0.5, 0.3, 0.2]
const late = pick('late', ['yes', 'no'], [0.12, 0.88])
const paid = pick('paid', ['bill', 'card', 'cash'], [0.15, 0.5, 0.35])
const size = pick('size', ['s', 'm', 'l'], SIZES)
const town = pick('town', ['a', 'b', 'c', 'd', 'e'], [0.3, 0.25, 0.2, 0.15, 0.1])
const noise = normals(keyFor(key, 'noise'), 2 * M)
const cost = Float64Array.from(size, (one, i) => ({ s: 10, m: 20, l: 40 })[one]! + 2 * noise[i]!)
const days = Float64Array.from(cost, (x, i) => 0.2 * x + noise[M + i]!)
const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
const raw = {
  rowCount: M,
  columns: [
    text('late', late),
    text('paid', paid),
    text('size', size),
    text('town', town),
    { name: 'cost', source: 'number' as const, values: cost },
    { name: 'days', source: 'number' as const, values: days }
  ]
}

beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  model = await fitGlobal(inferTable(raw), { scaling: 'standard', bandwidth: 0.2 }, { engine, key })
  plain = await sampleGlobal(model, { count: 6000 }, { engine, key: keyFor(key, 'other') })
})

const draw = (given: ConditionalRequest['given'], rows = DRAWN, request: Partial<ConditionalRequest> = {}) =>
  sampleConditional(model, { given, rows, ...request }, { engine, key })
const words = ({ columns }: Table, name: string): string[] => {
  const found = columns.find((column) => column.name === name)!
  if (!isCategorical(found)) throw new Error(name)
  return Array.from(found.codes, (code) => found.levels[code]!)
}
const numbers = ({ columns }: Table, name: string): Float64Array => {
  const found = columns.find((column) => column.name === name)!
  if (!isNumeric(found)) throw new Error(name)
  return found.values
}
/** Of rows, those that a condition speaks of. */
const rowsWhere = (rows: Table, fits: (i: number) => boolean) => Array.from({ length: rows.rowCount }, (_, i) => i).filter(fits)
/** Share of each level among some rows. */
const sharesOf = (rows: Table, name: string, some: readonly number[]) => {
  const all = words(rows, name)
  return [...new Set(town), ...new Set(size)].map((level) => some.filter((i) => all[i] === level).length / some.length)
}
/** Four standard errors of the difference of two means: once in 15,000 draws. */
const near = (deviation: number, count: number) => 4 * deviation * Math.sqrt(1 / DRAWN + 1 / count)

describe('rows that agree', () => {
  it('have the law of plain rows of few that have two categories, not that of these few', async () => {
    const { table, report } = await draw({ late: 'yes', paid: 'bill' })
    const [isLate, by] = [words(plain, 'late'), words(plain, 'paid')]
    const inside = rowsWhere(plain, (i) => isLate[i] === 'yes' && by[i] === 'bill')
    const matching = Array.from({ length: M }, (_, i) => i).filter((i) => late[i] === 'yes' && paid[i] === 'bill')
    expect(report.conditions[0]!.matchingRows).toBe(matching.length)
    expect([new Set(words(table, 'late')), new Set(words(table, 'paid'))]).toEqual([new Set(['yes']), new Set(['bill'])])
    for (const name of ['size', 'town']) {
      const [own, all] = [sharesOf(table, name, [...words(table, name).keys()]), sharesOf(plain, name, inside)]
      for (const [k, share] of all.entries()) {
        // A level that hardly occurs has no standard error to speak of.
        const spread = Math.sqrt(Math.max(share * (1 - share), 0.01))
        expect(Math.abs(own[k]! - share)).toBeLessThan(near(spread, inside.length))
      }
    }
  })

  it('have that of plain rows within an interval', async () => {
    const { table } = await draw({ cost: '15..25', size: 's|m' })
    expect([...numbers(table, 'cost')].every((x) => x >= 15 && x <= 25)).toBe(true)
    const [costs, sizes, all] = [numbers(plain, 'cost'), words(plain, 'size'), numbers(plain, 'days')]
    const inside = rowsWhere(plain, (i) => costs[i]! >= 15 && costs[i]! <= 25 && sizes[i] !== 'l').map((i) => all[i]!)
    const centre = mean(inside)
    const deviation = Math.sqrt(mean(inside.map((x) => (x - centre) ** 2)))
    expect(Math.abs(mean(numbers(table, 'days')) - centre)).toBeLessThan(near(deviation, inside.length))
  })

  it('of few that are too rare are drawn by chains, as where a bandwidth is asked for', async () => {
    const rare = await draw({ late: 'yes', paid: 'bill', size: 'l', town: 'e' }, 20)
    expect([rare.report.steps, new Set(words(rare.table, 'town'))]).toEqual([10, new Set(['e'])])
    const [plain, asked] = [await draw({ size: 'l' }, 20), await draw({ size: 'l' }, 20, { epsilon: 0.2 })]
    expect([plain.report.steps, asked.report.steps]).toEqual([20, 10])
  })
})

it('numbers that are observed with noise keep to the categories that have them', async () => {
  const request = { observe: ['cost = 40 ± 2'], rows: DRAWN }
  const { table, report } = await samplePosterior(model, request, { engine, key })
  // cost and its observation: 40 is ten deviations from the others.
  expect(words(table, 'size').filter((one) => one !== 'l').length / DRAWN).toBeLessThan(0.02)
  // The product of two laws of deviation 2 about 40; four standard errors and what the kernel blurs.
  expect(Math.abs(mean(numbers(table, 'cost')) - 40)).toBeLessThan(4 * Math.sqrt(2 / DRAWN) + 0.15)
  expect(report.powers).toEqual([1])
})
