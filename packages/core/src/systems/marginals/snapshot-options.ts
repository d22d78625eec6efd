import type { Field } from '../options/fields.js'
import { dateOrderField } from '../options/table-options.js'
import { growthFields } from './growth-options.js'
import { equationOf, MENDED } from './options.js'

const OWN = 'mathematics.md section 11'

/** Which columns mean what, and what the fit leaves out; each described once. */
export const snapshotFields: readonly Field[] = [
  {
    name: 'time',
    label: 'Column of times',
    kind: 'text',
    unit: 'COLUMN',
    range: 'a column of numbers or dates',
    default: 'none: it must be named for a table',
    sentence: 'The column of times (of obs for .h5ad).',
    source: ''
  },
  {
    name: 'weights',
    label: 'Weights of particles',
    kind: 'text',
    unit: 'COLUMN',
    range: 'a column of positive numbers',
    default: 'equal weights',
    sentence: 'A column of particle weights.',
    source: ''
  },
  {
    name: 'columns',
    kind: 'names',
    unit: 'A,B,…',
    range: 'column names',
    default: 'all other columns',
    sentence: 'Coordinates.',
    source: ''
  },
  {
    name: 'exclude',
    kind: 'names',
    unit: 'A,B,…',
    range: 'column names',
    default: 'none',
    sentence: 'Columns that are no coordinates.',
    source: ''
  },
  {
    name: 'velocity',
    label: 'Columns of velocities',
    kind: 'names',
    unit: 'VX,VY,…',
    range: 'column names',
    default: 'none',
    sentence:
      'Columns of measured velocities, one a coordinate in their order, in its unit over that of the time (RNA velocity): the drift is fitted to them too.',
    source: OWN
  },
  dateOrderField,
  {
    name: 'by',
    label: 'Groups of particles',
    kind: 'text',
    unit: 'COLUMN',
    range: 'a column of labels, filled in every row',
    default: 'none',
    sentence:
      'A column that says which group a particle is of, such as a condition: partners are found within groups, and a test says whether the parameters of the reference differ between them. Where they do each group has its own, else all share one set; the noise is that of all.',
    source: OWN,
    excludes: [
      { beside: ['leaveOneOut'], because: '--hold-out, or a table for each group' },
      ...MENDED.map((reference) => ({ beside: [`reference=${reference}`], because: `${equationOf(reference)}, or a table for each group` }))
    ]
  },
  ...growthFields,
  {
    name: 'holdOut',
    label: 'Held-out times',
    kind: 'times',
    unit: 'T1,T2,…',
    range: 'times of snapshots: numbers or dates separated by commas',
    default: 'none',
    sentence: 'Fits without these snapshots and scores there.',
    source: ''
  },
  {
    name: 'leaveOneOut',
    label: 'Leave out every snapshot in turn',
    kind: 'boolean',
    unit: '',
    range: 'a switch',
    default: 'off',
    sentence:
      'Leaves every snapshot between the first and the last out in turn, fits to the others and scores there; the paths are still those of the fit to all. Costs a fit a snapshot.',
    source: '',
    excludes: [{ beside: ['holdOut'], because: 'one of them: every interior snapshot is left out in turn, or those named at once' }]
  }
]

/** Options of drawing trajectories, each described once. */
export const pathFields: readonly Field[] = [
  {
    name: 'at',
    label: 'Other times to write',
    kind: 'times',
    unit: 'T1,T2,…',
    range: 'numbers or dates separated by commas',
    default: 'none',
    sentence: 'Times to write besides those of the snapshots.',
    source: ''
  },
  {
    name: 'between',
    label: 'Times between snapshots',
    kind: 'integer',
    unit: 'times',
    range: 'a whole number from 0 to 1000',
    default: '0',
    minimum: 0,
    maximum: 1000,
    sentence: 'Evenly spread times to write between any two snapshots of the fit.',
    source: ''
  }
]
