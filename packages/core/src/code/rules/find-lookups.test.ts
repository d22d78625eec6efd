import { describe, expect, it, test } from 'vitest'
import { type Cell, textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { recordRules, rulesIn } from '../../systems/rules/rules-file.js'
import type { NumericColumn } from '../../table/table.js'
import { findRules } from './find.js'
import { stepAlong } from './find-steps.js'
import { keepRules } from './keep.js'
import { hasKey, type LookupTable } from './lookup-table.js'
import { parseRule } from './parse-rule.js'
import { breachOf, columnIn, quantityIn } from './rows-of-rule.js'
import { ruleText } from './rule.js'
import { wholeRow } from './rule-row.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

const rows = 400
const dice = (label: string, seed = 5) => uniforms(keyFor(keyFromSeed(seed), label), rows)
const some = <T>(label: string, values: readonly T[], seed?: number) =>
  Array.from(dice(label, seed), (u) => values[Math.floor(u * values.length)]!)
const found = (columns: Readonly<Record<string, readonly Cell[]>>) => findRules(prepareRows(textTable(columns)).data).map(ruleText)

describe('what three columns tell together', () => {
  const type = some('type', ['resident', 'business', 'visitor'])
  const zone = some('zone', ['A', 'B', 'C'])
  const months = some('months', [1, 6, 12])
  const rates: Readonly<Record<string, number>> = { resident: 1, business: 2.5, visitor: 3, A: 9.5, B: 7, C: 5 }
  const price = type.map((one, i) => rates[one]! * rates[zone[i]!]! * months[i]!)

  it('is looked up', () => {
    const weight = Array.from(dice('weight'), (u) => u.toFixed(4))
    expect(found({ type, zone, months, weight, price: price.map((x) => x.toFixed(2)) })).toEqual(['type, zone, months -> price'])
  })

  it('is not computed from what is computed from it', () => {
    const off = Array.from(dice('off'), (u, i) => Math.round(100 * u * price[i]!) / 100)
    const fee = price.map((x, i) => (x - off[i]!).toFixed(2))
    expect(found({ type, zone, months, price: price.map((x) => x.toFixed(2)), off: off.map((x) => x.toFixed(2)), fee })).toEqual([
      'type, zone, months -> price',
      'off <= price',
      'fee = price - off'
    ])
  })

  it('is a rule only where each of the three says more than chance', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const [a, b, c] = ['a', 'b', 'c'].map((label) => some(label, ['x', 'y', 'z', 'w'], seed)) as string[][]
      // Two tell it, but for one row in fifty.
      const told = Array.from(dice('told', seed), (u, i) => (u < 0.02 ? 'other' : `${a![i]} ${b![i]}`))
      const weight = Array.from(dice('weight', seed), (u) => u.toFixed(4))
      expect(found({ a: a!, b: b!, c: c!, weight, told }).filter((text) => text.includes('a, b, c'))).toEqual([])
    }
  })
})

test('what is the very number that a calendar says is told by few dates, and other numbers of as many are not', () => {
  const months = some(
    'month',
    Array.from({ length: 18 }, (_, k) => k)
  )
  const end = months.map((k) => new Date(Date.UTC(2023, 6 + k, 0)))
  const date = end.map((one) => one.toISOString().slice(0, 10))
  const year = end.map((one) => one.getUTCFullYear())
  const month = end.map((one) => one.getUTCMonth() + 1)
  const use = Array.from(dice('use'), (u) => u.toFixed(4))
  const told = found({ date, year, month, use })
  expect(told).toContain('year(date) -> year')
  expect(told).toContain('month(date) -> month')
  // Of eighteen months twelve say what stands for what, and six agree.
  expect(found({ date, year: year.map((one) => one - 2020), month: month.map((one) => 40 + one), use })).not.toContain(
    'month(date) -> month'
  )
})

