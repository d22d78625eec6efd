import { type AtomColumn, atomColumns } from '../law/strata.js'
import type { TrainingRows } from '../law/training-rows.js'
import { log, normalCdf, normalQuantile } from '../num/elementary.js'
import { evenly } from '../num/evenly.js'
import { columnOf, copyMatrix, type Matrix } from '../num/matrix.js'
import { type AtomCells, atomCellOf } from '../table/atoms.js'
import type { Encoded } from '../table/encoder.js'
import { decoderOf } from '../table/scaling.js'
import { listedValues } from '../table/standing-out.js'

/** Of levels that say nothing, how many may lose some of their cells, however many these are, since their rows lack them by chance: one in twenty. */
export const CHANCE = log(0.05)

/** Rows of a level that says something, at least, as of a class of rows (`law/strata`). */
export const LEAST_ROWS = 20
/** Rows that are looked at, at most: of more, every so many. */
export const MOST_ROWS = 10_000

/** A cell that no row of a level has, beyond chance; that none has; that some have. */
const [BARRED, UNSEEN, SEEN] = [0, 1, 2]

type NumberCode = Extract<TrainingRows['encoder']['columns'][number], { readonly carries: 'coordinate' }>

/** Levels of a factor, or values of a number, −1 where it has none, and which cells of a column their rows have. */
interface Source {
  readonly levelOf: (rows: Encoded, i: number) => number
  /** BARRED, UNSEEN or SEEN [levels, cells]. */
  readonly states: Uint8Array
  /** Of a category. */
  readonly factor?: number
  /** Of a number of few values, and these. */
  readonly coordinate?: number
  readonly values?: readonly number[]
  /** Of a column with atoms that is moved later: it counts where it is held. */
  readonly later?: number
}

/** What rows are told apart by, and into how many levels. */
interface Key extends Pick<Source, 'levelOf'> {
  readonly count: number
}

interface Barred {
  readonly column: AtomColumn
  readonly sources: readonly Source[]
}

export type BarredCells = readonly Barred[]

/**
 * Cells of columns with atoms that rows of a level never have, beyond chance: a refund where nothing was returned, and none
 * where something was. Levels are those of a factor, or the values of a number of few, as a status code is. Cost O(rows), at most 10,000, for
 * each of them and each column with atoms.
 */
export function barredCells(training: Training): BarredCells {
  const { coordinates } = training.rows
  const before = known.get(coordinates)
  if (before) return before
  const found = findBarred(training)
  known.set(coordinates, found)
  return found
}

type Training = Pick<TrainingRows, 'encoder' | 'rows'>

/** What is found out about rows once: a search makes many generators of the same. */
const known = new WeakMap<Matrix, BarredCells>()

function findBarred(training: Training): Barred[] {
  const { encoder, rows } = training
  const lists = encoder.columns.flatMap((code) => (code.carries === 'coordinate' ? listOf(code, encoder.factors.length) : []))
  const isList = ({ coordinate }: AtomColumn) => lists.some((one) => one.coordinate === coordinate)
  const all = atomColumns(training)
  // What a list has few of says what others may be, and not these which of it: only categories do, and first.
  const targets = [...all.filter(isList), ...all.filter((one) => !isList(one))]
  if (targets.length === 0) return []
  const width = encoder.factors.length
  const factors = encoder.factors.map(({ levelCount }, f) => ({
    factor: f,
    count: levelCount,
    levelOf: (own: Encoded, i: number) => own.codes[i * width + f]!
  }))
  const looked = evenly(rows.coordinates.rows, MOST_ROWS)
  const seen = <K extends Key>(key: K) => ({ ...key, levels: Int32Array.from(looked, (i) => key.levelOf(rows, i)) })
  const [levels, values] = [factors.map(seen), lists.map(seen)]
  const atoms = targets.map((other) => seen({ count: other.cells.spans.length, levelOf: cellIn(other, width) }))
  return targets.flatMap((column, place): Barred[] => {
    const cells = column.cells.spans.length
    // Atoms of one column go with those of another: what was moved before says where this may stand, and what is held.
    const others = atoms.flatMap((one, k) =>
      k === place || isList(targets[k]!) ? [] : { ...one, ...(k > place ? { later: targets[k]!.coordinate } : {}) }
    )
    const told = isList(column) ? levels : [...levels, ...values, ...others]
    const sources = told.flatMap(({ count, levels, ...rest }): Source[] => {
      const times = new Float64Array(count * cells)
      looked.forEach((i, k) => {
        const [cell, level] = [column.cellOf[i]!, levels[k]!]
        if (cell < cells && level >= 0) times[level * cells + cell]!++
      })
      const states = statesOf(times, count, cells)
      return states.includes(BARRED) ? [{ ...rest, states }] : []
    })
    return sources.length > 0 ? [{ column, sources }] : []
  })
}

/** The cell of a column with atoms; −1 where its number is missing. */
const cellIn =
  ({ coordinate, missingFactor, cells }: AtomColumn, width: number) =>
  ({ codes, coordinates }: Encoded, i: number): number =>
    missingFactor !== undefined && codes[i * width + missingFactor] === 1
      ? -1
      : atomCellOf(cells, coordinates.data[i * coordinates.cols + coordinate]!)

/** A number of few values, as levels; −1 where it is missing. */
function listOf({ coordinate, scaler, missingFactor }: NumberCode, width: number) {
  const values = listedValues(scaler)
  if (!values) return []
  const levels = new Map(values.map((value, level) => [value, level]))
  const valueAt = decoderOf(scaler)
  return {
    coordinate,
    values,
    count: levels.size,
    levelOf: ({ codes, coordinates }: Encoded, i: number): number =>
      missingFactor !== undefined && codes[i * width + missingFactor] === 1
        ? -1
        : (levels.get(valueAt(coordinates.data[i * coordinates.cols + coordinate]!)) ?? -1)
  }
}

