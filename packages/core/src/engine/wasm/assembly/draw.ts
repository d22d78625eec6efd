// Rows drawn from the weights: stratified targets, found by block sums first and then inside one block.
import * as job from './job'
import { BLOCK, ROW, SIZE, loadLane, promotedHigh, promotedLow } from './lanes'
import { fillNormal, fillUniform } from './random'
import * as state from './state'
import { approachAs, localise } from './rows'
import { weighOne } from './weigh'

const DRAW_COUNT: i32 = 16
/** Points whose weights are passed over together where no target falls among them. */
const PART: i32 = 16

@inline function targets(): usize {
  return state.small
}

@inline function normals(): usize {
  return state.small + 256
}

@inline function words(): usize {
  return state.small + 512
}

/** Where the values of each pick stand, and their centres: two addresses a pick. */
@inline function picks(): usize {
  return state.small + 640
}

/** Whether point j of a block has a weight. */
@inline function present(logs: usize, j: i32): bool {
  return loadLane(logs + <usize>j * SIZE) !== -Infinity
}

/** The last point of a block that has a weight. */
function lastOf(block: i32): i32 {
  let last = BLOCK - 1
  while (last > 0 && !present(state.logsOf(block), last)) last--
  return last
}

/** Takes point j of the block as pick k of the row. */
function takePick(row: i32, block: i32, j: i32, k: i32): void {
  if (state.mode & job.PICK) {
    store<u32>(job.pointer(job.OUT_INDICES) + (<usize>row << 2), load<u32>(job.pointer(job.ORDER) + (<usize>(block * BLOCK + j) << 2)))
    return
  }
  const at = picks() + (<usize>k << 3)
  store<u32>(at, <u32>(state.valuesOf(block) + <usize>j * SIZE))
  store<u32>(at, <u32>state.valueCentresOf(block), 4)
}

/** Noise of a row: its picks less its mean, each times its normal number. */
function writeNoise(row: i32): void {
  const c = state.valueCount
  const means = job.pointer(job.OUT_MEAN) + (<usize>(row * c) << 3)
  const noise = job.pointer(job.OUT_SECOND) + (<usize>(row * c) << 3)
  const end = picks() + (<usize>DRAW_COUNT << 3)
  for (let v = 0; v < c; v++) {
    const mean = state.real64(means, v)
    let sum: f64 = 0
    let xi = normals()
    for (let at = picks(); at < end; at += 8, xi += 8) {
      const x = loadLane(<usize>load<u32>(at) + <usize>v * ROW) + state.real64(<usize>load<u32>(at, 4), v)
      sum += (x - mean) * load<f64>(xi) * 0.25
    }
    state.setReal64(noise, v, sum)
  }
}

/** Sum of four weights from `at` on. */
@inline function sumOfFour(at: usize): f64 {
  const a = v128.load(at)
  const s = FLOAT32 ? f64x2.add(promotedLow(a), promotedHigh(a)) : f64x2.add(a, v128.load(at, 16))
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1)
}

/** Sum of the weights of a part of a block. */
@inline function sumOfPart(at: usize): f64 {
  let s0 = f64x2.splat(0)
  let s1 = s0
  for (let j: usize = 0; j < <usize>PART * SIZE; j += 32) {
    const a = v128.load(at + j)
    const b = v128.load(at + j, 16)
    s0 = f64x2.add(s0, FLOAT32 ? f64x2.add(promotedLow(a), promotedHigh(a)) : a)
    s1 = f64x2.add(s1, FLOAT32 ? f64x2.add(promotedLow(b), promotedHigh(b)) : b)
  }
  const s = f64x2.add(s0, s1)
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1)
}

/** Weights of query q with a block, over its factor, into the first weight row. */
function weighAgain(block: i32, q: i32): void {
  const first = q & ~3
  state.takeRows(-1)
  approachAs(block, q)
  localise(block, first, first + 4, Infinity)
  weighOne(block, q)
}

/** All picks of one row. Its block sums are in `partials`. */
export function drawRow(q: i32, row: i32, padded: i32, slots: i32): void {
  const chains = job.pointer(job.CHAINS)
  const chain = chains ? load<u32>(chains + (<usize>row << 2)) : <u32>row
  const count = state.mode & job.PICK ? 1 : DRAW_COUNT
  const sum = state.real64(state.sums, q)
  if (!(sum > 0)) {
    const c = state.valueCount
    if (state.mode & job.PICK) store<u32>(job.pointer(job.OUT_INDICES) + (<usize>row << 2), 0xffffffff)
    else for (let v = 0; v < c; v++) state.setReal64(job.pointer(job.OUT_SECOND), row * c + v, NaN)
    return
  }
  fillUniform(chain, job.field(job.PICK_STREAM), count, targets(), words())
  if (state.mode & job.DRAW) fillNormal(chain, job.field(job.NORMAL_STREAM), count, normals(), words())
  let cumulated: f64 = 0
  let k = 0
  let target = (state.real64(targets(), 0) / <f64>count) * sum
  let lastSlot = 0
  for (let slot = 0; slot < slots && k < count; slot++) {
    const weight = state.real64(state.partials, slot * padded + q)
    const end = cumulated + weight
    if (target < end) {
      const block = load<u32>(state.visited + (<usize>slot << 2))
      const place = slot * state.stride + q
      let factor = state.kept ? state.real64(state.keptFactors, place) : -1
      if (factor >= 0) state.takeRows(place)
      else {
        weighAgain(block, q)
        factor = state.real64(state.factors, q)
      }
      const weights = state.weights
      const logs = state.logsOf(block)
      let inside = cumulated
      for (let part = 0; part < BLOCK && k < count && target < end; part += PART) {
        // Points without a weight have the lowest there is in their rows, which adds nothing.
        const over = inside + sumOfPart(weights + <usize>part * SIZE) * factor
        if (target >= over) {
          inside = over
          continue
        }
        for (let four = part; four < part + PART && k < count && target < end; four += 4) {
          const past = inside + sumOfFour(weights + <usize>four * SIZE) * factor
          for (let j = four; j < four + 4 && target < past; j++) {
            inside += loadLane(weights + <usize>j * SIZE) * factor
            while (k < count && target < inside && target < end && present(logs, j)) {
              takePick(row, block, j, k++)
              target = ((<f64>k + state.real64(targets(), min(k, count - 1))) / <f64>count) * sum
            }
            if (k === count) break
          }
          inside = past
        }
        inside = over
      }
      // Rounding: the block's points add up to a little less than its sum.
      const last = k < count && target < end ? lastOf(block) : 0
      while (k < count && target < end) {
        takePick(row, block, last, k++)
        target = ((<f64>k + state.real64(targets(), min(k, count - 1))) / <f64>count) * sum
      }
    }
    if (weight > 0) lastSlot = slot
    cumulated = end
  }
  // Rounding: the blocks add up to a little less than the whole.
  if (k < count) {
    const block = load<u32>(state.visited + (<usize>lastSlot << 2))
    const last = lastOf(block)
    while (k < count) takePick(row, block, last, k++)
  }
  if (state.mode & job.DRAW) writeNoise(row)
}
