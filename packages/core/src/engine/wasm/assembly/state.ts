// What one thread knows while it works on a unit: sizes from the job and its own scratch memory.
import * as job from './job'
import { BITS, BLOCK, COORDINATES, FLOOR, FOUR, LANE_SCALE, ROW, SIZE, WHOLE, put } from './lanes'

export let dimension: i32 = 0
export let valueCount: i32 = 0
export let blockCount: i32 = 0
export let queryBlock: i32 = 0
/** The unit's first query, and how many it has. */
export let first: i32 = 0
export let count: i32 = 0
export let mode: i32 = 0
export let variable: bool = false
export let selfValues: bool = false
/** 1/(4ε), or 1/(2ε) for the variable kernel, in nats. */
export let scale: f64 = 0
/** Log weights are clamped to this (bits). */
export let lowest: f64 = 0

/** Neighbours: minus the least squared distance a block can have [blocks], and the heap of blocks not yet visited. */
export let bounds: usize = 0
export let heap: usize = 0
/** Blocks visited, ascending; their weight sums [slot][query]. */
export let visited: usize = 0
export let partials: usize = 0
/**
 * Of a draw or a pick, where there is room for them: the weights of each query with each block visited, over their factors
 * [slot][query], and these factors, negative where weights are to be found again. 0 where they are not kept.
 */
export let kept: usize = 0
export let keptFactors: usize = 0
/** Queries of the unit, padded to a multiple of four, in float64: one coordinate after the other, `stride` numbers apart. */
export let queries: usize = 0
export let stride: i32 = 0
export let queryWidths: usize = 0
/**
 * What each four queries are to the block at hand: four vectors of rounders, four lanes of offsets, and four vectors of each
 * coordinate relative to the block's centre; each of the three begins `FOUR` bytes after the one before. An offset is
 * what to add to log weights (bits). The rounder holds the whole part of it, and `factors` [queries] the power of two of
 * the rest, in float64: weights are kept over that factor.
 */
export let groups: usize = 0
export let groupBytes: usize = 0
export let factors: usize = 0
/** Base row of the block at hand: what to add to the products of each point. */
export let baseRow: usize = 0
/** Bytes of the block's rows that are computed: those that hold points, in whole fours of vectors. What picks rows, and symmetric sums, look at all. */
export let filled: usize = 0
/** The weight rows of the four queries at hand: among those that are kept, or `ownRows`. */
export let weights: usize = 0
let ownRows: usize = 0
/** Per query: 1 where the block at hand matters to it, else 0: then its weights come to nothing. */
export let masks: usize = 0
/** Per query: the log weight (nats) that a block must be able to reach to matter. */
export let cuts: usize = 0
/** Per query: shift R, and Σw, Σw² relative to exp(R); Σ w·values [column][stride]. */
export let shifts: usize = 0
export let sums: usize = 0
/** Symmetric sums: lanes for one block's column sums. */
export let columns: usize = 0
export let squares: usize = 0
export let accumulated: usize = 0
/** Values of a block less a mean, and the same times the weights. */
export let centred: usize = 0
/** Low and high corner of the unit's queries. */
export let box: usize = 0
/** A few numbers of a draw. */
export let small: usize = 0

/** Most bytes of weights that are kept: a few times a second-level cache. Of more points the sixteen picks of a draw cost little beside its sums. */
const MOST_KEPT: usize = 1 << 23

let top: usize = 0

function take(bytes: usize): usize {
  const at = top
  top = (top + bytes + 63) & ~(<usize>63)
  return at
}

/** Lays out the scratch memory from `base`; returns its end. */
function layOut(base: usize): usize {
  top = base
  stride = (queryBlock + 3) & ~3
  const padded = <usize>stride
  const d = <usize>dimension
  const c = <usize>valueCount
  const blocks = <usize>blockCount
  bounds = mode & job.NEAREST ? take(blocks << 3) : 0
  heap = mode & job.NEAREST ? take(blocks << 2) : 0
  visited = take(blocks << 2)
  partials = mode & job.WITH_PARTIALS ? take((blocks * padded) << 3) : 0
  const keeps = (mode & (job.DRAW | job.PICK)) !== 0 && blocks * padded * ROW <= MOST_KEPT
  kept = keeps ? take(blocks * padded * ROW) : 0
  keptFactors = keeps ? take((blocks * padded) << 3) : 0
  queries = take((padded * d) << 3)
  groupBytes = (COORDINATES + d) * FOUR
  groups = take((padded >> 2) * groupBytes)
  queryWidths = take(padded << 3)
  masks = take(padded << 3)
  cuts = take(padded << 3)
  shifts = take(padded << 3)
  sums = take(padded << 3)
  factors = take(padded << 3)
  baseRow = take(ROW)
  ownRows = take(4 * ROW)
  weights = ownRows
  squares = take(padded << 3)
  accumulated = take((padded * c) << 3)
  centred = take((c + 1) * ROW)
  box = take(d << 4)
  small = take(1024)
  columns = take(ROW)
  return top
}

