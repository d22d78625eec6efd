import { firstAbove } from '../../num/ascending.js'
import { quantileOfSorted, sorted } from '../../num/statistics.js'
import { spreadRows } from '../../table/codes.js'
import { linearForm } from '../../table/derivative.js'
import { columnsOf, type Expression, evaluate, indicatorsOf, namesIn } from '../../table/expression.js'
import { spikesOf } from '../../table/recurring.js'
import { isBeyondChance, rateByChance } from './chance.js'
import { findBrackets } from './find-brackets.js'
import { findProductSums } from './find-by-level.js'
import { findComparisons } from './find-comparisons.js'
import { findExtremes } from './find-extremes.js'
import { findFormulas } from './find-formulas.js'
import type { LookupFound } from './find-lookups.js'
import { findRuns } from './find-runs.js'
import { findConstantSums } from './find-sums.js'
import { isFit } from './fits.js'
import { type FormulaFound, INVERSE, isTotal, MOST_COLUMNS_OF, MOST_COLUMNS_OF_SUMS } from './formula-found.js'
import { varies } from './found-once.js'
import { limitOf } from './order-rules.js'
import { filledIn, presentOf, type Quantity } from './quantity.js'
import { dividesRatio, isToldByRatio } from './ratios.js'
import { breachOf, quantityIn, type WrittenTable } from './rows-of-rule.js'
import { columnsIn, type Rule } from './rule.js'
import { binary, column, scaled } from './shapes.js'
import { isSum } from './turn.js'

/** Tariffs among few enough columns of numbers: as many as formulas of two are looked for of. */
export const bracketsIn = (quantities: readonly Quantity[], rowCount: number) =>
  quantities.length > MOST_COLUMNS_OF[2] ? [] : findBrackets(quantities, rowCount)

/** Columns that are the smaller or the larger of two, where no formula tells them already: of so many columns of numbers as brackets. */
const extremesIn = (quantities: readonly Quantity[], rowCount: number, told: readonly { readonly column: string }[]) =>
  quantities.length > MOST_COLUMNS_OF[2] ? [] : findExtremes(quantities, rowCount, new Set(told.map((one) => one.column)))

/** Totals of columns side by side: of so many columns of numbers as formulas of one. */
const runsIn = (quantities: readonly Quantity[], rowCount: number) =>
  quantities.length > MOST_COLUMNS_OF[1] ? [] : findRuns(quantities, rowCount)

interface Formulas {
  readonly byLevel: boolean
  /** What is looked up. */
  readonly lookups: readonly LookupFound[]
}

