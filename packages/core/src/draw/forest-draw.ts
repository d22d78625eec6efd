import { clampOf } from '../know/clamp.js'
import type { Condition } from '../know/conditions.js'
import { type ConditionGroup, coordinateOf } from '../know/places.js'
import type { Law } from '../law/law.js'
import { growRowForest, type RowForest, type RowWeights, rowWeightsAt } from '../law/row-forest.js'
import { copyState, type InformedState, stepKey } from '../law/state.js'
import { type AtomColumn, atomColumns, reflectedInto } from '../law/strata.js'
import type { TrainingRows } from '../law/training-rows.js'
import type { Watch } from '../num/iterate.js'
import { regularCholeskyInPlace } from '../num/linear-algebra.js'
import { beside, columnOf, type Matrix, matrix, rowOf } from '../num/matrix.js'
import { fillNormal, fillUniform, indexFromShares, type Key } from '../num/random.js'
import { mean, variance } from '../num/statistics.js'
import { type Encoded, type Encoder, embedEncoded } from '../table/encoder.js'
import { scaleValues, unscaleValues } from '../table/scaling.js'
import { allowedClasses } from './allowed-classes.js'

/** A forest, and the share of the rows that it draws; the kernel draws the others. */
export interface ForestShare {
  readonly forest: RowForest
  readonly share: number
}

/** Columns that differ by less than this have one value. */
const ALIKE = 1e-9

/**
 * A forest of what a group's conditions say, for what they leave open; undefined where they say or leave nothing in which rows differ.
 * Equal values stand at one place.
 */
