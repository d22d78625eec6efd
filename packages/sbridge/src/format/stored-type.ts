import type { StoredType, TimeUnit, TypedDialect } from '@sbridge/core/internal'
import type { Bounds, RawColumn, RawTable } from '@sbridge/core/tables'
import { clockSeconds, clockTexts } from './clock-text.js'
import { DAY, isMissing, numberColumn, textColumn, wholeNumberColumn } from './columns.js'

/** Of a unit in a second. */
const PER_SECOND: Readonly<Record<TimeUnit, number>> = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 }

/** Digits of decimal numbers that doubles keep. */
const SURE_DIGITS = 15

/** The dialect of a table of such columns; of text and truth values there is nothing to be said. */
export const typedDialect = (columns: readonly { readonly name: string; readonly type: StoredType | undefined }[]): TypedDialect => ({
  kind: 'typed',
  types: Object.fromEntries(columns.flatMap(({ name, type }) => (type ? [[name, type] as const] : [])))
})

/** The type that a column of a table had where it was read, whether its cells are of it or not. */
export function storedTypeOf({ dialect }: RawTable, name: string): StoredType | undefined {
  return dialect?.kind === 'typed' && Object.hasOwn(dialect.types, name) ? dialect.types[name] : undefined
}

/** What values of a type may be, where numbers could be beyond it. */
function boundsOf(type: StoredType): Bounds | undefined {
  if (type.kind === 'whole' && type.bits < 64) return type.signed ? signedBounds(type.bits) : { least: 0, most: 2 ** type.bits - 1 }
  if (type.kind === 'whole' && !type.signed) return { least: 0 }
  if (type.kind === 'time') return { least: 0, most: (PER_SECOND[type.unit] * DAY) / 1000 - 1 }
  if (type.kind !== 'decimal' || type.precision > SURE_DIGITS) return undefined
  const most = Number(`${'9'.repeat(type.precision)}e-${type.scale}`)
  return { least: -most, most }
}

const signedBounds = (bits: number): Bounds => ({ least: -(2 ** (bits - 1)), most: 2 ** (bits - 1) - 1 })

/** A column of numbers that keep to what its type holds. */
export function boundedColumn(column: RawColumn, type: StoredType): RawColumn {
  const bounds = column.source === 'number' ? boundsOf(type) : undefined
  return bounds ? ({ ...column, bounds: { ...bounds, byType: true } } as RawColumn) : column
}

/** Whole numbers of such a type: numbers that keep to it, text of those that doubles do not hold. */
export const wholeColumn = (name: string, cells: ArrayLike<number | bigint | null | undefined>, type: StoredType): RawColumn =>
  boundedColumn(wholeNumberColumn(name, cells), type)

/** Decimal numbers, already divided. */
export const decimalColumn = (name: string, cells: readonly (number | null)[], type: StoredType & { kind: 'decimal' }): RawColumn =>
  boundedColumn(numberColumn(name, cells, type.scale === 0), type)

/** Times of day: as text that a clock shows where all are whole seconds, in units since midnight otherwise. */
export function timeColumn(
  name: string,
  cells: readonly (number | bigint | null | undefined)[],
  type: StoredType & { kind: 'time' }
): RawColumn {
  const seconds = cells.map((cell) => (cell == null ? null : Number(cell) / PER_SECOND[type.unit]))
  const areClocks = seconds.every((second) => second === null || (Number.isInteger(second) && second >= 0 && second < DAY / 1000))
  return areClocks ? ({ ...textColumn(name, clockTexts(seconds)), marked: true } as RawColumn) : wholeColumn(name, cells, type)
}

/** The whole number that a cell is stored as, of a type that stores such; undefined where it is not of that type. */
export function storedWhole(type: StoredType, column: RawColumn): ((row: number) => number | bigint | undefined) | undefined {
  const number = wholeOf(type, column)
  if (!number) return undefined
  const [least, most] = rangeOf(type)
  return (row) => {
    const value = number(row)
    return value !== undefined && value >= least && value <= most ? value : undefined
  }
}

