import { describe, expect, it } from 'vitest'
import { type Cell, textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { evaluate } from '../../table/expression.js'
import { findRules } from './find.js'
import { parseRule } from './parse-rule.js'
import { ruleText } from './rule.js'

const rows = 200
const DAY = 864e5
const iso = (time: number) => new Date(time).toISOString().slice(0, 10)
const dice = (label: string, seed = 3) => uniforms(keyFor(keyFromSeed(seed), label), rows)
const START = Date.UTC(2023, 0, 1)
const dates = (label: string, seed?: number) => Array.from(dice(label, seed), (u) => START + Math.floor(700 * u) * DAY)
const some = <T>(label: string, values: readonly T[], seed?: number) =>
  Array.from(dice(label, seed), (u) => values[Math.floor(u * values.length)]!)

/** So many months later, by the words of the calendar alone: the day of the month, or the last one. */
function later(time: number, months: number): number {
  const [year, month, day] = iso(time).split('-').map(Number) as [number, number, number]
  const first = year * 12 + month - 1 + months
  const [y, m] = [Math.floor(first / 12), first % 12]
  const length = [31, y % 4 === 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m]!
  return Date.UTC(y, m, Math.min(day, length))
}
const lastOfMonth = (time: number) => later(Date.UTC(new Date(time).getUTCFullYear(), new Date(time).getUTCMonth(), 1), 1) - DAY

type Cells = readonly Cell[]
const found = (columns: Readonly<Record<string, Cells>>) => findRules(prepareRows(textTable(columns)).data).map(ruleText)

const joined = dates('joined')
const text = (times: readonly number[]) => times.map(iso)

describe('dates some calendar months from another', () => {
  it('by a constant, with days beside it', () => {
    const renewal = joined.map((time) => later(time, 12) - DAY)
    const reminder = joined.map((time) => time + 14 * DAY)
    expect(found({ joined: text(joined), renewal: text(renewal), reminder: text(reminder) }).sort()).toEqual([
      'reminder = joined + 14',
      'renewal = joined + years(1) - 1'
    ])
  })

  it('by days, where the first of a month is counted from, and years beside as many days', () => {
    const billed = joined.map((time) => Date.UTC(2025, Math.floor((time - START) / DAY) % 12, 1))
    const due = billed.map((time) => time + 14 * DAY)
    const renewed = billed.map((time) => later(time, 12))
    expect(found({ billed: text(billed), due: text(due), renewed: text(renewed) }).sort()).toEqual([
      'due = billed + 14',
      'renewed = billed + years(1)'
    ])
  })

  it('tell a fee by thresholds of the days between them, also where these are missing', () => {
    const due = joined.map((time) => time + 14 * DAY)
    const paid = Array.from(dice('paid'), (u, i) => (u < 0.1 ? null : joined[i]! + Math.floor(40 * (1 - u) ** 2) * DAY))
    const late = paid.map((time, i) => time && Math.max(0, (time - due[i]!) / DAY))
    const fee = late.map((days) => days && (days > 12 ? 10 : 5))
    expect(
      found({ joined: text(joined), due: text(due), paid: paid.map((time) => time && iso(time)), late, fee }).filter(
        (rule) => !rule.includes('>= joined')
      )
    ).toEqual(['due = joined + 14', 'late = positive(paid - due)', 'fee = bins(late, 1, 13)'])
  })

  it('by a column of months, of quarters or of years, missing where that is', () => {
    for (const [factor, term] of [
      [1, 'months(term)'],
      [3, 'months(3 * term)'],
      [12, 'years(term)']
    ] as const) {
      const terms = some('term', [1, 2, 3, 6, null])
      const ends = joined.map((time, i) => (terms[i] ? iso(later(time, factor * terms[i])) : null))
      expect(found({ joined: text(joined), term: terms, ends })).toContain(`ends = joined + ${term}`)
    }
  })

  it('by the level of a category', () => {
    const months = { annual: 12, monthly: 1, quarterly: 3 }
    const plans = some('plan', Object.keys(months) as (keyof typeof months)[])
    const ends = joined.map((time, i) => later(time, months[plans[i]!]))
    expect(found({ joined: text(joined), plan: plans, ends: text(ends) })).toEqual([
      'ends = joined + months(12 * P(plan = annual) + P(plan = monthly) + 3 * P(plan = quarterly))'
    ])
    const days = { net14: 14, net30: 30, now: 0 }
    const terms = some('terms', Object.keys(days) as (keyof typeof days)[])
    const due = joined.map((time, i) => time + days[terms[i]!] * DAY)
    expect(found({ joined: text(joined), terms, due: text(due) })).toEqual(['due = joined + 14 * P(terms = net14) + 30 * P(terms = net30)'])
  })

  it('and not by a level where the days are 0 anyhow: they are the difference of the dates', () => {
    const stages = some('stage', ['new', 'open', 'won'])
    const drawn = some('age', [0, 3, 7, 11, 20, 34])
    const ages = drawn.map((age, i) => (stages[i] === 'new' ? 0 : age!))
    const last = joined.map((time, i) => time + ages[i]! * DAY)
    expect(found({ created: text(joined), stage: stages, last: text(last), age: ages })).toContain('age = last - created')
  })

  it('at the end of a month, on its first day or on another one', () => {
    const end = joined.map(lastOfMonth)
    expect(found({ joined: text(joined), closed: text(end) })).toEqual(['closed = month_end(joined)'])
    expect(found({ joined: text(joined), bill: text(end.map((time) => time + DAY)) })).toEqual(['bill = month_end(joined) + 1'])
    expect(found({ joined: text(joined), due: text(end.map((time) => later(time + 15 * DAY, 1))) })).toEqual([
      'due = month_end(joined + months(1)) + 15'
    ])
  })

  it('by the levels of two categories together', () => {
    const days = { book: [21, 42], disc: [7, 14], paper: [7, 7], game: [14, 28] }
    const kind = some('kind', Object.keys(days) as (keyof typeof days)[])
    const renewed = some('renewed', ['no', 'no', 'yes'])
    const due = joined.map((time, i) => time + days[kind[i]!][renewed[i] === 'yes' ? 1 : 0]! * DAY)
    const [rule] = found({ joined: text(joined), kind, renewed, due: text(due) })
    // What is the same whether renewed or not is said of the kind.
    expect(rule).toMatch(/^due = joined \+ .*7 \* \(P\(kind = disc\) \* P\(renewed = no\) \+ P\(kind = paper\)\)/)
    const { expression } = parseRule(rule!) as Extract<ReturnType<typeof parseRule>, { kind: 'formula' }>
    for (const [own, [once, twice]] of Object.entries(days))
      for (const [word, term] of [
        ['no', once],
        ['yes', twice]
      ] as const)
        expect(
          evaluate(
            expression,
            () => 0,
            ({ level }) => Number(level === own || level === word)
          )
        ).toBe(term)
    // What each adds is said of each.
    const more = joined.map((time, i) => time + (days[kind[i]!][0]! + (renewed[i] === 'yes' ? 30 : 0)) * DAY)
    expect(found({ joined: text(joined), kind, renewed, due: text(more) })).toEqual([
      'due = joined + 21 * P(kind = book) + 7 * (P(kind = disc) + P(kind = paper)) + 14 * P(kind = game) + 30 * P(renewed = yes)'
    ])
  })

  it('by two categories, of levels that no row has together as what is commonest of the first', () => {
    const kind = some('kind', ['a', 'b', 'c'])
    const fast = kind.map((own, i) => (own === 'c' ? 'no' : dice('fast')[i]! < 0.4 ? 'yes' : 'no'))
    const due = joined.map((time, i) => time + (kind[i] === 'c' ? 60 : fast[i] === 'yes' ? 3 : kind[i] === 'a' ? 10 : 20) * DAY)
    const [rule] = found({ joined: text(joined), kind, fast, due: text(due) })
    const { expression } = parseRule(rule!) as Extract<ReturnType<typeof parseRule>, { kind: 'formula' }>
    expect(
      evaluate(
        expression,
        () => 0,
        ({ level }) => Number(level === 'c' || level === 'yes')
      )
    ).toBe(60)
  })

  it('by the level of a category, as many times as a number says', () => {
    const days = { book: 21, disc: 7, game: 14 }
    const kind = some('kind', Object.keys(days) as (keyof typeof days)[])
    const renewals = some('renewals', [0, 0, 0, 1, 1, 2])
    const due = joined.map((time, i) => time + days[kind[i]!] * (1 + renewals[i]!) * DAY)
    expect(found({ joined: text(joined), kind, renewals, due: text(due) })).toEqual([
      'due = joined + (21 * P(kind = book) + 7 * P(kind = disc) + 14 * P(kind = game)) * (1 + renewals)'
    ])
    const weeks = some('weeks', [1, 2, 3, 5])
    const end = joined.map((time, i) => time + (kind[i] === 'book' ? 7 : 5) * weeks[i]! * DAY)
    expect(found({ joined: text(joined), kind, weeks, end: text(end) })).toEqual([
      'end = joined + (7 * P(kind = book) + 5 * (1 - P(kind = book))) * weeks'
    ])
  })

  it('are counted from the day of a moment, to a day or to one time of day', () => {
    const at = joined.map((time, i) => time + Math.floor(1440 * dice('time')[i]!) * 60_000)
    const moments = (times: readonly number[]) => times.map((time) => new Date(time).toISOString().slice(0, 16))
    const due = joined.map((time) => time + 21 * DAY)
    expect(found({ at: moments(at), due: text(due) })).toEqual(['due = midnight(at) + 21'])
    expect(found({ at: moments(at), on: text(joined) })).toEqual(['on = midnight(at)'])
    expect(found({ at: moments(at), due: moments(due.map((time) => time + 17 * 3_600_000)) })).toEqual([
      'due = midnight(at) + 21 + 17 / 24'
    ])
    expect(found({ at: moments(at), due: moments(due.map((time) => time + DAY - 60_000)) })).toEqual([
      'due = midnight(at) + 21 + 1439 / 1440'
    ])
    expect(found({ at: moments(at), until: text(joined.map((time) => later(time, 12) - DAY)) })).toEqual([
      'until = midnight(at) + years(1) - 1'
    ])
    expect(found({ at: moments(at), closed: text(joined.map(lastOfMonth)) })).toContain('closed = month_end(midnight(at))')
    const days = some('days', [7, 14, 28])
    expect(found({ at: moments(at), days, due: text(joined.map((time, i) => time + days[i]! * DAY)) })).toEqual([
      'due = midnight(at) + days'
    ])
    const kind = some('kind', ['book', 'disc'])
    expect(found({ at: moments(at), kind, due: text(joined.map((time, i) => time + (kind[i] === 'book' ? 28 : 7) * DAY)) })).toEqual([
      'due = midnight(at) + 28 * P(kind = book) + 7 * P(kind = disc)'
    ])
    // As long after the moment itself, it is not of the day.
    expect(found({ at: moments(at), due: moments(at.map((time) => time + 21 * DAY)) })).toEqual(['due = at + 21'])
  })

  it('tell what is paid for each day beyond them', () => {
    const at = joined.map((time, i) => time + Math.floor(1440 * dice('time')[i]!) * 60_000)
    const back = at.map((time, i) => time + Math.floor(40 * dice('back')[i]!) * DAY)
    const due = joined.map((time) => time + 21 * DAY)
    const late = back.map((time, i) => Math.max(0, (time - (time % DAY) - due[i]!) / DAY))
    const fine = late.map((days) => (0.2 * days).toFixed(2))
    const moments = (times: readonly number[]) => times.map((time) => new Date(time).toISOString().slice(0, 16))
    expect(found({ at: moments(at), due: text(due), back: moments(back), fine })).toContain('fine = 0.2 * positive(days(back - due))')
    const days = { joined: text(joined), due: text(due), back: text(back) }
    expect(found({ ...days, fine })).toContain('fine = 0.2 * positive(back - due)')
  })

  it('are an end, and a start, of others', () => {
    const ends = joined.map((time) => later(time, 6))
    const left = joined.map((time, i) => time + Math.floor(dice('left')[i]! * ((ends[i]! - time) / DAY + 1)) * DAY)
    expect(found({ joined: text(joined), ends: text(ends), left: text(left) }).sort()).toEqual([
      'ends = joined + months(6)',
      'left <= ends',
      'left >= joined'
    ])
  })

  it('are none between dates that merely lie near, or months but for some rows', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const [start, kind] = [dates('start', seed), some('kind', ['a', 'b', 'c'], seed)]
      const near = start.map((time, i) => time + (1 + Math.floor(3 * dice('near', seed)[i]!)) * DAY)
      const months = start.map((time, i) => later(time, [1, 3, 12][Math.floor(3 * dice('months', seed)[i]!)]!))
      const nearly = start.map((time, i) => later(time, 6) + (dice('off', seed)[i]! < 0.1 ? DAY : 0))
      for (const other of [near, months, nearly, dates('other', seed)])
        expect(found({ start: text(start), kind, other: text(other) }).filter((rule) => /other = start|start = other/.test(rule))).toEqual(
          []
        )
    }
  })
})

