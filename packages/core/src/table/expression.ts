import { exp, log, pow } from '../num/elementary.js'

/** An arithmetic expression over columns: numbers, names, + − × ÷ ^, the smaller and the larger of two, exp, log, sqrt, what is positive, months and years of dates, and P of a category. Plain data; never code. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'column'; readonly name: string }
  | Indicator
  | { readonly kind: 'negate'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly of: Expression }

/** Those of words are written as functions. */
export type Operator = '+' | '-' | '*' | '/' | '^' | FunctionOfTwo

/** `coalesce(x, y)` is x, and y where x is missing. */
export const COALESCE = 'coalesce'

export const CHOICES = ['min', 'max'] as const
export type Choice = (typeof CHOICES)[number]

/** `annuity(rate, n)`: what part of a loan is paid back in each of n terms, at a rate of interest a term. */
export const ANNUITY = 'annuity'

export const FUNCTIONS_OF_TWO = [...CHOICES, COALESCE, ANNUITY] as const
type FunctionOfTwo = (typeof FUNCTIONS_OF_TWO)[number]

/** Whether an operation is written as a function. */
export const isFunctionOfTwo = (operator: Operator): operator is FunctionOfTwo => (FUNCTIONS_OF_TWO as readonly string[]).includes(operator)

/** `P(column = level)`: 1 in rows of this category, 0 in all others. Without a level it is of a boolean column, where it is true. */
export interface Indicator {
  readonly kind: 'indicator'
  readonly name: string
  readonly level?: string
}

/** `positive(x)` is x above 0, and 0 below. */
export const FUNCTIONS = ['exp', 'log', 'sqrt', 'positive'] as const

/**
 * Calendar months of what counts in them. `years(end - start)` of dates in days: birthdays from one to the other;
 * `years(18)` added to a date: its 18th birthday; and so with months.
 */
export const CALENDAR = { years: 12, months: 1 } as const
export type CalendarUnit = keyof typeof CALENDAR

/** `days(end - start)` of dates: midnights from one to the other, whatever the hours, as nights of a stay. */
export const MIDNIGHTS = 'days'

/** `month_end(date)`: the last day of its month. */
export const MONTH_END = 'month_end'

/** `midnight(moment)`: the one at which its day begins. */
export const MIDNIGHT = 'midnight'

/** `date(2024-12-01)`: a date that is the same in all rows, as that on which ages are told. */
export const DATE = 'date'

/** Functions of a date that are one, in days since 1970. */
const OF_DATES = { [MONTH_END]: monthEnd, [MIDNIGHT]: Math.floor, [DATE]: (day: number) => day } as const
type OfDates = keyof typeof OF_DATES

/** What `positive` rises by: 1 above 0, and 0 elsewhere. Derivatives have it, and nobody writes it. */
export const STEP = 'step'

export type FunctionName = (typeof FUNCTIONS)[number] | CalendarUnit | typeof MIDNIGHTS | OfDates | typeof STEP

export type Binary = Extract<Expression, { kind: 'binary' }>

/**
 * The operations down the left side of an expression, innermost last, and what they begin with. Sums and products of thousands
 * of terms are that deep on this side, and on no other: going along it in a loop spares the stack.
 */
export function leftSide(expression: Expression): { readonly first: Expression; readonly operations: readonly Binary[] } {
  const operations: Binary[] = []
  let first = expression
  while (first.kind === 'binary') {
    operations.push(first)
    first = first.left
  }
  return { first, operations }
}

/** Shows what an expression ends in, from left to right. */
function eachLeaf(expression: Expression, see: (leaf: Expression) => void): void {
  const { first, operations } = leftSide(expression)
  if (first.kind === 'negate' || first.kind === 'call') eachLeaf(first.of, see)
  else see(first)
  for (let k = operations.length - 1; k >= 0; k--) eachLeaf(operations[k]!.right, see)
}

/** Names of the columns whose numbers an expression uses, each once. */
export function columnsOf(expression: Expression): string[] {
  const names = new Set<string>()
  eachLeaf(expression, (leaf) => {
    if (leaf.kind === 'column') names.add(leaf.name)
  })
  return [...names]
}

/** Names of the columns that an expression uses, those of its indicators behind those of its numbers, each once. */
export const namesIn = (expression: Expression): string[] => [
  ...new Set([...columnsOf(expression), ...indicatorsOf(expression).map(({ name }) => name)])
]

