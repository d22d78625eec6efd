import { InputError } from '../num/errors.js'
import type { ColumnFormat } from './column-format.js'
import type { CellStyle } from './present.js'
import type { RawColumn, RawTable } from './raw.js'

/**
 * A column of numbers that stands beside the columns of a table, exact, NaN and infinities as missing cells: in text with a comma
 * where the table's own numbers have one. Cost O(n).
 */
export function addedNumbers(
  { name, values }: { readonly name: string; readonly values: Float64Array },
  formats: readonly ColumnFormat[],
  as: CellStyle
): RawColumn {
  if (as === 'text' && formats.some(({ number }) => number?.notation?.decimal === ','))
    return { name, source: 'text', values: Array.from(values, (x) => (Number.isFinite(x) ? String(x).replace('.', ',') : null)) }
  const missing = Uint8Array.from(values, (x) => (Number.isFinite(x) ? 0 : 1))
  const finite = values.map((x) => (Number.isFinite(x) ? x : 0))
  return { name, source: 'number', values: finite, ...(missing.includes(1) ? { missing } : {}) }
}

/** The number that such a cell of text shows; NaN for others. */
export const addedNumber = (cell: string): number => (cell.trim() === '' ? Number.NaN : Number(cell.replace(',', '.')))

/** Throws `InputError` (code `column-duplicate`) where a column has the name of one that is added. */
export function refuseTaken({ columns }: RawTable, added: readonly string[]): void {
  const taken = added.find((one) => columns.some(({ name }) => name === one))
  if (taken === undefined) return
  throw new InputError({
    code: 'column-duplicate',
    got: `a column named ${taken}, as the one that is added`,
    expected: 'distinct names',
    try: 'renaming it'
  })
}
