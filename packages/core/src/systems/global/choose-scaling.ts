import { classifierAuc } from '../../diagnose/classifier.js'
import { Generator } from '../../draw/generator.js'
import type { KernelChoice } from '../../kernel/bandwidth.js'
import { atEpsilon } from '../../kernel/bandwidth.js'
import type { Context } from '../../kernel/context.js'
import { roughEngine } from '../../kernel/engine.js'
import { scaleRows, tableProblem } from '../../law/law.js'
import { classesOf, plainCategoryMode } from '../../law/strata.js'
import type { TrainingRows } from '../../law/training-rows.js'
import { type RowBudget, rowsWithin } from '../../law/work.js'
import { later } from '../../num/later.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { type Matrix, matrix, takeValues } from '../../num/matrix.js'
import { type Key, keyFor, keyFromSeed, permutation, uniforms } from '../../num/random.js'
import { mean, sorted, weightedMedian } from '../../num/statistics.js'
import { Turns, together } from '../../num/together.js'
import { decodeTable, type Encoded, encodeCodes, encodeTable, fitEncoder, presentValues } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { takeTableRows } from '../../table/rows.js'
import { FAR, hasLightTails, hasLongTails, hasPeaks, hasTies, keepsHours, keepsValues, type ScalingMethod } from '../../table/scaling.js'
import { embedEncoded } from '../../table/standing.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { type BandwidthCurve, rowDistances, searchBandwidth, squaredSpacing } from './bandwidth.js'
import { contestDraws, contestFolds, isClear } from './contest-folds.js'
import { imputeMissing } from './impute.js'

/** Method of every numeric column. */
export type ScalingMethods = Readonly<Record<string, ScalingMethod>>

/** What `scaling: 'auto'` decided, and the scores it decided by. */
export interface ScalingChoice {
  readonly methods: ScalingMethods
  /** Held-out two-sample AUC of both, when they were compared. */
  readonly scores?: { readonly standard: number; readonly quantile: number }
}

export interface ContestOutcome {
  readonly choice: ScalingChoice
  /** ε that the chosen scaling was fitted at, over the typical squared nearest-neighbour distance, where there was a contest. */
  readonly relative?: number
  /** Of the winner, where `searchAll` found its bandwidth. */
  readonly searched?: SearchedRows
}

/** A bandwidth, the rows that it was found on, and their typical squared nearest-neighbour distance. */
export interface SearchedRows {
  readonly training: TrainingRows
  readonly curve: BandwidthCurve
  readonly unit: number
}

export interface ScalingContest extends Context {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  /** Methods that the user fixed, by column. */
  readonly fixed: Readonly<Record<string, ScalingMethod>>
  /** The kernel whose bandwidth will be searched. */
  readonly kernelFor: (rows: Encoded) => Promise<KernelChoice>
  /**
   * The rows of the model itself by these methods and the bandwidth that it would have: a contest that looks at all rows goes by
   * it, and the winner's need not be looked for again.
   */
  readonly searchAll?: ((methods: ScalingMethods) => Promise<SearchedRows>) | undefined
}

/** Rows that a contest looks at. */
export const CONTEST_BUDGET: RowBudget = { most: 2000, least: 1000, work: 6e5 }
/** Rows that its searches draw for each ε, half as many as are needed for that of a model: areas change little with it. */
export const CONTEST_CHAINS = 250
/**
 * The score by which `quantile` has to be better. Its empirical quantile functions profit more from rows than
 * `standard` does, and the contest fits fewer rows than the model will: measured on halves of breast cancer (284 rows),
 * the contest is a tie where the model gains 0.05. Below 250 rows `quantile` has to win clearly.
 */
export function leadRequired(rowCount: number): number {
  return rowCount < 250 ? 0.03 : -0.035
}

/** Of a forest: an area is a mean over draws and folds, which steady it more than more trees would. */
const TREES = 100

/** Whether anything of a column is scaled. */
function varies(column: NumericColumn): boolean {
  const present = presentValues(column)
  return present.length < column.values.length || present.some((x) => x !== present[0])
}

