import { distances } from '../code/rules/keep-totals.js'
import type { RunningTotal } from '../code/rules/running-totals.js'
import { type Standing, standingText } from '../code/rules/standings.js'
import type { Context } from '../kernel/context.js'
import { throwIfStopped } from '../num/iterate.js'
import { keyFor } from '../num/random.js'
import { stackTables, takeTableColumns, takeTableRows } from '../table/rows.js'
import type { Table } from '../table/table.js'
import { type AlignedTables, alignTables } from './align.js'
import { compareAssociations } from './compare-associations.js'
import { compareClouds } from './compare-clouds.js'
import { compareColumns } from './compare-columns.js'
import { compareNeighbours, type Weighed } from './compare-neighbours.js'
import { compareOrder } from './compare-order.js'
import {
  compareKnown,
  compareRules,
  compareStandings,
  compareTotals,
  compareUnique,
  followersIn,
  standingsOf,
  totalsIn
} from './compare-rules.js'
import { type Comparison, MOST_ASSOCIATED_COLUMNS, prepareComparison } from './comparison.js'
import { wholeProgress } from './comparison-share.js'
import type { Evaluation, Likeness } from './evaluation.js'
import { groupTables } from './group-rows.js'
import type { GroupedTable } from './panels.js'
import { quasiIdentifiers } from './quasi-identifiers.js'
import { straysIn } from './strays.js'
import { effectiveCounts, weighedRows } from './weigh.js'

export interface EvaluationProblem extends Context {
  readonly real: Table
  readonly synthetic: Table
  /** Rows the model was fitted to, where `real` was held out from it; without it `real` is taken for the training table. */
  readonly train?: Table | undefined
  /** What every real row weighs, and every training row, where they weigh differently: `synthetic` is compared with the law that they have by these. */
  readonly weights?: Float64Array | undefined
  readonly trainWeights?: Float64Array | undefined
  /** Columns by which somebody could be recognised together. */
  readonly quasi?: readonly string[] | undefined
  /** The same rows in their groups, where they belong to such: groups are then compared as wholes too. */
  readonly groups?: { readonly real: GroupedTable; readonly synthetic: GroupedTable; readonly time?: string | undefined } | undefined
  /** The same rows as they follow each other in a series, where they are compared in other terms. */
  readonly ordered?: { readonly real: Table; readonly synthetic: Table } | undefined
  /** Whether numbers are places of a grid, as pixels are: among them there are no rules. */
  readonly fields?: boolean | undefined
  /**
   * Rows of each side that distances between clouds, the classifier and coverage look at, at most; default all that are compared.
   * Chance makes an area of n rows scatter by 0.4/√n.
   */
  readonly clouds?: number | undefined
  /** Searches neighbours. */
}

/**
 * Every measure of how well a synthetic table follows a real one, each beside its floor: the same measure between two
 * halves of the real table. Measures whose value depends on the number of rows are taken on equally many rows as their
 * floor. Tables of over 5,000 rows are compared on 5,000 rows drawn by the key, fewer where there are over 100 columns;
 * copies are counted on all. Associations are those of at most 150 columns. Where rows weigh differently, measures compare with
 * rows drawn by their weights, of which few recur; copies, distances to training rows and rules see every row once.
 *
 * The same key gives the same numbers. Cost O(n²·d) for n ≤ 5,000 compared rows, memory O(n·d), besides neighbour
 * searches among all training rows. Throws `InputError` where the tables have different columns or fewer than two rows,
 * `StopError` when asked to stop.
 */
export async function evaluateTables(problem: EvaluationProblem): Promise<Evaluation> {
  return (await allParts(problem)) as Evaluation
}

/** The same without the rules, which take long to find in many columns. */
export async function evaluateLikeness(problem: EvaluationProblem): Promise<Likeness> {
  return (await allParts({ ...problem, unruled: true })) as Likeness
}

async function allParts(problem: PartsProblem): Promise<Partial<Evaluation>> {
  const found: Partial<Evaluation> = {}
  for await (const part of evaluationParts(problem)) Object.assign(found, part)
  return Object.fromEntries(IN_ORDER.filter((name) => name in found).map((name) => [name, found[name]]))
}

interface PartsProblem extends EvaluationProblem {
  /** Whether no rules are asked for. */
  readonly unruled?: boolean
}

