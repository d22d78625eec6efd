import { clampOf } from '../know/clamp.js'
import type { Condition } from '../know/conditions.js'
import type { ConditionGroup } from '../know/places.js'
import type { Law } from '../law/law.js'
import { type RowWeights, rowWeightsAt } from '../law/row-forest.js'
import { copyState, type InformedState, stepKey } from '../law/state.js'
import { type AtomColumn, atomColumns, reflectedInto } from '../law/strata.js'
import { normalQuantile } from '../num/elementary.js'
import { regularCholeskyInPlace } from '../num/linear-algebra.js'
import { columnOf, type Matrix, rowOf } from '../num/matrix.js'
import { fillNormal, indexFromShares, type Key, keyFor, latticeOf, uniforms } from '../num/random.js'
import type { Encoded, Encoder } from '../table/encoder.js'
import { allowedClasses } from './allowed-classes.js'
import { type ForestShare, shareOf } from './condition-forest.js'

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

/** What a forest says where a condition holds: rows, and where they put what is drawn. */
interface Said extends RowWeights {
  /** Of the drawn coordinates, for each of the rows [rows·t]. */
  readonly places: Float64Array
  /** Whether rows are where their own numbers are. */
  readonly own: boolean
  /** Of the drawn coordinates [t], and the lower Cholesky factor of their covariance [t·t]. */
  readonly centre: Float64Array
  readonly factor: Float64Array
  /** 1/Σw². */
  readonly effectiveCount: number
  /** Noise in their own spread. */
  readonly width: number
}

/** What a forest of rows says, and one of residuals, in their shares: rows of both in the order of what they put there first. */
interface SaidByBoth {
  readonly rows: readonly { readonly said: Said; readonly k: number }[]
  /** Of each of them; of sum 1. */
  readonly weights: Float64Array
  /** 1/Σw² */
  readonly effectiveCount: number
}

/** Laws in shares that sum to 1, as one: where chains are spread evenly over its weights, so is what they draw. Cost O(rows log rows). */
function mixed(laws: readonly { readonly said: Said; readonly share: number }[]): SaidByBoth {
  const rows = laws.flatMap(({ said, share }) =>
    said.rows.map((_, k) => ({ said, k, weight: share * said.weights[k]!, place: said.places[k * said.centre.length] ?? 0 }))
  )
  rows.sort((a, b) => a.place - b.place)
  const square = laws.reduce((sum, { said, share }) => sum + share ** 2 / said.effectiveCount, 0)
  return { rows, weights: Float64Array.from(rows, ({ weight }) => weight), effectiveCount: 1 / square }
}

/**
 * Rows drawn by a forest's weights. What is drawn is a training row's own but for noise, which keeps mean and covariance:
 * m + (x − m + hLz)/√(1 + h²), h = (4/((t + 2) n))^{1/(t + 4)} for n effective rows and t numbers. A number on a spike stays there,
 * one beside it on its side, and all within the bounds of their class. Of residuals x is the regression's mean and a row's residual.
 * @source Silverman, *Density estimation*, 1986, sections 4.3 (h) and 6.4 (the smoothed bootstrap).
 */
export class ForestDraws {
  private readonly said = new Map<number, SaidByBoth | undefined>()
  private readonly atoms: ReadonlyMap<number, AtomColumn>
  private readonly drawn: readonly number[]
  /** Factors that are drawn. */
  private readonly open: readonly number[]
  /** Rows of the law by those of the forest; the same where left out. */
  private readonly lawRow: ReadonlyMap<number, number> | undefined

  constructor(
    private readonly run: DrawnChains,
    private readonly forest: ForestShare
  ) {
    this.atoms = new Map(atomColumns(forest.forest.training).map((column) => [column.coordinate, column]))
    this.drawn = forest.forest.drawn
    this.open = run.encoder.factors.map((_, f) => f).filter((f) => !run.group.factors.includes(f))
    this.lawRow = forest.rows && new Map(Array.from(forest.rows, (row, k) => [row, k] as const))
  }

  get share(): number {
    return shareOf(this.forest)
  }

  /** Whether no chain is needed. */
  get drawsAll(): boolean {
    return this.share === 1 && this.run.conditions.every((_, k) => this.at(k))
  }

