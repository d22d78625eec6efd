import { firstAbove } from '../../num/ascending.js'
import { indexFromShares, type Key, uniforms } from '../../num/random.js'
import { isNamedAsKey } from '../../table/repeated-keys.js'
import { isBeyondChance } from '../rules/chance.js'

/** A column that is a key: its cells in the order of rows, null where there is none. */
export interface KeyColumn {
  readonly name: string
  readonly cells: readonly (string | null)[]
  /** Share of the cells without a value that are an empty text rather than missing, in formats that have both; absent where none is. */
  readonly empty?: number | undefined
}

/** How rows of a table refer to rows of the same table by a key: managers, parents. Plain data. */
export interface Reference {
  readonly column: string
  /** The key that it names. */
  readonly to: string
  /** Share of rows that refer to none, and to themselves. */
  readonly missing: number
  readonly self: number
  /** Whether all refer to rows that stand before them. */
  readonly before: boolean
  /** Shares of rows by how many references lead from them to one that refers to none or to itself; empty where some go in circles. */
  readonly depths: readonly number[]
  /** Quantiles of how often a row of each depth is referred to; of all rows where some go in circles. */
  readonly counts: readonly (readonly number[])[]
}

/** Quantiles of counts that are kept. */
export const QUANTILES = 16
/** Chains of references that are deeper are told apart no more: they are drawn without a depth. */
const MOST_DEPTHS = 64
/** Fewer different values of text that all are keys may be chance. */
const LEAST_TEXTS = 3

/** `1006.0`, as some programs write whole numbers where others are missing, is 1006. */
const plain = (cell: string): string => (/^[+-]?\d{1,15}(?:\.0+)?$/.test(cell.trim()) ? String(Number(cell)) : cell.trim())

/** Columns whose values somebody says to be those of a key of the same table, by name. */
export type StatedReferences = Readonly<Record<string, string>>

/**
 * Whether all values of a column are values of a key that is there in every row, as is `stated` or beyond chance: whole numbers may be so by
 * being small. Cost O(cells).
 */
export function refersTo(column: KeyColumn, key: KeyColumn, stated: StatedReferences = {}): boolean {
  const isStated = Object.hasOwn(stated, column.name)
  if (isStated && stated[column.name] !== key.name) return false
  const keys = new Set(key.cells.map((cell) => (cell === null ? null : plain(cell))))
  if (keys.size < key.cells.length || keys.has(null)) return false
  const values = new Set<string>()
  for (const cell of column.cells) {
    if (cell === null) continue
    if (!keys.has(plain(cell))) return false
    values.add(plain(cell))
  }
  if (isStated) return true
  const numbers = [...values].map(Number)
  if (numbers.some(Number.isNaN)) return values.size >= LEAST_TEXTS
  if (isNamedAsKey(column.name)) return values.size >= LEAST_TEXTS
  const low = numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const high = numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const within = [...keys].filter((one) => Number(one) >= low && Number(one) <= high).length
  return isBeyondChance({ rate: within / (high - low + 1), times: values.size, candidates: 1 })
}

/** What is learned of references. Cost O(n). */
export function referenceOf(column: KeyColumn, key: KeyColumn): Reference {
  const rowOf = new Map(key.cells.map((cell, i) => [plain(cell!), i]))
  const targets = column.cells.map((cell) => (cell === null ? -1 : rowOf.get(plain(cell))!))
  const n = targets.length
  const share = (holds: (target: number, i: number) => boolean) => targets.filter(holds).length / n
  const counts = new Array<number>(n).fill(0)
  targets.forEach((target, i) => {
    if (target >= 0 && target !== i) counts[target]!++
  })
  const depths = depthsOf(targets)
  const deepest = depths ? Math.max(...depths) : 0
  const at = (depth: number) => counts.filter((_, i) => !depths || depths[i] === depth)
  return {
    column: column.name,
    to: key.name,
    missing: share((target) => target < 0),
    self: share((target, i) => target === i),
    before: targets.every((target, i) => target <= i),
    depths: depths ? Array.from({ length: deepest + 1 }, (_, depth) => at(depth).length / n) : [],
    counts: Array.from({ length: deepest + 1 }, (_, depth) => quantilesOf(at(depth)))
  }
}

