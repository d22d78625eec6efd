import { describe, expect, test } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { type Matrix, takeRows } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import type { Table } from '../table/table.js'
import { evaluateTables } from './evaluate.js'
import { membershipAttack } from './membership.js'
import { quasiIdentifiers } from './quasi-identifiers.js'
import { parseRequirements, unmetRequirements, unmetWords } from './require.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const key = keyFromSeed(11)
const cloud = (label: string, rows: number, cols = 3): Matrix => ({ rows, cols, data: normals(keyFor(key, label), rows * cols) })
const first = (points: Matrix, count: number) =>
  takeRows(
    points,
    Array.from({ length: count }, (_, i) => i)
  )

describe('the distance attack', () => {
  test('tells nothing from fresh rows: ½ lies in the interval as often as it should', async () => {
    const turns = 200
    let inside = 0
    for (let turn = 0; turn < turns; turn++) {
      const { interval } = await membershipAttack({
        engine,
        train: cloud(`train ${turn}`, 60),
        heldOut: cloud(`held ${turn}`, 60),
        synthetic: cloud(`new ${turn}`, 60),
        most: 60,
        key
      })
      if (interval[0] <= 0.5 && 0.5 <= interval[1]) inside++
    }
    // Binomial of 0.95: four standard deviations are 0.062.
    expect(Math.abs(inside / turns - 0.95)).toBeLessThan(0.062)
  })

  test('tells the rows that were copied: half of them give three pairs of four', async () => {
    const train = cloud('train', 400)
    const found = await membershipAttack({ engine, train, heldOut: cloud('held', 400), synthetic: first(train, 200), most: 400, key })
    // Copies come before every other row; the other half are as far as held-out ones.
    expect(Math.abs(found.value - 0.75)).toBeLessThan(0.03)
    expect(found.interval[0]).toBeGreaterThan(0.7)
    expect(found.closest.training).toBe(found.closest.rows)
    expect(found.closest.rows).toBeGreaterThanOrEqual(40)
    expect(found.closest.most).toBeLessThan(found.closest.rows)
  })

  test('its interval is DeLong’s, written out for six rows', async () => {
    const line = (...data: number[]): Matrix => ({ rows: data.length, cols: 1, data: Float64Array.from(data) })
    const found = await membershipAttack({ engine, train: line(1, 2, 6), heldOut: line(3, 5, 6), synthetic: line(0), most: 3, key })
    // Shares of held-out rows farther than each member: 1, 1, ½/3; of members nearer than each held-out row: 2/3, 2/3, 2.5/3.
    expect(found.value).toBeCloseTo((1 + 1 + 1 / 6) / 3, 12)
    const sample = (...x: number[]) => {
      const mean = x.reduce((a, b) => a + b) / x.length
      return x.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (x.length - 1)
    }
    const reach = 1.96 * Math.sqrt(sample(1, 1, 1 / 6) / 3 + sample(2 / 3, 2 / 3, 2.5 / 3) / 3)
    expect(found.interval[0]).toBeCloseTo(found.value - reach, 12)
  })
})

const numbers = (label: string, rows: number): Table => {
  const z = normals(keyFor(key, label), rows)
  const w = normals(keyFor(key, `${label} w`), rows)
  return {
    rowCount: rows,
    columns: [
      { name: 'x', kind: 'number', values: z },
      { name: 'y', kind: 'number', values: w }
    ]
  }
}

describe('membership in an evaluation', () => {
  test('stands there where rows were held out, and only there', { tags: ['slow'] }, async () => {
    const [train, real] = [numbers('train', 100), numbers('real', 100)]
    const fresh = numbers('fresh', 100)
    const found = await evaluateTables({ real, synthetic: fresh, train, engine, key })
    expect(found.membership).toMatchObject({ floor: 0.5, rows: 100 })
    expect((await evaluateTables({ real, synthetic: fresh, engine, key })).membership).toBeNull()
    // Held out in name only.
    expect((await evaluateTables({ real, synthetic: fresh, train: real, engine, key })).membership).toBeNull()
  })
})