/**
 * Decides how numeric columns are scaled. Columns that take their values from a short list, lumpy ones, those with
 * a value that stands out, and those with limits of measurement are scaled by `quantile`, dates that keep to hours or weekdays or come evenly too. Others with atoms, and dates, and those with long tails,
 * skew or peaks that classes of rows do not make, are candidates for it; where there are some, both scalings, and a third with those that classes
 * make, are fitted to most rows at their own best ε, whatever ε is given (what is chosen does not depend on it), and scored by how well a forest tells their rows from held-out ones, in five folds of a
 * small table or one third of a large one, no more of them than it takes until one is clearly ahead. `quantile` wins where it leads by `leadRequired`. Deterministic by key.
 * It is no `search` of losses: an AUC is one number of two samples, not a sum over held-out rows that could be paired, a large
 * table has one of each scaling and so no standard error, and neither scaling is the simpler one.
 */
export async function chooseScaling(contest: ScalingContest): Promise<ContestOutcome> {
  const { table, fixed, watch } = contest
  const numeric = table.columns.filter(isNumeric)
  const { listed, candidates, byClasses } = scalingCandidates(contest)
  const methodsOf = (ranked: readonly string[]): ScalingMethods => {
    const chosen = new Set([...listed, ...ranked])
    return Object.fromEntries(
      numeric.map(({ name }) => [name, Object.hasOwn(fixed, name) ? fixed[name]! : chosen.has(name) ? 'quantile' : 'standard'])
    )
  }
  const sets = [candidates, byClasses.length === 0 ? [] : [...candidates, ...byClasses]].filter(({ length }) => length > 0)
  const plain = methodsOf([])
  if (sets.length === 0 || table.rowCount < 20) return { choice: { methods: plain } }
  const lead = leadRequired(table.rowCount)
  const folds = foldsOf(contest)
  const standard: Competitor = { entrant: new Entrant(contest, plain, folds), methods: plain, lead: 0, areas: [] }
  const ranked = sets.map((names): Competitor => {
    const methods = methodsOf(names)
    // Ranks across the gaps that classes make must earn it.
    return {
      entrant: new Entrant(contest, methods, folds, standard.entrant),
      methods,
      lead: names === candidates ? lead : Math.max(0, lead),
      areas: []
    }
  })
  const all = [standard, ...ranked]
  const total = all.length * folds.heldOut.length
  let done = 0
  for (const fold of folds.heldOut.keys()) {
    const areaOf =
      ({ entrant, areas }: Competitor) =>
      async () => {
        areas.push(await entrant.area(fold))
        watch?.progress?.({ stage: 'choosing the scaling', done: ++done, total })
      }
    await together(all.map(areaOf))
    const isTold = (one: Competitor, other: Competitor) => {
      const leads = one.areas.map((area, i) => area - other.areas[i]! - other.lead)
      return isClear(leads, { heldOut: folds.heldOut[fold]!.length, folds: folds.heldOut.length })
    }
    const ahead = all.indexOf(bestOf(all))
    if (all.every((one, k) => k === ahead || (k < ahead ? isTold(one, all[ahead]!) : isTold(all[ahead]!, one)))) break
  }
  watch?.progress?.({ stage: 'choosing the scaling', done: total, total })
  const winner = bestOf(all)
  const quantile = winner === standard ? ranked[0]! : winner
  const { relative, searched } = await winner.entrant.bandwidth()
  return {
    choice: { methods: winner.methods, scores: { standard: mean(standard.areas), quantile: mean(quantile.areas) } },
    ...(relative ? { relative } : {}),
    ...(searched ? { searched } : {})
  }
}

/** Which is better than those before it by its lead, in turn. */
const bestOf = ([first, ...others]: readonly Competitor[]): Competitor =>
  others.reduce((best, other) => (mean(other.areas) < mean(best.areas) - other.lead ? other : best), first!)

/** A way of scaling in the contest. */
interface Competitor {
  readonly entrant: Entrant
  readonly methods: ScalingMethods
  /** By which its score has to be better than that of one before it. */
  readonly lead: number
  /** Of each fold. */
  readonly areas: number[]
}

type Shape = 'listed' | 'candidate' | 'bent' | 'plain'

