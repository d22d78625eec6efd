import { takeValues } from '../num/matrix.js'
import { type Encoded, type Encoder, takeEncoded } from '../table/encoder.js'

/** Training rows, how they are compared, and their weights: what a bridge over a table is made of. */
export interface TrainingRows {
  readonly encoder: Encoder
  readonly rows: Encoded
  readonly logWeights: Float64Array
}

/** A part of training rows, in that order; their weights are normalised by whoever uses them. */
export function takeTraining({ encoder, rows, logWeights }: TrainingRows, indices: ArrayLike<number>): TrainingRows {
  return { encoder, rows: takeEncoded(rows, indices), logWeights: takeValues(logWeights, indices) }
}
