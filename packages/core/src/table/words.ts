import { listed, typesFlag } from '../num/listed.js'
import type { Inferred } from './column-format.js'
import { readDates } from './date-column.js'
import { spellsNonFinite } from './parse.js'
import { RARE_BELOW } from './rare-below.js'
import { areNames, countSingles } from './singles.js'
import { MOSTLY_NUMBERS } from './stray-text.js'
import { isCategorical, isNumeric, type Table } from './table.js'

/**
 * Words among figures, as `pending` among results or `on request` among prices, are a category of their own while rows are modelled,
 * behind the column of figures and named after it: `result word`. Written, they stand in the cells again.
 */
export const wordName = (name: string): string => `${name} word`

/** The level of a row whose cell is a figure, or empty. */
const NO_WORD = 'value'

/** A column of text taken apart. */
interface Words {
  /** The cells without the words. */
  readonly bare: readonly (string | null)[]
  /** Of each cell; undefined where it is none. */
  readonly words: readonly (string | undefined)[]
}

/**
 * The words of a column, which have no digit, beside cells that have some; undefined where there are none of either, and where words
 * are names of rows, of which the next one would be new. Cost O(n).
 */
export function wordsIn(cells: readonly (string | null)[]): Words | undefined {
  const isWord = (cell: string | null): cell is string => cell !== null && !/\d/.test(cell)
  const said = cells.filter(isWord).map((cell) => cell.trim())
  const figures = cells.some((cell) => cell !== null && !isWord(cell))
  if (
    said.length === 0 ||
    !figures ||
    said.some((word) => word === NO_WORD || spellsNonFinite(word)) ||
    areNames(countSingles(said), said.length)
  )
    return undefined
  return {
    bare: cells.map((cell) => (isWord(cell) ? null : cell)),
    words: cells.map((cell) => (isWord(cell) ? cell.trim() : undefined))
  }
}

/**
 * Whether cells between words are figures: dates, or nearly all cells are such, or the next one would be new by two standard errors,
 * so that figures and words are no list of levels, as of floors or sizes. Cost O(n).
 */
export function areFigures({ bare, words }: Words): boolean {
  const figures = bare.filter((cell) => cell !== null)
  const said = words.length - words.filter((word) => word === undefined).length
  if (figures.length >= MOSTLY_NUMBERS * (figures.length + said) || countSingles(figures) > 2 * Math.sqrt(figures.length)) return true
  return readDates(figures) !== undefined
}

/** Figures with the column of the words among them; undefined where what is between these is something else. Cost O(n). */
export function withWords({ column, format, beside }: Inferred, words: Words['words']): Inferred | undefined {
  if (!isNumeric(column) || beside) return undefined
  const name = wordName(column.name)
  return { column, format: { ...format, words: name }, beside: [wordColumn(name, words)] }
}

/** The words of rows as a column. */
export function wordColumn(name: string, words: Words['words']): Inferred {
  const levels = [...new Set(words.map((word) => word ?? NO_WORD))].sort()
  const codes = Int32Array.from(words, (word) => levels.indexOf(word ?? NO_WORD))
  return { column: { name, kind: 'category', levels, codes }, format: { name, source: 'text', kind: 'category' } }
}

/** What a person should know of them: a word that fewer rows have may be anybody's. */
export function wordsNote(name: string, words: Words['words']): string {
  const said = words.filter((word) => word !== undefined)
  const common = [...new Set(said)].filter((word) => said.filter((one) => one === word).length >= RARE_BELOW)
  const such = common.length === 0 ? '' : `, as ${listed(common.slice(0, 3).map((word) => `“${word}”`))}`
  return `${name}: ${said.length} of ${words.length} cells are words${such}: while rows are modelled they are a column of their own, ${wordName(name)}; ${typesFlag(name, 'category')} repeats all cells as text`
}

/** The word of a row's cell, where it is one. */
export function wordOf({ columns }: Table, name: string | undefined): (row: number) => string | undefined {
  const column = columns.find((one) => one.name === name)
  if (!column || !isCategorical(column)) return () => undefined
  return (row) => {
    const level = column.levels[column.codes[row]!]
    return level === NO_WORD ? undefined : level
  }
}
