import { log } from '../../num/elementary.js'
import { later } from '../../num/later.js'
import { takeValues } from '../../num/matrix.js'
import { mean } from '../../num/statistics.js'
import { summaryOf } from '../../num/summary.js'
import { isMissing } from '../../table/cells.js'
import { spreadRows, surelyMore } from '../../table/codes.js'
import { presentValues } from '../../table/encoder.js'
import { COALESCE, type Expression, indicatorsOf, namesIn } from '../../table/expression.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric, type NumericColumn } from '../../table/table.js'
import { differentRows, isBelievedAtLog, MOST_RATE, rateByChance } from './chance.js'
import { isOrder } from './choose.js'
import { differencesOf } from './days-of-dates.js'
import { FactorInterval } from './factor-interval.js'
import { EXACT, type FormulaFound, ROUNDED } from './formula-found.js'
import { hasValues, type Quantity, tolerance } from './quantity.js'
import { inputsOf, type Rule } from './rule.js'
import { binary, choicesOf, column, number, writeSum } from './shapes.js'
import { LOST, mostLeft, WeightedSums } from './weighted-sums.js'

/** Rows, spread over the table, that say which terms a sum has. */
const MOST_ROWS = 128
/** Terms that are looked at, at most: products of two columns are left out where there were more. */
const MOST_TERMS = 256
/** Terms of a sum, at most: an amount, and what people, extras and a fee add to it. */
const MOST_PARTS = 5
/** Levels of a category, at most: rates by country. */
const MOST_LEVELS = 30
/**
 * Pairs of categories that are looked at for a column, at most: all of 22. Of more, those whose categories leave least of it each by
 * itself: what two tell together one of them tells in part.
 */
const MOST_PAIRS = 256
/** Parts of a unit in which roundings are compared: what a computer's numbers are off by is none. */
const ROUNDINGS = 1e4
/** Rows between a row and one whose level it is taken to have. */
const MIXING = 17
/** Sums of columns alone that are left out one after another: what is left of a column, and what of that. */
const MOST_TIMES = 3
/** Of several readings of one relation before totals of columns: what a total is of, its parts are left of. */
const RANK = 3.9

/** A column or the days between two dates, a product of two of these, or the constant 1. */
interface Term {
  readonly at: (row: number) => number
  /** What is multiplied. */
  readonly factors: readonly Expression[]
  /** Columns of these. */
  readonly of: readonly string[]
  /** Which of all terms it is. */
  readonly place: number
}

/** Rows by the level of a category, or by those of two, or all as one; whole numbers of few values may be names, as of rooms. */
interface Grouping {
  /** The columns. */
  readonly of: readonly string[]
  /** Of each category, what is 1 in the rows of a level and 0 in all others. */
  readonly categories: readonly (readonly Expression[])[]
  /** Levels of the categories that rows have together [levels][categories]; none of rows in which a category is missing. */
  readonly levels: readonly (readonly number[])[]
  /** [rows], which of these each has. */
  readonly codes: Int32Array
}

/** What a sum has in the rows of one level. */
interface LevelSum {
  readonly weights: readonly number[]
  readonly constant: number
}

interface Problem {
  readonly quantities: readonly Quantity[]
  readonly rules: readonly Rule[]
  readonly rowCount: number
  /** Rows that terms are chosen on. */
  readonly rows: Uint32Array
  readonly terms: readonly Term[]
  /** All terms in these rows [rows][terms]. */
  readonly probes: Float64Array
  /** How many sums of one column were looked for. */
  readonly tried: number
}

/**
 * Columns that are sums of others and of products of two, with weights that may differ between the levels of a category:
 * `fee = 0.15 * total * P(channel = web) + …`, `total = nights * rate + 14 * guests * nights * P(breakfast = yes)`. Terms are chosen by
 * orthogonal matching pursuit, each in all levels at once, until what is left is rounding; then each level has its simplest weights, with which all
 * rows obey. Only columns that no rule tells yet, without gaps; where `only` names one, that. Cost O(terms · columns · categories) on 128 rows, and O(rows) for each that passes.
 * @source Pati, Rezaiifar, Krishnaprasad, *Orthogonal matching pursuit*, 1993.
 */
