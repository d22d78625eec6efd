import type { NoiseKind } from '../../draw/step.js'
import type { ScalingMethod } from '../../table/scaling.js'
import { BANDWIDTH, choice, type Field } from '../options/fields.js'
import type { Localisation } from '../windows/localisation.js'

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
    label: 'Neighbourhood of a column',
    kind: 'text',
    unit: 'places on the line, ring or grid',
    range: 'window:W, ring:W, grid:ROWSxCOLS:W (W a whole number or auto), graph:FILE or auto',
    default: 'none: one model of all columns',
    sentence: 'Draws each column from its neighbourhood only, for many columns with local dependence.',
    source: GR
  },
  {
    name: 'sweep',
    label: 'Columns are drawn',
    ...choice('ordered', 'simultaneous'),
    default: 'ordered',
    needs: 'local',
    sentence: 'Whether columns are drawn one after the other, each given its neighbours already drawn, or all at once.',
    source: `simultaneous: ${GR}`
  },
  {
    name: 'neighbourBandwidth',
    label: 'Bandwidth ε among neighbours',
    ...BANDWIDTH,
    needs: 'local',
    sentence: 'Bandwidth with which an ordered sweep compares the neighbours already drawn; auto by held-out CRPS.',
    source: ''
  }
]
