import { describe, expect, it } from 'vitest'
import { inferTable } from './infer.js'
import { presentTable, roundToFormat } from './present.js'

const column = (values: readonly (string | null)[]) => ({
  rowCount: values.length,
  columns: [{ name: 'x', source: 'text' as const, values }]
})

describe('numbers that are all written with powers of ten', () => {
  it.each([
    [['3.020e-11', '1.500e-09', null, '9.990e+02']],
    [['1E5', '2E6', '7E3', '1E-2']],
    [['1.0e05', '2.5e12', '-3.0e02']],
    [['-1.25E+003', '4.00E-010', '0.00E+000']]
  ])('%j are written so again', (cells) => {
    const { table, formats } = inferTable(column(cells))
    expect(table.columns[0]!.kind).toBe('number')
    expect(presentTable(table, formats, 'text').columns[0]!.values).toEqual(cells)
  })

  it('new ones have as many digits, in text and as numbers', () => {
    const { formats } = inferTable(column(['3.020e-11', '1.500e-09', '9.990e+02']))
    const rounded = roundToFormat(1.23456e-10, formats[0]!)
    expect(rounded).toBe(1.235e-10)
    const drawn = { rowCount: 1, columns: [{ name: 'x', kind: 'number' as const, values: Float64Array.of(rounded) }] }
    expect(presentTable(drawn, formats, 'text').columns[0]!.values).toEqual(['1.235e-10'])
    expect(presentTable(drawn, formats, 'plain').columns[0]!.values).toEqual(['1.235e-10'])
  })

  it('where some have no power, or another number of digits, the shortest text stays', () => {
    for (const cells of [
      ['1e-7', '0.25', '3'],
      ['1.5e-7', '1.25e-7', '1e3']
    ]) {
      const { formats } = inferTable(column(cells))
      expect(formats[0]!.number!.scientific).toBeUndefined()
    }
  })
})