/** Formulas, simplest first; a difference of dates that is never negative brings their order along. */
export function formulasIn(quantities: readonly Quantity[], data: WrittenTable, { byLevel, lookups }: Formulas): Rule[] {
  const place = new Map(quantities.map(({ name }, k) => [name, k]))
  const { rowCount } = data.table
  const filled = filledIn(quantities)
  const parts = quantities.length + filled.length <= MOST_COLUMNS_OF[3] ? [...quantities, ...filled] : quantities
  const formulas = findFormulas(parts, rowCount)
  const brackets = direct(bracketsIn(quantities, rowCount), formulas)
  const columnsOfFound = ({ column: name, expression }: FormulaFound) => columnsIn({ kind: 'formula', column: name, expression })
  const known = new Set(formulas.map(columnsOfFound))
  const runs = runsIn(quantities, rowCount).filter((one) => !known.has(columnsOfFound(one)))
  const single = [...formulas, ...runs, ...findConstantSums(quantities, rowCount), ...brackets]
  // Products that are written as one, as rate * (price - discount), say more than their sum, whichever of their columns that is of.
  const products = single.filter((one) => !linearForm(one.expression))
  // So does what some of its columns say of it, where what else is in it hardly varies.
  const isSaid = (sum: FormulaFound) => {
    const names = namesIn(sum.expression)
    return single.some((one) => one.column === sum.column && namesIn(one.expression).every((name) => names.includes(name)))
  }
  const isOne = (sum: FormulaFound) =>
    products.some((one) => one.column === sum.column || columnsOfFound(one) === columnsOfFound(sum)) || isSaid(sum)
  const productSums = byLevel ? findProductSums(quantities).filter((sum) => !isOne(sum)) : []
  // And what fewer columns say of one that a plain sum goes on with: a tax is what is left of the gross, and not of hours, wage and overtime.
  const isBySum = (sum: FormulaFound) => {
    const names = namesIn(sum.expression)
    return productSums.some((other) => {
      const inputs = namesIn(other.expression)
      const goesOn = ({ column: name, expression }: FormulaFound) =>
        [sum.column, other.column].every((one) => one === name || namesIn(expression).includes(one))
      return (
        other.column !== sum.column && inputs.length < names.length && inputs.every((one) => names.includes(one)) && single.some(goesOn)
      )
    })
  }
  const plain = [...single, ...productSums.filter((sum) => !isBySum(sum))]
  const unbent = plain.filter((one) => !brackets.some(({ column: name }) => name === one.column))
  // Where a column has two values, what is computed with it could be read as the larger of two multiples; and what a discount leaves of a
  // price can be larger than another price, which is no bend of the price.
  const computes = (one: FormulaFound, relation: string) =>
    unbent.some((other) => other.column === one.column && columnsOfFound(other) === relation)
  const isOther = (one: FormulaFound) =>
    unbent.some((other) => {
      const relation = columnsOfFound(other)
      if (relation === columnsOfFound(one)) return true
      return namesIn(one.expression).includes(other.column) && namesIn(other.expression).includes(one.column) && !computes(one, relation)
    })
  const extremes = extremesIn(quantities, rowCount, unbent).filter((one) => !isOther(one))
  // Of what has a bend one column alone can be computed.
  const bent = new Set<FormulaFound>([...brackets, ...extremes])
  const found = [...plain, ...extremes]
    .filter((one) => !isIdle(one, lookups))
    .sort(
      (a, b) =>
        Number(bent.has(b)) - Number(bent.has(a)) || a.rank - b.rank || a.inputs - b.inputs || place.get(b.column)! - place.get(a.column)!
    )
  // Of several readings of one relation that which computes what nothing else tells: what a price leaves, and not the price.
  // What is computed of a column, and be it by way of others, tells nothing of it: a percentage, and the points that it is of; what is to be paid,
  // and the price.
  const isOf = (input: string, name: string, seen: readonly string[] = []): boolean =>
    found.some(
      (one) =>
        one.column === input &&
        namesIn(one.expression).some((own) => own === name || (!seen.includes(own) && isOf(own, name, [...seen, input])))
    )
  const isTold = ({ column: name, expression }: FormulaFound) =>
    lookups.some((one) => one.column === name && !one.from.some((input) => namesIn(expression).includes(input) || isOf(input, name)))
  const open = new Set(found.filter((one) => !isTold(one)).map(columnsOfFound))
  const numberOf = (name: string) => quantities[place.get(name)!]!
  // What is part of a total goes by its other parts where it can, and not by the total.
  const isOfTotal = (one: FormulaFound) =>
    found.some((total) => {
      const parts = namesIn(total.expression)
      const weights = linearForm(total.expression)?.coefficients
      const isWhole = () => {
        const inputs = [...weights!.keys()].map((name) => numberOf(name))
        return isTotal(numberOf(total.column), [...weights!.values()], (k) => inputs[k]!)
      }
      if (!isSum(total.expression) || !parts.includes(one.column) || !namesIn(one.expression).includes(total.column)) return false
      if (weights && !isWhole()) return false
      return found.some((other) => other.column === one.column && namesIn(other.expression).every((name) => parts.includes(name)))
    })
  // Where many rows have one value, as the end of a study, it is drawn, and what comes of it is computed: sums do not come to one value.
  const hasSpikes = (name: string) => spikesOf(sorted(presentOf(quantities[place.get(name)!]!.values))).length > 0
  const even = new Set(found.filter((one) => one.rank < INVERSE && !bent.has(one) && !hasSpikes(one.column)).map(columnsOfFound))
  const isSpiked = (one: FormulaFound) => even.has(columnsOfFound(one)) && hasSpikes(one.column)
  // Of amounts that go along and differ widely, as people and those of them that are known, a share that hardly varies is drawn; where it can be
  // drawn and computed again of what is computed of it (`ratiosOf`), both are as they are written: whole people, and the digits of their share.
  const shaken = new Map<FormulaFound, number>(found.map((one) => [one, bent.has(one) ? 0 : shakeOf(one, quantities)]))
  const steady = new Set(found.filter((one) => !bent.has(one) && shaken.get(one)! < STEADY).map(columnsOfFound))
  const isShaken = (one: FormulaFound) =>
    steady.has(columnsOfFound(one)) && shaken.get(one)! > SHAKEN && !dividesRatio(one.expression, data)
  // Of sums that are as good as each other that which computes what has the most values: when work ends, and not one of the few breaks that there are.
  const counts = new Map<string, number>()
  const countOf = (name: string) => {
    if (!counts.has(name)) counts.set(name, new Set(presentOf(quantities[place.get(name)!]!.values)).size)
    return counts.get(name)!
  }
  const isOfFew = (one: FormulaFound) =>
    found.some(
      (other) =>
        other.rank === one.rank &&
        columnsOfFound(other) === columnsOfFound(one) &&
        countOf(other.column) >= MORE_VALUES * countOf(one.column)
    )
  const isBehind = (one: FormulaFound) =>
    (isTold(one) && open.has(columnsOfFound(one))) || isOfTotal(one) || isSpiked(one) || isShaken(one) || isOfFew(one)
  return [...found.filter((one) => !isBehind(one)), ...found.filter(isBehind)].flatMap(({ column: name, expression }): Rule[] => {
    const rule: Rule = { kind: 'formula', column: name, expression }
    if (isFit(rule, data)) return []
    const inputs = columnsOf(expression)
    const dates = inputs.filter((one) => quantities[place.get(one)!]!.isDate)
    // An age does not tell one date by the other, nor does what else comes off a time.
    if (dates.length === 2 && inputs.length === 2 && linearForm(expression)?.constant === 0) return differenceOf(rule, data)
    const part = partIn(expression, data)
    if (!part) return [rule]
    const own = columnsOf(part.low)[0]!
    return [rule, lookups.some((one) => one.column === part.column) || isByRatio(own, part.column, data) ? limitOf(own, part.column) : part]
  })
}

