import { exp, log } from '../num/elementary.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { groupsOf } from './aggregates.js'
import type { Potentials, Swept } from './annealed.js'
import { KeptPairs, type Rows } from './kept-pairs.js'
import type { RectangularProblem } from './problem.js'
import { oneBlock } from './row-kernel.js'
import { noPartner, RowSums } from './row-sums.js'

/** From this size on, progress is told inside a turn too. */
const MANY_ROWS = 4096

/** A column with less than this has no sum worth dividing by: it is summed again with its largest term as shift. */
const TINY = 1e-280

/** A term below this is under 2e-16 of its row: the smallest part of a sum that a number can hold. */
const MOST_CUT = 36
/** By how many nats all terms of a row that are left out together stay below what is asked of a marginal. */
const BELOW = 5
/** By how many nats potentials may move before pairs are looked for again: more keeps more pairs, less looks more often. */
const MARGIN = 12
/** The same where that keeps too many: potentials that begin near their end move by less from turn to turn. */
const NARROW_MARGIN = 1
/** Pairs kept at most: 240 MB, and up to twice that while they are gathered. */
const MOST_KEPT = 2e7

/** Nats below its row's sum at which a term is nothing to marginals of this tolerance. */
export function cutFor({ kernel }: RectangularProblem, tolerance: number): number {
  return Math.min(MOST_CUT, log(Math.max(kernel.rows, kernel.cols) / tolerance) + BELOW)
}

/**
 * Turns of one problem. The first goes over the kernel and keeps the pairs that count, with a margin; the next ones go over
 * these alone, without exponentials, until a potential has moved by the margin. Where more count than may be kept, every turn goes
 * over the kernel, and cells of points tell it where many turns would lead.
 */
export class Turns {
  private kept: { readonly pairs: KeptPairs; readonly shifts: Float64Array; readonly to: Float64Array; readonly margin: number } | undefined

  /** Turns in which there were more than are kept: the first may begin too far away to tell. */
  private full = 0

  constructor(
    private readonly problem: RectangularProblem,
    private readonly cut: number,
    private readonly most = MOST_KEPT
  ) {}

  /** Rows made exact one by one, then columns. `state` may be overwritten. */
  turn(state: Potentials, watch: Watch): Swept {
    return this.keptTurn(state, watch) ?? this.wholeTurn(state, watch)
  }

  private keptTurn({ from, to }: Potentials, watch: Watch): Swept | undefined {
    const { kept, problem } = this
    if (!kept) return undefined
    const moves = to.map((g, j) => (g === kept.to[j]! ? 0 : g - kept.to[j]!))
    if (!moves.every((move) => Math.abs(move) <= kept.margin / 2)) return undefined
    const { order } = blocksOf(problem)
    const scales = Float64Array.from(order, (j) => exp(moves[j]!))
    const sums = new Float64Array(order.length)
    const rows = kept.pairs.rows(scales, sums)
    rowByRow(problem, from, watch, (i) => ({ rows, shift: kept.shifts[i]!, sum: rows.exponentials(i, 0) }))
    return corrected(
      problem,
      { from, to },
      sums.map((sum, place) => sum * scales[place]!)
    )
  }

  private wholeTurn({ from, to }: Potentials, watch: Watch): Swept {
    const { problem, cut } = this
    const { kernel, fromLogWeights, toLogWeights } = problem
    const blocks = blocksOf(problem)
    const tooMany = this.full > 1
    const margin = this.full === 0 ? MARGIN : NARROW_MARGIN
    const even = -log(kernel.cols)
    const rows = new RowSums(
      blocks,
      {
        term: Float64Array.from(blocks.order, (j) => to[j]! + toLogWeights[j]!),
        needed: Float64Array.from(
          blocks.order,
          (j) => to[j]! + (toLogWeights[j]! > Number.NEGATIVE_INFINITY ? Math.max(toLogWeights[j]!, even) : toLogWeights[j]!)
        )
      },
      tooMany ? cut : cut + margin
    )
    const stiff = stiffness(problem.relaxation?.from)
    const pairs = tooMany ? undefined : new KeptPairs(kernel.rows, this.most)
    const shifts = new Float64Array(kernel.rows)
    const before = to.slice()
    const groups = tooMany ? groupsOf(problem) : undefined
    rowByRow(problem, from, watch, (i) => {
      const weighty = Math.max(0, fromLogWeights[i]! - even)
      let shift = Number.isFinite(from[i]!) ? from[i]! / stiff : -rows.largest(i)
      let sum = rows.exponentials(i, shift, weighty)
      if (!(sum > 1e-1 && sum < 1e6)) {
        // The old potential no longer fits: take this row again from its largest term.
        shift = -rows.largest(i)
        sum = rows.exponentials(i, shift, weighty)
      }
      pairs?.keep(rows.row, rows.runs())
      shifts[i] = shift
      return { rows: groups ? groups.adding(rows, i) : rows, shift, sum }
    })
    if (pairs?.tooMany) this.full++
    this.kept = pairs && !pairs.tooMany ? { pairs, shifts, to: before, margin } : undefined
    const swept = corrected(problem, { from, to }, rows.columnSums)
    return groups ? { ...swept, further: groups.further(swept.to) } : swept
  }
}

