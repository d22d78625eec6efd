import { log } from '../../num/elementary.js'
import { evenly } from '../../num/evenly.js'
import { mean, median, variance } from '../../num/statistics.js'
import type { Expression } from '../../table/expression.js'
import { expressionText } from '../../table/expression-text.js'
import { isNumeric } from '../../table/table.js'
import { needs } from './choose.js'
import { clockUnitOf, hasValues, type Quantity } from './quantity.js'
import type { Ratio } from './ratios.js'
import { expressionAt, quantityIn, type WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'
import { binary, column, number } from './shapes.js'

/** Rows that distances to neighbours are taken of, at most: a median of as many is good to a few percent. */
const MOST_ROWS = 1000
const LEAST_ROWS = 30
/** Columns among which products are looked for, at most. */
const MOST_COLUMNS = 30
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
  readonly column: Logarithms
  readonly of: readonly [Factor, Factor]
  /** Spread of what they leave over that of the number, in logarithms. */
  readonly left: number
}

interface Factor {
  readonly by: Logarithms
  readonly power: number
}

/** Of a number that is above 0 wherever it is. */
interface Logarithms extends Quantity {
  /** [n] of the rows that have all such numbers. */
  readonly logs: Float64Array
  readonly variance: number
}

/**
 * Numbers that are nearly a product of powers of two others: a rent of the size and the price per square metre that is rounded to five,
 * or a body mass index that was taken on another day. Rows follow them more nearly than the next row stands in what they are computed of, and so than any
 * kernel can see; what part they are of the product is drawn, which keeps them as near. Of a size, a price and a rent, each of which the others tell,
 * it is that which varies most. None that a rule derives, or `except`, and none that one number tells as nearly, as a kernel follows a line.
 * Cost O(p²·rows + p³), and O(min(rows, 1000)²) for each that passes.
 */
export function nearProductsOf(rules: readonly Rule[], data: WrittenTable, except: ReadonlySet<string>): ReadonlyMap<string, Ratio> {
  const numbers = logarithmsOf(data)
  const derived = new Set(rules.flatMap(({ kind, column: name }) => (kind === 'gap' ? [] : [name])))
  const found = new Map<string, Ratio>()
  for (const product of nearest(numbers, (name) => !except.has(name) && !derived.has(name))) {
    const { name } = product.column
    const inputs = rules.concat([...found].map(([one, { of }]): Rule => ({ kind: 'order', column: one, low: of })))
    const names = product.of.map(({ by }) => by.name)
    if (found.has(name) || needs(names, inputs).has(name)) continue
    const ratio = ratioTo(product, data)
    if (ratio) found.set(name, ratio)
  }
  return found
}

function logarithmsOf(data: WrittenTable): Logarithms[] {
  const { table, formats } = data
  const numbers = table.columns
    .filter((one, c) => isNumeric(one) && one.kind !== 'datetime' && clockUnitOf(formats[c]!) === undefined)
    .map(({ name }) => quantityIn(data, name))
    .filter((one) => hasValues(one) && one.values.every((x) => !(x <= 0)))
  if (numbers.length < 3 || numbers.length > MOST_COLUMNS) return []
  const there = Array.from({ length: table.rowCount }, (_, i) => i).filter((i) => numbers.every(({ values }) => !Number.isNaN(values[i]!)))
  if (there.length < LEAST_ROWS) return []
  return numbers
    .map((one) => ({ ...one, logs: Float64Array.from(there, (i) => log(one.values[i]!)) }))
    .map((one) => ({ ...one, variance: variance(one.logs) }))
    .filter((one) => one.variance > 0)
}

/** What is told more nearly than rows stand to each other, the nearest first. */
function nearest(numbers: readonly Logarithms[], mayBeTold: (name: string) => boolean): NearProduct[] {
  const centred = numbers.map(({ logs }) => {
    const middle = mean(logs)
    return logs.map((x) => x - middle)
  })
  const covariances = centred.map((a) => centred.map((b) => a.reduce((sum, x, i) => sum + x * b[i]!, 0) / (a.length - 1)))
  const spacings = new Map<string, number>()
  const spacingOf = (a: number, b: number): number => {
    const key = `${a},${b}`
    const known = spacings.get(key) ?? spacing([numbers[a]!, numbers[b]!])
    spacings.set(key, known)
    return known
  }
  const passed: { readonly product: NearProduct; readonly over: number }[] = []
  for (const [y, own] of numbers.entries()) {
    if (!mayBeTold(own.name)) continue
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
        for (const [p, q] of POWERS) {
          const isLess = (by: number, power: number) => Math.abs(power) === 1 && own.variance < numbers[by]!.variance
          if (isLess(a, p) || isLess(b, q)) continue
          const square =
            own.variance +
            p * p * numbers[a]!.variance +
            q * q * numbers[b]!.variance -
            2 * (p * with_[a]! + q * with_[b]! - p * q * covariances[a]![b]!)
          const left = Math.sqrt(Math.max(0, square) / own.variance)
          const alone = Math.min(leftBy(a), leftBy(b))
          if (!(left < alone)) continue
          const apart = spacingOf(a, b)
          if (!(left < apart && apart < alone)) continue
          // Powers that are none of a product would be told by others: by Schwarz' criterion for two of them that are free.
          const free = leftByBoth(a, b)
          if (own.logs.length * log(left / free) > log(own.logs.length)) continue
          const of = [
            { by: numbers[a]!, power: p },
            { by: numbers[b]!, power: q }
          ] as const
          passed.push({ product: { column: own, of, left }, over: left / apart })
        }
      }
  }
  return passed.sort((one, other) => one.over - other.over).map(({ product }) => product)
}

/** Median distance from a row to the next one in two numbers, over their spreads. */
function spacing(two: readonly [Logarithms, Logarithms]): number {
  const rows = evenly(two[0].logs.length, Math.min(MOST_ROWS, two[0].logs.length))
  const [x, y] = two.map(({ logs, variance: own }) => {
    const unit = 1 / Math.sqrt(own)
    return Float64Array.from(rows, (i) => unit * logs[i]!)
  }) as [Float64Array, Float64Array]
  const next = x.map((_, i) => {
    let least = Number.POSITIVE_INFINITY
    for (let j = 0; j < x.length; j++) if (j !== i) least = Math.min(least, (x[i]! - x[j]!) ** 2 + (y[i]! - y[j]!) ** 2)
    return Math.sqrt(least)
  })
  return median(next)
}

/** The share that it is of the product in every row that has it; undefined where some has no product. */
function ratioTo({ column: { values }, of: factors }: NearProduct, data: WrittenTable): Ratio | undefined {
  const of = productOf(factors)
  const at = expressionAt(of, data)
  const ratios = Array.from(values.entries()).flatMap(([i, x]) => (Number.isNaN(x) ? [] : [x / at(i)]))
  if (ratios.some((ratio) => !(ratio > 0 && ratio < Number.POSITIVE_INFINITY))) return undefined
  const [least, most] = [ratios.reduce((a, b) => Math.min(a, b)), ratios.reduce((a, b) => Math.max(a, b))]
  return { of, low: Math.max(0, 2 * least - most), high: 2 * most - least, near: [least, most] }
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

/** Which numbers stand near a product, as people are told. */
export const nearNotes = (ratios: ReadonlyMap<string, Ratio>): string[] =>
  [...ratios].flatMap(([name, { of, near }]) =>
    near
      ? [
          `${name}: ${near.map((x) => Number(x.toPrecision(3))).join(' to ')} times ${expressionText(of)} in all rows, and so in new ones; --rules off draws it by itself`
        ]
      : []
  )
