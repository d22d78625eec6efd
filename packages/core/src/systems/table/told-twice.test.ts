import { expect, test } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { CategoricalColumn, Table } from '../../table/table.js'
import type { Ruled } from '../ruled-rows.js'
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
