import { describe, expect, it } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { ruledRows } from '../../systems/rules/ruled-rows.js'
import { recordRules, rulesIn } from '../../systems/rules/rules-file.js'
import { cellAt } from '../../table/cells.js'
import type { CategoricalColumn, NumericColumn } from '../../table/table.js'
import { findRules } from './find.js'
import { ruleTexts } from './kept-rules.js'
import { columnIn } from './rows-of-rule.js'
import { ruleText } from './rule.js'
import { putRulesBack } from './stacked.js'

const ROWS = 400
const SHARES = [0.4, 0.7, 0.85, 0.95, 1]
const NAMES = ['red', 'green', 'blue', 'white', 'black']

const u = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(3), label), ROWS))
const z = (label: string) => Array.from(normals(keyFor(keyFromSeed(3), label), ROWS))
const colour = u('colour').map((x) => SHARES.findIndex((share) => x < share))
const flags = Object.fromEntries(NAMES.map((name, k) => [name, colour.map((one) => (one === k ? 1 : 0))]))
/** Thresholds of it tell some of the flags, as groups stand apart, and others but for some rows. */
const value = z('value').map((x, i) => (10 * colour[i]! + 2 * x).toFixed(2))
const other = z('other').map((x) => x.toFixed(2))
const SUM = 'red = 1 - green - blue - white - black'

const found = (columns: Parameters<typeof textTable>[0]) =>
  findRules(prepareRows(textTable(columns)).data)
    .map(ruleText)
    .sort()

describe('of flags of which one is set in each row', () => {
  it('that is what is found, sooner than thresholds of some', () => {
    expect(found({ ...flags, value, other })).toEqual([SUM])
  })

  it('one is set in rows whose drawn columns come from different rows, and they are drawn as one category', () => {
    const { data, rules } = ruledRows(textTable({ ...flags, value, other }), {})
    const { columns, rowCount } = data.table
    expect(columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['one of red, green, blue, white, black', 'category'],
      ['value', 'number'],
      ['other', 'number']
    ])
    const names = columns.map(({ name }) => name)
    expect(rulesIn(names)(JSON.parse(JSON.stringify(recordRules(rules!))), 'rules')).toEqual(rules)
    expect(ruleTexts(rules!)).toEqual([SUM])
    const choice = columns[0] as CategoricalColumn
    const moved = { ...choice, codes: choice.codes.map((_, i) => choice.codes[(i + 17) % rowCount]!) }
    const back = putRulesBack(rules!, { ...data, table: { columns: [moved, ...columns.slice(1)], rowCount } })
    const set = NAMES.map((name) => (columnIn(back, name) as NumericColumn).values)
    for (let i = 0; i < rowCount; i++)
      expect(set.map((values) => values[i])).toEqual(NAMES.map((_, k) => (colour[(i + 17) % ROWS] === k ? 1 : 0)))
  })

  it.each([
    ['true', 'false'],
    ['yes', 'no'],
    ['no', 'yes']
  ])('it is so of words: one is %s in each row, and all others %s', (set, not) => {
    const words = Object.fromEntries(NAMES.map((name, k) => [name, colour.map((one) => (one === k ? set : not))]))
    const member = u('member').map((x) => (x < 0.3 ? set : not))
    const columns = { ...words, member, value, other }
    expect(found(columns)).toEqual(['green, blue, white, black -> red'])
    const { data, rules } = ruledRows(textTable(columns), {})
    const { rowCount } = data.table
    const names = data.table.columns.map(({ name }) => name)
    expect(names).toEqual(['one of red, green, blue, white, black', 'member', 'value', 'other'])
    expect(rulesIn(names)(JSON.parse(JSON.stringify(recordRules(rules!))), 'rules')).toEqual(rules)
    expect(ruleTexts(rules!)).toEqual(['green, blue, white, black -> red'])
    const choice = data.table.columns[0] as CategoricalColumn
    const moved = { ...choice, codes: choice.codes.map((_, i) => choice.codes[(i + 17) % rowCount]!) }
    const back = putRulesBack(rules!, { ...data, table: { columns: [moved, ...data.table.columns.slice(1)], rowCount } })
    const cells = NAMES.map((name) => cellAt(columnIn(back, name)))
    for (let i = 0; i < rowCount; i++)
      expect(cells.map((cell) => cell(i))).toEqual(NAMES.map((_, k) => (colour[(i + 17) % ROWS] === k ? set : not)))
  })

  it('what tells them all says more: a colour, and thresholds of an age', () => {
    const named = found({ colour: colour.map((k) => `a ${NAMES[k]}`), ...flags, value, other })
    expect(named).toEqual(NAMES.map((name) => `colour -> ${name}`).sort())
    const age = u('age').map((x) => 18 + Math.floor(60 * x))
    const bands = {
      young: age.map((x) => Number(x < 30)),
      middle: age.map((x) => Number(x >= 30 && x < 50)),
      old: age.map((x) => Number(x >= 50))
    }
    expect(found({ age, ...bands, other })).toEqual(['age -> middle', 'old = age >= 50', 'young = age >= 30'])
  })

  it('two groups side by side are two, and what is set beside one of them is in neither', () => {
    const size = u('size').map((x) => Math.floor(3 * x))
    const sizes = Object.fromEntries(['s', 'm', 'l'].map((name, k) => [name, size.map((one) => (one === k ? 1 : 0))]))
    const member = u('member').map((x) => Number(x < 0.3))
    expect(found({ ...flags, ...sizes, member, other })).toEqual([SUM, expect.stringMatching(/^[sml] = 1 - [sml] - [sml]$/)])
  })

  it('none is said where a row has two, nor of flags that have nothing to do with each other', () => {
    const twice = { ...flags, green: flags.green!.map((x, i) => (i === colour.indexOf(0) ? 1 : x)) }
    expect(found({ ...twice, value, other })).not.toContain(SUM)
    const [a, b, c] = ['a', 'b', 'c'].map((label) => u(label).map((x) => Number(x < 0.3)))
    expect(found({ a: a!, b: b!, c: c!, other })).toEqual([])
    const words = (values: readonly number[]) => values.map((x) => (x === 1 ? 'yes' : 'no'))
    expect(found({ a: words(a!), b: words(b!), c: words(c!), other })).toEqual([])
    const both = Object.fromEntries(Object.entries(twice).map(([name, values]) => [name, words(values)]))
    expect(found({ ...both, other }).filter((rule) => rule.includes('white') && rule.includes('black'))).toEqual([])
  })
})
