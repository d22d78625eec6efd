import { exp, log } from '../../num/elementary.js'
import { ANNUITY, annuity, type Expression, type Operator, power } from '../../table/expression.js'

export const column = (name: string): Expression => ({ kind: 'column', name })
export const number = (value: number): Expression => ({ kind: 'number', value })
export const binary = (operator: Operator, left: Expression, right: Expression): Expression => ({ kind: 'binary', operator, left, right })

/** A form that a formula may have, of so many columns, up to a factor where that is free. */
export interface Shape {
  readonly arity: 1 | 2 | 3
  /** Columns that may change places: of all, of the first two, of none. */
  readonly symmetric: 'all' | 'pair' | 'none'
  readonly factor: 'free' | 'one'
  /** Whether its columns may all be dates. */
  readonly dates: boolean
  /** Which of its columns are added, or taken off. */
  readonly added: readonly number[]
  /** Simpler shapes first, and of several readings of one relation that which rounds least: 1 is best. */
  readonly rank: number
  /** What each of its columns has to be like, where not any may stand there. */
  readonly takes?: readonly ((values: Float64Array) => boolean)[]
  value(a: number, b: number, c: number): number
  write(a: Expression, b: Expression, c: Expression): Expression
}

const times = (a: Expression, b: Expression): Expression => binary('*', a, b)
const less = (b: Expression): Expression => binary('-', number(1), b)
const more = (b: Expression): Expression => binary('+', number(1), b)
const percent = (b: Expression): Expression => binary('/', b, number(100))

const base = { factor: 'one', dates: false, added: [] } as const
const ordered = { ...base, arity: 2, symmetric: 'none' } as const
const pair = { ...base, arity: 3, symmetric: 'pair' } as const

const product: Shape = { ...base, arity: 2, symmetric: 'all', factor: 'free', rank: 2, value: (a, b) => a * b, write: times }
const raised: Shape = { ...ordered, rank: 5, value: (a, b) => a * (1 + b), write: (a, b) => times(a, more(b)) }

/** What two columns say how long something is: weeks of so many days, a term and how often it was renewed. */
export const TERMS = [product, raised] as const

const call = (name: 'exp' | 'log' | 'sqrt', of: Expression): Expression => ({ kind: 'call', name, of })
const single = { ...base, arity: 1, symmetric: 'all', factor: 'free' } as const
const logarithm = (base: number) => {
  const size = log(base)
  return {
    value: (a: number) => (a > 0 ? log(a) / size : Number.NaN),
    write: (a: Expression) => binary('/', call('log', a), call('log', number(base)))
  }
}

const exponential = (base: number) => ({ value: (a: number) => power(base, a), write: (a: Expression) => binary('^', number(base), a) })

/** What one column is of another. What rounds as a result does comes first; of two that both do, what is told first here. */
const FUNCTIONS: readonly Shape[] = [
  { ...single, rank: 2.1, value: (a) => a * a, write: (a) => binary('^', a, number(2)) },
  { ...single, rank: 2.2, value: (a) => a * a * a, write: (a) => binary('^', a, number(3)) },
  { ...single, rank: 2.2, value: (a) => a * a * (a * a), write: (a) => binary('^', a, number(4)) },
  { ...single, rank: 2.3, value: (a) => (a > 0 ? log(a) : Number.NaN), write: (a) => call('log', a) },
  { ...single, factor: 'one', rank: 2.25, ...logarithm(10) },
  { ...single, factor: 'one', rank: 2.25, ...logarithm(2) },
  { ...single, rank: 2.4, value: (a) => (a > -1 ? log(1 + a) : Number.NaN), write: (a) => call('log', more(a)) },
  { ...single, rank: 2.5, value: (a) => (a === 0 ? Number.NaN : 1 / a), write: (a) => binary('/', number(1), a) },
  { ...single, rank: 2.6, value: (a) => (a >= 0 ? Math.sqrt(a) : Number.NaN), write: (a) => call('sqrt', a) },
  { ...single, factor: 'one', rank: 2.65, ...exponential(10) },
  { ...single, factor: 'one', rank: 2.65, ...exponential(2) },
  { ...single, rank: 2.7, value: exp, write: (a) => call('exp', a) }
]

