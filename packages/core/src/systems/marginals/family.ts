import type { Drift } from '../../bridge/drift.js'
import type { Key } from '../../num/random.js'

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
  /** The same of their logarithms, where noise is proportional to the state. */
  readonly logs?: Pick<FamilyContext, 'mean' | 'spread'> | undefined
}

/** A reference family: a drift with named, bounded parameters. */
export interface Family {
  readonly name: string
  readonly drift: Drift
  readonly parameters: readonly Parameter[]
  /** Whether parameters are weights of features, that mean nothing one by one: only the drift that they make does. */
  readonly weights?: boolean
  /** Parameters of the equation itself, where those after them are weights of a smooth remainder. */
  readonly named?: number
  /** What these parameters are the weights of, where the equation's own stay as they are. */
  readonly beside?: { readonly family: Family; readonly equation: Float64Array } | undefined
  /** Sets of starting values to try, the first at the parameters' own start. */
  readonly starts: number
  /** Undefined for what a caller wrote. */
  readonly made?: Making | undefined
}

/** How smooth a non-parametric drift is. */
export interface Smoothness {
  /** In units of the particles' spread. */
  readonly lengthScale: number
  /** Prior standard deviation of the drift, in spreads an interval; of a remainder 0 is none. */
  readonly amplitude: number
  /** Random frequencies; each gives a cosine and a sine. */
  readonly frequencyCount: number
}

/** What a built-in family is made of: plain data, of which any thread makes it again. */
export interface Making {
  /** A `ReferenceName`. */
  readonly name: string
  readonly context: FamilyContext
  readonly smooth: { readonly smoothness: Smoothness; readonly key: Key }
  /** Parameters of the equation, where a remainder's weights move beside them. */
  readonly equation?: Float64Array
  readonly steps?: { readonly knots: readonly number[]; readonly scales: readonly number[] }
}

/** A positive parameter, free over six decades about its start. */
export function positiveParameter(name: string, start: number): Parameter {
  return { name, start, lower: start * 1e-3, upper: start * 1e3, positive: true, penalty: 0 }
}

export function freeParameter(name: string, range: number, penalty = 0): Parameter {
  return { name, start: 0, lower: -range, upper: range, positive: false, penalty }
}
