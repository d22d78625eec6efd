import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { Table } from '../../table/table.js'
import { countCeiling, mostOf, underCeiling } from './count-ceiling.js'
import { drawSchema } from './draw.js'
import { presentDrawn } from './drawn-table.js'
import { fitSchema } from './fit.js'
import { pickRows } from './pick-law.js'

const ROWS = 90
const [u, v] = [uniforms(keyFor(keyFromSeed(7), 'places'), ROWS), uniforms(keyFor(keyFromSeed(7), 'asked'), ROWS)]
const places = Float64Array.from(u, (x) => 10 + 5 * Math.floor(3 * x))
const of: Table = {
  rowCount: ROWS,
  columns: [
    { name: 'level', kind: 'integer', values: Float64Array.from(v, (x) => 100 * Math.floor(1 + 3 * x)) },
    { name: 'places', kind: 'integer', values: places }
  ]
}
/** As many as ask for a place, up to the last one. */
const counts = places.map((most, i) => Math.min(most, Math.floor(8 + 14 * v[i]!)))

it('rows that come up to a number of theirs as to a wall have that as their most', () => {
  expect(countCeiling(counts, of)).toBe('places')
  // What no row comes near to is none, nor what one row is beyond, nor what none refers to.
  expect(
    countCeiling(
      counts.map((count) => Math.ceil(count / 4)),
      of
    )
  ).toBeUndefined()
  expect(
    countCeiling(
      counts.map((count, i) => (i === 3 ? 40 : count)),
      of
    )
  ).toBeUndefined()
  const free: Table = {
    rowCount: ROWS,
    columns: [{ name: 'price', kind: 'integer', values: Float64Array.from(u, (x) => (x < 0.3 ? 0 : 49)) }]
  }
  expect(
    countCeiling(
      Float64Array.from(u, (x, i) => (x < 0.3 ? 0 : 1 + (i % 12))),
      free
    )
  ).toBeUndefined()
})

it('rows that find no place are left out', async () => {
  const [students, courses] = [300, 60]
  const [w, x] = [uniforms(keyFor(keyFromSeed(11), 'ages'), students), uniforms(keyFor(keyFromSeed(11), 'levels'), courses)]
  const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
  const ids = (count: number) => Array.from({ length: count }, (_, i) => i + 1)
  const asked = uniforms(keyFor(keyFromSeed(11), 'asked'), courses)
  const rooms = Array.from(x, (one) => 10 + 5 * Math.floor(3 * one))
  // Most courses are full, or nearly.
  const taken = rooms.flatMap((room, course) => new Array<number>(Math.min(room, Math.floor(13 + 10 * asked[course]!))).fill(course + 1))
  const schema = {
    tables: {
      students: {
        rowCount: students,
        columns: [
          text('id', ids(students)),
          text(
            'age',
            Array.from(w, (one) => 18 + Math.floor(9 * one))
          )
        ]
      },
      courses: { rowCount: courses, columns: [text('id', ids(courses)), text('places', rooms)] },
      taken: {
        rowCount: taken.length,
        columns: [text('student', taken.map((_, i) => 1 + ((i * 7) % students))), text('course', taken), text('mark', taken.map((_, i) => 40 + ((i * 13) % 50)))] // biome-ignore format: one line
      }
    },
    keys: {
      primary: { students: 'id', courses: 'id' },
      foreign: [
        { table: 'taken', column: 'student', to: { table: 'students', column: 'id' } },
        { table: 'taken', column: 'course', to: { table: 'courses', column: 'id' } }
      ]
    }
  }
  const context = { engine: await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }) }
  const model = await fitSchema(schema, { bandwidth: 0.5, scaling: 'standard', seed: 1 }, context)
  const { child, ...own } = model.tables.taken!
  const places = async (most: number) => {
    // As if each student asked for so many times as many courses.
    const counts = { ...child!.counts, ascending: child!.counts.ascending.map((count) => most * count) }
    const asking = { ...model, tables: { ...model.tables, taken: { ...own, child: { ...child!, counts } } } }
    const tables = await drawSchema(asking, { seed: 3 }, context)
    const cells = (name: string, column: string) =>
      presentDrawn(model.tables[name]!, tables.get(name)!, 'text')
        .columns.find((one) => one.name === column)!
        .values.map(Number)
    const [course, id, rooms] = [cells('taken', 'course'), cells('courses', 'id'), cells('courses', 'places')]
    expect(course.every((one) => id.includes(one))).toBe(true)
    return { rows: course.length, room: rooms.map((room, j) => room - course.filter((one) => one === id[j]).length) }
  }
  const once = await places(1)
  expect(once.rows).toBe(taken.length)
  expect(Math.min(...once.room)).toBeGreaterThanOrEqual(0)
  const twice = await places(2)
  expect(twice.rows).toBeGreaterThan(0.9 * taken.length)
  expect([Math.min(...twice.room), Math.max(...twice.room)]).toEqual([0, 0])
})

it('what is beyond goes to others that have room and some rows', () => {
  const most = mostOf('places', of)
  const drawn = Float64Array.from(v, (x, i) => (i % 10 === 0 ? 0 : Math.floor(2 + 22 * x)))
  const kept = underCeiling(drawn, most, keyFromSeed(8))
  expect(kept.every((count, i) => count <= most[i]! && (drawn[i]! > 0 || count === 0))).toBe(true)
  expect(kept.reduce((sum, count) => sum + count, 0)).toBe(drawn.reduce((sum, count) => sum + count, 0))
})

it('rows choose what has room left, though others are more like what they ask for', () => {
  const [rows, rooms] = [30, 6]
  const places = (count: number, at: (i: number) => number) =>
    matrix(
      count,
      1,
      Float64Array.from({ length: count }, (_, i) => at(i))
    )
  const like = (of: Matrix) => ({ places: of, classes: Array.from({ length: of.rows }, () => '') })
  const asked = {
    wanted: like(places(rows, () => 0)),
    targets: like(places(rooms, (j) => j)),
    counts: Float64Array.of(20, 2, 2, 2, 2, 2),
    rows: Array.from({ length: rows }, (_, i) => i),
    parentOf: new Int32Array(rows).fill(-1),
    apart: false
  }
  const times = (most?: Float64Array) => {
    const chosen = pickRows({ ...asked, most }, keyFromSeed(3))
    return Array.from({ length: rooms }, (_, j) => chosen.filter((one) => one === j).length)
  }
  expect(times()[0]).toBeGreaterThan(15)
  expect(times(Float64Array.of(7, 6, 6, 6, 6, 6)).every((count, j) => count <= (j === 0 ? 7 : 6))).toBe(true)
  // Where all are full the others have none.
  expect(times(Float64Array.of(7, 3, 3, 3, 3, 3))).toEqual([7, 3, 3, 3, 3, 3])
})