it('months are added as a calendar does, and years are twelve of them', () => {
  const day = (date: string) => Date.parse(date) / DAY
  const at = (rule: string, values: Readonly<Record<string, number>>) => {
    const { expression } = parseRule(`ends = ${rule}`) as Extract<ReturnType<typeof parseRule>, { kind: 'formula' }>
    return iso(evaluate(expression, (name) => values[name]!) * DAY)
  }
  const on = (rule: string, date: string) => at(rule, { x: day(date) })
  expect(on('x + months(1)', '2023-01-31')).toBe('2023-02-28')
  expect(on('x + months(1)', '2024-01-31')).toBe('2024-02-29')
  expect(on('x - months(11)', '2024-12-31')).toBe('2024-01-31')
  expect(on('x + years(1)', '2024-02-29')).toBe('2025-02-28')
  expect(on('x + months(3) - 1', '2024-12-01')).toBe('2025-02-28')
  expect(on('month_end(x) + 1', '2023-12-05')).toBe('2024-01-01')
  expect(on('midnight(x) + 21', '2024-03-01T13:33Z')).toBe('2024-03-22')
  expect(at('x + months(n)', { x: day('2023-05-31'), n: 4 })).toBe('2023-09-30')
  for (let i = 0; i < rows; i++) {
    const months = Math.floor(60 * dice('n')[i]!) - 20
    expect(at('x + months(n)', { x: joined[i]! / DAY, n: months })).toBe(iso(later(joined[i]!, months)))
  }
  for (const rule of [
    'ends = joined + months(term) - 1',
    'due = month_end(x + months(2)) + 10',
    'n = months(b - a)',
    'e = s + years(2)',
    'due = midnight(x) + 1439 / 1440'
  ])
    expect(ruleText(parseRule(rule))).toBe(rule)
  for (const rule of ['n = months(term)', 'e = 2 * months(3)', 'e = s + 2 * years(1)', 'e = s + months(1.5)'])
    expect(() => parseRule(rule)).toThrow(expect.objectContaining({ code: 'expression-malformed' }))
})

describe('a date as many days behind another one as two columns make', () => {
  const tableOf = (seed: number, length: (days: number, times: number, i: number) => number) => {
    const loaned = dates('loaned', seed)
    const [days, times] = [some('days', [7, 14, 28, 30], seed), some('times', [0, 0, 0, 1, 1, 2, 3], seed)]
    const due = loaned.map((time, i) => time + length(days[i]!, times[i]!, i) * DAY)
    return { loaned: text(loaned), days, times, due: text(due) }
  }

  it('is found', () => {
    expect(found(tableOf(1, (days, times) => days * (1 + times)))).toEqual(['due = loaned + days * (1 + times)'])
    expect(found(tableOf(1, (days, times) => days * times))).toEqual(['due = loaned + days * times'])
  })

  it('is none where it only goes along with them', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const other = dice('other', seed)
      const rules = found(tableOf(seed, (days, times, i) => Math.floor(days * (1 + times) * 2 * other[i]!)))
      expect(rules.filter((rule) => rule.includes('days'))).toEqual([])
    }
  })
})
