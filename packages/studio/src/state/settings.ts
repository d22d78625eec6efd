import type { Field, FitJob } from '@sbridge/core/internal'
import { defined, drawFields, fitFields, parseGiven, whole, writeGiven } from '@sbridge/core/internal'
import { commandFor, literal, programFor, runFields } from 'sbridge/internal'
import { isKnown, usualSteps } from '../work/draws.js'
import type { Draws, SampleShape } from '../work/messages.js'
import { outputOf } from './elsewhere.js'
import {
  BESIDES,
  type Besides,
  bounded,
  chosen,
  columnName,
  fieldIn,
  found,
  name,
  numeric,
  optionsOf,
  type Sheet,
  TYPES,
  type Types,
  texts,
  WITHOUT
} from './sheet.js'

/** Everything a person may set for new rows. */
export interface Settings extends Required<Pick<Draws, 'given' | 'observe'>>, Besides {
  readonly types: Types
  readonly exclude: readonly string[]
  /** Columns of the scatter; the studio's choice where null. */
  readonly x: string | null
  readonly y: string | null
  /** As many as the data where null. */
  readonly rows: number | null
  readonly seed: number
  readonly bandwidth: number | null
  readonly kernel: NonNullable<FitJob['kernel']>
  readonly scaling: 'auto' | 'standard' | 'quantile'
  readonly noise: NonNullable<Draws['noise']>
  /** As many as the command line takes where null: `usualSteps`. */
  readonly steps: number | null
  readonly start: NonNullable<Draws['start']>
  /** Name of a table with one condition a row. */
  readonly givenFile: string | null
}

export const FIELDS = {
  rows: bounded('rows', 1_000_000, 'as many as the table has', 'Rows that are drawn.'),
  seed: fieldIn(runFields, 'seed'),
  bandwidth: fieldIn(fitFields, 'bandwidth'),
  kernel: fieldIn(fitFields, 'kernel'),
  scaling: fieldIn(fitFields, 'scaling'),
  noise: fieldIn(drawFields, 'noise'),
  steps: { ...fieldIn(drawFields, 'steps'), ...whole(1, 1000) },
  start: fieldIn(drawFields, 'start')
} satisfies Record<string, Field>

export const SHEET: Sheet<Settings> = {
  types: TYPES,
  exclude: WITHOUT,
  x: columnName,
  y: columnName,
  rows: found(FIELDS.rows),
  seed: numeric(FIELDS.seed, 1),
  bandwidth: { ...found(FIELDS.bandwidth), word: 'epsilon' },
  kernel: chosen(FIELDS.kernel),
  scaling: chosen(FIELDS.scaling),
  noise: chosen(FIELDS.noise),
  steps: found(FIELDS.steps),
  start: chosen(FIELDS.start),
  given: {
    usual: {},
    write: (given) => Object.entries(given).map(([column, value]) => writeGiven({ [column]: value })),
    // With those before it: a column has one value.
    read: (texts, attempt) =>
      texts.reduce<Settings['given']>(
        (given, text) => attempt(() => parseGiven([given, parseGiven(text)].map(writeGiven).filter(Boolean).join())) ?? given,
        {}
      )
  },
  observe: texts,
  givenFile: { ...name, word: 'given-file' },
  ...BESIDES
}

/** Rows of a draw that asks for no number: as many as the data, and of a list of conditions one each. */
export const usualRows = ({ givenFile }: Pick<Settings, 'givenFile'>, dataRows: number): number => (givenFile === null ? dataRows : 1)

/** The run that the settings describe: only what differs from the defaults, as a command line would. */
export function runOf(settings: Settings, dataRows: number): SampleShape['run'] {
  const { seed, rows, steps } = settings
  return {
    fit: { ...settings.fit, ...optionsOf(SHEET, settings, 'types', 'exclude', 'bandwidth', 'kernel', 'scaling'), seed },
    draw: {
      ...settings.draw,
      // Groups are as many as are asked for, with all their rows.
      ...(rows === null && 'groups' in settings.draw ? {} : { rows: rows ?? usualRows(settings, dataRows) }),
      seed,
      // Under conditions the noise is that of the covariance, and chains start at rows that fit.
      ...(isKnown(settings) ? {} : optionsOf(SHEET, settings, 'noise', 'start')),
      ...(steps === null || steps === usualSteps(settings) ? {} : { steps }),
      ...optionsOf(SHEET, settings, 'given', 'observe', 'givenFile')
    }
  }
}

/** The command line that writes the very rows on the screen. */
export function commandOf(file: string, { fit, draw: { rows, seed, ...draw } }: SampleShape['run']): string {
  return commandFor('sample', file, { ...defined({ rows }), output: outputOf(file, '-new'), seed, ...fit, ...draw })
}

/** The same as a program for Node. */
export function codeOf(file: string, { fit, draw }: SampleShape['run']): string {
  return programFor(['fit', 'sample'], { file, output: outputOf(file, '-new') }, [
    `const model = await fit(table, ${literal(fit)})`,
    `const rows = await sample(model, ${literal(draw)})`
  ])
}
