import { isBelievedAtLog, logChoose } from '../code/rules/chance.js'
import type { AtomColumn } from '../law/strata.js'
import { log, normalCdf, normalQuantile } from '../num/elementary.js'
import { columnOf } from '../num/matrix.js'
import { type AtomCells, atomCellOf } from '../table/atoms.js'
import type { Encoded } from '../table/encoder.js'
import { CHANCE, cellIn, counts, type IsHeld, LEAST_ROWS, type LevelKey, type LookedKey } from './level-keys.js'

/** A cell that no row of a level has, beyond chance; that none has; that some have. */
const [BARRED, UNSEEN, SEEN] = [0, 1, 2]

/** A key, and which cells of a column the rows of its levels have. */
interface Source extends LevelKey {
  /** BARRED, UNSEEN or SEEN [levels, cells]. */
  readonly states: Uint8Array
  /** How likely it is by chance that rows of its levels have so few cells, in logarithms. */
  readonly chance: number
}

export interface Barred {
  readonly column: AtomColumn
  /** Those first that say most. */
  readonly sources: readonly Source[]
}

/**
 * Cells of a column with atoms that rows of a level never have, beyond chance: a refund where nothing was returned, and none
 * where something was. Undefined where levels bar none. Cost O(rows looked at) for each key.
 */
export function barredCells(column: AtomColumn, keys: readonly LookedKey[], looked: Uint32Array): Barred | undefined {
  const cells = column.cells.spans.length
  const sources = keys.flatMap(({ levels, ...key }): Source[] => {
    const times = new Float64Array(key.count * cells)
    looked.forEach((i, k) => {
      const [cell, level] = [column.cellOf[i]!, levels[k]!]
      if (cell < cells && level >= 0) times[level * cells + cell]!++
    })
    const found = statesOf(times, key, cells)
    return found.states.includes(BARRED) ? [{ ...key, ...found }] : []
  })
  return sources.length > 0 ? { column, sources: sources.sort((a, b) => a.chance - b.chance) } : undefined
}

/**
 * A cell of share p is lacked by n rows with the chance (1 − p)ⁿ, were the level to say nothing. Where levels together say all, as hundreds of
 * persons of ten rows each in which season they were seen, each bars what its rows lack, however few they are.
 */
function statesOf(times: Float64Array, { count, together }: LevelKey, cells: number): Pick<Source, 'states' | 'chance'> {
  const all = new Float64Array(cells)
  times.forEach((k, at) => {
    all[at % cells]! += k
  })
  const total = all.reduce((sum, x) => sum + x, 0)
  const states = new Uint8Array(count * cells).fill(SEEN)
  const { chance, once } = sayingOf(times, all)
  const isClosed = once <= MOST_UNSEEN * total && isBelievedAtLog(chance, 1)
  for (let level = 0; level < count; level++) {
    const own = times.subarray(level * cells, (level + 1) * cells)
    const n = own.reduce((sum, x) => sum + x, 0)
    own.forEach((k, cell) => {
      const isLacked = () => !together && n >= LEAST_ROWS && n * log(1 - all[cell]! / total) < CHANCE - log(cells)
      if (k === 0) states[level * cells + cell] = n > 0 && (isClosed || isLacked()) ? BARRED : UNSEEN
    })
  }
  return { states, chance }
}

/** Part of the rows that new ones may have in cells that their level never had: more, and these are not all that it has. */
export const MOST_UNSEEN = 0.01

/** What the levels of a key say of cells together. */
interface Saying {
  /** Rows that have a cell alone among those of their level: of as many new rows about as many have one that no row of theirs had. */
  readonly once: number
  /** How likely levels have so few cells by chance, in logarithms: n rows fall into cells of share s with the chance sⁿ, and as many ways there are to take so many cells. */
  readonly chance: number
}

/**
 * times [levels, cells], all [cells].
 *
 * @source Good, *The population frequencies of species and the estimation of population parameters*, Biometrika 1953.
 */
