import type { Condition } from '../know/conditions.js'
import { type ConditionGroup, coordinateOf, knownCoordinates } from '../know/places.js'
import { fitRidge, type Ridge } from '../law/ridge.js'
import { growRowForest, type RowForest } from '../law/row-forest.js'
import type { TrainingRows } from '../law/training-rows.js'
import type { Watch } from '../num/iterate.js'
import { beside, columnOf, type Matrix, matrix, rowOf } from '../num/matrix.js'
import { type Key, keyFor } from '../num/random.js'
import { mean, variance } from '../num/statistics.js'
import type { Encoded, Encoder } from '../table/encoder.js'
import { scaleValues, unscaleValues } from '../table/scaling.js'
import { embedEncoded } from '../table/standing.js'

/** Forests of a table's rows for what conditions leave open, and the shares of the rows that they draw; the kernel draws the others. */
export interface ForestShare {
  readonly forest: ConditionForest
  /** Of rows as they are. */
  readonly share: number
  /** Of residuals at the mean that a regression has where the condition holds. Default none. */
  readonly residuals?: number | undefined
  /** Rows of the forest that the law stands on, in its order; all where left out. */
  readonly rows?: ArrayLike<number> | undefined
  /** Rows of the table that the conditions come from, one each, where they are held out. */
  readonly heldOut?: ArrayLike<number> | undefined
}

/** Of all rows that are not the kernel's. */
export const shareOf = ({ share, residuals = 0 }: Pick<ForestShare, 'share' | 'residuals'>): number => share + residuals

/** Columns that differ by less than this have one value. */
const ALIKE = 1e-9

interface Growing {
  readonly key: Key
  readonly watch?: Watch | undefined
  /** Rows that are held out. */
  readonly without?: ((row: number) => boolean) | undefined
}

/** What a line leaves of one number, and a forest of that. */
interface ResidualForest {
  readonly ridge: Ridge
  readonly forest: RowForest
}

/**
 * A forest of what conditions on some columns say, for what they leave open. It is grown on all rows of a table, whichever of them
 * have what is given: its trees find out how far others tell something too.
 */
export class ConditionForest {
  private found: { readonly residuals: ResidualForest | undefined } | undefined

  private constructor(
    readonly training: TrainingRows,
    /** With levels placed as trees ask for them. */
    private readonly asked: Encoder,
    /** Known coordinates, and those that are drawn. */
    readonly known: readonly number[],
    private readonly factors: readonly number[],
    readonly drawn: readonly number[],
    /** What is known of all rows [n, p]. */
    readonly features: Matrix,
    readonly forest: RowForest,
    private readonly grown: Omit<Parameters<typeof growRowForest>[0], 'features' | 'targets'> & { readonly place: Float64Array | undefined }
  ) {}

  /** Undefined where conditions say or leave nothing in which rows differ. Equal values stand at one place. */
  static grow(
    training: TrainingRows,
    group: Pick<ConditionGroup, 'split' | 'factors' | 'standing'>,
    { key, watch, without = () => false }: Growing
  ): ConditionForest | undefined {
    const { encoder, rows, logWeights } = training
    const { factors, split } = group
    const known = knownCoordinates(group)
    const open = encoder.factors.map((_, f) => f).filter((f) => !factors.includes(f))
    const asked = askedOf(encoder)
    const features = settled(asked, rows, { coordinates: known, factors })
    const drawn = [...split.ranged, ...split.free].filter((c) => !known.includes(c) && variance(settledColumn(encoder, rows, c)) > ALIKE)
    const targets = standardised(settled(encoder, rows, { coordinates: drawn, factors: open }))
    if (features.cols === 0 || targets.cols === 0) return undefined
    // What stands for a missing cell tells nothing of those that are there.
    const present = encoder.columns.flatMap((code) =>
      code.carries === 'coordinate' && !known.includes(code.coordinate) && factors.includes(code.missingFactor ?? -1)
        ? [code.missingFactor!]
        : []
    )
    const counted = Uint32Array.from(logWeights.keys()).filter(
      (i) =>
        logWeights[i]! > Number.NEGATIVE_INFINITY && !without(i) && present.every((f) => rows.codes[i * encoder.factors.length + f] === 0)
    )
    if (counted.length === 0) return undefined
    const forest = growRowForest({ features, targets, rows: counted, key, watch })
    const place = drawn.length === 1 && open.length === 0 ? settledColumn(encoder, rows, drawn[0]!) : undefined
    return new ConditionForest(training, asked, known, factors, drawn, features, forest, {
      rows: counted,
      key: keyFor(key, 'residuals'),
      watch,
      place
    })
  }