/** As many times the values of another column has one that is computed of it, where both could be. */
const MORE_VALUES = 2

/** Rows of which inputs are moved, and by what part of all rows in their order. */
const [MOVED_ROWS, MOVED_BY] = [64, 0.02]

/** Of its own spread, by how much a column that is computed moves with its inputs: beyond one it is lost, and below the half another one is not. */
const [SHAKEN, STEADY] = [1, 0.5]

/**
 * By how much a formula moves where its inputs are a few ranks off, each by itself, as those of drawn rows are: the median of its
 * moves, over the spread of its column. What little varies beside its inputs, as a share of people, is lost by that.
 */
function shakeOf({ column: name, expression }: FormulaFound, quantities: readonly Quantity[]): number {
  // A date is kept as its distance from another one.
  const byName = new Map(quantities.filter(({ isDate }) => !isDate).map((one) => [one.name, one.values]))
  const names = namesIn(expression)
  const own = byName.get(name)
  if (!own || indicatorsOf(expression).length > 0 || names.some((one) => !byName.has(one))) return 0
  const inputs = names.map((one) => ({ one, values: byName.get(one)!, ascending: sorted(presentOf(byName.get(one)!)) }))
  const moves: number[] = []
  for (const i of spreadRows(own.length, MOVED_ROWS)) {
    const moved = new Map(
      inputs.map(({ one, values, ascending }, k) => {
        const place = firstAbove(ascending, values[i]!) + ((moves.length >> k) % 2 === 0 ? 1 : -1) * Math.ceil(MOVED_BY * ascending.length)
        return [one, ascending[Math.min(ascending.length - 1, Math.max(0, place))]!]
      })
    )
    const [before, after] = [(one: string) => byName.get(one)![i]!, (one: string) => moved.get(one)!].map((at) => evaluate(expression, at))
    moves.push(Math.abs(after! - before!))
  }
  const ascending = sorted(presentOf(own))
  const spread = quantileOfSorted(ascending, 0.9) - quantileOfSorted(ascending, 0.1)
  const finite = moves.filter(Number.isFinite)
  return spread > 0 && finite.length > 0 ? quantileOfSorted(sorted(Float64Array.from(finite)), 0.5) / spread : 0
}

/**
 * Whether a column goes by some of its inputs alone, which do not tell the others: rounding takes away what these would say, as of children that
 * `0.000003 * allowance * (salary - taxable)` gives, to whole ones.
 */
function isIdle({ column: name, expression }: FormulaFound, lookups: readonly LookupFound[]): boolean {
  const inputs = namesIn(expression)
  return lookups.some(({ column: told, from, parts }) => {
    if (told !== name || parts || !from.every((input) => inputs.includes(input))) return false
    const isToldToo = (other: string) =>
      from.includes(other) || lookups.some((one) => one.column === other && one.from.every((input) => from.includes(input)))
    return !inputs.every(isToldToo)
  })
}

/**
 * Tariffs without those that go the long way round, in more digits than each step of it: a pension by what is left of pay, where pay tells both; what is
 * left of pay by pay alone, where the taxes that come off it go by pay; and without those of what their number is a product of.
 */
