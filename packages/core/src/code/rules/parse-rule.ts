import { InputError } from '../../num/errors.js'
import { columnsOf, type Expression, indicatorsOf, parseExpression } from '../../table/expression.js'
import type { Rule } from './rule.js'
import { solvedForLast } from './solve.js'

const SIGN = /->|→|>=|<=|≥|≤|=|>|</

/**
 * Reads a rule: `total = qty * unit_price`, `end >= start`, `sku -> unit_price`. Throws `InputError` (codes `rule-malformed`,
 * `expression-malformed`).
 */
export function parseRule(text: string): Rule {
  // Names in backquotes may hold signs of their own.
  const hidden = text.replace(/`[^`]*`/g, (name) => '`'.repeat(name.length))
  const match = SIGN.exec(hidden)
  if (!match) throw malformed(text, 'no =, >=, <= or ->')
  const [before, after] = [text.slice(0, match.index), text.slice(match.index + match[0].length)]
  if (match[0] === '->' || match[0] === '→') return lookupIn(text, before, after)
  if (match[0] === '<' || match[0] === '>') throw malformed(text, `${match[0]}, which leaves equal values out`)
  if (SIGN.test(hidden.slice(match.index + match[0].length))) throw malformed(text, 'more than one sign')
  const [left, right] = [parseExpression(before), parseExpression(after)]
  if ([left, right].some((side) => indicatorsOf(side).length > 0)) throw malformed(text, 'P of a category')
  if (match[0] === '=') return formulaIn(text, left, right)
  const [high, low] = match[0] === '>=' || match[0] === '≥' ? [left, right] : [right, left]
  if (high.kind !== 'column' || columnsOf(low).length === 0) throw malformed(text, 'an order of something else than a column and others')
  if (columnsOf(low).includes(high.name)) throw malformed(text, `${high.name} on both sides`)
  return { kind: 'order', column: high.name, low }
}

function lookupIn(text: string, before: string, after: string): Rule {
  const from = namesIn(before)
  const to = namesIn(after)
  if (from.length === 0 || to.length !== 1) throw malformed(text, 'not one column behind ->, and one or more before it')
  if (from.includes(to[0]!)) throw malformed(text, `${to[0]} on both sides`)
  return { kind: 'lookup', column: to[0]!, from }
}

const namesIn = (text: string): string[] =>
  (text.match(/(`[^`]*`|[^,`])+/g) ?? []).map((part) => part.trim().replace(/^`(.*)`$/, '$1')).filter((part) => part !== '')

function formulaIn(text: string, left: Expression, right: Expression): Rule {
  for (const [one, other] of [
    [left, right],
    [right, left]
  ] as const) {
    if (one.kind === 'column' && columnsOf(other).length > 0 && !columnsOf(other).includes(one.name))
      return { kind: 'formula', column: one.name, expression: other }
  }
  const solved = solvedForLast(left, right)
  if (!solved) throw malformed(text, 'no column that stands alone, and no sum that one could be taken from')
  return { kind: 'formula', ...solved }
}

function malformed(text: string, what: string): InputError {
  return new InputError({
    code: 'rule-malformed',
    got: `“${text}”: ${what}`,
    expected: 'COLUMN = EXPRESSION, COLUMN >= COLUMN, or COLUMN -> COLUMN',
    try: "'total = qty * unit_price', 'end >= start', 'sku -> unit_price'"
  })
}
