import { describe, expect, it } from 'vitest'
import { mistyped, plantedTables, ruleless, textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { derivative } from '../../table/derivative.js'
import { evaluate } from '../../table/expression.js'
import { findExact, findRules } from './find.js'
import { sideBetween } from './find-comparisons.js'
import { findOrders } from './find-orders.js'
import { mixedRows } from './mixed-rows.js'
import { crossedOrders } from './orders-crossed.js'
import { parseRule } from './parse-rule.js'
import type { Quantity } from './quantity.js'
import { breachOf, columnIn, quantityIn } from './rows-of-rule.js'
import { ruleText } from './rule.js'

const found = (raw: Parameters<typeof prepareRows>[0]): string[] => findRules(prepareRows(raw).data).map(ruleText).sort()

it('what single rows share is no list of a rule where as many rows as a cell must have it; what many share is', () => {
  const u = uniforms(keyFromSeed(5), 1000)
  // Teachers of three classes each, with a score and a birthday of their own; of the six halls each has many.
  const rows = Array.from({ length: 300 }, (_, i) => {
    const [teacher, hall] = [i % 100, Math.floor(6 * u[i]!)]
    const born = new Date(Date.UTC(1960, 0, 1 + Math.floor(14_000 * u[300 + teacher]!))).toISOString().slice(0, 10)
    return { teacher: 100 + teacher, score: (4 * u[400 + teacher]!).toFixed(6), hall, born, noise: u[500 + i]!.toFixed(9) }
  })
  const { data } = prepareRows(
    textTable({
      teacher: rows.map(({ teacher }) => teacher),
      score: rows.map(({ score }) => score),
      hall: rows.map(({ hall }) => `hall ${hall}`),
      seats: rows.map(({ hall }) => [30, 30, 80, 120, 120, 250][hall]!),
      born: rows.map(({ born }) => born),
      year: rows.map(({ born }) => born.slice(0, 4)),
      noise: rows.map(({ noise }) => noise)
    })
  )
  const rulesBy = (minCell?: number) => findRules(data, { minCell }).map(ruleText)
  expect(rulesBy()).toEqual(expect.arrayContaining(['hall -> seats', 'year(born) -> year', 'teacher -> score']))
  for (const minCell of [4, 5]) {
    expect(rulesBy(minCell)).toEqual(expect.arrayContaining(['hall -> seats', 'year(born) -> year']))
    expect(rulesBy(minCell).join()).not.toMatch(/teacher|score/)
  }
  expect(rulesBy(3)).toEqual(rulesBy())
})

describe('planted rules', () => {
  it.each(plantedTables(1).map((one) => [one.name, one] as const))('of %s are all found, and no other', (_, { raw, rules }) => {
    expect(found(raw)).toEqual([...rules].sort())
  })
})

it('what a table was asked before changes no answer, whatever the options are', () => {
  const { raw } = plantedTables(1)[0]!
  const own = () => prepareRows({ ...raw, columns: [...raw.columns] }).data
  const names = raw.columns.map(({ name }) => name)
  const rules = findRules(own())
  const searches = [
    {},
    { except: new Set([rules[0]!.column]) },
    { except: new Set(names) },
    { stated: [rules[rules.length - 1]!] },
    { stated: rules.slice(0, 2), except: new Set(names.slice(0, 1)) },
    { byLevel: false },
    { minCell: 5 },
    { firstRows: 20 }
  ]
  const alone = searches.map((search) => findRules(own(), search))
  const data = own()
  const at = searches.map((_, k) => k)
  for (const k of [...at, ...at.toReversed()]) expect(findRules(data, searches[k])).toEqual(alone[k])
  expect(new Set(alone.map((rules) => JSON.stringify(rules))).size).toBeGreaterThan(2)
})

it('a payroll is told by its gross: what is left of it is the net pay, and no sum of hours, wage and overtime is the tax', () => {
  const n = 64
  const dice = (label: string) => uniforms(keyFor(keyFromSeed(3), label), n)
  const [wages, hours, overtime] = [dice('wage'), dice('hours'), dice('overtime')]
  const cent = (x: number) => Math.round(x * 100) / 100
  const rows = Array.from({ length: n }, (_, i) => {
    const base = 2000 + 50 * Math.floor(80 * wages[i]!)
    const week = [40, 40, 40, 30, 20][Math.floor(5 * hours[i]!)]!
    const late = [0, 0, 0, 4, 6, 8, 12][Math.floor(7 * overtime[i]!)]!
    const extra = cent((late * base * 1.25) / 173.33)
    const gross = cent((base * week) / 40 + extra)
    const tax = cent(gross * (gross < 2500 ? 0.12 : gross < 4000 ? 0.19 : 0.26))
    const social = cent(gross * 0.0935)
    return { week, base, late, extra, gross, tax, social, net: cent(gross - tax - social) }
  })
  const names = Object.keys(rows[0]!) as (keyof (typeof rows)[number])[]
  const values = Object.fromEntries(
    names.map((name) => [name, rows.map((row) => row[name].toFixed(name === 'week' || name === 'late' ? 0 : 2))])
  )
  const rules = found(textTable(values))
  expect(rules).toContain('net = gross - tax - social')
  expect(rules).toContain('social = 0.0935 * gross')
  expect(rules.filter((rule) => rule.startsWith('tax = '))).toEqual([])
})

it('rules that all but a few rows obey are found with their exceptions', () => {
  for (const seed of [1, 2, 3]) {
    const { raw, rules } = mistyped(seed)
    expect(found(raw)).toEqual([...rules].sort())
  }
})

it('a sum of many columns is found where all are missing in the same rows, and computed though something computed of it tells it', () => {
  const rowCount = 300
  const of = (label: string) => uniforms(keyFor(keyFromSeed(21), label), rowCount)
  const parts = ['q1', 'q2', 'q3', 'q4'].map((name) => ({ name, values: Array.from(of(name), (u) => Math.floor(21 * u)) }))
  const points = parts[0]!.values.map((_, i) => parts.reduce((sum, { values }) => sum + values[i]!, 0))
  const percent = points.map((x) => Math.round(1.25 * x))
  const column = (name: string, values: readonly number[], isAway: (i: number) => boolean) => ({
    name,
    source: 'text' as const,
    values: values.map((x, i) => (isAway(i) ? null : String(x)))
  })
  for (const isAway of [() => false, (i: number) => i % 23 === 4]) {
    const columns = [...parts, { name: 'points', values: points }, { name: 'percent', values: percent }]
    const rules = found({ rowCount, columns: columns.map((one) => column(one.name, one.values, isAway)) })
    expect(rules).toEqual(expect.arrayContaining(['points = q1 + q2 + q3 + q4', 'percent = 1.25 * points']))
    expect(rules.filter((text) => /^q\d =/.test(text))).toEqual([])
  }
})

it('exceptions of many rows, some in every eighth of them, hide no rule', () => {
  const rowCount = 200_000
  const x = Float64Array.from(uniforms(keyFromSeed(4), rowCount), (u) => Math.floor(1000 * u))
  const twice = x.map((value, i) => 2 * value + (i >= 96 && i < 104 ? 7 : 0))
  const column = (name: string, values: Float64Array) => ({ name, source: 'number' as const, values, integer: true })
  expect(found({ rowCount, columns: [column('x', x), column('twice', twice)] })).toEqual(['twice = 2 * x but for 8 rows'])
})

it('of a number and another one that differ as a start and its end do by their names, no wall is asked', () => {
  const rowCount = 60
  const [places, lengths] = ['place', 'length'].map((name) => uniforms(keyFor(keyFromSeed(8), name), rowCount)) as Float64Array[]
  const low = Array.from(places!, (u) => Math.round(1000 * u))
  const high = low.map((x, i) => x + 120 + Math.round(60 * lengths![i]!))
  const ordersOf = (names: readonly [string, string], values: readonly [readonly number[], readonly number[]] = [low, high]) =>
    findOrders(names.map((name, k): Quantity => ({ name, isDate: false, values: Float64Array.from(values[k]!), unit: 1 })))
  expect(ordersOf(['first_dose', 'last_dose'])).toEqual([{ low: 'first_dose', high: 'last_dose' }])
  expect(ordersOf(['tMin', 'tMax'])).toEqual([{ low: 'tMin', high: 'tMax' }])
  for (const names of [
    ['dose', 'weight'],
    ['min', 'maxima'],
    ['t_max', 't_min'],
    ['min_x', 'y_max']
  ] as const)
    expect(ordersOf(names)).toEqual([])
  // One row is enough to say that it is none, and so are ranges that say it all.
  expect(ordersOf(['tmin', 'tmax'], [low, high.map((x, i) => (i === 3 ? low[3]! - 1 : x))])).toEqual([])
  expect(ordersOf(['tmin', 'tmax'], [low, low.map((_, i) => 990 + high[(i + 7) % rowCount]!)])).toEqual([])
})

it('of a table of few rows formulas have exceptions too, and orders none', () => {
  const rowCount = 240
  const [entries, times] = ['entry', 'time'].map((name) => uniforms(keyFor(keyFromSeed(5), name), rowCount)) as Float64Array[]
  const entry = Array.from(entries!, (u) => 700 + Math.floor(300 * u))
  const time = Array.from(times!, (u) => Math.floor(200 * u * u))
  const column = (name: string, values: readonly number[]) => ({ name, source: 'text' as const, values: values.map(String) })
  const rowsWith = (mistyped: number) => entry.map((x, i) => x + time[i]! + (i === 77 || i === 150 ? mistyped : 0))
  const columns = (mistyped: number) => [column('entry', entry), column('time', time), column('left', rowsWith(mistyped))]
  expect(found({ rowCount, columns: columns(0) })).toEqual(['left = entry + time'])
  expect(found({ rowCount, columns: columns(9) })).toEqual(['left = entry + time but for 2 rows'])
  const late = entry.map((x, i) => (i === 77 ? x - 5 : x + time[i]!))
  expect(found({ rowCount, columns: [column('entry', entry), column('left', late)] })).toEqual([])
})

it('halves that are all rounded down are told by another constant: what a rule computes is rounded up', () => {
  // Quarters of years, of which the last would round to the next year.
  const rowCount = 228
  const quarter = Array.from({ length: rowCount }, (_, i) => (i * 7) % 40)
  const year = quarter.map((q) => 1983 + Math.floor((q + 2) / 4))
  const column = (name: string, values: readonly number[]) => ({ name, source: 'text' as const, values: values.map(String) })
  const { data } = prepareRows({ rowCount, columns: [column('quarter', quarter), column('year', year)] })
  const rule = findRules(data).find((one) => one.column === 'year')
  if (rule?.kind !== 'formula') throw new Error('no formula')
  for (const [i, q] of quarter.entries()) expect(Math.round(evaluate(rule.expression, () => q))).toBe(year[i])
  // Where they are rounded up, the constant has fewer digits.
  const up = quarter.map((q) => 1983 + Math.round(q / 4))
  expect(found({ rowCount, columns: [column('quarter', quarter), column('year', up)] })).toEqual(['year = 0.25 * quarter + 1983'])
})

it('a mistyped total is an exception, not a quantity that was rounded', () => {
  const { raw } = plantedTables(1)[0]!
  const columns = raw.columns.map((column) => {
    if (column.name !== 'total') return column
    // Off by less than half a unit: every row still obeys qty = total / unit_price to whole numbers.
    const values = [...column.values].map((text, i) =>
      i === 34 ? (Number(text) + 0.1 * Number([...raw.columns[1]!.values][i])).toFixed(2) : text
    )
    return { ...column, values }
  })
  expect(found({ ...raw, columns } as typeof raw)).toEqual(['total = qty * unit_price but for 1 row'])
})

describe('columns that have nothing to do with each other', () => {
  it.each([1, 2, 3].flatMap((seed) => ruleless(seed).map((one) => [`${one.name}, seed ${seed}`, one] as const)))('%s', (_, { raw }) => {
    expect(found(raw)).toEqual([])
  })
})

it('rules of invoices: tax on what is left of a discount, margins; a date that is missing is no lookup', () => {
  const rows = 300
  const dice = (label: string) => uniforms(keyFor(keyFromSeed(11), label), rows)
  const [prices, costs, off, rates, deaths] = ['price', 'cost', 'off', 'rate', 'death'].map(dice) as Float64Array[]
  const cents = (x: number) => Math.round(100 * x) / 100
  const all = Array.from({ length: rows }, (_, i) => {
    const price = cents(5 + 90 * prices[i]!)
    const cost = cents(price * (0.3 + 0.5 * costs[i]!))
    const discount = cents(price * 0.2 * off[i]!)
    const rate = [7, 19, 20][Math.floor(3 * rates[i]!)]!
    const died = deaths[i]! < 0.09
    const vat = cents((rate * (price - discount)) / 100 + 1e-9)
    return {
      price: price.toFixed(2),
      cost: cost.toFixed(2),
      discount: discount.toFixed(2),
      rate: String(rate),
      vat: vat.toFixed(2),
      margin: ((100 * (price - cost)) / price).toFixed(1),
      dead: died ? 'yes' : 'no',
      death: died ? `2023-0${1 + (i % 9)}-${10 + (i % 19)}` : ''
    }
  })
  const columns = Object.keys(all[0]!).map((name) => ({ name, source: 'text' as const, values: all.map((row) => row[name as 'vat']) }))
  expect(found({ rowCount: rows, columns })).toEqual([
    'death missing where dead = no',
    'margin = 100 * (price - cost) / price',
    'vat = 0.01 * rate * (price - discount)'
  ])
})

it('a total of twelve months is a sum, wherever they stand, as is a column in another unit', () => {
  const rows = 80
  const months = Array.from({ length: 12 }, (_, m) =>
    uniforms(keyFor(keyFromSeed(13), `month ${m}`), rows).map((u) => Math.round(900 * u * u))
  )
  const year = months[0]!.map((_, i) => months.reduce((sum, month) => sum + month[i]!, 0))
  const text = (name: string, values: Float64Array, digits: number) => ({
    name,
    source: 'text' as const,
    values: Array.from(values, (x) => x.toFixed(digits))
  })
  const celsius = uniforms(keyFromSeed(14), rows).map((u) => Math.round(400 * u - 100) / 10)
  const columns = [
    ...months.slice(0, 5).map((month, m) => text(`m${m + 1}`, month, 0)),
    text('celsius', celsius, 1),
    text('year', year, 0),
    ...months.slice(5).map((month, m) => text(`m${m + 6}`, month, 0)),
    text(
      'fahrenheit',
      celsius.map((x) => 1.8 * x + 32),
      2
    )
  ]
  const sum = Array.from({ length: 12 }, (_, m) => `m${m + 1}`).join(' + ')
  expect(found({ rowCount: rows, columns })).toEqual(['fahrenheit = 1.8 * celsius + 32', `year = ${sum}`])
})

it('nights of a stay are midnights from one moment to another', () => {
  const rows = 200
  const [starts, stays] = ['start', 'stay'].map((label) => uniforms(keyFor(keyFromSeed(3), label), rows)) as Float64Array[]
  const minute = (x: number) => new Date(Date.UTC(2024, 0, 1) + 60_000 * Math.floor(x * 24 * 60)).toISOString().slice(0, 16)
  const all = Array.from(starts, (u, i) => {
    const [admitted, discharged] = [minute(300 * u), minute(300 * u + 0.1 + 6 * stays[i]!)]
    return { admitted, discharged, nights: String((Date.parse(discharged.slice(0, 10)) - Date.parse(admitted.slice(0, 10))) / 86_400_000) }
  })
  const columns = (['admitted', 'discharged', 'nights'] as const).map((name) => ({
    name,
    source: 'text' as const,
    values: all.map((row) => row[name])
  }))
  expect(found({ rowCount: rows, columns })).toContain('nights = days(discharged - admitted)')
  expect(ruleText(parseRule('nights = days(discharged - admitted)'))).toBe('nights = days(discharged - admitted)')
  expect(() => parseRule('nights = days(discharged)')).toThrow(expect.objectContaining({ code: 'expression-malformed' }))
})

it('ages are whole years between two dates, birthday by birthday', () => {
  const rows = 200
  const [births, visits] = ['birth', 'visit'].map((label) => uniforms(keyFor(keyFromSeed(12), label), rows)) as [Float64Array, Float64Array]
  const iso = (days: number) => new Date(Math.floor(days) * 864e5).toISOString().slice(0, 10)
  const all = Array.from({ length: rows }, (_, i) => {
    const [birth, visit] = [iso(-15_000 + 20_000 * births[i]!), iso(19_000 + 400 * visits[i]!)]
    const birthday = visit.slice(5) >= birth.slice(5) ? 0 : 1
    return { birth, visit, age: String(Number(visit.slice(0, 4)) - Number(birth.slice(0, 4)) - birthday) }
  })
  const columns = Object.keys(all[0]!).map((name) => ({ name, source: 'text' as const, values: all.map((row) => row[name as 'age']) }))
  expect(found({ rowCount: rows, columns })).toEqual(['age = years(visit - birth)'])
  expect(ruleText(parseRule('age = years(visit - birth)'))).toBe('age = years(visit - birth)')
  expect(() => parseRule('age = years(visit)')).toThrow(expect.objectContaining({ code: 'expression-malformed' }))
})

describe('rows that candidates must pass first', () => {
  const rulesOf = (raw: Parameters<typeof prepareRows>[0], firstRows: number) =>
    findExact(prepareRows(raw).data, { firstRows }).map(ruleText)

  it.each(plantedTables(2).map((one) => [one.name, one] as const))('of %s change no rule, whether none, few or all', (_, { raw }) => {
    const all = rulesOf(raw, raw.rowCount)
    expect(all.length).toBeGreaterThan(0)
    expect(rulesOf(raw, 0)).toEqual(all)
    expect(rulesOf(raw, 24)).toEqual(all)
  })
})

it('the side that has the decimals is derived, and decimals are looked up rather than looked up by', () => {
  const rows = 300
  const [wide, narrow] = [uniforms(keyFromSeed(7), rows), uniforms(keyFromSeed(8), rows)]
  const year = (i: number) => 2018 + Math.floor(5 * wide[i]!)
  const place = (i: number) => 'NESW'[Math.floor(4 * narrow[i]!)]!
  // Two places share their rates, so that a rate tells the year and not the place.
  const rate = (i: number) => ((year(i) * 37 + 'NESS'['NESW'.indexOf(place(i))]!.charCodeAt(0) * 11) % 89) / 10_000
  const text = (name: string, cell: (i: number) => string) => ({
    name,
    source: 'text' as const,
    values: Array.from({ length: rows }, (_, i) => cell(i))
  })
  const [height, weight] = [(i: number) => Number((1.5 + wide[i]!).toFixed(2)), (i: number) => Number((50 + 40 * narrow[i]!).toFixed(1))]
  const measured = [
    text('height', (i) => height(i).toFixed(2)),
    text('weight', (i) => weight(i).toFixed(1)),
    text('rest', (i) => (weight(i) - height(i)).toFixed(2))
  ]
  expect(found({ rowCount: rows, columns: measured })).toEqual(['rest = weight - height'])
  const rates = [text('year', (i) => String(year(i))), text('place', place), text('rate', (i) => rate(i).toFixed(4))]
  expect(found({ rowCount: rows, columns: [...rates, text('z', (i) => String(wide[(i * 7) % rows]))] })).toEqual(['year, place -> rate'])
})

describe('orders', () => {
  const rows = 400
  const noise = (label: string) => uniforms(keyFor(keyFromSeed(3), label), rows)
  const number = (name: string, values: ArrayLike<number>) => ({ name, source: 'number' as const, values: Float64Array.from(values) })
  const cents = (x: number) => Math.round(100 * x) / 100

  it('of a day’s prices: the lowest and the highest are so beside both others', () => {
    const [opens, moves, ups, downs] = ['open', 'move', 'up', 'down'].map(noise)
    const tail = (u: number) => -0.5 * Math.log(1 - u)
    const open = Array.from(opens!, (u) => 80 + 30 * u)
    const close = open.map((x, i) => x + 4 * (moves![i]! - 0.5))
    const high = open.map((x, i) => Math.max(x, close[i]!) + tail(ups![i]!))
    const low = open.map((x, i) => Math.min(x, close[i]!) - tail(downs![i]!))
    const columns = Object.entries({ open, high, low, close }).map(([name, values]) => number(name, values.map(cents)))
    expect(found({ rowCount: rows, columns })).toEqual(['close >= low', 'high >= close', 'high >= open', 'open >= low'])
  })

  it('of two hundred such days are told too, whose prices do not crowd at the highest and the lowest', () => {
    const days = 200
    const [opens, moves, ups, downs] = ['open', 'move', 'up', 'down'].map((label) => normals(keyFor(keyFromSeed(4), label), days))
    let last = 100
    const open: number[] = []
    const close = Array.from(moves!, (move, i) => {
      open.push(last + 0.1 * opens![i]!)
      last = open[i]! + move
      return last
    })
    const high = open.map((x, i) => Math.max(x, close[i]!) + Math.abs(0.6 * ups![i]!))
    const low = open.map((x, i) => Math.min(x, close[i]!) - Math.abs(0.6 * downs![i]!))
    const columns = Object.entries({ open, high, low, close }).map(([name, values]) => number(name, values.map(cents)))
    expect(found({ rowCount: days, columns })).toEqual(['close >= low', 'high >= close', 'high >= open', 'open >= low'])
  })

  it('that chance alone makes, of gaps without a wall, are hardly ever believed', () => {
    const rows = 200
    let [obeyed, believed] = [0, 0]
    for (let seed = 1; seed <= 200; seed++)
      for (const distance of [2, 2.3, 2.6, 3]) {
        const [base, gap] = ['base', 'gap'].map((label) => normals(keyFor(keyFromSeed(seed), `${label} ${distance}`), rows)) as [
          Float64Array,
          Float64Array
        ]
        const low = base.map((z) => 20 + 5 * z)
        const high = low.map((x, i) => x + distance + gap[i]!)
        if (high.some((x, i) => x < low[i]!)) continue
        obeyed++
        const quantity = (name: string, values: Float64Array) => ({ name, values, isDate: false, unit: 0.01 })
        believed += findOrders([quantity('one', low), quantity('other', high)]).length
      }
    expect(obeyed).toBeGreaterThan(200)
    expect(believed).toBeLessThan(obeyed / 100)
  })

  it('that drawn rows have not are told where chance does not explain it, without those that follow', () => {
    const rows = 100
    const base = uniforms(keyFromSeed(9), rows)
    const quantity = (name: string, values: Float64Array, unit = 0.1) => ({ name, values, isDate: false, unit })
    const tableOf = (x: Float64Array, y: Float64Array, z: Float64Array) => [quantity('x', x), quantity('y', y), quantity('z', z)]
    const x = base.map((u) => 10 * u)
    const real = tableOf(
      x,
      x.map((u) => u + 1),
      x.map((u) => u + 2)
    )
    const drawnWith = (count: number, drop: number, of = 500) => {
      const own = Float64Array.from({ length: of }, (_, i) => x[i % rows]!)
      return tableOf(
        own,
        own.map((u, i) => u + (i < count ? -drop : 1)),
        own.map((u, i) => u + (i < count ? 0 : 2))
      )
    }
    // No pair that some rows of the data break is broken by as few: k·log(500/600) is below −log 100 from 26 rows on.
    expect(crossedOrders(real, drawnWith(25, 0.5))).toEqual([])
    expect(crossedOrders(real, drawnWith(26, 0.5))).toEqual([{ low: 'x', high: 'y', count: 26, rows: 500 }])
    // A row of the data has it so; columns that have nothing to do with each other.
    const broken = tableOf(
      x,
      x.map((u, i) => (i === 70 ? u - 1 : u + 1)),
      x.map((u) => u + 2)
    )
    expect(crossedOrders(broken, drawnWith(36, 0.5))).toEqual([])
    const apart = tableOf(
      x,
      Float64Array.from({ length: rows }, (_, i) => 9.9 + x[(i * 37) % rows]!),
      x.map((u) => u + 20)
    )
    // Of columns that have nothing to do with each other rows that are drawn so break none that means something.
    const [low, high] = apart.map(({ values }) => values) as [Float64Array, Float64Array]
    const mixed = (values: Float64Array, step: number) => Float64Array.from({ length: 500 }, (_, i) => values[(i * step + 13) % rows]!)
    expect(crossedOrders(apart, tableOf(mixed(low, 1), mixed(high, 29), mixed(apart[2]!.values, 1)))).toEqual([])
    // All of three the other way round: what follows from two is not told.
    const reversed = real.map(({ values, ...one }) => ({ ...one, values: values.map((u) => -u) }))
    expect(crossedOrders(real, reversed).map(({ low, high }) => [low, high])).toEqual([
      ['x', 'y'],
      ['y', 'z']
    ])
  })

  it('of columns that lie apart as a whole mean nothing', () => {
    const [a, b] = ['a', 'b'].map(noise)
    const columns = [
      number(
        'age',
        a!.map((u) => cents(20 + 50 * u))
      ),
      number(
        'pressure',
        b!.map((u) => cents(90 + 60 * u))
      )
    ]
    expect(found({ rowCount: rows, columns })).toEqual([])
  })

  it('of what comes in all sizes is told by ratios; what only hangs together, however closely, has none', () => {
    const normal = (u: number, v: number) => Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v)
    const drawn = (label: string) => Array.from(noise(`${label} u`), (u, i) => normal(u, noise(`${label} v`)[i]!))
    for (const seed of ['1', '2', '3', '4', '5']) {
      const pupils = drawn(`pupils ${seed}`).map((z) => Math.round(5 + Math.exp(3.5 + 1.1 * z)))
      // Some classes answered as a whole: of 500 pupils those of others are as far below as of 20, not as many.
      const answers = noise(`answers ${seed}`)
      const answered = pupils.map((n, i) => Math.round(n * (1 - 0.6 * answers[i]!)))
      expect(found({ rowCount: rows, columns: [number('pupils', pupils), number('answered', answered)] })).toEqual(['pupils >= answered'])
      const beside = drawn(`beside ${seed}`)
      const width = -Math.min(...beside)
      const near = pupils.map((n, i) => cents(n * Math.exp(-0.1 * (beside[i]! + width))))
      expect(near.every((x, i) => x <= pupils[i]!)).toBe(true)
      expect(found({ rowCount: rows, columns: [number('pupils', pupils), number('near', near)] })).toEqual([])
    }
  })

  it('other columns, whose order some row breaks, cost an order nothing', () => {
    const few = (label: string) => noise(label).slice(0, 220)
    const start = few('start').map((u) => cents(100 * u))
    const stop = start.map((x, i) => cents(x - 30 * Math.log(1 - few('stay')[i]!)))
    const others = Array.from({ length: 10 }, (_, k) =>
      number(
        `x${k}`,
        few(`x${k}`).map((u) => cents(150 * u))
      )
    )
    expect(found({ rowCount: 220, columns: [number('start', start), number('stop', stop), ...others] })).toEqual(['stop >= start'])
  })

  it('a day of a follow-up ends at what a patient’s number tells', () => {
    const ends = noise('ends')
    const id = Array.from({ length: rows }, (_, i) => 1 + Math.floor(i / 5))
    const followed = id.map((k) => 200 + Math.floor(2000 * ends[k]!))
    const day = followed.map((x, i) => Math.floor(x * noise('day')[i]!))
    const whole = (name: string, values: number[]) => ({ ...number(name, values), integer: true })
    const columns = [whole('id', id), whole('followed', followed), whole('day', day)]
    expect(found({ rowCount: rows, columns })).toEqual(['day <= followed', 'id -> followed'])
  })

  it('a delay, which may be negative, tells when the later date was', () => {
    const minute = 60_000
    const [starts, delays] = ['start', 'delay'].map(noise)
    const planned = Float64Array.from(starts!, (u) => 1.7e12 + 5 * minute * Math.floor(30_000 * u))
    const delay = Float64Array.from(delays!, (u) => Math.floor(60 * u) - 8)
    const date = (name: string, values: Float64Array) => ({ name, source: 'datetime' as const, values })
    const columns = [
      date('planned', planned),
      date(
        'arrival',
        planned.map((t, i) => t + minute * delay[i]!)
      ),
      number('delay', delay)
    ]
    expect(found({ rowCount: rows, columns })).toEqual(['arrival = planned + delay / 1440'])
    // Rounded to hours it tells no date to the minute, and stays what is derived.
    const hours = {
      ...number(
        'delay',
        delay.map((x) => Math.round(x / 6) / 10)
      )
    }
    expect(found({ rowCount: rows, columns: [...columns.slice(0, 2), hours] } as never)).toEqual(['delay = 24 * (arrival - planned)'])
  })
})

