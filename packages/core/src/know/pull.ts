import type { Code } from '../code/code.js'
import { log } from '../num/elementary.js'
import { InputError } from '../num/errors.js'
import { matrix } from '../num/matrix.js'
import { logNormalMass } from '../num/truncated-normal.js'
import type { Encoder } from '../table/encoder.js'
import { columnsOf } from '../table/expression.js'
import type { ObservationExpression } from '../table/parse-expression.js'
import { scaleValues } from '../table/scaling.js'
import { type Condition, type Given, type GivenNumber, type GivenRange, resolveConditions } from './conditions.js'
import { blurred, throughDecoder } from './decoded.js'
import { type Evidence, together } from './evidence.js'
import type { LikelihoodModule } from './likelihood-row.js'
import { readObservation } from './observations.js'
import { coordinateOf, type LinearInterval } from './places.js'
import { evidenceOfRows, type RowLikelihood } from './row-evidence.js'
import { moduleLikelihood, observationLikelihood, rowLikelihoods } from './row-likelihoods.js'

/** What is known about rows in the words of the user, checked against the columns. */
export interface Known {
  readonly condition: Condition
  readonly observations: readonly ObservationExpression[]
  readonly module: LikelihoodModule | undefined
}

/** What is asked of rows, in the words of the user: one condition or several. */
export interface AskedOfRows {
  readonly given?: Given | readonly Given[]
  /** `2*x1 + x3 = 4.2 ± 0.1`, in the units of the columns. */
  readonly observe?: readonly string[]
  readonly likelihood?: LikelihoodModule
}

/**
 * The same in the columns of an encoder. Throws `InputError`: where nothing is asked (`posterior-empty`), for unknown columns and
 * categories, empty intervals, malformed observations.
 */
export function readKnown(encoder: Encoder, { given = {}, observe = [], likelihood }: AskedOfRows) {
  const givens = Array.isArray(given) ? (given as readonly Given[]) : [given as Given]
  // A list may have conditions that say nothing: rows of the plain law.
  const asked = Array.isArray(given) || observe.length > 0 || likelihood !== undefined || Object.keys(givens[0]!).length > 0
  if (!asked || givens.length === 0)
    throw new InputError({
      code: 'posterior-empty',
      got: 'neither condition, observation nor likelihood',
      expected: 'one at least',
      try: '{ given: { column: value } }'
    })
  return { conditions: resolveConditions(encoder, givens), observations: observe.map((text) => readObservation(encoder, text)) }
}

/** The same as data on coordinates: what they hold exactly, and a likelihood of them. */
interface Pulled {
  /** Numbers and intervals that stand in coordinates as they are, and levels. */
  readonly condition: Condition
  readonly evidence?: Evidence | undefined
}

/** What is known as data on the coordinates of an encoder. What is observed is present. */
export function pull(encoder: Encoder, known: Known): Pulled {
  const evidence = together(rowLikelihoods(encoder, known).map(evidenceOfRows))
  return { condition: withPresent(encoder, known), ...(evidence ? { evidence } : {}) }
}

/** What is observed and how likely rows are, apart: what is known of one coordinate alone is drawn with it. */
export const pullEach = (encoder: Encoder, { observations, module }: Omit<Known, 'condition'>): Evidence[] =>
  [
    ...observations.flatMap((one) => rowLikelihoods(encoder, { observations: [one], module: undefined })),
    ...rowLikelihoods(encoder, { observations: [], module })
  ].map(evidenceOfRows)

function withPresent({ columns }: Encoder, { condition, observations }: Known): Condition {
  const observed = new Set(observations.flatMap(({ residual }) => columnsOf(residual)))
  const levels = new Map(condition.levels)
  for (const code of columns)
    if (code.carries === 'coordinate' && code.missingFactor !== undefined && observed.has(code.name)) levels.set(code.missingFactor, 0)
  return { ...condition, levels }
}

