import { type KernelChoice, kernelOf, widthsFor } from '../kernel/bandwidth.js'
import type { Engine } from '../kernel/engine.js'
import type { Watch } from '../num/iterate.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { type Scaling, symmetricScaling } from '../scaling/symmetric.js'
import { cloud } from '../space/cloud.js'
import { type Combinations, combinationsOf } from '../table/categories.js'
import { type Encoded, type Encoder, embedEncoded, takeEncoded } from '../table/encoder.js'
import { factorGroups } from './factor-groups.js'
import { MOST_COMBINATIONS } from './strata.js'
import type { TrainingRows } from './training-rows.js'

/** Categories are drawn by whole combination while most rows' combinations recur; otherwise one factor at a time. */
const RECURRING_ROWS = 3
const RECURRING_SHARE = 0.6
/** What an exponential costs, in coordinates. */
export const EXPONENTIAL = 12

/** How the categories of a table are drawn. */
export type CategoryMode = 'none' | 'combinations' | 'sweep'

export function categoryMode(encoder: Encoder, combinations: Combinations): CategoryMode {
  if (encoder.factors.length === 0) return 'none'
  let recurring = 0
  for (const rows of combinations.rows) if (rows.length >= RECURRING_ROWS) recurring += rows.length
  const many = combinations.rows.length > MOST_COMBINATIONS
  return !many && recurring >= RECURRING_SHARE * combinations.ofRow.length ? 'combinations' : 'sweep'
}

/** Potentials of the training rows under a kernel, comparing coordinates and categories together. */
export async function tablePotentials(
  training: TrainingRows,
  kernel: KernelChoice,
  context: { engine: Engine; tolerance?: number; initial?: Float64Array; watch?: Watch | undefined }
): Promise<Scaling> {
  const { engine, ...rest } = context
  const widths = await widthsFor(kernel, training.rows.coordinates, engine)
  const points = cloud(embedEncoded(training.encoder, training.rows), training.logWeights)
  return symmetricScaling({ cloud: points, kernel: kernelOf(kernel, widths, widths), engine, ...rest })
}

/** How many rows something looks at: as many as `work` allows, in passes of a step times coordinates. */
export interface RowBudget {
  readonly most: number
  readonly least: number
  readonly work: number
}

/** Rows within a budget: fewer where a step goes through them many times in many coordinates. Cost as `stepWork`. */
export function rowsWithin({ most, least, work }: RowBudget, encoder: Encoder, rows: Encoded): number {
  return Math.min(most, Math.max(least, Math.floor(work / stepWork(encoder, rows))))
}

/** Work of a step for each training row and chain: passes over the rows times coordinates. Cost O(M·K²), K factors. */
export function stepWork(encoder: Encoder, { coordinates, codes }: Encoded): number {
  const places = encoder.factors.reduce((sum, factor) => sum + factor.places.cols, 0)
  const sweeps = categoryMode(encoder, combinationsOf(codes, coordinates.rows)) === 'sweep'
  const passes = sweeps ? factorGroups(codes, encoder.factors.length).length + 2 : 2
  return passes * (coordinates.cols + places + EXPONENTIAL)
}

export async function kernelTerms({ rows, logWeights }: TrainingRows, potentials: Float64Array, kernel: KernelChoice, engine: Engine) {
  const widths = await widthsFor(kernel, rows.coordinates, engine)
  return { logTerms: potentials.map((f, j) => f + logWeights[j]!), kernel, ...(widths ? { widths } : {}) }
}

/** Category places of each combination [G, q], read off its first row. */
export function placesOf({ encoder, rows }: TrainingRows, combinations: Combinations): Matrix {
  const firsts = takeEncoded(
    rows,
    combinations.rows.map((members) => members[0]!)
  )
  return embedEncoded(encoder, { coordinates: matrix(firsts.coordinates.rows, 0), codes: firsts.codes })
}