it('marks with a level of few rows are bins all the same; the few largest alone are none', () => {
  const [rows, dice] = [240, uniforms(keyFromSeed(8), 240)]
  const score = Float64Array.from(dice, (u, i) => (i < 3 ? 41 + 4 * i : Math.round(10 * (50 + 50 * u)) / 10))
  const grade = Array.from(score, (x) => (x < 50 ? 'F' : x < 60 ? 'D' : x < 80 ? 'B' : 'A'))
  const number = { name: 'score', source: 'number' as const, values: score }
  const text = (name: string, values: string[]) => ({ name, source: 'text' as const, values })
  expect(found({ rowCount: rows, columns: [number, text('grade', grade)] })).toEqual(['grade = bins(score, 50, 60, 80)'])
  const largest = [...score].sort((a, b) => b - a)[2]!
  const flag = Array.from(score, (x) => (x >= largest ? 'yes' : 'no'))
  expect(found({ rowCount: rows, columns: [number, text('flag', flag)] })).toEqual([])
})

it('of few computed numbers where they stand is told, and of two columns which one is there', () => {
  const [rows, key] = [300, keyFromSeed(9)]
  const whole = (label: string, most: number) => Array.from(uniforms(keyFor(key, label), rows), (u) => Math.floor(most * u))
  const [a, b, c, ways] = [whole('a', 3), whole('b', 3), whole('c', 3), whole('way', 2)]
  const sums = a.map((x, i) => x + b[i]! + c[i]!)
  const text = (name: string, values: string[]) => ({ name, source: 'text' as const, values })
  const columns = [
    text('a', a.map(String)),
    text('b', b.map(String)),
    text('c', c.map(String)),
    text('sum', sums.map(String)),
    text(
      'side',
      sums.map((x) => (x >= 3 ? 'high' : 'low'))
    ),
    text(
      'debit',
      ways.map((way, i) => (way === 0 ? String(100 + i) : ''))
    ),
    text(
      'credit',
      ways.map((way, i) => (way === 0 ? '' : String(700 - i)))
    )
  ]
  expect(found({ rowCount: rows, columns })).toEqual(['credit missing where debit present', 'side = sum >= 3', 'sum = a + b + c'])
})

