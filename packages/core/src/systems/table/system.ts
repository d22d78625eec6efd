import { ConditionMemory } from '../../choose/memory.js'
import { parseLatent } from '../../code/codecs/specification.js'
import { keyTexts } from '../../code/keys/keep.js'
import { datesInParts, withinMonths } from '../../code/rules/month-days.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { uniqueText } from '../../code/rules/unique.js'
import { comparePanels } from '../../diagnose/panels.js'
import { tellPanels } from '../../diagnose/tell-panels.js'
import type { ModelContents } from '../../model-file/contents.js'
import { meanwhile } from '../../num/crew.js'
import { defined } from '../../num/defined.js'
import { keyFromSeed } from '../../num/random.js'
import { isMadeKind } from '../../table/made-kinds.js'
import { presentTable } from '../../table/present.js'
import type { RawTable } from '../../table/raw.js'
import { together } from '../../tell/telling.js'
import { type Asked, askedIn } from '../asked.js'
import { keepingDialect } from '../dialect.js'
import { comparedNumbers } from '../drawn/compared-numbers.js'
import { ORDER_WARNING, ordersCrossed, orderWarnings } from '../drawn/crossed-orders.js'
import { EQUAL_WARNING, equalWarnings } from '../drawn/equals-lost.js'
import { RANGE_WARNING, rangeWarnings } from '../drawn/range-left.js'
import { REPEATED_WARNING, repeatedWarnings, TWINS_WARNING } from '../drawn/rows-repeated.js'
import { SPIKE_WARNING, spikeWarnings } from '../drawn/spikes-moved.js'
import { weightsIn } from '../global/bandwidth.js'
import { drawFields, fitFields } from '../global/options.js'
import type { Host, SystemContext } from '../host.js'
import { keysIn, withKeys } from '../keys-file.js'
import { LARGE_SCALE_WARNING } from '../local/large-scale.js'
import { localFields } from '../local/options.js'
import { conditionFields } from '../options/condition-options.js'
import { panelDrawFields, panelFields } from '../options/panel-options.js'
import { tableFields } from '../options/table-options.js'
import { prepareRows } from '../prepare.js'
import { disclosureFields } from '../privacy/disclosure-options.js'
import type { PrivacyTrial } from '../privacy/privacy.js'
import { privacyIn, withPrivacy } from '../privacy/privacy-file.js'
import { privacyFields } from '../privacy/privacy-options.js'
import { refineFields } from '../refinement/refine-options.js'
import { refinementIn, withRefinement } from '../refinement/refinement-file.js'
import { ruleFields } from '../rules/rule-options.js'
import { RULE_WARNING, UNKNOWN_WARNING } from '../rules/ruled-terms.js'
import { rulesKept, UNMET_WARNING } from '../rules/tell-rules.js'
import type { System } from '../system.js'
import { localisationIn } from '../windows/localisation.js'
import { drawOfCandidates } from './candidates.js'
import { checkKnown, modelKnown } from './check-known.js'
import { refuseFewBehind } from './few-behind.js'
import { withFewSpread } from './few-spread.js'
import { groupsOf } from './grouped.js'
import { ENDS_WARNING, hiddenIn, PRIVATE_CELL, tellingEnds } from './hidden-ends.js'
import { computedIn, keepingByDrawing, keptByDrawing, keptIn, withKept } from './keeping-by-drawing.js'
import { checkKeys, checkKeysInTurns, newKeysInTurn, peopleFor, statedKeysOf, withNewKeys } from './keyed.js'
import type { TableKind } from './kind.js'
import { latent, latentLocal, local, localClasses, panel, refuseAlone, stretch, whole } from './kinds.js'
import { latentDrawFields, latentFields } from './latent-fields.js'
import type { DrawnRows, TableFit, TableModel, TableRequest } from './options.js'
import { inOrder, keptOrder, ORDER_WORK, orderIn, withOrder } from './ordered.js'
import { planTable } from './plan.js'
import { fitPrivate, privateLike } from './private.js'
import type { Draw } from './redrawn.js'
import { fitRefinement } from './refined.js'
import { STRETCH_ROWS, stretches } from './stretches.js'
import { tellTable } from './tell.js'
import { allKeysOf } from './tell-keys.js'
import { TWICE_WARNING, toldTwice, twiceWarnings } from './told-twice.js'
import { backInTurn, keepingTotals } from './totals.js'
import type { ModelParts } from './trial.js'
import { keepingApart, statingUnique, tellCrossing, UNIQUE_WARNING, UNIQUE_WORK, uniqueIn, uniqueToFind, withUnique } from './unique.js'
import { tellingUnknown } from './unknown.js'

