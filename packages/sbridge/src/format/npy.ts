import { FormatError, InputError } from '@sbridge/core'
import type { RawColumn, RawTable } from '@sbridge/core/tables'
import {
  booleanColumn,
  DAY,
  datetimeColumn,
  hasMissing,
  isMissing,
  isWhole,
  numberColumn,
  type ReadContext,
  refuseEmptyFile,
  refuseNotFinite,
  tableOf,
  textColumn,
  unreadable,
  wholeNumberColumn
} from './columns.js'

/** An array as NPY stores it: `cell(i)` is the i-th value in C order, whatever the order of the bytes. */
interface NpyArray {
  readonly shape: readonly number[]
  readonly type: ElementType
  cell(i: number): Cell
}

type Cell = number | bigint | string | boolean | null

interface ElementType {
  readonly kind: 'float' | 'whole' | 'boolean' | 'text' | 'datetime'
  /** Bytes of one element. */
  readonly size: number
  read(view: DataView, offset: number): Cell
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/**
 * A table from NPY: columns x0, x1, … of one array with one or two dimensions, a row of the array a row.
 *
 * Floats of 2, 4 and 8 bytes, whole numbers of 1 to 8, booleans, fixed-length text and datetime64, either byte order,
 * C or Fortran order; NaN, NaT and the empty text are missing. Fails with `FormatError` on anything else.
 */
export function readNpy(bytes: Uint8Array, context: ReadContext): RawTable {
  refuseEmptyFile(bytes, context)
  const array = parseNpy(bytes, context)
  const names = array.shape.length === 1 ? ['x0'] : Array.from({ length: array.shape[1] ?? 0 }, (_, c) => `x${c}`)
  return tableOf(columnsOf(array, names, context), context)
}

/** One float64 matrix in C order, booleans as 0 and 1, missing cells NaN; text and date-times are refused. */
export function writeNpy(table: RawTable): Uint8Array {
  refuseNotFinite(table)
  const refused = table.columns.find((column) => column.source === 'text' || column.source === 'datetime')
  if (refused) {
    throw new InputError({
      code: 'npy-numbers-only',
      got: `the ${refused.source} column "${refused.name}" for a .npy file`,
      expected: 'numbers only, since .npy is one float64 matrix',
      try: 'leaving the column out, or a .npz, .csv or .parquet file'
    })
  }
  const { rowCount, columns } = table
  const data = new DataView(new ArrayBuffer(8 * rowCount * columns.length))
  for (const [c, column] of columns.entries()) {
    for (let i = 0; i < rowCount; i++) {
      data.setFloat64(8 * (i * columns.length + c), isMissing(column, i) ? Number.NaN : Number(column.values[i]), true)
    }
  }
  return withHeader('<f8', [rowCount, columns.length], data)
}

/** Columns of the array stored under a name: the name itself in one dimension, name0, name1, … in two. */
export function arrayColumns(name: string, bytes: Uint8Array, context: ReadContext): RawColumn[] {
  const array = parseNpy(bytes, context)
  const names = array.shape.length === 1 ? [name] : Array.from({ length: array.shape[1] ?? 0 }, (_, c) => `${name}${c}`)
  return columnsOf(array, names, context)
}

/**
 * One column as an NPY array: float64, int64 for whole numbers, bool, text of the longest length, datetime64[ms].
 *
 * Whole numbers and booleans with missing cells become float64 with NaN, missing times NaT, missing text empty,
 * because NumPy has no other way to say it.
 */
export function writeArray(column: RawColumn): Uint8Array {
  const length = column.values.length
  if (column.source === 'text') return textArray(column.values)
  if (column.source === 'boolean' && !hasMissing(column)) {
    return withHeader(
      '|b1',
      [length],
      Uint8Array.from(column.values, (value) => (value ? 1 : 0))
    )
  }
  const data = new DataView(new ArrayBuffer(8 * length))
  const datetime = column.source === 'datetime'
  const whole = datetime || (column.source === 'number' && isWhole(column) && !hasMissing(column))
  for (let i = 0; i < length; i++) {
    if (whole) data.setBigInt64(8 * i, isMissing(column, i) ? notATime : BigInt(Math.round(column.values[i] as number)), true)
    else data.setFloat64(8 * i, isMissing(column, i) ? Number.NaN : Number(column.values[i]), true)
  }
  return withHeader(datetime ? '<M8[ms]' : whole ? '<i8' : '<f8', [length], data)
}

function columnsOf(array: NpyArray, names: readonly string[], context: ReadContext): RawColumn[] {
  const { shape, type } = array
  if (shape.length < 1 || shape.length > 2) {
    throw new InputError({
      code: 'array-not-a-table',
      got: `an array of ${shape.length} dimensions in ${context.source}`,
      expected: 'one or two dimensions: rows, or rows and columns',
      try: 'reshaping it so that each row is one sample, for example a.reshape(len(a), -1)'
    })
  }
  const [rows, width] = [shape[0]!, shape[1] ?? 1]
  return names.map((name, c) => {
    const cells: Cell[] = new Array(rows)
    for (let i = 0; i < rows; i++) cells[i] = array.cell(i * width + c)
    if (type.kind === 'boolean') return booleanColumn(name, cells)
    if (type.kind === 'text') return textColumn(name, cells)
    if (type.kind === 'datetime') return datetimeColumn(name, cells as (number | null)[])
    if (type.kind === 'whole') return wholeNumberColumn(name, cells as (number | bigint)[])
    return numberColumn(name, cells as number[], false)
  })
}

function parseNpy(bytes: Uint8Array, context: ReadContext): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 12 || !magic.every((byte, i) => bytes[i] === byte)) {
    throw unreadable('NPY', context, 'the mark \\x93NUMPY is not at the start')
  }
  const wide = bytes[6]! >= 2
  const start = wide ? 12 : 10
  const headerLength = wide ? view.getUint32(8, true) : view.getUint16(8, true)
  if (start + headerLength > bytes.length) throw unreadable('NPY', context, 'it ends inside the header')
  const header = new TextDecoder(bytes[6]! >= 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, start + headerLength))
  const { descriptor, fortran, shape } = parseHeader(header, context)
  const type = elementType(descriptor, context)
  const count = shape.reduce((product, length) => product * length, 1)
  const begin = start + headerLength
  // Elements of no bytes, or none at all, would let a damaged shape ask for any number of rows and columns.
  if (type.size === 0 || (count === 0 && shape.some((length) => length > bytes.length)))
    throw unreadable('NPY', context, `no data where the shape is (${shape.join(', ')})`)
  if (bytes.length - begin < count * type.size) {
    throw unreadable('NPY', context, `${bytes.length - begin} bytes of data where shape (${shape.join(', ')}) needs ${count * type.size}`)
  }
  const [rows, width] = [shape[0] ?? 1, shape[1] ?? 1]
  const place = fortran && shape.length === 2 ? (i: number) => (i % width) * rows + Math.floor(i / width) : (i: number) => i
  return { shape, type, cell: (i) => type.read(view, begin + place(i) * type.size) }
}

