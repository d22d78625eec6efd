// In which order a unit meets the blocks: from the best bound downwards, by a heap, so that the rest need never be sorted.
import * as job from './job'
import * as state from './state'

/** Whether block a comes before block b: larger bound first, ties by number. */
@inline function before(a: u32, b: u32): bool {
  const x = load<f64>(state.bounds + (<usize>a << 3))
  const y = load<f64>(state.bounds + (<usize>b << 3))
  return x > y || (x === y && a < b)
}

@inline function entry(i: i32): u32 {
  return load<u32>(state.heap + (<usize>i << 2))
}

@inline function setEntry(i: i32, block: u32): void {
  store<u32>(state.heap + (<usize>i << 2), block)
}

function sink(start: i32, length: i32): void {
  let i = start
  const block = entry(i)
  while (true) {
    let child = 2 * i + 1
    if (child >= length) break
    if (child + 1 < length && before(entry(child + 1), entry(child))) child++
    if (!before(entry(child), block)) break
    setEntry(i, entry(child))
    i = child
  }
  setEntry(i, block)
}

/** Makes a heap of all blocks other than `except` whose bound reaches `threshold`; returns how many. */
export function gather(except: i32, threshold: f64): i32 {
  let length = 0
  for (let b = 0; b < state.blockCount; b++) {
    if (b !== except && state.real64(state.bounds, b) >= threshold) setEntry(length++, b)
  }
  for (let i = (length >> 1) - 1; i >= 0; i--) sink(i, length)
  return length
}

/** The next block, its heap shortened to `length` − 1. */
export function next(length: i32): i32 {
  const best = entry(0)
  setEntry(0, entry(length - 1))
  if (length > 2) sink(0, length - 1)
  return best
}

/** Squared distance of two boxes of `d` coordinates, low corner first. */
export function boxDistance(a: usize, b: usize, d: i32): f64 {
  const toHigh = <usize>d << 3
  let squared: f64 = 0
  for (let end = a + toHigh; a < end; a += 8, b += 8) {
    const gap = max(load<f64>(b) - load<f64>(a + toHigh), load<f64>(a) - load<f64>(b + toHigh))
    if (gap > 0) squared += gap * gap
  }
  return squared
}

/** Largest squared distance of two points of two boxes. */
export function boxReach(a: usize, b: usize, d: i32): f64 {
  const toHigh = <usize>d << 3
  let squared: f64 = 0
  for (let end = a + toHigh; a < end; a += 8, b += 8) {
    const gap = max(load<f64>(b + toHigh) - load<f64>(a), load<f64>(a + toHigh) - load<f64>(b))
    squared += gap * gap
  }
  return squared
}

/** Bounds of all blocks for the unit's box (low and high corners at `box`); returns the block with the best, −1 if none. */
export function boundAll(box: usize, widest: f64, distancesOnly: bool): i32 {
  const d = state.dimension
  const boxes = job.pointer(job.BOXES)
  let best = -1
  let bestBound = -Infinity
  for (let b = 0; b < state.blockCount; b++) {
    const squared = boxDistance(box, boxes + ((<usize>b * 2 * <usize>d) << 3), d)
    let bound = -squared
    if (!distancesOnly) {
      const bandwidth = state.variable ? widest + state.real64(job.pointer(job.WIDTH_MAXIMA), b) : 1
      bound = state.logMaximum(b) - (squared * state.scale) / bandwidth
    }
    state.setReal64(state.bounds, b, bound)
    if (bound > bestBound) {
      bestBound = bound
      best = b
    }
  }
  return best
}
