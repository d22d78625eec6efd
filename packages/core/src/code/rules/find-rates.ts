import { exp, log } from '../../num/elementary.js'
import { mean } from '../../num/statistics.js'
import { spreadRows } from '../../table/codes.js'
import type { Expression } from '../../table/expression.js'
import { type CategoricalColumn, type Column, isCategorical } from '../../table/table.js'
import { differentRows, isBelievedAtLog, MOST_RATE, rateByChance } from './chance.js'
import { isOrder } from './choose.js'
import { FactorInterval } from './factor-interval.js'
import { areRounded, behind, levelSum, partsOf, withoutGaps } from './find-by-level.js'
import type { FormulaFound } from './formula-found.js'
import { hasValues, type Quantity, tolerance } from './quantity.js'
import type { Rule } from './rule.js'
import { binary, choicesOf, column, simplestFactorIn } from './shapes.js'

/** Rows, spread over the table, of which factors are taken before all rows are looked at. */
const MOST_ROWS = 512
/** Levels of a category, and of all together for each of these rows. */
const [MOST_LEVELS, LEVELS_OF_ROWS] = [30, 0.25]
/** Turns of fitting each category beside the others, and how little the last one changes. */
const [MOST_TURNS, SETTLED] = [60, 1e-12]
/** Deviations of a factor within which it is written in the fewest digits: few rows of many that are exact are off. */
const DEVIATIONS = 10
/** Of rounding, what factors that are not yet written may miss a row by. */
const NEARLY = 2
const RANK = 3.95

interface Rates {
  readonly of: readonly CategoricalColumn[]
  /** [categories][levels] */
  readonly factors: readonly (readonly number[])[]
}

/**
 * Columns that are an amount times a factor by each of several categories, as tables of rates have them:
 * `premium = insured * (0.02 * P(car = small) + 0.03 * P(car = large)) * (P(area = north) + 1.25 * P(area = city)) * …`. Logarithms are additive
 * in the levels; factors are those of their least squares, in the fewest digits, with which all rows obey. The first category has the rates, and
 * a level of each other one the factor 1. Only columns that no rule tells yet, without gaps or signs. Cost O(amounts · columns · categories) on 512
 * rows, and O(rows) for each that passes.
 */
export function findRates(columns: readonly Column[], quantities: readonly Quantity[], rules: readonly Rule[]): FormulaFound[] {
  const rowCount = quantities[0]?.values.length ?? 0
  const categories = columns.filter(isCategorical).filter((one) => hasLevels(one))
  if (categories.length < 2) return []
  const told = new Set(rules.flatMap((rule) => (isOrder(rule) || rule.kind === 'gap' ? [] : [rule.column])))
  const isPositive = ({ values }: Quantity) => values.every((x) => x > 0)
  const amounts = partsOf(quantities).filter(isPositive)
  const targets = withoutGaps(quantities).filter((one) => !one.isDate && !told.has(one.name) && isPositive(one) && hasValues(one))
  return targets.flatMap((target): FormulaFound[] => {
    const after = behind(target.name, rules)
    const own = categories.filter(({ name }) => !after.has(name))
    for (const amount of amounts) {
      if (amount.of ? [...after].some((name) => JSON.stringify(amount.of).includes(JSON.stringify(name))) : after.has(amount.name)) continue
      const rates = ratesOf(target, amount, { own, rowCount })
      if (!rates || !isBelieved(target, amount, { rates, rowCount, candidates: targets.length * amounts.length })) continue
      const factors = rates.of.map((one, c) =>
        levelSum(
          [one],
          one.levels.map((_, level) => [level]),
          rates.factors[c]!
        )
      )
      const expression = factors.reduce<Expression>((product, factor) => binary('*', product, factor), amount.of ?? column(amount.name))
      return [{ column: target.name, expression, rank: RANK, inputs: 1 + rates.of.length }]
    }
    return []
  })
}

/** Few levels, each of which some row has, and none missing. */
const hasLevels = ({ levels, codes }: CategoricalColumn): boolean =>
  levels.length > 1 && levels.length <= MOST_LEVELS && new Set(codes).size === levels.length && !codes.includes(-1)

