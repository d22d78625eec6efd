import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import type { Table } from '../../table/table.js'
import { besideTests, besideTexts, brokenBeside, findBesideOwn } from './beside-own.js'

const ROWS = 120
const u = uniforms(keyFor(keyFromSeed(3), 'staff'), 2 * ROWS)
/** Each refers to one of the same department further up the list, who earns more. */
const codes = Int32Array.from({ length: ROWS }, (_, i) => (i < 3 ? i : Math.floor(3 * u[i]!)))
const parentOf = Int32Array.from(codes, (dept, i) => {
  const others = [...codes.keys()].filter((j) => j < i && codes[j] === dept)
  return others.length === 0 ? -1 : others[Math.floor(others.length * u[ROWS + i]!)]!
})
const staff = (of: Int32Array, wage: (row: number) => number): Table => ({
  columns: [
    { name: 'dept', kind: 'category', levels: ['a', 'b', 'c'], codes: of },
    { name: 'wage', kind: 'number', values: Float64Array.from({ length: ROWS }, (_, i) => wage(i)) }
  ],
  rowCount: ROWS
})
const KEY = { table: 'staff', column: 'boss', to: { table: 'staff', column: 'id' } }
const real = staff(codes, (i) => 1000 - 3 * i)

it('rows are to those that they refer to what all are beyond chance, and those that are not are counted', () => {
  const found = findBesideOwn(real, parentOf)!
  expect(besideTexts(KEY, found)).toEqual(['staff: boss.wage > wage', 'staff: dept and boss.dept as some row has them'])
  expect(brokenBeside(besideTests(found, real), parentOf)).toEqual([0, 0])
  const last = ROWS - 1
  const moved = staff(codes.map((code, i) => (i === last ? (code + 1) % 3 : code)), (i) => (i === last ? 2000 : 1000 - 3 * i)) // biome-ignore format: one line
  // Nobody refers to the last one.
  expect(brokenBeside(besideTests(found, moved), parentOf)).toEqual([1, 1])
})

it('are nothing where columns have nothing to do with whom rows refer to', () => {
  const apart = staff(Int32Array.from(codes, (_, i) => (7 * i + Math.floor(i / 5)) % 3), (i) => (i * 37) % 101) // biome-ignore format: one line
  expect(findBesideOwn(apart, parentOf)).toBeUndefined()
})
