import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import { drawSchema } from './draw.js'
import { fitSchema } from './fit.js'
import { startLaw } from './start-law.js'

const [DEPARTMENTS, PEOPLE] = [8, 96]
const u = (label: string, count: number) => uniforms(keyFor(keyFromSeed(6), label), count)
const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })

/** People of departments, the first of each its head, to whom all others of it report; or, `anywhere`, to the head of some department. */
function firm(anywhere = false) {
  const [pay, other] = [u('pay', PEOPLE), u('other', PEOPLE)]
  const manager = (i: number) => (i < DEPARTMENTS ? '' : `p${anywhere ? Math.floor(DEPARTMENTS * other[i]!) : i % DEPARTMENTS}`)
  const people = [...Array(PEOPLE).keys()]
  return {
    departments: table(text('id', people.slice(0, DEPARTMENTS).map((d) => `d${d}`)), text('budget', Array.from(u('budget', DEPARTMENTS), (x) => String(Math.floor(1000 * x))))), // biome-ignore format: one line
    people: table(text('id', people.map((i) => `p${i}`)), text('department', people.map((i) => `d${i % DEPARTMENTS}`)), text('manager', people.map(manager)), text('pay', people.map((i) => String(Math.floor((i < DEPARTMENTS ? 90 : 30) + 20 * pay[i]!))))) // biome-ignore format: one line
  }
}
const KEYS = ['people.department -> departments.id', 'people.manager -> people.id']

const cells = ({ columns }: Table, name: string): readonly (string | null)[] => {
  const column = columns.find((one) => one.name === name)!
  return 'cells' in column ? (column.cells ?? []) : []
}

it('rows refer to rows of their own table that lead where they do, and as many of each lead to none', async () => {
  const context = { engine: await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }) }
  const fitted = (tables: ReturnType<typeof firm>) =>
    fitSchema({ tables }, { keys: KEYS, bandwidth: 0.5, scaling: 'standard', seed: 1 }, context)
  const model = await fitted(firm())
  const [law] = model.tables.people!.within
  expect([law!.shared?.map(({ column }) => column), law!.single]).toEqual([['department'], true])
  const { table: drawn } = (await drawSchema(model, { seed: 2 }, context)).get('people')!
  const [ids, of, managers] = ['id', 'department', 'manager'].map((name) => cells(drawn, name)) as (readonly (string | null)[])[]
  const heads = of!.filter((_, i) => managers![i] === null || managers![i] === '')
  expect([heads.length, new Set(heads).size]).toEqual([new Set(of).size, new Set(of).size])
  for (const [i, manager] of managers!.entries()) if (manager) expect(of![ids!.indexOf(manager)]).toBe(of![i])
  expect((await fitted(firm(true))).tables.people!.within[0]!.shared).toBeUndefined()
})

it('days are not before the day of a moment, and moments not before a moment', () => {
  const DAY = 86_400_000
  const groups = 40
  const opened = Float64Array.from({ length: groups }, (_, g) => (3 * g + 0.4) * DAY)
  const parent: Table = { columns: [{ name: 'opened', kind: 'datetime', values: opened }], rowCount: groups }
  const groupOf = Int32Array.from({ length: groups }, (_, g) => g)
  const ticks = { kind: 'steps' as const, origin: 0, unit: DAY, least: 0 }
  const law = (late: number) => startLaw({ at: Float64Array.from(groupOf, (g) => 3 * g + (g % 2) + late), groupOf }, parent, ticks)
  expect(law(0)).toMatchObject({ column: 'opened', begun: true })
  expect(law(1)).toMatchObject({ column: 'opened' })
  expect(law(1)!.begun).toBeUndefined()
  expect(law(-1)).toBeUndefined()
})
