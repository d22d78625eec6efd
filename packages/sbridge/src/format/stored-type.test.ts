import type { StoredType } from '@sbridge/core/internal'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import { parquetMetadata } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { isOf, misfits } from './stored-type.js'
import { parseTable, serializeTable } from './table-format.js'

const context = { source: 'test' }
const day = Date.UTC(2024, 1, 29)
const noon = day + 43_200_123

const number = (name: string, ...values: number[]): RawColumn => ({ name, source: 'number', values: Float64Array.from(values) })
const text = (name: string, ...values: (string | null)[]): RawColumn => ({ name, source: 'text', values })
const times = (name: string, ...values: number[]): RawColumn => ({ name, source: 'datetime', values: Float64Array.from(values) })

/** Types that both formats have, with cells at the ends of what they hold. */
const shared: readonly (readonly [StoredType, RawColumn])[] = [
  ...([8, 16, 32] as const).flatMap((bits) =>
    [true, false].map((signed) => {
      const [least, most] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1]
      return [{ kind: 'whole', bits, signed }, number(`${signed ? 'i' : 'u'}${bits}`, least, most)] as const
    })
  ),
  [{ kind: 'whole', bits: 64, signed: true }, text('i64', String(-(2n ** 63n)), String(2n ** 63n - 1n))],
  [{ kind: 'whole', bits: 64, signed: false }, text('u64', '0', String(2n ** 64n - 1n))],
  [{ kind: 'float', bits: 16 }, number('f16', -65_504, 0.5)],
  [{ kind: 'float', bits: 32 }, number('f32', Math.fround(0.1), -0.5)],
  [{ kind: 'float', bits: 64 }, number('f64', 3, 4)],
  [{ kind: 'decimal', precision: 5, scale: 2 }, number('d5', -999.99, 0.3)],
  [{ kind: 'decimal', precision: 15, scale: 3 }, number('d15', -123_456_789_012.345, 0.1)],
  [{ kind: 'decimal', precision: 30, scale: 4 }, number('d30', -12_345_678.9012, 1e15)],
  [{ kind: 'date' }, times('date', day, -86_400_000)],
  ...(['ms', 'us', 'ns'] as const).flatMap((unit) => [
    [{ kind: 'time', unit } as const, text(`time ${unit}`, '00:00:01', '23:59:59')] as const,
    [{ kind: 'timestamp', unit } as const, times(`local ${unit}`, noon, -1)] as const,
    [{ kind: 'timestamp', unit, zone: 'UTC' } as const, times(`world ${unit}`, noon, -1)] as const
  ])
]

const tableOf = (columns: readonly (readonly [StoredType, RawColumn])[]): RawTable => ({
  rowCount: 2,
  columns: columns.map(([, column]) => column),
  dialect: { kind: 'typed', types: Object.fromEntries(columns.map(([type, { name }]) => [name, type])) }
})

const cells = ({ columns }: RawTable) => columns.map(({ name, source, values }) => ({ name, source, values: [...values] }))

