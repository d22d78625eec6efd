import type { Condition } from '../../know/conditions.js'
import type { ConditionGroup } from '../../know/places.js'
import type { TrainingRows } from '../../law/training-rows.js'
import { takeTraining } from '../../law/training-rows.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { type Encoded, takeEncoded } from '../../table/encoder.js'
import { unscaleValues } from '../../table/scaling.js'

/** Held-out rows of a model's own data, with the conditions they make for the others. */
export interface HeldOutPart {
  /** Parts of one number share what they are drawn from. */
  readonly fold: number
  readonly fitted: TrainingRows
  readonly conditions: readonly Condition[]
  /** Scaled rows that the conditions were made from. */
  readonly rows: Encoded
}

/** Parts of the held-out rows, rows that a trial is fitted on, and held out in all. */
const PARTS = 3
const MOST_TRAINING = 1000
const MOST_HELD_OUT = 300

/**
 * Three parts of held-out rows, 300 in all at most: a part from each third of the rows, drawn from the other two, or all
 * from one third of 1,500 rows where there are 600 and more.
 */
export function heldOutParts(training: TrainingRows, group: ConditionGroup, key: Key): HeldOutPart[] {
  const order = permutation(keyFor(key, 'held out'), training.rows.coordinates.rows)
    .filter((i) => training.logWeights[i]! > Number.NEGATIVE_INFINITY)
    .subarray(0, 1.5 * MOST_TRAINING)
  const size = Math.floor(order.length / 3)
  const most = Math.ceil(MOST_HELD_OUT / PARTS)
  const restOf = (fold: number) => takeTraining(training, [...order.subarray(0, fold * size), ...order.subarray((fold + 1) * size)])
  const presentOf = (fold: number) => order.subarray(fold * size, (fold + 1) * size).filter((row) => allPresent(training, group, row))
  const partOf = (fold: number, fitted: TrainingRows, rows: Uint32Array): HeldOutPart => {
    const held = takeEncoded(training.rows, rows)
    return { fold, fitted, conditions: Array.from(rows, (_, i) => conditionFrom(training, group, held, i)), rows: held }
  }
  if (order.length < 600) return [0, 1, 2].map((fold) => partOf(fold, restOf(fold), presentOf(fold).subarray(0, most)))
  const [fitted, rows] = [restOf(0), presentOf(0)]
  const each = Math.min(most, Math.ceil(rows.length / PARTS))
  return Array.from({ length: PARTS }, (_, p) => partOf(0, fitted, rows.subarray(p * each, (p + 1) * each)))
}

function allPresent({ encoder, rows }: TrainingRows, { split }: ConditionGroup, row: number): boolean {
  return encoder.columns.every(
    (code) =>
      code.carries !== 'coordinate' ||
      code.missingFactor === undefined ||
      !split.given.includes(code.coordinate) ||
      rows.codes[row * encoder.factors.length + code.missingFactor] === 0
  )
}

/** The condition that a row of the data itself would make. */
function conditionFrom({ encoder }: TrainingRows, { split, factors }: ConditionGroup, held: Encoded, i: number): Condition {
  const numbers = encoder.columns.flatMap((code, column) => {
    if (code.carries !== 'coordinate' || !split.given.includes(code.coordinate)) return []
    const place = held.coordinates.data[i * held.coordinates.cols + code.coordinate]!
    return [{ column, name: code.name, value: unscaleValues(code.scaler, Float64Array.of(place))[0]! }]
  })
  const levels = new Map(factors.map((factor) => [factor, held.codes[i * encoder.factors.length + factor]!]))
  return { words: '', numbers, ranges: [], levels, named: [], unknown: [] }
}
