import { InputError } from '../num/errors.js'
import { type Key, keyFor, permutation, uniforms } from '../num/random.js'
import { takeTableRows } from '../table/rows.js'
import type { Table } from '../table/table.js'

/** Rows that stand for those of a table whose rows weigh differently: places in it, ascending; a place may recur. */
export interface WeighedRows {
  /** Of which few recur: what measures compare. Rows that recur would tell real from synthetic ones, and make halves alike. */
  readonly apart: Uint32Array
  /** As many as the table has: what means and figures are of. */
  readonly all: Uint32Array
}

/** Part of the rows that are compared which may be second copies. */
const MOST_AGAIN = 0.05

/**
 * Rows drawn by their weights (systematic resampling in a random order). Undefined where all weigh the same.
 * Throws `InputError` (`weights`) for weights that are none. Cost O(n log n).
 */
export function weighedRows(weights: Float64Array | undefined, { rowCount }: Table, key: Key): WeighedRows | undefined {
  if (!weights) return undefined
  refuseWeights(weights, rowCount)
  if (weights.every((weight) => weight === weights[0])) return undefined
  return {
    apart: drawnByWeight(weights, Math.max(2, fewAgain(weights)), keyFor(key, 'weighed rows')),
    all: drawnByWeight(weights, rowCount, keyFor(key, 'weighed rows'))
  }
}

/** The rows of a table by their weights, as many as it has, of which some recur; the table itself where all weigh the same. */
export function weighedTable(table: Table, weights: Float64Array | undefined, key: Key): Table {
  const rows = weighedRows(weights, table, key)
  return rows ? takeTableRows(table, rows.all) : table
}

/** Throws `InputError` (`weights`) for weights that are none. */
export function refuseWeights(weights: Float64Array, rowCount: number): void {
  const bad = weights.findIndex((weight) => !(Number.isFinite(weight) && weight >= 0))
  if (weights.length === rowCount && bad < 0 && weights.some((weight) => weight > 0)) return
  const some = weights.length === rowCount ? 'weights that are all zero' : `${weights.length} weights`
  throw new InputError({
    code: 'weights',
    got: bad >= 0 ? `the weight ${weights[bad]} in row ${bad + 1}` : some,
    expected: `${rowCount} numbers, none negative, one at least positive`,
    try: 'another weights column'
  })
}

/** So many rows, each as often as its weight says, up to one. */
function drawnByWeight(weights: Float64Array, count: number, key: Key): Uint32Array {
  const order = permutation(keyFor(key, 'order'), weights.length)
  const total = weights.reduce((a, b) => a + b, 0)
  const offset = uniforms(keyFor(key, 'offset'), 1)[0]!
  const rows = new Uint32Array(count)
  let [at, below] = [0, weights[order[0]!]!]
  for (let k = 0; k < count; k++) {
    const target = ((k + offset) / count) * total
    while (below <= target && at < order.length - 1) below += weights[order[++at]!]!
    rows[k] = order[at]!
  }
  return rows.sort()
}

/** The most rows, up to all, of which no more than one in twenty stands for one that is there already. */
function fewAgain(weights: Float64Array): number {
  const total = weights.reduce((a, b) => a + b, 0)
  const again = (count: number) => weights.reduce((sum, weight) => sum + Math.max(0, (count * weight) / total - 1), 0)
  let [low, high] = [0, weights.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (again(middle) <= MOST_AGAIN * middle) low = middle
    else high = middle - 1
  }
  return low
}

/** Weights of which the sum is the effective number of rows (Kish). */
export function effectiveCounts(weights: Float64Array): Float64Array {
  const [sum, squares] = weights.reduce(([a, b], w) => [a + w, b + w * w], [0, 0])
  return weights.map((w) => (w * sum) / squares)
}
