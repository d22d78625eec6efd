import type { EvaluationProblem } from '../../diagnose/evaluate.js'
import { panelRows, trainingRows } from '../panel/rows.js'
import type { DrawnRows, TableModel } from './options.js'

/** Drawn groups beside those that a model was learned from; undefined of rows that stand alone, and of a single group. Cost O(cells · log n). */
export function groupsOf(model: TableModel, { table, first }: Pick<DrawnRows, 'table' | 'first'>): EvaluationProblem['groups'] {
  if (!('heads' in model) || !first || first.length < 3) return undefined
  return { real: panelRows(model, trainingRows(model)), synthetic: { table, first }, time: model.summary.time }
}
