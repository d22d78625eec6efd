import { ConditionMemory } from '../../choose/memory.js'
import { derives, type KeptRules } from '../../code/rules/kept-rules.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { putRulesBack } from '../../code/rules/stacked.js'
import { chainsOfNames, inParts } from '../../draw/batches.js'
import { type Given, namesOfGivens } from '../../know/conditions.js'
import { wordsOf } from '../../know/given-value.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { placesByName } from '../../num/group.js'
import { type Key, keyFor } from '../../num/random.js'
import { cellAt } from '../../table/cells.js'
import type { ColumnFormat } from '../../table/infer.js'
import { sliceTable, stackTables, takeTableRows } from '../../table/rows.js'
import type { Table } from '../../table/table.js'
import type { Asked } from '../asked.js'
import type { Context } from '../context.js'
import { IMPOSSIBLE_WARNING } from '../local/posterior-report.js'
import { notTogether } from '../options/combinations.js'
import { inTermsOf, type RuledAsked, type Settled, settled, throughRules } from '../rules/ruled-known.js'
import type { Ruled } from '../rules/ruled-rows.js'
import { distanceOf, wantedOf } from '../rules/ruled-wanted.js'
import { unmetWarnings } from '../rules/tell-rules.js'
import { type Agreeing, alikeUnder, exchangedUnder } from './drawn-beside.js'
import type { RowsKind } from './kind.js'
import type { DrawnRows, RuledConditionReport, TableRequest } from './options.js'
import { type ToldTwice, toldAlike } from './told-twice.js'

type KnownRequest = TableRequest & { readonly asked: Asked; readonly rows: number }

interface Drawing<Model> {
  readonly kind: RowsKind<Model, unknown>
  readonly model: Model & Ruled
  /** What several of its columns tell. */
  readonly twice: readonly ToldTwice[]
  /** What makes them go with computed categories; absent where these tell nothing. */
  readonly agreeing?: Agreeing
}

/** Rows of a model under conditions: all together, or where rules ask for more than given values, each condition on its own. */
export async function drawRuled<Model>(drawing: Drawing<Model>, request: KnownRequest, context: Context): Promise<DrawnRows> {
  const { kind, model } = drawing
  const { asked, onStep, rows } = request
  if (onStep && asked.givens.length > 1) throw notTogether('several conditions with onStep', 'one condition, whose chains move together')
  const { rules } = model
  if (!rules) return kind.draw(model, request, context)
  const parts = throughRules(rules, asked)
  const names = namesOfGivens(asked.givens)
  const shared = { ...request, memory: request.memory ?? new ConditionMemory() }
  const drawPart = partsOf({ ...drawing, request: shared, names })
  const drawn = await inParts(parts.length, context.watch, (which, watch) => {
    const part = parts[which]!
    // The same rows whatever other conditions stand beside it.
    const own = part.meeting || part.asked.likelihood ? keyFor(context.key, names[part.places[0]!]!) : context.key
    return drawPart(part, { ...context, key: own, watch })
  })
  if (parts.length === 1) return drawn[0]!
  return together(drawn, parts, { asked, rows })
}

interface RuledModel<Model> extends Drawing<Model> {
  readonly request: KnownRequest
  /** Of the conditions. */
  readonly names: readonly string[]
}

/** What draws one part of what is known, of whole rows. */
function partsOf<Model>({ kind, model, twice, agreeing, request, names }: RuledModel<Model>) {
  const whole = request.asked
  const data = { table: kind.training(model), formats: kind.formats(model) }
  const once = async ({ part, meeter }: Settled, context: Context): Promise<DrawnRows> => {
    const givens = part.places.map((place) => whole.givens[place]!)
    const draw = (own: Context) =>
      kind.draw(model, { ...request, asked: part.asked }, own).catch((error: unknown) => {
        throw inTermsOf({ ...whole, givens }, part.rules, error)
      })
    const fixed = part.places.map((place, k) => new Set(Object.keys({ ...part.asked.givens[k], ...whole.givens[place] })))
    const alike = (rows: DrawnRows) => (agreeing ? exchangedUnder(rows, agreeing.exchange, { given: fixed, rows: request.rows }) : rows)
    const drawn = agreeing
      ? await alikeUnder(alike(await draw(context)), agreeing.unlike, async (round) =>
          alike(await draw({ ...context, key: keyFor(context.key, round) }))
        )
      : await draw(context)
    const { table, formats } = drawn
    const moved = meeter ? meeter.meet({ table, formats }) : { table, formats }
    const given = part.places.map((place, k) => ({
      columns: Object.keys({ ...part.asked.givens[k], ...whole.givens[place] }).sort(),
      name: names[place]!
    }))
    const met = new Map(part.meeting?.targets.map(({ column, value }) => [column, value]))
    const back = { given, rows: request.rows, key: keyFor(context.key, 'rules'), met }
    const brought = broughtBack(part.rules, { ...moved, table: alikeInEach(twice, moved.table, back) }, back)
    return { ...drawn, ...brought, warnings: [...part.warnings, ...unmetWarnings(part.rules, brought), ...drawn.warnings] }
  }
  return async (known: RuledAsked, context: Context): Promise<DrawnRows> => {
    const ready = settled(known, data)
    const drawn = await once(ready, context)
    if (!ready.part.asked.likelihood) return drawn
    const again = (round: number) => once(ready, { ...context, key: keyFor(context.key, `again ${round}`) })
    const alone = whole.likelihood === undefined && whole.observe.length === 0
    const given = whole.givens[known.places[0]!]!
    return metBy(drawn, { alone, words: wordsOfGiven(given), missing: (table) => rowsMissing(known.rules, given, table), again })
  }
}

