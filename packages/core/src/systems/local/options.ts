import { InputError } from '../../num/errors.js'
import type { NoiseKind } from '../../sampling/step.js'
import type { ScalingMethod } from '../../table/scaling.js'
import type { Field } from '../fields.js'

/** Which columns are neighbours. Columns of a window, ring or grid are the numeric ones in the table's order. */
export type Localisation =
  | { readonly kind: 'auto' }
  | { readonly kind: 'window' | 'ring'; readonly radius: number | 'auto' }
  | { readonly kind: 'grid'; readonly rows: number; readonly cols: number; readonly radius: number | 'auto' }
  /** Pairs of column names. */
  | { readonly kind: 'graph'; readonly edges: readonly (readonly [string, string])[] }

/** In which way the small problems are put together. */
export type SweepKind = 'ordered' | 'simultaneous'

/** Options of fitting a localised model. */
export interface LocalOptions {
  readonly local: Localisation
  readonly sweep?: SweepKind
  /** ε of the coordinates that are drawn; `auto` by held-out CRPS. */
  readonly bandwidth?: 'auto' | number
  /** ε_nb of the neighbours that are given (ordered sweep); `auto` by held-out CRPS. */
  readonly neighbourBandwidth?: 'auto' | number
  readonly scaling?: 'auto' | ScalingMethod | Readonly<Record<string, ScalingMethod>>
  /** Columns that are drawn together, by name; columns not named are drawn one by one. */
  readonly blocks?: readonly (readonly string[])[]
}

/** Options of drawing from a localised model. */
export interface LocalDrawOptions {
  /** Inner steps of an ordered pass (default 10), or steps of a simultaneous sweep (default 20). */
  readonly steps?: number
  /** Noise of a simultaneous sweep and of columns drawn without neighbours. Default covariance. */
  readonly noise?: NoiseKind
}

const GR = 'Gottwald, Reich, Localized Schrödinger Bridge Sampler, arXiv 2409.07968'

/** The options of localisation, each described once. */
export const localFields: readonly Field[] = [
  {
    name: 'local',
    kind: 'text',
    unit: 'places on the line, ring or grid',
    range: 'window:W, ring:W, grid:ROWSxCOLS:W (W a whole number or auto), graph:FILE or auto',
    default: 'none: one model of all columns',
    sentence: 'Draws each column from its neighbourhood only, for many columns with local dependence.',
    source: GR
  },
  {
    name: 'sweep',
    kind: 'choice',
    unit: '',
    range: 'ordered or simultaneous',
    default: 'ordered',
    choices: ['ordered', 'simultaneous'],
    sentence: 'Whether columns are drawn one after the other, each given its neighbours already drawn, or all at once.',
    source: `simultaneous: ${GR}`
  },
  {
    name: 'neighbourBandwidth',
    kind: 'number',
    unit: 'squared length of scaled coordinates',
    range: 'auto, or a number above 0',
    default: 'auto',
    words: ['auto'],
    minimum: Number.MIN_VALUE,
    sentence: 'Bandwidth with which an ordered sweep compares the neighbours already drawn; auto by held-out CRPS.',
    source: ''
  }
]

const FORMS = 'window:2, ring:2, grid:20x20:1, graph:FILE or auto'

/** What the text after `--local` asks for; `graph:FILE` is returned with its file unread. Throws `InputError` (code `local`). */
export function parseLocalisation(
  text: string
): Exclude<Localisation, { kind: 'graph' }> | { readonly kind: 'graph'; readonly file: string } {
  if (text === 'auto') return { kind: 'auto' }
  const file = /^graph:(.+)$/.exec(text)
  if (file) return { kind: 'graph', file: file[1]! }
  const line = /^(window|ring):(\d+|auto)$/.exec(text)
  if (line) return { kind: line[1] as 'window' | 'ring', radius: radiusOf(line[2]!) }
  const grid = /^grid:(\d+)x(\d+):(\d+|auto)$/.exec(text)
  if (grid) return { kind: 'grid', rows: Number(grid[1]), cols: Number(grid[2]), radius: radiusOf(grid[3]!) }
  throw new InputError({ code: 'local', got: `--local ${text}`, expected: FORMS, try: '--local window:1' })
}

const radiusOf = (text: string): number | 'auto' => (text === 'auto' ? text : Number(text))
