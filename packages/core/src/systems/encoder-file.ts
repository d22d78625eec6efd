import type { ModelArray } from '../model-file/contents.js'
import {
  damaged,
  exactly,
  flag,
  float64Array,
  int32Array,
  list,
  number,
  optional,
  type Reader,
  record,
  SCALED,
  text,
  tuple,
  variant,
  whole,
  word
} from '../model-file/reading.js'
import { matrix } from '../num/matrix.js'
import { placeLevels } from '../table/categories.js'
import type { Censoring, Limit } from '../table/censoring.js'
import type { AbsentWord, ListStyle, PairStyle } from '../table/column-format.js'
import { type DateOrder, type DateStyle, isDatePattern, type ZoneFrom } from '../table/date-style.js'
import type { ColumnCode, Encoded, Encoder, Factor } from '../table/encoder.js'
import type { ColumnFormat } from '../table/infer.js'
import type { LevelLattices } from '../table/level-lattices.js'
import type { Magnitudes } from '../table/magnitudes.js'
import type { PartsStyle, PartUnit } from '../table/mixed-units.js'
import type { Notation } from '../table/notation.js'
import type { NumberStyle } from '../table/number-style.js'
import type { Numbering } from '../table/numbering.js'
import { timeBounds } from '../table/present.js'
import type { Bounds } from '../table/raw.js'
import type { NumericScaler } from '../table/scaling.js'
import type { Scientific } from '../table/scientific.js'
import { type ColumnKind, isNumericKind } from '../table/table.js'
import type { ClockStyle } from '../table/time-of-day.js'
import type { ValueLattice } from '../table/value-lattice.js'
import type { ReadingWords } from './read-as.js'

/** An encoder with its knots taken out into arrays: plain JSON. */
export interface EncoderRecord extends Omit<Encoder, 'factors'> {
  readonly factors: readonly { readonly name: string; readonly levelCount: number }[]
}

/** Encoder → JSON and arrays named `knots.<place>`. */
export function recordEncoder(encoder: Encoder): { record: EncoderRecord; arrays: Record<string, ModelArray> } {
  const arrays: Record<string, ModelArray> = {}
  const columns = encoder.columns.map((code, c): ColumnCode => {
    if (code.carries !== 'coordinate' || code.scaler.method !== 'quantile') return code
    arrays[`knots.${c}`] = code.scaler.knots
    return { ...code, scaler: { ...code.scaler, knots: new Float64Array(0) } }
  })
  return { record: { ...encoder, columns, factors: encoder.factors.map(({ name, levelCount }) => ({ name, levelCount })) }, arrays }
}

type Kind = Encoder['kinds'][number]
type Code<C extends ColumnCode['carries']> = Extract<ColumnCode, { carries: C }>
type Standard = Extract<NumericScaler, { method: 'standard' }>

const columnKind = word('number', 'integer', 'category', 'boolean', 'datetime', 'identifier')

const clockIn = matching((clock) => /^(?:HH?|hh?[: ][aApP]\.?[mM]\.?)$/.test(clock), 'a clock of 12 or 24 hours')

const zoneIn = matching((zone) => /^ ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/.test(zone), 'an offset from UTC')

const twelve: Reader<readonly string[]> = (value, field) => {
  const names = list(text)(value, field)
  if (names.length === 12) return names
  throw damaged(`a model with ${names.length} ${field}`, 'names of twelve months')
}

export const dateStyle: Reader<DateStyle> = record<DateStyle>({
  date: optional(matching(isDatePattern, 'a pattern of year, month and day')),
  months: optional(twelve),
  firstYear: optional(whole({ least: 1800, most: 2100 })),
  separator: word('', 'T', ' ', ', ', ':'),
  clock: optional(clockIn),
  seconds: word('none', 'whole', 'milliseconds'),
  fraction: optional(whole({ least: 1, most: 9 })),
  zone: zoneIn,
  zones: optional(list(record<ZoneFrom>({ from: number({ least: -8.64e15, most: 8.64e15 }), zone: zoneIn }))),
  offsets: optional(text),
  precisions: optional(text)
})

