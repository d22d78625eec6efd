import { KeptLimits } from '../rules/kept-limits.js'
import type { RowsKind } from './kind.js'

/**
 * A kind of models whose rows are kept out of what their levels never have when they have been drawn: its coordinates know no atoms of all
 * rows. `keeps`: whether those of a model are; default all.
 */
export function keepingLimits<Model extends object, Fitted>(
  kind: RowsKind<Model, Fitted>,
  keeps: (model: Model) => boolean = () => true
): RowsKind<Model, Fitted> {
  const known = new WeakMap<Model, KeptLimits>()
  const cellsOf = (model: Model): KeptLimits => {
    const found = known.get(model) ?? new KeptLimits(kind.training(model), kind.formats(model))
    known.set(model, found)
    return found
  }
  return {
    ...kind,
    async draw(model, request, context) {
      const drawn = await kind.draw(model, request, context)
      if (!keeps(model)) return drawn
      return { ...drawn, table: await cellsOf(model).within(drawn.table, { ...request, key: context.key }) }
    }
  }
}
