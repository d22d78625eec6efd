import { defined } from '../num/defined.js'
import { InputError } from '../num/errors.js'
import { listed } from '../num/listed.js'
import { columnOf, type Matrix, matrix, stackRows, takeRows } from '../num/matrix.js'
import { type Key, keyFor } from '../num/random.js'
import type { Turns } from '../num/together.js'
import { roundedWithin, withinBounds } from './bounds.js'
import { placeLevels } from './categories.js'
import type { ColumnFormat } from './infer.js'
import { type LevelLattices, levelLattices } from './level-lattices.js'
import { limitsOf } from './number-style.js'
import { roundToFormat, writtenUnit } from './present.js'
import { fitScaler, type NumericScaler, type ScalingMethod, scaleValues, unscaleValues } from './scaling.js'
import {
  type Column,
  type ColumnKind,
  emptyColumn,
  isCategorical,
  isEmpty,
  isNumeric,
  type KindOfColumn,
  kindOf,
  type NumericColumn,
  type Table
} from './table.js'
import { coarserLattice, toLattice, type ValueLattice } from './value-lattice.js'

/** How one column of a table is carried by the model. */
export type ColumnCode =
  | {
      readonly name: string
      readonly carries: 'coordinate'
      readonly coordinate: number
      readonly scaler: NumericScaler
      /** On which all values lie, where it is coarser than they are written: full hours, multiples of 25. */
      readonly lattice?: ValueLattice
      readonly byLevel?: LevelLattices
      /** Factor holding present / missing, when cells are missing. */
      readonly missingFactor?: number
    }
  | {
      readonly name: string
      readonly carries: 'factor'
      readonly factor: number /** A last level that stands for missing cells. */
      readonly missingLevel: boolean
    }
  /** All present cells equal: the value is written again; nothing to model. */
  | { readonly name: string; readonly carries: 'constant'; readonly value: number }
  | { readonly name: string; readonly carries: 'identifier' }
  /** Every cell is missing: written so again; nothing to model. */
  | { readonly name: string; readonly carries: 'empty' }

/** One discrete factor: a category, a boolean, or whether a number is missing. */
export interface Factor {
  readonly name: string
  readonly levelCount: number
  /** Position of each level [levelCount, q]. */
  readonly places: Matrix
}

interface LevelCounts {
  readonly factors: readonly Pick<Factor, 'levelCount'>[]
}

/** Levels of all factors. */
export const levelsIn = ({ factors }: LevelCounts): number => factors.reduce((sum, { levelCount }) => sum + levelCount, 0)

/** Where the levels of each factor begin among those of all. */
export const levelStarts = ({ factors }: LevelCounts): number[] => factors.map((_, f) => levelsIn({ factors: factors.slice(0, f) }))

/** Everything needed to go from a table to coordinates and codes, and back. Plain data. */
export interface Encoder {
  readonly columns: readonly ColumnCode[]
  readonly formats: readonly ColumnFormat[]
  /** Kinds and levels of the columns, as in the training table, without rows. */
  readonly kinds: readonly KindOfColumn[]
  readonly coordinateCount: number
  readonly factors: readonly Factor[]
}

/** Rows as the samplers see them. */
export interface Encoded {
  /** Scaled numeric coordinates [n, coordinateCount]; 0 where missing until imputed. */
  readonly coordinates: Matrix
  /** Level of every factor [n, factors], row-major. */
  readonly codes: Int32Array
}

