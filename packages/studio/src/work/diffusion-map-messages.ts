import type { EmbeddingSummary, EmbedJob } from '@sbridge/core/internal'
import type { RowsLook, RowsShape } from './rows-messages.js'
import type { Dots, ShadedPicture } from './shaded-messages.js'

export interface MapPicture extends ShadedPicture {
  readonly map: Dots | null
}

/** What is looked at: a column by name, a coordinate as coordinate_1 …, the part of the data as `PART`. */
export interface Look extends RowsLook {
  readonly x: string
  readonly y: string
}

/** The name under which the colour tells the parts of disconnected data apart. */
export const PART = 'part of the data'

export interface DiffusionMapShape extends RowsShape {
  readonly look: Look
  readonly picture: MapPicture
  readonly run: { readonly fit: EmbedJob; readonly draw: object }
  readonly result: EmbeddingSummary & RowsShape['result']
}