export function sayingOf(times: Float64Array, all: Float64Array): Saying {
  const cells = all.length
  const total = all.reduce((sum, x) => sum + x, 0)
  let [once, chance] = [0, 0]
  for (let first = 0; first < times.length; first += cells) {
    let [rows, seen, share] = [0, 0, 0]
    for (let cell = 0; cell < cells; cell++) {
      const own = times[first + cell]!
      if (own === 1) once++
      if (own === 0) continue
      rows += own
      seen++
      share += all[cell]! / total
    }
    if (seen > 0 && seen < cells) chance += Math.min(0, rows * log(share) + logChoose(cells, seen))
  }
  return { once, chance }
}

/** What the levels of a row say of the cells of a column. */
function statesIn({ column, sources }: Barred, rows: Encoded, i: number, isHeld: IsHeld): (cell: number) => number {
  const { spans } = column.cells
  const rules = sources
    .filter((source) => counts(source, i, isHeld))
    .map(({ levelOf, states }) => ({ states, first: levelOf(rows, i) * spans.length }))
    .filter(({ first }) => first >= 0)
  const least = (some: typeof rules, cell: number) => some.reduce((most, { states, first }) => Math.min(most, states[first + cell]!), SEEN)
  let together: typeof rules | undefined
  return (cell) => {
    const state = least(rules, cell)
    if (state !== BARRED) return state
    // Where levels bar all cells, those that say least give way: a person was seen in one season, whatever things they had.
    together ??= rules.reduce<typeof rules>((some, one) => {
      const more = [...some, one]
      return spans.some((_, other) => least(more, other) !== BARRED) ? more : some
    }, [])
    return least(together, cell)
  }
}

/** Whether a row stands at a value that many have in a column of which its levels bar other cells: they say that it is that value. */
export function isAtAtom(one: Barred, rows: Encoded, i: number, isHeld: IsHeld): boolean {
  const { cells } = one.column
  const own = cellIn(one.column, rows.codes.length / rows.coordinates.rows)(rows, i)
  const stateOf = statesIn(one, rows, i, isHeld)
  return own >= 0 && cells.spans[own]!.atom && cells.spans.some((_, cell) => stateOf(cell) === BARRED)
}

/** Whether a level of a key bars the cell in which a row has its number. */
export const barsCell = ({ column, sources }: Barred, rows: Encoded, i: number, isLevel: (key: LevelKey) => number): boolean => {
  const own = cellIn(column, rows.codes.length / rows.coordinates.rows)(rows, i)
  return (
    own >= 0 &&
    sources.some((source) => {
      const level = isLevel(source)
      return level >= 0 && source.states[level * column.cells.spans.length + own] === BARRED
    })
  )
}

/** Whether a row stands in a cell that its levels bar. */
export const isBarred = (one: Barred, rows: Encoded, i: number, isHeld: IsHeld): boolean => {
  const own = cellIn(one.column, rows.codes.length / rows.coordinates.rows)(rows, i)
  return own >= 0 && statesIn(one, rows, i, isHeld)(own) === BARRED
}

export interface Moving {
  readonly isHeld: IsHeld
  /**
   * Of rows of one law: what stands in a barred cell changes places, where it can, with the row nearest to it in the cell that it moves to which
   * may stand where it stood. Noise that carried one over an edge carried about as many the other way, and all cells have as many rows as before.
   */
  readonly exchanges: boolean
}

/**
 * Moves what stands in a barred cell to the nearest that no level of the row bars: as far into that, in ranks, as it
 * lay beyond its edge, so that a cell is filled as its own rows fill it. Where levels bar all cells those that say most
 * count. What is held, as it is given, stays too. Cost O(rows · sources).
 */