export function findByLevel(
  columns: readonly Column[],
  quantities: readonly Quantity[],
  rules: readonly Rule[],
  only?: string
): FormulaFound[] {
  const rowCount = quantities[0]?.values.length ?? 0
  const numbers = withoutGaps(quantities).filter(({ isDate }) => !isDate)
  const told = new Set(rules.flatMap((rule) => (isOrder(rule) || rule.kind === 'gap' ? [] : [rule.column])))
  const targets = numbers.filter((one) => !told.has(one.name) && (only === undefined || one.name === only) && hasValues(one))
  if (targets.length === 0 || numbers.length > MOST_TERMS) return []
  const [names, counted] = [columns.filter(isCategorical), columns.filter(isNumeric)].map((some) => some.flatMap(groupingBy)) as [
    Grouping[],
    Grouping[]
  ]
  const alone = [everyRow(rowCount), ...names, ...counted]
  const filled = alone.slice(1).filter((one) => !hasMissing(one))
  // Of two that count, as stars beside stars, one tells most of what both do.
  const pairs = filled.flatMap((one, k) =>
    (counted.includes(one) ? [] : filled.slice(k + 1)).map((other) => ({ one, other, groupings: later(() => groupingByBoth(one, other)) }))
  )
  const looked = pairs.length > MOST_PAIRS ? MOST_PAIRS : pairs.flatMap(({ groupings }) => groupings()).length
  const rows = spreadRows(rowCount, MOST_ROWS)
  const problem = { quantities, rowCount, rows, ...termsOf(partsOf(quantities), rows), tried: targets.length * (alone.length + looked) }
  const found: SumFound[] = []
  const known = (): Rule[] => [
    ...rules,
    ...found.map(({ column: name, expression }): Rule => ({ kind: 'formula', column: name, expression }))
  ]
  // What is almost a column, as it with a fee, hides what that is made of until it is told by it.
  for (let before = -1; before < found.length; ) {
    before = found.length
    const left = targets.filter(({ name }) => !found.some((one) => one.column === name))
    const sums = left.flatMap((target) => {
      const own = { ...problem, rules: known() }
      const leftBy = new Map<Grouping, number>()
      const after = behind(target.name, own.rules)
      const isBefore = ({ of }: Pick<Grouping, 'of'>) => !of.some((name) => after.has(name))
      const sumBy = (grouping: Grouping) => {
        const { sum, left } = sumOf(target, grouping, own)
        leftBy.set(grouping, left)
        return sum
      }
      const leftOf = ({ one, other }: (typeof pairs)[number]) => leftBy.get(one)! * leftBy.get(other)!
      const best = () => {
        const before = pairs.filter(({ one, other }) => isBefore(one) && isBefore(other))
        return pairs.length > MOST_PAIRS ? before.sort((a, b) => leftOf(a) - leftOf(b)).slice(0, MOST_PAIRS) : before
      }
      return firstOf(alone.filter(isBefore), sumBy) ?? firstOf(best(), ({ groupings }) => firstOf(groupings(), sumBy)) ?? []
    })
    // Of two columns that tell each other that was computed which is exact, and could be so in any level, or else rounds as a result does.
    const isRounded = ({ rounding }: SumFound) => Number(rounding > 0)
    for (const sum of sums.sort((a, b) => isRounded(a) - isRounded(b) || b.rounding - a.rounding || a.mixed - b.mixed)) {
      const after = behind(sum.column, known())
      if (!namesIn(sum.expression).some((name) => after.has(name))) found.push(sum)
    }
  }
  return found
}

interface SumFound extends FormulaFound {
  /** How far the column is from what it is computed as, at most, in its unit. */
  readonly rounding: number
  /** How far such sums of other levels' rows are from what the column can hold. */
  readonly mixed: number
}

function firstOf<T, U>(list: readonly T[], make: (one: T) => U | undefined): U | undefined {
  for (const one of list) {
    const made = make(one)
    if (made !== undefined) return made
  }
  return undefined
}

/**
 * Columns that are sums with products of two in all rows. What a column adds up to, or is left of, is a sum of columns alone: then those are left
 * out, as `gross = net + tax` says less of it than `gross = hours * rate + 1.5 * overtime * rate`.
 */
export function findProductSums(quantities: readonly Quantity[]): FormulaFound[] {
  const rowCount = quantities[0]?.values.length ?? 0
  const numbers = withoutGaps(quantities).filter(({ isDate }) => !isDate)
  const rows = spreadRows(rowCount, MOST_ROWS)
  const { terms, probes } = termsOf(partsOf(quantities), rows)
  if (!terms.some(({ factors }) => factors.length === 2)) return []
  const problem = { quantities, rules: [], rowCount, rows, probes, tried: numbers.length }
  const all = everyRow(rowCount)
  return numbers.flatMap((target) => {
    if (!hasValues(target)) return []
    let among = terms
    for (let time = 0; time < MOST_TIMES; time++) {
      const own = { ...problem, terms: among }
      const { sum, nearly } = sumOf(target, all, own)
      if (sum) return [sum]
      const alone = new Set(nearly.flatMap(({ factors, of }) => (factors.length === 1 ? of : [])))
      if (alone.size === 0) return []
      among = among.filter(({ of }) => !of.some((name) => alone.has(name)))
    }
    return []
  })
}

