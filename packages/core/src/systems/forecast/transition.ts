import type { GivenChoice } from '../../choose/window-bandwidth.js'
import { drawWindow } from '../../draw/window-chain.js'
import type { Engine } from '../../kernel/engine.js'
import type { Law } from '../../law/law.js'
import type { FittedWindow } from '../../law/units.js'
import { type FieldRows, lawOfUnit, type Unit } from '../../law/units.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { beside, type Matrix, matrix, takeColumns } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { type ColumnScale, columnScale, standardised } from '../../num/statistics.js'
import type { Context } from '../context.js'
import { fitEach, twice, unlessAuto, windowFitter } from '../windows/fit-windows.js'
import type { Pairs } from './pairs.js'
import { type Prewhitening, prewhitening, whitened } from './prewhitening.js'

interface TransitionOptions {
  /**
   * Which outputs are drawn together, and from which inputs: column numbers. Default one unit of everything.
   * Units are drawn independently of each other given the inputs.
   */
  readonly units?: readonly { readonly outputs: readonly number[]; readonly inputs: readonly number[] }[]
  /** ε of the outputs in units of their variance given the inputs, `free` for a kernel on the inputs only; `auto` by held-out score. */
  readonly outputFactor?: 'auto' | 'free' | number
  /** ε of the inputs, in squared standard deviations; `auto` by held-out score. */
  readonly inputBandwidth?: 'auto' | number
  /**
   * Gives back what smoothing takes from the mean of the outputs where it bends in the inputs. Needs `outputFactor: 'free'`.
   * Default false. Costs two passes over M² pairs, once.
   * @source Tukey 1977 (twicing).
   */
  readonly twicing?: boolean
  /** Draws what a linear regression of each unit on its inputs leaves. Default false. */
  readonly prewhiten?: boolean
}

type TransitionUnit = FittedWindow

/** A fitted transition: plain data. */
export interface TransitionModel {
  /** Standardised (outputs, inputs) [M, t + k]; outputs as twiced, where they are, or as what a line leaves of them. */
  readonly rows: FieldRows
  readonly outputCount: number
  readonly scale: ColumnScale
  readonly units: readonly TransitionUnit[]
  readonly choices: readonly GivenChoice[]
  /** Added to what is drawn. */
  readonly prewhitening?: Prewhitening
}

/** Most columns of one unit, outputs and inputs together: its covariances are kept for every row. */
export const MOST_COLUMNS = 80

/**
 * Fits the law of outputs given inputs from pairs: a Schrödinger bridge on both, conditioned on the inputs.
 *
 * @source Gottwald, Li, Marzouk, Reich, arXiv 2401.04372; mathematics, sections 7 and 10.
 * Cost O(units·M²), memory O(M·(t + k)). Throws `InputError` for fewer than 10 pairs, values that are not finite, units
 * with columns that are not there or of more than 80 columns, twicing with a kernel on the outputs.
 */
export async function fitTransition(given: Pairs, options: TransitionOptions, context: Context): Promise<TransitionModel> {
  checkPairs(given)
  checkTwicing(options)
  const plan = unitsOf(given, options)
  const line = options.prewhiten ? prewhitening(given, ownPast(plan, given.outputs.cols)) : undefined
  const pairs = { ...given, outputs: whitened(given, { by: line, sign: -1 }) }
  const { inputs, outputs } = pairs
  const together = beside(outputs, inputs)
  const scale = columnScale(together)
  const rows: FieldRows = { coordinates: standardised(together, scale), logWeights: uniformLogWeights(inputs.rows) }
  const known = { given: unlessAuto(options.inputBandwidth), targetFactor: unlessAuto(options.outputFactor) }
  const { choices, fit } = await windowFitter(rows, { plan, known }, { ...context, key: keyFor(context.key, 'transition') })
  const fitted = async (unit: Unit): Promise<TransitionUnit> => {
    const own = await fit(unit)
    return options.twicing ? { ...own, fit: await twice(rows, own, { into: rows.coordinates, context }) } : own
  }
  return {
    rows,
    outputCount: outputs.cols,
    scale,
    units: await fitEach(plan, fitted, context.watch),
    choices,
    ...defined({ prewhitening: line })
  }
}

/** Each output with what came before of it. */
const ownPast = (plan: readonly Unit[], t: number): Unit[] =>
  plan.flatMap(({ targets, givens }) =>
    Array.from(targets, (c) => ({ targets: Uint32Array.of(c), givens: givens.filter((given) => given % t === c) }))
  )

function checkTwicing({ twicing, outputFactor }: TransitionOptions): void {
  if (!twicing || outputFactor === 'free') return
  throw new InputError({
    code: 'transition-twicing',
    got: `twicing with outputFactor ${outputFactor ?? 'auto'}`,
    expected: "outputFactor 'free': with a kernel on the outputs their mean is no regression",
    try: "{ outputFactor: 'free', twicing: true }"
  })
}

