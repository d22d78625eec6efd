import type { RawColumn } from '@sbridge/core/tables'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, expect, test } from 'vitest'
import { fixture } from '../../test/fixture.js'
import { readParquet, writeParquet } from './parquet.js'

const context = { source: 'data.parquet' }
const leap = Date.UTC(2024, 1, 29)

test('dates, timestamps, decimals and long whole numbers', async () => {
  const when = [new Date(leap), new Date(-1), null]
  const columnData = [
    { name: 'day', data: [new Date(leap), new Date(0), null] },
    { name: 'micro', data: when },
    { name: 'nano', data: when },
    { name: 'price', data: [0.3, -12.25, null] },
    { name: 'huge', data: [2n ** 60n + 1n, 1n, null] },
    { name: 'small', data: [1, -2, null] },
    { name: 'json', data: [{ a: 1 }, [2], null] },
    { name: 'nan', data: [Number.NaN, 1.5, null] }
  ]
  const optional = { repetition_type: 'OPTIONAL' } as const
  const schema = [
    { name: 'root', num_children: columnData.length },
    { name: 'day', type: 'INT32', converted_type: 'DATE', ...optional },
    { name: 'micro', type: 'INT64', converted_type: 'TIMESTAMP_MICROS', ...optional },
    { name: 'nano', type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' }, ...optional },
    { name: 'price', type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 8, ...optional },
    { name: 'huge', type: 'INT64', ...optional },
    { name: 'small', type: 'INT32', ...optional },
    { name: 'json', type: 'BYTE_ARRAY', converted_type: 'JSON', ...optional },
    { name: 'nan', type: 'DOUBLE', ...optional }
  ] as const
  const { columns } = await readParquet(new Uint8Array(parquetWriteBuffer({ columnData, schema: [...schema] })), context)
  const missing = Uint8Array.of(0, 0, 1)
  const ofType = (most: number) => ({ least: -most, most, byType: true })
  expect(columns).toEqual([
    { name: 'day', source: 'datetime', values: Float64Array.of(leap, 0, 0), missing },
    { name: 'micro', source: 'datetime', values: Float64Array.of(leap, -1, 0), missing },
    { name: 'nano', source: 'datetime', values: Float64Array.of(leap, -1, 0), missing },
    { name: 'price', source: 'number', values: Float64Array.of(0.3, -12.25, 0), missing, bounds: ofType(999_999.99) },
    { name: 'huge', source: 'text', values: ['1152921504606846977', '1', null] },
    {
      name: 'small',
      source: 'number',
      values: Float64Array.of(1, -2, 0),
      missing,
      integer: true,
      bounds: { ...ofType(2 ** 31 - 1), least: -(2 ** 31) }
    },
    { name: 'json', source: 'text', marked: true, values: ['{"a":1}', '[2]', null] },
    { name: 'nan', source: 'number', values: Float64Array.of(0, 1.5, 0), missing: Uint8Array.of(1, 0, 1) }
  ])
})

test('several row groups come back in order', async () => {
  const values = Float64Array.from({ length: 2500 }, (_, i) => i)
  const text = Array.from(values, (value) => (value % 7 === 0 ? null : `t${value % 5}`))
  const columns: RawColumn[] = [
    { name: 'a', source: 'number', values },
    { name: 'b', source: 'text', marked: true, values: text }
  ]
  const read = await readParquet(writeParquet({ rowCount: 2500, columns }), context)
  expect(read.columns).toEqual(columns)
})

test('nested and repeated columns are named', async () => {
  const bytes = parquetWriteBuffer({
    columnData: [{ name: 'list', data: [[1], [2, 3]] }],
    schema: [
      { name: 'root', num_children: 1 },
      { name: 'list', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', type: 'DOUBLE', repetition_type: 'OPTIONAL' }
    ]
  })
  await expect(readParquet(new Uint8Array(bytes), context)).rejects.toMatchObject({ name: 'InputError', code: 'column-nested' })
})

test('a nested column may be left out', async () => {
  const columnData = [
    { name: 'a', data: [1.5, 2] },
    { name: 'list', data: [[1], [2, 3]] }
  ]
  const schema = [
    { name: 'root', num_children: 2 },
    { name: 'a', type: 'DOUBLE', repetition_type: 'REQUIRED' },
    { name: 'list', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'DOUBLE', repetition_type: 'OPTIONAL' }
  ] as const
  const { columns, rowCount } = await readParquet(new Uint8Array(parquetWriteBuffer({ columnData, schema: [...schema] })), context)
  expect([rowCount, columns[0]!.values]).toEqual([2, Float64Array.of(1.5, 2)])
  expect(() => columns[1]!.values).toThrow(expect.objectContaining({ name: 'InputError', code: 'column-nested' }))
})

test.each(['gzip', 'brotli', 'zstd', 'lz4_raw', 'older-pages'])('%s.parquet, made as its README says', async (name) => {
  const rows = Array.from({ length: 60 }, (_, i) => i)
  const empty = (i: number) => i % 9 === 4
  const { columns } = await readParquet(fixture(`${name}.parquet`), context)
  expect(columns).toEqual([
    {
      name: 'real',
      source: 'number',
      values: Float64Array.from(rows, (i) => (empty(i) ? 0 : i / 7)),
      missing: Uint8Array.from(rows, (i) => Number(empty(i)))
    },
    { name: 'whole', source: 'number', values: Float64Array.from(rows, (i) => i * i), integer: true },
    { name: 'single', source: 'number', values: Float64Array.from(rows, (i) => i / 2) },
    { name: 'flag', source: 'boolean', values: rows.map((i) => (i % 5 === 0 ? null : i % 3 === 0)) },
    { name: 'level', source: 'text', marked: true, values: rows.map((i) => (i % 11 === 7 ? null : `level ${i % 4}`)) },
    { name: 'text', source: 'text', marked: true, values: rows.map((i) => `text ${i}`) },
    { name: 'when', source: 'datetime', values: Float64Array.from(rows, (i) => 86_400_000 * i) }
  ])
})

// These made the library loop for ever, or ask for gigabytes.
test.each(['min-700', 'hang-parquet-640', 'hang-parquet-1739'])('%s: levels that run past their page are refused', async (name) => {
  await expect(readParquet(fixture(`damaged/${name}.parquet`), context)).rejects.toMatchObject({
    name: 'FormatError',
    code: 'parquet-unreadable'
  })
})

afterEach(() => {
  delete process.env.SBRIDGE_MAX_CONTENT
})

test('more than the limit is refused before anything is inflated', async () => {
  const values = new Float64Array(100_000).fill(0.5)
  const bytes = writeParquet({ rowCount: values.length, columns: [{ name: 'a', source: 'number', values }] })
  expect((await readParquet(bytes, context)).rowCount).toBe(100_000)
  process.env.SBRIDGE_MAX_CONTENT = '0.5'
  await expect(readParquet(bytes, context)).rejects.toMatchObject({ name: 'FormatError', code: 'content-too-large' })
})

test('foreign bytes are a FormatError that names the file', async () => {
  await expect(readParquet(new TextEncoder().encode('a,b\n1,2\n'), context)).rejects.toThrow(
    /data.parquet, which cannot be read as Parquet/
  )
})
