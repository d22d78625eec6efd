import { defined } from '../num/defined.js'
import { InputError } from '../num/errors.js'
import { typesFlag } from '../num/listed.js'
import { summaryOf } from '../num/summary.js'
import type { Inferred } from './column-format.js'
import { styleOfTimes } from './date-style.js'
import { isPlain, type Notation, readNumber } from './notation.js'
import { decimalsOf, parseNumber, spellsNonFinite } from './parse.js'
import type { RawColumn } from './raw.js'
import { shortNumbers } from './short-numbers.js'
import type { Column, ColumnKind } from './table.js'

interface WantedNumbers {
  readonly name: string
  readonly kind: ColumnKind
  readonly notation: Notation
}

/** The numbers of a column of text. Throws `InputError` (codes `kind-unfit`, `not-finite`, `spread`). Cost O(n). */
export function numbersOf(
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
export function noteRounding({ name, kind, values }: Column & { values?: Float64Array }, notes: string[]): void {
  if (kind !== 'integer' || values!.every(Number.isSafeInteger)) return
  notes.push(
    `${name}: whole numbers beyond 2^53 are rounded to 16 digits; if they are names, ${typesFlag(name, 'identifier')} leaves them out`
  )
}

/** Squares of smaller and larger spreads vanish or overflow. */
const SPREADS = [1e-150, 1e150] as const

function rangeBeside(values: Float64Array, missing: Uint8Array): { readonly low: number; readonly high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    if (missing[i]) continue
    low = Math.min(low, values[i]!)
    high = Math.max(high, values[i]!)
  }
  return { low, high }
}

export function refuseSpread(name: string, values: Float64Array, missing: Uint8Array | undefined): void {
  const { low, high } = missing ? rangeBeside(values, missing) : summaryOf(values)
  if (low >= high || (high - low >= SPREADS[0] && high - low <= SPREADS[1])) return
  throw new InputError({
    code: 'spread',
    got: `values from ${low} to ${high} in the column ${name}`,
    expected: `a constant, or largest less smallest value between ${SPREADS[0]} and ${SPREADS[1]}, so that its square is a number`,
    try: 'another unit: dividing the column by its largest value'
  })
}

/** A column that its format stores as numbers or times. Throws `InputError` (codes `kind-unfit`, `not-finite`, `spread`). Cost O(n). */
export function inferNumbers(
  raw: Extract<RawColumn, { source: 'number' | 'datetime' }>,
  wanted: ColumnKind | undefined,
  nanIsMissing: boolean
): Inferred {
  let values: Float64Array = raw.values.slice()
  const missing = raw.missing?.slice() ?? new Uint8Array(values.length)
  let whole = true
  values.forEach((value, i) => {
    if (Number.isNaN(value) && nanIsMissing) missing[i] = 1
    if (missing[i]) {
      values[i] = 0
      return
    }
    if (!Number.isFinite(value)) throw raw.source === 'datetime' ? noTime(raw.name, i) : notFinite(raw.name, String(value), i, 'typed')
    if (!Number.isInteger(value)) whole = false
  })
  refuseSpread(raw.name, values, missing)
  const declared = raw.source === 'number' && raw.integer === true
  const kind = raw.source === 'datetime' ? 'datetime' : (wanted ?? (whole ? 'integer' : 'number'))
  if (kind !== 'datetime' && kind !== 'number' && kind !== 'integer') throw unfit(raw.name, 'numbers', kind)
  if (kind === 'integer' && !whole) throw unfit(raw.name, 'numbers that are not whole', kind, 'number')
  const short = kind === 'number' ? shortNumbers(values, missing) : undefined
  values = short?.values ?? values
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
      ...(raw.source === 'datetime' && raw.local ? { local: true } : {}),
      number: { padded: false, ...defined({ decimals, single: short?.single, digits: short?.digits }) },
      ...(declared ? { integer: true } : {}),
      ...(raw.bounds ? { bounds: raw.bounds } : {})
    }
  }
}

/** A cell of text, or of numbers as a program or a file with types gives them, which has other words for what is missing. */
export function notFinite(name: string, cell: string, row: number, of: 'text' | 'typed' = 'text'): InputError {
  const flag = `--missing ${cell.trim()}`
  return new InputError({
    code: 'not-finite',
    got: `${cell.trim()} in the column ${name}, row ${row + 1}`,
    expected: `finite numbers, and ${of === 'typed' ? 'null' : 'empty cells'} where a value is missing`,
    try: !/nan/i.test(cell)
      ? 'removing or correcting those rows'
      : of === 'typed'
        ? `null in its place if it stands for a missing value, or ${flag} (in a program missing: ['${cell}'])`
        : `${flag} if it stands for a missing value`
  })
}

const noTime = (name: string, row: number): InputError =>
  new InputError({
    code: 'not-finite',
    got: `an invalid Date in the column ${name}, row ${row + 1}`,
    expected: 'a moment, or null where it is missing',
    try: 'null in its place, or what its text says: new Date(Date.UTC(2024, 0, 31))'
  })

export function unfit(name: string, got: string, kind: ColumnKind, fitting: ColumnKind = 'category'): InputError {
  return new InputError({
    code: 'kind-unfit',
    got: `${got} in the column ${name}`,
    expected: `values of kind ${kind}`,
    try: `another kind: ${typesFlag(name, fitting)}`
  })
}
