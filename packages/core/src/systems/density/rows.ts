import type { DensityRows } from '../../law/step-mixture.js'
import { placesByName } from '../../num/group.js'
import type { Watch } from '../../num/iterate.js'
import { rowOf, takeColumns, takeRows } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { presentValues } from '../../table/encoder.js'
import { isCategorical, isNumeric, type Table } from '../../table/table.js'
import { type Coding, levelsByNearness, spikeLevelOf } from '../imputation/coding.js'
import { drawDonors, meanRounds } from '../imputation/donors.js'
import { fitGaussian } from '../imputation/expectation.js'
import { settingOf, takeDonors } from '../imputation/fit.js'
import type { Donors } from '../imputation/row-law.js'
import type { PreparedTable } from '../prepare.js'
import { categoryColumns, levelColumns, type NumberColumn, numberColumns, spikedColumns } from './units.js'

interface Taking {
  readonly coding: Coding
  /** Most rows to take. */
  readonly limit: number
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** Rows to learn from, of how many that know and weigh something, their gaps filled by one draw of what `impute` learns: filled so, columns keep their spreads. */
export async function completedRows(
  prepared: PreparedTable,
  { coding, limit, key, watch }: Taking
): Promise<{ readonly learned: Donors; readonly usable: number }> {
  const { rows, weights, usable } = takeDonors(prepared, { coding, limit, key: keyFor(key, 'donors') })
  if (!rows.known.includes(0)) return { learned: { completed: rows.data, known: rows.known, weights }, usable }
  const { setting } = await settingOf({ coding, rows, weights }, { bandwidth: 'auto', key: keyFor(key, 'masking'), watch })
  const start = { completed: fitGaussian(rows, weights).completed, known: rows.known, weights }
  const means: Donors = { ...start, completed: await meanRounds(start, { setting, watch }) }
  const { completed } = await drawDonors(means, coding, { setting, watch, key: keyFor(key, 'gaps') })
  return { learned: { completed, known: rows.known, weights }, usable }
}

/**
 * Rows of which some are others over again, number for number: one in the place of all, that weighs as much. Where no two rows that differ
 * share a value of a number that is known to no step, rows that do share it beside a spike are one, counted often, as in a join or a table
 * with copies: left out one by one each would be told by its copies. Cost O(L·d).
 */
export function withoutCopies(donors: Donors, columns: readonly NumberColumn[], steps: ReadonlyMap<string, number>): Donors {
  const { completed, known } = donors
  const d = completed.cols
  const all = Array.from({ length: completed.rows }, (_, j) => j)
  const distinct = Array.from(placesByName(all, (j) => rowOf(completed, j).join()).values(), ([first]) => first!)
  if (distinct.length === all.length) return donors
  const differs = (at: number): boolean => {
    const own = distinct.filter((j) => known[j * d + at] === 1).map((j) => completed.data[j * d + at]!)
    return new Set(own).size === own.length
  }
  const measured = columns
    .filter(({ name, at, spikes }) => !steps.has(name) && (spikes !== undefined || differs(at)))
    .map(({ at, spikes = [], centre, scale }) => ({ at, apart: new Set(spikes.map((x) => (x - centre) / scale)) }))
  const weights: number[] = []
  const rows: number[] = []
  const placeOf = new Map<string, number>()
  for (let j = 0; j < completed.rows; j++) {
    const row = rowOf(completed, j)
    const tells = measured.some(({ at, apart }) => known[j * d + at] === 1 && !apart.has(row[at]!))
    const name = tells ? row.join() : undefined
    const place = name === undefined ? undefined : placeOf.get(name)
    if (place !== undefined) weights[place] = weights[place]! + donors.weights[j]!
    else {
      if (name !== undefined) placeOf.set(name, rows.length)
      rows.push(j)
      weights.push(donors.weights[j]!)
    }
  }
  if (rows.length === completed.rows) return donors
  return {
    completed: takeRows(completed, rows),
    known: Uint8Array.from({ length: rows.length * d }, (_, at) => known[rows[Math.floor(at / d)]! * d + (at % d)]!),
    weights: Float64Array.from(weights)
  }
}

/** Completed rows as a density looks at them. `steps`: over what the values of a column count as spread, by name. */
export function densityRows({ completed, weights }: Donors, coding: Coding, steps: ReadonlyMap<string, number>): DensityRows {
  const numbers = numberColumns({ coding })
  const factors = levelColumns({ coding })
  const levels = new Int32Array(completed.rows * factors.length)
  for (let j = 0; j < completed.rows; j++) {
    const row = completed.data.subarray(j * completed.cols, (j + 1) * completed.cols)
    factors.forEach((column, f) => {
      levels[j * factors.length + f] = levelsByNearness(column, row)[0]!
    })
  }
  return {
    compared: completed,
    numbers: takeColumns(
      completed,
      numbers.map(({ at }) => at)
    ),
    levels,
    levelCounts: factors.map((column) => column.levels.length),
    weights,
    // Uniform over a step: a twelfth of its square, once for the rows and once for what is compared with them.
    rounding: Float64Array.from(numbers, ({ name, scale }) => (steps.get(name) ?? 0) ** 2 / (6 * scale * scale))
  }
}

/** Steps of the columns in which a value recurs: known no better than to these. */
export function stepsOf(columns: readonly NumberColumn[], table: Table): Map<string, number> {
  const steps = new Map<string, number>()
  for (const { name, lattice, spikes = [] } of columns) {
    const column = table.columns.find((one) => one.name === name)
    if (!lattice || !column || !isNumeric(column)) continue
    const known = presentValues(column).filter((x) => !spikes.includes(x))
    if (new Set(known).size < known.length) steps.set(name, lattice.step / lattice.unit)
  }
  return steps
}

/** Level of every factor of rows [n, F]; −1 where it is missing, or one that the rows of the density do not have. */
export function levelsOf(coding: Coding, table: Table, seen: readonly (readonly boolean[])[]): Int32Array {
  const factors = levelColumns({ coding })
  const out = new Int32Array(table.rowCount * factors.length).fill(-1)
  for (const { column: coded, f } of spikedColumns({ coding })) {
    const column = table.columns.find(({ name }) => name === coded.name)
    if (!column || !isNumeric(column)) continue
    column.values.forEach((x, i) => {
      if (!column.missing?.[i]) out[i * factors.length + f] = spikeLevelOf(coded, x)
    })
  }
  for (const factor of categoryColumns({ coding })) {
    const { name, levels } = factor
    const f = factors.indexOf(factor)
    const column = table.columns.find((one) => one.name === name)
    if (!column || !isCategorical(column)) continue
    const levelOf = column.levels.map((level) => levels.indexOf(level))
    column.codes.forEach((code, i) => {
      const level = code < 0 ? -1 : levelOf[code]!
      if (level >= 0 && seen[f]![level]) out[i * factors.length + f] = level
    })
  }
  return out
}

/** Which levels the rows of a density have, by factor. */
export function seenLevels({ levels, levelCounts, weights }: DensityRows): boolean[][] {
  return levelCounts.map((count, f) => {
    const seen = new Array<boolean>(count).fill(false)
    for (let j = 0; j < weights.length; j++) seen[levels[j * levelCounts.length + f]!] = true
    return seen
  })
}