export function moveCells({ column, sources }: Barred, moved: Encoded, { isHeld, exchanges }: Moving): void {
  const { coordinates, codes } = moved
  const width = codes.length / Math.max(1, coordinates.rows)
  const { coordinate, missingFactor, cells } = column
  const stays = (i: number) => (missingFactor !== undefined && codes[i * width + missingFactor] === 1) || isHeld(i, coordinate)
  const places = columnOf(coordinates, coordinate)
  const stateOf = (i: number) => statesIn({ column, sources }, moved, i, isHeld)
  const partners = new Partners(places, cells, (i) => (stays(i) ? undefined : stateOf(i)))
  const move = (i: number, change: (own: number, open: (cell: number) => boolean) => void) => {
    if (stays(i)) return
    const own = atomCellOf(cells, places[i]!)
    const state = stateOf(i)
    if (state(own) !== BARRED) return
    // What no row has because its level has few is no place to go.
    const all = cells.spans.map((_, cell) => state(cell))
    const best = Math.max(...all)
    if (best !== BARRED) change(own, (cell) => all[cell] === best)
  }
  // First those that both stand where they may not.
  for (let i = 0; exchanges && i < places.length; i++)
    move(i, (own, isOpen) => {
      for (const to of cells.spans.keys()) if (isOpen(to) && partners.exchange(i, { own, to, isBarred: true })) return
    })
  for (let i = 0; i < places.length; i++)
    move(i, (own, isOpen) => {
      const to = nearest(cells, places[i]!, isOpen)
      if (!exchanges || !partners.exchange(i, { own, to, isBarred: false })) places[i] = mirrored(cells, own, to, places[i]!)
    })
  for (let i = 0; i < coordinates.rows; i++) coordinates.data[i * coordinates.cols + coordinate] = places[i]!
}

/** Rows that may take the place of one in another cell, the nearest to that cell first, each once. */
class Partners {
  readonly #waiting = new Map<string, number[]>()
  readonly #taken = new Set<number>()

  constructor(
    private readonly places: Float64Array,
    private readonly cells: AtomCells,
    private readonly stateOf: (row: number) => ((cell: number) => number) | undefined
  ) {}

  /** Whether a row changed places with one of another cell that may stand in its own, and may not where it stands, or may. */
  exchange(row: number, { own, to, isBarred }: { readonly own: number; readonly to: number; readonly isBarred: boolean }): boolean {
    const { places } = this
    const name = `${own} ${to} ${isBarred}`
    const waiting = this.#waiting.get(name) ?? this.#find(own, to, isBarred)
    this.#waiting.set(name, waiting)
    for (let other = waiting.pop(); other !== undefined; other = waiting.pop()) {
      if (this.#taken.has(other)) continue
      this.#taken.add(row).add(other)
      ;[places[row], places[other]] = [places[other]!, places[row]!]
      return true
    }
    return false
  }

  /** The nearest last. */
  #find(own: number, to: number, isBarred: boolean): number[] {
    const { places, cells, stateOf } = this
    const rows = Array.from(places.keys()).filter((i) => {
      const state = !this.#taken.has(i) && atomCellOf(cells, places[i]!) === to ? stateOf(i) : undefined
      return state?.(own) === SEEN && (state(to) === BARRED) === isBarred
    })
    return rows.sort((a, b) => (own > to ? places[a]! - places[b]! : places[b]! - places[a]!))
  }
}

/** The ranks between which a cell lies, as shares of all. */
const edgesOf = ({ cuts }: AtomCells, cell: number): readonly [number, number] => [
  cell === 0 ? 0 : normalCdf(cuts[cell - 1]!),
  cell === cuts.length ? 1 : normalCdf(cuts[cell]!)
]

/** The cell of those that are open whose edge is the fewest ranks away. */
function nearest(cells: AtomCells, x: number, isOpen: (cell: number) => boolean): number {
  const rank = normalCdf(x)
  const away = cells.spans.map((_, cell) => {
    if (!isOpen(cell)) return Number.POSITIVE_INFINITY
    const [low, high] = edgesOf(cells, cell)
    return Math.max(low - rank, rank - high)
  })
  return away.indexOf(Math.min(...away))
}

/** As far into a cell, in ranks, as it lies into another, counted from the far end. */
function mirrored(cells: AtomCells, from: number, to: number, x: number): number {
  const { low, high } = cells
  const [first, last] = edgesOf(cells, from)
  const share = Math.min(1, Math.max(0, (normalCdf(x) - first) / (last - first)))
  const [least, most] = [normalCdf(low[to]!), normalCdf(high[to]!)]
  const place = normalQuantile(most - share * (most - least))
  return Math.min(high[to]!, Math.max(low[to]!, place))
}
