import type { Field } from '../options/fields.js'

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
      'How often a distance attack may be right, which takes the one of two rows that is nearer to a drawn row for one of the table. ε is widened, or the drawn rows nearest to the table are left out, until the attack on rows held out from a trial fit is right no more often; a table where neither is enough is refused. Rare levels and codes, and numbers at an end of their column, do not come out if fewer rows have them than --min-cell says (default 5 here); other such values come no more often than fresh ones beside them, and conditions that so few rows stand behind are refused.',
    source: 'Stadler, Oprisanu, Troncoso 2022'
  }
]
