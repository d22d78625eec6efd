// Blocks from the nearest to the farthest, by a heap, so that the rest need never be sorted.
import { boxDistance } from './boxes'
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

/** Makes a heap of all blocks by their distance from the unit's box; returns how many. */
export function gather(): i32 {
  const length = state.blockCount
  for (let b = 0; b < length; b++) {
    state.setReal64(state.bounds, b, -boxDistance(state.box, state.boxOf(b), state.dimension))
    setEntry(b, b)
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