/** The indicators of an expression, each once. */
export function indicatorsOf(expression: Expression): Indicator[] {
  const found = new Map<string, Indicator>()
  eachLeaf(expression, (leaf) => {
    if (leaf.kind === 'indicator') found.set(JSON.stringify([leaf.name, leaf.level]), leaf)
  })
  return [...found.values()]
}

export const isConstant = (expression: Expression): boolean => columnsOf(expression).length + indicatorsOf(expression).length === 0

/** The expression with something else in the place of every indicator. */
export function withIndicators(expression: Expression, put: (indicator: Indicator) => Expression): Expression {
  switch (expression.kind) {
    case 'number':
    case 'column':
      return expression
    case 'indicator':
      return put(expression)
    case 'negate':
    case 'call':
      return { ...expression, of: withIndicators(expression.of, put) }
    case 'binary': {
      const { first, operations } = leftSide(expression)
      return operations.reduceRight<Expression>(
        (left, { operator, right }) => ({ kind: 'binary', operator, left, right: withIndicators(right, put) }),
        withIndicators(first, put)
      )
    }
  }
}

/**
 * What is made of an expression within each class of rows, where indicators are the numbers 0 and 1: made once a class, which
 * is told by whether each indicator holds.
 */
export function byClass<T>(expression: Expression, make: (within: Expression) => T): (holds: (indicator: Indicator) => boolean) => T {
  const indicators = indicatorsOf(expression)
  if (indicators.length === 0) {
    const only = make(expression)
    return () => only
  }
  const made = new Map<string, T>()
  return (holds) => {
    let name = ''
    for (const indicator of indicators) name += holds(indicator) ? '1' : '0'
    if (!made.has(name)) made.set(name, make(withIndicators(expression, (one) => ({ kind: 'number', value: holds(one) ? 1 : 0 }))))
    return made.get(name)!
  }
}

/** 1 in a row of the category, 0 in another one, NaN where it is missing. */
type Holds = (indicator: Indicator) => number

const withinClass: Holds = () => {
  throw new RangeError('an expression has a value within a class')
}

/** By the category of a row, as its cells are. */
export const holdsIn =
  (cell: (name: string) => number | string | boolean | null): Holds =>
  ({ name, level = 'true' }) => {
    const own = cell(name)
    return own === null ? Number.NaN : String(own) === level ? 1 : 0
  }

/** The value at given column values; NaN or infinite where it is not defined. `holds`: of indicators; without it none may be left. */
export function evaluate(expression: Expression, value: (name: string) => number, holds: Holds = withinClass): number {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'column':
      return value(expression.name)
    case 'indicator':
      return holds(expression)
    case 'negate':
      return -evaluate(expression.of, value, holds)
    case 'call':
      return valueOfCall(expression.name, expression.of, (of) => evaluate(of, value, holds))
    case 'binary': {
      const { first, operations } = leftSide(expression)
      return operations.reduceRight(
        (left, { operator, right }) => {
          const other = evaluate(right, value, holds)
          return isSpan(right) ? monthsAfter(left, operator === '-' ? -other : other) : operate(operator, left, other)
        },
        evaluate(first, value, holds)
      )
    }
  }
}

const isCalendar = (name: FunctionName): name is CalendarUnit => Object.hasOwn(CALENDAR, name)

export const isOfDates = (name: string): name is OfDates => Object.hasOwn(OF_DATES, name)

const isDate = (one: Expression): boolean => one.kind === 'call' && one.name === DATE

/** Two dates, of which one is taken from the other, one at least a column: months are counted between them. */
export const isBetween = (of: Expression): of is Binary =>
  of.kind === 'binary' &&
  of.operator === '-' &&
  (of.left.kind === 'column' || isDate(of.left)) &&
  (of.right.kind === 'column' || isDate(of.right)) &&
  !(isDate(of.left) && isDate(of.right))

/** A number of months or years, which is added to dates. */
export const isSpan = (expression: Expression): boolean =>
  expression.kind === 'call' && isCalendar(expression.name) && !isBetween(expression.of)

