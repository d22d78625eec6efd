import { describe, expect, it } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import type { Given } from '../../know/conditions.js'
import type { LikelihoodModule } from '../../know/likelihood-row.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { turnedRules } from '../../systems/rules/ruled-equals.js'
import { throughRules } from '../../systems/rules/ruled-known.js'
import { recordRules, rulesIn } from '../../systems/rules/rules-file.js'
import { cellAt } from '../../table/cells.js'
import type { NumericColumn } from '../../table/table.js'
import { equalsOf, keepEquals } from './equals.js'
import { keepRules } from './keep.js'
import { inputsOfKept, type KeptRules } from './kept-rules.js'
import { parseRule } from './parse-rule.js'
import { columnIn, type WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'
import { pulledGradient, wholeRow } from './rule-row.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

const ROWS = 400
const known = new Map<string, Float64Array>()
function uniform(label: string): Float64Array {
  const own = known.get(label) ?? uniforms(keyFor(keyFromSeed(5), label), ROWS)
  known.set(label, own)
  return own
}
const cents = (x: number) => Math.round(100 * x) / 100
const quoted = Array.from(normals(keyFor(keyFromSeed(5), 'quoted'), ROWS), (z) => cents(Math.exp(4 + 0.8 * z)))
/** Another price than that of `from` in so many rows. */
const beside = (from: readonly number[], label: string, share: number) =>
  from.map((x, i) => (uniform(label)[i]! < share ? cents(x * (0.7 + 0.7 * uniform(`${label} by`)[i]!)) : x))
const charged = beside(quoted, 'charged', 0.4)

type Cells = Readonly<Record<string, readonly (string | number | null)[]>>
const dataOf = (columns: Cells) => prepareRows(textTable(columns)).data
interface Said {
  readonly rules?: readonly string[]
  readonly except?: readonly string[]
}
const equalsIn = (columns: Cells, { rules = [], except = [] }: Said = {}) => {
  const stated = rules.map(parseRule)
  const told = new Set(stated.map(({ column }) => column))
  return Object.fromEntries(equalsOf(dataOf(columns), { rules: stated, taken: (name) => told.has(name), except: new Set(except) }))
}

const NONE = { starts: new Map(), within: new Map(), equals: new Map(), choices: new Map(), ratios: new Map() }

/** Totals of two columns, which most have paid. */
function paidTotals() {
  const b = quoted.map((_, i) => i % 9)
  const total = quoted.map((x, i) => cents(x + b[i]!))
  return dataOf({ a: quoted, b, total, paid: beside(total, 'paid', 0.3) })
}

describe('columns that are another one in many rows', () => {
  it('are the later of two, and the other where a rule derives that', () => {
    expect(equalsIn({ quoted, charged })).toEqual({ charged: 'quoted' })
    expect(equalsIn({ charged, quoted })).toEqual({ quoted: 'charged' })
    expect(equalsIn({ quoted, charged }, { rules: ['charged = 2 * x'] })).toEqual({ quoted: 'charged' })
    // What is derived of the other cannot be it.
    expect(equalsIn({ quoted, charged }, { rules: ['charged = 2 * quoted'] })).toEqual({})
    expect(equalsIn({ quoted, charged }, { except: ['quoted'] })).toEqual({})
  })

  it('are each one other, and none goes round to itself', () => {
    const paid = beside(charged, 'paid', 0.2)
    expect(equalsIn({ quoted, charged, paid })).toEqual({ charged: 'quoted', paid: 'charged' })
    expect(equalsIn({ paid, quoted, charged })).toEqual({ charged: 'paid', quoted: 'charged' })
  })

  it('are so in a twentieth of the rows or more, at numbers that do not stand out by themselves', () => {
    expect(equalsIn({ quoted, charged: beside(quoted, 'charged', 0.93) })).toEqual({ charged: 'quoted' })
    expect(equalsIn({ quoted, charged: beside(quoted, 'charged', 0.96) })).toEqual({})
    // Nothing paid of nothing asked in half of the rows, and the same else in few.
    const without = (values: readonly number[]) => values.map((x, i) => (i % 2 === 0 ? 0 : x))
    expect(equalsIn({ quoted: without(quoted), charged: without(beside(quoted, 'charged', 0.5)) })).toEqual({ charged: 'quoted' })
    expect(equalsIn({ quoted: without(quoted), charged: without(beside(quoted, 'charged', 0.94)) })).toEqual({})
  })

  it('are shares of it too, of few digits, and not what merely comes near to one', () => {
    const half = quoted.map((x, i) => (uniform('share')[i]! < 0.2 ? Math.round(50 * x + 1e-6) / 100 : uniform('share')[i]! < 0.3 ? x : 0))
    const columns = { quoted, half }
    expect(equalsIn(columns)).toEqual({ half: 'quoted' })
    const data = dataOf(columns)
    const kept: KeptRules = keepRules([], data, { ...NONE, equals: new Map([['half', 'quoted']]) })
    expect(kept.rules).toEqual([expect.objectContaining({ kind: 'equal', column: 'half', of: 'quoted', factors: [0.5], apart: [0] })])
    const read = rulesIn(['quoted', 'half', 'half is quoted'])(JSON.parse(JSON.stringify(recordRules(kept))), 'rules')
    const drawn = takeRulesOut(kept, data)
    expect(putRulesBack(read, drawn).table).toEqual(data.table)
    // Other numbers drawn in their place come back as shares, and slopes go to what they are of.
    const row = wholeRow(kept)({ quoted: 30, half: 7, 'half is quoted': '0.5' })
    expect(row.half).toBe(15)
    expect(pulledGradient(kept, row, { half: 2 })).toMatchObject({ quoted: 1, half: 0 })
    // Of shares alone no row has the same.
    const shares = quoted.map((x, i) => cents((uniform('share')[i]! < 0.5 ? 0.19 : 0.07) * x))
    expect(
      keepEquals([['tax', 'net']], dataOf({ net: quoted, tax: shares }))[0]!
        .factors?.slice()
        .sort()
    ).toEqual([0.07, 0.19])
    for (const spread of [0.02, 0.2]) {
      const near = quoted.map((x, i) => cents(x * (0.5 + spread * (uniform('near')[i]! - 0.5))))
      expect(equalsIn({ quoted, near })).toEqual({})
    }
    // Half of an odd length is near to two numbers that are written: lengths, and widths of 48 to 52 % of them.
    const tenths = (x: number) => Math.round(10 * x) / 10
    const long = quoted.map((_, i) => tenths(16 + 16 * uniform('long')[i]!))
    const wide = long.map((x, i) => tenths(x * (0.48 + 0.04 * uniform('wide')[i]!)))
    expect(equalsIn({ long, wide })).toEqual({})
    const whole = quoted.map((_, i) => 1 + Math.floor(20 * uniform('whole')[i]!))
    expect(equalsIn({ whole, other: whole.map((_, i) => 1 + Math.floor(9 * uniform('of')[i]!)) })).toEqual({})
  })

  it('becomes what a share that is given says', () => {
    const data = dataOf({ quoted, half: quoted.map((x, i) => (uniform('share')[i]! < 0.5 ? Math.round(50 * x + 1e-6) / 100 : 0)) })
    const kept = keepRules([], data, { ...NONE, equals: new Map([['half', 'quoted']]) })
    const { rules } = turnedRules(kept, { given: { half: 15 }, observe: [] })
    expect(rules.rules).toEqual([expect.objectContaining({ column: 'quoted', of: 'half', inverse: true })])
    expect(wholeRow(rules)({ quoted: 7, half: 15, 'half is quoted': '0.5' }).quoted).toBe(30)
  })

  it('are dates, and categories of many levels, but not of few', () => {
    const day = (x: number) => new Date(Date.UTC(2024, 0, 1 + x)).toISOString().slice(0, 10)
    const days = Array.from(uniform('day'), (u) => Math.floor(900 * u))
    const later = days.map((x, i) => (uniform('later')[i]! < 0.5 ? x : Math.floor(900 * uniform('other day')[i]!)))
    expect(equalsIn({ ordered: days.map(day), seen: later.map(day) })).toEqual({ seen: 'ordered' })
    for (const [levels, found] of [
      [4, {}],
      [30, { ship: 'bill' }]
    ] as const) {
      const place = (label: string) => Array.from(uniform(label), (u) => `p${Math.floor(levels * u)}`)
      const bill = place('bill')
      const ship = bill.map((x, i) => (uniform('ship')[i]! < 0.85 ? x : place('ship to')[i]!))
      expect(equalsIn({ bill, ship })).toEqual(found)
      expect(equalsIn({ bill, ship: place('ship to') })).toEqual({})
    }
  })
})

describe('a column that is another one where its flag says so', () => {
  const rest = quoted.map((x, i) => cents(x - charged[i]!))
  const data = dataOf({ quoted, charged, rest, items: quoted.map((_, i) => i % 7) })
  const rules: readonly Rule[] = [parseRule('rest = quoted - charged')]
  const kept = keepRules(rules, data, { equals: new Map([['charged', 'quoted']]) })
  const taken = takeRulesOut(kept, data)
  const cellsOf = (table: WrittenTable, name: string) =>
    Array.from({ length: table.table.rowCount }, (_, i) => cellAt(columnIn(table, name))(i))
  /** As drawn: what is charged comes near to what is quoted, and no row has it. */
  const drawn = {
    ...taken,
    table: { ...taken.table, columns: taken.table.columns.map((one) => (one.name === 'charged' ? moved(one) : one)) }
  }
  function moved(column: (typeof taken.table.columns)[number]) {
    return 'values' in column ? { ...column, values: column.values.map((x) => x + 0.53) } : column
  }
  const flag = cellsOf(taken, 'charged is quoted')

  it('comes back as it was, before what is computed of it, from a model file too', () => {
    expect(taken.table.columns.map(({ name }) => name)).toEqual(['quoted', 'charged', 'charged is quoted', 'items'])
    expect(flag.map((cell) => cell === 'same')).toEqual(quoted.map((x, i) => x === charged[i]))
    expect(putRulesBack(kept, taken)).toEqual({ table: data.table, formats: data.formats })
    const names = taken.table.columns.map(({ name }) => name)
    const recorded = JSON.parse(JSON.stringify(recordRules(kept)))
    expect(rulesIn(names)(recorded, 'rules')).toEqual(kept)
    const without = {
      ...recorded,
      rules: recorded.rules.map((one: { kind: string }) => (one.kind === 'equal' ? { ...one, among: { levels: ['a'] } } : one))
    }
    expect(() => rulesIn(names)(without, 'rules')).toThrow(expect.objectContaining({ code: 'model-damaged' }))
    expect(() => rulesIn(names.filter((name) => name !== 'charged is quoted'))(recorded, 'rules')).toThrow(
      expect.objectContaining({ code: 'model-damaged' })
    )
  })

  it('is the other one in drawn rows, or that is it where it is known', () => {
    const at = (whole: WrittenTable) => {
      const [own, other, left] = ['charged', 'quoted', 'rest'].map((name) => cellsOf(whole, name).map((x) => cents(x as number))) as [
        number[],
        number[],
        number[]
      ]
      expect(left).toEqual(other.map((x, i) => cents(x - own[i]!)))
      return { own, other, same: own.map((x, i) => x === other[i]) }
    }
    const isSame = flag.map((cell) => cell === 'same')
    const free = at(putRulesBack(kept, drawn))
    expect(free.other).toEqual(quoted)
    expect(free.same).toEqual(isSame)
    expect(free.own.every((x, i) => isSame[i] || x === cents(charged[i]! + 0.53))).toBe(true)
    // What is known of rows turns the rule, by one value, several, or an observation of it or of what is computed of it.
    const known = (given: Given, observe: readonly string[] = []) => {
      const { rules, warnings } = turnedRules(kept, { given, observe })
      expect(warnings).toEqual([])
      return at(putRulesBack(rules, drawn, { fixed: new Set(Object.keys(given)) }))
    }
    const own = charged.map((x) => cents(x + 0.53))
    for (const turned of [known({ charged: 50 }), known({ charged: '40..60' }), known({}, ['charged = 50 ± 1'])]) {
      expect(turned.own).toEqual(own)
      expect(turned.same).toEqual(isSame)
    }
    for (const kept of [known({}), known({ quoted: 50 }), known({}, ['quoted = 50 ± 1']), known({}, ['rest + 3 * charged = 50 ± 1'])])
      expect(kept).toEqual(free)
    // Two intervals: the same where what is quoted may be charged; of one value and an interval that gives way.
    const within = (x: number, low: number, high: number) => x >= low && x <= high
    expect(known({ charged: '40..60', quoted: '50..70' }).same).toEqual(quoted.map((x, i) => isSame[i]! && within(x, 40, 60)))
    expect(known({ charged: 50, quoted: '50..70' }).same).toEqual(own.map((x, i) => isSame[i]! && within(x, 50, 70)))
    const neither = known({ charged: 50, quoted: 60 })
    expect(neither.own).toEqual(own)
    expect(neither.other).toEqual(quoted)
  })

  it('of one that is known, and computed, only an observation keeps it', () => {
    const kept = keepRules([parseRule('total = a + b')], paidTotals(), { equals: new Map([['paid', 'total']]) })
    expect(turnedRules(kept, { given: {}, observe: ['paid = 30 ± 1'] })).toEqual({ rules: kept, warnings: [] })
    // What is observed of it is observed of the rows that are written.
    const [part] = throughRules(kept, { givens: [{}], observe: ['paid = 30 ± 1'] })
    expect(part!.asked.observe).toEqual([])
    const { logLikelihood } = part!.asked.likelihood as LikelihoodModule
    expect(logLikelihood({ a: 29, b: 2, paid: 30, 'paid is total': 'other' })).toBeCloseTo(0, 12)
    expect(logLikelihood({ a: 29, b: 2, paid: 30, 'paid is total': 'same' })).toBeCloseTo(-0.5, 12)
    const { rules, warnings } = turnedRules(kept, { given: { paid: 30 }, observe: [] })
    expect(rules.rules.map(({ kind }) => kind)).toEqual(['formula'])
    expect(warnings.map(({ name }) => name)).toEqual(['equal-lost'])
  })

  it('of conditions only those come together that turn the same rules', () => {
    const bill = Array.from(uniform('bill'), (u) => `p${Math.floor(30 * u)}`)
    const data = dataOf({ quoted, charged, bill, ship: bill.map((x, i) => (uniform('ship')[i]! < 0.8 ? x : 'p3')) })
    const pairs = [
      ['charged', 'quoted'],
      ['ship', 'bill']
    ] as const
    const kept = keepRules([], data, { equals: new Map(pairs) })
    const givens = [{ quoted: 40, charged: 44 }, { bill: 'p1', ship: 'p2' }, { quoted: 50, charged: 60 }, { quoted: 30 }, {}]
    const parts = throughRules(kept, { givens, observe: [] })
    const becoming = parts.map(({ rules, places }) => [places, rules.rules.map(({ column }) => column).sort()])
    expect(becoming).toEqual(
      expect.arrayContaining([
        [[0, 2], ['ship']],
        [[1], ['charged']],
        [
          [3, 4],
          ['charged', 'ship']
        ]
      ])
    )
    expect(becoming.length).toBe(3)
  })

  it('nothing becomes what it has not the digits for', () => {
    const whole = quoted.map((x) => Math.round(x))
    const fine = beside(whole, 'fine', 0.4)
    const kept = keepRules([], dataOf({ whole, fine }), { equals: new Map([['fine', 'whole']]) })
    const rulesWith = (given: Given, observe: readonly string[] = []) => turnedRules(kept, { given, observe }).rules.rules
    expect(rulesWith({}, ['fine = 50 ± 3'])).toEqual(kept.rules)
    expect(rulesWith({ fine: '40..60' })).toEqual([{ ...kept.rules[0], among: { least: 40, most: 60 } }])
    expect(rulesWith({ fine: 50 })).toMatchObject([{ column: 'whole', of: 'fine' }])
    expect(rulesWith({ fine: 50.25 })).toEqual([])
  })

  it('gives way along a line of them', () => {
    const paid = beside(charged, 'paid', 0.2)
    const kept = keepRules([], dataOf({ quoted, charged, paid }), {
      equals: new Map([
        ['charged', 'quoted'],
        ['paid', 'charged']
      ])
    })
    const becoming = (given: Given) =>
      turnedRules(kept, { given, observe: [] }).rules.rules.flatMap((rule) => (rule.kind === 'equal' ? [[rule.column, rule.of]] : []))
    expect(becoming({ quoted: 50 })).toEqual([
      ['charged', 'quoted'],
      ['paid', 'charged']
    ])
    expect(becoming({ charged: 50 })).toEqual([
      ['quoted', 'charged'],
      ['paid', 'charged']
    ])
    expect(becoming({ paid: 50 })).toEqual([
      ['charged', 'paid'],
      ['quoted', 'charged']
    ])
  })

  it('stays as it is drawn where the other has what it never has', () => {
    const far = {
      ...drawn,
      table: {
        ...drawn.table,
        columns: drawn.table.columns.map((one) =>
          one.name === 'quoted' && 'values' in one ? { ...one, values: one.values.map(() => 1e6) } : one
        )
      }
    }
    expect(cellsOf(putRulesBack(kept, far), 'charged').map((x) => cents(x as number))).toEqual(charged.map((x) => cents(x + 0.53)))
  })

  it('is so for likelihoods, whose gradient goes to the other one', () => {
    const whole = wholeRow(kept)
    for (const said of ['same', 'other'] as const) {
      const row = { quoted: 50, charged: 52, 'charged is quoted': said, items: 3 }
      const full = whole(row)
      expect(full.charged).toBe(said === 'same' ? 50 : 52)
      const gradient = pulledGradient(kept, full, { rest: 3, charged: 2 })
      for (const name of ['quoted', 'charged'] as const) {
        const at = (x: number) => {
          const { rest, charged } = whole({ ...row, [name]: x }) as { rest: number; charged: number }
          return 3 * rest + 2 * charged
        }
        expect(gradient[name] ?? 0).toBeCloseTo(at(row[name] + 0.5) - at(row[name] - 0.5), 9)
      }
    }
  })

  it('is drawn before what tells of it, and behind what it is', () => {
    const order = kept.rules.map(({ kind }) => kind)
    expect(order).toEqual(['equal', 'formula'])
    expect(inputsOfKept(kept.rules[0]!)).toEqual(['charged', 'quoted', 'charged is quoted'])
    const behind = keepRules([parseRule('total = a + b')], paidTotals(), {
      equals: new Map([['paid', 'total']])
    })
    expect(behind.rules.map(({ kind }) => kind)).toEqual(['formula', 'equal'])
  })
})

it('a category becomes only what it has among its levels', () => {
  const bill = Array.from(uniform('bill'), (u) => `p${Math.floor(30 * u)}`)
  const ship = bill.map((x, i) => (x === 'p1' ? 'p2' : uniform('ship')[i]! < 0.8 ? x : `p${2 + Math.floor(20 * uniform('to')[i]!)}`))
  const data = dataOf({ bill, ship, size: bill.map((_, i) => i % 11) })
  const kept: KeptRules = keepRules([], data, { equals: new Map([['ship', 'bill']]) })
  expect(keepEquals([['ship', 'bill']], data)[0]).toMatchObject({ flag: 'ship is bill', apart: [] })
  const taken = takeRulesOut(kept, data)
  const always = {
    ...taken,
    table: {
      ...taken.table,
      columns: taken.table.columns.map((one) =>
        one.name === 'ship is bill' && 'codes' in one ? { ...one, codes: one.codes.map(() => 0) } : one
      )
    }
  }
  const back = putRulesBack(kept, always)
  const [own, other] = [cellAt(columnIn(back, 'ship')), cellAt(columnIn(back, 'bill'))]
  for (let i = 0; i < ROWS; i++) expect(own(i)).toBe(bill[i] === 'p1' ? 'p2' : other(i))
})

it('rows are not called the same at a number that stands out by itself', () => {
  const without = (values: readonly number[]) => values.map((x, i) => (i % 2 === 0 ? 0 : x))
  const data = dataOf({ quoted: without(quoted), charged: without(charged) })
  const taken = takeRulesOut(keepRules([], data, { equals: new Map([['charged', 'quoted']]) }), data)
  const flag = cellAt(columnIn(taken, 'charged is quoted'))
  for (let i = 0; i < ROWS; i++) expect(flag(i)).toBe(i % 2 === 1 && charged[i] === quoted[i] ? 'same' : 'other')
})

it('parts that become other columns leave no less than nothing', () => {
  const target = Array.from(uniform('target'), (u) => Math.round(10 + 30 * u))
  const silt = target.map((x, i) => (uniform('silt')[i]! < 0.4 ? Math.round(10 + 30 * uniform('other')[i]!) : x))
  const sand = Array.from(uniform('sand'), (u) => Math.round(5 + 50 * u))
  const data = dataOf({ target, sand, silt, clay: silt.map((x, i) => 100 - x - sand[i]!) })
  const kept = keepRules([parseRule('clay = 100 - sand - silt')], data, { equals: new Map([['silt', 'target']]) })
  expect(kept.rules.map(({ kind }) => kind)).toEqual(['equal', 'formula'])
  const taken = takeRulesOut(kept, data)
  // As drawn: sand takes what is there, before silt becomes what is aimed at.
  const columns = taken.table.columns.map((one) =>
    'values' in one && one.name !== 'target'
      ? { ...one, values: one.values.map((x) => (one.name === 'sand' ? 80 : Math.round(x / 10))) }
      : one
  )
  const back = putRulesBack(kept, { ...taken, table: { ...taken.table, columns } })
  const [clay, sands, silts] = ['clay', 'sand', 'silt'].map((name) => (columnIn(back, name) as NumericColumn).values) as [
    Float64Array,
    Float64Array,
    Float64Array
  ]
  expect(clay.every((x) => x >= 0)).toBe(true)
  expect(clay).toEqual(sands.map((x, i) => 100 - x - silts[i]!))
})

it('rules in a circle are no endless search for an order', () => {
  const data = dataOf({ a: [1, 2, 3], b: [0, 1, 2], c: [5, 6, 8] })
  const measured = {
    starts: new Map([
      ['a', 'b'],
      ['b', 'a']
    ])
  }
  expect(() => keepRules([], data, measured)).toThrow('rules in a circle: a, b')
})
