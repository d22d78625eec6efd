import { describe, expect, test } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import type { Table } from '../table/table.js'
import { evaluateTables } from './evaluate.js'
import { placesOf } from './places.js'
import { verdict } from './verdict.js'

const key = keyFromSeed(3)
const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })

const [VARIETIES, SITES, YEARS] = [10, 6, 4]
const PLOTS = VARIETIES * SITES * YEARS

/** An experiment in which each variety grows once at each site in each year: some of its plots, with yields to `unit`. */
function experiment(label: string, plots: readonly number[], unit: number): Table {
  const effects = normals(keyFor(key, 'effects'), VARIETIES + SITES + YEARS)
  const noise = normals(keyFor(key, label), PLOTS)
  const factors = (plot: number) => [plot % VARIETIES, Math.floor(plot / VARIETIES) % SITES, Math.floor(plot / VARIETIES / SITES)] as const
  const category = (name: string, k: 0 | 1 | 2, count: number) => ({
    name,
    kind: 'category' as const,
    levels: Array.from({ length: count }, (_, level) => `${name} ${level}`),
    codes: Int32Array.from(plots, (plot) => factors(plot)[k])
  })
  const yields = plots.map((plot) => {
    const [variety, site, year] = factors(plot)
    const mean = 30 + 3 * (effects[variety]! + effects[VARIETIES + site]! + effects[VARIETIES + SITES + year]!)
    return unit * Math.round((mean + 3 * noise[plot]!) / unit)
  })
  return {
    rowCount: plots.length,
    columns: [
      category('variety', 0, VARIETIES),
      category('site', 1, SITES),
      category('year', 2, YEARS),
      { name: 'yield', kind: 'number', values: Float64Array.from(yields) }
    ]
  }
}
const all = Array.from({ length: PLOTS }, (_, plot) => plot)
const half = all.filter((plot) => (plot * 7919) % 13 < 6)
const others = all.filter((plot) => !half.includes(plot))

describe('rows in the places of others', () => {
  test('are those that agree with one in what tells all of these apart', () => {
    const places = placesOf(experiment('real', half, 1), experiment('new', all, 1), experiment('real', others, 1))!
    expect(places.columns).toEqual([['variety', 'site', 'year']])
    expect([...places.taken]).toEqual(all.map((plot) => Number(half.includes(plot))))
  })

  test('are none where rows of the data agree', () => {
    expect(placesOf(experiment('real', [...all, 5], 1), experiment('new', all, 1))).toBeUndefined()
  })

  test('equal those as often as rows in the next place do, where their columns have few values', async () => {
    const real = experiment('real', all, 4)
    for (const label of ['new', 'newer', 'newest']) {
      const evaluation = await evaluateTables({ real, synthetic: experiment(label, all, 4), engine, key })
      const { copies, places } = evaluation
      expect(places).toEqual({ columns: [['variety', 'site', 'year']], rows: PLOTS, of: PLOTS })
      // A quarter of the plots: without places at most 6 would be by chance.
      expect(copies.value!).toBeGreaterThan(40)
      expect(copies.value!).toBeLessThanOrEqual(copies.most)
      expect(verdict(evaluation).grade).not.toBe('poor')
      // Chance goes beyond two standard deviations now and then, and hardly ever beyond three.
      const of = (value: number) => verdict({ ...evaluation, copies: { ...copies, value } })
      const one = of(Math.floor(copies.most) + 1)
      expect(one.grade).not.toBe('poor')
      expect(one.points).toContainEqual(
        expect.objectContaining({ grade: 'fair', words: expect.stringContaining('somewhat more of its rows') })
      )
      expect(of(Math.ceil(copies.most + 1.5 * Math.sqrt(copies.most))).grade).toBe('poor')
    }
    const copied = await evaluateTables({ real, synthetic: real, engine, key })
    expect(copied.copies.value! > copied.copies.most).toBe(true)
    expect(verdict(copied)).toMatchObject({ grade: 'poor', headline: expect.stringContaining('repeat a real row') })
  })
})

describe('a table whose rows all have the places of real ones', () => {
  const [real, train] = [experiment('real', others, 0.01), experiment('real', half, 0.01)]
  const judged = (synthetic: Table) => evaluateTables({ real, train, synthetic, engine, key })

  test('is judged by what an attack on rows of the fit finds', async () => {
    const evaluation = await judged(experiment('new', all, 0.01))
    // The plots of the fit are half of all, the rest lies free.
    expect(evaluation.places).toMatchObject({ rows: half.length, of: PLOTS })
    expect(evaluation.copies.heldOut).toBe(true)
    const fresh = await judged(experiment('new', half, 0.01))
    expect(fresh.places).toMatchObject({ rows: half.length, of: half.length })
    expect(fresh.nearestNeighbourRatio).toEqual({ value: null, floor: null })
  })

  test('is told to repeat rows where it does', async () => {
    const { columns, rowCount } = train
    const near = columns.map((column) =>
      column.kind === 'number' ? { ...column, values: column.values.map((x, i) => x + 0.02 * ((i % 3) - 1)) } : column
    )
    const found = verdict(await judged({ columns: near, rowCount }))
    expect(found.grade).toBe('poor')
    expect(found.headline).toMatch(/A distance attack picks the training row|repeat a training row/)
  })

  test('may be as like as any', async () => {
    const grades = await Promise.all(['a', 'b', 'c'].map(async (label) => verdict(await judged(experiment(label, all, 0.01))).grade))
    expect(grades).not.toContain('poor')
  })
})
