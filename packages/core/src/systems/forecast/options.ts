import { type Field, whole } from '../options/fields.js'
import type { RuleOptions } from '../rules/rule-options.js'
import type { Localisation } from '../windows/localisation.js'

/** Options of fitting a transition to a series. */
export interface ForecastOptions extends RuleOptions {
  /** How many past rows the next one is drawn from; `auto`: as many as rows that are held out ask for. Default auto. */
  readonly memory?: number | 'auto'
  /** Which columns influence a column's next value; all when left out. */
  readonly local?: Localisation
  /** A column of times: not modelled, continued with its spacing. */
  readonly time?: string
  /** Periods in rows after which the series repeats itself in part; `auto`: day, week and year where the times are dates, one unit where they are numbers. Default auto. */
  readonly season?: 'auto' | 'off' | readonly number[]
  /** Of which columns changes from row to row are drawn; `auto`: of those that cannot be told from a walk. Default auto. */
  readonly changes?: 'auto' | 'off' | readonly string[]
  /** Columns that something may be known of in rows to come: no rule derives them. Default none. */
  readonly known?: readonly string[]
}

/** The options of a forecast, each described once. */
export const forecastFields: readonly Field[] = [
  {
    name: 'memory',
    ...whole(1, 100),
    range: 'auto, or a whole number from 1 to 100',
    words: ['auto'],
    unit: 'rows',
    default: 'auto',
    sentence: 'How many past rows the next one is drawn from; by itself as many as predict rows that are held out best.',
    source: 'Gottwald, Li, Marzouk, Reich, arXiv 2401.04372'
  },
  {
    name: 'local',
    kind: 'text',
    unit: 'places on the line, ring or grid',
    range: 'window:W, ring:W, grid:ROWSxCOLS:W, graph:FILE or auto',
    default: 'none: every column depends on all',
    sentence: "Draws each column's next value from its neighbourhood only, for many columns with local dependence.",
    source: 'Gottwald, Reich, arXiv 2409.07968'
  },
  {
    name: 'time',
    kind: 'text',
    range: 'a column of numbers or date-times',
    default: 'none: rows are consecutive times',
    sentence: 'A column of times, which ascend, or descend where the newest row comes first: not modelled, but continued with its spacing.'
  },
  {
    name: 'group',
    label: 'Rows are of a series by',
    kind: 'text',
    unit: 'COLUMN',
    range: 'a column, or several with commas between them, whose values name the series of a row',
    default: 'none: all rows are one series',
    sentence: 'Continues each of several series that stand in one table, as it would be by itself; its columns stand first in the result.'
  },
  {
    name: 'season',
    kind: 'numbers',
    unit: 'rows',
    range: 'auto, off, or periods of two rows to half of the series',
    default: 'auto: day, week and year where --time is of dates, one unit of it where it is of numbers',
    words: ['auto', 'off'],
    sentence:
      'After how many rows the series repeats itself in part: what of it helps to predict stretches that are held out goes on as it was.',
    source: 'Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, 1989'
  },
  {
    name: 'changes',
    kind: 'names',
    range: 'auto, off, or column names',
    default: 'auto: columns that look like random walks, in the share of trajectories that held-out stretches support',
    words: ['auto', 'off'],
    sentence:
      'Of which columns changes from row to row are drawn, or those of the logarithm, and added up: such a column goes on from where it is, in place of coming back to a mean.',
    source: 'Diebold, Kilian, Journal of Business & Economic Statistics 2000'
  }
]

/** Members of an ensemble where nobody asks for a number. */
export const MEMBERS = 100
