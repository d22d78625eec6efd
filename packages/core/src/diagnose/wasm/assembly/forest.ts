// Trees of a random forest for two classes, grown one after another, and the votes of each on the rows that it has not seen: what the
// plain trees of ../../forest.ts do, the same operations on the same counts, so the same bits; rows of a node stand in another order,
// which nothing shows. Counts of both classes share a word, that of class 1 in its upper half: samples of at most 65,535 rows.

import { philox, wordToUniform } from '../../../num/wasm/assembly/philox'

/** Where a job and what it needs stand; the host writes what comes first, from `codes` to `members`. */
const START: usize = 1024
const BINS: i32 = 256
/** Uniform numbers of one step of the key. */
const NUMBERS: i32 = 256

let rows: i32 = 0
let columns: i32 = 0
let tried: i32 = 0
let zeros: i32 = 0
let seedLow: u32 = 0
let seedHigh: u32 = 0
let stream: u32 = 0

/** Bins of every column [d, n], their lowest and highest values [d, 256], values [n, d], rows of class 0 and then of class 1 [n]. */
let codes: usize = 0
let low: usize = 0
let high: usize = 0
let values: usize = 0
let members: usize = 0
/** Of every row: what its weight is in a word [n], shares of class 1 by all trees that have not seen it, and how many these are. */
let masses: usize = 0
let sums: usize = 0
let votes: usize = 0
/** Rows of the sample by node, and columns in the order that they were drawn in. */
let order: usize = 0
let aside: usize = 0
let drawn: usize = 0
let histogram: usize = 0
let met: usize = 0
let numbers: usize = 0
/** Nodes: column that is asked about or −1, the left child, first row and the one after the last, mass, threshold, share of class 1. */
let features: usize = 0
let lefts: usize = 0
let starts: usize = 0
let ends: usize = 0
let totals: usize = 0
let thresholds: usize = 0
let shares: usize = 0

let end: usize = 0

function take(bytes: i32): usize {
  const at = end
  end = (end + <usize>bytes + 15) & ~15
  return at
}

/** Places a job of n rows in d columns, `zero` of them of class 0; the first byte of the memory that it does not need. */
export function place(n: i32, d: i32, zero: i32, features_: i32): usize {
  rows = n
  columns = d
  zeros = zero
  tried = features_
  end = START
  codes = take(n * d)
  low = take(8 * BINS * d)
  high = take(8 * BINS * d)
  values = take(8 * n * d)
  members = take(4 * n)
  masses = take(4 * n)
  sums = take(8 * n)
  votes = take(4 * n)
  order = take(4 * n)
  aside = take(4 * n)
  drawn = take(4 * d)
  histogram = take(4 * BINS)
  met = take(BINS / 8)
  numbers = take(8 * NUMBERS)
  features = take(8 * n)
  lefts = take(8 * n)
  starts = take(8 * n)
  ends = take(8 * n)
  totals = take(8 * n)
  thresholds = take(16 * n)
  shares = take(8 * n)
  return end
}

/** Addresses of what the host writes and reads: 0 codes, 1 low, 2 high, 3 values, 4 members, 5 sums, 6 votes. */
export function addressOf(part: i32): usize {
  if (part === 0) return codes
  if (part === 1) return low
  if (part === 2) return high
  if (part === 3) return values
  if (part === 4) return members
  return part === 5 ? sums : votes
}

/** Forgets all votes, and takes a key. */
export function begin(low_: u32, high_: u32, stream_: u32): void {
  seedLow = low_
  seedHigh = high_
  stream = stream_
  memory.fill(sums, 0, 8 * rows)
  memory.fill(votes, 0, 4 * rows)
  memory.fill(histogram, 0, 4 * BINS)
  memory.fill(met, 0, BINS / 8)
}

let chain: u32 = 0
let step: u32 = 0
let at: i32 = NUMBERS

