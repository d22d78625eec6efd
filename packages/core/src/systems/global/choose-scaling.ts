import type { Context } from '../../kernel/context.js'
import { paysElsewhere } from '../../kernel/engine-task.js'
import { classesOf, plainCategoryMode } from '../../law/strata.js'
import { takeValues } from '../../num/matrix.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { mean, sorted, weightedMedian } from '../../num/statistics.js'
import { together } from '../../num/together.js'
import { encodeTable, fitEncoder, presentValues } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { takeTableRows } from '../../table/rows.js'
import { FAR, hasLightTails, hasLongTails, hasPeaks, hasTies, keepsHours, keepsValues, type ScalingMethod } from '../../table/scaling.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { isClear } from './contest-folds.js'
import { type ContestRows, contestSize, Entrant, foldsOf, type ScalingMethods, type SearchedRows } from './entrant.js'

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

export interface ScalingContest extends Context, ContestRows {
  /** Methods that the user fixed, by column. */
  readonly fixed: Readonly<Record<string, ScalingMethod>>
}

/**
 * The score by which `quantile` has to be better. Its empirical quantile functions profit more from rows than
 * `standard` does, and the contest fits fewer rows than the model will: measured on halves of breast cancer (284 rows),
 * the contest is a tie where the model gains 0.05. Below 250 rows `quantile` has to win clearly.
 */
export function leadRequired(rowCount: number): number {
  return rowCount < 250 ? 0.03 : -0.035
}

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
  const { fixed, engine, watch, table, formats, kernel, model, key } = contest
  const rows: ContestRows = { table, formats, kernel, model, key }
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
  const { rowCount, work } = contestSize(rows)
  const folds = foldsOf(rows, rowCount)
  const apart = folds.whole && model !== undefined && paysElsewhere(engine, (1 + sets.length) * work)
  const entrantOf = (methods: ScalingMethods, other?: Entrant) =>
    new Entrant({ contest: rows, methods }, { folds, other }, { engine, watch })
  const standard: Competitor = { entrant: entrantOf(plain), methods: plain, lead: 0, areas: [] }
  const ranked = sets.map((names): Competitor => {
    const methods = methodsOf(names)
    // Ranks across the gaps that classes make must earn it.
    return { entrant: entrantOf(methods, standard.entrant), methods, lead: names === candidates ? lead : Math.max(0, lead), areas: [] }
  })
  const all = [standard, ...ranked]
  const total = all.length * folds.heldOut.length
  let done = 0
  for (const round of roundsOf(folds.heldOut.length)) {
    const left = round.flatMap((fold) => all.map((one) => ({ ...one, fold })))
    // Nobody waits for a bandwidth that another thread looks for while one that is known is there.
    const next = () =>
      left.splice(
        Math.max(
          0,
          left.findIndex(({ entrant }) => !entrant.isSought)
        ),
        1
      )[0]!
    const areaOfNext = async (place: number): Promise<void> => {
      const { entrant, areas, fold } = next()
      areas[fold] = await entrant.area(fold, apart && place > 0 ? 'elsewhere' : 'here')
      watch?.progress?.({ stage: 'choosing the scaling', done: ++done, total })
    }
    await together(left.map(() => areaOfNext))
    const isTold = (one: Competitor, other: Competitor) => {
      const leads = one.areas.map((area, i) => area - other.areas[i]! - other.lead)
      return isClear(leads, { heldOut: folds.heldOut[round[0]!]!.length, folds: folds.heldOut.length })
    }
    const ahead = all.indexOf(bestOf(all))
    if (all.every((one, k) => k === ahead || (k < ahead ? isTold(one, all[ahead]!) : isTold(all[ahead]!, one)))) break
  }
  const winner = bestOf(all)
  const quantile = winner === standard ? ranked[0]! : winner
  const { relative, searched } = await winner.entrant.settled()
  watch?.progress?.({ stage: 'choosing the scaling', done: total, total })
  return {
    choice: { methods: winner.methods, scores: { standard: mean(standard.areas), quantile: mean(quantile.areas) } },
    ...(relative ? { relative } : {}),
    ...(searched ? { searched } : {})
  }
}

/** Folds after which one may be clearly ahead: never after the first alone. */
const roundsOf = (folds: number): number[][] =>
  [[0, 1], [2], [3], [4]].map((round) => round.filter((fold) => fold < folds)).filter(({ length }) => length > 0)

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
  // Of times of day ranks keep to the hours, and to the midnights at both ends.
  const limited = new Set(formats.filter(({ number }) => number?.censoring ?? number?.clock).map(({ name }) => name))
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
