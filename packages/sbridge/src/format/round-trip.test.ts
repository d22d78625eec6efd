import { SbridgeError } from '@sbridge/core'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import { describe, expect, test } from 'vitest'
import fc from '../../../../test/property.js'
import { isoTexts } from './columns.js'
import { parseTable, serializeTable, type TableFormat } from './table-format.js'

const context = { source: 'test' }
const formats: readonly TableFormat[] = ['csv', 'tsv', 'json', 'jsonl', 'parquet', 'arrow', 'npz']

const real = fc.double({ noNaN: true, noDefaultInfinity: true })
/** Text of what separates, quotes, ends lines or is stripped somewhere. */
const marks = fc.string({ unit: fc.constantFrom(...'",;|\t\r\n\'\\ #1a\ufeff\u2003'), minLength: 1, maxLength: 6 })
/** Any Unicode text without lone surrogates. */
const characters = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), marks)
const name = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), marks)

function cells<T>(value: fc.Arbitrary<T>, rows: number): fc.Arbitrary<(T | null)[]> {
  return fc.array(fc.option(value, { freq: 4 }), { minLength: rows, maxLength: rows })
}

function numeric(values: readonly (number | null)[]): { values: Float64Array; missing?: Uint8Array } {
  const missing = Uint8Array.from(values, (value) => (value === null ? 1 : 0))
  const numbers = Float64Array.from(values, (value) => value ?? 0)
  return missing.includes(1) ? { values: numbers, missing } : { values: numbers }
}

function column(label: string, rows: number): fc.Arbitrary<RawColumn> {
  return fc.oneof(
    cells(characters, rows).map((values): RawColumn => ({ name: label, source: 'text', values })),
    cells(real, rows).map((values): RawColumn => ({ name: label, source: 'number', ...numeric(values) })),
    cells(fc.maxSafeInteger(), rows).map((values): RawColumn => ({ name: label, source: 'number', ...numeric(values), integer: true })),
    cells(fc.boolean(), rows).map((values): RawColumn => ({ name: label, source: 'boolean', values })),
    cells(fc.integer({ min: -(2 ** 45), max: 2 ** 45 }), rows).map(
      (values): RawColumn => ({ name: label, source: 'datetime', ...numeric(values) })
    )
  )
}

const tables: fc.Arbitrary<RawTable> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.uniqueArray(name, { minLength: 1, maxLength: 5 }))
  .chain(([rowCount, names]) => fc.tuple(...names.map((label) => column(label, rowCount))).map((columns) => ({ columns, rowCount })))

/** What a column must read as: cells as numbers, truths or text, null where missing. */
function plain(value: RawColumn): unknown[] {
  const missing = value.source === 'number' || value.source === 'datetime' ? value.missing : undefined
  return Array.from(value.values as ArrayLike<unknown>, (cell, i) => (missing?.[i] ? null : cell === 0 ? 0 : cell))
}

/** What is left of a column's kind in a format: CSV keeps text only, JSON no dates, NPZ no missing mark. */
function expected(value: RawColumn, format: TableFormat): unknown[] {
  const cellsOf = plain(value)
  if (format === 'csv' || format === 'tsv' || format === 'json' || format === 'jsonl') {
    if (value.source === 'datetime') return isoTexts(value)
    return format.startsWith('json') ? cellsOf : cellsOf.map((cell) => (cell === null ? null : String(cell)))
  }
  if (format === 'npz' && value.source === 'boolean' && cellsOf.includes(null))
    return cellsOf.map((cell) => (cell === null ? null : Number(cell)))
  return cellsOf
}

