import { flagWord, listed, typesFlag } from '../num/listed.js'
import { addressesAmong, addressWords } from './addresses.js'
import { type CensoredCells, censoredCells, placeBeyond } from './censoring.js'
import type { Inferred } from './column-format.js'
import { parseDateTime } from './date-cell.js'
import { type ReadDates, readDates } from './date-column.js'
import { digitDates, parseDigits } from './date-digits.js'
import { datesFor } from './date-orders.js'
import { areUneven, notationFor } from './decimal-marks.js'
import { hintFor } from './hint.js'
import { noteRounding, notFinite, numbersOf, refuseSpread, unfit } from './infer-numbers.js'
import type { InferOptions, Inferring } from './inferring.js'
import { listsNote, listsOf, memberName, statedMembers, withLists } from './lists.js'
import { magnitudesNote, magnitudesOf } from './magnitudes.js'
import { partsNote, partsOf } from './mixed-units.js'
import { arePhones, type Notation, PLAIN } from './notation.js'
import { limitsOf, type NumberStyle, numberStyle, spelledTwice } from './number-style.js'
import { numberingOf } from './numbering.js'
import { offsetName, withOffsets } from './offsets.js'
import { inferPairs, secondName } from './pairs.js'
import { parseBoolean, parseNumber, spellsNonFinite } from './parse.js'
import { type PartialDates, partialDates, precisionName, precisionsNote, withPrecisions } from './precisions.js'
import { RARE_BELOW } from './rare-below.js'
import type { RawColumn } from './raw.js'
import { inShort } from './short-numbers.js'
import { shortYearsNote } from './short-years.js'
import { areNames, countSingles, singlesOf } from './singles.js'
import { strayText } from './stray-text.js'
import { type CategoricalColumn, type Column, type ColumnKind, emptyColumn, type NumericColumn } from './table.js'
import { clockNote, readClocks } from './time-of-day.js'
import { areMeasures, measuresOf, unitName, unitsNote, withUnits } from './units.js'
import { areFigures, withWords, wordName, wordsIn, wordsNote } from './words.js'

