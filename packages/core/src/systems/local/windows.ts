import { throwIfStopped } from '../../num/iterate.js'
import { chooseBandwidths, type GivenChoice, rowsOf, type Unit } from '../../sampling/units.js'
import { fitWindow, refitWindow } from '../../sampling/window.js'
import { bandwidthOf } from '../../sampling/window-bandwidth.js'
import { mostGivens } from '../../space/forward-selection.js'
import type { FittedWindow } from '../window-file.js'
import type { FittedUnit, LocalContext, LocalModel } from './model.js'
import { planUnits, twoSidedUnits } from './units.js'

/** ε of a coordinate without neighbours, relative to its variance. */
const LONELY_EPSILON = 0.05
/** Every coordinate given all its neighbours: what sweeps draw. Cost that of a fit. */
export async function fitTwoSided(model: LocalModel, context: LocalContext): Promise<{ units: FittedWindow[]; choices: GivenChoice[] }> {
  const plan = twoSidedUnits({ graph: model.graph, points: model.coordinates, mostGivens: mostGivens(model.coordinates.rows) })
  return fitWindows(model, plan.units, context)
}

/** Windows of an ordered pass, one coordinate each: the model's own, or, where it draws several at once, such as it would have. */
export async function passWindows(model: LocalModel, context: LocalContext): Promise<FittedWindow[]> {
  const { parts, graph, coordinates, summary } = model
  if (parts.sweep === 'ordered' && parts.units.every(({ targets }) => targets.length === 1)) {
    const own: FittedWindow[] = []
    for (const unit of parts.units) own.push(await windowOfUnit(model, unit, context))
    return own
  }
  const learned = summary.local.kind === 'auto'
  const plan = planUnits({
    graph,
    points: coordinates,
    alongLine: !learned && summary.local.kind !== 'graph',
    fill: learned ? 'all' : 'separators',
    mostGivens: mostGivens(coordinates.rows)
  })
  return (await fitWindows(model, plan.units, context)).units
}

async function fitWindows(
  model: LocalModel,
  plan: readonly Unit[],
  context: LocalContext
): Promise<{ units: FittedWindow[]; choices: GivenChoice[] }> {
  const choices = await chooseBandwidths(model, plan, context)
  const units: FittedWindow[] = []
  for (const unit of plan) {
    throwIfStopped(context.watch, 'scaling')
    const window = rowsOf(model, unit)
    const choice = choices.find((c) => c.givenCount === unit.givens.length)
    const bandwidth = choice ? await bandwidthOf(window, choice, context) : { target: LONELY_EPSILON, given: 1 }
    units.push({ ...unit, bandwidth, fit: await fitWindow(window, bandwidth, context) })
    context.watch?.progress?.({ stage: 'scaling', done: units.length, total: plan.length })
  }
  return { units, choices }
}

/** A unit as a window: one that is drawn from nothing has no givens. Cost of 512 rows of a kernel pass. */
async function windowOfUnit(model: LocalModel, unit: FittedUnit, { engine }: LocalContext): Promise<FittedWindow> {
  if (unit.kind === 'given') return unit
  const bandwidth = { target: unit.kernel.epsilon, given: 1 }
  return { ...unit, bandwidth, fit: await refitWindow(rowsOf(model, unit), bandwidth, { potentials: unit.potentials, engine }) }
}
