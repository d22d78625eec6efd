import type { RawTable } from '../../table/raw.js'
import type { Field } from '../fields.js'
import { imputationFitFields } from '../imputation/options.js'
import type { TableOptions } from '../prepare.js'
import type { RuleOptions } from '../rule-options.js'

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
  /** Default 1. */
  readonly seed?: number | undefined
}

/** The options of a fit: those of tables, and of their rules. */
export const densityFitFields: readonly Field[] = imputationFitFields.filter(({ name }) => name !== 'bandwidth')

/** Options of scoring, each described once. */
export const scoreFields: readonly Field[] = [
  {
    name: 'gradient',
    kind: 'boolean',
    unit: '',
    range: 'a switch',
    default: 'off',
    sentence: 'Adds columns gradient_NAME: how the log-density changes with each number, per unit of the column.',
    source: ''
  },
  {
    name: 'denoise',
    kind: 'boolean',
    unit: '',
    range: 'a switch',
    default: 'off',
    sentence: 'Adds columns denoised_NAME: the mean of the rows near a row, towards which its kernel density rises fastest.',
    source: 'Robbins 1956 (Tweedie’s formula)'
  }
]
