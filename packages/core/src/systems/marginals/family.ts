import type { Drift } from '../../bridge/drift.js'
import type { Key } from '../../num/random.js'
import type { ReferenceName } from './options.js'
import type { Smoothness } from './smooth-field.js'
import type { Varying } from './varying-family.js'

/** One parameter of a reference family. */
export interface Parameter {
  readonly name: string
  /** Where a fit starts. */
  readonly start: number
  readonly lower: number
  readonly upper: number
  /** Estimated on a logarithmic scale (and then lower > 0). */
  readonly positive: boolean
  /** Precision of a Gaussian prior about zero; 0 for none. */
  readonly penalty: number
}

/** What is known about the data before a fit, in original coordinates. */
export interface FamilyContext {
  readonly dimension: number
  readonly columnNames: readonly string[]
  /** Median length of the intervals. */
  readonly interval: number
  /** Mean and standard deviation of all training particles [d]. */
  readonly mean: Float64Array
  readonly spread: Float64Array
}

/** A reference family: a drift with named, bounded parameters. */
export interface Family {
  readonly name: string
  readonly drift: Drift
  readonly parameters: readonly Parameter[]
  /** Whether parameters are weights of features, that mean nothing one by one: only the drift that they make does. */
  readonly weights?: boolean
  /** Sets of starting values to try, the first at the parameters' own start. */
  readonly starts: number
  /** Undefined for what a caller wrote. */
  readonly made?: Making | undefined
}

/** What a built-in family is made of: plain data, of which any thread makes it again. */
export interface Making {
  readonly name: ReferenceName
  readonly context: FamilyContext
  readonly smooth: { readonly smoothness: Smoothness; readonly key: Key }
  readonly steps?: Pick<Varying, 'knots' | 'scales'>
}

/** A positive parameter, free over six decades about its start. */
export function positiveParameter(name: string, start: number): Parameter {
  return { name, start, lower: start * 1e-3, upper: start * 1e3, positive: true, penalty: 0 }
}

export function freeParameter(name: string, range: number, penalty = 0): Parameter {
  return { name, start: 0, lower: -range, upper: range, positive: false, penalty }
}
