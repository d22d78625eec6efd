import { describe, expect, test } from 'vitest'
import { keyFor, keyFromSeed, normals, permutation } from '../num/random.js'
import type { Column, NumericColumn, Table } from '../table/table.js'
import { trainOnSynthetic } from './train-on-synthetic.js'

const key = keyFromSeed(31)

/** A number and a category that depend on two others, and one that depends on nothing. */
function draw(label: string, rows = 300): Table {
  const [x, w, e] = ['x', 'w', 'e'].map((name) => normals(keyFor(key, `${label} ${name}`), rows)) as [
    Float64Array,
    Float64Array,
    Float64Array
  ]
  const y = x.map((one, i) => 2 * one + w[i]! + 0.5 * e[i]!)
  return {
    rowCount: rows,
    columns: [
      { name: 'x', kind: 'number', values: x },
      { name: 'w', kind: 'number', values: w },
      { name: 'y', kind: 'number', values: y },
      {
        name: 'class',
        kind: 'category',
        levels: ['low', 'middle', 'high'],
        codes: Int32Array.from(y, (one) => (one < -1 ? 0 : one < 1 ? 1 : 2))
      },
      { name: 'chance', kind: 'boolean', levels: ['false', 'true'], codes: Int32Array.from(e, (one) => (one > 0 ? 1 : 0)) }
    ]
  }
}

const without = (table: Table, ...names: string[]): Table => ({
  ...table,
  columns: table.columns.filter(({ name }) => !names.includes(name))
})

/** The same marginals, without any dependence. */
function shuffled(table: Table): Table {
  const columns = table.columns.map((column, c): Column => {
    const order = permutation(keyFor(key, c), table.rowCount)
    if ('values' in column) return { ...column, values: Float64Array.from(order, (i) => column.values[i]!) }
    return 'codes' in column ? { ...column, codes: Int32Array.from(order, (i) => column.codes[i]!) } : column
  })
  return { ...table, columns }
}

describe('train on synthetic, test on real', () => {
  const [real, train, fresh] = [draw('real'), draw('train'), draw('fresh')]

  test('fresh rows teach as much as real ones, rows without dependence nothing: a number', async () => {
    const problem = { real: without(real, 'class', 'chance'), train: without(train, 'class', 'chance'), target: 'y', key }
    const good = await trainOnSynthetic({ ...problem, synthetic: without(fresh, 'class', 'chance') })
    expect(good).toMatchObject({ score: 'R²', heldOut: true, rows: { trained: 300, tested: 300 } })
    // The noise leaves 5 / 5.25 of the variance to explain.
    expect(good.real).toBeGreaterThan(0.8)
    expect(good.real).toBeLessThan(0.953)
    expect(Math.abs(good.synthetic - good.real)).toBeLessThan(0.05)
    expect((await trainOnSynthetic({ ...problem, synthetic: without(shuffled(fresh), 'class', 'chance') })).synthetic).toBeLessThan(0.1)
  })

  test('and a category, by halves of the real rows', async () => {
    const problem = { real: without(real, 'y'), target: 'class', key }
    const good = await trainOnSynthetic({ ...problem, synthetic: without(fresh, 'y') })
    expect(good).toMatchObject({ score: 'AUC', heldOut: false, rows: { trained: 150, tested: 150 } })
    expect(good.real).toBeGreaterThan(0.9)
    expect(Math.abs(good.synthetic - good.real)).toBeLessThan(0.04)
    const none = await trainOnSynthetic({ ...problem, synthetic: without(shuffled(fresh), 'y') })
    expect(Math.abs(none.synthetic - 0.5)).toBeLessThan(0.12)
  })

  test('what depends on nothing is predicted by nobody', async () => {
    const found = await trainOnSynthetic({
      real: without(real, 'y', 'class'),
      synthetic: without(fresh, 'y', 'class'),
      target: 'chance',
      key
    })
    for (const score of [found.real, found.synthetic]) expect(Math.abs(score - 0.5)).toBeLessThan(0.12)
  })

  test('targets that cannot be predicted are refused', async () => {
    const flat = {
      ...real,
      columns: [...real.columns, { name: 'flat', kind: 'number', values: new Float64Array(300) } satisfies NumericColumn]
    }
    const code = (problem: Partial<Parameters<typeof trainOnSynthetic>[0]>) =>
      trainOnSynthetic({ real, synthetic: fresh, target: 'y', key, ...problem }).then(
        () => 'none',
        (error: { code: string }) => error.code
      )
    expect(await code({ target: 'z' })).toBe('column-unknown')
    expect(await code({ real: flat, synthetic: flat, target: 'flat' })).toBe('target-class')
    expect(await code({ real: without(real, 'x', 'w', 'class', 'chance'), synthetic: without(fresh, 'x', 'w', 'class', 'chance') })).toBe(
      'target-alone'
    )
    expect(await code({ real: draw('few', 12) })).toBe('target-rows')
  })
})
