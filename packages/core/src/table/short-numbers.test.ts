import { expect, it } from 'vitest'
import { inferTable } from './infer.js'
import { formatNumber } from './number-style.js'

const column = (cells: readonly string[]) => {
  const { table, formats } = inferTable({ rowCount: cells.length, columns: [{ name: 'x', source: 'text', values: [...cells] }] })
  const { values } = table.columns[0] as { readonly values: Float64Array }
  return { values, number: formats[0]!.number! }
}

it('cells with more digits than a number has say no more than the short number, and new ones are short', () => {
  // 2.2467800000000002 and 2.24678 are one number, to the last bit.
  const { values, number } = column(['2.61776', '2.2467800000000002', '3.1', '2.7', '4.05', '2.61814'])
  expect(values[1]).toBe(2.24678)
  expect(number.decimals).toBe(5)
  // As 274978 · 10⁻⁵ comes out.
  expect(formatNumber(2.7497800000000003, number)).toBe('2.74978')
  expect(Array.from(values, (value) => formatNumber(value, number))).toEqual(['2.61776', '2.24678', '3.1', '2.7', '4.05', '2.61814'])
})

it('numbers with all their digits keep them', () => {
  const cells = ['0.1234567890123456', '0.9876543210987654', '0.5555444433332222', '0.31415926535897931', '0.2718281828459045']
  expect(column(cells).number.decimals).toBeGreaterThan(12)
})
