import { numberText, shareText } from '../tell/numbers.js'
import type { Grade } from '../tell/telling.js'
import { isAbove, isBelow } from './beyond.js'
import type { Copies, Evaluation, Likeness, Measure, Membership, QuasiIdentifiers } from './evaluation.js'
import { chanceOfMembership } from './membership.js'

/** A measure as a line of a table: beside its floor, and in words. */
export interface MeasureLine extends Measure, Reading {
  readonly name: string
  readonly known: boolean
  /** One sentence: what the measure means. */
  readonly meaning: string
}

export interface Reading {
  /** How the value stands to its floor, in a few words. */
  readonly reading: string
  readonly grade: Grade
}

/** A distance beside its floor. Nearer than any half split is no praise: fresh rows would not come so near. */
export function aboveFloor({ value, floor, floorRange }: Measure): Reading {
  if (value === null || floor === null || !floorRange) return { reading: 'no floor', grade: 'plain' }
  if (isBelow(value, floorRange[0])) return { reading: 'below the floor', grade: 'plain' }
  if (!isAbove(value, Math.max(floorRange[1], 1.1 * floor))) return { reading: 'at the floor', grade: 'good' }
  const times = floor > 0 ? value / floor : Number.POSITIVE_INFINITY
  const words = Number.isFinite(times) && times < 1000 ? `${numberText(times)} × the floor` : 'above the floor'
  return { reading: words, grade: times <= 3 ? 'fair' : 'poor' }
}

/** A score whose perfect value is at its floor from below. */
function belowFloor({ value, floor, floorRange }: Measure): Reading {
  if (value === null || floor === null || !floorRange) return { reading: 'no floor', grade: 'plain' }
  if (!isBelow(value, Math.min(floorRange[0], 0.97 * floor))) return { reading: 'at the floor', grade: 'good' }
  return { reading: `${numberText(value / floor)} × the floor`, grade: value >= 0.85 * floor ? 'fair' : 'poor' }
}

/** An AUC from which on tables differ visibly. Where chance reaches as far, no such difference would be seen. */
export const TOLD_APART = 0.7

/**
 * Told apart above what chance allows; below it, rows depend on the very rows that they are compared with: a classifier
 * that has seen a row takes its copy for the same side. How far from one half says how much. Of held-out rows, which no fit has
 * seen, it says that both stand in the same places, and are not told apart.
 */
export function aucReading({ value: found, floorRange }: Measure, heldOut = false): Reading {
  const value = found === null || !heldOut ? found : Math.max(0.5, found)
  if (value === null) return { reading: 'not defined', grade: 'plain' }
  if (!floorRange) return { reading: 'no floor', grade: 'plain' }
  if (isBelow(value, floorRange[0]))
    return value < 0.3
      ? { reading: 'copies of single real rows, or nearly', grade: 'poor' }
      : { reading: 'below the floor: leans on single real rows', grade: 'fair' }
  if (!isAbove(value, floorRange[1]))
    return floorRange[1] < TOLD_APART
      ? { reading: 'not told apart', grade: 'good' }
      : { reading: 'too few rows for a forest to tell', grade: 'plain' }
  return value <= TOLD_APART ? { reading: 'told apart a little', grade: 'fair' } : { reading: 'told apart', grade: 'poor' }
}

/** As held-out rows within what chance allows; outside, the size of the ratio says how bad it is. */
export function ratioReading({ value, floorRange }: Measure): Reading {
  if (value === null) return { reading: 'not defined: rows repeat those of the fit', grade: 'plain' }
  if (!floorRange) return { reading: 'no floor', grade: 'plain' }
  if (isBelow(value, floorRange[0]))
    return value < 0.6 ? { reading: 'too near: copying', grade: 'poor' } : { reading: 'nearer than fresh rows', grade: 'fair' }
  if (!isAbove(value, floorRange[1])) return { reading: 'as fresh rows', grade: 'good' }
  return value <= 1.4 ? { reading: 'a little blurred', grade: 'fair' } : { reading: 'blurred', grade: 'poor' }
}

/**
 * Copies against what fresh rows could have: `most` lies two standard deviations above what is expected, where one table in forty comes
 * by chance. Poor are those that lie beyond it by a third one, of a count as large, where one in a thousand does.
 */
export function copiesReading({ value, most }: Pick<Copies, 'value' | 'most'>): Reading {
  const found = value ?? 0
  if (!isAbove(found, most)) return { reading: 'no more than chance allows', grade: 'good' }
  return { reading: `chance allows ${numberText(most)}`, grade: isAbove(found, most + Math.sqrt(most)) ? 'poor' : 'fair' }
}

