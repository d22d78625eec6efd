import { InputError } from '../../num/errors.js'
import { columnsOf, type Expression, indicatorsOf, isConstant, namesIn as namesInExpression } from '../../table/expression.js'
import { parseExpression } from '../../table/parse-expression.js'
import { readClock } from '../../table/time-of-day.js'
import { bends } from './exceptions.js'
import { isCalendarPart, isExtreme, type KeyPart } from './key-part.js'
import { DAY } from './quantity.js'
import type { GapsWhere, GapWhere, Rule } from './rule.js'
import { solvedForLast } from './solve.js'
import { areRising, type Cut, type CutStyle, columnsOfCuts, type Thresholds } from './thresholds.js'
import { parseUnique } from './unique.js'

const SIGN = /->|→|>=|<=|≥|≤|=|>|</

/**
 * Reads a rule: `total = qty * unit_price`, `end >= start`, `sku -> unit_price`,
 * `adult = age >= 18`, `group = bins(age, 18, 65)`, `spouse missing where marital = single`, each with `but for 3 rows` behind it but the last three. Throws `InputError` (codes `rule-malformed`,
 * `expression-malformed`).
 */
export function parseRule(whole: string): Rule {
  const match = EXCEPTIONS.exec(whole)
  if (!match) return openIn(whole)
  const rule = openIn(whole.slice(0, match.index))
  if (!bends(rule)) throw malformed(whole, 'exceptions from a threshold or a gap')
  return { ...rule, exceptions: Number(match[1]) }
}