/** Fits the encoder of a table. `methodOf` says how each numeric column is scaled. Cost O(cells · log n). */
export function fitEncoder(table: Table, formats: readonly ColumnFormat[], methodOf: (name: string) => ScalingMethod): Encoder {
  const factors: Factor[] = []
  let coordinateCount = 0
  const addFactor = (name: string, levelCount: number): number => factors.push({ name, levelCount, places: placeLevels(levelCount) }) - 1
  const columns = table.columns.map((column, place): ColumnCode => {
    const name = column.name
    if (isEmpty(column)) return { name, carries: 'empty' }
    if (isCategorical(column)) {
      const missingLevel = column.codes.includes(-1)
      return { name, carries: 'factor', factor: addFactor(name, column.levels.length + (missingLevel ? 1 : 0)), missingLevel }
    }
    if (!isNumeric(column)) return { name, carries: 'identifier' }
    const present = presentValues(column)
    const missing = present.length < column.values.length
    if (present.every((x) => x === present[0]) && !missing) return { name, carries: 'constant', value: present[0] ?? 0 }
    const [method, unit, isDate] = [methodOf(name), writtenUnit(formats[place]!), column.kind === 'datetime']
    const scaler = keptOf(column, method, () => fitScaler(present, method, isDate))
    const lattice = keptOf(column, `lattice ${unit}`, () => coarserLattice(present, unit, isDate))
    const code = { name, carries: 'coordinate' as const, coordinate: coordinateCount++, scaler, ...defined({ lattice }) }
    return missing ? { ...code, missingFactor: addFactor(`${name} missing`, 2) } : code
  })
  return { columns: columns.map(withLevels), formats, kinds: table.columns.map(kindOf), coordinateCount, factors }

  function withLevels(code: ColumnCode, place: number): ColumnCode {
    const column = table.columns[place]!
    // Months have no step that parts of them could be compared with.
    const unit =
      code.carries !== 'coordinate' || code.lattice?.rest !== undefined ? undefined : (code.lattice?.step ?? writtenUnit(formats[place]!))
    if (unit === undefined || !isNumeric(column)) return code
    const factorOf = (name: string) => columns.flatMap((one) => (one.name === name && one.carries === 'factor' ? [one.factor] : []))[0]
    return { ...code, ...defined({ byLevel: levelLattices(column, { table, unit, factorOf }) }) } as ColumnCode
  }
}

/** What was found of columns, kept while they are there: a plan, a contest of scalings and the fit ask the same. */
const found = new WeakMap<NumericColumn, Map<string, unknown>>()

function keptOf<T>(column: NumericColumn, what: string, find: () => T): T {
  const known = found.get(column) ?? new Map<string, unknown>()
  found.set(column, known)
  if (!known.has(what)) known.set(what, find())
  return known.get(what) as T
}

/** The cells of a numeric column that are not missing. */
export function presentValues(column: NumericColumn): Float64Array {
  const { values, missing } = column
  if (!missing) return values
  const present = new Float64Array(values.length)
  let count = 0
  for (let i = 0; i < values.length; i++) if (!missing[i]) present[count++] = values[i]!
  return present.slice(0, count)
}

/** Table → coordinates and codes. Ties of quantile columns are spread by `key`, and stay tied without one. Throws `InputError` for a table of other columns or levels. */
export function encodeTable(encoder: Encoder, table: Table, key?: Key): Encoded {
  const encoded = withoutNumbers(encoder, table)
  for (const c of encoder.columns.keys()) encodeColumn(encoder, table, { c, key, into: encoded.coordinates })
  return encoded
}

/** The same, where others have their turns between columns. */
export async function encodeInTurns(encoder: Encoder, table: Table, key: Key, turns: Turns | undefined): Promise<Encoded> {
  const encoded = withoutNumbers(encoder, table)
  for (const c of encoder.columns.keys()) {
    if (turns?.over) await turns.next()
    encodeColumn(encoder, table, { c, key, into: encoded.coordinates })
  }
  return encoded
}

const withoutNumbers = (encoder: Encoder, table: Table): Encoded => ({
  coordinates: matrix(table.rowCount, encoder.coordinateCount),
  codes: encodeCodes(encoder, table)
})

function encodeColumn(
  encoder: Encoder,
  table: Table,
  { c, key, into }: { readonly c: number; readonly key: Key | undefined; readonly into: Matrix }
): void {
  const [code, column] = [encoder.columns[c]!, columnAt(encoder, table, c)]
  if (code.carries !== 'coordinate' || !isNumeric(column)) return
  const scaled = scaleValues(code.scaler, column.values, key && keyFor(key, code.name))
  for (let i = 0; i < into.rows; i++) if (!column.missing?.[i]) into.data[i * into.cols + code.coordinate] = scaled[i]!
}