interface Header {
  readonly descriptor: string
  readonly fortran: boolean
  readonly shape: readonly number[]
}

/** The header is a Python dictionary literal with three fixed keys. */
function parseHeader(header: string, context: ReadContext): Header {
  const descriptor = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1]
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1]
  const shape = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(header)?.[1]
  if (descriptor === undefined && /'descr'\s*:\s*\[/.test(header)) {
    throw unreadable('NPY', context, 'it is a structured array; save its fields with numpy.savez, one array each')
  }
  if (descriptor === undefined || fortran === undefined || shape === undefined) {
    throw unreadable('NPY', context, 'the header lacks descr, fortran_order or shape')
  }
  const parts = shape
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  // Python 2 wrote long integers with an L behind them.
  if (!parts.every((part) => /^\d+L?$/.test(part))) throw unreadable('NPY', context, `the shape is (${shape})`)
  const lengths = parts.map((part) => Number.parseInt(part, 10))
  return { descriptor, fortran: fortran === 'True', shape: lengths }
}

/** Numbers by letter and size in bytes. */
const NUMBERS: Readonly<Record<string, readonly [ElementType['kind'], (view: DataView, at: number, little: boolean) => Cell]>> = {
  b1: ['boolean', (view, at) => view.getUint8(at) !== 0],
  i1: ['whole', (view, at) => view.getInt8(at)],
  u1: ['whole', (view, at) => view.getUint8(at)],
  i2: ['whole', (view, at, little) => view.getInt16(at, little)],
  u2: ['whole', (view, at, little) => view.getUint16(at, little)],
  i4: ['whole', (view, at, little) => view.getInt32(at, little)],
  u4: ['whole', (view, at, little) => view.getUint32(at, little)],
  i8: ['whole', (view, at, little) => view.getBigInt64(at, little)],
  u8: ['whole', (view, at, little) => view.getBigUint64(at, little)],
  f2: ['float', (view, at, little) => halfFloat(view.getUint16(at, little))],
  f4: ['float', (view, at, little) => view.getFloat32(at, little)],
  f8: ['float', (view, at, little) => view.getFloat64(at, little)]
}

