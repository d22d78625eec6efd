import type { EmbedJob } from '@sbridge/core'
import { listed, literal, quote, stem } from './spelling.js'

/** What a person may set for a diffusion map: plain data, in the address of the page, undone as one. */
export interface DiffusionMapSettings {
  /** Columns that the map is not told. */
  readonly exclude: readonly string[]
  /** Found by themselves where null. */
  readonly dimension: number | null
  readonly epsilon: number | null
  readonly alpha: number
  /** Axes of the map: coordinate_1 … or a column. */
  readonly x: string | null
  readonly y: string | null
  /** Axes of the data. */
  readonly right: string | null
  readonly up: string | null
  readonly colour: string | null
}

export const DEFAULTS: DiffusionMapSettings = {
  exclude: [],
  dimension: null,
  epsilon: null,
  alpha: 0.5,
  x: null,
  y: null,
  right: null,
  up: null,
  colour: null
}

export const MOST_DIMENSION = 50

export function toAddress(settings: DiffusionMapSettings): [string, string][] {
  const parts: [string, string][] = settings.exclude.map((name) => ['without', name])
  for (const key of ['dimension', 'epsilon', 'alpha', 'x', 'y', 'right', 'up', 'colour'] as const) {
    const value = settings[key]
    if (value !== null && value !== DEFAULTS[key]) parts.push([key, String(value)])
  }
  return parts
}

/** What an address says; parts that make no sense count as absent. */
export function fromAddress(parts: URLSearchParams): DiffusionMapSettings {
  const number = (key: string, accept: (value: number) => boolean): number | null => {
    const text = parts.get(key)
    const value = Number(text)
    return text !== null && text !== '' && Number.isFinite(value) && accept(value) ? value : null
  }
  return {
    exclude: parts.getAll('without'),
    dimension: number('dimension', (value) => Number.isInteger(value) && value >= 1 && value <= MOST_DIMENSION),
    epsilon: number('epsilon', (value) => value > 0),
    alpha: number('alpha', (value) => value >= -1 && value <= 2) ?? DEFAULTS.alpha,
    x: parts.get('x'),
    y: parts.get('y'),
    right: parts.get('right'),
    up: parts.get('up'),
    colour: parts.get('colour')
  }
}

/** The job that the settings describe: only what differs from the defaults, as a command line would. */
export function jobOf({ exclude, dimension, epsilon, alpha }: DiffusionMapSettings): EmbedJob {
  return {
    ...(exclude.length > 0 ? { exclude } : {}),
    ...(dimension === null ? {} : { dimension }),
    ...(epsilon === null ? {} : { bandwidth: epsilon }),
    ...(alpha === DEFAULTS.alpha ? {} : { alpha })
  }
}

/** The command line that writes the very coordinates on the screen. */
export function commandOf(file: string, { exclude, dimension, bandwidth, alpha }: EmbedJob): string {
  const words = ['sbridge', 'embed', file]
  if (exclude) words.push('--exclude', exclude.map(listed).join(','))
  if (dimension !== undefined) words.push('-k', String(dimension))
  if (bandwidth !== undefined) words.push('--bandwidth', String(bandwidth))
  if (alpha !== undefined) words.push('--alpha', String(alpha))
  words.push('-o', `${stem(file)}-coordinates.csv`)
  return words.map(quote).join(' ')
}

/** The same as a program for Node. */
export function codeOf(file: string, job: EmbedJob): string {
  const options = Object.keys(job).length === 0 ? '' : `, ${literal(job)}`
  return [
    "import { embed, readTable, writeTable } from 'sbridge'",
    '',
    `const table = await readTable(${literal(file)})`,
    `const { rows } = await embed(table${options})`,
    `await writeTable(${literal(`${stem(file)}-coordinates.csv`)}, rows)`
  ].join('\n')
}