/** Of columns that were looked at: a plan and the fit ask the same. */
const shapes = new WeakMap<NumericColumn, Shape>()

function shapeOf(column: NumericColumn): Shape {
  const shape = shapes.get(column) ?? foundShape(column)
  shapes.set(column, shape)
  return shape
}

/**
 * Values that tell a column's shape, at most: parts of one in twenty are known to a six-hundredth. Of a million normal ones the farthest
 * lies beyond five deviations by chance, and all of them in order took a tenth of a second a column.
 */
const MOST_VALUES = 20_000

/** One value at random of every so many: what comes back every so many rows is seen as often as it is there. */
function someOf(values: Float64Array): Float64Array {
  return values.length <= MOST_VALUES ? values : takeValues(values, everySoMany(values.length))
}

/** Nobody changes them: columns of a table have the same, but for those with missing cells. */
function everySoMany(count: number): Uint32Array {
  if (lastPlaces?.count === count) return lastPlaces.places
  const places = new Uint32Array(MOST_VALUES)
  const within = uniforms(keyFor(keyFromSeed(1), 'shape'), MOST_VALUES)
  for (let k = 0; k < MOST_VALUES; k++) places[k] = Math.floor(((k + within[k]!) * count) / MOST_VALUES)
  lastPlaces = { count, places }
  return places
}

let lastPlaces: { readonly count: number; readonly places: Uint32Array } | undefined

function foundShape(column: NumericColumn): Shape {
  const present = presentValues(column)
  const ascending = sorted(someOf(present))
  const isDate = column.kind === 'datetime'
  // Before the first of dates that come evenly there were none.
  const kept = isDate && (hasLightTails(ascending) || keepsHours(ascending))
  if (kept || keepsValues(ascending)) return 'listed'
  if (isDate) return 'candidate'
  if (isBent(ascending)) return 'bent'
  return hasTies(ascending) ? 'candidate' : 'plain'
}

/** Whether ranks would give a column another shape: it has long tails, is skew, or has peaks apart. */
const isBent = (ascending: Float64Array): boolean => hasLongTails(ascending) || hasPeaks(ascending)

interface Candidates {
  readonly listed: readonly string[]
  readonly candidates: readonly string[]
  readonly byClasses: readonly string[]
}

/** Of tables that were looked at: a plan and the fit ask the same. */
const tables = new WeakMap<Table, Pick<ScalingContest, 'formats' | 'fixed'> & { readonly found: Candidates }>()

/**
 * Columns whose scaling is known by their values, those for which two scalings are compared, and those that are bent by the classes of
 * rows alone. Cost O(cells · log n), once for a table.
 */
export function scalingCandidates(asked: Pick<ScalingContest, 'table' | 'formats' | 'fixed'>): Candidates {
  const known = tables.get(asked.table)
  const isSame = known?.formats === asked.formats && JSON.stringify(known.fixed) === JSON.stringify(asked.fixed)
  const found = isSame ? known!.found : candidatesIn(asked)
  tables.set(asked.table, { formats: asked.formats, fixed: asked.fixed, found })
  return found
}

function candidatesIn({ table, formats, fixed }: Pick<ScalingContest, 'table' | 'formats' | 'fixed'>): Candidates {
  const open = table.columns.filter(isNumeric).filter((column) => !Object.hasOwn(fixed, column.name) && varies(column))
  // Beyond a limit is no place but a state, which only ranks keep.
  const limited = new Set(formats.filter(({ number }) => number?.censoring).map(({ name }) => name))
  const shape = new Map(open.map((column) => [column.name, limited.has(column.name) ? 'listed' : shapeOf(column)]))
  const those = (sought: Shape) => new Set(open.map(({ name }) => name).filter((name) => shape.get(name) === sought))
  const [listed, candidates, bent] = [those('listed'), those('candidate'), those('bent')]
  const own = new Set(bent.size > 0 ? bentInClasses({ table, formats, bent, listed }) : [])
  const names = open.map(({ name }) => name)
  return {
    listed: [...listed],
    candidates: names.filter((name) => candidates.has(name) || own.has(name)),
    byClasses: names.filter((name) => bent.has(name) && !own.has(name))
  }
}

