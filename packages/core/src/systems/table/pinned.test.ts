import { describe, expect, it } from 'vitest'
import { keyFromSeed, uniforms } from '../../num/random.js'
import { takeRawRows } from '../../table/raw.js'
import { isCategorical } from '../../table/table.js'
import { prepareRows } from '../prepare.js'
import { pinnedTo } from './pinned.js'

/** Remarks of which many stand once or twice, codes that a format holds as numbers, and empty cells. */
function remarks(rowCount: number) {
  const u = uniforms(keyFromSeed(4), 2 * rowCount)
  return {
    rowCount,
    columns: [
      { name: 'x', source: 'number' as const, values: u.subarray(0, rowCount) },
      {
        name: 'remark',
        source: 'text' as const,
        values: Array.from({ length: rowCount }, (_, i) => `about ${Math.floor(90 * u[rowCount + i]! ** 2)}`)
      },
      { name: 'ward', source: 'number' as const, values: u.subarray(rowCount).map((x) => Math.floor(12 * x ** 4)) },
      { name: 'flag', source: 'boolean' as const, values: Array.from({ length: rowCount }, (_, i) => (i % 7 === 0 ? null : i % 50 === 1)) }
    ]
  }
}

describe('halves of a table whose rare levels are merged', () => {
  const input = remarks(300)
  const options = { minCell: 5, types: { ward: 'category' as const } }
  const whole = prepareRows(input, options).data.table
  const pinned = pinnedTo(whole, { input, options })

  it('have the levels that all rows have, each row its own', () => {
    const rows = Uint32Array.from({ length: 150 }, (_, i) => 2 * i)
    const half = prepareRows(takeRawRows(pinned.table, rows), pinned.options).data.table
    expect(half.columns.map(({ name, kind }) => [name, kind])).toEqual(whole.columns.map(({ name, kind }) => [name, kind]))
    const categorical = whole.columns.filter(isCategorical)
    expect(categorical.map(({ name }) => name)).toEqual(['remark', 'ward', 'flag'])
    for (const [c, column] of whole.columns.entries()) {
      if (!isCategorical(column)) continue
      const own = half.columns[c] as typeof column
      expect(Array.from(own.codes, (code) => own.levels[code])).toEqual(Array.from(rows, (row) => column.levels[column.codes[row]!]))
    }
  })

  it('have them as they are written where none are merged', () => {
    const { table, options: own } = pinnedTo(whole, { input, options: { types: options.types } })
    expect(table.columns).toEqual(input.columns)
    expect(own).not.toHaveProperty('levels')
  })
})
