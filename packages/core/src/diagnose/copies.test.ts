import { expect, test } from 'vitest'
import fc from '../../../../test/property.js'
import { decimalsOf } from '../table/parse.js'
import { isNumeric, type NumericColumn, type Table } from '../table/table.js'
import { countCopies, countDuplicates } from './copies.js'

/** Every row as text, numbers with the decimals that they have in `reference`; undefined where all numbers are missing. */
function rowTexts(table: Table, reference: Table): (string | undefined)[] {
  return Array.from({ length: table.rowCount }, (_, i) => {
    const cells = table.columns.map((column, c) => {
      if (!isNumeric(column)) return 'codes' in column ? (column.levels[column.codes[i]!] ?? null) : undefined
      const { values, missing } = reference.columns[c] as NumericColumn
      const decimals = decimalsOf(values, missing)
      const value = column.values[i]!
      return column.missing?.[i] ? '' : (decimals === undefined ? value : Number(value.toFixed(decimals))) + 0
    })
    const numbers = table.columns.filter(isNumeric)
    return numbers.length > 0 && numbers.every(({ missing }) => missing?.[i]) ? undefined : JSON.stringify(cells)
  })
}

const cell = fc.record({ x: fc.constantFrom(-0.1, -0, 0, 0.1, 0.104, 0.25, 1 / 3), gap: fc.boolean(), y: fc.integer({ min: 0, max: 2 }) })

/** Levels stand in another order in each table. */
const tableOf = (cells: readonly { x: number; gap: boolean; y: number }[], levels: readonly string[]): Table => ({
  rowCount: cells.length,
  columns: [
    {
      name: 'x',
      kind: 'number',
      values: Float64Array.from(cells, ({ x }) => x),
      missing: Uint8Array.from(cells, ({ gap }) => Number(gap))
    },
    { name: 'y', kind: 'category', levels, codes: Int32Array.from(cells, ({ y }) => y - 1) },
    { name: 'id', kind: 'identifier' }
  ]
})

test('copies are the rows whose text is that of a training row', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1 }), fc.array(cell, { minLength: 1 }), (rows, others) => {
      const [train, table] = [tableOf(rows, ['a', 'b']), tableOf(others, ['b', 'a'])]
      const [known, asked] = [rowTexts(train, train), rowTexts(table, train)]
      const none = (texts: readonly unknown[]) => texts.filter((text) => text === undefined).length
      const copies = asked.filter((text) => text !== undefined && known.includes(text)).length
      const twice = known.filter((text, i) => text !== undefined && known.some((other, j) => other === text && j !== i)).length
      expect(countCopies(table, train)).toEqual({ copies, rows: others.length, withoutNumbers: none(asked) })
      expect(countDuplicates(train)).toEqual({ copies: twice, rows: rows.length, withoutNumbers: none(known) })
    })
  )
})
