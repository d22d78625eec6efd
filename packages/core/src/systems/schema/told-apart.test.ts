import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { drawSchema } from './draw.js'
import { presentDrawn } from './drawn-table.js'
import { evaluateSchema } from './evaluate.js'
import { fitSchema } from './fit.js'
import { apartByExchange, elsewhere, statedApart } from './told-apart.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const [ROOMS, TEACHERS, LESSONS, HOURS] = [20, 12, 60, 60]
const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const u = uniforms(keyFor(keyFromSeed(2), 'school'), 4 * LESSONS)

/** So few lessons that chance might have each room for one in an hour. */
function school({ free = false, teachers = false } = {}) {
  const taken = new Set<string>()
  const lessons = upTo(LESSONS).map((i) => {
    const room = Math.floor(ROOMS * u[i]!)
    let hour = Math.floor((free ? 4 : HOURS) * u[LESSONS + i]!)
    while (!free && taken.has(`${room} ${hour}`)) hour = (hour + 1) % HOURS
    taken.add(`${room} ${hour}`)
    return { room, hour, teacher: Math.floor(TEACHERS * u[2 * LESSONS + i]!) }
  })
  return {
    rooms: table(text('id', upTo(ROOMS).map((r) => `r${r}`)), text('seats', upTo(ROOMS).map((r) => 10 + ((7 * r) % 13)))), // biome-ignore format: one line
    ...(teachers ? { teachers: table(text('id', upTo(TEACHERS).map((t) => `t${t}`)), text('age', upTo(TEACHERS).map((t) => 25 + ((11 * t) % 37)))) } : {}), // biome-ignore format: one line
    lessons: table(text('room_id', lessons.map(({ room }) => `r${room}`)), ...(teachers ? [text('teacher_id', lessons.map(({ teacher }) => `t${teacher}`))] : []), text('hour', lessons.map(({ hour }) => hour)), text('pupils', lessons.map((_, i) => Math.floor(5 + 20 * u[3 * LESSONS + i]!)))) // biome-ignore format: one line
  }
}
const keysOf = (teachers: boolean) => ['lessons.room_id -> rooms.id', ...(teachers ? ['lessons.teacher_id -> teachers.id'] : [])]
const APART = 'lessons: unique(room_id, hour)'

