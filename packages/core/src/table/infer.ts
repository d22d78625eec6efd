import { InputError } from '../num/errors.js'
import { listed } from '../num/listed.js'
import { parseDateTime } from './date-cell.js'
import { type ReadDates, readDates } from './date-column.js'
import { type DateOrders, dateOrders, datesFor } from './date-orders.js'
import { type DateOrder, type DateStyle, styleOfTimes } from './date-style.js'
import { type DecimalMarks, decimalMarks, notationFor } from './decimal-marks.js'
import { hintFor } from './hint.js'
import { isMadeKind, MADE_KINDS, type MadeKind } from './made-kinds.js'
import { isPlain, type Notation, PLAIN, readNumber } from './notation.js'
import { type NumberStyle, numberStyle } from './number-style.js'
import { type Numbering, numberingOf } from './numbering.js'
import { decimalsOf, parseBoolean, parseNumber, spellsNonFinite } from './parse.js'
import { MISSING_WORDS, type RawColumn, type RawTable } from './raw.js'
import { strayText } from './stray-text.js'
import { type CategoricalColumn, type Column, type ColumnKind, emptyColumn, isEmpty, type NumericColumn, type Table } from './table.js'

/** How a column is written back: as the format stored it, with the input's decimals, dates and spelling. */
export interface ColumnFormat {
  readonly name: string
  readonly source: RawColumn['source']
  readonly kind: ColumnKind
  readonly number?: NumberStyle
  readonly date?: DateStyle
  /** The word that most missing cells in text have, where they are not left empty. */
  readonly absent?: string
  /** Booleans in text: the spellings of false and true. */
  readonly spelling?: readonly [string, string]
  readonly integer?: boolean
  /** Identifiers that are running numbers: how they go on. */
  readonly numbering?: Numbering
}

export interface InferOptions {
  /** Kinds set by the user, by column name. */
  readonly types?: Readonly<Record<string, ColumnKind | MadeKind>>
  /** Only these columns, in the input's order. */
  readonly columns?: readonly string[]
  /** All but these. */
  readonly exclude?: readonly string[]
  /** Cells that count as missing besides the empty cell, NA, N/A and null. */
  readonly missing?: readonly string[]
  /** What parts decimals where the cells of a column leave it open, as in 1,234. */
  readonly decimal?: 'point' | 'comma' | undefined
  /** Which of two numbers is the day where the dates of a column leave it open, or disagree. */
  readonly dateOrder?: DateOrder | undefined
}

export interface InferredTable {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  /** Sentences a person should read. */
  readonly notes: readonly string[]
}

/** A category of more levels than this, most of which occur once, is likely a name. */
const MANY_LEVELS = 50

/** Kinds of columns, as options name them. */
export const KINDS: readonly ColumnKind[] = ['number', 'integer', 'category', 'boolean', 'datetime', 'identifier']

/**
 * Gives every column of a raw table its kind. Text that spells numbers, ISO dates or true/false in every cell becomes
 * that; other text is a category, or an identifier when all its values differ. Cost O(cells).
 *
 * Throws `InputError`: unknown or duplicate column names, fewer than two rows, NaN or infinities, a kind that a cell
 * does not fit, nothing left to model.
 */
export function inferTable(raw: RawTable, options: InferOptions = {}): InferredTable {
  checkNames(raw, options)
  const wanted = options.columns && new Set(options.columns)
  const excluded = new Set(options.exclude)
  const kept = raw.columns.filter(({ name }) => (!wanted || wanted.has(name)) && !excluded.has(name))
  if (raw.rowCount < 2)
    throw new InputError({
      code: 'too-few-rows',
      got: `${raw.rowCount} row${raw.rowCount === 1 ? '' : 's'}`,
      expected: 'at least 2 rows',
      try: 'a table with more rows'
    })
  const notes = [...(raw.notes ?? [])]
  const seen = { ...raw, columns: kept }
  const context: Inferring = { options, notes, marks: decimalMarks(seen, options), orders: dateOrders(seen, options) }
  const results = kept.map((column) => inferColumn(column, context))
  if (results.every(({ column }) => column.kind === 'identifier' || isEmpty(column))) {
    throw new InputError({
      code: 'nothing-to-model',
      got:
        kept.length === 0
          ? 'no columns'
          : `only identifiers${results.some(({ column }) => isEmpty(column)) ? ' and empty columns' : ''}: ${kept.map((c) => c.name).join(', ')}`,
      expected: 'at least one column of numbers, dates, booleans or recurring text',
      try: '--types NAME=category, or another table'
    })
  }
  return { table: { columns: results.map((r) => r.column), rowCount: raw.rowCount }, formats: results.map((r) => r.format), notes }
}

