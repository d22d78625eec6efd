import type { NamedWarning } from '../../know/support.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { keyFor } from '../../num/random.js'
import { isNumeric, type Table } from '../../table/table.js'
import type { Asked } from '../asked.js'
import { type Context, contextOf } from '../context.js'
import { type ConditionalReport, sampleConditional } from '../global/condition-sample.js'
import { type GlobalModel, trainingTable } from '../global/model.js'
import { samplePosterior } from '../global/posterior.js'
import type { SystemContext } from '../host.js'
import { inTermsOf, type RuledAsked, settled, throughRules } from '../ruled-known.js'
import { wordsOf } from '../ruled-wanted.js'
import type { DrawnRows, RuledConditionReport, TableRequest } from './options.js'
import { wholeTable } from './whole.js'

type KnownRequest = TableRequest & { readonly asked: Asked }

/** Rows of a model under conditions: all together, or where rules ask for more than given values, each condition on its own. */
export async function drawKnown(model: GlobalModel, request: KnownRequest, jobContext: SystemContext): Promise<DrawnRows> {
  const { asked, onStep, rows = model.summary.rowCount, seed = 1 } = request
  if (onStep && asked.givens.length > 1) throw refusal('several conditions with onStep', 'one condition, whose chains move together')
  const context = contextOf(seed, jobContext)
  const parts: readonly RuledAsked[] = model.rules
    ? throughRules(model.rules, asked)
    : [{ asked, warnings: [], places: asked.givens.map((_, place) => place) }]
  if (parts.length === 1) return drawPart(model, parts[0]!, { ...request, rows }, context)
  const drawn: DrawnRows[] = []
  for (const part of parts) {
    // The same rows whatever other conditions stand beside it.
    const own = part.meeting || part.asked.likelihood ? keyFor(context.key, JSON.stringify(asked.givens[part.places[0]!])) : context.key
    drawn.push(await drawPart(model, part, { ...request, rows }, { ...context, key: own }))
  }
  return together(drawn, parts, { asked, rows })
}

async function drawPart(
  model: GlobalModel,
  known: RuledAsked,
  { asked: whole, rows, steps, onStep, memory }: KnownRequest & { readonly rows: number },
  context: Context
): Promise<DrawnRows> {
  const data = { table: trainingTable(model), formats: model.training.encoder.formats }
  const { part, meeter } = settled(known, data)
  const { givens, observe, likelihood, conditioning, epsilon, ridge } = part.asked
  const shared = { rows, ...defined({ steps, epsilon, onStep, memory }) }
  const back = {
    fixed: new Set([...givens, ...part.places.map((place) => whole.givens[place]!)].flatMap(Object.keys)),
    key: keyFor(context.key, 'rules')
  }
  if (observe.length === 0 && !likelihood) {
    if (conditioning === 'langevin') throw refusal('conditioning langevin without observations', 'informed or clamp')
    const request = { given: givens, ...shared, ...defined({ ridge, conditioning }) }
    const { table, formats, report } = await sampleConditional(model, request, context)
    const warnings = [...part.warnings, ...warningsOf(report)]
    return { ...wholeTable(model, table, { formats, ...back }), steps: report.steps, conditional: report, warnings }
  }
  if (conditioning === 'clamp') throw refusal('conditioning clamp with observations', 'informed or langevin')
  const posterior = { ...shared, observe, given: givens[0]!, ...defined({ likelihood, conditioning }) }
  const { table, formats, report } = await samplePosterior(model, posterior, context).catch((error: unknown) => {
    throw model.rules ? inTermsOf({ ...whole, givens: part.places.map((place) => whole.givens[place]!) }, error) : error
  })
  const moved = meeter ? meeter.meet({ table, formats }) : { table, formats }
  const brought = wholeTable(model, moved.table, { formats, ...back })
  return {
    ...brought,
    table: repeated(brought.table, part),
    steps: report.steps,
    posterior: report,
    warnings: [...part.warnings, ...report.warnings]
  }
}

