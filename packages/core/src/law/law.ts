import { type KernelChoice, kernelOf, widthsFor } from '../kernel/bandwidth.js'
import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { settle } from '../num/checksum.js'
import { defined } from '../num/defined.js'
import { exp } from '../num/elementary.js'
import { quiet, type Watch } from '../num/iterate.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { addInto } from '../scaling/landmarks.js'
import { type Scaling, symmetricScaling } from '../scaling/symmetric.js'
import { type Cloud, cloud } from '../space/cloud.js'
import type { Combinations } from '../table/categories.js'
import { type Encoded, type Encoder, takeEncoded } from '../table/encoder.js'
import { comparedPoints, embedEncoded, type Standing } from '../table/standing.js'
import type { Bridge } from './bridge.js'
import { factorGroups } from './factor-groups.js'
import type { MeanTerms } from './number-means.js'
import { type CategoryMode, type ClassConditions, categoryMode, classesOf, oneClass, type RowClasses } from './strata.js'
import { type Ridges, type SweepBridge, sweepBridge } from './sweep.js'
import type { TrainingRows } from './training-rows.js'

/**
 * A fitted law: rows, how they are compared, and the potentials that make the kernel between them a bridge. A table under
 * conditions, a window of a field and a step of a series are the same; they differ in which columns are drawn from which.
 */
export interface Law {
  /** How many columns are drawn, from how many others. */
  readonly columns: { readonly drawn: number; readonly given: number }
  /** Coordinates, those that are drawn first [M, drawn + given], and categories where there are any. */
  readonly rows: Encoded
  readonly logWeights: Float64Array
  readonly kernel: KernelChoice
  /** What a coordinate is divided by before it is compared [d]; infinite: it is not compared. Others than 1 with a fixed kernel only. */
  readonly scales: Float64Array
  /** f + a: potentials and log-weights [M]. */
  readonly logTerms: Float64Array
  readonly strata: Strata
  /** Local covariance, averaged over the rows, packed lower triangle [d(d + 1)/2]. */
  readonly pooled?: Float64Array | undefined
}

/** Rows of one class, ready to be compared with chains. */
export interface Stratum {
  readonly compared: Cloud
  /** The same rows as they came, and places of known categories [M, d + q]. */
  readonly values: Matrix
  /** f + a [M] */
  readonly logTerms: Float64Array
  /** ρ, under a variable kernel. */
  readonly widths?: Float64Array | undefined
  /** Factors that the class settles, with its levels. */
  readonly levels: readonly (readonly [factor: number, level: number])[]
}

/** Classes of rows, each with a Gaussian of its own where a chain stands. */
interface Strata {
  readonly mode: CategoryMode
  readonly classes: RowClasses
  readonly parts: readonly Stratum[]
  /** Places of the categories of each class, where they are drawn with the class [G, q]. */
  readonly places?: Matrix
  /** Where categories are drawn a group at a time. */
  readonly sweep?: SweepBridge
  /** Coordinates, and places of the known categories behind them, as they stand in the values of all parts [n, d + q]. */
  readonly withKnown?: (rows: Encoded) => Matrix
}

/** What a law is fitted to. */
export interface LawProblem extends Pick<Law, 'columns' | 'rows' | 'logWeights' | 'kernel' | 'scales'> {
  /** Of rows with categories, or such as make classes. */
  readonly table?: TableManner & { readonly encoder: Encoder }
}

/** How the rows of a table are told apart. */
export interface TableManner {
  /** Where something is known of what is drawn; without, plain draws are meant. */
  readonly conditions?: ClassConditions | undefined
  /** How categories are drawn, where a part of a table's rows must do as the whole does; default by the rows. */
  readonly mode?: CategoryMode | undefined
  /** Groups of factors that hang together, where the rows are too few to tell; default by the rows. */
  readonly groups?: readonly (readonly number[])[] | undefined
  /** Of the odds of each group, where the rows that these are some of have chosen them; default by the rows. */
  readonly ridges?: Ridges | undefined
  /** What numbers go by, where the rows that these are some of have shown it; default by the rows. */
  readonly meanTerms?: MeanTerms | undefined
  /** Factors that are known: where categories are swept, numbers are drawn by their regression on them. */
  readonly known?: readonly number[] | undefined
  /** Classes of the rows, where those of the table that they are part of are meant; default by the rows. */
  readonly classes?: RowClasses | undefined
}

/** All coordinates of a table, drawn from none. */
export function tableProblem(
  { encoder, rows, logWeights }: TrainingRows,
  kernel: KernelChoice,
  { scales, ...manner }: TableManner & { readonly scales?: Float64Array } = {}
): LawProblem {
  const d = encoder.coordinateCount
  const columns = { drawn: d, given: 0 }
  return { columns, rows, logWeights, kernel, scales: scales ?? new Float64Array(d).fill(1), table: { ...manner, encoder } }
}

