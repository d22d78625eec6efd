import type { Encoded, Encoder } from '../table/encoder.js'

/** Training rows, how they are compared, and their weights: what a bridge over a table is made of. */
export interface TrainingRows {
  readonly encoder: Encoder
  readonly rows: Encoded
  readonly logWeights: Float64Array
}
