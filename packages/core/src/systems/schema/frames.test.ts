import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { fitSchema } from './fit.js'
import { byCounts, linksOf } from './links.js'

const [COURSES, STUDENTS, ROWS, DAYS] = [20, 50, 120, 1000]
const u = uniforms(keyFor(keyFromSeed(14), 'courses'), COURSES + 3 * ROWS)
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const day = (of: number) => new Date(Date.UTC(2021, 0, 1) + 86_400_000 * of).toISOString().slice(0, 10)
const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })
const startOf = upTo(COURSES).map((c) => Math.floor(DAYS * u[c]!))
const courseOf = upTo(ROWS).map((i) => Math.floor(COURSES * u[COURSES + i]!))

/** Enrolments of courses of 90 days, in their first 14 or on any day at all. */
const tablesOf = (within: boolean) => ({
  courses: table(text('code', upTo(COURSES).map((c) => `c${c}`)), text('starts', startOf.map(day)), text('ends', startOf.map((s) => day(s + 90)))), // biome-ignore format: one line
  students: table(text('no', upTo(STUDENTS).map((s) => `s${s}`)), text('born', upTo(STUDENTS).map((s) => day(-9000 + 50 * s)))), // biome-ignore format: one line
  enrolments: table(
    text('code', courseOf.map((c) => `c${c}`)), // biome-ignore format: one line
    text('no', upTo(ROWS).map((i) => `s${Math.floor(STUDENTS * u[COURSES + ROWS + i]!)}`)), // biome-ignore format: one line
    text('enrolled', courseOf.map((c, i) => { const x = u[COURSES + 2 * ROWS + i]!; return day(within ? startOf[c]! + Math.floor(14 * x) : Math.floor(DAYS * x)) })) // biome-ignore format: one line
  )
})
const keyOf = (column: string, to: string) => ({ table: 'enrolments', column, to: { table: to, column } })
const linksBy = (within: boolean) => [keyOf('no', 'students'), keyOf('code', 'courses')].map((key) => linksOf(tablesOf(within), key, {}))

it('rows are counted by the key whose rows say from when to when they are, and by that into the most rows where none does', () => {
  expect(linksBy(true).sort(byCounts)[0]!.key.column).toBe('code')
  expect(linksBy(false).sort(byCounts)[0]!.key.column).toBe('no')
})

it('have the variance of 14 days left, of that of all days', () => {
  const [byStudent, byCourse] = linksBy(true).map((links) => links.left!())
  expect(byStudent).toBe(Number.POSITIVE_INFINITY)
  const variance = (all: number[]) => {
    const mean = all.reduce((a, b) => a + b, 0) / all.length
    return all.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  }
  const after = courseOf.map((_, i) => Math.floor(14 * u[COURSES + 2 * ROWS + i]!))
  expect(byCourse).toBeCloseTo(variance(after) / variance(after.map((x, i) => x + startOf[courseOf[i]!]!)), 9)
})

it('a key of the schema of which each value comes once is one of the rows that it leads to', async () => {
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const orders = table(text('id', upTo(40).map((i) => `o${i}`)), text('status', upTo(40).map((i) => (i % 3 ? 'sent' : 'open')))) // biome-ignore format: one line
  const sent = upTo(40).filter((i) => i % 3)
  const parcels = table(text('order', sent.map((i) => `o${i}`)), text('weight', sent.map((i) => 1 + ((i * 7) % 11)))) // biome-ignore format: one line
  const says = { parcels: { types: { order: 'identifier' }, rules: [] } }
  const tables = { orders, parcels }
  const model = await fitSchema({ tables, says }, { keys: 'parcels.order -> orders.id', bandwidth: 0.5, scaling: 'standard' }, { engine })
  expect(model.tables.parcels!.child!.unique).toEqual([['order']])
})
