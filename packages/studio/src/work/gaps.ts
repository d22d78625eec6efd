import type { FilledRows, ImputationModel } from '@sbridge/core'
import { imputation } from '@sbridge/core/internal'
import type { Column } from '@sbridge/core/tables'
import { GAPS, type GapsShape, type RowsLook } from './rows-messages.js'
import { RowsWork } from './rows-work.js'

/** The rows of a table with their gaps filled. */
export class GapsWork extends RowsWork<GapsShape, ImputationModel, FilledRows> {
  protected readonly system = imputation
  protected readonly ending = '-filled'
  protected readonly rows = 'fill'

  /** The first of several fills is shown; its colour tells whether a cell on either axis was filled. */
  protected found({ tables, filled }: FilledRows, look?: RowsLook): readonly Column[] {
    const codes = Int32Array.from(filled[0]!, (names) => (names.some((name) => name === look?.right || name === look?.up) ? 1 : 0))
    return [...tables[0]!.columns, { name: GAPS, kind: 'category', levels: ['given', 'filled'], codes }]
  }

  /** Rows with filled cells, in their order. */
  protected foremost({ filled }: FilledRows) {
    const places = filled[0]!.flatMap((names, row) => (names.length > 0 ? [row] : []))
    return { places, filled: places.map((row) => filled[0]![row]!) }
  }
}
