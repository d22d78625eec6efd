import type { Field } from '@sbridge/core/internal'
import { ALL_REFERENCES, marginalsFields, pathFields, type ReferenceName, type SnapshotColumns } from '@sbridge/core/internal'
import { runFields } from 'sbridge/internal'
import type { Roles, TrajectoriesShape } from '../work/trajectories-messages.js'
import { byVerb } from './elsewhere.js'
import { chosen, fieldIn, name, names, numeric, optionsOf, type Sheet, whole } from './sheet.js'

/** What a person may set for trajectories. */
export interface TrajectoriesSettings extends Roles {
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

const reference = fieldIn(marginalsFields, 'reference')

export const FIELDS = {
  // A page has no modules of the person's own.
  reference: { ...reference, kind: 'choice', choices: ALL_REFERENCES },
  rows: whole('rows', 1, 100_000, 'Paths that are drawn.'),
  between: fieldIn(pathFields, 'between'),
  rounds: fieldIn(marginalsFields, 'rounds'),
  diffusion: fieldIn(marginalsFields, 'diffusion'),
  seed: fieldIn(runFields, 'seed')
} satisfies Record<string, Field>

export const SHEET: Sheet<TrajectoriesSettings> = {
  time: name,
  weights: name,
  growth: name,
  fates: name,
  x: name,
  y: name,
  reference: chosen(FIELDS.reference),
  diffusion: chosen(FIELDS.diffusion),
  rows: numeric(FIELDS.rows, 200),
  between: numeric(FIELDS.between, 9),
  rounds: numeric(FIELDS.rounds, Number(FIELDS.rounds.default)),
  seed: numeric(FIELDS.seed, 1),
  exclude: { ...names('without'), usual: null, write: (columns) => columns! },
  holdOut: {
    usual: [],
    word: 'hold-out',
    write: (times) => [times.join(',')],
    read: ([text]) => [...new Set(text!.split(',').filter(Boolean).map(Number).filter(Number.isFinite))].sort((a, b) => a - b)
  }
}

/** The run that the settings describe: only what differs from the defaults, as a command line would. */
export function runOf(settings: TrajectoriesSettings, columns: SnapshotColumns): TrajectoriesShape['run'] {
  const { reference, rows, between, seed } = settings
  return {
    fit: { ...columns, reference, ...optionsOf(SHEET, settings, 'diffusion', 'rounds', 'holdOut'), seed },
    draw: { rows, ...(between > 0 ? { between } : {}), seed }
  }
}

/** How to get the very paths on the screen elsewhere. */
export const { commandOf, codeOf } = byVerb('trajectories', '-paths')
