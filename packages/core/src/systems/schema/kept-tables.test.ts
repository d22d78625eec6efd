import { beforeAll, describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import type { SystemContext } from '../host.js'
import { drawSchema } from './draw.js'
import { presentDrawn } from './drawn-table.js'
import { fitSchema } from './fit.js'
import { scaledCounts } from './kept-tables.js'
import { planSchema } from './plan.js'
import { tellSchema } from './tell.js'

const [FIRMS, USERS] = [40, 200]
const u = uniforms(keyFor(keyFromSeed(9), 'users'), 2 * USERS)
const text = (name: string, values: readonly (string | null)[]) => ({ name, source: 'text' as const, values })
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })
const firm = Array.from({ length: USERS }, (_, i) => (i < FIRMS ? i : Math.floor(FIRMS * u[i]!)))
/** The first of each firm is its owner, others members or viewers; owners alone pay. */
const role = firm.map((_, i) => (i < FIRMS ? 1 : u[USERS + i]! < 0.7 ? 2 : 3))
const schema = {
  tables: {
    roles: table(text('id', ['1', '2', '3']), text('name', ['owner', 'member', 'viewer']), text('level', ['09', 'NA', '1.50'])),
    firms: table(text('id', Array.from({ length: FIRMS }, (_, f) => `f${f}`)), text('size', Array.from({ length: FIRMS }, (_, f) => String(3 + ((f * 7) % 31))))), // biome-ignore format: one line
    users: table(text('firm_id', firm.map((f) => `f${f}`)), text('role_id', role.map(String)), text('pays', role.map((one, i) => (one === 1 ? (20 + 9 * u[i]!).toFixed(2) : '0.00')))) // biome-ignore format: one line
  },
  keys: {
    primary: { roles: 'id', firms: 'id' },
    foreign: [
      { table: 'users', column: 'firm_id', to: { table: 'firms', column: 'id' } },
      { table: 'users', column: 'role_id', to: { table: 'roles', column: 'id' } }
    ]
  }
}
const options = { bandwidth: 0.5, scaling: 'standard', seed: 1 } as const
let context: SystemContext
beforeAll(async () => {
  context = { engine: await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }) }
})

async function drawn(keep: string | undefined, scale: number) {
  const model = await fitSchema(schema, { ...options, keep }, context)
  const tables = await drawSchema(model, { seed: 2, scale, pseudonyms: 'numbers' }, context)
  const cells = (name: string, column: string) => {
    const raw = presentDrawn(model.tables[name]!, tables.get(name)!, 'text')
    return raw.columns.find((one) => one.name === column)!.values as readonly (string | null)[]
  }
  return { model, tables, cells }
}

describe('a table that is kept', () => {
  it('stays as it is written, and which of its rows another refers to is a category of that', async () => {
    const { model, tables, cells } = await drawn('roles', 2)
    for (const { name, values } of schema.tables.roles.columns) expect(cells('roles', name)).toEqual(values)
    const roles = cells('users', 'role_id')
    expect(new Set(roles)).toEqual(new Set(['1', '2', '3']))
    expect(roles.length).toBeGreaterThan(1.5 * USERS)
    // Where types are told the key is a number still.
    const typed = presentDrawn(model.tables.users!, tables.get('users')!, 'typed').columns.find(({ name }) => name === 'role_id')!
    expect(typed.source).toBe('number')
    // Each firm has one owner, and owners alone pay.
    const owners = cells('users', 'firm_id').filter((_, i) => roles[i] === '1')
    expect([owners.length, new Set(owners).size]).toEqual([2 * FIRMS, 2 * FIRMS])
    expect(cells('users', 'pays').every((cell, i) => (cell === '0.00') === (roles[i] !== '1'))).toBe(true)
    expect(tellSchema(model).notes.some((note) => note.startsWith('roles: kept as it is; users.role_id -> roles.id is a category'))).toBe(
      true
    )
  })

  it('is a category to rows that refer to those which refer to it, and to rows that choose among these', async () => {
    const VISITS = 500
    const own = Array.from({ length: VISITS }, (_, i) => Math.floor((i * 37) % USERS))
    const visits = table(
      text('user', own.map(String)),
      text(
        'kind',
        own.map((one) => (role[one] === 1 ? 'pay' : role[one] === 2 ? 'edit' : 'view'))
      ),
      text(
        'asked',
        own.map((_, i) => String((i * 91) % USERS))
      )
    )
    const users = table(
      text(
        'id',
        firm.map((_, i) => String(i))
      ),
      ...schema.tables.users.columns
    )
    const all = {
      tables: { ...schema.tables, users, visits },
      keys: {
        primary: { ...schema.keys.primary, users: 'id' },
        foreign: [
          ...schema.keys.foreign,
          { table: 'visits', column: 'user', to: { table: 'users', column: 'id' } },
          { table: 'visits', column: 'asked', to: { table: 'users', column: 'id' } }
        ]
      }
    }
    const model = await fitSchema(all, { ...options, keep: 'roles' }, context)
    const tables = await drawSchema(model, { seed: 2 }, context)
    const cells = (name: string, column: string) =>
      presentDrawn(model.tables[name]!, tables.get(name)!, 'text').columns.find((one) => one.name === column)!.values as readonly string[]
    const [ids, roles, kinds] = [cells('users', 'id'), cells('users', 'role_id'), cells('visits', 'kind')]
    const told = cells('visits', 'user').map((id) => ({ 1: 'pay', 2: 'edit', 3: 'view' })[roles[ids.indexOf(id)]!])
    expect(kinds.filter((kind, i) => kind !== told[i]).length).toBeLessThan(0.1 * VISITS)
    expect(cells('visits', 'asked').every((id) => ids.includes(id))).toBe(true)
  })

  it('whose rows few refer to has as many rows that refer to each as in the data', async () => {
    const { cells, tables } = await drawn('firms', 1)
    expect(cells('firms', 'size')).toEqual(schema.tables.firms.columns[1]!.values)
    const times = (all: readonly (string | null)[]) =>
      Array.from({ length: FIRMS }, (_, f) => all.filter((cell) => cell === `f${f}`).length)
    expect(times(cells('users', 'firm_id'))).toEqual(times(firm.map((f) => `f${f}`)))
    expect(tables.get('roles')!.table.rowCount).toBe(3)
  })

  it('is planned and suggested where it looks like a list, and one that is not there refused', async () => {
    const { tables } = planSchema({ schema, options: { ...options, keep: ['roles'] } }, { scale: 2 })
    expect(tables.map(({ table: name, drawnRows, isKept }) => [name, drawnRows, isKept])).toEqual([
      ['roles', 3, true],
      ['firms', 2 * FIRMS, false],
      ['users', 2 * USERS, false]
    ])
    const notes = tellSchema(await fitSchema(schema, options, context)).notes.filter((note) => note.includes('--keep'))
    expect(notes).toHaveLength(1)
    expect(notes[0]).toContain('roles: 3 rows that others refer to 66 times each, as to a list: made up anew; --keep roles')
    await expect(fitSchema(schema, { ...options, keep: 'role' }, context)).rejects.toMatchObject({ code: 'table-unknown' })
    await expect(fitSchema(schema, { ...options, keep: 'roles, users' }, context)).rejects.toMatchObject({ code: 'keep-all' })
  })
})

it('numbers of rows of a kept table are scaled so that their sum is', () => {
  expect([...scaledCounts(Float64Array.of(1, 0, 3, 1, 2), 0.5)]).toEqual([1, 0, 1, 1, 1])
  expect([...scaledCounts(Float64Array.of(1, 0, 3), 3)]).toEqual([3, 0, 9])
})
