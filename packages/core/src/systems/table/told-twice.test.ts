import { expect, test } from 'vitest'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { rowsOfTable } from '../../table/records.js'
import type { CategoricalColumn, Table } from '../../table/table.js'
import type { Ruled } from '../rules/ruled-rows.js'
import { drawModel, fitModel } from '../system.js'
import { tables } from './system.js'
import { TWICE_WARNING, toldAlike, toldTwice, twiceWarnings } from './told-twice.js'

const key = keyFromSeed(4)
const KINDS = ['home', 'motor']
const CAUSES = ['fire', 'water', 'theft', 'glass', 'crash']
const POLICIES = Array.from({ length: 60 }, (_, k) => `${k % 2 === 0 ? 'H' : 'M'}${k}`)
const kindOfCause = (cause: number) => (cause < 2 ? 0 : 1)

const category = (name: string, levels: readonly string[], codes: Iterable<number>): CategoricalColumn => ({
  name,
  kind: 'category',
  levels: [...levels],
  codes: Int32Array.from(codes)
})
const uniform = (name: string, rows: number, count: number) => uniforms(keyFor(key, name), rows).map((u) => Math.floor(count * u))
const tableOf = (columns: readonly CategoricalColumn[]): Table => ({ columns: [...columns], rowCount: columns[0]!.codes.length })

const rows = 200
const policies = uniform('policy', rows, POLICIES.length)
const causes = policies.map((policy, i) => (policy % 2 === 0 ? uniform('home', rows, 2)[i]! : 2 + uniform('motor', rows, 3)[i]!))
const payers = uniform('payer', rows, 2)
const data = tableOf([
  category(
    'kind',
    KINDS,
    policies.map((policy) => policy % 2)
  ),
  category('policy', POLICIES, policies),
  category('cause', CAUSES, causes),
  category('payer', ['card', 'bank'], payers)
])
const ruled = { rules: { rules: [{ kind: 'lookup', column: 'kind', from: ['policy'] }], columns: [] } } as unknown as Ruled

test('a column that a policy and a cause tell is found with both, the coarser first, and what tells nothing is none', () => {
  const found = toldTwice(ruled, data)
  expect(found.map(({ column, by }) => [column, by.map(({ name }) => name)])).toEqual([['kind', ['cause', 'policy']]])
  const [cause] = data.columns.filter(({ name }) => name === 'cause') as CategoricalColumn[]
  const moved = { ...cause!, codes: cause!.codes.map((_, i) => cause!.codes[(i + 1) % rows]!) }
  expect(toldTwice(ruled, { ...data, columns: data.columns.map((one) => (one === cause ? moved : one)) })).toEqual([])
})

test('drawn rows have both of one kind, each level as often as before as far as there are others to change with', () => {
  const found = toldTwice(ruled, data)
  // The same levels as in the data, in rows that have nothing to do with each other.
  const drawn = tableOf([
    category(
      'policy',
      POLICIES,
      policies.map((_, i) => policies[(i + 77) % rows]!)
    ),
    category('cause', CAUSES, causes)
  ])
  const offIn = ({ columns }: Table) => {
    const [policy, cause] = columns as CategoricalColumn[]
    return Array.from(policy!.codes.keys()).filter((i) => policy!.codes[i]! % 2 !== kindOfCause(cause!.codes[i]!)).length
  }
  expect(offIn(drawn)).toBeGreaterThan(60)
  const [warning] = twiceWarnings(found, drawn)
  expect([warning!.name, warning!.message]).toEqual([
    TWICE_WARNING,
    expect.stringMatching(`^${offIn(drawn)} drawn rows have cause and policy `)
  ])
  const alike = toldAlike(found, drawn, { key })
  expect(offIn(alike)).toBe(0)
  expect(twiceWarnings(found, alike)).toEqual([])
  const [before, after] = [drawn, alike].map(({ columns }) => columns as CategoricalColumn[])
  expect(after![1]).toBe(before![1])
  expect([...after![0]!.codes].sort()).toEqual([...before![0]!.codes].sort())
  expect(toldAlike(found, alike, { key })).toEqual(alike)
  // Where all rows are of one cause, policies of that kind stand in for others.
  const fires = tableOf([
    category('policy', POLICIES, policies),
    category(
      'cause',
      CAUSES,
      causes.map(() => 0)
    )
  ])
  expect(offIn(toldAlike(found, fires, { key }))).toBe(0)
})

test('what is given stays, and the others go with it, in the rows of each condition by themselves', async () => {
  const found = toldTwice(ruled, data)
  const drawn = tableOf([
    category('policy', POLICIES, policies),
    category(
      'cause',
      CAUSES,
      causes.map((_, i) => causes[(i + 31) % rows]!)
    )
  ])
  const offIn = ({ columns }: Table) => {
    const [policy, cause] = columns as CategoricalColumn[]
    return Array.from(policy!.codes.keys()).filter((i) => policy!.codes[i]! % 2 !== kindOfCause(cause!.codes[i]!)).length
  }
  expect(offIn(drawn)).toBeGreaterThan(60)
  for (const fixed of ['policy', 'cause', 'kind']) {
    const alike = toldAlike(found, drawn, { key, fixed: new Set([fixed]) })
    expect(offIn(alike)).toBe(0)
    // A kind that is given is one of its policies.
    const kept = fixed === 'cause' ? 1 : 0
    expect(alike.columns[kept]).toBe(drawn.columns[kept])
  }
})

test('rows under a condition have a policy and a cause of one kind', async () => {
  const cells = (name: string, of: (i: number) => string) => ({
    name,
    source: 'text' as const,
    values: Array.from({ length: rows }, (_, i) => of(i))
  })
  const raw = {
    rowCount: rows,
    columns: [
      cells('kind', (i) => KINDS[policies[i]! % 2]!),
      cells('policy', (i) => POLICIES[policies[i]! % 10]!),
      cells('cause', (i) => CAUSES[causes[i]!]!),
      cells('payer', (i) => ['card', 'bank'][payers[i]!]!),
      cells('amount', (i) => `${(20 + 7 * causes[i]! + 30 * uniforms(keyFor(key, 'amount'), rows)[i]!).toFixed(2)}`)
    ]
  }
  const context = { engine: new ReferenceEngine() }
  const options = { bandwidth: 0.5, scaling: 'standard', kernel: 'fixed' } as const
  const model = await fitModel(tables, { input: raw, options }, context)
  const asked = { given: [{ payer: 'card' }, { kind: 'motor' }, { cause: 'fire' }] }
  const drawn = await drawModel(tables, { model, request: { ...asked, rows: 60, steps: 2, seed: 3 } }, context)
  const all = rowsOfTable(tables.present(model, drawn, 'text'))
  const kindOf = new Map(CAUSES.map((cause, k) => [cause, KINDS[kindOfCause(k)]]))
  expect(all.filter((row) => kindOf.get(String(row.cause)) !== row.kind)).toEqual([])
  expect(all.map(({ payer }, i) => (i < 60 ? payer : 'card'))).toEqual(Array(180).fill('card'))
  expect(all.slice(60, 120).every(({ kind }) => kind === 'motor')).toBe(true)
  expect(all.slice(120).every(({ cause, kind }) => cause === 'fire' && kind === 'home')).toBe(true)
  expect(drawn.warnings.map(({ name }) => name)).not.toContain(TWICE_WARNING)
})
