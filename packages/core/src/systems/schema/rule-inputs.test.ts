import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { isCategorical, isNumeric, type Table } from '../../table/table.js'
import { drawSchema } from './draw.js'
import type { DrawnTable } from './drawn-table.js'
import { evaluateSchema } from './evaluate.js'
import { fitSchema } from './fit.js'
import { referredRows } from './links.js'
import { tellSchema } from './tell.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const [COUNTRIES, CUSTOMERS, ORDERS] = [24, 90, 360]
const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })
const KINDS = ['private', 'business', 'school']

/** Orders whose discount goes by their customer's kind, their tax by the zone of the country of that, and a flag by the customer's own limit; `chance`: none does. */
function shop(seed: number, { chance = false, wrong = 0 } = {}) {
  const dice = (name: string, count: number) => uniforms(keyFor(keyFromSeed(seed), name), count)
  const zone = Array.from(dice('zone', COUNTRIES), (u) => (u < 0.5 ? 'near' : 'far'))
  const [kind, limit, country] = [dice('kind', CUSTOMERS), dice('limit', CUSTOMERS), dice('country', CUSTOMERS)]
  const [of, sum, other] = [dice('of', ORDERS), dice('sum', ORDERS), dice('other', 3 * ORDERS)]
  const kindOf = (c: number) => KINDS[Math.floor(3 * kind[c]!)]!
  const countryOf = (c: number) => Math.floor(COUNTRIES * country[c]!)
  const limitOf = (c: number) => 40 + Math.floor(300 * limit[c]!)
  const customerOf = Array.from(of, (u) => Math.floor(CUSTOMERS * u))
  const amount = Array.from(sum, (u) => 1000 + Math.floor(40_000 * u))
  const says = (i: number) => {
    const c = customerOf[i]!
    const [a, b, d] = [0, 1, 2].map((k) => other[3 * i + k]!)
    if (chance) return { discount: a! < 0.3 ? 100 + Math.floor(900 * a!) : 0, tax: Math.floor(5000 * b!), over: d! < 0.4 }
    return {
      discount: kindOf(c) === 'business' ? Math.round(0.1 * amount[i]!) : 0,
      tax: Math.round((zone[countryOf(c)] === 'near' ? 0.19 : 0.07) * amount[i]!),
      over: amount[i]! >= 100 * limitOf(c)
    }
  }
  const said = customerOf.map((_, i) => ({ ...says(i), ...(i < wrong ? { discount: 77 } : {}) }))
  const cents = (x: number) => (x / 100).toFixed(2)
  const range = (count: number) => Array.from({ length: count }, (_, k) => k)
  return {
    countries: table(text('id', zone.map((_, k) => `c${k}`)), text('zone', zone)), // biome-ignore format: one line
    customers: table(
      text('id', range(CUSTOMERS).map((c) => `p${c}`)), // biome-ignore format: one line
      text('country_id', range(CUSTOMERS).map((c) => `c${countryOf(c)}`)), // biome-ignore format: one line
      text('kind', range(CUSTOMERS).map(kindOf)), // biome-ignore format: one line
      text('limit', range(CUSTOMERS).map((c) => String(limitOf(c)))) // biome-ignore format: one line
    ),
    orders: table(
      text('customer_id', customerOf.map((c) => `p${c}`)), // biome-ignore format: one line
      text('amount', amount.map(cents)),
      text('discount', said.map(({ discount }) => cents(discount))), // biome-ignore format: one line
      text('tax', said.map(({ tax }) => cents(tax))), // biome-ignore format: one line
      text('over', said.map(({ over }) => (over ? 'yes' : 'no'))) // biome-ignore format: one line
    )
  }
}
const KEYS = ['customers.country_id -> countries.id', 'orders.customer_id -> customers.id']
const OPTIONS = { keys: KEYS, bandwidth: 0.5, scaling: 'standard' as const, seed: 1 }

const cells = ({ columns }: Table, name: string): readonly (string | number)[] => {
  const column = columns.find((one) => one.name === name)!
  if (isCategorical(column)) return Array.from(column.codes, (code) => column.levels[code]!)
  return isNumeric(column) ? [...column.values] : []
}

/** Rows that are not what the rows say that they lead to. */
function brokenIn(drawn: ReadonlyMap<string, DrawnTable>) {
  const [orders, customers, countries] = ['orders', 'customers', 'countries'].map((name) => drawn.get(name)!) as [
    DrawnTable,
    DrawnTable,
    DrawnTable
  ]
  const key = (of: string, column: string, to: string) => ({ table: of, column, to: { table: to, column: 'id' } })
  const customerOf = referredRows(key('orders', 'customer_id', 'customers'), orders, customers)
  const countryOf = referredRows(key('customers', 'country_id', 'countries'), customers, countries)
  const [amount, discount, tax] = ['amount', 'discount', 'tax'].map((name) => cells(orders.table, name) as readonly number[])
  const over = cells(orders.table, 'over')
  const [kind, limit, zone] = [cells(customers.table, 'kind'), cells(customers.table, 'limit'), cells(countries.table, 'zone')]
  const rows = Array.from(customerOf.keys())
  const count = (isBroken: (i: number, c: number) => boolean) => rows.filter((i) => isBroken(i, customerOf[i]!)).length
  return {
    rows: rows.length,
    discount: count((i, c) => Math.abs(discount![i]! - (kind[c] === 'business' ? 0.1 : 0) * amount![i]!) > 0.0051),
    tax: count((i, c) => Math.abs(tax![i]! - (zone[countryOf[c]!] === 'near' ? 0.19 : 0.07) * amount![i]!) > 0.0051),
    over: count((i, c) => amount![i]! >= Number(limit[c]) !== (over[i] === 'yes'))
  }
}