describe.each(formats)('%s', (format) => {
  test('gives back every table that it wrote', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        // NumPy's fixed-length text is filled up with zeros.
        fc.pre(format !== 'npz' || table.columns.every((one) => one.source !== 'text' || !one.values.some((cell) => cell?.endsWith('\0'))))
        // The libraries of these formats take a mark at the start of a name away.
        fc.pre(!/parquet|arrow/.test(format) || table.columns.every((one) => !one.name.startsWith('\ufeff')))
        const read = await parseTable(await serializeTable(table, format), format, context)
        expect(read.rowCount).toBe(table.rowCount)
        expect(read.columns.map((one) => one.name)).toEqual(table.columns.map((one) => one.name))
        for (const [i, one] of read.columns.entries()) expect(plain(one)).toEqual(expected(table.columns[i]!, format))
      })
    )
  })

  test('keeps the kinds it has a type for', async () => {
    const values = Float64Array.of(1, 2, 3)
    const table: RawTable = {
      rowCount: 3,
      columns: [
        { name: 'real', source: 'number', values: Float64Array.of(0.5, 2, 3) },
        { name: 'whole', source: 'number', values, integer: true },
        { name: 'flag', source: 'boolean', values: [true, false, true] },
        { name: 'when', source: 'datetime', values },
        { name: 'text', source: 'text', values: ['a', 'b', 'c'] }
      ]
    }
    const read = await parseTable(await serializeTable(table, format), format, context)
    const kinds = read.columns.map((one) => (one.source === 'number' && one.integer ? 'whole' : one.source))
    if (format === 'csv' || format === 'tsv') expect(kinds).toEqual(['text', 'text', 'text', 'text', 'text'])
    else if (format.startsWith('json')) expect(kinds).toEqual(['number', 'number', 'boolean', 'text', 'text'])
    else expect(kinds).toEqual(['number', 'whole', 'boolean', 'datetime', 'text'])
  })

  test('writes the same bytes again', async () => {
    const table: RawTable = { rowCount: 2, columns: [{ name: 'a', source: 'text', values: ['x', null] }] }
    expect(await serializeTable(table, format)).toEqual(await serializeTable(table, format))
  })

  test('refuses NaN, infinities and times beyond the calendar', async () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const table: RawTable = { rowCount: 1, columns: [{ name: 'a', source: 'number', values: Float64Array.of(value) }] }
      await expect(serializeTable(table, format)).rejects.toMatchObject({ code: 'value-not-writable', name: 'InputError' })
    }
    const late: RawTable = { rowCount: 1, columns: [{ name: 'a', source: 'datetime', values: Float64Array.of(9e15) }] }
    await expect(serializeTable(late, format)).rejects.toMatchObject({ code: 'value-not-writable' })
  })
})

const whole: RawTable = {
  rowCount: 40,
  columns: [
    { name: 'real', source: 'number', values: Float64Array.from({ length: 40 }, (_, i) => i / 7) },
    { name: 'whole', source: 'number', values: Float64Array.from({ length: 40 }, (_, i) => i), integer: true },
    { name: 'text', source: 'text', values: Array.from({ length: 40 }, (_, i) => `level ${i % 5}`) }
  ]
}

describe.each<TableFormat>(['parquet', 'arrow', 'npz', 'npy', 'json'])('damaged %s', (format) => {
  const table = format === 'npy' ? { ...whole, columns: whole.columns.slice(0, 2) } : whole

  test('is a FormatError wherever the file is cut', async () => {
    const bytes = await serializeTable(table, format)
    for (let length = 1; length < bytes.length - 2; length += Math.ceil(bytes.length / 97)) {
      await expect(parseTable(bytes.slice(0, length), format, context), `${length} of ${bytes.length} bytes`).rejects.toMatchObject({
        name: 'FormatError'
      })
    }
  })

  test('is read, or refused by an error of our own, whatever byte is wrong', async () => {
    const bytes = await serializeTable(table, format)
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = bytes.slice()
        damaged[at]! ^= change
        try {
          const read = await parseTable(damaged, format, context)
          for (const one of read.columns) expect(one.values.length).toBe(read.rowCount)
        } catch (error) {
          expect(error).toBeInstanceOf(SbridgeError)
        }
      }),
      { numRuns: 300 }
    )
  })
})

test.each<TableFormat>([...formats, 'npy'])('an empty %s file is an InputError', async (format) => {
  const attempt = (async () => parseTable(new Uint8Array(0), format, context))()
  await expect(attempt).rejects.toMatchObject({ name: 'InputError', code: 'file-empty' })
})

test.each<TableFormat>(['json', 'parquet', 'arrow', 'npz', 'npy'])('%s without rows is an InputError', async (format) => {
  const table: RawTable = { rowCount: 0, columns: [{ name: 'x0', source: 'number', values: new Float64Array(0) }] }
  const attempt = (async () => parseTable(await serializeTable(table, format), format, context))()
  await expect(attempt).rejects.toMatchObject({ name: 'InputError' })
})

test.each<TableFormat>(['csv', 'json', 'parquet', 'arrow', 'npz', 'npy'])(
  '%s is read from the middle of a larger buffer',
  async (format) => {
    const table = { rowCount: whole.rowCount, columns: whole.columns.slice(0, 1) }
    const bytes = await serializeTable(table, format)
    const pool = Buffer.alloc(bytes.length + 20, 0x41)
    pool.set(bytes, 3)
    const read = await parseTable(pool.subarray(3, 3 + bytes.length), format, context)
    expect(Array.from(read.columns[0]!.values as ArrayLike<unknown>, Number)).toEqual([...table.columns[0]!.values])
  }
)