function wholeOf(type: StoredType, column: RawColumn): ((row: number) => number | bigint | undefined) | undefined {
  if (column.source === 'text') {
    if (type.kind === 'whole') return (row) => longWhole(column.values[row]!)
    if (type.kind !== 'time') return undefined
    return (row) => {
      const seconds = clockSeconds(column.values[row]!)
      return seconds === undefined ? undefined : seconds * PER_SECOND[type.unit]
    }
  }
  if (column.source === 'datetime') {
    if (type.kind === 'date') return (row) => (column.values[row]! % DAY === 0 ? column.values[row]! / DAY : undefined)
    if (type.kind !== 'timestamp') return undefined
    const { unit } = type
    if (unit === 's') return (row) => (column.values[row]! % 1000 === 0 ? column.values[row]! / 1000 : undefined)
    const factor = BigInt(PER_SECOND[unit] / 1000)
    return (row) => BigInt(Math.round(column.values[row]!)) * factor
  }
  if (column.source !== 'number') return undefined
  const { values } = column
  if (type.kind === 'decimal') return (row) => unscaled(values[row]!, type.scale)
  if (type.kind !== 'whole' && type.kind !== 'time' && type.kind !== 'duration') return undefined
  return (row) => (Number.isSafeInteger(values[row]!) ? values[row]! : undefined)
}

/** Text of a whole number without zeros in front, as numbers beyond 2⁵³ are read. */
const longWhole = (text: string): bigint | undefined => (/^(?:0|-?[1-9]\d{0,19})$/.test(text) ? BigInt(text) : undefined)

/** The number of units of the last decimal, where the number has no more decimals. */
function unscaled(value: number, scale: number): number | bigint | undefined {
  const text = value.toFixed(Math.min(100, scale))
  if (Number(text) !== value || text.includes('e')) return undefined
  return BigInt(text.replace('.', ''))
}

function rangeOf(type: StoredType): readonly [least: number | bigint, most: number | bigint] {
  if (type.kind === 'whole' && !type.signed) return [0, (1n << BigInt(type.bits)) - 1n]
  if (type.kind === 'whole') return signedRange(type.bits)
  if (type.kind === 'decimal') return [1n - 10n ** BigInt(type.precision), 10n ** BigInt(type.precision) - 1n]
  if (type.kind === 'time') return [0, (PER_SECOND[type.unit] * DAY) / 1000 - 1]
  return signedRange(type.kind === 'date' ? 32 : 64)
}

const signedRange = (bits: number): readonly [bigint, bigint] => [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]

/** The largest numbers that floats of 16 and 32 bits hold. @source IEEE 754, binary16 and binary32 */
const MOST_FLOAT = { 16: 65_504, 32: (2 - 2 ** -23) * 2 ** 127, 64: Number.MAX_VALUE } as const

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether every cell of a column is of a type, so that the column can be stored in it. Cost O(rows). */
export function isOf(type: StoredType, column: RawColumn): boolean {
  const every = (holds: (row: number) => boolean): boolean => {
    for (let i = 0; i < column.values.length; i++) if (!isMissing(column, i) && !holds(i)) return false
    return true
  }
  if (type.kind === 'float') return column.source === 'number' && every((i) => Math.abs(column.values[i]!) <= MOST_FLOAT[type.bits])
  if (type.kind === 'uuid') return column.source === 'text' && every((i) => UUID.test(column.values[i]!))
  if (type.kind === 'json') return column.source === 'text' && every((i) => isJson(column.values[i]!))
  if (type.kind === 'enum' || type.kind === 'dictionary') return column.source === 'text'
  const whole = storedWhole(type, column)
  return whole !== undefined && every((i) => whole(i) !== undefined)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What is said of columns whose cells are not all of the type that they had where the table was read: they are stored in a wider one. */
export function misfits(table: RawTable): string[] {
  return table.columns.flatMap((column) => {
    const type = storedTypeOf(table, column.name)
    return type === undefined || isOf(type, column)
      ? []
      : [`${column.name}: not every cell is ${typeName(type)}, as in the table that was read; written in a wider type`]
  })
}

/** A type as people call it. */
function typeName(type: StoredType): string {
  switch (type.kind) {
    case 'whole':
      return `${type.signed ? 'a signed' : 'an unsigned'} integer of ${type.bits} bits`
    case 'float':
      return `a float of ${type.bits} bits`
    case 'decimal':
      return `a decimal(${type.precision}, ${type.scale})`
    default:
      return `a ${type.kind}`
  }
}
