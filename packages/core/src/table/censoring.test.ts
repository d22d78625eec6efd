import { describe, expect, test } from 'vitest'
import { keepRules } from '../code/rules/keep.js'
import { parseRule } from '../code/rules/parse-rule.js'
import { putRulesBack } from '../code/rules/stacked.js'
import { censoredCells } from './censoring.js'
import { columnFacts } from './column-facts.js'
import { decodeTable, encodeTable, fitEncoder } from './encoder.js'
import { inferTable } from './infer.js'
import { presentTable, roundToFormat, spelled } from './present.js'
import type { RawTable } from './raw.js'

const cells = ['<0,5', '0,5', '1,25', '3,0', '> 100', '12,0', null, '<0,5', '99,5', '0,75']
const raw: RawTable = {
  rowCount: cells.length,
  columns: [
    { name: 'crp', source: 'text', values: cells },
    { name: 'ward', source: 'text', values: ['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b', 'a', 'b'] }
  ]
}

describe('cells that give a limit', () => {
  const { table, formats, notes } = inferTable(raw)

  test('are numbers half a unit beyond it, and are written as they were', () => {
    const [crp] = table.columns
    expect(crp).toMatchObject({ kind: 'number', missing: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 0, 0, 0) })
    expect(Array.from((crp as { values: Float64Array }).values)).toEqual([0.495, 0.5, 1.25, 3, 100.005, 12, 0, 0.495, 99.5, 0.75])
    expect(notes).toEqual([
      'crp: 3 of 9 cells give a limit (<, >): numbers just beyond it, written as limits again; --types crp=category repeats all cells as text'
    ])
    for (const as of ['text', 'typed', 'json', 'sheet'] as const)
      expect(presentTable(table, formats, as).columns[0]!.values, as).toEqual(cells)
    expect(presentTable(table, formats, 'plain').columns[0]!.values.slice(0, 5)).toEqual(['<0.5', '0.5', '1.25', '3.0', '> 100'])
  })

  test('drawn numbers are beyond the nearer limit, beyond it where nothing is measured, or rounded', () => {
    const [format] = formats
    const drawn = (x: number) => spelled(roundToFormat(x, format!), format!)
    expect([0.495, 0.2, -3, 0.4974, 0.4976, 0.51, 99.8, 100.2, 5000].map(drawn)).toEqual([
      '<0,5',
      '<0,5',
      '<0,5',
      '<0,5',
      '0,5',
      '0,51',
      '> 100',
      '> 100',
      '> 100'
    ])
  })

  test('of several limits, some within what is measured: each keeps its own', () => {
    const values = ['<1', '<0.5', '0.2', '0.7', '1.4', '2.5', '<1', '0.9']
    const two = inferTable({
      rowCount: 8,
      columns: [{ name: 'x', source: 'text', values }, raw.columns[1]!].map((c) => ({ ...c, values: c.values.slice(0, 8) }) as never)
    })
    expect(presentTable(two.table, two.formats, 'text').columns[0]!.values).toEqual(values)
    const drawn = (x: number) => spelled(roundToFormat(x, two.formats[0]!), two.formats[0]!)
    expect([0.94, 0.96, 0.98, 0.44, 0.1].map(drawn)).toEqual(['<1', '<1', '1', '<0.5', '0.1'])
  })

  test('names of classes, and limits of what is no number, stay categories', () => {
    expect(censoredCells(['<18', '18', '>18'])).toBeUndefined()
    expect(censoredCells(['<b', '1', '2', '3'])).toBeUndefined()
    expect(censoredCells(['<1e-3', '1', '2', '3'])).toBeUndefined()
    expect(inferTable(raw, { types: { crp: 'category' } }).table.columns[0]!.kind).toBe('category')
  })

  test('ends of a range are said as cells show them, of read, encoded and derived columns', () => {
    const encoder = fitEncoder(table, formats, () => 'quantile')
    const decoded = decodeTable(encoder, encodeTable(encoder, table))
    const same = { columns: [decoded.columns[0]!, { ...decoded.columns[0]!, name: 'copy' }], rowCount: cells.length }
    const kept = keepRules([parseRule('copy = crp')], { table: same, formats: [formats[0]!, { ...formats[0]!, name: 'copy' }] })
    const derived = putRulesBack(kept, { table: { ...same, columns: [same.columns[0]!] }, formats: [formats[0]!] }).table
    for (const column of [table.columns[0]!, ...decoded.columns.slice(0, 1), ...derived.columns])
      expect(columnFacts(column), column.name).toMatchObject({ summary: '<0,5 to > 100', missing: 1 })
  })

  test('two styles of decimals are refused behind signs too', () => {
    const values = cells.map((cell) => (cell === '<0,5' ? '<0.5' : cell))
    expect(() => inferTable({ ...raw, columns: [{ ...raw.columns[0]!, values } as never, raw.columns[1]!] })).toThrow(
      /numbers of two styles in the column crp: 0.5 in row 1, 0,5 in row 2/
    )
  })
})
