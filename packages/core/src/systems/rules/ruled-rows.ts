import { type LatentSpecification, parseLatent } from '../../code/codecs/specification.js'
import { designNotes, keptStandingsIn, keptTotalsIn, totalNotes } from '../../code/rules/among-rows.js'
import { clashOf, isOrder, keepable, needs } from '../../code/rules/choose.js'
import { equalsOf, isOtherThroughout, type KeptEqual, SAME } from '../../code/rules/equals.js'
import { bends, exceptionsOf } from '../../code/rules/exceptions.js'
import { eachRule } from '../../code/rules/families.js'
import { findFewDistances } from '../../code/rules/few-distances.js'
import { findExact, findRules, type Search } from '../../code/rules/find.js'
import { findKnown } from '../../code/rules/find-known.js'
import { choicesOf } from '../../code/rules/flags.js'
import { searchNotes } from '../../code/rules/formula-readings.js'
import { nearlyTotalNotes, quantitiesIn } from '../../code/rules/found-once.js'
import { inOrder, isMeasured, keepRules, type Measured } from '../../code/rules/keep.js'
import { type Derivation, derives, inputsOfKept, type KeptRules } from '../../code/rules/kept-rules.js'
import { isCalendarPart } from '../../code/rules/key-part.js'
import { rowsThatKnow } from '../../code/rules/known-rows.js'
import { nearNotes, nearProductsOf } from '../../code/rules/near-products.js'
import { parseRule } from '../../code/rules/parse-rule.js'
import { clockUnitOf } from '../../code/rules/quantity.js'
import { type Ratio, ratiosOf } from '../../code/rules/ratios.js'
import { binAt, breachOf, breachWords, columnIn, quantityIn, type WrittenTable } from '../../code/rules/rows-of-rule.js'
import { inputsOf, isOpenCell, type Rule, ruleText } from '../../code/rules/rule.js'
import { type RunningTotal, totalText } from '../../code/rules/running-totals.js'
import { takeRulesOut } from '../../code/rules/stacked.js'
import { type Standing, standingText } from '../../code/rules/standings.js'
import { startsOf } from '../../code/rules/starts.js'
import { cutWord, isNumber } from '../../code/rules/thresholds.js'
import { impliedOrders, unkeptRelations } from '../../code/rules/unkept.js'
import { withinOf } from '../../code/rules/within.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { listed, typesFlag } from '../../num/listed.js'
import { cellAt, isMissing } from '../../table/cells.js'
import { presentValues } from '../../table/encoder.js'
import { type Indicator, indicatorsOf } from '../../table/expression.js'
import { columnWord } from '../../table/expression-text.js'
import type { InferredTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { joinColumns, keepColumns, takeTableRows } from '../../table/rows.js'
import { type Column, isCategorical, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { unknownColumn } from '../../table/unknown-column.js'
import { keepingLast } from '../keeping-last.js'
import { type Forms, type PreparedTable, prepareRows, readingOf, type TableOptions } from '../prepare.js'
import { isGrid, type Localisation } from '../windows/localisation.js'
import type { RuleOptions } from './rule-options.js'

type Options = TableOptions &
  Forms &
  RuleOptions & {
    readonly scaling?: unknown
    readonly local?: string | Localisation | undefined
    readonly image?: string | undefined
    readonly latent?: string | LatentSpecification | undefined
    /** Of rows that were taken out of a table: where they stood there. */
    readonly rowNumbers?: readonly number[] | undefined
  }

/** The rules of a table, and how what they derive comes back; absent where none was found or stated. */
export interface Ruled {
  readonly rules?: KeptRules | undefined
}

/** Rows ready to be fitted, without the columns that rules derive from others. */
interface RuledRows extends PreparedTable, Ruled {}

/**
 * As `prepareRows`, with the rules of the table found and taken out. Columns whose scaling is given, and the weights, stay as
 * they are. Throws `InputError` for stated rules: `rule-malformed`, `column-unknown`, `rule-column`, `rule-broken` by a row of
 * the table, `rule-contradictory`. Cost: as of `findRules`.
 */
export const ruledRows = keepingLast(relevant, (raw, options): RuledRows => {
  const read = prepareRows(raw, options)
  const found = options.rules === 'off' ? [] : [...totalNotes(read.data), ...nearlyTotalNotes(read.data)]
  const prepared = { ...read, data: { ...read.data, notes: [...read.data.notes, ...found] } }
  const rules = rulesOf(prepared.data, options)
  if (options.rules === 'off') return prepared
  const measured = measuredIn(prepared.data, rules, options)
  const known = knownRules(prepared.data, rules, options)
  if (rules.length === 0 && !isMeasured(measured) && known.length === 0) return prepared
  const ready = keep(prepared, rules, measured, known)
  const notes = [impliedNotes, unkeptNotes].flatMap((notesOf) => notesOf(rules, prepared.data, options))
  return { ...ready, data: { ...ready.data, notes: [...ready.data.notes, ...notes] } }
})

/** Rules of rows that know their columns, beside those of all rows. Cost: as of `findKnown`. */
export function knownRules(data: InferredTable, rules: readonly Rule[], options: Options): Rule[] {
  if (placesOf(options) !== undefined) return []
  const find = (part: WrittenTable) => {
    const { seen, search } = searchOf({ ...data, ...part }, { ...options, rule: [] })
    return findExact(seen, search)
  }
  return findKnown(data, () => rules, { find, minCell: options.minCell, except: keptAsTheyAre(data, options) })
}

/** Rules ready to be kept, and those of rows that know their columns beside them. */
export function keptBeside(rules: readonly Rule[], known: readonly Rule[], data: InferredTable, measured?: Measured): KeptRules {
  return { ...keepRules(rules, data, measured, known), ...(known.length > 0 ? { known: keepKnown(known, data) } : {}) }
}

/** Each as the rows say it that know its columns, behind what computes these. */
const keepKnown = (rules: readonly Rule[], data: InferredTable): Derivation[] =>
  inOrder(rules.flatMap((rule) => keepRules([rule], { ...data, table: takeTableRows(data.table, rowsThatKnow(rule, data)) }).rules)).filter(
    derives
  )

/** Columns of rows that rows lead to, a cell for each of them. */
export interface OtherColumns extends WrittenTable {
  /** Those that are computed of the rows, each with the columns that it is computed of: these are not computed of it. */
  readonly said?: ReadonlyMap<string, readonly string[]> | undefined
}

/**
 * As `ruledRows`, where each row also leads to rows of other tables: rules may compute its columns of these too, as a discount of the kind of its
 * customer. `others`: their columns, a cell for each row, of which none is derived; they stand in the columns of the rules where these use them,
 * and not in the data. Orders, limits and what else is measured go by the rows' own columns. Cost: that of two such searches.
 */
export function ruledBeside(raw: RawTable, options: Options, others: OtherColumns): RuledRows {
  const alone = ruledRows(raw, options)
  const names = new Set(others.table.columns.map(({ name }) => name))
  if (options.rules === 'off' || names.size === 0) return alone
  const read = prepareRows(raw, options)
  const joined = joinColumns(read.data, others)
  const reaching = reachingRules(rulesOf(joined, options, [...names]), others)
  if (reaching.length === 0) return alone
  const rules = keepable([...reaching, ...rulesOf(read.data, options)]).kept
  const own = rules.filter((rule) => !reaching.includes(rule))
  const measured = measuredIn(
    read.data,
    own,
    options,
    reaching.map(({ column }) => column)
  )
  const { data, rules: kept, ...rest } = keep({ ...read, data: joined }, rules, measured, knownRules(read.data, rules, options))
  const used = new Set(kept!.rules.flatMap(inputsOfKept))
  const isOurs = ({ name }: { readonly name: string }) => !names.has(name)
  return {
    ...rest,
    data: keepColumns(data, isOurs),
    rules: { ...kept!, columns: kept!.columns.filter((one) => isOurs(one) || used.has(one.name)) }
  }
}

/**
 * Rules that compute columns of what other rows say: no orders, which bounds keep; and nothing that is looked up by a number of theirs, as new ones
 * have numbers that none has.
 */
export function reachingRules(rules: readonly Rule[], { table: { columns }, said = new Map() }: OtherColumns): Rule[] {
  const [names, numbers] = [columns, columns.filter(isNumeric)].map((some) => new Set(some.map(({ name }) => name))) as [
    Set<string>,
    Set<string>
  ]
  return rules.filter(
    (rule) =>
      !isOrder(rule) &&
      inputsOf(rule).some((name) => names.has(name)) &&
      !(rule.kind === 'lookup' && rule.from.some((name) => numbers.has(name))) &&
      !inputsOf(rule).some((name) => needs(said.get(name) ?? [], rules).has(rule.column))
  )
}

/** That new rows break what all rows of the table obey, as people are told. */
const unkeptNotes = (rules: readonly Rule[], data: InferredTable, options: Options): string[] => {
  const { seen, search } = searchOf(data, options)
  return unkeptRelations(seen, search).map((relation) => {
    const others = rules.filter((rule) => rule.kind !== 'gap' && [relation.column, ...inputsOf(relation)].includes(rule.column))
    const words = others.map((one) => `“${ruleText(one)}”`).join(' and ')
    return `“${ruleText(relation)}” holds in all rows, but new rows cannot keep it beside ${words}; --rule '${ruleText(relation)}' keeps it instead`
  })
}

/** What is stated and no rule by itself any more, as people are told. */
const impliedNotes = (rules: readonly Rule[], data: InferredTable, options: Options): string[] => {
  const { seen, search } = searchOf(data, options)
  return impliedOrders(seen, search).flatMap((order) => {
    const by = rules.find(({ kind, column }) => kind === 'formula' && column === order.column)
    return by ? [`“${ruleText(order)}” follows from “${ruleText(by)}”, which new rows keep`] : []
  })
}

/** Columns that are drawn by how they stand to another one; none of those whose scaling is given, nor `besides`. */
export function measuredIn(data: InferredTable, rules: readonly Rule[], options: Options, besides: readonly string[] = []): Measured {
  const fixed = new Set([...besides, ...keptAsTheyAre(data, options)])
  // Of a field each category that is drawn makes classes of rows of its own.
  const choices = options.local === undefined ? choicesOf(rules, data, fixed) : new Map<string, readonly string[]>()
  const left = new Set([...fixed, ...[...choices.values()].flat()])
  const starts = startsOf(rules, data, left)
  const placed = withinOf(rules, data, left)
  const isShare = ([column, of]: readonly [string, string]) => placed.has(column) && isOtherThroughout(column, of, data)
  // What is always a share of another number goes by that, and not by its place among those of its level.
  const derived = new Set([...rules.flatMap(({ kind, column }) => (kind === 'gap' ? [] : [column])), ...starts.keys()])
  const shares =
    placed.size > 0 && options.local === undefined
      ? [...equalsOf(data, { rules, taken: (name) => derived.has(name), except: left })].filter(isShare)
      : []
  const within = new Map([...placed].filter(([column]) => !shares.some(([share]) => share === column)))
  const measured = [...starts, ...within].map(([column, name]): Rule => ({ kind: 'order', column, low: { kind: 'column', name } }))
  const ratios = options.local === undefined ? sharesOf([...rules, ...measured], data, left) : new Map<string, Ratio>()
  const orders = [...measured, ...[...ratios].map(([column, { of }]): Rule => ({ kind: 'order', column, low: of }))]
  const told = new Set([...rules, ...orders].flatMap(({ kind, column }) => (kind === 'gap' ? [] : [column])))
  if (options.local !== undefined) return { starts, within, equals: new Map(), choices, ratios }
  const equals = equalsOf(data, { rules: [...rules, ...orders], taken: (name) => told.has(name), except: left })
  return { starts, within, equals, choices, ratios }
}

/** Numbers that are drawn as what part they are of others, since a formula computes that, or since they stand near a product of these. */
function sharesOf(rules: readonly Rule[], data: InferredTable, except: ReadonlySet<string>): ReadonlyMap<string, Ratio> {
  const computed = ratiosOf(rules, data, except)
  const orders = [...computed].map(([column, { of }]): Rule => ({ kind: 'order', column, low: of }))
  return new Map([...computed, ...nearProductsOf([...rules, ...orders], data, except)])
}

/** What of the options decides which rules are found. */
function relevant({ rules, rule, scaling, local, image, latent, ...options }: Options): Options {
  const places = placesOf({ local, image, latent })
  const found = defined({
    rules,
    rule,
    scaling,
    local: places === GRID ? 'grid:' : local === undefined ? undefined : 'auto',
    image,
    latent: places === NETWORK ? latent : undefined
  })
  return { ...readingOf(options), ...found }
}

const GRID = 'a place of a grid'
const NETWORK = 'an input of the networks'

/** What the numeric columns are, where every one of them is drawn: without one the others would be no grid, and no row that a network of the user's own reads. */
export function placesOf({ local, image, latent }: Pick<Options, 'local' | 'image' | 'latent'>): string | undefined {
  if (isGrid(local) || image !== undefined) return GRID
  const codec = typeof latent === 'string' ? parseLatent(latent) : latent
  return codec?.kind === 'onnx' ? NETWORK : undefined
}

function keep(prepared: PreparedTable, rules: readonly Rule[], measured: Measured, known: readonly Rule[] = []): RuledRows {
  const kept = keptBeside(rules, known, prepared.data, measured)
  const data = takeRulesOut(kept, prepared.data)
  return {
    ...prepared,
    data: {
      ...data,
      notes: [
        ...prepared.data.notes,
        ...boundNotes(rules, prepared.data),
        ...equalNotes(kept, data),
        ...distanceNotes(prepared.data, measured, kept),
        ...nearNotes(measured.ratios)
      ]
    },
    rules: kept
  }
}

/** That numbers are another column's in many rows, as people are told. The table is that of the columns that are drawn. */
export const equalNotes = ({ rules }: KeptRules, { table }: Pick<InferredTable, 'table'>): string[] =>
  rules.flatMap((rule) =>
    rule.kind === 'equal' ? [`${rule.column}: ${equalText(rule, table)}, and so in new ones; --rules off draws it by itself`] : []
  )

function equalText({ of, flag, factors = [], throughout }: KeptEqual, { columns }: Table): string {
  const flags = columns.find(({ name }) => name === flag)
  const times = `${orWords(factors.map(String))} times`
  if (throughout) return `${times} ${of} in all rows`
  // Of shares alone no row has the same.
  if (flags && 'levels' in flags && !flags.levels.includes(SAME)) return `${times} ${of} in many rows`
  return `the same as “${of}”${factors.length > 0 ? `, or ${listed(factors.map(String))} times that,` : ''} in many rows`
}

const orWords = (words: readonly string[]): string =>
  [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((word) => word !== '').join(' or ')

/** How many of each a day has. */
const UNITS = { days: 1, hours: 24, minutes: 1440, seconds: 86_400 }

/** Days in the largest unit of which all are whole ones. */
function timesText(days: readonly number[]): string {
  const [unit, count] = Object.entries(UNITS).find(([, own]) => days.every((x) => Math.abs(x * own - Math.round(x * own)) < 1e-6)) ?? [
    'days',
    1
  ]
  return `${orWords(days.map((x) => String(Number((x * count).toPrecision(12)))))} ${unit}`
}

/** Distances that a note lists, at most. */
const MOST_LISTED = 6

/** By which few distances dates lie behind others, as people are told. */
function distanceNotes(data: InferredTable, { starts }: Measured, { rules }: KeptRules): string[] {
  if (starts.size === 0) return []
  const few = findFewDistances(quantitiesIn(data))
  return [...starts].flatMap(([name, from]) => {
    const own = few.get(name)
    if (own?.from !== from || own.distances.length > MOST_LISTED) return []
    const distances = own.months ? `${orWords(own.distances.map(String))} months` : timesText(own.distances)
    const told = rules.flatMap((rule) =>
      rule.kind === 'order' && rule.column === name && rule.told ? [`, which ${rule.told.by} says`] : []
    )
    return [`${name}: ${distances} after ${from} in all rows${told.join('')}, and so in new ones; --rules off draws it by itself`]
  })
}

/** What is computed from others may lie beyond what its reader knows of it: below nought no sum of numbers does that the data have not there. */
const boundNotes = (rules: readonly Rule[], { formats }: InferredTable): string[] =>
  rules.flatMap((rule) => {
    const { least = 0, most, byType } = formats.find(({ name }) => name === rule.column)?.bounds ?? {}
    if (rule.kind !== 'formula' || byType || (least <= 0 && most === undefined)) return []
    const range = [...(least > 0 ? [`at least ${least}`] : []), ...(most === undefined ? [] : [`at most ${most}`])].join(' and ')
    return [`${rule.column}: computed as ${ruleText(rule)}, which does not ensure that it is ${range}; --rules off draws it by itself`]
  })

/** Which rules are not looked for, as the table has too many columns of numbers, and what holds from row to row. */
export const ruleNotes = (data: InferredTable, { rules = 'auto' }: Options): readonly string[] =>
  rules === 'off'
    ? []
    : [
        ...keptTotalsIn(data).map(totalNote),
        ...keptStandingsIn(data).map(standingNote),
        ...designNotes(data),
        ...nearlyTotalNotes(data),
        ...searchNotes(data)
      ]

/** That a column adds up others, as people are told. */
export const totalNote = (total: RunningTotal): string =>
  `${totalText(total)}, which new rows keep; ${typesFlag(total.column, 'number')} draws it as any other column`

/** That a column says where rows stand, as people are told. */
export const standingNote = (one: Standing): string =>
  `${standingText(one)}, which new rows keep among themselves; --types ${one.column}=number draws it as any other column`

/** The rules of a table that are kept: those stated, and those found beside them. `besides`: columns that none derives. */
export function rulesOf(data: InferredTable, options: Options, besides: readonly string[] = []): readonly Rule[] {
  if (options.rules === 'off') return []
  const { seen, search } = searchOf(data, options, besides)
  return findRules(seen, search)
}

/** The rules that are stated, also those that others see to. Throws what `rulesOf` throws. */
export const statedRules = (data: InferredTable, options: Options): readonly Rule[] => searchOf(data, options).search.stated ?? []

/** What rules are looked for in, and how. Throws what `rulesOf` throws. */
function searchOf(
  data: InferredTable,
  { rule = [], weights, minCell, scaling, local, image, latent, rowNumbers }: Options,
  besides: readonly string[] = []
): { readonly seen: WrittenTable; readonly search: Search } {
  const what = placesOf({ local, image, latent })
  const places = { what, names: what === undefined ? [] : data.table.columns.filter(isNumeric).map(({ name }) => name) }
  const stated = [rule]
    .flat()
    .flatMap(eachRule)
    .map((text) => statedRule(text, data, { weights, places, rowNumbers }))
  stated.forEach((one, k) => {
    refuseClash(one, stated.slice(0, k))
  })
  const seen = image === undefined ? data : besidePixels(data)
  const except = new Set([...besides, ...keptAsTheyAre(data, { weights, scaling, local, image, latent })])
  return { seen, search: { stated, except, minCell } }
}

/** Columns that no rule derives: those whose scaling is given, the weights, and what has a place that all are drawn at. */
function keptAsTheyAre({ table }: InferredTable, { weights, scaling, ...where }: Options): ReadonlySet<string> {
  const fixed = typeof scaling === 'object' && scaling !== null ? Object.keys(scaling) : []
  const places = placesOf(where) === undefined ? [] : table.columns.filter(isNumeric).map(({ name }) => name)
  return new Set([...fixed, ...places, ...(weights === undefined ? [] : [weights])])
}

/** The table without its pixels: what a few of them happen to tell of a label, or of each other, is no rule. */
function besidePixels({ table, formats }: InferredTable): WrittenTable {
  const isOther = (c: number): boolean => !isNumeric(table.columns[c]!)
  const columns = table.columns.filter((_, c) => isOther(c))
  return { table: { ...table, columns }, formats: formats.filter((_, c) => isOther(c)) }
}

/** Columns that no rule may derive, and which rows of a table these are. */
interface Kept extends Pick<Options, 'rowNumbers'> {
  readonly weights: string | undefined
  readonly places: { readonly what: string | undefined; readonly names: readonly string[] }
}

function statedRule(text: string, data: InferredTable, { weights, places, rowNumbers }: Kept): Rule {
  const rule = limitIn(onClock(parseRule(text), data), data)
  for (const name of [rule.column, ...inputsOf(rule)]) refuseColumn(name, { rule, data, weights })
  if (places.names.includes(rule.column))
    throw new InputError({
      code: 'rule-column',
      got: `“${ruleText(rule)}”, where ${rule.column} is ${places.what}`,
      expected:
        places.what === GRID ? 'a column besides the grid: all of its places are drawn' : 'a column besides those that the networks read',
      try: `leaving the rule out, or drawing without the ${places.what === GRID ? 'grid' : 'networks'}`
    })
  refuseThresholds(rule, data)
  const breach = breachOf(rule, data)
  if (!breach) return { ...rule, exceptions: undefined }
  const row = rowNumbers?.[breach.row] ?? breach.row
  if (breach.count > (rule.exceptions ?? 0) || !bends(rule) || !exceptionsOf(rule, data))
    throw new InputError({
      code: 'rule-broken',
      got: breachWords(rule, { ...breach, row }, data.table.rowCount),
      expected: rule.kind === 'formula' ? 'a rule that every row obeys, to the decimals that are written' : 'a rule that every row obeys',
      try: `correcting row ${row + 1}${bends(rule) && !rule.exceptions ? `, “${ruleText({ ...rule, exceptions: breach.count })}” where these are meant` : ''}, or leaving the rule out`
    })
  return { ...rule, exceptions: breach.count }
}

/** `arrival >= cancelled`, where that is missing in rows that have the other: it is the cancellation that ends there. */
function limitIn(rule: Rule, data: InferredTable): Rule {
  if (rule.kind !== 'order' || rule.exceptions || rule.low.kind !== 'column') return rule
  const [low, high] = [rule.low.name, rule.column].map((name) => data.table.columns.find((column) => column.name === name))
  if (!low || !high || !isNumeric(low) || !isNumeric(high) || !low.missing?.some((gap, i) => gap === 1 && !isMissing(high, i))) return rule
  // Where each is missing in rows that have the other, the later one is measured from the earlier one, where that is there.
  if (high.missing?.some((gap, i) => gap === 1 && !isMissing(low, i))) return rule
  return { kind: 'limit', column: low.name, high: { kind: 'column', name: high.name } }
}

/** A minute in seconds. */
const MINUTE = 60

/** A threshold of times of day counts what its column counts, however it was written. */
function onClock(rule: Rule, data: InferredTable): Rule {
  if (rule.kind !== 'step') return rule
  const format = data.formats.find(({ name }) => name === rule.of)
  const clock = format && clockUnitOf(format)
  const factor = rule.clock === undefined || rule.clock === clock ? 1 : clock === 'seconds' ? MINUTE : 1 / MINUTE
  // Thresholds of a clock on other columns are refused, with the columns.
  return clock ? { ...rule, clock, cuts: rule.cuts.map((cut) => (isNumber(cut) ? cut * factor : cut)) } : rule
}

/** A threshold beyond all numbers, or two without one between them, would say nothing. */
function refuseThresholds(rule: Rule, data: InferredTable): void {
  if (rule.kind !== 'step') return
  const bin = binAt(rule, data)
  const cell = cellAt(columnIn(data, rule.column))
  const bins = new Set(Array.from({ length: data.table.rowCount }, (_, i) => (isOpenCell(rule.open, cell(i)) ? undefined : bin(i))))
  const empty = [...rule.cuts, undefined].findIndex((_, k) => !bins.has(k))
  if (empty < 0) return
  const values = quantityIn(data, rule.of).values.filter((x) => !Number.isNaN(x))
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
  const where =
    empty === rule.cuts.length
      ? `at or above ${cutWord(rule.cuts[empty - 1]!, rule)}`
      : `between its thresholds below ${cutWord(rule.cuts[empty]!, rule)}`
  throw new InputError({
    code: 'rule-threshold',
    got: `“${ruleText(rule)}”, where no row has ${rule.of} ${where}`,
    expected: `thresholds between ${cutWord(low, rule)} and ${cutWord(high, rule)}, with rows on both sides of each`,
    try: 'other thresholds, or leaving one out'
  })
}

interface StatedColumn {
  readonly rule: Rule
  readonly data: InferredTable
  readonly weights: string | undefined
}

function refuseColumn(name: string, { rule, data: { table, formats }, weights }: StatedColumn): void {
  const column = table.columns.find((one) => one.name === name)
  if (!column)
    throw unknownColumn(name, table.columns, {
      got: `“${ruleText(rule)}”, which names the unknown column ${name}`,
      word: columnWord
    })
  const isCut = rule.kind === 'step' && name === rule.of && rule.cuts.some(isNumber)
  const indicators = rule.kind === 'formula' ? indicatorsOf(rule.expression).filter((one) => one.name === name) : []
  if (indicators.length > 0) refuseLevels(indicators, { rule, column, weights })
  if (indicators.length > 0 && (isCategorical(column) || isWhole(column))) return
  const part = rule.kind === 'lookup' ? rule.parts?.[rule.from.indexOf(name)] : undefined
  const computes = rule.kind === 'formula' || isOrder(rule) || (rule.kind === 'step' && name !== rule.column) || Boolean(part)
  const clock = formats.some((format) => format.name === name && clockUnitOf(format))
  const sort = column.kind === 'datetime' ? 'dates' : clock ? 'times of day' : 'numbers'
  const isOther =
    (isCut && sort !== (rule.dates ? 'dates' : rule.clock ? 'times of day' : 'numbers')) ||
    (part && sort !== (isCalendarPart(part) ? 'dates' : 'numbers'))
  const unfit = column.kind === 'identifier' || (computes && !isNumeric(column)) || isOther
  if (!unfit && name !== weights) return
  throw new InputError({
    code: 'rule-column',
    got: `“${ruleText(rule)}”, where ${name} ${name === weights ? 'is the weight of rows' : column.kind === 'identifier' ? 'counts as an identifier' : isOther ? `is a column of ${sort}` : 'is no number or date'}`,
    expected: part
      ? typeof part === 'string'
        ? `${part} of ${isCalendarPart(part) ? 'a column of dates' : 'columns of numbers'}`
        : 'bins of a column of numbers'
      : isOther
        ? THRESHOLDS[sort]
        : computes
          ? 'columns of numbers or dates'
          : 'columns that are modelled',
    try: column.kind === 'identifier' ? `${typesFlag(name, 'integer')} or ${typesFlag(name, 'category')}` : `another rule than of ${name}`
  })
}

/** Whole numbers may be names. */
const isWhole = (column: Column): column is NumericColumn => column.kind === 'integer'

/** Indicators are of levels that a category has, of a boolean, or of whole numbers that a column has. */
function refuseLevels(
  indicators: readonly Indicator[],
  { rule, column, weights }: { readonly rule: Rule; readonly column: Column; readonly weights: string | undefined }
): void {
  for (const { name, level } of indicators) {
    const levels = isCategorical(column) ? column.levels : isWhole(column) ? [...new Set(presentValues(column))].map(String) : []
    if (name !== weights && (level === undefined ? column.kind === 'boolean' : levels.includes(level))) continue
    throw new InputError({
      code: 'rule-column',
      got: `“${ruleText(rule)}”, where ${name} ${levels.length > 0 ? `has no level ${level ?? 'true'}` : 'is no category'}`,
      expected: levels.length > 0 ? `P of one of ${listed(levels)}` : 'P of a level of a category',
      try: levels.length > 0 ? `P(${columnWord(name)} = ${levels[0]})` : typesFlag(name, 'category')
    })
  }
}

const THRESHOLDS = {
  dates: 'thresholds that are dates, as 2024-07-01',
  'times of day': 'thresholds that are times of day, as 14:30',
  numbers: 'thresholds that are numbers'
}

function refuseClash(rule: Rule, before: readonly Rule[]): void {
  const clash = clashOf(rule, before)
  if (!clash) return
  const others = before.map((one) => `“${ruleText(one)}”`).join(' and ')
  throw new InputError({
    code: 'rule-contradictory',
    got: `“${ruleText(rule)}” beside ${others}`,
    expected: clash === 'derived' ? `one rule that derives ${rule.column}` : 'rules that derive no column from itself',
    try: 'leaving one of them out'
  })
}
