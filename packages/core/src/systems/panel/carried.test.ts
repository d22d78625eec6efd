import { beforeAll, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { drawModel, fitModel } from '../system.js'
import { tables } from '../table/system.js'
import { carriedText } from './carried.js'
import type { PanelModel } from './model.js'
import { readPanel } from './read.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const GROUPS = 30
const STATES = ['well', 'ill', 'worse'] as const

/** Patients in intervals, each of which starts where the one before it stopped, from the state that this went to; a dose, and that of the interval before, if any. */
function intervals({ broken = false } = {}): RawTable {
  const lengths = normals(keyFor(keyFromSeed(3), 'lengths'), GROUPS * 5)
  const turns = uniforms(keyFor(keyFromSeed(3), 'turns'), GROUPS * 5)
  const rows = Array.from({ length: GROUPS }, (_, g) => {
    const [many, own] = [2 + (g % 4), 20 + (g % 7)]
    let [at, state, dose] = [0, STATES[g % 2]!, '']
    return Array.from({ length: many }, (_, t) => {
      const i = 5 * g + t
      const [start, from, dose_before] = [at, state, dose]
      at += 1 + Math.round(own + 4 * Math.abs(lengths[i]!))
      state = STATES[Math.floor(3 * turns[i]!)]!
      dose = String(Math.round(100 + 20 * lengths[i]!))
      const begun = broken && i === 7 ? start + 1 : start
      return { id: `P-${100 + 7 * g}`, start: String(begun), stop: String(at), from, to: state, dose, dose_before }
    })
  }).flat()
  const names = ['id', 'start', 'stop', 'from', 'to', 'dose', 'dose_before'] as const
  return { rowCount: rows.length, columns: names.map((name) => ({ name, source: 'text', values: rows.map((row) => row[name]) })) }
}

const ALL = ['start = stop before', 'from = to before', 'dose_before = dose before']

it.each(['start', 'stop'])(
  'what is carried over from the row before is found, ordered by %s; one row that breaks it, and --rules off, leave it out',
  (time) => {
    const asked = { group: 'id', time }
    const { carried, varying, layout } = readPanel(intervals(), asked)
    expect(carried.map(carriedText)).toEqual(ALL)
    expect(varying).toEqual(['to', 'dose'])
    // A row that ends says when the next one is.
    expect(layout.find(({ role }) => role === 'time')!.format.name).toBe('stop')
    expect(readPanel(intervals(), { ...asked, rules: 'off' }).carried).toEqual([])
    const broken = readPanel(intervals({ broken: true }), asked)
    expect(broken.carried.map(carriedText)).toEqual(ALL.slice(1))
    expect(broken.layout.find(({ role }) => role === 'time')!.format.name).toBe(time)
  }
)

it('flags that hardly ever are, and what changes too seldom, are carried over by chance', () => {
  const raw = intervals()
  const flag = (of: (i: number) => boolean) => Array.from({ length: raw.rowCount }, (_, i) => (of(i) ? 'yes' : 'no'))
  const columns = [
    ...raw.columns,
    { name: 'lost', source: 'text' as const, values: flag((i) => i === 4) },
    { name: 'gone', source: 'text' as const, values: flag((i) => i === 5) }
  ]
  expect(readPanel({ ...raw, columns }, { group: 'id', time: 'start' }).carried.map(carriedText)).toEqual(ALL)
})

it('what the time says is computed of it', () => {
  const years = Array.from({ length: 12 }, (_, k) => 2011 + k)
  const rows = Array.from({ length: GROUPS }, (_, g) => years.slice(g % 5).map((year) => ({ g, year }))).flat()
  const column = (name: string, of: (row: { g: number; year: number }, i: number) => number) => {
    return { name, source: 'text' as const, values: rows.map((row, i) => String(of(row, i))) }
  }
  const columns = [
    column('firm', ({ g }) => 100 + g),
    column('year', ({ year }) => year),
    column('area', ({ year }) => (year - 2000) ** 2),
    column('area_before', ({ year }) => (year - 2001) ** 2),
    column('sales', ({ g }, i) => 100 * g + ((37 * i) % 91))
  ]
  const { carried, late } = readPanel({ rowCount: rows.length, columns }, { group: 'firm', time: 'year' })
  expect(carried).toEqual([])
  expect(late!.rules.map((rule) => rule.column)).toContain('area_before')
})

it('new groups carry it over in every row, from a model file too', async () => {
  const options = { group: 'id', time: 'start', seed: 1, bandwidth: 1, scaling: 'standard' as const }
  const model = (await fitModel(tables, { input: intervals(), options }, { engine })) as PanelModel
  const loaded = await tables.load(unpackModel(packModel(tables.save(model))), { engine })
  const texts = async (of: typeof model) => {
    const { columns } = tables.present(of, await drawModel(tables, { model: of, request: { seed: 2 } }, { engine }), 'text')
    return Object.fromEntries(columns.map(({ name, values }) => [name, [...values].map((cell) => String(cell ?? ''))]))
  }
  const drawn = await texts(model)
  expect(await texts(loaded as PanelModel)).toEqual(drawn)
  let later = 0
  for (const [i, id] of drawn.id!.entries()) {
    expect(Number(drawn.stop![i])).toBeGreaterThan(Number(drawn.start![i]))
    const isLater = i > 0 && id === drawn.id![i - 1]
    later += Number(isLater)
    if (!isLater) expect([drawn.start![i], drawn.dose_before![i]]).toEqual(['0', ''])
    else
      expect([drawn.start![i], drawn.from![i], drawn.dose_before![i]]).toEqual([drawn.stop![i - 1], drawn.to![i - 1], drawn.dose![i - 1]])
  }
  expect(later).toBeGreaterThan(GROUPS)
})
