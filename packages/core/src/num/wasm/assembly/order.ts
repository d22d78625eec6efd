// The k-d order of points: the same operations for every number as the plain loops of space/blocks.ts, so the same order.

/** As in space/blocks.ts. */
const BLOCK: i32 = 64
const GROUP: i32 = 4

@inline function keyAt(keys: usize, i: i32): f64 {
  return load<f64>(keys + (<usize>i << 3))
}

@inline export function rowAt(order: usize, i: i32): u32 {
  return load<u32>(order + (<usize>i << 2))
}

/** Whether i comes before j. */
@inline function isBefore(keys: usize, order: usize, i: i32, j: i32): bool {
  const a = keyAt(keys, i)
  const b = keyAt(keys, j)
  return a < b || (a === b && rowAt(order, i) < rowAt(order, j))
}

function medianOfThree(keys: usize, order: usize, low: i32, high: i32): i32 {
  const middle = (low + high) >>> 1
  const isRising = isBefore(keys, order, low, high)
  const first = isRising ? low : high
  const second = isRising ? high : low
  if (isBefore(keys, order, middle, first)) return first
  return isBefore(keys, order, middle, second) ? middle : second
}

@inline function swap(keys: usize, order: usize, i: i32, j: i32): void {
  const key = keyAt(keys, i)
  const row = rowAt(order, i)
  store<f64>(keys + (<usize>i << 3), keyAt(keys, j))
  store<u32>(order + (<usize>i << 2), rowAt(order, j))
  store<f64>(keys + (<usize>j << 3), key)
  store<u32>(order + (<usize>j << 2), row)
}

/** Moves what comes before the pivot in low … high to the front of it, the pivot behind that; where it then stands. Nothing to predict: every element is swapped. */
function partition(keys: usize, order: usize, low: i32, high: i32, pivot: i32): i32 {
  swap(keys, order, pivot, high)
  const key = keyAt(keys, high)
  const row = rowAt(order, high)
  let to = low
  for (let i = low; i < high; i++) {
    const own = keyAt(keys, i)
    const ownRow = rowAt(order, i)
    store<f64>(keys + (<usize>i << 3), keyAt(keys, to))
    store<u32>(order + (<usize>i << 2), rowAt(order, to))
    store<f64>(keys + (<usize>to << 3), own)
    store<u32>(order + (<usize>to << 2), ownRow)
    to += <i32>(own < key) | (<i32>(own === key) & <i32>(ownRow < row))
  }
  swap(keys, order, to, high)
  return to
}

/** Of fewer a pivot is the median of three; of more the one that a sample says. */
const SAMPLED: i32 = 600

/** About n^(2/3): n^(1/2 + 1/8 + 1/32 + …). */
@inline function twoThirds(n: f64): f64 {
  const half = sqrt(n)
  const eighth = sqrt(sqrt(half))
  return half * eighth * sqrt(sqrt(eighth))
}

/**
 * Moves the rows that belong before position `middle` there: the resulting set is the only one.
 * @source Floyd and Rivest, Algorithm 489, Communications of the ACM 18 (1975): about 1.5 n comparisons.
 */
function select(keys: usize, order: usize, from: i32, to: i32, middle: i32): void {
  let low = from
  let high = to
  while (low < high) {
    let pivot = middle
    if (high - low > SAMPLED) {
      const n = <f64>(high - low + 1)
      const place = <f64>(middle - low + 1)
      const size = twoThirds(n) * 0.5
      const spread = sqrt((size * (n - size)) / n) * (place < n / 2 ? -0.5 : 0.5)
      select(
        keys,
        order,
        max(low, middle - <i32>((place * size) / n - spread)),
        min(high, middle + <i32>(((n - place) * size) / n + spread)),
        middle
      )
    } else pivot = medianOfThree(keys, order, low, high)
    const at = partition(keys, order, low, high, pivot)
    if (at < middle) low = at + 1
    else if (at > middle) high = at - 1
    else return
  }
}

function sortRows(order: usize, start: i32, end: i32): void {
  for (let i = start + 1; i < end; i++) {
    const row = rowAt(order, i)
    let j = i
    for (; j > start && rowAt(order, j - 1) > row; j--) store<u32>(order + (<usize>j << 2), rowAt(order, j - 1))
    store<u32>(order + (<usize>j << 2), row)
  }
}

/**
 * The first of the coordinates in which a run of rows is widest; `line`: bytes of a row. Of an odd number the last is looked at with what stands behind
 * it, which counts nothing: behind the last row too there must be a number.
 */
function widest(points: usize, line: usize, looked: i32, from: usize, to: usize): i32 {
  let axis = 0
  let most: f64 = -1
  for (let c = 0; c < looked; c += 2, points += 16) {
    let low$ = f64x2.splat(Infinity)
    let high$ = f64x2.splat(-Infinity)
    let at = from
    for (; at + 16 <= to; at += 16) {
      const x$ = v128.load(points + <usize>load<u32>(at, $ * 4) * line)
      low$ = f64x2.pmin(low$, x$)
      high$ = f64x2.pmax(high$, x$)
    }
    for (; at < to; at += 4) {
      const x = v128.load(points + <usize>load<u32>(at) * line)
      low0 = f64x2.pmin(low0, x)
      high0 = f64x2.pmax(high0, x)
    }
    const low = f64x2.pmin(f64x2.pmin(low0, low1), f64x2.pmin(low2, low3))
    const high = f64x2.pmax(f64x2.pmax(high0, high1), f64x2.pmax(high2, high3))
    const width = f64x2.sub(high, low)
    const first = f64x2.extract_lane(width, 0)
    const second = f64x2.extract_lane(width, 1)
    if (first > most) {
      most = first
      axis = c
    }
    if (c + 1 < looked && second > most) {
      most = second
      axis = c + 1
    }
  }
  return axis
}

/** How many of a run of rows stand in its first half. */
@inline export function halves(count: i32): i32 {
  const unit = count > BLOCK ? BLOCK : count > GROUP ? GROUP : 1
  return (((count + unit - 1) / unit + 1) / 2) * unit
}

/**
 * Halves a run of rows so many times, but not below groups; `line`: bytes of a row, of which the first `looked` coordinates count. Calls of itself: code
 * that is entered once is never compiled well.
 */
export function halve(points: usize, line: usize, looked: i32, keys: usize, out: usize, start: i32, end: i32, times: i32): void {
  if (end - start <= GROUP) {
    sortRows(out, start, end)
    return
  }
  const axis = widest(points, line, looked, out + (<usize>start << 2), out + (<usize>end << 2))
  const column = points + (<usize>axis << 3)
  for (let i = start; i < end; i++) store<f64>(keys + (<usize>i << 3), load<f64>(column + <usize>rowAt(out, i) * line))
  const middle = start + halves(end - start)
  select(keys, out, start, end - 1, middle)
  if (times === 1) return
  halve(points, line, looked, keys, out, start, middle, times - 1)
  halve(points, line, looked, keys, out, middle, end, times - 1)
}