export function direct(brackets: readonly FormulaFound[], formulas: readonly FormulaFound[]): FormulaFound[] {
  const single = [...formulas.filter(({ inputs }) => inputs === 1), ...brackets]
  const inputOf = ({ expression }: FormulaFound) => columnsOf(expression)[0]!
  return brackets.filter((one) => {
    const tells = (by: string, name: string) =>
      by === name || single.some((other) => other.rank < one.rank && other.column === name && inputOf(other) === by)
    const input = inputOf(one)
    const isCommon = single.some((other) => inputOf(other) !== input && [input, one.column].every((name) => tells(inputOf(other), name)))
    const isChain = formulas.some((other) => other.column === one.column && namesIn(other.expression).every((name) => tells(input, name)))
    // What is paid is a product of seats and a price: by it alone seats are told where prices are few.
    const isFactor = formulas.some(
      (other) =>
        other.rank < INVERSE && other.column === input && !linearForm(other.expression) && namesIn(other.expression).includes(one.column)
    )
    return !isCommon && !isChain && !isFactor
  })
}

/** What a share or a percentage of a whole says of them where none is above 1 or 100, more often than by chance: the part is never above the whole. */
function partIn(expression: Expression, data: WrittenTable): Extract<Rule, { kind: 'order' }> | undefined {
  if (expression.kind !== 'binary' || expression.operator !== '/' || expression.right.kind !== 'column') return undefined
  const { left, right: whole } = expression
  const isPercent = left.kind === 'binary' && left.operator === '*' && left.left.kind === 'number' && left.left.value === 100
  const part = isPercent ? left.right : left
  if (part.kind !== 'column' || part.name === whole.name) return undefined
  const order = { kind: 'order' as const, column: whole.name, low: part }
  if (breachOf(order, data)) return undefined
  const [high, low] = [whole, part].map(({ name }) => quantityIn(data, name).values) as [Float64Array, Float64Array]
  const rows = Array.from(high.keys()).filter((i) => !Number.isNaN(high[i]!))
  const rate = rateByChance(rows.length, (i, j) => low[rows[i]!]! <= high[rows[j]!]!)
  return isBeyondChance({ rate, times: rows.length, candidates: data.table.columns.length ** 2 }) ? order : undefined
}

/** Whether a part of a whole is drawn as its share of that (`isToldByRatio`), in rows that have both. */
function isByRatio(part: string, whole: string, data: WrittenTable): boolean {
  const [own, all] = [part, whole].map((name) => quantityIn(data, name).values) as [Float64Array, Float64Array]
  const rows = Array.from(own.keys()).filter((i) => !Number.isNaN(own[i]!) && all[i]! > 0)
  return isToldByRatio(
    Float64Array.from(rows, (i) => own[i]!),
    Float64Array.from(rows, (i) => all[i]!)
  )
}

/**
 * What a difference of dates says of them: a stay, that its end comes after its start; a delay, which may be negative, when the
 * later one was. Were it derived from both, it would have the spread of whatever else each of them is drawn by. A stay that something
 * else tells leaves an end to be computed.
 */
function differenceOf(rule: Extract<Rule, { kind: 'formula' }>, data: WrittenTable): Rule[] {
  const [high, low] = columnsOf(rule.expression)
  const order: Rule = { kind: 'order', column: high!, low: column(low!) }
  const factor = linearForm(rule.expression)!.coefficients.get(high!)!
  const gap = scaled(1 / Math.abs(factor), column(rule.column))
  const ends: readonly (readonly [string, string, '+' | '-'])[] = [
    [high!, low!, factor > 0 ? '+' : '-'],
    [low!, high!, factor > 0 ? '-' : '+']
  ]
  const inverses = ends.map(([end, from, sign]): Rule => ({ kind: 'formula', column: end, expression: binary(sign, column(from), gap) }))
  const exact = inverses.filter((one) => !breachOf(one, data))
  return breachOf(order, data) ? [exact[0] ?? rule] : [rule, ...exact, order]
}

/** What of the search is left out where a table has many columns of numbers: formulas of so many cost the fourth power. */
export function searchNotes({ table }: WrittenTable): string[] {
  const numbers = table.columns.filter(varies).length
  const left = [
    { most: MOST_COLUMNS_OF[3], words: 'three columns' },
    { most: MOST_COLUMNS_OF[2], words: 'two columns' },
    { most: MOST_COLUMNS_OF_SUMS, words: 'sums with weights' },
    { most: MOST_COLUMNS_OF[1], words: 'one column' }
  ].filter(({ most }) => numbers > most)
  if (left.length === 0) return []
  const which = left.map(({ words }) => words).join(', of ')
  return [
    `${numbers} columns of numbers: formulas of ${which} are not looked for; --rule states those that hold, --columns names fewer columns`
  ]
}

/** What a column says of two or more others: of so many columns of numbers as formulas of two are looked for of. */
export const comparisonsIn = (quantities: readonly Quantity[], data: WrittenTable): Rule[] => {
  if (quantities.length > MOST_COLUMNS_OF[2]) return []
  const found = findComparisons(data.table.columns, quantities)
  return found.map((one): Rule => ({ kind: 'step', ...one })).filter((rule) => !breachOf(rule, data))
}
