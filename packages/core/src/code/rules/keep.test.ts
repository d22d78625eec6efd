import { describe, expect, it } from 'vitest'
import { mistyped, plantedTables } from '../../../../../test/planted-tables.js'
import { keyFromSeed } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { takeTableRows } from '../../table/rows.js'
import { isNumeric } from '../../table/table.js'
import { keepable } from './choose.js'
import { findRules } from './find.js'
import { keepRules } from './keep.js'
import { type KeptRules, ruleTexts } from './kept-rules.js'
import { parseRule } from './parse-rule.js'
import { unitOf } from './quantity.js'
import { breachOf, columnIn } from './rows-of-rule.js'
import { type Rule, ruleText } from './rule.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

type FormulaRule = Extract<Rule, { kind: 'formula' }>

describe('rules taken out and put back', () => {
  it.each(plantedTables(2).map((one) => [one.name, one] as const))('leave the table %s as it was', (_, { raw, rules }) => {
    const { data } = prepareRows(raw)
    const kept = keepRules(findRules(data), data)
    const taken = takeRulesOut(kept, data)
    expect(ruleTexts(kept).sort()).toEqual([...rules].sort())
    // An order is a gap in the column's place, and where gaps are known the column is drawn; all other rules spare a column.
    const orders = kept.rules.filter(({ kind }) => kind === 'order' || kind === 'gap').length
    expect(taken.table.columns.length).toBe(data.table.columns.length - kept.rules.length + orders)
    const back = putRulesBack(kept, taken)
    expect(back.formats).toEqual(data.formats)
    back.table.columns.forEach((column, c) => {
      const before = data.table.columns[c]!
      if (!isNumeric(column) || !isNumeric(before)) {
        expect(column).toEqual(before)
        return
      }
      expect(column.missing).toEqual(before.missing)
      // Halves may be rounded up or down, and what is computed from them again.
      const unit = column.kind === 'datetime' ? 0 : unitOf(column.kind, data.formats[c]!)
      for (let i = 0; i < data.table.rowCount; i++)
        expect(Math.abs(column.values[i]! - before.values[i]!)).toBeLessThanOrEqual(2.001 * unit)
    })
  })
})

it('exceptions stand in their own rows of the data, and as often in others', { tags: ['slow'] }, () => {
  const { raw, rules } = mistyped(4)
  const { data } = prepareRows(raw)
  const kept = keepRules(findRules(data), data)
  expect(ruleTexts(kept).sort()).toEqual([...rules].sort())
  const taken = takeRulesOut(kept, data)
  const back = putRulesBack(kept, taken)
  for (const name of ['amount', 'shipped', 'brand']) {
    const [before, after] = [data, back].map((one) => columnIn(one, name))
    expect(after).toEqual(before)
  }
  const rows = Array.from({ length: 40 * data.table.rowCount }, (_, i) => i % data.table.rowCount)
  const drawn = putRulesBack(kept, { ...taken, table: takeTableRows(taken.table, rows) }, { key: keyFromSeed(1) })
  // Poisson counts of 40 · 5, 40 · 3 and 40 · 2, within four deviations.
  for (const [text, mean] of [
    ['amount = unit_price * qty', 200],
    ['shipped >= ordered', 120],
    ['sku -> brand', 80]
  ] as const) {
    const count = breachOf(parseRule(text), drawn)!.count
    expect(Math.abs(count - mean)).toBeLessThan(4 * Math.sqrt(mean))
  }
  const given = putRulesBack(kept, taken, { key: keyFromSeed(1), fixed: new Set(['amount']) })
  expect(breachOf(parseRule('amount = unit_price * qty'), given)).toBeUndefined()
})

