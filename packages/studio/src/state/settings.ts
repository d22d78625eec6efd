import { type ColumnKind, type FitJob, type SampleJob, SbridgeError, USUAL_STEPS } from '@sbridge/core'
import { parseGiven, writeGiven } from 'sbridge/internal'
import { type Source, sourceIn } from './page.js'

/** Everything a person may set: plain data, in the address of the page, undone as one. */
export interface Settings {
  readonly types: Readonly<Record<string, ColumnKind>>
  readonly exclude: readonly string[]
  /** Columns of the scatter; the studio's choice where absent. */
  readonly x: string | null
  readonly y: string | null
  /** As many as the data where null. */
  readonly rows: number | null
  readonly seed: number
  /** Found by itself where null. */
  readonly epsilon: number | null
  readonly kernel: 'fixed' | 'variable'
  readonly scaling: 'auto' | 'standard' | 'quantile'
  readonly noise: NonNullable<SampleJob['noise']>
  /** As many as the command line takes where null: `defaultSteps`. */
  readonly steps: number | null
  readonly start: NonNullable<SampleJob['start']>
  /** What is known of columns, as `--given` takes it: a value, or LOW..HIGH. */
  readonly given: Readonly<Record<string, string>>
  /** Observations, as `--observe` takes them. */
  readonly observe: readonly string[]
}

export const DEFAULTS: Settings = {
  types: {},
  exclude: [],
  x: null,
  y: null,
  rows: null,
  seed: 1,
  epsilon: null,
  kernel: 'fixed',
  scaling: 'auto',
  noise: 'covariance',
  steps: null,
  start: 'data',
  given: {},
  observe: []
}

const KINDS: readonly string[] = ['number', 'integer', 'category', 'boolean', 'datetime', 'identifier']

/** Settings as the part of an address after `#`; defaults are left out. */
export function addressOf(source: Source | null, settings: Settings): string {
  const parts = new URLSearchParams()
  if (source) parts.set(source.kind, source.name)
  for (const [name, kind] of Object.entries(settings.types)) parts.append('kind', `${kind}:${name}`)
  for (const name of settings.exclude) parts.append('without', name)
  for (const key of ['x', 'y', 'rows', 'seed', 'epsilon', 'kernel', 'scaling', 'noise', 'steps', 'start'] as const) {
    const value = settings[key]
    if (value !== DEFAULTS[key] && value !== null) parts.set(key, String(value))
  }
  for (const [name, value] of Object.entries(settings.given)) parts.append('given', writeGiven({ [name]: value }))
  for (const text of settings.observe) parts.append('observe', text)
  return parts.toString()
}

/** The condition that an address's parts make; those that cannot be read count as absent. */
function givenIn(texts: readonly string[]): Record<string, string> {
  const given: Record<string, string> = {}
  for (const text of texts) {
    try {
      Object.assign(given, parseGiven(text))
    } catch (error) {
      if (!(error instanceof SbridgeError)) throw error
    }
  }
  return given
}

/** What an address says; parts that make no sense count as absent. */
export function fromAddress(text: string): { source: Source | null; settings: Settings } {
  const parts = new URLSearchParams(text.replace(/^#/, ''))
  const number = (key: string, accept: (value: number) => boolean): number | null => {
    const value = Number(parts.get(key) ?? Number.NaN)
    return Number.isFinite(value) && accept(value) ? value : null
  }
  const choice = <T extends string>(key: string, values: readonly T[], fallback: T): T => {
    const value = parts.get(key)
    return values.find((one) => one === value) ?? fallback
  }
  const types: Record<string, ColumnKind> = {}
  for (const pair of parts.getAll('kind')) {
    const [kind, ...name] = pair.split(':')
    if (KINDS.includes(kind!) && name.length > 0) types[name.join(':')] = kind as ColumnKind
  }
  return {
    source: sourceIn(parts),
    settings: {
      types,
      exclude: parts.getAll('without'),
      x: parts.get('x'),
      y: parts.get('y'),
      rows: number('rows', (n) => Number.isInteger(n) && n >= 1 && n <= MOST_ROWS),
      seed: number('seed', (n) => Number.isSafeInteger(n) && n >= 0) ?? DEFAULTS.seed,
      epsilon: number('epsilon', (value) => value > 0),
      kernel: choice('kernel', ['fixed', 'variable'], DEFAULTS.kernel),
      scaling: choice('scaling', ['auto', 'standard', 'quantile'], DEFAULTS.scaling),
      noise: choice('noise', ['covariance', 'split', 'constant'], DEFAULTS.noise),
      steps: number('steps', (n) => Number.isInteger(n) && n >= 1 && n <= MOST_STEPS),
      start: choice('start', ['data', 'noise'], DEFAULTS.start),
      given: givenIn(parts.getAll('given')),
      observe: parts.getAll('observe')
    }
  }
}

export const MOST_ROWS = 1_000_000
export const MOST_STEPS = 1000

/** What is known of the rows: columns that are given, and observations. */
export interface Known {
  readonly given: Readonly<Record<string, string>>
  readonly observe: readonly string[]
}

/** What of the settings a fit and a draw depend on. */
export interface Run {
  readonly job: FitJob
  readonly draws: Required<Pick<SampleJob, 'noise' | 'steps' | 'start'>>
  readonly rows: number
  /** Null where nothing is known. */
  readonly known: Known | null
}

/** Steps of a run that asks for no number: under conditions chains start where they fit. */
export function defaultSteps(known: Known | null): number {
  return USUAL_STEPS[known === null ? 'rows' : known.observe.length === 0 ? 'given' : 'observed']
}

export function knownIn({ given, observe }: Known): Known | null {
  return Object.keys(given).length > 0 || observe.length > 0 ? { given, observe } : null
}

/** The job that the settings describe: only what differs from the defaults, as a command line would. */
export function runOf(settings: Settings, dataRows: number): Run {
  const { types, exclude, epsilon, kernel, scaling, seed } = settings
  const known = knownIn(settings)
  const steps = settings.steps ?? defaultSteps(known)
  return {
    job: {
      ...(Object.keys(types).length > 0 ? { types } : {}),
      ...(exclude.length > 0 ? { exclude } : {}),
      ...(epsilon === null ? {} : { bandwidth: epsilon }),
      ...(kernel === DEFAULTS.kernel ? {} : { kernel }),
      ...(scaling === DEFAULTS.scaling ? {} : { scaling }),
      seed
    },
    // Under conditions the noise is that of the covariance, and chains start at rows that fit.
    draws: known ? { noise: 'covariance', start: 'data', steps } : { noise: settings.noise, start: settings.start, steps },
    rows: settings.rows ?? dataRows,
    known
  }
}
