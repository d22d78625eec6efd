import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { openBetween } from './between.js'
import { findRules } from './find.js'
import { keepRules } from './keep.js'
import { breachOf } from './rows-of-rule.js'
import { type Rule, ruleText } from './rule.js'
import { column } from './shapes.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

/** Of two columns the left one is measured from the right one, or ends there. */
const rule = (text: string): Rule => {
  const [name, sign, other] = text.split(' ') as [string, '>=' | '<=', string]
  return sign === '>=' ? { kind: 'order', column: name, low: column(other) } : { kind: 'limit', column: name, high: column(other) }
}
const open = (...texts: readonly string[]) => openBetween(texts.map(rule)).map(({ low, high }) => `${low} <= ${high}`)

describe('a start and an end of one column', () => {
  it('are open where no rule says that they are in order', () => {
    expect(open('b >= a', 'b <= c')).toEqual(['a <= c'])
    expect(open('b >= a', 'b <= c', 'c >= a')).toEqual([])
    expect(open('b >= a', 'b <= c', 'a <= c')).toEqual([])
    // By another column, which is measured from the one and which the other is measured from.
    expect(open('b >= a', 'b <= c', 'x >= a', 'c >= x')).toEqual([])
    // That stands between them itself, and says nothing.
    expect(open('b >= a', 'b <= c', 'x >= a', 'x <= c')).toEqual(['a <= c', 'a <= c'])
    expect(open('b >= a', 'c >= b', 'd <= c')).toEqual([])
  })
})

describe('dates of what happened to some', () => {
  const rows = 150
  const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(17), label), rows))
  const day = (n: number) => new Date(Date.UTC(2015, 0, 1) + 86_400_000 * Math.floor(n)).toISOString().slice(0, 10)
  const [entered, stayed] = [dice('entered').map((u) => 900 * u), dice('stayed').map((u) => 60 + 1400 * u * u)] as [number[], number[]]
  // Each event happens to one in fourteen, some time on the way: too few rows to show by themselves when they end.
  const event = (label: string) => dice(label).map((u, i) => (u < 0.07 ? entered[i]! + stayed[i]! * dice(`${label} when`)[i]! : undefined))
  const texts = (name: string, values: readonly (number | undefined)[]) => ({
    name,
    source: 'text' as const,
    values: values.map((x) => (x === undefined ? null : day(x)))
  })
  const last = entered.map((x, i) => x + stayed[i]!)
  const names = ['relapse', 'infection', 'transplant', 'bleeding', 'surgery', 'fracture']
  const raw = (labels: readonly string[]) => ({
    rowCount: rows,
    columns: [texts('entered', entered), texts('last', last), ...labels.map((name) => texts(name, event(name)))]
  })
  const ends = (labels: readonly string[]) =>
    findRules(prepareRows(raw(labels)).data)
      .map(ruleText)
      .filter((text) => labels.some((name) => text.includes(name) && text.includes('last')))

  it('end together at the last one, of which none shows that by itself', () => {
    expect(ends(['relapse'])).toEqual([])
    expect(ends(names).length).toBe(names.length)
  })

  it('stand between a start and an end that are in order, however both are drawn', () => {
    const { data } = prepareRows(raw(names))
    const rules = findRules(data)
    expect(openBetween(rules)).toEqual([])
    const kept = keepRules(rules, data)
    const out = takeRulesOut(kept, data)
    // Every column as others have it: what rules say does not hang on what is drawn.
    const turned = out.table.columns.map((one, c) =>
      'values' in one
        ? {
            ...one,
            values: one.values.map((_, i, all) => all[(i * 7 + c * 31) % rows]!),
            ...(one.missing ? { missing: one.missing.map((_, i, all) => all[(i * 7 + c * 31) % rows]!) } : {})
          }
        : one
    )
    const drawn = putRulesBack(kept, { ...out, table: { ...out.table, columns: turned } } as typeof out)
    for (const rule of rules) expect([ruleText(rule), breachOf(rule, drawn)?.count ?? 0]).toEqual([ruleText(rule), 0])
  })
})
