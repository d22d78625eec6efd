import { sorted } from '../../num/statistics.js'
import { spikesOf } from '../../table/recurring.js'
import { clashOf, keepable } from './choose.js'
import { findOrders, type OrderFound, shortest } from './find-orders.js'
import { mixedRows } from './mixed-rows.js'
import { presentOf, type Quantity } from './quantity.js'
import { breachOf, quantityIn, type WrittenTable } from './rows-of-rule.js'
import { inputsOf, type Rule } from './rule.js'
import { column } from './shapes.js'

interface Beside {
  readonly data: WrittenTable
  readonly quantities: readonly Quantity[]
  readonly underived: readonly Quantity[]
}

/**
 * Orders of columns that are drawn with such as formulas compute, as all votes with the sum of those for each: the drawn one begins or ends at
 * the other. Without those that the formulas see to. Cost: as of `findOrders` where something is computed, and O(cells) where an order is found.
 */
export function beginAtComputed(kept: readonly Rule[], { data, quantities, underived }: Beside): Rule[] {
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
export const limitOf = (low: string, high: string): Rule => ({ kind: 'limit', column: low, high: column(high) })

/** The same, unless rows have the lower one and no end: it is not measured from there. */
export const limitsIn = (data: WrittenTable, low: string, high: string): Rule[] =>
  [limitOf(low, high)].filter((rule) => !breachOf(rule, data))

/**
 * Orders as rules. Where a column has several starts and is one of them in many rows, these are its parts, each with an end: the greatest
 * of new ones and a gap would not be that one of them. So where nothing is lost: what it is in a few rows no end would keep. What is below it
 * by way of a part is its start.
 */
export function orderRules(orders: readonly OrderFound[], data: WrittenTable): Rule[] {
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
export function crossingOf(low: string, high: string, data: WrittenTable): Rule {
  const [lows, highs] = [low, high].map((one) => presentOf(quantityIn(data, one).values).length) as [number, number]
  return lows < highs ? limitOf(low, high) : { kind: 'order', column: high, low: column(low) }
}

/** Whether a column is there wherever another one is. */
function isThereWith(name: string, other: string, data: WrittenTable): boolean {
  const [own, end] = [name, other].map((one) => quantityIn(data, one).values) as [Float64Array, Float64Array]
  return own.every((x, i) => Number.isNaN(x) || !Number.isNaN(end[i]!))
}

/** Whether an order with another column stands among the rules already. */
export function isImplied({ kind, column }: Rule, other: string, kept: readonly Rule[]): boolean {
  return kept.some((rule) => rule.kind === kind && rule.column === column && inputsOf(rule).includes(other))
}
