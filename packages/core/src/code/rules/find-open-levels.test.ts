import { expect, it } from 'vitest'
import { type Cell, textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { throughRules } from '../../systems/rules/ruled-known.js'
import { recordRules, rulesIn } from '../../systems/rules/rules-file.js'
import { findRules } from './find.js'
import { keepRules } from './keep.js'
import { parseRule } from './parse-rule.js'
import { breachOf } from './rows-of-rule.js'
import { ruleText } from './rule.js'
import { wholeRow } from './rule-row.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

const ROWS = 300
const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(31), label), ROWS))
const dataOf = (columns: Readonly<Record<string, readonly Cell[]>>) => prepareRows(textTable(columns)).data
const stock = dice('stock').map((u) => Math.floor(60 * u * u))
const least = dice('least').map((u) => [5, 10, 20][Math.floor(3 * u)]!)
const gone = dice('gone').map((u) => u < 0.1)
const status = stock.map((x, i) => (gone[i] ? 'gone' : x === 0 ? 'out' : x <= least[i]! ? 'low' : 'ok'))
const RULE = 'status = bins(stock, 1, > least) or gone'

it('a level that comes whatever the numbers are leaves the others to be told by these', () => {
  expect(findRules(dataOf({ stock, least, status })).map(ruleText)).toContain(RULE)
  const age = dice('age').map((u) => Math.floor(90 * u))
  const fare = age.map((x, i) => (gone[i] ? 'staff' : x < 18 ? 'child' : x < 65 ? 'adult' : 'senior'))
  expect(findRules(dataOf({ age, fare })).map(ruleText)).toEqual(['fare = bins(age, 18, 65) or staff'])
})

it('is none where a row of the others is otherwise, and where levels have nothing to do with numbers', () => {
  const wrong = status.with(
    status.findIndex((one, i) => one === 'ok' && stock[i]! > 30),
    'low'
  )
  const free = dice('free').map((u) => ['a', 'b', 'c', 'd'][Math.floor(4 * u)]!)
  expect(findRules(dataOf({ stock, least, wrong, free })).filter(({ column }) => column === 'wrong' || column === 'free')).toEqual([])
})

it.each([1, 2, 3, 4, 5, 6])('is none of groups that lie apart: lots of two things, beside those of a third that are any (%i)', (seed) => {
  const rows = 400
  const thing = Array.from(uniforms(keyFor(keyFromSeed(seed), 'thing'), rows), (u) => (u < 0.47 ? 'a' : u < 0.74 ? 'b' : 'c'))
  const spread = normals(keyFor(keyFromSeed(seed), 'spread'), rows)
  const size = thing.map((one, i) => (({ a: 0.02, b: 8, c: 0.4 })[one]! * Math.exp(0.8 * spread[i]!)).toFixed(4))
  expect(findRules(dataOf({ size, thing })).map(ruleText)).toEqual([])
})

it('such rules are read and written, and say which rows break them', () => {
  for (const text of [RULE, 'a -> b or x, y', 'b = a >= 5 or `missing`', 'b = bins(a, 1, 2) or `x or y`'])
    expect(ruleText(parseRule(text))).toBe(text)
  for (const text of ['a >= b or x', 'a = 2 * b or x', 'a = 2 * b or'])
    expect(() => parseRule(text)).toThrow(expect.objectContaining({ code: expect.stringMatching(/malformed$/) }))
  expect(breachOf(parseRule(RULE), dataOf({ stock, least, status }))).toBeUndefined()
  expect(breachOf(parseRule('status = bins(stock, 1, > least)'), dataOf({ stock, least, status }))).toBeDefined()
})

it('what is told comes back as it was, from a model file and under conditions too', () => {
  const data = dataOf({ stock, least, status })
  const kept = keepRules([parseRule(RULE)], data)
  const out = takeRulesOut(kept, data)
  const names = out.table.columns.map(({ name }) => name)
  expect(names).toEqual(['stock', 'least', 'status there'])
  const recorded = JSON.parse(JSON.stringify(recordRules(kept)))
  const read = rulesIn(names)(recorded, 'rules')
  expect(putRulesBack(read, out).table).toEqual(data.table)
  const at = (there: string, x: number) => wholeRow(read)({ stock: x, least: 10, 'status there': there }).status
  expect([at('there', 0), at('there', 7), at('there', 11), at('gone', 0)]).toEqual(['out', 'low', 'ok', 'gone'])
  const damaged = { ...recorded, rules: [{ ...recorded.rules[0], there: { column: 'status there', or: ['lost'] } }] }
  expect(() => rulesIn(names)(damaged, 'rules')).toThrow(expect.objectContaining({ code: 'model-damaged' }))
  // What is given says it of the number, or of what is drawn in the place of the column.
  const givenFor = (given: Record<string, string | number>) => throughRules(kept, { givens: [given], observe: [] })[0]!.asked.givens
  expect(givenFor({ status: 'gone' })).toEqual([{ 'status there': 'gone' }])
  expect(givenFor({ status: 'low', least: 10 })).toEqual([{ 'status there': 'there', least: 10, stock: { from: 1, to: 10 } }])
})