/** All coordinates of points, drawn from none. */
export function pointsProblem({ points, logWeights }: Cloud, kernel: KernelChoice): LawProblem {
  const columns = { drawn: points.cols, given: 0 }
  const rows = { coordinates: points, codes: new Int32Array(0) }
  return { columns, rows, logWeights, kernel, scales: new Float64Array(points.cols).fill(1) }
}

export interface ScalingContext {
  readonly engine: Engine
  readonly tolerance?: number | undefined
  readonly turns?: number | undefined
  /** A starting point for potentials. */
  readonly initial?: Float64Array | undefined
  /** As in `symmetricScaling`. */
  readonly landmarks?: number | undefined
  readonly watch?: Watch | undefined
}

/** The symmetric scaling of a law's rows, numbers and categories compared together. Cost about 15 kernel passes over M² pairs. */
export async function scaleRows(problem: LawProblem, { engine, ...options }: ScalingContext): Promise<Scaling> {
  const { kernel, rows, logWeights } = problem
  const widths = await widthsFor(kernel, rows.coordinates, engine)
  return symmetricScaling({
    cloud: cloud(wholePoints(problem), logWeights),
    kernel: kernelOf(kernel, widths, widths),
    engine,
    ...defined(options)
  })
}

/** The rows of a law as they are compared with every factor. */
function wholePoints(problem: LawProblem): Matrix {
  const { scales, table, rows } = problem
  return table && scales.every((scale) => scale === 1) ? comparedPoints(table.encoder, rows) : scaledPoints(problem, rows)
}

/** What is found about rows once and kept. */
interface LawFit extends Pick<Law, 'pooled'> {
  readonly potentials: Float64Array
}

/** Fits a law; potentials are found unless they are known. Cost that of `scaleRows`. */
export async function fitLaw(
  problem: LawProblem,
  context: ScalingContext & { readonly potentials?: Float64Array | undefined }
): Promise<Law> {
  const { potentials, watch, ...rest } = context
  const found = potentials ?? (await scaleRows(problem, { ...rest, watch: quiet(watch) })).potentials
  const law = lawOf(problem, { potentials: found }, await widthsFor(problem.kernel, problem.rows.coordinates, rest.engine))
  return problem.table ? law : { ...law, pooled: await averageCovariance(law, rest.engine) }
}

/** A law whose fit is known; `widths` are those of its rows under a variable kernel. Cost O(M·d). */
export function lawOf(problem: LawProblem, fit: LawFit, widths?: Float64Array): Law {
  const logTerms = addInto(fit.potentials, problem.logWeights)
  return { ...lawUnder(problem, logTerms, widths), pooled: fit.pooled }
}

function lawUnder(problem: LawProblem, logTerms: Float64Array, widths: Float64Array | undefined): Law {
  const { table: _, ...own } = problem
  return { ...own, logTerms, strata: strataOf(problem, { logTerms, ...defined({ widths }) }) }
}

function strataOf(problem: LawProblem, terms: { readonly logTerms: Float64Array; readonly widths?: Float64Array }): Strata {
  const { rows, kernel, table } = problem
  const rowCount = rows.coordinates.rows
  const encoder = table?.encoder
  const mode = table?.mode ?? (encoder ? categoryMode(encoder, rows.codes) : 'none')
  const known = mode === 'sweep' && encoder ? factorsApart({ encoder, rows }, table?.known ?? []) : []
  const byRows = () =>
    encoder
      ? classesOf({ encoder, rows }, mode, besidePlaces(table?.conditions, encoder, known))
      : { combinations: oneClass(rowCount), settled: [] }
  const classes = table?.classes ?? byRows()
  const factorCount = encoder?.factors.length ?? 0
  const factors = Array.from({ length: factorCount }, (_, f) => f)
  const sweep =
    mode === 'sweep'
      ? sweepBridge({
          ...terms,
          kernel,
          training: rows,
          factorCount,
          groups: table?.groups ?? factorGroups(rows.codes, factorCount),
          ridges: table?.ridges,
          meanTerms: table?.meanTerms,
          embed: (some, factors, standing) => scaledPoints(problem, some, factors, standing),
          whole: cloud(wholePoints(problem))
        })
      : undefined
  const whole = sweep?.whole ?? cloud(scaledPoints(problem, rows, []))
  // The rows of a table are nobody's but the encoder's.
  if (table) settle(whole.points.data)
  const settled = sweep ? classes.settled : factors
  const withKnown = known.length > 0 ? (some: Encoded) => embedEncoded(encoder!, some, known) : undefined
  const values = withKnown?.(rows) ?? rows.coordinates
  const parts = classes.combinations.rows.map((members): Stratum => {
    const all = members.length === rowCount
    const take = (values: Float64Array) => (all ? values : Float64Array.from(members, (row) => values[row]!))
    const compared = all ? whole : cloud(takeRows(whole.points, members))
    return {
      compared,
      // One matrix where they are the same numbers: an engine takes it up once.
      values: whole.points === values ? compared.points : all ? values : takeRows(values, members),
      logTerms: take(terms.logTerms),
      widths: terms.widths && take(terms.widths),
      levels: settled.map((f) => [f, rows.codes[members[0]! * factorCount + f]!])
    }
  })
  const places = encoder && !sweep ? placesOf({ encoder, rows }, classes.combinations) : undefined
  return { mode, classes, parts, ...defined({ places, sweep, withKnown }) }
}

