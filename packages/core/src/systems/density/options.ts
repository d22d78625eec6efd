import type { RawTable } from '../../table/raw.js'
import { imputationFitFields } from '../imputation/options.js'
import { type Field, SWITCH } from '../options/fields.js'
import type { TableOptions } from '../prepare.js'
import type { RuleOptions } from '../rules/rule-options.js'

/** Options of a fit: plain data. */
export interface DensityFit extends TableOptions, RuleOptions {
  /** Whole number from 0 to 2⁵³ − 1. Default 1. */
  readonly seed?: number | undefined
}

export interface ScoreRequest {
  /** The rows to be scored. */
  readonly score?: RawTable | undefined
  /** Adds columns `gradient_NAME`. */
  readonly gradient?: boolean | undefined
  /** Adds columns `denoised_NAME`. */
  readonly denoise?: boolean | undefined
  /** In place of rows: one or two columns whose density is told on a grid. */
  readonly grid?: readonly string[] | undefined
  /** What is known of other columns on the grid, as `species=Adelie,mass=4200`. */
  readonly given?: string | undefined
  /** Default 1. */
  readonly seed?: number | undefined
}

/** The options of a fit: those of tables, and of their rules. */
export const densityFitFields: readonly Field[] = imputationFitFields.filter(({ name }) => name !== 'bandwidth')

/** Options of scoring, each described once. */
export const scoreFields: readonly Field[] = [
  {
    name: 'gradient',
    label: 'Add gradients',
    ...SWITCH,
    sentence: 'Adds columns gradient_NAME: how the log-density changes with each number, per unit of the column.'
  },
  {
    name: 'denoise',
    label: 'Add denoised rows',
    ...SWITCH,
    sentence: 'Adds columns denoised_NAME: the mean of the rows near a row, towards which its kernel density rises fastest.',
    source: 'Robbins 1956 (Tweedie’s formula)'
  },
  {
    name: 'grid',
    label: 'Density on a grid of',
    kind: 'names',
    unit: 'A,B',
    range: 'one or two columns',
    default: 'none: rows are scored',
    excludes: [{ beside: ['gradient'] }, { beside: ['denoise'] }],
    sentence: 'In place of scores: the density of these columns on a grid, a row a point, with a column density.'
  },
  {
    name: 'given',
    label: 'Known of other columns',
    kind: 'text',
    unit: 'units of the columns',
    range: "NAME=VALUE, separated by commas, e.g. 'species=Adelie,body_mass_g=4200'",
    default: 'nothing',
    needs: 'grid',
    sentence: 'What is known of other columns: the density on the grid is the conditional one. Columns that are neither are integrated out.'
  }
]