/** The distance attack against what chance allows; how far above ½ says how bad it is. */
export function membershipReading(membership: Membership): Reading {
  const { value } = membership
  if (!isAbove(value, chanceOfMembership(membership)[1])) return { reading: 'training rows are not recognised', grade: 'good' }
  return value <= 0.7
    ? { reading: 'training rows are recognised a little', grade: 'fair' }
    : { reading: 'training rows are recognised', grade: 'poor' }
}

function densityReading({ value, floorRange }: Measure): Reading {
  if (value === null || !floorRange) return { reading: 'no floor', grade: 'plain' }
  if (isAbove(value, floorRange[1] * 1.05)) return { reading: 'crowded where data are dense', grade: 'fair' }
  return isBelow(value, floorRange[0] * 0.95)
    ? { reading: 'some rows off the data', grade: 'fair' }
    : { reading: 'at the floor', grade: 'good' }
}

export type Graded =
  | 'energyDistance'
  | 'slicedWasserstein'
  | 'classifierAuc'
  | 'nearestNeighbourRatio'
  | 'copies'
  | 'coverage'
  | 'density'
  | 'squaredMmd'

/** How each measure of the whole tables stands to its floor. */
export function readingsOf(evaluation: Pick<Evaluation, Graded | 'places'>): Record<Graded, Reading> {
  const honest = unpraised(evaluation)
  return {
    energyDistance: honest(aboveFloor(evaluation.energyDistance)),
    slicedWasserstein: honest(aboveFloor(evaluation.slicedWasserstein)),
    classifierAuc: aucReading(evaluation.classifierAuc, evaluation.copies.heldOut),
    nearestNeighbourRatio: ratioReading(evaluation.nearestNeighbourRatio),
    copies: copiesReading(evaluation.copies),
    coverage: honest(belowFloor(evaluation.coverage)),
    density: honest(densityReading(evaluation.density)),
    squaredMmd: honest(aboveFloor(evaluation.squaredMmd))
  }
}

const UNKNOWN: Measure = { value: null, floor: null }

/** What stands for the measures that an evaluation has not come to. */
const NOTHING_YET: Pick<Evaluation, Graded | 'associations'> = {
  energyDistance: UNKNOWN,
  slicedWasserstein: UNKNOWN,
  classifierAuc: UNKNOWN,
  nearestNeighbourRatio: UNKNOWN,
  copies: { ...UNKNOWN, share: 0, floorShare: 0, most: 0, heldOut: false, withoutNumbers: 0 },
  coverage: UNKNOWN,
  density: UNKNOWN,
  squaredMmd: UNKNOWN,
  associations: { names: [], real: [], synthetic: [], largestError: { ...UNKNOWN, columns: null }, meanError: UNKNOWN }
}

function membershipLine(membership: Membership): MeasureLine {
  const { value, floor, interval, closest } = membership
  const [low, high] = interval.map(numberText)
  return {
    name: 'Membership (distance attack)',
    known: true,
    value,
    floor,
    floorRange: chanceOfMembership(membership),
    ...membershipReading(membership),
    meaning: `An attacker has a training row and a held-out row and picks the one nearer to a synthetic row: how often is that the training row? 0.5 is a coin toss; 95 % interval ${low} to ${high}. Of the ${closest.rows} rows that lie closest, ${closest.training} are training rows; chance allows ${closest.most}.`
  }
}

function quasiLine({ columns, value, floor, most, combinations }: QuasiIdentifiers): MeasureLine {
  return {
    name: 'Quasi-identifiers',
    known: true,
    value,
    floor,
    floorRange: [0, most],
    ...copiesReading({ value, most }),
    meaning: `Synthetic rows with one of the ${numberText(combinations)} combinations of ${columns.join(', ')} that fewer than three real rows have; the floor is the number that fresh rows would have (Good and Turing’s estimate).`
  }
}

/** Nearness to the very rows that the synthetic ones copy, or nearly, praises nothing: such readings lose their mark. */
function unpraised(evaluation: Followed): (reading: Reading) => Reading {
  const copied = followsRows(evaluation)
  return (reading) => (copied && reading.grade === 'good' ? { ...reading, grade: 'plain' } : reading)
}

type Followed = Pick<Evaluation, 'classifierAuc' | 'copies' | 'places'>

