import { expect, it } from 'vitest'
import { plantedTables, textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { findRules } from './find.js'
import { mixedRows } from './mixed-rows.js'
import { parseRule } from './parse-rule.js'
import { breachOf } from './rows-of-rule.js'
import { ruleText } from './rule.js'
import { unkeptRelations } from './unkept.js'

const ROWS = 400

const of = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(7), label), ROWS))
const nights = of('nights').map((u) => 1 + Math.floor(18 * u * u))
const day = (days: number) => new Date(Date.UTC(2023, 0, 1) + days * 86_400_000).toISOString().slice(0, 10)
const start = of('admitted').map((u) => Math.floor(700 * u))
const iso = (days: readonly number[]) => days.map(day)
const digits = (days: readonly number[]) => days.map((one) => day(one).replaceAll('-', ''))
const left = start.map((one, i) => one + nights[i]!)
/** Nights are what a bill comes to at 0.0024 a unit, rounded: none of them tells the bill. */
const bill = of('bill').map((u, i) => ((nights[i]! + 0.9 * (u - 0.5)) / 0.0024).toFixed(1))
const ward = of('ward').map((u, i) => Math.floor(u * (nights[i]! + 1)))
const rest = nights.map((n, i) => n - ward[i]!)

it.each([
  ['dates', iso],
  ['dates of digits', digits]
])('what two relations say of one column both hold in rows that are put together anew: %s', (_, written) => {
  const { data } = prepareRows(textTable({ admitted: written(start), left: written(left), nights, bill }))
  const rules = findRules(data)
  expect(rules.map(ruleText).sort()).toEqual(['left = admitted + nights', 'nights = 0.0024 * bill'])
  const mixed = mixedRows(rules, data)
  for (const text of ['nights = left - admitted', 'nights = 0.0024 * bill']) expect(breachOf(parseRule(text), mixed)).toBeUndefined()
  // They are new rows: of one row alone both would hold as well.
  expect(mixed.table.columns[1]).not.toEqual(data.table.columns[1])
  expect(unkeptRelations(data)).toEqual([])
})

it('so do three', () => {
  const { data } = prepareRows(textTable({ admitted: iso(start), left: iso(left), nights, bill, ward, rest }))
  const mixed = mixedRows(findRules(data), data)
  for (const text of ['nights = left - admitted', 'nights = 0.0024 * bill', 'nights = ward + rest'])
    expect(breachOf(parseRule(text), mixed)).toBeUndefined()
  expect(unkeptRelations(data)).toEqual([])
})

it('of two rounded products for one column the one that new rows break is told', () => {
  const [rate, hours, weight] = ['rate', 'hours', 'weight'].map((label) => of(label).map((u) => 10 + 90 * u)) as [
    number[],
    number[],
    number[]
  ]
  const points = rate.map((x, i) => Math.round((Number(x.toFixed(2)) * Number(hours[i]!.toFixed(2))) / 100))
  const mass = points.map((x, i) => ((x + 0.9 * (weight[i]! / 100 - 0.55)) / 0.31).toFixed(3))
  const { data } = prepareRows(textTable({ rate: rate.map((x) => x.toFixed(2)), hours: hours.map((x) => x.toFixed(2)), mass, points }))
  const rules = findRules(data)
  const unkept = unkeptRelations(data)
  expect([...rules, ...unkept].map(ruleText).sort()).toEqual(['points = 0.01 * rate * hours', 'points = 0.31 * mass'])
  expect(unkept).toHaveLength(1)
  const other = unkeptRelations(data, { stated: unkept })
  expect(other.map(ruleText)).toEqual(rules.map(ruleText))
})

it.each(plantedTables(2).map((one) => [one.name, one] as const))('no rule that was put into %s is left', (_, { raw }) => {
  const { data } = prepareRows(raw)
  expect(unkeptRelations(data).map(ruleText)).toEqual([])
})

it('what two rounded percentages of one whole say of each other is told as little as it is broken by more than their digits', () => {
  const whole = of('whole').map((u) => Math.round(Math.exp(8 + 6 * u)))
  const [some, few] = [
    of('some').map((u, i) => Math.round(whole[i]! * (0.2 + 0.6 * u))),
    of('few').map((u, i) => Math.round(whole[i]! * 0.2 * u * u))
  ]
  const percent = (part: readonly number[]) => part.map((x, i) => ((100 * x) / whole[i]!).toPrecision(8))
  const { data } = prepareRows(textTable({ whole, some, few, of_some: percent(some), of_few: percent(few) }))
  expect(findRules(data).map(ruleText)).toEqual(expect.arrayContaining(['of_some = 100 * some / whole', 'of_few = 100 * few / whole']))
  expect(unkeptRelations(data).map(ruleText)).toEqual([])
})
