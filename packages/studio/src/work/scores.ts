import type { DensityGrid, DensityModel, ScoredRows } from '@sbridge/core'
import { density } from '@sbridge/core/internal'
import type { Column } from '@sbridge/core/tables'
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
}
