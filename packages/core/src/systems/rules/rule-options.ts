import { choice, type Field } from '../options/fields.js'

/** Which rules of a table are kept. */
export interface RuleOptions {
  /** `auto` (default): those that are found, and those that `rule` states; `off`: none. */
  readonly rules?: 'auto' | 'off' | undefined
  /** Rules that every row obeys: `total = qty * unit_price`, `end >= start`, `sku -> unit_price`, `adult = age >= 18`, `spouse missing where marital = single`, `home != away`, `unique(class, day, period)`. */
  readonly rule?: string | readonly string[] | undefined
}

/** The options of rules, each described once. */
export const ruleFields: readonly Field[] = [
  {
    name: 'rules',
    label: 'Rules that all rows obey',
    ...choice('auto', 'off'),
    default: 'auto',
    sentence:
      'Whether rules that all rows obey are looked for and kept: columns that others determine, thresholds, parts of a whole, gaps and orders.'
  },
  {
    name: 'rule',
    label: 'Rules of your own',
    kind: 'text',
    unit: 'units of the columns; dates in days',
    range:
      "COLUMN = EXPRESSION, COLUMN >= COLUMN, COLUMN -> COLUMN, COLUMN = bins(COLUMN, NUMBER, …), COLUMN missing where COLUMN = LEVEL, COLUMN != COLUMN or unique(COLUMN, …), e.g. 'total = qty * unit_price'; repeatable",
    default: 'what is found',
    repeatable: true,
    excludes: [{ beside: ['rules=off'], because: 'rules auto, which keeps those that are stated first' }],
    sentence: 'A rule that every row obeys and new rows shall obey; it goes before those that are found.'
  }
]