/** A column, or a part of one, or as often as there are so many. */
const part = (b: Expression, parts: number): Expression => (parts === 1 ? b : binary('/', b, number(parts)))
const often = (c: Expression, times: number): Expression => (times === 1 ? c : binary('*', number(times), c))

/** A rate of interest a year, below 1 or 100 per cent, of so many parts a term; how many terms there are; and what is lent. */
const interest = (parts: number, terms: number, value: (rate: number, n: number) => number) => ({
  ...base,
  arity: 3 as const,
  symmetric: 'none' as const,
  takes: [
    (values: Float64Array) => !values.some((x) => x <= 0),
    (values: Float64Array) => !values.some((x) => x < 0 || x >= (parts < 100 ? 1 : 100)),
    (values: Float64Array) => !values.some((x) => x <= 0 || x * terms !== Math.round(x * terms))
  ],
  value: (a: number, b: number, c: number) => a * value(b / parts, c * terms)
})

/** What is paid each term for a loan, before sums of what is paid: of months with a rate a year, in per cent or not, and terms in months or years; of years. */
const ANNUITIES = [
  [1200, 1],
  [12, 1],
  [1200, 12],
  [12, 12],
  [100, 1],
  [1, 1]
].map(
  ([rates, terms]): Shape => ({
    ...interest(rates!, terms!, annuity),
    rank: 1.6,
    write: (a, b, c) => times(a, binary(ANNUITY, part(b, rates!), often(c, terms!)))
  })
)

/** What a sum has become with interest on interest, and what it was before. */
const COMPOUNDS = [100, 1, 1200, 12].flatMap((rates) =>
  (['*', '/'] as const).map(
    (operator): Shape => ({
      ...interest(rates, 1, (rate, n) => power(1 + rate, operator === '*' ? n : -n)),
      rank: operator === '*' ? 4.6 : 6.6,
      write: (a, b, c) => binary(operator, a, binary('^', more(part(b, rates)), c))
    })
  )
)