describe('rules in words', () => {
  it.each([
    ['total=qty*unit_price', 'total = qty * unit_price'],
    ['qty × `unit price` = total', 'total = qty * `unit price`'],
    ['end ≥ start', 'end >= start'],
    ['start <= end', 'end >= start'],
    ['a, `b c` -> d', 'a, `b c` -> d'],
    ['a + b + c = 100', 'c = 100 - a - b'],
    ['2*a - 4*b = 1', 'b = -0.25 + 0.5 * a'],
    ['x = a - (b + c) / d ^ 2', 'x = a - (b + c) / d ^ 2'],
    ['x = -(a + b) ^ -2', 'x = -(a + b) ^ -2'],
    ['x = a / (b * c) - log(d)', 'x = a / (b * c) - log(d)'],
    ['adult=age>=18', 'adult = age >= 18'],
    ['`is minor` = age < 18', '`is minor` = age >= 18'],
    ['group = bins( age,18, 65.5 )', 'group = bins(age, 18, 65.5)'],
    ['t = bins(x, -2, 1e-3)', 't = bins(x, -2, 0.001)'],
    ['late = delivered > promised', 'late = delivered > promised'],
    ['in_time = delivered <= promised + 2', 'in_time = delivered > promised + 2'],
    ['minor = score < 0.5 * `most points`', 'minor = score >= 0.5 * `most points`'],
    ['flag=bins(value, low,> `high, too`)', 'flag = bins(value, low, > `high, too`)'],
    ['stock = bins(on_hand, 1, > least)', 'stock = bins(on_hand, 1, > least)'],
    ['y missing where z missing', 'y missing where z missing'],
    ['total = a * b but for 3 rows', 'total = a * b but for 3 rows'],
    ['a -> b but for 1 row', 'a -> b but for 1 row'],
    ['`y x` missing where `a b` = one, `two, three`', '`y x` missing where `a b` = one, `two, three`']
  ])('%s is read, and written as %s', (text, written) => {
    expect(ruleText(parseRule(text))).toBe(written)
    expect(ruleText(parseRule(written))).toBe(written)
  })

  it.each([
    ['total', 'rule-malformed'],
    ['end > start', 'rule-malformed'],
    ['a = b = c', 'rule-malformed'],
    ['a * b = c * d', 'rule-malformed'],
    ['a -> a', 'rule-malformed'],
    ['a -> b, c', 'rule-malformed'],
    ['a >= 3', 'rule-malformed'],
    ['a >= a - b', 'rule-malformed'],
    ['a = b *', 'expression-malformed'],
    ['a = b > 3', 'rule-malformed'],
    ['a = a >= 3', 'rule-malformed'],
    ['a = bins(b, 3, 2)', 'rule-malformed'],
    ['a = bins(b)', 'rule-malformed'],
    ['a = b > a', 'rule-malformed'],
    ['a = b >= b + 1', 'rule-malformed'],
    ['a = bins(b, 2 + 3)', 'rule-malformed'],
    ['a = bins(b, c, *)', 'expression-malformed'],
    ['a = b >= 3 but for 2 rows', 'rule-malformed'],
    ['a missing where a missing', 'rule-malformed'],
    ['a missing where b', 'rule-malformed']
  ])('%s is refused', (text, code) => {
    expect(() => parseRule(text)).toThrow(expect.objectContaining({ code }))
  })
})

it('keeps each column derived once, without circles, each behind its inputs', () => {
  const texts = [
    'amount = price * qty',
    'price = amount / qty',
    'tax = 0.2 * amount',
    'amount = tax * 5',
    'sku -> price',
    'end >= start',
    'end >= paid',
    'start >= end'
  ]
  const { kept, left } = keepable(texts.map(parseRule))
  expect(kept.map(ruleText)).toEqual(['sku -> price', 'end >= start', 'end >= paid', 'amount = price * qty', 'tax = 0.2 * amount'])
  expect(left.map(ruleText)).toEqual(['price = amount / qty', 'amount = tax * 5', 'start >= end'])
})

describe('parts of a constant', () => {
  const parts = (rest: number[], zeros: boolean) => {
    const formats = ['a', 'b'].map((name) => ({ name, source: 'text', kind: 'number', number: { decimals: 1, padded: true } }) as const)
    const kept: KeptRules = {
      rules: [
        {
          kind: 'formula',
          column: 'c',
          expression: (parseRule('c = 100 - a - b') as FormulaRule).expression,
          parts: { names: ['a', 'b'], zeros }
        }
      ],
      columns: [...formats, { ...formats[0]!, name: 'c' }].map((format) => ({ name: format.name, kind: 'number', format, spread: 20 }))
    }
    const columns = ['a', 'b'].map(
      (name, k) => ({ name, kind: 'number', values: Float64Array.from(rest, (x) => (k === 0 ? 60 : 40 - x)) }) as const
    )
    const { table } = putRulesBack(kept, { table: { columns, rowCount: rest.length }, formats })
    return table.columns.map((column) => (isNumeric(column) ? [...column.values] : []))
  }

  it('leave a rest as large as was lacking, or none where the data have such', () => {
    expect(parts([5, 0, -10], false)).toEqual([
      [60, 60, 49],
      [35, 40, 40.9],
      [5, 0, 10.1]
    ])
    expect(parts([5, 0, -10], true)).toEqual([
      [60, 60, 54.5],
      [35, 40, 45.4],
      [5, 0, 0.1]
    ])
  })
})