/** Derived numbers that were met are what was given, to the last digit. */
function repeated(table: Table, { meeting }: RuledAsked): Table {
  const value = new Map(meeting?.targets.map((target) => [target.column, target.value]))
  const columns = table.columns.map((column) => {
    const given = value.get(column.name)
    return given === undefined || !isNumeric(column) ? column : { ...column, values: column.values.map(() => given) }
  })
  return { ...table, columns }
}

/** Rows of all conditions in their order. */
function together(
  drawn: readonly DrawnRows[],
  parts: readonly RuledAsked[],
  { asked, rows }: { readonly asked: Asked; readonly rows: number }
): DrawnRows {
  const from: { part: number; first: number }[] = []
  parts.forEach(({ places }, part) => {
    places.forEach((place, k) => {
      from[place] = { part, first: k * rows }
    })
  })
  const reports = asked.givens.map((given, place): RuledConditionReport => {
    const words = Object.entries(given).map(([name, value]) => `${name}=${wordsOf(value)}`)
    const { part, first } = from[place]!
    return { condition: words.join(', '), through: 'rules', ...supportOf(drawn[part]!, first / rows) }
  })
  const steps = drawn[0]!.steps
  const warnings = drawn.flatMap((one) => one.warnings)
  const tables = drawn.map(({ table }) => table)
  const formats = drawn[0]!.formats.map((format, c) => {
    const shown = drawn.map((one) => one.formats[c]!)
    return shown.reduce((most, one) => ((one.number?.decimals ?? 0) > (most.number?.decimals ?? 0) ? one : most), format)
  })
  return { table: placed(tables, from, rows), formats, steps, conditions: reports, warnings }
}

function supportOf(
  { conditional, posterior, steps = 0, warnings }: DrawnRows,
  place: number
): Omit<RuledConditionReport, 'condition' | 'through'> {
  const one = conditional?.conditions[place]
  if (one) return { ...one, steps }
  const { effectiveRows, acceptance, effectiveSampleSize } = posterior as Extract<DrawnRows['posterior'], { readonly powers: unknown }>
  return { effectiveRows, acceptance, effectiveSampleSize, steps, warnings }
}

function placed(tables: readonly Table[], from: readonly { readonly part: number; readonly first: number }[], rows: number): Table {
  const n = from.length * rows
  const columns = tables[0]!.columns.map((column, c) => {
    const parts = tables.map((table) => table.columns[c]!)
    const into = <T extends Float64Array | Int32Array | Uint8Array>(out: T, at: (part: number) => T | undefined): T => {
      from.forEach(({ part, first }, k) => {
        const values = at(part)
        if (values) out.set(values.subarray(first, first + rows) as T, k * rows)
      })
      return out
    }
    if (isNumeric(column)) {
      const numbers = parts as (typeof column)[]
      const values = into(new Float64Array(n), (p) => numbers[p]!.values)
      const missing = numbers.some((one) => one.missing) ? into(new Uint8Array(n), (p) => numbers[p]!.missing) : undefined
      return { ...column, values, ...defined({ missing }) }
    }
    if (column.kind === 'identifier') return column
    const categories = parts as (typeof column)[]
    const levels = [...new Set(categories.flatMap((one) => one.levels))]
    const coded = categories.map((one) => one.codes.map((code) => (code < 0 ? code : levels.indexOf(one.levels[code]!))))
    return { ...column, levels, codes: into(new Int32Array(n), (p) => coded[p]!) }
  })
  return { columns, rowCount: n }
}

const warningsOf = ({ conditions }: ConditionalReport): NamedWarning[] => conditions.flatMap(({ warnings }) => warnings)

function refusal(got: string, remedy: string): InputError {
  return new InputError({ code: 'option-combination', got, expected: 'options that go together', try: remedy })
}