const KINDS = [whole, local, localClasses, latent, latentLocal, panel, stretch] as unknown as readonly TableKind<TableModel>[]

const kindNamed = (kind: string): TableKind<TableModel> => KINDS.find((one) => one.kind === kind)!

/** The kind that options ask for. */
function kindFor(options: Pick<TableFit, 'local' | 'latent' | 'group' | 'time'>): TableKind<TableModel> {
  if (options.group !== undefined) return kindNamed('panel')
  if (options.time !== undefined) return kindNamed('stretch')
  const behind = options.local === undefined ? whole : local
  if (options.latent === undefined) return kindNamed(behind.kind)
  return kindNamed(options.local === undefined ? 'latent' : 'latent-local')
}

function kindOf(model: TableModel): string {
  if ('heads' in model) return 'panel'
  if ('series' in model) return 'stretch'
  if ('codec' in model) return 'graph' in model.inner ? 'latent-local' : 'latent'
  if ('classes' in model) return 'local-classes'
  return 'graph' in model ? 'local' : 'global'
}

/** What a model learned from, as it would write it. */
export const writtenRows = (model: TableModel): WrittenTable => kindNamed(kindOf(model)).written(model)

/** What models of tables do, whatever their kind. */
const PARTS: ModelParts = {
  fit: (table, options, context) => kindFor(options).fit(table, options, context),
  draw: (model, request, context) => kindNamed(kindOf(model)).draw(withFewSpread(model), request, context),
  training: (model) => writtenRows(model).table
}

