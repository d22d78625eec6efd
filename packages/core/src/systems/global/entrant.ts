import { classifierAuc } from '../../diagnose/classifier.js'
import { Generator } from '../../draw/generator.js'
import { atEpsilon, type KernelChoice } from '../../kernel/bandwidth.js'
import type { Context } from '../../kernel/context.js'
import { roughEngine } from '../../kernel/engine.js'
import { type EngineTask, elsewhere } from '../../kernel/engine-task.js'
import { factorGroups } from '../../law/factor-groups.js'
import { scaleRows, type TableManner, tableProblem } from '../../law/law.js'
import type { MeanTerms } from '../../law/number-means.js'
import { type CategoryMode, plainCategoryMode } from '../../law/strata.js'
import type { Ridges } from '../../law/sweep.js'
import type { TrainingRows } from '../../law/training-rows.js'
import { type RowBudget, rowsFor, stepWork } from '../../law/work.js'
import { later } from '../../num/later.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import { type Key, keyFor, permutation } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import { Turns } from '../../num/together.js'
import { decodeTable, type Encoder, encodeCodes, encodeTable, fitEncoder } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { takeTableRows } from '../../table/rows.js'
import type { ScalingMethod } from '../../table/scaling.js'
import { embedEncoded } from '../../table/standing.js'
import type { Table } from '../../table/table.js'
import { CurveSearch, type FoundCurve, rowDistances, squaredSpacing } from './bandwidth.js'
import { contestDraws, contestFolds } from './contest-folds.js'
import { imputeMissing } from './impute.js'
import { encodeTrainingRows, kernelFor } from './training.js'

/** Method of every numeric column. */
export type ScalingMethods = Readonly<Record<string, ScalingMethod>>

/** What a contest of scalings looks at: plain data, so that any thread may judge an entrant. */
export interface ContestRows {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  readonly key: Key
  /** The kernel whose bandwidth will be searched. */
  readonly kernel: KernelChoice['kind']
  /**
   * Of the model that is fitted: a contest that looks at all rows goes by the bandwidth that it would have, and the winner's need not be
   * looked for again.
   */
  readonly model?: { readonly logWeights: Float64Array; readonly key: Key } | undefined
}

/** A bandwidth, the rows that it was found on, and their typical squared nearest-neighbour distance. */
export interface SearchedRows {
  readonly training: TrainingRows
  readonly curve: FoundCurve
  readonly unit: number
  /** Of the odds of its groups of categories. */
  readonly ridges?: Ridges | undefined
  readonly meanTerms?: MeanTerms | undefined
}

/** Rows that a contest looks at. */
export const CONTEST_BUDGET: RowBudget = { most: 2000, least: 1000, work: 6e5 }
/** Rows that its searches draw for each ε, half as many as are needed for that of a model: areas change little with it. */
export const CONTEST_CHAINS = 250

/** Steps of chains that a search draws: three bandwidths, each of 500 rows in 8 steps at least. */
const SEARCH_DRAWS = 3 * 500 * 8
/** Coordinates of a pair that take as long as an operation of a task. */
const COORDINATES = 4

/** Of a forest: an area is a mean over draws and folds, which steady it more than more trees would. */
const TREES = 100

interface Folds {
  /** Rows of each fold that is held out, and those that are fitted instead. */
  readonly heldOut: readonly Uint32Array[]
  readonly fitted: readonly Uint32Array[]
  /** Whether the contest looks at all rows of the table. */
  readonly whole: boolean
  /** Rows as the forest sees them. Levels that only held-out rows have must have places too, so it is fitted to all that are looked at. */
  readonly place: (part: Table) => Matrix
}

/** Rows that a contest looks at, and operations of a search on all of them, roughly. */
export function contestSize({ table, formats }: ContestRows): { readonly rowCount: number; readonly work: number } {
  const standard = fitEncoder(table, formats, () => 'standard')
  const each = stepWork(standard, encodeCodes(standard, table))
  const rowCount = Math.min(table.rowCount, rowsFor(CONTEST_BUDGET, each))
  return { rowCount, work: (SEARCH_DRAWS * rowCount * each) / COORDINATES }
}

/** `rowCount`: of those that are looked at; default all. */
export function foldsOf({ table, formats, key }: ContestRows, rowCount = table.rowCount): Folds {
  const { parts, scored } = contestFolds(table.rowCount)
  const order = permutation(keyFor(key, 'order'), table.rowCount).subarray(0, rowCount)
  const whole = rowCount >= table.rowCount
  const standard = fitEncoder(whole ? table : takeTableRows(table, order), formats, () => 'standard')
  const folds = Array.from({ length: scored }, (_, fold) => fold)
  return {
    heldOut: folds.map((fold) => order.filter((_, at) => at % parts === fold)),
    fitted: folds.map((fold) => order.filter((_, at) => at % parts !== fold)),
    whole,
    place: (part) => embedEncoded(standard, encodeTable(standard, part))
  }
}

