import { type Field, fillFields, imputationFields } from '@sbridge/core/internal'
import { runFields } from 'sbridge/internal'
import type { GapsShape, RowsLook, ScoresShape } from '../work/rows-messages.js'
import { byVerb } from './elsewhere.js'
import { chosen, fieldIn, found, name, names, numeric, optionsOf, type Sheet } from './sheet.js'

/** What a person may set of an activity on rows; axes and colour are the studio's choice where null. */
export interface RowsSettings extends Readonly<Record<keyof RowsLook, string | null>> {
  /** Columns that are left as they are, and tell nothing. */
  readonly exclude: readonly string[]
  readonly seed: number
}

export interface GapsSettings extends RowsSettings {
  readonly as: 'draw' | 'mean' | 'median'
  /** One fill where null. */
  readonly draws: number | null
  /** Found by itself where null. */
  readonly bandwidth: number | null
}

export type ScoresSettings = RowsSettings

export const FIELDS = {
  seed: fieldIn(runFields, 'seed'),
  as: fieldIn(fillFields, 'as'),
  draws: fieldIn(fillFields, 'draws'),
  bandwidth: fieldIn(imputationFields, 'bandwidth')
} satisfies Record<string, Field>

export const SCORES: Sheet<ScoresSettings> = {
  exclude: names('without'),
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
  const { seed } = settings
  return {
    fit: { ...optionsOf(GAPS, settings, 'exclude', 'bandwidth'), seed },
    draw: { ...optionsOf(GAPS, settings, 'as', 'draws'), seed }
  }
}

export function scoresRun(settings: ScoresSettings): ScoresShape['run'] {
  const { seed } = settings
  return { fit: { ...optionsOf(SCORES, settings, 'exclude'), seed }, draw: { seed } }
}

/** How to get the very rows on the screen elsewhere. */
export const gapsElsewhere = byVerb('impute', '-filled')
export const scoresElsewhere = byVerb('score', '-scored', 'table, table')