describe('what a calendar says of a date', () => {
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
  const times = Array.from(dice('time'), (u) => new Date(Date.UTC(2023, 0, 1) + 60_000 * Math.floor(600 * 24 * 60 * u)))
  const columns = (at: readonly Date[]) => ({
    start: at.map((time) => time.toISOString().slice(0, 16)),
    weekday: at.map((time) => days[time.getUTCDay()]!),
    month: at.map((time) => time.getUTCMonth() + 1),
    hour: at.map((time) => time.getUTCHours()),
    day: at.map((time) => time.getUTCDate()),
    year: at.map((time) => time.getUTCFullYear()),
    period: at.map((time) => time.toISOString().slice(0, 7)),
    // Each Thursday lies in the week of its year.
    week: at.map((time) => {
      const thursday = new Date(time.getTime() + 86_400_000 * (4 - (time.getUTCDay() || 7)))
      return 1 + Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (7 * 86_400_000))
    })
  })
  const rules = [
    'month(start) -> month',
    'weekday(start) -> weekday',
    'hour(start) -> hour',
    'year(start) -> year',
    'day(start) -> day',
    'week(start) -> week',
    // A month is the first day of it.
    'period = month_end(midnight(start) - months(1)) + 1'
  ]

  it('is looked up by it', () => {
    const own = columns(times)
    expect(found(own).sort()).toEqual([...rules].sort())
    // A threshold says in one number which of two words for years it is.
    const words = found({ start: own.start, year: own.year.map((year) => `y${year}`) })
    expect(words).toEqual(['year = start >= 2024-01-01'])
    const { data } = prepareRows(textTable(own))
    for (const text of rules) {
      const rule = parseRule(text)
      expect(ruleText(rule)).toBe(text)
      expect(breachOf(rule, data)).toBeUndefined()
    }
    expect(breachOf(parseRule('weekday(start) -> month'), data)).toBeDefined()
  })

  it('comes back from the date, also by a model file', () => {
    const { data } = prepareRows(textTable(columns(times)))
    const kept = keepRules(rules.map(parseRule), data)
    const drawn = takeRulesOut(kept, data)
    expect(drawn.table.columns.map(({ name }) => name)).toEqual(['start'])
    const read = rulesIn(['start'])(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')
    expect(putRulesBack(read, drawn).table).toEqual(data.table)
  })

  it('is so of years beyond those of the data, where it is their number', () => {
    const { data } = prepareRows(textTable(columns(times)))
    const kept = keepRules(rules.map(parseRule), data)
    const drawn = takeRulesOut(kept, data)
    const [start] = drawn.table.columns as readonly [NumericColumn]
    const later = { ...start, values: start.values.map((time) => time + 1000 * 86_400_000) }
    const { table } = putRulesBack(kept, { ...drawn, table: { ...drawn.table, columns: [later] } })
    const year = table.columns.find(({ name }) => name === 'year') as NumericColumn
    expect([...year.values]).toEqual(Array.from(later.values, (time) => new Date(time).getUTCFullYear()))
    const { table: known } = kept.rules.find(({ column }) => column === 'year') as { table: LookupTable }
    expect(hasKey(known, [2031])).toBe(true)
  })

  it('counts each date once', () => {
    // Five days of two months: which of both it is says what each of them is, of 400 rows.
    const date = Array.from(dice('few'), (u) => ['2024-01-03', '2024-01-17', '2024-02-05', '2024-02-20', '2024-02-28'][Math.floor(5 * u)]!)
    const wave = date.map((one) => (one < '2024-02' ? 'first' : 'second'))
    const weight = Array.from(dice('weight'), (u) => u.toFixed(4))
    expect(found({ date, wave, weight }).filter((text) => text.includes('('))).toEqual([])
  })
})

it('a grade, a step and hours tell a salary, and this none of them', () => {
  const [grade, step, hours] = [some('grade', [1, 2, 3, 4, 5, 6]), some('step', [1, 2, 3, 4, 5]), some('hours', [19, 25, 30, 38])]
  const salary = grade.map((own, i) => Math.round(((1800 + 260 * own) * (1 + 0.025 * (step[i]! - 1)) * hours[i]!) / 38))
  const weight = Array.from(dice('weight'), (u) => u.toFixed(4))
  expect(found({ grade, step, hours, salary, weight })).toEqual(['grade, step, hours -> salary'])
})

