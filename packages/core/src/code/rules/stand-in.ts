import { COALESCE, type Expression } from '../../table/expression.js'
import { binary, number } from './shapes.js'

/** What an order's start or end is where it is missing: a number, dates in days, that none of the rows without it goes beyond. */
export const withStandIn = (end: Expression, otherwise: number): Expression => binary(COALESCE, end, number(otherwise))

/** The column that an order begins or ends at, as rules say it. */
export const besideStandIn = (end: Expression): Expression =>
  end.kind === 'binary' && end.operator === COALESCE && end.left.kind === 'column' && end.right.kind === 'number' ? end.left : end
