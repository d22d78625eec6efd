import { FREE_TEXTS, type FreeText } from '../../code/keys/prose.js'
import type { Field } from '../options/fields.js'

/** What of single rows may come out again. */
export interface DisclosureOptions {
  /** What becomes of names, addresses and remarks; `new` when left out. */
  readonly text?: FreeText | undefined
  /** Levels that fewer rows have, or groups where rows belong to such, are merged, or left empty; none when left out. */
  readonly minCell?: number | undefined
}

/** The options of what may come out again, each described once. */
export const disclosureFields: readonly Field[] = [
  {
    name: 'text',
    label: 'Names, addresses, remarks',
    kind: 'choice',
    range: 'new, shuffle or empty',
    default: 'new',
    choices: FREE_TEXTS,
    sentence:
      'Text of which most values occur once (names, addresses, remarks): new values of its form, or of new words; words that at least three rows share, shuffled; or left empty.'
  },
  {
    name: 'minCell',
    label: 'Merge levels of fewer rows than',
    kind: 'integer',
    unit: 'rows or groups',
    range: 'a whole number of at least 2',
    default: 'off',
    minimum: 2,
    sentence:
      'Levels of categories that fewer rows have, with --group fewer groups, are merged into “other”, or left empty where these are too few together. No column is computed by a list of what so few rows share, unless most rows share theirs with more.'
  }
]
