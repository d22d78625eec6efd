import type { RawColumn } from '@sbridge/core/tables'
import { describe, expect, test } from 'vitest'
import { fixture } from '../../test/fixture.js'
import { readNpy, writeNpy } from './npy.js'
import { readNpz } from './npz.js'

const context = { source: 'data.npy' }

function cells(column: RawColumn): unknown[] {
  const missing = column.source === 'number' || column.source === 'datetime' ? column.missing : undefined
  return Array.from(column.values as ArrayLike<unknown>, (cell, i) => (missing?.[i] ? null : cell))
}

const matrix = [
  [1.5, 0.1],
  [-2.25, null],
  [1e-3, 3e10]
]

describe('arrays that NumPy writes', () => {
  test.each(['matrix.npy', 'fortran.npy', 'big-endian.npy'])('%s', (name) => {
    const table = readNpy(fixture(name), context)
    expect(table.columns.map((column) => column.name)).toEqual(['x0', 'x1', 'x2'])
    expect(table.columns.map(cells)).toEqual(matrix)
  })

  test('float32 and float16', () => {
    expect(readNpy(fixture('float32.npy'), context).columns.map(cells)).toEqual(
      matrix.map((column) => column.map((cell) => (cell === null ? null : Math.fround(cell))))
    )
    expect(cells(readNpy(fixture('float16.npy'), context).columns[0]!)).toEqual([0.5, -2, 65504, 2 ** -24, null])
  })

  test('one dimension of whole numbers', () => {
    const { columns } = readNpy(fixture('vector.npy'), context)
    expect(columns).toMatchObject([{ name: 'x0', source: 'number', integer: true }])
    expect(cells(columns[0]!)).toEqual([0, 1, 2, 3, 4])
  })

  test('an archive of every type', async () => {
    const { columns } = await readNpz(fixture('arrays.npz'), context)
    const leap = Date.UTC(2024, 1, 29)
    expect(columns.map((column) => [column.name, column.source, cells(column)])).toEqual([
      ['float', 'number', [0.25, -1, 1e300]],
      ['half', 'number', [0.5, 1.5, -2.5]],
      ['i8', 'number', [-128, 0, 7]],
      ['i16', 'number', [-32768, 0, 7]],
      ['i32', 'number', [-(2 ** 31), 0, 7]],
      ['i64', 'number', [-5, 0, 7]],
      ['u8', 'number', [255, 0, 7]],
      ['u16', 'number', [65535, 0, 7]],
      ['u32', 'number', [2 ** 32 - 1, 0, 7]],
      ['u64', 'number', [9, 0, 7]],
      ['huge', 'text', ['1152921504606846977', '0', '7']],
      ['flag', 'boolean', [true, false, true]],
      ['text', 'text', ['a', null, 'größe \u{1f426}']],
      ['bytes', 'text', ['x', 'yz', null]],
      ['when', 'datetime', [leap, null, -1]],
      ['nano', 'datetime', [leap + 43_200_123, -1, null]],
      ['pair0', 'number', [0, 2, 4]],
      ['pair1', 'number', [1, 3, 5]]
    ])
  })

  test('a compressed archive', async () => {
    expect((await readNpz(fixture('compressed.npz'), context)).columns.map(cells)).toEqual([
      [0, 1, 2, 3],
      ['p', 'q', 'r', 's']
    ])
  })
})

test('writes a matrix as NumPy does', () => {
  const columns = [0, 1, 2].map(
    (c): RawColumn => ({
      name: `x${c}`,
      source: 'number',
      values: Float64Array.from(matrix[c]!, (cell) => cell ?? 0),
      missing: Uint8Array.from(matrix[c]!, (cell) => (cell === null ? 1 : 0))
    })
  )
  expect(writeNpy({ rowCount: 2, columns })).toEqual(fixture('matrix.npy'))
})

test.each([
  ['object.npy', 'FormatError', 'npy-type'],
  ['structured.npy', 'FormatError', 'npy-unreadable'],
  ['cube.npy', 'InputError', 'array-not-a-table'],
  ['records.json', 'FormatError', 'npy-unreadable']
])('refuses %s', (name, error, code) => {
  expect(() => readNpy(fixture(name), context)).toThrow(expect.objectContaining({ name: error, code }))
})

test('a cut array says how many bytes it lacks', () => {
  expect(() => readNpy(fixture('matrix.npy').slice(0, -8), context)).toThrow(/40 bytes of data where shape \(2, 3\) needs 48/)
})

test.each([
  ['(2, 3)', '(L, 3)', 'f8'],
  ['(2, 3)', '(2 3)', 'f8'],
  ['(2, 3)', '(0,9999999999)', 'f8'],
  ['(2, 3)', '(9999999999,)', 'U0']
])('refuses the shape %s that damage made %s', (before, after, type) => {
  const text = Buffer.from(fixture('matrix.npy')).toString('latin1').replace('<f8', `<${type}`)
  const widened = text.replace(before, after).replace(`${' '.repeat(Math.max(0, after.length - before.length))}\n`, '\n')
  const bytes = Uint8Array.from(Buffer.from(widened.padEnd(text.length), 'latin1'))
  expect(() => readNpy(bytes, context)).toThrow(expect.objectContaining({ name: 'FormatError', code: 'npy-unreadable' }))
})

test('text has no place in .npy', () => {
  const columns: RawColumn[] = [{ name: 'species', source: 'text', values: ['a'] }]
  expect(() => writeNpy({ rowCount: 1, columns })).toThrow(expect.objectContaining({ name: 'InputError', code: 'npy-numbers-only' }))
})

test('refuses an archive that is none, or without arrays', async () => {
  await expect(readNpz(fixture('matrix.npy'), context)).rejects.toMatchObject({ name: 'FormatError' })
})
