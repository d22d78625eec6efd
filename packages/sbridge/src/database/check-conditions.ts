/** What a condition of CHECK says of each row where its columns are there. */
export type Clause =
  /** `low <= high`, of two columns; strict: `low < high`. */
  | { readonly kind: 'order'; readonly low: string; readonly high: string; readonly strict: boolean; readonly text: string }
  /** `column >= least`, `column < most`, …; of both where a range is said. */
  | { readonly kind: 'limit'; readonly column: string; readonly least?: Limit; readonly most?: Limit; readonly text: string }
  /** `column IN (…)` */
  | { readonly kind: 'list'; readonly column: string; readonly text: string }
  /** `column IS NOT NULL` */
  | { readonly kind: 'present'; readonly column: string; readonly text: string }
  /** Anything else, as SQL has it. */
  | { readonly kind: 'other'; readonly text: string }

export interface Limit {
  readonly at: number | string
  /** Whether it is left out itself. */
  readonly strict: boolean
}

interface Token {
  readonly kind: 'name' | 'word' | 'text' | 'number' | 'sign'
  /** Without quotes. */
  readonly text: string
  readonly from: number
  readonly to: number
}

/** A comment; a quoted name, in brackets where these hold no list; a text, a number, a word, or a sign. */
const TOKEN =
  /\s*(?:(--[^\n]*|\/\*[\s\S]*?\*\/)|("(?:[^"]|"")*"|`(?:[^`]|``)*`|(?<!array\s*)\[[^\]'\d][^\]']*\])|('(?:[^']|'')*')|(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)|([\p{L}_][\p{L}\p{N}_$]*)|(::|<=|>=|<>|!=|\|\||[^\s]))/iuy

function tokensIn(sql: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(sql); match; match = TOKEN.exec(sql)) {
    const [, comment, name, text, number, word, sign] = match
    if (comment !== undefined) continue
    const own = (name ?? text ?? number ?? word ?? sign)!
    const at = { from: TOKEN.lastIndex - own.length, to: TOKEN.lastIndex }
    if (name !== undefined) tokens.push({ kind: 'name', text: unquoted(name), ...at })
    else if (text !== undefined) tokens.push({ kind: 'text', text: unquoted(text), ...at })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, ...at })
    else tokens.push({ kind: word === undefined ? 'sign' : 'word', text: own, ...at })
  }
  return tokens
}

function unquoted(quoted: string): string {
  const mark = quoted.charAt(0)
  return mark === '[' ? quoted.slice(1, -1) : quoted.slice(1, -1).replaceAll(mark + mark, mark)
}

const isSign = (token: Token | undefined, text: string): boolean => token?.kind === 'sign' && token.text === text
const isWord = (token: Token | undefined, text: string): boolean => token?.kind === 'word' && token.text.toUpperCase() === text

/** Place behind the bracket that closes the one at `open`; −1 where none does. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let k = open; k < tokens.length; k++) {
    if (isSign(tokens[k], '(')) depth++
    if (isSign(tokens[k], ')') && --depth === 0) return k + 1
  }
  return -1
}

/** Conditions of CHECK in the statement that made a table; those that are not enforced are left out. */
export function checksIn(statement: string): string[] {
  const tokens = tokensIn(statement)
  return tokens.flatMap((token, k) => {
    if (!isWord(token, 'CHECK') || !isSign(tokens[k + 1], '(')) return []
    const end = closing(tokens, k + 1)
    if (end < 0 || /^\s*(?:\/\*!\d+\s*)?NOT\s+ENFORCED/i.test(statement.slice(tokens[end - 1]!.to))) return []
    return [statement.slice(tokens[k + 1]!.to, tokens[end - 1]!.from)]
  })
}

/** What a condition says, as its database has it: `a AND b` says two things. Cost O(characters). */
export function clausesIn(condition: string): Clause[] {
  return conjunction(condition, tokensIn(condition))
}

function conjunction(sql: string, whole: readonly Token[]): Clause[] {
  const tokens = withoutBrackets(isWord(whole[0], 'CHECK') ? whole.slice(1) : whole)
  if (tokens.length === 0) return []
  const parts = partsAt(tokens)
  if (parts.length > 1) return parts.flatMap((part) => conjunction(sql, part))
  return [clauseIn(tokens, sql.slice(tokens[0]!.from, tokens.at(-1)!.to))]
}

function withoutBrackets(tokens: readonly Token[]): readonly Token[] {
  return isSign(tokens[0], '(') && closing(tokens, 0) === tokens.length ? withoutBrackets(tokens.slice(1, -1)) : tokens
}

/** Parts between ANDs that stand in no bracket and no BETWEEN; one of all where an OR, or a NOT in front, binds them. */
function partsAt(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]]
  let depth = 0
  let between = false
  for (const token of tokens) {
    if (isSign(token, '(')) depth++
    if (isSign(token, ')')) depth--
    if (depth === 0 && (isWord(token, 'OR') || isWord(token, 'CASE'))) return [tokens]
    if (depth === 0 && isWord(token, 'BETWEEN')) between = true
    else if (depth === 0 && isWord(token, 'AND')) {
      if (!between) {
        parts.push([])
        continue
      }
      between = false
    }
    parts.at(-1)!.push(token)
  }
  return parts
}

