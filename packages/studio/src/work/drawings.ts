import type { Evaluation } from '@sbridge/core'
import { numberText } from '@sbridge/core/internal'
import { type Compared, drawnColumns, marginalPanel, type Panel, relatedPanels } from 'sbridge/internal/report'

export { drawingSvg, renderReport, tellingPage } from 'sbridge/internal/report'

const MOST_COLUMNS = 16
const MOST_PAIRS = 4

/** The report's drawing of every column, the worst first where not all are shown. */
export function marginalDrawings(tables: Compared, columns: Evaluation['columns']): Panel[] {
  return drawnColumns(columns, MOST_COLUMNS).map((name) => marginalPanel({ ...tables, name, evaluation: columns[name]! }))
}

/** Mean and spread of a column of numbers in the data and in rows under conditions; nothing of others. */
export function beforeAndAfter({ kind, mean, standardDeviation: spread }: Evaluation['columns'][string]): string {
  if (!mean || !spread || kind === 'datetime') return ''
  const moved = ({ real, synthetic }: typeof mean) => `${numberText(real)} → ${numberText(synthetic)}`
  return `mean ${moved(mean)}, spread ${moved(spread)}`
}

/** The report's drawings of the columns that belong together most. */
export function pairDrawings(tables: Compared, evaluation: Pick<Evaluation, 'associations' | 'columns'>): Panel[] {
  return relatedPanels(tables, evaluation, { most: MOST_PAIRS })
}
