import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { drawSchema } from './draw.js'
import { presentDrawn } from './drawn-table.js'
import { evaluateSchema } from './evaluate.js'
import { fitSchema } from './fit.js'
import { tellSchema } from './tell.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const [CLASSES, COURSES, ROOMS, LESSONS] = [30, 90, 20, 400]
const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const u = uniforms(keyFor(keyFromSeed(8), 'school'), 3 * LESSONS)
const sizes = upTo(CLASSES).map((c) => 14 + ((11 * c) % 17))
const places = upTo(ROOMS).map((r) => 18 + ((5 * r) % 16))

/** Lessons of courses, of a class each, in rooms: those with places for all of the class; `free`: in any. */
function school(free = false) {
  const lessons = upTo(LESSONS).map((i) => {
    const course = Math.floor(COURSES * u[i]!)
    const open = upTo(ROOMS).filter((r) => free || places[r]! >= sizes[course % CLASSES]!)
    return { course, room: open[Math.floor(open.length * u[LESSONS + i]!)]! }
  })
  return {
    classes: table(text('id', upTo(CLASSES).map((c) => `c${c}`)), text('size', sizes)), // biome-ignore format: one line
    courses: table(text('id', upTo(COURSES).map((c) => `k${c}`)), text('class_id', upTo(COURSES).map((c) => `c${c % CLASSES}`)), text('hours', upTo(COURSES).map((c) => 1 + (c % 4)))), // biome-ignore format: one line
    rooms: table(text('id', upTo(ROOMS).map((r) => `r${r}`)), text('places', places)), // biome-ignore format: one line
    lessons: table(text('course_id', lessons.map(({ course }) => `k${course}`)), text('room_id', lessons.map(({ room }) => `r${room}`)), text('minutes', lessons.map((_, i) => (u[2 * LESSONS + i]! < 0.5 ? 45 : 90)))) // biome-ignore format: one line
  }
}
const KEYS = ['courses.class_id -> classes.id', 'lessons.course_id -> courses.id', 'lessons.room_id -> rooms.id']
const RULE = 'lessons: room_id.places >= course_id.class_id.size'

it('rows that refer to two keep to bounds between these, as the summary says, and evaluate counts those that do not', async () => {
  const real = { tables: school() }
  const model = await fitSchema(real, { keys: KEYS, bandwidth: 0.5, scaling: 'standard', seed: 1 }, { engine })
  const drawn = await drawSchema(model, { seed: 3 }, { engine })
  expect(tellSchema(model, drawn).json.copies).toContain(RULE)
  const tables = Object.fromEntries([...drawn].map(([name, one]) => [name, presentDrawn(model.tables[name]!, one, 'text')]))
  expect(tables.lessons!.rowCount).toBe(LESSONS)
  const broken = async (synthetic: Readonly<Record<string, RawTable>>) => {
    const { rules } = await evaluateSchema({ real, synthetic: { tables: synthetic }, keys: KEYS }, { engine })
    return rules.find(({ rule }) => rule === RULE)?.broken
  }
  expect(await broken(tables)).toBe(0)
  expect(await broken(school(true))).toBeGreaterThan(LESSONS / 20)
})
