import { DATE, dateText, type Expression, isFunctionOfTwo } from './expression.js'

const STRENGTH = { '+': 1, '-': 1, '*': 2, '/': 2, '^': 4 } as const
/** A sign binds weaker than a power and stronger than a product. */
const SIGN = 3
const WHOLE = 5

/** The text that `parseExpression` reads as this expression, with no more brackets than it needs. */
export function expressionText(expression: Expression): string {
  return written(expression).text
}

function written(expression: Expression): { readonly text: string; readonly strength: number } {
  switch (expression.kind) {
    case 'number':
      return expression.value < 0 ? { text: String(expression.value), strength: SIGN } : { text: String(expression.value), strength: WHOLE }
    case 'column':
      return { text: columnWord(expression.name), strength: WHOLE }
    case 'indicator':
      return { text: writeIndicator(expression.name, expression.level), strength: WHOLE }
    case 'call':
      if (expression.name === DATE && expression.of.kind === 'number')
        return { text: `${DATE}(${dateText(expression.of.value)})`, strength: WHOLE }
      return { text: `${expression.name}(${expressionText(expression.of)})`, strength: WHOLE }
    case 'negate':
      return { text: `-${bracketed(expression.of, SIGN + 1)}`, strength: SIGN }
    case 'binary': {
      const { operator, left, right } = expression
      if (isFunctionOfTwo(operator)) return { text: `${operator}(${expressionText(left)}, ${expressionText(right)})`, strength: WHOLE }
      const strength = STRENGTH[operator]
      // a − (b + c), a / (b · c): the right side of an operator that does not associate; powers associate to the right.
      const [least, after] = operator === '^' ? [WHOLE, SIGN] : [strength, operator === '+' ? strength : strength + 1]
      return { text: `${bracketed(left, least)} ${operator} ${bracketed(right, after)}`, strength }
    }
  }
}

function bracketed(expression: Expression, least: number): string {
  const { text, strength } = written(expression)
  return strength >= least ? text : `(${text})`
}

/** A column's name as expressions spell it. */
export const columnWord = (name: string): string => (/^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name) ? name : quoted(name))

const quoted = (text: string): string => `\`${text.replaceAll('`', '``')}\``

/** `P(name = level)` as expressions spell it; P(name) of a boolean. */
export function writeIndicator(name: string, level?: string): string {
  if (level === undefined) return `P(${columnWord(name)})`
  return `P(${columnWord(name)} = ${/[`()]|^\s|\s$|^$/.test(level) ? quoted(level) : level})`
}
