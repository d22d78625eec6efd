import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { drawSchema } from './draw.js'
import { presentDrawn } from './drawn-table.js'
import { evaluateSchema } from './evaluate.js'
import { fitSchema } from './fit.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const [PROJECTS, TICKETS] = [12, 160]
const text = (name: string, values: readonly (string | number)[]) => ({ name, source: 'text' as const, values: values.map(String) })
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const codes = ['OPS', 'WEB', 'APP', 'LAW', 'TAX', 'BIO', 'CAR', 'SKY', 'ICE', 'SUN', 'OAK', 'ELM']
const u = uniforms(keyFor(keyFromSeed(5), 'tickets'), 2 * TICKETS)
const KEYS = 'tickets.project_id -> projects.id'

/** Tickets that are called by the code of their project; `code`: of another one. */
function tracker(code: (project: number, ticket: number) => number) {
  const projects = upTo(TICKETS).map((i) => Math.floor(PROJECTS * u[i]!))
  return {
    projects: table(text('id', upTo(PROJECTS).map((p) => 100 + p)), text('code', codes), text('people', upTo(PROJECTS).map((p) => 3 + ((5 * p) % 11)))), // biome-ignore format: one line
    tickets: table(text('id', projects.map((p, i) => `${codes[code(p, i)]}-${1000 + 7 * i}`)), text('project_id', projects.map((p) => 100 + p)), text('hours', projects.map((_, i) => Math.floor(40 * u[TICKETS + i]!)))) // biome-ignore format: one line
  }
}

it('parts of keys that the row says which a row leads to are counted where they are of another, and new rows have theirs', async () => {
  const real = tracker((project) => project)
  const kept = async (synthetic: Readonly<Record<string, RawTable>>, of = real) =>
    (await evaluateSchema({ real: { tables: of }, synthetic: { tables: synthetic }, keys: KEYS }, { engine })).rules.filter(({ rule }) =>
      rule.startsWith('tickets.id')
    )
  const rule = { rule: 'tickets.id: with project_id.code in it', broken: 0, rows: TICKETS, floor: 0, most: 0 }
  expect(await kept(real)).toEqual([rule])
  const next = (project: number, ticket: number) => (ticket < 10 ? (project + 1) % PROJECTS : project)
  expect(await kept(tracker(next))).toEqual([{ ...rule, broken: 10 }])
  // Of real tickets that are called by any code nothing is told.
  expect(
    await kept(
      real,
      tracker((_, ticket) => ticket % PROJECTS)
    )
  ).toEqual([])
  const model = await fitSchema({ tables: real }, { keys: KEYS, bandwidth: 0.5, scaling: 'standard', seed: 1 }, { engine })
  const drawn = await drawSchema(model, { seed: 2 }, { engine })
  const written = Object.fromEntries([...drawn].map(([name, one]) => [name, presentDrawn(model.tables[name]!, one, 'text')]))
  expect((await kept(written)).map(({ broken }) => broken)).toEqual([0])
})