/** A column of text as the kind that its cells spell, or that is wanted. Throws `InputError`. Cost O(cells). */
export function inferText(raw: RawColumn, cells: (string | null)[], wanted: ColumnKind | undefined, context: Inferring): Inferred {
  const { notes } = context
  const present = cells.filter((cell): cell is string => cell !== null)
  const base = { name: raw.name, source: raw.source }
  if (present.length === 0) return inferEmpty(raw, wanted === undefined || wanted === 'identifier' ? 'category' : wanted, notes)
  const takesDates = wanted === undefined || wanted === 'datetime'
  const partial = takesDates ? partialFor(raw.name, cells, context) : undefined
  const dates = takesDates ? datesFor(raw.name, partial?.full ?? cells, context) : undefined
  const censored = dates || (wanted && wanted !== 'number') ? undefined : censoredCells(cells)
  if (censored) return inferCensored(base, censored, { ...context, wanted: wanted !== undefined })
  const worded = inferWords(raw, cells, wanted, context)
  if (worded) return worded
  const numeric = wanted === 'number' || wanted === 'integer' ? wanted : undefined
  const isOther = dates || (wanted && !numeric)
  const clocks = isOther ? undefined : readClocks(cells)
  if (clocks) return inferClocks(base, clocks, { ...context, wanted })
  // Where both of two numbers are wanted, what stands behind the first is no unit, though it be alike in all rows.
  const wantsPairs = context.options.types?.[secondName(raw.name)] !== undefined
  const styled = isOther || wantsPairs ? undefined : styledNumbers(raw.name, cells)
  if (styled) return inferStyled(base, cells, styled, { ...context, wanted })
  const plainKind = wanted ?? (dates ? 'datetime' : kindOfText(raw.name, cells, present))
  const notation =
    !wantsPairs && takesNumbers(plainKind, wanted)
      ? notationFor(raw.name, cells, { ...context, plain: !wanted && (plainKind === 'number' || plainKind === 'integer') })
      : undefined
  // Where points part decimals, what commas part unevenly are two numbers, as how many reads have either letter: 29,22 and 41,130.
  const isParted = notation?.decimal === ',' && !wanted && context.options.decimal === undefined && areUneven(cells) && context.hasPoints()
  const pairs = isOther || (notation && !isParted) ? undefined : inferPairs(base, cells, { ...context, wanted: numeric })
  if (pairs) return pairs
  const measured = isOther || notation ? undefined : inferUnits(raw, cells, wanted, context)
  if (measured) return measured
  const lists = listsIn(raw, cells, wanted ?? plainKind, context)
  if (lists) return lists
  const kind = wanted ?? (notation && notation !== PLAIN ? kindOfNumbers(cells, notation) : plainKind)
  if (kind === 'number' || kind === 'integer') {
    const { read, style: number } = inShort(
      numbersOf({ name: raw.name, kind, notation: notation ?? PLAIN }, cells),
      numberStyle(cells, notation)
    )
    const column: NumericColumn = { name: raw.name, kind, ...read }
    noteRounding(column, notes)
    const twice = wanted || number.padded ? undefined : spelledTwice(cells)
    if (twice)
      notes.push(
        `${raw.name}: ${twice[0]} is also written ${twice[1]}, and both are one number; ${typesFlag(raw.name, 'category')} keeps them apart, as labels are`
      )
    return { column, format: { ...base, kind, number } }
  }
  if (kind === 'datetime') {
    if (!dates) return inferDates(base, cells)
    const column = dateColumn(base, dates)
    if (dates.style.firstYear !== undefined) notes.push(shortYearsNote(base.name, dates.times))
    if (partial) {
      if (wanted === undefined) notes.push(precisionsNote(raw.name, partial.precisions))
      return withPrecisions(column, partial.precisions)
    }
    const offsets = offsetName(raw.name)
    const isSplit = !context.names.has(offsets) && (dates.otherZones.length > 0 || context.options.types?.[offsets] !== undefined)
    return isSplit ? withOffsets(column, dates.zones) : column
  }
  if (kind === 'identifier') {
    const reason = wanted ? 'counts' : 'every value differs, so it counts'
    const hint = wanted ? '' : hintFor(present)
    const numbering = numberingOf(cells.map((cell) => parseNumber(cell ?? '') ?? Number.NaN))
    const written = numbering ? `continued from ${numbering.next}` : 'written anew'
    notes.push(`${raw.name}: ${reason} as an identifier: left out of the model, ${written}${hint}`)
    return { column: { name: raw.name, kind }, format: { ...base, kind, ...(numbering ? { numbering } : {}) } }
  }
  if (kind === 'boolean') return inferBooleans(base, cells)
  const stray = wanted ? undefined : straysAmongNumbers(cells, present)
  const singles = wanted || stray ? 0 : countSingles(present)
  if (areNames(singles, present.length)) {
    notes.push(
      `${raw.name}: most of its ${present.length} values occur once, as names do, so it is left out of the model and new ones are made up; ${typesFlag(raw.name, 'category')} repeats them instead${hintFor(present)}`
    )
    return { column: { name: raw.name, kind: 'identifier' }, format: { ...base, kind: 'identifier' } }
  }
  const column = categories(raw.name, cells)
  if (stray)
    notes.push(
      `${raw.name}: ${stray.numbers} of ${present.length} cells are numbers, but not ${stray.text ? `“${stray.text}”` : 'the one'} in row ${stray.row}, so it counts as a category; if that stands for a missing value, add --missing ${stray.text ? `'${stray.text}'` : 'with its text'}`
    )
  else if (!wanted) {
    const hint = hintFor(present)
    if (hint !== '') notes.push(`${raw.name}: counts as a category${hint}`)
    else notes.push(...repeatedNotes(column, present, context.options), ...alikeLevelsNotes(column))
  }
  return { column, format: { ...base, kind } }
}

/** Dates that do not all say as much; undefined where a column of the file has the name of the one that would say how much. */
function partialFor(name: string, cells: readonly (string | null)[], { names, options }: Inferring): PartialDates | undefined {
  const precisions = precisionName(name)
  return names.has(precisions) ? undefined : partialDates(cells, options.types?.[precisions] !== undefined)
}

