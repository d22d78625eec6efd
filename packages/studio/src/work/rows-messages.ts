import type { DensityFit, ImputationFit, ImputationRequest, ScoreRequest } from '@sbridge/core/internal'
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
  readonly choice: null
  readonly facts: TableFacts
  readonly look: RowsLook
  readonly picture: ShadedPicture
  readonly result: RowsResult
}

interface RowsResult extends Told {
  readonly rowCount: number
  /** Columns of what was found. */
  readonly added: readonly string[]
}

/** The name under which the colour tells rows with filled cells from others. */
export const GAPS = 'cells'

export interface GapsShape extends RowsShape {
  readonly run: { readonly fit: ImputationFit; readonly draw: Omit<ImputationRequest, 'fill'> }
}

export interface ScoresShape extends RowsShape {
  readonly run: { readonly fit: DensityFit; readonly draw: Omit<ScoreRequest, 'score'> }
}
