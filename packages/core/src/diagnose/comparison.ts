import type { Engine } from '../kernel/engine.js'
import { evenly } from '../num/evenly.js'
import type { Watch } from '../num/iterate.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { takeTableRows } from '../table/rows.js'
import type { Table } from '../table/table.js'
import type { AlignedTables } from './align.js'
import type { WeighedRows } from './weigh.js'

/** Most rows of the real and of the synthetic table that are compared … */
export const MOST_COMPARED_ROWS = 5000
/** … with up to this many columns; with more, so many rows that comparing all pairs takes no longer. */
const MANY_COLUMNS = 100

/** How many rows of a table of so many columns are compared, at most. */
export function mostComparedRows(columnCount: number): number {
  return columnCount <= MANY_COLUMNS ? MOST_COMPARED_ROWS : Math.floor(MOST_COMPARED_ROWS * Math.sqrt(MANY_COLUMNS / columnCount))
}

/** What every comparison is given: tables of at most 5,000 rows, and random halves of the real one. */
export interface Comparison {
  readonly real: Table
  /** Real rows in which rules are found: where rows weigh differently, each of them once. */
  readonly found: Table
  readonly synthetic: Table
  readonly engine: Engine
  readonly key: Key
  readonly watch: Watch | undefined
  /** Rows of each side that point clouds are compared on, at most. */
  readonly clouds?: number | undefined
  /** Rows on each side of a split. */
  readonly half: number
  readonly splits: readonly Split[]
}

/** Two disjoint random sets of real rows, and as many synthetic ones. */
export interface Split {
  readonly first: Uint32Array
  readonly second: Uint32Array
  readonly synthetic: Uint32Array
}

interface Prepared extends Pick<Comparison, 'engine' | 'key' | 'watch'> {
  readonly weighed?: WeighedRows | undefined
}

/** Draws the rows that are compared, by their weights where these differ, and the half splits behind the floors. */
export function prepareComparison(whole: AlignedTables, { engine, key, watch, weighed }: Prepared): Comparison {
  const found = limitRows(whole.real, keyFor(key, 'real rows'))
  const real = weighed ? limitRows(takeTableRows(whole.real, weighed.apart), keyFor(key, 'real rows')) : found
  const synthetic = limitRows(whole.synthetic, keyFor(key, 'synthetic rows'))
  const half = Math.min(Math.floor(real.rowCount / 2), synthetic.rowCount)
  const splits = Array.from({ length: splitCount(real, half) }, (_, s) => {
    const order = permutation(keyFor(key, `split ${s}`), real.rowCount)
    return {
      first: order.slice(0, half),
      second: order.slice(half, 2 * half),
      synthetic: permutation(keyFor(key, `synthetic split ${s}`), synthetic.rowCount).slice(0, half)
    }
  })
  return { real, found, synthetic, engine, key, watch, half, splits }
}

/** Small tables need many splits for a steady floor, and can afford them. */
function splitCount({ rowCount, columns }: Table, half: number): number {
  if (half < 2) return 0
  if (columns.length > MANY_COLUMNS) return 2
  return rowCount <= 1000 ? 10 : rowCount <= 2500 ? 4 : 2
}

/** Columns among which associations are compared, at most: as many pairs as this are plenty to judge by. */
export const MOST_ASSOCIATED_COLUMNS = 150

/** The table with at most 150 of its columns, evenly spread. */
export function limitColumns(table: Table): Table {
  const count = table.columns.length
  if (count <= MOST_ASSOCIATED_COLUMNS) return table
  return { ...table, columns: Array.from(evenly(count, MOST_ASSOCIATED_COLUMNS), (place) => table.columns[place]!) }
}

function limitRows(table: Table, key: Key): Table {
  const most = mostComparedRows(table.columns.length)
  if (table.rowCount <= most) return table
  return takeTableRows(table, permutation(key, table.rowCount).subarray(0, most).sort())
}