/** Figures, or dates, with words among them; undefined for other columns, and where somebody wants figures alone. */
function inferWords(raw: RawColumn, cells: (string | null)[], wanted: ColumnKind | undefined, context: Inferring): Inferred | undefined {
  const name = wordName(raw.name)
  const isStated = context.options.types?.[name] !== undefined
  const found = context.names.has(name) || (wanted !== undefined && !isStated) ? undefined : wordsIn(cells)
  if (!found || !(isStated || areFigures(found))) return undefined
  const note = isStated ? undefined : wordsNote(raw.name, found.words)
  return inferBare(raw, found.bare, { wanted, context, note, join: (bare) => withWords(bare, found.words) })
}

/** Numbers whose units differ; undefined of other columns. */
function inferUnits(raw: RawColumn, cells: (string | null)[], wanted: ColumnKind | undefined, context: Inferring): Inferred | undefined {
  const name = unitName(raw.name)
  const isStated = context.options.types?.[name] !== undefined
  const found = context.names.has(name) ? undefined : measuresOf(cells)
  if (!found || !(wanted || isStated || areMeasures(found))) return undefined
  const note = wanted || isStated ? undefined : unitsNote(raw.name, found.units)
  return inferBare(raw, found.bare, { wanted, context, note, join: (bare) => withUnits(bare, found) })
}

/** Lists of a few values, each of which is a column; undefined of other columns, and where somebody wants a category alone. */
function listsIn(raw: RawColumn, cells: (string | null)[], kind: ColumnKind, { options, names, notes }: Inferring): Inferred | undefined {
  const stated = statedMembers(raw.name, options.types)
  const isWanted = options.types?.[raw.name] !== undefined
  if ((kind !== 'category' && kind !== 'identifier') || (isWanted && !stated)) return undefined
  const found = listsOf(cells, stated)
  if (!found || found.style.members.some((member) => names.has(memberName(raw.name, member)))) return undefined
  if (!stated) notes.push(listsNote(raw.name, found.style))
  return withLists({ name: raw.name, source: raw.source }, found)
}

interface Bare {
  readonly wanted: ColumnKind | undefined
  readonly context: Inferring
  /** What is told of what was taken out of the cells. */
  readonly note: string | undefined
  /** The bare column with what was taken out; undefined where they do not go together. */
  readonly join: (bare: Inferred) => Inferred | undefined
}

/** A column of what is left of cells, with what was taken out of them beside it. */
function inferBare(raw: RawColumn, bare: readonly (string | null)[], { wanted, context, note, join }: Bare): Inferred | undefined {
  const notes: string[] = []
  const inferred = join(inferText(raw, [...bare], wanted, { ...context, notes }))
  if (inferred) context.notes.push(...notes, ...(note === undefined ? [] : [note]))
  return inferred
}

/** Times of day as numbers of minutes or seconds. */
function inferClocks(
  base: TextBase,
  { values, missing, style }: NonNullable<ReturnType<typeof readClocks>>,
  { notes, wanted }: Inferring & { readonly wanted: ColumnKind | undefined }
): Inferred {
  // Whole minutes in equal steps are no running numbers.
  const kind = wanted === 'integer' ? 'integer' : 'number'
  if (!wanted) notes.push(clockNote(base.name, style))
  const number = { decimals: 0, padded: false, clock: style }
  return {
    column: { name: base.name, kind, values, ...(missing ? { missing } : {}), ...limitsOf(number) },
    format: { ...base, kind, number }
  }
}

/** Numbers in several units, or with letters for powers of ten. */
interface StyledNumbers {
  readonly values: Float64Array
  readonly number: NumberStyle
  readonly note: string
}

function styledNumbers(name: string, cells: readonly (string | null)[]): StyledNumbers | undefined {
  const parts = partsOf(cells)
  if (parts) return { values: parts.values, number: { decimals: 0, padded: false, parts: parts.style }, note: partsNote(name, parts.style) }
  const letters = magnitudesOf(cells)
  return (
    letters && { values: letters.values, number: { padded: false, magnitudes: letters.style }, note: magnitudesNote(name, letters.style) }
  )
}

