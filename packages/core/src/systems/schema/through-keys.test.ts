import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { drawSchema } from './draw.js'
import { fitSchema } from './fit.js'
import { linksOf } from './links.js'
import { throughOf } from './through-keys.js'

const [FIRMS, CONTRACTS, BILLS] = [12, 40, 120]
const u = uniforms(keyFor(keyFromSeed(6), 'firms'), CONTRACTS + BILLS)
const firmOf = Array.from({ length: CONTRACTS }, (_, c) => (c < FIRMS ? c : Math.floor(FIRMS * u[c]!)))
const contractOf = Array.from({ length: BILLS }, (_, i) => Math.floor(CONTRACTS * u[CONTRACTS + i]!))
const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
const numbers = (name: string, count: number) => ({
  name,
  source: 'number' as const,
  values: normals(keyFor(keyFromSeed(6), name), count)
})
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })

/** Bills name their contract and its firm; of one the firm may be another. */
const tablesOf = (others = 0) => ({
  firms: table(text('id', Array.from({ length: FIRMS }, (_, f) => `f${f}`)), numbers('size', FIRMS)), // biome-ignore format: one line
  contracts: table(text('id', firmOf.map((_, c) => `c${c}`)), text('firm', firmOf.map((f) => `f${f}`)), numbers('price', CONTRACTS)), // biome-ignore format: one line
  bills: table(
    text('contract', contractOf.map((c) => `c${c}`)), // biome-ignore format: one line
    text('firm', contractOf.map((c, i) => `f${i < others ? (firmOf[c]! + 1) % FIRMS : firmOf[c]}`)), // biome-ignore format: one line
    numbers('sum', BILLS)
  )
})
const KEYS = ['contracts.firm -> firms.id', 'bills.contract -> contracts.id', 'bills.firm -> firms.id']

it('a key that leads where that of the row leads which rows refer to is told in every row alone', () => {
  const ways = (others: number) => {
    const tables = tablesOf(others)
    const link = (of: string, column: string, to: string) => linksOf(tables, { table: of, column, to: { table: to, column: 'id' } }, {})
    const [ofContract, byContract, byFirm] = [
      link('contracts', 'firm', 'firms'),
      link('bills', 'contract', 'contracts'),
      link('bills', 'firm', 'firms')
    ]
    return throughOf(byFirm, { others: [byContract], linksFrom: (name) => (name === 'contracts' ? [ofContract] : []) })
  }
  expect(ways(0)).toMatchObject({ key: { column: 'firm' }, by: { column: 'contract' }, via: { table: 'contracts', column: 'firm' } })
  expect(ways(1)).toBeUndefined()
})

it('bills are of the firm of their contract', async () => {
  const context = { engine: await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }) }
  const model = await fitSchema({ tables: tablesOf() }, { keys: KEYS, bandwidth: 0.5, scaling: 'standard', seed: 1 }, context)
  expect(model.tables.bills!.child!.through).toHaveLength(1)
  const drawn = await drawSchema(model, { seed: 2 }, context)
  const cells = (name: string, column: string) => {
    const one = drawn.get(name)!.table.columns.find((own) => own.name === column)!
    return 'cells' in one ? one.cells! : []
  }
  const firm = new Map(cells('contracts', 'id').map((id, c) => [id, cells('contracts', 'firm')[c]]))
  expect(cells('bills', 'firm').length).toBeGreaterThan(60)
  expect(cells('bills', 'firm')).toEqual(cells('bills', 'contract').map((contract) => firm.get(contract)))
})

it('a key may be told by one of a row into its own table, from every row or from some', () => {
  const boss = (i: number) => (i === 0 ? '' : `e${((i * 13) % 7) % i}`)
  const of = Array.from({ length: 80 }, (_, k) => 1 + ((k * 17) % 39))
  const tables = (last: string) => ({
    staff: table(text('id', Array.from({ length: 40 }, (_, i) => `e${i}`)), text('boss', Array.from({ length: 40 }, (_, i) => boss(i)))), // biome-ignore format: one line
    reviews: table(text('who', of.map((i) => `e${i}`).concat(last)), text('by', of.map(boss).concat(last === 'e0' ? '' : boss(Number(last.slice(1)))))) // biome-ignore format: one line
  })
  const way = (last: string) => {
    const link = (name: string, column: string) => linksOf(tables(last), { table: name, column, to: { table: 'staff', column: 'id' } }, {})
    return throughOf(link('reviews', 'by'), { others: [link('reviews', 'who')], linksFrom: () => [link('staff', 'boss')] })
  }
  expect(way('e5')).toMatchObject({ via: { table: 'staff', column: 'boss' }, always: true })
  // Who is judged by nobody is judged all the same.
  expect(way('e0')).toMatchObject({ via: { table: 'staff', column: 'boss' } })
  expect(way('e0')).not.toHaveProperty('always')
})
