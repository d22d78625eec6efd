import { columnsOf, type Expression } from '../../table/expression.js'
import { columnWord, expressionText } from '../../table/expression-text.js'

/** What every row of a table obeys: a column that others determine, or one that is never below others. Plain data. */
export type Rule =
  /** `total = qty * unit_price`, to the decimals in which the column is written. Dates count in days. */
  | { readonly kind: 'formula'; readonly column: string; readonly expression: Expression }
  /** `end >= start`. */
  | { readonly kind: 'order'; readonly column: string; readonly low: Expression }
  /** `sku -> unit_price`: rows that agree in `from` agree in the column. */
  | { readonly kind: 'lookup'; readonly column: string; readonly from: readonly string[] }

/** Columns that a rule derives its column from. */
export function inputsOf(rule: Rule): readonly string[] {
  if (rule.kind === 'lookup') return rule.from
  return columnsOf(rule.kind === 'formula' ? rule.expression : rule.low)
}

/** A rule as `--rule` reads it. */
export function ruleText(rule: Rule): string {
  const column = columnWord(rule.column)
  if (rule.kind === 'lookup') return `${rule.from.map(columnWord).join(', ')} -> ${column}`
  return rule.kind === 'formula' ? `${column} = ${expressionText(rule.expression)}` : `${column} >= ${expressionText(rule.low)}`
}
