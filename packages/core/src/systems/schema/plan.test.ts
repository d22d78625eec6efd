import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { planSchema } from './plan.js'

const z = normals(keyFor(keyFromSeed(3), 'numbers'), 4800)

/** Pupils of schools, as many of each. */
function schema(schools: number, pupils: number) {
  const name = (s: number) => `s${s}`
  const ofSchools: RawTable = {
    columns: [
      { name: 'school', source: 'text', values: Array.from({ length: schools }, (_, s) => name(s)) },
      { name: 'size', source: 'number', values: z.slice(0, schools) }
    ],
    rowCount: schools
  }
  const ofPupils: RawTable = {
    columns: [
      { name: 'school', source: 'text', values: Array.from({ length: pupils }, (_, i) => name(i % schools)) },
      { name: 'score', source: 'number', values: z.slice(0, pupils) }
    ],
    rowCount: pupils
  }
  return { schema: { tables: { schools: ofSchools, pupils: ofPupils } }, options: { keys: 'pupils.school -> schools.school' } }
}

const fitting = (schools: number, pupils: number): number =>
  planSchema(schema(schools, pupils)).stages.find(({ stage }) => stage === 'fitting pupils')!.pairs

describe('the plan of several tables', () => {
  it('counts laws of numbers of rows and of first ones on as many rows as there are parents', () => {
    expect(fitting(40, 800)).toBeLessThan(0.8 * fitting(400, 800))
  })
})