function checkNames(raw: RawTable, options: InferOptions): void {
  const names = new Set<string>()
  const repeated = raw.columns.find(({ name }) => names.size === names.add(name).size)?.name
  if (repeated !== undefined)
    throw new InputError({
      code: 'column-duplicate',
      got: `two columns named ${repeated}`,
      expected: 'distinct names',
      try: 'renaming one of them'
    })
  for (const name of [...(options.columns ?? []), ...(options.exclude ?? []), ...Object.keys(options.types ?? {})]) {
    if (!names.has(name))
      throw new InputError({
        code: 'column-unknown',
        got: `the column ${name}`,
        expected: `one of ${listed([...names])}`,
        try: 'the name as it stands in the header'
      })
  }
  for (const [name, kind] of Object.entries(options.types ?? {})) {
    if (!isMadeKind(kind) && !KINDS.includes(kind))
      throw new InputError({
        code: 'kind-unknown',
        got: `the kind ${kind} for ${name}`,
        expected: `${KINDS.join(', ')}; made up: ${MADE_KINDS.join(', ')}`,
        try: `--types ${name}=category`
      })
  }
}

interface Inferred {
  readonly column: Column
  readonly format: ColumnFormat
}

/** What the inference of one column needs besides it. */
interface Inferring {
  readonly options: InferOptions
  readonly notes: string[]
  readonly marks: DecimalMarks
  readonly orders: DateOrders
}

function inferColumn(raw: RawColumn, context: Inferring): Inferred {
  const { options, notes } = context
  const stated = options.types?.[raw.name]
  const wanted = isMadeKind(stated) ? 'identifier' : stated
  if (raw.source === 'text' || wanted === 'category' || wanted === 'identifier' || (raw.source === 'boolean' && wanted !== 'number')) {
    const cells = textCells(raw, options.missing)
    const { format, ...inferred } = inferText(raw, cells, wanted, context)
    const absent = absentWord(raw, cells)
    return { ...inferred, format: absent === undefined ? format : { ...format, absent } }
  }
  if (raw.source === 'boolean') throw unfit(raw.name, 'booleans', wanted!)
  const inferred = inferNumbers(raw, wanted, options.missing?.includes('NaN') === true)
  if (isEmpty(inferred.column)) notes.push(emptyNote(raw.name))
  noteRounding(inferred.column, notes)
  return inferred
}

/** Cells as text, null where one is missing or a word for it. */
export function textCells(raw: RawColumn, missing: readonly string[] = []): (string | null)[] {
  const tokens = new Set([...MISSING_WORDS, ...missing])
  if (raw.source === 'text') return raw.values.map((cell) => (cell === null || tokens.has(cell.trim()) ? null : cell))
  if (raw.source === 'boolean') return raw.values.map((cell) => (cell === null ? null : String(cell)))
  return Array.from(raw.values, (value, i) => (raw.missing?.[i] ? null : String(value)))
}

/** The word that most missing cells of text have; undefined where most are empty or none is missing. Cost O(n). */
function absentWord({ source, values }: RawColumn, cells: readonly (string | null)[]): string | undefined {
  if (source !== 'text') return undefined
  const counts = new Map<string, number>()
  for (const [i, cell] of cells.entries()) {
    if (cell !== null) continue
    const word = (values[i] as string | null)?.trim() ?? ''
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1])
  return most?.[0] || undefined
}

