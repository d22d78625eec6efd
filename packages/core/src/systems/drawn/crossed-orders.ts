import type { OrderFound } from '../../code/rules/find-orders.js'
import { crossedOrders, type OrderCrossed } from '../../code/rules/orders-crossed.js'
import { ruleText } from '../../code/rules/rule.js'
import { column } from '../../code/rules/shapes.js'
import type { NamedWarning } from '../../know/support.js'
import { placesByName } from '../../num/group.js'
import { listed } from '../../num/listed.js'
import { shareText } from '../../tell/numbers.js'
import type { ComparedNumbers } from './compared-numbers.js'

/** Name of the warning that drawn rows break an order which all rows of the data have. */
export const ORDER_WARNING = 'order-broken'

/** Orders that are told by name: those that most rows break. */
const TOLD = 6

/** Orders of columns that all rows of the data have, where drawn rows break them: those that no rule keeps. Cost: as of `crossedOrders`. */
export const ordersCrossed = ({ real, drawn }: ComparedNumbers): OrderCrossed[] => crossedOrders(real, drawn)

/** Such an order as a rule. */
export const orderText = ({ low, high }: OrderFound): string => ruleText({ kind: 'order', column: high, low: column(low) })

/** The same of several draws, over those that break them. */
export const crossedInAll = (draws: readonly (readonly OrderCrossed[])[]): OrderCrossed[] => {
  const all = draws.flat()
  const sum = (places: readonly number[], of: 'count' | 'rows') => places.reduce((total, place) => total + all[place]![of], 0)
  return [...placesByName(all, ({ low, high }) => JSON.stringify([low, high])).values()].map((places) => ({
    ...all[places[0]!]!,
    count: sum(places, 'count'),
    rows: sum(places, 'rows')
  }))
}

/** What is said of them. */
export function orderWarnings(crossed: readonly OrderCrossed[]): NamedWarning[] {
  if (crossed.length === 0) return []
  const share = ({ count, rows }: OrderCrossed) => count / rows
  const told = [...crossed].sort((a, b) => share(b) - share(a)).slice(0, TOLD)
  const breaks = told.map((one) => `${one.high} is below ${one.low} in ${shareText(share(one))}`)
  const rules = told.map((one) => `--rule '${orderText(one)}'`)
  const more = crossed.length > told.length ? `; so are ${crossed.length - told.length} other orders` : ''
  const message = `of the drawn rows ${listed(breaks)}, and in no row of the data${more}: if that can never be, fit with ${rules.join(' ')} and without --rules off`
  return [{ name: ORDER_WARNING, message }]
}
