import { bandwidthOf, chooseBandwidths, type GivenChoice } from '../choose/window-bandwidth.js'
import type { FittedWindow } from '../law/units.js'
import { type FieldRows, rowsOf, type Unit } from '../law/units.js'
import { fitWindow } from '../law/window.js'
import { throwIfStopped } from '../num/iterate.js'
import type { Context } from './context.js'

/** ε of a coordinate without neighbours, relative to its variance. */
const LONELY_EPSILON = 0.05

/** Fits units of one target each, at bandwidths chosen for all with as many givens. Cost O(units·M²). */
export async function fitWindows(
  rows: FieldRows,
  plan: readonly Unit[],
  context: Context
): Promise<{ units: FittedWindow[]; choices: GivenChoice[] }> {
  const choices = await chooseBandwidths(rows, plan, context)
  const units: FittedWindow[] = []
  for (const unit of plan) {
    throwIfStopped(context.watch, 'scaling')
    const window = rowsOf(rows, unit)
    const choice = choices.find((c) => c.givenCount === unit.givens.length)
    const bandwidth = choice ? await bandwidthOf(window, choice, context) : { target: LONELY_EPSILON, given: 1 }
    units.push({ ...unit, bandwidth, fit: await fitWindow(window, bandwidth, context) })
    context.watch?.progress?.({ stage: 'scaling', done: units.length, total: plan.length })
  }
  return { units, choices }
}
