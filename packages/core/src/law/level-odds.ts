import type { Task } from '../num/crew.js'
import { log } from '../num/elementary.js'
import { type Maker, type Matrix, matrix, Room, takeRows, takeValues } from '../num/matrix.js'
import { Turns } from '../num/together.js'
import { combinationsOf } from '../table/categories.js'
import { fitLogistic, type LogisticLaw, outcomeShares } from './logistic.js'

/** The levels of factors that are drawn together: the combinations that rows have. */
export interface Outcomes {
  /** Levels of the factors in each outcome [C, factors], row-major. */
  readonly levels: Int32Array
  /** Outcome of each row [M]. */
  readonly ofRow: Int32Array
  /** Of rows of these weights [C]. */
  readonly shares: Float64Array
}

/** What numbers and other categories say of outcomes beyond what a kernel sees, whose log shares are the offsets of the law. Plain data. */
export interface LevelOdds extends Outcomes {
  /** 1 at the outcome of each row [M, C]. */
  readonly indicators: Matrix
  readonly law: LogisticLaw
  readonly ridge: number
}

/** Outcomes of some factors among codes [M, width]; `weights` sum to 1 [M]. Cost O(M). */
export function outcomesOf(codes: Int32Array, width: number, factors: readonly number[], weights: Float64Array): Outcomes {
  const n = weights.length
  const own = new Int32Array(n * factors.length)
  for (let row = 0, at = 0; row < n; row++) for (const factor of factors) own[at++] = codes[row * width + factor]!
  const { ofRow, rows } = combinationsOf(own, n)
  const shares = new Float64Array(rows.length)
  ofRow.forEach((c, i) => {
    shares[c]! += weights[i]!
  })
  const levels = Int32Array.from(rows.flatMap((members) => factors.map((_, k) => own[members[0]! * factors.length + k]!)))
  return { levels, ofRow: Int32Array.from(ofRow), shares }
}

/** 1 at the outcome of each row [M, C]. Memory O(M·C). */
export function indicatorsOf({ ofRow, shares }: Outcomes): Matrix {
  const out = matrix(ofRow.length, shares.length)
  ofRow.forEach((c, i) => {
    out.data[i * out.cols + c] = 1
  })
  return out
}

/** Rows to learn from, and the kernel's word on them. */
interface OddsRows {
  /** What the kernel compares: numbers and the places of other factors [n, k]. */
  readonly inputs: Matrix
  /** Outcome of each row [n]. */
  readonly outcomes: Int32Array
  /** Log shares of the outcomes that the kernel gives, the row itself left out [n, C]. */
  readonly offsets: Matrix
  /** The part of each row that is held out together [n], below `ODDS_PARTS`. */
  readonly parts: Uint32Array
}

/** A third of the rows is enough to tell ridges apart, and two thirds are nearly all to be learned from. */
export const ODDS_PARTS = 3
/** Ridges that are tried, in rows a row: from weights that hardly move to those that the rows alone would have. */
const RIDGES = [1, 0.3, 0.1, 0.03, 0.01]
/** Gradient of the mean log likelihood: rows that are drawn by the shares do not tell them apart by a thousandth. */
const TOLERANCE = 1e-3

/**
 * Log shares of the outcomes at rows whose own weight [n] is given to the outcomes of all rows instead: what is foretold of a row
 * must not know it. shares [n, C] are the kernel's, with the row.
 */
export function offsetsWithout(own: Float64Array, shares: Matrix, outcomes: Int32Array, all: Float64Array): Matrix {
  const { rows, cols } = shares
  const out = matrix(rows, cols)
  for (let row = 0, at = 0; row < rows; row++) {
    const weight = own[row]!
    for (let c = 0; c < cols; c++, at++) {
      const others = Math.max(0, shares.data[at]! - (c === outcomes[row] ? weight : 0))
      out.data[at] = log(others + weight * all[c]! + Number.EPSILON)
    }
  }
  return out
}

/**
 * The ridge under which rows that are held out are foretold best; undefined where the kernel alone foretells them as well: its odds
 * stay as they are. Cost three fits a ridge.
 */