describe('quasi-identifiers', () => {
  const people = (names: readonly string[], years: readonly number[]): Table => {
    const levels = [...new Set(names)]
    return {
      rowCount: names.length,
      columns: [
        { name: 'name', kind: 'category', levels, codes: Int32Array.from(names, (one) => levels.indexOf(one)) },
        { name: 'year', kind: 'integer', values: Float64Array.from(years) }
      ]
    }
  }

  test('are counted against Good and Turing’s estimate', () => {
    // a-1 once, b-2 twice, c-3 three times: fresh rows show a rare one with probability (2·1 + 3·1)/6.
    const real = people(['a', 'b', 'b', 'c', 'c', 'c'], [1, 2, 2, 3, 3, 3])
    const synthetic = people(['a', 'a', 'b', 'c', 'd', 'b'], [1, 2, 2, 3, 1, 3])
    const found = quasiIdentifiers({ real, synthetic, columns: ['name', 'year'] })
    expect(found).toMatchObject({ value: 2, combinations: 2, rows: 6 })
    expect(found.floor).toBeCloseTo((5 / 6) * 6, 12)
  })

  test('of fresh rows are within chance, of copies above it', () => {
    const draw = (label: string) => {
      const [u, v] = [uniforms(keyFor(key, label), 500, 0), uniforms(keyFor(key, label), 500, 1)]
      return people(
        Array.from(u, (x) => `n${Math.floor(-40 * Math.log(x))}`),
        Array.from(v, (x) => 1950 + Math.floor(20 * x))
      )
    }
    const real = draw('real')
    for (let turn = 0; turn < 20; turn++) {
      const { value, most } = quasiIdentifiers({ real, synthetic: draw(`fresh ${turn}`), columns: ['name', 'year'] })
      expect(value).toBeLessThanOrEqual(most)
    }
    const copied = quasiIdentifiers({ real, synthetic: real, columns: ['name', 'year'] })
    expect(copied.value).toBeGreaterThan(copied.most)
  })

  test('that are unknown, or whose values are fresh, are refused', () => {
    const real = { ...people(['a'], [1]), columns: [...people(['a'], [1]).columns, { name: 'id', kind: 'identifier' as const }] }
    const of = (name: string) => () => quasiIdentifiers({ real, synthetic: real, columns: [name] })
    expect(of('zip')).toThrow(expect.objectContaining({ code: 'column-unknown' }))
    expect(of('id')).toThrow(expect.objectContaining({ code: 'quasi-identifier' }))
  })
})

describe('requirements', () => {
  test.each([
    ['', 'require-malformed'],
    ['auc', 'require-malformed'],
    ['auc=0.6', 'require-malformed'],
    ['auc<0.6,', 'require-malformed'],
    ['auc<O.6', 'require-malformed'],
    ['auk<0.6', 'require-unknown']
  ])('%s is refused', (text, code) => {
    expect(() => parseRequirements(text)).toThrow(expect.objectContaining({ code }))
  })

  test('name the clauses that fail, with what was measured', { tags: ['slow'] }, async () => {
    const [train, real] = [numbers('train', 100), numbers('real', 100)]
    const unmet = async (text: string, synthetic: Table) =>
      unmetRequirements(await evaluateTables({ real, train, synthetic, engine, key }), parseRequirements(text))
    const fresh = numbers('fresh', 100)
    expect(await unmet('membership<0.65, copies<=floor,auc<=floor,coverage>=0.8,rules<=0', fresh)).toEqual([])
    const copied = await unmet('membership<0.65,copies<=floor,ratio>=floor,auc<0.99', train)
    expect(copied.map(({ text }) => text)).toEqual(['membership<0.65', 'copies<=floor', 'ratio>=floor'])
    expect(copied.map(unmetWords)[1]).toBe('copies<=floor: 100, chance allows 0')
    expect((await unmet('quasi<=floor', fresh)).map(unmetWords)).toEqual(['quasi<=floor: not measured on these tables'])
  })
})
