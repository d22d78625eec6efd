import { familiesOf } from '../../code/rules/families.js'
import { type KeptRules, ruleTexts } from '../../code/rules/kept-rules.js'
import { unmetKnown } from '../../code/rules/known-rows.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { counted, listed } from '../../num/listed.js'
import { explained, type Facts, facts, type Telling } from '../../tell/telling.js'

/** The rules that a model keeps in words, those that wait for times and running sums last; undefined where it keeps none. */
export function rulesKept(model: object): string[] | undefined {
  const { rules, late }: { readonly rules?: KeptRules; readonly late?: KeptRules } = model
  return rules || late ? [rules, late].flatMap((some) => (some ? ruleTexts(some) : [])) : undefined
}

/** Of a rule that rows do not obey beside what is given. */
export const UNMET_WARNING = 'rule-unmet'

/** Rows that do not obey what rows do that know all of a rule's columns: what was given left no way. */
export function unmetWarnings(rules: KeptRules, rows: WrittenTable): { readonly name: string; readonly message: string }[] {
  const broken = [...unmetKnown(rules, rows)].map(([rule, count]) => {
    const [text] = ruleTexts({ columns: rules.columns, rules: [rule] })
    return `“${text}” in ${counted(count, 'row')}`
  })
  if (broken.length === 0) return []
  const message = `${listed(broken)} of ${rows.table.rowCount} is not obeyed: no values were found that are, beside what is given; a condition on what it is computed of keeps it`
  return [{ name: UNMET_WARNING, message }]
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
