import { describe, expect, it } from 'vitest'
import { keyFromSeed } from '../../num/random.js'
import type { MadeKind } from '../../table/made-kinds.js'
import type { Table } from '../../table/table.js'
import { drawMade, learnMade, type People } from './made.js'

const ROWS = 400
const guard = keyFromSeed(3)
const table: Table = {
  rowCount: ROWS,
  columns: [
    {
      name: 'sex',
      kind: 'category',
      levels: ['f', 'm', 'd'],
      codes: Int32Array.from({ length: ROWS }, (_, i) => (i % 7 === 0 ? -1 : i % 3))
    },
    { name: 'Country', kind: 'category', levels: ['at', 'Germany'], codes: Int32Array.from({ length: ROWS }, (_, i) => i % 2) },
    { name: 'size', kind: 'category', levels: ['f', 'm', 'xl'], codes: new Int32Array(ROWS) }
  ]
}

/** A small town: a person is one of `names` by her seed; her e-mail address is of her name, and says what was known of her. */
const town =
  (names: number): People =>
  ([a], { sex, country }, wanted) => {
    const name = `n${a! % names}`
    const values: Partial<Record<MadeKind, string>> = { name, email: `${name}.${sex ?? 'any'}.${country}@town`, city: `c${a! % 3}` }
    return wanted.map((kind) => values[kind]!)
  }
const column = (name: string, what: MadeKind, cells: readonly (string | null)[] = ['somebody']) => ({ name, what, cells })
const made = (columns: Parameters<typeof learnMade>[0], people: People, seed = 1) =>
  drawMade(learnMade(columns, table, guard), { people, table, key: keyFromSeed(seed), guard })

describe('made-up people', () => {
  const both = [column('who', 'name'), column('mail', 'email')]

  it('fit together within a row, and fit its sex and country', async () => {
    const drawn = await made(both, town(1e6))
    drawn.get('mail')!.forEach((mail, row) => {
      const sex = ['female', 'male', 'any'][row % 7 === 0 ? 2 : row % 3]
      expect(mail).toBe(`${drawn.get('who')![row]}.${sex}.${row % 2 ? 'Germany' : 'at'}@town`)
    })
  })

  it('have addresses of their own, and are nobody of the data', async () => {
    const people = town(1200)
    const real = Array.from({ length: 100 }, (_, i) => `n${i}`)
    const drawn = await made([column('who', 'name', real), column('mail', 'email')], people)
    expect(new Set(drawn.get('mail')).size).toBe(ROWS)
    expect(drawn.get('who')!.filter((name) => real.includes(name!))).toEqual([])
    // Cities are everybody's.
    expect(new Set((await made([column('city', 'city', ['c0', 'c1', 'c2'])], people)).get('city'))).toEqual(new Set(['c0', 'c1', 'c2']))
  })

  it('are refused where there are too few', async () => {
    await expect(made(both, town(30))).rejects.toThrowError(/400 rows, whose who, mail has no more than \d+ new values/)
  })

  it('are the same for a seed and others for another, and missing as often as in the data', async () => {
    const half = [column('who', 'name', ['x', null, 'y', null])]
    const drawn = (await made(half, town(1e6))).get('who')!
    expect((await made(half, town(1e6))).get('who')).toEqual(drawn)
    expect((await made(half, town(1e6), 2)).get('who')).not.toEqual(drawn)
    // Standard error of a half in 400 rows: 0.025.
    expect(Math.abs(drawn.filter((cell) => cell === null).length / ROWS - 0.5)).toBeLessThan(0.1)
  })

  it('take no column of sizes for one of sexes', () => {
    expect(learnMade(both, { ...table, columns: table.columns.slice(2) }, guard)).not.toHaveProperty('sex')
    expect(learnMade(both, table, guard)).toMatchObject({ sex: 'sex', country: 'Country' })
  })
})