interface BentColumns {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  readonly bent: ReadonlySet<string>
  readonly listed: ReadonlySet<string>
}

/**
 * Those of the columns that are bent in the classes that rows are drawn from, too. Where classes make the peaks or the tail, nothing is
 * drawn between them, and ranks, to which a gap has no width, would carry rows of one class to the values of the next.
 */
function bentInClasses({ table, formats, bent, listed }: BentColumns): string[] {
  const part = table.rowCount <= MOST_VALUES ? table : takeTableRows(table, everySoMany(table.rowCount))
  const encoder = fitEncoder(part, formats, (name) => (listed.has(name) ? 'quantile' : 'standard'))
  const rows = encodeTable(encoder, part)
  const { combinations } = classesOf({ encoder, rows }, plainCategoryMode(encoder, rows.codes))
  const columns = part.columns.filter(isNumeric).filter(({ name }) => bent.has(name))
  return columns.filter((column) => isBentWithin(valuesOf(column, combinations.rows))).map(({ name }) => name)
}

const valuesOf = ({ values, missing }: NumericColumn, classes: readonly Uint32Array[]): Float64Array[] =>
  classes.map((members) => takeValues(values, missing ? members.filter((row) => !missing[row]) : members))

/**
 * Whether values of classes are bent about their means, each in units of its class's spread, or these differ so much that one deviation
 * of all of them is far out in the class of a usual row, which one scale would leave no room.
 */
function isBentWithin(classes: readonly Float64Array[]): boolean {
  const scaled: number[] = []
  const spreads: { readonly value: number; readonly weight: number }[] = []
  for (const own of classes) {
    if (own.length === 0) continue
    const centre = mean(own)
    const spread = Math.sqrt(own.reduce((sum, x) => sum + (x - centre) ** 2, 0) / own.length)
    spreads.push({ value: spread, weight: own.length })
    if (spread > 0) for (const x of own) scaled.push((x - centre) / spread)
  }
  const usual = weightedMedian(spreads)!
  const all = Math.sqrt(
    spreads.reduce((sum, { value, weight }) => sum + weight * value ** 2, 0) / spreads.reduce((n, { weight }) => n + weight, 0)
  )
  return all > FAR * usual || isBent(sorted(Float64Array.from(scaled)))
}

interface Folds {
  /** Rows of each fold that is held out, and those that are fitted instead. */
  readonly heldOut: readonly Uint32Array[]
  readonly fitted: readonly Uint32Array[]
  /** Whether the contest looks at all rows of the table. */
  readonly whole: boolean
  /** Rows as the forest sees them. Levels that only held-out rows have must have places too, so it is fitted to all rows. */
  readonly place: (part: Table) => Matrix
}

function foldsOf({ table, formats, key }: ScalingContest): Folds {
  const standard = fitEncoder(table, formats, () => 'standard')
  const { parts, scored } = contestFolds(table.rowCount)
  const rowCount = rowsWithin(CONTEST_BUDGET, standard, encodeCodes(standard, table))
  const order = permutation(keyFor(key, 'order'), table.rowCount).subarray(0, rowCount)
  const folds = Array.from({ length: scored }, (_, fold) => fold)
  return {
    heldOut: folds.map((fold) => order.filter((_, at) => at % parts === fold)),
    fitted: folds.map((fold) => order.filter((_, at) => at % parts !== fold)),
    whole: rowCount >= table.rowCount,
    place: (part) => embedEncoded(standard, encodeTable(standard, part))
  }
}

/** A bandwidth for rows in one scaling. */
interface FoundBandwidth {
  /** ε of every fold: that of all rows, as these are spaced, or found on the rows of the first fold; the others have as many. */
  readonly epsilon: number
  /** The same over the typical squared nearest-neighbour distance. */
  readonly relative?: number
  /** Where it was found on all rows. */
  readonly searched?: SearchedRows
}

/** One way of scaling, judged on one fold after another. */
class Entrant {
  /** Where it is looked for first. */
  readonly bandwidth = later(() => this.search())
  private readonly first = later(() => this.fit(0))

