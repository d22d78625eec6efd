import { type MarginalsOptions, REFERENCES, type ReferenceName, type SnapshotColumns, type TrajectoriesJob } from '@sbridge/core'
import { listed, literal, quote, stem } from './spelling.js'

/** What a person may set for trajectories: plain data, in the address of the page, undone as one. */
export interface TrajectoriesSettings {
  /** Column of times, and of weights; the studio's guess where null, no weights where ''. */
  readonly time: string | null
  readonly weights: string | null
  /** Columns that are no coordinates; those that cannot be where null. */
  readonly exclude: readonly string[] | null
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

export const DEFAULTS: TrajectoriesSettings = {
  time: null,
  weights: null,
  exclude: null,
  x: null,
  y: null,
  reference: 'linear',
  diffusion: 'auto',
  holdOut: [],
  rows: 200,
  between: 9,
  rounds: 30,
  seed: 1
}

export const MOST_PATHS = 100_000
export const MOST_BETWEEN = 1000
export const MOST_ROUNDS = 1000

export function toAddress(settings: TrajectoriesSettings): [string, string][] {
  const parts: [string, string][] = []
  for (const key of ['time', 'weights', 'x', 'y', 'reference', 'diffusion', 'rows', 'between', 'rounds', 'seed'] as const) {
    const value = settings[key]
    if (value !== null && value !== DEFAULTS[key]) parts.push([key, String(value)])
  }
  for (const name of settings.exclude ?? []) parts.push(['without', name])
  if (settings.holdOut.length > 0) parts.push(['hold-out', settings.holdOut.join(',')])
  return parts
}

/** What an address says; parts that make no sense count as absent. */
export function fromAddress(parts: URLSearchParams): TrajectoriesSettings {
  const whole = (key: 'rows' | 'between' | 'rounds' | 'seed', least: number, most: number): number => {
    const text = parts.get(key)
    const value = Number(text)
    return text !== null && text !== '' && Number.isInteger(value) && value >= least && value <= most ? value : DEFAULTS[key]
  }
  const choice = <T extends string>(key: string, values: readonly T[], fallback: T): T =>
    values.find((one) => one === parts.get(key)) ?? fallback
  const times = (parts.get('hold-out') ?? '').split(',').filter((part) => part !== '')
  return {
    time: parts.get('time'),
    weights: parts.get('weights'),
    exclude: parts.has('without') ? parts.getAll('without') : null,
    x: parts.get('x'),
    y: parts.get('y'),
    reference: choice('reference', REFERENCES, DEFAULTS.reference),
    diffusion: choice('diffusion', ['auto', 'additive', 'proportional'] as const, DEFAULTS.diffusion),
    holdOut: [...new Set(times.map(Number).filter(Number.isFinite))].sort((a, b) => a - b),
    rows: whole('rows', 1, MOST_PATHS),
    between: whole('between', 0, MOST_BETWEEN),
    rounds: whole('rounds', 0, MOST_ROUNDS),
    seed: whole('seed', 0, Number.MAX_SAFE_INTEGER)
  }
}

/** What a fit and its paths depend on. */
export interface TrajectoriesRun {
  readonly columns: SnapshotColumns
  readonly job: TrajectoriesJob & Pick<MarginalsOptions, 'holdOut'>
}

/** The job that the settings describe: only what differs from the defaults, as a command line would. */
export function runOf(
  settings: TrajectoriesSettings,
  { time, weights, exclude }: { time: string; weights: string | null; exclude: readonly string[] }
): TrajectoriesRun {
  const { reference, diffusion, holdOut, rows, between, rounds, seed } = settings
  return {
    columns: { time, ...(weights ? { weights } : {}), ...(exclude.length > 0 ? { exclude } : {}) },
    job: {
      reference,
      ...(diffusion === DEFAULTS.diffusion ? {} : { diffusion }),
      ...(rounds === DEFAULTS.rounds ? {} : { rounds }),
      ...(holdOut.length > 0 ? { holdOut } : {}),
      rows,
      ...(between > 0 ? { between } : {}),
      seed
    }
  }
}

/** The command line that writes the very paths on the screen. */
export function commandOf(file: string, { columns, job }: TrajectoriesRun): string {
  const words = ['sbridge', 'trajectories', file, '--time', columns.time]
  if (columns.weights) words.push('--weights', columns.weights)
  if (columns.exclude) words.push('--exclude', columns.exclude.map(listed).join(','))
  words.push('--reference', String(job.reference))
  if (job.diffusion) words.push('--diffusion', job.diffusion)
  if (job.rounds !== undefined) words.push('--rounds', String(job.rounds))
  if (job.holdOut) words.push('--hold-out', job.holdOut.join(','))
  words.push('-n', String(job.rows))
  if (job.between) words.push('--between', String(job.between))
  words.push('--seed', String(job.seed), '-o', `${stem(file)}-paths.csv`)
  return words.map(quote).join(' ')
}

/** The same as a program for Node. */
export function codeOf(file: string, { columns, job }: TrajectoriesRun): string {
  return [
    "import { readTable, trajectories, writeTable } from 'sbridge'",
    '',
    `const snapshots = await readTable(${literal(file)})`,
    `const { rows } = await trajectories(snapshots, ${literal({ ...columns, ...job })})`,
    `await writeTable(${literal(`${stem(file)}-paths.csv`)}, rows)`
  ].join('\n')
}
