import type { KeptRules } from '../../code/rules/kept-rules.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { Table } from '../../table/table.js'
import type { Counter } from '../forecast/counters.js'
import type { ForecastModel } from '../forecast/forecast.js'
import type { Cycle } from './cycles.js'
import type { WindowOf } from './windows.js'

/** A table that is one series: the law of its next row, and what is computed of the last ones. */
export interface StretchModel {
  readonly series: ForecastModel
  /** What it learned from, without keys, the oldest row first. */
  readonly rows: Table
  /** Of all columns, keys among them. */
  readonly formats: readonly ColumnFormat[]
  readonly time: string
  /** Whether times are the even steps of the clock of the series; else those of the data, one after the other. */
  readonly isEven: boolean
  /** Whether the newest row comes first. */
  readonly descending: boolean
  /** Place of the first row on the clock of the series, the last one at 0. */
  readonly start: number
  /** What rules derive, of what is drawn, what follows and what is computed. */
  readonly kept?: KeptRules
  readonly windows: readonly WindowOf[]
  readonly cycles: readonly Cycle[]
  /** Columns that only go one way: the series has their steps. */
  readonly counters: readonly Counter[]
  readonly summary: StretchSummary
}

/** Plain JSON. */
export interface StretchSummary {
  readonly rowCount: number
  readonly time: string
  /** Columns that the law of the next row draws. */
  readonly drawn: readonly string[]
  /** Categories, and columns with empty cells, that follow those. */
  readonly followed: readonly string[]
  readonly constant: readonly string[]
  readonly notes: readonly string[]
}
