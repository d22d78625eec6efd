import { search, untilWorse } from '../../choose/search.js'
import { fitLogistic, type LogisticLaw, outcomeShares } from '../../law/logistic.js'
import { MOST_COMBINATIONS } from '../../law/strata.js'
import { log } from '../../num/elementary.js'
import { type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, permutation, uniforms } from '../../num/random.js'
import { combinationsOf } from '../../table/categories.js'
import type { Encoder } from '../../table/encoder.js'
import type { Context } from '../context.js'

/** Factors that are drawn together: one of the combinations that rows have, given the past and the factors drawn before. */
export interface OutcomeLaw {
  readonly factors: readonly number[]
  /** Levels of the factors in each outcome [C, factors], row-major. */
  readonly outcomes: Int32Array
  readonly law: LogisticLaw
}

/** Factors that vary within groups, those drawn first in front. Plain data. */
export type CategoryLaw = readonly OutcomeLaw[]

/** Rows on which a ridge is chosen, and the parts of them that are held out in turn. */
const MOST_SEARCHED = 2000
const PARTS = 3
/** Ridges that are tried, in rows a row, the simplest first. */
const RIDGES = [0.1, 0.01, 1e-3, 1e-4]

/**
 * The law of a row's categories given what is known of its past [n, k]: all together while few combinations occur, so that
 * none comes that the data do not have, or else one factor at a time. Ridges are chosen by the log score of held-out rows.
 * Cost O(n·C·k) a turn of the fits.
 */
export async function fitCategories(
  encoder: Encoder,
  { codes, inputs }: { readonly codes: Int32Array; readonly inputs: Matrix },
  context: Context
): Promise<CategoryLaw> {
  const width = encoder.factors.length
  const all = Array.from({ length: width }, (_, f) => f)
  const together = combinationsOf(codes, inputs.rows).rows.length <= MOST_COMBINATIONS
  const laws: OutcomeLaw[] = []
  let known = inputs
  for (const factors of width === 0 ? [] : together ? [all] : all.map((f) => [f])) {
    const key = keyFor(context.key, `factor ${factors[0]}`)
    const { ofRow, levels } = outcomesOf(codes, width, factors)
    const law = await fitOutcomes(known, ofRow, levels.length / factors.length, { ...context, key })
    laws.push({ factors, outcomes: levels, law })
    if (!together) known = withPlaces(encoder, known, codes, factors[0]!)
  }
  return laws
}

function outcomesOf(codes: Int32Array, width: number, factors: readonly number[]): { ofRow: Int32Array; levels: Int32Array } {
  const rows = codes.length / width
  const own = new Int32Array(rows * factors.length)
  for (let i = 0; i < rows; i++) for (const [k, f] of factors.entries()) own[i * factors.length + k] = codes[i * width + f]!
  const combinations = combinationsOf(own, rows)
  const levels = combinations.rows.flatMap((members) => factors.map((_, k) => own[members[0]! * factors.length + k]!))
  return { ofRow: Int32Array.from(combinations.ofRow), levels: Int32Array.from(levels) }
}

async function fitOutcomes(inputs: Matrix, outcomes: Int32Array, count: number, { key, watch }: Context): Promise<LogisticLaw> {
  const order = permutation(key, inputs.rows).subarray(0, MOST_SEARCHED)
  const partOf = (at: number) => Math.floor((at * PARTS) / order.length)
  const take = (keep: (part: number) => boolean) => {
    const rows = order.filter((_, at) => keep(partOf(at)))
    return { inputs: takeRows(inputs, rows), outcomes: Int32Array.from(rows, (i) => outcomes[i]!) }
  }
  const choice = await search<number>(
    {
      stage: 'choosing the laws of categories',
      parts: PARTS,
      expected: RIDGES.length,
      order: (a, b) => b - a,
      score: async (ridge, part) => {
        const [fitted, held] = [take((p) => p !== part), take((p) => p === part)]
        const shares = outcomeShares(fitLogistic(fitted.inputs, fitted.outcomes, { count, ridge }), held.inputs)
        return Float64Array.from(held.outcomes, (c, i) => -log(shares.data[i * count + c]!))
      },
      moves: (trials) => untilWorse(trials, RIDGES, { of: (ridge) => ridge, at: (ridge) => ridge })
    },
    watch
  )
  return fitLogistic(inputs, outcomes, { count, ridge: choice?.setting ?? RIDGES[0]! })
}

/** Inputs with the places of a factor beside them. */
function withPlaces(encoder: Encoder, inputs: Matrix, codes: Int32Array, factor: number): Matrix {
  const { places } = encoder.factors[factor]!
  const width = encoder.factors.length
  const out = matrix(inputs.rows, inputs.cols + places.cols)
  for (let i = 0; i < out.rows; i++) {
    out.data.set(inputs.data.subarray(i * inputs.cols, (i + 1) * inputs.cols), i * out.cols)
    const level = codes[i * width + factor]!
    out.data.set(places.data.subarray(level * places.cols, (level + 1) * places.cols), i * out.cols + inputs.cols)
  }
  return out
}

/** Levels of all factors, drawn given what is known of the past [n, factors]. Cost O(n·C·k). */
export function drawCategories(laws: CategoryLaw, encoder: Encoder, inputs: Matrix, key: Key): Int32Array {
  const width = encoder.factors.length
  const codes = new Int32Array(inputs.rows * width)
  let known = inputs
  for (const { factors, outcomes, law } of laws) {
    const shares = outcomeShares(law, known)
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