  /** `other`: a search of ε begins where that of the other one ended. */
  constructor(
    private readonly contest: ScalingContest,
    private readonly methods: ScalingMethods,
    private readonly folds: Folds,
    private readonly other?: Entrant
  ) {}

  /** Mean two-sample AUC between the held-out rows of a fold and rows generated from the others. */
  async area(fold: number): Promise<number> {
    const { contest, folds } = this
    const { key, table, watch } = contest
    const stop = watch?.stop ? { watch: { stop: watch.stop } } : {}
    const first = folds.place(takeTableRows(table, folds.heldOut[fold]!))
    const draws = contestDraws(first.rows)
    const drawn = folds.place(await this.draw(fold, draws * first.rows))
    const areas: number[] = []
    for (let k = 0; k < draws; k++) {
      // Every so many rows: chains that start apart.
      const second = everyRow(drawn, k, draws)
      areas.push(await classifierAuc({ first, second, key: keyFor(key, 'forest'), trees: TREES, ...stop }))
    }
    return mean(areas)
  }

  /** What is not held out of a fold. */
  private async fit(fold: number): Promise<{ readonly fitted: Table; readonly training: TrainingRows; readonly key: Key }> {
    const { formats, table } = this.contest
    const key = keyFor(this.contest.key, `fold ${fold}`)
    const fitted = takeTableRows(table, this.folds.fitted[fold]!)
    const encoder = fitEncoder(fitted, formats, (name) => this.methods[name]!)
    // The other one's search goes on meanwhile.
    const turns = this.other && new Turns()
    const rows = await imputeMissing(encoder, encodeTable(encoder, fitted, keyFor(key, 'encode')), key, turns)
    return { fitted, training: { encoder, rows, logWeights: uniformLogWeights(fitted.rowCount) }, key }
  }

  /** Rows of a model of what is not held out. */
  private async draw(fold: number, count: number): Promise<Table> {
    const { engine, kernelFor, watch } = this.contest
    const stop = watch?.stop ? { watch: { stop: watch.stop } } : {}
    const { training, key } = await (fold === 0 ? this.first() : this.fit(fold))
    const { epsilon } = await this.bandwidth()
    const chosen = atEpsilon(await kernelFor(training.rows), epsilon)
    const rough = await roughEngine(engine)
    const { potentials } = await scaleRows(tableProblem(training, chosen), { engine: rough, tolerance: 1e-3, ...stop })
    const generator = await Generator.create(training, potentials, chosen, rough)
    const steps = generator.searchSteps
    return decodeTable(training.encoder, await generator.generate({ count, steps, noise: 'covariance', key: keyFor(key, 'draw'), ...stop }))
  }

  private async search(): Promise<FoundBandwidth> {
    const { contest, folds, other } = this
    const { engine, watch, kernelFor } = contest
    const { fitted, training, key } = await this.first()
    const unit = await squaredSpacing(training, engine)
    if (folds.whole && contest.searchAll) {
      const searched = await contest.searchAll(this.methods)
      const { curve, unit: all } = searched
      if (!(unit > 0 && all > 0)) return { epsilon: curve.epsilon, searched }
      const relative = curve.epsilon / all
      return { epsilon: relative * unit, relative, searched }
    }
    const stop = watch?.stop ? { watch: { stop: watch.stop } } : {}
    const distances = await rowDistances(fitted, training, engine)
    const { epsilon } = await searchBandwidth({
      training,
      distances,
      kernel: await kernelFor(training.rows),
      engine,
      key,
      evaluations: 8,
      chains: CONTEST_CHAINS,
      relative: (await other?.bandwidth())?.relative,
      ...stop
    })
    return unit > 0 ? { epsilon, relative: epsilon / unit } : { epsilon }
  }
}

/** Rows k, k + every, … */
function everyRow({ rows, cols, data }: Matrix, k: number, every: number): Matrix {
  const out = matrix(rows / every, cols)
  for (let i = 0; i < out.rows; i++) out.data.set(data.subarray((i * every + k) * cols, (i * every + k + 1) * cols), i * cols)
  return out
}
