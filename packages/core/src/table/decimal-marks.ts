import { InputError } from '../num/errors.js'
import { later } from '../num/later.js'
import { typesFlag } from '../num/listed.js'
import { arePlusMarked, isOpen, type Notation, notationOf, PLAIN, type ReadNotation } from './notation.js'
import { parseNumber } from './parse.js'
import type { RawTable, SpelledNumbers } from './raw.js'

/** What decides about a mark that a column leaves open: whether it parts decimals, and who says so. */
export type DecimalMarks = (mark: ',' | '.') => { readonly decimal: ',' | '.'; readonly by: 'user' | 'table' } | undefined

/**
 * Decides by what the user says, or else by the first column of the table that leaves nothing open, or else by semicolons between
 * cells, which are written where commas part decimals. Costs nothing until a column asks, then O(cells) once.
 */
export function decimalMarks(
  { columns, dialect }: RawTable,
  { decimal }: { readonly decimal?: 'point' | 'comma' | undefined }
): DecimalMarks {
  if (decimal !== undefined) return () => ({ decimal: decimal === 'comma' ? ',' : '.', by: 'user' })
  let shown: string | undefined | null = null
  const semicolons = dialect?.kind === 'delimited' && dialect.separator === ';'
  return (mark) => {
    if (shown === null) shown = shownIn(columns)
    if (shown !== undefined) return { decimal: shown as ',' | '.', by: 'table' }
    return semicolons && mark === ',' ? { decimal: ',', by: 'table' } : undefined
  }
}

const shownIn = (columns: RawTable['columns']): string | undefined => firstMark(columns, () => true)

/** Whether points part the decimals of some column, beyond doubt. Costs nothing until a column asks, then O(cells) once. */
export const pointsSomewhere = ({ columns }: RawTable): (() => boolean) =>
  later(() => firstMark(columns, (mark) => mark === '.') !== undefined)

function firstMark(columns: RawTable['columns'], isSought: (mark: string) => boolean): string | undefined {
  for (const column of columns) {
    if (column.source !== 'text') continue
    const shown = shownBySpelling(column.numbers) ?? notationOf(column.values)
    if (shown && 'notation' in shown && shown.shown !== undefined && isSought(shown.shown)) return shown.shown
  }
  return undefined
}

/**
 * Whether what stands behind the commas of cells is no fraction: zeros end some of them, which numbers that are written as short as can be lack, and others
 * have fewer digits, as numbers of as many decimals never do.
 */
export function areUneven(cells: readonly (string | null)[]): boolean {
  const behind = cells.flatMap((cell) => (cell?.includes(',') ? [cell.slice(cell.lastIndexOf(',') + 1)] : []))
  const longest = behind.reduce((most, digits) => (digits.endsWith('0') ? Math.max(most, digits.length) : most), 0)
  return behind.some((digits) => digits.length < longest)
}

/** The notation of a column of bare numbers and empty cells, from their spelling alone. */
function shownBySpelling(numbers: SpelledNumbers | undefined): ReadNotation | undefined {
  if (!numbers?.bare || [...numbers.others.keys()].some((cell) => cell !== '')) return undefined
  return { notation: PLAIN, ...(numbers.spelling.decided ? { shown: '.' } : {}) }
}

interface Noted {
  readonly marks: DecimalMarks
  readonly notes: string[]
  /** Whether all cells are known to be plain numbers. */
  readonly plain?: boolean
}

/** The notation of a column of numbers, undefined for other text. Throws `InputError` (code `number-styles-mixed`) where no one notation reads all cells. */
export function notationFor(name: string, cells: readonly (string | null)[], { marks, notes, ...known }: Noted): Notation | undefined {
  const plain = known.plain || cells.every((cell) => cell === null || parseNumber(cell) !== undefined)
  if (plain && !areThousands(cells, marks) && !arePlusMarked(cells)) return PLAIN
  const found = notationOf(cells, (mark) => marks(mark)?.decimal)
  if (!found) return plain ? PLAIN : undefined
  if ('rows' in found) throw mixed(name, cells, found.rows)
  const { notation, open } = found
  if (open !== undefined && marks(open) === undefined) {
    const word = open === ',' ? 'comma' : 'point'
    const said = `nothing tells whether the ${word} before three digits parts thousands or decimals`
    notes.push(`${name}: ${said}: read as thousands; --decimal comma reads decimals`)
  }
  if (notation.signed) {
    const { below } = notation.signed
    notes.push(`${name}: “${below.trim()}” behind an amount counts as a minus, and is written again`)
  }
  return notation
}

/** Whether points in numbers that could be plain part thousands: they stand before three digits everywhere, and commas part the table's decimals. */
function areThousands(cells: readonly (string | null)[], marks: DecimalMarks): boolean {
  let some = false
  for (const cell of cells) {
    if (cell === null || !cell.includes('.')) continue
    if (!isOpen(cell)) return false
    some = true
  }
  return some && marks('.')?.decimal === ','
}

function mixed(name: string, cells: readonly (string | null)[], rows: readonly [number, number]): InputError {
  const [first, second] = [...rows].sort((a, b) => a - b).map((row) => `${cells[row]!.trim()} in row ${row + 1}`)
  return new InputError({
    code: 'number-styles-mixed',
    got: `numbers of two styles in the column ${name}: ${first}, ${second}`,
    expected: 'one mark for decimals and one for thousands in all rows of a column',
    try: `writing them alike, --exclude ${name}, or ${typesFlag(name, 'category')}`
  })
}
