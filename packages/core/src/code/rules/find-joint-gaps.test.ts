import { describe, expect, it } from 'vitest'
import { type Cell, textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { recordRules, rulesIn } from '../../systems/rules/rules-file.js'
import { findRules } from './find.js'
import { keepRules } from './keep.js'
import { parseRule } from './parse-rule.js'
import { breachOf } from './rows-of-rule.js'
import { ruleText } from './rule.js'
import { wholeRow } from './rule-row.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

const rows = 400
const dice = (label: string, seed = 3) => uniforms(keyFor(keyFromSeed(seed), label), rows)
const some = <T>(label: string, values: readonly T[], seed?: number) =>
  Array.from(dice(label, seed), (u) => values[Math.floor(u * values.length)]!)
type Cells = readonly Cell[]
const dataOf = (columns: Readonly<Record<string, Cells>>) => prepareRows(textTable(columns)).data
const found = (columns: Readonly<Record<string, Cells>>) => findRules(dataOf(columns)).map(ruleText)

const sex = some('sex', ['f', 'm'])
const age = Array.from(dice('age'), (u) => Math.floor(90 * u))
const plan = some('plan', ['free', 'basic', 'plus'])
const note = some('note', ['one', 'two', 'three'])
const where = (is: (i: number) => boolean, cells: Cells = note): Cells => cells.map((cell, i) => (is(i) ? null : cell))

describe('gaps that conditions on two columns tell together', () => {
  it('are where one of them holds, or where all do', () => {
    expect(found({ sex, age, pregnant: where((i) => sex[i] === 'm' || age[i]! < 18 || age[i]! >= 46) })).toEqual([
      'pregnant missing where sex = m or age < 18 or age >= 46'
    ])
    expect(found({ plan, age, waiver: where((i) => plan[i] !== 'free' && age[i]! >= 65) })).toEqual([
      'waiver missing where plan = basic, plus and age >= 65'
    ])
    expect(found({ age, school: where((i) => age[i]! < 20 || age[i]! >= 60) })).toEqual(['school missing where age < 20 or age >= 60'])
    const red = Array.from(dice('red'), (u) => Math.max(0, Math.floor(5 * u - 2)))
    expect(found({ red, minute: where((i) => red[i] === 0) })).toEqual(['minute missing where red < 1'])
    const fine = Array.from(dice('fine'), (u, i) => (u < 0.2 ? null : u < 0.6 ? '0.00' : ((i % 97) / 4 + 0.5).toFixed(2)))
    expect(found({ fine, paid: where((i) => fine[i] === null || fine[i] === '0.00') })).toEqual([
      'paid missing where fine missing or fine < 0.3'
    ])
    const [height, weight] = [
      where((i) => dice('a')[i]! < 0.2, age),
      where((i) => dice('b')[i]! < 0.3, some('weight', [50, 60, 70, 80, 90]))
    ]
    expect(found({ height, weight, note: where((i) => height[i] === null || weight[i] === null) })).toEqual([
      'note missing where height missing or weight missing'
    ])
  })

  it('are none where one condition is enough, one row is otherwise, or chance tells', () => {
    expect(found({ plan, age, note: where((i) => plan[i] === 'free') })).toEqual(['note missing where plan = free'])
    const says = (i: number) => sex[i] === 'm' || age[i]! < 18
    const row = age.findIndex((x, i) => sex[i] === 'f' && x > 40)
    expect(found({ sex, age, note: where((i) => says(i) !== (i === row)) })).not.toContainEqual(expect.stringContaining(' or '))
    for (let seed = 0; seed < 40; seed++)
      expect(
        found({ sex, age, plan, note: where((i) => sex[i] === 'm' || dice('gap', seed)[i]! < 0.02 * (seed + 1)) }).filter((rule) =>
          / (?:or|and) /.test(rule)
        )
      ).toEqual([])
  })

  it('are kept with a computed number, in a file, and of one row', () => {
    const birth = age.map((x) => 2020 - x)
    const says = (i: number) => sex[i] === 'm' || age[i]! < 18 || age[i]! >= 46
    const data = dataOf({ birth, age, sex, pregnant: where(says) })
    const rule = parseRule('pregnant missing where sex = m or age < 18 or age >= 46')
    const kept = keepRules([parseRule('age = 2020 - birth'), rule], data)
    const out = takeRulesOut(kept, data)
    const again = rulesIn(out.table.columns.map(({ name }) => name))(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')
    const turned = out.table.columns.map((one) => (one.name === 'birth' ? { ...one, values: Float64Array.from(birth).reverse() } : one))
    const drawn = { ...out, table: { ...out.table, columns: turned } } as typeof out
    expect(breachOf(rule, putRulesBack(again, drawn))).toBeUndefined()
    expect(wholeRow(again)({ birth: 1990, sex: 'f', pregnant: 'one' })).toMatchObject({ pregnant: 'one' })
    expect(wholeRow(again)({ birth: 1990, sex: 'm', pregnant: 'one' })).toMatchObject({ pregnant: null })
    expect(wholeRow(again)({ birth: 1950, sex: 'f', pregnant: 'one' })).toMatchObject({ pregnant: null })
  })

  it.each([
    'pregnant missing where sex = m or age < 18 or age >= 46',
    'a missing where b missing or c present or d = x, y',
    'a missing where plan = free, plus and age >= 2.5 and x present',
    'a missing where b = `black or white`, red or `c d` = e',
    '`a or b` missing where c = d'
  ])('%s is read and written', (text) => {
    expect(ruleText(parseRule(text))).toBe(text)
  })

  it('levels that hold the words need no signs where no condition follows; both words together are refused', () => {
    expect(parseRule('a missing where b = black or white, red')).toEqual({
      kind: 'gap',
      column: 'a',
      when: 'b',
      levels: ['black or white', 'red']
    })
    for (const text of [
      'a missing where b missing or c = d and e present',
      'a missing where b = maybe x or c missing',
      'a missing where b = c or a = d'
    ])
      expect(() => parseRule(text)).toThrow(expect.objectContaining({ code: 'rule-malformed' }))
  })
})
