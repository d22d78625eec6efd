import type { DensityGrid, DensityModel, ScoredRows } from '@sbridge/core'
import { density, takeRawRows } from '@sbridge/core/internal'
import type { Column, RawTable } from '@sbridge/core/tables'
import { cellsFor, serializeTable } from 'sbridge/internal'
import type { SavedFile } from './desk.js'
import type { ScoresShape } from './rows-messages.js'
import { RowsWork } from './rows-work.js'

/** Rows that the page lists: what one reads through. */
const MOST_LISTED = 25

/** How probable each row of a table is among the others, and how far out it lies. */
export class ScoresWork extends RowsWork<ScoresShape, DensityModel, ScoredRows | DensityGrid> {
  protected readonly system = density
  protected readonly ending = '-scored'
  protected readonly rows = 'score'

  protected found(answer: ScoredRows | DensityGrid): readonly Column[] {
    if (answer.kind === 'grid') return []
    const { outlier, logDensity, outlierP } = answer
    return Object.entries({ outlier, log_density: logDensity, outlier_p: outlierP }).map(([name, values]) => {
      const missing = Uint8Array.from(values, (x) => (Number.isFinite(x) ? 0 : 1))
      return { name, kind: 'number', values, ...(missing.includes(1) ? { missing } : {}) }
    })
  }

  /** The rows furthest out, as far as a page has room for them. */
  protected override shown(answer: ScoredRows | DensityGrid) {
    if (answer.kind === 'grid') return {}
    const places = furthestFirst(answer).slice(0, MOST_LISTED)
    return { furthest: { places, rows: takeRawRows(this.#written('.csv'), places) } }
  }

  override async save(file: ScoresShape['file']): Promise<SavedFile> {
    const answer = this.drawn!.answer
    if (file !== 'ranked' || answer.kind === 'grid') return super.save(file)
    const rows = takeRawRows(this.#written('.csv'), furthestFirst(answer))
    return { ending: '-ranked.csv', content: (await serializeTable(rows, 'csv')) as BlobPart }
  }

  #written(extension: string): RawTable {
    const { model, answer } = this.drawn!
    return this.system.present(model, answer, cellsFor(extension))
  }
}

/** Places of the rows, those that lie furthest out first; of which nothing is known last, others in their order. */
function furthestFirst({ outlier }: ScoredRows): number[] {
  const rank = (row: number) => (Number.isNaN(outlier[row]!) ? Number.NEGATIVE_INFINITY : outlier[row]!)
  return Array.from(outlier, (_, row) => row).sort((a, b) => (rank(b) > rank(a) ? 1 : rank(b) < rank(a) ? -1 : a - b))
}
