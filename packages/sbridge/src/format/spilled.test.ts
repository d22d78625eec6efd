import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RawColumn, RawTable, Table } from '@sbridge/core/tables'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, it } from 'vitest'
import { joined } from './bytes.js'
import { sliceRaw } from './columns.js'
import { SpilledRows } from './spilled.js'
import { serializePieces, serializeTable } from './table-format.js'
import { watchTemporaryFiles } from './temporary.js'

const piece = (first: number, rowCount: number): Table => ({
  first,
  rowCount,
  columns: [
    { name: 'key', kind: 'identifier', cells: Array.from({ length: rowCount }, (_, i) => (i === 1 ? null : `k${first + i}`)) },
    { name: 'row', kind: 'identifier' },
    { name: 'x', kind: 'number', values: Float64Array.from({ length: rowCount }, (_, i) => first + i), missing: new Uint8Array(rowCount) },
    { name: 'level', kind: 'category', levels: ['a', 'b'], codes: Int32Array.from({ length: rowCount }, (_, i) => (i % 3) - 1) }
  ]
})

it('whoever ends this thread while the file has a name is told of it before it is made', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spilled-'))
  const told: string[][] = []
  watchTemporaryFiles((path, event) => told.push([event, String(existsSync(path)), path.slice(0, folder.length)]))
  try {
    new SpilledRows(folder).close()
    expect(told).toEqual([
      ['begun', 'false', folder],
      ['gone', 'false', folder]
    ])
  } finally {
    watchTemporaryFiles(() => {})
    rmSync(folder, { recursive: true })
  }
})

it('gives rows back across its pieces, and leaves no file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spilled-'))
  const spilled = new SpilledRows(folder)
  try {
    spilled.add(piece(0, 4))
    spilled.add(piece(4, 3))
    expect(readdirSync(folder)).toEqual([])
    expect(spilled.rowCount).toBe(7)
    const { columns, first } = spilled.rows(3, 6)
    const [key, , x, level] = columns
    expect(key).toMatchObject({ cells: ['k3', 'k4', null] })
    expect(first).toBe(3)
    expect(x).toMatchObject({ values: Float64Array.of(3, 4, 5) })
    expect(level).toMatchObject({ codes: Int32Array.of(-1, -1, 0) })
    expect(spilled.rows(5, 7)).toMatchObject({ rowCount: 2, first: 5 })
  } finally {
    spilled.close()
    rmSync(folder, { recursive: true })
  }
  expect(() => new SpilledRows(folder)).toThrow(expect.objectContaining({ code: 'output-folder-missing' }))
})

/** Empty only in the last row, a whole number nowhere else than before it. */
function long(rows: number): RawTable {
  const at = <T>(value: (i: number) => T) => Array.from({ length: rows }, (_, i) => value(i))
  const missing = Uint8Array.from(at((i) => (i === rows - 1 ? 1 : 0)))
  const columns: RawColumn[] = [
    { name: 'x', source: 'number', values: Float64Array.from(at((i) => i / 7)), missing },
    { name: 'n', source: 'number', integer: true, values: Float64Array.from(at((i) => (i === rows - 1 ? 2 ** 60 : i))) },
    { name: 'whole', source: 'number', integer: true, values: Float64Array.from(at((i) => i % 5)) },
    { name: 't', source: 'text', values: at((i) => (i === 0 ? 'é' : `t${i % 3}`)) }
  ]
  return { columns, rowCount: rows, dialect: { kind: 'json', encoding: 'utf-8', byteOrderMark: true } }
}

it('writes formats in pieces as they are written at once', async () => {
  const table = long(16_390)
  const pieces = { rowCount: table.rowCount, rows: (from: number, to: number) => sliceRaw(table, from, to) }
  const asked: number[] = []
  const counted = {
    ...pieces,
    rows(from: number, to: number) {
      asked.push(to - from)
      return pieces.rows(from, to)
    }
  }
  for (const format of ['csv', 'jsonl', 'parquet'] as const)
    expect(joined([...(await serializePieces(pieces, format))])).toEqual(await serializeTable(table, format))
  for (const piece of await serializePieces(counted, 'jsonl')) void piece
  expect(asked).toEqual([1, 16_384, 6])
})

it('writes Parquet by row groups as the library does at once', async () => {
  const table = long(1010)
  const data = ({ values }: RawColumn) => Array.from(values as ArrayLike<number | string>)
  const [x, n, whole, t] = table.columns as [RawColumn, RawColumn, RawColumn, RawColumn]
  const columnData = [
    { name: 'x', data: data(x).map((value, i) => (i === 1009 ? null : value)), type: 'DOUBLE' as const, nullable: true },
    { name: 'n', data: Float64Array.from(data(n) as number[]), type: 'DOUBLE' as const, nullable: false },
    { name: 'whole', data: data(whole).map((value) => BigInt(value)), type: 'INT64' as const, nullable: false },
    { name: 't', data: data(t), type: 'STRING' as const, nullable: false }
  ]
  expect(await serializeTable(table, 'parquet')).toEqual(new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'sbridge' })))
})
