import { describe, expect, it } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { drawModel } from '../../systems/system.js'
import type { DrawnRows } from '../../systems/table/options.js'
import { tables } from '../../systems/table/system.js'
import type { NumericColumn } from '../../table/table.js'
import { findFewRatios } from './few-ratios.js'
import { findRules } from './find.js'
import { quantitiesIn } from './found-once.js'

const ROWS = 300
const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(23), label), ROWS))
const boxes = dice('boxes').map((u) => 1 + Math.floor(40 * u))
const sizes = dice('size').map((u) => (u < 0.5 ? 6 : u < 0.8 ? 12 : 24))
const pieces = boxes.map((x, i) => x * sizes[i]!)
const weight = dice('weight').map((u) => Math.round(400 + 600 * u) / 10)
const few = (columns: Readonly<Record<string, readonly (number | null)[]>>) =>
  Object.fromEntries(findFewRatios(quantitiesIn(prepareRows(textTable(columns)).data)))

describe('few ratios between two numbers', () => {
  it('are those in which all rows that have it stand, as they are written', () => {
    expect(few({ boxes, pieces })).toEqual({ pieces: { of: 'boxes', factors: [6, 12, 24] } })
    expect(few({ boxes, pieces: pieces.map((x, i) => (i % 4 === 0 ? null : x)) })).toEqual({
      pieces: { of: 'boxes', factors: [6, 12, 24] }
    })
    const dose = weight.map((x, i) => Math.round(x * { 6: 1.5, 12: 2, 24: 7.5 }[sizes[i]!]!))
    expect(few({ weight, dose })).toEqual({ dose: { of: 'weight', factors: [1.5, 2, 7.5] } })
    const tip = weight.map((x, i) => Math.round(x * { 6: 0, 12: 0.125, 24: 0.2 }[sizes[i]!]! * 100) / 100)
    expect(few({ weight, tip })).toEqual({ tip: { of: 'weight', factors: [0, 0.125, 0.2] } })
  })

  it('are none where a row has its own, where ratios say where about it lies, and between small numbers in an order', () => {
    expect(few({ boxes, pieces: pieces.with(7, 7 * boxes[7]! + 1) })).toEqual({})
    const day = dice('day').map((u) => 1 + Math.floor(365 * u))
    expect(few({ day, month: day.map((x) => Math.ceil(x / 30.5)) })).toEqual({})
    const small = dice('small').map((u) => 1 + Math.floor(4 * u))
    expect(few({ small, larger: small.map((x, i) => x + Math.floor((6 - x) * dice('more')[i]!)) })).toEqual({})
    expect(few({ weight, other: dice('other').map((u) => Math.round(1000 * u) / 10) })).toEqual({})
  })

  it('are no order besides', () => {
    const { data } = prepareRows(textTable({ boxes, pieces, shipped: pieces.map((x, i) => Math.floor(x * dice('shipped')[i]!)) }))
    const rules = findRules(data)
    expect(rules.some(({ column }) => column === 'pieces' || column === 'boxes')).toBe(false)
    expect(rules).toContainEqual({ kind: 'limit', column: 'shipped', high: { kind: 'column', name: 'pieces' } })
  })
})

it('new rows have these ratios, as often as the data, from a model file and where the number is given too', async () => {
  const context = { engine: new ReferenceEngine() }
  const fitted = await tables.fit(textTable({ boxes, pieces, weight }), { bandwidth: 0.3, scaling: 'standard', seed: 3 }, context)
  const model = await tables.load(unpackModel(packModel(tables.save(fitted))), context)
  expect(tables.tell(model).notes).toContainEqual(expect.stringMatching(/^pieces: 6, 12 or 24 times boxes in all rows/))
  const { table } = (await drawModel(tables, { model, request: { rows: 400, seed: 4, steps: 2 } }, context)) as DrawnRows
  const at = (name: string) => (table.columns.find((one) => one.name === name) as NumericColumn).values
  const ratios = Array.from(at('pieces'), (x, i) => x / at('boxes')[i]!)
  expect(new Set(ratios)).toEqual(new Set([6, 12, 24]))
  // A share of a half of 400 rows has a standard deviation of 2.5 %.
  expect(Math.abs(ratios.filter((x) => x === 6).length / 400 - sizes.filter((x) => x === 6).length / ROWS)).toBeLessThan(0.1)
  const given = (await drawModel(tables, { model, request: { rows: 40, seed: 4, steps: 2, given: { pieces: 240 } } }, context)) as DrawnRows
  const own = (name: string) => (given.table.columns.find((one) => one.name === name) as NumericColumn).values
  expect(Array.from(own('boxes'), (x) => [6, 12, 24].includes(240 / x))).not.toContain(false)
})
