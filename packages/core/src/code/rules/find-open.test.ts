import { describe, expect, it } from 'vitest'
import { type Cell, textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { recordRules, rulesIn } from '../../systems/rules/rules-file.js'
import { derivative, linearForm } from '../../table/derivative.js'
import { evaluate } from '../../table/expression.js'
import { isNumeric } from '../../table/table.js'
import { findRules } from './find.js'
import { keepRules } from './keep.js'
import { parseRule } from './parse-rule.js'
import { breachOf } from './rows-of-rule.js'
import { ruleText } from './rule.js'
import { wholeRow } from './rule-row.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

const rows = 400
const dice = (label: string, seed = 7) => uniforms(keyFor(keyFromSeed(seed), label), rows)
const some = <T>(label: string, values: readonly T[], seed?: number) =>
  Array.from(dice(label, seed), (u) => values[Math.floor(u * values.length)]!)
const amounts = (label: string, most: number) => Array.from(dice(label), (u) => Math.round(100 * most * u) / 100)
type Cells = readonly Cell[]
const dataOf = (columns: Readonly<Record<string, Cells>>) => prepareRows(textTable(columns)).data
const found = (columns: Readonly<Record<string, Cells>>) => findRules(dataOf(columns)).map(ruleText)

const tiers = some('tier', ['basic', 'plus', 'premium'])
const late = some('late', [true, false, false])
const fee = { basic: 5, plus: 8, premium: 12 }
const price = amounts('price', 90)

describe('what a column is where it is there', () => {
  it('is told by a level, a formula or a sum by level', () => {
    expect(found({ tier: tiers, price, fee: tiers.map((tier, i) => (late[i] ? fee[tier as 'basic'] : null)) })).toEqual([
      'tier -> fee or missing'
    ])
    expect(found({ tier: tiers, price, fee: tiers.map((tier, i) => (late[i] ? fee[tier as 'basic'] : 0)) })).toEqual(['tier -> fee or 0'])
    expect(found({ price, fee: price.map((x, i) => (late[i] ? (0.1 * x).toFixed(2) : null)) })).toEqual(['fee = 0.1 * price or missing'])
    const rate = { basic: 0.1, plus: 0.2, premium: 0.25 }
    expect(found({ tier: tiers, price, fee: price.map((x, i) => (late[i] ? (rate[tiers[i] as 'basic'] * x).toFixed(2) : 0)) })).toEqual([
      'fee = 0.1 * price * P(tier = basic) + 0.2 * price * P(tier = plus) + 0.25 * price * P(tier = premium) or 0'
    ])
  })

  it('stands beside what says where it is missing', () => {
    const paid = price.map((x, i) => (tiers[i] === 'basic' ? null : Math.max(0, Math.min(60, x - 8)).toFixed(2)))
    expect(found({ tier: tiers, price, paid }).sort()).toEqual([
      'paid = min(60, max(0, price - 8)) or missing',
      'paid missing where tier = basic'
    ])
  })

  it('is no rule where it hangs on nothing, or only nearly', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const [open, kind, any] = [some('open', [true, false], seed), some('kind', ['a', 'b', 'c', 'd'], seed), some('any', [5, 8, 12], seed)]
      const near = kind.map((level, i) => (dice('near', seed)[i]! < 0.03 ? 50 : level.charCodeAt(0)))
      for (const values of [any, near, Array.from(dice('free', seed), (u) => Math.round(1000 * u))]) {
        for (const none of [null, 0]) expect(found({ kind, price, fee: values.map((x, i) => (open[i] ? x : none)) })).toEqual([])
      }
    }
  })
})

it('levels of which all rows have a column are a rule where the others have some', () => {
  const trainer = tiers.map((tier, i) => (tier === 'premium' || dice('trainer')[i]! < 0.4 ? some('name', ['Ana', 'Bo'])[i]! : null))
  expect(found({ tier: tiers, trainer })).toEqual(['trainer missing where tier = maybe basic, maybe plus'])
})

it('open rules are read and written, and say which rows break them', () => {
  for (const rule of ['fee = 0.1 * price or missing', 'tier -> fee or 0', 'tier, plan -> fee or missing'])
    expect(ruleText(parseRule(rule))).toBe(rule)
  expect(() => parseRule('a >= b or missing')).toThrow(expect.objectContaining({ code: 'rule-malformed' }))
  const data = dataOf({ price, fee: price.map((x, i) => (i % 3 === 0 ? null : i === 7 ? 1000 : (0.1 * x).toFixed(2))) })
  expect(breachOf(parseRule('fee = 0.1 * price or missing'), data)).toMatchObject({ row: 7, count: 1, rows: [7] })
})

