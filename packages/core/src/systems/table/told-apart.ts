import { chanceOfAuc } from '../../diagnose/classifier.js'
import { aucReading, TOLD_APART } from '../../diagnose/readings.js'
import { numberText } from '../../tell/numbers.js'
import type { Telling } from '../../tell/telling.js'
import { weightsIn } from '../global/bandwidth.js'
import { type HeldOutAuc, keptBackOf } from '../global/tell.js'
import type { TableModel } from './options.js'
import { LEAST_HALF } from './trial.js'

/**
 * Of trial fits of a model on rows that they had not seen, where there were any: those of privacy or of refinement, else of the scaling.
 * Of refined rows of a private model there are none: refinement is tried at the bandwidth of before.
 */
function heldOutAucIn({ summary, privacy, refinement }: TableModel): HeldOutAuc | undefined {
  if (privacy) {
    const point = privacy.curve.find(({ epsilon, left }) => epsilon === privacy.chosen && left === privacy.left)!
    return refinement?.ratio ? undefined : { value: point.auc!, rows: privacy.heldOut }
  }
  if (refinement?.trial.auc) {
    const { trial, ratio } = refinement
    return { value: ratio ? trial.auc!.refined : trial.auc!.plain, rows: trial.heldOut }
  }
  return 'bandwidth' in summary ? keptBackOf(summary) : undefined
}

/** The two-sample AUC of trial fits of a model on rows that they had not seen, where there were any. */
export const keptBackIn = (model: TableModel): number | undefined => heldOutAucIn(model)?.value

/**
 * A warning where new rows are told from held-out ones beyond chance, as tables are that differ visibly, for where no report is
 * written.
 */
export function tellToldApart(model: TableModel): Telling {
  const auc = heldOutAucIn(model)
  const warnings = auc && isToldApart(auc) ? [{ name: 'told-apart', message: wordsOf(auc, model) }] : []
  return { json: {}, topics: [], warnings, notes: [] }
}

function isToldApart({ value, rows }: HeldOutAuc): boolean {
  const reach = chanceOfAuc(rows)
  return value > 0.5 && aucReading({ value, floor: 0.5, floorRange: [0.5 - reach, 0.5 + reach] }).grade === 'poor'
}

function wordsOf({ value, rows }: HeldOutAuc, model: TableModel): string {
  const chance = numberText(0.5 + chanceOfAuc(rows))
  return `a forest tells new rows from held-out ones: two-sample AUC ${numberText(value)} in trial fits, where chance alone gives up to ${chance} and tables differ visibly above ${TOLD_APART}; --report shows in which columns${otherWays(model)}`
}

/** What may make better rows of this table, and was not done. */
function otherWays(model: TableModel): string {
  const { privacy, refinement, summary } = model
  if (privacy && (privacy.left > 0 || privacy.chosen !== privacy.before)) return ', and a larger --privacy blurs less'
  const isWhole = 'training' in model && !privacy && !weightsIn(model.training)
  const ways = [...(!refinement && summary.rowCount >= 2 * LEAST_HALF ? ['--refine auto'] : []), ...(isWhole ? ['--local auto'] : [])]
  return ways.length === 0 ? '' : `; try ${ways.join(' or ')}, and compare the verdicts`
}