describe('what lies on a side of other columns', () => {
  const rows = 200
  const dice = (label: string) => uniforms(keyFor(keyFromSeed(12), label), rows)
  const number = (name: string, values: ArrayLike<number>) => ({ name, source: 'number' as const, values: Float64Array.from(values) })
  const text = (name: string, values: readonly (string | null)[]) => ({ name, source: 'text' as const, values: [...values] })
  const whole = (values: Float64Array, least: number, count: number) => Array.from(values, (u) => least + Math.floor(count * u))
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(dice) as [Float64Array, Float64Array, Float64Array, Float64Array]

  it('is told: late, or not there yet; below and above what is usual; out, or less than there should be; half of the points', () => {
    const day = 86_400_000
    const promised = whole(a, 19_000, 60)
    const delivered = promised.map((x, i) => x + Math.floor(7 * b[i]!) - 3)
    const isOpen = (i: number) => c[i]! < 0.1
    const dates = [
      { name: 'promised', source: 'datetime' as const, values: Float64Array.from(promised, (x) => x * day) },
      {
        name: 'delivered',
        source: 'datetime' as const,
        values: Float64Array.from(delivered, (x, i) => (isOpen(i) ? 0 : x * day)),
        missing: Uint8Array.from(delivered, (_, i) => (isOpen(i) ? 1 : 0))
      },
      text(
        'late',
        delivered.map((x, i) => (isOpen(i) ? null : x > promised[i]! ? 'yes' : 'no'))
      )
    ]
    expect(found({ rowCount: rows, columns: dates })).toEqual(['late = delivered > promised'])

    const low = whole(a, 1, 40)
    const high = low.map((x, i) => x + 5 + Math.floor(20 * c[i]!))
    const value = whole(b, 0, 70)
    const flag = value.map((x, i) => (x < low[i]! ? 'L' : x > high[i]! ? 'H' : 'N'))
    const lab = [number('value', value), number('low', low), number('high', high), text('flag', flag)]
    expect(found({ rowCount: rows, columns: lab })).toContain('flag = bins(value, low, > high)')

    const least = whole(a, 5, 40)
    const stock = whole(b, -10, 80).map((x) => Math.max(0, x))
    const status = stock.map((x, i) => (x === 0 ? 'out' : x <= least[i]! ? 'low' : 'ok'))
    const shelf = [number('stock', stock), number('least', least), text('status', status)]
    expect(found({ rowCount: rows, columns: shelf })).toEqual(['status = bins(stock, 1, > least)'])

    // What is late by so many days, and by none where it comes in time.
    const late = number(
      'late',
      delivered.map((x, i) => Math.max(0, x - promised[i]!))
    )
    const overdue = [...dates.slice(0, 1), { ...dates[1]!, values: Float64Array.from(delivered, (x) => x * day), missing: undefined }, late]
    expect(found({ rowCount: rows, columns: overdue as never })).toEqual(['late = positive(delivered - promised)'])
  })

  it('with a number of its own is told where that is rounder than chance would have it: groups side by side have a line between them too', () => {
    const count = 2000
    const [u, v] = ['u', 'v'].map((label) => uniforms(keyFor(keyFromSeed(12), label), count)) as [Float64Array, Float64Array]
    const most = whole(u, 20, 80)
    const passing = (share: number) => {
      const score = most.map((x, i) => Math.floor(100 * x * v[i]!) / 100)
      const passed = score.map((x, i) => (x >= share * most[i]! ? 'yes' : 'no'))
      return found({ rowCount: count, columns: [number('most', most), number('score', score), text('passed', passed)] })
    }
    expect(passing(0.5)).toContain('passed = score >= 0.5 * most')
    expect(passing(0.5137)).toEqual(['most >= score'])
  })

  it('is none where one number tells nearly all by itself, or chance does', () => {
    const near = a.map((x, i) => x + 0.01 * b[i]!)
    const tells = Array.from(near, (x) => (x > 0.5 ? 'yes' : 'no'))
    expect(found({ rowCount: rows, columns: [number('a', a), number('c', c), text('flag', tells)] })).toEqual([])
    const coin = Array.from(d, (x) => (x > 0.5 ? 'yes' : 'no'))
    expect(found({ rowCount: rows, columns: [number('a', a), number('b', b), number('c', c), text('flag', coin)] })).toEqual([])
  })
})

