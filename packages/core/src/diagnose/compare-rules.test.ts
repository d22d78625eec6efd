import { expect, it } from 'vitest'
import { textTable } from '../../../../test/planted-tables.js'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../num/random.js'
import { prepareRows } from '../systems/prepare.js'
import type { Table } from '../table/table.js'
import { compareKnown, compareRules } from './compare-rules.js'
import { evaluateTables } from './evaluate.js'
import type { RuleKept } from './evaluation.js'
import { isBroken } from './is-broken.js'
import { verdict } from './verdict.js'

const ROWS = 600
const PRICES = [4.5, 12, 30.25, 7.8, 99, 61.5]

/** Orders of which every `off`th has another total, and every `other`th, from the first on, another price than its product. */
function orders(
  seed: number,
  { off, other, rows = ROWS }: { readonly off: number; readonly other: number; readonly rows?: number }
): Table {
  const of = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(seed), label), rows))
  const product = of('product').map((u) => Math.floor(PRICES.length * u))
  const qty = of('qty').map((u) => 1 + Math.floor(40 * u))
  const weight = of('weight').map((u) => Number((1 + 20 * u).toFixed(3)))
  const price = product.map((p, i) => PRICES[(p + (i % other === 0 ? 1 : 0)) % PRICES.length]!.toFixed(2))
  const total = qty.map((n, i) => (n * weight[i]! + (i % off === off - 1 ? 3 : 0)).toFixed(3))
  return prepareRows(textTable({ product: product.map((p) => `p${p}`), price, qty, weight, total })).data.table
}

const compared = (real: Table, synthetic: Table): RuleKept[] => compareRules({ found: real }, { real, synthetic })
const named = (rules: readonly RuleKept[], text: string): RuleKept => rules.find(({ rule }) => rule.startsWith(text))!

it('of a rule that all but a few rows obey, new rows that break it are told where they are more than chance has', () => {
  const real = orders(1, { off: 150, other: 200 })
  // As often as the data, and in a quarter of the rows; the first row of the data is one of those with another price.
  const rules = [orders(2, { off: 150, other: 200, rows: 1200 }), orders(3, { off: 4, other: 5, rows: 1200 })].map((synthetic) =>
    compared(real, synthetic)
  ) as [RuleKept[], RuleKept[]]
  const [total, price] = ['total = qty * weight but for 4 rows', 'product -> price but for 3 rows']
  expect([named(rules[0], total), named(rules[0], price)]).toMatchObject([
    { broken: 8, rows: 1200, floor: 8 },
    { broken: 6, rows: 1200, floor: 6 }
  ])
  expect(rules[0].filter(isBroken)).toEqual([])
  expect([named(rules[1], total), named(rules[1], price)]).toMatchObject([{ broken: 300 }, { broken: 240 }])
  expect([total, price].map((text) => isBroken(named(rules[1], text)))).toEqual([true, true])
})

it('of a rule that all rows obey one row that breaks it is told', () => {
  const rules = compared(orders(1, { off: ROWS + 1, other: 200 }), orders(2, { off: ROWS, other: 200 }))
  const total = named(rules, 'total = qty')
  expect(total).toEqual({ rule: 'total = qty * weight', broken: 1, rows: ROWS, floor: 0, most: 0 })
  expect(isBroken(total)).toBe(true)
})

it('rows of a table break no rule of it, also where they are read as numbers and its own as whole ones', () => {
  const u = Array.from(uniforms(keyFor(keyFromSeed(4), 'net'), ROWS))
  const net = u.map((one) => Math.round(1000 + 20000 * one))
  const spelled = { net: net.map(String), gross: net.map((one) => String(Math.round(1.19 * one))) }
  const real = prepareRows(textTable(spelled)).data.table
  const synthetic = prepareRows(textTable(spelled), { types: { net: 'number', gross: 'number' } }).data.table
  const rules = compared(real, synthetic)
  expect(rules.map(({ rule }) => rule)).toContain('gross = 1.19 * net')
  expect(rules.filter(isBroken)).toEqual([])
})

it('the verdict names both shares of a rule that more rows break, and is silent of one that as many do', { tags: ['slow'] }, async () => {
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const real = orders(1, { off: 150, other: 200 })
  const of = async (synthetic: Table) => verdict(await evaluateTables({ real, synthetic, engine, key: keyFromSeed(1) }))
  const often = await of(orders(3, { off: 4, other: 200 }))
  expect(often.grade).toBe('poor')
  expect(often.sentence).toContain('25 % of the drawn rows break total = qty * weight but for 4 rows (of the real ones 0.7 %)')
  expect(often.sentence).not.toContain('product -> price')
  expect((await of(orders(2, { off: 150, other: 200 }))).sentence).not.toContain('break')
})

it('a relation that no rule keeps beside others is checked too, and once', () => {
  const of = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(5), label), ROWS))
  const [rate, hours] = ['rate', 'hours'].map((label) => of(label).map((u) => Number((10 + 90 * u).toFixed(2)))) as [number[], number[]]
  const points = rate.map((x, i) => Math.round((x * hours[i]!) / 100))
  const mass = of('mass').map((u, i) => ((points[i]! + 0.9 * (u - 0.5)) / 0.31).toFixed(3))
  const table = (some: readonly string[]) => prepareRows(textTable({ rate, hours, mass: some, points })).data.table
  const rules = compared(table(mass), table(mass.map((x, i) => (i % 3 === 0 ? (Number(x) + 9).toFixed(3) : x))))
  expect(rules.map(({ rule, broken }) => [rule, broken]).sort()).toEqual([
    ['points = 0.01 * rate * hours', 0],
    ['points = 0.31 * mass', ROWS / 3]
  ])
})

it('what rows compute that know all of its columns is counted in rows that do', () => {
  const n = 200
  const u = uniforms(keyFromSeed(8), 3 * n)
  const gaps = (k: number) => Uint8Array.from({ length: n }, (_, i) => ((i * 7 + k) % 20 === 0 ? 1 : 0))
  const price = Float64Array.from({ length: n }, (_, i) => Math.round(1000 * u[3 * i]!) / 100 + 1)
  const count = Float64Array.from({ length: n }, (_, i) => 1 + Math.floor(8 * u[3 * i + 1]!))
  const table = (total: (i: number) => number): Table => ({
    columns: [
      { name: 'price', kind: 'number', values: price, missing: gaps(1) },
      { name: 'count', kind: 'integer', values: count, missing: gaps(2) },
      { name: 'total', kind: 'number', values: Float64Array.from({ length: n }, (_, i) => total(i)), missing: gaps(3) }
    ],
    rowCount: n
  })
  const product = (i: number) => Math.round(100 * price[i]! * count[i]!) / 100
  const real = table(product)
  const off = table((i) => (i < 40 ? product(i) + 1 : product(i)))
  const known = Array.from({ length: 40 }, (_, i) => i).filter((i) => real.columns.every((one) => !('missing' in one && one.missing?.[i])))
  const compared = (synthetic: Table) => compareKnown({ found: real }, { real, synthetic, train: undefined } as never)
  expect(compared(real)).toEqual([{ rule: 'total = price * count', broken: 0, rows: n, floor: 0, most: 0 }])
  expect(compared(off)).toEqual([{ rule: 'total = price * count', broken: known.length, rows: n, floor: 0, most: 0 }])
})
