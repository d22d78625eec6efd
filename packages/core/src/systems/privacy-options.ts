import type { Field } from './fields.js'

/** How little drawn rows may tell of who was in the table. */
export interface PrivacyOptions {
  /** Area of the distance attack, ½ where nothing is told: the bandwidth is widened, or rows that come near are left out, until held-out rows say that it stays below. */
  readonly privacy?: number | undefined
}

/** The option of privacy. */
export const privacyFields: readonly Field[] = [
  {
    name: 'privacy',
    label: 'Limit of a distance attack',
    kind: 'number',
    unit: 'area of the distance attack',
    range: 'a number above 0.5 and below 1',
    default: 'off',
    minimum: 0.5 + Number.EPSILON,
    maximum: 1 - Number.EPSILON,
    excludes: [
      { beside: ['bandwidth'], because: 'a bandwidth that it may widen' },
      ...['local', 'latent', 'group', 'image'].map((other) => ({ beside: [other], because: 'one kernel on whole rows' }))
    ],
    sentence:
      'How often whoever takes the nearer of two rows for one of the table may be right: ε is widened, or drawn rows that come nearest to rows of the table are left out, until it is no more on rows held out from a trial fit; a table for which neither will do is refused. Levels, and numbers at an end of their column, that fewer rows have than --min-cell says (5 when left out) do not come out.',
    source: 'Stadler, Oprisanu, Troncoso 2022'
  }
]
