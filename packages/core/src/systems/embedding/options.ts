import { BANDWIDTH, type Field } from '../options/fields.js'

const COIFMAN_LAFON = 'Coifman, Lafon, ACHA 2006'

/** Options of an embedding, each described once. */
export const embedFields: readonly Field[] = [
  {
    name: 'dimension',
    label: 'Coordinates',
    short: 'k',
    kind: 'integer',
    unit: 'coordinates',
    range: 'auto, or a whole number from 1',
    default: 'auto',
    words: ['auto'],
    minimum: 1,
    sentence: 'Number of coordinates; auto is where the spectral gap is largest.',
    source: COIFMAN_LAFON
  },
  {
    name: 'bandwidth',
    label: 'Bandwidth ε',
    ...BANDWIDTH,
    sentence: 'Kernel bandwidth ε; auto is the smallest at which the data are connected, larger ones take short cuts.',
    source: COIFMAN_LAFON
  },
  {
    name: 'alpha',
    label: 'Density normalisation α',
    kind: 'number',
    range: 'a number from -1 to 2',
    default: '0.5',
    minimum: -1,
    maximum: 2,
    sentence: 'Density normalisation: 1 sees the surface only, 0.5 the data distribution, 0 emphasises dense regions.',
    source: COIFMAN_LAFON
  },
  {
    name: 'time',
    label: 'Diffusion time t',
    kind: 'number',
    unit: 'steps of ε',
    range: 'a number from 0 to 1000',
    default: '1',
    minimum: 0,
    maximum: 1000,
    sentence: 'Diffusion time t in the coordinates λ^t ψ; 0 gives the eigenfunctions themselves, of mean square 1.',
    source: COIFMAN_LAFON
  },
  {
    name: 'scaling',
    label: 'Scale of numbers',
    kind: 'choice',
    range: 'standard, quantile, or NAME=METHOD for single columns',
    default: 'standard',
    choices: ['standard', 'quantile'],
    byColumn: true,
    sentence: 'How numeric columns become coordinates.'
  }
]
