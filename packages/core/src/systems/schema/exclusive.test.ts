import { describe, expect, it } from 'vitest'
import { findExclusive, rowsInTheWay } from '../../code/rules/exclusive.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { isNumeric, type Table } from '../../table/table.js'
import { drawSchema } from './draw.js'
import { evaluateSchema } from './evaluate.js'
import { fitSchema } from './fit.js'
import { referredRows } from './links.js'
import { tellSchema } from './tell.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const [ROOMS, GUESTS, YEAR] = [20, 60, 300]
const DAY = 86_400_000
const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })
const date = (day: number) => new Date(Date.UTC(2024, 0, 1) + day * DAY).toISOString().slice(0, 10)

interface Stay {
  readonly room: number
  readonly guest: number
  readonly from: number
  readonly nights: number
}

const rateOf = (room: number): number => 20 + ((room * room) % 37)

/** Stays of guests in rooms, of which no two are in one room at once; `free`: in any room. */
function stays(seed: number, free = false): readonly Stay[] {
  const u = uniforms(keyFor(keyFromSeed(seed), 'stays'), 4 * ROOMS * YEAR)
  let k = 0
  const out: Stay[] = []
  for (let room = 0; room < ROOMS; room++)
    for (let day = Math.floor(8 * u[k++]!); day < YEAR; ) {
      const nights = 1 + Math.floor(6 * u[k++]! ** 2)
      out.push({ room: free ? Math.floor(ROOMS * u[k++]!) : room, guest: Math.floor(GUESTS * u[k++]!), from: day, nights })
      day += nights + Math.floor(12 * u[k++]! ** 2)
    }
  return out.sort((a, b) => a.from - b.from)
}

const hotel = (all: readonly Stay[], { guests = true, paid = false } = {}) => ({
  rooms: table(
    text('id', Array.from({ length: ROOMS }, (_, r) => `r${r}`)), // biome-ignore format: one line
    text('beds', Array.from({ length: ROOMS }, (_, r) => String(1 + (r % 3)))), // biome-ignore format: one line
    ...(paid ? [text('rate', Array.from({ length: ROOMS }, (_, r) => String(rateOf(r))))] : []) // biome-ignore format: one line
  ),
  ...(guests
    ? {
        guests: table(
          text('id', Array.from({ length: GUESTS }, (_, g) => `g${g}`)), // biome-ignore format: one line
          text('kind', Array.from({ length: GUESTS }, (_, g) => (g % 2 ? 'club' : 'plain'))) // biome-ignore format: one line
        )
      }
    : {}),
  stays: table(
    text('room_id', all.map(({ room }) => `r${room}`)), // biome-ignore format: one line
    ...(guests ? [text('guest_id', all.map(({ guest }) => `g${guest}`))] : []), // biome-ignore format: one line
    text('arrives', all.map(({ from }) => date(from))), // biome-ignore format: one line
    text('leaves', all.map(({ from, nights }) => date(from + nights))), // biome-ignore format: one line
    ...(paid
      ? [
          text('nights', all.map(({ nights }) => String(nights))), // biome-ignore format: one line
          text('paid', all.map(({ room, nights }) => String(nights * rateOf(room)))) // biome-ignore format: one line
        ]
      : [])
  )
})
const ROOM = { table: 'stays', column: 'room_id', to: { table: 'rooms', column: 'id' } }
const keysOf = (guests: boolean) => ['stays.room_id -> rooms.id', ...(guests ? ['stays.guest_id -> guests.id'] : [])]

const numbers = ({ columns }: Table, name: string) => {
  const column = columns.find((one) => one.name === name)!
  return isNumeric(column) ? column.values : new Float64Array(0)
}
const datesOf = (all: readonly Stay[]): Table => {
  const column = (name: string, day: (stay: Stay) => number) => ({
    name,
    kind: 'datetime' as const,
    values: Float64Array.from(all, (stay) => day(stay) * DAY)
  })
  return { columns: [column('arrives', ({ from }) => from), column('leaves', ({ from, nights }) => from + nights)], rowCount: all.length }
}
const LAW = { key: ROOM, start: 'arrives', end: 'leaves', apart: 0 }

