import { describe, expect, it } from 'vitest'
import { checksIn, clausesIn } from './check-conditions.js'
import { schemaOf } from './table-schema.js'

const column = (name: string, kind: 'number' | 'whole' | 'text' | 'time', cells: readonly (string | number)[] = []) =>
  ({ name, kind, cells }) as const

const columns = [
  column('net', 'number', ['1.25', '3.50']),
  column('gross', 'number', [2.5, 99.75]),
  column('Order "No"', 'whole', [1, 2]),
  column('state', 'text'),
  column('day', 'time', ['2024-02-01', '2024-03-01']),
  column('weight', 'number', [1 / 3, 2 / 3])
]

const said = (...checks: string[]) => schemaOf(columns, { unique: [], checks })
const bounds = (...checks: string[]) => said(...checks).bounds

describe('what CHECKs say', () => {
  it.each<[string, object]>([
    ['net >= 0', { net: { least: 0 } }],
    ['(("net" >= (0)::numeric))', { net: { least: 0 } }],
    ["gross >= '0.00'", { gross: { least: 0 } }],
    ['net > 0', { net: { least: 0.01 } }],
    ['((net > (0)::double precision) AND (gross < (100)::numeric(10,2)))', { net: { least: 0.01 }, gross: { most: 99.99 } }],
    ['-1.5e1 < net', { net: { least: -14.99 } }],
    ['`gross` between 0 and 100', { gross: { least: 0, most: 100 } }],
    ['NET BETWEEN 1 AND 4 AND net <> 2', { net: { least: 1, most: 4 } }],
    ['"Order ""No""" > 0', { 'Order "No"': { least: 1 } }],
    ['[Order "No"] < 10 /* few */', { 'Order "No"': { most: 9 } }],
    ["day > '2024-01-01'::date", { day: { least: Date.UTC(2024, 0, 2) } }],
    ["(day <= CAST('2024-12-31 12:00:00' AS TIMESTAMP))", { day: { most: Date.UTC(2024, 11, 31, 12) } }],
    ['weight > 0', { weight: { least: 1 / 3 } }],
    ['net <= gross AND gross <= 100 AND net >= 1', { net: { least: 1, most: 100 }, gross: { least: 1, most: 100 } }]
  ])('%s bounds', (check, expected) => {
    expect(bounds(check)).toEqual(expected)
  })

  it('orders are rules; a strict one is by a whole step, or told to leave equal values open', () => {
    expect(said('0 <= gross AND net <= gross')).toMatchObject({ rules: ['`gross` >= `net`'], unsaid: [] })
    expect(said('net < gross')).toMatchObject({ rules: ['`gross` >= `net`'], unsaid: ['net < gross'] })
    expect(schemaOf([column('a', 'whole', [1]), column('b', 'whole', [2])], { unique: [], checks: ['b > a'] })).toMatchObject({
      rules: ['`b` >= `a` + 1'],
      unsaid: []
    })
  })

  it('columns that are unique together are a rule, those that are not modelled are none', () => {
    const unique = [
      ['net', 'STATE'],
      ['state', 'Order "No"'],
      ['net', 'STATE'],
      ['net', 'gone']
    ]
    expect(schemaOf(columns, { unique, checks: [] }).rules).toEqual(['unique(`net`, `state`)', 'unique(`state`, `Order "No"`)'])
  })

  it.each([
    "state IN ('new', 'it''s')",
    "((state)::text = ANY ((ARRAY['new'::character varying, 'sent'::character varying])::text[]))",
    "`state` in (_utf8mb4'new',_utf8mb4'sent')"
  ])('%s lists', (check) => {
    expect(said(check)).toMatchObject({ types: { state: 'category' }, unsaid: [] })
  })

  it.each([
    'net > 0 OR gross > 0',
    'NOT net > 0',
    'length(state) < 9',
    'net + 1 > gross',
    "state LIKE 'a%'",
    "state > 'a'",
    'net > other',
    'net = 5',
    'net IN (SELECT 1)',
    'net IS NULL',
    'day > 5'
  ])('%s stays a note', (check) => {
    expect(said(check)).toEqual({ types: {}, rules: [], bounds: {}, unsaid: [check] })
    expect(said(`(${check}) AND (net IS NOT NULL)`)).toMatchObject({ unsaid: [check] })
  })

  it('of a key only that it is positive is kept', () => {
    const keys = (check: string) => schemaOf([column('id', 'whole', [1, 2])], { unique: [['id']], checks: [check] })
    expect(keys('id > 0').unsaid).toEqual([])
    expect(keys('id < 99').unsaid).toEqual(['id < 99'])
    expect(keys('id IN (1, 2, 3)')).toMatchObject({ types: { id: 'identifier' }, unsaid: ['id IN (1, 2, 3)'] })
  })
})

it('conditions stand where a statement has them, not in texts, comments or what is not enforced', () => {
  const statement = `CREATE TABLE "check (a)" (a INT CHECK (a > ((1 + (2)) * (3))), -- CHECK (no)
    b TEXT DEFAULT 'CHECK (no)', CONSTRAINT c CHECK (b <> ')'), CHECK (a < 3) NOT ENFORCED)`
  expect(checksIn(statement)).toEqual(['a > ((1 + (2)) * (3))', "b <> ')'"])
  expect(clausesIn('')).toEqual([])
})
