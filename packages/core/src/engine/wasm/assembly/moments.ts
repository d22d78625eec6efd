// The covariance under the weights, in a second pass about the mean: no cancellation.
import * as job from './job'
import { ROW, laneSum, madd, mul, splat, sub } from './lanes'
import { approach, localise } from './rows'
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

/** Covariances of rows first … first+count−1 over the blocks that were visited. */
export function covarianceRows(first: i32, count: i32, padded: i32, slots: i32): void {
  const c = state.valueCount
  const length = (c * (c + 1)) / 2
  const out = job.pointer(job.OUT_SECOND)
  for (let i = first * length; i < (first + count) * length; i++) state.setReal64(out, i, 0)
  for (let s = 0; s < slots; s++) {
    const block = load<u32>(state.visited + (<usize>s << 2))
    approach(block)
    localise(block, 0, padded)
    for (let q = 0; q < padded; q += 4) {
      weighFour(block, q)
      for (let r = 0; r < 4 && q + r < count; r++) {
        addBlock(block, first + q + r, state.weights + <usize>r * ROW, state.real64(state.factors, q + r))
      }
    }
  }
  for (let q = 0; q < count; q++) {
    const sum = state.real64(state.sums, q)
    for (let i = (first + q) * length; i < (first + q + 1) * length; i++) {
      state.setReal64(out, i, sum > 0 ? state.real64(out, i) / sum : NaN)
    }
  }
}
