import { describe, expect, test } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import type { Column, Table } from '../table/table.js'
import { nearTwins, twinWords, withoutTwins } from './near-twins.js'

const TOWNS = ['Essen', 'Bonn', 'Köln', 'ESSEN ', 'bonn']

type Row = readonly [age: number, town: number, income: number, height: number, cover: number]

function people(label: string, rows: number): Row[] {
  const key = keyFor(keyFromSeed(6), label)
  const [a, b, c] = ['age', 'town', 'cover'].map((name) => uniforms(keyFor(key, name), rows)) as [Float64Array, Float64Array, Float64Array]
  const [y, z] = ['income', 'height'].map((name) => normals(keyFor(key, name), rows)) as [Float64Array, Float64Array]
  return Array.from({ length: rows }, (_, i) => [
    18 + Math.floor(70 * a[i]!),
    Math.floor(3 * b[i]!),
    Math.round(3e6 + 8e5 * y[i]!) / 100,
    Math.round(1710 + 90 * z[i]!) / 10,
    Math.floor(3 * c[i]!)
  ])
}

const tableOf = (rows: readonly Row[]): Table => {
  const numbers = (name: string, k: number): Column => ({ name, kind: 'number', values: Float64Array.from(rows, (row) => row[k]!) })
  const levels = (name: string, k: number, own: string[]): Column => ({
    name,
    kind: 'category',
    levels: own,
    codes: Int32Array.from(rows, (row) => row[k]!)
  })
  return {
    rowCount: rows.length,
    columns: [
      numbers('age', 0),
      levels('town', 1, TOWNS),
      numbers('income', 2),
      numbers('height', 3),
      levels('cover', 4, ['none', 'basic', 'full'])
    ]
  }
}

const once = people('once', 300)
const drawn = tableOf(people('drawn', 500))

describe('rows that are another one but for little', () => {
  test.each<readonly [string, (row: Row) => Row]>([
    ['case or a blank', ([age, town, ...rest]) => [age, town < 2 ? 3 + town : town, ...rest]],
    ['a year of age', ([age, ...rest]) => [age + 1, ...rest]],
    [
      'digits that were rounded off in all numbers',
      ([age, town, income, height, cover]) => [age, town, Math.round(income), Math.round(height), cover]
    ]
  ])('are told where they differ by %s', (_, change) => {
    const data = tableOf([...once, ...once.slice(0, 20).map(change)])
    const twins = nearTwins(data, drawn)!
    // One pair in two of such tables agrees by chance.
    expect(twins.count - 40).toBeGreaterThanOrEqual(0)
    expect(twins.count - 40).toBeLessThanOrEqual(4)
    expect(Math.abs(withoutTwins(data, twins).rowCount - 299)).toBeLessThanOrEqual(1)
    // Of rows that were kept back those that are in the data under another spelling are none that were.
    expect([...twins.apart(tableOf([...once.slice(0, 20).map(change), ...people('kept', 30)]))]).toEqual(
      Array.from({ length: 30 }, (_row, i) => 20 + i)
    )
    expect(twinWords(twins, data)).toMatch(/^4[0-4] of 320 rows of the data equal another row /)
  })

  test('are as many by chance in coarse columns, as drawn rows say, and where these repeat the data nobody knows', () => {
    const coarse = (rows: Table): Table => ({ ...rows, columns: rows.columns.filter(({ name }) => name !== 'income' && name !== 'height') })
    expect(nearTwins(coarse(tableOf(once)), coarse(drawn))).toBeUndefined()
    const data = tableOf([...once, ...once.slice(0, 20)])
    expect(nearTwins(data, drawn)!.count).toBe(40)
    expect(nearTwins(data, data)).toBeUndefined()
  })

  test('are none in fresh rows', () => {
    // At two standard deviations and by a factor of two: of 60 tables none in all but one of thousands of runs.
    for (let s = 0; s < 60; s++) expect(nearTwins(tableOf(people(`data ${s}`, 120)), tableOf(people(`new ${s}`, 120)))).toBeUndefined()
  })
})
