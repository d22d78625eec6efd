import type { EvaluationProblem } from '../../diagnose/evaluate.js'
import type { Table } from '../../table/table.js'
import { stretchSteps } from '../stretch/steps.js'
import type { TableModel } from './options.js'

type Sides = Pick<EvaluationProblem, 'real' | 'synthetic' | 'ordered'>

/** Real and drawn rows as they are compared: those of a series by the steps that its law draws, and in their order as they are. */
export function comparedRows(model: TableModel, sides: { readonly real: Table; readonly synthetic: Table }): Sides {
  if (!('series' in model)) return sides
  return { real: stretchSteps(model, sides.real), synthetic: stretchSteps(model, sides.synthetic), ordered: sides }
}
