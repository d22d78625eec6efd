import type { Separator } from '@sbridge/core/internal'
import { GUESSED_RECORDS, guessSeparator, recordsIn, SEPARATORS } from './records.js'

/** What of a text is the table, and what stands above it. */
export interface TableLines {
  /** From the names on. */
  readonly text: string
  readonly separator: Separator
  /** Lines above the names. */
  readonly above: number
  /** Cells of a line of units between names and rows, which is in the text. */
  readonly units?: readonly string[]
}

/** What the first cell of a line of sums or means begins with, in the languages of most spreadsheets. */
const TOTALS =
  /^(?:grand |sub)?-?(?:totals?|sum|mean|average|summe|gesamt|gesamtsumme|mittelwert|durchschnitt|totale|somme|moyenne|suma|promedio|media)\b/i

const LINE_END = /\r\n|\r|\n/

/** A number, or a date with digits, as most cells of measured columns are. */
const isFigure = (cell: string): boolean => /^[^\p{L}\d]*\d[\d.,:'’/\-\s]*(?:[^\p{L}\d]*|\s?[%€$£]|[eE][+-]?\d+)$/u.test(cell.trim())

function cellsOf(line: string, separator: string): readonly string[] {
  try {
    return [...recordsIn(line, separator, { source: '' })][0]?.cells ?? []
  } catch {
    // A quote that closes on another line.
    return [line]
  }
}

/** A table without titles above it; `known` is its separator where it is. Titles are lines with one cell, above names that stand above figures. */
export function findTable(text: string, known: Separator | undefined): TableLines {
  const guessed = known ?? guessSeparator(text)
  const title = isHeaded(text, guessed) ? undefined : titleAbove(text, known === undefined ? SEPARATORS : [known])
  const { separator, above } = title ?? { separator: guessed, above: 0 }
  const rest = behindLines(text, above)
  return { separator, above, text: rest, ...unitsIn(rest, separator) }
}

/** Whether the first record has several cells, and the next one as many; a record of several lines is no title. */
function isHeaded(text: string, separator: Separator): boolean {
  if (separator === ' ') return true
  const records: (readonly string[])[] = []
  try {
    for (const { cells } of recordsIn(text, separator, { source: '' })) {
      if (cells.length > 0) records.push(cells)
      if (records.length === 2) break
    }
  } catch {
    // Whoever reads all of it says what is wrong.
    return true
  }
  const [heading = [], next] = records
  const isTitle = filled(heading) < 2 && !(heading.length > 1 && heading.some((cell) => LINE_END.test(cell)))
  return !isTitle && heading.length === next?.length && !mayBeGroups(heading, next)
}

function titleAbove(text: string, separators: readonly Separator[]): { readonly separator: Separator; readonly above: number } | undefined {
  const lines = text.split(LINE_END, GUESSED_RECORDS)
  for (const separator of separators) {
    const above = titlesIn(lines.map((line) => cellsOf(line, separator)))
    if (above > 0) return { separator, above }
  }
  return undefined
}

/** The lines that `top` and `bottom` leave, as the user says; where they leave all, units are a row. */
export function chosenLines(
  text: string,
  { top, bottom }: { readonly top: number; readonly bottom: number },
  known: Separator | undefined
): TableLines {
  let end = text.length
  for (let k = 0; k < bottom; k++) end = beforeLine(text, end)
  const rest = behindLines(text.slice(0, end), top)
  const separator = known ?? guessSeparator(rest)
  return { text: rest, separator, above: top, ...(top + bottom > 0 ? unitsIn(rest, separator) : {}) }
}

const filled = (cells: readonly string[]): number => cells.filter((cell) => cell.trim() !== '').length

/** Whether a line may say groups of the names below it, as merged cells do: it has gaps, and all below it are different words. */
const mayBeGroups = (groups: readonly string[], names: readonly string[] = []): boolean =>
  groups.length === names.length &&
  filled(groups) < groups.length &&
  filled(names) === names.length &&
  new Set(names).size === names.length &&
  !groups.some(isFigure) &&
  !names.some(isFigure)

/** How many of the first lines are titles, or groups of names. */
export function titlesIn(records: readonly (readonly string[])[]): number {
  const first = records.findIndex((cells) => filled(cells) > 1)
  // Words above two columns of figures are no row of theirs; above one they might be.
  if (first >= 0 && mayBeGroups(records[first]!, records[first + 1]) && figuresBelow(records, first + 1) > 1) return first + 1
  return first > 0 && figuresBelow(records, first) > 0 && !records[first]!.some(isFigure) ? first : 0
}

/** Columns of figures below a line of names. */
function figuresBelow(records: readonly (readonly string[])[], names: number): number {
  const heading = records[names]!
  const below = records.slice(names + 1).filter((cells) => cells.length === heading.length)
  if (records[names + 1]?.length !== heading.length) return 0
  // The first may be a line of units.
  const rows = below.slice(Math.min(1, below.length - 1))
  return heading.filter((_, c) => {
    const column = rows.map((cells) => cells[c]!).filter((cell) => cell !== '')
    return column.length > 0 && column.every(isFigure)
  }).length
}

function unitsIn(text: string, separator: Separator): Pick<TableLines, 'units'> {
  if (separator === ' ') return {}
  const lines = text.split(LINE_END, GUESSED_RECORDS).filter((line) => line !== '')
  const units = unitsBelow(lines.map((line) => cellsOf(line, separator)))
  return units ? { units } : {}
}

/** Units stand between names and rows: in each cell one, or nothing, and figures below; in brackets where there is only one. */
export function unitsBelow([heading, units, ...rows]: readonly (readonly string[])[]): readonly string[] | undefined {
  if (!heading || !units || rows.length < 2 || units.length !== heading.length) return undefined
  const named = units.map((unit) => unit.trim()).map((unit) => (unit === '-' ? '' : unit))
  // Sums at the end of a short table are no rows.
  const isSum = (cells: readonly string[]): boolean => TOTALS.test(cells.find((cell) => cell.trim() !== '')?.trim() ?? '')
  const measured = (c: number): boolean => {
    const column = rows
      .filter((cells) => !isSum(cells))
      .map((cells) => cells[c] ?? '')
      .filter((cell) => cell !== '')
    return column.length >= 2 && column.every(isFigure)
  }
  const fits = named.every((unit, c) => unit === '' || (!isFigure(unit) && UNIT.test(unit) && measured(c)))
  const count = named.filter((unit) => unit !== '').length
  const isBracketed = named.every((unit) => unit === '' || /^[([].*[)\]]$/.test(unit))
  return fits && count >= (isBracketed ? 1 : 2) ? units : undefined
}

/** A unit is short and of letters and their marks, and no word for a missing cell. */
const UNIT = /^(?!(?:NA|N\/A|null|NULL|nan|NaN|none|unknown)$)[\p{L}\p{Sc}%‰°([][\p{L}\p{Sc}\p{No}%‰°()[\]·*/^\d._-]{0,11}$/u

/** Whether a row says by its first word that it is of sums or means. */
function isTotals(cells: readonly string[]): boolean {
  const first = cells.find((cell) => cell.trim() !== '')
  return cells.length > 1 && first !== undefined && TOTALS.test(first.trim()) && cells.some(isFigure)
}

/** Whether a row is a remark that a spreadsheet filled up with empty cells. */
const isFilledUp = (cells: readonly string[]): boolean => cells.length > 2 && filled(cells) === 1 && isRemark(cells[0]!)

/** Whether a last row may be none: of sums or means, a remark, or nothing, as stands behind these. */
export const mayBeNoRow = (cells: readonly string[]): boolean => isTotals(cells) || isFilledUp(cells) || filled(cells) === 0

/** Whether the user says that every line is read. */
export const isEveryLine = (skip: { readonly top: number; readonly bottom: number } | undefined): boolean =>
  skip?.top === 0 && skip.bottom === 0

/** Whether a row is the line of names once more, as where files were put together; one name alone may be a value. */
export const areNamesAgain = <Cell>(cells: readonly Cell[], names: readonly Cell[]): boolean =>
  names.length > 1 && names.every((name, c) => name === cells[c])

type Cells = (string | null)[]

/** Takes rows of sums, means and remarks from the end of the columns of a table, and empty rows between; how many. Cost O(n) for each. */
export function takeTotals(columns: readonly { readonly values: Cells }[]): number {
  const rowAt = (i: number): string[] => columns.map(({ values }) => values[i] ?? '')
  const isEmptyAt = (i: number): boolean => filled(rowAt(i)) === 0
  const rows = columns[0]!.values.length
  let end = rows
  for (let at = rows - 1; at >= 2; at--) {
    if (isEmptyAt(at)) continue
    const cells = rowAt(at)
    const c = cells.findIndex((cell) => cell.trim() !== '')
    // A word that stands in other rows is a name like others; a table of sums alone is one.
    const isNone = isTotals(cells) ? columns[c]!.values.indexOf(cells[c]!) === at : isFilledUp(cells)
    if (!isNone) break
    end = at
  }
  // Among rows of one cell each it is a row like others.
  if (end < rows && !hasRows(columns, end)) return 0
  while (end < rows && end > 1 && isEmptyAt(end - 1)) end--
  for (const { values } of columns) values.length = end
  return rows - end
}

/** Whether some of the first rows have several cells. */
function hasRows(columns: readonly { readonly values: Cells }[], count: number): boolean {
  for (let i = 0; i < count; i++) if (columns.filter(({ values }) => values[i]?.trim()).length > 1) return true
  return false
}

/** Whether the only cell of a record is a remark; a word or a figure alone may be the begin of a row that was cut off. A byte-order mark or the end of a line parts no words. */
export const isRemark = (cell: string): boolean => /\S[^\S\ufeff\r\n]+\S/.test(cell) && !isFigure(cell)

/** Where the last line of `text.slice(0, end)` begins, its line end included; 0 for the first. */
function beforeLine(text: string, end: number): number {
  let at = end - 1
  while (at > 0 && text[at] !== '\n' && text[at] !== '\r') at--
  return at > 0 && text[at] === '\n' && text[at - 1] === '\r' ? at - 1 : Math.max(0, at)
}

function behindLines(text: string, count: number): string {
  let at = 0
  for (let k = 0; k < count; k++) {
    while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1
  }
  return text.slice(at)
}
