import type { KeptRule, KeptRules } from '../../code/rules/kept-rules.js'
import { defined } from '../../num/defined.js'
import type { Encoder } from '../../table/encoder.js'
import { spreadingFew } from '../../table/standing-out.js'
import type { TableModel } from './options.js'

/** Private models as they draw, once. */
const known = new WeakMap<object, TableModel>()

/**
 * A model as it draws where privacy is asked for: values of its numbers and dates that fewer rows have than the model's cell come no more
 * often than fresh ones beside them, which are as round. Of a number of few values, which has no others, they are hidden instead
 * (`hiddenIn`). What the model says of its own rows stays, so that no file holds this. Cost O(cells), once.
 */
export function withFewSpread(model: TableModel): TableModel {
  const cell = model.privacy?.cell
  if (cell === undefined || !('training' in model)) return model
  const found = known.get(model) ?? spreading(model, cell)
  known.set(model, found)
  return found
}

function spreading(model: TableModel & { readonly training: { readonly encoder: Encoder } }, few: number): TableModel {
  const { encoder } = model.training
  const columns = encoder.columns.map((code) =>
    code.carries === 'coordinate' ? { ...code, scaler: spreadingFew(code.scaler, few) } : code
  )
  const rules = 'rules' in model ? model.rules : undefined
  return {
    ...model,
    training: { ...model.training, encoder: { ...encoder, columns } },
    ...defined({ rules: rules && rulesSpreading(rules, few) })
  } as TableModel
}

/** Rules bring numbers back to places of their own, too. */
const rulesSpreading = (rules: KeptRules, few: number): KeptRules => ({
  ...rules,
  rules: rules.rules.map((rule): KeptRule => {
    if (rule.kind !== 'order') return rule
    const { within, listed } = rule
    return { ...rule, ...defined({ within: within && { ...within, few }, listed: listed && { ...listed, few } }) }
  })
})
