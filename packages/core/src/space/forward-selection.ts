import { log } from '../num/elementary.js'
import { dot } from '../num/linear-algebra.js'
import type { Matrix } from '../num/matrix.js'

/** Most neighbours that M rows can feed: each further one halves the rows that are alike in all. */
export function mostGivens(rowCount: number): number {
  let most = 1
  for (let rows = rowCount; rows >= 60 && most < 12; rows /= 2) most++
  return most
}

/** |t| of a coordinate beyond the neighbours that must be exceeded before it is conditioned on. */
const FILL_T = 4

interface Candidates {
  /** Taken as long as there is room. */
  readonly near: readonly number[]
  /** Taken only when the data show that they matter. */
  readonly far: readonly number[]
  readonly most: number
}

/**
 * Which coordinates to condition on: forward selection by the share of the targets' remaining variance that a candidate
 * explains. Ascending. Cost O(M · candidates · chosen).
 */
export function chooseGivens(points: Matrix, targets: Uint32Array, { near, far, most }: Candidates): Uint32Array {
  if (far.length === 0 && near.length <= most) return Uint32Array.from(near)
  const chosen: number[] = []
  const rest = Array.from(targets, (a) => centred(points, a))
  const pool = new Map([...near, ...far].map((c) => [c, centred(points, c)]))
  while (chosen.length < most) {
    const isNear = near.some((c) => pool.has(c))
    const best = strongest(isNear ? near : far, pool, rest)
    if (best === undefined) break
    const freedom = Math.max(1, points.rows - chosen.length - 2)
    if (!isNear && best.share * freedom < FILL_T * FILL_T * (1 - best.share) * targets.length) break
    chosen.push(best.candidate)
    const direction = pool.get(best.candidate)!
    pool.delete(best.candidate)
    for (const column of [...rest, ...pool.values()]) removeDirection(column, direction)
  }
  return Uint32Array.from(chosen).sort()
}

/** Of what varies less than this, relative to its square, rounding is left alone. */
const NOTHING_LEFT = 1e-10

/**
 * Which of some coordinates show that they tell anything of the targets, ascending: forward selection by the largest partial t² of a
 * candidate, or of its square, with a target, or with its square, so that bends and spreads count too. It ends where the largest is one
 * that the largest of as many noise values reaches. Cost O(M · candidates · targets · chosen).
 *
 * @source Donoho and Johnstone, *Ideal spatial adaptation by wavelet shrinkage*, 1994: the universal threshold, √(2 ln n).
 */
export function shownGivens(points: Matrix, targets: readonly number[], candidates: readonly number[], most: number): number[] {
  const rest = targets.flatMap((a) => withSquare(centred(points, a)))
  const pool = new Map(candidates.map((c) => [c, withSquare(centred(points, c))]))
  const least = 2 * log(Math.max(2, 4 * candidates.length * targets.length))
  const chosen: number[] = []
  while (chosen.length < most) {
    const freedom = Math.max(1, points.rows - 2 * chosen.length - 2)
    const reach = (share: number) => (share * freedom) / Math.max(Number.EPSILON, 1 - share)
    let best: { readonly candidate: number; readonly reach: number } | undefined
    for (const [candidate, directions] of pool)
      for (const direction of directions)
        for (const target of rest) {
          const own = reach(squaredCorrelation(target.left, direction.left))
          if (isLeft(target) && isLeft(direction) && own > (best?.reach ?? least)) best = { candidate, reach: own }
        }
    if (!best) break
    chosen.push(best.candidate)
    const directions = pool.get(best.candidate)!
    pool.delete(best.candidate)
    for (const direction of directions) {
      if (!isLeft(direction)) continue
      for (const { left } of [...directions, ...rest, ...[...pool.values()].flat()])
        if (left !== direction.left) removeDirection(left, direction.left)
    }
  }
  return chosen.sort((a, b) => a - b)
}

/** A column of which directions are taken out, and how much it was. */
interface Remaining {
  readonly left: Float64Array
  readonly square: number
}

const isLeft = ({ left, square }: Remaining): boolean => dot(left, left) > NOTHING_LEFT * square

/** A column around its mean, and its square without what the column itself says of it. */
function withSquare(column: Float64Array): Remaining[] {
  const squares = centred({ rows: column.length, cols: 1, data: column.map((x) => x * x) }, 0)
  const square = dot(squares, squares)
  removeDirection(squares, column)
  return [
    { left: column, square: dot(column, column) },
    { left: squares, square }
  ]
}

function strongest(
  candidates: readonly number[],
  pool: ReadonlyMap<number, Float64Array>,
  rest: readonly Float64Array[]
): { candidate: number; share: number } | undefined {
  let best: { candidate: number; share: number } | undefined
  for (const candidate of candidates) {
    const column = pool.get(candidate)
    if (!column) continue
    let share = 0
    for (const target of rest) share += squaredCorrelation(target, column)
    if (!best || share > best.share) best = { candidate, share }
  }
  return best
}

function centred({ data, rows, cols }: Matrix, c: number): Float64Array {
  const out = new Float64Array(rows)
  let mean = 0
  for (let i = 0; i < rows; i++) mean += data[i * cols + c]! / rows
  for (let i = 0; i < rows; i++) out[i] = data[i * cols + c]! - mean
  return out
}

function squaredCorrelation(a: Float64Array, b: Float64Array): number {
  const product = dot(a, b)
  const sizes = dot(a, a) * dot(b, b)
  return sizes > 0 ? (product * product) / sizes : 0
}

function removeDirection(column: Float64Array, direction: Float64Array): void {
  const square = dot(direction, direction)
  if (!(square > 0)) return
  const factor = dot(column, direction) / square
  for (let i = 0; i < column.length; i++) column[i] = column[i]! - factor * direction[i]!
}