export const withoutGaps = (quantities: readonly Quantity[]): Quantity[] => quantities.filter(({ values }) => !summaryOf(values).hasGaps)

/** Numbers, and the days between dates: nights of a stay, which no column counts. */
export function partsOf(quantities: readonly Quantity[]): Quantity[] {
  const full = withoutGaps(quantities)
  return [...full.filter(({ isDate }) => !isDate), ...differencesOf(full)]
}

const everyRow = (rowCount: number): Grouping => ({ of: [], categories: [], levels: [[]], codes: new Int32Array(rowCount) })

function groupingBy(one: CategoricalColumn | NumericColumn): Grouping[] {
  const named = isCategorical(one) ? one : levelsOfNumbers(one)
  if (!named) return []
  const missing = named.levels.length
  const codes = named.codes.map((code) => (code < 0 ? missing : code))
  return groupingOf({ of: [one.name], categories: [indicatorsIn(named)] }, codes, (code) => (code === missing ? [] : [code]))
}

/** Whole numbers of few values as a category; undefined of others, and of times of day. */
function levelsOfNumbers(one: NumericColumn): CategoricalColumn | undefined {
  if (one.kind !== 'integer' || one.clock || surelyMore(one, MOST_LEVELS)) return undefined
  const numbers = [...new Set(presentValues(one))].sort((a, b) => a - b)
  const places = new Map(numbers.map((x, place) => [x, place]))
  const codes = Int32Array.from(one.values, (x, i) => (isMissing(one, i) ? -1 : places.get(x)!))
  return { name: one.name, kind: 'category', levels: numbers.map(String), codes }
}

const hasMissing = ({ categories, levels }: Grouping): boolean => categories.length > 0 && levels.some(({ length }) => length === 0)

/** What is 1 in the rows of a level, and 0 in all others [levels]. */
export function indicatorsIn({ name, kind, levels }: CategoricalColumn): Expression[] {
  return levels.map((level): Expression => {
    if (kind !== 'boolean') return { kind: 'indicator', name, level }
    const isTrue: Expression = { kind: 'indicator', name }
    return level === 'true' ? isTrue : binary('-', number(1), isTrue)
  })
}

/**
 * A number for each level of a category, or for those that rows have of two together [levels][categories]; they are not all the same.
 * Of two, what is the same in all rows of a level is that of the level, also beside levels that no row has it with.
 */
export function levelSum(of: readonly CategoricalColumn[], levels: Grouping['levels'], numbers: readonly number[]): Expression {
  const sums = numbers.map((constant): LevelSum => ({ weights: [], constant }))
  return written([], sums, { of: of.map(({ name }) => name), categories: of.map(indicatorsIn), levels, codes: new Int32Array(0) })!
}

function groupingByBoth(one: Grouping, other: Grouping): Grouping[] {
  const count = other.levels.length
  const codes = one.codes.map((code, i) => code * count + other.codes[i]!)
  return groupingOf({ of: [...one.of, ...other.of], categories: [...one.categories, ...other.categories] }, codes, (code) => [
    ...one.levels[Math.floor(code / count)]!,
    ...other.levels[code % count]!
  ])
}

/** By those levels that rows have, where they are few. */
function groupingOf(of: Pick<Grouping, 'of' | 'categories'>, codes: Int32Array, levelsOf: (code: number) => readonly number[]): Grouping[] {
  const known = [...new Set(codes)].sort((a, b) => a - b)
  if (known.length < 2 || known.length > MOST_LEVELS) return []
  const place = new Map(known.map((code, k) => [code, k]))
  return [{ ...of, levels: known.map(levelsOf), codes: codes.map((code) => place.get(code)!) }]
}

function termsOf(numbers: readonly Quantity[], rows: Uint32Array): Pick<Problem, 'terms' | 'probes'> {
  const terms = possibleTerms(numbers)
  const probes = new Float64Array(rows.length * terms.length)
  rows.forEach((i, k) => {
    for (const { at, place } of terms) probes[k * terms.length + place] = at(i)
  })
  return { terms, probes }
}

