import { describe, expect, it } from 'vitest'
import { type Cell, textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { findRules } from './find.js'
import { ruleText } from './rule.js'

const ROWS = 500
const u = (label: string, seed = 5) => Array.from(uniforms(keyFor(keyFromSeed(seed), label), ROWS))
const z = (label: string, seed = 5) => Array.from(normals(keyFor(keyFromSeed(seed), label), ROWS))
const some = <T>(label: string, values: readonly T[], seed?: number) => u(label, seed).map((x) => values[Math.floor(x * values.length)]!)
const above = (x: number, cut: number) => Math.max(0, x - cut)
/** Half cents away from zero, as people round, whatever doubles are off by. */
const cents = (x: number) => (Math.round(100 * x + Math.sign(x) * 1e-7) / 100).toFixed(2)

const found = (columns: Readonly<Record<string, readonly Cell[]>>) =>
  findRules(prepareRows(textTable(columns)).data)
    .map(ruleText)
    .sort()

const use = z('use').map((x) => Math.round(Math.exp(5.6 + 0.5 * x)))
const days = some('days', [28, 29, 30, 31])
const bands = (x: number) => 0.18 * x + 0.06 * above(x, 200)

describe('a tariff beside others', () => {
  it('is what a sum of columns leaves, found where it has one line', () => {
    expect(found({ days, use, bill: use.map((x, i) => cents(bands(x) + 0.45 * days[i]!)) })).toEqual([
      'bill = 0.45 * days + 0.18 * use + 0.06 * positive(use - 200)'
    ])
    expect(found({ days, use, bill: use.map((x, i) => cents(0.45 * days[i]! - 0.1 * x + 0.3 * above(x, 400))) })).toEqual([
      'bill = 0.45 * days - 0.1 * use + 0.3 * positive(use - 400)'
    ])
  })

  it('is multiplied by a rate: hours beyond forty are paid half as much again', () => {
    const hours = u('hours').map((x) => 20 + Math.floor(35 * x))
    const rate = u('rate').map((x) => cents(12 + 10 * x))
    const pay = hours.map((own, i) => cents(Number(rate[i]) * (own + 0.5 * above(own, 40))))
    expect(found({ hours, rate, pay })).toEqual(['pay = rate * (hours + 0.5 * positive(hours - 40))'])
  })

  it('is none where it jumps, bends all along, or merely hangs together', () => {
    const noise = u('noise')
    for (const bill of [
      (x: number) => 0.18 * x + (x > 200 ? 5 : 0),
      (x: number) => 1e-4 * x * x,
      (x: number, i: number) => bands(x) + 4 * noise[i]!
    ])
      expect(found({ days, use, bill: use.map((x, i) => cents(bill(x, i) + 0.45 * days[i]!)) })).toEqual([])
  })
})

describe('a tariff of each level of a category', () => {
  const plan = some('plan', ['small', 'mid', 'big'] as const)
  const free = { small: 100, mid: 250, big: 500 }
  const fixed = { small: 10, mid: 20, big: 35 }

  it('has thresholds, rates and what is fixed of its own', () => {
    const bill = use.map((x, i) => cents(fixed[plan[i]!] + 0.05 * above(x, free[plan[i]!])))
    expect(found({ plan, use, bill })).toEqual([
      'bill = max(35, 0.05 * use + 10) * P(plan = big) + max(20, 0.05 * use + 7.5) * P(plan = mid) + max(10, 0.05 * use + 5) * P(plan = small)'
    ])
    const excess = use.map((x, i) => (plan[i] === 'big' ? '0.00' : cents(0.05 * above(x, free[plan[i]!]))))
    expect(found({ plan, use, excess })).toEqual([
      'excess = 0.05 * positive(use - 250) * P(plan = mid) + 0.05 * positive(use - 100) * P(plan = small)'
    ])
  })

  it('is none where a level has none, nor of what has nothing to do with the category', () => {
    const other = u('other')
    const bill = use.map((x, i) => cents(plan[i] === 'big' ? 40 * other[i]! : fixed[plan[i]!] + 0.05 * above(x, free[plan[i]!])))
    expect(found({ plan, use, bill })).toEqual([])
    for (let seed = 1; seed <= 20; seed++) {
      const [one, two] = [z('one', seed), z('two', seed)].map((values) => values.map((x) => cents(100 * Math.exp(x))))
      expect(found({ plan: some('plan', ['a', 'b'], seed), flag: some('flag', ['yes', 'no'], seed), one: one!, two: two! })).toEqual([])
    }
  })
})

describe('of tariffs that tell each other', () => {
  const gross = z('gross').map((x) => Math.round(Math.exp(10 + 0.5 * x)))
  const pension = gross.map((x) => 0.05 * x)
  const tax = gross.map((x) => 0.2 * above(x, 12_570) + 0.2 * above(x, 37_700))
  const columns = { gross, tax: tax.map(cents), pension: pension.map(cents) }
  const rules = ['pension = 0.05 * gross', 'tax = 0.2 * positive(gross - 12570) + 0.2 * positive(gross - 37700)']

  it('those are kept that go by pay, and what is left of it is left of it', () => {
    expect(found(columns)).toEqual(rules)
    const net = gross.map((x, i) => cents(x - tax[i]! - pension[i]!))
    const all = found({ ...columns, net })
    expect(all).toEqual([expect.stringMatching(/^net = (gross - tax - pension|0\.95 \* gross - tax)$/), ...rules])
  })

  it('copies in another unit leave it', () => {
    const hundredths = tax.map((x) => Math.round(100 * x))
    const kept = found({ gross, tax: columns.tax, hundredths })
    expect(kept.filter((rule) => rule.includes('positive(gross'))).toHaveLength(1)
    expect(kept).toHaveLength(2)
  })
})

it('what is taxable is 0 of the few who earn less than their allowances, and children are none of it', () => {
  const children = some('children', [0, 0, 1, 2, 3])
  const salary = z('salary').map((x, i) => (i % 250 === 3 ? 900 + 10 * children[i]! : Math.round(Math.exp(8 + 0.2 * x))))
  const allowance = children.map((n) => 200 * n)
  const taxable = salary.map((x, i) => above(x, 1200 + allowance[i]!))
  expect(taxable.filter((x) => x === 0)).toHaveLength(2)
  expect(found({ children, salary, allowance, taxable, tax: taxable.map((x) => cents(0.15 * x)) })).toEqual([
    'children -> allowance',
    'tax = 0.15 * taxable',
    'taxable = positive(salary - allowance - 1200)'
  ])
})
