import type { DensityFit, ImputationFit, ImputationRequest, InferOptions, ScoreRequest } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import type { TableFacts, Told } from './messages.js'
import type { SystemShape } from './protocol.js'
import type { ShadedPicture } from './shaded-messages.js'

/** What is looked at: columns of the table by name, or of what was found of its rows. */
export interface RowsLook {
  readonly right: string
  readonly up: string
  readonly colour: string
}

/** An activity on the rows of a table, of each of which something is found. */
export interface RowsShape extends SystemShape {
  readonly choice: InferOptions
  readonly facts: TableFacts
  readonly look: RowsLook
  readonly picture: ShadedPicture
  readonly result: RowsResult
}

/** Rows that tell most of what was found, as they are written. */
export interface ListedRows {
  /** Their places in the table. */
  readonly places: readonly number[]
  readonly rows: RawTable
  /** Columns whose cells were filled, of each. */
  readonly filled: readonly (readonly string[])[]
}

interface RowsResult extends Told {
  readonly rowCount: number
  /** Columns of what was found. */
  readonly added: readonly string[]
  readonly listed: ListedRows | null
}

/** The name under which the colour tells rows with filled cells from others. */
export const GAPS = 'cells'

export interface GapsShape extends RowsShape {
  readonly run: { readonly fit: ImputationFit; readonly draw: Omit<ImputationRequest, 'fill'> }
}

export interface ScoresShape extends RowsShape {
  readonly run: { readonly fit: DensityFit; readonly draw: Omit<ScoreRequest, 'score'> }
}