describe.each(['parquet', 'arrow'] as const)('%s', (format) => {
  const ownZone = [{ kind: 'timestamp', unit: 's', zone: 'Europe/Berlin' }, times('zoned', day, 0)] as const
  const own: readonly (readonly [StoredType, RawColumn])[] =
    format === 'parquet'
      ? [
          [{ kind: 'time', unit: 'us', zone: 'UTC' }, text('utc', '00:00', '12:34')],
          [{ kind: 'uuid' }, text('uuid', '71c1ad60-079b-47c2-a2f5-a7e33cf34f84', null)],
          [{ kind: 'json' }, text('json', '{"a": 1}', null)],
          [{ kind: 'enum' }, text('enum', 'a', 'b')]
        ]
      : [
          ownZone,
          [{ kind: 'time', unit: 's' }, text('seconds', '00:00', '12:34')],
          [{ kind: 'duration', unit: 'ms' }, number('duration', -5, 7)],
          [{ kind: 'dictionary', bits: 8 }, text('levels', 'b', null)]
        ]
  const table = tableOf([...shared, ...own])

  test('columns come back in their types, with their cells', async () => {
    expect(misfits(table)).toEqual([])
    const read = await parseTable(await serializeTable(table, format), format, context)
    expect(read.dialect).toEqual(table.dialect)
    expect(cells(read)).toEqual(cells(table))
  })

  test('the same bytes, whatever was written before', async () => {
    expect(await serializeTable(table, format)).toEqual(await serializeTable(table, format))
  })

  test('a column with a cell that is none of its type is written in a wider one', async () => {
    const odd = tableOf([
      [{ kind: 'whole', bits: 8, signed: true }, { ...number('byte', 1, 128), integer: true } as RawColumn],
      [{ kind: 'decimal', precision: 4, scale: 2 }, number('price', 1.25, 1.255)],
      [{ kind: 'date' }, times('day', day, noon)],
      [{ kind: 'time', unit: 'ms' }, text('clock', '12:00', 'other')]
    ])
    expect(misfits(odd).map((note) => note.split(':')[0])).toEqual(['byte', 'price', 'day', 'clock'])
    const read = await parseTable(await serializeTable(odd, format), format, context)
    expect(cells(read)).toEqual(cells(odd))
    expect(read.dialect).toMatchObject({
      types: { byte: { kind: 'whole', bits: 64 }, price: { kind: 'float', bits: 64 }, day: { kind: 'timestamp', unit: 'ms' } }
    })
  })

  test('rows of a table that is read keep to what its types hold', async () => {
    const read = await parseTable(await serializeTable(table, format), format, context)
    const boundsOf = (name: string) => read.columns.find((column) => column.name === name)
    expect(boundsOf('u8')).toMatchObject({ bounds: { least: 0, most: 255 } })
    expect(boundsOf('d5')).toMatchObject({ bounds: { least: -999.99, most: 999.99 } })
    expect(boundsOf('f64')).not.toHaveProperty('bounds')
  })
})

test('the schema of a Parquet file says types as other programs read them', async () => {
  const bytes = await serializeTable(tableOf(shared), 'parquet')
  const { schema } = parquetMetadata(bytes)
  const of = (name: string) => schema.find((element) => element.name === name)
  expect(of('u16')).toMatchObject({ type: 'INT32', converted_type: 'UINT_16' })
  expect(of('d30')).toMatchObject({ type: 'FIXED_LEN_BYTE_ARRAY', type_length: 13, converted_type: 'DECIMAL', precision: 30, scale: 4 })
  expect(of('local us')).toMatchObject({ type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' } })
  expect(of('local us')!.converted_type).toBeUndefined()
  expect(of('world us')).toMatchObject({ converted_type: 'TIMESTAMP_MICROS', logical_type: { isAdjustedToUTC: true } })
})

test('times of day in parts of a second stay numbers, within a day', async () => {
  const table = tableOf([[{ kind: 'time', unit: 'us' }, number('at', 1.5e6, 86_399_999_999)]])
  const read = await parseTable(await serializeTable(table, 'parquet'), 'parquet', context)
  expect(read.dialect).toEqual(table.dialect)
  expect(read.columns[0]).toMatchObject({ source: 'number', bounds: { least: 0, most: 86_399_999_999 } })
})

test('midnight of the next day is none of a time of day', () => {
  const type: StoredType = { kind: 'time', unit: 'ms' }
  expect(isOf(type, number('at', 86_399_999))).toBe(true)
  expect(isOf(type, number('at', 86_400_000))).toBe(false)
  expect(isOf(type, text('at', '24:00'))).toBe(false)
})

test('decimals are written to text with the digits of their type, as a database writes them', async () => {
  const types: Record<string, StoredType> = {
    price: { kind: 'decimal', precision: 8, scale: 2 },
    count: { kind: 'decimal', precision: 8, scale: 0 }
  }
  const columns = [text('price', '69.4', '-5', null, '0.25', 'free'), number('count', 1, 2, 3, 4, 5), number('free', 69.4, 5, 1, 2, 3)]
  const lines = async (format: 'csv' | 'tsv') =>
    Buffer.from(await serializeTable({ rowCount: 5, columns, dialect: { kind: 'typed', types } }, format)).toString()
  expect(await lines('csv')).toBe('price,count,free\n69.40,1,69.4\n-5.00,2,5\n,3,1\n0.25,4,2\nfree,5,3\n')
  expect(await lines('tsv')).toContain('69.40\t1\t69.4\n')
})
