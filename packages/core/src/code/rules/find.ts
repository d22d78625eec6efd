import { firstAbove } from '../../num/ascending.js'
import { log } from '../../num/elementary.js'
import { listed } from '../../num/listed.js'
import { quantileOfSorted, sorted, variance } from '../../num/statistics.js'
import { isMissing } from '../../table/cells.js'
import { type Cells, type Codes, codesOf, determines, jointCodes, spreadRows } from '../../table/codes.js'
import { linearForm } from '../../table/derivative.js'
import { COALESCE, columnsOf, type Expression, evaluate, indicatorsOf, namesIn } from '../../table/expression.js'
import { expressionText } from '../../table/expression-text.js'
import { spikesOf } from '../../table/recurring.js'
import { takeTableRows } from '../../table/rows.js'
import { type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'
import { openBetween } from './between.js'
import { ENOUGH_ROWS, isBeyondChance, rateByChance } from './chance.js'
import { clashOf, goTogether, isOrder, keepable, needs } from './choose.js'
import { designedSize, goesAlong } from './designed.js'
import { bends, exceptionsOf } from './exceptions.js'
import { type FewDistances, findFewDistances } from './few-distances.js'
import { type FewRatios, findFewRatios } from './few-ratios.js'
import { findBinned } from './find-binned.js'
import { findBoxes } from './find-boxes.js'
import { findBrackets, findBracketsBeside, findBracketsByLevel } from './find-brackets.js'
import { behind, findByLevel, findProductSums } from './find-by-level.js'
import { findComparisons, sideBetween } from './find-comparisons.js'
import { findExtremes } from './find-extremes.js'
import { findFlags } from './find-flags.js'
import { type FormulaFound, findFormulas, INVERSE, isTotal, MOST_COLUMNS_OF, MOST_COLUMNS_OF_SUMS } from './find-formulas.js'
import { findGaps } from './find-gaps.js'
import { findJointGaps } from './find-joint-gaps.js'
import { findLargest } from './find-largest.js'
import { findLookups, isSameNumber, type LookupFound } from './find-lookups.js'
import { findOffsets } from './find-offsets.js'
import { findOpen } from './find-open.js'
import { findOpenLevels } from './find-open-levels.js'
import { findCrossing, findLimits, findOrders, type OrderFound, shortest } from './find-orders.js'
import { findSteps, stepAlong } from './find-steps.js'
import { findConstantSums } from './find-sums.js'
import { findTerms } from './find-terms.js'
import { findWholes } from './find-wholes.js'
import { isFit, logChanceOf } from './fits.js'
import { choiceColumn, flagsOf, setIn } from './flags.js'
import { followersOf } from './keep-totals.js'
import { keyColumns } from './key-part.js'
import { findLags, type Lag } from './lags.js'
import { lateRules } from './late.js'
import { listedValues } from './listed-values.js'
import { mixedRows } from './mixed-rows.js'
import { filledIn, type Quantity, quantityOf } from './quantity.js'
import { isToldByRatio } from './ratios.js'
import { breachOf, columnIn, quantityIn, type WrittenTable } from './rows-of-rule.js'
import { inputsOf, type Rule, ruleText } from './rule.js'
import { nearlyTotals, type RunningTotal, runningTotals, totalText } from './running-totals.js'
import { binary, column, scaled, writeSum } from './shapes.js'
import { findStandings, type Standing, standingText } from './standings.js'
import { summaryOf } from './summary.js'

export interface Search {
  /** Rules that are kept whatever is found; they hold. */
  readonly stated?: readonly Rule[]
  /** Columns that stay as they are. */
  readonly except?: ReadonlySet<string> | undefined
  /** Rows that candidates must pass before all rows are looked at: how many, only time depends on. */
  readonly firstRows?: number | undefined
  /** Whether sums with products, and such whose weights differ between levels, are looked for. Default true. */
  readonly byLevel?: boolean
}

/** Parts of the rows, at most; a rule with a few exceptions holds in some of them without any. */
const MOST_PARTS = 8
/** Parts in which such a rule must be found: one may have an invented rule, with the probability of a whole table, two do not. */
const LEAST_TIMES = 2
/** Parts, at least: of two, one exception would leave one. */
const LEAST_PARTS = 3
/** Rows of a part, about, at most: more tell no more, and exceptions that no part is without hide a rule in all of them. */
const MOST_PART = 10_000
/** Part of the variance of what a column is left of that it must have at least: as of columns that are measured by others. */
const LEFT = 0.1
/** Part of the rows that may be exceptions: more would be another rule. */
const MOST_EXCEPTIONS = 0.01

/**
 * Rules that all rows of a table obey, or all but a few, beyond chance: those that all obey, then such as all rows of some of
 * eight parts of the table do, taken in turn. Costs at most twice that of `findExact`.
 */
export const findRules = (data: WrittenTable, search: Search = {}): readonly Rule[] => findRelations(data, search).rules

/** The rules of a table, and formulas that all its rows obey too. Plain data. */
interface Relations {
  readonly rules: readonly Rule[]
  /** What could not be kept beside the rules, each relation as the first of its readings. */
  readonly left: readonly Rule[]
  /** What is stated, and the rules see to without being told; absent where nothing is. */
  readonly implied?: readonly Rule[]
}

/** As `findRules`, with what could not be kept. */
export const findRelations = (data: WrittenTable, search: Search = {}): Relations => keptRelations(data, search)

const keptRelations = keptByTable(
  ({ stated, except, firstRows, byLevel }: Search) => JSON.stringify([stated, [...(except ?? [])].sort(), firstRows, byLevel]),
  relationsIn
)

/**
 * Orders that are stated derive their column, and formulas of it would give way to them: those that the rules which are found without them
 * see to, as a total of at least one piece does that it is not below the price, need not. Cost: as of `findRelations`, where orders are stated.
 */
function relationsIn(data: WrittenTable, search: Search): Relations {
  const { stated = [] } = search
  if (!stated.some(isOrder)) return relationsBeside(data, search)
  const free = findRelations(data, { ...search, stated: stated.filter((rule) => !isOrder(rule)) })
  const isComputed = ({ column: name }: Rule) =>
    free.rules.some((rule) => rule.kind === 'formula' && rule.column === name && !rule.exceptions)
  const candidates = stated.filter((rule) => isOrder(rule) && !rule.exceptions && isComputed(rule))
  if (candidates.length === 0) return relationsBeside(data, search)
  const mixed = mixedRows(free.rules, data)
  const implied = candidates.filter((rule) => !breachOf(rule, mixed))
  return { ...relationsBeside(data, { ...search, stated: stated.filter((rule) => !implied.includes(rule)) }), implied }
}

function relationsBeside(data: WrittenTable, search: Search): Relations {
  const first = exactIn(data, search)
  const exact = first.rules
  const { rowCount } = data.table
  if (partsOf(rowCount) < LEAST_PARTS) return first
  // What parts of the rows say of a column that all of them tell by the same others is part of that: brackets of a tariff.
  const isWhole = (rule: Rule) =>
    exact.some((one) => one.kind === 'formula' && one.column === rule.column && columnsIn(one) === columnsIn(rule))
  const common = commonRules(data, search)
  // Months of the calendar say more than days of which some are exceptions.
  const terms = common.length === 0 ? [] : findTerms(data.table.columns, quantitiesIn(data), rowCount)
  const isTerm = (rule: Rule) => terms.some((one) => columnsIn({ kind: 'formula', ...one }) === columnsIn(rule))
  // Of two readings of the same columns that with exceptions must say a bit more of each row: total = qty * price more than the few qty that go
  // by rounding, and beds = 100 * occupied / occupancy, but for a row, no more than the occupancy that all rows have.
  const bit = rowCount * log(2)
  const isLess = (rule: Rule) =>
    rule.kind === 'formula' &&
    exact.some(
      (one) => one.kind === 'formula' && columnsIn(one) === columnsIn(rule) && logChanceOf(one, data) - bit < logChanceOf(rule, data)
    )
  const bent = common.flatMap((rule): Rule[] => {
    if (isWhole(rule) || isTerm(rule) || isStepped(rule, data)) return []
    const bounded = rule.kind === 'formula' ? boundedOf(rule, data) : undefined
    if (bounded) return [bounded]
    const count = bends(rule) ? exceptionsOf(rule, data)?.rows.length : undefined
    const own: Rule = { ...rule, exceptions: count }
    return count !== undefined && count <= MOST_EXCEPTIONS * rowCount && !isLess(own) ? [own] : []
  })
  // A formula with exceptions goes before a lookup without, and before another reading of the same columns that rounds them
  // away, as qty = total / price: it is what the columns mean.
  const bentFormulas = bent.filter(({ kind }) => kind === 'formula')
  const readings = new Set(bentFormulas.map(columnsIn))
  const formulas = joined(
    exact.filter((rule) => rule.kind === 'formula' && !readings.has(columnsIn(rule))),
    bentFormulas
  )
  const stated = [...(search.stated ?? []), ...formulas.filter((rule) => bentFormulas.includes(rule))]
  const again = stated.length > (search.stated?.length ?? 0) ? exactIn(data, { ...search, stated }) : first
  return besides(keepable(joined(again.rules, bent)).kept, again.left)
}

/** Whether a formula of one number, with exceptions, computes what stands in one piece between thresholds of that number in all rows: the points of a mark. */
function isStepped(rule: Rule, data: WrittenTable): boolean {
  const [of, ...others] = rule.kind === 'formula' ? columnsOf(rule.expression) : []
  return of !== undefined && others.length === 0 && stepAlong(columnIn(data, rule.column), quantityIn(data, of)) !== undefined
}

/** What a sum with a few exceptions says without any of one of its columns, which is 0 where the others would leave less: what is taxable, of a few who earn little. */
function boundedOf({ column: name, expression }: Extract<Rule, { kind: 'formula' }>, data: WrittenTable): Rule | undefined {
  const form = linearForm(expression)
  if (!form) return undefined
  const whole = new Map([...form.coefficients, [name, -1]])
  for (const [part, weight] of whole) {
    if (Math.abs(weight) !== 1 || quantityIn(data, part).isDate || summaryOf(quantityIn(data, part).values).low !== 0) continue
    const others = [...whole].filter(([other]) => other !== part)
    const sum = writeSum(
      others.map(([other]) => column(other)),
      { weights: others.map(([, own]) => -own / weight), constant: -form.constant / weight }
    )
    const rule: Rule = { kind: 'formula', column: part, expression: { kind: 'call', name: 'positive', of: sum } }
    if (!breachOf(rule, data)) return rule
  }
  return undefined
}

/** Rules, and of other formulas each relation that none of them is of, once. */
function besides(rules: readonly Rule[], others: readonly Rule[]): Relations {
  const told = new Set(rules.filter(({ kind }) => kind === 'formula').map(columnsIn))
  const left = others.filter((rule) => !told.has(columnsIn(rule)) && told.add(columnsIn(rule)))
  return { rules, left }
}

/** The columns of a rule, whichever it derives. */
const columnsIn = (rule: Rule): string => JSON.stringify([rule.column, ...inputsOf(rule)].sort())

/** Rules, and others that say nothing of a column that they derive and close no circle with them. */
function joined(rules: readonly Rule[], others: readonly Rule[]): Rule[] {
  const all = [...rules]
  for (const rule of others) if (!all.some(({ column }) => column === rule.column) && !clashOf(rule, all)) all.push(rule)
  return all
}

/** As many parts as rows make, up to eight. */
const partsOf = (rowCount: number): number => Math.min(MOST_PARTS, Math.floor(rowCount / ENOUGH_ROWS))

/** Rows of a part, taken in turn; of many rows some all along, an odd number apart, which hours and months are not. */
function rowsOfPart(part: number, rowCount: number): Uint32Array {
  const apart = rowCount < 2 * MOST_PARTS * MOST_PART ? partsOf(rowCount) : 2 * Math.floor(rowCount / (2 * MOST_PART)) + 1
  const rows = new Uint32Array(Math.ceil((rowCount - part) / apart))
  for (let k = 0; k < rows.length; k++) rows[k] = part + k * apart
  return rows
}

/** Formulas of few rows, of which an order or a lookup that one row breaks is mostly none. */
const formulasOf = (data: WrittenTable, { except }: Search): readonly Rule[] =>
  formulasIn(quantitiesIn(data), data, { byLevel: false, lookups: [] }).filter(
    (rule) => rule.kind === 'formula' && !except?.has(rule.column)
  )

/** Rules that several parts of the rows obey, those that all rows do left out. */
function commonRules(data: WrittenTable, search: Search): Rule[] {
  const counts = new Map<string, { readonly rule: Rule; times: number }>()
  const parts = partsOf(data.table.rowCount)
  for (let part = 0; part < parts; part++) {
    // What no part before has is found too few times in those that are left.
    if (counts.size === 0 && parts - part < LEAST_TIMES) break
    const own = { ...data, table: takeTableRows(data.table, rowsOfPart(part, data.table.rowCount)) }
    for (const rule of parts < MOST_PARTS ? formulasOf(own, search) : findExact(own, { ...search, stated: [], byLevel: false })) {
      const text = ruleText(rule)
      const known = counts.get(text)
      if (known) known.times++
      else counts.set(text, { rule, times: 1 })
    }
  }
  return [...counts.values()].filter(({ rule, times }) => times >= LEAST_TIMES && breachOf(rule, data)).map(({ rule }) => rule)
}

/**
 * Rules that all rows of a table obey, beyond chance, and that can be kept together: those that are stated, formulas from the
 * simplest on, thresholds, lookups, gaps, orders; each column is derived once. Cost: as of `findFormulas`, `findLookups` and `findOrders`.
 */
export const findExact = (data: WrittenTable, search: Search = {}): readonly Rule[] => exactIn(data, search).rules

function exactIn(data: WrittenTable, { stated = [], except = new Set(), firstRows, byLevel = true }: Search): Relations {
  const { table } = data
  const quantities = quantitiesIn(data)
  const kept = [...stated]
  const left: Rule[] = []
  const flags = new Set<string>()
  // What measures numbers by others, of which they are one of a few ratios.
  const ratios: Rule[] = []
  // How much a date says is not told by the hour of that date: what stands at midnight does so as it has none.
  const isOfItself = (rule: Rule): boolean =>
    data.formats.some(({ name, date }) => date?.precisions === rule.column && inputsOf(rule).includes(name))
  const take = (rule: Rule): void => {
    if (isOfItself(rule) || isFit(rule, data)) return
    const isKept = isOrder(rule) && inputsOf(rule).every((other) => isImplied(rule, other, kept))
    if (isKept || except.has(rule.column) || flags.has(rule.column)) return
    if (!clashOf(rule, [...kept, ...ratios])) kept.push(rule)
    else if (rule.kind === 'formula') left.push(rule)
  }
  const numberNamed = (name: string) => quantities.find((one) => one.name === name)
  const sideOfTwo = (name: string, from: readonly string[]) => {
    const [one, other] = from.map(numberNamed)
    return one && other && sideBetween(columnIn(data, name), one, other)
  }
  const stepIn = (name: string, of: string) => {
    const quantity = numberNamed(of)
    return quantity && stepAlong(columnIn(data, name), quantity)
  }
  const gaps = findGaps(table.columns, table.rowCount)
  // What tells a category by nothing but where it is missing is told by that: a copayment which only some insurances have.
  const hasLevels = (name: string) => isCategorical(columnIn(data, name))
  const hasTwo = (name: string) => table.columns.some((one) => one.name === name && isCategorical(one) && one.levels.length === 2)
  const isGap = ({ column: name, from }: LookupFound) =>
    from.length === 1 && hasTwo(name) && gaps.some((one) => one.column === from[0] && one.when === name && one.levels && !one.maybe)
  // So is what several tell by where they are missing: a kind of home by its floor and its rooms, of which land has neither.
  const isToldByGaps = ({ column: name, from, parts }: LookupFound) =>
    from.length > 1 &&
    !parts &&
    from.every((input) => gaps.some((one) => one.column === input && one.when === name && one.levels && !one.maybe)) &&
    determines(
      from.map((input) => presenceOf(columnIn(data, input))).reduce((a, b) => jointCodes(a, b)),
      codesOf(columnIn(data, name) as Cells)
    )
  const most = byLevel ? 3 : 2
  const hasFew = byLevel && quantities.length <= MOST_COLUMNS_OF[2]
  const lookups = amountsFirst(
    findLookups(table.columns, table.rowCount, { firstRows, most }).filter((one) => !isGap(one) && !isToldByGaps(one)),
    table.columns
  )
  // What others tell: a hall its seats, whoever fills them.
  const lookedUp = new Set(lookups.map(({ column: name }) => name))
  const terms = findTerms(table.columns, quantities, table.rowCount)
  for (const { column: name, expression } of terms) take({ kind: 'formula', column: name, expression })
  const steps = findSteps(table.columns, quantities, { firstRows })
  // An hour of a moment says more than how long after midnight that is, rounded; thresholds of dates say when a tariff began.
  const isStep = (name: string) => steps.some((one) => one.column === name)
  // A year of a date is that also where the data have two.
  const isPart = ({ column: name, from, parts }: LookupFound) =>
    isSameNumber(keyColumns([columnIn(data, from[0]!)], parts)[0]!, columnIn(data, name), table.rowCount)
  for (const one of lookups) if (one.parts && (!isStep(one.column) || isPart(one))) take({ kind: 'lookup', ...one })
  const formulas = [...formulasIn(quantities, data, { byLevel, lookups }), ...findFlags(table)]
  // A colour tells the flags of all colours, as an age those of its brackets; where nothing does they are a category of their own.
  const told = new Map(
    formulas.flatMap((rule) => {
      const own = flagsOf(rule, data)
      const by = own && tellingAll(own, { data, quantities, lookups, firstRows })
      return by ? [[rule, by] as const] : []
    })
  )
  for (const one of [...told.values()].flat()) take({ kind: 'lookup', ...one })
  const free = formulas.filter((rule) => !except.has(rule.column) && !told.has(rule))
  // A product is computed, and a sum gives way to it: `total = payment * term`, and the interest what the loan leaves of that.
  const isFirst = (rule: Rule) => free.find((one) => columnsIn(one) === columnsIn(rule)) === rule
  for (const rule of free.filter((one) => !isOrder(one))) {
    take(rule)
    if (rule.kind === 'formula' && !isSum(rule.expression) && isFirst(rule) && !kept.includes(rule)) turnFor(rule, free, kept, data)
  }
  turned(free, kept, data)
  for (const rule of hasFew ? besideComputed(quantities, table.rowCount, kept) : []) take(rule)
  // Where no column says which of a few terms it is, the date is still none before the one that it is measured from.
  const few = byLevel ? findFewDistances(quantities) : new Map<string, FewDistances>()
  for (const [name, { from }] of few) take({ kind: 'order', column: name, low: column(from) })
  // Of flags of which one is set none is told by anything else: it would not see to it that it is one.
  for (const rule of kept) for (const name of flagsOf(rule, data)?.slice(1) ?? []) flags.add(name)
  // What is computed from an order's other side needs none.
  free.filter(isOrder).forEach(take)
  // A share of the sum of each group is a multiple in each group, of this table.
  const standing = byLevel ? standingsIn(data).map((one) => one.column) : []
  const sums = byLevel ? findByLevel(table.columns, quantities, kept).filter((one) => !standing.includes(one.column)) : []
  for (const { column: name, expression } of sums) take({ kind: 'formula', column: name, expression })
  const isFormula = (name: string) => kept.some((rule) => rule.kind === 'formula' && rule.column === name)
  for (const find of hasFew ? [findBracketsBeside, findBracketsByLevel] : [])
    for (const { column: name, expression } of find(table, quantities, isFormula)) {
      const rule: Rule = { kind: 'formula', column: name, expression }
      // What goes by it tells it too, in more digits.
      if (!clashOf(rule, kept)) take(rule)
    }
  // A category that tells what a number is computed of tells more than on which side of a threshold that lies: a plan its price, which seats are
  // times of.
  const tellsPart = (name: string, of: string) =>
    lookups.some((one) => one.from.length === 1 && one.from[0] === name && !one.parts && isComputedOf(of, one.column, kept))
  for (const step of steps) if (!tellsPart(step.column, step.of)) take({ kind: 'step', ...step })
  comparisonsIn(quantities, data).forEach(take)
  const computed = new Set(kept.filter(({ kind }) => kind === 'formula').map((rule) => rule.column))
  // Hours by halves are a list, of which new ones are too.
  const isByDecimals = ({ from }: LookupFound) =>
    from.length === 1 && columnIn(data, from[0]!).kind === 'number' && !isListed(from[0]!, data)
  // What is computed, or measured, may be none of the numbers that are known; where it stands says more than which of them it is. So does the side
  // of two numbers on which one lies.
  for (const one of lookups) {
    const { column: name, from, parts } = one
    if (parts || tellsPart(name, from[0]!)) continue
    const step =
      from.length === 1 ? (computed.has(from[0]!) || isByDecimals(one) ? stepIn(name, from[0]!) : undefined) : sideOfTwo(name, from)
    if (step) take({ kind: 'step', ...step })
  }
  // Of whole numbers those that are computed are mostly known ones; the next is near them.
  const isWhole = (name: string) => columnIn(data, name).kind === 'integer'
  const isKey = (name: string) => !computed.has(name) || isWhole(name)
  // The decimals of a premium tell the age that it was computed from; they are not what the age goes by.
  const isLookedUp = (name: string) => lookups.some((one) => one.column === name && one.from.every(isKey))
  const takeLookups = (some: readonly LookupFound[]) => {
    for (const one of some) if (!one.from.some((name) => computed.has(name))) take({ kind: 'lookup', ...one })
  }
  const isTold = (name: string) => except.has(name) || kept.some((rule) => rule.column === name && (!isOrder(rule) || rule.exceptions))
  const { columns, rowCount } = table
  const isToldAlone = (name: string) =>
    isTold(name) || lookups.some((one) => one.column === name && one.from.length === 1 && !isByDecimals(one))
  const boxes = hasFew ? findBoxes(columns, quantities, { rowCount, isTold: isToldAlone, isLookedUp, firstRows }) : []
  // Several sides say more than a list of what rows have in the same columns.
  const isAmong = (box: LookupFound, { column: name, from }: LookupFound) =>
    name === box.column && box.from.every((input) => from.includes(input))
  for (const box of boxes) if (lookups.some((one) => isAmong(box, one))) take({ kind: 'lookup', ...box })
  const binned = (isLeft: (name: string) => boolean) =>
    byLevel && quantities.length <= MOST_COLUMNS_OF[3]
      ? findBinned(columns, quantities, { rowCount, isTold: (name) => isTold(name) || !isLeft(name), firstRows })
      : []
  // A category and a number tell a class, and not the class whether somebody smokes; on which side of a threshold a number lies says more
  // than which it is.
  const telling = lookups.filter(({ from, parts }) => from.length === 1 && !parts)
  const tells = (by: string, name: string) => telling.some((one) => one.from[0] === by && one.column === name)
  const lists = lookups.filter(({ from }) => from.length === 2 && from.some((name) => numberNamed(name)))
  // Brackets of one number each would be a list.
  const isBracketed = ({ from, parts }: LookupFound) => {
    const cuts = parts![1] as readonly number[]
    return new Set(quantityIn(data, from[1]!).values).size >= 2 * (cuts.length + 1)
  }
  for (const one of binned((name) => telling.some(({ from }) => from[0] === name) || lists.some(({ column: listed }) => listed === name))) {
    const [level, number] = one.from as readonly [string, string]
    // What a category tells by itself, as a plan its price, needs no brackets of what is computed of both.
    if (telling.some(({ column: told, from }) => told === one.column && hasLevels(from[0]!) && from[0] !== level)) continue
    if ((tells(one.column, level) && !tells(one.column, number)) || (lists.some((list) => isAmong(one, list)) && isBracketed(one)))
      take({ kind: 'lookup', ...one })
  }
  const openOnes = (isLeft: (name: string) => boolean) =>
    findOpen(
      data,
      (name) => !isTold(name) && isLeft(name),
      (name, of) => needs([name], kept).has(of)
    )
  // What a number tells where it is there, and a category says that, a formula may say of every number.
  const isThereBy = (when: string, name: string) => gaps.some((gap) => gap.column === name && gap.when === when && !gap.maybe)
  const isTabled = (name: string) =>
    lookups.some(
      ({ column: told, from }) => told === name && from.length === 2 && from.some(numberNamed) && from.some((by) => isThereBy(by, name))
    )
  if (hasFew) for (const rule of openOnes(isTabled)) if (rule.kind === 'formula') take(rule)
  takeLookups(lookups.filter((one) => !isByDecimals(one)))
  for (const one of binned(() => true)) take({ kind: 'lookup', ...one })
  for (const one of boxes) take({ kind: 'lookup', ...one })
  for (const one of hasFew ? findLargest(columns, quantities, isTold) : []) {
    const rule: Rule = { kind: 'lookup', ...one }
    // Where several are the largest, the data must agree which is said.
    if (!breachOf(rule, data)) take(rule)
  }
  // Decimals are looked up sooner than looked up by: new ones would mostly be none of those that are known.
  // What amounts are computed by, as a charge by who is insured, is not told by an amount.
  const inputs = new Set(kept.flatMap((rule) => (rule.kind === 'formula' ? inputsOf(rule) : [])))
  const isTelling = (one: LookupFound) => !isByDecimals(one) || !inputs.has(one.column)
  takeLookups(lookups.filter((one) => isByDecimals(one) && isTelling(one)))
  if (hasFew) for (const rule of openOnes(() => true)) take(rule)
  const isComputedBy = (name: string, of: string) => needs([name], kept).has(of)
  for (const rule of hasFew ? findOpenLevels(data, quantities, (name) => !isTold(name), isComputedBy) : []) take(rule)
  for (const one of lookups) if (one.from.every(isKey) && isTelling(one)) take({ kind: 'lookup', ...one })
  const isFew = (rule: Rule) => rule.kind === 'order' && inputsOf(rule).includes(few.get(rule.column)?.from ?? '')
  const derived = new Set(kept.filter((rule) => !isOrder(rule) || isFew(rule)).map((rule) => rule.column))
  // What leaves nothing open says more.
  for (const gap of gaps.filter(({ maybe }) => !maybe)) take({ kind: 'gap', ...gap })
  const isGapTold = (name: string) =>
    kept.some((rule) => rule.column === name && !goTogether(rule, { kind: 'gap', column: name, when: name }))
  for (const gap of findJointGaps(table.columns, quantities, {
    rowCount: table.rowCount,
    isTold: isGapTold,
    isLookedUp,
    firstRows
  }))
    take({ kind: 'gap', ...gap })
  for (const gap of gaps.filter(({ maybe }) => maybe)) take({ kind: 'gap', ...gap })
  for (const [name, { of }] of hasFew ? findFewRatios(quantities) : new Map<string, FewRatios>()) {
    if (isTold(name) || except.has(of) || needs([of], [...kept, ...ratios]).has(name)) continue
    ratios.push({ kind: 'order', column: name, low: column(of) })
    derived.add(name)
  }
  const underived = quantities.filter(({ name }) => !derived.has(name))
  // What some rows do is none of what none does.
  const drawn = byLevel ? underived.length : undefined
  const orders = findOrders(underived, drawn)
  // What is looked up, and dates that others tell, are known: these are never measured by others, which begin or end at them.
  const isKnown = (rule: Rule) =>
    (rule.kind === 'lookup' && lookedUp.has(rule.column)) || terms.some(({ column: name }) => name === rule.column) || isFew(rule)
  const known = new Set([...kept.filter(isKnown), ...ratios].map((rule) => rule.column))
  const beside = known.size === 0 ? [] : [...underived, ...quantities.filter(({ name }) => known.has(name))]
  for (const { low, high } of shortest(findOrders(beside, drawn))) {
    if (known.has(low) && !known.has(high)) take({ kind: 'order', column: high, low: column(low) })
    if (known.has(high) && !known.has(low)) limitsIn(data, low, high).forEach(take)
  }
  if (byLevel) beginAtComputed(kept, { data, quantities: quantities.filter(({ name }) => !known.has(name)), underived }).forEach(take)
  for (const { low, high } of shortest(findLimits(beside, drawn))) if (known.has(high) && !known.has(low)) take(limitOf(low, high))
  for (const one of byLevel ? findWholes(quantities, table.rowCount, (name) => derived.has(name)) : []) {
    const whole = { kind: 'order' as const, ...one }
    const exceptions = exceptionsOf(whole, data)?.rows.length
    // A column alone that is never above is told below.
    if (exceptions || (exceptions === 0 && inputsOf(whole).length > 1)) take({ ...whole, exceptions })
  }
  for (const one of findOffsets(underived, orders)) take({ kind: 'order', ...one })
  for (const rule of orderRules(orders, data)) take(rule)
  for (const { low, high } of shortest(findLimits(underived, drawn), orders)) take(limitOf(low, high))
  for (const { low, high } of shortest(findCrossing(underived, drawn), orders)) take(crossingOf(low, high, data))
  for (const one of openBetween(kept)) {
    const ends = [{ kind: 'order' as const, column: one.high, low: column(one.low) }, limitOf(one.low, one.high)]
    const rule = ends.find((end) => !clashOf(end, kept) && !breachOf(end, data))
    if (rule) take(rule)
  }
  return besides(keepable(kept).kept, left)
}

/**
 * Lookups, those last that tell a column by an amount which goes by that column itself: a grade, a step and hours tell a salary, of more values than
 * any of them, and that is not what tells the step.
 */
function amountsFirst(lookups: readonly LookupFound[], columns: readonly Column[]): readonly LookupFound[] {
  const counts = new Map<string, number>()
  const countOf = (name: string) => {
    if (!counts.has(name)) counts.set(name, codesOf(columns.find((one) => one.name === name) as Cells).count)
    return counts.get(name)!
  }
  const isAmount = ({ column: name, from }: LookupFound) => from.every((input) => countOf(name) > countOf(input))
  const isBack = (one: LookupFound) =>
    lookups.some((other) => one.from.includes(other.column) && other.from.includes(one.column) && isAmount(other))
  return [...lookups.filter((one) => !isBack(one)), ...lookups.filter(isBack)]
}

interface Telling {
  readonly data: WrittenTable
  readonly quantities: readonly Quantity[]
  readonly lookups: readonly LookupFound[]
  readonly firstRows: number | undefined
}

/** The lookups by which one column tells all of some flags, none where its thresholds do; undefined where no column does. */
function tellingAll(flags: readonly string[], { data, quantities, lookups, firstRows }: Telling): readonly LookupFound[] | undefined {
  const others = quantities.filter(({ name }) => !flags.includes(name))
  if (findSteps([choiceColumn('', { flags, set: setIn(flags, data)! }, data)], others, { firstRows }).length > 0) return []
  const by = (name: string) =>
    flags.flatMap((flag) => lookups.find((one) => one.column === flag && one.from.length === 1 && one.from[0] === name) ?? [])
  return data.table.columns.map(({ name }) => by(name)).find(({ length }) => length === flags.length)
}

/** Where a column is there. */
function presenceOf(column: Column): Codes {
  const { codes } = codesOf(column as Cells)
  return { codes: codes.map((_, i) => Number(isMissing(column, i))), count: 2 }
}

/** Columns of numbers and dates that are not the same in all rows. */
export const quantitiesIn = ({ table, formats }: WrittenTable): Quantity[] =>
  table.columns.flatMap((one, c) => (isNumeric(one) && varies(one) ? [quantityOf(one, formats[c]!)] : []))

/** What is found in a table by some options, kept while it is there: its keys, notes, a plan and the fit ask the same in turn. */
function keptByTable<O, T>(
  keyOf: (options: O) => string,
  find: (data: WrittenTable, options: O) => T
): (data: WrittenTable, options: O) => T {
  const kept = new WeakMap<WrittenTable['table'], { readonly formats: WrittenTable['formats']; readonly found: Map<string, T> }>()
  return (data, options) => {
    const before = kept.get(data.table)
    const known = before?.formats === data.formats ? before : { formats: data.formats, found: new Map<string, T>() }
    kept.set(data.table, known)
    const key = keyOf(options)
    if (!known.found.has(key)) known.found.set(key, find(data, options))
    return known.found.get(key)!
  }
}

/** Of tables with many columns of numbers nothing is looked for. */
function amongRows<T>(find: (quantities: readonly Quantity[], data: WrittenTable) => readonly T[]): (data: WrittenTable) => readonly T[] {
  const kept = keptByTable(
    () => '',
    (data): readonly T[] => {
      const quantities = quantitiesIn(data)
      return quantities.length > MOST_COLUMNS_OF[2] ? [] : find(quantities, data)
    }
  )
  return (data) => kept(data, undefined)
}

/** Columns that add up others from row to row. Cost: as of `runningTotals`. */
export const findTotals = amongRows<RunningTotal>(runningTotals)

/** Columns that say where a row stands among others. Cost: as of `findStandings`. */
const standingsIn = amongRows<Standing>(findStandings)

/**
 * Whether a total counts the rows of groups which have as many by design, or other numbers go along with it: a row that is drawn by itself
 * knows neither how many there are nor which it is, and what counts is drawn as any other column.
 */
const isModelled = ({ column: name, change, by }: RunningTotal, data: WrittenTable): boolean => {
  if (by === undefined || change.kind !== 'number') return false
  if (designedSize([by], data.table) !== undefined) return true
  // Rows are counted along their dates, and totals are added up with them.
  const totals = findTotals(data).map((one) => one.column)
  const others = quantitiesIn(data).filter((one) => one.name === name || !(one.isDate || totals.includes(one.name)))
  return goesAlong(name, by, others, data.table)
}

const ranksDesign = ({ kind, by }: Standing, table: Table): boolean =>
  kind === 'rank' && by.length > 0 && designedSize(by, table) !== undefined

/**
 * The orders that rows would break which kept a total: between what is computed of it and what goes along with it, as far from it as it is drawn. The first
 * price of a day, which the last one tells, lies between the lowest and the highest. Cost: as of `findRules` twice, where anything goes along.
 */
function ordersBroken(total: RunningTotal, data: WrittenTable): readonly Rule[] {
  const followers = followersOf([total], data).map(({ column: name }) => name)
  if (followers.length === 0) return []
  const { column: name, change, by } = total
  const except = new Set([name, ...namesIn(change), ...(by === undefined ? [] : [by])])
  const late = lateRules(findRules(data, { except }), new Set([name, ...followers])).map((rule) => rule.column)
  const isFollower = (one: string) => followers.includes(one) && !late.includes(one)
  return findRules(data).filter((rule) => {
    const names = isOrder(rule) ? [rule.column, ...inputsOf(rule)] : []
    return names.some(isFollower) && names.some((one) => late.includes(one))
  })
}

/** Orders of two columns: rows that break one beside a total can be told, and drawn again. */
const isOfTwo = (rule: Rule): boolean => isOrder(rule) && inputsOf(rule).length === 1 && !rule.exceptions

/** Totals that rows keep which are drawn one by one. */
export const keptTotalsIn = (data: WrittenTable): readonly RunningTotal[] =>
  findTotals(data).filter((one) => !isModelled(one, data) && ordersBroken(one, data).every(isOfTwo))

/** The orders that rows would break which keep some totals: of these, what is computed of them, and what goes along. Cost: as of `findOrders`, where any would be broken. */
export function ordersBeside(totals: readonly RunningTotal[], data: WrittenTable): readonly OrderFound[] {
  if (totals.every((one) => ordersBroken(one, data).length === 0)) return []
  const own = totals.map(({ column: name }) => name)
  const known = new Set([...own, ...followersOf(totals, data).map(({ column: name }) => name)])
  const except = new Set([...own, ...totals.flatMap(({ change, by }) => [...namesIn(change), ...(by === undefined ? [] : [by])])])
  lateRules(findRules(data, { except }), known)
  return findOrders(quantitiesIn(data).filter(({ name }) => known.has(name)))
}

/** That totals are not kept where rows would break orders by it. */
const orderedNotes = (data: WrittenTable): string[] =>
  findTotals(data).flatMap((one) => {
    const orders = isModelled(one, data) ? [] : ordersBroken(one, data)
    if (orders.every(isOfTwo)) return []
    return `${totalText(one)}, which new rows do not keep: in each of them ${listed(orders.map((rule) => `“${ruleText(rule)}”`))} is kept instead; sbridge forecast continues such a series`
  })

/** Standings that they keep. */
export const keptStandingsIn = (data: WrittenTable): readonly Standing[] => standingsIn(data).filter((one) => !ranksDesign(one, data.table))

/** What ranks the rows of a design, and is drawn as any other column; that its keys recur, or its combinations, is told of what counts them. */
export function designNotes(data: WrittenTable): string[] {
  const counting = findTotals(data).map((one) => one.column)
  const ranks = standingsIn(data)
    .filter((one) => ranksDesign(one, data.table) && !counting.includes(one.column))
    .map(
      (one) =>
        `${standingText(one)}, each of ${designedSize(one.by, data.table)} rows; of new rows, which are drawn one by one, it has more or fewer, and ${one.column} is drawn as any other column`
    )
  return [...ranks, ...orderedNotes(data)]
}

/** Columns that are another one of the row before or after. Cost: as of `findLags`. */
const lagsIn = amongRows<Lag>(findLags)

/** What a row has of another one, which rows that are drawn one by one do not know. */
const lagNotes = (data: WrittenTable): string[] =>
  (['before', 'after'] as const).flatMap((from) => {
    const own = lagsIn(data).filter((one) => one.from === from)
    if (own.length === 0) return []
    const [words, names] = [own.map((one) => `${one.column} is ${one.of}`), own.map((one) => one.column)]
    return `${words.join(', ')} of the row ${from}: new rows do not keep that, as each is drawn by itself; --exclude ${names.join(',')} leaves out what is to be made anew from them`
  })

/** What adds up from row to row where rows are drawn one by one, and none knows the one before it. */
export const totalNotes = (data: WrittenTable): string[] => [
  ...keptTotalsIn(data).map(
    ({ column: name, change, by }) =>
      `${name}: adds up ${expressionText(change)} from row to row${by === undefined ? '' : ` of each ${by}`}, which new rows do not, as each is drawn by itself; --exclude ${name} leaves it out, to be added up anew`
  ),
  ...keptStandingsIn(data).map(
    (one) => `${standingText(one)}, which new rows do not keep, as each is drawn by itself; --exclude ${one.column} leaves it out`
  ),
  ...designNotes(data),
  ...lagNotes(data)
]

/** What adds up but for a few rows. */
export const nearlyTotalNotes = amongRows<string>(nearlyTotals)

/** What of the search is left out where a table has many columns of numbers: formulas of so many cost the fourth power. */
export function searchNotes({ table }: WrittenTable): string[] {
  const numbers = table.columns.filter(varies).length
  const left = [
    { most: MOST_COLUMNS_OF[3], words: 'three columns' },
    { most: MOST_COLUMNS_OF[2], words: 'two columns' },
    { most: MOST_COLUMNS_OF_SUMS, words: 'sums with weights' },
    { most: MOST_COLUMNS_OF[1], words: 'one column' }
  ].filter(({ most }) => numbers > most)
  if (left.length === 0) return []
  const which = left.map(({ words }) => words).join(', of ')
  return [
    `${numbers} columns of numbers: formulas of ${which} are not looked for; --rule states those that hold, --columns names fewer columns`
  ]
}

const varies = (one: Column): boolean => isNumeric(one) && one.values.some((x, i) => !one.missing?.[i] && x !== one.values[0])

/** Tariffs among few enough columns of numbers: as many as formulas of two are looked for of. */
const bracketsIn = (quantities: readonly Quantity[], rowCount: number) =>
  quantities.length > MOST_COLUMNS_OF[2] ? [] : findBrackets(quantities, rowCount)

/** Columns that are the smaller or the larger of two, where no formula tells them already: of so many columns of numbers as brackets. */
const extremesIn = (quantities: readonly Quantity[], rowCount: number, told: readonly { readonly column: string }[]) =>
  quantities.length > MOST_COLUMNS_OF[2] ? [] : findExtremes(quantities, rowCount, new Set(told.map((one) => one.column)))

/** What a column says of two or more others: of so many columns of numbers as formulas of two are looked for of. */
const comparisonsIn = (quantities: readonly Quantity[], data: WrittenTable): Rule[] => {
  if (quantities.length > MOST_COLUMNS_OF[2]) return []
  const found = findComparisons(data.table.columns, quantities)
  return found.map((one): Rule => ({ kind: 'step', ...one })).filter((rule) => !breachOf(rule, data))
}

interface Formulas {
  readonly byLevel: boolean
  /** What is looked up. */
  readonly lookups: readonly LookupFound[]
}

/** Formulas, simplest first; a difference of dates that is never negative brings their order along. */
function formulasIn(quantities: readonly Quantity[], data: WrittenTable, { byLevel, lookups }: Formulas): Rule[] {
  const place = new Map(quantities.map(({ name }, k) => [name, k]))
  const { rowCount } = data.table
  const filled = filledIn(quantities)
  const parts = quantities.length + filled.length <= MOST_COLUMNS_OF[3] ? [...quantities, ...filled] : quantities
  const formulas = findFormulas(parts, rowCount)
  const brackets = direct(bracketsIn(quantities, rowCount), formulas)
  const single = [...formulas, ...findConstantSums(quantities, rowCount), ...brackets]
  // Products that are written as one, as rate * (price - discount), say more than their sum, whichever of their columns that is of.
  const columnsOfFound = ({ column: name, expression }: FormulaFound) => columnsIn({ kind: 'formula', column: name, expression })
  const products = single.filter((one) => !linearForm(one.expression))
  // So does what some of its columns say of it, where what else is in it hardly varies.
  const isSaid = (sum: FormulaFound) => {
    const names = namesIn(sum.expression)
    return single.some((one) => one.column === sum.column && namesIn(one.expression).every((name) => names.includes(name)))
  }
  const isOne = (sum: FormulaFound) =>
    products.some((one) => one.column === sum.column || columnsOfFound(one) === columnsOfFound(sum)) || isSaid(sum)
  const plain = [...single, ...(byLevel ? findProductSums(quantities).filter((sum) => !isOne(sum)) : [])]
  const unbent = plain.filter((one) => !brackets.some(({ column: name }) => name === one.column))
  // Where a column has two values, what is computed with it could be read as the larger of two multiples; and what a discount leaves of a
  // price can be larger than another price, which is no bend of the price.
  const computes = (one: FormulaFound, relation: string) =>
    unbent.some((other) => other.column === one.column && columnsOfFound(other) === relation)
  const isOther = (one: FormulaFound) =>
    unbent.some((other) => {
      const relation = columnsOfFound(other)
      if (relation === columnsOfFound(one)) return true
      return namesIn(one.expression).includes(other.column) && namesIn(other.expression).includes(one.column) && !computes(one, relation)
    })
  const extremes = extremesIn(quantities, rowCount, unbent).filter((one) => !isOther(one))
  // Of what has a bend one column alone can be computed.
  const bent = new Set<FormulaFound>([...brackets, ...extremes])
  const found = [...plain, ...extremes]
    .filter((one) => !isIdle(one, lookups))
    .sort(
      (a, b) =>
        Number(bent.has(b)) - Number(bent.has(a)) || a.rank - b.rank || a.inputs - b.inputs || place.get(b.column)! - place.get(a.column)!
    )
  // Of several readings of one relation that which computes what nothing else tells: what a price leaves, and not the price.
  // What is computed of a column, and be it by way of others, tells nothing of it: a percentage, and the points that it is of; what is to be paid,
  // and the price.
  const isOf = (input: string, name: string, seen: readonly string[] = []): boolean =>
    found.some(
      (one) =>
        one.column === input &&
        namesIn(one.expression).some((own) => own === name || (!seen.includes(own) && isOf(own, name, [...seen, input])))
    )
  const isTold = ({ column: name, expression }: FormulaFound) =>
    lookups.some((one) => one.column === name && !one.from.some((input) => namesIn(expression).includes(input) || isOf(input, name)))
  const open = new Set(found.filter((one) => !isTold(one)).map(columnsOfFound))
  const numberOf = (name: string) => quantities[place.get(name)!]!
  // What is part of a total goes by its other parts where it can, and not by the total.
  const isOfTotal = (one: FormulaFound) =>
    found.some((total) => {
      const parts = namesIn(total.expression)
      const weights = linearForm(total.expression)?.coefficients
      const isWhole = () => {
        const inputs = [...weights!.keys()].map((name) => numberOf(name))
        return isTotal(numberOf(total.column), [...weights!.values()], (k) => inputs[k]!)
      }
      if (!isSum(total.expression) || !parts.includes(one.column) || !namesIn(one.expression).includes(total.column)) return false
      if (weights && !isWhole()) return false
      return found.some((other) => other.column === one.column && namesIn(other.expression).every((name) => parts.includes(name)))
    })
  // Where many rows have one value, as the end of a study, it is drawn, and what comes of it is computed: sums do not come to one value.
  const hasSpikes = (name: string) => spikesOf(sorted(presentOf(quantities[place.get(name)!]!.values))).length > 0
  const even = new Set(found.filter((one) => one.rank < INVERSE && !bent.has(one) && !hasSpikes(one.column)).map(columnsOfFound))
  const isSpiked = (one: FormulaFound) => even.has(columnsOfFound(one)) && hasSpikes(one.column)
  // Of amounts that go along and differ widely, as people and those of them that are known, a share that hardly varies is drawn.
  const shaken = new Map<FormulaFound, number>(found.map((one) => [one, bent.has(one) ? 0 : shakeOf(one, quantities)]))
  const steady = new Set(found.filter((one) => !bent.has(one) && shaken.get(one)! < STEADY).map(columnsOfFound))
  const isShaken = (one: FormulaFound) => steady.has(columnsOfFound(one)) && shaken.get(one)! > SHAKEN
  // Of sums that are as good as each other that which computes what has the most values: when work ends, and not one of the few breaks that there are.
  const counts = new Map<string, number>()
  const countOf = (name: string) => {
    if (!counts.has(name)) counts.set(name, new Set(presentOf(quantities[place.get(name)!]!.values)).size)
    return counts.get(name)!
  }
  const isOfFew = (one: FormulaFound) =>
    found.some(
      (other) =>
        other.rank === one.rank &&
        columnsOfFound(other) === columnsOfFound(one) &&
        countOf(other.column) >= MORE_VALUES * countOf(one.column)
    )
  const isBehind = (one: FormulaFound) =>
    (isTold(one) && open.has(columnsOfFound(one))) || isOfTotal(one) || isSpiked(one) || isShaken(one) || isOfFew(one)
  return [...found.filter((one) => !isBehind(one)), ...found.filter(isBehind)].flatMap(({ column: name, expression }): Rule[] => {
    const rule: Rule = { kind: 'formula', column: name, expression }
    if (isFit(rule, data)) return []
    const inputs = columnsOf(expression)
    const dates = inputs.filter((one) => quantities[place.get(one)!]!.isDate)
    // An age does not tell one date by the other, nor does what else comes off a time.
    if (dates.length === 2 && inputs.length === 2 && linearForm(expression)?.constant === 0) return differenceOf(rule, data)
    const part = partIn(expression, data)
    if (!part) return [rule]
    const own = columnsOf(part.low)[0]!
    return [rule, lookups.some((one) => one.column === part.column) || isByRatio(own, part.column, data) ? limitOf(own, part.column) : part]
  })
}

/** As many times the values of another column has one that is computed of it, where both could be. */
const MORE_VALUES = 2

/** Rows of which inputs are moved, and by what part of all rows in their order. */
const [MOVED_ROWS, MOVED_BY] = [64, 0.02]
/** Of its own spread, by how much a column that is computed moves with its inputs: beyond one it is lost, and below the half another one is not. */
const [SHAKEN, STEADY] = [1, 0.5]

/**
 * By how much a formula moves where its inputs are a few ranks off, each by itself, as those of drawn rows are: the median of its
 * moves, over the spread of its column. What little varies beside its inputs, as a share of people, is lost by that.
 */
function shakeOf({ column: name, expression }: FormulaFound, quantities: readonly Quantity[]): number {
  // A date is kept as its distance from another one.
  const byName = new Map(quantities.filter(({ isDate }) => !isDate).map((one) => [one.name, one.values]))
  const names = namesIn(expression)
  const own = byName.get(name)
  if (!own || indicatorsOf(expression).length > 0 || names.some((one) => !byName.has(one))) return 0
  const inputs = names.map((one) => ({ one, values: byName.get(one)!, ascending: sorted(presentOf(byName.get(one)!)) }))
  const moves: number[] = []
  for (const i of spreadRows(own.length, MOVED_ROWS)) {
    const moved = new Map(
      inputs.map(({ one, values, ascending }, k) => {
        const place = firstAbove(ascending, values[i]!) + ((moves.length >> k) % 2 === 0 ? 1 : -1) * Math.ceil(MOVED_BY * ascending.length)
        return [one, ascending[Math.min(ascending.length - 1, Math.max(0, place))]!]
      })
    )
    const [before, after] = [(one: string) => byName.get(one)![i]!, (one: string) => moved.get(one)!].map((at) => evaluate(expression, at))
    moves.push(Math.abs(after! - before!))
  }
  const ascending = sorted(presentOf(own))
  const spread = quantileOfSorted(ascending, 0.9) - quantileOfSorted(ascending, 0.1)
  const finite = moves.filter(Number.isFinite)
  return spread > 0 && finite.length > 0 ? quantileOfSorted(sorted(Float64Array.from(finite)), 0.5) / spread : 0
}

/** Whether the numbers of a column recur on few places. */
function isListed(name: string, data: WrittenTable): boolean {
  const { values, unit } = quantityIn(data, name)
  return listedValues(presentOf(values), unit) !== undefined
}

const presentOf = (values: Float64Array): Float64Array => values.filter((x) => !Number.isNaN(x))

/**
 * Whether a column goes by some of its inputs alone, which do not tell the others: rounding takes away what these would say, as of children that
 * `0.000003 * allowance * (salary - taxable)` gives, to whole ones.
 */
function isIdle({ column: name, expression }: FormulaFound, lookups: readonly LookupFound[]): boolean {
  const inputs = namesIn(expression)
  return lookups.some(({ column: told, from, parts }) => {
    if (told !== name || parts || !from.every((input) => inputs.includes(input))) return false
    const isToldToo = (other: string) =>
      from.includes(other) || lookups.some((one) => one.column === other && one.from.every((input) => from.includes(input)))
    return !inputs.every(isToldToo)
  })
}

/**
 * Tariffs without those that go the long way round, in more digits than each step of it: a pension by what is left of pay, where pay tells both; what is
 * left of pay by pay alone, where the taxes that come off it go by pay; and without those of what their number is a product of.
 */
function direct(brackets: readonly FormulaFound[], formulas: readonly FormulaFound[]): FormulaFound[] {
  const single = [...formulas.filter(({ inputs }) => inputs === 1), ...brackets]
  const inputOf = ({ expression }: FormulaFound) => columnsOf(expression)[0]!
  return brackets.filter((one) => {
    const tells = (by: string, name: string) =>
      by === name || single.some((other) => other.rank < one.rank && other.column === name && inputOf(other) === by)
    const input = inputOf(one)
    const isCommon = single.some((other) => inputOf(other) !== input && [input, one.column].every((name) => tells(inputOf(other), name)))
    const isChain = formulas.some((other) => other.column === one.column && namesIn(other.expression).every((name) => tells(input, name)))
    // What is paid is a product of seats and a price: by it alone seats are told where prices are few.
    const isFactor = formulas.some(
      (other) =>
        other.rank < INVERSE && other.column === input && !linearForm(other.expression) && namesIn(other.expression).includes(one.column)
    )
    return !isCommon && !isChain && !isFactor
  })
}

/**
 * Takes sums of relations that none of the kept ones is of: what such a one computes is computed by another, of which another column
 * can be computed instead. Of `gross = taxable + pension` and `gross = base + bonus` the first becomes `taxable = gross - pension`: each
 * relation that is kept is one that new rows cannot break. What is little beside the columns that it would be left of is not computed so: it
 * would have their noise.
 */
function turned(formulas: readonly Rule[], kept: Rule[], data: WrittenTable): void {
  for (const rule of formulas) if (rule.kind === 'formula' && isSum(rule.expression)) turnFor(rule, formulas, kept, data)
}

/**
 * Formulas of columns that no rule tells, of others than those which rules compute of them: of all columns the simplest sum was looked for, as a
 * mean temperature of degree days that are computed of it, and not of the least and the largest.
 */
function besideComputed(quantities: readonly Quantity[], rowCount: number, kept: readonly Rule[]): Rule[] {
  return quantities.flatMap(({ name }): Rule[] => {
    if (kept.some((rule) => rule.column === name && !isOrder(rule) && rule.kind !== 'gap')) return []
    const after = behind(name, kept)
    if (after.size === 1) return []
    const others = quantities.filter((one) => one.name === name || !after.has(one.name))
    const found = findFormulas(others, rowCount, name).sort((a, b) => a.rank - b.rank || a.inputs - b.inputs)
    return found.slice(0, 1).map(({ expression }) => ({ kind: 'formula', column: name, expression }))
  })
}

/** Whether formulas compute a column of another one, and be it by way of others. They close no circles. */
const isComputedOf = (name: string, of: string, rules: readonly Rule[]): boolean =>
  rules.some(
    (one) => one.kind === 'formula' && one.column === name && inputsOf(one).some((own) => own === of || isComputedOf(own, of, rules))
  )

function turnFor(rule: Rule, formulas: readonly Rule[], kept: Rule[], data: WrittenTable): void {
  const spread = (name: string) => variance(quantityIn(data, name).values.filter((x) => !Number.isNaN(x)))
  const isLarge = (one: Rule) => inputsOf(one).every((name) => spread(one.column) >= LEFT * spread(name))
  // What is paid for a loan goes by the loan: their difference has the noise of neither.
  const areLinked = (one: Rule, rules: readonly Rule[]) =>
    inputsOf(one).some((name) => inputsOf(one).some((by) => by !== name && needs([name], rules).has(by)))
  if (kept.some((one) => one.kind === 'formula' && columnsIn(one) === columnsIn(rule))) return
  const before = kept.find((one) => one.column === rule.column && formulas.includes(one))
  const others = [...kept.filter((one) => one !== before), rule]
  if (before?.kind !== 'formula' || clashOf(rule, others.slice(0, -1))) return
  const open = formulas.filter(
    (one) =>
      one.kind === 'formula' &&
      one.column !== before.column &&
      columnsIn(one) === columnsIn(before) &&
      isSum(one.expression) &&
      !clashOf(one, others) &&
      (isLarge(one) || areLinked(one, others))
  )
  // What is left would be none of few values: of a loan that is lent in thousands the interest is, and not the loan.
  const other = open.find((one) => !isListed(one.column, data)) ?? open[0]
  if (other) kept.splice(0, kept.length, ...others, other)
}

/** Whether columns are added and taken off as they are: then each is what the others leave, to the last digit. */
const isSum = (one: Expression): boolean =>
  one.kind === 'column' ||
  (one.kind === 'binary' &&
    (one.operator === COALESCE ? isSum(one.left) : (one.operator === '+' || one.operator === '-') && isSum(one.left) && isSum(one.right)))

interface Beside {
  readonly data: WrittenTable
  readonly quantities: readonly Quantity[]
  readonly underived: readonly Quantity[]
}

/**
 * Orders of columns that are drawn with such as formulas compute, as all votes with the sum of those for each: the drawn one begins or ends at
 * the other. Without those that the formulas see to. Cost: as of `findOrders` where something is computed, and O(cells) where an order is found.
 */
function beginAtComputed(kept: readonly Rule[], { data, quantities, underived }: Beside): Rule[] {
  const computed = new Set(kept.flatMap((rule) => (rule.kind === 'formula' ? [rule.column] : [])))
  const beside = quantities.filter(({ name }) => computed.has(name))
  if (beside.length === 0) return []
  const orders = shortest(findOrders([...underived, ...beside], underived.length)).flatMap(({ low, high }): Rule[] => {
    if (computed.has(low) === computed.has(high)) return []
    const own: Rule[] = computed.has(low) ? [{ kind: 'order', column: high, low: column(low) }] : limitsIn(data, low, high)
    return own.filter((rule) => !clashOf(rule, kept))
  })
  if (orders.length === 0) return []
  const mixed = mixedRows(keepable(kept).kept, data)
  return orders.filter((rule) => breachOf(rule, mixed))
}

/** An order as the end of what is lower. */
const limitOf = (low: string, high: string): Rule => ({ kind: 'limit', column: low, high: column(high) })

/** The same, unless rows have the lower one and no end: it is not measured from there. */
const limitsIn = (data: WrittenTable, low: string, high: string): Rule[] => [limitOf(low, high)].filter((rule) => !breachOf(rule, data))

/** What a share or a percentage of a whole says of them where none is above 1 or 100, more often than by chance: the part is never above the whole. */
function partIn(expression: Expression, data: WrittenTable): Extract<Rule, { kind: 'order' }> | undefined {
  if (expression.kind !== 'binary' || expression.operator !== '/' || expression.right.kind !== 'column') return undefined
  const { left, right: whole } = expression
  const isPercent = left.kind === 'binary' && left.operator === '*' && left.left.kind === 'number' && left.left.value === 100
  const part = isPercent ? left.right : left
  if (part.kind !== 'column' || part.name === whole.name) return undefined
  const order = { kind: 'order' as const, column: whole.name, low: part }
  if (breachOf(order, data)) return undefined
  const [high, low] = [whole, part].map(({ name }) => quantityIn(data, name).values) as [Float64Array, Float64Array]
  const rows = Array.from(high.keys()).filter((i) => !Number.isNaN(high[i]!))
  const rate = rateByChance(rows.length, (i, j) => low[rows[i]!]! <= high[rows[j]!]!)
  return isBeyondChance({ rate, times: rows.length, candidates: data.table.columns.length ** 2 }) ? order : undefined
}

/** Whether a part of a whole is drawn as its share of that (`isToldByRatio`), in rows that have both. */
function isByRatio(part: string, whole: string, data: WrittenTable): boolean {
  const [own, all] = [part, whole].map((name) => quantityIn(data, name).values) as [Float64Array, Float64Array]
  const rows = Array.from(own.keys()).filter((i) => !Number.isNaN(own[i]!) && all[i]! > 0)
  return isToldByRatio(
    Float64Array.from(rows, (i) => own[i]!),
    Float64Array.from(rows, (i) => all[i]!)
  )
}

/**
 * What a difference of dates says of them: a stay, that its end comes after its start; a delay, which may be negative, when the
 * later one was. Were it derived from both, it would have the spread of whatever else each of them is drawn by. A stay that something
 * else tells leaves an end to be computed.
 */
function differenceOf(rule: Extract<Rule, { kind: 'formula' }>, data: WrittenTable): Rule[] {
  const [high, low] = columnsOf(rule.expression)
  const order: Rule = { kind: 'order', column: high!, low: column(low!) }
  const factor = linearForm(rule.expression)!.coefficients.get(high!)!
  const gap = scaled(1 / Math.abs(factor), column(rule.column))
  const ends: readonly (readonly [string, string, '+' | '-'])[] = [
    [high!, low!, factor > 0 ? '+' : '-'],
    [low!, high!, factor > 0 ? '-' : '+']
  ]
  const inverses = ends.map(([end, from, sign]): Rule => ({ kind: 'formula', column: end, expression: binary(sign, column(from), gap) }))
  const exact = inverses.filter((one) => !breachOf(one, data))
  return breachOf(order, data) ? [exact[0] ?? rule] : [rule, ...exact, order]
}

/**
 * Orders as rules. Where a column has several starts and is one of them in many rows, these are its parts, each with an end: the greatest
 * of new ones and a gap would not be that one of them. So where nothing is lost: what it is in a few rows no end would keep. What is below it
 * by way of a part is its start.
 */
function orderRules(orders: readonly OrderFound[], data: WrittenTable): Rule[] {
  const nearest = shortest(orders)
  const meets = ({ low, high }: OrderFound): 'often' | 'never' | 'rarely' => {
    const [end, start] = [high, low].map((name) => quantityIn(data, name).values) as [Float64Array, Float64Array]
    const gaps = sorted(end.map((x, i) => x - start[i]!).filter((gap) => !Number.isNaN(gap)))
    return gaps[0] !== 0 ? 'never' : spikesOf(gaps)[0] === 0 ? 'often' : 'rarely'
  }
  const wholes = new Set(
    nearest.flatMap(({ high }) => {
      const own = nearest.filter((one) => one.high === high)
      if (own.length === 1 || own.some(({ low }) => !isThereWith(low, high, data) || breachOf(limitOf(low, high), data))) return []
      const met = own.map(meets)
      return met.includes('often') && !met.includes('rarely') ? [high] : []
    })
  )
  const has = (low: string, high: string) => orders.some((one) => one.low === low && one.high === high)
  const behind = orders.filter((one) => wholes.has(one.high) && !nearest.includes(one))
  const starts = behind.filter(({ low, high }) => !behind.some((one) => one.high === high && has(low, one.low)))
  return [
    ...starts.map(({ low, high }): Rule => ({ kind: 'order', column: high, low: column(low) })),
    ...nearest.map(({ low, high }): Rule => (wholes.has(high) ? limitOf(low, high) : { kind: 'order', column: high, low: column(low) }))
  ]
}

/** An order of columns of which each is missing where the other is there: the one that fewer rows have is measured from the other. */
function crossingOf(low: string, high: string, data: WrittenTable): Rule {
  const [lows, highs] = [low, high].map((one) => presentOf(quantityIn(data, one).values).length) as [number, number]
  return lows < highs ? limitOf(low, high) : { kind: 'order', column: high, low: column(low) }
}

/** Whether a column is there wherever another one is. */
function isThereWith(name: string, other: string, data: WrittenTable): boolean {
  const [own, end] = [name, other].map((one) => quantityIn(data, one).values) as [Float64Array, Float64Array]
  return own.every((x, i) => Number.isNaN(x) || !Number.isNaN(end[i]!))
}

/** Whether an order with another column stands among the rules already. */
function isImplied({ kind, column }: Rule, other: string, kept: readonly Rule[]): boolean {
  return kept.some((rule) => rule.kind === kind && rule.column === column && inputsOf(rule).includes(other))
}
