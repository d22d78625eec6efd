import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import { findRules } from './find.js'
import { parseRule } from './parse-rule.js'
import { ruleText } from './rule.js'
import { impliedOrders } from './unkept.js'

const ROWS = 150
const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(11), label), ROWS))
const columns = (own: Readonly<Record<string, readonly number[]>>) =>
  inferTable({
    columns: Object.entries(own).map(([name, values]) => ({ name, source: 'number' as const, values: Float64Array.from(values) })),
    rowCount: ROWS
  })

const pieces = dice('pieces').map((u) => 1 + Math.floor(5 * u))
const price = dice('price').map((u) => Math.round(500 + 9500 * u) / 100)
const total = price.map((one, i) => Math.round(100 * one * pieces[i]!) / 100)

it('an order that the rules see to leaves its column to the formula', () => {
  const data = columns({ pieces, price, total })
  const stated = [parseRule('total >= price')]
  expect(findRules(data, { stated }).map(ruleText)).toEqual(findRules(data).map(ruleText))
  expect(findRules(data, { stated }).map(ruleText)).toContain('total = pieces * price')
  expect(impliedOrders(data, { stated }).map(ruleText)).toEqual(['total >= price'])
})

it('one that new rows would break derives its column', () => {
  // A floor that hardly any total comes near to, which chance may do too: no rule is found of it.
  const floor = dice('floor').map((u, i) => Math.min(Math.floor(total[i]!), Math.round(20 * u)))
  const data = columns({ pieces, price, total, floor })
  const stated = [parseRule('total >= floor')]
  expect(findRules(data).map(ruleText)).toEqual(['total = pieces * price'])
  expect(impliedOrders(data, { stated })).toEqual([])
  expect(findRules(data, { stated }).map(ruleText)).toContain('total >= floor')
})
