import { expect, test } from 'vitest'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFromSeed, permutation } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { rowsOfTable } from '../../table/records.js'
import { drawModel, fitModel } from '../system.js'
import type { TableFit, TableModel, TableRequest } from './options.js'
import { tables } from './system.js'
import { UNIQUE_WARNING } from './unique.js'

const context = { engine: new ReferenceEngine() }
const OPTIONS = { bandwidth: 0.3, scaling: 'standard', kernel: 'fixed', types: { period: 'category' } } as const
const CELLS = 100

/** Lessons of four classes, five days and five periods, of which some are free. */
function lessons(rowCount: number): RawTable {
  const order = Array.from(permutation(keyFromSeed(2), CELLS).slice(0, rowCount))
  const column = (name: string, of: (k: number) => string | number) => ({
    name,
    source: 'text' as const,
    values: order.map((k) => String(of(k)))
  })
  return {
    rowCount,
    columns: [
      column('class', (k) => 'ABCD'[k % 4]!),
      column('day', (k) => ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'][Math.floor(k / 4) % 5]!),
      column('period', (k) => 1 + Math.floor(k / 20)),
      column('noise', (k) => 30 + ((k * 37) % 41) + 3 * (k % 4))
    ]
  }
}

const fit = (raw: RawTable, options: TableFit = {}): Promise<TableModel> =>
  fitModel(tables, { input: raw, options: { ...OPTIONS, ...options } }, context)
const draw = (model: TableModel, request: TableRequest) => drawModel(tables, { model, request: { steps: 1, ...request } }, context)

async function places(model: TableModel, request: TableRequest): Promise<string[]> {
  const drawn = await draw(model, request)
  return rowsOfTable(tables.present(model, drawn, 'text')).map((row) => `${row.class} ${row.day} ${row.period}`)
}

test('new rows are told apart as those of the data, up to the last that there can be', async () => {
  const model = await fit(lessons(80))
  expect(model.unique).toEqual([{ columns: ['class', 'day', 'period'] }])
  for (const rows of [40, 80]) {
    const own = await places(model, { rows, seed: rows })
    expect(new Set(own).size).toBe(rows)
  }
  const off = await fit(lessons(80), { rules: 'off' })
  expect(off.unique).toBeUndefined()
  expect(new Set(await places(off, { rows: 48 })).size).toBeLessThan(48)
})

test('where nothing is left rows repeat, which is said; what somebody states is refused then', async () => {
  const found = await draw(await fit(lessons(80)), { rows: CELLS + 10 })
  expect(found.warnings).toMatchObject([{ name: UNIQUE_WARNING, message: expect.stringMatching(/^1\d of 110 rows repeat/) }])
  const stated = await fit(lessons(80), { rule: ['unique(class, day, period)'] })
  expect(stated.unique).toEqual([{ columns: ['class', 'day', 'period'], stated: true }])
  await expect(draw(stated, { rows: CELLS + 10 })).rejects.toMatchObject({ code: 'unique-space' })
})

test('a model file keeps what tells rows apart, and its rows', async () => {
  const model = await fit(lessons(80))
  const loaded = await tables.load(unpackModel(packModel(tables.save(model))), context)
  expect(loaded.unique).toEqual(model.unique)
  expect(await places(loaded, { rows: 40 })).toEqual(await places(model, { rows: 40 }))
  const { meta, ...rest } = tables.save(model)
  const other = { ...rest, meta: { ...(meta as object), unique: [{ columns: ['class', 'gone'] }] } }
  await expect((async () => tables.load(unpackModel(packModel(other)), context))()).rejects.toMatchObject({ code: 'model-damaged' })
})

test.each<[string, TableFit, string]>([
  ['that rows break', { rule: 'unique(class, day)' }, 'rule-broken'],
  ['of an unknown column', { rule: 'unique(class, dya)' }, 'rule-column'],
  ['beside groups', { rule: 'unique(class, day, period)', group: 'class' }, 'unique-group']
])('a rule %s is refused', async (_, options, code) => {
  await expect(fit(lessons(80), options)).rejects.toMatchObject({ code })
})

test('columns that differ in every row do so in new ones, found or stated', async () => {
  const teams = 'ABCDEF'
  const matches = (rowCount: number): RawTable => ({
    rowCount,
    columns: [
      { name: 'home', source: 'text', values: Array.from({ length: rowCount }, (_, i) => teams[i % 6]!) },
      { name: 'away', source: 'text', values: Array.from({ length: rowCount }, (_, i) => teams[(i + 1 + (((i * 7) % 11) % 5)) % 6]!) },
      { name: 'goals', source: 'text', values: Array.from({ length: rowCount }, (_, i) => String((i * 13) % 7)) }
    ]
  })
  const same = async (model: TableModel) =>
    rowsOfTable(tables.present(model, await draw(model, { rows: 300, seed: 4 }), 'text')).filter(({ home, away }) => home === away).length
  const found = await fit(matches(150), { types: {} })
  expect(found.unique).toContainEqual({ columns: ['home', 'away'], differ: true })
  expect(await same(found)).toBe(0)
  const saved = await tables.load(unpackModel(packModel(tables.save(found))), context)
  expect(await same(saved)).toBe(0)
  const stated = await fit(matches(40), { rule: 'home != away', types: {} })
  expect(stated.unique).toContainEqual({ columns: ['home', 'away'], differ: true, stated: true })
  expect(await same(stated)).toBe(0)
  // So few rows show it nobody else.
  expect(await same(await fit(matches(40), { rules: 'off', types: {} }))).toBeGreaterThan(0)
  const broken = matches(40)
  const [home, , goals] = broken.columns
  await expect(
    fit({ ...broken, columns: [home!, { ...home!, name: 'away' }, goals!] }, { rule: 'home != away', types: {} })
  ).rejects.toThrow('40 of 40 rows have the same in both: row 1')
})

/** Visits of patients, of whom every third came once, one in three twice, and the others nine times. */
function visits(): RawTable {
  const rows = Array.from({ length: 36 }, (_, patient) =>
    Array.from({ length: [1, 2, 9][patient % 3]! }, (_, visit) => [patient, visit] as const)
  ).flat()
  const column = (name: string, of: (patient: number, visit: number, row: number) => number | string) => ({
    name,
    source: 'text' as const,
    values: rows.map(([patient, visit], row) => String(of(patient, visit, row)))
  })
  return {
    rowCount: rows.length,
    columns: [
      column('patient', (patient) => `p${patient}x`),
      column('visit', (_, visit) => visit + 1),
      column('pressure', (patient, visit, row) => (120 + ((patient * 7) % 20) - visit + ((row * 13) % 9)).toFixed(1))
    ]
  }
}

test('rows that are drawn again leave keys as many as they have in the data: those of many rows lose none to those of few', async () => {
  const model = await fit(visits(), { types: { patient: 'category' } })
  expect(model.unique).toEqual([{ columns: ['patient', 'visit'] }])
  const rows = visits().rowCount
  for (const seed of [1, 2, 3]) {
    const drawn = rowsOfTable(tables.present(model, await draw(model, { rows, seed }), 'text'))
    const counts = new Map<string, number>()
    for (const { patient } of drawn) counts.set(String(patient), (counts.get(String(patient)) ?? 0) + 1)
    const moved = Array.from({ length: 36 }, (_, p) => Math.abs((counts.get(`p${p}x`) ?? 0) - [1, 2, 9][p % 3]!))
    // Without room for each it is 12 %.
    expect(moved.reduce((a, b) => a + b) / 2 / rows).toBeLessThan(0.05)
  }
})

/** A field of six rows and six columns in which each of six treatments stands once in each row and column, some orders of them. */
function square(): RawTable {
  const cells = Array.from({ length: 36 }, (_, i) => [Math.floor(i / 6), i % 6] as const)
  const column = (name: string, of: (row: number, col: number) => string | number) => ({
    name,
    source: 'text' as const,
    values: cells.map(([row, col]) => String(of(row, col)))
  })
  const treatment = (row: number, col: number) => ([0, 3, 1, 5, 2, 4][row]! + [2, 0, 5, 1, 4, 3][col]!) % 6
  return {
    rowCount: 36,
    columns: [
      column('row', (row) => row + 1),
      column('col', (_, col) => col + 1),
      column('treatment', (row, col) => 'abcdef'[treatment(row, col)]!),
      column('grown', (row, col) => (20 + 6 * treatment(row, col) + ((row * 7 + col * 5) % 11)).toFixed(2))
    ]
  }
}

test('rows of a Latin square are one again: where rows leave others no place, all have those of the data', async () => {
  const model = await fit(square(), { bandwidth: 1, types: {} })
  expect(model.unique).toEqual(
    [
      ['row', 'col'],
      ['row', 'treatment'],
      ['col', 'treatment']
    ].map((columns) => ({ columns }))
  )
  for (const seed of [1, 2, 3]) {
    const drawn = await draw(model, { rows: 36, seed })
    const rows = rowsOfTable(tables.present(model, drawn, 'text'))
    for (const [a, b] of [
      ['row', 'col'],
      ['row', 'treatment'],
      ['col', 'treatment']
    ] as const)
      expect(new Set(rows.map((row) => `${row[a]} ${row[b]}`)).size).toBe(36)
    expect(drawn.warnings).toEqual([])
  }
})

test('that nothing keeps the rows of a design apart is said where it is so', async () => {
  const notes = async (options: TableFit) => tables.tell(await fit(square(), { types: {}, ...options })).notes.join()
  expect(await notes({})).not.toContain('as in a design')
  expect(await notes({ rules: 'off' })).toMatch(/row and col: each of 6 × 6 combinations is in one row, as in a design/)
})