function matching(fits: (word: string) => boolean, expected: string): Reader<string> {
  return (value, field) => {
    const read = text(value, field)
    if (fits(read)) return read
    throw damaged(`a model with ${field} = ${JSON.stringify(read)}`, expected)
  }
}

/** Marks and signs of numbers. */
export const notationIn: Reader<Notation> = record<Notation>({
  decimal: optional(word(',')),
  group: optional(text),
  groups: optional(word('lakhs')),
  before: optional(text),
  after: optional(text),
  one: optional(text),
  negative: optional(word('()', '−', 'inside', 'behind')),
  positive: optional(word('+', '+0')),
  signed: optional(record({ above: text, below: text }))
})

export const readingIn: Reader<ReadingWords> = record<ReadingWords>({
  missing: optional(list(text)),
  decimal: optional(word('point', 'comma')),
  dateOrder: optional(word<DateOrder>('day-first', 'month-first'))
})

/** Cells, scales and knots: their sums and differences stay finite, with anything scaled times them. */
export const UNSCALED = { least: -1e300, most: 1e300 }

const limitIn = record<Limit>({
  sign: matching((sign) => /^(?:[<>]=?|[≤≥])\s*$/.test(sign), 'the sign of a limit'),
  limit: number(UNSCALED),
  decimals: whole({ most: 100 }),
  at: number(UNSCALED)
})
const censoringIn = record<Censoring>({ limits: list(limitIn), least: number(UNSCALED), most: number(UNSCALED) })

const partsIn = record<PartsStyle>({
  units: list(record<PartUnit>({ after: text, of: whole({ least: 1, most: 1e4 }), digits: whole({ least: 1, most: 20 }) })),
  without: optional(word('first', 'all')),
  before: optional(text),
  fraction: optional(whole({ least: 2, most: 100 }))
})
const sizesIn = list(record<Magnitudes['sizes'][number]>({ after: text, exponent: whole({ most: 20 }), decimals: whole({ most: 20 }) }))
const magnitudesIn = record<Magnitudes>({
  before: text,
  decimal: optional(word(',')),
  sizes: (value, field) => {
    const sizes = sizesIn(value, field)
    if (sizes.length === 0) throw damaged(`a model with ${field} of no size`, 'a size')
    return sizes
  },
  padded: flag
})

const scientificIn = record<Scientific>({
  digits: whole({ most: 100 }),
  mark: word('e', 'E'),
  plus: flag,
  width: whole({ least: 1, most: 20 })
})

/** How columns are written back. */
export const columnFormat: Reader<ColumnFormat> = record<ColumnFormat>({
  name: text,
  source: word('text', 'number', 'boolean', 'datetime'),
  kind: columnKind,
  number: optional(
    record<NumberStyle>({
      decimals: optional(whole()),
      padded: flag,
      least: optional(whole({ least: 1, most: 100 })),
      single: optional(flag),
      long: optional(flag),
      digits: optional(whole({ least: 1, most: 17 })),
      notation: optional(notationIn),
      censoring: optional(censoringIn),
      clock: optional(record<ClockStyle>({ clock: optional(clockIn), seconds: word('none', 'whole') })),
      parts: optional(partsIn),
      magnitudes: optional(magnitudesIn),
      scientific: optional(scientificIn)
    })
  ),
  pair: optional(record<PairStyle>({ before: text, between: text, after: text, second: text, turned: optional(flag) })),
  list: optional(record<ListStyle>({ before: text, between: text, after: text, members: list(text), ordered: flag })),
  form: optional(text),
  words: optional(text),
  local: optional(flag),
  bounds: optional(record<Bounds>({ least: optional(number(UNSCALED)), most: optional(number(UNSCALED)), byType: optional(flag) })),
  absent: optional(text),
  absents: optional(list(record<AbsentWord>({ word: text, share: number({ least: 0, most: 1 }) }))),
  date: optional(dateStyle),
  spelling: optional(tuple<readonly [string, string]>(text, text)),
  integer: optional(flag),
  numbering: optional(record<Numbering>({ next: whole({ least: Number.MIN_SAFE_INTEGER }), step: whole({ least: 1 }) }))
})