/** A rule that may leave its column missing, or 0, or certain levels. */
function openIn(text: string): Rule {
  const hidden = text.replace(/`[^`]*`/g, (one) => '_'.repeat(one.length))
  const place = MISSING_WHERE.test(hidden) ? -1 : hidden.search(OPEN)
  if (place < 0) return statementIn(text)
  const words = levelsIn(text.slice(place).replace(/^\s+or\s+/, ''))
  const rule = statementIn(text.slice(0, place))
  const [first] = words
  const open = words.length > 1 || (first !== 'missing' && first !== '0') ? words.map(levelIn) : first === '0' ? 0 : 'missing'
  const isFit = rule.kind === 'lookup' || rule.kind === (typeof open === 'object' ? 'step' : 'formula')
  if (!isFit || words.length === 0) throw malformed(text, `“${text.slice(place).trim()}” behind something else than = or ->`)
  return { ...rule, open }
}

const MISSING_WHERE = /^\s*\S+\s+missing\s+where\s/

/** The last “or”. */
const OPEN = /\s+or\s+(?:(?!\sor\s).)+$/s

/** Levels between commas, as they are written. */
const levelsIn = (text: string): string[] =>
  (text.match(/(`(?:[^`]|``)*`|[^,`])+/g) ?? []).map((part) => part.trim()).filter((part) => part !== '')

const levelIn = (word: string): string => word.replace(/^`(.*)`$/s, (_, level: string) => level.replaceAll('``', '`'))

const EXCEPTIONS = /\s+but for (\d{1,9}) rows?\s*$/

function statementIn(text: string): Rule {
  if (parseUnique(text))
    throw new InputError({
      code: 'rule-malformed',
      got: `“${text}”, which is said of all rows together`,
      expected: 'a rule of each row by itself',
      try: 'sbridge sample or sbridge fit of a table, which keep it'
    })
  const other = gapIn(text) ?? stepIn(text)
  if (other) return other
  // Names in backquotes may hold signs of their own, and so do categories.
  const hidden = text.replace(/`[^`]*`/g, (name) => '`'.repeat(name.length)).replace(/\bP\s*\([^()]*\)/g, (one) => '`'.repeat(one.length))
  const match = SIGN.exec(hidden)
  if (!match) throw malformed(text, 'no =, >=, <= or ->')
  const [before, after] = [text.slice(0, match.index), text.slice(match.index + match[0].length)]
  if (match[0] === '->' || match[0] === '→') return lookupIn(text, before, after)
  if (match[0] === '<' || match[0] === '>') throw malformed(text, `${match[0]}, which leaves equal values out`)
  if (SIGN.test(hidden.slice(match.index + match[0].length))) throw malformed(text, 'more than one sign')
  if (before.trim() === '' || after.trim() === '') throw malformed(text, `nothing ${before.trim() === '' ? 'before' : 'after'} ${match[0]}`)
  const [left, right] = [parseExpression(before), parseExpression(after)]
  if (match[0] === '=') return formulaIn(text, left, right)
  if ([left, right].some((side) => indicatorsOf(side).length > 0)) throw malformed(text, 'an order with P of a category')
  const [high, low] = match[0] === '>=' || match[0] === '≥' ? [left, right] : [right, left]
  if (high.kind !== 'column' || columnsOf(low).length === 0) throw malformed(text, 'an order of something else than a column and others')
  if (columnsOf(low).includes(high.name)) throw malformed(text, `${high.name} on both sides`)
  return { kind: 'order', column: high.name, low }
}

const NAME = /^\s*(?:`((?:[^`]|``)+)`|([\p{L}_][\p{L}\p{N}_.]*))/u
const NUMBER = '[-−+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?'

const CLOCK = '\\d{1,2}:\\d{2}(?::\\d{2})?'

const TIME = '\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,3})?)?)?'

const CUT = `${TIME}|${CLOCK}|${NUMBER}`

/** The name that a text begins with, and what follows it. */
function nameIn(text: string): { readonly name: string; readonly rest: string } | undefined {
  const match = NAME.exec(text)
  if (!match) return undefined
  return { name: match[1]?.replaceAll('``', '`') ?? match[2]!, rest: text.slice(match[0].length) }
}

/** `y missing where z missing`, `y missing where category = level, level`. */
function gapIn(text: string): Rule | undefined {
  const column = nameIn(text)
  const where = column && /^\s+missing\s+where\s/.exec(column.rest)
  if (!where) return undefined
  const { words, parts } = conditionsIn(column.rest.slice(where[0].length))
  if (new Set(words).size > 1) throw malformed(text, 'conditions joined by “or” and by “and”')
  const [first, ...others] = parts.map((part) => whereIn(text, column.name, part))
  if (others.length > 0 && [first!, ...others].some(({ maybe }) => maybe)) throw malformed(text, '“maybe” in one of several conditions')
  return { kind: 'gap', column: column.name, ...first!, ...(words.length === 0 ? {} : { [words[0]!]: others }) }
}

/** Conditions between words that join them: “or” and “and” that another condition follows; in backquotes they are none. */
function conditionsIn(text: string): { readonly words: readonly ('or' | 'and')[]; readonly parts: readonly string[] } {
  const hidden = text.replace(/`(?:[^`]|``)*`/g, (one) => `x${'_'.repeat(one.length - 1)}`)
  const joints = [...hidden.matchAll(/\s(or|and)\s+(?=[\p{L}_][\p{L}\p{N}_.]*(?:\s*(?:=|>=|≥|<)|\s+(?:missing|present)(?:\s|$)))/gu)]
  const ends = [...joints.map(({ index }) => index), text.length]
  const starts = [0, ...joints.map((joint) => joint.index + joint[0].length)]
  return { words: joints.map((joint) => joint[1] as 'or' | 'and'), parts: starts.map((start, k) => text.slice(start, ends[k])) }
}

/** `z missing`, `category = level, level`, `age >= 18`. */
function whereIn(text: string, column: string, part: string): GapWhere & Pick<GapsWhere, 'maybe'> {
  const when = nameIn(part)
  if (!when) throw malformed(text, 'no column behind “missing where”')
  if (when.name === column) throw malformed(text, `${column} on both sides`)
  if (/^\s+missing\s*$/.test(when.rest)) return { when: when.name }
  if (/^\s+present\s*$/.test(when.rest)) return { when: when.name, present: true }
  const side = new RegExp(`^\\s*(>=|≥|<)\\s*(${NUMBER})\\s*$`).exec(when.rest)
  if (side) {
    const cut = Number(side[2]!.replace('−', '-'))
    return { when: when.name, ...(side[1] === '<' ? { below: cut } : { from: cut }) }
  }
  const levels = /^\s*=(.*)$/s.exec(when.rest)
  const words = levelsIn(levels?.[1] ?? '')
  if (words.length === 0)
    throw malformed(text, `${when.name} neither missing nor present nor = levels nor a number on a side of a threshold`)
  const isMaybe = (part: string) => /^maybe\s/.test(part)
  const word = (part: string) => levelIn(part.replace(/^maybe\s+/, ''))
  const [sure, maybe] = [words.filter((one) => !isMaybe(one)).map(word), words.filter(isMaybe).map(word)]
  return { when: when.name, levels: sure, ...(maybe.length === 0 ? {} : { maybe }) }
}

/** `adult = age >= 18`, `minor = age < 18`, `group = bins(age, 18, 65)`, `new_tariff = ordered >= 2024-07-01`, `late = delivered > promised`. */
function stepIn(text: string): Rule | undefined {
  const column = nameIn(text)
  const side = column && /^\s*=\s*(bins\s*\(\s*)?/.exec(column.rest)
  if (!side) return undefined
  const of = nameIn(column.rest.slice(side[0].length))
  if (!of) return undefined
  const isBins = side[1] !== undefined
  const match = (isBins ? /^\s*,(.*)\)\s*$/s : /^\s*(>=|≥|<=|≤|>|<)(.*)$/s).exec(of.rest)
  if (!match) {
    if (isBins) throw malformed(text, 'bins of something else than a column and thresholds')
    return undefined
  }
  const cuts = isBins ? partsIn(match[1]!).map((part) => cutIn(text, part)) : [comparedTo(text, match[1]!, match[2]!)]
  const thresholds = thresholdsIn(text, cuts)
  if ([of.name, ...columnsOfCuts(thresholds.cuts)].includes(column.name)) throw malformed(text, `${column.name} on both sides`)
  if (columnsOfCuts(thresholds.cuts).includes(of.name)) throw malformed(text, `${of.name} on both sides of a threshold`)
  if (!areRising(thresholds.cuts)) throw malformed(text, 'thresholds that do not rise')
  return { kind: 'step', column: column.name, of: of.name, ...thresholds }
}

/** Text between commas; those in backquotes and in brackets are none. */
function partsIn(text: string): string[] {
  const hide = (one: string) => '_'.repeat(one.length)
  const hidden = text.replace(/`[^`]*`/g, hide).replace(/\([^()]*\)/g, hide)
  let at = 0
  return hidden.split(',').map((part) => {
    const own = text.slice(at, at + part.length)
    at += part.length + 1
    return own.trim()
  })
}

/** A threshold that is a word, as numbers and times are, or an expression of columns. */
type CutText = string | Exclude<Cut, number>

function cutIn(text: string, part: string): CutText {
  if (new RegExp(`^(?:${CUT})$`).test(part)) return part
  const above = /^>(?!=)(.*)$/s.exec(part)
  const at = parseExpression(above ? above[1]! : part)
  if (columnsOf(at).length === 0 || indicatorsOf(at).length > 0)
    throw malformed(text, `a threshold “${part}”, neither a number nor of columns of numbers`)
  return above ? { at, above: true } : { at }
}

function comparedTo(text: string, sign: string, rest: string): CutText {
  const isStrict = /^(>|<=|≤)$/.test(sign)
  const cut = cutIn(text, rest.trim())
  if (typeof cut !== 'string') return isStrict ? { at: cut.at, above: true } : cut
  if (isStrict) throw malformed(text, `${sign}, where thresholds are written as >= or <`)
  return cut
}

function thresholdsIn(text: string, cuts: readonly CutText[]): Thresholds {
  const words = cuts.filter((cut) => typeof cut === 'string')
  if (words.length === 0) return { cuts: cuts as Cut[] }
  const { cuts: numbers, ...style } = numbersIn(text, words)
  let next = 0
  return { cuts: cuts.map((cut) => (typeof cut === 'string' ? numbers[next++]! : cut)), ...style }
}

/** Thresholds of one sort: numbers, dates in days, or times of day in minutes, or in seconds where one has them. */
function numbersIn(text: string, words: readonly string[]): CutStyle & { readonly cuts: readonly number[] } {
  const all = (pattern: string): boolean => words.every((word) => new RegExp(`^${pattern}$`).test(word))
  if (all(NUMBER)) return { cuts: words.map((word) => Number(word.replace('−', '-'))) }
  if (all(TIME)) {
    const cuts = words.map((word) => Date.parse(word.includes('T') ? `${word}Z` : word) / DAY)
    if (cuts.some(Number.isNaN)) throw malformed(text, 'a threshold that is no date')
    return { cuts, dates: true }
  }
  if (!all(CLOCK)) throw malformed(text, 'thresholds of several sorts')
  const style = { seconds: words.some((word) => /:.*:/.test(word)) ? 'whole' : 'none' } as const
  const cuts = words.map((word) => readClock(word, style))
  if (cuts.includes(undefined)) throw malformed(text, 'a threshold that is no time of day')
  return { cuts: cuts as number[], clock: style.seconds === 'none' ? 'minutes' : 'seconds' }
}

function lookupIn(text: string, before: string, after: string): Rule {
  const keys = partsIn(before).filter((part) => part !== '')
  const [to, ...others] = namesIn(after)
  if (keys.length === 0 || to === undefined || others.length > 0)
    throw malformed(text, 'not one column behind ->, and one or more before it')
  const read = keys.flatMap((key) => keyIn(text, key))
  const from = read.map(({ name }) => name)
  if (from.includes(to)) throw malformed(text, `${to} on both sides`)
  return { kind: 'lookup', column: to, from, ...(read.some(({ part }) => part) ? { parts: read.map(({ part }) => part) } : {}) }
}

/** `country`, `weekday(start)`, `bins(weight, 1, 5)`, `largest(maths, art)`. */
function keyIn(text: string, key: string): readonly { readonly name: string; readonly part: KeyPart | null }[] {
  const match = /^([a-z_]+)\s*\((.*)\)$/s.exec(key)
  const word = match?.[1]
  if (!match || !(word === 'bins' || isCalendarPart(word) || isExtreme(word))) return [{ name: namesIn(key)[0]!, part: null }]
  if (isExtreme(word)) {
    const names = partsIn(match[2]!).map((part) => namesIn(part)[0] ?? '')
    if (names.length < 2 || names.includes('')) throw malformed(text, `${word} of fewer than two columns`)
    return names.map((name) => ({ name, part: word }))
  }
  const [name, ...cuts] = partsIn(match[2]!)
  const own = { name: namesIn(name!)[0] ?? '' }
  if (word !== 'bins') {
    if (own.name === '' || cuts.length > 0) throw malformed(text, `${word} of something else than a column`)
    return [{ ...own, part: word }]
  }
  const isNumber = (cut: string) => new RegExp(`^(?:${NUMBER})$`).test(cut)
  if (own.name === '' || cuts.length === 0 || !cuts.every(isNumber))
    throw malformed(text, 'bins of something else than a column and numbers')
  const part = cuts.map((cut) => Number(cut.replace('−', '-')))
  if (!areRising(part)) throw malformed(text, 'thresholds that do not rise')
  return [{ ...own, part }]
}

const namesIn = (text: string): string[] =>
  (text.match(/(`[^`]*`|[^,`])+/g) ?? []).map((part) => part.trim().replace(/^`(.*)`$/, '$1')).filter((part) => part !== '')

function formulaIn(text: string, left: Expression, right: Expression): Rule {
  for (const [one, other] of [
    [left, right],
    [right, left]
  ] as const) {
    if (one.kind === 'column' && !isConstant(other) && !namesInExpression(other).includes(one.name))
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
    expected:
      'COLUMN = EXPRESSION, COLUMN >= COLUMN, COLUMN -> COLUMN, COLUMN = COLUMN >= NUMBER, COLUMN = COLUMN > COLUMN, COLUMN = bins(COLUMN, NUMBER, …) or COLUMN missing where COLUMN = LEVEL',
    try: "'total = qty * unit_price', 'end >= start', 'sku -> unit_price'"
  })
}
