import { exp, log, pow } from '../num/elementary.js'
import { InputError } from '../num/errors.js'

/** An arithmetic expression over columns: numbers, names, + − × ÷ ^, exp, log, sqrt, and P of a category. Plain data; never code. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'column'; readonly name: string }
  | Indicator
  | { readonly kind: 'negate'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: '+' | '-' | '*' | '/' | '^'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly of: Expression }

/** `P(column = level)`: 1 in rows of this category, 0 in all others. Without a level it is of a boolean column, where it is true. */
export interface Indicator {
  readonly kind: 'indicator'
  readonly name: string
  readonly level?: string
}

const FUNCTIONS = ['exp', 'log', 'sqrt'] as const
export type FunctionName = (typeof FUNCTIONS)[number]

/** `expression = value ± deviation`, brought to one side: `residual` ~ N(0, deviation²). */
export interface ObservationExpression {
  readonly text: string
  /** Left side minus right side. */
  readonly residual: Expression
  /** Standard deviation of the noise, in the units of the expression. */
  readonly deviation: number
}

interface Token {
  readonly kind: 'number' | 'name' | 'sign' | 'end' | 'indicator'
  readonly text: string
  readonly at: number
  /** Of an indicator, whose column is `text`. */
  readonly level?: string | undefined
}

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|`((?:[^`]|``)+)`|([\p{L}_][\p{L}\p{N}_.]*)|(±|\+-|\+\/-|\*\*|[-+*/^()=−×·÷]))/uy

/** Levels stand as they are up to the bracket, or in backquotes. */
const INDICATOR =
  /\s*P\s*\(\s*(?:`((?:[^`]|``)+)`|([\p{L}_][\p{L}\p{N}_.]*))\s*(?:=\s*(?:`((?:[^`]|``)+)`|([^`()\s](?:[^`()]*[^`()\s])?))\s*)?\)/uy

/** Between backquotes two stand for one. */
const unquoted = (text: string | undefined): string | undefined => text?.replaceAll('``', '`')

/** Other ways to write a sign: without ± on the keyboard, and as text is set in print. */
const SPELLINGS = new Map([
  ['+-', '±'],
  ['+/-', '±'],
  ['**', '^'],
  ['−', '-'],
  ['×', '*'],
  ['·', '*'],
  ['÷', '/']
])

/** A sum over thousands of columns has as many tokens; more than these would keep a derivative busy for minutes. */
const MOST_TOKENS = 10_000
/** Deeper nesting, of brackets or of exponents in exponents, is no formula but would exhaust the stack. */
const MOST_DEPTH = 100

function tokens(text: string): Token[] {
  const out: Token[] = []
  const length = text.trimEnd().length
  let at = 0
  while (at < length) {
    if (out.length === MOST_TOKENS) throw malformed(text, at, `at most ${MOST_TOKENS} numbers, names and signs`)
    INDICATOR.lastIndex = at
    const indicator = INDICATOR.exec(text)
    if (indicator) {
      const [whole, quotedName, plainName, quotedLevel, plainLevel] = indicator
      at = INDICATOR.lastIndex
      const [name, level] = [unquoted(quotedName) ?? plainName!, unquoted(quotedLevel) ?? plainLevel]
      out.push({ kind: 'indicator', text: name, level, at: at - whole.trimStart().length })
      continue
    }
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    if (!match) throw malformed(text, at, 'a number, a column name or one of + - * / ^ ( ) = ±')
    const [, number, quoted, name, sign] = match
    at = TOKEN.lastIndex
    const token = { at: at - (match[0] as string).trimStart().length }
    if (number !== undefined) out.push({ ...token, kind: 'number', text: number })
    else if (sign !== undefined) out.push({ ...token, kind: 'sign', text: SPELLINGS.get(sign) ?? sign })
    else out.push({ ...token, kind: 'name', text: (unquoted(quoted) ?? name) as string })
  }
  out.push({ kind: 'end', text: 'the end', at: text.length })
  return out
}

/** Most characters of an expression that a message repeats, and of what stands at the mistake. */
const [SHOWN, REST] = [200, 20]

/** The mistake is what stands from place `at` of the text on, spaces left out; places are told in characters, as a person counts them. */
function malformed(text: string, at: number, expected: string): InputError {
  const rest = text.slice(at).trimStart()
  const place = [...text.slice(0, text.length - rest.length)].length + 1
  return new InputError({
    code: 'expression-malformed',
    got: `“${cut(text, SHOWN)}”, with ${rest === '' ? 'an early end' : `“${cut(rest.trimEnd(), REST)}” at character ${place}`}`,
    expected,
    try: "'2*x1 + x3 = 4.2 ± 0.1'; names that are no identifiers stand in backquotes"
  })
}

/** The first `most` characters, none of them halved. */
function cut(text: string, most: number): string {
  const characters = [...text.slice(0, 2 * most + 1)]
  return characters.length > most ? `${characters.slice(0, most).join('')}…` : text
}

class Parser {
  private readonly list: Token[]
  private place = 0
  private depth = 0

  constructor(private readonly text: string) {
    this.list = tokens(text)
  }

  private get next(): Token {
    return this.list[this.place]!
  }

  private takes(sign: string): boolean {
    if (this.next.kind !== 'sign' || this.next.text !== sign) return false
    this.place++
    return true
  }

  expect(sign: string, words: string): void {
    if (!this.takes(sign)) throw malformed(this.text, this.next.at, words)
  }

  end(words: string): void {
    if (this.next.kind !== 'end') throw malformed(this.text, this.next.at, words)
  }

