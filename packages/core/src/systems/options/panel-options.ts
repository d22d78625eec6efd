import { type Exclusion, type Field, whole } from './fields.js'

/** Options of a fit whose rows belong to groups. */
export interface PanelOptions {
  /** The column that says which rows belong together. */
  readonly group?: string | undefined
  /** The column that orders the rows of a group, or of a table that is one series. */
  readonly time?: string | undefined
}

/** Options of a draw of whole groups. */
export interface PanelDraw {
  /** Groups to draw, whatever their rows. */
  readonly groups?: number | undefined
}

/** Rows of groups are drawn each from its law given those before: there are no chains to be set, and nothing is known of single rows. */
export const NOT_OF_GROUPS: Exclusion = { beside: ['group'], because: 'rows that each stand alone' }

const WHOLE_TABLE = 'rows of groups, drawn by laws of all columns'

/** Options of models of rows that stand each alone. */
const ONE_BY_ONE = [
  'local',
  'latent',
  'weights',
  'image',
  'bandwidth',
  'scaling',
  'kernel',
  'landmarks',
  'noise',
  'start',
  'steps',
  'refine',
  'privacy'
]
const ONE_SERIES = '--group beside it, or a series, whose rows are drawn one after the other'

/** The options of panels and clusters, each described once. */
export const panelFields: readonly Field[] = [
  {
    name: 'group',
    label: 'Rows belong together by',
    kind: 'text',
    unit: 'COLUMN',
    range: 'a column whose values recur',
    default: 'none: every row stands alone',
    excludes: [
      { beside: ['local'], because: WHOLE_TABLE },
      { beside: ['latent'], because: WHOLE_TABLE },
      { beside: ['weights'], because: 'rows of equal weight' },
      { beside: ['image'], because: 'a table of columns that differ in kind' },
      { beside: ['kernel=variable'], because: 'a fixed kernel' }
    ],
    sentence:
      'Draws whole groups: the columns that are constant in a group once, its size, then its rows one after the other, each given the rows before; keys are new.',
    source: 'mathematics, section 10'
  },
  {
    name: 'time',
    label: 'Order in time',
    kind: 'text',
    unit: 'COLUMN',
    range: 'a column of numbers or dates without missing cells',
    default: 'none: rows, or those of a group, have no order in time',
    excludes: [
      ...ONE_BY_ONE.map((name) => ({ beside: [name, '!group'], because: ONE_SERIES })),
      { beside: ['known', '!group'], because: ONE_SERIES }
    ],
    sentence:
      'The column that orders the rows of a group, or without --group of a table that is one series: each row is drawn given the ones before, and no time comes twice unless some do in a group of the data.'
  }
]

/** The options of drawing groups, each described once. */
export const panelDrawFields: readonly Field[] = [
  {
    name: 'groups',
    label: 'Groups to draw',
    ...whole(1, 10_000_000),
    unit: 'groups',
    default: 'as many as the data; with -n, as many as have that many rows',
    needs: 'group',
    sentence: 'Groups to draw, with all their rows.'
  }
]