interface BroughtBack {
  /** Of each condition: the columns that it gives, and its name. */
  readonly given: readonly { readonly columns: readonly string[]; readonly name: string }[]
  /** Rows a condition. */
  readonly rows: number
  readonly key: Key
  /** Derived numbers that all rows meet. */
  readonly met: ReadonlyMap<string, number>
}

/** What several columns tell is one in the rows of each condition, as if it stood alone: what is given stays. */
function alikeInEach(twice: readonly ToldTwice[], table: Table, { given, rows, key }: BroughtBack): Table {
  if (twice.length === 0) return table
  return stackTables(
    given.map(({ columns, name }, k) =>
      toldAlike(twice, sliceTable(table, k * rows, (k + 1) * rows), { key: keyFor(key, name), fixed: new Set(columns) })
    )
  )
}

/** `putRulesBack` for rows of several conditions, each as if it stood alone: those that give the same columns together. */
function broughtBack(rules: KeptRules, { table, formats }: WrittenTable, { given, rows, key, met }: BroughtBack): WrittenTable {
  const alike = [...placesByName(given, ({ columns }) => JSON.stringify(columns)).values()]
  const back = alike.map((places) => {
    const own = Uint32Array.from({ length: places.length * rows }, (_, i) => places[Math.floor(i / rows)]! * rows + (i % rows))
    const names = places.map((place) => given[place]!.name)
    const taken = { table: alike.length === 1 ? table : takeTableRows(table, own), formats }
    return putRulesBack(rules, taken, { fixed: new Set(given[places[0]!]!.columns), key, chains: chainsOfNames(names, rows), met })
  })
  if (back.length === 1) return back[0]!
  const from: RowsFrom[] = []
  alike.forEach((places, part) => {
    places.forEach((place, k) => {
      from[place] = { part, first: k * rows }
    })
  })
  const tables = back.map((one) => one.table)
  return { table: placed(tables, from, rows), formats: back[0]!.formats }
}

/** Rounds in which rows that miss are drawn again: of a way that finds every second row, one row in 2⁸ is left. */
const MOST_ROUNDS = 8

interface Redraw {
  /** Rows that have not what was asked for. */
  readonly missing: (table: Table) => readonly number[]
  readonly again: (round: number) => Promise<DrawnRows>
  /** Whether nothing else was asked for that rows may miss. */
  readonly alone: boolean
  /** What was asked for. */
  readonly words: string
}

/** Rows that all have what was asked for: where a way of drawing finds no way there for some, these are drawn again, as they are independent. */
async function metBy(drawn: DrawnRows, { missing, again, alone, words }: Redraw): Promise<DrawnRows> {
  let { table } = drawn
  let left = missing(table)
  for (let round = 1; left.length > 0 && round <= MOST_ROUNDS; round++) {
    const others = (await again(round)).table
    const missed = new Set(missing(others))
    const found = Array.from({ length: others.rowCount }, (_, i) => i).filter((i) => !missed.has(i))
    const from = Array.from({ length: table.rowCount }, (_, i) => ({ part: 0, first: i }))
    for (const [k, row] of left.slice(0, found.length).entries()) from[row] = { part: 1, first: found[k]! }
    table = placed([table, others], from, 1)
    left = missing(table)
  }
  if (left.length > 0)
    throw new InputError({
      code: 'condition-impossible',
      got: `${words}, which ${left.length} of ${table.rowCount} rows miss after ${MOST_ROUNDS} more draws`,
      expected: 'values that rows of the data have together, or come near',
      try: 'a wider interval, or fitting with --rules off'
    })
  const { warnings, posterior } = drawn
  if (!alone) return { ...drawn, table }
  const others = <T extends { readonly name: string }>(all: readonly T[]) => all.filter(({ name }) => name !== IMPOSSIBLE_WARNING)
  const report = posterior && { ...posterior, warnings: others(posterior.warnings) }
  return { ...drawn, table, warnings: others(warnings), ...defined({ posterior: report }) }
}

