import { InputError } from '../../num/errors.js'
import { listed, typesFlag } from '../../num/listed.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { RARE_BELOW } from '../../table/rare-below.js'
import { type CategoricalColumn, isCategorical, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { levelRows } from '../rare.js'

/** A column of a design: the numbers of a row, NaN where its cell is missing. */
export interface Coding {
  /** Names of the coefficients; a level that fewer than three real rows have is not named. */
  readonly names: readonly string[]
  readonly at: (table: Table) => (row: number) => readonly number[]
}

/** Milliseconds of a day: dates count in days. */
const DAY = 86_400_000

/**
 * A column as a regression sees it: a number as it is, a date in days, a category by treatment coding against its first level
 * in the order of text. Levels are those of the real table. Throws `InputError` (codes `column-unknown`, `utility-column`).
 */
export function codingOf(real: Table, name: string, formula: string): Coding {
  const column = columnOf(real, name, formula)
  if (isNumeric(column)) return { names: [name], at: (table) => numbersOf(columnOf(table, name, formula) as NumericColumn) }
  const levels = levelsOf(column)
  if (levels.length < 2)
    throw new InputError({
      code: 'utility-column',
      got: `${name} in the formula “${formula}”, which has one level`,
      expected: 'terms that vary',
      try: 'leaving it out'
    })
  const rows = levelRows(column)
  const shown = (level: string) => (rows[column.levels.indexOf(level)]! < RARE_BELOW ? 'a rare level' : level)
  return {
    names: levels.slice(1).map((level) => `${name} = ${shown(level)}`),
    at: (table) => {
      const own = columnOf(table, name, formula) as CategoricalColumn
      const place = own.levels.map((level) => levels.indexOf(level))
      return (row) => {
        const code = own.codes[row]!
        const level = code < 0 ? -1 : place[code]!
        return levels.slice(1).map((_, k) => (level < 0 ? Number.NaN : level === k + 1 ? 1 : 0))
      }
    }
  }
}

/** Levels that occur, in the order of text. */
export function levelsOf(column: CategoricalColumn): string[] {
  const rows = levelRows(column)
  return column.levels.filter((_, k) => rows[k]! > 0).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

export function numbersOf({ kind, values, missing }: NumericColumn): (row: number) => readonly number[] {
  const scale = kind === 'datetime' ? 1 / DAY : 1
  return (row) => [missing?.[row] ? Number.NaN : values[row]! * scale]
}

export function columnOf(table: Table, name: string, formula: string): NumericColumn | CategoricalColumn {
  const column = table.columns.find((one) => one.name === name)
  if (column && (isNumeric(column) || isCategorical(column))) return column
  throw new InputError({
    code: column ? 'utility-column' : 'column-unknown',
    got: column
      ? `${name} in the formula “${formula}”, which counts as an identifier`
      : `the unknown column ${name} in the formula “${formula}”`,
    expected: `one of ${listed(table.columns.filter(({ kind }) => kind !== 'identifier').map((one) => one.name))}`,
    try: column
      ? `${typesFlag(name, 'category')}, or leaving it out`
      : 'the name as it stands in the header, in backquotes where it is no identifier'
  })
}

/** Rows of numbers without those where one is missing. */
interface Design {
  /** [rows, columns] */
  readonly x: Matrix
  /** Rows that had a missing cell, and are left out. */
  readonly dropped: number
}

/** The rows of a table by codings, side by side. */
export function designOf(table: Table, codings: readonly Coding[]): Design {
  const at = codings.map((coding) => coding.at(table))
  const rows: (readonly number[])[] = []
  for (let i = 0; i < table.rowCount; i++) {
    const row = at.flatMap((cells) => cells(i))
    if (!row.some(Number.isNaN)) rows.push(row)
  }
  const cols = codings.reduce((sum, { names }) => sum + names.length, 0)
  const x = matrix(rows.length, cols)
  rows.forEach((row, i) => {
    x.data.set(row, i * cols)
  })
  return { x, dropped: table.rowCount - rows.length }
}
