import { beforeAll, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { ruledSnapshots } from './ruled-snapshots.js'
import { coordinatesOf, type SnapshotsOptions, snapshots } from './system.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

/** Particles at three times: a key, two coordinates, their sum, a threshold of one, and a label that has nothing to do with them. */
function particles(): RawTable {
  const count = 60
  const noise = (label: string) => normals(keyFor(keyFromSeed(8), label), count)
  const [x, y] = [noise('x'), noise('y')]
  const rows = Array.from({ length: count }, (_, i) => {
    const day = Math.floor(i / 20)
    const [a, b] = [(2 + day + x[i]!).toFixed(2), (5 - day + y[i]!).toFixed(2)]
    const sum = (Number(a) + Number(b)).toFixed(2)
    return { cell: `C-${100 + 7 * i}`, day: `${day}`, a, sum, b, high: Number(a) >= 3 ? 'yes' : 'no', label: 'uv'[i % 2]! }
  })
  const columns = Object.keys(rows[0]!).map((name) => ({ name, source: 'text' as const, values: rows.map((row) => row[name as 'a']) }))
  return { columns, rowCount: count }
}

const asked: SnapshotsOptions = { time: 'day', exclude: ['label'], reference: 'brownian', seed: 1 }
const request = { rows: 6, at: [0.5], seed: 2 }

it('paths keep formulas and thresholds at all times, from a model file too; keys are no coordinates', async () => {
  const model = await snapshots.fit(particles(), asked, { engine })
  expect(coordinatesOf(model)).toEqual(['a', 'b'])
  const again = await snapshots.load(unpackModel(packModel(snapshots.save(model))), { engine })
  const rowsOf = async (of: typeof model) => snapshots.present(of, await snapshots.draw(of, request, { engine }), 'text')
  const { columns, rowCount } = await rowsOf(model)
  expect(await rowsOf(again)).toEqual({ columns, rowCount })
  expect(columns.map(({ name }) => name)).toEqual(['particle', 'day', 'a', 'sum', 'b', 'high'])
  const at = (name: string, row: number) => String(columns.find((one) => one.name === name)!.values[row])
  expect(rowCount).toBe(24)
  for (let row = 0; row < rowCount; row++) {
    expect(at('sum', row)).toBe((Number(at('a', row)) + Number(at('b', row))).toFixed(2))
    expect(at('high', row)).toBe(Number(at('a', row)) >= 3 ? 'yes' : 'no')
  }
  expect(snapshots.tell(again).notes.join('\n')).toMatch(/cell: text of which no two are alike: names particles, and is no coordinate/)
  expect(snapshots.summary(again)).toMatchObject({ rules: ['sum = a + b', 'high = a >= 3'] })
})

it('a rule of the user’s own goes first; what a path cannot keep is refused', async () => {
  const fit = (more: Partial<SnapshotsOptions>) => snapshots.fit(particles(), { ...asked, ...more }, { engine })
  expect(coordinatesOf(await fit({ rule: 'b = sum - a' }))).toEqual(['a', 'sum'])
  expect(coordinatesOf(await fit({ rules: 'off', exclude: ['label', 'high', 'cell'] }))).toEqual(['a', 'sum', 'b'])
  for (const rule of ['sum >= a', 'high -> label'])
    await expect(fit({ rule, exclude: rule.includes('label') ? [] : ['label'] })).rejects.toThrow(
      expect.objectContaining({ code: rule.includes('label') ? 'rule-broken' : 'rule-trajectories' })
    )
})

it('labels, numbers of particles, and what is one value for each are no coordinates, and said', () => {
  const names = ({ columnNames, notes }: ReturnType<typeof ruledSnapshots>) => [columnNames, notes ?? []]
  expect(names(ruledSnapshots(particles(), { time: 'day' }))).toEqual([
    ['a', 'b'],
    [expect.stringMatching(/^cell: .*names particles/), expect.stringMatching(/^label: words: labels particles/)]
  ])
  const text = (name: string, of: (i: number) => unknown) => ({
    name,
    source: 'text' as const,
    values: Array.from({ length: 60 }, (_, i) => String(of(i)))
  })
  const weight = text('weight', (i) => (40 + 3 * (i % 20) + 11 * Math.floor(i / 20) + ((i * i) % 7) / 10).toFixed(1))
  const chicks = (chick: (i: number) => number): RawTable => ({
    columns: [text('day', (i) => Math.floor(i / 20)), text('chick', chick), text('diet', (i) => (i % 20) % 4), weight],
    rowCount: 60
  })
  expect(
    names(
      ruledSnapshots(
        chicks((i) => 1 + (i % 20)),
        { time: 'day' }
      )
    )
  ).toEqual([
    ['weight'],
    [
      expect.stringMatching(/^chick: whole numbers, each once a time/),
      expect.stringMatching(/^diet: one value for each chick/),
      expect.stringMatching(/^chick comes once a time and again at others.*--group chick --time day/)
    ]
  ])
  // Of words, and of a column that is left out, too.
  const words = chicks((i) => 1 + (i % 20))
  const named = {
    ...words,
    columns: words.columns.map((one) => (one.name === 'chick' ? text('chick', (i) => `c-${'abcdefghijklmnopqrst'[i % 20]}`) : one))
  }
  expect(ruledSnapshots(named as RawTable, { time: 'day' }).columnNames).toEqual(['weight'])
  expect(ruledSnapshots(words, { time: 'day', exclude: ['chick'] }).columnNames).toEqual(['weight'])
  // Numbers that differ within a time and never come again are a measurement; and what is named is taken.
  expect(
    ruledSnapshots(
      chicks((i) => 3 * i * i),
      { time: 'day' }
    ).columnNames
  ).toEqual(['chick', 'diet', 'weight'])
  expect(
    ruledSnapshots(
      chicks((i) => 1 + (i % 20)),
      { time: 'day', columns: ['chick', 'weight'] }
    ).columnNames
  ).toEqual(['chick', 'weight'])
  // A mistake among numbers is none of these.
  const broken = { ...weight, values: weight.values.with(3, '4o') }
  expect(() =>
    ruledSnapshots({ columns: [text('day', (i) => i % 3), text('x', (i) => i * i), broken], rowCount: 60 }, { time: 'day' })
  ).toThrow('"4o" in column weight, row 4')
  const commas = { ...broken, values: broken.values.map((cell) => cell.replace('.', ',')) }
  expect(() =>
    ruledSnapshots({ columns: [text('day', (i) => i % 3), text('x', (i) => i * i), commas], rowCount: 60 }, { time: 'day' })
  ).toThrow('in column weight')
})

it('numbers of which all particles of a time have the same are no coordinates, and said', () => {
  const numbers = (name: string, of: (i: number) => number) => ({
    name,
    source: 'number' as const,
    values: Float64Array.from({ length: 60 }, (_, i) => of(i))
  })
  const visits: RawTable = {
    columns: [
      numbers('age', (i) => 0.5 * Math.floor(i / 20)),
      numbers('occasion', (i) => 1 + Math.floor(i / 20)),
      numbers('height', (i) => 140 + 2.5 * Math.floor(i / 20) + ((i * 7) % 20) / 3),
      numbers('visits', () => 9)
    ],
    rowCount: 60
  }
  const { columnNames, notes } = ruledSnapshots(visits, { time: 'age' })
  expect(columnNames).toEqual(['height'])
  expect(notes).toEqual([
    'occasion: one value at each age: goes with it, and is no coordinate',
    'visits: one value at each age: goes with it, and is no coordinate'
  ])
  // What is named is taken, and refused by the fit.
  expect(ruledSnapshots(visits, { time: 'age', columns: ['occasion', 'height'] }).columnNames).toEqual(['occasion', 'height'])
})
