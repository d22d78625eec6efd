import { listed } from '../../num/listed.js'
import { namesIn } from '../../table/expression.js'
import { expressionText } from '../../table/expression-text.js'
import type { Table } from '../../table/table.js'
import { isOrder } from './choose.js'
import { designedSize, goesAlong } from './designed.js'
import { findRules } from './find.js'
import { findOrders, type OrderFound } from './find-orders.js'
import { findTotals, lagsIn, quantitiesIn, standingsIn } from './found-once.js'
import { followersOf } from './keep-totals.js'
import { lateRules } from './late.js'
import type { WrittenTable } from './rows-of-rule.js'
import { inputsOf, type Rule, ruleText } from './rule.js'
import { type RunningTotal, totalText } from './running-totals.js'
import { type Standing, standingText } from './standings.js'

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
    return `${totalText(one)}, but new rows do not keep this: they keep ${listed(orders.map((rule) => `“${ruleText(rule)}”`))} instead; sbridge forecast continues such a series`
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

/** What a row has of another one, which rows that are drawn one by one do not know. */
const lagNotes = (data: WrittenTable): string[] =>
  (['before', 'after'] as const).flatMap((from) => {
    const own = lagsIn(data).filter((one) => one.from === from)
    if (own.length === 0) return []
    const [words, names] = [own.map((one) => `${one.column} is ${one.of}`), own.map((one) => one.column)]
    return `${words.join(', ')} of the row ${from}: new rows do not keep that, since each is drawn by itself; --exclude ${names.join(',')} leaves ${names.length === 1 ? 'it' : 'them'} out, so that you can compute ${names.length === 1 ? 'it' : 'them'} from the new rows`
  })

/** What adds up from row to row where rows are drawn one by one, and none knows the one before it. */
export const totalNotes = (data: WrittenTable): string[] => [
  ...keptTotalsIn(data).map(
    ({ column: name, change, by }) =>
      `${name}: adds up ${expressionText(change)} from row to row${by === undefined ? '' : ` of each ${by}`}, but new rows do not, since each is drawn by itself; --exclude ${name} leaves it out, so that you can add it up yourself`
  ),
  ...keptStandingsIn(data).map(
    (one) => `${standingText(one)}, but new rows do not keep that, since each is drawn by itself; --exclude ${one.column} leaves it out`
  ),
  ...designNotes(data),
  ...lagNotes(data)
]
