import { describe, expect, test } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { keyFor, keyFromSeed, normals, permutation, uniforms } from '../num/random.js'
import type { NumericColumn, Table } from '../table/table.js'
import { evaluateTables } from './evaluate.js'
import { relationsOf, withRelations } from './relations.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const key = keyFromSeed(5)
const DAY = 86_400_000

const PRICES = [4.2, 8.5, 12, 49]

/** Orders of a shop, in which each row's total is price times quantity and each product has one price. */
function orders(label: string, rows = 400): Table {
  const own = keyFor(key, label)
  const [u, v, w] = [uniforms(own, rows, 0), uniforms(own, rows, 1), uniforms(own, rows, 2)]
  const product = Int32Array.from(u, (x) => Math.floor(4 * x))
  const price = Float64Array.from(product, (p) => PRICES[p]!)
  const quantity = Float64Array.from(v, (x) => 1 + Math.floor(9 * x * x))
  const ordered = Float64Array.from(w, (x) => (19_000 + Math.floor(300 * x)) * DAY)
  return {
    rowCount: rows,
    columns: [
      { name: 'product', kind: 'category', levels: ['a', 'b', 'c', 'd'], codes: product },
      { name: 'price', kind: 'number', values: price },
      { name: 'quantity', kind: 'integer', values: quantity },
      { name: 'total', kind: 'number', values: price.map((x, i) => Math.round(100 * x * quantity[i]!) / 100) },
      { name: 'ordered', kind: 'datetime', values: ordered },
      { name: 'shipped', kind: 'datetime', values: ordered.map((x, i) => x + Math.floor(4 * v[i]!) * DAY) }
    ]
  }
}

/** The same law but for totals, which are off by about a fifth: each column by itself, and all their correlations, hardly change. */
function smeared(table: Table): Table {
  const z = normals(keyFor(key, 'smear'), table.rowCount)
  const columns = table.columns.map((column) =>
    column.name === 'total'
      ? {
          ...(column as NumericColumn),
          values: (column as NumericColumn).values.map((x, i) => Math.round(100 * x * Math.exp(0.2 * z[i]!)) / 100)
        }
      : column
  )
  return { ...table, columns }
}

describe('relations of columns', () => {
  test('are differences and ratios of the strongest rank relations, never of a date and a number', () => {
    const names = relationsOf(orders('real'))
    expect(names).toContain('price ÷ total')
    expect(names).toContain('ordered − shipped')
    expect(names.filter((name) => /(ordered|shipped)/.test(name))).toEqual(['ordered − shipped'])
  })

  test('are missing where an input is, or where a ratio is not finite', () => {
    const table: Table = {
      rowCount: 4,
      columns: [
        { name: 'x', kind: 'number', values: Float64Array.of(1, 2, 3, 4), missing: Uint8Array.of(0, 1, 0, 0) },
        { name: 'y', kind: 'number', values: Float64Array.of(0, 1, 2, 8) }
      ]
    }
    const [, , difference, ratio] = withRelations(table, [table])[0]!.columns as NumericColumn[]
    expect([difference!.name, [...difference!.values], [...difference!.missing!]]).toEqual(['x − y', [1, 0, 1, -4], [0, 1, 0, 0]])
    expect([ratio!.name, [...ratio!.values], [...ratio!.missing!]]).toEqual(['x ÷ y', [0, 0, 1.5, 0.5], [1, 1, 0, 0]])
  })

  test('of a table without numbers there are none', () => {
    const table: Table = { rowCount: 2, columns: [{ name: 'c', kind: 'category', levels: ['a'], codes: Int32Array.of(0, 0) }] }
    expect(relationsOf(table)).toEqual([])
  })
})

describe('rules and the judge', () => {
  test('see smeared totals that no column by itself shows; as many fresh rows pass', { tags: ['slow'] }, async () => {
    const real = orders('real')
    const fresh = orders('fresh')
    const [good, bad] = [
      await evaluateTables({ real, synthetic: fresh, engine, key }),
      await evaluateTables({ real, synthetic: smeared(fresh), engine, key })
    ]
    expect(good.rules.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['total = price * quantity', 'product -> price', 'shipped >= ordered'])
    )
    expect(good.rules.map(({ broken }) => broken)).toEqual(good.rules.map(() => 0))
    expect(good.classifierAuc.value).toBeLessThan(0.6)
    expect(bad.classifierAuc.value).toBeGreaterThan(0.8)
    const broken = bad.rules.filter((one) => one.broken > 0)
    expect(broken.map(({ rule }) => rule)).toEqual(['total = price * quantity'])
    // A total is kept by chance where the smear is less than half a cent.
    expect(broken[0]!.broken).toBeGreaterThan(390)
  })

  test('a product with another price than in the data breaks its rule, though each product has one price', { tags: ['slow'] }, async () => {
    const real = orders('real')
    const fresh = orders('fresh')
    const dearer = {
      ...fresh,
      columns: fresh.columns.map((column) =>
        column.name === 'price' ? { ...(column as NumericColumn), values: (column as NumericColumn).values.map((x) => x + 1) } : column
      )
    }
    const { rules } = await evaluateTables({ real, synthetic: dearer, engine, key })
    expect(rules.find(({ rule }) => rule === 'product -> price')).toMatchObject({ broken: 400, rows: 400 })
  })

  test('a rule that held-out rows break is none', { tags: ['slow'] }, async () => {
    const real = orders('real')
    const train = smeared(orders('train'))
    const order = permutation(key, 400)
    const synthetic = {
      ...real,
      rowCount: 400,
      columns: real.columns.map((column) =>
        'values' in column ? { ...column, values: Float64Array.from(order, (i) => column.values[i]!) } : column
      )
    }
    const { rules } = await evaluateTables({ real, synthetic, train, engine, key })
    expect(rules.map(({ rule }) => rule)).not.toContain('total = price * quantity')
  })
})

test('where in its day and week a date is belongs to them where that tells a column', async () => {
  const [rows, from] = [400, Date.UTC(2024, 3, 1)]
  const [u, v, w] = [0, 1, 2].map((k) => uniforms(keyFor(key, 'solar'), rows, k)) as [Float64Array, Float64Array, Float64Array]
  const at = u.map((x) => from + Math.floor(60 * 24 * x) * 3_600_000)
  const power = at.map((time, i) => ((time % DAY) / 3_600_000 >= 7 && (time % DAY) / 3_600_000 < 19 ? 1 + v[i]! : 0))
  const table = (times: Float64Array): Table => ({
    rowCount: rows,
    columns: [
      { name: 'at', kind: 'datetime', values: times },
      { name: 'power', kind: 'number', values: power }
    ]
  })
  expect(relationsOf(table(at))).toEqual(['at in its day', 'at in its week'])
  expect(relationsOf({ ...table(at), columns: [table(at).columns[0]!, { name: 'power', kind: 'number', values: w }] })).toEqual([])
  // The same days at other hours: no cut of all dates tells them.
  const order = permutation(keyFor(key, 'hours'), rows)
  const other = at.map((time, i) => time - (time % DAY) + (at[order[i]!]! % DAY))
  const { classifierAuc } = await evaluateTables({ real: table(at), synthetic: table(other), engine, key })
  expect(classifierAuc.value!).toBeGreaterThan(classifierAuc.floorRange![1])
})
