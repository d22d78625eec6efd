import { bridgeDrawFields, bridgeFields, choice, type Field, parseField } from '@sbridge/core/internal'
import { commandFor, literal, programFor, runFields } from 'sbridge/internal'
import type { BridgeShape } from '../work/bridge-messages.js'
import { outputOf } from './elsewhere.js'
import type { Source } from './page.js'
import {
  BESIDES,
  type Besides,
  bounded,
  chosen,
  columnName,
  fieldIn,
  found,
  numeric,
  optionsOf,
  type Sheet,
  timesIn,
  WITHOUT
} from './sheet.js'

/** What a person may set for a bridge between two tables. */
export interface BridgeSettings extends Besides {
  /** The second table. */
  readonly to: Source | null
  /** Columns that the bridge is not told. */
  readonly exclude: readonly string[]
  /** At each time; as many as the first table has where null. */
  readonly rows: number | null
  readonly at: readonly number[]
  readonly as: 'debiased' | 'barycentric' | 'drawn'
  readonly bandwidth: number | null
  readonly seed: number
  readonly x: string | null
  readonly y: string | null
}

export const FIELDS = {
  rows: bounded('rows', 100_000, 'as many as the first table has', 'Rows that are drawn at each time on the way.', 'rows at each time'),
  at: fieldIn(bridgeDrawFields, 'at'),
  as: fieldIn(bridgeDrawFields, 'as'),
  bandwidth: fieldIn(bridgeFields, 'bandwidth'),
  seed: fieldIn(runFields, 'seed')
} satisfies Record<string, Field>

/** The first word of the second table in an address. */
const KIND: Field = { name: 'to', ...choice('file', 'example'), default: 'none', sentence: '' }

/** Half way is where one looks; the times beside it show the way. */
const TIMES = [0.25, 0.5, 0.75]

export const SHEET: Sheet<BridgeSettings> = {
  ...BESIDES,
  to: {
    usual: null,
    write: (table) => [`${table!.kind} ${table!.name}`],
    read([text]) {
      const [kind, ...rest] = text!.split(' ')
      return { kind: parseField(KIND, kind!) as Source['kind'], name: rest.join(' ') }
    }
  },
  exclude: WITHOUT,
  rows: found(FIELDS.rows),
  at: {
    usual: TIMES,
    write: (times) => [times.join(',')],
    read: (texts) => timesIn(FIELDS.at, texts)
  },
  as: chosen(FIELDS.as),
  bandwidth: { ...found(FIELDS.bandwidth), word: 'epsilon' },
  seed: numeric(FIELDS.seed, 1),
  x: columnName,
  y: columnName
}

/** The run that the settings describe: only what differs from the defaults, as a command line would. */
export function runOf(settings: BridgeSettings): BridgeShape['run'] {
  const { to, at, seed } = settings
  return {
    fit: { to: to?.name ?? '', ...settings.fit, ...optionsOf(SHEET, settings, 'exclude', 'bandwidth'), seed },
    draw: { ...settings.draw, ...optionsOf(SHEET, settings, 'rows'), at, seed },
    as: optionsOf(SHEET, settings, 'as')
  }
}

/** What the second file is called where the first has its name: on a command line both lie in one folder. */
export function secondName(file: string, to: string): string {
  return to === file ? file.replace(/(\.[^.]+)?$/, ' (second)$1') : to
}

/** How to get the very rows between both tables elsewhere. */
export function commandOf(file: string, { fit: { to, ...fit }, draw }: BridgeShape['run']): string {
  return commandFor('bridge', [file, secondName(file, to)], { ...fit, ...draw, output: outputOf(file, '-between') })
}

/** The rows of the first table where they go. */
export function mappedCommandOf(file: string, { fit: { to, ...fit }, as }: BridgeShape['run']): string {
  return commandFor('bridge', [file, secondName(file, to)], { ...fit, map: file, ...as, output: outputOf(file, '-mapped') })
}

export function codeOf(file: string, { fit: { to, ...fit }, draw }: BridgeShape['run']): string {
  const options = literal({ system: 'bridge', ...fit }).replace('{', '{ to,')
  return programFor(['draw', 'fit'], { file, output: outputOf(file, '-between') }, [
    `const to = await readTable(${literal(secondName(file, to))})`,
    `const model = await fit(table, ${options})`,
    `const rows = await draw(model, ${literal(draw)})`
  ])
}
