import { InputError } from '../num/errors.js'
import {
  ANNUITY,
  CALENDAR,
  type CalendarUnit,
  DATE,
  dayOfDate,
  type Expression,
  evaluate,
  FUNCTIONS,
  FUNCTIONS_OF_TWO,
  fixedDate,
  isBetween,
  isConstant,
  isOfDates,
  isSpan,
  MIDNIGHTS
} from './expression.js'

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
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|`((?:[^`]|``)+)`|([\p{L}_][\p{L}\p{N}_.]*)|(±|\+-|\+\/-|\*\*|[-+*/^(),=−×·÷]))/uy

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
  /** Months and years that stand behind no date yet, and where. */
  private readonly spans = new Map<Expression, number>()

  /** `dates`: whether columns may be dates, of which observations have none. */
  constructor(
    private readonly text: string,
    private readonly dates: boolean
  ) {
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
    for (const [, at] of this.spans)
      throw malformed(
        this.text,
        at,
        Object.keys(CALENDAR)
          .map((unit) => `DATE + ${unit}(NUMBER), ${unit}(END - START) of two dates`)
          .join(', ')
      )
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
      const operator = this.takes('+') ? '+' : this.takes('-') ? '-' : undefined
      if (!operator) return left
      const right = this.product()
      this.spans.delete(right)
      left = { kind: 'binary', operator, left, right }
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
      const operator = FUNCTIONS_OF_TWO.find((candidate) => candidate === token.text)
      if (operator && this.takes('(')) return this.ofTwo(operator)
      if (this.dates && token.text === DATE && this.takes('(')) return this.date(token.at)
      if (this.dates && isOfDates(token.text) && this.takes('(')) return { kind: 'call', name: token.text, of: this.closed() }
      if (this.dates && token.text === MIDNIGHTS && this.takes('(')) return this.midnights(token.at)
      const unit = this.dates && (Object.keys(CALENDAR) as CalendarUnit[]).find((candidate) => candidate === token.text)
      if (unit && this.takes('(')) return this.calendar(unit, token.at)
      if (this.next.kind === 'sign' && this.next.text === '(')
        throw malformed(
          this.text,
          token.at,
          token.text === 'P'
            ? 'P(COLUMN = LEVEL), or P(COLUMN) of true and false'
            : `one of the functions ${[...FUNCTIONS, ...FUNCTIONS_OF_TWO].join(', ')}`
        )
      return { kind: 'column', name: token.text }
    }
    if (this.takes('(')) return this.closed()
    throw malformed(this.text, token.at, 'a number, a column name or an opening bracket')
  }

  /** A date that is the same in all rows: year, month and day between minus signs. */
  private date(at: number): Expression {
    const parts: number[] = []
    do {
      if (this.next.kind !== 'number') break
      parts.push(Number(this.next.text))
      this.place++
    } while (this.takes('-'))
    const [year, month, day] = parts
    const days = parts.length === 3 && parts.every(Number.isInteger) ? dayOfDate(year!, month!, day!) : undefined
    if (days === undefined || !this.takes(')')) throw malformed(this.text, at, `${DATE}(YEAR-MONTH-DAY), as ${DATE}(2024-12-01)`)
    return fixedDate(days)
  }

  /** Between two dates. */
  private midnights(at: number): Expression {
    const of = this.closed()
    if (!isBetween(of)) throw malformed(this.text, at, `${MIDNIGHTS}(END - START) of two columns of dates`)
    return { kind: 'call', name: MIDNIGHTS, of }
  }

  /** Months between two dates, or a number of them, which is added to one. */
  private calendar(name: CalendarUnit, at: number): Expression {
    const call: Expression = { kind: 'call', name, of: this.closed() }
    if (call.of.kind === 'number' && !Number.isInteger(call.of.value)) throw malformed(this.text, at, `a whole number of ${name}`)
    if (isSpan(call)) this.spans.set(call, at)
    return call
  }

  /** The smaller or the larger of several, or the first that is not missing; an annuity of two. */
  private ofTwo(operator: (typeof FUNCTIONS_OF_TWO)[number]): Expression {
    let left = this.deeper(() => this.sum())
    do {
      this.expect(',', `${operator}(ONE, OTHER)`)
      left = { kind: 'binary', operator, left, right: this.deeper(() => this.sum()) }
    } while (operator !== ANNUITY && this.next.kind === 'sign' && this.next.text === ',')
    this.expect(')', 'a closing bracket')
    return left
  }

  private closed(): Expression {
    const inner = this.deeper(() => this.sum())
    this.expect(')', 'a closing bracket')
    return inner
  }
}

/** Reads an expression. Throws `InputError` (code `expression-malformed`) with the place of the mistake. */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text, true)
  const expression = parser.sum()
  parser.end('an operator')
  return expression
}

/** Reads `expression = expression ± deviation` (`+-` too). Throws `InputError` for malformed text, no column, or a deviation that is not positive. */
export function parseObservation(text: string): ObservationExpression {
  const parser = new Parser(text, false)
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
