import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { crossingIn, crossingNote, isNamedAsKey, repeatedKey, repeatedKeyNotes } from './repeated-keys.js'
import type { CategoricalColumn, NumericColumn, Table } from './table.js'

const key = keyFromSeed(9)
const column = (name: string, values: ArrayLike<number>, kind: NumericColumn['kind'] = 'number'): NumericColumn => ({
  name,
  kind,
  values: Float64Array.from(values)
})
const levels = (name: string, codes: readonly number[]): CategoricalColumn => {
  const found = [...new Set(codes)].sort((a, b) => a - b)
  return {
    name,
    kind: 'category',
    levels: found.map((code) => `${name} ${code}`),
    codes: Int32Array.from(codes, (code) => found.indexOf(code))
  }
}
const table = (...columns: (NumericColumn | CategoricalColumn)[]): Table => ({
  columns,
  rowCount: ('codes' in columns[0]! ? columns[0].codes : columns[0]!.values).length
})

/** Visits of 50 patients, four each: sex of the patient, a weight that scatters by `own` between and one within patients. */
function visits({ own = 3, name = 'patient_id', constantSex = true } = {}): Table {
  const [between, within] = [normals(keyFor(key, 'between'), 50), normals(keyFor(key, 'within'), 200)]
  const u = uniforms(keyFor(key, 'sex'), 200)
  const patient = Array.from({ length: 200 }, (_, i) => Math.floor(i / 4))
  return table(
    column(name, patient, 'integer'),
    levels(
      'sex',
      patient.map((p, i) => (u[constantSex ? p : i]! < 0.5 ? 0 : 1))
    ),
    column(
      'weight',
      patient.map((p, i) => 70 + own * between[p]! + within[i]!)
    ),
    column(
      'visit',
      patient.map((_, i) => i % 4),
      'integer'
    )
  )
}

describe('a key whose values repeat', () => {
  it('forms a key with a time where all rows say so, also those that are not looked at first', () => {
    const rows = 5000
    const z = normals(keyFor(key, 'many'), rows)
    const visitsOf = (visit: (i: number) => number) => {
      const all = Array.from({ length: rows }, (_, i) => i)
      const patient = all.map((i) => Math.floor(i / 4))
      const weight = patient.map((p, i) => 3 * z[p]! + 0.2 * z[i]!)
      return table(column('unit', patient, 'integer'), column('visit', all.map(visit), 'integer'), column('weight', weight))
    }
    expect(repeatedKey(visitsOf((i) => i % 4))?.time).toBe('visit')
    expect(repeatedKey(visitsOf((i) => (i === 0 ? 1 : i % 4)))).toBeUndefined()
  })

  it('is told with how often, and with what is alike in its rows', () => {
    expect(repeatedKey(visits())).toEqual({ name: 'patient_id', keys: 50, alike: ['sex', 'weight'], time: 'visit' })
    expect(repeatedKeyNotes(visits())[0]).toMatch(
      /^4 rows per patient_id \(50 values\), alike in sex, weight, but rows are drawn one by one, .*; --group patient_id --time visit draws whole groups, --exclude patient_id leaves/
    )
  })

  it('needs no name where it forms a key with a column that recurs', () => {
    expect(repeatedKey(visits({ name: 'unit' }))?.name).toBe('unit')
    const { columns, rowCount } = visits({ name: 'unit' })
    expect(repeatedKey({ columns: columns.slice(0, 3), rowCount })).toBeUndefined()
  })

  it('is none where its rows are no more alike than others', () => {
    expect(repeatedKey(visits({ own: 0, constantSex: false }))).toBeUndefined()
    // Half of the spread is between patients: an intraclass correlation of ½ would be at the edge, 0.9 and 0.1 are not.
    expect(repeatedKey(visits({ own: 1 / 3, constantSex: false }))).toBeUndefined()
    expect(repeatedKey(visits({ own: 3, constantSex: false }))?.alike).toEqual(['weight'])
  })

  it('is no ordinary category: states of towns, factors of a design, labels that seldom recur', () => {
    const rows = 400
    const [z, u] = [normals(keyFor(key, 'towns'), rows), uniforms(keyFor(key, 'state'), rows)]
    const state = Array.from(u, (x) => Math.floor(20 * x))
    const towns = table(
      levels('state', state),
      levels(
        'country',
        state.map((s) => s % 4)
      ),
      column(
        'latitude',
        state.map((s, i) => 2 * s + z[i]!)
      ),
      column(
        'founded',
        Array.from(z, (x) => 1800 + Math.round(20 * x)),
        'integer'
      )
    )
    expect(repeatedKey(towns)).toBeUndefined()
    const cells = Array.from({ length: 200 }, (_, i) => i)
    const design = table(
      levels(
        'variety',
        cells.map((i) => i % 10)
      ),
      column(
        'year',
        cells.map((i) => Math.floor(i / 10)),
        'integer'
      ),
      column('yield', z.slice(0, 200))
    )
    expect(repeatedKey(design)).toBeUndefined()
    const seldom = table(
      levels(
        'user',
        cells.map((i) => (i % 2 === 0 ? i : 1))
      ),
      column(
        'x',
        cells.map((i) => i % 2)
      )
    )
    expect(repeatedKey(seldom)).toBeUndefined()
  })
})

it.each([
  ['id', true],
  ['user.id', true],
  ['customerNo', true],
  ['patient_code', true],
  ['user.address.n', false],
  ['household_size', false],
  ['patient age', false],
  ['2020', false]
])('%s is named as a key: %s', (name, named) => {
  expect(isNamedAsKey(name)).toBe(named)
})

it('designs in which every combination of two columns stands in one row are told', () => {
  const cells = (count: (i: number) => number) => Array.from({ length: 32 }, (_, i) => count(i))
  const design = table(
    levels(
      'plate',
      cells((i) => i % 4)
    ),
    levels(
      'well',
      cells((i) => Math.floor(i / 4))
    ),
    column('od', normals(key, 32))
  )
  expect(repeatedKeyNotes(design)).toEqual([])
  expect(crossingIn(design)).toEqual({ names: ['plate', 'well'], counts: [4, 8] })
  expect(crossingNote(crossingIn(design)!)).toMatch(/^plate and well: each of 4 × 8 combinations is in one row.*--given-file/)
  const repeated = {
    ...design,
    columns: [
      levels(
        'plate',
        cells((i) => (i < 2 ? 0 : i % 4))
      ),
      ...design.columns.slice(1)
    ]
  }
  expect(crossingIn(repeated)).toBeUndefined()
})
