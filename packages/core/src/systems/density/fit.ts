import { stackedLog, stackWeights } from '../../choose/stack.js'
import { derives, ruleTexts } from '../../code/rules/kept-rules.js'
import { sampledSquaredDistances, typicalAboveTies } from '../../kernel/bandwidth.js'
import type { Engine } from '../../kernel/engine.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import { bridgeDensity, leftOutDensities } from '../../law/bridge-density.js'
import { type DensityRows, type ScoredRow, StepMixture, type StepMoments, type StepSetting, stepMoments } from '../../law/step-mixture.js'
import { log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { evenly } from '../../num/evenly.js'
import { placesByName } from '../../num/group.js'
import { quiet, throwIfStopped, type Watch } from '../../num/iterate.js'
import { counted, listed, typesFlag } from '../../num/listed.js'
import { rowOf, takeColumns } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import type { RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import { contextOf, type JobContext } from '../context.js'
import { fitCoding } from '../imputation/coding.js'
import { FEW_ROWS, readTableWithGaps, takenNotes } from '../imputation/fit.js'
import type { Donors } from '../imputation/row-law.js'
import { rulesWithGaps } from '../imputation/rules.js'
import type { PreparedTable } from '../prepare.js'
import { type Ends, endsOf, rowBetween, rowsBetween } from './ends.js'
import type { DensityModel, StackMember } from './model.js'
import type { DensityFit } from './options.js'
import { completedRows, densityRows, stepsOf, withoutCopies } from './rows.js'
import { levelColumns, logVolume, measureOf, type NumberColumn, numberColumns, spikedColumns } from './units.js'

export const LEARNING = 'density'

/** ε in units of the typical squared distance of neighbours, and on by factors of four to the variance of a column. */
const EPSILONS = [1 / 16, 1 / 4, 1, 4, 16]
/** Rows' worth of the average covariance, in numbers of columns. */
const PRIORS = [1, 1 / 4, 1 / 16]
/** Rows' worth of other levels that a level is mixed with: the first for all laws, the others for those that count. */
const SMOOTHINGS = [5, 80, 1280]
/** Bandwidths that tell outliers, in units of the typical squared distance to the tenth neighbour. */
const OUTLYING = [1 / 16, 1 / 4, 1]
/** Rows that are left out, one by one, to choose by: their mean log-density is known to a thirtieth of its spread. */
const MOST_SCORED = 1000
/** A law with less of the stack than this changes no log-density by more than its own share. */
const LEAST_WEIGHT = 1e-3
/** Multiplications of all laws that are tried: some ten seconds of one core. */
const MOST_WORK = 1e10
/** No fewer rows are taken than these, whatever it costs. */
const LEAST_TAKEN = 500

/** The work of a fit that rows take, a row each, in multiplications. */
const workOf = (d: number): number => EPSILONS.length * PRIORS.length * MOST_SCORED * (d * d + d + 20)

/** Most rows that a density of d numbers is learned from. */
export const mostRows = (d: number): number => Math.max(LEAST_TAKEN, Math.floor(MOST_WORK / workOf(d)))

/** Learns the density of the rows of a raw table. Throws `InputError`: what reading a table throws, `weights`, stated rules that are broken, `rows-few`, `columns-none`. */
export async function fitDensity(raw: RawTable, options: DensityFit, jobContext: JobContext): Promise<DensityModel> {
  const { seed = 1, ...reading } = options
  const { prepared, kinds, reading: read } = readTableWithGaps(raw, reading, withoutDensity)
  const kept = rulesWithGaps(prepared.data, reading)
  const derivations = (kept?.rules ?? [])
    .filter((rule) => derives(rule) && rule.kind !== 'order')
    .map((rule) => ({ column: rule.column, text: ruleTexts({ ...kept!, rules: [rule] })[0]! }))
  return learn({ prepared, derivations, kinds, reading: read, weights: reading.weights }, contextOf(seed, jobContext))
}

const withoutDensity = (name: string): string =>
  `${name}: names rows, so it has no density and is left out; ${typesFlag(name, 'category')} takes it in`

/** A column that a rule gives from others. */
interface Derivation {
  readonly column: string
  readonly text: string
}

interface Read extends Pick<DensityModel, 'kinds' | 'reading'> {
  readonly prepared: PreparedTable
  readonly derivations: readonly Derivation[]
  /** A column that has no density: it says how much rows count. */
  readonly weights: string | undefined
}

async function learn(
  { prepared, derivations, kinds, reading, weights }: Read,
  context: ReturnType<typeof contextOf>
): Promise<DensityModel> {
  const { engine, key, watch } = context
  const { data } = prepared
  const derived = [...new Set(derivations.map(({ column }) => column))]
  const coding = fitCoding(without(data.table, [...derived, ...(weights === undefined ? [] : [weights])]), data.formats, 'apart')
  const numbers = numberColumns({ coding })
  if (numbers.length + levelColumns({ coding }).length === 0) throw nothingVaries()
  const taken = await completedRows(prepared, { coding, limit: mostRows(numbers.length), key: keyFor(key, 'rows'), watch })
  const steps = stepsOf(numbers, data.table)
  const learned = withoutCopies(taken.learned, numbers, steps)
  const rows = densityRows(learned, coding, steps)
  const scored = scoredNumbers({ coding, kinds }, rows)
  const ends = await foundEnds({ numbers, steps, rows }, engine)
  const { stack, logLikelihood } = await chooseStack(rows, { scored, ends, places: numbers.map(({ at }) => at), engine, watch })
  const outlying = await neighbourScale(rows, 10, engine)
  return {
    coding,
    kinds,
    learned,
    reading,
    stack,
    ends: stack.some(({ between }) => between) ? ends : [],
    denoising: await chooseDenoising(rows, { spiked: spikedColumns({ coding }).map(({ a }) => a), engine, watch }),
    outlying: OUTLYING.map((factor) => factor * outlying),
    summary: {
      rowCount: data.table.rowCount,
      donorCount: learned.completed.rows,
      logLikelihood,
      measure: measureOf({ coding, kinds }),
      rounded: [...steps].map(([name, step]) => ({ name, step })),
      derived,
      notes: [
        ...data.notes,
        ...notesOf(data.table, { derivations, numbers, steps, learned, taken: taken.learned.completed.rows, usable: taken.usable })
      ]
    }
  }
}

/** The same table with some columns as if nothing of them varied. */
function without(table: Table, names: readonly string[]): Table {
  const columns = table.columns.map((column) => (names.includes(column.name) ? { name: column.name, kind: 'identifier' as const } : column))
  return { ...table, columns }
}

interface Numbered {
  readonly numbers: readonly NumberColumn[]
  readonly steps: ReadonlyMap<string, number>
  readonly rows: DensityRows
}

/** The ends of the numbers that have some. Those that are known to steps only, or have few values, have a place in these and no end. */
async function foundEnds({ numbers, steps, rows }: Numbered, engine: Engine): Promise<Ends[]> {
  const found: Ends[] = []
  for (const [a, { name, centre, scale, spikes = [], values }] of numbers.entries()) {
    if (steps.has(name) || values) continue
    const apart = new Set(spikes.map((x) => (x - centre) / scale))
    const own = Float64Array.from({ length: rows.numbers.rows }, (_, i) => rows.numbers.data[i * rows.numbers.cols + a]!)
    const ends = await endsOf(a, { values: own.filter((x) => !apart.has(x)), origin: -centre / scale }, engine)
    if (ends) found.push(ends)
  }
  return found
}

/** Numbers that a row of a law has a density of, and log of their volume: those that it has no spike of. */
interface Scored {
  readonly numbers: readonly number[]
  readonly logVolume: number
  readonly rows: number[]
}

/** Rows that are left out, by the numbers that they have a density of. */
function scoredNumbers(model: Pick<DensityModel, 'coding' | 'kinds'>, rows: DensityRows): readonly Scored[] {
  const columns = numberColumns(model)
  const spiked = spikedColumns(model)
  const onSpike = (j: number, a: number) =>
    spiked.some((one) => one.a === a && rows.levels[j * rows.levelCounts.length + one.f] !== one.beside)
  const numbersOf = (j: number) => columns.flatMap((_, a) => (onSpike(j, a) ? [] : [a]))
  const some = evenly(rows.weights.length, MOST_SCORED)
  const patterns = placesByName(some, (j) => numbersOf(j).join(','))
  return Array.from(patterns.values(), (places) => {
    const own = places.map((k) => some[k]!)
    const numbers = numbersOf(own[0]!)
    const volume = logVolume(
      model,
      numbers.map((a) => columns[a]!)
    )
    return { numbers, logVolume: volume, rows: own }
  })
}

interface Tools {
  readonly engine: Engine
  readonly watch?: Watch | undefined
}

/** A typical squared distance to the k-th neighbour, rounding of both included, of rows as kernels compare them. */
async function neighbourScale({ compared, rounding }: DensityRows, k: number, engine: Engine): Promise<number> {
  const blur = rounding.reduce((sum, variance) => sum + variance, 0)
  // Where all rows have an equal one nothing tells a scale, and any will do.
  if (compared.cols === 0) return 1
  if (k === 1) return (typicalAboveTies(await sampledSquaredDistances(compared, engine)) || 1) + blur
  const side = cloud(compared)
  const count = Math.min(k + 1, compared.rows)
  const { squaredDistances } = await engine.nearest({ from: side, to: side, kernel: gaussianKernel(1) }, count)
  const farthest = Float64Array.from({ length: compared.rows }, (_, i) => squaredDistances[(i + 1) * count - 1]!)
  return (typicalAboveTies(farthest) || 1) + blur
}

interface Trying {
  readonly epsilon: number
  readonly priors: readonly number[]
}

/**
 * Bandwidths to try, ascending. Of one or two columns neighbours are so near that sixteen times their squared distance says of
 * hundreds of rows no more than of a few, and a bandwidth of the columns' own variance, that of scaled ones, sees all of them: where
 * so many rows count a few rows' worth of the average covariance changes nothing, and one prior is as good as another.
 */
function triedFrom(nearest: number): Trying[] {
  const all = EPSILONS.map((factor): Trying => ({ epsilon: factor * nearest, priors: PRIORS }))
  for (let epsilon = 4 * all.at(-1)!.epsilon; epsilon < 4; epsilon *= 4) all.push({ epsilon, priors: PRIORS.slice(-1) })
  return all
}

interface StackSearch extends Tools {
  readonly scored: readonly Scored[]
  readonly ends: readonly Ends[]
  /** The coordinate of each number among those compared. */
  readonly places: readonly number[]
}

/** Rows as laws of the stack look at them: as they are, or between ends. */
interface Look {
  readonly looked: DensityRows
  readonly ends: readonly Ends[]
}

/** A law that is tried, and the log-densities that it has of rows left out. */
interface Trial {
  readonly setting: StepSetting & { readonly between: boolean }
  readonly logs: Float64Array
}

/** The stack of laws that is likeliest for rows left out one by one, and their mean log-density under it, in units of the columns. */
async function chooseStack(
  rows: DensityRows,
  { scored, ends, places, ...tools }: StackSearch
): Promise<{ readonly stack: readonly StackMember[]; readonly logLikelihood: number }> {
  const weights = Float64Array.from(
    scored.flatMap((one) => one.rows),
    (i) => rows.weights[i]!
  )
  const looks: Look[] = [{ looked: rows, ends: [] }]
  if (ends.length > 0) looks.push({ looked: rowsBetween(rows, ends, places), ends })
  const trials: Trial[] = []
  for (const look of looks) trials.push(...(await trialsOf(rows, look, { scored, weights, ...tools })))
  return stackOf(trials, weights)
}

interface TrialSearch extends Tools {
  readonly scored: readonly Scored[]
  /** Of the rows scored. */
  readonly weights: Float64Array
}

async function trialsOf(rows: DensityRows, { looked, ends }: Look, { scored, weights, engine, watch }: TrialSearch): Promise<Trial[]> {
  const d = rows.numbers.cols
  const between = ends.length > 0
  const trials: Trial[] = []
  const all: StepMoments[] = []
  const score = (moments: StepMoments, prior: number, smoothing: number): void => {
    throwIfStopped(watch, LEARNING)
    const logs = leftOutLogs(rows, moments, { prior, smoothing, scored, ends })
    trials.push({ setting: { epsilon: moments.epsilon, prior, smoothing, between }, logs })
    watch?.progress?.({ stage: LEARNING, done: trials.length, total: EPSILONS.length * PRIORS.length + 1 })
  }
  score(await stepMoments(looked, Number.POSITIVE_INFINITY, { engine }), d, Number.POSITIVE_INFINITY)
  if (rows.weights.length >= FEW_ROWS) {
    const nearest = await neighbourScale(looked, 1, engine)
    // Without numbers all that a row is compared by are its levels, whatever the bandwidth.
    for (const { epsilon, priors } of d === 0 ? [{ epsilon: nearest, priors: [1] }] : triedFrom(nearest)) {
      const moments = await stepMoments(looked, epsilon, { engine, watch: quiet(watch) })
      all.push(moments)
      for (const prior of priors) score(moments, prior * d, SMOOTHINGS[0]!)
    }
  }
  const first = stackWeights(logsOf(trials), weights)
  if (rows.levelCounts.length > 0)
    for (const [s, { setting }] of [...trials.entries()]) {
      const moments = all.find(({ epsilon }) => epsilon === setting.epsilon)
      if (!moments || (first[s]! < LEAST_WEIGHT && d > 0)) continue
      for (const smoothing of SMOOTHINGS.slice(1)) score(moments, setting.prior, smoothing)
    }
  return trials
}

const logsOf = (trials: readonly { readonly logs: Float64Array }[]): Float64Array[] => trials.map(({ logs }) => logs)

/** Laws between ends have nothing beyond them: one Gaussian of all rows as they are counts as the law of one row more. */
function withTail(found: Float64Array, trials: readonly Trial[], count: number): Float64Array {
  if (!trials.some(({ setting }, s) => setting.between && found[s]! > 0)) return found
  return found.map((weight, s) => (count * weight + (s === trials.findIndex(isTail) ? 1 : 0)) / (count + 1))
}

const isTail = ({ setting }: Trial): boolean => setting.epsilon === Number.POSITIVE_INFINITY && !setting.between

function stackOf(
  trials: readonly Trial[],
  weights: Float64Array
): { readonly stack: readonly StackMember[]; readonly logLikelihood: number } {
  const found = withTail(stackWeights(logsOf(trials), weights), trials, weights.length)
  const kept = trials.map((trial, s) => ({ ...trial, weight: found[s]! })).filter(({ weight }) => weight >= LEAST_WEIGHT)
  const total = kept.reduce((sum, { weight }) => sum + weight, 0)
  const stack = kept.map(({ setting, weight }) => ({ ...setting, weight: weight / total }))
  const logWeights = stack.map(({ weight }) => log(weight))
  let [sum, whole] = [0, 0]
  weights.forEach((w, i) => {
    sum +=
      w *
      stackedLog(
        logWeights,
        kept.map(({ logs }) => logs[i]!)
      )
    whole += w
  })
  return { stack, logLikelihood: sum / whole }
}

interface LeftOut extends Omit<StepSetting, 'epsilon'> {
  readonly scored: readonly Scored[]
  /** Ends that the law minds. */
  readonly ends: readonly Ends[]
}

/** log-densities of rows of a law, each left out, in units of the columns. */
function leftOutLogs(rows: DensityRows, moments: StepMoments, { scored, ends, ...setting }: LeftOut): Float64Array {
  return Float64Array.from(
    scored.flatMap(({ numbers, logVolume: volume, rows: own }) => {
      const mixture = new StepMixture(moments, setting, { numbers })
      return own.map((j) => {
        const row = rowAt(rows, j)
        const looked = rowBetween(
          ends,
          numbers,
          Float64Array.from(numbers, (a) => row.numbers[a]!)
        )
        if (!looked) throw new Error(`row ${j} of a density stands outside of its ends`)
        return mixture.logAt({ ...row, numbers: looked.numbers }) + looked.logSlope - volume
      })
    })
  )
}

/** A row of a law, as one to be left out. */
export function rowAt({ numbers, levels, levelCounts }: DensityRows, own: number): ScoredRow {
  const width = levelCounts.length
  return { numbers: rowOf(numbers, own), levels: levels.subarray(own * width, (own + 1) * width), own }
}

/** ε with which the kernel's own density of the numbers is likeliest for rows left out: that of the mean that denoises. */
async function chooseDenoising(
  rows: DensityRows,
  { spiked, engine, watch }: Tools & { readonly spiked: readonly number[] }
): Promise<number> {
  const nearest = await neighbourScale(rows, 1, engine)
  const smooth = Array.from({ length: rows.numbers.cols }, (_, a) => a).filter((a) => !spiked.includes(a))
  if (smooth.length === 0 || rows.weights.length < FEW_ROWS) return nearest
  const side = cloud(takeColumns(rows.numbers, smooth), rows.weights.map(log))
  let best = { epsilon: nearest, logLikelihood: Number.NEGATIVE_INFINITY }
  for (const factor of EPSILONS) {
    const density = await bridgeDensity(side, factor * nearest, { engine, watch: quiet(watch) })
    const logs = leftOutDensities(density)
    const logLikelihood = logs.reduce((sum, x, i) => sum + rows.weights[i]! * x, 0)
    if (logLikelihood > best.logLikelihood) best = { epsilon: density.epsilon, logLikelihood }
  }
  return best.epsilon
}

interface Noted {
  readonly derivations: readonly Derivation[]
  readonly numbers: readonly NumberColumn[]
  readonly steps: ReadonlyMap<string, number>
  readonly learned: Donors
  /** Rows with their copies. */
  readonly taken: number
  readonly usable: number
}

function notesOf(table: Table, { derivations, numbers, steps, learned, taken, usable }: Noted): string[] {
  const distinct = learned.completed.rows
  const copies = taken - distinct
  return [
    ...derivations.map(
      ({ column, text }) => `${column}: others give it (${text}), so it has no density of its own and is left out; --rules off takes it in`
    ),
    ...numbers.flatMap(({ name, spikes }) =>
      spikes
        ? [
            `${name}: far more rows have ${listed(spikes.map(String))} than values beside: ${spikes.length === 1 ? 'it counts as a level' : 'they count as levels'}, with a probability in place of a density`
          ]
        : []
    ),
    ...(steps.size > 0
      ? [
          `values recur in ${[...steps].map(([name, step]) => `${name} (steps of ${stepText(table, name, step)})`).join(', ')}: each counts as spread over its step`
        ]
      : []),
    ...(copies > 0
      ? [
          `${counted(copies, 'row')} of ${taken} ${copies === 1 ? 'is another' : 'are others'} over again, number for number: rows count as often as they stand there, and are left out with all their copies`
        ]
      : []),
    ...(distinct < FEW_ROWS ? [`${counted(distinct, 'row')}: too few to choose a bandwidth; the density is one Gaussian`] : []),
    ...takenNotes('the density is learned', table, { taken, usable })
  ]
}

/** Milliseconds of a day. */
const DAY = 86_400_000

/** A step of a column; of times, which are milliseconds, as a person reads it. */
function stepText({ columns }: Table, name: string, step: number): string {
  if (columns.find((column) => column.name === name)?.kind !== 'datetime') return String(step)
  return step % DAY === 0 ? counted(step / DAY, 'day') : `${step / 1000} s`
}

function nothingVaries(): InputError {
  return new InputError({
    code: 'columns-none',
    got: 'no column whose cells differ from row to row',
    expected: 'a column of numbers or categories',
    try: 'another table, or --types NAME=category for one that names rows'
  })
}
