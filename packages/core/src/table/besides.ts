import { InputError } from '../num/errors.js'
import type { ColumnFormat, Inferred } from './column-format.js'
import type { Inferring } from './inferring.js'
import { isMember, memberName } from './lists.js'
import { isMadeKind } from './made-kinds.js'
import { offsetName } from './offsets.js'
import { secondName } from './pairs.js'
import { precisionName } from './precisions.js'
import type { RawTable } from './raw.js'
import { type ColumnKind, emptyColumn, isEmpty } from './table.js'
import { unitName } from './units.js'
import { wordColumn, wordName } from './words.js'

/** Whether a column is one of those that stand behind another while rows are modelled, and are written as part of it. */
export const isBeside = (name: string, column: string): boolean =>
  isMember(name, column) || [offsetName, precisionName, secondName, unitName, wordName].some((nameOf) => name === nameOf(column))

/** Whether a table as it was read has a column, or that which it stands behind. */
export const hasColumn = ({ columns }: Pick<RawTable, 'columns'>, name: string): boolean =>
  columns.some((column) => column.name === name || isBeside(name, column.name))

/** Names of columns that are written as part of others. */
export const joinedNames = (formats: readonly ColumnFormat[]): ReadonlySet<string> => new Set(formats.flatMap(joinedTo))

/** Those that are written as part of one column. */
export const joinedTo = ({ name, date, pair, list, words, form }: ColumnFormat): string[] =>
  [date?.offsets, date?.precisions, pair?.second, ...(list?.members ?? []).map((member) => memberName(name, member)), words, form].filter(
    (one) => one !== undefined
  )

/**
 * A column and what stands behind it. Rows that are read as others were have what these had, if only empty. Throws `InputError`
 * (code `column-unknown`) where a kind is stated of a column that is neither in the table nor behind one of it.
 */
export function withBeside(one: Inferred, { options: { types = {} }, names }: Inferring, rowCount: number): readonly Inferred[] {
  if (one.beside) return [one, ...one.beside]
  const stated = Object.keys(types).filter((name) => !names.has(name) && isBeside(name, one.column.name))
  const kinds = stated.map((name) => types[name])
  const [name] = stated
  if (name === undefined || kinds.some((kind) => kind === undefined || isMadeKind(kind))) return [one]
  // Rows that are read as others were need no word.
  if (name === wordName(one.column.name)) return [one, wordColumn(name, new Array<undefined>(rowCount).fill(undefined))]
  if (!isEmpty(one.column))
    throw new InputError({
      code: 'column-unknown',
      got: `the column ${name}`,
      expected: `cells of ${one.column.name} that have it as a part`,
      try: 'the name as it stands in the header'
    })
  const empty = stated.map((beside): Inferred => {
    const kind = types[beside] as ColumnKind
    return { column: emptyColumn(beside, kind, rowCount), format: { name: beside, source: 'text', kind } }
  })
  return [one, ...empty]
}