  /** Takes its share of chains that have been drawn. */
  take({ rows, starts, acceptance, moved, effectiveCount }: TakenFrom, key: Key): void {
    this.put(rows, key, { even: true }).forEach((row, i) => {
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
      if (step > 0) this.put(state, key, { even: true })
      onStep(state, step)
    }
  }

  /**
   * Puts rows in the place of a share of the chains' states; which training row each has, −1 for chains that stay where they are [n].
   * Chains whose condition no row of the forest has stay too. `points`: what is known of each chain [n, p]; default what its condition says.
   * `even`: chains of a condition are spread evenly over its law, which is for the last draw of all; default each is independent of the others.
   */
  put(
    state: InformedState,
    key: Key,
    { share = this.share, points, even = false }: { readonly share?: number; readonly points?: Matrix; readonly even?: boolean } = {}
  ): Int32Array {
    const { run } = this
    const [place, noise] = [stepKey(key, 'forest row'), stepKey(key, 'forest noise')]
    const pointAt = even ? latticeOf(place) : (counter: number) => uniforms(place, 2, counter)
    const normal = new Float64Array(this.drawn.length)
    return Int32Array.from(state.part, (_, i) => {
      const counter = run.noise?.[i] ?? i
      const [at, rank] = pointAt(counter) as readonly [number, number]
      if (at >= share) return -1
      const both = points ? this.saidAt(rowOf(points, i)) : this.at(Math.floor(i / run.count))
      if (!both) return -1
      const { said, k } = both.rows[indexFromShares(at / share, both.weights)]!
      fillNormal(noise, counter, normal)[0] = normalQuantile(rank)
      this.write(state, { i, k, said, normal })
      return said.rows[k]!
    })
  }

  /** Of the rows that are not the kernel's. */
  private get partOfResiduals(): number {
    return this.share === 0 ? 0 : (this.forest.residuals ?? 0) / this.share
  }

  private at(k: number): SaidByBoth | undefined {
    if (!this.said.has(k)) this.said.set(k, this.saidOf(k))
    return this.said.get(k)
  }

  private saidOf(k: number): SaidByBoth | undefined {
    const { run } = this
    const { forest, heldOut } = this.forest
    const held = heldOut?.[k]
    const point = held === undefined ? forest.pointOf(run.conditions[k]!, run.group.factors) : rowOf(forest.features, held)
    return this.saidAt(point, this.counted(run.conditions[k]!))
  }

  private saidAt(point: Float64Array, counts?: (row: number) => boolean): SaidByBoth | undefined {
    const { drawn } = this
    const { forest, residuals, training } = this.forest.forest
    const { data, cols } = training.rows.coordinates
    const own = rowWeightsAt(forest, point, counts)
    if (own.rows.length === 0) return undefined
    const rows = this.smoothed(
      own,
      own.rows.flatMap((j) => drawn.map((c) => data[j * cols + c]!)),
      true
    )
    const part = this.partOfResiduals
    const moved = part > 0 && residuals ? rowWeightsAt(residuals.forest, point, counts) : undefined
    if (!moved || moved.rows.length === 0) return mixed([{ said: rows, share: 1 }])
    const { ridge } = residuals!
    const mean = ridge.at(point)
    const left = this.smoothed(
      moved,
      moved.rows.map((j) => mean + ridge.residuals[j]!),
      false
    )
    return mixed([
      { said: rows, share: 1 - part },
      { said: left, share: part }
    ])
  }

  /** Rows at places of what is drawn [rows·t], and the noise that is theirs. */
  private smoothed({ rows, weights }: RowWeights, places: readonly number[], own: boolean): Said {
    const { drawn } = this
    const t = drawn.length
    const [centre, factor] = [new Float64Array(t), new Float64Array(t * t)]
    const place = (k: number, a: number) => places[k * t + a]!
    weights.forEach((w, k) => {
      for (let a = 0; a < t; a++) centre[a] = centre[a]! + w * place(k, a)
    })
    weights.forEach((w, k) => {
      for (let a = 0; a < t; a++)
        for (let b = 0; b <= a; b++) factor[a * t + b]! += w * (place(k, a) - centre[a]!) * (place(k, b) - centre[b]!)
    })
    regularCholeskyInPlace(factor, t)
    const effectiveCount = 1 / weights.reduce((sum, w) => sum + w * w, 0)
    const smooth = drawn.filter((c) => !own || rows.some((row) => !this.isOnSpike(c, row))).length
    const width = (4 / ((smooth + 2) * effectiveCount)) ** (1 / (smooth + 4))
    return { rows, weights, places: Float64Array.from(places), own, centre, factor, effectiveCount, width }
  }

  /**
   * Which rows may be drawn. Categories that are drawn are the row's, whose others must then be those that are given; where all are
   * given, rows of any say what they can.
   */
  private counted(condition: Condition): ((row: number) => boolean) | undefined {
    const { run, lawRow } = this
    if (this.open.length === 0) return undefined
    const { rows, strata } = run.law
    const allowed = allowedClasses(
      { ...run, clamp: clampOf({ encoder: run.encoder, coordinates: rows.coordinates }, run.group.split) },
      condition
    )
    return (row) => {
      const own = lawRow ? lawRow.get(row) : row
      return own !== undefined && (allowed?.[strata.classes.combinations.ofRow[own]!] ?? 1) === 1
    }
  }

  private write(
    state: InformedState,
    { i, k, said, normal }: { readonly i: number; readonly k: number; readonly said: Said; readonly normal: Float64Array }
  ): void {
    const { drawn, run } = this
    const row = said.rows[k]!
    const { rows } = this.forest.forest.training
    const own = this.lawRow ? this.lawRow.get(row) : row
    const part = own === undefined ? undefined : run.law.strata.classes.combinations.ofRow[own]!
    const width = run.encoder.factors.length
    for (const f of this.open) state.codes[i * width + f] = rows.codes[row * width + f]!
    if (this.open.length > 0) state.part[i] = part!
    const t = drawn.length
    const { centre, factor, width: h } = said
    const at = { row: said.own ? row : undefined, part: part ?? state.part[i]! }
    for (let a = 0; a < t; a++) {
      const c = drawn[a]!
      let noise = 0
      for (let b = 0; b <= a; b++) noise += factor[a * t + b]! * normal[b]!
      const place = said.places[k * t + a]!
      const smooth = centre[a]! + (place - centre[a]! + h * noise) / Math.sqrt(1 + h * h)
      state.coordinates.data[i * state.coordinates.cols + c] = this.within({ ...at, c }, { place, smooth })
    }
  }

  /** Whether a row stands on a spike of a coordinate's column, or is missing there. */
  private isOnSpike(c: number, row: number): boolean {
    const atoms = this.atoms.get(c)
    return atoms !== undefined && (atoms.cells.spans[atoms.cellOf[row]!]?.atom ?? true)
  }

  /** `row`: whose own place it is. */
  private within(
    { c, row, part }: { readonly c: number; readonly row: number | undefined; readonly part: number },
    { place, smooth }: { readonly place: number; readonly smooth: number }
  ): number {
    if (row !== undefined && this.isOnSpike(c, row)) return place
    const atoms = row === undefined ? undefined : this.atoms.get(c)
    const cell = row === undefined ? undefined : atoms?.cellOf[row]
    const beside = atoms ? reflectedInto(atoms.cells.low[cell!]!, atoms.cells.high[cell!]!, smooth) : smooth
    const { bounds } = this.run.law.strata.classes
    if (!bounds) return beside
    const at = part * bounds.low.cols + c
    const [low, high] = [bounds.low.data[at]!, bounds.high.data[at]!]
    // A row of another class has bounds of its own.
    return row !== undefined && (place < low || place > high) ? beside : reflectedInto(low, high, beside)
  }
}

/** A number of which chains have drawn a value, to be drawn once more given all others. */
export interface Redrawn {
  readonly coordinate: number
  /** Factor that is not 0 where the number is missing. */
  readonly missing: number | undefined
  /** Of the number given all others; the rows that are not theirs keep what they have. */
  readonly forest: ForestShare
}

/**
 * Draws numbers one after the other, each given all others as they are then, by the same shares as where it alone is drawn: what has
 * been drawn is one of the laws that are mixed. p(others) stays, and p(number | others) is theirs.
 * @source Geman and Geman 1984: one sweep of the Gibbs sampler, from a law that is near.
 */
export function redraw(run: Omit<DrawnChains, 'group'>, numbers: readonly Redrawn[], state: InformedState, key: Key): void {
  const { encoder } = run
  const width = encoder.factors.length
  for (const { coordinate, missing, forest } of numbers) {
    const before = columnOf(state.coordinates, coordinate)
    const draws = new ForestDraws({ ...run, group: givenAllBut(encoder, coordinate) }, forest)
    draws.put(state, keyFor(key, `redrawn ${coordinate}`), { points: forest.forest.pointsOf(state) })
    if (missing === undefined) continue
    for (let i = 0; i < before.length; i++)
      if (state.codes[i * width + missing] !== 0) state.coordinates.data[i * state.coordinates.cols + coordinate] = before[i]!
  }
}

/** Conditions that leave one number open. */
export const givenAllBut = (encoder: Encoder, coordinate: number): ConditionGroup => ({
  split: {
    given: Array.from({ length: encoder.coordinateCount }, (_, c) => c).filter((c) => c !== coordinate),
    ranged: [],
    free: [coordinate]
  },
  factors: encoder.factors.map((_, f) => f),
  members: []
})