function readSizes(): void {
  dimension = job.field(job.DIMENSION)
  valueCount = job.field(job.VALUE_COUNT)
  blockCount = job.field(job.BLOCK_COUNT)
  queryBlock = job.field(job.QUERY_BLOCK)
  mode = job.field(job.MODE)
  lowest = lowestLog()
  variable = job.field(job.WIDTHS) !== 0
  selfValues = job.field(job.SELF_VALUES) !== 0
  scale = job.real(job.SCALE)
}

/**
 * Log weights are clamped from below: far below what rounds away beside a row's sum, and high
 * enough that neither w·value nor w² is a subnormal number, which costs a hundred times as much. A row of a symmetric
 * sum may itself be as small as the spread of the log terms allows.
 */
function lowestLog(): f64 {
  if (!FLOAT32) return -500
  return mode & job.SYMMETRIC ? -100 : -60
}

/** Once a job, before its units: writes what they share and returns the bytes of scratch memory that one thread needs. */
export function scratchBytes(): u32 {
  readSizes()
  put(LANE_SCALE, scale * BITS)
  put(FLOOR, WHOLE + lowest)
  return <u32>layOut(0)
}

export function enter(thread: i32): void {
  readSizes()
  layOut(job.pointer(job.SCRATCH) + <usize>thread * job.pointer(job.SCRATCH_STRIDE))
}

/** Weights of the four queries that follow go to those that are kept, from query `place` of all slots on; −1: to rows of no query. */
@inline export function takeRows(place: i32): void {
  weights = place < 0 ? ownRows : kept + <usize>place * ROW
}

/** Takes a block to hand. */
export function takeBlock(block: i32): void {
  const points = min(BLOCK, job.field(job.POINT_COUNT) - block * BLOCK)
  filled = mode & (job.DRAW | job.PICK | job.NEAREST | job.SYMMETRIC) ? ROW : (<usize>points * SIZE + FOUR - 1) & ~(FOUR - 1)
}

export function setUnit(start: i32, length: i32): void {
  first = start
  count = length
}

/** Where query q stands among those that were asked for. */
@inline export function askedRow(q: i32): i32 {
  const order = job.pointer(job.QUERY_ORDER)
  return order ? load<i32>(order + (<usize>q << 2)) : q
}

@inline export function real64(base: usize, i: i32): f64 {
  return load<f64>(base + (<usize>i << 3))
}

@inline export function setReal64(base: usize, i: i32, x: f64): void {
  store<f64>(base + (<usize>i << 3), x)
}

/** Where the offset of query q stands in its group. */
@inline export function offsetOf(q: i32): usize {
  return groups + <usize>(q >> 2) * groupBytes + FOUR + <usize>(q & 3) * SIZE
}

/** Where query q stands in the first vector of its group. */
@inline export function placeOf(q: i32): usize {
  return groups + <usize>(q >> 2) * groupBytes + <usize>(q & 3) * 16
}

@inline export function pointsOf(block: i32): usize {
  return job.pointer(job.POINTS) + <usize>block * <usize>dimension * ROW
}

@inline export function valuesOf(block: i32): usize {
  return job.pointer(job.VALUES) + <usize>block * <usize>valueCount * ROW
}

@inline export function valueCentresOf(block: i32): usize {
  return job.pointer(job.VALUE_CENTRES) + ((<usize>block * <usize>valueCount) << 3)
}

@inline export function logsOf(block: i32): usize {
  return job.pointer(job.LOGS) + <usize>block * ROW
}

@inline export function widthsOf(block: i32): usize {
  return job.pointer(job.WIDTHS) + <usize>block * ROW
}

@inline export function boxOf(block: i32): usize {
  return job.pointer(job.BOXES) + ((<usize>block * <usize>dimension) << 4)
}

@inline export function logMaximum(block: i32): f64 {
  return real64(job.pointer(job.LOG_MAXIMA), block)
}