describe('what a category and the bracket of a number tell together', () => {
  const zone = some('zone', ['near', 'far', 'abroad'])
  const weight = Array.from(dice('weight'), (u) => (12 * u).toFixed(2))
  const bracket = weight.map((one) => (Number(one) < 2 ? 0 : Number(one) < 6 ? 1 : 2))
  const rates: Readonly<Record<string, readonly number[]>> = { near: [4.9, 6.9, 9.9], far: [7.5, 9.9, 9.9], abroad: [12, 19, 32] }
  const postage = zone.map((one, i) => rates[one]![bracket[i]!]!.toFixed(2))
  const value = Array.from(dice('value'), (u) => (200 * u).toFixed(2))
  const fee = zone.map((one, i) => (one === 'near' || Number(value[i]) < 50 ? 0 : 25))
  const columns = { zone, weight, value, postage, fee }
  const rules = ['zone, bins(value, 50) -> fee', 'zone, bins(weight, 2, 6) -> postage']

  it('is looked up', () => {
    expect(found(columns).sort()).toEqual(rules)
  })

  it('is a class that tells the category: it goes by that and the number, not the category by the class', () => {
    const smoker = some('smoker', ['no', 'no', 'no', 'yes'])
    const mass = Array.from(dice('mass'), (u) => (18 + 20 * u).toFixed(1))
    const risk = mass.map((one, i) => (smoker[i] === 'yes' ? 'high' : Number(one) >= 30 ? 'some' : 'low'))
    expect(found({ risk, mass, smoker })).toEqual(['smoker, bins(mass, 30) -> risk'])
    // A town has its own height, which tells it beside its country: that is no class of heights.
    const towns = some('town', ['Ulm', 'Bonn', 'Kiel', 'Bern', 'Genf', 'Chur', 'Graz', 'Linz', 'Wien'])
    const heights: Readonly<Record<string, number>> = {
      Ulm: 478,
      Bonn: 60,
      Kiel: 5,
      Bern: 540,
      Genf: 375,
      Chur: 593,
      Graz: 353,
      Linz: 266,
      Wien: 171
    }
    const country = towns.map((one) =>
      ['Ulm', 'Bonn', 'Kiel'].includes(one) ? 'DE' : ['Bern', 'Genf', 'Chur'].includes(one) ? 'CH' : 'AT'
    )
    expect(found({ country, height: towns.map((one) => heights[one]!), town: towns, mass }).sort()).toEqual(
      found({ town: towns, height: towns.map((one) => heights[one]!), country, mass }).sort()
    )
    expect(found({ country, height: towns.map((one) => heights[one]!), town: towns, mass }).sort()).toEqual([
      'town -> country',
      'town -> height'
    ])
  })

  it('is read, written, kept in a file and comes back', () => {
    const { data } = prepareRows(textTable(columns))
    expect(rules.map((text) => ruleText(parseRule(text)))).toEqual(rules)
    expect(ruleText(parseRule('`a, b`, bins(`c (d)`, -1.5, 2) -> e'))).toBe('`a, b`, bins(`c (d)`, -1.5, 2) -> e')
    for (const text of ['a, bins(b) -> c', 'a, bins(b, 2, 1) -> c', 'weekday(b, 2) -> c', 'bins(c, 1) -> c'])
      expect(() => parseRule(text)).toThrow(expect.objectContaining({ code: 'rule-malformed' }))
    const kept = keepRules(rules.map(parseRule), data)
    const drawn = takeRulesOut(kept, data)
    const read = rulesIn(['zone', 'weight', 'value'])(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')
    expect(putRulesBack(read, drawn).table).toEqual(data.table)
    expect(wholeRow(read)({ zone: 'far', weight: 2, value: 49.99 })).toMatchObject({ postage: 9.9, fee: 0 })
    expect(wholeRow(read)({ zone: 'far', weight: 1.99, value: 50 })).toMatchObject({ postage: 7.5, fee: 25 })
  })

  it('is none where rows are otherwise, or one of both says it', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const group = some('group', ['x', 'y', 'z'], seed)
      const x = Array.from(dice('x', seed), (u) => (100 * u).toFixed(1))
      // A threshold of each row's own, near 50 in both groups.
      const noisy = Array.from(dice('noise', seed), (u, i) => (Number(x[i]) + 4 * u < 52 ? 'low' : group[i]!))
      const alone = x.map((one) => (Number(one) < 30 || Number(one) >= 70 ? 'out' : 'in'))
      expect(found({ group, x, noisy, alone }).filter((text) => text.includes('bins('))).toEqual(['bins(x, 30, 70) -> alone'])
    }
  })
})