/** What a column is times an amount by each of the categories that say something of it; undefined where it is not so in all rows. */
function ratesOf(
  { values, unit }: Quantity,
  amount: Quantity,
  { own, rowCount }: { readonly own: readonly CategoricalColumn[]; readonly rowCount: number }
): Rates | undefined {
  const rows = spreadRows(rowCount, MOST_ROWS)
  if (own.reduce((sum, { levels }) => sum + levels.length, 0) > LEVELS_OF_ROWS * rows.length) return undefined
  if (differ(rows, { own, values, amounts: amount.values, unit })) return undefined
  const logs = Float64Array.from(rows, (i) => log(values[i]! / amount.values[i]!))
  const rest = logs.slice()
  const codes = own.map((one) => Int32Array.from(rows, (i) => one.codes[i]!))
  const counts = own.map(({ levels }, c) => countsOf(codes[c]!, levels.length))
  if (counts.some((some) => some.includes(0))) return undefined
  const effects = own.map(({ levels }) => new Float64Array(levels.length))
  for (let turn = 0, most = Number.POSITIVE_INFINITY; turn < MOST_TURNS && most > SETTLED; turn++) {
    most = 0
    for (const [c, at] of codes.entries()) {
      const sums = new Float64Array(effects[c]!.length)
      for (let k = 0; k < rest.length; k++) sums[at[k]!]! += rest[k]!
      const moves = sums.map((sum, level) => sum / counts[c]![level]!)
      for (let k = 0; k < rest.length; k++) rest[k]! -= moves[at[k]!]!
      moves.forEach((move, level) => {
        effects[c]![level]! += move
        most = Math.max(most, Math.abs(move))
      })
    }
  }
  const isNear = (_: number, k: number) => {
    const value = values[rows[k]!]!
    return Math.abs(value * exp(-rest[k]!) - value) <= NEARLY * tolerance(unit, value)
  }
  if (!rest.every(isNear)) return undefined
  const deviation = Math.sqrt(mean(rest.map((x) => x * x)))
  const factorsBy = (c: number, base: number) =>
    Array.from(effects[c]!, (effect, level) => {
      const room = SETTLED + DEVIATIONS * deviation * Math.sqrt(1 / counts[c]![level]! + 1 / counts[c]![base]!)
      const factor = exp(effect - effects[c]![base]!)
      return level === base ? 1 : simplestFactorIn(factor * (1 - room), factor * (1 + room))
    })
  const factors = own.map(({ levels }, c) => {
    const ways = levels.map((_, base) => factorsBy(c, base))
    return ways.reduce((best, one) => (lengthOf(one) < lengthOf(best) ? one : best))
  })
  const saying = own.flatMap((one, c) => (factors[c]!.some((factor) => factor !== 1) ? [{ one, factors: factors[c]! }] : []))
  if (saying.length < 2) return undefined
  const [first, ...others] = saying as [(typeof saying)[number], ...typeof saying]
  const intervals = first.one.levels.map(() => new FactorInterval('free'))
  for (let i = 0; i < rowCount; i++) {
    const besides = others.reduce((product, { one, factors: some }) => product * some[one.codes[i]!]!, amount.values[i]!)
    if (!intervals[first.one.codes[i]!]!.narrow(besides, values[i]!, tolerance(unit, values[i]!))) return undefined
  }
  const rates = intervals.map((interval) => interval.factor())
  if (rates.includes(undefined)) return undefined
  return { of: saying.map(({ one }) => one), factors: [rates as number[], ...others.map(({ factors: some }) => some)] }
}

/** Whether two rows of the same levels are not the same times their amounts: then nothing of the levels alone. Most tables show that at once. */
function differ(
  rows: Uint32Array,
  {
    own,
    values,
    amounts,
    unit
  }: { readonly own: readonly CategoricalColumn[]; readonly values: Float64Array; readonly amounts: Float64Array; readonly unit: number }
): boolean {
  const first = new Map<string, number>()
  for (const i of rows) {
    const levels = own.map(({ codes }) => codes[i]).join()
    const j = first.get(levels)
    if (j === undefined) {
      first.set(levels, i)
      continue
    }
    const times = amounts[i]! / amounts[j]!
    if (Math.abs(values[i]! - times * values[j]!) > tolerance(unit, values[i]!) + times * tolerance(unit, values[j]!)) return true
  }
  return false
}

const lengthOf = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + String(x).length, 0)

function countsOf(codes: Int32Array, count: number): Float64Array {
  const counts = new Float64Array(count)
  for (const code of codes) counts[code]!++
  return counts
}

/** Whether rows obey beyond chance, and miss as what was rounded does. */
function isBelieved(
  { values, unit }: Quantity,
  amount: Quantity,
  { rates: { of, factors }, rowCount, candidates }: { readonly rates: Rates; readonly rowCount: number; readonly candidates: number }
): boolean {
  const computed = amount.values.map((x, i) => of.reduce((product, { codes }, c) => product * factors[c]![codes[i]!]!, x))
  if (unit > 0 && !areRounded(computed.map((x, i) => (x - values[i]!) / unit))) return false
  const rows = differentRows([amount.values, values, ...of.map(({ codes }) => Float64Array.from(codes))], rowCount)
  if (rows.length < 2) return false
  const rate = rateByChance(rows.length, (i, j) => Math.abs(computed[rows[i]!]! - values[rows[j]!]!) <= tolerance(unit, values[rows[j]!]!))
  const numbers = factors.flat().filter((factor) => factor !== 1)
  return rate <= MOST_RATE && isBelievedAtLog((rows.length - numbers.length) * log(rate), candidates * choicesOf(of.length, numbers))
}
