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
const [CLASSES, COURSES, ROOMS, LESSONS, HOURS] = [30, 90, 20, 400, 40]
const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const u = uniforms(keyFor(keyFromSeed(8), 'school'), 4 * LESSONS)
const sizes = upTo(CLASSES).map((c) => 14 + ((11 * c) % 17))
const places = upTo(ROOMS).map((r) => 18 + ((5 * r) % 16))

/** Lessons of courses, of a class each, in rooms: those with places for all of the class, one in an hour of the week; `free`: in any. */
function school(free = false) {
  const taken = new Set<string>()
  const lessons = upTo(LESSONS).map((i) => {
    const course = Math.floor(COURSES * u[i]!)
    const open = upTo(ROOMS).filter((r) => free || places[r]! >= sizes[course % CLASSES]!)
    let room = open[Math.floor(open.length * u[LESSONS + i]!)]!
    let hour = Math.floor(HOURS * u[3 * LESSONS + i]!)
    for (let k = 1; !free && taken.has(`${room} ${hour}`); k++) {
      hour = (hour + 1) % HOURS
      if (k % HOURS === 0) room = open[(open.indexOf(room) + 1) % open.length]!
    }
    taken.add(`${room} ${hour}`)
    return { course, room, hour }
  })
  return {
    classes: table(text('id', upTo(CLASSES).map((c) => `c${c}`)), text('size', sizes)), // biome-ignore format: one line
    courses: table(text('id', upTo(COURSES).map((c) => `k${c}`)), text('class_id', upTo(COURSES).map((c) => `c${c % CLASSES}`)), text('hours', upTo(COURSES).map((c) => 1 + (c % 4)))), // biome-ignore format: one line
    rooms: table(text('id', upTo(ROOMS).map((r) => `r${r}`)), text('places', places)), // biome-ignore format: one line
    lessons: table(text('course_id', lessons.map(({ course }) => `k${course}`)), text('room_id', lessons.map(({ room }) => `r${room}`)), text('hour', lessons.map(({ hour }) => `h${hour}`)), text('minutes', lessons.map((_, i) => (u[2 * LESSONS + i]! < 0.5 ? 45 : 90)))) // biome-ignore format: one line
  }
}
const KEYS = ['courses.class_id -> classes.id', 'lessons.course_id -> courses.id', 'lessons.room_id -> rooms.id']
const BETWEEN = 'lessons: room_id.places >= course_id.class_id.size'
const APART = 'lessons: unique(room_id, hour)'

it('rows that refer to two keep to bounds between these and apart, as the summary says, and evaluate counts those that do not', async () => {
  const real = { tables: school() }
  const model = await fitSchema(real, { keys: KEYS, bandwidth: 0.5, scaling: 'standard', seed: 1 }, { engine })
  const drawn = await drawSchema(model, { seed: 3 }, { engine })
  expect(tellSchema(model, drawn).json.copies).toEqual(expect.arrayContaining([BETWEEN, APART]))
  const tables = Object.fromEntries([...drawn].map(([name, one]) => [name, presentDrawn(model.tables[name]!, one, 'text')]))
  expect(tables.lessons!.rowCount).toBeGreaterThan(0.95 * LESSONS)
  const broken = async (synthetic: Readonly<Record<string, RawTable>>) => {
    const { rules } = await evaluateSchema({ real, synthetic: { tables: synthetic }, keys: KEYS }, { engine })
    return [BETWEEN, APART].map((name) => rules.find(({ rule }) => rule === name)?.broken)
  }
  expect(await broken(tables)).toEqual([0, 0])
  for (const count of await broken(school(true))) expect(count).toBeGreaterThan(LESSONS / 20)
})