type Operand = { readonly column: string } | { readonly value: number | string }

/** Reads operands off tokens; where one is something else, so is the clause. */
class Reader {
  at = 0

  constructor(readonly tokens: readonly Token[]) {}

  get isDone(): boolean {
    return this.at === this.tokens.length
  }

  sign(...texts: readonly string[]): string | undefined {
    const found = texts.find((text) => isSign(this.tokens[this.at], text))
    if (found !== undefined) this.at++
    return found
  }

  word(text: string): boolean {
    const is = isWord(this.tokens[this.at], text)
    if (is) this.at++
    return is
  }

  /** A column or a constant, in brackets and casts. */
  operand(): Operand | undefined {
    const found = this.bare()
    while (found && this.sign('::')) if (!this.type()) return undefined
    return found
  }

  private bare(): Operand | undefined {
    if (this.sign('(')) {
      const inner = this.operand()
      return this.sign(')') ? inner : undefined
    }
    const minus = this.sign('-', '+') === '-'
    const token = this.tokens[this.at++]
    if (token?.kind === 'number') return { value: minus ? -Number(token.text) : Number(token.text) }
    if (minus || !token) return undefined
    if (token.kind === 'text') return { value: token.text }
    if (token.kind === 'name') return this.column(token)
    if (token.kind !== 'word') return undefined
    // DATE '2024-01-31', and `_utf8mb4'new'` of MySQL.
    const next = this.tokens[this.at]
    if (next?.kind === 'text') return this.bare()
    if (isWord(token, 'CAST') && this.sign('(')) {
      const inner = this.operand()
      return this.word('AS') && this.type() && this.sign(')') ? inner : undefined
    }
    return this.column(token)
  }

  private column(token: Token): Operand | undefined {
    return isSign(this.tokens[this.at], '(') || isSign(this.tokens[this.at], '.') ? undefined : { column: token.text }
  }

  /** `numeric(10,2)`, `timestamp without time zone`, `text[]` */
  private type(): boolean {
    const start = this.at
    while (this.tokens[this.at]?.kind === 'word' && !/^(AND|OR|IS|IN|BETWEEN|NOT)$/i.test(this.tokens[this.at]!.text)) this.at++
    if (this.at === start && this.tokens[this.at]?.kind === 'name') this.at++
    if (this.at === start) return false
    if (isSign(this.tokens[this.at], '(')) this.at = Math.max(this.at, closing(this.tokens, this.at))
    while (this.sign('[')) if (!this.sign(']')) return false
    return true
  }
}

const COMPARED = ['<=', '>=', '<', '>'] as const

function clauseIn(tokens: readonly Token[], text: string): Clause {
  const reader = new Reader(tokens)
  const left = reader.operand()
  const other: Clause = { kind: 'other', text }
  if (!left) return other
  const sign = reader.sign(...COMPARED)
  if (sign) {
    const right = reader.operand()
    return right && reader.isDone ? compared(left, sign, right, text) : other
  }
  if (!('column' in left)) return other
  const { column } = left
  if (reader.word('IS')) return reader.word('NOT') && reader.word('NULL') && reader.isDone ? { kind: 'present', column, text } : other
  if (reader.word('BETWEEN')) {
    const low = reader.operand()
    const high = reader.word('AND') ? reader.operand() : undefined
    if (!low || !high || !('value' in low) || !('value' in high) || !reader.isDone) return other
    return { kind: 'limit', column, least: { at: low.value, strict: false }, most: { at: high.value, strict: false }, text }
  }
  const listed = reader.word('IN') || (reader.sign('=') !== undefined && reader.word('ANY'))
  return listed && isList(tokens.slice(reader.at)) ? { kind: 'list', column, text } : other
}

/** `('a', 'b')`, `((ARRAY['a'::text, 'b'::text])::text[])`: constants and how they are cast. */
function isList(tokens: readonly Token[]): boolean {
  if (!isSign(tokens[0], '(') || closing(tokens, 0) !== tokens.length) return false
  const isCast = (k: number): boolean => k > 0 && (isSign(tokens[k - 1], '::') || (tokens[k - 1]!.kind === 'word' && isCast(k - 1)))
  return tokens.every((token, k) => {
    if (token.kind === 'text' || token.kind === 'number') return true
    if (token.kind === 'sign') return ['(', ')', '[', ']', ',', '::', '-'].includes(token.text)
    return token.kind === 'word' && (isWord(token, 'ARRAY') || isCast(k) || tokens[k + 1]?.kind === 'text')
  })
}

function compared(left: Operand, sign: string, right: Operand, text: string): Clause {
  const strict = !sign.endsWith('=')
  const [low, high] = sign.startsWith('<') ? [left, right] : [right, left]
  if ('column' in low && 'column' in high)
    return low.column === high.column ? { kind: 'other', text } : { kind: 'order', low: low.column, high: high.column, strict, text }
  if ('column' in low && 'value' in high) return { kind: 'limit', column: low.column, most: { at: high.value, strict }, text }
  if ('value' in low && 'column' in high) return { kind: 'limit', column: high.column, least: { at: low.value, strict }, text }
  return { kind: 'other', text }
}
