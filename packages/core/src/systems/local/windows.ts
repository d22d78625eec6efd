import type { GivenChoice } from '../../choose/window-bandwidth.js'
import type { FittedWindow } from '../../law/units.js'
import { type FieldRows, rowsOf } from '../../law/units.js'
import { fitWindow } from '../../law/window.js'
import { later } from '../../num/later.js'
import { keyFor } from '../../num/random.js'
import { mostGivens } from '../../space/forward-selection.js'
import type { Context } from '../context.js'
import { fitWindows } from '../windows/fit-windows.js'
import type { FittedUnit, LocalModel } from './model.js'
import { planUnits, twoSidedUnits } from './units.js'

/** What rows are drawn with where something is known of them. */
export interface KnownWindows {
  /** Every coordinate given those drawn before: what the first pass draws. */
  readonly pass: readonly FittedWindow[]
  /** Rows of the pass; those of the sweeps are the model's coordinates as they are. */
  readonly passRows: FieldRows
  /** Every coordinate given all its neighbours: what sweeps draw. Fitted when it is asked for first, at the cost of a fit. */
  readonly twoSided: () => Promise<TwoSided>
}

interface TwoSided {
  readonly units: readonly FittedWindow[]
  readonly choices: readonly GivenChoice[]
}

/** Those of a model. Cost that of a fit where it draws several coordinates at once. */
export async function knownWindows(model: LocalModel, context: Context): Promise<KnownWindows> {
  const { graph, coordinates: points } = model
  const plan = () => twoSidedUnits({ graph, points, mostGivens: mostGivens(points.rows) })
  return {
    ...(await passWindows(model, { ...context, key: keyFor(context.key, 'fit pass') })),
    twoSided: later(() => fitWindows(plainRows(model), plan().units, { ...context, key: keyFor(context.key, 'fit') }))
  }
}

/** The coordinates of a model, drawn as they are. */
export const plainRows = ({ coordinates, logWeights }: LocalModel): FieldRows => ({ coordinates, logWeights })

/** Windows of an ordered pass, one coordinate each: the model's own, or, where it draws several at once, such as it would have. */
async function passWindows(model: LocalModel, context: Context): Promise<Omit<KnownWindows, 'twoSided'>> {
  const { parts, graph, coordinates, summary } = model
  if (parts.sweep === 'ordered' && parts.units.every(({ targets }) => targets.length === 1)) {
    const own: FittedWindow[] = []
    for (const unit of parts.units) own.push(await windowOfUnit(model, unit, context))
    return { pass: own, passRows: model }
  }
  const learned = summary.local.kind === 'auto'
  const plan = planUnits({
    graph,
    points: coordinates,
    alongLine: !learned && summary.local.kind !== 'graph',
    fill: learned ? 'all' : 'separators',
    mostGivens: mostGivens(coordinates.rows)
  })
  const passRows = plainRows(model)
  return { pass: (await fitWindows(passRows, plan.units, context)).units, passRows }
}

/** A unit as a window: one that is drawn from nothing has no givens. Cost of 512 rows of a kernel pass. */
async function windowOfUnit(model: LocalModel, unit: FittedUnit, { engine }: Context): Promise<FittedWindow> {
  if (unit.kind === 'given') return unit
  const bandwidth = { target: unit.kernel.epsilon, given: 1 }
  return { ...unit, bandwidth, fit: await fitWindow(rowsOf(model, unit), bandwidth, { potentials: unit.potentials, engine }) }
}