function inferText(raw: RawColumn, cells: (string | null)[], wanted: ColumnKind | undefined, context: Inferring): Inferred {
  const { notes } = context
  const present = cells.filter((cell): cell is string => cell !== null)
  const base = { name: raw.name, source: raw.source }
  if (present.length === 0) return inferEmpty(raw, wanted === undefined || wanted === 'identifier' ? 'category' : wanted, notes)
  const dates = wanted === undefined || wanted === 'datetime' ? datesFor(raw.name, cells, context) : undefined
  const plainKind = wanted ?? (dates ? 'datetime' : kindOfText(raw.name, cells, present))
  const notation = takesNumbers(plainKind, wanted)
    ? notationFor(raw.name, cells, { ...context, plain: !wanted && plainKind === 'number' })
    : undefined
  const kind = wanted ?? (notation && notation !== PLAIN ? kindOfNumbers(cells, notation) : plainKind)
  if (kind === 'number' || kind === 'integer') {
    const column: NumericColumn = { name: raw.name, kind, ...numbersOf({ name: raw.name, kind, notation: notation ?? PLAIN }, cells) }
    noteRounding(column, notes)
    return { column, format: { ...base, kind, number: numberStyle(cells, notation) } }
  }
  if (kind === 'datetime') return dates ? dateColumn(base, dates) : inferDates(base, cells)
  if (kind === 'identifier') {
    const reason = wanted ? 'counts' : 'every value differs, so it counts'
    const hint = wanted ? '' : hintFor(present)
    const numbering = numberingOf(cells.map((cell) => parseNumber(cell ?? '') ?? Number.NaN))
    const written = numbering ? `continued from ${numbering.next}` : 'written anew'
    notes.push(`${raw.name}: ${reason} as an identifier: left out of the model, ${written}${hint}`)
    return { column: { name: raw.name, kind }, format: { ...base, kind, ...(numbering ? { numbering } : {}) } }
  }
  if (kind === 'boolean') return inferBooleans(base, cells)
  const column = categories(raw.name, cells)
  const { length } = column.levels
  const stray = wanted ? undefined : strayText(cells, present.length)
  if (stray)
    notes.push(
      `${raw.name}: ${stray.numbers} of ${present.length} cells are numbers, but not ${stray.text ? `“${stray.text}”` : 'the one'} in row ${stray.row}, so it counts as a category; if that stands for a missing value, add --missing ${stray.text ? `'${stray.text}'` : 'with its text'}`
    )
  else if (!wanted && length > MANY_LEVELS && length > present.length / 2)
    notes.push(
      `${raw.name}: ${length} different values in ${present.length} cells, more names than categories: new rows repeat them as they stand; --types ${raw.name}=identifier leaves them out${hintFor(present)}`
    )
  else if (!wanted && hintFor(present) !== '') notes.push(`${raw.name}: counts as a category${hintFor(present)}`)
  return { column, format: { ...base, kind } }
}

/** Whether a column of text may be numbers in a notation that is not plain. */
const takesNumbers = (kind: ColumnKind, wanted: ColumnKind | undefined): boolean =>
  kind === 'number' || (wanted ? wanted === 'integer' : kind === 'category' || kind === 'identifier')

const kindOfNumbers = (cells: readonly (string | null)[], notation: Notation): ColumnKind =>
  numberStyle(cells, notation).decimals === 0 ? 'integer' : 'number'

/** A column without a value in it. */
function inferEmpty(raw: RawColumn, kind: ColumnKind, notes: string[]): Inferred {
  notes.push(emptyNote(raw.name))
  const column = emptyColumn(raw.name, kind, raw.values.length)
  return { column, format: { name: raw.name, source: raw.source, kind } }
}

/** What a person should know about a column without values. */
export const emptyNote = (name: string): string => `${name}: every cell is empty: left out of the model, and written empty`