function possibleTerms(parts: readonly Quantity[]): Term[] {
  let count = 0
  const make = (some: readonly Quantity[], at: Term['at']): Term => {
    const factors = some.map(({ of, name }) => of ?? column(name))
    return { at, factors, of: factors.flatMap(namesIn), place: count++ }
  }
  const one = make([], () => 1)
  const single = parts.map((part) => make([part], (i) => part.values[i]!))
  const products = 0.5 * parts.length * (parts.length - 1)
  if (1 + parts.length + products > MOST_TERMS) return [one, ...single]
  const pairs = parts.flatMap((a, k) => parts.slice(k + 1).map((b) => make([a, b], (i) => a.values[i]! * b.values[i]!)))
  return [one, ...single, ...pairs]
}

/**
 * The column as a sum within each level, where all rows obey one beyond chance: of columns alone where that can be, as rounded numbers hide a
 * factor that hardly varies. Beside it the terms of which the column is nearly a sum, and the mean square that these leave.
 */
function sumOf(
  target: Quantity,
  grouping: Grouping,
  problem: Problem
): { readonly sum?: SumFound | undefined; readonly nearly: readonly Term[]; readonly left: number } {
  const terms = besides(target.name, problem)
  const single = terms.filter(({ factors }) => factors.length < 2)
  const among = (some: readonly Term[]) => {
    const { chosen: nearly, enough, left } = chosenTerms(target, { ...problem, grouping, terms: some })
    return { nearly, left, sum: enough ? sumAmong(target, { nearly, count: some.length }, grouping, problem) : undefined }
  }
  const alone = among(single)
  return alone.sum || single.length === terms.length ? alone : among(terms)
}

/** Some of the terms that were tried. */
interface Nearly {
  readonly nearly: readonly Term[]
  readonly count: number
}

function sumAmong(target: Quantity, { nearly, count }: Nearly, grouping: Grouping, problem: Problem): SumFound | undefined {
  // Sums of columns, the same in all rows, were looked for among all formulas; what levels alone tell is a lookup.
  const least = grouping.categories.length === 0 ? 2 : 1
  const has = (some: readonly Term[], is: (term: Term, place: number) => boolean) =>
    some.some((term, k) => term.factors.length >= least && is(term, k))
  if (!has(nearly, () => true)) return undefined
  const { chosen, sums } = fewest(target, nearly, grouping)
  if (!sums || !has(chosen, (_, k) => sums.some(({ weights }) => weights[k] !== 0))) return undefined
  if (!isBelieved(target, { chosen, sums, grouping, problem, among: count })) return undefined
  const same = sums.every(({ weights, constant }) => constant === sums[0]!.constant && weights.every((w, k) => w === sums[0]!.weights[k]))
  // The same in all levels: it is found without them.
  if (same && grouping.categories.length > 0) return undefined
  const expression = hasMissing(grouping) ? writtenOrElse(chosen, sums, grouping) : written(chosen, sums, grouping)
  const inputs = new Set(chosen.flatMap(({ of }) => of)).size + grouping.categories.length
  const { values, unit } = target
  const at = (i: number, level: number) => valueAt(chosen, sums[level]!, i)
  const { codes } = grouping
  // What is neither exact nor misses as what was rounded does is what others were computed from: a few whole numbers, told by taxes.
  const misses = unit === 0 ? new Float64Array(0) : values.map((x, i) => (at(i, codes[i]!) - x) / unit)
  const missed = halfRange(misses, grouping)
  if ((missed > 0 && missed < ROUNDED) || !areRounded(misses)) return undefined
  const off = values.reduce((most, x, i) => Math.max(most, Math.abs(at(i, codes[i]!) - x)), 0)
  const mixed = values.reduce((most, _, i) => {
    const units = at(i, codes[(i + MIXING) % codes.length]!) / unit
    return Math.max(most, Math.abs(units - Math.round(units)))
  }, 0)
  const rounded = (units: number) => (unit === 0 ? 0 : Math.round(ROUNDINGS * units))
  return expression && { column: target.name, expression, rank: RANK, inputs, rounding: rounded(off / unit), mixed: rounded(mixed) }
}

/** How far numbers are from the mean of their level, at most; 0 where they vary in none. Of amounts of few cents halves alone are rounded, and few of them. */
function halfRange(numbers: Float64Array, { codes, levels }: Grouping): number {
  const inLevels = levels.map((_, level) => numbers.filter((_, i) => codes[i] === level))
  const farthest = inLevels.map((own) => {
    const middle = mean(own)
    return own.reduce((most, x) => Math.max(most, Math.abs(x - middle)), 0)
  })
  return Math.max(0, ...farthest.filter((half) => half > EXACT))
}

