import { InputError } from '../num/errors.js'
import { typesFlag } from '../num/listed.js'
import { hasColumn, withBeside } from './besides.js'
import type { ColumnFormat, Inferred } from './column-format.js'
import { dateOrders } from './date-orders.js'
import { decimalMarks, pointsSomewhere } from './decimal-marks.js'
import { inferDigits } from './infer-digits.js'
import { inferNumbers, noteRounding, unfit } from './infer-numbers.js'
import { inferSpelled } from './infer-spelled.js'
import { emptyNote, inferText } from './infer-text.js'
import type { InferOptions, Inferring } from './inferring.js'
import { isMadeKind, MADE_KINDS } from './made-kinds.js'
import { marksNote, missingMarks } from './missing-marks.js'
import { namesNote } from './names-note.js'
import type { RawColumn, RawTable } from './raw.js'
import { sentinelNotes } from './sentinels.js'
import { type ColumnKind, isEmpty, type Table } from './table.js'
import { absentWords, textCells } from './text-cells.js'
import { unknownColumn } from './unknown-column.js'
import { wordName } from './words.js'

export type { ColumnFormat } from './column-format.js'
export { emptyNote } from './infer-text.js'
export type { InferOptions } from './inferring.js'
export { textCells } from './text-cells.js'

export interface InferredTable {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  /** Sentences a person should read. */
  readonly notes: readonly string[]
}

/** Kinds of columns, as options name them. */
export const KINDS: readonly ColumnKind[] = ['number', 'integer', 'category', 'boolean', 'datetime', 'identifier']

/**
 * Gives every column of a raw table its kind. Text that spells numbers, ISO dates or true/false in every cell becomes
 * that; other text is a category, or an identifier when all its values differ. Cost O(cells).
 *
 * Throws `InputError`: unknown or duplicate column names, fewer than two rows, NaN or infinities, a kind that a cell
 * does not fit, nothing left to model.
 */
export function inferTable(raw: RawTable, options: InferOptions = {}): InferredTable {
  checkNames(raw, options)
  const wanted = options.columns && new Set(options.columns)
  const excluded = new Set(options.exclude)
  const kept = raw.columns.filter(({ name }) => (!wanted || wanted.has(name)) && !excluded.has(name))
  if (raw.rowCount < 2)
    throw new InputError({
      code: 'too-few-rows',
      got: `${raw.rowCount} row${raw.rowCount === 1 ? '' : 's'}`,
      expected: 'at least 2 rows',
      try: 'a table with more rows'
    })
  const notes = [...(raw.notes ?? []), ...namesNote(raw.columns, kept)]
  const seen = { ...raw, columns: kept }
  const names = new Set(kept.map(({ name }) => name))
  const context: Inferring = {
    options,
    notes,
    names,
    marks: decimalMarks(seen, options),
    hasPoints: pointsSomewhere(seen),
    orders: dateOrders(seen, options)
  }
  const results = kept.flatMap((column) => withBeside(inferColumn(column, context), context, raw.rowCount))
  if (results.every(({ column }) => column.kind === 'identifier' || isEmpty(column))) {
    throw new InputError({
      code: 'nothing-to-model',
      got:
        kept.length === 0
          ? 'no columns'
          : `only identifiers${results.some(({ column }) => isEmpty(column)) ? ' and empty columns' : ''}: ${kept.map((c) => c.name).join(', ')}`,
      expected: 'at least one column of numbers, dates, booleans or recurring text',
      try: '--types NAME=category, or another table'
    })
  }
  return { table: { columns: results.map((r) => r.column), rowCount: raw.rowCount }, formats: results.map((r) => r.format), notes }
}

function checkNames(raw: RawTable, options: InferOptions): void {
  const names = new Set<string>()
  const repeated = raw.columns.find(({ name }) => names.size === names.add(name).size)?.name
  if (repeated !== undefined)
    throw new InputError({
      code: 'column-duplicate',
      got: `two columns named ${repeated}`,
      expected: 'distinct names',
      try: 'renaming one of them'
    })
  for (const name of [...(options.columns ?? []), ...(options.exclude ?? []), ...Object.keys(options.types ?? {})]) {
    if (!hasColumn(raw, name)) throw unknownColumn(name, raw.columns)
  }
  for (const [name, kind] of Object.entries(options.types ?? {})) {
    if (!isMadeKind(kind) && !KINDS.includes(kind))
      throw new InputError({
        code: 'kind-unknown',
        got: `the kind ${kind} for ${name}`,
        expected: `${KINDS.join(', ')}; made up: ${MADE_KINDS.join(', ')}`,
        try: `${typesFlag(name, 'category')}`
      })
  }
}

/** A column of figures, and of marks for cells without one, is one of figures; other columns keep such cells as they stand. */
function inferColumn(raw: RawColumn, context: Inferring): Inferred {
  const { options, notes } = context
  const stated = options.types?.[raw.name]
  const mayBeMarks = stated === undefined || (FIGURES.has(stated) && options.types?.[wordName(raw.name)] === undefined)
  const marks = mayBeMarks ? missingMarks(raw, options.missing) : []
  if (marks.length === 0) {
    const found = inferKnown(raw, context)
    if (stated === undefined) notes.push(...sentinelNotes(raw, found))
    return found
  }
  const own: string[] = []
  const found = inferKnown(raw, { ...context, notes: own, options: { ...options, missing: [...(options.missing ?? []), ...marks] } })
  if (!FIGURES.has(found.column.kind)) return inferKnown(raw, context)
  notes.push(marksNote(raw, marks), ...own, ...(stated === undefined ? sentinelNotes(raw, found) : []))
  return found
}

const FIGURES: ReadonlySet<string> = new Set<ColumnKind>(['number', 'integer', 'datetime'])

function inferKnown(raw: RawColumn, context: Inferring): Inferred {
  const { options, notes } = context
  const stated = options.types?.[raw.name]
  const wanted = isMadeKind(stated) ? 'identifier' : stated
  const digits = inferDigits(raw, wanted, context)
  if (digits) return digits
  const spelled = raw.source === 'text' ? inferSpelled(raw, wanted, context) : undefined
  if (spelled) return spelled
  if (raw.source === 'text' || wanted === 'category' || wanted === 'identifier' || (raw.source === 'boolean' && wanted !== 'number')) {
    const cells = textCells(raw, options.missing)
    const { format, ...inferred } = inferText(raw, cells, wanted, context)
    return { ...inferred, format: { ...format, ...absentWords(raw, cells) } }
  }
  if (raw.source === 'boolean') throw unfit(raw.name, 'booleans', wanted!)
  const inferred = inferNumbers(raw, wanted, options.missing?.includes('NaN') === true)
  if (isEmpty(inferred.column)) notes.push(emptyNote(raw.name))
  noteRounding(inferred.column, notes)
  return inferred
}