interface PulledBehind extends Pulled {
  /** The evidence in parts: what is exact, and the rest. */
  readonly parts: readonly Evidence[]
  /** The evidence about coordinates that are blurred by N(0, variance·I): how well rows near a training row agree. */
  readonly blurred: (variance: number) => Promise<Evidence | undefined>
  /** What is observed, of rows as they are given out. */
  readonly ofRows: Evidence | undefined
}

/**
 * The same on the coordinates behind a codec, where only levels stand as they are. Numbers, intervals and observations are of
 * decoded rows; what the codec cannot reproduce is noise of theirs. Cost of `throughDecoder`.
 */
export async function pullBehind(code: Code, known: Known): Promise<PulledBehind> {
  const { encoder, residual, codec } = code
  const { condition } = pull(encoder, { ...known, module: undefined })
  const parts = [
    ...(condition.numbers.length > 0 ? [numbersLikelihood(encoder, condition.numbers, residual)] : []),
    ...ordered(condition.ranges).map((range) => rangeLikelihood(encoder, range, residual)),
    ...known.observations.map((one) => withNoise(observationLikelihood(encoder, [one]), residual)),
    ...(known.module ? [moduleLikelihood(encoder, known.module)] : [])
  ]
  const behind = async (some: readonly RowLikelihood[]): Promise<Evidence[]> => {
    const evidence = together(some.map(evidenceOfRows))
    return evidence ? [await throughDecoder(evidence, code)] : []
  }
  const whole = parts.filter(({ linear }) => codec.linear !== undefined && linear)
  // What is another in each class of rows is kept apart from what can be said once.
  const [alike, apart] = [whole.filter(({ factors = [] }) => factors.length === 0), whole.filter(({ factors = [] }) => factors.length > 0)]
  const exact = [...(await behind(alike)), ...(await behind(apart))]
  const other = await behind(codec.linear ? parts.filter(({ linear }) => !linear) : parts)
  return {
    condition: { ...condition, numbers: [], ranges: [] },
    parts: [...exact, ...other],
    evidence: together([...exact, ...other]),
    ofRows: together(known.observations.map((one) => evidenceOfRows(observationLikelihood(encoder, [one])))),
    blurred: async (variance) => {
      const wide = await Promise.all(exact.map((one) => blurred(one, new Float64Array(codec.latentDimension).fill(variance))))
      return together([...wide, ...other])
    }
  }
}

/**
 * Intervals of decoded columns as intervals of combinations of coordinates, which what the codec leaves out blurs: exact behind a
 * linear decoder. `rest`: those that are better taken as noisy observations, and all behind another decoder.
 */
export function intervalsBehind(
  { encoder, residual, codec }: Code,
  ranges: readonly GivenRange[]
): { readonly intervals: readonly LinearInterval[]; readonly rest: readonly GivenRange[] } {
  const { linear } = codec
  if (!linear) return { intervals: [], rest: ranges }
  const all = ordered(ranges).map((range) => ({ range, ...endsBehind(encoder, range, residual) }))
  const wide = ({ from, to, deviation }: Ends) => to - from > LEAST_WIDTH * deviation
  const { rows: coordinates, cols, data } = linear.basis
  return {
    intervals: all.filter(wide).map(({ coordinate: c, from, to, deviation }) => ({
      terms: Array.from({ length: coordinates }, (_, a) => ({ coordinate: a, factor: data[a * cols + c]! })),
      low: from - linear.offset[c]!,
      high: to - linear.offset[c]!,
      deviation
    })),
    rest: all.filter((one) => !wide(one)).map(({ range }) => range)
  }
}

/** Narrower than so many deviations of what the codec leaves out, an interval is an observation of its middle: the noise hides its ends. */
const LEAST_WIDTH = 2

interface Ends {
  /** Of the encoder. */
  readonly coordinate: number
  readonly from: number
  readonly to: number
  readonly deviation: number
}

function endsBehind(encoder: Encoder, { column, low, high }: GivenRange, residual: Float64Array): Ends {
  const { coordinate, scaler } = coordinateOf(encoder, column)
  const end = (value: number) => (Number.isFinite(value) ? scaleValues(scaler, Float64Array.of(value))[0]! : value)
  const deviation = Math.max(LEAST_DEVIATION.interval, Math.sqrt(residual[coordinate]!))
  return { coordinate, from: end(low), to: end(high), deviation }
}