it('amounts of two years that are 0 together and hardly ever alike otherwise do not determine each other', () => {
  const rows = 240
  const whole = (name: string, size: number) => ({
    name,
    source: 'text' as const,
    values: Array.from(uniforms(keyFor(keyFromSeed(12), name), rows), (u, i) => (i % 5 < 3 ? '0' : String(Math.floor(size * u))))
  })
  const share = { name: 'share', source: 'number' as const, values: uniforms(keyFromSeed(13), rows) }
  expect(found({ rowCount: rows, columns: [whole('1980', 4e6), whole('1981', 9e6), share] })).toEqual([])
})

it('two thirds are a ratio, as a person would write them', () => {
  const [a, b] = ['systolic', 'diastolic'].map((label) => uniforms(keyFor(keyFromSeed(9), label), 200)) as [Float64Array, Float64Array]
  const number = (name: string, values: Float64Array) => ({ name, source: 'number' as const, values })
  const [high, low] = [a.map((u) => Math.round(100 + 60 * u)), b.map((u) => Math.round(60 + 30 * u))]
  const middle = high.map((x, i) => Math.round((10 * (x + 2 * low[i]!)) / 3) / 10)
  const columns = [number('high', high), number('low', low), number('middle', middle)]
  expect(found({ rowCount: 200, columns })).toContain('middle = high / 3 + 2 * low / 3')
})