/** What is told first. */
const IN_ORDER = [
  'energyDistance',
  'slicedWasserstein',
  'classifierAuc',
  'nearestNeighbourRatio',
  'copies',
  'places',
  'coverage',
  'density',
  'columns',
  'squaredMmd',
  'classifierRelations',
  'groups',
  'rules',
  'order',
  'warnings',
  'associations',
  'privacy',
  'membership',
  'quasi',
  'rows',
  'splits',
  'notes'
] as const satisfies readonly (keyof Evaluation)[]

/** The parts of an evaluation as they are found, the quick ones first: what is not asked for is not computed. */
export async function* evaluationParts(problem: PartsProblem): AsyncGenerator<Partial<Evaluation>, void> {
  const aligned = alignTables(problem)
  const totals = problem.fields ? [] : totalsIn(aligned.real)
  const standings = problem.fields ? [] : standingsOf(aligned.real).filter(({ column }) => !totals.some((one) => one.column === column))
  const whole = besideTotals(aligned, totals, standings)
  const weighed = weighedOf(problem, whole)
  const prepared = prepareComparison(whole, { engine: problem.engine, key: problem.key, watch: problem.watch, weighed: weighed.real })
  const progress = problem.watch?.progress && wholeProgress(prepared, problem.watch.progress)
  const comparison = { ...prepared, clouds: problem.clouds, watch: { ...problem.watch, progress, crew: problem.engine.crew } }
  const begin = (stage: string) => {
    throwIfStopped(problem.watch, stage)
    progress?.({ stage, done: 0, total: 1 })
  }
  yield {
    rows: {
      real: whole.real.rowCount,
      synthetic: whole.synthetic.rowCount,
      train: whole.train?.rowCount ?? null,
      compared: Math.max(comparison.real.rowCount, comparison.synthetic.rowCount),
      half: comparison.half,
      ...fewerRows(comparison)
    },
    splits: comparison.splits.length
  }
  if (problem.quasi) yield { quasi: quasiIdentifiers({ ...problem, real: problem.train ?? problem.real, columns: problem.quasi }) }
  begin('comparing the columns')
  yield { warnings: straysIn(columnsOf(problem, whole)) }
  yield { columns: compareColumns(comparison, weighed.real && takeTableRows(whole.real, weighed.real.all)) }
  if (!problem.unruled)
    yield {
      rules: [
        ...compareTotals(totals, aligned),
        ...compareStandings(standings, aligned),
        ...compareRules(comparison, whole, { fields: problem.fields, counts: countsOf(problem, whole) }),
        ...(problem.fields || problem.groups ? [] : compareKnown(comparison, whole)),
        ...(problem.fields ? [] : compareUnique(whole))
      ]
    }
  const order = problem.fields || problem.groups ? undefined : compareOrder(problem.ordered ?? whole)
  if (order) yield { order }
  yield { associations: compareAssociations(comparison) }
  begin('finding the nearest rows')
  const { twins, ...neighbours } = await compareNeighbours(comparison, whole, { ...weighed, grouped: problem.groups !== undefined })
  const notes = [
    ...totals.map(totalNote),
    ...standings.map(standingNote),
    ...weightNotes(weighed),
    ...(twins === undefined ? [] : [`${twins}.`]),
    ...notesOn(whole, comparison, neighbours)
  ]
  yield { ...neighbours, notes }
  yield await compareClouds(comparison)
  if (problem.groups) yield { groups: await compareGroups(problem.groups, problem) }
}

function weighedOf({ weights, trainWeights, key }: EvaluationProblem, { real, train }: AlignedTables): Weighed {
  return {
    real: weighedRows(weights, real, keyFor(key, 'real')),
    train: train && weighedRows(trainWeights, train, keyFor(key, 'training'))
  }
}

/** All real rows, those of the fit with them where these are others; in their groups, where they belong to such, which those of the fit are not. */
function columnsOf(problem: EvaluationProblem, { real, synthetic, train }: AlignedTables): Parameters<typeof straysIn>[0] {
  const { groups } = problem
  if (!groups) return { real: train ? stackTables([real, train]) : real, synthetic, counts: countsOf(problem, { real, synthetic, train }) }
  const names = real.columns.map(({ name }) => name)
  const sides = { real: takeTableColumns(groups.real.table, names), synthetic: takeTableColumns(groups.synthetic.table, names) }
  return { ...sides, groups: { real: groups.real.first, synthetic: groups.synthetic.first } }
}

