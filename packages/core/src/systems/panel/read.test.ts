import { expect, test } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { readPanel } from './read.js'

const GROUPS = 12
const rows = Array.from({ length: 4 * GROUPS }, (_, i) => i)
const text = (name: string, of: (row: number) => string | null) => ({ name, source: 'text' as const, values: rows.map(of) })
const groupOf = (row: number) => Math.floor(row / 4)
const table = (...columns: ReturnType<typeof text>[]) => ({
  rowCount: rows.length,
  columns: [text('who', (row) => `w${groupOf(row)}`), text('x', (row) => String((row * 37) % 23)), ...columns]
})
const told = (raw: ReturnType<typeof table>) => readPanel(raw, { group: 'who' }).data.notes.filter((note) => note.includes('of its own'))

test('what tells groups apart as their key does is told of, also where one follows from the other', () => {
  const phone = text('phone', (row) => (groupOf(row) === 3 ? null : `+49 171 ${1_000_000 + 7919 * groupOf(row)}`))
  const ssn = text('ssn', (row) => `364-61-${1000 + 17 * groupOf(row)}`)
  const town = text('town', (row) => 'abcd'[groupOf(row) % 4]!)
  const kind = text('kind', (row) => 'xyz'[row % 3]!)
  expect(told(table(phone, ssn, town, kind))).toEqual([
    'phone, ssn: every group has values of its own, as what tells who it is, and new groups repeat these as they stand, those of one group together; --exclude phone,ssn leaves them out'
  ])
  expect(told(table(ssn, town))).toEqual([
    'ssn: every group has a value of its own, as what tells who it is, and new groups repeat these as they stand; --exclude ssn leaves it out'
  ])
  expect(told(table(town, kind))).toEqual([])
})

test('times of groups that are written as digits are days or months, unless somebody says that they are numbers', () => {
  const months = ['202311', '202312', '202401', '202402']
  const month = text('month', (row) => months[row % 4]!)
  const read = (types?: { readonly month: 'integer' }) =>
    readPanel(table(month), { group: 'who', time: 'month', ...(types ? { types } : {}) })
  const { times, layout, data } = read()
  expect(layout.find(({ role }) => role === 'time')!.format).toMatchObject({ kind: 'datetime', date: { date: 'YYYYMM' } })
  expect(data.notes).toContainEqual(expect.stringMatching(/^month: its whole numbers are months, .*--types month=integer/))
  expect(times).toBeDefined()
  expect(read({ month: 'integer' }).layout.find(({ role }) => role === 'time')!.format.kind).toBe('integer')
})

test('what is constant in each group is drawn once a group, also where numbers of visits tell it', () => {
  const visit = text('visit', (row) => `v${Math.floor(row / 2)}`)
  const sex = text('sex', (row) => 'fm'[groupOf(row) % 2]!)
  const town = text('town', (row) => 'abcd'[Math.floor(groupOf(row) / 3)]!)
  const ward = text('ward', (row) => 'uvw'[Math.floor(row / 2) % 3]!)
  const raw = {
    ...table(visit, sex, town, ward),
    columns: table(visit, sex, town, ward).columns
  }
  const { constant, rules } = readPanel(raw, { group: 'who', types: { visit: 'category' } })
  expect(constant).toEqual(['sex', 'town'])
  expect(rules?.rules.map(({ column }) => column) ?? []).not.toContain('sex')
})

test('a date that is constant in each group is no distance from one that varies', () => {
  const dice = (name: string) => uniforms(keyFor(keyFromSeed(7), name), 600)
  const [begins, terms, sizes, at, late, rest] = ['begins', 'terms', 'sizes', 'at', 'late', 'rest'].map(dice) as [
    Float64Array,
    ...Float64Array[]
  ]
  const day = (n: number) => new Date(Date.UTC(2019, 0, 1 + n)).toISOString().slice(0, 10)
  const claims = Array.from({ length: 260 }, (_, p) => p).flatMap((p) => {
    const [start, term] = [Math.floor(1200 * begins[p]!), [365, 730, 1095][Math.floor(3 * terms![p]!)]!]
    return Array.from({ length: 1 + Math.floor(3 * sizes![p]!) }, (_, k) => {
      const i = (2 * p + k) % 600
      const loss = start + Math.floor((term + 1) * at![i]!)
      const reported = loss + Math.floor(-6 * Math.log(1 - late![i]!))
      return {
        policy: `P-${10_000 + 37 * p}`,
        start: day(start),
        end: day(start + term),
        loss: day(loss),
        reported: day(reported),
        closed: day(reported + 3 + Math.floor(117 * rest![i]!))
      }
    })
  })
  const names = ['policy', 'start', 'end', 'loss', 'reported', 'closed'] as const
  const columns = names.map((name) => ({ name, source: 'text' as const, values: claims.map((row) => row[name]) }))
  const { constant } = readPanel({ rowCount: claims.length, columns }, { group: 'policy', time: 'reported' })
  // It is one of three terms after the start, which is constant too.
  expect(constant).toContain('end − start')
  expect(constant).toContain('start')
})