function elementType(descriptor: string, context: ReadContext): ElementType {
  const match = /^([<>|=])([a-zA-Z])(\d+)(?:\[(\d*)(\w+)\])?$/.exec(descriptor)
  const size = Number(match?.[3])
  const little = match?.[1] !== '>'
  const name = `${match?.[2]}${size}`
  if (Object.hasOwn(NUMBERS, name)) {
    const [kind, read] = NUMBERS[name]!
    return { kind, size, read: (view, at) => read(view, at, little) }
  }
  if (name === 'M8') return datetimeType(match?.[4] || '1', match?.[5] ?? '', little, context)
  if (match?.[2] === 'U') return { kind: 'text', size: 4 * size, read: (view, at) => utf32Text(view, at, size, little) }
  if (match?.[2] === 'S') return { kind: 'text', size, read: (view, at) => latin1Text(view, at, size) }
  throw new FormatError({
    code: 'npy-type',
    got: `an array of type "${descriptor}" in ${context.source}`,
    expected: 'floats of 2 to 8 bytes, whole numbers, booleans, fixed-length text or datetime64',
    try: 'converting it first, for example a.astype("float64")'
  })
}

const notATime = -(2n ** 63n)
const millisecondsOf: Readonly<Record<string, number>> = { W: 7 * DAY, D: DAY, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
const perMillisecond: Readonly<Record<string, bigint>> = { us: 1000n, ns: 1_000_000n }

function datetimeType(multiple: string, unit: string, little: boolean, context: ReadContext): ElementType {
  const convert =
    unit in millisecondsOf
      ? (ticks: bigint) => Number(ticks) * millisecondsOf[unit]!
      : unit in perMillisecond
        ? (ticks: bigint) => Number(ticks / perMillisecond[unit]!) + Math.min(0, Math.sign(Number(ticks % perMillisecond[unit]!)))
        : undefined
  if (!convert) throw unreadable('NPY', context, `datetime64 counts in "${unit}"; convert it with astype("datetime64[ms]")`)
  const read = (view: DataView, at: number): number | null => {
    const ticks = view.getBigInt64(at, little)
    return ticks === notATime ? null : convert(ticks * BigInt(multiple))
  }
  return { kind: 'datetime', size: 8, read }
}

/** @source IEEE 754 binary16 */
function halfFloat(bits: number): number {
  const sign = bits >> 15 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  const significand = exponent === 0 ? fraction : fraction + 1024
  const shift = exponent === 0 ? 24 : 25 - exponent
  return shift >= 0 ? (sign * significand) / 2 ** shift : sign * significand * 2 ** -shift
}

function utf32Text(view: DataView, offset: number, length: number, little: boolean): string | null {
  let text = ''
  for (let i = 0; i < length; i++) {
    const point = view.getUint32(offset + 4 * i, little)
    text += point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd'
  }
  return withoutFill(text)
}

function latin1Text(view: DataView, offset: number, length: number): string | null {
  let text = ''
  for (let i = 0; i < length; i++) text += String.fromCharCode(view.getUint8(offset + i))
  return withoutFill(text)
}

/** Fixed-length text is filled up with zeros; nothing else is the missing text. */
function withoutFill(text: string): string | null {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--
  return end === 0 ? null : text.slice(0, end)
}

function textArray(values: readonly (string | null)[]): Uint8Array {
  const points = values.map((value) => Array.from(value ?? '', (character) => character.codePointAt(0)!))
  const width = Math.max(1, ...new Set(points.map((text) => text.length)))
  const data = new DataView(new ArrayBuffer(4 * width * values.length))
  for (const [i, text] of points.entries()) for (const [j, point] of text.entries()) data.setUint32(4 * (i * width + j), point, true)
  return withHeader(`<U${width}`, [values.length], data)
}

/** @source numpy.lib.format, version 1.0: the data begin at a multiple of 64 bytes */
function withHeader(descriptor: string, shape: readonly number[], data: ArrayBufferView): Uint8Array {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const header = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': (${dimensions}), }`
  const begin = Math.ceil((10 + header.length + 1) / 64) * 64
  const bytes = new Uint8Array(begin + data.byteLength).fill(0x20, 0, begin)
  bytes.set([...magic, 1, 0])
  new DataView(bytes.buffer).setUint16(8, begin - 10, true)
  bytes.set(new TextEncoder().encode(header), 10)
  bytes[begin - 1] = 0x0a
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), begin)
  return bytes
}