/** References from each row to a row that refers to none or to itself; undefined where some go in circles, or are deeper than any tree. */
export function depthsOf(targets: readonly number[]): number[] | undefined {
  const depths = new Array<number>(targets.length).fill(-1)
  for (let i = 0; i < targets.length; i++) {
    const path: number[] = []
    let at = i
    while (depths[at]! < 0 && targets[at]! >= 0 && targets[at] !== at) {
      path.push(at)
      if (path.length > MOST_DEPTHS) return undefined
      at = targets[at]!
    }
    if (depths[at]! < 0) depths[at] = 0
    path.reverse().forEach((row, k) => {
      depths[row] = depths[at]! + k + 1
    })
  }
  return Math.max(...depths) < MOST_DEPTHS ? depths : undefined
}

function quantilesOf(counts: readonly number[]): number[] {
  const sorted = [...counts].sort((a, b) => a - b)
  return Array.from({ length: QUANTILES }, (_, k) => sorted[Math.floor(((k + 0.5) * sorted.length) / QUANTILES)]!)
}

/** Rows to choose from, as often as their weights say; evenly where all are 0. */
class Pool {
  readonly #rows: number[] = []
  readonly #sums: number[] = []

  add(row: number, weight: number): void {
    this.#rows.push(row)
    this.#sums.push((this.#sums.at(-1) ?? 0) + weight)
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0
  }

  choose(u: number): number {
    const total = this.#sums.at(-1)!
    if (total === 0) return this.#rows[Math.floor(u * this.#rows.length)]!
    return this.#rows[Math.min(firstAbove(this.#sums, u * total), this.#rows.length - 1)]!
  }
}

/**
 * For each of n rows the row that it refers to: −1 for none, or itself. With `before`, what a row refers to depends on the rows
 * before it alone; otherwise on all. Cost O(n log n).
 */
export function drawReferences(reference: Reference, count: number, key: Key): Int32Array {
  const { missing, self, depths, counts } = reference
  const of = (row: number) => uniforms(key, 4, row)
  const weight = (row: number, depth: number) => counts[depth]![Math.floor(of(row)[1]! * QUANTILES)]!
  const root = (row: number) => (of(row)[2]! * (missing + self) < missing ? -1 : row)
  if (depths.length === 0) return drawAnyhow(reference, { count, of, weight })
  const pools = depths.map(() => new Pool())
  const out = new Int32Array(count)
  const wanted = (row: number) => indexFromShares(of(row)[0]!, depths)
  const place = (row: number): number => {
    let depth = wanted(row)
    while (depth > 0 && pools[depth - 1]!.isEmpty) depth--
    pools[depth]!.add(row, weight(row, depth))
    return depth
  }
  const refer = (row: number, depth: number) => {
    out[row] = depth === 0 ? root(row) : pools[depth - 1]!.choose(of(row)[3]!)
  }
  if (reference.before) for (let row = 0; row < count; row++) refer(row, place(row))
  else {
    // Whoever stands above has a place before those below ask for it.
    const order = Array.from(out, (_, row) => ({ row, depth: wanted(row) })).sort((a, b) => a.depth - b.depth || a.row - b.row)
    for (const { row, depth } of order.map(({ row }) => ({ row, depth: place(row) }))) refer(row, depth)
  }
  return out
}

interface Anyhow {
  readonly count: number
  readonly of: (row: number) => Float64Array
  readonly weight: (row: number, depth: number) => number
}

/** References that go in circles, or farther than any tree: to any other row, or to any before. */
function drawAnyhow({ missing, self, before }: Reference, { count, of, weight }: Anyhow): Int32Array {
  const pool = new Pool()
  const choose = (row: number): number => {
    const [u, , v, w] = of(row) as unknown as [number, number, number, number]
    if (u < missing + self || pool.isEmpty) return v * (missing + self) < missing ? -1 : row
    const chosen = pool.choose(w)
    return chosen === row ? (row + 1) % count : chosen
  }
  const out = new Int32Array(count)
  if (!before) for (let row = 0; row < count; row++) pool.add(row, weight(row, 0))
  for (let row = 0; row < count; row++) {
    out[row] = choose(row)
    if (before) pool.add(row, weight(row, 0))
  }
  return out
}