/** How many rows each real row, and each training row behind these, counts for; undefined where all weigh the same. */
function countsOf({ weights, trainWeights }: EvaluationProblem, { real, train }: AlignedTables): Float64Array | undefined {
  if (!weights && !trainWeights) return undefined
  const counts = (own: Float64Array | undefined, { rowCount }: Table) => (own ? effectiveCounts(own) : new Float64Array(rowCount).fill(1))
  return Float64Array.from([...counts(weights, real), ...(train ? counts(trainWeights, train) : [])])
}

const weightNotes = ({ real }: Weighed): string[] =>
  real
    ? [
        `Real rows have weights: most measures use ${real.apart.length} of them, drawn by weight; means and missing cells use all of them by weight. Copies, distances to training rows and rules count every row once.`
      ]
    : []

/** The tables without ranks and shares among all rows, and without what adds up from row to row: of rows by themselves it says nothing, as no two statements have the same course, and of what follows it only how far it is from it. */
function besideTotals(
  { real, synthetic, train }: AlignedTables,
  totals: readonly RunningTotal[],
  standings: readonly Standing[]
): AlignedTables {
  const followers = new Map(followersIn(totals, real).map((one) => [one.column, one]))
  const without = (table: Table): Table => ({
    ...table,
    columns: table.columns
      .filter(({ name }) => ![...totals, ...standings].some(({ column }) => column === name))
      .map((column) => (followers.has(column.name) ? distances(followers.get(column.name)!, table) : column))
  })
  return totals.length + standings.length === 0
    ? { real, synthetic, train }
    : { real: without(real), synthetic: without(synthetic), train: train && without(train) }
}

const standingNote = (one: Standing): string => `${standingText(one)}: it is checked as a rule and left out of the other measures.`

const totalNote = ({ column }: RunningTotal): string =>
  `${column} adds up from row to row: it is checked as a rule and left out of the other measures.`

function fewerRows({ clouds, real, synthetic }: Comparison): { readonly clouds?: number } {
  return clouds !== undefined && clouds < Math.max(real.rowCount, synthetic.rowCount) ? { clouds } : {}
}

/** The evaluation of groups, each a row of what it is as a whole: halves are halves of groups, and none is on both sides of a fold. */
async function compareGroups(
  { real, synthetic, time }: NonNullable<EvaluationProblem['groups']>,
  { engine, key, watch }: EvaluationProblem
): Promise<Evaluation> {
  const stop = watch?.stop
  return await evaluateTables({ ...groupTables(real, synthetic, time), engine, key: keyFor(key, 'groups'), watch: stop && { stop } })
}

function notesOn(
  whole: AlignedTables,
  { found, synthetic, splits }: Comparison,
  { nearestNeighbourRatio, copies, places }: Pick<Evaluation, 'nearestNeighbourRatio' | 'copies' | 'places'>
): string[] {
  const notes: string[] = []
  if (found.rowCount < whole.real.rowCount || synthetic.rowCount < whole.synthetic.rowCount)
    notes.push(
      `Distances were measured on at most ${Math.max(found.rowCount, synthetic.rowCount)} rows of each table, drawn at random; copies were counted on all rows.`
    )
  if (found.columns.length > MOST_ASSOCIATED_COLUMNS)
    notes.push(`Associations were compared among ${MOST_ASSOCIATED_COLUMNS} of the ${found.columns.length} columns, evenly spread.`)
  if (!whole.train)
    notes.push(
      'No training table was given (--train), so the real table is used as one: each real row is compared with the other real rows in place of held-out rows. If the model was fitted to other rows, nothing here says how near new rows come to those.'
    )
  else if (!copies.heldOut)
    notes.push(
      'The real rows were not held out: more of them are in the training table than chance explains. In their place, each training row is compared with the others.'
    )
  if (splits.length === 0) notes.push('The tables are too small for floors, which need at least four real and two synthetic rows.')
  if (copies.withoutNumbers > 0)
    notes.push(
      `${copies.withoutNumbers === 1 ? '1 synthetic row has' : `${copies.withoutNumbers} synthetic rows have`} no number at all, like some real rows: ${copies.withoutNumbers === 1 ? 'it is' : 'they are'} not counted as copies.`
    )
  if (places)
    notes.push(
      `${places.rows} of ${places.of} synthetic rows have what a real one has in ${places.columns.map((set) => set.join(', ')).join(' or ')}, which tells all real rows apart: fresh rows would not, so that the nearest-neighbour ratio is that of the other rows, and copies are held against real rows that differ in one of these columns.`
    )
  if (nearestNeighbourRatio.value === null && !(places && places.rows === places.of))
    notes.push('The nearest-neighbour ratio is not defined: every held-out row coincides with a training row.')
  return notes
}
