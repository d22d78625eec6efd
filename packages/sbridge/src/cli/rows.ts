import { type DrawnRows, SYSTEMS, type TableModel } from '@sbridge/core'
import { type CellStyle, sliceTable } from '@sbridge/core/internal'
import type { DatabaseTarget } from '../database/contract.js'
import { checkOutputs } from '../format/outputs.js'
import { checkTarget, writePieces } from '../format/table-file.js'
import { cellsFor } from '../format/table-format.js'
import { readFields } from './add-fields.js'
import { writingFields } from './fields.js'
import { refuseNameOfTable } from './source.js'

const { tables } = SYSTEMS

/** What verbs that learn and write rows are told, as it was typed. */
export interface VerbFlags extends Readonly<Record<string, unknown>> {
  readonly rows?: string
  readonly output: string
  readonly model?: string
  readonly report?: string
  readonly json?: boolean
  readonly dryRun?: boolean
}

/** How rows are handed over for a file: as the input spells them, or plainly. Throws `InputError` for a name that says no format. */
export function cellsOf(flags: Readonly<Record<string, unknown>> & { readonly output: string }): CellStyle {
  const cells = cellsFor(flags.output)
  if (readFields(writingFields, flags).dialect !== 'plain') return cells
  return cells === 'text' ? 'plain' : 'typed'
}

interface Writing {
  readonly output: string
  readonly cells: CellStyle
  readonly target?: DatabaseTarget
}

/** Writes drawn rows, whose texts are made some rows at a time. */
export function writeDrawn(model: TableModel, drawn: DrawnRows, { output, cells, target }: Writing): Promise<void> {
  const rows = (from: number, to: number) => tables.present(model, { ...drawn, table: sliceTable(drawn.table, from, to) }, cells)
  return writePieces(output, { rowCount: drawn.table.rowCount, rows }, target)
}

/** Which table of a database rows go into. Throws `InputError` (code `option-combination`) beside the name of a file. */
export function targetOf(flags: Readonly<Record<string, unknown>> & { readonly output: string }): DatabaseTarget {
  const { into, append } = readFields(writingFields, flags) as DatabaseTarget
  checkTarget(flags.output, { into, append })
  return { into, append }
}

/** How and where rows are written. Throws what is wrong with the names of outputs, before anything is computed. */
export async function writingOf(
  flags: VerbFlags,
  inputs: readonly (string | undefined)[]
): Promise<{ readonly cells: CellStyle; readonly target: DatabaseTarget }> {
  const writing = { cells: cellsOf(flags), target: targetOf(flags) }
  if (flags.model !== undefined) refuseNameOfTable(flags.model)
  if (!flags.dryRun) await checkOutputs([flags.output, flags.model, flags.report], inputs)
  return writing
}