export const SHAPES: readonly Shape[] = [
  { ...base, arity: 1, symmetric: 'all', factor: 'free', rank: 1, value: (a) => a, write: (a) => a },
  ...FUNCTIONS,
  product,
  // biome-ignore format: a table
  { ...ordered, factor: 'free', rank: 3, value: (a, b) => a * (b * b), write: (a, b) => times(a, binary('^', b, number(2))) },
  { ...base, arity: 2, symmetric: 'all', added: [0, 1], rank: 1.7, value: (a, b) => a + b, write: (a, b) => binary('+', a, b) },
  // biome-ignore format: a table
  { ...ordered, factor: 'free', dates: true, added: [0, 1], rank: 9, value: (a, b) => a - b, write: (a, b) => binary('-', a, b) },
  // biome-ignore format: a table
  { ...ordered, factor: 'free', dates: true, rank: 9.2, value: (a, b) => (a - b > 0 ? a - b : 0 * (a - b)), write: (a, b) => ({ kind: 'call', name: 'positive', of: binary('-', a, b) }) },
  { ...ordered, factor: 'free', rank: 8, value: (a, b) => a / b, write: (a, b) => binary('/', a, b) },
  // biome-ignore format: a table
  { ...ordered, factor: 'free', rank: 7, value: (a, b) => a / (b * b), write: (a, b) => binary('/', a, binary('^', b, number(2))) },
  { ...ordered, rank: 5, value: (a, b) => a * (1 - b), write: (a, b) => times(a, less(b)) },
  raised,
  { ...ordered, rank: 5, value: (a, b) => a * (1 - b / 100), write: (a, b) => times(a, less(percent(b))) },
  { ...ordered, rank: 5, value: (a, b) => a * (1 + b / 100), write: (a, b) => times(a, more(percent(b))) },
  // biome-ignore format: a table
  { ...ordered, factor: 'free', rank: 8, value: (a, b) => (a - b) / a, write: (a, b) => binary('/', binary('-', a, b), a) },
  { ...ordered, rank: 6.5, value: (a, b) => a / (1 - b), write: (a, b) => binary('/', a, less(b)) },
  { ...ordered, rank: 6.5, value: (a, b) => a / (1 + b), write: (a, b) => binary('/', a, more(b)) },
  { ...ordered, rank: 6.5, value: (a, b) => a / (1 - b / 100), write: (a, b) => binary('/', a, less(percent(b))) },
  { ...ordered, rank: 6.5, value: (a, b) => a / (1 + b / 100), write: (a, b) => binary('/', a, more(percent(b))) },
  // biome-ignore format: a table
  { ...ordered, factor: 'free', rank: 8, value: (a, b) => (a - b) / b, write: (a, b) => binary('/', binary('-', a, b), b) },
  // biome-ignore format: a table
  { ...base, arity: 3, symmetric: 'none', factor: 'free', rank: 6, value: (a, b, c) => a * (b - c), write: (a, b, c) => times(a, binary('-', b, c)) },
  // biome-ignore format: a table
  { ...base, arity: 3, symmetric: 'all', added: [0, 1, 2], rank: 4, value: (a, b, c) => a + b + c, write: (a, b, c) => binary('+', binary('+', a, b), c) },
  // biome-ignore format: a table
  { ...base, arity: 3, symmetric: 'all', factor: 'free', rank: 4, value: (a, b, c) => a * b * c, write: (a, b, c) => times(times(a, b), c) },
  // What two columns are of a third that the table does not have: sales, of which the profits are a margin and the research a share.
  // biome-ignore format: a table
  { ...pair, factor: 'free', rank: 8.5, value: (a, b, c) => (a * b) / c, write: (a, b, c) => binary('/', times(a, b), c) },
  { ...pair, factor: 'free', rank: 8.6, value: (a, b, c) => c / (a * b), write: (a, b, c) => binary('/', c, times(a, b)) },
  { ...pair, added: [2], rank: 6, value: (a, b, c) => a * b + c, write: (a, b, c) => binary('+', times(a, b), c) },
  { ...pair, added: [2], rank: 6, value: (a, b, c) => a * b - c, write: (a, b, c) => binary('-', times(a, b), c) },
  { ...pair, added: [0, 1, 2], rank: 6, value: (a, b, c) => a + b - c, write: (a, b, c) => binary('-', binary('+', a, b), c) },
  { ...pair, rank: 5, value: (a, b, c) => a * b * (1 - c), write: (a, b, c) => times(times(a, b), less(c)) },
  { ...pair, rank: 5, value: (a, b, c) => a * b * (1 + c), write: (a, b, c) => times(times(a, b), more(c)) },
  { ...pair, rank: 5, value: (a, b, c) => a * b * (1 - c / 100), write: (a, b, c) => times(times(a, b), less(percent(c))) },
  ...ANNUITIES,
  ...COMPOUNDS
]

/** Largest number that two thirds or five twelfths are divided by: a month of a year. One alone may be divided by any. */
const MOST_PARTS = 12

/** The least whole numbers whose ratio a positive number is: 2 and 3 of two thirds, 1 and 30 of a thirtieth; undefined of others. */
function ratioOf(x: number): readonly [number, number] | undefined {
  for (let parts = 1; parts <= MOST_PARTS; parts++) {
    const whole = Math.round(x * parts)
    if (whole > 0 && whole / parts === x) return [whole, parts]
  }
  const inverse = Math.round(1 / x)
  return 1 / inverse === x ? [1, inverse] : undefined
}

/** Digits of a ratio; the 1 of a third costs none. */
const digitsOf = ([whole, parts]: readonly [number, number]): number => (whole === 1 ? 0 : String(whole).length) + String(parts).length

/** Digits that a person writes of a positive number: two of two thirds, and of 0.35. */
export function writtenDigits(x: number): number {
  const ratio = ratioOf(x)
  const decimal = String(x).replace(/^0\.0*|\.|0+$/g, '').length
  return ratio && ratio[1] > 1 ? Math.min(digitsOf(ratio), decimal) : decimal
}

