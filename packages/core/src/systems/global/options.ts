import type { EndNames } from '../../draw/sharp-ends.js'
import type { StartKind } from '../../draw/start.js'
import type { NoiseKind } from '../../draw/step.js'
import { USUAL_STEPS } from '../../draw/steps.js'
import type { CategoryMode } from '../../law/strata.js'
import type { ScalingMethod } from '../../table/scaling.js'
import { BANDWIDTH, choice, type Field, whole } from '../options/fields.js'
import { NOT_OF_GROUPS } from '../options/panel-options.js'

/** Options of fitting a model to a table. */
export interface FitOptions {
  readonly bandwidth?: 'auto' | number
  readonly kernel?: 'fixed' | 'variable'
  /** One method for all numeric columns, or by column name; columns not named are `auto`. */
  readonly scaling?: 'auto' | ScalingMethod | Readonly<Record<string, ScalingMethod>>
  /** Rows that the potentials are found on before they are extended to all: `auto` is all up to 10,000 rows, above these 32·√M. All but the last six steps of chains are taken on them. */
  readonly landmarks?: 'auto' | 'all' | number
  /** Row weights [M], not negative, not all zero; equal when left out. */
  readonly weights?: Float64Array
  /** What a fit of more rows of the same table found, in place of `auto`: nothing is searched for again. */
  readonly settled?: Settled | undefined
}

/** What is chosen of a table, whichever rows of it are fitted. Plain data. */
export interface Settled {
  /** By column; what is not named here is `auto`. */
  readonly methods: Readonly<Record<string, ScalingMethod>>
  /** ε over the typical squared nearest-neighbour distance of the rows. */
  readonly relative: number
  /** How categories are drawn, of which fewer rows would say otherwise; none: as they say. */
  readonly categories: CategoryMode
  /** Numbers that end as those of the data do. */
  readonly ends?: EndNames
}

/** Options of drawing rows. */
export interface DrawOptions {
  readonly noise?: NoiseKind
  readonly steps?: number
  readonly start?: StartKind
}

const GLMR = 'Gottwald, Li, Marzouk, Reich, arXiv 2401.04372'

/** The options of fitting, each described once. */
export const fitFields: readonly Field[] = [
  {
    name: 'bandwidth',
    label: 'Bandwidth ε',
    ...BANDWIDTH,
    sentence: 'Kernel bandwidth and time step ε: small copies training rows, large blurs; auto aims at the distance that fresh rows have.',
    source: GLMR
  },
  {
    name: 'scaling',
    label: 'Scale of numbers',
    kind: 'choice',
    range: 'auto, standard or quantile, or NAME=METHOD for single columns',
    default: 'auto',
    choices: ['auto', 'standard', 'quantile'],
    byColumn: true,
    sentence:
      'How numeric columns become coordinates; auto tries both on held-out rows and says what it chose; with --local it goes by the shape of each column, with --latent it is quantile where a value stands out or there are few, else standard.',
    source: 'normal scores of the empirical distribution'
  },
  {
    name: 'kernel',
    label: 'Bandwidth over the data',
    ...choice('fixed', 'variable'),
    default: 'fixed',
    excludes: [{ value: 'variable', beside: ['local'] }],
    sentence: 'Whether the bandwidth is the same everywhere or follows the local density of the data.',
    source: `${GLMR}; Berry, Harlim, ACHA 2016`
  },
  {
    name: 'landmarks',
    label: 'Rows that the bridge is solved on',
    kind: 'integer',
    unit: 'rows',
    range: 'auto, all, or a whole number from 2 to the number of rows',
    default: 'auto',
    words: ['auto', 'all'],
    minimum: 2,
    excludes: [{ beside: ['local'] }, { beside: ['group'] }],
    sentence:
      'Rows on which the bridge is solved before it is extended to all, with turns on all rows only as the residual asks, and on which all but the last six steps are taken; auto takes all up to 10,000 rows, above these 32 times their root.',
    source: 'mathematics, section 14'
  }
]

/** The options of drawing, each described once. */
export const drawFields: readonly Field[] = [
  {
    name: 'noise',
    label: 'Noise of a step',
    ...choice('covariance', 'split', 'constant'),
    default: 'covariance',
    excludes: [NOT_OF_GROUPS, { beside: ['dynamics=bridge'] }, { but: 'covariance', beside: ['known', '!local'] }],
    sentence: 'How a step adds noise: from the local covariance of the data, before the mean is taken, or after.',
    source: GLMR
  },
  {
    name: 'steps',
    label: 'Steps of every chain',
    ...whole(1, 100_000),
    unit: 'steps',
    default: `${USUAL_STEPS.rows}; ${USUAL_STEPS.given} under --given, ${USUAL_STEPS.neighbours} for a column that --local draws given its neighbours, ${USUAL_STEPS.observed} where --latent has to meet given or observed numbers`,
    excludes: [NOT_OF_GROUPS],
    sentence: 'Steps that every chain takes from where it starts.',
    source: GLMR
  },
  {
    name: 'start',
    label: 'Chains start',
    ...choice('data', 'noise'),
    default: 'data',
    excludes: [NOT_OF_GROUPS, { value: 'noise', beside: ['local'] }, { value: 'noise', beside: ['known', '!dynamics=bridge'] }],
    sentence: 'Where chains start: at rows of the data, or at draws of the Gaussian with their mean and covariance, which need more steps.'
  }
]