const kindOf: Reader<Kind> = record<Kind>({ name: text, kind: columnKind, levels: optional(list(text)) })

/** A scaler as it stands in JSON; the knots of a quantile are an array of the model, or (in embeddings) beside it. */
const scalerOf = (knots: Reader<Float64Array>): Reader<NumericScaler> =>
  variant<NumericScaler>('method', {
    standard: record<Standard>({
      method: word('standard'),
      centre: number(UNSCALED),
      scale: number({ above: 0, most: 1e200 }),
      nonNegative: flag,
      range: optional(tuple<readonly [number, number]>(number(UNSCALED), number(UNSCALED)))
    }),
    quantile: record<Omit<Exclude<NumericScaler, Standard>, 'few'>>({
      method: word('quantile'),
      knots,
      discrete: flag,
      clock: optional(flag)
    })
  })

export const scalingMethod = word('standard', 'quantile')

export const valueLattice = record<ValueLattice>({
  from: number(UNSCALED),
  step: number({ above: 0, most: 1e300 }),
  rest: optional(number(UNSCALED))
})

const codeOf = (knots: Reader<Float64Array>): Reader<ColumnCode> =>
  variant<ColumnCode>('carries', {
    coordinate: record<Code<'coordinate'>>({
      name: text,
      carries: word('coordinate'),
      coordinate: whole(),
      scaler: scalerOf(knots),
      lattice: optional(valueLattice),
      byLevel: optional(
        record<LevelLattices>({
          factor: whole(),
          levels: list(record<LevelLattices['levels'][number]>({ level: whole(), lattice: valueLattice }))
        })
      ),
      missingFactor: optional(whole())
    }),
    factor: record<Code<'factor'>>({ name: text, carries: word('factor'), factor: whole(), missingLevel: flag }),
    constant: record<Code<'constant'>>({ name: text, carries: word('constant'), value: number() }),
    identifier: record<Code<'identifier'>>({ name: text, carries: word('identifier') }),
    empty: record<Code<'empty'>>({ name: text, carries: word('empty') })
  })

/** The inverse of `recordEncoder`: what its record is read by. Refuses a field that is wrong, and parts that do not fit each other. */
export const encoderIn = (arrays: Readonly<Record<string, ModelArray>>): Reader<Encoder> =>
  encoderWith((_, c) => float64Array(arrays, `knots.${c}`, undefined, UNSCALED))

/** An encoder whose knots `knots` takes from what is recorded of those of column `c`, or from elsewhere. */
export function encoderWith(knots: (recorded: unknown, c: number) => Float64Array): Reader<Encoder> {
  const column = (value: unknown, field: string, c: number): ColumnCode =>
    codeOf((recorded, at) => ascending(knots(recorded, c), at))(value, field)
  const parts = record<EncoderRecord>({
    columns: list(column),
    formats: list(columnFormat),
    kinds: list(kindOf),
    coordinateCount: whole(),
    factors: list(record<EncoderRecord['factors'][number]>({ name: text, levelCount: whole({ least: 1 }) }))
  })
  return (value, field) => {
    const read = parts(value, field)
    checkParts(read, field)
    return { ...read, factors: read.factors.map((factor): Factor => ({ ...factor, places: placeLevels(factor.levelCount) })) }
  }
}

function ascending(knots: Float64Array, field: string): Float64Array {
  if (knots.length > 0 && knots.every((x, i) => i === 0 || x >= knots[i - 1]!)) return knots
  throw damaged(`a model whose ${field} ${knots.length === 0 ? 'are none' : 'do not ascend'}`, 'the sorted values of a column')
}