export async function chooseRidge(rows: OddsRows, room = new Room()): Promise<RidgeKnown | undefined> {
  const { inputs, parts, outcomes } = rows
  const loss = (shares: Matrix, held: Uint32Array) =>
    held.reduce((sum, row, i) => sum - log(shares.data[i * shares.cols + outcomes[row]!]!), 0)
  const all = Uint32Array.from(outcomes.keys())
  const byKernel = outcomes.reduce((sum, outcome, row) => sum - rows.offsets.data[row * rows.offsets.cols + outcome]!, 0)
  let best: { readonly found?: RidgeKnown; readonly loss: number } = { loss: byKernel }
  const trials = Array.from({ length: ODDS_PARTS }, (_, part) => {
    const held = all.filter((row) => parts[row] === part)
    const others = all.filter((row) => parts[row] !== part)
    return { held, fitted: takeOdds(rows, others, room), inputs: takeRows(inputs, held, room), offsets: takeRows(rows.offsets, held, room) }
  })
  // Of each part, under the ridge before: where the next one begins. The first ones begin where that of another part ended.
  let laws: LogisticLaw[] = []
  const turns = new Turns()
  for (const ridge of RIDGES) {
    let lost = 0
    const next: LogisticLaw[] = []
    for (const [part, { held, fitted, ...asked }] of trials.entries()) {
      if (turns.over) await turns.next()
      const law = await fitOdds(fitted, ridge, { from: laws[part] ?? next[0], room })
      next.push(law)
      lost += loss(await outcomeShares(law, asked.inputs, asked), held)
    }
    if (!(lost < best.loss)) break
    laws = next
    best = { found: { ridge, from: laws[0]! }, loss: lost }
  }
  return best.found
}

/** What a group of categories is asked for: its law under a ridge that is chosen where none is known. */
interface OddsProblem {
  readonly rows: OddsRows
  readonly known: RidgeKnown | undefined
}

/** What another bandwidth, or the rows that these are some of, say. */
export interface RidgeKnown {
  readonly ridge: number
  /** Of the same outcomes: where the ascent begins. */
  readonly from?: LogisticLaw | undefined
}

/** Of problems that are solved, for the next ones: V8 looks through everything for what is not used after every few megabytes of a thread. */
const rooms: Room[] = []

/** The law of a group's outcomes, in any thread; undefined where the kernel alone foretells as well. */
export const oddsTask: Task<OddsProblem, Pick<LevelOdds, 'law' | 'ridge'> | undefined> = {
  name: 'odds',
  run: async ({ rows, known }) => {
    const room = rooms.pop() ?? new Room()
    try {
      const found = known ?? (await chooseRidge(rows, room))
      return found && { ridge: found.ridge, law: await fitOdds(rows, found.ridge, { from: found.from, room }) }
    } finally {
      room.clear()
      rooms.push(room)
    }
  }
}

/** Operations for an input of a row and an outcome: some twenty turns, whose loops take two in a fifth of a nanosecond. */
const FIT_WORK = 4

/** Operations of a group, roughly. */
export const oddsWork = ({ rows: { inputs, offsets }, known }: OddsProblem): number =>
  (known ? 1 : RIDGES.length * ODDS_PARTS) * FIT_WORK * inputs.data.length * offsets.cols

/** Cost O(turns·n·C·k). */
export const fitOdds = (
  { inputs, outcomes, offsets }: OddsRows,
  ridge: number,
  beside: { readonly from?: LogisticLaw | undefined; readonly room?: Room } = {}
): Promise<LogisticLaw> => fitLogistic(inputs, outcomes, { count: offsets.cols, ridge, offsets, tolerance: TOLERANCE, ...beside })

const takeOdds = ({ inputs, outcomes, offsets, parts }: OddsRows, rows: Uint32Array, room: Maker): OddsRows => ({
  inputs: takeRows(inputs, rows, room),
  outcomes: takeValues(outcomes, rows),
  offsets: takeRows(offsets, rows, room),
  parts: takeValues(parts, rows)
})
