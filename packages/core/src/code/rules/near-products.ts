import { log } from '../../num/elementary.js'
import { evenly } from '../../num/evenly.js'
import { mean, median, variance } from '../../num/statistics.js'
import { summaryOf } from '../../num/summary.js'
import type { Expression } from '../../table/expression.js'
import { expressionText } from '../../table/expression-text.js'
import { RARE_BELOW } from '../../table/rare-below.js'
import { isNumeric } from '../../table/table.js'
import { isBeyondChance, rateByChance } from './chance.js'
import { needs } from './choose.js'
import { clockUnitOf, hasValues, type Quantity, tolerance } from './quantity.js'
import type { Ratio } from './ratios.js'
import { expressionAt, quantityIn, type WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'
import { binary, column, number } from './shapes.js'

/** Rows that distances to neighbours are taken of, at most: a median of as many is good to a few percent. */
const MOST_ROWS = 1000
const LEAST_ROWS = 30
/** Columns among which they are looked for, at most. */
const MOST_COLUMNS = 30
/** Few remainders: so many at most, of so many rows each on average, of a number of as many times their values. */
const [MOST_REMAINDERS, ROWS_OF_REMAINDER, MORE_VALUES] = [12, 8, 2]
/** Sums and differences. */
const SIGNS = [
  [1, 1],
  [1, -1],
  [-1, 1]
] as const
/** Products and quotients; one of two may be squared, as a height is. */
const POWERS = [
  [1, 1],
  [1, -1],
  [-1, 1],
  [1, 2],
  [2, 1],
  [1, -2],
  [-2, 1]
] as const

/** A number that two others tell nearly. */
interface NearProduct {
  readonly column: Term
  readonly of: readonly [Factor, Factor]
  /** Spread of what they leave over that of the number. */
  readonly left: number
}

interface Factor {
  readonly by: Term
  /** Of a sum its sign. */
  readonly power: number
}

/** What is added: a number, or its logarithm where these are multiplied. */
interface Term extends Quantity {
  /** [n] of the rows that have all such numbers. */
  readonly terms: Float64Array
  readonly variance: number
  /** Of dates and times of day, which only their difference says something of: what these count. */
  readonly place?: 'date' | 'clock' | undefined
  /** What such a difference is divided by. */
  readonly per: number
}

/** How numbers are put together. */
interface Law {
  readonly terms: readonly Term[]
  readonly powers: readonly (readonly [number, number])[]
  readonly write: (factors: readonly [Factor, Factor]) => Expression
  /** Whether what they leave may be few numbers. */
  readonly few: boolean
}

/**
 * Numbers that are nearly a product of powers of two others, or their sum or difference: a rent of the size and the price per square metre that is
 * rounded to five, a body mass index that was taken on another day, or hours between two times of day less one of a few breaks. Rows follow them more
 * nearly than the next row stands in what they are computed of, and so than any kernel can see; what they are beside that is drawn, which keeps them as
 * near: a part of it, or a distance from it, whichever differs less. Of a size, a price and a rent, each of which the others tell, it is that which
 * varies most. None that a rule derives, or `except`, and none that one number tells as nearly, as a kernel follows a line. Cost O(p²·rows + p³), and
 * O(min(rows, 1000)²) for each that passes.
 */
export function nearProductsOf(rules: readonly Rule[], data: WrittenTable, except: ReadonlySet<string>): ReadonlyMap<string, Ratio> {
  const derived = new Set(rules.flatMap(({ kind, column: name }) => (kind === 'gap' ? [] : [name])))
  const mayBeTold = (name: string) => !except.has(name) && !derived.has(name)
  const found = new Map<string, Ratio>()
  for (const law of [productsIn(data), sumsIn(data)])
    for (const product of nearest(law, mayBeTold)) {
      const { name } = product.column
      const inputs = rules.concat([...found].map(([one, { of }]): Rule => ({ kind: 'order', column: one, low: of })))
      const names = product.of.map(({ by }) => by.name)
      if (found.has(name) || needs(names, inputs).has(name)) continue
      const ratio = ratioTo(product.column, law.write(product.of), { data, isSum: law.few })
      if (ratio) found.set(name, ratio)
    }
  return found
}

function productsIn(data: WrittenTable): Law {
  const numbers = numbersIn(data).filter(({ values }) => values.every((x) => !(x <= 0)))
  return { terms: termsOf(numbers, data, log), powers: POWERS, write: productOf, few: false }
}

/** A distance of days or times may count hours, one of times minutes as well. */
function sumsIn(data: WrittenTable): Law {
  const { table, formats } = data
  const numbers = numbersIn(data).map((one) => ({ ...one, per: 1 }))
  const places = table.columns.flatMap((one, c) => {
    if (!isNumeric(one)) return []
    const clock = clockUnitOf(formats[c]!)
    if (one.kind !== 'datetime' && !clock) return []
    const pers = clock === 'minutes' ? [1, 60] : clock === 'seconds' ? [60, 3600] : [1, 1 / 24]
    const place = clock ? ('clock' as const) : ('date' as const)
    return pers.map((per) => ({ ...quantityIn(data, one.name), place, per }))
  })
  const terms = termsOf([...numbers, ...places], data, (x, { per = 1 }) => x / per)
  return { terms, powers: SIGNS, write: sumOf, few: true }
}

/** Amounts: none of these is a date or a time of day. */
const numbersIn = (data: WrittenTable): Quantity[] =>
  data.table.columns
    .filter((one, c) => isNumeric(one) && one.kind !== 'datetime' && clockUnitOf(data.formats[c]!) === undefined)
    .map(({ name }) => quantityIn(data, name))
    .filter((one) => hasValues(one))

type Candidate = Quantity & Partial<Pick<Term, 'place' | 'per'>>

function termsOf(all: readonly Candidate[], { table }: WrittenTable, termIn: (x: number, of: Candidate) => number): Term[] {
  if (new Set(all.map(({ name }) => name)).size < 3 || all.length > MOST_COLUMNS) return []
  const there = Array.from({ length: table.rowCount }, (_, i) => i).filter((i) => all.every(({ values }) => !Number.isNaN(values[i]!)))
  if (there.length < LEAST_ROWS) return []
  return all
    .map((one) => ({ per: 1, ...one, terms: Float64Array.from(there, (i) => termIn(one.values[i]!, one)) }))
    .map((one) => ({ ...one, variance: variance(one.terms) }))
    .filter((one) => one.variance > 0)
}

/** What is told more nearly than rows stand to each other, the nearest first. */
function nearest({ terms: numbers, powers, few }: Law, mayBeTold: (name: string) => boolean): NearProduct[] {
  const centred = numbers.map(({ terms }) => {
    const middle = mean(terms)
    return terms.map((x) => x - middle)
  })
  const covariances = centred.map((a) => centred.map((b) => a.reduce((sum, x, i) => sum + x * b[i]!, 0) / a.length))
  const spacings = new Map<string, number>()
  const spacingOf = (a: number, b: number): number => {
    const key = `${a},${b}`
    const known = spacings.get(key) ?? spacing([numbers[a]!, numbers[b]!])
    spacings.set(key, known)
    return known
  }
  const passed: { readonly product: NearProduct; readonly over: number }[] = []
  for (const [y, own] of numbers.entries()) {
    if (own.place || !mayBeTold(own.name)) continue
    const with_ = covariances[y]!
    // What one number leaves, whatever its power.
    const leftBy = (a: number) => Math.sqrt(Math.max(0, 1 - with_[a]! ** 2 / (own.variance * numbers[a]!.variance)))
    const leftByBoth = (a: number, b: number) => {
      const [aa, bb, ab] = [numbers[a]!.variance, numbers[b]!.variance, covariances[a]![b]!]
      const [ya, yb] = [with_[a]!, with_[b]!]
      return Math.sqrt(Math.max(0, 1 - (bb * ya * ya - 2 * ab * ya * yb + aa * yb * yb) / ((aa * bb - ab * ab) * own.variance)))
    }
    for (let a = 0; a < numbers.length; a++)
      for (let b = a + 1; b < numbers.length; b++) {
        if (a === y || b === y) continue
        const [first, second] = [numbers[a]!, numbers[b]!]
        if (first.name === second.name || first.place !== second.place || first.per !== second.per) continue
        for (const [p, q] of powers) {
          // Of two places only the difference says something, and none of them is told in its turn.
          if (first.place && p === q) continue
          const isLess = (by: Term, power: number) => !by.place && Math.abs(power) === 1 && own.variance < by.variance
          if (isLess(first, p) || isLess(second, q)) continue
          const square =
            own.variance +
            p * p * first.variance +
            q * q * second.variance -
            2 * (p * with_[a]! + q * with_[b]! - p * q * covariances[a]![b]!)
          const left = Math.sqrt(Math.max(0, square) / own.variance)
          const alone = Math.min(leftBy(a), leftBy(b))
          if (!(left < alone)) continue
          const of = [
            { by: first, power: p },
            { by: second, power: q }
          ] as const
          const product = { column: own, of, left }
          if (few && leavesFew(product, numbers.length ** 3)) {
            passed.push({ product, over: left / alone })
            continue
          }
          const apart = spacingOf(a, b)
          if (!(left < apart && apart < alone)) continue
          // Powers that are none of a product would be told by others: by Schwarz' criterion for two of them that are free.
          const free = leftByBoth(a, b)
          if (own.terms.length * log(left / free) > log(own.terms.length)) continue
          passed.push({ product, over: left / apart })
        }
      }
  }
  return passed.sort((one, other) => one.over - other.over).map(({ product }) => product)
}

/** Whether two numbers leave one of few, each in three rows at least, beyond what has these by chance. */
function leavesFew({ column: { terms, unit }, of: [a, b] }: NearProduct, candidates: number): boolean {
  const told = terms.map((_, i) => a.power * a.by.terms[i]! + b.power * b.by.terms[i]!)
  const counts = new Map<number, number>()
  for (const [i, x] of terms.entries()) {
    const rest = Number((x - told[i]!).toFixed(9))
    counts.set(rest, (counts.get(rest) ?? 0) + 1)
    if (counts.size > MOST_REMAINDERS) return false
  }
  if (counts.size * ROWS_OF_REMAINDER > terms.length || [...counts.values()].some((count) => count < RARE_BELOW)) return false
  if (new Set(terms).size < MORE_VALUES * counts.size) return false
  const rests = [...counts.keys()]
  const rate = rateByChance(terms.length, (i, j) =>
    rests.some((rest) => Math.abs(told[i]! + rest - terms[j]!) <= tolerance(unit, terms[j]!))
  )
  return isBeyondChance({ rate, times: terms.length - counts.size, candidates })
}

/** Median distance from a row to the next one in two numbers, over their spreads. */
function spacing(two: readonly [Term, Term]): number {
  const rows = evenly(two[0].terms.length, Math.min(MOST_ROWS, two[0].terms.length))
  const [x, y] = two.map(({ terms, variance: own }) => {
    const unit = 1 / Math.sqrt(own)
    return Float64Array.from(rows, (i) => unit * terms[i]!)
  }) as [Float64Array, Float64Array]
  const next = x.map((_, i) => {
    let least = Number.POSITIVE_INFINITY
    for (let j = 0; j < x.length; j++) if (j !== i) least = Math.min(least, (x[i]! - x[j]!) ** 2 + (y[i]! - y[j]!) ** 2)
    return Math.sqrt(least)
  })
  return median(next)
}

/** The share that it is of what it is near in every row that has it, or its distance from that; undefined where some has none. */
function ratioTo(
  { values }: Term,
  of: Expression,
  { data, isSum }: { readonly data: WrittenTable; readonly isSum: boolean }
): Ratio | undefined {
  const at = expressionAt(of, data)
  const rows = Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]!))
  const own = Float64Array.from(rows, (i) => values[i]!)
  const whole = Float64Array.from(rows, at)
  if (!whole.every(Number.isFinite)) return undefined
  const [shares, rests] = [own.map((x, k) => x / whole[k]!), own.map((x, k) => x - whole[k]!)]
  // What is added to differs by what is added.
  const isShare =
    !isSum &&
    own.every((x, k) => x > 0 && whole[k]! > 0) &&
    0.5 * log(variance(shares)) + mean(whole.map(log)) <= 0.5 * log(variance(rests))
  const { low, high } = summaryOf(isShare ? shares : rests)
  return { of, low, high, near: isShare ? 'share' : 'distance' }
}

