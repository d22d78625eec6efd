import { linearForm } from '../../table/derivative.js'
import type { Expression } from '../../table/expression.js'
import { binary, column, number } from './shapes.js'

/** The column that stands last in an equation linear in it and its neighbours, as an expression of the rest; undefined where none does. */
export function solvedForLast(
  left: Expression,
  right: Expression
): { readonly column: string; readonly expression: Expression } | undefined {
  const form = linearForm(binary('-', left, right))
  const terms = [...(form?.coefficients ?? [])].filter(([, coefficient]) => coefficient !== 0)
  const last = terms.pop()
  if (!form || !last || terms.length === 0) return undefined
  const [name, divisor] = last
  let expression: Expression | undefined = form.constant === 0 ? undefined : number(-form.constant / divisor)
  for (const [other, coefficient] of terms) {
    const share = -coefficient / divisor
    const term = Math.abs(share) === 1 ? column(other) : binary('*', number(Math.abs(share)), column(other))
    if (!expression) expression = share < 0 ? { kind: 'negate', of: term } : term
    else expression = binary(share < 0 ? '-' : '+', expression, term)
  }
  return { column: name, expression: expression! }
}
