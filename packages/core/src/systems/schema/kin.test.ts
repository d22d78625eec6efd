import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { isNumeric } from '../../table/table.js'
import { drawSchema } from './draw.js'
import { fitSchema } from './fit.js'

const [FIRMS, PEOPLE, PROJECTS, TASKS] = [12, 60, 40, 160]
const DAY = 86_400_000
const u = (label: string, count: number) => uniforms(keyFor(keyFromSeed(9), label), count)
const text = (name: string, values: readonly string[]) => ({ name, source: 'text' as const, values })
const table = (...columns: RawTable['columns']): RawTable => ({ columns, rowCount: columns[0]!.values.length })
const date = (day: number) => new Date(Date.UTC(2023, 0, 1) + day * DAY).toISOString().slice(0, 10)

/** Tasks of projects of firms, done by people of the project's team, who are of the firm; visits by hour, and a bill of the day of each. */
function firms() {
  const firmOf = {
    person: Array.from({ length: PEOPLE }, (_, i) => i % FIRMS),
    project: Array.from({ length: PROJECTS }, (_, i) => (5 * i) % FIRMS)
  }
  const begun = Array.from(u('begun', PROJECTS), (x) => Math.floor(400 * x))
  const team = firmOf.project.flatMap((firm, p) => {
    const own = [...firmOf.person.keys()].filter((i) => firmOf.person[i] === firm)
    return own.slice(p % 3, (p % 3) + 3).map((i) => [p, i] as const)
  })
  const [which, who, when, hour] = ['which', 'who', 'when', 'hour'].map((label) => u(label, TASKS))
  const tasks = Array.from({ length: TASKS }, (_, k) => {
    const p = Math.floor(PROJECTS * which![k]!)
    const own = team.filter(([project]) => project === p)
    const day = begun[p]! + Math.floor(100 * when![k]!)
    return {
      p,
      i: own[Math.floor(own.length * who![k]!)]![1],
      day,
      at: `${date(day)} ${String(8 + Math.floor(9 * hour![k]!)).padStart(2, '0')}:00`
    }
  })
  const ids = (letter: string, of: readonly number[]) => of.map((i) => `${letter}${i}`)
  return {
    firms: table(text('id', ids('f', [...Array(FIRMS).keys()])), text('size', Array.from(u('size', FIRMS), (x) => String(Math.floor(900 * x))))), // biome-ignore format: one line
    people: table(text('id', ids('p', [...firmOf.person.keys()])), text('firm', ids('f', firmOf.person))),
    projects: table(text('id', ids('j', [...firmOf.project.keys()])), text('firm', ids('f', firmOf.project)), text('begun', begun.map(date))), // biome-ignore format: one line
    tasks: table(text('id', ids('t', [...tasks.keys()])), text('project', ids('j', tasks.map(({ p }) => p))), text('person', ids('p', tasks.map(({ i }) => i))), text('at', tasks.map(({ at }) => at))), // biome-ignore format: one line
    team: table(text('project', ids('j', team.map(([p]) => p))), text('person', ids('p', team.map(([, i]) => i)))), // biome-ignore format: one line
    bills: table(text('task', ids('t', [...tasks.keys()])), text('sent', tasks.map(({ day }) => date(day))), text('due', tasks.map(({ p }) => date(begun[p]! + 30)))) // biome-ignore format: one line
  }
}
const KEYS = [
  'people.firm -> firms.id',
  'projects.firm -> firms.id',
  'tasks.project -> projects.id',
  'tasks.person -> people.id',
  'team.project -> projects.id',
  'team.person -> people.id',
  'bills.task -> tasks.id'
]

it('rows choose among those that belong where they do, and go by the dates of rows further up and by their hours', async () => {
  const context = { engine: await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 }) }
  const model = await fitSchema({ tables: firms() }, { keys: KEYS, bandwidth: 0.5, scaling: 'standard', seed: 1 }, context)
  // The team is drawn before the tasks that are done by it.
  expect(model.order.indexOf('team')).toBeLessThan(model.order.indexOf('tasks'))
  expect(model.tables.bills!.child!.copies).toEqual([
    { column: 'sent', from: 'at', day: true },
    { column: 'due', from: 'project.begun', plus: 30 * DAY }
  ])
  const drawn = await drawSchema(model, { seed: 2 }, context)
  const cells = (name: string, column: string) => {
    const one = drawn.get(name)!.table.columns.find((own) => own.name === column)!
    if (isNumeric(one)) return [...one.values]
    return 'cells' in one ? [...one.cells!] : []
  }
  const by = (name: string, column: string) => new Map(cells(name, 'id').map((id, i) => [id, cells(name, column)[i]]))
  const [firmOfPerson, firmOfProject, begun] = [by('people', 'firm'), by('projects', 'firm'), by('projects', 'begun')]
  const [project, person, at] = ['project', 'person', 'at'].map((column) => cells('tasks', column))
  const pairs = new Set(cells('team', 'project').map((p, k) => `${p} ${cells('team', 'person')[k]}`))
  expect(pairs.size).toBeGreaterThan(60)
  for (const pair of pairs) expect(firmOfPerson.get(pair.split(' ')[1]!)).toBe(firmOfProject.get(pair.split(' ')[0]!))
  expect(project!.length).toBeGreaterThan(100)
  for (const [k, p] of project!.entries()) {
    expect(pairs).toContain(`${p} ${person![k]}`)
    expect(Number(at![k])).toBeGreaterThanOrEqual(Number(begun.get(p)))
    expect(new Date(Number(at![k])).getUTCHours()).toBeGreaterThanOrEqual(8)
    expect(new Date(Number(at![k])).getUTCHours()).toBeLessThan(17)
  }
  const [when, under] = [by('tasks', 'at'), by('tasks', 'project')]
  for (const [k, task] of cells('bills', 'task').entries()) {
    expect(cells('bills', 'sent')[k]).toBe(DAY * Math.floor(Number(when.get(task)) / DAY))
    expect(cells('bills', 'due')[k]).toBe(Number(begun.get(under.get(task) as string)) + 30 * DAY)
  }
})