function productOf(factors: readonly [Factor, Factor]): Expression {
  const powerOf = ({ by, power }: Factor) =>
    Math.abs(power) === 1 ? column(by.name) : binary('^', column(by.name), number(Math.abs(power)))
  const [above, below] = [factors.filter(({ power }) => power > 0), factors.filter(({ power }) => power < 0)].map((some) =>
    some.map(powerOf)
  ) as [Expression[], Expression[]]
  const times = (some: readonly Expression[]) => some.reduce((a, b) => binary('*', a, b))
  const top = above.length === 0 ? number(1) : times(above)
  return below.length === 0 ? top : binary('/', top, times(below))
}

function sumOf([a, b]: readonly [Factor, Factor]): Expression {
  const [first, second] = a.power > 0 ? [a, b] : [b, a]
  const sum = binary(second.power > 0 ? '+' : '-', column(first.by.name), column(second.by.name))
  const { per } = a.by
  return per === 1 ? sum : per < 1 ? binary('*', number(Math.round(1 / per)), sum) : binary('/', sum, number(per))
}

/** Which numbers stand near others, as people are told. */
export const nearNotes = (ratios: ReadonlyMap<string, Ratio>): string[] =>
  [...ratios].flatMap(([name, { of, near, low, high }]) => {
    if (!near) return []
    const [range, text] = [[low, high].map((x) => Number(x.toPrecision(3))).join(' to '), expressionText(of)]
    const stands = near === 'share' ? `${range} times ${text}` : `${text} and ${range}`
    return [`${name}: ${stands} in all rows, and so in new ones; --rules off draws it by itself`]
  })