/** How many sums of so many of p columns there are with numbers of as many digits. */
export function choicesOf(p: number, numbers: readonly number[]): number {
  let choices = 1
  numbers.forEach((x, k) => {
    // ±1 costs its sign alone.
    choices *= 2 * (Math.abs(x) === 1 ? 1 : 10 ** writtenDigits(Math.abs(x))) * Math.max(1, (p - k) / (k + 1))
  })
  return choices
}

/** An expression times a factor, as a person would write it: a twelfth is a division. */
export function scaled(factor: number, of: Expression): Expression {
  if (factor === 1) return of
  if (factor === -1) return { kind: 'negate', of }
  const ratio = String(factor).length > 6 ? ratioOf(Math.abs(factor)) : undefined
  if (ratio && ratio[1] > 1) return binary('/', scaled(Math.sign(factor) * ratio[0], of), number(ratio[1]))
  if (of.kind === 'binary' && (of.operator === '+' || of.operator === '-')) return times(number(factor), of)
  return scaleFirst(number(factor), of)
}

/** The sum as a person would write it: (a + b + c) / 3, 0.3 * a + 0.7 * b − 2; what is added first. */
export function writeSum(
  parts: readonly Expression[],
  sum: { readonly weights: readonly number[]; readonly constant: number }
): Expression {
  const { weights, constant } = sum
  const first = weights[0]!
  if (constant === 0 && first > 0 && weights.every((weight) => weight === first))
    return scaled(
      first,
      parts.reduce((left, one) => binary('+', left, one))
    )
  const terms = parts.map((of, k) => ({ weight: weights[k]!, of }))
  const sorted = [...terms.filter(({ weight }) => weight > 0), ...terms.filter(({ weight }) => weight < 0)]
  const all = sorted.reduce<Expression | undefined>((left, { weight, of }) => {
    const size = scaled(Math.abs(weight), of)
    if (!left) return weight < 0 ? scaled(weight, of) : size
    return binary(weight < 0 ? '-' : '+', left, size)
  }, undefined)!
  if (constant === 0) return all
  return binary(constant < 0 ? '-' : '+', all, number(Math.abs(constant)))
}

/** k · a · b / c rather than k · (a · b / c): the factor goes to the innermost left. */
function scaleFirst(factor: Expression, of: Expression): Expression {
  if (of.kind === 'binary' && (of.operator === '*' || of.operator === '/')) return { ...of, left: scaleFirst(factor, of.left) }
  return times(factor, of)
}

/** The number of fewest digits in an interval; 1 where it lies in it. */
export const simplestIn = (low: number, high: number): number => simplestDecimal(low, high).found

/** The factor of fewest digits in an interval: 1, a ratio of whole numbers as two thirds, or a decimal. */
export function simplestFactorIn(low: number, high: number): number {
  const { found, digits } = simplestDecimal(low, high)
  return simplestRatio(low, high, digits) ?? found
}

function simplestDecimal(low: number, high: number): { readonly found: number; readonly digits: number } {
  for (const one of [1, -1]) if (low <= one && one <= high) return { found: one, digits: 0 }
  const middle = 0.5 * (low + high)
  let found = middle
  let digits = 17
  for (let d = 1; d < digits; d++) {
    const x = Number(middle.toPrecision(d))
    if (x >= low && x <= high) {
      found = x
      digits = d
    }
  }
  return { found, digits }
}

/** The ratio of fewest digits in an interval, and of fewer than so many. */
function simplestRatio(low: number, high: number, digits: number): number | undefined {
  const middle = 0.5 * (low + high)
  const tried = Array.from({ length: MOST_PARTS - 1 }, (_, k) => [Math.round(Math.abs(middle) * (k + 2)), k + 2] as const)
  const ratios = [[1, Math.round(1 / Math.abs(middle))] as const, ...tried].filter(([whole, parts]) => {
    const x = (Math.sign(middle) * whole) / parts
    return whole > 0 && parts > 1 && x >= low && x <= high
  })
  const best = ratios.reduce<(typeof ratios)[number] | undefined>((a, b) => (a && digitsOf(a) <= digitsOf(b) ? a : b), undefined)
  return best && digitsOf(best) < digits ? (Math.sign(middle) * best[0]) / best[1] : undefined
}
