// A job: what the host writes before `run`. Field numbers agree with engine/wasm/job.ts.

export const JOB: usize = 1024

export const MODE: i32 = 0
export const QUERY_COUNT: i32 = 1
export const DIMENSION: i32 = 2
export const VALUE_COUNT: i32 = 3
export const BLOCK_COUNT: i32 = 4
export const QUERY_BLOCK: i32 = 5
export const QUERIES: i32 = 6
export const QUERY_WIDTHS: i32 = 7
export const POINTS: i32 = 8
export const CENTRES: i32 = 9
export const BOXES: i32 = 10
export const LOGS: i32 = 11
export const LOG_MAXIMA: i32 = 12
export const WIDTHS: i32 = 13
export const WIDTH_MAXIMA: i32 = 14
export const VALUES: i32 = 15
export const VALUE_CENTRES: i32 = 16
export const CHAINS: i32 = 17
export const OUT_LOG_SUM: i32 = 18
export const OUT_EFFECTIVE: i32 = 19
export const OUT_MEAN: i32 = 20
export const OUT_SECOND: i32 = 21
export const OUT_INDICES: i32 = 22
export const SCRATCH: i32 = 23
export const SCRATCH_STRIDE: i32 = 24
export const NEIGHBOUR_COUNT: i32 = 25
export const ORDER: i32 = 26
export const SEED_LOW: i32 = 27
export const SEED_HIGH: i32 = 28
export const KEY_STEP: i32 = 29
export const PICK_STREAM: i32 = 30
export const NORMAL_STREAM: i32 = 31
/** 1 when the values are the points themselves. */
export const SELF_VALUES: i32 = 32
/** Of each block: the smallest log term, in nats. */
export const LOG_MINIMA: i32 = 33
/** Blocks a stripe, stripes, and the stripes' partial sums. */
export const STRIPE: i32 = 34
export const STRIPE_COUNT: i32 = 35
export const STRIPE_SUMS: i32 = 36
/** Squared distances of the points from the centre of their block, in lanes, and the largest of each block. */
export const NORMS: i32 = 37
export const RADII: i32 = 38
/** Runs of 64 points; of each but the first, the coordinate and the number that part the runs before it from those that begin with it. */
export const RUN_COUNT: i32 = 39
export const SPLIT_AXES: i32 = 40
export const SPLIT_VALUES: i32 = 41
/** Of each node of the tree of blocks (upload.ts): its box, its largest log term in nats, its widest width. */
export const NODE_BOXES: i32 = 42
export const NODE_LOG_MAXIMA: i32 = 43
export const NODE_WIDTH_MAXIMA: i32 = 44
/** Row numbers of the queries, where these are not taken as they come. */
export const QUERY_ORDER: i32 = 45
/** What is put in block order, row after row; whether it is centred, and where the boxes of its runs go, if anywhere. */
export const RAW: i32 = 46
export const CENTRED: i32 = 47
export const RUN_BOXES: i32 = 48
/** One number a row, for putting rows in block order; how many runs of them are halved, and how many times each. */
export const KEYS: i32 = 49
export const RUNS: i32 = 50
export const TIMES: i32 = 51
/** Points of the cloud: the last block is not full. */
export const POINT_COUNT: i32 = 52

export const SCALE: i32 = 0
export const CUT: i32 = 1
/** Largest log term of a symmetric sum. */
export const LARGEST: i32 = 2

/** Bits of the mode. */
export const WITH_VALUES: i32 = 1
export const WITH_SQUARES: i32 = 2
export const WITH_PARTIALS: i32 = 4
export const COVARIANCE: i32 = 8
export const DRAW: i32 = 16
export const PICK: i32 = 32
export const NEAREST: i32 = 64
export const SYMMETRIC: i32 = 128
export const ARRANGE_POINTS: i32 = 256
export const ARRANGE_LOGS: i32 = 512
export const ORDER_ROWS: i32 = 1024
export const FINISH_SUMS: i32 = 2048

/** Blocks a unit of what is done block by block: as in engine/wasm/arrange.ts. */
export const BLOCKS_A_UNIT: i32 = 32

@inline export function field(i: i32): i32 {
  return load<i32>(JOB + (<usize>i << 2))
}

@inline export function pointer(i: i32): usize {
  return <usize>load<u32>(JOB + (<usize>i << 2))
}

@inline export function real(i: i32): f64 {
  return load<f64>(JOB + 256 + (<usize>i << 3))
}
