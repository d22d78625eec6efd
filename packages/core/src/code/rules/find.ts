import { log } from '../../num/elementary.js'
import { summaryOf } from '../../num/summary.js'
import { isMissing } from '../../table/cells.js'
import { type Cells, type Codes, codesOf, determines, jointCodes, sizesOf } from '../../table/codes.js'
import { linearForm } from '../../table/derivative.js'
import { columnsOf } from '../../table/expression.js'
import { MOST_RARE } from '../../table/rare-below.js'
import { takeTableRows } from '../../table/rows.js'
import { type Column, isCategorical } from '../../table/table.js'
import { besideComputed } from './beside-computed.js'
import { openBetween } from './between.js'
import { ENOUGH_ROWS } from './chance.js'
import { clashOf, goTogether, isOrder, keepable, needs } from './choose.js'
import { bends, exceptionsOf } from './exceptions.js'
import { type FewDistances, findFewDistances } from './few-distances.js'
import { type FewRatios, findFewRatios } from './few-ratios.js'
import { findBinned } from './find-binned.js'
import { findBoxes } from './find-boxes.js'
import { findBracketsBeside, findBracketsByLevel } from './find-brackets.js'
import { findByLevel } from './find-by-level.js'
import { sideBetween } from './find-comparisons.js'
import { findFlags } from './find-flags.js'
import { findGaps } from './find-gaps.js'
import { findJointGaps } from './find-joint-gaps.js'
import { findLargest } from './find-largest.js'
import { findLookups, isSameNumber, type LookupFound } from './find-lookups.js'
import { findOffsets } from './find-offsets.js'
import { findOpen } from './find-open.js'
import { findOpenLevels } from './find-open-levels.js'
import { findCrossing, findLimits, findOrders, shortest } from './find-orders.js'
import { findRates } from './find-rates.js'
import { findSteps, stepAlong } from './find-steps.js'
import { findTerms } from './find-terms.js'
import { findWholes } from './find-wholes.js'
import { isFit, logChanceOf } from './fits.js'
import { choiceColumn, flagsOf, setIn } from './flags.js'
import { MOST_COLUMNS_OF } from './formula-found.js'
import { comparisonsIn, formulasIn } from './formula-readings.js'
import { keptByTable, quantitiesIn, standingsIn } from './found-once.js'
import { keyColumns } from './key-part.js'
import { mixedRows } from './mixed-rows.js'
import { beginAtComputed, crossingOf, isImplied, limitOf, limitsIn, orderRules } from './order-rules.js'
import type { Quantity } from './quantity.js'
import { breachOf, columnIn, quantityIn, type WrittenTable } from './rows-of-rule.js'
import { columnsIn, inputsOf, type Rule, ruleText } from './rule.js'
import { column, writeSum } from './shapes.js'
import { isComputedOf, isListed, isSum, turned, turnFor } from './turn.js'

export interface Search {
  /** Rules that are kept whatever is found; they hold. */
  readonly stated?: readonly Rule[]
  /** Columns that stay as they are. */
  readonly except?: ReadonlySet<string> | undefined
  /** Rows that candidates must pass before all rows are looked at: how many, only time depends on. */
  readonly firstRows?: number | undefined
  /** Rows that must have what a column is looked up by, but for a quarter of them; any may where it is absent. */
  readonly minCell?: number | undefined
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
  ({ stated, except, firstRows, minCell, byLevel }: Search) =>
    JSON.stringify([stated, [...(except ?? [])].sort(), firstRows, minCell, byLevel]),
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
    if (isWhole(rule) || isTerm(rule) || isStepped(rule, data) || isOfFew(rule, data, search.minCell)) return []
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

/**
 * Whether what a column is looked up by is of fewer rows than so many in more than a quarter of them: a list of what single rows have, which new rows
 * would repeat. The very number of a part of dates tells nothing of a row. Cost O(rows).
 */
function isOfFew(rule: Rule, data: WrittenTable, minCell: number | undefined): boolean {
  if (minCell === undefined || rule.kind !== 'lookup') return false
  const keys = keyColumns(
    rule.from.map((name) => columnIn(data, name)),
    rule.parts
  )
  const { rowCount } = data.table
  if (rule.parts && keys.length === 1 && isSameNumber(keys[0]!, columnIn(data, rule.column), rowCount)) return false
  const own = keys.map((key) => codesOf(key as Cells)).reduce((a, b) => jointCodes(a, b))
  const sizes = sizesOf(own)
  return own.codes.reduce((rows, code) => rows + (sizes[code]! < minCell ? 1 : 0), 0) > MOST_RARE * rowCount
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
    for (const rule of parts < MOST_PARTS
      ? formulasOf(own, search)
      : findExact(own, { ...search, stated: [], minCell: undefined, byLevel: false })) {
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

function exactIn(data: WrittenTable, { stated = [], except = new Set(), firstRows, minCell, byLevel = true }: Search): Relations {
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
    if (isOfItself(rule) || isFit(rule, data) || isOfFew(rule, data, minCell)) return
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
    findLookups(table.columns, table.rowCount, { firstRows, most }).filter(
      (one) => !isGap(one) && !isToldByGaps(one) && !isOfFew({ kind: 'lookup', ...one }, data, minCell)
    ),
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
  // What a few columns tell is looked up, and what ends at it stays below it.
  for (const { column: name, expression } of hasFew ? findRates(table.columns, quantities, kept) : [])
    if (!standing.includes(name) && !lookedUp.has(name)) take({ kind: 'formula', column: name, expression })
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
  const telling = lookups.filter(({ from, parts }) => from.length === 1 && !parts)
  const tells = (by: string, name: string) => telling.some((one) => one.from[0] === by && one.column === name)
  // So does one that tells the column whatever the number is: what is sold by the litre, and not what has little fat. What tells the number too, or is
  // told by it, as a mark by points, says no more than the number.
  const isOfKind = (name: string, of: string) =>
    telling.some(({ column: told, from: [by] }) => told === name && hasLevels(by!) && !tells(by!, of) && !stepIn(by!, of))
  for (const step of steps) if (!tellsPart(step.column, step.of) && !isOfKind(step.column, step.of)) take({ kind: 'step', ...step })
  comparisonsIn(quantities, data).forEach(take)
  const computed = new Set(kept.filter(({ kind }) => kind === 'formula').map((rule) => rule.column))
  // Hours by halves are a list, of which new ones are too.
  const isByDecimals = ({ from }: LookupFound) =>
    from.length === 1 && columnIn(data, from[0]!).kind === 'number' && !isListed(from[0]!, data)
  // What is computed, or measured, may be none of the numbers that are known; where it stands says more than which of them it is. So does the side
  // of two numbers on which one lies.
  for (const one of lookups) {
    const { column: name, from, parts } = one
    if (parts || tellsPart(name, from[0]!) || (from.length === 1 && isOfKind(name, from[0]!))) continue
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
