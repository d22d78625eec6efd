import type { Field } from '@sbridge/core/internal'
import {
  ALL_REFERENCES,
  marginalsFields,
  pathFields,
  type ReferenceName,
  type SnapshotColumns,
  snapshotFields
} from '@sbridge/core/internal'
import { runFields } from 'sbridge/internal'
import type { Roles, TrajectoriesShape } from '../work/trajectories-messages.js'
import { byVerb } from './elsewhere.js'
import { BESIDES, type Besides, bounded, chosen, columnName, fieldIn, numeric, optionsOf, type Sheet, timesIn, WITHOUT } from './sheet.js'

/** What a person may set for trajectories. */
export interface TrajectoriesSettings extends Roles, Besides {
  readonly x: string | null
  readonly y: string | null
  readonly reference: ReferenceName
  readonly diffusion: 'auto' | 'additive' | 'proportional'
  readonly holdOut: readonly number[]
  readonly rows: number
  readonly between: number
  readonly rounds: number
  readonly seed: number
}

/** The page writes times as numbers. */
const HELD_OUT: Field = { ...fieldIn(snapshotFields, 'holdOut'), kind: 'numbers' }

const reference = fieldIn(marginalsFields, 'reference')

export const FIELDS = {
  // A page has no modules of the person's own.
  reference: { ...reference, kind: 'choice', choices: ALL_REFERENCES },
  rows: bounded('rows', 100_000, '200', 'Paths that are drawn.', 'paths'),
  between: fieldIn(pathFields, 'between'),
  rounds: fieldIn(marginalsFields, 'rounds'),
  diffusion: fieldIn(marginalsFields, 'diffusion'),
  seed: fieldIn(runFields, 'seed')
} satisfies Record<string, Field>

export const SHEET: Sheet<TrajectoriesSettings> = {
  ...BESIDES,
  time: columnName,
  weights: columnName,
  growth: { ...columnName, columns: (value) => (value === null || value === 'estimate' ? [] : [value]) },
  fates: columnName,
  x: columnName,
  y: columnName,
  reference: chosen(FIELDS.reference),
  diffusion: chosen(FIELDS.diffusion),
  rows: numeric(FIELDS.rows, 200),
  between: numeric(FIELDS.between, 9),
  rounds: numeric(FIELDS.rounds, Number(FIELDS.rounds.default)),
  seed: numeric(FIELDS.seed, 1),
  exclude: { ...WITHOUT, usual: null, write: (columns) => columns!, columns: (columns) => columns ?? [] },
  holdOut: {
    usual: [],
    word: 'hold-out',
    write: (times) => [times.join(',')],
    read: (texts) => timesIn(HELD_OUT, texts)
  }
}

/** The run that the settings describe: only what differs from the defaults, as a command line would. */
export function runOf(settings: TrajectoriesSettings, columns: SnapshotColumns): TrajectoriesShape['run'] {
  const { reference, rows, between, seed } = settings
  return {
    fit: { ...settings.fit, ...columns, reference, ...optionsOf(SHEET, settings, 'diffusion', 'rounds', 'holdOut'), seed },
    draw: { ...settings.draw, rows, ...(between > 0 ? { between } : {}), seed }
  }
}

/** How to get the very paths on the screen elsewhere. */
export const { commandOf, codeOf } = byVerb('trajectories', '-paths')
