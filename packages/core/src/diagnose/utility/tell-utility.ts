import { numberText, shareText } from '../../tell/numbers.js'
import { type Block, explained, facts, type Telling } from '../../tell/telling.js'
import type { Coefficient } from './regression.js'
import type { UtilityEvaluation, UtilityFit } from './utility.js'

const FAMILIES = {
  linear: 'Linear regression by least squares',
  logistic: 'Logistic regression: effects on the logarithm of the odds',
  cox: 'Cox’s proportional hazards (Efron’s ties): effects on the logarithm of the hazard'
} as const

/** What is said of regressions that were fitted to real and to synthetic rows. */
export function tellUtility(all: readonly UtilityEvaluation[]): Telling {
  return {
    json: { utility: all },
    topics: all.map((one, k) => ({ id: `utility-${k + 1}`, title: `Utility: ${one.formula}`, blocks: blocksOf(one) })),
    warnings: [],
    notes: []
  }
}

function blocksOf({ formula, family, event, real, synthetic, overlap }: UtilityEvaluation): Block[] {
  return [
    explained(
      `${FAMILIES[family]}${event === undefined ? '' : `, of ${event}`}, fitted to the real and to the synthetic rows. Categories are coded against their first level. The overlap of two intervals is what they have in common as a share of each, averaged: 1 for equal ones, 0 for intervals that are apart. Intervals of a synthetic table are those of as many rows as it has; they do not count what the model does not know.`
    ),
    facts({ name: `rows of ${formula}`, value: `${rowsWords(real)} real, ${rowsWords(synthetic)} synthetic` }),
    {
      kind: 'table',
      caption: `Coefficients of ${formula} with 95 % intervals.`,
      head: ['coefficient', 'real#', 'real interval#', 'synthetic#', 'synthetic interval#', 'overlap#'],
      rows: real.coefficients.map((one, k) => {
        const other = synthetic.coefficients[k]!
        return [one.name, one.estimate, intervalText(one), other.estimate, intervalText(other), shareText(overlap[k]!)]
      }),
      said: 'coefficient '
    }
  ]
}

function rowsWords({ rows, dropped }: UtilityFit): string {
  return dropped === 0 ? numberText(rows) : `${numberText(rows)} (${numberText(dropped)} with missing cells left out)`
}

function intervalText({ interval: [low, high] }: Coefficient): string {
  return `${numberText(low)} to ${numberText(high)}`
}