/** Rows of a table: one bridge on all columns, or small ones on neighbourhoods, in the columns or behind a codec. */
const rows: System<RawTable, TableFit, TableModel, TableRequest, DrawnRows> = {
  name: 'tables',
  kinds: KINDS.map(({ kind }) => kind),
  fields: {
    fit: [
      ...fitFields,
      ...localFields,
      ...latentFields,
      ...panelFields,
      ...tableFields,
      ...disclosureFields,
      ...ruleFields,
      ...refineFields,
      ...privacyFields
    ],
    draw: [...drawFields, ...latentDrawFields, ...panelDrawFields],
    know: conditionFields
  },
  also: { fit: ['seed', 'blocks', 'commonScale', 'settled', 'unique'], draw: ['rows', 'seed', 'onStep', 'asked', 'memory', 'missing'] },
  holds: (model): model is TableModel =>
    'training' in model ||
    'heads' in model ||
    'series' in model ||
    (('graph' in model || 'classes' in model) && 'encoder' in model) ||
    'codec' in model,
  kindOf,
  fittedWith: (kind) => ({
    ...(kind.startsWith('latent') ? { latent: kind } : {}),
    ...(kind.includes('local') ? { local: kind } : {}),
    ...(kind === 'panel' ? { group: kind } : {}),
    ...(kind === 'stretch' ? { time: kind } : {})
  }),
  readOptions,
  async readRequest({ given: _g, givenFile: _f, observe: _o, likelihood: _l, ...request }, host) {
    const { conditioning: _c, conditionBandwidth: _b, ridge: _r, missing: _m, ...draws } = request
    const asked = request.asked ?? (await askedIn({ ...request, given: _g, givenFile: _f, observe: _o, likelihood: _l }, host))
    return { ...draws, ...(asked ? { asked } : {}) }
  },
  optionsFor(input, options, request) {
    const { asked, rows = input.rowCount } = request
    if (options.time !== undefined && options.group === undefined) refuseAlone(request)
    if (!asked) {
      checkKeys(statedKeysOf(input, options), rows)
      return options
    }
    const own = options.group === undefined ? { ...options, ...modelKnown(input, options, asked) } : options
    checkKnown(input, own, asked)
    checkKeys(statedKeysOf(input, own), rows * asked.givens.length)
    return own
  },
  plan: planTable,
  async fit(input, asked, context) {
    const options = withTime(input, asked)
    const keys = statedKeysOf(input, options)
    const cells = input.rowCount * input.columns.length
    const { crew } = context.engine
    const uniqueNow = meanwhile(uniqueToFind(input, options), { crew, work: UNIQUE_WORK * cells })
    const orderNow = meanwhile(() => keptOrder(input, options), { crew, work: ORDER_WORK * cells })
    const { refine, privacy, unique: _, ...own } = options
    const fitted = await PARTS.fit(input, own, context)
    const model = privacy === undefined ? fitted : await fitPrivate({ input, options: own, model: fitted, asked: privacy }, PARTS, context)
    const refinement = refine === 'auto' ? await fitRefinement({ input, options: own, model }, PARTS, context) : undefined
    const again = await keptAgain({ ...model, ...defined({ refinement }) }, options, context)
    const unique = uniqueNow()
    return { ...model, ...defined({ keys, refinement, order: orderNow(), again, unique: unique.length > 0 ? unique : undefined }) }
  },
  async draw(model, request, context) {
    await checkKeysInTurns(model.keys, (request.rows ?? model.summary.rowCount) * (request.asked?.givens.length ?? 1), context)
    const people = await peopleFor(model.keys, context.host)
    const apart = await drawApart(model)(request, context)
    if (request.asked) refuseFewBehind(model, apart)
    const drawn = tellingLost(model, tellingUnknown(model, apart, request.asked), request.asked)
    const inTheirOrder = request.asked ? drawn : inOrder(drawn, model.order, request)
    const { seed = 1 } = request
    return { ...(await withNewKeys(inTheirOrder, { kept: model.keys, people, seed, watch: context })), seed }
  },
  stretches(model, request, context) {
    const { rows = model.summary.rowCount, seed = 1 } = request
    const isAlone = kindNamed(kindOf(model)).inStretches && !request.asked && !request.onStep && rows > STRETCH_ROWS
    const keyed = isAlone ? newKeysInTurn(model.keys, { rows, seed }) : undefined
    if (!keyed) return undefined
    checkKeys(model.keys, rows)
    const draw = drawApart(model)
    return stretches(rows, context, async (own, watched) => {
      const drawn = tellingLost(model, tellingUnknown(model, await draw({ ...request, ...own }, watched)))
      return { ...keyed(inOrder(drawn, model.order, { seed, first: own.first })), seed }
    })
  },
  present: (_model, { table, formats, seed }, cells) => presentTable(table, formats, cells, seed),
  tell(model, drawn) {
    const crossing = 'heads' in model || 'series' in model ? [] : [tellCrossing(model.unique ?? [], PARTS.training(model))]
    if (!drawn) return together(tellTable(model), ...crossing)
    const { seed, noise, steps, start, dynamics = 'codec' in model && !('graph' in model.inner) ? 'langevin' : undefined } = drawn.request
    const told = tellTable(model, { ...drawn.answer, draws: defined({ seed, dynamics, noise, steps, start }) })
    const groups = groupsOf(model, drawn.answer)
    const warnings = drawn.answer.warnings.filter(({ name }) =>
      [
        RULE_WARNING,
        UNMET_WARNING,
        UNKNOWN_WARNING,
        UNIQUE_WARNING,
        ORDER_WARNING,
        EQUAL_WARNING,
        ENDS_WARNING,
        SPIKE_WARNING,
        RANGE_WARNING,
        REPEATED_WARNING,
        TWINS_WARNING,
        TWICE_WARNING,
        LARGE_SCALE_WARNING
      ].includes(name)
    )
    return together(...(groups ? [tellPanels(comparePanels(groups, keyFromSeed(1)))] : []), told, ...crossing, {
      json: {},
      topics: [],
      warnings,
      notes: []
    })
  },
  training: PARTS.training,
  summary: (model) => ({
    ...model.summary,
    ...defined({ rules: rulesKept(model) }),
    ...(allKeysOf(model).length > 0 ? { keys: allKeysOf(model).flatMap(keyTexts) } : {}),
    ...(model.unique ? { unique: model.unique.map(uniqueText) } : {})
  }),
  save(model) {
    const contents = withKeys(kindNamed(kindOf(model)).save(model), model.keys)
    const own = withOrder(withPrivacy(withRefinement(contents, model.refinement), model.privacy), model.order)
    return withUnique(withKept(own, model.again), model.unique)
  },
  async load(contents: ModelContents, context) {
    const kind = kindNamed(contents.kind)
    const model = await kind.load(contents, context)
    const training = () => kind.written(model).table
    const names = () => training().columns.map(({ name }) => name)
    const [unique, again] = [uniqueIn(contents, training), keptIn(contents, names)]
    const kept = { keys: keysIn(contents), refinement: refinementIn(contents), privacy: privacyIn(contents) }
    return { ...model, ...defined({ ...kept, order: orderIn(contents, training), again, unique }) }
  }
}

