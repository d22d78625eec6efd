import type { EmbeddingSummary, EmbedJob } from '@sbridge/core/internal'
import type { Axes, ShownTopic, TableFacts } from './messages.js'
import type { SystemShape } from './protocol.js'

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

export interface MapPicture {
  readonly data: Dots
  readonly map: Dots | null
  readonly shades: Shades
  /** Rows of the dots, from 0: all of them, or evenly some. */
  readonly rows: Uint32Array
}

/** What is looked at: a column by name, a coordinate as coordinate_1 …, the part of the data as `PART`. */
export interface Look {
  readonly x: string
  readonly y: string
  readonly right: string
  readonly up: string
  readonly colour: string
}

/** The name under which the colour tells the parts of disconnected data apart. */
export const PART = 'part of the data'

export interface DiffusionMapShape extends SystemShape {
  readonly choice: null
  readonly facts: TableFacts
  readonly look: Look
  readonly picture: MapPicture
  readonly run: { readonly fit: EmbedJob; readonly draw: object }
  readonly result: EmbeddingSummary & { readonly topics: readonly ShownTopic[] }
}