/**
 * Whether numbers miss as those do that were rounded, where they are not exact: by a quarter of a unit in the mean, or more where few digits are left.
 * Nights of which a price tells about how many they are miss by less; by chance one law in 30,000 does.
 */
export function areRounded(misses: Float64Array): boolean {
  const off = misses.map(Math.abs).filter((miss) => miss > EXACT)
  return off.length === 0 || mean(off) > 0.25 - 4 / Math.sqrt(48 * off.length)
}

interface SumsOfTerms {
  readonly chosen: readonly Term[]
  readonly sums: readonly LevelSum[] | undefined
}

/** Without terms that the others do without: those that go along with the column were chosen first. */
function fewest(target: Quantity, all: readonly Term[], grouping: Grouping): SumsOfTerms {
  let [chosen, sums] = [all, sumsOf(target, all, grouping)]
  for (let k = 0; sums && k < chosen.length; ) {
    const others = chosen.filter((_, place) => place !== k)
    const without = others.length === 0 ? undefined : sumsOf(target, others, grouping)
    if (without) [chosen, sums] = [others, without]
    else k++
  }
  return { chosen, sums }
}

/** Terms without a column, and without what rules derive from it. */
function besides(name: string, { terms, rules }: Pick<Problem, 'terms' | 'rules'>): Term[] {
  const after = behind(name, rules)
  return terms.filter(({ of }) => !of.some((one) => after.has(one)))
}

/** The column itself and all that rules derive from it. */
export function behind(name: string, rules: readonly Rule[]): Set<string> {
  const after = new Set([name])
  for (let size = 0; size < after.size; ) {
    size = after.size
    for (const rule of rules) if (!isOrder(rule) && inputsOf(rule).some((input) => after.has(input))) after.add(rule.column)
  }
  return after
}

interface Choosing {
  readonly grouping: Grouping
  readonly terms: readonly Term[]
  readonly rows: Uint32Array
  readonly probes: Float64Array
}

/** Of each row that terms are chosen on its level. */
interface Levels {
  readonly codes: Int32Array
  readonly count: number
}

/**
 * Terms of which the column is nearly a sum within each level, the mean square that they leave, and whether that is rounding. What a term has
 * along what is left, and how long it is itself, is carried on: each direction that is taken costs it one product with the term as it was.
 */
function chosenTerms(
  { values, unit }: Quantity,
  { grouping, terms, rows, probes }: Choosing
): { readonly chosen: Term[]; readonly left: number; readonly enough: boolean } {
  const codes = takeValues(grouping.codes, rows)
  const [count, stride, width] = [
    grouping.levels.length,
    probes.length / rows.length,
    1 + terms.reduce((most, { place }) => Math.max(most, place), 0)
  ]
  /** Products of all terms with a direction in each level [levels][terms]. */
  const along = (direction: Float64Array): Float64Array => {
    const sums = new Float64Array(count * width)
    for (let k = 0; k < codes.length; k++) {
      const [own, from, to] = [direction[k]!, k * stride, codes[k]! * width]
      for (let t = 0; t < width; t++) sums[to + t]! += probes[from + t]! * own
    }
    return sums
  }
  const rest = takeValues(values, rows)
  const most = mostLeft({ unit, variance: meanSquare(rest) })
  const toRest = along(rest)
  const squares = new Float64Array(count * width)
  for (let k = 0; k < codes.length; k++) {
    const [from, to] = [k * stride, codes[k]! * width]
    for (let t = 0; t < width; t++) squares[to + t]! += probes[from + t]! * probes[from + t]!
  }
  const least = new Float64Array(squares.length)
  for (let at = 0; at < least.length; at++) least[at] = LOST * squares[at]!
  const chosen: Term[] = []
  const directions: Float64Array[] = []
  for (;;) {
    let [best, gain] = [undefined as Term | undefined, 0]
    for (const term of terms) {
      let own = 0
      for (let at = term.place; at < squares.length; at += width)
        if (squares[at]! > least[at]!) own += (toRest[at]! * toRest[at]!) / squares[at]!
      if (own > gain) [best, gain] = [term, own]
    }
    if (!best) break
    chosen.push(best)
    const direction = new Float64Array(codes.length)
    for (let k = 0; k < direction.length; k++) direction[k] = probes[k * stride + best.place]!
    for (const one of directions) takeOff(direction, one, { codes, count })
    normalise(direction, { codes, count })
    directions.push(direction)
    const taken = takeOff(rest, direction, { codes, count })
    const square = meanSquare(rest)
    if (square <= most || chosen.length === MOST_PARTS) return { chosen, left: square, enough: square <= most }
    const shares = along(direction)
    for (let at = 0; at < shares.length; at++) {
      toRest[at]! -= shares[at]! * taken[Math.floor(at / width)]!
      squares[at]! -= shares[at]! ** 2
    }
    // Nothing is left of it, whatever was rounded.
    for (let at = best.place; at < squares.length; at += width) squares[at] = 0
  }
  return { chosen, left: meanSquare(rest), enough: false }
}

