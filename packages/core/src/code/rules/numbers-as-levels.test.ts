import { beforeAll, describe, expect, it } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { drawModel, fitModel } from '../../systems/system.js'
import type { DrawnRows, TableModel, TableRequest } from '../../systems/table/options.js'
import { tables } from '../../systems/table/system.js'
import type { NumericColumn, Table } from '../../table/table.js'
import { findRules } from './find.js'
import { keepRules } from './keep.js'
import { parseRule } from './parse-rule.js'
import { breachOf } from './rows-of-rule.js'
import { ruleText } from './rule.js'
import { wholeRow } from './rule-row.js'

const ROWS = 300
const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(8), label), ROWS))
const of = <T>(label: string, all: readonly T[]) => dice(label).map((u) => all[Math.floor(u * all.length)]!)
const room = of('room', [101, 102, 103, 201, 202])
const nights = of('nights', [1, 2, 3, 4, 5, 7, 8, 10, 14])
const guests = of('guests', [1, 2, 3])
const price = room.map((r, i) => nights[i]! * ((r < 200 ? 80 : 110) + 10 * (guests[i]! - 1)))
const RULE =
  'price = 70 * nights * (1 - (P(room = 201) + P(room = 202))) + 100 * nights * (P(room = 201) + P(room = 202)) + 10 * nights * guests'
const raw = textTable({ room, nights, guests, price })
const { data } = prepareRows(raw)
const numbers = (table: Table, name: string) => Array.from((table.columns.find((one) => one.name === name) as NumericColumn).values)

describe('whole numbers of few values, in formulas', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await createWasmEngine({ precision: 'float32', relaxed: false, threads: 1 })
  })
  const fitted = async (from: typeof raw, rule: readonly string[] = []) =>
    (await fitModel(tables, { input: from, options: { seed: 3, rule } }, { engine })) as TableModel
  const draw = async (model: TableModel, request: TableRequest) =>
    (await drawModel(tables, { model, request: { seed: 5, ...request } }, { engine })) as DrawnRows

  it('are levels where weights go by them, as of rooms, and none where what is computed is they themselves', () => {
    expect(findRules(data).map(ruleText)).toEqual([RULE])
    const loose = price.map((x, i) => x + of('extra', [0, 5, 15])[i]!)
    expect(findRules(prepareRows(textTable({ room, nights, guests, price: loose })).data).map(ruleText)).toEqual([])
    // Stars that a price tells do not tell the price.
    const stars = loose.map((x) => (x < 300 ? 1 : x < 700 ? 2 : 3))
    expect(findRules(prepareRows(textTable({ nights, guests, price: loose, stars })).data).map(ruleText)).toEqual([
      'stars = bins(price, 300, 700)'
    ])
  })

  it('count as the nearest that the data have, in rows that are drawn and in such as lie between', () => {
    const kept = keepRules([parseRule(RULE)], data)
    const whole = wholeRow(kept, 'written')
    for (const [near, own] of [
      [102.4, 102],
      [150, 103],
      [190, 201],
      [999, 202]
    ] as const)
      expect(whole({ room: near, nights: 3, guests: 2 }).price).toBe(whole({ room: own, nights: 3, guests: 2 }).price)
  })

  it('go with it in new rows, through a model file, and rooms that no row has are told', { tags: ['slow'] }, async () => {
    const model = await fitted(raw)
    const file = (await tables.load(unpackModel(packModel(tables.save(model))), { engine })) as TableModel
    const drawn = await draw(file, { rows: 200 })
    expect(drawn.table).toEqual((await draw(model, { rows: 200 })).table)
    expect(breachOf(parseRule(RULE), { ...data, table: drawn.table })).toBeUndefined()
    expect(drawn.warnings.map(({ name }) => name)).not.toContain('rule-unknown')
    const given = await draw(file, { rows: 5, given: [{ room: 230 }] })
    expect(given.warnings.filter(({ name }) => name === 'rule-unknown').map(({ message }) => message)[0]).toMatch(
      /^5 of 5 rows have a value of room that no row of the data has, such as room=230/
    )
    const [own, stays, people] = ['price', 'nights', 'guests'].map((name) => numbers(given.table, name)) as [number[], number[], number[]]
    expect(own).toEqual(stays.map((n, i) => n * (100 + 10 * people[i]!)))
  })

  it('can be stated, of numbers that the column has', { tags: ['slow'] }, async () => {
    const rule = ['price = 90 * nights + 20 * nights * P(room = 201)']
    const other = textTable({ room, nights, price: room.map((r, i) => nights[i]! * (r === 201 ? 110 : 90)) })
    const drawn = await draw(await fitted(other, rule), { rows: 50 })
    const own = numbers(drawn.table, 'room')
    expect(numbers(drawn.table, 'price')).toEqual(numbers(drawn.table, 'nights').map((n, i) => n * (own[i] === 201 ? 110 : 90)))
    await expect(fitted(other, ['price = 90 * nights + 20 * nights * P(room = 999)'])).rejects.toMatchObject({
      code: 'rule-column',
      message: expect.stringContaining('where room has no level 999')
    })
  })
})