/** The same, with what rows add up from one to the next, rules that tell rows apart, and written as the table was. */
export const tables = keepingDialect(statingUnique(keepingTotals(rows)))

/** A model at the kernel that the privacy of another one has chosen, and private as that is; orders that it would tell of are not. */
export async function privateAs(
  model: TableModel,
  trial: PrivacyTrial,
  seed: number | undefined,
  context: SystemContext
): Promise<TableModel> {
  const { again: _, ...own } = model
  return privateLike({ model: own as TableModel, trial, seed }, PARTS, context)
}

/** Years and running numbers that order a series are its time, and no keys that are written anew. */
function withTime(input: RawTable, options: TableFit): TableFit {
  const { time, group, types } = options
  if (time === undefined || group !== undefined || types?.[time] !== undefined) return options
  const column = prepareRows(input, options).data.table.columns.find(({ name }) => name === time)
  const raw = input.columns.find(({ name }) => name === time)
  const isNumber =
    raw?.source === 'number' || (raw?.source === 'text' && raw.values.every((cell) => cell !== null && /^\d+$/.test(cell.trim())))
  return column?.kind === 'identifier' && isNumber ? { ...options, types: { ...types, [time]: 'integer' } } : options
}

/** Rows of a model as they are drawn, each by itself. */
function drawAlone(model: TableModel): Draw {
  const dates = datesInParts(PARTS.training(model))
  return async (request, context) => {
    const drawn = await drawOfCandidates({ model, request }, PARTS, context)
    const isGiven = (name: string) => request.asked?.givens.some((given) => Object.hasOwn(given, name)) ?? false
    return { ...drawn, table: withinMonths(dates, drawn.table, isGiven) }
  }
}

/** Rows of a model that keep what all rows of the data have, and apart, in one or more parts one after the other. */
function drawApart(model: TableModel): Draw {
  const { totals } = model
  // Whatever rows are added up to, orders beside a total hang on the row alone.
  const whole = (rows: WrittenTable) => backInTurn(totals!)(rows)
  const besideTotals = totals?.orders && keepingByDrawing({ orders: totals.orders, ends: [] }, whole)
  const hidden = hiddenIn(model, () => writtenRows(model))
  const unshown = hidden && keepingByDrawing({ orders: [], ends: [], hidden })
  const changes = [
    unshown,
    model.again && keepingByDrawing(model.again),
    besideTotals,
    model.unique && keepingApart(model, writtenRows(model))
  ]
  const apart = changes.reduce<Draw>(
    (draw, change) => (change ? async (request, context) => change(await draw(request, context), { request, draw, context }) : draw),
    drawAlone(model)
  )
  // What is drawn again under conditions need not find out again what the first draw has.
  return (request, context) =>
    apart(request.asked && model.again ? { ...request, memory: request.memory ?? new ConditionMemory() } : request, context)
}

