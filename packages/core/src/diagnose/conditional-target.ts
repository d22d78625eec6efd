import { InputError } from '../num/errors.js'
import { matrix } from '../num/matrix.js'
import { mean, sorted, variance } from '../num/statistics.js'
import { type Column, isCategorical, isNumeric, type NumericColumn, type Table } from '../table/table.js'
import { type ConditionalScores, scoreDraws } from './conditional.js'

/** How draws of one column, given others, fit the rows they were conditioned on. Plain JSON. */
export interface TargetEvaluation extends ConditionalScores {
  readonly column: string
  /** Real rows scored, and draws for each. */
  readonly rows: number
  readonly drawsPerRow: number
  /** Columns that every group of draws repeats from its real row. */
  readonly given: readonly string[]
  /** CRPS in standard deviations of the real column, and the same for draws that ignore every condition. */
  readonly standardised: { readonly crps: number; readonly unconditional: number }
}

/**
 * Scores conditional draws of `target`: the synthetic table holds equally many rows for every real row, grouped in the
 * order of the real rows, as `sample --given-file` writes them. Cost O(rows·log rows).
 *
 * Throws `InputError`: unknown or categorical target, row counts that do not divide, draws that repeat no column of
 * their real rows.
 */
export function evaluateTarget({ real, synthetic, target }: { real: Table; synthetic: Table; target: string }): TargetEvaluation {
  const observed = numericColumn(real, target, 'real')
  const drawn = numericColumn(synthetic, target, 'synthetic')
  const perRow = synthetic.rowCount / real.rowCount
  if (!Number.isInteger(perRow) || perRow < 1) {
    throw new InputError({
      code: 'target-groups',
      got: `${synthetic.rowCount} synthetic rows for ${real.rowCount} real ones`,
      expected: 'equally many synthetic rows for every real row, grouped in its order',
      try: 'sbridge sample … --given-file CONDITIONS -n 100, with one condition a real row'
    })
  }
  const given = real.columns.filter((column) => column.name !== target && repeats(column, synthetic, perRow)).map((column) => column.name)
  if (given.length === 0) {
    throw new InputError({
      code: 'target-given',
      got: 'synthetic rows that repeat no column of the real row they stand for',
      expected: 'draws conditioned on the real rows, in their order',
      try: 'a --given-file made of the real rows without the target'
    })
  }
  const present = Array.from({ length: real.rowCount }, (_, i) => i).filter((i) => !observed.missing?.[i])
  const draws = matrix(present.length, perRow)
  present.forEach((row, k) => {
    draws.data.set(drawn.values.subarray(row * perRow, (row + 1) * perRow), k * perRow)
  })
  const values = Float64Array.from(present, (i) => observed.values[i]!)
  const scores = scoreDraws({ draws, observed: values })
  const scale = Math.sqrt(variance(values))
  return {
    ...scores,
    column: target,
    rows: present.length,
    drawsPerRow: perRow,
    given,
    standardised: { crps: scale > 0 ? scores.crps / scale : 0, unconditional: scale > 0 ? unconditionalCrps(values) / scale : 0 }
  }
}

/** Mean CRPS of the values under their own distribution: ½ E|Y − Y'|. */
function unconditionalCrps(values: Float64Array): number {
  const ascending = sorted(values)
  const n = ascending.length
  const centre = mean(ascending)
  let sum = 0
  for (let i = 0; i < n; i++) sum += (2 * i + 1 - n) * (ascending[i]! - centre)
  return sum / (n * n)
}

function numericColumn(table: Table, name: string, role: string): NumericColumn {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (column && isNumeric(column)) return column
  throw new InputError({
    code: column ? 'target-kind' : 'column-unknown',
    got: column ? `the target ${name}, which is of kind ${column.kind}` : `the target ${name}, which the ${role} table lacks`,
    expected: `a numeric column: ${table.columns
      .filter(isNumeric)
      .map((c) => c.name)
      .join(', ')}`,
    try: 'the name as it stands in the header'
  })
}

function repeats(column: Column, synthetic: Table, perRow: number): boolean {
  const other = synthetic.columns.find((candidate) => candidate.name === column.name)
  if (!other) return false
  for (let i = 0; i < synthetic.rowCount; i++) {
    const row = Math.floor(i / perRow)
    if (isNumeric(column) && isNumeric(other)) {
      if (other.values[i] !== column.values[row] || other.missing?.[i] || column.missing?.[row]) return false
    } else if (isCategorical(column) && isCategorical(other)) {
      if (other.levels[other.codes[i]!] !== column.levels[column.codes[row]!]) return false
    } else return false
  }
  return true
}