/** A codec that reproduces a column exactly still needs likelihoods that a chain can find: standard deviations in coordinates. */
const LEAST_DEVIATION = { number: 1e-4, interval: 1e-3 }

/** In the order of the columns, whatever they were named in. */
const ordered = <T extends { readonly column: number }>(parts: readonly T[]): T[] => [...parts].sort((a, b) => a.column - b.column)

function numbersLikelihood(encoder: Encoder, numbers: readonly GivenNumber[], residual: Float64Array): RowLikelihood {
  const rows = matrix(numbers.length, encoder.coordinateCount)
  const values = ordered(numbers).map(({ column, value }, p) => {
    const { coordinate, scaler } = coordinateOf(encoder, column)
    const precision = 1 / Math.max(LEAST_DEVIATION.number, Math.sqrt(residual[coordinate]!))
    rows.data[p * rows.cols + coordinate] = precision
    return { coordinate, precision, wanted: scaleValues(scaler, Float64Array.of(value))[0]! }
  })
  const missed = (point: Float64Array): Float64Array =>
    Float64Array.from(values, ({ coordinate, precision, wanted }) => precision * (wanted - point[coordinate]!))
  return {
    linear: true,
    value: (point) => missed(point).reduce((sum, r) => sum - 0.5 * r * r, 0),
    standIn: (at) => ({ constant: 0, rows, targets: missed(at) })
  }
}

/**
 * log P(low ≤ x + what the codec leaves out ≤ high). A Gaussian of its middle and width stands for an interval with two ends;
 * one with a single end is left to the Metropolis test.
 */
function rangeLikelihood(encoder: Encoder, range: GivenRange, residual: Float64Array): RowLikelihood {
  const { coordinate, from, to, deviation } = endsBehind(encoder, range, residual)
  const value = (point: Float64Array) => logNormalMass((from - point[coordinate]!) / deviation, (to - point[coordinate]!) / deviation)
  const [middle, width] = [(from + to) / 2, to - from]
  if (!Number.isFinite(width)) return { linear: false, value }
  const precision = 1 / Math.sqrt(deviation * deviation + (width * width) / 12)
  const rows = matrix(1, encoder.coordinateCount)
  rows.data[coordinate] = precision
  return {
    linear: false,
    monotone: true,
    value,
    standIn: (at) => ({ constant: 0, rows, targets: Float64Array.of(precision * (middle - at[coordinate]!)) })
  }
}

/** An observation whose noise is enlarged by what the codec leaves out along its slopes (the delta method). */
function withNoise(exact: RowLikelihood, residual: Float64Array): RowLikelihood {
  const standInAt = (point: Float64Array, codes: Int32Array) => {
    const local = exact.standIn!(point, codes)
    const noise = local?.rows.data.reduce((sum, slope, c) => sum + slope * slope * residual[c]!, 1) ?? 1
    return { local, noise }
  }
  return {
    touches: exact.touches,
    factors: exact.factors,
    linear: exact.linear,
    monotone: exact.monotone,
    // But for the logarithm of the noise, which hardly changes from place to place.
    residuals: (point, codes) => {
      const root = Math.sqrt(standInAt(point, codes).noise)
      return exact.residuals!(point, codes).map((r) => r / root)
    },
    value: (point, codes) => {
      const { noise } = standInAt(point, codes)
      return exact.value(point, codes) / noise - 0.5 * log(noise)
    },
    standIn: (at, codes) => {
      const { local, noise } = standInAt(at, codes)
      if (!local) return undefined
      const root = Math.sqrt(noise)
      const rows = matrix(
        local.rows.rows,
        local.rows.cols,
        local.rows.data.map((x) => x / root)
      )
      return { constant: -0.5 * log(noise), rows, targets: local.targets.map((x) => x / root) }
    }
  }
}