/** What the folds of an entrant are fitted by. */
interface FoldsFit {
  /** ε of every fold: that of all rows, as these are spaced, or found on the rows of the first fold; the others have as many. */
  readonly epsilon: number
  /** How all rows are told apart, where the bandwidth was found on all: most of them do as they do. */
  readonly manner?: NamedManner | undefined
}

/** Factors by their names: some rows may have none of a column's missing cells. */
interface NamedManner {
  readonly mode: CategoryMode
  readonly groups?: readonly { readonly factors: readonly string[]; readonly ridge: number | 'none' }[] | undefined
  readonly meanTerms?: MeanTerms | undefined
}

/** A bandwidth for rows in one scaling. */
interface FoundBandwidth extends FoldsFit {
  /** The same over the typical squared nearest-neighbour distance. */
  readonly relative?: number
  /** Where it was settled on all rows. */
  readonly searched?: SearchedRows
}

/** One way of scaling, and what judges it. */
interface EntrantProblem {
  readonly contest: ContestRows
  readonly methods: ScalingMethods
}

/** Who is judged beside it in this thread. */
interface Company {
  readonly folds: Folds
  /** Where not all rows are looked at, a search of ε begins where that of the other one ended. */
  readonly other?: Entrant | undefined
}

/** Where an entrant is judged: in this thread, or in another that has an engine. */
export type Place = 'here' | 'elsewhere'

/** One way of scaling, judged on one fold after another. */
export class Entrant {
  private readonly judge: Judge
  private found: Promise<FoundBandwidth> | undefined
  /** Whether its bandwidth is being looked for. */
  isSought = false

  constructor(
    private readonly problem: EntrantProblem,
    private readonly company: Company,
    private readonly context: Omit<Context, 'key'>
  ) {
    this.judge = new Judge(problem, company.folds, context, company.other && new Turns())
  }

  /** Where it is looked for first. */
  bandwidth(place: Place = 'here'): Promise<FoundBandwidth> {
    this.found ??= this.seek(place)
    return this.found
  }

  private async seek(place: Place): Promise<FoundBandwidth> {
    this.isSought = true
    try {
      return await (place === 'here' ? this.judge.search(this.company.other) : elsewhere(searchTask, this.problem, this.context))
    } finally {
      this.isSought = false
    }
  }

  /** The same as a model has it: of the winner. What another thread found is found here again. */
  settled(): Promise<FoundBandwidth> {
    return this.company.folds.whole && this.problem.contest.model ? this.judge.settle() : this.bandwidth()
  }

  /** Mean two-sample AUC between the held-out rows of a fold and rows generated from the others. */
  async area(fold: number, place: Place): Promise<number> {
    const { epsilon, manner } = await this.bandwidth(place)
    const fit = { epsilon, manner }
    return place === 'here' ? this.judge.area(fold, fit) : elsewhere(areaTask, { ...this.problem, fold, fit }, this.context)
  }
}

/** The bandwidth of an entrant, found on all rows. */
export const searchTask: EngineTask<EntrantProblem, FoundBandwidth> = {
  name: 'bandwidth of a scaling',
  run: (problem, context) => new Judge(problem, foldsOf(problem.contest), context).search()
}

/** The area of an entrant on a fold. */
export const areaTask: EngineTask<EntrantProblem & { readonly fold: number; readonly fit: FoldsFit }, number> = {
  name: 'fold of a scaling',
  run: ({ fold, fit, ...problem }, context) => new Judge(problem, foldsOf(problem.contest), context).area(fold, fit)
}

/** Fits and judges an entrant in this thread. */
class Judge {
  private readonly first = later(() => this.fit(0))
  private readonly all = later(() => this.fitAll(this.problem.contest.model!))

  /** `turns`: what others do in this thread goes on meanwhile. */
  constructor(
    private readonly problem: EntrantProblem,
    private readonly folds: Folds,
    private readonly context: Omit<Context, 'key'>,
    private readonly turns?: Turns | undefined
  ) {}

  async area(fold: number, fit: FoldsFit): Promise<number> {
    const { folds, stop } = this
    const { key, table } = this.problem.contest
    const first = folds.place(takeTableRows(table, folds.heldOut[fold]!))
    const draws = contestDraws(first.rows)
    const drawn = folds.place(await this.draw(fold, fit, draws * first.rows))
    const areas: number[] = []
    for (let k = 0; k < draws; k++) {
      // Every so many rows: chains that start apart.
      const second = everyRow(drawn, k, draws)
      areas.push(await classifierAuc({ first, second, key: keyFor(key, 'forest'), trees: TREES, ...stop }))
    }
    return mean(areas)
  }

  /** On all rows, where the contest looks at all; else on those of the first fold. */
  async search(other?: Entrant): Promise<FoundBandwidth> {
    const { folds, stop } = this
    const { engine } = this.context
    const { model, kernel } = this.problem.contest
    if (folds.whole && model) {
      const { searched: _, ...found } = await this.onAll((curves) => curves.enough())
      return found
    }
    const { fitted, training, key } = await this.first()
    const unit = await squaredSpacing(training, engine)
    const distances = await rowDistances(fitted, training, engine)
    const { epsilon } = await new CurveSearch({
      training,
      distances,
      kernel: await kernelFor(kernel, async () => training.rows, engine),
      engine,
      key,
      evaluations: 8,
      chains: CONTEST_CHAINS,
      relative: (await other?.bandwidth())?.relative,
      ...stop
    }).enough()
    return unit > 0 ? { epsilon, relative: epsilon / unit } : { epsilon }
  }

