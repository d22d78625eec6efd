import { correlation, midranks } from '../../num/statistics.js'
import { type Expression, hasCalendar, indicatorsOf, namesIn } from '../../table/expression.js'
import { isNumeric } from '../../table/table.js'
import { needs } from './choose.js'
import { columnIn, expressionAt, quantityIn, type WrittenTable } from './rows-of-rule.js'
import { openOf, type Rule } from './rule.js'
import { binary, number } from './shapes.js'

/** What a number is a part, or a multiple, of, and between which it stands. Plain data. */
export interface Ratio {
  readonly of: Expression
  /** Least and largest ratio, with as much room beyond them as they are apart; from 0 on where none is negative. */
  readonly low: number
  readonly high: number
  /** Where it is by its nearness that it is drawn (`nearProductsOf`): its ends are those of the rows, as a part of `of` or a distance from it. */
  readonly near?: 'share' | 'distance'
}

/** Part of what two numbers do not tell of each other that would have to be left between the one and the ratio, at most, if this is not drawn. */
const LEFT = 0.5

/**
 * Numbers that are drawn as what part they are of others, since a formula computes that: `rate = 1000 * cases / people`. Of cases and people, both
 * of which differ a thousandfold and go along, a rate that differs twofold would have the noise of both. The rate is drawn, the cases are
 * computed of it, rounded, and the rate again of these. So where the ratio and what it is of tell less of each other, by their ranks, than the
 * two amounts do. None that another rule derives, or `except`. Cost O(rows·log rows) for each formula that divides.
 */
export function ratiosOf(rules: readonly Rule[], data: WrittenTable, except: ReadonlySet<string>): ReadonlyMap<string, Ratio> {
  const found = new Map<string, Ratio>()
  const derived = new Set(rules.flatMap(({ kind, column }) => (kind === 'gap' ? [] : [column])))
  const inputs = () => rules.concat([...found].map(([column, { of }]): Rule => ({ kind: 'order', column, low: of })))
  for (const rule of rules) {
    const parts = rule.kind === 'formula' && openOf(rule) === undefined && !rule.exceptions ? dividedIn(rule.expression) : undefined
    if (!parts || except.has(parts.column) || derived.has(parts.column) || found.has(parts.column)) continue
    const names = namesIn(parts.of)
    const areNumbers = [parts.column, ...names].every((name) => {
      const column = columnIn(data, name)
      return isNumeric(column) && column.kind !== 'datetime'
    })
    if (!areNumbers || needs(names, inputs()).has(parts.column)) continue
    const ratio = ratioOf(parts.column, parts.of, data)
    if (ratio) found.set(parts.column, ratio)
  }
  return found
}

/** Whether a formula divides a number that is drawn as what part it is of the rest (`ratiosOf`): then it does not have the noise of both. */
export function dividesRatio(expression: Expression, data: WrittenTable): boolean {
  const parts = dividedIn(expression)
  return parts !== undefined && ratioOf(parts.column, parts.of, data) !== undefined
}

/** A column that is divided by others, as it is or times a number. */
function dividedIn(expression: Expression): { readonly column: string; readonly of: Expression } | undefined {
  if (expression.kind !== 'binary' || expression.operator !== '/') return undefined
  const { left, right } = expression
  const above = left.kind === 'binary' && left.operator === '*' && left.left.kind === 'number' ? left.right : left
  const names = namesIn(right)
  if (above.kind !== 'column' || names.length === 0 || names.includes(above.name)) return undefined
  return hasCalendar(right) || indicatorsOf(right).length > 0 ? undefined : { column: above.name, of: right }
}

function ratioOf(name: string, of: Expression, data: WrittenTable): Ratio | undefined {
  const { values } = quantityIn(data, name)
  const at = expressionAt(of, data)
  const rows = Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]!))
  const [own, whole] = [Float64Array.from(rows, (i) => values[i]!), Float64Array.from(rows, at)]
  if (!whole.every((x) => x > 0) || !isToldByRatio(own, whole)) return undefined
  const ratios = own.map((x, k) => x / whole[k]!)
  const [least, most] = [ratios.reduce((a, b) => Math.min(a, b)), ratios.reduce((a, b) => Math.max(a, b))]
  return { of, low: least < 0 ? 2 * least - most : 0, high: least < 0 ? 2 * most - least : 2 * most }
}

/** Whether what part a number is of another one, which is above 0, tells less of that than the number does. */
export function isToldByRatio(own: Float64Array, whole: Float64Array): boolean {
  const ranks = midranks(whole)
  const left = (x: Float64Array) => 1 - correlation(midranks(x), ranks) ** 2
  return left(own) < LEFT * left(own.map((x, k) => x / whole[k]!))
}

/** What a ratio of a number comes to. */
export const timesRatio = (ratio: number, of: Expression): Expression => (ratio === 0 ? number(0) : binary('*', number(ratio), of))

/** What a distance from a number comes to. */
export const plus = (of: Expression, distance: number): Expression =>
  distance === 0 ? of : binary(distance < 0 ? '-' : '+', of, number(Math.abs(distance)))
