import type { DrawnRows } from '../models/table-system.js'
import { type Section, section, table } from './blocks.js'
import { conditionSections } from './conditions.js'
import { html } from './html.js'
import { formatCount, formatNumber } from './numbers.js'

const MOST_ROWS = 50

/** What a report says about conditions on a latent model and how well the data support them. */
export function latentConditionSections({ conditional, conditions }: Pick<DrawnRows, 'conditional' | 'conditions'>): Section[] {
  if (!conditions) return conditionSections({ conditional })
  return [
    section(
      'conditions',
      'What was given or observed',
      html`<p>The measures of this report compare the drawn rows with <em>all</em> rows of the data; under a condition they should differ. The decoder stood for the map from coordinates to what is known, and what it cannot reproduce counted as noise.</p>`,
      table({
        caption: `How well the data support each condition${conditions.length > MOST_ROWS ? ` (the first ${MOST_ROWS} of ${conditions.length})` : ''}.`,
        head: ['condition', 'rows that it allows#', 'effective rows#', 'acceptance#', 'given numbers met to#', 'warning'],
        rows: conditions
          .slice(0, MOST_ROWS)
          .map(({ condition, candidates, effectiveRows, acceptance, missed, warnings }) => [
            condition.length > 200 ? `${condition.slice(0, 200)}…` : condition,
            formatCount(candidates),
            formatNumber(effectiveRows),
            formatNumber(acceptance),
            missed === undefined ? '–' : formatNumber(missed),
            warnings.map(({ message }) => message).join('; ')
          ])
      })
    )
  ]
}
