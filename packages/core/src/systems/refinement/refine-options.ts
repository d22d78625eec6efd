import { choice, type Field } from '../options/fields.js'

/** Whether drawn rows are taken from more candidates. */
export interface RefineOptions {
  /** `off` (default): rows as they are drawn; `auto`: the likeliest to be real of four, where held-out rows say that this gains. */
  readonly refine?: 'auto' | 'off' | undefined
}

/** The option of refinement. */
export const refineFields: readonly Field[] = [
  {
    name: 'refine',
    label: 'Mend rows by trees',
    ...choice('auto', 'off'),
    default: 'off',
    excludes: [
      { value: 'auto', beside: ['group'], because: 'rows that each stand alone' },
      { value: 'auto', beside: ['image'], because: 'tables of columns, not of pixels' }
    ],
    sentence:
      'Whether each row is one of four candidates, taken by the odds that boosted trees give it of being real; auto does so only where rows held out from a trial fit are harder to tell apart then, and training rows are not easier to find.',
    source: 'Rubin 1988; Sugiyama, Suzuki, Kanamori 2012'
  }
]
