import type { KeptRules } from '../../code/rules/kept-rules.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { putRulesBack } from '../../code/rules/stacked.js'
import { keyFor } from '../../num/random.js'
import type { Table } from '../../table/table.js'
import { contextOf } from '../context.js'
import { placesOf, type Ruled, ruledRows } from '../rules/ruled-rows.js'
import { keptRulesIn, withRules } from '../rules/rules-file.js'
import { type Agreeing, exchangedIn, exchanging, unlikeComputed, withBeside } from './drawn-beside.js'
import { withCycles } from './in-cycles.js'
import { drawnAgain } from './keeping-by-drawing.js'
import type { RowsKind, TableKind } from './kind.js'
import type { DrawnRows, TableFit } from './options.js'
import type { Draw, Redrawing } from './redrawn.js'
import { drawRuled } from './ruled-draw.js'
import { toldAlike, toldTwice } from './told-twice.js'

const NO_ROWS: Table = { columns: [], rowCount: 0 }

/** Whether computed categories may be drawn as well: not where each makes classes of rows, a network reads all columns, or privacy would be told what no row has. */
const hasBeside = (options: TableFit): boolean =>
  options.local === undefined && options.privacy === undefined && placesOf(options) === undefined

type Sized = { readonly summary: { readonly rowCount: number } }

/**
 * A kind of models of rows with rules stacked before it: what they derive is taken out of the table before the fit, and computed
 * from what is drawn; what is known goes through them. The rules stand in the model file beside what the kind writes.
 */
export function ruled<Model extends Sized, Fitted extends object = Model>(
  kind: RowsKind<Model, Fitted>
): TableKind<Model & Ruled, Fitted & Ruled> {
  // A draw of many rows comes in stretches.
  const known = new WeakMap<Model, ReturnType<typeof toldTwice>>()
  const back = new WeakMap<Table, WrittenTable & { readonly by: Ruled['rules'] }>()
  const written = (model: Model & Ruled): WrittenTable => {
    const rows = { table: kind.training(model), formats: kind.formats(model) }
    if (!model.rules) return rows
    const before = back.get(rows.table)
    if (before?.by === model.rules) return before
    const own = { ...putRulesBack(model.rules, rows), by: model.rules }
    back.set(rows.table, own)
    return own
  }
  const agreeing = new WeakMap<Model, Agreeing>()
  const agreeingOf = (model: Model, rules: KeptRules): Agreeing => {
    const [table, formats] = [kind.training(model), kind.formats(model)]
    const own = agreeing.get(model) ?? { exchange: exchanging(rules, table), unlike: unlikeComputed(rules, { table, formats }) }
    agreeing.set(model, own)
    return own
  }
  const alike = (model: Model & Ruled, drawn: DrawnRows, how: Omit<Redrawing, 'draw'>): DrawnRows | Promise<DrawnRows> => {
    if (!model.rules?.beside) return drawn
    const draw: Draw = (request, job) =>
      kind.draw(model, { ...request, rows: request.rows ?? model.summary.rowCount }, contextOf(request.seed ?? 1, job))
    const { exchange, unlike } = agreeingOf(model, model.rules)
    return drawnAgain(unlike, 'beside')(exchangedIn(drawn, exchange), { ...how, draw })
  }
  return {
    kind: kind.kind,
    inStretches: kind.inStretches ?? false,
    async fit(raw, options, context) {
      const ready = ruledRows(raw, options)
      const { rules, ...rows } = hasBeside(options) ? withBeside(withCycles(ready, options)) : ready
      const model = await kind.fit({ ...rows, rules }, options, context)
      return (rules ? { ...model, rules } : model) as Fitted & Ruled
    },
    async draw(model, request, jobContext) {
      const context = contextOf(request.seed ?? 1, jobContext)
      const sized = { ...request, rows: request.rows ?? model.summary.rowCount }
      const twice = known.get(model) ?? toldTwice(model, model.rules ? written(model).table : NO_ROWS)
      known.set(model, twice)
      if (sized.asked)
        return drawRuled(
          { kind, model, twice, ...(model.rules?.beside ? { agreeing: agreeingOf(model, model.rules) } : {}) },
          { ...sized, asked: sized.asked },
          context
        )
      const drawn = await alike(model, await kind.draw(model, sized, context), { request: sized, context: jobContext })
      const own = { key: keyFor(context.key, 'rules'), first: request.first }
      const whole = model.rules
        ? { ...drawn, ...putRulesBack(model.rules, { ...drawn, table: toldAlike(twice, drawn.table, own) }, own) }
        : drawn
      if (!kind.warnings) return whole
      return { ...whole, warnings: [...whole.warnings, ...(await kind.warnings(written(model).table, whole.table))] }
    },
    written,
    save: (model) => withRules(kind.save(model), model.rules),
    async load(contents, context) {
      const model = await kind.load(contents, context)
      const rules = keptRulesIn(
        contents,
        kind.formats(model).map(({ name }) => name)
      )
      return rules ? { ...model, rules } : model
    }
  }
}