it('what is looked up is not measured by others: seats are the hall’s, and visitors at most as many', () => {
  const rows = 400
  const [which, part] = ['hall', 'part'].map((label) => uniforms(keyFor(keyFromSeed(9), label), rows)) as [Float64Array, Float64Array]
  const halls: Record<string, number> = { Arena: 12_000, Bowl: 30_000, Coburg: 80_000, Dom: 30_000 }
  const hall = Array.from(which, (u) => Object.keys(halls)[Math.floor(4 * u)]!)
  const seats = Float64Array.from(hall, (name) => halls[name]!)
  // A third of the evenings is sold out.
  const visitors = seats.map((most, i) => Math.round(most * Math.min(1, 0.3 + part[i]!)))
  const number = (name: string, values: Float64Array) => ({ name, source: 'number' as const, values })
  const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
  const columns = [text('hall', hall), number('seats', seats), number('visitors', visitors)]
  expect(found({ rowCount: rows, columns })).toEqual(['hall -> seats', 'visitors <= seats'])
  const fill = number(
    'fill',
    visitors.map((x, i) => Math.round((1000 * x) / seats[i]!) / 10)
  )
  expect(found({ rowCount: rows, columns: [...columns, fill] })).toEqual([
    'fill = 100 * visitors / seats',
    'hall -> seats',
    'visitors <= seats'
  ])
})

it('what two numbers look up is the side on which one lies of the other, where it is that', () => {
  const number = (name: string, values: readonly number[]) => ({ name, source: 'number' as const, values: Float64Array.from(values) })
  const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
  const [own, other] = [
    [0, 1, 2, 3, 2, 0],
    [1, 1, 0, 1, 2, 0]
  ]
  const columns = [
    number('own', own!),
    number('other', other!),
    text('end', ['lost', 'drawn', 'won', 'won', 'drawn', 'drawn']),
    text('points', ['0', '1', '1', '1', '1', '1']),
    text('drawn', ['no', 'yes', 'no', 'no', 'yes', 'yes']),
    text('odd', ['lost', 'drawn', 'won', 'lost', 'drawn', 'drawn'])
  ]
  const { data } = prepareRows({ rowCount: 6, columns })
  const [first, second] = ['own', 'other'].map((name) => quantityIn(data, name)) as [Quantity, Quantity]
  const sides = ['end', 'points', 'drawn', 'odd'].map((name) => sideBetween(columnIn(data, name), first, second))
  expect(sides.map((one) => one && ruleText({ kind: 'step', ...one }))).toEqual([
    'end = bins(own, other, > other)',
    'points = own >= other',
    // Two sides of three are one value, which no threshold says.
    undefined,
    undefined
  ])
})

describe('brackets of a tariff', () => {
  const rows = 500
  const cents = (x: number) => Math.round(100 * x) / 100
  const above = (x: number, cut: number) => Math.max(0, x - cut)
  const number = (name: string, values: Float64Array) => ({ name, source: 'number' as const, values })
  const gross = Float64Array.from(uniforms(keyFromSeed(10), rows), (u) => cents(9000 + 90_000 * u * u))
  const taxed = (tax: (x: number) => number) => ({
    rowCount: rows,
    columns: [
      number('gross', gross),
      number(
        'tax',
        gross.map((x) => cents(tax(x)))
      )
    ]
  })

  it('are thresholds and rates', () => {
    expect(found(taxed((x) => 0.2 * above(x, 11_000) + 0.15 * above(x, 30_000) + 0.1 * above(x, 60_000)))).toEqual([
      'tax = 0.2 * positive(gross - 11000) + 0.15 * positive(gross - 30000) + 0.1 * positive(gross - 60000)'
    ])
    expect(found(taxed((x) => 40 + 0.01 * x - 0.006 * above(x, 25_000)))).toEqual([
      'tax = 0.01 * gross + 40 - 0.006 * positive(gross - 25000)'
    ])
  })

  it('are none where it bends all along, jumps, or merely hangs together', () => {
    const noise = uniforms(keyFromSeed(11), rows)
    let row = 0
    // That a tax is never above what it is of is not said by brackets.
    for (const tax of [
      (x: number) => 1e-6 * x * x + 0.01 * x,
      (x: number) => 0.2 * x + (x > 40_000 ? 500 : 0),
      (x: number) => 0.2 * above(x, 20_000) + 3 * noise[row++]!
    ])
      expect(found(taxed(tax)).filter((rule) => rule !== 'gross >= tax')).toEqual([])
  })

  it('read as they are written, and bend by a step', () => {
    const rule = parseRule('tax = 0.2 * positive(gross - 11000) + 0.15 * positive(gross - 30000)')
    expect(ruleText(rule)).toBe('tax = 0.2 * positive(gross - 11000) + 0.15 * positive(gross - 30000)')
    const { expression } = rule as Extract<typeof rule, { kind: 'formula' }>
    const at = (gross: number) => evaluate(expression, () => gross)
    const slope = (gross: number) => evaluate(derivative(expression, 'gross'), () => gross)
    expect([9000, 21_000, 40_000].map(at)).toEqual([0, 2000, 7300])
    for (const x of [9000, 11_000, 21_000, 40_000]) expect(slope(x)).toBeCloseTo((at(x + 1) - at(x - 1)) / 2 - (x === 11_000 ? 0.1 : 0), 9)
  })
})

it('a product is computed, and a sum that has the same column gives way: the interest is what the loan leaves of all payments', () => {
  const rows = 400
  const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(23), label), rows))
  const text = (name: string, cells: readonly (string | number)[]) => ({ name, source: 'text' as const, values: cells.map(String) })
  const loans = dice('loan').map((u) => 1000 * Math.floor(50 + 400 * u))
  const terms = dice('term').map((u) => 5 * (2 + Math.floor(5 * u)))
  const payments = loans.map((loan, i) => (loan * (0.004 + 1 / (12 * terms[i]!))).toFixed(2))
  const totals = payments.map((payment, i) => (Number(payment) * 12 * terms[i]!).toFixed(2))
  const interests = totals.map((total, i) => (Number(total) - loans[i]!).toFixed(2))
  const columns = [text('loan', loans), text('term', terms), text('payment', payments), text('total', totals), text('interest', interests)]
  // Whatever computes the payment, each of five terms has a rate of its own.
  const rates = /^payment = 0\.01233333 \* loan \* P\(term = 10\) \+ .* \+ 0\.006777778 \* loan \* P\(term = 30\)$/
  expect(found({ rowCount: rows, columns })).toEqual([
    'interest = total - loan',
    expect.stringMatching(rates),
    'total = 12 * term * payment'
  ])
})

describe('loans', () => {
  const rows = 300
  const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(24), label), rows))
  const text = (name: string, cells: readonly (string | number)[]) => ({ name, source: 'text' as const, values: cells.map(String) })
  const loans = dice('loan').map((u) => [5000, 8000, 10_000, 25_000][Math.floor(4 * u)]!)
  const years = dice('term').map((u) => 1 + Math.floor(9 * u))
  // Some are without interest.
  const rates = dice('rate').map((u) => (u < 0.1 ? 0 : Number((2 + 9 * u).toFixed(2))))
  const own = [text('loan', loans), text('rate', rates)]
  /** What a loan has become in terms of a month: what is paid back each is what makes it nothing. */
  const paidBack = (loan: number, rate: number, months: number): number => {
    const [one, whole] = Array.from({ length: months }).reduce<readonly [number, number]>(
      ([paid, owed]) => [paid * (1 + rate) + 1, owed * (1 + rate)],
      [0, loan]
    )
    return whole / one
  }

  it.each([
    ['rate / 1200', 12, 1200],
    ['rate / 12', 12, 12],
    ['rate / 100', 1, 100]
  ] as const)('are paid back by %s', (rate, perYear, parts) => {
    const rated = rates.map((x) => (parts === 12 ? Number((x / 100).toFixed(4)) : x))
    const terms = years.map((n) => n * perYear)
    const payments = loans.map((loan, i) => paidBack(loan, rated[i]! / parts, terms[i]!).toFixed(2))
    const totals = payments.map((payment, i) => (Number(payment) * terms[i]!).toFixed(2))
    const interests = totals.map((total, i) => (Number(total) - loans[i]!).toFixed(2))
    const columns = [text('loan', loans), text('rate', rated), text('term', terms), text('payment', payments)]
    expect(found({ rowCount: rows, columns: [...columns, text('total', totals), text('interest', interests)] })).toEqual([
      'interest = total - loan',
      `payment = loan * annuity(${rate}, term)`,
      'total = term * payment'
    ])
  })

  it('and savings grow with interest on interest', () => {
    const grown = loans.map((loan, i) => (loan * (1 + rates[i]! / 100) ** years[i]!).toFixed(2))
    expect(found({ rowCount: rows, columns: [...own, text('years', years), text('grown', grown)] })).toEqual([
      'grown = loan * (1 + rate / 100) ^ years'
    ])
  })
})

it('what some rows have is what a formula says of a number, though a category and that number tell it too', () => {
  const rows = 300
  const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(26), label), rows))
  const text = (name: string, cells: readonly (string | number | null)[]) => ({
    name,
    source: 'text' as const,
    values: cells.map((cell) => (cell === null ? null : String(cell)))
  })
  const kilometres = dice('km').map((u) => 1 + Math.floor(60 * u * u))
  const fuels = dice('fuel').map((u) => ['diesel', 'electric', 'petrol'][Math.floor(3 * u)]!)
  const used = kilometres.map((km, i) => (fuels[i] === 'electric' ? (0.18 * km).toFixed(1) : null))
  const raw = { rowCount: rows, columns: [text('fuel', fuels), text('km', kilometres), text('kwh', used)] }
  expect(found(raw)).toEqual(['kwh = 0.18 * km or missing', 'kwh missing where fuel = diesel, petrol'])
})

