import type { DensityGrid, DensityModel, ScoredRows, Telling } from '@sbridge/core'
import { density, takeRawRows } from '@sbridge/core/internal'
import type { Column } from '@sbridge/core/tables'
import { serializeTable } from 'sbridge/internal'
import type { SavedFile } from './desk.js'
import type { Opened } from './provenance.js'
import type { ScoresShape } from './rows-messages.js'
import { RowsWork } from './rows-work.js'

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

  protected foremost(answer: ScoredRows | DensityGrid) {
    return answer.kind === 'grid' ? null : { places: furthestFirst(answer), filled: [] }
  }

  /** Without the table of the rows furthest out: the page lists more of them. */
  protected override telling(): Telling {
    const told = super.telling()
    const topics = told.topics.map((topic) => ({
      ...topic,
      blocks: topic.blocks.filter((block) => block.kind !== 'table' || block.head[0] !== 'row')
    }))
    return { ...told, topics }
  }

  override async save(file: ScoresShape['file'], opened: Opened): Promise<SavedFile> {
    const answer = this.drawn!.answer
    if (file !== 'ranked' || answer.kind === 'grid') return super.save(file, opened)
    const rows = takeRawRows(this.written(), furthestFirst(answer))
    return { ending: '-ranked.csv', content: (await serializeTable(rows, 'csv')) as BlobPart }
  }
}

/** Places of the rows, those that lie furthest out first; of which nothing is known last, others in their order. */
function furthestFirst({ outlier }: ScoredRows): number[] {
  const rank = (row: number) => (Number.isNaN(outlier[row]!) ? Number.NEGATIVE_INFINITY : outlier[row]!)
  return Array.from(outlier, (_, row) => row).sort((a, b) => (rank(b) > rank(a) ? 1 : rank(b) < rank(a) ? -1 : a - b))
}