function inferStyled(
  base: TextBase,
  cells: readonly (string | null)[],
  { values, number, note }: StyledNumbers,
  { notes, wanted }: Inferring & { readonly wanted: ColumnKind | undefined }
): Inferred {
  const kind = wanted === 'integer' && number.parts ? 'integer' : 'number'
  if (!wanted) notes.push(note)
  const missing = Uint8Array.from(cells, (cell) => (cell === null ? 1 : 0))
  refuseSpread(base.name, values, missing)
  return {
    column: { name: base.name, kind, values, ...(missing.includes(1) ? { missing } : {}) },
    format: { ...base, kind, number }
  }
}

/** A word among numbers: where these are few it is a level among levels. */
function straysAmongNumbers(cells: readonly (string | null)[], present: readonly string[]): ReturnType<typeof strayText> {
  const found = strayText(cells, present.length)
  return found && (found.isFew || (found.numbers > 0 && areNames(countSingles(present), present.length))) ? found : undefined
}

/** Numbers of which some give a limit alone: `<0.5`. */
function inferCensored(base: TextBase, cells: CensoredCells, context: Inferring & { readonly wanted: boolean }): Inferred {
  const { bare, signs } = cells
  const { name } = base
  const notation = notationFor(name, bare, context) ?? PLAIN
  const read = numbersOf({ name, kind: 'number', notation }, bare)
  const style = numberStyle(
    bare.map((cell, i) => (signs[i] === undefined ? cell : null)),
    notation
  )
  const decimalsOf = (cell: string): number => numberStyle([cell], notation).decimals ?? 0
  const { values, censoring } = placeBeyond(cells, { ...read, decimals: style.decimals ?? 0, decimalsOf })
  if (!context.wanted)
    context.notes.push(censoredNote(name, signs.filter((sign) => sign !== undefined).length, bare.filter((cell) => cell !== null).length))
  const number = { ...style, censoring }
  return { column: { name, kind: 'number', ...read, values, ...limitsOf(number) }, format: { ...base, kind: 'number', number } }
}

const censoredNote = (name: string, beyond: number, present: number): string =>
  `${name}: ${beyond} of ${present} cells give a limit (<, >): numbers just beyond it, written as limits again; ${typesFlag(name, 'category')} repeats all cells as text`

/** Levels that only capitals or blanks tell apart, as of two who typed them; letters by themselves are signs. */
function alikeLevelsNotes({ name, levels }: CategoricalColumn): string[] {
  const alike = new Map<string, string[]>()
  for (const level of levels) {
    const plain = level.trim().replace(/\s+/g, ' ').toLowerCase()
    if ([...plain].length > 1) alike.set(plain, [...(alike.get(plain) ?? []), level])
  }
  const groups = [...alike.values()].filter(({ length }) => length > 1)
  if (groups.length === 0) return []
  const shown = groups[0]!.map((level) => `“${level}”`).join(' and ')
  const more = groups.length > 1 ? `, as do ${groups.length - 1} other ${groups.length === 2 ? 'level' : 'levels'}` : ''
  return [`${name}: ${shown} differ only in capitals or blanks${more}; new rows keep them apart, so write them alike if they are one`]
}

/** Of so many cells at least, and where more than this share of them have a value of their own, somebody is told that it is repeated. */
const LEAST_NAMED = 50
const SINGLE_SHARE = 0.2

/** What a note of them says, which is of no use where no rows are drawn. */
export const REPEATED = 'new rows repeat these values'