/** A cell of share p is lacked by n rows with the chance (1 − p)ⁿ, were the level to say nothing. */
function statesOf(times: Float64Array, count: number, cells: number): Uint8Array {
  const all = new Float64Array(cells)
  times.forEach((k, at) => {
    all[at % cells]! += k
  })
  const total = all.reduce((sum, x) => sum + x, 0)
  const states = new Uint8Array(count * cells).fill(SEEN)
  for (let level = 0; level < count; level++) {
    const own = times.subarray(level * cells, (level + 1) * cells)
    const n = own.reduce((sum, x) => sum + x, 0)
    own.forEach((k, cell) => {
      if (k === 0) states[level * cells + cell] = n >= LEAST_ROWS && n * log(1 - all[cell]! / total) < CHANCE - log(cells) ? BARRED : UNSEEN
    })
  }
  return states
}

/** Whether a coordinate of a row is to stay as it is. */
export type IsHeld = (row: number, coordinate: number) => boolean
export const nothingHeld: IsHeld = () => false

/** Cells that levels bar, and what stays where it is all the same. */
export interface CellsToKeep {
  readonly barred: BarredCells
  readonly isHeld: IsHeld
}

/** What the levels of a row say of the cells of a column. */
function statesIn({ column, sources }: Barred, rows: Encoded, i: number, isHeld: IsHeld): (cell: number) => number {
  const { spans } = column.cells
  const rules = sources
    .filter(({ later }) => later === undefined || isHeld(i, later))
    .map(({ levelOf, states }) => ({ states, first: levelOf(rows, i) * spans.length }))
    .filter(({ first }) => first >= 0)
  return (cell) => rules.reduce((least, { states, first }) => Math.min(least, states[first + cell]!), SEEN)
}

/** Whether a row stands at a value that many have in a column of which its levels bar other cells: they say that it is that value. */
export function isAtAtom(one: Barred, rows: Encoded, i: number, isHeld: IsHeld): boolean {
  const { cells } = one.column
  const own = cellIn(one.column, rows.codes.length / rows.coordinates.rows)(rows, i)
  const stateOf = statesIn(one, rows, i, isHeld)
  return own >= 0 && cells.spans[own]!.atom && cells.spans.some((_, cell) => stateOf(cell) === BARRED)
}

/** Whether a level of a category, or of a number of few values, bars a cell in which a row has a number that is held. */
export function barsHeld(
  { barred, isHeld }: CellsToKeep,
  rows: Encoded,
  i: number,
  { level, of }: { readonly level: number; readonly of: Pick<Source, 'factor' | 'coordinate'> }
): boolean {
  const width = rows.codes.length / rows.coordinates.rows
  return barred.some(({ column, sources }) => {
    const own = isHeld(i, column.coordinate) ? cellIn(column, width)(rows, i) : -1
    const said = sources.find(({ factor, coordinate }) => factor === of.factor && coordinate === of.coordinate)
    return own >= 0 && level >= 0 && said?.states[level * column.cells.spans.length + own] === BARRED
  })
}

/** 1 for rows of which nothing that is not held stands in a barred cell [n]. */
export function clearOfBarred(rows: Encoded, { barred, isHeld }: CellsToKeep): Uint8Array {
  const n = rows.coordinates.rows
  const clear = new Uint8Array(n).fill(1)
  for (const one of barred) {
    const cellOf = cellIn(one.column, rows.codes.length / Math.max(1, n))
    for (let i = 0; i < n; i++) {
      const own = isHeld(i, one.column.coordinate) ? -1 : cellOf(rows, i)
      if (own >= 0 && statesIn(one, rows, i, isHeld)(own) === BARRED) clear[i] = 0
    }
  }
  return clear
}

/**
 * Coordinates of drawn rows with what stands in a barred cell moved to the nearest that no level of the row bars: as far into that, in ranks, as it
 * lay beyond its edge, so that a cell is filled as its own rows fill it. Where levels bar all cells it stays: the data
 * lack such a mix. What is held, as it is given, stays too. Cost O(rows · columns · sources).
 */
export function withinCells(drawn: Encoded, barred: BarredCells, isHeld: IsHeld = nothingHeld): Encoded {
  return movedCells(drawn, barred, { isHeld, exchanges: false })
}

/**
 * The same for rows of one law: what stands in a barred cell changes places, where it can, with the row nearest to it in the cell that it moves to which
 * may stand where it stood. Noise that carried one over an edge carried about as many the other way, and all cells have as many rows as before.
 */
export function exchangedCells(drawn: Encoded, barred: BarredCells): Encoded {
  return movedCells(drawn, barred, { isHeld: nothingHeld, exchanges: true })
}

interface Moving {
  readonly isHeld: IsHeld
  readonly exchanges: boolean
}

function movedCells(drawn: Encoded, barred: BarredCells, { isHeld, exchanges }: Moving): Encoded {
  if (barred.length === 0) return drawn
  const coordinates = copyMatrix(drawn.coordinates)
  const moved = { coordinates, codes: drawn.codes }
  const width = drawn.codes.length / Math.max(1, coordinates.rows)
  for (const { column, sources } of barred) {
    const { coordinate, missingFactor, cells } = column
    const stays = (i: number) => (missingFactor !== undefined && drawn.codes[i * width + missingFactor] === 1) || isHeld(i, coordinate)
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
  return moved
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