function fillNumbers(): void {
  for (let i = 0; i < NUMBERS; i += 4) {
    const to = numbers + (<usize>i << 3)
    philox(chain, step, <u32>i >>> 2, stream, seedLow, seedHigh, to + 16)
    const a = load<u32>(to, 16)
    const b = load<u32>(to, 20)
    const c = load<u32>(to, 24)
    const d = load<u32>(to, 28)
    store<f64>(to, wordToUniform(a))
    store<f64>(to, wordToUniform(b), 8)
    store<f64>(to, wordToUniform(c), 16)
    store<f64>(to, wordToUniform(d), 24)
  }
  step++
  at = 0
}

@inline function uniform(): f64 {
  if (at === NUMBERS) fillNumbers()
  const here = at
  at = here + 1
  return load<f64>(numbers + ((<usize>here) << 3))
}

@inline function below(n: i32): i32 {
  return min(n - 1, <i32>floor(uniform() * <f64>n))
}

@inline function word(base: usize, i: i32): i32 {
  return load<i32>(base + (<usize>i << 2))
}

@inline function setWord(base: usize, i: i32, x: i32): void {
  store<i32>(base + (<usize>i << 2), x)
}

/** As many rows of each class as there are, by chance. */
function bootstrap(): void {
  memory.fill(masses, 0, 4 * rows)
  for (let side = 0; side < 2; side++) {
    const first = side === 0 ? 0 : zeros
    const count = side === 0 ? zeros : rows - zeros
    const mass = side === 0 ? 1 : 0x10000
    for (let i = 0; i < count; i++) {
      const row = word(members, first + below(count))
      setWord(masses, row, word(masses, row) + mass)
    }
  }
}

/** Of the node at hand. */
let total0: f64 = 0
let total1: f64 = 0
/** The best split so far. */
let score: f64 = 0
let feature: i32 = -1
let leftCode: i32 = 0
let rightCode: i32 = 0
let leftMass: u32 = 0

/** Cuts of a column, bin by bin, and what one must be above. */
let bar: f64 = 0
let before: u32 = 0
let previous: i32 = -1

@inline function meet(column: i32, code: i32, mass: u32): void {
  if (previous >= 0) {
    const left0 = <f64>(before & 0xffff)
    const left1 = <f64>(before >>> 16)
    const right0 = total0 - left0
    const right1 = total1 - left1
    const left = left0 + left1
    const right = total0 + total1 - left
    // Of whole numbers, so exact: a division is made of the better ones alone.
    const above = (left0 * left0 + left1 * left1) * right + (right0 * right0 + right1 * right1) * left
    const under = left * right
    if (above > bar * under) {
      bar = above / under
      if (bar > score) {
        score = bar
        feature = column
        leftCode = previous
        rightCode = code
        leftMass = before
      }
    }
  }
  before += mass
  previous = code
}

/** The best cut of rows start … stop−1 in a column: bins that are met are marked, and only these are looked at. */
function search(column: i32, start: i32, stop: i32): void {
  const own = codes + <usize>(column * rows)
  const to = order + (<usize>stop << 2)
  for (let i = order + (<usize>start << 2); i < to; i += 4) {
    const row = <usize>load<u32>(i)
    const code = <usize>load<u8>(own + row)
    const bin = histogram + (code << 2)
    store<u32>(bin, load<u32>(bin) + load<u32>(masses + (row << 2)))
    const word = met + ((code >>> 6) << 3)
    store<u64>(word, load<u64>(word) | (<u64>1 << (<u64>code & 63)))
  }
  bar = score
  before = 0
  previous = -1
  for (let part = 0; part < BINS / 64; part++) {
    const word = met + (<usize>part << 3)
    let bits = load<u64>(word)
    store<u64>(word, 0)
    while (bits !== 0) {
      const code = 64 * part + <i32>ctz(bits)
      bits &= bits - 1
      const bin = histogram + (<usize>code << 2)
      const mass = load<u32>(bin)
      store<u32>(bin, 0)
      meet(column, code, mass)
    }
  }
}