  /** Goes on with a search on all rows until it is that of a model. */
  async settle(): Promise<FoundBandwidth> {
    const { curves } = await this.all()
    await curves.enough()
    return this.onAll(() => curves.whole())
  }

  private async onAll(look: (curves: CurveSearch) => Promise<FoundCurve>): Promise<FoundBandwidth> {
    const [{ training }, { training: all, curves }] = [await this.first(), await this.all()]
    const { engine } = this.context
    const unit = await squaredSpacing(training, engine)
    const { ridges, meanTerms, ...curve } = await look(curves)
    const searched: SearchedRows = { training: all, curve, unit: await squaredSpacing(all, engine), ridges, meanTerms }
    const manner = mannerOfSearched(searched)
    if (!(unit > 0 && searched.unit > 0)) return { epsilon: curve.epsilon, manner, searched }
    const relative = curve.epsilon / searched.unit
    return { epsilon: relative * unit, relative, manner, searched }
  }

  private async fitAll({ key, logWeights }: NonNullable<ContestRows['model']>) {
    const { table, formats, kernel: kind } = this.problem.contest
    const { engine } = this.context
    const encoder = fitEncoder(table, formats, (name) => this.problem.methods[name]!)
    const training: TrainingRows = { encoder, rows: await encodeTrainingRows(table, encoder, keyFor(key, 'encode')), logWeights }
    const distances = await rowDistances(table, training, engine)
    const kernel = await kernelFor(kind, async () => training.rows, engine)
    return { training, curves: new CurveSearch({ training, distances, kernel, engine, key: keyFor(key, 'search'), ...this.stop }) }
  }

  /** What is not held out of a fold. */
  private async fit(fold: number): Promise<{ readonly fitted: Table; readonly training: TrainingRows; readonly key: Key }> {
    const { contest, methods } = this.problem
    const key = keyFor(contest.key, `fold ${fold}`)
    const fitted = takeTableRows(contest.table, this.folds.fitted[fold]!)
    const encoder = fitEncoder(fitted, contest.formats, (name) => methods[name]!)
    const rows = await imputeMissing(encoder, encodeTable(encoder, fitted, keyFor(key, 'encode')), key, this.turns)
    return { fitted, training: { encoder, rows, logWeights: uniformLogWeights(fitted.rowCount) }, key }
  }

  /** Rows of a model of what is not held out. */
  private async draw(fold: number, { epsilon, manner: named }: FoldsFit, count: number): Promise<Table> {
    const { stop } = this
    const { engine } = this.context
    const { training, key } = await (fold === 0 ? this.first() : this.fit(fold))
    const manner = named && mannerIn(training.encoder, named)
    const chosen = atEpsilon(await kernelFor(this.problem.contest.kernel, async () => training.rows, engine), epsilon)
    const rough = await roughEngine(engine)
    const { potentials } = await scaleRows(tableProblem(training, chosen, manner), { engine: rough, tolerance: 1e-3, ...stop })
    const generator = await Generator.create(training, potentials, chosen, rough, { manner })
    const steps = generator.searchSteps
    return decodeTable(training.encoder, await generator.generate({ count, steps, noise: 'covariance', key: keyFor(key, 'draw'), ...stop }))
  }

  private get stop() {
    const { watch } = this.context
    return watch?.stop ? { watch: { stop: watch.stop } } : {}
  }
}

function mannerOfSearched({ training: { encoder, rows }, ridges, meanTerms }: SearchedRows): NamedManner {
  const mode = plainCategoryMode(encoder, rows.codes)
  if (mode !== 'sweep' || !ridges) return { mode }
  const groups = factorGroups(rows.codes, encoder.factors.length)
  const named = groups.map((factors, g) => ({ factors: factors.map((f) => encoder.factors[f]!.name), ridge: ridges[g]! }))
  return { mode, groups: named, meanTerms }
}

function mannerIn(encoder: Encoder, { mode, groups, meanTerms }: NamedManner): TableManner {
  const places = new Map(encoder.factors.map(({ name }, f) => [name, f]))
  const there = groups
    ?.map(({ factors, ridge }) => ({ factors: factors.flatMap((name) => places.get(name) ?? []), ridge }))
    .filter(({ factors }) => factors.length > 0)
  return { mode, groups: there?.map(({ factors }) => factors), ridges: there?.map(({ ridge }) => ridge), meanTerms }
}

/** Rows k, k + every, … */
function everyRow({ rows, cols, data }: Matrix, k: number, every: number): Matrix {
  const out = matrix(rows / every, cols)
  for (let i = 0; i < out.rows; i++) out.data.set(data.subarray((i * every + k) * cols, (i * every + k + 1) * cols), i * cols)
  return out
}