const meanSquare = (values: Float64Array): number => {
  let sum = 0
  for (let k = 0; k < values.length; k++) sum += values[k]! * values[k]!
  return sum / values.length
}

/** Products of two columns in each level [levels]. */
function productsIn(a: Float64Array, b: Float64Array, { codes, count }: Levels): Float64Array {
  const sums = new Float64Array(count)
  for (let k = 0; k < codes.length; k++) sums[codes[k]!]! += a[k]! * b[k]!
  return sums
}

/** Gives numbers the length 1 in each level, in place; where all are 0 they stay so. */
function normalise(own: Float64Array, levels: Levels): void {
  const squares = productsIn(own, own, levels)
  for (let k = 0; k < own.length; k++) if (own[k] !== 0) own[k]! /= Math.sqrt(squares[levels.codes[k]!]!)
}

/** Takes what lies along a direction off, in each level, in place; returns how much that was [levels]. */
function takeOff(from: Float64Array, direction: Float64Array, levels: Levels): Float64Array {
  const taken = productsIn(from, direction, levels)
  for (let k = 0; k < from.length; k++) from[k]! -= taken[levels.codes[k]!]! * direction[k]!
  return taken
}

/**
 * The simplest weights of each level with which all its rows obey, and as few different ones as there can be: levels take those of a level of
 * more rows where they obey them too, as few rows obey many.
 */
function sumsOf(target: Quantity, chosen: readonly Term[], { levels, codes }: Grouping): LevelSum[] | undefined {
  const lists = levels.map((): number[] => [])
  codes.forEach((level, i) => {
    lists[level]!.push(i)
  })
  const rowsOf = lists.map((rows) => Uint32Array.from(rows))
  const known: LevelSum[] = []
  const sums = new Map<number, LevelSum>()
  const order = Array.from(levels.keys()).sort((a, b) => rowsOf[b]!.length - rowsOf[a]!.length || a - b)
  for (const level of order) {
    const rows = rowsOf[level]!
    const shared = known.find((other) => holds(target, chosen, other, rows))
    const sum = shared ?? oneTerm(target, chosen, rows) ?? severalTerms(target, chosen, rows)
    if (sum) sums.set(level, sum)
    if (sum && !shared) known.push(sum)
  }
  const all = rowsOf.map((rows, level) => sums.get(level) ?? known.find((other) => holds(target, chosen, other, rows)))
  return all.every((sum) => sum !== undefined) ? all : undefined
}

/** A multiple of one term. */
function oneTerm({ values, unit }: Quantity, chosen: readonly Term[], rows: Uint32Array): LevelSum | undefined {
  for (const [place, term] of chosen.entries()) {
    const interval = new FactorInterval('free')
    if (!rows.every((i) => interval.narrow(term.at(i), values[i]!, tolerance(unit, values[i]!)))) continue
    const factor = interval.factor()
    if (factor === undefined) continue
    return { weights: chosen.map((_, k) => (k === place ? factor : 0)), constant: 0 }
  }
  return undefined
}

function severalTerms(target: Quantity, chosen: readonly Term[], rows: Uint32Array): LevelSum | undefined {
  const parts = chosen.filter(({ factors }) => factors.length > 0)
  const quantities = [
    ...parts.map(({ at }): Quantity => ({ name: '', isDate: false, values: Float64Array.from(rows, at), unit: 0 })),
    { ...target, values: takeValues(target.values, rows) }
  ]
  const sum = new WeightedSums(quantities, Uint32Array.from(rows.keys())).of(parts.length)
  if (!sum) return undefined
  const weightOf = (term: Term) => {
    const place = sum.inputs.indexOf(parts.indexOf(term))
    return place < 0 ? 0 : sum.weights[place]!
  }
  const found = { weights: chosen.map(weightOf), constant: sum.constant }
  return holds(target, chosen, found, rows) ? found : undefined
}