describe('what a database says tells rows apart', () => {
  it.each([false, true])(
    'does so in new rows, which say nothing of it by themselves; evaluate counts those that agree: teachers %s',
    async (teachers) => {
      const keys = keysOf(teachers)
      const tables = school({ teachers })
      const says = { lessons: { types: {}, rules: ['unique(`room_id`, `hour`)'] } }
      const drawn = async (said: boolean) => {
        const schema = { tables, ...(said ? { says } : {}) }
        const model = await fitSchema(schema, { keys, bandwidth: 0.5, scaling: 'standard', seed: 1 }, { engine })
        const all = await drawSchema(model, { seed: 3, scale: 3 }, { engine })
        return Object.fromEntries([...all].map(([name, one]) => [name, presentDrawn(model.tables[name]!, one, 'text')]))
      }
      const broken = async (synthetic: Readonly<Record<string, RawTable>>) => {
        const { rules } = await evaluateSchema({ real: { tables, says }, synthetic: { tables: synthetic }, keys }, { engine })
        return rules.find(({ rule }) => rule === APART)?.broken
      }
      const kept = await drawn(true)
      expect(await broken(kept)).toBe(0)
      expect(await broken(await drawn(false))).toBeGreaterThan(0)
      expect(await broken(school({ free: true, teachers }))).toBeGreaterThan(LESSONS / 20)
      // Rows in the way have changed places, and are not left out.
      expect(kept.lessons!.rowCount).toBe(3 * LESSONS)
    }
  )

  it.each([false, true])('leaves no row out while there are places: teachers %s', async (teachers) => {
    const [few, hours] = [5, 12]
    const lessons = upTo(50).map((k) => (7 * k) % (few * hours))
    const tables = {
      rooms: table(text('id', upTo(few).map((r) => `r${r}`)), text('seats', upTo(few).map((r) => 10 + ((7 * r) % 13)))), // biome-ignore format: one line
      ...(teachers ? { teachers: school({ teachers }).teachers! } : {}),
      lessons: table(text('room_id', lessons.map((k) => `r${k % few}`)), ...(teachers ? [text('teacher_id', lessons.map((_, i) => `t${Math.floor(TEACHERS * u[i]!)}`))] : []), text('hour', lessons.map((k) => Math.floor(k / few))), text('pupils', lessons.map((_, i) => Math.floor(5 + 20 * u[3 * LESSONS + i]!)))) // biome-ignore format: one line
    }
    const says = { lessons: { types: {}, rules: ['unique(`room_id`, `hour`)'] } }
    const model = await fitSchema({ tables, says }, { keys: keysOf(teachers), bandwidth: 0.5, scaling: 'standard', seed: 1 }, { engine })
    for (const seed of [1, 2, 3]) {
      const own = presentDrawn(model.tables.lessons!, (await drawSchema(model, { seed }, { engine })).get('lessons')!, 'text')
      const cells = (name: string) => own.columns.find((column) => column.name === name)!.values
      expect(own.rowCount).toBe(lessons.length)
      expect(new Set(upTo(own.rowCount).map((i) => `${cells('room_id')[i]} ${cells('hour')[i]}`)).size).toBe(lessons.length)
    }
  })

  it('is said to hold for no key that is drawn last', async () => {
    const nodes = table(text('id', upTo(40).map((i) => `n${i}`)), text('parent', upTo(40).map((i) => (i < 2 ? '' : `n${Math.floor(i / 3)}`))), text('place', upTo(40).map((i) => (i + 1) % 3)), text('size', upTo(40).map((i) => (7 * i) % 31))) // biome-ignore format: one line
    const fitted = (rule: string) =>
      fitSchema(
        { tables: { nodes }, says: { nodes: { types: {}, rules: [rule] } } },
        { keys: 'nodes.parent -> nodes.id', bandwidth: 0.5, scaling: 'standard' },
        { engine }
      )
    const notes = async (rule: string) => (await fitted(rule)).tables.nodes!.notes.filter((note) => note.startsWith('unique'))
    expect(await notes('unique(parent, place)')).toEqual([
      'unique(parent, place): new rows may agree in these: they are drawn apart from each other'
    ])
    expect(await notes('unique(id, parent)')).toEqual([])
  })
})

describe('sets of columns', () => {
  const key = (column: string, and?: string) => ({
    table: 'lines',
    column,
    to: { table: 'others', column: 'id' },
    ...(and ? { and: [{ column: and, to: 'no' }] } : {})
  })
  const own = { columns: [{ name: 'x', kind: 'number' as const, values: Float64Array.of(1, 1, 2, 3) }], rowCount: 4 }

  it('have keys of several columns as one, and none of which a part is not theirs', () => {
    expect(statedApart([['a', 'x', 'b']], own, [key('a', 'b')])).toEqual([['a', 'x']])
    expect(statedApart([['a', 'x'], ['a', 'y'], ['x']], own, [key('a', 'b')])).toEqual([['x']]) // biome-ignore format: one line
  })

  it('come apart as others are, in all sets that have it', () => {
    const [a, b] = [Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 0)]
    const led = [{ key: key('a'), rowOf: a }, { key: key('b'), rowOf: b }] // biome-ignore format: one line
    const how = { own, led, moves: () => true, choosesAgain: () => false, round: 1 }
    const from = (sets: string[][]) => Array.from(elsewhere(['a', 'x'], new Set([1]), sets, how).from)
    expect(from([['a', 'x']])).toEqual([0, 2, 2, 3])
    // Row 2 has its x beside the same b.
    expect(from([['a', 'x'], ['b', 'x']])).toEqual([0, 3, 2, 3]) // biome-ignore format: one line
  })

  it('come apart by changes of places, where there are others', () => {
    const of = (rows: number[]) =>
      Array.from(apartByExchange(['a', 'x'], own, [{ key: key('a'), rowOf: Int32Array.from(rows) }], () => true))
    expect(of([0, 0, 1, 1])).toEqual([0, 2, 1, 3])
    expect(of([0, 1, 0, 1])).toEqual([0, 1, 2, 3])
    expect(of([0, 0, 0, 0])).toEqual([0, 1, 2, 3])
  })
})
