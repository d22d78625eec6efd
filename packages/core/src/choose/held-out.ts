import type { Condition } from '../know/conditions.js'
import type { Evidence } from '../know/evidence.js'
import type { ConditionGroup } from '../know/places.js'
import { type TrainingRows, takeTraining } from '../law/training-rows.js'
import { type Matrix, matrix, rowOf, takeRows } from '../num/matrix.js'
import { type Key, keyFor, normals, permutation } from '../num/random.js'
import { type Encoded, type Encoder, takeEncoded } from '../table/encoder.js'
import { unscaleValues } from '../table/scaling.js'

/** Held-out rows of a model's own data, with the conditions they make for the others. */
interface HeldOutPart {
  readonly fitted: TrainingRows
  /** Rows of the data: those that are fitted, all others of its third, and those that the conditions are made from. */
  readonly from: { readonly fitted: ArrayLike<number>; readonly held: ArrayLike<number> }
  readonly conditions: readonly Condition[]
  /** Scaled rows that the conditions were made from. */
  readonly rows: Encoded
}

/** Parts of the held-out rows, rows that a trial is fitted on, and held out in all. */
const PARTS = 3
const MOST_TRAINING = 1000
const MOST_HELD_OUT = 300

/** How often a table's rows are parted anew at most: until as many rows have been held out as a large table is trained on. */
export const mostPartitions = (rows: number): number => Math.ceil(MOST_TRAINING / rows)

/** Key of one of the partitions. */
export const partitionKey = (key: Key, partition: number): Key => (partition === 0 ? key : keyFor(key, `partition ${partition}`))

/** Rows that hang together: a part of the held-out rows has all of a cluster, or none. */
export type Clusters = ArrayLike<number>

/** What says which rows are held out together: the part of each row, or what rows hang together; default neither. */
interface Together {
  readonly clusters?: Clusters | undefined
  readonly parts?: ArrayLike<number> | undefined
}

/** Three parts of held-out rows, 300 in all at most: from each third of 1,500 rows at most, drawn from the other two. */
export function heldOutParts(training: TrainingRows, group: ConditionGroup, key: Key, { clusters, parts }: Together = {}): HeldOutPart[] {
  const order = permutation(keyFor(key, 'held out'), training.rows.coordinates.rows)
    .filter((i) => training.logWeights[i]! > Number.NEGATIVE_INFINITY)
    .subarray(0, 1.5 * MOST_TRAINING)
  const ends = parts ? byPart(order, (row) => parts[row]!) : clusters ? byCluster(order, clusters) : undefined
  const size = Math.floor(order.length / PARTS)
  return Array.from({ length: PARTS }, (_, part) => {
    const [first, end] = ends ? [ends[part]!, ends[part + 1]!] : [part * size, (part + 1) * size]
    const others = [...order.subarray(0, first), ...order.subarray(end)]
    const asked = order.subarray(first, end).filter((row) => isAsked(training, group, row))
    const held = asked.subarray(0, MOST_HELD_OUT / PARTS)
    const rows = takeEncoded(training.rows, held)
    const conditions = Array.from(held, (_, i) => conditionFrom(training, group, rows, i))
    return { fitted: takeTraining(training, others), from: { fitted: others, held }, conditions, rows }
  })
}

/** Part of each of a table's rows, in which it is held out from whatever is fitted on some of them, as `heldOutParts` does it for all rows. */
export function partsOfTable(rows: number, key: Key): Uint8Array {
  const out = new Uint8Array(rows)
  const most = 1.5 * MOST_TRAINING
  const size = Math.floor(Math.min(rows, most) / PARTS)
  permutation(keyFor(key, 'held out'), rows).forEach((row, k) => {
    out[row] = k < PARTS * size ? Math.floor(k / size) : k < most ? PARTS : k % PARTS
  })
  return out
}

/** Orders rows by the part that their cluster goes to. */
function byCluster(order: Uint32Array, clusters: Clusters): number[] {
  const place = new Map<number, number>()
  for (const row of order) if (!place.has(clusters[row]!)) place.set(clusters[row]!, place.size)
  return byPart(order, (row) => Math.floor((place.get(clusters[row]!)! * PARTS) / place.size))
}

/** Orders rows by part, as they stood within; where the parts end [PARTS + 1]. */
function byPart(order: Uint32Array, partOf: (row: number) => number): number[] {
  const at = new Map(Array.from(order, (row, k) => [row, k] as const))
  order.sort((a, b) => partOf(a) - partOf(b) || at.get(a)! - at.get(b)!)
  return Array.from({ length: PARTS + 1 }, (_, part) => order.filter((row) => partOf(row) < part).length)
}

