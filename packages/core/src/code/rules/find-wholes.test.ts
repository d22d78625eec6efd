import { expect, it } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, permutation, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { recordRules, rulesIn } from '../../systems/rules/rules-file.js'
import { takeTableRows } from '../../table/rows.js'
import { findRules } from './find.js'
import { keepRules } from './keep.js'
import { ruleTexts } from './kept-rules.js'
import { parseRule } from './parse-rule.js'
import { breachOf, quantityIn } from './rows-of-rule.js'
import { ruleText } from './rule.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

const exponentials = (seed: number, label: string, rows: number): number[] =>
  Array.from(uniforms(keyFor(keyFromSeed(seed), label), rows), (u) => -Math.log(1 - u))

const ROWS = 600
const BELOW = [70, 210, 400, 590]

/** What families have and what their members earn: of a sixth of them nothing else, of four less. */
function families(seed: number) {
  const of = (label: string) => exponentials(seed, label, ROWS)
  const wage = of('wage').map((x) => Number((2 + 3 * x).toFixed(4)))
  const hours = of('hours').map((x, i) => (i % 5 < 2 ? 0 : Math.round(200 + 900 * x)))
  const other_wage = of('other').map((x) => Number((3 + 4 * x).toFixed(4)))
  const other_hours = of('more').map((x) => Math.round(500 + 1200 * x))
  const earned = hours.map((x, i) => x * wage[i]! + other_hours[i]! * other_wage[i]!)
  const rent = of('rent').map((x, i) => (i % 6 === 1 ? 0 : 3000 * x))
  const income = earned.map((x, i) => Math.round(BELOW.includes(i) ? 0.9 * x - 20 : x + rent[i]!))
  return textTable({ hours, wage, other_hours, other_wage, income, age: of('age').map((x) => Math.round(20 + 15 * x)) })
}

const RULE = 'income >= other_hours * other_wage + hours * wage'

it('what a whole is made of is found, with the rows in which it is less', () => {
  for (const seed of [1, 2, 3]) {
    const { data } = prepareRows(families(seed))
    expect(findRules(data).map(ruleText)).toEqual([`${RULE} but for 4 rows`])
    expect(breachOf(parseRule(RULE), data)!.rows).toEqual(BELOW)
  }
})

it('new rows are the sum as often as those of the data, to the last digit, and below it as often', () => {
  const { data } = prepareRows(families(4))
  const kept = keepRules(findRules(data), data)
  expect(ruleTexts(kept)).toEqual([`${RULE} but for 4 rows`])
  const taken = takeRulesOut(kept, data)
  const read = rulesIn(taken.table.columns.map(({ name }) => name))(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')
  expect(read).toEqual(kept)
  expect(putRulesBack(kept, taken).table).toEqual(data.table)
  const rows = Array.from({ length: 100 * ROWS }, (_, i) => i % ROWS)
  const drawn = putRulesBack(kept, { ...taken, table: takeTableRows(taken.table, rows) }, { key: keyFromSeed(1) })
  // A Poisson count of 400, within four deviations.
  const below = breachOf(parseRule(RULE), drawn)!.count
  expect(Math.abs(below - 400)).toBeLessThan(4 * Math.sqrt(400))
  const [income, hours, wage, otherHours, otherWage] = ['income', 'hours', 'wage', 'other_hours', 'other_wage'].map(
    (name) => quantityIn(drawn, name).values
  ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
  const sums = income.reduce(
    (count, x, i) => count + Number(Math.abs(x - hours[i]! * wage[i]! - otherHours[i]! * otherWage[i]!) <= 0.5 + 1e-6),
    0
  )
  // A hundred rows a hundred times; the four have a gap of nothing, unless they are exceptions.
  expect(sums).toBeGreaterThan(100 * 100)
  expect(sums).toBeLessThan(104 * 100 + 1)
})

it('columns that have nothing to do with each other, or hang together without a sum, have none', { tags: ['slow'] }, () => {
  for (let seed = 1; seed <= 200; seed++) {
    const rows = 150
    const of = (label: string) => exponentials(seed, label, rows)
    const [a, b] = [of('a').map((x) => Math.round(40 * x)), of('b').map((x) => Math.round(1 + 6 * x))]
    const near = of('near').map((x, i) => Math.round(a[i]! * b[i]! * (0.4 + 0.8 * x)))
    const alone = of('alone').map((x) => Number((100 * x).toFixed(1)))
    expect(findRules(prepareRows(textTable({ a, b, near, alone })).data).map(ruleText)).toEqual([])
  }
})

it('a column that is one of several which it is never below stays that one, whatever the others are', () => {
  const of = (label: string) => exponentials(7, label, ROWS)
  const total = of('total').map((x) => Number((5 + 60 * x).toFixed(2)))
  const part = (label: string) => total.map((x, i) => Number((x * (0.3 + 0.69 * (1 - Math.exp(-of(label)[i]!)))).toFixed(2)))
  const [some, back] = [part('some'), part('back')]
  const paid = total.map((x, i) => (i % 3 === 0 ? some[i]! : x))
  const refund = back.map((x, i) => (i % 7 === 0 ? x : 0))
  const { data } = prepareRows(textTable({ total, paid, refund }))
  const kept = keepRules(findRules(data), data)
  expect(ruleTexts(kept).sort()).toEqual(['paid <= total', 'refund <= total'])
  const taken = takeRulesOut(kept, data)
  expect(putRulesBack(kept, taken).table).toEqual(data.table)
  // Refunds of other rows.
  const order = permutation(keyFromSeed(1), ROWS)
  const columns = takeTableRows(taken.table, order).columns.map((column, c) =>
    column.name.startsWith('refund') ? column : taken.table.columns[c]!
  )
  const mixed = putRulesBack(kept, { ...taken, table: { ...taken.table, columns } })
  const [whole, most, less] = ['total', 'paid', 'refund'].map((name) => quantityIn(mixed, name).values) as [
    Float64Array,
    Float64Array,
    Float64Array
  ]
  expect(Array.from(most.keys()).filter((i) => most[i] === whole[i])).toEqual(paid.flatMap((x, i) => (x === total[i] ? [i] : [])))
  expect(less.every((x, i) => x <= whole[i]!)).toBe(true)
})
