import { describe, expect, it } from 'vitest'
import { mistyped, plantedTables, textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { recordRules, rulesIn } from '../../systems/rules/rules-file.js'
import { inferTable } from '../../table/infer.js'
import { takeTableRows } from '../../table/rows.js'
import { isNumeric, type NumericColumn } from '../../table/table.js'
import { keepable } from './choose.js'
import { findRules } from './find.js'
import { keepRules } from './keep.js'
import { type KeptOrder, type KeptRules, ruleTexts } from './kept-rules.js'
import { parseRule } from './parse-rule.js'
import { unitOf } from './quantity.js'
import { breachOf, columnIn, quantityIn } from './rows-of-rule.js'
import { type Rule, ruleText } from './rule.js'
import { pulledGradient, wholeRow } from './rule-row.js'
import { putRulesBack, takeRulesOut } from './stacked.js'
import { startsOf } from './starts.js'
import { withinOf } from './within.js'

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
      const off = column.values.findIndex((value, i) => !(Math.abs(value - before.values[i]!) <= 2.001 * unit))
      expect(off, `a row of ${column.name} that is another`).toBe(-1)
    })
  })
})

it('a date of full hours is missing where its gap is', () => {
  const hour = 3_600_000
  const rows = Array.from({ length: 200 }, (_, i) => ({ start: 400_000 + 7 * i, stay: i % 3 === 0 ? undefined : 1 + (i % 40) }))
  const date = (name: string, hours: (number | undefined)[]) => ({
    name,
    source: 'datetime' as const,
    values: Float64Array.from(hours, (x) => hour * (x ?? 0)),
    missing: Uint8Array.from(hours, (x) => (x === undefined ? 1 : 0))
  })
  const columns = [
    date(
      'start',
      rows.map(({ start }) => start)
    ),
    date(
      'end',
      rows.map(({ start, stay }) => (stay === undefined ? undefined : start + stay))
    )
  ]
  const { data } = prepareRows({ rowCount: rows.length, columns })
  const kept = keepRules([parseRule('end >= start')], data)
  const end = columnIn(putRulesBack(kept, takeRulesOut(kept, data), { key: keyFromSeed(1) }), 'end') as NumericColumn
  expect(end.missing).toEqual(columns[1]!.missing)
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

it('exceptions of numbers that are never negative are none, too', () => {
  const u = uniforms(keyFromSeed(9), 400)
  const part = Array.from(u, (x) => Math.round(5 + 60 * x))
  const whole = part.map((x, i) => (i % 10 === 0 ? Math.round(0.2 * x) : x + (i % 13)))
  const data = prepareRows(textTable({ part, whole })).data
  const kept = keepRules([{ ...parseRule('whole >= part'), exceptions: 40 }], data)
  const taken = takeRulesOut(kept, data)
  expect(rulesIn(['part', 'whole − part'])(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')).toEqual(kept)
  expect(putRulesBack(kept, taken).table).toEqual(data.table)
  const rows = Array.from({ length: 4000 }, (_, i) => i % 400)
  const drawn = putRulesBack(kept, { ...taken, table: takeTableRows(taken.table, rows) }, { key: keyFromSeed(1) })
  const [parts, wholes] = ['part', 'whole'].map((name) => quantityIn(drawn, name).values) as [Float64Array, Float64Array]
  const below = wholes.filter((x, i) => x < parts[i]!)
  expect(Math.abs(below.length - 400)).toBeLessThan(4 * Math.sqrt(400))
  expect(below.every((x) => x >= 0)).toBe(true)
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
    ['paid=min(limit, 0.8*charged)', 'paid = min(limit, 0.8 * charged)'],
    ['born + years( 18 )<= hired', 'hired >= born + years(18)'],
    ['credit missing where debit present', 'credit missing where debit present'],
    ['x missing where s = maybe `a, b`, new, maybe c', 'x missing where s = new, maybe `a, b`, maybe c'],
    ['x missing where s = `maybe not`', 'x missing where s = `maybe not`'],
    ['total = a * b but for 3 rows', 'total = a * b but for 3 rows'],
    ['a -> b but for 1 row', 'a -> b but for 1 row'],
    ['`y x` missing where `a b` = one, `two, three`', '`y x` missing where `a b` = one, `two, three`'],
    [
      'fee = 0.1 * total * P(channel = web) + 3 * P(`a b` = c >= d) - 2 * P(paid)',
      'fee = 0.1 * total * P(channel = web) + 3 * P(`a b` = c >= d) - 2 * P(paid)'
    ]
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
    ['a missing where b', 'rule-malformed'],
    ['a >= 2 * P(b = c)', 'rule-malformed'],
    ['a = 2 * P(a = c)', 'rule-malformed']
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

it('a date is drawn by how far it is from one that it goes along with, of either sign, on its own hours, and not before its start', () => {
  const rows = 200
  const [days, waits, delays] = ['days', 'waits', 'delays'].map((label) => uniforms(keyFor(keyFromSeed(3), label), rows)) as Float64Array[]
  const hour = 3_600_000
  const ordered = Float64Array.from(days!, (u) => Date.UTC(2024, 0, 1) + 24 * hour * Math.floor(300 * u))
  const promised = ordered.map((t, i) => t + 24 * hour * (2 + Math.floor(9 * waits![i]!)))
  const delivered = promised.map((t, i) => t + hour * (Math.floor(60 * delays![i]!) - 40))
  const date = (name: string, values: Float64Array) => ({ name, source: 'datetime' as const, values })
  const data = inferTable({ rowCount: rows, columns: [date('ordered', ordered), date('promised', promised), date('delivered', delivered)] })
  const rules = findRules(data)
  const starts = startsOf(rules, data, new Set())
  expect([...starts]).toEqual([['delivered', 'promised']])
  expect(startsOf(rules, data, new Set(['delivered'])).size).toBe(0)
  const kept = keepRules(rules, data, { starts })
  const read = rulesIn(['ordered', 'promised − ordered', 'delivered − promised'])(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')
  expect(read).toEqual(kept)
  const taken = takeRulesOut(kept, data)
  const gap = taken.table.columns.find(({ name }) => name === 'delivered − promised') as NumericColumn
  expect(Math.min(...gap.values)).toBeLessThan(0)
  expect(putRulesBack(kept, taken).table.columns.map((one) => (one as NumericColumn).values)).toEqual([ordered, promised, delivered])
  // Half an hour is none of its hours; a week early would be before it was ordered.
  const moved = { ...gap, values: gap.values.map((x, i) => (i === 0 ? x + 1800 : i === 1 ? x - 1e7 : x)) }
  const others = { ...taken, table: { ...taken.table, columns: taken.table.columns.map((one) => (one === gap ? moved : one)) } }
  const back = putRulesBack(kept, others).table.columns[2] as NumericColumn
  expect(back.values.every((t) => t % hour === 0)).toBe(true)
  expect(back.values[1]).toBe(ordered[1])
  const whole = wholeRow(kept)({ ordered: ordered[1]!, 'promised − ordered': 3, 'delivered − promised': 0 })
  expect(whole.delivered).toBe(whole.promised)
})

describe('a column with gaps that is never above another', () => {
  const rows = 240
  const dice = (label: string) => uniforms(keyFor(keyFromSeed(6), label), rows)
  const [from, way, part, is, paid, back, answer] = ['from', 'way', 'part', 'is', 'paid', 'back', 'answer'].map(dice) as Float64Array[]
  const day = (k: number) => new Date(Date.UTC(2025, 0, 1 + k)).toISOString().slice(0, 10)
  const booked = Array.from(from!, (u) => Math.floor(300 * u))
  const lead = Array.from(way!, (u) => Math.floor(-25 * Math.log(1 - u)))
  const amount = Array.from(paid!, (u) => Math.round(2000 + 9000 * u) / 100)
  const some = (i: number, text: () => string): string => (is![i]! < 0.4 ? text() : '')
  const texts: Record<string, (i: number) => string> = {
    booked: (i) => day(booked[i]!),
    arrival: (i) => day(booked[i]! + lead[i]!),
    cancelled: (i) => some(i, () => day(booked[i]! + Math.floor((lead[i]! + 1) * part![i]!))),
    paid: (i) => amount[i]!.toFixed(2),
    // A third is paid back as a whole.
    refund: (i) => some(i, () => (back![i]! < 1 / 3 ? amount[i]! : Math.round(100 * amount[i]! * part![i]!) / 100).toFixed(2)),
    // Within some cents of nothing, whatever was paid.
    fee: (i) => some(i, () => (Math.round(60 * answer![i]!) / 100).toFixed(2))
  }
  const columns = Object.entries(texts).map(([name, text]) => ({
    name,
    source: 'text' as const,
    values: Array.from({ length: rows }, (_, i) => text(i))
  }))
  const data = inferTable({ rowCount: rows, columns })
  const found = findRules(data)
  const kept = keepRules(found, data)
  const orders = kept.rules.filter((rule) => rule.kind === 'order')

  it('is found, and drawn as a part of the way or from its start, whichever is told better', () => {
    expect(
      found
        .map(ruleText)
        .filter((text) => text.includes('=') && !text.includes('missing'))
        .sort()
    ).toEqual(['arrival >= booked', 'cancelled <= arrival', 'cancelled >= booked', 'refund <= paid'])
    expect(orders.map(({ column, share }) => [column, share])).toEqual([
      ['arrival', undefined],
      ['cancelled', true],
      ['refund', true]
    ])
    const [fees] = keepRules([parseFee()], data).rules
    expect((fees as KeptOrder).share).toBeUndefined()
    expect(
      rulesIn(takeRulesOut(kept, data).table.columns.map(({ name }) => name))(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')
    ).toEqual(kept)
  })

  it('comes back as it was, and however its gaps are drawn never beyond', () => {
    const taken = takeRulesOut(kept, data)
    const again = { ...data, ...putRulesBack(kept, taken) }
    for (const { name } of columns) expect(columnIn(again, name)).toEqual(columnIn(data, name))
    const moved = taken.table.columns.map((one) =>
      isNumeric(one) && orders.some(({ gap }) => gap === one.name)
        ? { ...one, values: one.values.map((x, i) => x + 3 * (part![i]! - 0.5)) }
        : one
    )
    const drawn = { ...data, ...putRulesBack(kept, { ...taken, table: { ...taken.table, columns: moved } }) }
    for (const rule of found) expect(breachOf(rule, drawn), ruleText(rule)).toBeUndefined()
  })

  it('has the derivatives of what it is computed as', () => {
    const whole = wholeRow(kept)
    const gaps = Object.fromEntries(orders.map(({ gap }, k) => [gap, [12, 0.3, 0.7][k]!]))
    const row = { booked: Date.UTC(2025, 4, 1), paid: 80, fee: 0.2, ...gaps }
    for (const name of ['cancelled', 'refund']) {
      const gradient = pulledGradient(kept, whole(row), { [name]: 1 })
      for (const [input, value] of Object.entries(row)) {
        // Both are lines of each input: steps may be wide.
        const step = input === 'booked' ? 1e7 : 0.05
        const [up, down] = [1, -1].map((sign) => Number(whole({ ...row, [input]: value + sign * step })[name])) as [number, number]
        const slope = (up - down) / (2 * step)
        expect(Math.abs((gradient[input] ?? 0) - slope), `${name} by ${input}`).toBeLessThan(1e-6 * Math.max(1, Math.abs(slope)))
      }
    }
  })
})

const parseFee = (): Rule => ({ kind: 'limit', column: 'fee', high: { kind: 'column', name: 'paid' } })

it('numbers of few values that end at a wall in some level are drawn among those of it; counts that merely taper off are not', () => {
  const rows = 300
  const most: Record<string, number> = { single: 1, double: 2, family: 4 }
  const [which, places, tail] = ['room', 'guests', 'tail'].map((label) => uniforms(keyFor(keyFromSeed(4), label), rows)) as Float64Array[]
  const room = Array.from(which!, (u) => Object.keys(most)[Math.floor(3 * u)]!)
  const guests = Float64Array.from(places!, (u, i) => 1 + Math.floor(most[room[i]!]! * u))
  // Geometric, twice as long in one kind of room as in the others: 9 of its 100 rows stand above the most of the others.
  const calls = Float64Array.from(tail!, (u, i) => Math.min(9, Math.floor(-Math.log(1 - u) * (room[i] === 'family' ? 2 : 1))))
  const number = (name: string, own: Float64Array) => ({ name, source: 'number' as const, values: own })
  const data = inferTable({
    rowCount: rows,
    columns: [{ name: 'room', source: 'text', values: room }, number('guests', guests), number('calls', calls)]
  })
  expect([...withinOf([], data, new Set())]).toEqual([['guests', 'room']])
  expect([...withinOf([], data, new Set(['guests']))]).toEqual([])
})

it('numbers that count something else in each level are drawn as their place among those of it, with its decimals', () => {
  const rows = 240
  const [which, places] = ['which', 'places'].map((label) => uniforms(keyFor(keyFromSeed(4), label), rows)) as [Float64Array, Float64Array]
  const tests = ['temperature', 'pressure', 'dose']
  const test = Array.from(which, (u) => tests[Math.floor(3 * u)]!)
  const of: Record<string, (u: number) => number> = {
    temperature: (u) => Math.round(10 * (36 + 3 * u)) / 10,
    pressure: (u) => Math.round(990 + 40 * u),
    dose: (u) => Math.round(1000 * u) / 1000
  }
  const values = Float64Array.from(places, (u, i) => of[test[i]!]!(u))
  const shift = Float64Array.from(places, (u, i) => 10 * u + 6 * tests.indexOf(test[i]!))
  const number = (name: string, own: Float64Array) => ({ name, source: 'number' as const, values: own })
  const data = inferTable({
    rowCount: rows,
    columns: [{ name: 'test', source: 'text', values: test }, number('value', values), number('shift', shift)]
  })
  const within = withinOf([], data, new Set())
  // Levels that are merely higher than others are drawn as they were.
  expect([...within]).toEqual([['value', 'test']])
  const kept = keepRules([], data, { within })
  expect(rulesIn(['test', 'value in test', 'shift'])(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')).toEqual(kept)
  const taken = takeRulesOut(kept, data)
  const at = (table: typeof data, name: string) => table.table.columns.find((one) => one.name === name) as NumericColumn
  expect(at({ ...data, ...putRulesBack(kept, taken) }, 'value').values).toEqual(values)
  const scores = { ...at({ ...data, ...taken }, 'value in test'), values: Float64Array.from(places, (u) => 9 * u - 4.5) }
  const moved = taken.table.columns.map((one) => (one.name === scores.name ? scores : one))
  const drawn = at({ ...data, ...putRulesBack(kept, { ...taken, table: { ...taken.table, columns: moved } }) }, 'value').values
  drawn.forEach((x, i) => {
    const [low, high] = [of[test[i]!]!(0), of[test[i]!]!(1)]
    expect(x).toBe(Number(x.toFixed(test[i] === 'pressure' ? 0 : test[i] === 'dose' ? 3 : 1)))
    expect(x >= low && x <= high, `${test[i]} ${x}`).toBe(true)
  })
})

it('what is taken from a product is never more than that', () => {
  const rows = 300
  const [cases, reserved] = ['cases', 'reserved'].map((label) => uniforms(keyFor(keyFromSeed(23), label), rows)) as [
    Float64Array,
    Float64Array
  ]
  const count = Array.from(cases, (u) => 1 + Math.floor(9 * u))
  const held = count.map((n) => 6 * n)
  const taken = held.map((n, i) => Math.floor((n + 1) * reserved[i]!))
  const column = (name: string, values: readonly number[]) => ({ name, source: 'text' as const, values: values.map(String) })
  const raw = {
    rowCount: rows,
    columns: [
      column('cases', count),
      column(
        'units',
        count.map(() => 6)
      ),
      column('on_hand', held),
      column('reserved', taken),
      column(
        'available',
        held.map((n, i) => n - taken[i]!)
      )
    ]
  }
  const { data } = prepareRows(raw)
  const rules = ['on_hand = cases * units', 'available = on_hand - reserved'].map(parseRule)
  const kept = keepRules(rules, data)
  const out = takeRulesOut(kept, data)
  const reversed = {
    ...out,
    table: {
      ...out.table,
      columns: out.table.columns.map((one) =>
        one.name === 'reserved' && 'values' in one ? { ...one, values: one.values.slice().reverse() } : one
      )
    }
  } as typeof out
  const back = putRulesBack(kept, reversed)
  for (const rule of rules) expect(breachOf(rule, back)).toBeUndefined()
  expect(Math.min(...quantityIn(back, 'available').values)).toBe(0)
  expect(Math.min(...quantityIn(back, 'reserved').values)).toBeGreaterThanOrEqual(0)
  expect([...quantityIn(putRulesBack(kept, out), 'reserved').values]).toEqual(taken)
})

describe('an order of columns each of which may be missing where the other is there', () => {
  const rows = 300
  const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(31), label), rows))
  const [when, how, noStart, noEnd] = ['when', 'how', 'noStart', 'noEnd'].map(dice) as [number[], number[], number[], number[]]
  const isOpen = (label: number[], i: number, share: number) => label[i]! < share
  // Days of what began some time in half a year and lasted days or weeks: some have not ended, of some nobody knows the first day.
  const first = when.map((u) => Math.floor(180 * u))
  const last = first.map((day, i) => day + Math.floor(20 * how[i]! ** 2))
  const events = (startsGone: number, endsGone: number) => ({
    rowCount: rows,
    columns: [
      {
        name: 'starts',
        source: 'text' as const,
        values: first.map((x, i) => (isOpen(noStart, i, startsGone) ? null : String(x)))
      },
      { name: 'ends', source: 'text' as const, values: last.map((x, i) => (isOpen(noEnd, i, endsGone) ? null : String(x))) },
      { name: 'age', source: 'text' as const, values: dice('age').map((u) => String(20 + Math.floor(60 * u))) }
    ]
  })
  const missingIn = (data: Parameters<typeof quantityIn>[0], name: string) => Array.from(quantityIn(data, name).values, Number.isNaN)

  it.each([
    ['the later one where it has fewer rows', 0.1, 0.3, 'ends >= starts', 'ends − starts'],
    ['the earlier one where that has fewer', 0.3, 0.1, 'starts <= ends', 'starts − ends']
  ])('is found, and measures %s', (_, startsGone, endsGone, text, gap) => {
    const { data } = prepareRows(events(startsGone, endsGone))
    const rules = findRules(data)
    expect(rules.map(ruleText)).toEqual([text])
    const kept = keepRules(rules, data)
    expect(ruleTexts(kept)).toEqual([text])
    const out = takeRulesOut(kept, data)
    const names = out.table.columns.map(({ name }) => name)
    expect(names).toContain(gap)
    expect(rulesIn(names)(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')).toEqual(kept)
    // The data come back as they were, and so does who is missing, whatever is drawn.
    const same = putRulesBack(kept, out)
    const others = {
      ...out,
      table: {
        ...out.table,
        columns: out.table.columns.map((one) =>
          isNumeric(one) && one.name === gap ? { ...one, values: one.values.slice().reverse() } : one
        )
      }
    } as typeof out
    const drawn = putRulesBack(kept, others)
    for (const name of ['starts', 'ends']) {
      expect([...quantityIn(same, name).values]).toEqual([...quantityIn(data, name).values])
      expect(missingIn(drawn, name)).toEqual(missingIn(data, name))
    }
    const [starts, ends] = ['starts', 'ends'].map((name) => quantityIn(drawn, name).values) as [Float64Array, Float64Array]
    expect(starts.filter((x, i) => x > ends[i]!)).toEqual(new Float64Array())
    expect(breachOf(rules[0]!, drawn)).toBeUndefined()
  })

  it('can be stated, and none is that some row which has both breaks', () => {
    const { data } = prepareRows(events(0.1, 0.3))
    expect(breachOf(parseRule('ends >= starts'), data)).toBeUndefined()
    expect(breachOf(parseRule('ends >= age'), data)?.count).toBeGreaterThan(0)
    // What is computed says nothing where one of its columns is missing.
    expect(breachOf(parseRule('ends >= starts + 0'), data)?.count).toBeGreaterThan(0)
  })
})