/** Columns, formats and kinds say the same of the same columns, and these number the coordinates and factors. */
function checkParts(parts: EncoderRecord, field: string): void {
  const { columns, formats, kinds, factors, coordinateCount } = parts
  exactly(columns.length)(formats.length, `${field}.formats.length`)
  exactly(columns.length)(kinds.length, `${field}.kinds.length`)
  if (new Set(columns.map(({ name }) => name)).size < columns.length)
    throw damaged('a model with two columns of one name', 'distinct names')
  const levelCounts = new Map<number, number>()
  let coordinates = 0
  for (const [c, code] of columns.entries()) {
    const at = `${field}.columns[${c}]`
    const kind = kinds[c]!
    checkColumn(code, kind, formats[c]!, at)
    if (code.carries === 'coordinate') exactly(coordinates++)(code.coordinate, `${at}.coordinate`)
    const factor = code.carries === 'factor' ? code.factor : code.carries === 'coordinate' ? code.missingFactor : undefined
    if (factor === undefined) continue
    if (levelCounts.has(factor)) throw damaged(`a model with ${at} on the factor of another column`, 'a factor of its own')
    levelCounts.set(factor, code.carries === 'factor' ? kind.levels!.length + (code.missingLevel ? 1 : 0) : 2)
    whole({ least: 0, most: factors.length - 1 })(factor, `${at}.factor`)
  }
  exactly(coordinates)(coordinateCount, `${field}.coordinateCount`)
  // Behind a codec, whether a number is missing is a factor of no column.
  for (const [f, { levelCount }] of factors.entries()) exactly(levelCounts.get(f) ?? 2)(levelCount, `${field}.factors[${f}].levelCount`)
}

const CARRIES: Readonly<Record<ColumnCode['carries'], (kind: ColumnKind) => boolean>> = {
  coordinate: isNumericKind,
  constant: isNumericKind,
  factor: (kind) => kind === 'category' || kind === 'boolean',
  identifier: (kind) => kind === 'identifier',
  empty: (kind) => kind !== 'identifier'
}

function checkColumn(code: ColumnCode, { name, kind, levels }: Kind, format: ColumnFormat, at: string): void {
  word(code.name)(name, `${at}.name`)
  word(code.name)(format.name, `${at}.name`)
  word(kind)(format.kind, `${at}.kind`)
  if (!CARRIES[code.carries](kind)) throw damaged(`a model with ${at}, of kind ${kind}, carried as a ${code.carries}`, 'a kind that fits')
  if (code.carries === 'constant' && kind === 'datetime') {
    const [least, most] = timeBounds(format)
    number({ least, most })(code.value, `${at}.value`)
  }
  if (code.carries !== 'factor') return
  const spelled = format.source === 'number' && kind === 'category' ? numeral : text
  list(spelled, kind === 'boolean' ? 2 : undefined)(levels, `${at}.levels`)
}

/** Numbers that were declared categories are written as numbers again. */
const numeral: Reader<string> = (value, field) => {
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return value
  throw damaged(`a model with ${field} = ${JSON.stringify(value)}`, 'the text of a number')
}

/** Coordinates of rows [M, d], row-major. */
export const scaledArray = (arrays: Readonly<Record<string, ModelArray>>, name: string, length: number): Float64Array =>
  float64Array(arrays, name, length, SCALED)

/** Levels of every factor [M, factors]. */
export function codesIn(arrays: Readonly<Record<string, ModelArray>>, { factors }: Encoder, rowCount: number): Int32Array {
  const codes = int32Array(arrays, 'codes', rowCount * factors.length)
  for (let at = 0; at < codes.length; at++)
    whole({ least: 0, most: factors[at % factors.length]!.levelCount - 1 })(codes[at], `codes[${at}]`)
  return codes
}

/** Rows → arrays of a model file. */
export const recordRows = ({ coordinates, codes }: Encoded): Record<string, ModelArray> => ({ coordinates: coordinates.data, codes })

/** The inverse of `recordRows`. Refuses numbers that are too large and levels that no factor has. */
export function rowsIn(arrays: Readonly<Record<string, ModelArray>>, encoder: Encoder, rowCount: number): Encoded {
  const { coordinateCount: d } = encoder
  return {
    coordinates: matrix(rowCount, d, scaledArray(arrays, 'coordinates', rowCount * d)),
    codes: codesIn(arrays, encoder, rowCount)
  }
}

/** Fields and series have numbers only, and no gaps: codes have no place in them. */
export function checkField({ factors }: Encoder): void {
  exactly(0)(factors.length, 'meta.encoder.factors.length')
}
