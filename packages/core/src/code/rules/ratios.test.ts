import { describe, expect, it, test } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { measuredIn, ruledRows, rulesOf } from '../../systems/rules/ruled-rows.js'
import { recordRules, rulesIn } from '../../systems/rules/rules-file.js'
import type { Column, NumericColumn } from '../../table/table.js'
import { keepRules } from './keep.js'
import { ruleTexts } from './kept-rules.js'
import { parseRule } from './parse-rule.js'
import { ratiosOf } from './ratios.js'
import { columnIn } from './rows-of-rule.js'
import { ruleText } from './rule.js'
import { pulledGradient, wholeRow } from './rule-row.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

const ROWS = 120
const noise = (label: string) => Array.from(normals(keyFor(keyFromSeed(5), label), ROWS))
// People of places differ a hundredfold, cases among a thousand of them by a third.
const people = noise('people').map((z) => Math.round(Math.exp(9 + 1.2 * z)))
const cases = noise('cases').map((z, i) => Math.round(0.004 * people[i]! * Math.exp(0.3 * z)))
const rate = cases.map((x, i) => Number(((1000 * x) / people[i]!).toPrecision(8)))
const RULE = 'rate = 1000 * cases / people'

type Cells = Readonly<Record<string, readonly (string | number | null)[]>>
const dataOf = (columns: Cells) => prepareRows(textTable(columns)).data
const ratiosIn = (columns: Cells, rules: readonly string[] = [RULE], except: readonly string[] = []) => [
  ...ratiosOf(rules.map(parseRule), dataOf(columns), new Set(except)).keys()
]

describe('numbers that are drawn as what part they are of others', () => {
  it('are the cases of a rate, where cases go along with people', () => {
    expect(ratiosIn({ people, cases, rate })).toEqual(['cases'])
    const alone = noise('alone').map((z) => Math.round(Math.exp(6 + z)))
    expect(ratiosIn({ people, cases: alone, rate: alone.map((x, i) => (1000 * x) / people[i]!) })).toEqual([])
  })

  it('are none that is stated to stay, that another rule derives or begins, nor such as people are computed from', () => {
    expect(ratiosIn({ people, cases, rate }, [RULE], ['cases'])).toEqual([])
    const told = { people, cases, rate, ill: cases.map((x) => 2 * x) }
    expect(ratiosIn(told, [RULE, 'cases = 0.5 * ill'])).toEqual([])
    expect(ratiosIn({ ...told, ill: cases.map((x) => x - 1) }, [RULE, 'cases >= ill'])).toEqual([])
    const others = cases.map((x, i) => people[i]! - x)
    expect(ratiosIn({ people, cases, rate, others }, [RULE, 'people = others + cases'])).toEqual([])
  })

  it('are none where what divides is nothing in some row, or missing', () => {
    expect(ratiosIn({ people: people.map((x, i) => (i === 3 ? 0 : x)), cases, rate })).toEqual([])
    expect(ratiosIn({ people: people.map((x, i) => (i === 3 ? null : x)), cases, rate })).toEqual([])
    expect(
      ratiosIn({ people: people.map((x, i) => (i === 3 ? null : x)), cases: cases.map((x, i) => (i === 3 ? null : x)), rate })
    ).toEqual(['cases'])
  })
})

const data = dataOf({ people, cases, rate })
const kept = (() => {
  const rules = rulesOf(data, {})
  return keepRules(rules, data, measuredIn(data, rules, {}))
})()

test('the rate is found, the ratio stands in the place of the cases, and both come back as they were, from a model file too', () => {
  expect(rulesOf(data, {}).map(ruleText)).toContain(RULE)
  expect(ruleTexts(kept)).toEqual([RULE])
  const taken = takeRulesOut(kept, data)
  expect(taken.table.columns.map(({ name }) => name)).toEqual(['people', 'cases / people'])
  expect(putRulesBack(kept, taken)).toEqual({ table: data.table, formats: data.formats })
  const read = rulesIn(['people', 'cases / people'])(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')
  expect(putRulesBack(read, taken)).toEqual({ table: data.table, formats: data.formats })
})

test('a ratio moves cases and rate, to the slope that a step beside them has', () => {
  const at = (ratio: number, all: number) => wholeRow(kept)({ people: all, 'cases / people': ratio })
  const gradient = pulledGradient(kept, at(0.3, 20_000), { cases: 2, rate: 3 })
  const value = (row: ReturnType<typeof at>) => 2 * (row.cases as number) + 3 * (row.rate as number)
  const slopes = {
    'cases / people': (value(at(0.301, 20_000)) - value(at(0.299, 20_000))) / 0.002,
    people: (value(at(0.3, 20_010)) - value(at(0.3, 19_990))) / 20
  }
  expect(gradient['cases / people']).toBeCloseTo(slopes['cases / people'], 6)
  expect(gradient.people).toBeCloseTo(slopes.people, 6)
})

test('a share of a whole is its part, where the two go along, and no gap from it', () => {
  const size = people
  const used = noise('used').map((z, i) => Math.round(size[i]! / (1 + Math.exp(-z))))
  const percent = used.map((x, i) => Number(((100 * x) / size[i]!).toPrecision(8)))
  const { rules } = ruledRows(textTable({ size, used, percent }), {})
  expect(ruleTexts(rules!).sort()).toEqual(['percent = 100 * used / size', 'used <= size'])
  expect(columnIn(takeRulesOut(rules!, dataOf({ size, used, percent })), 'size').kind).toBe('integer')
})

test('numbers that are drawn as parts of others keep to thousands, as all of the data do', () => {
  const prices = people.map((area, i) => 1000 * Math.max(1, Math.round(0.9 * area * Math.exp(0.3 * noise('price')[i]!))))
  const columns = { people, prices, each: prices.map((x, i) => Number((x / people[i]!).toPrecision(8))) }
  const data = dataOf(columns)
  const rules = [parseRule('each = prices / people')]
  const kept = keepRules(rules, data, { ratios: ratiosOf(rules, data, new Set()) })
  const drawn = takeRulesOut(kept, data)
  // Any share of the way.
  const moved = drawn.table.columns.map((column) =>
    column.name.startsWith('prices') ? { ...column, values: (column as NumericColumn).values.map((x) => 0.37 * x + 0.11) } : column
  )
  const back = putRulesBack(kept, { ...drawn, table: { ...drawn.table, columns: moved as Column[] } })
  const values = (columnIn(back, 'prices') as NumericColumn).values
  expect(values.every((x) => x % 1000 === 0)).toBe(true)
  expect(new Set(values).size).toBeGreaterThan(ROWS / 2)
})
