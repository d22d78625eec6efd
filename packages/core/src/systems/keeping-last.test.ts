import { expect, test } from 'vitest'
import type { RawTable } from '../table/raw.js'
import { readPanel } from './panel/read.js'
import { ruledRows } from './rules/ruled-rows.js'

const ROWS = 60
const each = <T>(of: (i: number) => T): T[] => Array.from({ length: ROWS }, (_, i) => of(i))
const table: RawTable = {
  columns: [
    { name: 'person', source: 'text', values: each((i) => `p${i % 10}`) },
    { name: 'day', source: 'text', values: each((i) => `0${1 + (i % 9)}/0${1 + ((i * 7) % 9)}/2024`) },
    { name: 'cost', source: 'text', values: each((i) => `${1 + (i % 3)},${100 + i}`) },
    { name: 'x', source: 'number', values: Float64Array.from({ length: ROWS }, (_, i) => ((i * 37) % 100) / 10) }
  ],
  rowCount: ROWS
}

const readers = {
  'rows of a table': ruledRows,
  'rows of groups': (raw: RawTable, options: object) => readPanel(raw, { group: 'person', ...options })
}

test.each(Object.entries(readers))('%s are read anew under other options', (_, read) => {
  const values = (name: string, options: object) => {
    const column = read(table, { rules: 'off', ...options }).data.table.columns.find((one) => one.name === name)
    return column && 'values' in column ? Array.from(column.values).sort((a, b) => a - b) : undefined
  }
  const [days, months] = [values('day', { dateOrder: 'day-first' })!, values('day', { dateOrder: 'month-first' })!]
  expect(days).not.toEqual(months)
  expect(days).toContain(Date.UTC(2024, 7, 2))
  expect(months).toContain(Date.UTC(2024, 1, 8))
  expect(values('cost', { decimal: 'point' })![0]).toBe(1100)
  expect(values('cost', { decimal: 'comma' })![0]).toBe(1.1)
})

test('the same options are the same rows, not read again', () => {
  expect(ruledRows(table, { rules: 'off' })).toBe(ruledRows(table, { rules: 'off' }))
})