function checkPairs({ inputs, outputs }: Pairs): void {
  const bad = [...inputs.data, ...outputs.data].find((x) => !Number.isFinite(x))
  if (inputs.rows === outputs.rows && inputs.rows >= 10 && inputs.cols > 0 && outputs.cols > 0 && bad === undefined) return
  throw new InputError({
    code: 'transition-pairs',
    got: bad === undefined ? `inputs [${inputs.rows}, ${inputs.cols}] and outputs [${outputs.rows}, ${outputs.cols}]` : `the value ${bad}`,
    expected: 'at least 10 pairs of finite numbers, as many inputs as outputs',
    try: 'a longer series'
  })
}

function unitsOf({ inputs, outputs }: Pairs, { units }: TransitionOptions): Unit[] {
  const all = (count: number) => Array.from({ length: count }, (_, c) => c)
  const plan = units ?? [{ outputs: all(outputs.cols), inputs: all(inputs.cols) }]
  for (const unit of plan) {
    const inside = (list: readonly number[], count: number) =>
      list.length > 0 && list.every((c) => Number.isInteger(c) && c >= 0 && c < count)
    if (!inside(unit.outputs, outputs.cols) || !inside(unit.inputs, inputs.cols)) {
      throw new InputError({
        code: 'transition-units',
        got: `a unit of outputs ${unit.outputs.join(', ')} and inputs ${unit.inputs.join(', ')}`,
        expected: `at least one of each, below ${outputs.cols} and ${inputs.cols}`,
        try: 'numbering columns from 0'
      })
    }
    checkWidth(unit.outputs.length, unit.inputs.length)
  }
  return plan.map((unit) => ({
    targets: Uint32Array.from(unit.outputs).sort(),
    givens: Uint32Array.from(unit.inputs, (c) => outputs.cols + c).sort()
  }))
}

/** Throws `InputError` (code `transition-size`) for more columns than one problem takes. */
export function checkWidth(outputs: number, inputs: number): void {
  if (outputs + inputs <= MOST_COLUMNS) return
  throw new InputError({
    code: 'transition-size',
    got: `${outputs} columns to draw from ${inputs}`,
    expected: `at most ${MOST_COLUMNS} together in one problem`,
    try: '--local window:2, ring:2 or auto'
  })
}

/** A fitted transition ready to be stepped, e.g. inside an integrator of your own. */
export class Transition {
  readonly inputCount: number
  readonly outputCount: number
  private readonly laws: readonly { readonly unit: TransitionUnit; readonly law: Law }[]

  constructor(
    readonly model: TransitionModel,
    private readonly engine: Engine
  ) {
    this.outputCount = model.outputCount
    this.inputCount = model.rows.coordinates.cols - model.outputCount
    this.laws = model.units.map((unit) => ({ unit, law: lawOfUnit(model.rows, unit) }))
  }

  /**
   * Draws outputs [n, t] for n inputs [n, k], in the units of the training pairs. The same key draws the same numbers: hand
   * in a new one for every step, e.g. keyAtStep(key, step). Cost O(units·n·M·(t + k)²), a few inner steps of it where a
   * kernel on the outputs is used. Throws `InputError` for inputs of another width or that are not finite.
   */
  async step(inputs: Matrix, key: Key): Promise<Matrix> {
    if (inputs.cols !== this.inputCount) {
      throw new InputError({
        code: 'transition-inputs',
        got: `inputs of ${inputs.cols} columns`,
        expected: `${this.inputCount} columns`,
        try: 'the columns that the transition was fitted on, newest state first'
      })
    }
    const { scale } = this.model
    const scaled = standardised(inputs, scale, this.outputCount)
    const out = matrix(inputs.rows, this.outputCount)
    for (const [u, { unit, law }] of this.laws.entries()) {
      const givens = takeColumns(
        scaled,
        unit.givens.map((c) => c - this.outputCount)
      )
      const { targets } = await drawWindow(law, givens, { engine: this.engine, key: keyFor(key, `unit ${u}`) })
      for (let i = 0; i < out.rows; i++) {
        for (let k = 0; k < unit.targets.length; k++) {
          const c = unit.targets[k]!
          out.data[i * out.cols + c] = scale.centre[c]! + scale.scale[c]! * targets.data[i * targets.cols + k]!
        }
      }
    }
    return whitened({ inputs, outputs: out }, { by: this.model.prewhitening, sign: 1 })
  }
}

/** What a transition was learned from, in the units of the pairs: the first columns of (outputs, inputs). */
export function unstandardised({ rows: { coordinates }, scale, outputCount, prewhitening }: TransitionModel, columns: number): Matrix {
  const all = coordinates.data.map((z, at) => scale.centre[at % coordinates.cols]! + scale.scale[at % coordinates.cols]! * z)
  const pairs = matrix(coordinates.rows, coordinates.cols, all)
  const [left, inputs] = [takeColumns(pairs, range(0, outputCount)), takeColumns(pairs, range(outputCount, pairs.cols))]
  const whole = beside(whitened({ inputs, outputs: left }, { by: prewhitening, sign: 1 }), inputs)
  return takeColumns(whole, range(0, columns))
}

const range = (from: number, to: number): Uint32Array => Uint32Array.from({ length: to - from }, (_, c) => from + c)
