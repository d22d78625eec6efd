import { type KeptRules, ruleTexts } from '../code/rules/kept-rules.js'
import { facts, type Telling } from '../tell/telling.js'

/** What a model says of the rules of its table. */
export function tellRules(kept: KeptRules): Telling {
  const rules = ruleTexts(kept)
  const meaning =
    'Columns that it derives are computed from the drawn ones, so that every new row obeys it, but for as many as in the data where these have exceptions.'
  return {
    json: { rules },
    topics: [{ id: 'rules', title: 'Rules that are kept', blocks: [facts(...rules.map((value) => ({ name: 'rule', value, meaning })))] }],
    warnings: [],
    notes: []
  }
}
