/** Field numbers of a job, as in assembly/job.ts: 32-bit words at address 1024, float64 numbers 256 bytes further. */
export const JOB_ADDRESS = 1024
export const REAL_ADDRESS = JOB_ADDRESS + 256
/** Words before the real numbers of a job. */
export const JOB_WORDS = (REAL_ADDRESS - JOB_ADDRESS) / 4
/** First address that is free for data. */
export const DATA_ADDRESS = 4096

export const FIELDS = {
  mode: 0,
  queryCount: 1,
  dimension: 2,
  valueCount: 3,
  blockCount: 4,
  queryBlock: 5,
  queries: 6,
  queryWidths: 7,
  points: 8,
  centres: 9,
  boxes: 10,
  logs: 11,
  logMaxima: 12,
  widths: 13,
  widthMaxima: 14,
  values: 15,
  valueCentres: 16,
  chains: 17,
  outLogSum: 18,
  outEffective: 19,
  outMean: 20,
  outSecond: 21,
  outIndices: 22,
  scratch: 23,
  scratchStride: 24,
  neighbourCount: 25,
  order: 26,
  seedLow: 27,
  seedHigh: 28,
  keyStep: 29,
  pickStream: 30,
  normalStream: 31,
  selfValues: 32,
  logMinima: 33,
  stripe: 34,
  stripeCount: 35,
  stripeSums: 36,
  norms: 37,
  radii: 38,
  runCount: 39,
  splitAxes: 40,
  splitValues: 41,
  nodeBoxes: 42,
  nodeLogMaxima: 43,
  nodeWidthMaxima: 44,
  queryOrder: 45,
  raw: 46,
  centred: 47,
  runBoxes: 48,
  keys: 49,
  runs: 50,
  times: 51,
  pointCount: 52
} as const

export type JobFields = { [name in keyof typeof FIELDS]: number }

/** What a job asks for, as bits that the kernels read. */
export const WITH_VALUES = 1
export const WITH_SQUARES = 2
export const WITH_PARTIALS = 4
export const COVARIANCE = 8
export const DRAW = 16
export const PICK = 32
export const NEAREST = 64
export const SYMMETRIC = 128
export const ARRANGE_POINTS = 256
export const ARRANGE_LOGS = 512
export const ORDER_ROWS = 1024
export const FINISH_SUMS = 2048