it('a tax that is part of a total goes by the other parts, and not by the total', () => {
  const rows = 400
  const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(31), label), rows))
  const text = (name: string, cells: readonly (string | number)[]) => ({ name, source: 'text' as const, values: cells.map(String) })
  // What days tell as well goes by the amount.
  const days = dice('days').map((u) => 28 + Math.floor(4 * u))
  const [energy, standing] = [dice('energy').map((u) => 2000 + Math.floor(9000 * u)), days.map((n) => 45 * n)]
  const vat = energy.map((own, i) => Math.round((own + standing[i]!) / 20))
  const total = energy.map((own, i) => own + standing[i]! + vat[i]!)
  const columns = Object.entries({ energy, standing, vat, total }).map(([name, cents]) =>
    text(
      name,
      cents.map((x) => (x / 100).toFixed(2))
    )
  )
  expect(found({ rowCount: rows, columns: [text('days', days), ...columns] })).toEqual([
    'days -> standing',
    'total = energy + standing + vat',
    'vat = 0.05 * (energy + standing)'
  ])
})

it('what is 0 where its formula says less is positive, and a tax goes by what is taxable', () => {
  const rows = 400
  const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(29), label), rows))
  const text = (name: string, cells: readonly (string | number)[]) => ({ name, source: 'text' as const, values: cells.map(String) })
  const cents = (x: number) => (Math.round(100 * x + 1e-7) / 100).toFixed(2)
  const wages = dice('wage').map((u) => [18.5, 21, 24.25, 30, 42.5][Math.floor(5 * u)]!)
  const hours = dice('hours').map((u) => (25 + Math.floor(50 * u) / 2).toFixed(1))
  const overtime = wages.map((wage, i) => cents(1.5 * wage * Math.max(0, Number(hours[i]) - 40)))
  expect(found({ rowCount: rows, columns: [text('wage', wages), text('hours', hours), text('overtime', overtime)] })).toEqual([
    'overtime = 1.5 * wage * positive(hours - 40)'
  ])
  const gross = dice('gross').map((u) => cents(300 + 1500 * u))
  const taxable = gross.map((x) => cents(0.95 * Number(x)))
  const tax = taxable.map((x) => cents(0.1 * Number(x) + 0.1 * Math.max(0, Number(x) - 600)))
  expect(found({ rowCount: rows, columns: [text('gross', gross), text('taxable', taxable), text('tax', tax)] })).toEqual([
    'tax = 0.1 * taxable + 0.1 * positive(taxable - 600)',
    'taxable = 0.95 * gross'
  ])
})

it('a share is computed of whole numbers, of which the part is drawn by it where it hardly varies beside amounts that differ widely', () => {
  const rows = 200
  const [sizes, parts] = ['sizes', 'parts'].map((label) => uniforms(keyFor(keyFromSeed(11), label), rows)) as [Float64Array, Float64Array]
  const people = Array.from(sizes, (u) => Math.round(2000 * Math.exp(6 * u)))
  const text = (name: string, values: readonly (number | string)[]) => ({ name, source: 'text' as const, values: values.map(String) })
  const rulesWith = (shareOf: (u: number) => number) => {
    const known = people.map((n, i) => Math.round(n * shareOf(parts[i]!)))
    const percent = known.map((n, i) => ((100 * n) / people[i]!).toFixed(7))
    const { data } = prepareRows({ rowCount: rows, columns: [text('people', people), text('known', known), text('percent', percent)] })
    const rules = findRules(data)
    // Whatever number of people known ones of another row come to, their share is one of the data, and the digits of it are theirs.
    const mixed = mixedRows(rules, data)
    expect(breachOf(parseRule('percent = 100 * known / people'), mixed)).toBeUndefined()
    const [shares, drawn] = [data, mixed].map((one) => quantityIn(one, 'percent').values)
    expect(Math.min(...drawn!)).toBeGreaterThan(Math.min(...shares!) - 0.1)
    return rules.map(ruleText)
  }
  expect(rulesWith((u) => 0.95 + 0.04 * u)).toContain('percent = 100 * known / people')
  expect(rulesWith((u) => 0.02 + 0.9 * u)).toContain('percent = 100 * known / people')
})

it('hours awake are what is left of a day where few of them are rounded', () => {
  const asleep = Array.from(uniforms(keyFor(keyFromSeed(7), 'asleep'), 80), (u) => Math.round(20 + 180 * u) / 10)
  const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
  const column = (values: readonly number[], digits: (i: number) => number) => values.map((x, i) => x.toFixed(digits(i)))
  const awake = asleep.map((x, i) => (i < 2 ? 24 - x + 0.05 : 24 - x))
  const columns = [
    text(
      'asleep',
      column(asleep, () => 1)
    ),
    text(
      'awake',
      column(awake, (i) => (i < 2 ? 2 : 1))
    )
  ]
  expect(found({ rowCount: 80, columns })).toEqual(['asleep = -awake + 24'])
  // A level of one row obeys any factor, and the sum that the others have.
  const orders = awake.map((_, i) => (i === 5 ? 'rare' : ['cats', 'dogs', 'bears'][i % 3]!))
  expect(found({ rowCount: 80, columns: [...columns, text('order', orders)] })).toEqual(['asleep = -awake + 24'])
})

describe('sums by level', () => {
  const rows = 400
  const key = keyFromSeed(17)
  const dice = (label: string) => uniforms(keyFor(key, label), rows)
  const levels = (label: string, names: readonly string[]) => Array.from(dice(label), (u) => names[Math.floor(u * names.length)]!)
  const whole = (label: string, low: number, high: number) => Array.from(dice(label), (u) => low + Math.floor(u * (high - low + 1)))
  const text = (name: string, cells: readonly (string | number)[]) => ({ name, source: 'text' as const, values: cells.map(String) })

  it('compute what can be so in every level, whichever column is first', () => {
    const tiers = levels('tier', ['basic', 'plus', 'premium'])
    const classes = whole('classes', 0, 12)
    const fees = classes.map((n, i) => (n * { basic: 6, plus: 4, premium: 2.5 }[tiers[i] as 'basic']).toFixed(2))
    const expected = ['fee = 6 * classes * P(tier = basic) + 4 * classes * P(tier = plus) + 2.5 * classes * P(tier = premium)']
    expect(found({ rowCount: rows, columns: [text('tier', tiers), text('classes', classes), text('fee', fees)] })).toEqual(expected)
    expect(found({ rowCount: rows, columns: [text('tier', tiers), text('fee', fees), text('classes', classes)] })).toEqual(expected)
  })

  it('are of the days between two dates that no column counts, whichever is first', () => {
    const rooms = levels('room', ['garden', 'lake'])
    const [guests, nights, starts] = [whole('guests', 1, 3), whole('nights', 1, 7), whole('start', 0, 300)]
    const day = (n: number) => new Date(Date.UTC(2025, 0, 1) + 86_400_000 * n).toISOString().slice(0, 10)
    const prices = nights.map((n, i) => n * (rooms[i] === 'lake' ? 110 : 80) + 10 * (guests[i]! - 1) * n)
    const [from, to] = [
      text('from', starts.map(day)),
      text(
        'to',
        starts.map((n, i) => day(n + nights[i]!))
      )
    ]
    const others = [text('room', rooms), text('guests', guests), text('price', prices)]
    const price = 'price = 70 * (to - from) * P(room = garden) + 100 * (to - from) * P(room = lake) + 10 * guests * (to - from)'
    for (const dates of [
      [from, to],
      [to, from]
    ])
      expect(found({ rowCount: rows, columns: [...dates, ...others] })).toContain(price)
  })

  // 435 pairs of categories, of which 256 are looked at.
  it('are found by the two of thirty categories that tell them', () => {
    const answers = Array.from({ length: 30 }, (_, k) => levels(`answer ${k}`, ['yes', 'no']))
    const members = whole('members', 1, 90)
    const fees = members.map((n, i) =>
      (n * (4 + (answers[11]![i] === 'yes' ? 1.5 : 0) + (answers[23]![i] === 'yes' ? 0.75 : 0))).toFixed(2)
    )
    const columns = [text('members', members), ...answers.map((own, k) => text(`answer${k}`, own)), text('fee', fees)]
    expect(found({ rowCount: rows, columns })).toEqual([
      'fee = 4 * members * P(answer11 = no) + 5.5 * members * P(answer11 = yes) + 0.75 * members * P(answer23 = yes)'
    ])
  })

  it('say what is without a level, as an order without a coupon', () => {
    const coupons = levels('coupon', ['', '', '', 'WELCOME10', 'SALE20', 'FREESHIP'])
    const sums = whole('sum', 500, 30_000).map((x) => x / 100)
    const shares = { '': 0, WELCOME10: 0.1, SALE20: 0.2, FREESHIP: 0 } as const
    const discounts = sums.map((x, i) => (Math.round(100 * shares[coupons[i] as ''] * x) / 100).toFixed(2))
    const fees = sums.map((_, i) => (coupons[i] === '' ? 1.5 : coupons[i] === 'FREESHIP' ? 0 : 0.5))
    const columns = [
      text(
        'sum',
        sums.map((x) => x.toFixed(2))
      ),
      text('coupon', coupons)
    ] as const
    expect(found({ rowCount: rows, columns: [...columns, text('discount', discounts)] })).toEqual([
      'discount = coalesce(0.2 * sum * P(coupon = SALE20) + 0.1 * sum * P(coupon = WELCOME10), 0)'
    ])
    const paid = sums.map((x, i) => (0.5 * x + fees[i]!).toFixed(2))
    expect(found({ rowCount: rows, columns: [...columns, text('paid', paid)] })).toEqual([
      'paid = coalesce(0.5 * (sum + 1 - P(coupon = FREESHIP)), 0.5 * sum + 1.5)'
    ])
  })

  it.each([
    ['whole steps', 3.2, 15, 180, 65.6],
    ['cents', 3.217, 15.5, 183.37, 65.63]
  ])('compute a price in %s from what it is made of, and from it what a discount leaves', (_, year, child, smoking, base) => {
    const ages = whole('age', 17, 84)
    const smokers = levels('smoker', ['yes', 'no', 'no', 'no'])
    const children = whole('children', 0, 4)
    const premiums = ages.map((age, i) => base + year * age + child * children[i]! + (smokers[i] === 'yes' ? smoking : 0))
    const digits = premiums.map((x) => x.toFixed(2).replace(/0$/, ''))
    const discounts = children.map((count, i) => (count >= 2 && smokers[i] === 'no' ? '0.1' : '0.0'))
    const net = digits.map((x, i) => (Math.round(100 * Number(x) * (1 - Number(discounts[i]))) / 100).toFixed(2))
    const columns = [text('age', ages), text('smoker', smokers), text('children', children), text('premium', digits)]
    expect(found({ rowCount: rows, columns: [...columns, text('discount', discounts), text('net', net)] })).toEqual([
      'net = premium * (1 - discount)',
      `premium = ${year} * age + ${child} * children + ${base} * P(smoker = no) + ${Number((base + smoking).toFixed(2))} * P(smoker = yes)`,
      'smoker, bins(children, 2) -> discount'
    ])
  })

  it('have no factor that hardly varies, and no term that the others do without', () => {
    const subjects = levels('subject', ['maths', 'music', 'sport'])
    const [exams, course, years] = [whole('exam', 20, 100), whole('course', 20, 100), whole('year', 2021, 2023)]
    const marks = exams.map((x, i) => {
      const weight = { maths: 0.6, music: 0.5, sport: 0.3 }[subjects[i] as 'maths']
      return Math.round(weight * x + (1 - weight) * course[i]!)
    })
    const raised = marks.map((mark, i) => Math.min(100, mark + (subjects[i] !== 'sport' && exams[i]! % 3 === 0 ? course[i]! % 7 : 0)))
    const columns = [text('subject', subjects), text('year', years), text('exam', exams), text('course', course), text('mark', marks)]
    const [rule] = found({ rowCount: rows, columns: [...columns, text('raised', raised)] }).filter((one) => one.startsWith('mark = '))
    expect(rule).toBe(
      'mark = 0.6 * exam * P(subject = maths) + 0.5 * exam * P(subject = music) + 0.3 * exam * P(subject = sport) + 0.4 * course * P(subject = maths) + 0.5 * course * P(subject = music) + 0.7 * course * P(subject = sport)'
    )
  })
})