it.each(['missing', 0] as const)('what is left open comes back as it was, from a model file too: %s', (or) => {
  const none = or === 'missing' ? null : 0
  const data = dataOf({
    tier: tiers,
    price,
    fee: tiers.map((tier, i) => (late[i] ? fee[tier as 'basic'] : none)),
    tax: price.map((x, i) => (late[i] ? (0.2 * x).toFixed(2) : none))
  })
  const rules = [parseRule(`tier -> fee or ${or}`), parseRule(`tax = 0.2 * price or ${or}`)]
  const kept = keepRules(rules, data)
  const out = takeRulesOut(kept, data)
  expect(out.table.columns.map(({ name }) => name)).toEqual(['tier', 'price', 'fee there', 'tax there'])
  const again = rulesIn(out.table.columns.map(({ name }) => name))(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')
  for (const own of [kept, again]) {
    const back = putRulesBack(own, out)
    for (const name of ['fee', 'tax']) {
      const [before, after] = [data, back].map(({ table }) => table.columns.find((column) => column.name === name)!)
      if (!isNumeric(before!) || !isNumeric(after!)) throw new RangeError(name)
      for (let i = 0; i < rows; i++) {
        expect(after.missing?.[i] ?? 0).toBe(before.missing?.[i] ?? 0)
        if (!before.missing?.[i]) expect(after.values[i]).toBe(before.values[i])
      }
    }
    const row = { tier: 'plus', price: 30, 'fee there': 'there', 'tax there': null }
    expect(wholeRow(own)(row)).toMatchObject({ fee: 8, tax: none })
  }
})

describe('what is missing on one side of a number', () => {
  const ages = Array.from(dice('age'), (u) => Math.floor(90 * u))
  const names = some('name', ['Ana', 'Bo', 'Cy'])

  it('is a rule, and is kept where the number is computed', () => {
    expect(found({ age: ages, guardian: names.map((name, i) => (ages[i]! >= 18 ? null : name)) })).toEqual([
      'guardian missing where age >= 18'
    ])
    expect(found({ age: ages, pension: price.map((x, i) => (ages[i]! < 60 ? null : x)) })).toEqual(['pension missing where age < 60'])
    const data = dataOf({ half: ages, age: ages.map((x) => 2 * x), guardian: names.map((name, i) => (ages[i]! >= 9 ? null : name)) })
    const kept = keepRules([parseRule('age = 2 * half'), parseRule('guardian missing where age >= 18')], data)
    const out = takeRulesOut(kept, data)
    const again = rulesIn(out.table.columns.map(({ name }) => name))(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')
    const drawn = {
      ...out,
      table: {
        ...out.table,
        columns: out.table.columns.map((one) => (one.name === 'half' ? { ...one, values: Float64Array.from(ages).reverse() } : one))
      }
    } as typeof out
    expect(breachOf(parseRule('guardian missing where age >= 18'), putRulesBack(again, drawn))).toBeUndefined()
  })

  it('is none where cells are missing by chance, or for one row on the other side', () => {
    const almost = names.map((name, i) => (ages[i]! >= 18 !== (i === 3) ? null : name))
    expect(found({ age: ages, guardian: almost })).toEqual([])
    expect(found({ age: ages, guardian: names.map((name, i) => (late[i] ? null : name)) })).toEqual([])
  })

  it('is read and written', () => {
    for (const rule of ['guardian missing where age >= 18', 'pension missing where age < 65.5'])
      expect(ruleText(parseRule(rule))).toBe(rule)
  })
})

describe('what counts as nothing where it is missing', () => {
  const whole = (label: string, most: number) => Array.from(dice(label), (u) => 1 + Math.floor(most * u))
  const blank = (label: string, most: number, share: number) =>
    amounts(label, most).map((x, i) => (dice(`${label} is there`)[i]! < share ? x : null))
  const [tip, discount, quantity] = [blank('tip', 15, 0.4), blank('discount', 10, 0.3), whole('quantity', 6)]
  const cents = (x: number) => x.toFixed(2)

  it('is added, or taken off', () => {
    const total = price.map((x, i) => cents(x + (tip[i] ?? 0) - (discount[i] ?? 0)))
    expect(found({ price, tip, discount, total })).toEqual(['total = price + coalesce(tip, 0) - coalesce(discount, 0)'])
    const due = price.map((x, i) => cents(x * quantity[i]! - (discount[i] ?? 0)))
    expect(found({ price, quantity, discount, due })).toEqual(['due = price * quantity - coalesce(discount, 0)'])
  })

  it('does not move the larger of two', () => {
    const marks = whole('mark', 100)
    const resit = whole('resit', 100).map((x, i) => (marks[i]! < 50 ? x : null))
    const final = marks.map((mark, i) => Math.max(mark, resit[i] ?? 0))
    expect(found({ mark: marks, resit, final }).sort()).toEqual([
      'final = max(mark, coalesce(resit, mark))',
      'resit missing where mark >= 50'
    ])
  })

  it('is none of what hangs on nothing', () => {
    const total = price.map((x, i) => cents(x + 3 * dice('noise')[i]! - 1.5))
    expect(found({ price, tip, discount, total })).toEqual([])
  })

  it('is read, written and computed', () => {
    const rule = parseRule('total = price + coalesce(tip, 0) - max(1, coalesce(discount, price, 2))')
    expect(ruleText(rule)).toBe('total = price + coalesce(tip, 0) - max(1, coalesce(coalesce(discount, price), 2))')
    const { expression } = rule as Extract<typeof rule, { kind: 'formula' }>
    const at = (values: Readonly<Record<string, number>>) => evaluate(expression, (name) => values[name] ?? Number.NaN)
    expect(at({ price: 30, tip: 4, discount: 5 })).toBe(29)
    expect(at({ price: 30, discount: 5 })).toBe(25)
    expect(at({ price: 30 })).toBe(0)
    expect(at({ tip: 4 })).toBeNaN()
    const slope = (name: string, values: Readonly<Record<string, number>>) =>
      evaluate(derivative(expression, name), (one) => values[one] ?? Number.NaN)
    expect(slope('tip', { price: 30, tip: 4, discount: 5 })).toBe(1)
    expect(slope('price', { price: 30, tip: 4, discount: 5 })).toBe(1)
    expect(linearForm(expression)).toBeUndefined()
  })
})

it('of a wage all relations are kept, whichever columns they have in common', () => {
  const cents = (x: number) => Math.round(100 * x + 1e-6) / 100
  const role = some('role', ['clerk', 'engineer', 'manager', 'intern'])
  const base = Array.from(dice('base'), (u) => cents(600 + 7000 * u))
  const bonus = Array.from(dice('bonus'), (u, i) => (role[i] === 'manager' ? 50 * Math.floor(30 * u) : null))
  const gross = base.map((x, i) => cents(x + (bonus[i] ?? 0)))
  const pension = gross.map((x, i) => (role[i] === 'intern' ? null : cents(0.05 * Math.min(5000, x))))
  const taxable = gross.map((x, i) => cents(x - (pension[i] ?? 0)))
  const tax = taxable.map((x) => cents(0.2 * Math.max(0, x - 1000) + 0.2 * Math.max(0, x - 4000)))
  const health = gross.map((x) => cents(Math.min(340, 0.073 * x)))
  const net = taxable.map((x, i) => cents(x - tax[i]! - health[i]!))
  const text = (values: readonly (number | null)[]) => values.map((x) => x?.toFixed(2) ?? null)
  const columns = Object.entries({ base, bonus, gross, pension, taxable, tax, health, net }).map(
    ([name, values]) => [name, text(values)] as const
  )
  const rules = found({ role, ...Object.fromEntries(columns) })
  expect(rules.map((rule) => rule.replace(/(taxable = )base \+ coalesce\(bonus, 0\)/, '$1gross')).sort()).toEqual([
    'bonus missing where role = clerk, engineer, intern',
    'gross = base + coalesce(bonus, 0)',
    'health = min(340, 0.073 * gross)',
    'net = taxable - tax - health',
    'pension = min(250, 0.05 * gross) or missing',
    'pension missing where role = intern',
    'tax = 0.2 * positive(taxable - 1000) + 0.2 * positive(taxable - 4000)',
    'taxable = gross - coalesce(pension, 0)'
  ])
})

it('what tells a category by nothing but where it is missing is told by that', () => {
  const insurance = some('insurance', ['public', 'private'])
  const nights = Array.from(dice('nights'), (u) => 1 + Math.floor(-25 * Math.log(1 - u)))
  const copay = nights.map((x, i) => (insurance[i] === 'private' ? null : 10 * Math.min(28, x)))
  expect(found({ insurance, nights, copay })).toEqual([
    'copay missing where insurance = private',
    'copay = min(280, 10 * nights) or missing'
  ])
})
