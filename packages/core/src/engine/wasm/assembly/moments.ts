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
  const weighted = state.centred + <usize>c * ROW
  const packed = job.pointer(job.OUT_SECOND) + (<usize>row << 3) * <usize>((c * (c + 1)) / 2)
  let at = 0
  for (let a = 0; a < c; a++) {
    const shift = splat(state.real64(mean, row * c + a) - state.real64(centres, a))
    const own = state.centred + <usize>a * ROW
    for (let j: usize = 0; j < ROW; j += 16) {
      const u = sub(v128.load(values + <usize>a * ROW + j), shift)
      v128.store(own + j, u)
      v128.store(weighted + j, mul(u, v128.load(w + j)))
    }
    for (let b = 0; b <= a; b++, at++) {
      const other = state.centred + <usize>b * ROW
      let sum0 = splat(0)
      let sum1 = sum0
      for (let j: usize = 0; j < ROW; j += 32) {
        sum0 = madd(v128.load(weighted + j), v128.load(other + j), sum0)
        sum1 = madd(v128.load(weighted + j, 16), v128.load(other + j, 16), sum1)
      }
      state.setReal64(packed, at, state.real64(packed, at) + (laneSum(sum0) + laneSum(sum1)) * factor)
    }
  }
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