describe('rules of rows and of those that they lead to', () => {
  it('hold in every new row: what is computed of a category, a number, and of rows further up', async () => {
    const model = await fitSchema({ tables: shop(1) }, OPTIONS, { engine })
    expect(model.tables.orders!.child!.ruleInputs!.map(({ name }) => name).sort()).toEqual([
      'customer_id.country_id.zone',
      'customer_id.kind',
      'customer_id.limit'
    ])
    const drawn = await drawSchema(model, { seed: 2 }, { engine })
    const broken = brokenIn(drawn)
    expect(broken.rows).toBeGreaterThan(200)
    expect(broken).toMatchObject({ discount: 0, tax: 0, over: 0 })
    // No column of another table is left among the rows' own.
    expect(drawn.get('orders')!.table.columns.map(({ name }) => name)).toEqual(['customer_id', 'amount', 'discount', 'tax', 'over'])
    expect(tellSchema(model).notes.join('\n')).toContain('discount = 0.1 * amount * P(customer_id.kind = business)')
  })

  it('are none among columns that have nothing to do with each other', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const model = await fitSchema({ tables: shop(seed, { chance: true }) }, OPTIONS, { engine })
      expect(model.tables.orders!.child!.ruleInputs).toBeUndefined()
    }
  })

  it('are not looked for with rules off', async () => {
    const model = await fitSchema({ tables: shop(1) }, { ...OPTIONS, rules: 'off' }, { engine })
    expect(model.tables.orders!.child!.ruleInputs).toBeUndefined()
  })

  it('are counted by evaluate: as many rows break them as were changed', async () => {
    const compared = async (wrong: number) => {
      const { rules } = await evaluateSchema(
        { real: { tables: shop(1) }, synthetic: { tables: shop(2, { wrong }) }, keys: KEYS },
        { engine }
      )
      return rules.filter(({ rule }) => rule.includes('customer_id.'))
    }
    const held = await compared(0)
    expect(held.length).toBe(3)
    expect(held.every(({ broken }) => broken === 0)).toBe(true)
    const broken = (await compared(9)).filter((one) => one.broken > 0)
    expect(broken).toMatchObject([
      { rule: 'orders: discount = 0.1 * amount * P(customer_id.kind = business)', broken: 9, rows: ORDERS, most: 0 }
    ])
  })
})

it('a share of a sum of the rows is one of the sum of new rows', async () => {
  const [BILLS, ITEMS] = [40, 160]
  const [of, sum] = ['of', 'sum'].map((name) => uniforms(keyFor(keyFromSeed(4), name), ITEMS)) as [Float64Array, Float64Array]
  const billOf = Array.from(of, (u) => Math.floor(BILLS * u))
  const cents = Array.from(sum, (u) => 500 + Math.floor(9000 * u))
  const totals = Array.from({ length: BILLS }, (_, b) => cents.reduce((all, one, i) => all + (billOf[i] === b ? one : 0), 0))
  const tables = {
    bills: table(text('id', totals.map((_, b) => `b${b}`)), text('total', totals.map((one) => (one / 100).toFixed(2)))), // biome-ignore format: one line
    items: table(
      text('bill_id', billOf.map((b) => `b${b}`)), // biome-ignore format: one line
      text('amount', cents.map((one) => (one / 100).toFixed(2))), // biome-ignore format: one line
      text('share', cents.map((one, i) => ((100 * one) / totals[billOf[i]!]!).toFixed(1))) // biome-ignore format: one line
    )
  }
  const model = await fitSchema({ tables }, { ...OPTIONS, keys: ['items.bill_id -> bills.id'] }, { engine })
  const drawn = await drawSchema(model, { seed: 2 }, { engine })
  const [bills, items] = [drawn.get('bills')!, drawn.get('items')!]
  const rowOf = referredRows({ table: 'items', column: 'bill_id', to: { table: 'bills', column: 'id' } }, items, bills)
  const [amount, share, total] = [cells(items.table, 'amount'), cells(items.table, 'share'), cells(bills.table, 'total')]
  const added = Array.from(total, () => 0)
  for (const [i, b] of rowOf.entries()) added[b]! += Number(amount[i])
  expect(rowOf.length).toBe(ITEMS)
  for (const [i, b] of rowOf.entries()) {
    expect(Number(total[b])).toBeCloseTo(added[b]!, 6)
    expect(Math.abs(Number(share[i]) - (100 * Number(amount[i])) / added[b]!)).toBeLessThan(0.0501)
  }
})