/** The best split over columns drawn without replacement: as many as are tried, and more where all of these are constant here. */
function best(start: i32, stop: i32): void {
  score = -Infinity
  feature = -1
  for (let visited = 0; visited < columns; visited++) {
    if (visited >= tried && feature >= 0) break
    const place = visited + below(columns - visited)
    const column = word(drawn, place)
    setWord(drawn, place, word(drawn, visited))
    setWord(drawn, visited, column)
    search(column, start, stop)
  }
}

/** Rows start … stop−1 with a code that goes left first; where the others begin. Without a branch, which half of the rows would take. */
function partition(start: i32, stop: i32): i32 {
  const own = codes + <usize>(feature * rows)
  let first = start
  let others = 0
  for (let i = start; i < stop; i++) {
    const row = word(order, i)
    const goesLeft = <i32>(<i32>load<u8>(own + <usize>row) <= leftCode)
    setWord(order, first, row)
    setWord(aside, others, row)
    first += goesLeft
    others += 1 - goesLeft
  }
  for (let i = 0; i < others; i++) setWord(order, first + i, word(aside, i))
  return first
}

/** A number that parts the bins of the split: halfway between their nearest values. */
function threshold(): f64 {
  const under = load<f64>(high + (<usize>(feature * BINS + leftCode) << 3))
  const above = load<f64>(low + (<usize>(feature * BINS + rightCode) << 3))
  const middle = under + (above - under) / 2
  return middle < above ? middle : under
}

function grow(): void {
  let present = 0
  let whole = 0
  for (let i = 0; i < rows; i++) {
    const mass = word(masses, i)
    if (mass !== 0) setWord(order, present++, i)
    whole += mass
  }
  for (let c = 0; c < columns; c++) setWord(drawn, c, c)
  setWord(starts, 0, 0)
  setWord(ends, 0, present)
  setWord(totals, 0, whole)
  let nodes = 1
  for (let node = 0; node < nodes; node++) {
    const start = word(starts, node)
    const stop = word(ends, node)
    const mass = <u32>word(totals, node)
    total0 = <f64>(mass & 0xffff)
    total1 = <f64>(mass >>> 16)
    store<f32>(shares + (<usize>node << 2), <f32>(total1 / (total0 + total1)))
    setWord(features, node, -1)
    if (total0 === 0 || total1 === 0 || stop - start < 2) continue
    best(start, stop)
    if (feature < 0) continue
    const middle = partition(start, stop)
    setWord(features, node, feature)
    store<f64>(thresholds + (<usize>node << 3), threshold())
    setWord(lefts, node, nodes)
    setWord(starts, nodes, start)
    setWord(ends, nodes, middle)
    setWord(starts, nodes + 1, middle)
    setWord(ends, nodes + 1, stop)
    setWord(totals, nodes, leftMass)
    setWord(totals, nodes + 1, mass - leftMass)
    nodes += 2
  }
}

/** Grows tree number `tree`, and adds what it says of the rows that it has not seen. */
export function addTree(tree: u32): void {
  chain = tree
  step = 0
  at = NUMBERS
  bootstrap()
  grow()
  for (let i = 0; i < rows; i++) {
    if (word(masses, i) !== 0) continue
    const own = values + (<usize>(i * columns) << 3)
    let node = 0
    let column = word(features, 0)
    while (column >= 0) {
      const goesLeft = load<f64>(own + (<usize>column << 3)) <= load<f64>(thresholds + (<usize>node << 3))
      node = word(lefts, node) + (goesLeft ? 0 : 1)
      column = word(features, node)
    }
    const sum = sums + (<usize>i << 3)
    store<f64>(sum, load<f64>(sum) + <f64>load<f32>(shares + (<usize>node << 2)))
    setWord(votes, i, word(votes, i) + 1)
  }
}