it('a column of one value, or of none where a date is missing, has no threshold', () => {
  const isRead = Array.from(dice('read'), (u) => u < 0.7)
  const days = Array.from(dice('day'), (u) => `2020-01-${10 + Math.floor(20 * u)}`)
  const of = (domain: (day: string) => Cell) => {
    const { data } = prepareRows(
      textTable({ day: days.map((day, i) => (isRead[i] ? day : null)), domain: days.map((day, i) => (isRead[i] ? domain(day) : null)) })
    )
    return stepAlong(columnIn(data, 'domain'), quantityIn(data, 'day'))?.cuts.length
  }
  expect(of(() => 'RS')).toBeUndefined()
  expect(of((day) => (day < '2020-01-20' ? 'RS' : 'LB'))).toBe(1)
})

test('a name tells what is the same in all rows of each, though most names have one row; a number of which most have one does not', () => {
  // Of 200 cars 80 models have one row, 30 have four: each is of one make.
  const placeOf = (i: number) => (i < 80 ? i : 80 + Math.floor((i - 80) / 4))
  // Rows of a model do not stand together.
  const places = Array.from({ length: 200 }, (_, i) => placeOf((i * 77) % 200))
  const makes = Array.from(uniforms(keyFor(keyFromSeed(9), 'make'), 140), (u) => 'ABCDE'[Math.floor(5 * u)]!)
  const noise = Array.from(uniforms(keyFor(keyFromSeed(9), 'noise'), 200), (u) => Math.round(1000 * u))
  const make = places.map((place) => makes[place]!)
  const named = found({ model: places.map((place) => `model ${String.fromCharCode(97 + (place % 26))}${place}`), make, noise })
  expect(named).toContain('model -> make')
  expect(found({ weight: places.map((place) => 17 * place + 900), make, noise })).not.toContain('weight -> make')
  // One row that is of another make: the name does not tell it.
  const broken = make.map((one, i) => (places[i] === 109 && places.indexOf(109) === i ? (one === 'A' ? 'B' : 'A') : one))
  expect(found({ model: places.map((place) => `model ${place}`), make: broken, noise })).not.toContain('model -> make')
})

describe('what the weekday and the hour of a date tell together', () => {
  const at = Array.from(dice('at'), (u) =>
    new Date(Date.UTC(2024, 2, 4) + Math.floor(u * 60 * 96) * 900_000).toISOString().slice(0, 16).replace('T', ' ')
  )
  const isDay = (stamp: string) => Number(stamp.slice(11, 13)) >= 7 && Number(stamp.slice(11, 13)) < 21
  const tariff = at.map((stamp) => (isDay(stamp) && new Date(stamp.slice(0, 10)).getUTCDay() % 6 !== 0 ? 'peak' : 'off-peak'))
  const use = Array.from(dice('use'), (u) => (9 * u).toFixed(2))

  it('is looked up', () => {
    expect(found({ at, tariff, use })).toEqual(['weekday(at), hour(at) -> tariff'])
  })

  it('is the hour alone where that tells it, and nothing where one row has another', () => {
    expect(found({ at, tariff: at.map((stamp) => (isDay(stamp) ? 'peak' : 'off-peak')), use })).toEqual(['hour(at) -> tariff'])
    const shuffled = tariff.map((_, i) => tariff[(i * 7 + 3) % rows]!)
    expect(found({ at, tariff: shuffled, use })).toEqual([])
  })
})
