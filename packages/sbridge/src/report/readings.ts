import type { Evaluation, Measure } from '@sbridge/core'
import type { Grade, MeasureLine } from './blocks.js'
import { formatNumber, formatShare } from './numbers.js'

type Reading = { readonly reading: string; readonly grade: Grade }

/** A distance beside its floor: at it when no larger than the half splits' largest. */
function aboveFloor({ value, floor, floorRange }: Measure): Reading {
  if (value === null || floor === null || !floorRange) return { reading: 'no floor', grade: 'plain' }
  if (value <= Math.max(floorRange[1], 1.1 * floor)) return { reading: 'at the floor', grade: 'good' }
  const times = floor > 0 ? value / floor : Number.POSITIVE_INFINITY
  const words = Number.isFinite(times) && times < 1000 ? `${formatNumber(times)} × the floor` : 'above the floor'
  return { reading: words, grade: times <= 3 ? 'fair' : 'poor' }
}

/** A score whose perfect value is at its floor from below. */
function belowFloor({ value, floor, floorRange }: Measure): Reading {
  if (value === null || floor === null || !floorRange) return { reading: 'no floor', grade: 'plain' }
  if (value >= Math.min(floorRange[0], 0.97 * floor)) return { reading: 'at the floor', grade: 'good' }
  return { reading: `${formatNumber(value / floor)} × the floor`, grade: value >= 0.85 * floor ? 'fair' : 'poor' }
}

export function aucReading({ value, floorRange }: Measure): Reading {
  if (value === null) return { reading: 'not defined', grade: 'plain' }
  if (value <= Math.max(0.55, floorRange?.[1] ?? 0)) return { reading: 'not told apart', grade: 'good' }
  return value <= 0.7 ? { reading: 'hardly told apart', grade: 'fair' } : { reading: 'told apart', grade: 'poor' }
}

export function ratioReading({ value }: Measure): Reading {
  if (value === null) return { reading: 'not defined', grade: 'plain' }
  if (value < 0.6) return { reading: 'too near: copying', grade: 'poor' }
  if (value < 0.8) return { reading: 'nearer than held-out rows', grade: 'fair' }
  if (value <= 1.1) return { reading: 'as held-out rows', grade: 'good' }
  return value <= 1.4 ? { reading: 'a little blurred', grade: 'fair' } : { reading: 'blurred', grade: 'poor' }
}

/**
 * Copies against what fresh rows could have. The share among held-out rows is itself a count f of n: two standard
 * deviations and three more (of zero found, up to three may be expected) bound what chance explains.
 */
export function copiesReading({ copies, rows }: Pick<Evaluation, 'copies' | 'rows'>): Reading {
  const found = copies.value ?? 0
  const heldOut = copies.floorShare * rows.real
  const most = ((heldOut + 2 * Math.sqrt(heldOut) + 3) / rows.real) * rows.synthetic
  if (found <= most) return { reading: 'no more than chance allows', grade: 'good' }
  return { reading: `chance allows ${formatNumber(Math.ceil(most))}`, grade: found <= 2 * most ? 'fair' : 'poor' }
}

function densityReading({ value, floorRange }: Measure): Reading {
  if (value === null || !floorRange) return { reading: 'no floor', grade: 'plain' }
  if (value > floorRange[1] * 1.05) return { reading: 'crowded where data are dense', grade: 'fair' }
  return value < floorRange[0] * 0.95 ? { reading: 'some rows off the data', grade: 'fair' } : { reading: 'at the floor', grade: 'good' }
}

