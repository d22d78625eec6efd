import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, permutation } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { modelKnown } from '../../systems/table/check-known.js'
import { decodeTable, encodeTable, fitEncoder } from '../../table/encoder.js'
import { inferTable } from '../../table/infer.js'
import { numberingOf } from '../../table/numbering.js'
import { presentTable } from '../../table/present.js'
import type { RawTable } from '../../table/raw.js'
import { continueNumbers } from './number-keys.js'

const key = keyFromSeed(6)
const noise = (label: string, rows: number) => normals(keyFor(key, label), rows)

/** Orders: shuffled numbers from 1,001 in steps, an amount, and another number; as text. */
function orders(rows: number, { first = 1001, step = 1 } = {}): RawTable {
  const text = (name: string, values: ArrayLike<number>) => ({ name, source: 'text' as const, values: Array.from(values, String) })
  const ids = Array.from(permutation(key, rows), (i) => first + step * i)
  return { rowCount: rows, columns: [text('id', ids), text('amount', noise('amount', rows)), text('size', noise('size', rows))] }
}
const kindOf = (raw: RawTable, options: Parameters<typeof continueNumbers>[1] = {}) =>
  continueNumbers(inferTable(raw, { ...(options.types ? { types: options.types } : {}) }), options).table.columns[0]!.kind