export function growForest(
  { encoder, rows, logWeights }: TrainingRows,
  { split, factors }: Pick<ConditionGroup, 'split' | 'factors'>,
  { key, watch }: { readonly key: Key; readonly watch?: Watch | undefined }
): RowForest | undefined {
  const open = encoder.factors.map((_, f) => f).filter((f) => !factors.includes(f))
  const settled = new Map(
    encoder.columns.flatMap((code) =>
      code.carries === 'coordinate'
        ? [[code.coordinate, scaleValues(code.scaler, unscaleValues(code.scaler, columnOf(rows.coordinates, code.coordinate)))] as const]
        : []
    )
  )
  const columnsOf = (coordinates: readonly number[], levels: readonly number[]) => {
    const numbers = matrix(rows.coordinates.rows, coordinates.length)
    coordinates.forEach((c, k) => {
      settled.get(c)!.forEach((x, i) => {
        numbers.data[i * numbers.cols + k] = x
      })
    })
    return embedEncoded(encoder, { coordinates: numbers, codes: rows.codes }, levels)
  }
  const features = columnsOf(split.given, factors)
  const targets = standardised(columnsOf([...split.ranged, ...split.free], open))
  if (features.cols === 0 || targets.cols === 0) return undefined
  // What stands for a missing cell tells nothing of those that are there.
  const present = encoder.columns.flatMap((code) =>
    code.carries === 'coordinate' && !split.given.includes(code.coordinate) && factors.includes(code.missingFactor ?? -1)
      ? [code.missingFactor!]
      : []
  )
  const counted = Uint32Array.from(logWeights.keys()).filter(
    (i) => logWeights[i]! > Number.NEGATIVE_INFINITY && present.every((f) => rows.codes[i * encoder.factors.length + f] === 0)
  )
  if (counted.length === 0) return undefined
  return growRowForest({ features, targets, rows: counted, key, watch })
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

/** What a condition says, as a forest asks for it [p]. */
function featuresOf(encoder: Encoder, { split, factors }: ConditionGroup, condition: Condition): Float64Array {
  const placeOf = new Map(
    condition.numbers.map(({ column, value }) => {
      const { coordinate, scaler } = coordinateOf(encoder, column)
      return [coordinate, scaleValues(scaler, Float64Array.of(value))[0]!] as const
    })
  )
  const levels = factors.flatMap((f) => Array.from(rowOf(encoder.factors[f]!.places, condition.levels.get(f)!)))
  return Float64Array.from([...split.given.map((c) => placeOf.get(c)!), ...levels])
}

/** Whose rows a forest draws: as in `GroupRun`. */
interface DrawnChains {
  readonly law: Law
  readonly encoder: Encoder
  readonly group: ConditionGroup
  readonly conditions: readonly Condition[]
  readonly count: number
  readonly noise?: Uint32Array | undefined
}

/** Chains that have been drawn, with their parts: as in `GroupDraw`. */
interface TakenFrom {
  readonly rows: InformedState
  readonly starts: Uint32Array
  readonly acceptance: Float64Array
  readonly moved: Uint8Array
  readonly effectiveCount: Float64Array
}

type Shown = ((rows: Encoded, step: number) => void) | undefined

/** What a forest says where a condition holds. */
interface Said extends RowWeights {
  /** Of the free coordinates [t], and the lower Cholesky factor of their covariance [t·t]. */
  readonly centre: Float64Array
  readonly factor: Float64Array
  /** 1/Σw². */
  readonly effectiveCount: number
  /** Noise in their own spread. */
  readonly width: number
}

/**
 * Rows drawn by a forest's weights. What is drawn is a training row's own but for noise, which keeps mean and covariance:
 * m + (x − m + hLz)/√(1 + h²), h = (4/((t + 2) n))^{1/(t + 4)} for n effective rows and t numbers. A number on a spike stays there,
 * one beside it on its side, and all within the bounds of their class.
 * @source Silverman, *Density estimation*, 1986, sections 4.3 (h) and 6.4 (the smoothed bootstrap).
 */
export class ForestDraws {
  private readonly said = new Map<number, Said | undefined>()
  private readonly atoms: ReadonlyMap<number, AtomColumn>
  private readonly free: readonly number[]
  /** Factors that are drawn. */
  private readonly open: readonly number[]

  constructor(
    private readonly run: DrawnChains,
    private readonly forest: ForestShare
  ) {
    this.atoms = new Map(atomColumns({ encoder: run.encoder, rows: run.law.rows }).map((column) => [column.coordinate, column]))
    this.free = run.group.split.free
    this.open = run.encoder.factors.map((_, f) => f).filter((f) => !run.group.factors.includes(f))
  }

  get share(): number {
    return this.forest.share
  }

  /** Takes its share of chains that have been drawn. */
  take({ rows, starts, acceptance, moved, effectiveCount }: TakenFrom, key: Key): void {
    this.put(rows, key).forEach((row, i) => {
      if (row < 0) return
      starts[i] = row
      acceptance[i] = 1
      moved[i] = 1
      effectiveCount[i] = this.at(Math.floor(i / this.run.count))!.effectiveCount
    })
  }

  /** Chains as they move, its share of them where it draws them. */
  shown({ onStep, key }: { readonly onStep?: Shown; readonly key: Key }): Shown {
    if (!onStep) return undefined
    return (rows, step) => {
      const state = copyState(rows as InformedState)
      if (step > 0) this.put(state, key)
      onStep(state, step)
    }
  }

  /**
   * Puts rows in the place of a share of the chains' states; which training row each has, −1 for chains that stay where they are [n].
   * Chains whose condition no row of the forest has stay too.
   */
  put(state: InformedState, key: Key, share = this.forest.share): Int32Array {
    const { run } = this
    const [which, row, noise] = [stepKey(key, 'by forest'), stepKey(key, 'forest row'), stepKey(key, 'forest noise')]
    const [uniform, normal] = [new Float64Array(1), new Float64Array(this.free.length)]
    return Int32Array.from(state.part, (_, i) => {
      const counter = run.noise?.[i] ?? i
      if (fillUniform(which, counter, uniform)[0]! >= share) return -1
      const said = this.at(Math.floor(i / run.count))
      if (!said) return -1
      const drawn = said.rows[indexFromShares(fillUniform(row, counter, uniform)[0]!, said.weights)]!
      this.write(state, { i, drawn, said, normal: fillNormal(noise, counter, normal) })
      return drawn
    })
  }

  private at(k: number): Said | undefined {
    if (!this.said.has(k)) this.said.set(k, this.saidOf(this.run.conditions[k]!))
    return this.said.get(k)
  }

  private saidOf(condition: Condition): Said | undefined {
    const { run, free } = this
    const { coordinates } = run.law.rows
    const classes = allowedClasses({ ...run, clamp: clampOf({ encoder: run.encoder, coordinates }, run.group.split) }, condition)
    // Categories that are drawn are the row's, whose others must then be those that are given; where all are given, rows of any say what they can.
    const allowed = this.open.length > 0 ? classes : undefined
    const { ofRow } = run.law.strata.classes.combinations
    const point = featuresOf(run.encoder, run.group, condition)
    const { rows, weights } = rowWeightsAt(this.forest.forest, point, allowed && ((row) => allowed[ofRow[row]!] === 1))
    if (rows.length === 0) return undefined
    const t = free.length
    const [centre, factor] = [new Float64Array(t), new Float64Array(t * t)]
    const place = (row: number, a: number) => coordinates.data[row * coordinates.cols + free[a]!]!
    rows.forEach((row, k) => {
      for (let a = 0; a < t; a++) centre[a] = centre[a]! + weights[k]! * place(row, a)
    })
    rows.forEach((row, k) => {
      for (let a = 0; a < t; a++)
        for (let b = 0; b <= a; b++) factor[a * t + b]! += weights[k]! * (place(row, a) - centre[a]!) * (place(row, b) - centre[b]!)
    })
    regularCholeskyInPlace(factor, t)
    const effectiveCount = 1 / weights.reduce((sum, w) => sum + w * w, 0)
    const open = free.filter((c) => rows.some((row) => !this.isOnSpike(c, row))).length
    return { rows, weights, centre, factor, effectiveCount, width: (4 / ((open + 2) * effectiveCount)) ** (1 / (open + 4)) }
  }

  private write(
    state: InformedState,
    { i, drawn, said, normal }: { readonly i: number; readonly drawn: number; readonly said: Said; readonly normal: Float64Array }
  ): void {
    const { free, run } = this
    const { rows, strata } = run.law
    const part = strata.classes.combinations.ofRow[drawn]!
    const width = run.encoder.factors.length
    for (const f of this.open) state.codes[i * width + f] = rows.codes[drawn * width + f]!
    if (this.open.length > 0) state.part[i] = part
    const t = free.length
    const { centre, factor, width: h } = said
    for (let a = 0; a < t; a++) {
      const c = free[a]!
      let noise = 0
      for (let b = 0; b <= a; b++) noise += factor[a * t + b]! * normal[b]!
      const own = rows.coordinates.data[drawn * rows.coordinates.cols + c]!
      const smooth = centre[a]! + (own - centre[a]! + h * noise) / Math.sqrt(1 + h * h)
      state.coordinates.data[i * state.coordinates.cols + c] = this.within({ c, drawn, part }, { own, smooth })
    }
  }

  /** Whether a row stands on a spike of a coordinate's column, or is missing there. */
  private isOnSpike(c: number, row: number): boolean {
    const atoms = this.atoms.get(c)
    return atoms !== undefined && (atoms.cells.spans[atoms.cellOf[row]!]?.atom ?? true)
  }

  private within(
    { c, drawn, part }: { readonly c: number; readonly drawn: number; readonly part: number },
    { own, smooth }: { readonly own: number; readonly smooth: number }
  ): number {
    if (this.isOnSpike(c, drawn)) return own
    const atoms = this.atoms.get(c)
    const cell = atoms?.cellOf[drawn]
    const beside = atoms ? reflectedInto(atoms.cells.low[cell!]!, atoms.cells.high[cell!]!, smooth) : smooth
    const { bounds } = this.run.law.strata.classes
    return bounds
      ? reflectedInto(bounds.low.data[part * bounds.low.cols + c]!, bounds.high.data[part * bounds.high.cols + c]!, beside)
      : beside
  }
}
