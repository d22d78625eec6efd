import { expect, test } from 'vitest'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { exp } from '../../num/elementary.js'
import { keyFromSeed, normals } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { fitModel } from '../system.js'
import { type GroupedModel, isGrouped } from './grouped.js'
import { snapshots } from './system.js'

const engine = new ReferenceEngine()
const TIMES = [0, 0.5, 1]

/** Relaxation of rate 1 to a mean of each group, from N(1, 1/4). */
function relaxing(means: readonly number[], count: number, seed = 3): RawTable {
  const z = normals(keyFromSeed(seed), 2 * count * means.length * TIMES.length)
  const rows = means.flatMap((mean, g) => TIMES.flatMap((t) => Array.from({ length: count }, () => ({ g, mean, t }))))
  const x = rows.map(({ mean, t }, i) => {
    const e = exp(-t)
    return mean + (1 + 0.5 * z[2 * i]! - mean) * e + 0.6 * Math.sqrt((1 - e * e) / 2) * z[2 * i + 1]!
  })
  return {
    rowCount: rows.length,
    columns: [
      { name: 't', source: 'number', values: Float64Array.from(rows, ({ t }) => t) },
      { name: 'group', source: 'text', values: rows.map(({ g }) => 'ab'[g]!) },
      { name: 'x', source: 'number', values: Float64Array.from(x) }
    ]
  }
}

const fitted = async (table: RawTable, options: object = {}): Promise<GroupedModel> => {
  const model = await fitModel(
    snapshots,
    { input: table, options: { time: 't', by: 'group', reference: 'linear', ...options } },
    { engine }
  )
  if (!isGrouped(model)) throw new Error('no groups')
  return model
}

test('groups that relax to different means differ, and each has its own mean; paths stay in their group', async () => {
  const table = relaxing([0, 3], 40)
  const model = await fitted(table)
  const { test: told, own } = model.comparison!
  expect(told).toMatchObject({ differ: true, p: 0.01 })
  const [low, high] = own.map(([rate, offset]) => -offset! / rate!)
  expect(Math.abs(low!)).toBeLessThan(0.6)
  expect(Math.abs(high! - 3)).toBeLessThan(1)
  expect(model.groups.map(({ model: { marginals } }) => marginals.theta)).toEqual(own)
  const answer = await snapshots.draw(model, { rows: 6 }, { engine })
  const drawn = snapshots.present(model, answer, 'typed')
  expect(drawn.columns.map(({ name }) => name)).toEqual(['particle', 't', 'group', 'x'])
  const cells = (name: string, of: RawTable) => Array.from(of.columns.find((one) => one.name === name)!.values as ArrayLike<unknown>)
  const seen = new Map(cells('x', table).map((x, i) => [x, cells('group', table)[i]]))
  expect(cells('x', drawn).map((x) => seen.get(x))).toEqual(cells('group', drawn))
  expect(new Set(cells('particle', drawn)).size).toBe(6)
  const { topics, json } = snapshots.tell(model, { answer, request: {} })
  expect(JSON.stringify(topics[0])).toMatch(/Dynamics differ between groups of group \(p = 0\.01/)
  expect(json).toMatchObject({ by: 'group', groupTest: { p: 0.01 }, own: { a: {}, b: {} }, groups: { a: { theta: {} }, b: {} } })
})

test('groups that are alike share the parameters of all', { tags: ['slow'] }, async () => {
  const model = await fitted(relaxing([1, 1], 40))
  const { test: told, shared } = model.comparison!
  expect(told.differ).toBe(false)
  for (const { model: own } of model.groups) expect(own.marginals.theta).toEqual(shared)
})

test('without parameters groups are coupled by themselves, and nothing is tested', async () => {
  const model = await fitted(relaxing([0, 3], 10), { reference: 'brownian' })
  expect(model.comparison).toBeUndefined()
  expect(model.groups.map(({ model: { marginals } }) => marginals.couplings[0]!.problem.kernel.rows)).toEqual([10, 10])
})

test.each([
  [(cells: (string | null)[]) => cells.fill('a'), {}, 'groups-few'],
  [(cells: (string | null)[]) => cells.fill(null, 0, 1), {}, 'group-missing'],
  [(cells: (string | null)[]) => cells.fill('c', 0, 2), {}, 'snapshots-few'],
  [() => {}, { leaveOneOut: true }, 'option-combination'],
  [() => {}, { growth: 'estimate' }, 'growth-groups']
])('what cannot be grouped is refused (%#)', async (change, options, code) => {
  const table = relaxing([0, 3], 5)
  const labels = [...(table.columns[1]!.values as string[])] as (string | null)[]
  change(labels)
  const columns = table.columns.map((column) => (column.name === 'group' ? { ...column, values: labels } : column))
  await expect(fitted({ ...table, columns } as RawTable, options)).rejects.toMatchObject({ code })
})