describe('running numbers', () => {
  it('are whole, all different and evenly spaced, in any order', () => {
    expect(numberingOf([1001, 1003, 1002])).toEqual({ next: 1004, step: 1 })
    expect(numberingOf([-5, 5, 0])).toEqual({ next: 10, step: 5 })
    for (const none of [[1], [1, 1, 2], [1, 2, 4], [0.5, 1, 1.5], [Number.NaN, 1, 2], [2 ** 53 - 2, 2 ** 53 - 1]])
      expect(numberingOf(none)).toBeUndefined()
  })

  it('are keys where they begin with the year of their row, and quantities where they begin with that of another', () => {
    const days = Array.from({ length: 80 }, (_, i) => new Date(Date.UTC(2022, 0, 1 + 17 * i)).toISOString().slice(0, 10))
    // Numbers that begin anew in each year: in no equal steps, and of no name of a key.
    const values = days.map((day, i) => `${day.slice(0, 4)}${String(10_001 + 3 * i + (i % 2)).slice(1)}`)
    const raw = (of: readonly string[]): RawTable => ({
      rowCount: 80,
      columns: [
        { name: 'document', source: 'text', values: of },
        { name: 'day', source: 'text', values: days },
        ...orders(80).columns.slice(1)
      ]
    })
    const { data } = prepareRows(raw(values))
    expect(data.table.columns[0]!.kind).toBe('identifier')
    expect(data.notes[0]).toContain('document: whole numbers that begin with the year of day, no two alike: left out of the model')
    const shuffled = Array.from(permutation(keyFor(key, 'apart'), 80), (i) => values[i]!)
    expect(prepareRows(raw(shuffled)).data.table.columns[0]!.kind).toBe('integer')
  })

  it('are left out of the model and continued, in text and in typed files, after a model was kept', () => {
    const { data } = prepareRows(orders(40, { first: 1000, step: 10 }))
    expect(data.table.columns.map(({ kind }) => kind)).toEqual(['identifier', 'number', 'number'])
    expect(data.notes).toEqual([
      'id: whole numbers in equal steps, no two alike: left out of the model and continued from 1400; --types id=integer models them'
    ])
    const encoder = fitEncoder(data.table, data.formats, () => 'standard')
    const kept = JSON.parse(JSON.stringify(encoder.formats))
    const rows = decodeTable(encoder, encodeTable(encoder, data.table))
    expect(presentTable(rows, kept, 'text').columns[0]!.values.slice(0, 3)).toEqual(['1400', '1410', '1420'])
    expect(presentTable(rows, kept, 'typed').columns[0]).toMatchObject({ source: 'number', integer: true })
    expect([...presentTable(rows, kept, 'typed').columns[0]!.values].slice(0, 2)).toEqual([1400, 1410])
  })

  it('are modelled when told so, named as weights or in a scaling, known of a row, few, or all that there is', () => {
    expect(kindOf(orders(40))).toBe('identifier')
    expect(kindOf(orders(40), { types: { id: 'integer' } })).toBe('integer')
    expect(kindOf(orders(40), { weights: 'id' })).toBe('integer')
    expect(kindOf(orders(40), { scaling: { id: 'quantile' } })).toBe('integer')
    expect(kindOf(orders(9))).toBe('integer')
    const alone = orders(40)
    expect(kindOf({ ...alone, columns: alone.columns.slice(0, 1) })).toBe('integer')
    const typesOf = (known: object) => modelKnown(orders(40), {}, { givens: [], observe: [], ...known }).types
    expect(typesOf({ givens: [{ amount: 1 }] })).toBeUndefined()
    expect(typesOf({ givens: [{ id: 1005 }] })).toEqual({ id: 'integer' })
    expect(typesOf({ observe: ['2*id = 2010 ± 1'] })).toEqual({ id: 'integer' })
    expect(typesOf({ likelihood: { logLikelihood: () => 0 } })).toEqual({ id: 'integer' })
  })

  it('that the other numbers follow are a grid or a time: modelled, with a note; as identifiers they are continued', () => {
    const curve = (follows: boolean): RawTable => ({
      rowCount: 60,
      columns: [
        { name: 'x', source: 'number', values: Float64Array.from({ length: 60 }, (_, i) => i) },
        { name: 'y', source: 'number', values: noise('y', 60).map((z, i) => (follows ? Math.sin(i / 8) + 0.1 * z : z)) }
      ]
    })
    expect([kindOf(curve(false)), kindOf(curve(true))]).toEqual(['identifier', 'integer'])
    expect(prepareRows(curve(true)).data.notes).toEqual([
      'x: whole numbers in equal steps, no two alike, but other columns depend on it, so it is modelled and new values may repeat; to treat it as a key, --types x=identifier continues them'
    ])
    const told = prepareRows(curve(true), { types: { x: 'identifier' } }).data
    expect(told.notes).toEqual(['x: counts as an identifier: left out of the model, continued from 60'])
    expect(told.formats[0]!.numbering).toEqual({ next: 60, step: 1 })
  })

  it('that count rows sorted by classes, and in each by a number, are keys still; where a number goes its way in a class they are none', () => {
    const sorted = (valueAt: (i: number, z: number) => number): RawTable => ({
      rowCount: 90,
      columns: [
        { name: 'id', source: 'number', values: Float64Array.from({ length: 90 }, (_, i) => 1 + i) },
        { name: 'species', source: 'text', values: Array.from({ length: 90 }, (_, i) => 'abc'[Math.floor(i / 30)]!) },
        { name: 'length', source: 'number', values: noise('length', 90).map((z, i) => valueAt(i, z)) }
      ]
    })
    const kindIn = (valueAt: (i: number, z: number) => number) => kindOf(sorted(valueAt))
    expect(kindIn((i, z) => 10 * Math.floor(i / 30) + z)).toBe('identifier')
    expect(kindIn((i, z) => (i % 30) + 0.5 * z)).toBe('identifier')
    expect(kindIn((i, z) => Math.sin(i / 4) + 0.1 * z)).toBe('integer')
    // An oven that is heated, cooled and heated again.
    expect(kindIn((i, z) => Math.abs(30 - (i % 60)) + 0.5 * z)).toBe('integer')
    // Without classes a number that only rises is a grid or a time.
    const { columns, rowCount } = sorted((i) => i ** 2)
    expect(kindOf({ rowCount, columns: columns.filter(({ name }) => name !== 'species') })).toBe('integer')
  })
})
