import { type Field, fillFields, imputationFields } from '@sbridge/core/internal'
import { runFields } from 'sbridge/internal'
import type { GapsShape, RowsLook, ScoresShape } from '../work/rows-messages.js'
import { byVerb } from './elsewhere.js'
import { BESIDES, type Besides, chosen, fieldIn, found, name, numeric, optionsOf, type Sheet, TYPES, type Types, WITHOUT } from './sheet.js'

/** What a person may set of an activity on rows; axes and colour are the studio's choice where null. */
export interface RowsSettings extends Besides, Readonly<Record<keyof RowsLook, string | null>> {
  readonly types: Types
  /** Columns that are left as they are, and tell nothing. */
  readonly exclude: readonly string[]
}

export interface ScoresSettings extends RowsSettings {
  readonly seed: number
}

export interface GapsSettings extends ScoresSettings {
  readonly as: 'draw' | 'mean' | 'median'
  /** One fill where null. */
  readonly draws: number | null
  /** Found by itself where null. */
  readonly bandwidth: number | null
}

export const FIELDS = {
  seed: fieldIn(runFields, 'seed'),
  as: fieldIn(fillFields, 'as'),
  draws: fieldIn(fillFields, 'draws'),
  bandwidth: fieldIn(imputationFields, 'bandwidth')
} satisfies Record<string, Field>

export const SCORES: Sheet<ScoresSettings> = {
  ...BESIDES,
  types: TYPES,
  exclude: WITHOUT,
  seed: numeric(FIELDS.seed, 1),
  right: name,
  up: name,
  colour: name
}

export const GAPS: Sheet<GapsSettings> = {
  ...SCORES,
  as: chosen(FIELDS.as),
  draws: found(FIELDS.draws),
  bandwidth: { ...found(FIELDS.bandwidth), word: 'epsilon' }
}

/** The jobs that settings describe: only what differs from the defaults, as a command line would. */
export function gapsRun(settings: GapsSettings): GapsShape['run'] {
  return {
    fit: { ...settings.fit, ...optionsOf(GAPS, settings, 'types', 'exclude', 'bandwidth'), seed: settings.seed },
    draw: { ...settings.draw, ...optionsOf(GAPS, settings, 'as', 'draws'), seed: settings.seed }
  }
}

export function scoresRun(settings: ScoresSettings): ScoresShape['run'] {
  return {
    fit: { ...settings.fit, ...optionsOf(SCORES, settings, 'types', 'exclude'), seed: settings.seed },
    draw: { ...settings.draw, seed: settings.seed }
  }
}

/** How to get the very rows on the screen elsewhere. */
export const gapsElsewhere = byVerb('impute', '-filled')
export const scoresElsewhere = byVerb('score', '-scored', 'table, table')
