import type { Field } from '@sbridge/core/internal'
import { embedFields } from '@sbridge/core/internal'
import type { DiffusionMapShape, Look } from '../work/diffusion-map-messages.js'
import { byVerb } from './elsewhere.js'
import type { RowsSettings } from './rows-settings.js'
import { BESIDES, bounded, fieldIn, found, name, numeric, optionsOf, type Sheet, TYPES, WITHOUT } from './sheet.js'

/** What a person may set for a diffusion map; axes and colour are the studio's choice where null. */
export interface DiffusionMapSettings extends RowsSettings, Readonly<Record<keyof Look, string | null>> {
  /** Found by themselves where null. */
  readonly dimension: number | null
  readonly bandwidth: number | null
  readonly alpha: number
}

export const FIELDS = {
  dimension: bounded('dimension', 50, 'auto', 'Coordinates of the map.', 'coordinates'),
  bandwidth: fieldIn(embedFields, 'bandwidth'),
  alpha: fieldIn(embedFields, 'alpha')
} satisfies Record<string, Field>

export const SHEET: Sheet<DiffusionMapSettings> = {
  ...BESIDES,
  types: TYPES,
  exclude: WITHOUT,
  dimension: found(FIELDS.dimension),
  bandwidth: { ...found(FIELDS.bandwidth), word: 'epsilon' },
  alpha: numeric(FIELDS.alpha, Number(FIELDS.alpha.default)),
  x: name,
  y: name,
  right: name,
  up: name,
  colour: name
}

/** The job that the settings describe: only what differs from the defaults, as a command line would. */
export function runOf(settings: DiffusionMapSettings): DiffusionMapShape['run'] {
  return { fit: { ...settings.fit, ...optionsOf(SHEET, settings, 'types', 'exclude', 'dimension', 'bandwidth', 'alpha') }, draw: {} }
}

/** How to get the very coordinates on the screen elsewhere. */
export const { commandOf, codeOf } = byVerb('embed', '-coordinates')