  /** Reads one level further down. */
  private deeper(read: () => Expression): Expression {
    if (++this.depth > MOST_DEPTH) throw malformed(this.text, this.next.at, `at most ${MOST_DEPTH} levels of brackets and exponents`)
    const inner = read()
    this.depth--
    return inner
  }

  sum(): Expression {
    let left = this.product()
    for (;;) {
      if (this.takes('+')) left = { kind: 'binary', operator: '+', left, right: this.product() }
      else if (this.takes('-')) left = { kind: 'binary', operator: '-', left, right: this.product() }
      else return left
    }
  }

  private product(): Expression {
    let left = this.signed()
    for (;;) {
      if (this.takes('*')) left = { kind: 'binary', operator: '*', left, right: this.signed() }
      else if (this.takes('/')) left = { kind: 'binary', operator: '/', left, right: this.signed() }
      else return left
    }
  }

  /** −x^2 is −(x^2). */
  private signed(): Expression {
    let negative = false
    for (;;) {
      if (this.takes('-')) negative = !negative
      else if (!this.takes('+')) break
    }
    const of = this.power()
    return negative ? { kind: 'negate', of } : of
  }

  private power(): Expression {
    const left = this.primary()
    return this.takes('^') ? { kind: 'binary', operator: '^', left, right: this.deeper(() => this.signed()) } : left
  }

  private primary(): Expression {
    const token = this.next
    if (token.kind === 'number') {
      this.place++
      return { kind: 'number', value: Number(token.text) }
    }
    if (token.kind === 'indicator') {
      this.place++
      return { kind: 'indicator', name: token.text, ...(token.level === undefined ? {} : { level: token.level }) }
    }
    if (token.kind === 'name') {
      this.place++
      const name = FUNCTIONS.find((candidate) => candidate === token.text)
      if (name && this.takes('(')) return { kind: 'call', name, of: this.closed() }
      if (this.next.kind === 'sign' && this.next.text === '(')
        throw malformed(
          this.text,
          token.at,
          token.text === 'P' ? 'P(COLUMN = LEVEL), or P(COLUMN) of true and false' : `one of the functions ${FUNCTIONS.join(', ')}`
        )
      return { kind: 'column', name: token.text }
    }
    if (this.takes('(')) return this.closed()
    throw malformed(this.text, token.at, 'a number, a column name or an opening bracket')
  }

  private closed(): Expression {
    const inner = this.deeper(() => this.sum())
    this.expect(')', 'a closing bracket')
    return inner
  }
}

/** Reads an expression. Throws `InputError` (code `expression-malformed`) with the place of the mistake. */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text)
  const expression = parser.sum()
  parser.end('an operator')
  return expression
}

/** Reads `expression = expression ± deviation` (`+-` too). Throws `InputError` for malformed text, no column, or a deviation that is not positive. */
export function parseObservation(text: string): ObservationExpression {
  const parser = new Parser(text)
  const left = parser.sum()
  parser.expect('=', 'EXPRESSION = VALUE ± DEVIATION')
  const right = parser.sum()
  parser.expect('±', '± DEVIATION, the standard deviation of the noise')
  const noise = parser.sum()
  parser.end('nothing behind the deviation')
  const deviation = isConstant(noise) ? evaluate(noise, () => 0) : Number.NaN
  if (!(deviation > 0 && Number.isFinite(deviation))) {
    throw new InputError({
      code: 'observation-deviation',
      got: `“${text}”, whose deviation is ${Number.isNaN(deviation) ? 'no number' : deviation}`,
      expected: 'a standard deviation above 0 behind ±',
      try: 'a small positive number, or --given for a value that is known exactly'
    })
  }
  const residual: Expression = { kind: 'binary', operator: '-', left, right }
  if (isConstant(residual)) {
    throw new InputError({
      code: 'observation-constant',
      got: `“${text}”, which names no column`,
      expected: 'an expression over columns',
      try: "'2*x1 + x3 = 4.2 ± 0.1'"
    })
  }
  return { text: text.trim(), residual, deviation }
}

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

/** The indicators of an expression, each once. */
export function indicatorsOf(expression: Expression): Indicator[] {
  const found = new Map<string, Indicator>()
  eachLeaf(expression, (leaf) => {
    if (leaf.kind === 'indicator') found.set(JSON.stringify([leaf.name, leaf.level]), leaf)
  })
  return [...found.values()]
}

const isConstant = (expression: Expression): boolean => columnsOf(expression).length + indicatorsOf(expression).length === 0

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

/** The value at given column values, within a class; NaN or infinite where it is not defined. */
export function evaluate(expression: Expression, value: (name: string) => number): number {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'column':
      return value(expression.name)
    case 'indicator':
      throw new RangeError('an expression has a value within a class')
    case 'negate':
      return -evaluate(expression.of, value)
    case 'call':
      return call(expression.name, evaluate(expression.of, value))
    case 'binary': {
      const { first, operations } = leftSide(expression)
      return operations.reduceRight((left, { operator, right }) => operate(operator, left, evaluate(right, value)), evaluate(first, value))
    }
  }
}

function call(name: FunctionName, x: number): number {
  if (name === 'exp') return exp(x)
  if (name === 'sqrt') return Math.sqrt(x)
  return x >= 0 ? log(x) : Number.NaN
}

export function operate(operator: '+' | '-' | '*' | '/' | '^', a: number, b: number): number {
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  return operator === '/' ? a / b : power(a, b)
}

function power(base: number, exponent: number): number {
  if (Number.isInteger(exponent) && Math.abs(exponent) <= 64) {
    let out = 1
    for (let k = 0; k < Math.abs(exponent); k++) out *= base
    return exponent < 0 ? 1 / out : out
  }
  if (base > 0) return pow(base, exponent)
  return base === 0 && exponent > 0 ? 0 : Number.NaN
}
