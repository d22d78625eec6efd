import {
  ANNUITY,
  type Binary,
  CALENDAR,
  COALESCE,
  columnsOf,
  type Expression,
  evaluate,
  type FunctionName,
  hasCalendar,
  indicatorsOf,
  isOfDates,
  isSpan,
  leftSide,
  MIDNIGHTS,
  type Operator,
  operate,
  STEP
} from './expression.js'

/** The expression's derivative with respect to one column, as an expression. */
export function derivative(expression: Expression, name: string): Expression {
  switch (expression.kind) {
    case 'number':
    case 'indicator':
      return ZERO
    case 'column':
      return expression.name === name ? ONE : ZERO
    case 'negate':
      return negate(derivative(expression.of, name))
    case 'call':
      return times(derivativeOfCall(expression.name, expression.of), derivative(expression.of, name))
    case 'binary': {
      const { first, operations } = leftSide(expression)
      return operations.reduceRight(
        (inner, operation) => derivativeOfBinary(operation, inner, derivative(operation.right, name)),
        derivative(first, name)
      )
    }
  }
}

const ZERO: Expression = { kind: 'number', value: 0 }
const ONE: Expression = { kind: 'number', value: 1 }
const isNumber = (e: Expression, value: number): boolean => e.kind === 'number' && e.value === value
const negate = (of: Expression): Expression => (of.kind === 'number' ? { kind: 'number', value: -of.value } : { kind: 'negate', of })
const binary = (operator: Operator, left: Expression, right: Expression): Expression =>
  left.kind === 'number' && right.kind === 'number'
    ? { kind: 'number', value: operate(operator, left.value, right.value) }
    : { kind: 'binary', operator, left, right }
const plus = (a: Expression, b: Expression): Expression => (isNumber(a, 0) ? b : isNumber(b, 0) ? a : binary('+', a, b))
const minus = (a: Expression, b: Expression): Expression => (isNumber(b, 0) ? a : isNumber(a, 0) ? negate(b) : binary('-', a, b))
const times = (a: Expression, b: Expression): Expression =>
  isNumber(a, 0) || isNumber(b, 0) ? ZERO : isNumber(a, 1) ? b : isNumber(b, 1) ? a : binary('*', a, b)
const over = (a: Expression, b: Expression): Expression => (isNumber(a, 0) ? ZERO : isNumber(b, 1) ? a : binary('/', a, b))

/** In 400 years. */
export const DAYS_OF_MONTH = 146_097 / 4800

function derivativeOfCall(name: FunctionName, of: Expression): Expression {
  if (name === 'exp') return { kind: 'call', name, of }
  if (name === 'log') return over(ONE, of)
  if (name === 'positive') return { kind: 'call', name: STEP, of }
  if (name === STEP) return ZERO
  if (isOfDates(name) || name === MIDNIGHTS) return ONE
  if (name === 'years' || name === 'months') {
    // Days of a month, on average; of two dates a step a month: on the whole what a day is of one.
    const call: Expression = { kind: 'call', name, of }
    return isSpan(call) ? { kind: 'number', value: DAYS_OF_MONTH * CALENDAR[name] } : over(call, of)
  }
  return over({ kind: 'number', value: 0.5 }, { kind: 'call', name, of })
}

/** The derivative of an operation from those of its sides. */
function derivativeOfBinary({ operator, left, right }: Binary, a: Expression, b: Expression): Expression {
  if (operator === '+') return plus(a, b)
  if (operator === '-') return minus(a, b)
  if (operator === '*') return plus(times(a, right), times(left, b))
  // Known where the first is: nothing is added to its slope there.
  if (operator === COALESCE)
    return {
      kind: 'binary',
      operator,
      left: { kind: 'binary', operator: '+', left: { kind: 'binary', operator: '*', left: ZERO, right: left }, right: a },
      right: b
    }
  if (operator === 'min') return plus(times(above(right, left), a), times(above(left, right), b))
  if (operator === 'max') return plus(times(above(left, right), a), times(above(right, left), b))
  if (operator === ANNUITY) {
    // r / (1 − v) where v = (1 + r)^−n: what it rises by with r is (1 − v·(1 + n·r / (1 + r))) / (1 − v)², and with n −r·v·log(1 + r) / (1 − v)².
    const grown = binary('+', ONE, left)
    const v = binary('^', grown, negate(right))
    const rest = binary('^', minus(ONE, v), { kind: 'number', value: 2 })
    const byRate = over(minus(ONE, times(v, binary('+', ONE, over(times(right, left), grown)))), rest)
    const byTerms = negate(over(times(times(left, v), { kind: 'call', name: 'log', of: grown }), rest))
    return plus(times(byRate, a), times(byTerms, b))
  }
  if (operator === '/') return minus(over(a, right), over(times(left, b), times(right, right)))
  // (f^g)' = g f^(g−1) f' + f^g log(f) g'.
  const first = times(times(right, binary('^', left, minus(right, ONE))), a)
  return plus(first, times(times(binary('^', left, right), { kind: 'call', name: 'log', of: left }), b))
}

/** 1 where the first is above the second, and 0 elsewhere. */
const above = (a: Expression, b: Expression): Expression => ({ kind: 'call', name: STEP, of: minus(a, b) })

/** The coefficients of an expression that is exactly linear in its columns, or undefined. One with indicators is so within a class. */
export function linearForm(
  expression: Expression
): { readonly constant: number; readonly coefficients: ReadonlyMap<string, number> } | undefined {
  if (indicatorsOf(expression).length > 0 || hasCalendar(expression)) return undefined
  const coefficients = new Map<string, number>()
  for (const name of columnsOf(expression)) {
    const slope = derivative(expression, name)
    if (columnsOf(slope).length > 0) return undefined
    const value = evaluate(slope, () => 0)
    if (!Number.isFinite(value)) return undefined
    coefficients.set(name, value)
  }
  const constant = evaluate(expression, () => 0)
  return Number.isFinite(constant) ? { constant, coefficients } : undefined
}

/** Whether an expression is linear in its columns within every class. */
export function isLinearByClass(expression: Expression): boolean {
  if (indicatorsOf(expression).length === 0) return linearForm(expression) !== undefined
  return !hasCalendar(expression) && columnsOf(expression).every((name) => columnsOf(derivative(expression, name)).length === 0)
}
