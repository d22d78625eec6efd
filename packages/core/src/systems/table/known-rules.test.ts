import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { drawModel, fitModel } from '../system.js'
import { tables } from './system.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const n = 300
const key = keyFromSeed(5)
const u = uniforms(keyFor(key, 'sales'), 9 * n)

/** Goods of a kind and a price, how many were sold and for how much, with one cell in so many missing, whichever it is. */
function sales(share: number): RawTable {
  const good = Array.from({ length: n }, (_, i) => Math.floor(20 * u[9 * i]!))
  const count = Array.from({ length: n }, (_, i) => 1 + Math.floor(9 * u[9 * i + 1]!))
  const all: Record<string, string[]> = {
    good: good.map((g) => `good ${g}`),
    kind: good.map(kindOf),
    price: good.map((g) => priceOf(g).toFixed(2)),
    count: count.map(String),
    total: good.map((g, i) => (priceOf(g) * count[i]!).toFixed(2)),
    shop: Array.from({ length: n }, (_, i) => `shop ${Math.floor(4 * u[9 * i + 2]!)}`)
  }
  const columns = Object.entries(all).map(([name, cells], c) => ({
    name,
    source: 'text' as const,
    values: cells.map((cell, i) => (u[9 * i + 3 + c]! < share ? null : cell))
  }))
  return { columns, rowCount: n }
}
const kindOf = (g: number) => `kind ${g % 3}`
const priceOf = (g: number) => 3.25 + ((7 * g) % 41)

const fitted = (share: number, options = {}) =>
  fitModel(tables, { input: sales(share), options: { bandwidth: 0.5, ...options } }, { engine })

async function drawn(model: Awaited<ReturnType<typeof fitted>>, request = {}) {
  const answer = await drawModel(tables, { model, request: { rows: 300, seed: 2, ...request } }, { engine })
  const { columns } = tables.present(model, answer, 'text') as RawTable
  const cells = new Map(columns.map(({ name, values }) => [name, values as readonly (string | null)[]]))
  return { answer, cell: (name: string, i: number) => cells.get(name)![i] ?? null, rowCount: 300 * (cells.get('good')!.length / 300) }
}

/** Rows that have all of some cells, and how many of these are wrong. */
function counted({ cell, rowCount }: Awaited<ReturnType<typeof drawn>>) {
  const wrong = (names: string[], isRight: (...cells: string[]) => boolean) => {
    const rows = Array.from({ length: rowCount }, (_, i) => names.map((name) => cell(name, i))).filter(
      (row) => !row.includes(null) && !row.includes('')
    )
    return { known: rows.length, wrong: rows.filter((row) => !isRight(...(row as string[]))).length }
  }
  const numberOf = (good: string) => Number(good.split(' ')[1])
  return {
    kind: wrong(['good', 'kind'], (good, kind) => kind === kindOf(numberOf(good!))),
    price: wrong(['good', 'price'], (good, price) => Number(price) === priceOf(numberOf(good!))),
    total: wrong(['price', 'count', 'total'], (price, count, total) => Math.abs(Number(price) * Number(count) - Number(total)) < 0.005)
  }
}

it.each([0.01, 0.15])(
  'what rows compute that know all of its columns new rows do that know them, where %f of all cells are missing',
  async (share) => {
    const rows = await drawn(await fitted(share))
    const found = counted(rows)
    for (const { known, wrong } of Object.values(found)) {
      expect(wrong).toBe(0)
      expect(known).toBeGreaterThan(150)
    }
    // Gaps are drawn as before.
    const gaps = Array.from({ length: rows.rowCount }, (_, i) => rows.cell('total', i)).filter(
      (cell) => cell === null || cell === ''
    ).length
    expect(Math.abs(gaps / rows.rowCount - share)).toBeLessThan(0.07)
  }
)

it('without rules it is not so, and a file of the model draws the same rows', async () => {
  const off = counted(await drawn(await fitted(0.15, { rules: 'off' })))
  expect(off.total.wrong).toBeGreaterThan(50)
  const model = await fitted(0.15)
  expect((tables.summary(model) as { readonly rules?: readonly string[] }).rules).toEqual(
    expect.arrayContaining(['good -> kind', 'good -> price', 'total = price * count'])
  )
  const read = await tables.load!(unpackModel(packModel(tables.save(model))), { engine })
  const [one, other] = [await drawn(model), await drawn(read as typeof model)]
  for (const name of ['good', 'kind', 'price', 'count', 'total', 'shop'])
    for (let i = 0; i < one.rowCount; i++) expect(other.cell(name, i)).toBe(one.cell(name, i))
})

it('what is given stays, what it is computed of gives way, and what no value obeys is said', async () => {
  const model = await fitted(0.05)
  const asked = (given: Record<string, string>) => ({ asked: { givens: [given], observe: [] } })
  const three = await drawn(model, asked({ count: '3' }))
  expect(counted(three)).toMatchObject({ kind: { wrong: 0 }, price: { wrong: 0 }, total: { wrong: 0 } })
  const total = await drawn(model, asked({ total: '100.00' }))
  const found = counted(total)
  expect(found.kind.wrong).toBe(0)
  const said = total.answer.warnings.find(({ name }) => name === 'rule-unmet')?.message ?? ''
  for (const [text, { wrong }] of [
    ['good -> price', found.price],
    ['total = price * count', found.total]
  ] as const)
    expect(said.includes(text), text).toBe(wrong > 0)
  expect(found.price.wrong + found.total.wrong).toBeGreaterThan(0)
})
