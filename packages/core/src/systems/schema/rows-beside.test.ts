import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import { countLimits } from './count-limits.js'
import { withNumbers } from './counts.js'
import { drawSchema } from './draw.js'
import { presentDrawn } from './drawn-table.js'
import { evaluateSchema } from './evaluate.js'
import { fitSchema } from './fit.js'
import { tellSchema } from './tell.js'

const NAMES = ['Home', 'Garden', 'Office', 'Lamps', 'Chairs', 'Tools', 'Seeds', 'Paper', 'Pens', 'Desks', 'Sofas', 'Hoses']
/** Rows of the categories that the others are of. */
const PARENTS = [-1, -1, -1, 0, 0, 1, 1, 2, 2, 2, 0, 1]
const [PRODUCTS, ORDERS] = [90, 240]
const u = (label: string, count: number) => uniforms(keyFor(keyFromSeed(4), label), count)
const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })

/** Products of the leaves of a tree, whose numbers begin as their category's name; parcels of orders that are paid. Or, `apart`, with nothing of the kind. */
function shop({ apart = false } = {}) {
  const own = u('category', PRODUCTS).map((x) => (apart ? Math.floor(12 * x) : 3 + Math.floor(9 * x)))
  const other = u('other', PRODUCTS).map((x) => 3 + Math.floor(9 * x))
  const number = (i: number) => `${NAMES[apart ? other[i]! : own[i]!]!.slice(0, 3).toUpperCase()}-${1000 + 7 * i}`
  const [paid, sent] = [u('paid', ORDERS), u('sent', ORDERS)]
  const some = (is: (i: number) => boolean) => Array.from({ length: ORDERS }, (_, i) => i).filter(is)
  const payments = some((i) => paid[i]! < 0.8)
  const parcels = some((i) => sent[i]! < 0.8 && (apart || paid[i]! < 0.8))
  const amount = u('amount', ORDERS)
  return {
    categories: table(text('id', NAMES.map((_, i) => `${i + 1}`)), text('name', NAMES), text('parent_id', PARENTS.map((p) => (p < 0 ? '' : `${p + 1}`)))), // biome-ignore format: one line
    products: table(text('sku', Array.from(own, (_, i) => number(i))), text('category_id', Array.from(own, (c) => `${c + 1}`)), text('price', Array.from(u('price', PRODUCTS), (x) => (5 + 90 * x).toFixed(2)))), // biome-ignore format: one line
    orders: table(text('id', some(() => true).map((i) => `o${i}`)), text('amount', Array.from(amount, (x) => (10 + 90 * x).toFixed(2)))), // biome-ignore format: one line
    payments: table(text('order_id', payments.map((i) => `o${i}`)), text('fee', payments.map((i) => (amount[i]! + 1).toFixed(2)))), // biome-ignore format: one line
    parcels: table(text('order_id', parcels.map((i) => `o${i}`)), text('weight', parcels.map((i) => (5 * amount[i]! + sent[i]!).toFixed(2)))) // biome-ignore format: one line
  }
}
const KEYS = [
  'categories.parent_id -> categories.id',
  'products.category_id -> categories.id',
  'payments.order_id -> orders.id',
  'parcels.order_id -> orders.id'
]

const LIMITS = [
  'categories with rows of categories by parent_id have no rows of products by category_id',
  'orders without rows of payments by order_id have no rows of parcels by order_id'
]

const valuesOf = ({ columns }: RawTable, at: number) => columns[at]!.values as readonly string[]
const cells = ({ columns }: Table, name: string): readonly (string | null)[] => {
  const column = columns.find((one) => one.name === name)!
  return 'cells' in column ? (column.cells ?? []) : []
}