  /**
   * Where one number alone is drawn: a regression, and a forest of what it leaves; undefined where rows are too few for a regression.
   * @source Zhang, Nettleton, Zhu, *Regression-enhanced random forests*, 2019.
   */
  get residuals(): ResidualForest | undefined {
    this.found ??= { residuals: this.growResiduals() }
    return this.found.residuals
  }

  private growResiduals(): ResidualForest | undefined {
    const { features } = this
    const { place, rows, ...how } = this.grown
    const ridge = place && fitRidge(features, place, rows)
    if (!ridge) return undefined
    const targets = standardised(matrix(features.rows, 1, ridge.residuals))
    return targets.cols === 0 ? undefined : { ridge, forest: growRowForest({ features, targets, rows, ...how }) }
  }

  /** What rows say of all that is known, as trees ask for it [n, p]. */
  pointsOf(rows: Encoded): Matrix {
    return settled(this.asked, rows, { coordinates: this.known, factors: this.factors })
  }

  /** What a condition says, as trees ask for it [p]. */
  pointOf({ numbers, standing = [], levels }: Condition, factors: readonly number[]): Float64Array {
    const encoder = this.asked
    const placeOf = new Map(
      [...numbers, ...standing].map(({ column, value }) => {
        const { coordinate, scaler } = coordinateOf(encoder, column)
        return [coordinate, scaleValues(scaler, Float64Array.of(value))[0]!] as const
      })
    )
    const places = factors.flatMap((f) => Array.from(rowOf(encoder.factors[f]!.places, levels.get(f)!)))
    return Float64Array.from([...this.known.map((c) => placeOf.get(c)!), ...places])
  }
}

/** A number of each row, in the middle of the spike that it stands on [n]. */
function settledColumn(encoder: Encoder, { coordinates }: Encoded, c: number): Float64Array {
  const values = columnOf(coordinates, c)
  const code = encoder.columns.find((one) => one.carries === 'coordinate' && one.coordinate === c)
  return code?.carries === 'coordinate' ? scaleValues(code.scaler, unscaleValues(code.scaler, values)) : values
}

/** Numbers, settled, and places of levels of each row [n, columns]. */
function settled(
  encoder: Encoder,
  rows: Encoded,
  { coordinates, factors }: { readonly coordinates: readonly number[]; readonly factors: readonly number[] }
): Matrix {
  const numbers = matrix(rows.coordinates.rows, coordinates.length)
  for (const [k, c] of coordinates.entries())
    for (const [i, x] of settledColumn(encoder, rows, c).entries()) numbers.data[i * numbers.cols + k] = x
  return embedEncoded(encoder, { coordinates: numbers, codes: rows.codes }, factors)
}

/**
 * Levels as trees ask for them: a cut tells one from all others, whatever their order. Only whether a cell is missing is asked once.
 * Places of so many levels that they share coordinates are as they were.
 */
function askedOf(encoder: Encoder): Encoder {
  const flags = new Set(encoder.columns.map((code) => (code.carries === 'coordinate' ? code.missingFactor : undefined)))
  const factors = encoder.factors.map((factor, f) => {
    const { rows, cols } = factor.places
    if (flags.has(f) || cols < rows - 1) return factor
    return {
      ...factor,
      places: matrix(
        rows,
        rows,
        Float64Array.from({ length: rows * rows }, (_, k) => (k % (rows + 1) === 0 ? 1 : 0))
      )
    }
  })
  return { ...encoder, factors }
}

/** Columns in their standard deviations, without those in which no rows differ. */
function standardised(m: Matrix): Matrix {
  const columns = Array.from({ length: m.cols }, (_, c) => columnOf(m, c)).filter((column) => variance(column) > ALIKE)
  return columns.reduce(
    (done, column) => {
      const [centre, spread] = [mean(column), Math.sqrt(variance(column))]
      return beside(
        done,
        matrix(
          m.rows,
          1,
          column.map((x) => (x - centre) / spread)
        )
      )
    },
    matrix(m.rows, 0)
  )
}
