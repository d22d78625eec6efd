import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { linesOf } from '../../tell/telling.js'
import { evaluateSchema } from './evaluate.js'
import { tellSchemaEvaluation } from './tell-evaluation.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })

type Cells = (string | null)[]
type Cell = { readonly table: 'shops' | 'sales'; readonly column: string; readonly rows: number; readonly value: string | null }

const SHOPS = 120
const day = (k: number): string => new Date(Date.UTC(2021, 0, 1 + k)).toISOString().slice(0, 10)

/** Shops with their number of sales and what these come to, and sales after the day on which the shop opened; `changed`: the first rows of a column. */
function shops(seed: number, least: number, changed?: Cell): { readonly tables: Readonly<Record<string, RawTable>> } {
  const key = keyFromSeed(seed)
  const [sizes, opened, later, price, size] = ['sizes', 'opened', 'later', 'price', 'size'].map((name) =>
    uniforms(keyFor(key, name), 8 * SHOPS)
  )
  const counts = Array.from({ length: SHOPS }, (_, i) => least + Math.floor(4 * sizes![i]!))
  const shopOf = counts.flatMap((count, i) => Array<number>(count).fill(i))
  const days = Array.from({ length: SHOPS }, (_, i) => Math.floor(600 * opened![i]!))
  const prices = shopOf.map((_, k) => 100 + Math.floor(5000 * price![k]!))
  const totals = counts.map((_, i) => prices.reduce((sum, one, k) => sum + (shopOf[k] === i ? one : 0), 0))
  const columns: Record<'shops' | 'sales', Record<string, Cells>> = {
    shops: {
      id: counts.map((_, i) => `s${i + 1}`),
      opened: days.map(day),
      size: counts.map((_, i) => (20 + 80 * size![i]!).toFixed(1)),
      sales: counts.map(String),
      total: totals.map((cents) => (cents / 100).toFixed(2))
    },
    sales: {
      shop: shopOf.map((i) => `s${i + 1}`),
      sold: shopOf.map((i, k) => day(days[i]! + Math.floor(400 * later![k]! ** 2))),
      price: prices.map((cents) => (cents / 100).toFixed(2))
    }
  }
  if (changed) columns[changed.table][changed.column]!.fill(changed.value, 0, changed.rows)
  const tableOf = (of: Record<string, Cells>): RawTable => ({
    rowCount: Object.values(of)[0]!.length,
    columns: Object.entries(of).map(([name, values]) => ({ name, source: 'text' as const, values }))
  })
  return { tables: { shops: tableOf(columns.shops), sales: tableOf(columns.sales) } }
}

const KEY = 'sales.shop -> shops.id'
const compared = (changed?: Cell, least = { real: 0, synthetic: 0 }) =>
  evaluateSchema({ real: shops(1, least.real), synthetic: shops(2, least.synthetic, changed), keys: KEY }, { engine })

const COUNT = `shops.sales = count(sales) by ${KEY}`
const SUM = `shops.total = sum(sales.price) by ${KEY}`
const AFTER = `sales.sold >= shops.opened by ${KEY}`

describe('rules between tables', () => {
  it('are those of the real ones, and no row of tables of the same law breaks them', async () => {
    const evaluation = await compared()
    expect(evaluation.rules.map(({ rule }) => rule).sort()).toEqual([AFTER, COUNT, SUM].sort())
    expect(evaluation.rules.map(({ broken }) => broken)).toEqual([0, 0, 0])
    expect(linesOf(tellSchemaEvaluation(evaluation)).join('\n')).toContain(`rule ${COUNT}: broken by 0 of ${SHOPS}`)
  })

  it('are broken by as many rows as were changed, which the verdict names with their share', async () => {
    const cases: readonly (readonly [string, Cell])[] = [
      [COUNT, { table: 'shops', column: 'sales', rows: 3, value: '9' }],
      [SUM, { table: 'shops', column: 'total', rows: 30, value: '0.01' }],
      [AFTER, { table: 'sales', column: 'sold', rows: 5, value: '2019-05-05' }]
    ]
    for (const [rule, changed] of cases) {
      const evaluation = await compared(changed)
      const broken = evaluation.rules.filter((one) => one.broken > 0)
      expect(broken).toMatchObject([{ rule, broken: changed.rows, floor: 0, most: 0 }])
      const { grade, sentence } = tellSchemaEvaluation(evaluation).json.verdict as { grade: string; sentence: string }
      expect(sentence).toContain(`of the drawn rows break ${rule}`)
      // One in twenty is visible.
      expect(grade === 'good').toBe(false)
      if (changed.rows > 0.05 * broken[0]!.rows) expect(grade).toBe('poor')
    }
  })

  it('say nothing of dates that are missing, nor of rows without any of their own where the real ones show none', async () => {
    const undated = await compared({ table: 'sales', column: 'sold', rows: 4, value: null })
    const after = undated.rules.find(({ rule }) => rule === AFTER)!
    expect([after.broken, after.rows]).toEqual([0, shops(2, 0).tables.sales!.rowCount - 4])
    const least = { real: 1, synthetic: 0 }
    const without = await compared({ table: 'shops', column: 'sales', rows: 0, value: null }, least)
    expect(without.rules.map(({ broken }) => broken)).toEqual([0, 0, 0])
  })
})