const valueAt = (chosen: readonly Term[], { weights, constant }: LevelSum, i: number): number =>
  chosen.reduce((sum, term, k) => (weights[k] === 0 ? sum : sum + weights[k]! * term.at(i)), constant)

const holds = ({ values, unit }: Quantity, chosen: readonly Term[], sum: LevelSum, rows: Uint32Array): boolean =>
  rows.every((i) => Math.abs(valueAt(chosen, sum, i) - values[i]!) <= tolerance(unit, values[i]!))

interface Candidate {
  readonly chosen: readonly Term[]
  readonly sums: readonly LevelSum[]
  readonly grouping: Grouping
  readonly problem: Problem
  /** Terms that were looked at. */
  readonly among: number
}

/** Whether rows obey beyond chance: each level by its own rows, as many columns are 0 in all rows of some. */
function isBelieved({ values, unit }: Quantity, { chosen, sums, grouping, problem, among }: Candidate): boolean {
  const { quantities, rowCount, tried } = problem
  const names = new Set(chosen.flatMap(({ of }) => of))
  const inputs = quantities.filter(({ name }) => names.has(name)).map((one) => one.values)
  const rows = differentRows([...inputs, values, Float64Array.from(grouping.codes)], rowCount)
  let logChance = 0
  let choices = tried
  for (const [level, sum] of sums.entries()) {
    const own = rows.filter((i) => grouping.codes[i] === level)
    const near = (i: number, j: number) => Math.abs(valueAt(chosen, sum, own[i]!) - values[own[j]!]!) <= tolerance(unit, values[own[j]!]!)
    const numbers = [...sum.weights, sum.constant].filter((weight) => weight !== 0)
    choices *= choicesOf(among, numbers)
    const rate = own.length < 2 ? 1 : rateByChance(own.length, near)
    if (rate <= MOST_RATE) logChance += Math.max(0, own.length - numbers.length) * log(rate)
  }
  return isBelievedAtLog(logChance, choices) && (sums.length < 2 || areTold({ values, unit }, rows, { chosen, sums, grouping }))
}

/** Whether most rows break the sums of all other levels, as far as those are others: where they obey one of them, rounding alone sets levels apart. */
function areTold(
  { values, unit }: Pick<Quantity, 'values' | 'unit'>,
  rows: readonly number[],
  { chosen, sums, grouping }: Pick<Candidate, 'chosen' | 'sums' | 'grouping'>
): boolean {
  const differ = (sum: LevelSum, other: LevelSum) => sum.constant !== other.constant || sum.weights.some((w, k) => w !== other.weights[k])
  let [shared, all] = [0, 0]
  for (const [level, sum] of sums.entries()) {
    const own = rows.filter((i) => grouping.codes[i] === level)
    const others = new Set(sums.filter((other) => differ(sum, other)))
    const obeying = Array.from(others, (other) => own.filter((i) => isNear(valueAt(chosen, other, i), values[i]!, unit)).length)
    shared += Math.max(0, ...obeying)
    all += own.length
  }
  return shared <= MOST_RATE * all
}

const isNear = (computed: number, value: number, unit: number): boolean => Math.abs(computed - value) <= tolerance(unit, value)

/** What a column is by level, or else what it is where the category is missing: an order without a coupon has a discount of 0. */
function writtenOrElse(chosen: readonly Term[], sums: readonly LevelSum[], grouping: Grouping): Expression | undefined {
  const isThere = (_: unknown, level: number) => grouping.levels[level]!.length > 0
  const there = written(chosen, sums.filter(isThere), { ...grouping, levels: grouping.levels.filter(isThere) })
  // What asks for no level is there where the category is missing.
  if (!there || indicatorsOf(there).length === 0) return undefined
  const [missing] = sums.filter((_, level) => !isThere(_, level))
  const constant = missing!.constant + chosen.reduce((sum, { factors }, k) => (factors.length === 0 ? sum + missing!.weights[k]! : sum), 0)
  return binary(COALESCE, there, written(chosen, [missing!], everyRow(0)) ?? number(constant))
}