/** What a person should know of levels that lead to somebody, and of those that a single row has: they come out again, word for word. */
function repeatedNotes({ name, levels }: CategoricalColumn, present: readonly string[], { mergesSingles }: InferOptions): string[] {
  const singles = singlesOf(present)
  const kept = mergesSingles ? levels.filter((level) => !singles.has(level)) : levels
  const addresses = addressesAmong(kept)
  const others = `${typesFlag(name, 'identifier')} writes others`
  const column = flagWord(name)
  const notes =
    addresses.length > 0
      ? [
          `${name}: ${addresses.length} of its ${levels.length} values ${addresses.length === 1 ? 'has' : 'have'} the form of ${listed([...new Set(addresses)])}, and ${REPEATED}; --group ${column} draws whole groups with new ones where rows belong together by it, ${others}, --exclude ${column} leaves the column out`
        ]
      : []
  if (mergesSingles) return notes
  const telling = [...singles].filter((value) => isTelling(value, present.length) && addressWords(value) === undefined).length
  if (telling > 0)
    return [
      ...notes,
      `${name}: ${REPEATED}, and ${telling} of the ${levels.length} ${telling === 1 ? 'occurs' : 'occur'} once and may identify somebody; ${others}, --min-cell 5 merges rare ones, --exclude ${column} leaves the column out`
    ]
  if (notes.length > 0 || present.length < LEAST_NAMED || singles.size <= SINGLE_SHARE * present.length) return notes
  return [
    `${name}: ${singles.size} of its ${levels.length} values occur once, and ${REPEATED}; ${others} if they identify somebody or something`
  ]
}

/**
 * Whether a value says more than one word of `rows` does: a number alone says no more either, nor does what is too short for each row
 * to have its own, as a score of 3:1.
 */
function isTelling(value: string, rows: number): boolean {
  const word = value.trim()
  if (parseNumber(value) !== undefined) return false
  if (/[\s@]/.test(word)) return true
  return (
    /\d/.test(word) && [...word].reduce((many, sign) => many * (/\d/.test(sign) ? DIGITS : /\p{L}/u.test(sign) ? LETTERS : 1), 1) >= rows
  )
}

/** What a place of a code may be. */
const [DIGITS, LETTERS] = [10, 26]

/** Whether a column of text may be numbers in a notation that is not plain. */
const takesNumbers = (kind: ColumnKind, wanted: ColumnKind | undefined): boolean =>
  kind === 'number' || kind === 'integer' || (!wanted && (kind === 'category' || kind === 'identifier'))

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
  return new Set(present).size === present.length && !areFewLabels(cells, present) ? 'identifier' : 'category'
}

/** Of a column that is mostly empty, fewer cells than a form is learned of, which say no more than labels do, as the flag of one patient. */
const areFewLabels = (cells: readonly unknown[], present: readonly string[]): boolean =>
  present.length < Math.min(RARE_BELOW, cells.length) && !present.some((value) => isTelling(value, present.length))

/** Whole numbers so long that a computer's numbers do not hold them to the last digit: names, as of accounts; and those of telephones. */
function areLongNames(present: readonly string[]): boolean {
  if (arePhones(present)) return true
  if (!present.every((cell) => /^\s*[+-]?\d+\s*$/.test(cell))) return false
  return present.some((cell) => !Number.isSafeInteger(Number(cell)) && BigInt(cell.trim().replace('+', '')) !== BigInt(Number(cell)))
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
    const time = cell === null ? Number.NaN : (parseDateTime(cell) ?? parseDigits(cell))
    if (time === undefined) throw unfit(base.name, `“${cell}” in row ${i + 1}`, 'datetime')
    return time
  })
  const first = cells.find((cell) => cell !== null)!
  const { style } = digitDates(Float64Array.of(Number(first)), undefined, true) ?? (readDates([first]) as ReadDates)
  return dateColumn(base, { times, style })
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
  // Numbered as they come, so that each cell is looked up once.
  const seen = new Map<string, number>()
  const codes = new Int32Array(cells.length)
  for (let i = 0; i < codes.length; i++) {
    const cell = cells[i]!
    const known = cell === null ? -1 : seen.get(cell)
    codes[i] = known ?? seen.size
    if (known === undefined) seen.set(cell, seen.size)
  }
  const levels = [...seen.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const places = new Int32Array(levels.length)
  for (const [place, level] of levels.entries()) places[seen.get(level)!] = place
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = places[codes[i]!]!
  return { name, kind: 'category', levels, codes }
}
