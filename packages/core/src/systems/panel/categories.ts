import { inTurn, isClearlyWorse, type Stage, search } from '../../choose/search.js'
import { fitLogistic, type LogisticLaw, outcomeShares } from '../../law/logistic.js'
import { MOST_COMBINATIONS } from '../../law/strata.js'
import { defined } from '../../num/defined.js'
import { log } from '../../num/elementary.js'
import { beside, type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, permutation, uniforms } from '../../num/random.js'
import { combinationsOf } from '../../table/categories.js'
import type { Encoder } from '../../table/encoder.js'
import { levelStarts } from '../../table/encoder.js'
import type { Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { barsIn, NEVER_AGAIN } from './urns.js'

/** Factors that are drawn together: one of the combinations that rows have, given the past and the factors drawn before. */
export interface OutcomeLaw {
  readonly factors: readonly number[]
  /** Levels of the factors in each outcome [C, factors], row-major. */
  readonly outcomes: Int32Array
  /** Whether the law goes on from what urns say, or learns anew how the rows so far count. */
  readonly lifted: boolean
  readonly law: LogisticLaw
}

/** Factors that vary within groups, those drawn first in front. Plain data. */
export type CategoryLaw = readonly OutcomeLaw[]

/** What is known of rows before they are drawn. */
export interface KnownRows {
  /** Numbers about their past [n, k]. */
  readonly inputs: Matrix
  /** What urns say of the levels of all factors [n, L]. */
  readonly lifts: Matrix
  /** Categories that are known, where the law was fitted to some. */
  readonly besides?: Table | undefined
}

interface CategoryRows extends KnownRows {
  readonly codes: Int32Array
  /** Whose rows they are [n]: what is held out is held out by groups. */
  readonly groups: Uint32Array
}

/** Rows on which a ridge is chosen, and the parts of them that are held out in turn. */
const MOST_SEARCHED = 2000
const PARTS = 3
/** Ridges that are tried, in rows a row, until one is clearly worse than one before it. */
const RIDGES = [0.1, 0.01, 1e-3, 1e-4]
/** Gradients that may be left where settings are compared, which differ by far more; of hundreds of levels most turns are behind it. */
const COMPARED = 1e-4

/**
 * The law of a row's categories given what is known of its past: all together while few combinations occur, so that none comes
 * that the data do not have, or else one factor at a time. Ridges, and whether urns are gone on from, are chosen by the log score
 * of held-out groups. Cost O(n·C·k) a turn of the fits.
 */
export async function fitCategories(encoder: Encoder, rows: CategoryRows, context: Context): Promise<CategoryLaw> {
  const { codes, lifts, groups } = rows
  const width = encoder.factors.length
  const all = Array.from({ length: width }, (_, f) => f)
  const together = combinationsOf(codes, rows.inputs.rows).rows.length <= MOST_COMBINATIONS
  const laws: OutcomeLaw[] = []
  let inputs = rows.inputs
  for (const factors of width === 0 ? [] : together ? [all] : all.map((f) => [f])) {
    const key = keyFor(context.key, `factor ${factors[0]}`)
    const { ofRow, levels } = outcomesOf(codes, width, factors)
    const own = { factors, outcomes: levels }
    const observed = { inputs, offsets: offsetsOf(lifts, encoder, own), outcomes: ofRow, groups }
    laws.push({ ...own, ...(await fitOutcomes(observed, levels.length / factors.length, { ...context, key })) })
    if (!together) inputs = withPlaces(encoder, inputs, codes, factors[0]!)
  }
  return laws
}

/** What of the urns goes on into a law: all, or what never is. */
function offsetsFor(offsets: Matrix, lifted: boolean): { readonly offsets: Matrix } | undefined {
  const own = lifted ? offsets : barsIn(offsets)
  return own && { offsets: own }
}

function outcomesOf(codes: Int32Array, width: number, factors: readonly number[]): { ofRow: Int32Array; levels: Int32Array } {
  const rows = codes.length / width
  const own = new Int32Array(rows * factors.length)
  for (let i = 0; i < rows; i++) for (const [k, f] of factors.entries()) own[i * factors.length + k] = codes[i * width + f]!
  const combinations = combinationsOf(own, rows)
  const levels = combinations.rows.flatMap((members) => factors.map((_, k) => own[members[0]! * factors.length + k]!))
  return { ofRow: Int32Array.from(combinations.ofRow), levels: Int32Array.from(levels) }
}

/** What urns say of outcomes, each factor of which has its own [n, C]. */
function offsetsOf(lifts: Matrix, encoder: Encoder, { factors, outcomes }: Pick<OutcomeLaw, 'factors' | 'outcomes'>): Matrix {
  const all = levelStarts(encoder)
  const starts = factors.map((f) => all[f]!)
  const out = matrix(lifts.rows, outcomes.length / factors.length)
  for (let i = 0; i < out.rows; i++)
    for (let c = 0; c < out.cols; c++)
      for (const [k, start] of starts.entries())
        out.data[i * out.cols + c]! += lifts.data[i * lifts.cols + start + outcomes[c * factors.length + k]!]!
  return out
}

interface ObservedOutcomes {
  readonly inputs: Matrix
  readonly offsets: Matrix
  readonly outcomes: Int32Array
  readonly groups: Uint32Array
}

interface OutcomeSetting {
  readonly lifted: boolean
  readonly ridge: number
}

/**
 * The setting that loses least is taken, not the simplest that loses hardly more: a row is given to those after it, so that what a
 * large ridge takes from its weight is taken again at every row.
 */
async function fitOutcomes(all: ObservedOutcomes, count: number, { key, watch }: Context): Promise<Pick<OutcomeLaw, 'lifted' | 'law'>> {
  const { order, partOf } = partsOf(all, key)
  const take = (keep: (part: number) => boolean) =>
    takeObserved(
      all,
      order.filter((i) => keep(partOf(i)))
    )
  const lawOf = ({ inputs, outcomes, offsets }: ObservedOutcomes, { lifted, ridge }: OutcomeSetting, tolerance?: number) =>
    fitLogistic(inputs, outcomes, { count, ridge, offsets: lifted ? offsets : barsIn(offsets), ...defined({ tolerance }) })
  // Where urns say what never comes again in a group and nothing else there is nothing to be learned anew.
  const isBarred = all.offsets.data.some((lift) => lift <= NEVER_AGAIN)
  const ways = isBarred && all.offsets.data.every((lift) => lift <= NEVER_AGAIN || lift === 0) ? [true] : [true, false]
  const simplest = (a: OutcomeSetting, b: OutcomeSetting) => Number(b.lifted) - Number(a.lifted) || b.ridge - a.ridge
  const choice = await search<OutcomeSetting>(
    {
      stage: 'choosing the laws of categories',
      parts: PARTS,
      expected: ways.length * RIDGES.length,
      order: simplest,
      score: async (setting, part) => {
        const [fitted, held] = [take((p) => p !== part), take((p) => p === part)]
        const shares = await outcomeShares(await lawOf(fitted, setting, COMPARED), held.inputs, offsetsFor(held.offsets, setting.lifted))
        return Float64Array.from(held.outcomes, (c, i) => -log(shares.data[i * count + c]!))
      },
      moves: inTurn(simplest, ways.map(ridgesOf))
    },
    watch
  )
  const setting = choice?.least.setting ?? { lifted: true, ridge: RIDGES[0]! }
  return { lifted: setting.lifted, law: await lawOf(all, setting) }
}

/** The next ridge of those that go on from urns, or do not, unless the last one was clearly worse than one of them before it. */
function ridgesOf(lifted: boolean): Stage<OutcomeSetting> {
  return (trials) => {
    const own = trials.filter(({ setting }) => setting.lifted === lifted)
    const last = own.at(-1)
    const ridge = RIDGES[own.length]
    return ridge === undefined || (last && own.some((other) => isClearlyWorse(last, other))) ? [] : [{ lifted, ridge }]
  }
}

/** Rows that are searched, and the part that each one's group is held out with. */
function partsOf({ inputs, groups }: ObservedOutcomes, key: Key): { order: Uint32Array; partOf: (row: number) => number } {
  const order = permutation(key, inputs.rows).subarray(0, MOST_SEARCHED)
  const place = new Map<number, number>()
  for (const row of order) if (!place.has(groups[row]!)) place.set(groups[row]!, place.size)
  return { order, partOf: (row) => Math.floor((place.get(groups[row]!)! * PARTS) / place.size) }
}

const takeObserved = ({ inputs, offsets, outcomes, groups }: ObservedOutcomes, rows: Uint32Array): ObservedOutcomes => ({
  inputs: takeRows(inputs, rows),
  offsets: takeRows(offsets, rows),
  outcomes: Int32Array.from(rows, (i) => outcomes[i]!),
  groups: Uint32Array.from(rows, (i) => groups[i]!)
})

/** Inputs with the places of a factor beside them. */
function withPlaces({ factors }: Encoder, inputs: Matrix, codes: Int32Array, factor: number): Matrix {
  const levels = Int32Array.from({ length: inputs.rows }, (_, i) => codes[i * factors.length + factor]!)
  return beside(inputs, takeRows(factors[factor]!.places, levels))
}

/** Levels of all factors, drawn given what is known of the past [n, factors]. Cost O(n·C·k). */
export async function drawCategories(laws: CategoryLaw, encoder: Encoder, { inputs, lifts }: KnownRows, key: Key): Promise<Int32Array> {
  const width = encoder.factors.length
  const codes = new Int32Array(inputs.rows * width)
  let known = inputs
  for (const { factors, outcomes, lifted, law } of laws) {
    const shares = await outcomeShares(law, known, offsetsFor(offsetsOf(lifts, encoder, { factors, outcomes }), lifted))
    const chosen = uniforms(keyFor(key, `factor ${factors[0]}`), inputs.rows)
    for (let i = 0; i < inputs.rows; i++) {
      let [outcome, left] = [0, chosen[i]!]
      while (outcome + 1 < shares.cols && left >= shares.data[i * shares.cols + outcome]!) left -= shares.data[i * shares.cols + outcome++]!
      for (const [k, f] of factors.entries()) codes[i * width + f] = outcomes[outcome * factors.length + k]!
    }
    if (laws.length > 1) known = withPlaces(encoder, known, codes, factors[0]!)
  }
  return codes
}
