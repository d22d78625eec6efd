import type { Axes } from './messages.js'

/** Dots at pairs of places between 0 and 1, y upwards. */
export interface Dots extends Axes {
  readonly places: Float32Array
}

/** What the colour of a dot says. */
export interface Shades {
  readonly name: string
  /** Between 0 and 1 along a scale, or the number of a level; NaN where missing. */
  readonly values: Float32Array
  /** Names of the levels, or null for a scale from `low` to `high`. */
  readonly levels: readonly string[] | null
  readonly low: string
  readonly high: string
}

/** Rows as coloured dots on two of their columns, and on two of what was found of them. */
export interface ShadedPicture {
  readonly data: Dots
  readonly map?: Dots | null
  readonly shades: Shades
  /** Rows of the dots, from 0: all of them, or evenly some. */
  readonly rows: Uint32Array
}