function kindOfText(name: string, cells: readonly (string | null)[], present: readonly string[]): ColumnKind {
  const nonFinite = cells.findIndex((cell) => cell !== null && spellsNonFinite(cell))
  if (nonFinite >= 0 && present.every((cell) => spellsNonFinite(cell) || parseNumber(cell) !== undefined)) {
    throw notFinite(name, cells[nonFinite]!, nonFinite)
  }
  if (present.every((cell) => parseNumber(cell) !== undefined) && !areLongNames(present)) {
    return present.every((cell) => /^[+-]?\d+$/.test(cell.trim())) ? 'integer' : 'number'
  }
  if (present.every((cell) => parseBoolean(cell) !== undefined)) return 'boolean'
  return new Set(present).size === present.length ? 'identifier' : 'category'
}

/** Whole numbers so long that different ones would become one number: names, as of accounts. */
function areLongNames(present: readonly string[]): boolean {
  if (!present.every((cell) => /^\s*[+-]?\d+\s*$/.test(cell)) || present.every((cell) => Number.isSafeInteger(Number(cell)))) return false
  return new Set(present.map(Number)).size < new Set(present.map((cell) => BigInt(cell.trim().replace('+', '')))).size
}

interface WantedNumbers {
  readonly name: string
  readonly kind: ColumnKind
  readonly notation: Notation
}

function numbersOf(
  { name, kind, notation }: WantedNumbers,
  cells: readonly (string | null)[]
): { values: Float64Array; missing?: Uint8Array } {
  const values = new Float64Array(cells.length)
  const missing = new Uint8Array(cells.length)
  const read = isPlain(notation) ? parseNumber : (cell: string) => readNumber(cell, notation)
  cells.forEach((cell, i) => {
    if (cell === null) {
      missing[i] = 1
      return
    }
    const value = read(cell)
    if (value === undefined) throw spellsNonFinite(cell) ? notFinite(name, cell, i) : unfit(name, `“${cell}” in row ${i + 1}`, kind)
    if (!Number.isFinite(value)) throw notFinite(name, cell, i)
    if (kind === 'integer' && !Number.isInteger(value)) throw unfit(name, `“${cell}” in row ${i + 1}`, kind, 'number')
    values[i] = value
  })
  refuseSpread(name, values, missing)
  return missing.includes(1) ? { values, missing } : { values }
}

/** Whole numbers of so many digits are as often names as amounts. */
function noteRounding({ name, kind, values }: Column & { values?: Float64Array }, notes: string[]): void {
  if (kind !== 'integer' || values!.every(Number.isSafeInteger)) return
  notes.push(`${name}: whole numbers beyond 2^53 are rounded to 16 digits; if they are names, --types ${name}=identifier leaves them out`)
}

/** Squares of smaller and larger spreads vanish or overflow. */
const SPREADS = [1e-150, 1e150] as const

function refuseSpread(name: string, values: Float64Array, missing: Uint8Array): void {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    if (missing[i]) continue
    low = Math.min(low, values[i]!)
    high = Math.max(high, values[i]!)
  }
  if (low >= high || (high - low >= SPREADS[0] && high - low <= SPREADS[1])) return
  throw new InputError({
    code: 'spread',
    got: `values from ${low} to ${high} in the column ${name}`,
    expected: `a constant, or largest less smallest value between ${SPREADS[0]} and ${SPREADS[1]}, so that its square is a number`,
    try: 'another unit: dividing the column by its largest value'
  })
}

interface TextBase {
  readonly name: string
  readonly source: RawColumn['source']
}

function dateColumn(base: TextBase, { times, style }: Pick<ReadDates, 'times' | 'style'>): Inferred {
  const missing = Uint8Array.from(times, (time) => (Number.isNaN(time) ? 1 : 0))
  const values = times.map((time) => (Number.isNaN(time) ? 0 : time))
  const column: Column = { name: base.name, kind: 'datetime', values, ...(missing.includes(1) ? { missing } : {}) }
  return { column, format: { ...base, kind: 'datetime', date: style } }
}

