import { familiesOf } from '../../code/rules/families.js'
import { type KeptRules, ruleTexts } from '../../code/rules/kept-rules.js'
import { explained, type Facts, facts, type Telling } from '../../tell/telling.js'

/** The rules that a model keeps in words, those that wait for times and running sums last; undefined where it keeps none. */
export function rulesKept(model: object): string[] | undefined {
  const { rules, late }: { readonly rules?: KeptRules; readonly late?: KeptRules } = model
  return rules || late ? [rules, late].flatMap((some) => (some ? ruleTexts(some) : [])) : undefined
}

/** Rules as people read them. */
export const ruleFacts = (rules: readonly string[]): Facts => facts(...familiesOf(rules).map((value) => ({ name: 'rule', value })))

/** What a model says of the rules of its table. */
export function tellRules(rules: readonly string[]): Telling {
  const meaning =
    'Columns that follow from a rule are computed from the drawn ones, so every new row obeys it. Where the data have exceptions, new rows have as many.'
  return {
    json: { rules },
    // What a draw keeps to of itself, as the places of rounded numbers, has no words.
    topics: rules.length === 0 ? [] : [{ id: 'rules', title: 'Rules that are kept', blocks: [explained(meaning), ruleFacts(rules)] }],
    warnings: [],
    notes: []
  }
}