it('a factor of many digits is written', () => {
  const counts = Array.from(uniforms(keyFromSeed(18), 200), (u) => 1 + Math.floor(90 * u))
  const column = (name: string, values: readonly number[]) => ({
    name,
    source: 'number' as const,
    values: Float64Array.from(values),
    integer: true
  })
  expect(
    found({
      rowCount: 200,
      columns: [
        column('n', counts),
        column(
          'big',
          counts.map((n) => n * 12_345_678)
        )
      ]
    })
  ).toEqual(['big = 12345678 * n'])
})

it('gaps that a category says are not said by each item of it', () => {
  const [items, expiry] = ['item', 'expiry'].map((label) => uniforms(keyFor(keyFromSeed(19), label), 300)) as [Float64Array, Float64Array]
  const item = Array.from(items, (u) => Math.floor(12 * u))
  const columns = [
    { name: 'item', source: 'text' as const, values: item.map((k) => `i${k}`) },
    { name: 'sort', source: 'text' as const, values: item.map((k) => (k < 5 ? 'dry' : k < 9 ? 'cold' : 'frozen')) },
    { name: 'expiry', source: 'text' as const, values: item.map((k, i) => (k < 5 ? '' : (100 * expiry[i]!).toFixed(2))) }
  ]
  expect(found({ rowCount: 300, columns })).toEqual(['expiry missing where sort = dry', 'item -> sort'])
})

describe('of readings of one relation', () => {
  const rowCount = 260
  const dice = (label: string) => uniforms(keyFor(keyFromSeed(33), label), rowCount)
  const text = (name: string, values: ArrayLike<number>, digits: number) => ({
    name,
    source: 'text' as const,
    values: Array.from(values, (x) => x.toFixed(digits))
  })
  const rounded = (x: number, digits: number) => Math.round(x * 10 ** digits) / 10 ** digits

  it('that which was computed is found: a weight of an index and a height, and the index of both', () => {
    const heights = Array.from(dice('height'), (u) => rounded(1.4 + 0.55 * u, 2))
    const others = Array.from(dice('other'), (u) => rounded(17 + 18 * u, 1))
    const weights = heights.map((h, i) => rounded(others[i]! * h * h, 1))
    const columns = (bmi: readonly number[], kg: readonly number[]) => [text('height', heights, 2), text('kg', kg, 1), text('bmi', bmi, 1)]
    expect(found({ rowCount, columns: columns(others, weights) })).toEqual(['kg = bmi * height ^ 2'])
    const kg = Array.from(dice('kg'), (u) => rounded(45 + 60 * u, 1))
    const bmi = kg.map((w, i) => rounded(w / heights[i]! ** 2, 1))
    expect(found({ rowCount, columns: columns(bmi, kg) })).toEqual(['bmi = kg / height ^ 2'])
  })

  it('a percentage that all rows have goes before an amount that all but one do', () => {
    const beds = Array.from(dice('beds'), (u) => Math.round(30 + 370 * u))
    const occupied = Array.from(dice('occupied'), (u, i) => Math.round(beds[i]! * (0.6 + 0.4 * u)))
    const percent = beds.map((all, i) => rounded((100 * occupied[i]!) / all, 1))
    const raw = { rowCount, columns: [text('beds', beds, 0), text('occupied', occupied, 0), text('percent', percent, 1)] }
    expect(found(raw)).toEqual(['occupied <= beds', 'percent = 100 * occupied / beds'])
  })

  it('shares of a whole that the table does not have tell each other, and the net of a gross that a rate goes into', () => {
    const whole = Array.from(dice('whole'), (u) => 1000 + 9000 * u)
    const parts = ['costs', 'profits'].map((name) => Array.from(dice(name), (u, i) => rounded(whole[i]! * (0.1 + 0.4 * u), 2)))
    const shares = parts.map((part) => part.map((x, i) => x / whole[i]!))
    const names = ['costs', 'profits', 'cost_share', 'margin']
    const columns = [
      ...parts.map((values, k) => text(names[k]!, values, 2)),
      ...shares.map((values, k) => ({ name: names[k + 2]!, source: 'text' as const, values: values.map(String) }))
    ]
    const rules = findRules(prepareRows({ rowCount, columns }).data).filter(({ kind }) => kind === 'formula')
    expect(rules.map(ruleText)).toEqual([expect.stringMatching(/^(margin|cost_share) = .* \/ .*$/)])
    const gross = Array.from(dice('gross'), (u) => rounded(20 + 900 * u, 2))
    const rates = Array.from(dice('rate'), (u) => rounded(30 * u, 1))
    const net = gross.map((x, i) => rounded(x / (1 + rates[i]! / 100), 2))
    expect(found({ rowCount, columns: [text('gross', gross, 2), text('rate', rates, 1), text('net', net, 2)] })).toEqual([
      'net = gross / (1 + rate / 100)'
    ])
  })
})

it('what seats cost is their number times the price of a plan, which brackets and thresholds of it tell backwards', () => {
  const rowCount = 600
  const dice = (label: string) => uniforms(keyFor(keyFromSeed(34), label), rowCount)
  const prices = { free: 0, starter: 9.99, pro: 29.99, enterprise: 199 }
  const plans = Array.from(dice('plan'), (u) => (['free', 'starter', 'pro', 'enterprise'] as const)[Math.floor(4 * u ** 1.4)]!)
  const [shape, more] = [normals(keyFor(keyFromSeed(34), 'seats'), rowCount), { pro: 1.5, enterprise: 3.2 }]
  const seats = plans.map((plan, i) =>
    plan === 'pro' || plan === 'enterprise' ? Math.max(1, Math.floor(Math.exp(more[plan] + 0.6 * shape[i]!))) : 1
  )
  const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
  const columns = [
    text('plan', plans),
    text(
      'price',
      plans.map((plan) => prices[plan])
    ),
    text('seats', seats),
    text(
      'paid',
      plans.map((plan, i) => Number((prices[plan] * seats[i]!).toFixed(2)))
    )
  ]
  expect(found({ rowCount, columns })).toEqual(['paid = price * seats', 'plan -> price'])
})

