import { InputError } from '../../num/errors.js'
import { type Matrix, matrix } from '../../num/matrix.js'
import type { TargetObservation } from '../../sampling/window-law.js'
import type { ColumnCode } from '../../table/encoder.js'
import { scaleValues } from '../../table/scaling.js'
import type { LocalModel } from './model.js'

/** An observed linear combination of columns, in their own units: value = Σ coefficient · column + N(0, deviation²). */
export interface LocalObservation {
  readonly coefficients: Readonly<Record<string, number>>
  readonly value: number
  /** Standard deviation of the observation's error, above 0. */
  readonly deviation: number
}

/** The same in scaled coordinates. */
interface ScaledObservation {
  readonly terms: readonly { readonly coordinate: number; readonly factor: number }[]
  readonly value: number
  readonly precision: number
}

/** What is known about a field: observations, and columns with exact values. */
export interface Knowledge {
  readonly observations: readonly ScaledObservation[]
  /** Scaled value of each coordinate that is given. */
  readonly given: ReadonlyMap<number, number>
}

/**
 * Checks and scales what is known. Throws `InputError`: unknown columns, a column given twice or not constant-compatible,
 * deviations that are not positive, observations of columns with quantile scaling (they are not linear there).
 */
export function knowledgeOf(
  model: LocalModel,
  observations: readonly LocalObservation[],
  given: Readonly<Record<string, number>>
): Knowledge {
  const known = new Map<number, number>()
  for (const [name, value] of Object.entries(given)) {
    const code = columnOf(model, name)
    checkFinite(value, `${name} = ${value}`)
    if (code.carries === 'constant') checkConstant(code, value)
    else if (code.carries === 'coordinate') known.set(code.coordinate, scaleValues(code.scaler, Float64Array.of(value))[0]!)
  }
  const scaled = observations.map((observation) => scaleObservation(model, observation)).filter(({ terms }) => terms.length > 0)
  return { observations: scaled, given: known }
}

function columnOf(model: LocalModel, name: string): ColumnCode {
  const code = model.encoder.columns.find((column) => column.name === name && column.carries !== 'identifier')
  if (code) return code
  const names = model.encoder.columns.filter((column) => column.carries !== 'identifier').map((column) => column.name)
  throw new InputError({
    code: 'column-unknown',
    got: `the column ${name}`,
    expected: `one of ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`,
    try: 'the name as it stands in the header'
  })
}

function checkFinite(value: number, got: string): void {
  if (!Number.isFinite(value)) throw new InputError({ code: 'condition-value', got, expected: 'a finite number', try: 'a number' })
}

function checkConstant(code: Extract<ColumnCode, { carries: 'constant' }>, value: number): void {
  if (value === code.value) return
  throw new InputError({
    code: 'condition-impossible',
    got: `${code.name} = ${value}`,
    expected: `${code.value}, the only value in the data`,
    try: 'leaving it out'
  })
}

function scaleObservation(model: LocalModel, { coefficients, value, deviation }: LocalObservation): ScaledObservation {
  checkFinite(value, `an observed ${value}`)
  if (!(Number.isFinite(deviation) && deviation > 0)) {
    throw new InputError({
      code: 'observation-deviation',
      got: `± ${deviation}`,
      expected: 'a number above 0',
      try: '± 0.1, or --given for exact values'
    })
  }
  let rest = value
  const terms: { coordinate: number; factor: number }[] = []
  for (const [name, coefficient] of Object.entries(coefficients)) {
    checkFinite(coefficient, `the coefficient ${coefficient} of ${name}`)
    const code = columnOf(model, name)
    if (coefficient === 0) continue
    if (code.carries === 'constant') rest -= coefficient * code.value
    if (code.carries !== 'coordinate') continue
    if (code.scaler.method !== 'standard') {
      throw new InputError({
        code: 'observation-scaling',
        got: `an observation of ${name}, which has quantile scaling`,
        expected: 'columns with standard scaling in a localised model',
        try: '--scaling standard'
      })
    }
    rest -= coefficient * code.scaler.centre
    terms.push({ coordinate: code.coordinate, factor: coefficient * code.scaler.scale })
  }
  return { terms, value: rest, precision: 1 / (deviation * deviation) }
}

/**
 * What the observations say about one coordinate when the others are as in `state` [n, d], as one Gaussian per row.
 * With `alone`, only observations of this coordinate by itself.
 */
export function observationOf(
  { observations }: Knowledge,
  coordinate: number,
  state: Matrix,
  alone: 'alone' | 'given-others'
): TargetObservation | undefined {
  const touching = observations.filter(
    ({ terms }) => terms.some((term) => term.coordinate === coordinate) && (alone === 'given-others' || terms.length === 1)
  )
  if (touching.length === 0) return undefined
  const value = new Float64Array(state.rows)
  let precision = 0
  for (const { terms, value: observed, precision: own } of touching) {
    const factor = terms.filter((term) => term.coordinate === coordinate).reduce((sum, term) => sum + term.factor, 0)
    const others = terms.filter((term) => term.coordinate !== coordinate)
    precision += own * factor * factor
    for (let i = 0; i < state.rows; i++) {
      let rest = observed
      for (const term of others) rest -= term.factor * state.data[i * state.cols + term.coordinate]!
      value[i] = value[i]! + own * factor * rest
    }
  }
  if (!(precision > 0)) return undefined
  return { value: value.map((x) => x / precision), precision: new Float64Array(state.rows).fill(precision) }
}

/** How far the observations lie from the prior draws, in prior standard deviations (errors of the observation included). */
export function surprises({ observations }: Knowledge, prior: Matrix): number[] {
  return observations.map(({ terms, value, precision }) => {
    const seen = matrix(prior.rows, 1)
    for (let i = 0; i < prior.rows; i++)
      for (const { coordinate, factor } of terms) seen.data[i] = seen.data[i]! + factor * prior.data[i * prior.cols + coordinate]!
    let mean = 0
    for (const x of seen.data) mean += x / prior.rows
    let variance = 1 / precision
    for (const x of seen.data) variance += (x - mean) ** 2 / prior.rows
    return Math.abs(value - mean) / Math.sqrt(variance)
  })
}
