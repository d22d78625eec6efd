import { InputError } from '../num/errors.js'
import { listed, typesFlag } from '../num/listed.js'
import { matrix } from '../num/matrix.js'
import { mean, sorted, variance } from '../num/statistics.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric, type NumericColumn, type Table } from '../table/table.js'
import { type CategoricalScores, type ConditionalScores, rankShares, scoreDraws, scoreLevels } from './conditional.js'

interface Target {
  readonly column: string
  /** Real rows scored, and draws for each. */
  readonly rows: number
  readonly drawsPerRow: number
  /** Columns that every group of draws repeats from its real row. */
  readonly given: readonly string[]
}

/** How draws of a numeric column, given others, fit the rows they were conditioned on. Plain JSON. */
export interface NumericTargetEvaluation extends Target, ConditionalScores {
  readonly kind: 'numeric'
  /** CRPS in standard deviations of the real column, and the same for draws that ignore every condition. */
  readonly standardised: { readonly crps: number; readonly unconditional: number }
  /** Shares of the observations whose rank among their draws lies in each tenth: 0.1 each where draws are calibrated. */
  readonly ranks: readonly number[]
}

/** How draws of a categorical column, given others, fit the rows they were conditioned on. Plain JSON. */
export interface CategoricalTargetEvaluation extends Target, CategoricalScores {
  readonly kind: 'categorical'
  /** The same scores for shares that ignore every condition: those of the real column. */
  readonly unconditional: Pick<CategoricalScores, 'logScore' | 'brier'>
}

export type TargetEvaluation = NumericTargetEvaluation | CategoricalTargetEvaluation

/**
 * Scores conditional draws of `target`: the synthetic table holds equally many rows for every real row, grouped in the
 * order of the real rows, as `sample --given-file` writes them. Numbers and times by CRPS, categories by the logarithmic
 * and the Brier score. Cost O(rows·log rows).
 *
 * Throws `InputError`: a target that is unknown, an identifier or of another kind in the synthetic table, row counts that do
 * not divide, draws that repeat no column of their real rows, no real row in which the target is known.
 */
export function evaluateTarget({ real, synthetic, target }: { real: Table; synthetic: Table; target: string }): TargetEvaluation {
  const observed = targetColumn(real, target, 'real')
  const drawn = targetColumn(synthetic, target, 'synthetic')
  const drawsPerRow = synthetic.rowCount / real.rowCount
  if (!Number.isInteger(drawsPerRow) || drawsPerRow < 1) {
    throw new InputError({
      code: 'target-groups',
      got: `${synthetic.rowCount} synthetic rows for ${real.rowCount} real ones`,
      expected: 'equally many synthetic rows for every real row, grouped in its order',
      try: 'sbridge sample … --given-file CONDITIONS -n 100, with one condition a real row'
    })
  }
  const given = real.columns
    .filter((column) => column.name !== target && repeats(column, synthetic, drawsPerRow))
    .map((column) => column.name)
  if (given.length === 0) {
    throw new InputError({
      code: 'target-given',
      got: 'synthetic rows that repeat no column of the real row they stand for',
      expected: 'draws conditioned on the real rows, in their order',
      try: 'a --given-file made of the real rows without the target'
    })
  }
  const at = { column: target, drawsPerRow, given }
  if (isNumeric(observed) && isNumeric(drawn)) return numericTarget(observed, drawn, at)
  if (isCategorical(observed) && isCategorical(drawn)) return categoricalTarget(observed, drawn, at)
  throw new InputError({
    code: 'target-kind',
    got: `the target ${target}, which is ${observed.kind} in the real and ${drawn.kind} in the synthetic table`,
    expected: 'the same kind in both',
    try: `${typesFlag(target, observed.kind)}`
  })
}

function presentRows(target: string, count: number, missing: (i: number) => boolean): number[] {
  const rows = Array.from({ length: count }, (_, i) => i).filter((i) => !missing(i))
  if (rows.length > 0) return rows
  throw new InputError({
    code: 'target-missing',
    got: `the target ${target}, which no real row has`,
    expected: 'real rows in which it is known',
    try: 'another column'
  })
}

function numericTarget(observed: NumericColumn, drawn: NumericColumn, at: Omit<Target, 'rows'>): NumericTargetEvaluation {
  const { drawsPerRow } = at
  const known = (row: number) =>
    drawn.values.subarray(row * drawsPerRow, (row + 1) * drawsPerRow).filter((_, m) => !drawn.missing?.[row * drawsPerRow + m])
  const present = presentRows(at.column, observed.values.length, (i) => observed.missing?.[i] === 1 || known(i).length === 0)
  const draws = matrix(present.length, drawsPerRow)
  present.forEach((row, k) => {
    // Draws that are missing are stood in for by the others of the row, in turn.
    const values = known(row)
    for (let m = 0; m < drawsPerRow; m++) draws.data[k * drawsPerRow + m] = values[m % values.length]!
  })
  const values = Float64Array.from(present, (i) => observed.values[i]!)
  const scores = scoreDraws({ draws, observed: values })
  const scale = Math.sqrt(variance(values))
  return {
    ...at,
    ...scores,
    kind: 'numeric',
    rows: present.length,
    standardised: { crps: scale > 0 ? scores.crps / scale : 0, unconditional: scale > 0 ? unconditionalCrps(values) / scale : 0 },
    ranks: rankShares({ draws, observed: values })
  }
}

function categoricalTarget(observed: CategoricalColumn, drawn: CategoricalColumn, at: Omit<Target, 'rows'>): CategoricalTargetEvaluation {
  const { drawsPerRow } = at
  const levels = [...new Set([...observed.levels, ...drawn.levels])]
  const placeOf = (column: CategoricalColumn) => column.levels.map((level) => levels.indexOf(level))
  const [place, drawnPlace] = [placeOf(observed), placeOf(drawn)]
  const present = presentRows(at.column, observed.codes.length, (i) => observed.codes[i]! < 0)
  const truth = Int32Array.from(present, (row) => place[observed.codes[row]!]!)
  const counts = matrix(present.length, levels.length)
  const overall = matrix(present.length, levels.length)
  present.forEach((row, k) => {
    for (let m = 0; m < drawsPerRow; m++) {
      const code = drawn.codes[row * drawsPerRow + m]!
      if (code >= 0) counts.data[k * levels.length + drawnPlace[code]!]!++
    }
    for (const level of truth) overall.data[k * levels.length + level]!++
  })
  return {
    ...at,
    ...scoreLevels({ counts, observed: truth }),
    kind: 'categorical',
    rows: present.length,
    unconditional: scoreLevels({ counts: overall, observed: truth })
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

export function targetColumn(table: Table, name: string, role: string): NumericColumn | CategoricalColumn {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (column && column.kind !== 'identifier') return column
  throw new InputError({
    code: column ? 'target-kind' : 'column-unknown',
    got: column ? `the target ${name}, which counts as an identifier` : `the target ${name}, which the ${role} table lacks`,
    expected: `one of ${listed(table.columns.filter((c) => c.kind !== 'identifier').map((c) => c.name))}`,
    try: column ? `${typesFlag(name, 'category')} where its values recur` : 'the name as it stands in the header'
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