describe('rows that have another one for themselves between two dates', () => {
  it('are told, in every row alone, and not where they stand apart by chance', () => {
    const found = (all: readonly Stay[]) => findExclusive(datesOf(all), [{ key: ROOM, rowOf: Int32Array.from(all, ({ room }) => room) }])
    expect(found(stays(1))).toEqual([LAW])
    expect(found(stays(1, true))).toEqual([])
    const [first, ...others] = stays(1)
    expect(found([{ ...first!, nights: 60 }, ...others])).toEqual([])
    // Of a few days in some years any two rows stand apart.
    expect(found(stays(1, true).map((one, i) => ({ ...one, from: 40 * i, nights: 1 })))).toEqual([])
  })

  it.each([
    ['choose another room', true],
    ['change places with another row of the room', false]
  ])('%s', async (_, guests) => {
    const all = stays(1)
    const model = await fitSchema(
      { tables: hotel(all, { guests }) },
      { keys: keysOf(guests), bandwidth: 0.5, scaling: 'standard', seed: 1 },
      { engine }
    )
    expect(model.tables.stays!.child!.key.column).toBe(guests ? 'guest_id' : 'room_id')
    expect(model.tables.stays!.child!.exclusive).toEqual([LAW])
    const drawn = await drawSchema(model, { seed: 2 }, { engine })
    const [own, rooms] = [drawn.get('stays')!, drawn.get('rooms')!]
    const rowOf = referredRows(ROOM, own, rooms)
    expect(rowsInTheWay(LAW, own.table, rowOf)).toEqual([])
    // Nearly all find a room, and stay as long as in the data.
    expect(own.table.rowCount).toBeGreaterThan(0.97 * all.length)
    const [from, to] = [numbers(own.table, 'arrives'), numbers(own.table, 'leaves')]
    const mean = from.reduce((sum, start, i) => sum + (to[i]! - start) / DAY, 0) / from.length
    const wanted = all.reduce((sum, { nights }) => sum + nights, 0) / all.length
    expect(Math.abs(mean / wanted - 1)).toBeLessThan(0.08)
  })

  it('choose another of those that stay as they are, by which rules of the row go', async () => {
    const all = stays(1)
    const model = await fitSchema(
      { tables: hotel(all, { paid: true }) },
      { keys: keysOf(true), keep: 'rooms', bandwidth: 0.5, scaling: 'standard', seed: 1 },
      { engine }
    )
    const { exclusive, ruleInputs, picks } = model.tables.stays!.child!
    expect([exclusive, ruleInputs?.map(({ name }) => name), picks]).toEqual([[LAW], ['room_id.rate'], []])
    const drawn = await drawSchema(model, { seed: 2 }, { engine })
    const [own, rooms] = [drawn.get('stays')!, drawn.get('rooms')!]
    const rowOf = referredRows(ROOM, own, rooms)
    expect(own.leftOut).toBeUndefined()
    expect(own.table.rowCount).toBeGreaterThan(0.9 * all.length)
    expect(rowsInTheWay(LAW, own.table, rowOf)).toEqual([])
    const [nights, paid, rate] = [numbers(own.table, 'nights'), numbers(own.table, 'paid'), numbers(rooms.table, 'rate')]
    expect(paid.filter((price, i) => price !== nights[i]! * rate[rowOf[i]!]!)).toHaveLength(0)
  })

  it('are left out where nothing is free, as the summary says', async () => {
    const all = stays(1)
    const model = await fitSchema(
      { tables: hotel(all) },
      { keys: keysOf(true), keep: 'rooms', bandwidth: 0.5, scaling: 'standard', seed: 1 },
      { engine }
    )
    const drawn = await drawSchema(model, { seed: 2, scale: 4 }, { engine })
    const { table: own, leftOut } = drawn.get('stays')!
    expect(own.rowCount + leftOut!).toBeGreaterThan(3.5 * all.length)
    expect(leftOut).toBeGreaterThan(all.length)
    expect(tellSchema(model, drawn).notes).toContain(`stays: ${leftOut} rows left out: nothing that they may refer to was free`)
  })

  it('are counted by evaluate', async () => {
    const all = stays(2)
    const moved = all.map((one, i) => (i % 50 === 0 ? { ...one, nights: 40 } : one))
    const broken = async (others: readonly Stay[]) => {
      const { rules } = await evaluateSchema(
        { real: { tables: hotel(stays(1)) }, synthetic: { tables: hotel(others) }, keys: keysOf(true) },
        { engine }
      )
      return rules.find(({ rule }) => rule === 'stays.leaves <= arrives of the next by stays.room_id -> rooms.id')!.broken
    }
    expect(await broken(all)).toBe(0)
    expect(await broken(moved)).toBe(
      rowsInTheWay(
        LAW,
        datesOf(moved),
        Int32Array.from(moved, ({ room }) => room)
      ).length
    )
    expect(await broken(moved)).toBeGreaterThan(20)
  })
})
