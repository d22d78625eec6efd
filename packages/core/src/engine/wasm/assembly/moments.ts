// The covariance under the weights, in a second pass about the mean: no cancellation.
import * as job from './job'
import { ROW, laneSum, madd, mul, splat, sub } from './lanes'
import * as state from './state'
import { weighFour } from './weigh'

/** Adds one block's part Σ w (v − m)(v − m)ᵀ to row `row`; the weights, over `factor`, are at `w`. */
function addBlock(block: i32, row: i32, w: usize, factor: f64): void {
  const c = state.valueCount
  const values = state.valuesOf(block)
  const centres = state.valueCentresOf(block)
  const mean = job.pointer(job.OUT_MEAN)
  const filled = state.filled
  for (let a = 0; a < c; a++) {
    const shift = splat(state.real64(mean, row * c + a) - state.real64(centres, a))
    const from = values + <usize>a * ROW
    const to = state.centred + <usize>a * ROW
    for (let j: usize = 0; j < filled; j += 16) v128.store(to + j, sub(v128.load(from + j), shift))
  }
  const weighted = state.centred + <usize>c * ROW
  let at = job.pointer(job.OUT_SECOND) + <usize>row * (<usize>packedLength() << 3)
  for (let a = 0; a < c; a++) {
    const own = state.centred + <usize>a * ROW
    for (let j: usize = 0; j < filled; j += 16) v128.store(weighted + j, mul(v128.load(own + j), v128.load(w + j)))
    let b = state.centred
    for (; b + 3 * ROW <= own; b += 4 * ROW, at += 32) addFour(at, weighted, b, filled, factor)
    for (; b <= own; b += ROW, at += 8) addOne(at, weighted, b, filled, factor)
  }
}

/** Adds the products of a column's numbers with those of another one. */
@inline function addOne(at: usize, weighted: usize, other: usize, filled: usize, factor: f64): void {
  let s = splat(0)
  let t = splat(0)
  for (let j: usize = 0; j < filled; j += 32) {
    s = madd(v128.load(weighted + j), v128.load(other + j), s)
    t = madd(v128.load(weighted + j, 16), v128.load(other + j, 16), t)
  }
  store<f64>(at, load<f64>(at) + (laneSum(s) + laneSum(t)) * factor)
}

/** The same of four others, the numbers of the column loaded once. */
@inline function addFour(at: usize, weighted: usize, other: usize, filled: usize, factor: f64): void {
  let s$ = splat(0)
  let t$ = splat(0)
  for (let j: usize = 0; j < filled; j += 32) {
    const u = v128.load(weighted + j)
    const v = v128.load(weighted + j, 16)
    const from = other + j
    s$ = madd(u, v128.load(from, $ * ROW), s$)
    t$ = madd(v, v128.load(from, $ * ROW + 16), t$)
  }
  store<f64>(at, load<f64>(at, $ * 8) + (laneSum(s$) + laneSum(t$)) * factor, $ * 8)
}

/** Length of a packed covariance. */
@inline function packedLength(): i32 {
  return (state.valueCount * (state.valueCount + 1)) / 2
}

/** Covariances of the unit's rows are 0. */
export function clearCovariances(): void {
  const bytes = <usize>packedLength() << 3
  const out = job.pointer(job.OUT_SECOND)
  for (let q = 0; q < state.count; q++) memory.fill(out + <usize>state.askedRow(state.first + q) * bytes, 0, bytes)
}

/** Adds what the block at hand gives to queries from … to−1 (multiples of four), localised. */
export function addCovariances(block: i32, from: i32, to: i32): void {
  for (let q = from; q < to; q += 4) {
    weighFour(block, q)
    for (let r = q; r < min(q + 4, state.count); r++) {
      if (state.real64(state.masks, r) === 0) continue
      addBlock(block, state.askedRow(state.first + r), state.weights + <usize>(r - q) * ROW, state.real64(state.factors, r))
    }
  }
}

export function divideCovariances(): void {
  const length = packedLength()
  const out = job.pointer(job.OUT_SECOND)
  for (let q = 0; q < state.count; q++) {
    const sum = state.real64(state.sums, q)
    const row = state.askedRow(state.first + q) * length
    for (let i = row; i < row + length; i++) state.setReal64(out, i, sum > 0 ? state.real64(out, i) / sum : NaN)
  }
}