/** The codes alone, which scalings of numbers have in common: nobody changes them. Cost O(cells), once for a table. */
export function encodeCodes(encoder: Encoder, table: Table): Int32Array {
  const before = coded.get(table)
  if (before && hasLikeCodes(encoder, before.encoder)) return before.codes
  const codes = codesBy(encoder, table)
  coded.set(table, { encoder, codes })
  return codes
}

const coded = new WeakMap<Table, { readonly encoder: Encoder; readonly codes: Int32Array }>()

/** Whether two encoders give the same codes of a table. */
function hasLikeCodes(a: Encoder, b: Encoder): boolean {
  const factorOf = (code: ColumnCode) => ('factor' in code ? code.factor : 'missingFactor' in code ? code.missingFactor : undefined)
  return (
    a.columns.length === b.columns.length &&
    a.columns.every((code, c) => code.carries === b.columns[c]!.carries && factorOf(code) === factorOf(b.columns[c]!)) &&
    a.kinds.every(({ name, kind, levels }, c) => {
      const other = b.kinds[c]!
      return name === other.name && kind === other.kind && levels === other.levels
    }) &&
    a.factors.every(({ levelCount }, f) => levelCount === b.factors[f]?.levelCount)
  )
}

function codesBy(encoder: Encoder, table: Table): Int32Array {
  const n = table.rowCount
  const width = encoder.factors.length
  const codes = new Int32Array(n * width)
  encoder.columns.forEach((code, c) => {
    const column = columnAt(encoder, table, c)
    if (code.carries === 'factor' && isCategorical(column)) encodeFactor(encoder, code.factor, column, codes)
    if (code.carries !== 'coordinate' || !isNumeric(column) || code.missingFactor === undefined || !column.missing) return
    for (let i = 0; i < n; i++) codes[i * width + code.missingFactor] = column.missing[i] ? 1 : 0
  })
  return codes
}

function columnAt(encoder: Encoder, table: Table, c: number): Column {
  const [code, { kind }] = [encoder.columns[c]!, encoder.kinds[c]!]
  const column = withKind(table.columns[c], kind, table.rowCount)
  if (column?.name === code.name && (isOfKind(column.kind, kind) || code.carries === 'empty')) return column
  throw new InputError({
    code: 'columns-differ',
    got: `${column ? `${column.name} (${column.kind})` : 'no column'} at place ${c + 1}`,
    expected: `${code.name} (${kind})`,
    try: 'a table with the columns that the model was fitted on'
  })
}

const NUMBERS: readonly ColumnKind[] = ['number', 'integer']

/** Numbers of other rows may have decimals where all were whole, or none where some had. */
const isOfKind = (kind: ColumnKind, wanted: ColumnKind): boolean => kind === wanted || (NUMBERS.includes(kind) && NUMBERS.includes(wanted))

/** A column without a value in it is of whatever kind is wanted. */
function withKind(column: Column | undefined, kind: ColumnKind, n: number): Column | undefined {
  return column && isEmpty(column) ? emptyColumn(column.name, kind, n) : column
}

function encodeFactor(encoder: Encoder, factor: number, column: Extract<Column, { codes: Int32Array }>, codes: Int32Array): void {
  const { levelCount, name } = encoder.factors[factor]!
  const levels = encoder.kinds.find((kind) => kind.name === name)!.levels!
  // Levels are matched by name: another table may list them in another order.
  const codeOf = column.levels.map((level) => levels.indexOf(level))
  for (let i = 0; i < column.codes.length; i++) {
    const code = column.codes[i]!
    const level = code < 0 ? levelCount - 1 : codeOf[code]!
    if (level < 0 || (code < 0 && levelCount === levels.length)) {
      throw new InputError({
        code: 'level-unknown',
        got: code < 0 ? `a missing cell in ${name}` : `${column.levels[code]} in ${name}`,
        expected: `one of ${listed(levels)}`,
        try: 'a value that occurs in the data'
      })
    }
    codes[i * encoder.factors.length + factor] = level
  }
}