/** Terms with equal weights in several levels stand once, with the levels added. */
function written(chosen: readonly Term[], sums: readonly LevelSum[], grouping: Grouping): Expression | undefined {
  const parts: Expression[] = []
  const weights: number[] = []
  const terms = [...chosen.filter(({ factors }) => factors.length > 0), undefined]
  const one = chosen.findIndex(({ factors }) => factors.length === 0)
  let constant = 0
  for (const term of terms) {
    const own = term
      ? sums.map((sum) => sum.weights[chosen.indexOf(term)]!)
      : sums.map((sum) => sum.constant + (one < 0 ? 0 : sum.weights[one]!))
    const product = term?.factors.reduce((a, b) => binary('*', a, b))
    for (const { weight, where } of shareOf(own, grouping)) {
      if (product || where) {
        parts.push(product && where ? timesEach(product, where) : (product ?? where)!)
        weights.push(weight)
      } else constant = weight
    }
  }
  return parts.length === 0 ? undefined : writeSum(parts, { weights, constant })
}

/** a · (b · c) as a · b · c. */
function timesEach(product: Expression, where: Expression): Expression {
  return where.kind === 'binary' && where.operator === '*'
    ? binary('*', timesEach(product, where.left), where.right)
    : binary('*', product, where)
}

/** A weight, and in which rows: in all without `where`. */
interface Share {
  readonly weight: number
  readonly where?: Expression
}

/** Weights of levels, of two categories as what each adds where that is all there is to it. */
function shareOf(weights: readonly number[], grouping: Grouping): Share[] {
  const { categories, levels } = grouping
  if (categories.length < 2)
    return byWeight(
      weights,
      levels.map(([level]) => categories[0]?.[level!] ?? number(1))
    )
  const at = (a: number, b: number) => weights[levels.findIndex(([one, other]) => one === a && other === b)]
  const [ones, others] = categories.map((_, k) => [...new Set(levels.map((level) => level[k]!))].sort((a, b) => a - b)) as [
    number[],
    number[]
  ]
  for (const base of others) {
    const own = ones.map((a) => at(a, base))
    const first = own.findIndex((weight) => weight !== undefined)
    const added = others.map((b) => difference(at(ones[first]!, b), own[first]))
    const adds = levels.every(([a, b], k) => difference(weights[k], own[ones.indexOf(a!)]) === added[others.indexOf(b!)])
    if (!adds || [...own, ...added].includes(undefined)) continue
    const of = (which: 0 | 1, known: readonly number[]) => known.map((level) => categories[which]![level]!)
    return [...byWeight(own as number[], of(0, ones)), ...byWeight(added as number[], of(1, others))]
  }
  // By the category of which more levels have one weight each.
  const [first, second] = [placesOf(weights, levels, 0), placesOf(weights, levels, 1)]
  const places = second.length < first.length ? second : first
  return byWeight(
    places.map(({ weight }) => weight),
    places.map(({ level }) => level.map(([c, k]) => categories[c]![k]!).reduce((a, b) => binary('*', a, b)))
  )
}

/** A weight, and the levels of one category or of both that have it, each with which category it is of. */
interface Place {
  readonly weight: number
  readonly level: readonly (readonly [category: number, level: number])[]
}

/** Levels of one category where all rows of such a one have a weight, and else together with each level of the other category. */
function placesOf(weights: readonly number[], levels: Grouping['levels'], lead: number): Place[] {
  const own = new Map<number, Set<number>>()
  levels.forEach((level, k) => {
    own.set(level[lead]!, (own.get(level[lead]!) ?? new Set()).add(weights[k]!))
  })
  const taken = new Set<number>()
  return levels.flatMap((level, k): Place[] => {
    const at = level[lead]!
    if (own.get(at)!.size > 1) return [{ weight: weights[k]!, level: level.map((one, c) => [c, one] as const) }]
    if (taken.has(at)) return []
    taken.add(at)
    return [{ weight: weights[k]!, level: [[lead, at]] }]
  })
}

/** Without what a computer's numbers are off by. */
const difference = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : Number((a - b).toPrecision(12)) + 0

/** Each weight with the levels that have it. */
function byWeight(weights: readonly number[], levels: readonly Expression[]): Share[] {
  return [...new Set(weights)].flatMap((weight): Share[] => {
    const at = weights.flatMap((one, level) => (one === weight ? [level] : []))
    if (weight === 0) return []
    return at.length === weights.length ? [{ weight }] : [{ weight, where: levelsText(at, levels) }]
  })
}

/** 1 in rows of some levels: those added, or 1 less the others where these are fewer. */
function levelsText(at: readonly number[], levels: readonly Expression[]): Expression {
  const others = levels.filter((_, level) => !at.includes(level))
  const all = (some: readonly Expression[]) => some.reduce((a, b) => binary('+', a, b))
  const isShort = others.length < at.length && others.every(({ kind }) => kind === 'indicator')
  return isShort ? binary('-', number(1), all(others)) : all(at.map((level) => levels[level]!))
}
