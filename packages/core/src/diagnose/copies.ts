import { decimalsOf } from '../table/parse.js'
import { isCategorical, isNumeric, type NumericColumn, type Table } from '../table/table.js'

/** How many rows of a table stand in another one. */
export interface CopyCounts {
  /** Rows of `table` that equal a row of `train`. */
  readonly copies: number
  readonly rows: number
  /** Rows of a table with numbers in which every number is missing: they equal others without telling anything, and count as no copies. */
  readonly withoutNumbers: number
}

/** Rows of `table` that equal a row of `train` when both are written with the decimals of `train`. Cost O(cells). */
export function countCopies(table: Table, train: Table): CopyCounts {
  const known = new Set(rowTexts(train, train))
  const texts = rowTexts(table, train)
  return {
    copies: texts.filter((text) => text !== undefined && known.has(text)).length,
    rows: table.rowCount,
    withoutNumbers: texts.filter((text) => text === undefined).length
  }
}

/** Rows of `train` that equal another row of it. */
export function countDuplicates(train: Table): CopyCounts {
  const texts = rowTexts(train, train)
  const seen = new Map<string, number>()
  for (const text of texts) if (text !== undefined) seen.set(text, (seen.get(text) ?? 0) + 1)
  let copies = 0
  for (const count of seen.values()) if (count > 1) copies += count
  return { copies, rows: train.rowCount, withoutNumbers: texts.filter((text) => text === undefined).length }
}

/**
 * Most copies that chance allows among `rows` fresh rows, where `copies` of `of` such rows are some. Both counts scatter:
 * two standard deviations of their difference, and three more of `of`, since of zero found up to three may be expected.
 */
export function mostCopies({ copies, rows: of }: Pick<CopyCounts, 'copies' | 'rows'>, rows: number): number {
  const expected = (copies / of) * rows
  return expected + 2 * Math.sqrt(expected * (1 + rows / of)) + (3 * rows) / of
}

/** Every row as text, numbers with the decimals that their column has in `reference`; undefined where all its numbers are missing, unless all rows count. */
export function rowTexts(table: Table, reference: Table, count: 'all' | 'with numbers' = 'with numbers'): (string | undefined)[] {
  const cells = table.columns.map((column, c) => {
    if (isNumeric(column)) return numberTexts(column, reference.columns[c] as NumericColumn)
    return isCategorical(column) ? Array.from(column.codes, (code) => (code < 0 ? '' : `=${column.levels[code]!}`)) : undefined
  })
  const present = cells.filter((texts) => texts !== undefined)
  const numbers = table.columns.filter(isNumeric)
  const empty = (i: number) => count === 'with numbers' && numbers.length > 0 && numbers.every(({ missing }) => missing?.[i])
  return Array.from({ length: table.rowCount }, (_, i) => (empty(i) ? undefined : JSON.stringify(present.map((texts) => texts[i]))))
}

function numberTexts(column: NumericColumn, reference: NumericColumn): string[] {
  const decimals = decimalsOf(reference.values, reference.missing)
  return Array.from(column.values, (value, i) => {
    if (column.missing?.[i]) return ''
    // Adding zero turns −0 into 0.
    return String(decimals === undefined ? value : Number(value.toFixed(Math.min(decimals, 100))) + 0)
  })
}
