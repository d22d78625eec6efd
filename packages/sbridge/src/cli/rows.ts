import { type DrawnRows, SYSTEMS, type TableModel } from '@sbridge/core'
import { type CellStyle, drawnInAll, sliceTable } from '@sbridge/core/internal'
import type { RawTable, Table } from '@sbridge/core/tables'
import type { DatabaseTarget } from '../database/contract.js'
import { checkOutputs } from '../format/outputs.js'
import { SpilledRows } from '../format/spilled.js'
import { misfits } from '../format/stored-type.js'
import { checkTarget, folderBeside, writePieces, writeTable } from '../format/table-file.js'
import { cellsFor, keepsTypes } from '../format/table-format.js'
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

/** Drawn rows: what is said of them, and some of them at a time. */
interface RowsInTurn {
  readonly drawn: DrawnRows
  readonly rowCount: number
  /** Rows [from, to). */
  rows(from: number, to: number): Table
  close(): void
}

/** Rows that stand in memory. */
export const rowsInMemory = (drawn: DrawnRows): RowsInTurn => ({
  drawn,
  rowCount: drawn.table.rowCount,
  rows: (from, to) => sliceTable(drawn.table, from, to),
  close: () => undefined
})

/** Uses rows that come some at a time: until all are there they stand in a temporary file beside the output, and then come from it. */
export async function rowsInFile(stretches: AsyncIterable<DrawnRows>, output: string): Promise<RowsInTurn> {
  const file = new SpilledRows(await folderBeside(output))
  try {
    const said: DrawnRows[] = []
    for await (const { table, ...drawn } of stretches) {
      file.add(table)
      said.push({ ...drawn, table: { columns: [], rowCount: table.rowCount } })
    }
    return { drawn: drawnInAll(said), rowCount: file.rowCount, rows: (from, to) => file.rows(from, to), close: () => file.close() }
  } catch (error) {
    file.close()
    throw error
  }
}

/** Writes drawn rows, whose texts are made some rows at a time, and closes them. */
export async function writeDrawn(model: TableModel, made: RowsInTurn, { output, cells, target }: Writing): Promise<void> {
  const rows = (from: number, to: number) => tables.present(model, { ...made.drawn, table: made.rows(from, to) }, cells)
  try {
    await writeInTurn(output, { rowCount: made.rowCount, rows }, target)
  } finally {
    made.close()
  }
}

/** Writes a table that is made some rows at a time, and says which columns are not of the types that they had. */
export async function writeInTurn(
  output: string,
  { rowCount, rows }: { readonly rowCount: number; rows(from: number, to: number): RawTable },
  target?: DatabaseTarget
): Promise<void> {
  const told = new Set<string>()
  const noting = (from: number, to: number) => {
    const table = rows(from, to)
    for (const note of typeNotes(output, table)) told.add(note)
    return table
  }
  await writePieces(output, { rowCount, rows: noting }, target)
  tellTypes(told)
}

/** Writes a table, and says which columns are not of the types that they had. */
export async function writeRows(output: string, table: RawTable, target?: DatabaseTarget): Promise<void> {
  await writeTable(output, table, target)
  tellTypes(typeNotes(output, table))
}

const typeNotes = (output: string, table: RawTable): string[] => (keepsTypes(output) ? misfits(table) : [])

/** Is told apart from what a command sums up: it is known once the file is written. */
function tellTypes(notes: Iterable<string>): void {
  for (const note of notes) process.stderr.write(`sbridge: ${note}\n`)
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