/** Whether all that is given of a row is there, and something of what is drawn: what stands for a missing cell is no value to be scored by. */
function isAsked({ encoder, rows }: TrainingRows, { split }: ConditionGroup, row: number): boolean {
  const present = (c: number) =>
    encoder.columns.every(
      (code) =>
        code.carries !== 'coordinate' ||
        code.coordinate !== c ||
        code.missingFactor === undefined ||
        rows.codes[row * encoder.factors.length + code.missingFactor] === 0
    )
  return split.given.every(present) && split.free.some(present)
}

/** The condition that a row of the data itself would make. */
function conditionFrom({ encoder }: TrainingRows, { split, factors }: ConditionGroup, held: Encoded, i: number): Condition {
  const numbers = encoder.columns.flatMap((code, column) => {
    if (code.carries !== 'coordinate' || !split.given.includes(code.coordinate)) return []
    const place = held.coordinates.data[i * held.coordinates.cols + code.coordinate]!
    return [{ column, name: code.name, value: unscaleValues(code.scaler, Float64Array.of(place))[0]! }]
  })
  const levels = new Map(factors.map((factor) => [factor, held.codes[i * encoder.factors.length + factor]!]))
  return { words: '', numbers, ranges: [], levels, among: new Map(), named: [], unknown: [] }
}

/** Noisy observations of a row's numbers. */
export interface ObservedColumns {
  /** With residuals. */
  readonly evidence: Evidence
  /** Factors that are 0 where the observed cells are present. */
  readonly present: readonly number[]
}

/** Of the noise: an observation that differs by less between rows changes their likelihoods by thousandths, which no score sees. */
const SAYS_NOTHING = 1e-3

/** Whether what is observed tells any of the rows from another. */
export async function tellsApart({ evidence }: ObservedColumns, rows: Encoded): Promise<boolean> {
  if (!evidence.residuals) return true
  const residuals = await evidence.residuals(
    rows,
    Uint32Array.from({ length: rows.coordinates.rows }, (_, i) => i)
  )
  return !residuals.data.every((r, at) => Math.abs(r - residuals.data[at % residuals.cols]!) < SAYS_NOTHING)
}

/** A part of the held-out rows, and what each observes of itself. */
export interface ScoredPart extends HeldOutPart {
  /** Rows that are scored, as places in the part. */
  readonly members: readonly number[]
  /** Residuals of each member's own observations, in units of the noise [members, r]. */
  readonly shifts?: Matrix
  /** −log likelihood of every fitted row under the observations of each member [M]. */
  readonly misfits?: readonly Float64Array[]
}

/** A part whose rows observe themselves: those that can, each with noise of its own. */
export async function withObservations(
  part: HeldOutPart,
  { observed, encoder }: { observed: ObservedColumns | undefined; encoder: Encoder },
  key: Key
): Promise<ScoredPart> {
  const all = Array.from(part.conditions.keys())
  if (!observed?.evidence.residuals) return { ...part, members: all }
  const { evidence, present } = observed
  const residualsOf = (rows: Encoded) =>
    evidence.residuals!(
      rows,
      Uint32Array.from({ length: rows.coordinates.rows }, (_, i) => i)
    )
  const own = await residualsOf(part.rows)
  const fitted = await residualsOf(part.fitted.rows)
  const width = encoder.factors.length
  const members = all.filter(
    (i) => rowOf(own, i).every(Number.isFinite) && present.every((factor) => part.rows.codes[i * width + factor] === 0)
  )
  const noise = normals(key, own.data.length)
  const exact = takeRows(own, members)
  const shifts = matrix(
    exact.rows,
    exact.cols,
    exact.data.map((r, at) => r + noise[members[Math.floor(at / exact.cols)]! * exact.cols + (at % exact.cols)]!)
  )
  const misfits = members.map((_, at) => {
    const shift = rowOf(shifts, at)
    return Float64Array.from({ length: fitted.rows }, (_, j) => {
      const total = rowOf(fitted, j).reduce((sum, r, k) => sum + 0.5 * (r - shift[k]!) * (r - shift[k]!), 0)
      return Number.isFinite(total) ? total : IMPOSSIBLE
    })
  })
  return { ...part, members, shifts, misfits }
}

/** −log likelihood of rows on which an observation is not defined. */
const IMPOSSIBLE = 1e6