/** Coordinates and codes → table, with the input's kinds, decimals and missing cells; with `names`, these columns alone. Cost O(cells · log n). */
export function decodeTable(encoder: Encoder, { coordinates, codes }: Encoded, names?: readonly string[]): Table {
  const n = coordinates.rows
  const factorCount = encoder.factors.length
  const wanted = encoder.columns.map((_, c) => c).filter((c) => !names || names.includes(encoder.columns[c]!.name))
  const columns = wanted.map((c): Column => {
    const code = encoder.columns[c]!
    const { name, kind, levels } = encoder.kinds[c]!
    if (code.carries === 'identifier') return { name, kind: 'identifier' }
    if (code.carries === 'empty') return emptyColumn(name, kind, n)
    const limits = limitsOf(encoder.formats[c]!.number)
    if (code.carries === 'constant')
      return { name, kind: kind as NumericColumn['kind'], values: new Float64Array(n).fill(code.value), ...limits }
    if (code.carries === 'factor') {
      const column = Int32Array.from({ length: n }, (_, i) => codes[i * factorCount + code.factor]!)
      return {
        name,
        kind: kind as 'category' | 'boolean',
        levels: levels!,
        codes: code.missingLevel ? column.map((level) => (level === levels!.length ? -1 : level)) : column
      }
    }
    const scaled = columnOf(coordinates, code.coordinate)
    const format = encoder.formats[c]!
    const own = new Map(code.byLevel?.levels.map(({ level, lattice }) => [level, lattice]))
    const latticeAt = (i: number) => (code.byLevel ? own.get(codes[i * factorCount + code.byLevel.factor]!) : undefined)
    const values = unscaleValues(code.scaler, scaled).map((x, i) => writtenAs(x, code, format, latticeAt(i)))
    const column = { name, kind: kind as NumericColumn['kind'], values, ...limits }
    if (code.missingFactor === undefined) return column
    const missing = Uint8Array.from({ length: n }, (_, i) => codes[i * factorCount + code.missingFactor!]!)
    return { ...column, values: values.map((x, i) => (missing[i] ? 0 : x)), missing }
  })
  return { columns, rowCount: n }
}

type NumberCode = Extract<ColumnCode, { readonly carries: 'coordinate' }>

/** A number as a cell of its column is written. */
const writtenAs = (x: number, { lattice }: NumberCode, format: ColumnFormat, own = lattice): number =>
  roundedWithin(roundToFormat(toLattice(withinBounds(x, format), own), format), format)

/** Coordinates of numbers as they are written. */
export const writtenPlaces = (code: NumberCode, format: ColumnFormat, coordinates: Float64Array): Float64Array =>
  scaleValues(
    code.scaler,
    unscaleValues(code.scaler, coordinates).map((x) => writtenAs(x, code, format))
  )

/** Coordinates of the points that kernels compare: of the numbers, and of the places of all factors. */
export const dimensionOf = ({ coordinateCount, factors }: Encoder): number =>
  factors.reduce((sum, { places }) => sum + places.cols, coordinateCount)

/** Rows of encoded data, copied in that order. */
export function takeEncoded({ coordinates, codes }: Encoded, rows: ArrayLike<number>): Encoded {
  const width = coordinates.rows === 0 ? 0 : codes.length / coordinates.rows
  const taken = new Int32Array(rows.length * width)
  for (let k = 0; k < rows.length; k++) for (let f = 0; f < width; f++) taken[k * width + f] = codes[rows[k]! * width + f]!
  return { coordinates: takeRows(coordinates, rows), codes: taken }
}

/** Encoded rows, one part after the other; at least one part. */
export function stackEncoded(parts: readonly Encoded[]): Encoded {
  if (parts.length === 1) return parts[0]!
  const codes = new Int32Array(parts.reduce((sum, part) => sum + part.codes.length, 0))
  let at = 0
  for (const part of parts) {
    codes.set(part.codes, at)
    at += part.codes.length
  }
  return { coordinates: stackRows(parts.map(({ coordinates }) => coordinates)), codes }
}