/** Whether months, which are of different lengths, or whole days are in an expression: it is not linear then. */
export function hasCalendar(expression: Expression): boolean {
  const { first, operations } = leftSide(expression)
  const isOwn = first.kind === 'call' && (isCalendar(first.name) || first.name === MIDNIGHTS || isOfDates(first.name))
  return (
    isOwn ||
    ((first.kind === 'negate' || first.kind === 'call') && hasCalendar(first.of)) ||
    operations.some(({ right }) => hasCalendar(right))
  )
}

/** Milliseconds. */
const DAY = 86_400_000

/** Days since 1970 as a date that is the same in all rows. */
export const fixedDate = (day: number): Expression => ({ kind: 'call', name: DATE, of: { kind: 'number', value: day } })

/** Days since 1970 of a date as it is written, `2024-12-01`; undefined of none. */
export function dayOfDate(year: number, month: number, day: number): number | undefined {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / DAY : undefined
}

/** A day as `2024-12-01`. */
export const dateText = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10)

/** Calendar months from one day to another, in days since 1970: one for each that reaches the same day of a month; negative where the end lies before. */
export function monthsBetween(start: number, end: number): number {
  const [from, to] = [start, end].map((day) => new Date(Math.floor(day) * DAY)) as [Date, Date]
  const months = CALENDAR.years * (to.getUTCFullYear() - from.getUTCFullYear()) + to.getUTCMonth() - from.getUTCMonth()
  return months - (to.getUTCDate() < from.getUTCDate() ? 1 : 0)
}

/**
 * The same day so many months later, in days since 1970; the last one of a month that does not have it. Parts of a month count on
 * towards the next one.
 */
export function monthsAfter(day: number, months: number): number {
  const whole = Math.floor(months)
  const at = wholeMonthsAfter(day, whole)
  return months === whole ? at : at + (months - whole) * (wholeMonthsAfter(day, whole + 1) - at)
}

/** The first day of a month so many after that of a date, in days since 1970. */
const firstOf = (date: Date, months: number): number =>
  new Date(0).setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / DAY

function wholeMonthsAfter(day: number, months: number): number {
  const whole = Math.floor(day)
  const date = new Date(whole * DAY)
  const month = firstOf(date, months)
  return Math.min(month + date.getUTCDate() - 1, monthEnd(month)) + (day - whole)
}

/** The last day of a day's month, in days since 1970; the time of day stays. */
export function monthEnd(day: number): number {
  const whole = Math.floor(day)
  const date = new Date(whole * DAY)
  return firstOf(date, 1) - 1 + (day - whole)
}

function valueOfCall(name: FunctionName, of: Expression, at: (expression: Expression) => number): number {
  if (name === MIDNIGHTS) return isBetween(of) ? Math.floor(at(of.left)) - Math.floor(at(of.right)) : Number.NaN
  if (!isCalendar(name)) return call(name, at(of))
  return isBetween(of) ? Math.floor(monthsBetween(at(of.right), at(of.left)) / CALENDAR[name]) : CALENDAR[name] * at(of)
}

function call(name: Exclude<FunctionName, CalendarUnit | typeof MIDNIGHTS>, x: number): number {
  if (name === 'exp') return exp(x)
  if (name === 'sqrt') return Math.sqrt(x)
  if (name === 'positive') return Math.max(0, x)
  if (name === STEP) return x > 0 ? 1 : 0
  if (isOfDates(name)) return OF_DATES[name](x)
  return x >= 0 ? log(x) : Number.NaN
}

export function operate(operator: Operator, a: number, b: number): number {
  if (operator === COALESCE) return Number.isNaN(a) ? b : a
  if (operator === 'min') return Math.min(a, b)
  if (operator === 'max') return Math.max(a, b)
  if (operator === ANNUITY) return annuity(a, b)
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  return operator === '/' ? a / b : power(a, b)
}

/** Without interest each term pays as much as the others. */
export const annuity = (rate: number, terms: number): number => (rate === 0 ? 1 / terms : rate / (1 - power(1 + rate, -terms)))

export function power(base: number, exponent: number): number {
  if (Number.isInteger(exponent) && Math.abs(exponent) <= 64) {
    let out = 1
    for (let k = 0; k < Math.abs(exponent); k++) out *= base
    return exponent < 0 ? 1 / out : out
  }
  if (base > 0) return pow(base, exponent)
  return base === 0 && exponent > 0 ? 0 : Number.NaN
}