/** Rows that stand in the place of a real row are taken for it: half of their share the AUC may be lower by that alone. */
export function followsRows({ classifierAuc: auc, copies, places }: Followed): boolean {
  const value = (auc.value ?? 1) + (places ? (0.5 * places.rows) / places.of : 0)
  return value < 0.5 && aucReading({ ...auc, value }, copies.heldOut).grade === 'poor'
}

/** Of which rows the sentence of a verdict and the measures beside it are, where these are of a second fit. */
export const DRAWN = ' of the drawn rows'

/**
 * Measures of rows of a second fit, where how near rows come and how many repeat one stands for both: the rows that are written are
 * those that a verdict names.
 */
export function judgedLines(kept: Likeness, drawn: Evaluation): MeasureLine[] {
  const own = measureLines(drawn)
  return measureLines(kept).flatMap((line) => {
    if (!NEARNESS.includes(line.name)) return [line]
    return [
      { ...line, name: `${line.name} of a second fit` },
      {
        ...own.find(({ name }) => name === line.name)!,
        name: `${line.name}${DRAWN}`,
        meaning: 'The same for the rows that are written, against all rows of the fit.'
      }
    ]
  })
}

const RATIO = 'Nearest-neighbour ratio'
const COPIES = 'Copies'
const NEARNESS = [RATIO, COPIES]

/** Of such lines the one that says how near the drawn rows themselves come to those of the fit. */
export function ownRatio(lines: readonly MeasureLine[]): MeasureLine | undefined {
  return lines.find(({ name }) => name === RATIO || name === `${RATIO}${DRAWN}`)
}

/** Every measure with its reading and what it means; those that are not computed yet are not `known`. */
export function measureLines(parts: Partial<Evaluation>): MeasureLine[] {
  const evaluation = { ...NOTHING_YET, ...parts }
  const { copies, associations } = evaluation
  const readings = readingsOf(evaluation)
  const honest = unpraised(evaluation)
  const line = (name: string, key: Graded | 'associations', found: Measure, reading: Reading, meaning: string): MeasureLine => ({
    name,
    known: parts[key] !== undefined,
    value: found.value,
    floor: found.floor,
    ...(found.floorRange && { floorRange: found.floorRange }),
    ...reading,
    meaning
  })
  const graded = (name: string, key: Graded, meaning: string) => line(name, key, evaluation[key], readings[key], meaning)
  const pair = associations.largestError.columns
  const { membership, quasi } = evaluation
  return [
    graded(
      'Energy distance',
      'energyDistance',
      'How far apart the two tables are, all columns together; 0 is perfect, and chance alone makes it slightly positive or negative.'
    ),
    graded(
      'Sliced Wasserstein‑2',
      'slicedWasserstein',
      'How many standard deviations values must move, along random directions, to turn one table into the other; never 0, so compare with the floor.'
    ),
    graded(
      'Classifier two-sample AUC',
      'classifierAuc',
      'How often a random forest, shown one real and one synthetic row, knows which is which; 0.5 is a coin toss, 1 is always. Less than chance gives means that synthetic rows follow the very rows that they are compared with. The forest also sees differences and ratios of the most related columns, and the time of day and weekday of dates where these tell another column.'
    ),
    graded('Squared MMD', 'squaredMmd', 'The same question as the energy distance, with a Gaussian kernel; 0 is perfect.'),
    graded(
      RATIO,
      'nearestNeighbourRatio',
      'Typical distance from a synthetic row to the nearest training row, divided by that of a held-out row; 1 is right, 0 is copying, above 1 is blur.'
    ),
    graded(
      COPIES,
      'copies',
      `Synthetic rows equal to a training row (${shareText(copies.share)}); the floor is how many of as many held-out rows would be.`
    ),
    graded(
      'Coverage',
      'coverage',
      'Share of real rows with a synthetic row in their neighbourhood; low values mean that parts of the data are missing.'
    ),
    graded(
      'Density',
      'density',
      'How many real neighbourhoods a synthetic row lies in, where 1 is usual; low values mean rows where there are no data.'
    ),
    ...(membership ? [membershipLine(membership)] : []),
    ...(quasi ? [quasiLine(quasi)] : []),
    line(
      'Largest association error',
      'associations',
      associations.largestError,
      honest(aboveFloor(associations.largestError)),
      `Largest error of an association (correlation, correlation ratio or Cramér’s V) over all pairs of columns${pair && pair[0] !== pair[1] ? `; it is largest for ${pair[0]} with ${pair[1]}, over all rows` : ''}.`
    ),
    line(
      'Mean association error',
      'associations',
      associations.meanError,
      honest(aboveFloor(associations.meanError)),
      'The same error averaged over all pairs of columns.'
    )
  ]
}
