import { bandwidthOf, chooseBandwidths, type GivenChoice, type WindowChoice } from '../../choose/window-bandwidth.js'
import { twicedTargets } from '../../law/twicing.js'
import type { FittedWindow } from '../../law/units.js'
import { type FieldRows, rowsOf, type Unit } from '../../law/units.js'
import { fitWindow, type WindowBandwidth, type WindowFit, type WindowRows } from '../../law/window.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { type Matrix, putColumns } from '../../num/matrix.js'
import type { Context } from '../context.js'

/** ε of a coordinate without neighbours, relative to its variance. */
const LONELY: WindowBandwidth = { target: 0.05, given: 1 }

/** What of the bandwidths of windows is known; the rest is chosen by held-out score. */
interface KnownBandwidths {
  /** ε of what is given. */
  readonly given?: number | undefined
  /** ε of what is drawn; or that in units of its variance given the rest. */
  readonly target?: number | undefined
  readonly targetFactor?: WindowChoice['targetFactor'] | undefined
}

/** An option as a bandwidth that is known. */
export const unlessAuto = <T>(option: T | 'auto' | undefined): T | undefined => (option === 'auto' ? undefined : option)

interface WindowFitter {
  readonly choices: readonly GivenChoice[]
  fit(unit: Unit): Promise<FittedWindow>
}

/** Chooses what is not known of the bandwidths, for all units with as many givens; fits one unit after the other. Cost a unit O(M²). */
export async function windowFitter(
  rows: FieldRows,
  { plan, known = {} }: { readonly plan: readonly Unit[]; readonly known?: KnownBandwidths },
  context: Context
): Promise<WindowFitter> {
  const { given, target, targetFactor } = known
  const isKnown = given !== undefined && (target !== undefined || targetFactor !== undefined)
  const choices = isKnown ? [] : await chooseBandwidths(rows, plan, context)
  const bandwidth = async (window: WindowRows, { givens }: Unit): Promise<WindowBandwidth> => {
    const choice = choices.find(({ givenCount }) => givenCount === givens.length)
    if (!choice && !isKnown) return LONELY
    const own = given ?? choice!.given
    if (target !== undefined) return { target, given: own }
    return bandwidthOf(window, { given: own, targetFactor: targetFactor ?? choice!.targetFactor }, context)
  }
  const fit = async (unit: Unit): Promise<FittedWindow> => {
    const window = rowsOf(rows, unit)
    const chosen = await bandwidth(window, unit)
    return { ...unit, bandwidth: chosen, fit: await fitWindow(window, chosen, context) }
  }
  return { choices, fit }
}

/** Writes the twiced targets of a unit with free ones to their columns of `into` [M, d]; the fit that goes with them. */
export async function twice(
  rows: FieldRows,
  unit: FittedWindow,
  { into, context }: { readonly into: Matrix; readonly context: Context }
): Promise<WindowFit> {
  const window = rowsOf(rows, unit)
  const targets = await twicedTargets(window, unit, context)
  putColumns(into, unit.targets, targets)
  return fitWindow({ ...window, targets }, unit.bandwidth, { potentials: unit.fit.potentials, engine: context.engine })
}

/** Fits units of a plan in turn; each is told of as it is done. */
export async function fitEach<T, Fitted>(
  plan: readonly T[],
  fit: (unit: T) => Promise<Fitted>,
  watch: Watch | undefined
): Promise<Fitted[]> {
  const fitted: Fitted[] = []
  for (const unit of plan) {
    throwIfStopped(watch, 'scaling')
    fitted.push(await fit(unit))
    watch?.progress?.({ stage: 'scaling', done: fitted.length, total: plan.length })
  }
  return fitted
}

/** Fits units at bandwidths chosen for all with as many givens. Cost O(units·M²). */
export async function fitWindows(
  rows: FieldRows,
  plan: readonly Unit[],
  context: Context
): Promise<{ units: FittedWindow[]; choices: readonly GivenChoice[] }> {
  const { choices, fit } = await windowFitter(rows, { plan }, context)
  return { units: await fitEach(plan, fit, context.watch), choices }
}