/** Dates in several spellings, for whoever calls them dates: written as the first one is. */
function inferDates(base: TextBase, cells: readonly (string | null)[]): Inferred {
  const times = Float64Array.from(cells, (cell, i) => {
    const time = cell === null ? Number.NaN : parseDateTime(cell)
    if (time === undefined) throw unfit(base.name, `“${cell}” in row ${i + 1}`, 'datetime')
    return time
  })
  const first = readDates([cells.find((cell) => cell !== null)!]) as ReadDates
  return dateColumn(base, { times, style: first.style })
}

function inferBooleans(base: TextBase, cells: readonly (string | null)[]): Inferred {
  const spelling: [string, string] = ['false', 'true']
  const codes = Int32Array.from(cells, (cell, i) => {
    if (cell === null) return -1
    const value = parseBoolean(cell)
    if (value === undefined) throw unfit(base.name, `“${cell}” in row ${i + 1}`, 'boolean')
    spelling[value ? 1 : 0] = cell.trim()
    return value ? 1 : 0
  })
  return { column: { name: base.name, kind: 'boolean', codes, levels: ['false', 'true'] }, format: { ...base, kind: 'boolean', spelling } }
}

function categories(name: string, cells: readonly (string | null)[]): CategoricalColumn {
  const levels = [...new Set(cells.filter((cell): cell is string => cell !== null))].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const codeOf = new Map(levels.map((level, i) => [level, i]))
  return { name, kind: 'category', levels, codes: Int32Array.from(cells, (cell) => (cell === null ? -1 : codeOf.get(cell)!)) }
}

function inferNumbers(
  raw: Extract<RawColumn, { source: 'number' | 'datetime' }>,
  wanted: ColumnKind | undefined,
  nanIsMissing: boolean
): Inferred {
  const values = raw.values.slice()
  const missing = raw.missing?.slice() ?? new Uint8Array(values.length)
  let whole = true
  values.forEach((value, i) => {
    if (Number.isNaN(value) && nanIsMissing) missing[i] = 1
    if (missing[i]) {
      values[i] = 0
      return
    }
    if (!Number.isFinite(value)) throw notFinite(raw.name, String(value), i)
    if (!Number.isInteger(value)) whole = false
  })
  refuseSpread(raw.name, values, missing)
  const declared = raw.source === 'number' && raw.integer === true
  const kind = raw.source === 'datetime' ? 'datetime' : (wanted ?? (whole ? 'integer' : 'number'))
  if (kind !== 'datetime' && kind !== 'number' && kind !== 'integer') throw unfit(raw.name, 'numbers', kind)
  if (kind === 'integer' && !whole) throw unfit(raw.name, 'numbers that are not whole', kind, 'number')
  const column: Column = { name: raw.name, kind, values, ...(missing.includes(1) ? { missing } : {}) }
  const decimals = kind === 'datetime' ? undefined : decimalsOf(values, missing)
  const date = kind === 'datetime' ? styleOfTimes(values, missing) : undefined
  return {
    column,
    format: {
      name: raw.name,
      source: raw.source,
      kind,
      ...(date ? { date } : {}),
      number: { padded: false, ...(decimals === undefined ? {} : { decimals }) },
      ...(declared ? { integer: true } : {})
    }
  }
}

function notFinite(name: string, cell: string, row: number): InputError {
  return new InputError({
    code: 'not-finite',
    got: `${cell.trim()} in the column ${name}, row ${row + 1}`,
    expected: 'finite numbers, and empty cells where a value is missing',
    try: /nan/i.test(cell) ? `--missing ${cell.trim()} if it stands for a missing value` : 'removing or correcting those rows'
  })
}

function unfit(name: string, got: string, kind: ColumnKind, fitting: ColumnKind = 'category'): InputError {
  return new InputError({
    code: 'kind-unfit',
    got: `${got} in the column ${name}`,
    expected: `values of kind ${kind}`,
    try: `another kind: --types ${name}=${fitting}`
  })
}