/** Rows that miss an interval or a category of a derived column that is given. */
function rowsMissing({ rules, columns }: KeptRules, given: Given, table: Table): number[] {
  const asked = rules.flatMap((rule) => {
    const value = !derives(rule) || !Object.hasOwn(given, rule.column) ? undefined : given[rule.column]
    if (value === undefined) return []
    const wanted = wantedOf(columns.find(({ name }) => name === rule.column)!, value)
    return [{ wanted, at: cellAt(table.columns.find(({ name }) => name === rule.column)!) }]
  })
  return Array.from({ length: table.rowCount }, (_, i) => i).filter((i) => asked.some(({ wanted, at }) => distanceOf(wanted, at(i)) > 0))
}

/** Rows of all conditions in their order. */
function together(
  drawn: readonly DrawnRows[],
  parts: readonly RuledAsked[],
  { asked, rows }: { readonly asked: Asked; readonly rows: number }
): DrawnRows {
  const from: RowsFrom[] = []
  parts.forEach(({ places }, part) => {
    places.forEach((place, k) => {
      from[place] = { part, first: k * rows }
    })
  })
  const reports = asked.givens.map((given, place): RuledConditionReport => {
    const { part, first } = from[place]!
    return { condition: wordsOfGiven(given), through: 'rules', ...supportOf(drawn[part]!, first / rows) }
  })
  const steps = drawn[0]!.steps
  const warnings = drawn.flatMap((one) => one.warnings)
  const tables = drawn.map(({ table }) => table)
  const formats = drawn[0]!.formats.map((format, c) => {
    const shown = drawn.map((one) => one.formats[c]!)
    return shown.reduce((most, one) => (digitsIn(one) > digitsIn(most) ? one : most), format)
  })
  return { table: placed(tables, from, rows), formats, steps, conditions: reports, warnings }
}

/** How many digits are written, and how many of them behind the point. */
const digitsIn = ({ number }: ColumnFormat): number =>
  (number?.decimals ?? 0) + (number?.scientific?.digits ?? (number?.single ? 0 : (number?.digits ?? 0)))

const wordsOfGiven = (given: Given): string =>
  Object.entries(given)
    .map(([name, value]) => `${name}=${wordsOf(value)}`)
    .join(', ')

/** How well the data support a condition, whichever way its rows were drawn. */
function supportOf(
  { conditional, conditions, posterior, steps = 0, warnings }: DrawnRows,
  place: number
): Omit<RuledConditionReport, 'condition' | 'through'> {
  const one = conditional?.conditions[place]
  if (one) return { ...one, steps }
  const own = conditions?.[place]
  if (own) {
    const matchingRows = 'candidates' in own ? own.candidates : own.matchingRows
    return {
      effectiveRows: own.effectiveRows,
      steps: own.steps,
      warnings: own.warnings,
      ...defined({ matchingRows, acceptance: own.acceptance })
    }
  }
  if (posterior && 'sweeps' in posterior) {
    const { effectiveRows } = posterior.conditions[place]!
    return { effectiveRows, ...defined({ acceptance: posterior.acceptance }), steps: posterior.sweeps, warnings }
  }
  const { effectiveRows, acceptance, effectiveSampleSize } = posterior!
  return { effectiveRows, acceptance, effectiveSampleSize, steps, warnings }
}

/** A table, and the row of it that some rows begin with. */
interface RowsFrom {
  readonly part: number
  readonly first: number
}

/** Stretches of rows of several tables, one below the other. */
function placed(tables: readonly Table[], from: readonly RowsFrom[], rows: number): Table {
  const starts = tables.map((_, part) => tables.slice(0, part).reduce((sum, { rowCount }) => sum + rowCount, 0))
  const taken = from.flatMap(({ part, first }) => Array.from({ length: rows }, (_, i) => starts[part]! + first + i))
  return takeTableRows(stackTables(tables), taken)
}
