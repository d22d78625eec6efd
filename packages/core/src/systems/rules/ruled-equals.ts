import { type Among, canWrite, type KeptEqual } from '../../code/rules/equals.js'
import { inOrder } from '../../code/rules/keep.js'
import { derives, inputsOfKept, type KeptRule, type KeptRules, type RuledColumn } from '../../code/rules/kept-rules.js'
import { isWritten } from '../../code/rules/meet.js'
import { unitOf } from '../../code/rules/quantity.js'
import type { Given } from '../../know/conditions.js'
import type { NamedWarning } from '../../know/support.js'
import { namesIn } from '../../table/expression.js'
import { columnWord } from '../../table/expression-text.js'
import { parseObservation } from '../../table/parse-expression.js'
import { isNumericKind, type NumericColumn } from '../../table/table.js'
import { EQUAL_WARNING } from '../drawn/equals-lost.js'
import { wantedOf } from './ruled-wanted.js'

/** What is known of rows: given values, and observations as they are written. */
interface KnownOfRows {
  readonly given: Given
  readonly observe: readonly string[]
}

/** How a column is known: one value is given, several are, or it is observed, by itself or through what is computed of it. */
type Status = 'exact' | 'some' | 'observed' | undefined

/**
 * Which of two columns that are the same becomes the other, where something is known of them. A column that nothing is known of becomes
 * the other one, as ever; to one that is known the other one gives way, where that is drawn and may be what it is. Where two intervals are
 * given the column becomes what lies in its own. One that is given beside what is computed, or beside another value, stays: a warning says
 * that of the computed one. Nothing becomes what it has not the digits for. The rules themselves where nothing of this is known. Cost O(rules²).
 */
export function turnedRules(
  kept: KeptRules,
  known: KnownOfRows
): { readonly rules: KeptRules; readonly warnings: readonly NamedWarning[] } {
  const equals = kept.rules.filter((rule) => rule.kind === 'equal')
  if (equals.length === 0) return { rules: kept, warnings: [] }
  const status = statusesOf(kept, known)
  const isDrawn = (name: string) => !kept.rules.some((rule) => derives(rule) && rule.column === name)
  const warnings: NamedWarning[] = []
  const turned = new Map<KeptRule, KeptRule | undefined>()
  const back = (rule: KeptEqual): void => {
    const { column, of } = rule
    const among = known.given[of] === undefined ? amongAll(kept, of) : givenAmong(kept, known.given, of)
    turned.set(rule, { ...rule, column: of, of: column, among, ...(rule.factors ? { inverse: true } : {}) })
    // What becomes the known one is as well known.
    status.set(of, 'observed')
  }
  const settle = (rule: KeptEqual): void => {
    const { column, of } = rule
    const [own, other] = [status.get(column), status.get(of)]
    if (own === undefined) return
    // What is nothing does not say what it is nothing of.
    if (rule.factors?.includes(0)) {
      if (own === 'observed') return
      turned.set(rule, undefined)
      warnings.push(lostBeside(rule))
      return
    }
    if (!isDrawn(of)) {
      if (own === 'observed') return
      turned.set(rule, own === 'some' ? { ...rule, among: givenAmong(kept, known.given, column) } : undefined)
      warnings.push(lostBeside(rule))
    } else if (own === 'exact') {
      if (other === 'exact' || !canShow(kept, of, givenAmong(kept, known.given, column))) turned.set(rule, undefined)
      else back(rule)
    } else if (own === 'some' && (other !== undefined || isFiner(kept, column, of)))
      turned.set(rule, { ...rule, among: givenAmong(kept, known.given, column) })
    else if (!isFiner(kept, column, of) && (other === undefined || other === 'some')) back(rule)
  }
  // One that gives way makes its own other one give way.
  let left = equals
  while (left.length > 0) {
    const next = left.find(({ column }) => status.get(column) !== undefined)
    if (!next) break
    settle(next)
    left = left.filter((rule) => rule !== next)
  }
  if (turned.size === 0) return { rules: kept, warnings }
  const rules = kept.rules.flatMap((rule) => (turned.has(rule) ? (turned.get(rule) ?? []) : [rule]))
  return { rules: { ...kept, rules: inOrder(rules) }, warnings }
}

/** What may be given or observed of each column, and of all that it is computed of. */
function statusesOf(kept: KeptRules, { given, observe }: KnownOfRows): Map<string, Status> {
  const status = new Map<string, Status>()
  const visit = (name: string): void => {
    for (const rule of kept.rules) {
      if (!derives(rule) || rule.column !== name) continue
      for (const input of inputsOfKept(rule)) {
        if (!status.has(input)) status.set(input, 'observed')
        visit(input)
      }
    }
  }
  for (const name of Object.keys(given)) status.set(name, isOne(kept, given, name) ? 'exact' : 'some')
  const seen = observe.flatMap((text) => namesIn(parseObservation(text).residual))
  for (const name of seen) if (!status.has(name)) status.set(name, 'observed')
  for (const name of [...Object.keys(given), ...seen]) visit(name)
  return status
}

/** Whether a column is written with digits that another one lacks. */
function isFiner({ columns }: KeptRules, name: string, of: string): boolean {
  const [own, other] = [name, of].map((one) => columns.find((column) => column.name === one)!) as [RuledColumn, RuledColumn]
  return isNumericKind(own.kind) && !canWrite(unitIn(other), unitIn(own))
}

const unitIn = ({ kind, format }: RuledColumn): number => unitOf(kind as NumericColumn['kind'], format)

/** Whether a column can be the one value that is given of another one. */
function canShow({ columns }: KeptRules, name: string, only: Among): boolean {
  const column = columns.find((one) => one.name === name)!
  return 'levels' in only ? only.levels.every((level) => column.levels?.includes(level)) : isWritten(only.least, column)
}

function isOne(kept: KeptRules, given: Given, name: string): boolean {
  const among = kept.columns.some((one) => one.name === name) ? givenAmong(kept, given, name) : undefined
  return among !== undefined && ('levels' in among ? among.levels.length === 1 : among.least === among.most)
}

/** What a given column may be. */
function givenAmong(kept: KeptRules, given: Given, name: string): Among {
  const wanted = wantedOf(kept.columns.find((one) => one.name === name)!, given[name]!)
  return wanted.kind === 'levels' ? { levels: wanted.levels } : { least: wanted.low, most: wanted.high }
}

/** Any level of a category, or any number. */
function amongAll({ columns }: KeptRules, name: string): Among {
  const { levels } = columns.find((one) => one.name === name)!
  return levels ? { levels } : { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY }
}

const lostBeside = ({ column, of }: KeptEqual): NamedWarning => ({
  name: EQUAL_WARNING,
  message: `${column} is the same as ${of} in many rows of the data, but not in the drawn ones, because ${column} is given and ${of} is computed; --observe '${columnWord(column)} = VALUE ± DEVIATION' keeps that`
})