it('an amount is computed of price and quantity though few amounts are there, of which totals tell it', () => {
  const rowCount = 900
  const dice = (label: string) => uniforms(keyFor(keyFromSeed(35), label), rowCount)
  const prices = [39.9, 349, 89.5, 1199, 14.99, 79, 12.5, 49, 19.95, 159]
  const item = Array.from(dice('item'), (u) => Math.floor(10 * u))
  const quantity = Array.from(dice('quantity'), (u) => 1 + Math.floor(-Math.log(1 - u)))
  const percent = Array.from(dice('percent'), (u) => (u < 0.7 ? 0 : u < 0.85 ? 10 : 20))
  const cents = (x: number) => Math.round(100 * x) / 100
  const subtotal = item.map((k, i) => cents(prices[k]! * quantity[i]!))
  const discount = subtotal.map((x, i) => cents((x * percent[i]!) / 100))
  const net = subtotal.map((x, i) => cents(x - discount[i]!))
  const tax = net.map((x) => cents(0.19 * x))
  const customer = Array.from(dice('customer'), (u) => `C${Math.floor(200 * u)}`)
  const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
  const amount = (name: string, values: readonly number[]) =>
    text(
      name,
      values.map((x) => x.toFixed(2))
    )
  const columns = [
    text('customer', customer),
    text(
      'sku',
      item.map((k) => `S${k}`)
    ),
    amount(
      'price',
      item.map((k) => prices[k]!)
    ),
    text('quantity', quantity),
    amount('subtotal', subtotal),
    text('percent', percent),
    amount('discount', discount),
    amount('net', net),
    amount('tax', tax),
    amount(
      'total',
      net.map((x, i) => x + tax[i]!)
    )
  ]
  expect(found({ rowCount, columns })).toContain('subtotal = price * quantity')
})

it('ages are whole years to a day that no column has: the first of a year or a month, if birthdays leave it open', () => {
  const rowCount = 500
  const DAY = 86_400_000
  const days = Array.from(uniforms(keyFor(keyFromSeed(36), 'birth'), rowCount), (u) => -7000 + Math.floor(20_000 * u))
  const iso = (day: number) => new Date(day * DAY).toISOString().slice(0, 10)
  const ageOn = (on: string) => (day: number) =>
    Number(on.slice(0, 4)) - Number(iso(day).slice(0, 4)) - (iso(day).slice(5) > on.slice(5) ? 1 : 0)
  const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
  const rulesOn = (on: string) => found({ rowCount, columns: [text('birth', days.map(iso)), text('age', days.map(ageOn(on)))] })
  expect(rulesOn('2024-12-01')).toEqual(['age = years(date(2024-12-01) - birth)'])
  expect(rulesOn('2025-01-01')).toEqual(['age = years(date(2025-01-01) - birth)'])
  // A day on which nobody has a birthday is not told from its neighbours; the ages are the same on all of these.
  const [rule] = rulesOn('2024-06-18')
  const day = /^age = years\(date\((2024-06-1\d)\) - birth\)$/.exec(rule!)?.[1]
  expect(days.map(ageOn(day!))).toEqual(days.map(ageOn('2024-06-18')))
  // Ages that are told on a day of their own are no years of one.
  const visits = Array.from(uniforms(keyFor(keyFromSeed(36), 'visit'), rowCount), (u) => iso(18_000 + Math.floor(1500 * u)))
  expect(
    found({
      rowCount,
      columns: [
        text('birth', days.map(iso)),
        text(
          'age',
          days.map((x, i) => ageOn(visits[i]!)(x))
        )
      ]
    })
  ).toEqual([])
})

it('days since a date, or until one, are counted to a day that no column has', () => {
  const rowCount = 400
  const DAY = 86_400_000
  const minutes = Array.from(uniforms(keyFor(keyFromSeed(37), 'at'), rowCount), (u) => 19_000 * 1440 + Math.floor(700 * 1440 * u))
  const days = minutes.map((x) => Math.floor(x / 1440))
  const today = Math.round(Date.UTC(2024, 2, 7) / DAY)
  const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
  const moments = text(
    'seen',
    minutes.map((x) => new Date(x * 60_000).toISOString().slice(0, 16))
  )
  const dates = text(
    'ends',
    days.map((x) => new Date(x * DAY).toISOString().slice(0, 10))
  )
  const counts = (name: string, count: (day: number) => number) => text(name, days.map(count))
  expect(found({ rowCount, columns: [moments, counts('since', (day) => today - day)] })).toEqual(['since = days(date(2024-03-07) - seen)'])
  const left = (day: number) => Math.max(0, day - 19_300)
  expect(found({ rowCount, columns: [dates, counts('left', left)] })).toEqual(['left = positive(days(ends - date(2022-11-04)))'])
  // One row that counts from the day before is no law of all rows.
  const off = (day: number) => today - day + (day === days[9] ? 1 : 0)
  expect(found({ rowCount, columns: [moments, counts('since', off)] }).filter((rule) => !rule.includes('but for'))).toEqual([])
})

it('a term of hours is counted from a moment, and one of a plan tells its price, not the days that both make', () => {
  const rowCount = 400
  const dice = (label: string) => uniforms(keyFor(keyFromSeed(38), label), rowCount)
  const opened = Array.from(dice('opened'), (u) => Date.UTC(2024, 0, 1) + 60_000 * Math.floor(300 * 1440 * u))
  const hours = Array.from(dice('hours'), (u) => [4, 8, 24, 72][Math.floor(4 * u)]!)
  const iso = (time: number) => new Date(time).toISOString().slice(0, 16)
  const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
  const due = text(
    'due',
    opened.map((time, i) => iso(time + 3_600_000 * hours[i]!))
  )
  expect(found({ rowCount, columns: [text('opened', opened.map(iso)), text('hours', hours), due] })).toEqual(['due = opened + hours / 24'])
  // Minutes between moments of whole ones are their difference, to the last digit.
  const waits = Array.from(dice('waits'), (u) => 1 + Math.floor(500 * u))
  const answered = text(
    'answered',
    opened.map((time, i) => iso(time + 60_000 * waits[i]!))
  )
  expect(found({ rowCount, columns: [text('opened', opened.map(iso)), text('waits', waits), answered] })).toContain(
    'waits = 1440 * (answered - opened)'
  )
})

it('a tax on what a discount leaves is computed of both, beside the total that both are part of', () => {
  const rows = 300
  const u = uniforms(keyFromSeed(47), 4 * rows)
  const cents = (x: number) => Math.round(100 * x + 1e-6) / 100
  const price = Array.from({ length: rows }, (_, i) => cents(20 + 180 * u[4 * i]!))
  const discount = price.map((x, i) => cents(x * [0, 0, 0.1, 0.15][Math.floor(4 * u[4 * i + 1]!)]!))
  const tip = price.map((_, i) => cents(20 * u[4 * i + 2]!))
  const tax = price.map((x, i) => cents(0.0825 * (x - discount[i]!)))
  const total = price.map((x, i) => cents(x - discount[i]! + tax[i]! + tip[i]!))
  const rules = found(textTable({ price, discount, tax, tip, total }))
  expect(rules).toContain('tax = 0.0825 * price - 0.0825 * discount')
  expect(rules).toContain('total = price + tax + tip - discount')
})

it('points that stand between thresholds of a mark are told by these, and not by a line that but for a few they are near to', () => {
  const rows = 400
  const u = uniforms(keyFromSeed(48), 2 * rows)
  const mark = Array.from({ length: rows }, (_, i) => Math.round(10 * (38 + 30 * (u[2 * i]! + u[2 * i + 1]!))) / 10)
  const points = mark.map((x) => (x >= 80 ? 4 : x >= 70 ? 3 : x >= 60 ? 2 : x >= 50 ? 1 : 0))
  expect(found(textTable({ mark, points }))).toEqual(['points = bins(mark, 50, 60, 70, 80)'])
})

it('a kind is not looked up by what it has none of: homes by floors and rooms', () => {
  const rows = 300
  const u = uniforms(keyFromSeed(49), 3 * rows)
  const kind = Array.from({ length: rows }, (_, i) => ['flat', 'house', 'land'][Math.floor(3 * u[3 * i]!)]!)
  const rooms = kind.map((one, i) => (one === 'land' ? null : 1 + Math.floor(5 * u[3 * i + 1]!)))
  const floor = kind.map((one, i) => (one === 'flat' ? Math.floor(8 * u[3 * i + 2]!) : null))
  expect(found(textTable({ kind, rooms, floor }))).toEqual(['floor missing where kind = house, land', 'rooms missing where kind = land'])
})

it('sides that lie apart in how many times one number is the other are groups, as of coins whose fees are compared with their numbers', () => {
  const rows = 400
  const u = uniforms(keyFromSeed(50), 2 * rows)
  const prices = { BTC: 60_000, ETH: 3000, SOL: 150 }
  const coin = Array.from({ length: rows }, (_, i) => Object.keys(prices)[Math.floor(3 * u[2 * i]!)] as 'BTC')
  const number = coin.map((one, i) => Number(((10_000 * (0.1 + u[2 * i + 1]!)) / prices[one]).toPrecision(6)))
  const fee = coin.map((one, i) => Number((0.001 * prices[one] * number[i]! * (1 + u[(2 * i + 7) % rows]!)).toFixed(4)))
  expect(found(textTable({ coin, number, fee })).filter((rule) => rule.startsWith('coin'))).toEqual([])
})