/** Every measure with its reading and what it means. */
export function measureLines(evaluation: Evaluation): MeasureLine[] {
  const { copies, associations } = evaluation
  const line = (name: string, found: Measure, reading: Reading, meaning: string): MeasureLine => ({
    name,
    value: found.value,
    floor: found.floor,
    floorRange: found.floorRange,
    ...reading,
    meaning
  })
  const pair = associations.largestError.columns
  return [
    line(
      'Energy distance',
      evaluation.energyDistance,
      aboveFloor(evaluation.energyDistance),
      'How far the two joint distributions are apart, all columns together; 0 is perfect, and chance alone makes it slightly positive or negative.'
    ),
    line(
      'Sliced Wasserstein‑2',
      evaluation.slicedWasserstein,
      aboveFloor(evaluation.slicedWasserstein),
      'How far, in standard deviations, values must be moved along random directions to turn one table into the other; never 0 for finite tables, so compare with the floor.'
    ),
    line(
      'Classifier two-sample AUC',
      evaluation.classifierAuc,
      aucReading(evaluation.classifierAuc),
      'How often a random forest ranks a synthetic row as more synthetic than a real one; 0.5 is a coin toss, 1 is always.'
    ),
    line(
      'Squared MMD',
      evaluation.squaredMmd,
      aboveFloor(evaluation.squaredMmd),
      'The same question as the energy distance, asked with a Gaussian kernel of the typical distance; 0 is perfect.'
    ),
    line(
      'Nearest-neighbour ratio',
      evaluation.nearestNeighbourRatio,
      ratioReading(evaluation.nearestNeighbourRatio),
      'Typical distance from a synthetic row to the nearest training row, over the same for held-out rows; 1 is right, 0 is copying, above 1 is blur.'
    ),
    line(
      'Copies',
      copies,
      copiesReading(evaluation),
      `Synthetic rows equal to a training row (${formatShare(copies.share)}); the floor is how many as many held-out rows would have.`
    ),
    line(
      'Coverage',
      evaluation.coverage,
      belowFloor(evaluation.coverage),
      'Share of real rows that have a synthetic row among them; low values mean that parts of the data are missing.'
    ),
    line(
      'Density',
      evaluation.density,
      densityReading(evaluation.density),
      'How many real neighbourhoods a synthetic row lies in, 1 on average; low values mean rows where no data are.'
    ),
    line(
      'Largest association error',
      associations.largestError,
      aboveFloor(associations.largestError),
      `Largest error of a correlation, correlation ratio or Cramér’s V among all pairs of columns${pair ? `; over all rows, ${pair[0]} with ${pair[1]} differs most` : ''}.`
    ),
    line(
      'Mean association error',
      associations.meanError,
      aboveFloor(associations.meanError),
      'The same error averaged over all pairs of columns.'
    )
  ]
}

/** One or two sentences that answer: are these rows like the real ones, and do they give real ones away? */
export function verdict(evaluation: Evaluation): string[] {
  const auc = evaluation.classifierAuc.value
  const told = aucReading(evaluation.classifierAuc)
  const energy = aboveFloor(evaluation.energyDistance)
  const likeness =
    told.grade === 'good' && energy.grade === 'good'
      ? 'At this number of rows the synthetic table cannot be told from the real one'
      : told.grade === 'poor' || energy.grade === 'poor'
        ? 'The synthetic table differs visibly from the real one'
        : 'The synthetic table is close to the real one, with small differences'
  const numbers = `: two-sample AUC ${formatNumber(auc)} (0.5 is perfect), energy distance ${formatNumber(evaluation.energyDistance.value)} (floor ${formatNumber(evaluation.energyDistance.floor)}).`
  return [likeness + numbers, nearness(evaluation)]
}

function nearness(evaluation: Evaluation): string {
  const { nearestNeighbourRatio, copies } = evaluation
  const ratio = ratioReading(nearestNeighbourRatio)
  const copied = copiesReading(evaluation)
  const numbers = `nearest-neighbour ratio ${formatNumber(nearestNeighbourRatio.value)}, ${formatNumber(copies.value)} copies, ${formatNumber(copies.floor)} expected`
  if (ratio.grade === 'poor' && ratio.reading.startsWith('too near'))
    return `Its rows stand much nearer to training rows than new rows would (${numbers}): do not treat them as anonymous.`
  if (copied.grade !== 'good') return `More rows repeat a training row than chance explains (${numbers}).`
  if (nearestNeighbourRatio.value === null) return `How near its rows come to training rows cannot be measured here (${numbers}).`
  if (nearestNeighbourRatio.value < 0.8) return `Its rows stand somewhat nearer to training rows than new rows would (${numbers}).`
  if (nearestNeighbourRatio.value > 1.1)
    return `Its rows stand farther from training rows than new rows would (${numbers}): fine structure is blurred.`
  return `Its rows come no nearer to training rows than new rows would (${numbers}).`
}
