import { type CategoricalColumn, levelRows, RARE_BELOW } from '@sbridge/core/internal'

/**
 * Levels of a category that a report may show: those that at least three real rows have, and the truth values. Names,
 * addresses and rare diagnoses point to single rows; they are counted instead. All levels where values may be shown.
 */
export function shownLevels(real: CategoricalColumn, showValues: boolean): (level: string | undefined) => boolean {
  if (showValues || real.kind === 'boolean') return () => true
  const rows = levelRows(real)
  const common = new Set<string | undefined>(real.levels.filter((_, k) => rows[k]! >= RARE_BELOW))
  return (level) => level === undefined || common.has(level)
}

/** Values of a column of numbers that a report may show one by one, by the rows that have each. */
export function shownValues(rows: ReadonlyMap<number, number>, showValues: boolean): (value: number) => boolean {
  return (value) => showValues || (rows.get(value) ?? 0) >= RARE_BELOW
}
