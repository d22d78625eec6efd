import { type ConditionalChoice, chooseConditional, DEFAULT_RIDGE } from '../../choose/conditional.js'
import { freeScales } from '../../choose/held-out-scores.js'
import { drawCopiesInTurns } from '../../draw/condition-draw.js'
import { USUAL_STEPS } from '../../draw/steps.js'
import type { Condition } from '../../know/conditions.js'
import type { ConditionGroup } from '../../know/places.js'
import { fitLaw, type Law, type LawProblem, lawOf, tableProblem } from '../../law/law.js'
import { forgets, ONE_GAUSSIAN } from '../../law/mixture.js'
import { type CategoryMode, categoryMode, classesOf } from '../../law/strata.js'
import { type TrainingRows, takeTraining } from '../../law/training-rows.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { beside, columnOf, type Matrix, matrix, takeColumns } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { chooseGivens, shownGivens } from '../../space/forward-selection.js'
import type { Combinations } from '../../table/categories.js'
import { type ColumnCode, decodeTable, type Encoded, type Encoder, encodeTable, fitEncoder } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { unusedName } from '../../table/rows.js'
import type { ScalingMethod } from '../../table/scaling.js'
import { embedEncoded } from '../../table/standing.js'
import type { CategoricalColumn, NumericColumn, Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { encodeTrainingRows } from '../global/training.js'
import { beside as besideCodes, chosen, formatsOf, SeenTogether, tellingBesides, withoutLast } from './besides.js'
import { type CategoryLaw, drawCategories, fitCategories, type KnownRows } from './categories.js'
import { comparedRows, takeCompared } from './compared.js'
import { type LevelEffects, levelEffects, toldByLevels } from './level-effects.js'
import { levelsAmong } from './urns.js'

/**
 * The law of a group's next row given numbers that say what came before: categories by a logistic law, then numbers given both
 * by a bridge whose kernel stands on what is given. Plain data.
 */
export interface StepLaw {
  /** Rows behind others: what is drawn, then what is given, in columns of their own. */
  readonly training: TrainingRows
  /** Rows that new ones are compared with [m], ascending; absent: all. */
  readonly compared?: Uint32Array | undefined
  /** f = log v of these [m]. */
  readonly potentials: Float64Array
  readonly choice: ConditionalChoice
  readonly categories: CategoryLaw
  /** Which of the numbers about the past categories are given: they differ between rows, and count the most where they are many. */
  readonly inputs: readonly number[]
  /** Which of them numbers are given: the same, or where they are many the past of numbers, and what else shows that it counts. */
  readonly givens: readonly number[]
  /** Of the levels of a row on its numbers [L, e], where categories make no classes of rows: numbers are given what they say. */
  readonly effects?: Matrix | undefined
  /** How many of the last factors are known of rows, not drawn; default none. */
  readonly besides?: number | undefined
}

/** What a step law is fitted to: row i of `next` came when `past` was row i. */
export interface StepRows {
  readonly next: Table
  readonly formats: readonly ColumnFormat[]
  /** [M, k] */
  readonly past: Matrix
  /** Which of its numbers are the past of what is drawn as numbers. */
  readonly own: readonly number[]
  /** What urns say of the levels of each row, of the factors of `levels` [M, L]. */
  readonly lifts: Matrix
  /** The code whose factors urns are of. */
  readonly levels: Encoder
  /** Categories that are known of rows, of other names than what is drawn. */
  readonly besides?: Table | undefined
  /** Whose rows they are [M]. */
  readonly groups: Uint32Array
}

interface StepOptions {
  readonly methodOf: (name: string) => ScalingMethod
  /** ε of what is given; chosen when left out. */
  readonly epsilon?: number | undefined
  /** Whether nothing but the order of what is drawn counts. */
  readonly ranked?: boolean | undefined
  /**
   * Whether numbers are given only what shows that it tells anything of them. Covariances hold the squares of the number of givens, and
   * kernels on many columns that say nothing find no neighbours.
   */
  readonly shown?: boolean | undefined
}

/**
 * Numbers about the past that are given, at most: covariances hold the squares of their number. Of more than these most are places
 * of categories, each of which says next to nothing of a number, and all together as much as chance would have them.
 */
const MOST_GIVENS = 40
/**
 * Rows for each number that is given from which on no larger ridge is asked for: what it takes from the weight of a group's level is
 * taken again at every row, and groups come to resemble each other. With fewer rows regressions would follow chance.
 *
 * @source Harrell, *Regression modeling strategies*, section 4.4: ten to twenty rows a number.
 */
const ROWS_A_GIVEN = 10
/** Times that a law is asked for each row, without a kernel on what is drawn. */
export const NEXT_STEPS = 1
/** Where the search of bandwidths begins its rungs, in variances of a column. */
const MIDDLE_RUNG = 0.25

/** A law of next rows but for that of their categories, which does not go into its choices and may take the longest. */
interface BegunLaw {
  readonly law: Omit<StepLaw, 'categories'>
  readonly withCategories: () => Promise<StepLaw>
}

/** Fits the law of next rows. Cost: that of its numbers, and of a logistic law of each factor. */
export async function fitSteps(rows: StepRows, options: StepOptions, context: Context): Promise<StepLaw> {
  return (await beginSteps(rows, options, context)).withCategories()
}

/**
 * Fits the law of the numbers of next rows. Every draw is given to the one after it, so that what a kernel on what is drawn would add to its
 * spread would be added at each row anew: there is none unless places of held-out rows ask for it.
 * Cost: that of a conditional choice on 1,500 rows, and a scaling of m² pairs, for the m rows that new ones are compared with.
 */
export async function beginSteps(rows: StepRows, { methodOf, epsilon, ranked, shown }: StepOptions, context: Context): Promise<BegunLaw> {
  const { engine, watch } = context
  const key = keyFor(context.key, 'steps')
  const varied = varyingColumns(rows.past)
  const { inputs, givens: told } = varied.length <= MOST_GIVENS ? { inputs: varied, givens: varied } : strongest(rows, methodOf, varied)
  const givens = shown ? tellingNumbers(rows, methodOf, varied) : told
  const taken = new Set(rows.next.columns.map(({ name }) => name))
  const said = saidByCategories(rows, methodOf)
  const column = (name: string, from: Matrix, c: number): NumericColumn => {
    return { name: unusedName(`${name} ${c}`, taken), kind: 'number', values: columnOf(from, c) }
  }
  const columns = givens.map((c) => column('before', rows.past, c))
  if (said) for (let c = 0; c < said.told.cols; c++) columns.push(column('by categories', said.told, c))
  const besides = rows.besides ? tellingBesides({ ...rows, besides: rows.besides }, methodOf) : undefined
  const table = { columns: [...rows.next.columns, ...(besides?.columns ?? []), ...columns], rowCount: rows.next.rowCount }
  const formats = [
    ...rows.formats,
    ...(besides ? formatsOf(besides) : []),
    ...columns.map(({ name }) => ({ name, source: 'number', kind: 'number' }) as const)
  ]
  const before = new Set(columns.map(({ name }) => name))
  const encoder = fitEncoder(table, formats, (name) => (before.has(name) ? 'standard' : methodOf(name)))
  const encoded = await encodeTrainingRows(table, encoder, keyFor(key, 'encode'))
  const training = { encoder, rows: encoded, logWeights: uniformLogWeights(table.rowCount) }
  const count = besides?.columns.length ?? 0
  const kernel = { kind: 'fixed', epsilon: MIDDLE_RUNG } as const
  const choice = await chooseConditional({
    training,
    kernel,
    group: groupOf(training, columns.length),
    clusters: rows.groups,
    fixed: { epsilon, ridge: table.rowCount >= ROWS_A_GIVEN * columns.length ? DEFAULT_RIDGE : undefined, predicts: false },
    widest: ONE_GAUSSIAN,
    ranked,
    engine,
    key: keyFor(key, 'choice'),
    watch
  })
  const compared = comparedRows(classesIn(training).classes, keyFor(key, 'compared'))
  const { logTerms, logWeights } = await fitLaw(problemOf({ training, compared, choice, givens, effects: said?.effects }), {
    engine,
    watch
  })
  const potentials = logTerms.map((term, j) => term - logWeights[j]!)
  const law = {
    training,
    ...(compared ? { compared } : {}),
    potentials,
    choice,
    inputs,
    givens,
    ...(said ? { effects: said.effects } : {}),
    ...(count > 0 ? { besides: count } : {})
  }
  return { law, withCategories: async () => ({ ...law, categories: await categoriesOf(law, rows, { engine, watch, key }) }) }
}

/** The law of the categories of next rows. */
function categoriesOf(
  { training: { encoder, rows: encoded }, inputs, besides = 0 }: Omit<StepLaw, 'categories'>,
  rows: StepRows,
  { key, ...context }: Context
): Promise<CategoryLaw> {
  const drawn = withoutLast(encoder, besides)
  const lifts = takeColumns(rows.lifts, levelsAmong(drawn, rows.levels)!)
  return fitCategories(
    drawn,
    {
      codes: besides === 0 ? encoded.codes : chosen(encoded.codes, encoder.factors.length, [...drawn.factors.keys()]),
      inputs: takeColumns(rows.past, inputs),
      lifts,
      groups: rows.groups
    },
    { ...context, key: keyFor(key, 'categories') }
  )
}

/** A law of some of the rows that another was fitted to. */
type PartOfLaw = StepLaw & { readonly isPart?: true }

/** The law of some of its rows, with all that was chosen and the odds of categories as they are: it tells how the others are foretold. Cost: a scaling of m² pairs. */
export async function lawOfPart(law: StepLaw, rows: ArrayLike<number>, { engine, watch, key }: Context): Promise<PartOfLaw> {
  const training = { ...takeTraining(law.training, rows), logWeights: uniformLogWeights(rows.length) }
  const part = { ...law, training, compared: comparedRows(classesIn(training).classes, keyFor(key, 'compared')), isPart: true as const }
  const { logTerms, logWeights } = await fitLaw(problemOf(part), { engine, watch })
  return { ...part, potentials: logTerms.map((term, j) => term - logWeights[j]!) }
}

/** What categories say of the numbers of their row, where rows are not drawn from those of the same categories. */
function saidByCategories({ next, formats }: StepRows, methodOf: StepOptions['methodOf']): LevelEffects | undefined {
  const encoder = fitEncoder(next, formats, methodOf)
  const drawn = encodeTable(encoder, next)
  if (encoder.coordinateCount === 0 || encoder.factors.length === 0 || categoryMode(encoder, drawn.codes) !== 'sweep') return undefined
  const said = levelEffects(encoder, drawn)
  return said.effects.cols > 0 ? said : undefined
}

/** How many numbers are given: of the past, and by categories. */
const givenCount = ({ givens, effects }: Pick<StepLaw, 'givens' | 'effects'>): number => givens.length + (effects?.cols ?? 0)

function varyingColumns(past: Matrix): number[] {
  const differs = (c: number) => Array.from({ length: past.rows }, (_, i) => past.data[i * past.cols + c]!).some((x) => x !== past.data[c])
  return Array.from({ length: past.cols }, (_, c) => c).filter(differs)
}

/** Those that tell the most of all that is drawn, and of its numbers. */
function strongest({ next, formats, past, own }: StepRows, methodOf: StepOptions['methodOf'], varied: readonly number[]) {
  const encoder = fitEncoder(next, formats, methodOf)
  const drawn = embedEncoded(encoder, encodeTable(encoder, next))
  const points = beside(drawn, takeColumns(past, varied))
  const placesOf = (columns: readonly number[]) => varied.flatMap((c, k) => (columns.includes(c) ? [drawn.cols + k] : []))
  const chosen = (count: number, near: readonly number[]) => {
    const targets = Uint32Array.from({ length: count }, (_, c) => c)
    const far = placesOf(varied).filter((c) => !near.includes(c))
    return Array.from(chooseGivens(points, targets, { near, far, most: MOST_GIVENS }), (c) => varied[c - drawn.cols]!)
  }
  const inputs = chosen(drawn.cols, placesOf(varied))
  const near = placesOf(own)
  return { inputs, givens: near.length > 0 ? chosen(encoder.coordinateCount, near) : inputs }
}

/** Those that show that they tell anything of what is drawn as numbers. */
function tellingNumbers({ next, formats, past }: StepRows, methodOf: StepOptions['methodOf'], varied: readonly number[]): number[] {
  const encoder = fitEncoder(next, formats, methodOf)
  const { coordinates } = encodeTable(encoder, next)
  const points = beside(coordinates, takeColumns(past, varied))
  const targets = Array.from({ length: coordinates.cols }, (_, c) => c)
  return shownGivens(
    points,
    targets,
    Array.from(varied.keys(), (k) => coordinates.cols + k),
    MOST_GIVENS
  ).map((c) => varied[c - coordinates.cols]!)
}

/** Conditions on all categories and all that is given. */
function groupOf({ encoder }: Pick<TrainingRows, 'encoder'>, count: number): ConditionGroup {
  const first = encoder.coordinateCount - count
  const [free, given] = [Array.from({ length: first }, (_, c) => c), Array.from({ length: count }, (_, k) => first + k)]
  return { split: { given, ranged: [], free }, factors: encoder.factors.map((_, f) => f), members: [] }
}

/** How all rows' categories are told apart, and the classes that rows are drawn from. */
export function classesIn({ encoder, rows }: TrainingRows): { readonly mode: CategoryMode; readonly classes: Combinations } {
  const mode = categoryMode(encoder, rows.codes)
  return { mode, classes: classesOf({ encoder, rows }, mode, {}).combinations }
}

function problemOf(law: Pick<StepLaw, 'training' | 'compared' | 'choice' | 'givens' | 'effects'>): LawProblem {
  const { training, compared, choice } = law
  const { mode, classes } = classesIn(training)
  const scales = freeScales(groupOf(training, givenCount(law)), choice.freeRatio, training.encoder.coordinateCount)
  const rows = compared ? takeCompared(training, classes, compared) : training
  return tableProblem(rows, { kind: 'fixed', epsilon: choice.epsilon }, { conditions: {}, mode, scales })
}

/** Levels of a column that is known, by their names; one that no row has is none. */
function levelsOf({ kinds, factors }: Encoder, code: Extract<ColumnCode, { carries: 'factor' }>, { columns }: Table): Int32Array {
  const column = columns.find(({ name }) => name === code.name) as CategoricalColumn
  const levels = kinds.find(({ name }) => name === code.name)!.levels!
  const codeOf = column.levels.map((level) => levels.indexOf(level))
  return column.codes.map((level) => (level < 0 ? (code.missingLevel ? factors[code.factor]!.levelCount - 1 : -1) : codeOf[level]!))
}

/** A step law made ready to be drawn from. */
export class Steps {
  private readonly law: Law
  /** Levels of the law among those that urns are of. */
  private readonly levels: Uint32Array
  /** Of the categories that are drawn. */
  private readonly drawn: Encoder
  private readonly seen: SeenTogether | undefined

  constructor(
    private readonly steps: PartOfLaw,
    /** The code whose factors urns are of. */
    levels: Encoder,
    private readonly context: Pick<Context, 'engine' | 'watch'>
  ) {
    const { training, potentials, besides = 0, isPart } = steps
    this.law = lawOf(problemOf(steps), { potentials })
    this.drawn = withoutLast(training.encoder, besides)
    this.levels = levelsAmong(this.drawn, levels)!
    const mayBeUnseen = besides > 0 || (isPart && classesIn(training).mode === 'combinations')
    this.seen = mayBeUnseen ? new SeenTogether(training.rows.codes, training.encoder.factors.length, besides) : undefined
  }

  /**
   * The next rows of groups of which inputs [n, k] and lifts [n, L] are known, encoded; `members` number the groups, each of which draws from keys of its
   * own. Cost O(n·m·d²), ten times as much with a kernel on what is drawn.
   */
  async next(past: KnownRows, members: readonly number[], key: Key): Promise<Encoded> {
    const { training, choice, categories, inputs, givens, effects } = this.steps
    const { encoder } = training
    const known = { inputs: takeColumns(past.inputs, inputs), lifts: takeColumns(past.lifts, this.levels) }
    const own = await drawCategories(categories, this.drawn, known, keyFor(key, 'categories'))
    const codes = this.withBesides(own, past, key)
    const before = takeColumns(past.inputs, givens)
    const given = effects ? beside(before, toldByLevels(encoder, codes, effects)) : before
    const group = groupOf(training, givenCount(this.steps))
    if (group.split.free.length === 0) return { coordinates: matrix(given.rows, encoder.coordinateCount), codes }
    const alike = forgets(choice.epsilon * choice.freeRatio)
    const [rows] = await drawCopiesInTurns(
      {
        law: this.law,
        encoder,
        group,
        conditions: members.map((_, i) => this.condition(given, codes, i)),
        names: members.map(String),
        count: 1,
        // Without a kernel on what is drawn the law is nearly the same wherever it is asked: from a random row its means move by
        // 1/(1 + 2ε) of where that stands, less than a hundredth, and the draw from it counts.
        steps: alike ? 0 : USUAL_STEPS.given,
        forgets: alike,
        ridge: choice.ridge,
        engine: this.context.engine,
        key: keyFor(key, 'numbers'),
        watch: this.context.watch?.stop && { stop: this.context.watch.stop }
      },
      1
    )
    return rows!
  }

  /** Levels with those that are known beside them, together as rows have them. */
  private withBesides(codes: Int32Array, { besides, inputs }: KnownRows, key: Key): Int32Array {
    if (!this.seen) return codes
    const { training, besides: count = 0 } = this.steps
    const first = training.encoder.columns.length - givenCount(this.steps) - count
    const known = training.encoder.columns.slice(first, first + count).flatMap((code) => {
      return code.carries === 'factor' && besides ? [levelsOf(training.encoder, code, besides)] : []
    })
    const others = Int32Array.from({ length: inputs.rows * count }, (_, at) => known[at % count]![Math.floor(at / count)]!)
    const all = besideCodes(codes, others, inputs.rows)
    this.seen.settle(all, key)
    return all
  }

  /** Next rows as a table: what is drawn, without what was given. Cost O(cells · log n). */
  decode(rows: Encoded): Table {
    const { encoder } = this.steps.training
    const drawn = encoder.columns.slice(0, encoder.columns.length - givenCount(this.steps) - (this.steps.besides ?? 0))
    return decodeTable(
      encoder,
      rows,
      drawn.map(({ name }) => name)
    )
  }

  private condition(given: Matrix, codes: Int32Array, i: number): Condition {
    const { encoder } = this.steps.training
    const width = encoder.factors.length
    const first = encoder.columns.length - given.cols
    const numbers = Array.from({ length: given.cols }, (_, k) => ({
      column: first + k,
      name: encoder.columns[first + k]!.name,
      value: given.data[i * given.cols + k]!
    }))
    const levels = new Map(Array.from({ length: width }, (_, f) => [f, codes[i * width + f]!] as const))
    return { words: '', numbers, ranges: [], levels, among: new Map(), named: [], unknown: [] }
  }
}