/** What its rows are drawn again for. Of private models nothing is told of what the rows of the table have; rows of a panel are not drawn one by one. */
async function keptAgain(model: TableModel, { rules, rule, seed }: TableFit, context: SystemContext) {
  if (rules === 'off' || model.privacy || 'heads' in model || !COMPARED.includes(kindOf(model))) return undefined
  return keptByDrawing(
    { model, written: () => writtenRows(model), weights: weightsOf(model), seed, stated: rule },
    drawAlone(model),
    context
  )
}

/** A graph is read from its file; a codec that is misspelled is refused before anything is read. */
async function readOptions(options: TableFit, host: Host): Promise<TableFit> {
  // Who is to make up names is asked for before anything is computed.
  if (Object.values(options.types ?? {}).some(isMadeKind)) await host.people?.()
  if (typeof options.latent === 'string') parseLatent(options.latent)
  if (options.privacy !== undefined) return { ...options, minCell: options.minCell ?? PRIVATE_CELL }
  return typeof options.local === 'string' ? { ...options, local: await localisationIn(options.local, host) } : options
}

/** Models whose rows are compared with those of the table: of tables as they stand, no fields of places. */
const COMPARED: readonly string[] = ['global', 'panel', 'latent']

/** What the rows weigh that a model learned from; undefined where all weigh the same. */
export function weightsOf(model: TableModel): Float64Array | undefined {
  const own = 'inner' in model ? model.inner : model
  return 'training' in own ? weightsIn(own.training) : undefined
}

/** A draw with the orders that it breaks, and what is no longer the same. Of private models nothing is told of what the rows of the table have. */
function tellingLost(model: TableModel, drawn: DrawnRows, asked?: Asked): DrawnRows {
  if (model.privacy)
    return tellingEnds(
      hiddenIn(model, () => writtenRows(model)),
      drawn,
      asked
    )
  if (!COMPARED.includes(kindOf(model))) return drawn
  const weights = weightsOf(model)
  const compared = comparedNumbers({ model, rowCount: model.summary.rowCount, written: () => writtenRows(model), weights, drawn })
  if (!compared) return drawn
  const panel = 'heads' in model ? model.summary : undefined
  // Of a panel rules are of what its groups and rows have, and not of their keys and times.
  const isRuled = (column: string) => !panel || (column !== panel.time && [...panel.constant, ...panel.varying].includes(column))
  const isGiven = (column: string) => asked?.givens.some((given) => Object.hasOwn(given, column)) ?? false
  const crossed = ordersCrossed(compared).filter(({ low, high }) => isRuled(low) && isRuled(high) && !(isGiven(low) && isGiven(high)))
  // Under conditions other rows count than all of the data's.
  const computed = computedIn(model)
  // The rows of a group that have all one value are as one, and large groups are more of the rows.
  const sizes = Array.from(drawn.first?.subarray(1) ?? [], (end, g) => end - drawn.first![g]!)
  const size = sizes.reduce((sum, one) => sum + one * one, 0) / drawn.table.rowCount
  const alike = (column: string) => (panel?.constant.includes(column) ? size : 1)
  const twice = 'rules' in model && !panel ? twiceWarnings(toldTwice(model, writtenRows(model).table), drawn.table) : []
  const lost = asked ? [] : [...equalWarnings(compared, isRuled), ...spikeWarnings(compared, alike), ...rangeWarnings(computed, compared)]
  // Rows that weigh more are drawn more often, and those of a group hang together.
  const repeated = asked || weights || panel ? [] : repeatedWarnings(drawn.table, writtenRows(model).table)
  if (crossed.length + lost.length + repeated.length + twice.length === 0) return drawn
  const warnings = [...drawn.warnings, ...orderWarnings(crossed), ...twice, ...lost, ...repeated]
  return { ...drawn, ...(crossed.length > 0 ? { crossed } : {}), warnings }
}