const blocksOf = ({ kernel }: RectangularProblem) => kernel.blocks ?? oneBlock(kernel)

/** Makes every row exact, given its sum at a shift, and adds it to the columns. */
function rowByRow(
  problem: RectangularProblem,
  from: Float64Array,
  watch: Watch,
  sumOf: (i: number) => { readonly rows: Rows; readonly shift: number; readonly sum: number }
): void {
  const { kernel, fromLogWeights } = problem
  const stiff = stiffness(problem.relaxation?.from)
  for (let i = 0; i < kernel.rows; i++) {
    tellRow(i, kernel.rows, watch)
    const { rows, shift, sum } = sumOf(i)
    from[i] = stiff * (shift - log(sum))
    rows.addToColumns(stiff === 1 ? exp(fromLogWeights[i]!) / sum : exp(fromLogWeights[i]! + from[i]! - shift))
  }
}

/** ρ/(1 + ρ): by how much of what is missing a side gives way at a price of ρ. */
const stiffness = (price = Number.POSITIVE_INFINITY): number => (price === Number.POSITIVE_INFINITY ? 1 : price / (1 + price))

function tellRow(i: number, rows: number, watch: Watch | undefined): void {
  if ((i & 255) !== 0) return
  throwIfStopped(watch, 'coupling')
  if (rows > MANY_ROWS) watch?.progress?.({ stage: 'rows', done: i, total: rows })
}

/** Columns made exact, given their sums by place. */
function corrected(problem: RectangularProblem, { from, to }: Potentials, sumsByPlace: Float64Array): Swept {
  const columnSums = new Float64Array(to.length)
  blocksOf(problem).order.forEach((j, place) => {
    columnSums[j] = sumsByPlace[place]!
  })
  const stiff = stiffness(problem.relaxation?.to)
  const lost: number[] = []
  let error = 0
  for (let j = 0; j < to.length; j++) {
    const weight = exp(problem.toLogWeights[j]!)
    if (weight === 0) continue
    if (!(columnSums[j]! > TINY)) {
      lost.push(j)
      continue
    }
    const before = to[j]!
    to[j] = stiff * (before + problem.toLogWeights[j]! - log(columnSums[j]!))
    error = Math.max(error, stiff === 1 ? Math.abs(columnSums[j]! / weight - 1) : Math.abs(exp(before - to[j]!) - 1))
  }
  if (lost.length > 0) error = Math.max(error, 1)
  for (const { column, logSum } of columnLogSums(problem, from, lost)) to[column] = -stiff * logSum
  return { from, to, error }
}

type Earlier = Pick<RectangularProblem, 'kernel' | 'fromLogWeights'>

/** log Σ_i exp(log k_ij + f_i + a_i) for a few columns that underflowed, each with its own largest term as shift. */
function columnLogSums(problem: Earlier, from: Float64Array, columns: number[], watch?: Watch): { column: number; logSum: number }[] {
  if (columns.length === 0) return []
  const largest = new Float64Array(columns.length).fill(Number.NEGATIVE_INFINITY)
  const sums = new Float64Array(columns.length)
  const row = new Float64Array(problem.kernel.cols)
  for (let i = 0; i < problem.kernel.rows; i++) {
    tellRow(i, problem.kernel.rows, watch)
    problem.kernel.fillRow(i, row)
    const own = from[i]! + problem.fromLogWeights[i]!
    for (let k = 0; k < columns.length; k++) {
      const x = row[columns[k]!]! + own
      if (x > largest[k]!) {
        sums[k] = sums[k]! * exp(largest[k]! - x) + 1
        largest[k] = x
      } else if (x > largest[k]! - MOST_CUT) sums[k] = sums[k]! + exp(x - largest[k]!)
    }
  }
  return columns.map((column, k) => {
    if (!Number.isFinite(largest[k]!)) throw noPartner(`point ${column} of the later snapshot, which no earlier point can reach`)
    return { column, logSum: largest[k]! + log(sums[k]!) }
  })
}

/**
 * g [m] from potentials f of some of the sources: −log Σ_i exp(log k_ij + f_i + a_i). A start for the whole problem from
 * the solution of a smaller one. Cost one pass over the kernel.
 */
export function extendPotential(problem: Earlier, from: Float64Array, watch?: Watch): Float64Array {
  const columns = Array.from({ length: problem.kernel.cols }, (_, j) => j)
  const out = new Float64Array(columns.length)
  for (const { column, logSum } of columnLogSums(problem, from, columns, watch)) out[column] = -logSum
  return out
}