/** Rows a place of a level, at least. @source Peduzzi and others, Journal of Clinical Epidemiology 1996: ten a variable of a regression. */
const ROWS_PER_PLACE = 10
/** Moments cost the square of what they are of: as much as of so many numbers more. */
const MOST_PLACES = 20

/** Those of some factors in which rows differ, the fewest levels first, as many as the rows can tell of. */
function factorsApart({ encoder, rows: { codes } }: Pick<TrainingRows, 'encoder' | 'rows'>, some: readonly number[]): number[] {
  const width = encoder.factors.length
  const places = (f: number) => encoder.factors[f]!.places.cols
  const apart = some.filter((f) => codes.some((code, at) => at % width === f && code !== codes[f]))
  let left = Math.min(MOST_PLACES, codes.length / width / ROWS_PER_PLACE)
  return apart
    .sort((a, b) => places(a) - places(b) || a - b)
    .filter((f) => {
      const fits = places(f) <= left
      if (fits) left -= places(f)
      return fits
    })
}

/** Places of known categories are numbers that are known too. */
function besidePlaces(
  conditions: ClassConditions | undefined,
  { factors }: Encoder,
  known: readonly number[]
): ClassConditions | undefined {
  if (!conditions) return undefined
  return { ...conditions, numbers: known.reduce((sum, f) => sum + factors[f]!.places.cols, conditions.numbers ?? 0) }
}

/** Rows, evenly spaced, over which local covariances are averaged: of more the average is the same to a few per cent. */
const POOLED_ROWS = 512

/** Local covariance averaged over the rows. Cost of 512 rows of a kernel pass with covariances. */
async function averageCovariance({ rows, logWeights, kernel, strata }: Law, engine: Engine): Promise<Float64Array> {
  const { compared, logTerms, values } = strata.parts[0]!
  const weighed = Uint32Array.from(logWeights.keys()).filter((j) => logWeights[j]! > Number.NEGATIVE_INFINITY)
  const count = Math.min(weighed.length, POOLED_ROWS)
  const sampled = Uint32Array.from({ length: count }, (_, i) => weighed[Math.floor((i * weighed.length) / count)]!)
  const from = count === rows.coordinates.rows ? compared : cloud(takeRows(compared.points, sampled))
  const { covariance } = await engine.moments({ from, to: compared, kernel: gaussianKernel(kernel.epsilon) }, logTerms, values)
  const out = new Float64Array(covariance.cols)
  let total = 0
  sampled.forEach((j, i) => {
    const weight = exp(logWeights[j]!)
    if (!(weight > 0)) return
    total += weight
    for (let c = 0; c < out.length; c++) out[c] = out[c]! + weight * covariance.data[i * out.length + c]!
  })
  return out.map((x) => x / total)
}

/** A bridge as a law of all its coordinates. */
export const lawOfBridge = ({ training, logTerms, kernel, widths }: Bridge): Law =>
  lawUnder(pointsProblem(training, kernel), logTerms, widths)

/** The points that a law's kernel compares: scaled coordinates, then the places of the given factors [n, ·]. */
function scaledPoints(
  { scales, table }: Pick<LawProblem, 'scales' | 'table'>,
  { coordinates, codes }: Encoded,
  factors: readonly number[] = table ? Array.from(table.encoder.factors.keys()) : [],
  standing?: Standing
): Matrix {
  const scale = (numbers: Matrix) => scaledColumns(numbers, scales)
  const rows = { coordinates: standing ? standing.scaled(coordinates, scale) : scale(coordinates), codes }
  if (!table || factors.length === 0) return rows.coordinates
  return standing ? standing.place(table.encoder, rows, factors) : embedEncoded(table.encoder, rows, factors)
}

/** Columns divided by their scales, without those whose scale is infinite. */
export function scaledColumns(m: Matrix, scales: Float64Array): Matrix {
  if (scales.every((scale) => scale === 1)) return m
  const kept = Array.from(scales.keys()).filter((c) => scales[c]! < Number.POSITIVE_INFINITY)
  const factors = kept.map((c) => 1 / scales[c]!)
  const out = matrix(m.rows, kept.length)
  for (let i = 0; i < m.rows; i++)
    for (let k = 0; k < kept.length; k++) out.data[i * kept.length + k] = m.data[i * m.cols + kept[k]!]! * factors[k]!
  return out
}

/** Places of the categories of each class [G, q], read off its first row. */
function placesOf({ encoder, rows }: Pick<TrainingRows, 'encoder' | 'rows'>, combinations: Combinations): Matrix {
  const firsts = takeEncoded(
    rows,
    combinations.rows.map((members) => members[0]!)
  )
  return embedEncoded(encoder, { coordinates: matrix(firsts.coordinates.rows, 0), codes: firsts.codes })
}