describe('what stands beside a row', async () => {
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const fitted = (options: Parameters<typeof shop>[0], more = {}) =>
    fitSchema({ tables: shop(options) }, { keys: KEYS, bandwidth: 0.5, scaling: 'standard', seed: 1, ...more }, { engine })

  it.each([
    ['new', undefined],
    ['kept', 'categories']
  ])('tells a part of its key, and how many rows refer to it: %s categories', async (_, keep) => {
    const model = await fitted({}, { keep })
    expect(model.tables.products!.child!.keyInputs?.map(({ name }) => name)).toEqual(['category_id.name'])
    const drawn = await drawSchema(model, { seed: 2 }, { engine })
    const [categories, products] = [drawn.get('categories')!.table, drawn.get('products')!.table]
    const [ids, names] = [cells(categories, 'id'), cells(categories, 'name')]
    const inner = new Set(cells(categories, 'parent_id').filter((cell) => cell !== null && cell !== ''))
    const [numbers, of] = [cells(products, 'sku'), cells(products, 'category_id')]
    expect(new Set(numbers).size).toBe(PRODUCTS)
    for (const [i, number] of numbers.entries()) {
      expect(number!.slice(0, 3)).toBe(names[ids.indexOf(of[i]!)]!.slice(0, 3).toUpperCase())
      expect(inner.has(of[i]!)).toBe(false)
    }
    const paid = new Set(cells(drawn.get('payments')!.table, 'order_id'))
    for (const order of cells(drawn.get('parcels')!.table, 'order_id')) expect(paid.has(order)).toBe(true)
  })

  it('is counted by evaluate where it is not so', async () => {
    const real = { tables: shop() }
    const broken = async (tables: Readonly<Record<string, RawTable>>) => {
      const { rules } = await evaluateSchema({ real, synthetic: { tables }, keys: KEYS }, { engine })
      return LIMITS.map((rule) => rules.find((one) => one.rule === rule)?.broken)
    }
    const model = await fitted({})
    const drawn = await drawSchema(model, { seed: 2 }, { engine })
    expect(tellSchema(model, drawn).json.copies).toEqual(expect.arrayContaining(LIMITS))
    expect(await broken(Object.fromEntries([...drawn].map(([name, one]) => [name, presentDrawn(model.tables[name]!, one, 'text')])))).toEqual([0, 0]) // biome-ignore format: one line
    const apart = shop({ apart: true })
    const used = new Set(valuesOf(apart.products, 1))
    const inner = [...new Set(PARENTS.filter((p) => p >= 0))].filter((p) => used.has(`${p + 1}`))
    const paid = new Set(valuesOf(apart.payments, 0))
    const unpaid = valuesOf(apart.parcels, 0).filter((order) => !paid.has(order))
    expect(await broken(apart)).toEqual([inner.length, unpaid.length])
    expect(Math.min(inner.length, unpaid.length)).toBeGreaterThan(2)
    const { rules } = await evaluateSchema({ real: { tables: apart }, synthetic: real, keys: KEYS }, { engine })
    expect(rules.filter(({ rule }) => LIMITS.includes(rule))).toEqual([])
  })

  it('tells nothing where it does not in the data', async () => {
    const { tables } = await fitted({ apart: true })
    expect(tables.products!.child!.keyInputs).toBeUndefined()
    expect(tables.products!.child!.counts.beside).toBeUndefined()
    expect([tables.payments!, tables.parcels!].map(({ child }) => child!.counts.beside)).toEqual([undefined, undefined])
  })

  it('is a limit in a tree where one in fifty would be so by chance, and in other tables where one in a million would', () => {
    const key = { table: 'nodes', column: 'parent', to: { table: 'nodes', column: 'id' } }
    const limits = (leaves: number, inner: number, tree: boolean) => {
      const isInner = Array.from({ length: leaves + inner }, (_, i) => i < inner)
      const of = withNumbers(
        { columns: [], rowCount: isInner.length },
        [{ key, counts: Float64Array.from(isInner, (is) => (is ? 2 : 0)) }] // biome-ignore format: one line
      )
      const counts = Float64Array.from(isInner, (is, i) => (is ? 0 : 1 + (i % 3)))
      return countLimits(counts, of, new Set(tree ? [of.columns[0]!.name] : []))
    }
    // 3 of 9 in some order: 1 in 84; 2 of 6: 1 in 15.
    expect(limits(6, 3, true)!.columns[0]!.levels.find(({ level }) => level === '=')!.never).toEqual([1, 2, 3])
    expect(limits(4, 2, true)).toBeUndefined()
    expect(limits(6, 3, false)).toBeUndefined()
  })
})
