import { CALENDAR_PARTS, type CalendarPart, partOf } from '../../table/calendar-part.js'
import type { CellValue } from '../../table/cells.js'
import { type Column, isNumeric, type NumericColumn } from '../../table/table.js'

/** Whether a number is the largest of those of its row that have this part, or the smallest. */
export const EXTREMES = ['largest', 'smallest'] as const
export type Extreme = (typeof EXTREMES)[number]

/**
 * What counts of a cell that others are looked up by: what a calendar says of a date, how many of some rising thresholds a number
 * reaches, or whether it is the largest of several.
 */
export type KeyPart = CalendarPart | Extreme | readonly number[]

export const isCalendarPart = (word: unknown): word is CalendarPart => (CALENDAR_PARTS as readonly unknown[]).includes(word)
export const isExtreme = (word: unknown): word is Extreme => (EXTREMES as readonly unknown[]).includes(word)

/** Of a date in milliseconds, or of a number; which one is the largest others say. */
export const keyPartOf = (part: Exclude<KeyPart, Extreme>, value: number): number =>
  typeof part === 'string' ? partOf(part, value) : part.reduce((count, cut) => (value >= cut ? count + 1 : count), 0)

/** Cells of a row by their parts: of those that may be the largest 1 for each that is, 0 for the others. */
export function keyCells(cells: readonly CellValue[], parts: readonly (KeyPart | null)[] | undefined): CellValue[] {
  return cells.map((own, k) => {
    const part = parts?.[k]
    if (!part || typeof own !== 'number') return own
    if (!isExtreme(part)) return keyPartOf(part, own)
    const isBeyond = (other: CellValue) => typeof other === 'number' && (part === 'largest' ? other > own : other < own)
    return cells.some((other, j) => parts![j] === part && isBeyond(other)) ? 0 : 1
  })
}

/** A column as whole numbers, one part of each cell; without a part as it is. Cost O(rows). */
export function keyColumn(column: Column, part: Exclude<KeyPart, Extreme> | null | undefined): Column {
  if (!part || !isNumeric(column)) return column
  return wholeNumbers(column, (i) => keyPartOf(part, column.values[i]!))
}

/** Columns as keys have them, those with parts as whole numbers. Cost O(cells). */
export function keyColumns(columns: readonly Column[], parts: readonly (KeyPart | null)[] | undefined): Column[] {
  return columns.map((column, k) => {
    const part = parts?.[k]
    if (!isExtreme(part)) return keyColumn(column, part)
    if (!isNumeric(column)) return column
    const among = columns.filter((one, j): one is NumericColumn => parts![j] === part && isNumeric(one))
    const [place, words] = [among.indexOf(column), among.map(() => part)]
    const at = (i: number) => among.map(({ values, missing }) => (missing?.[i] ? null : values[i]!))
    return wholeNumbers(column, (i) => keyCells(at(i), words)[place] as number)
  })
}

function wholeNumbers({ name, values, missing }: NumericColumn, at: (row: number) => number): Column {
  const own = values.map((_, i) => (missing?.[i] ? 0 : at(i)))
  return { name, kind: 'integer', values: own, ...(missing ? { missing } : {}) }
}

/** `weekday(start), bins(length, 5)`, `largest(maths, art)`. */
export function keyText(words: readonly string[], parts: readonly (KeyPart | null)[] | undefined): string {
  const texts = words.flatMap((word, k) => {
    const part = parts?.[k]
    if (!part) return [word]
    if (!isExtreme(part)) return [typeof part === 'string' ? `${part}(${word})` : `bins(${[word, ...part].join(', ')})`]
    return parts!.indexOf(part) === k ? [`${part}(${words.filter((_, j) => parts![j] === part).join(', ')})`] : []
  })
  return texts.join(', ')
}
