import { DAY } from '../../code/rules/quantity.js'
import { mean, variance } from '../../num/statistics.js'
import { TOLERANCE } from '../../scaling/annealed.js'
import { presentValues } from '../../table/encoder.js'
import { RARE_BELOW } from '../../table/rare-below.js'
import { takeTableRows } from '../../table/rows.js'
import { isCategorical, isNumeric, type Table } from '../../table/table.js'
import { withinBounds } from './carry-rows.js'
import { wholeRows, wholeSides } from './draw.js'
import type { BridgeModel } from './model.js'
import { shownRows } from './sides.js'

/** Both tables, and some rows of the first with where they go: whole, as they are written. */
export interface BridgeTables {
  readonly from: Table
  readonly to: Table
  readonly shown: Table
  readonly carried: Table
  /** How far the map moves the shown rows, as it is and before their cells are rounded and kept in bounds, by column. */
  readonly moves: ReadonlyMap<string, Float64Array>
}

/** How far a column drifts from the first table to the second. */
export interface Drift {
  readonly name: string
  readonly unit: '' | 'days'
  /** Means of both tables, in the column's own numbers. */
  readonly from: number
  readonly to: number
  /** Mean and standard deviation, over rows, of how far the map moves them: in the column's unit, dates in days. */
  readonly mean: number
  readonly sd: number
  /** The mean, in standard deviations of both tables together. */
  readonly relative: number
}

/** Shares of the levels of a category in both tables; those of fewer than three rows are one. */
export interface LevelShares {
  readonly name: string
  readonly levels: readonly { readonly level: string; readonly from: number; readonly to: number }[]
}

export function tablesOf(model: BridgeModel): BridgeTables {
  const { from, to } = wholeSides(model)
  const shown = shownRows(model.summary.fromRows)
  return {
    from,
    to,
    shown: takeTableRows(from, shown),
    carried: wholeRows(model, withinBounds(model.encoder, model.carried)).table,
    moves: movesOf(model, shown)
  }
}

/** Columns that rules give are no coordinates: these move as their cells do. */
function movesOf({ encoder, rows, moved }: BridgeModel, shown: Uint32Array): Map<string, Float64Array> {
  const { cols, data } = rows.coordinates
  return new Map(
    encoder.columns.flatMap((code) => {
      if (code.carries !== 'coordinate' || code.scaler.method !== 'standard') return []
      const { scale } = code.scaler
      const { coordinate } = code
      const moves = Float64Array.from(shown, (i, k) => scale * (moved.data[k * cols + coordinate]! - data[i * cols + coordinate]!))
      return [[code.name, moves] as const]
    })
  )
}

/** Of every numeric column with cells in both tables, the one that drifts most first. */
export function driftOf({ from, to, shown, carried, moves: known }: BridgeTables): Drift[] {
  const drifts = from.columns.flatMap((column, c): Drift[] => {
    const [other, before, after] = [to.columns[c]!, shown.columns[c]!, carried.columns[c]!]
    if (!isNumeric(column) || !isNumeric(other) || !isNumeric(before) || !isNumeric(after)) return []
    const both = [presentValues(column), presentValues(other)] as const
    const unit = column.kind === 'datetime' ? DAY : 1
    const moved = known.get(column.name) ?? before.values.map((x, i) => after.values[i]! - x)
    const moves = moved.map((x) => x / unit).filter((_, i) => !before.missing?.[i] && !after.missing?.[i])
    if (both.some(({ length }) => length === 0) || moves.length === 0) return []
    const spread = Math.sqrt(variance(Float64Array.of(...both[0], ...both[1]))) / unit
    // The scaling knows no less.
    const settled = (move: number): number => (Math.abs(move) <= TOLERANCE * spread ? 0 : move)
    const centre = settled(mean(moves))
    return [
      {
        name: column.name,
        unit: unit === DAY ? 'days' : '',
        from: mean(both[0]),
        to: mean(both[1]),
        mean: centre,
        sd: moves.length > 1 ? settled(Math.sqrt(variance(moves))) : 0,
        relative: spread > 0 ? centre / spread : 0
      }
    ]
  })
  return drifts.sort((a, b) => Math.abs(b.relative) - Math.abs(a.relative))
}

/** Of every category, in the order of the columns; missing cells are a level. */
export function sharesOf({ from, to }: BridgeTables): LevelShares[] {
  return from.columns.flatMap((column, c): LevelShares[] => {
    const other = to.columns[c]!
    if (!isCategorical(column) || !isCategorical(other)) return []
    const counts = (codes: Int32Array, level: number): number => codes.reduce((sum, code) => sum + (code === level ? 1 : 0), 0)
    const places = [...column.levels.keys(), -1]
    const all = places.map((level) => ({
      level: level < 0 ? 'missing' : column.levels[level]!,
      from: counts(column.codes, level),
      to: counts(other.codes, level)
    }))
    const common = all.filter((one) => one.from + one.to >= RARE_BELOW)
    const rare = all.filter((one) => one.from + one.to > 0 && one.from + one.to < RARE_BELOW)
    const sum = (side: 'from' | 'to'): number => rare.reduce((total, one) => total + one[side], 0)
    const levels = rare.length === 0 ? common : [...common, { level: `${rare.length} rare levels`, from: sum('from'), to: sum('to') }]
    return [
      { name: column.name, levels: levels.map((one) => ({ level: one.level, from: one.from / from.rowCount, to: one.to / to.rowCount })) }
    ]
  })
}
