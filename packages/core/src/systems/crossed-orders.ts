import { quantitiesIn } from '../code/rules/find.js'
import { crossedOrders, type OrderCrossed, type OrderFound } from '../code/rules/find-orders.js'
import { type Quantity, quantityOf } from '../code/rules/quantity.js'
import type { WrittenTable } from '../code/rules/rows-of-rule.js'
import { ruleText } from '../code/rules/rule.js'
import { column } from '../code/rules/shapes.js'
import type { NamedWarning } from '../know/support.js'
import { placesByName } from '../num/group.js'
import { listed } from '../num/listed.js'
import { roundToFormat } from '../table/present.js'
import { isNumeric } from '../table/table.js'
import { shareText } from '../tell/numbers.js'

/** Name of the warning that drawn rows break an order which all rows of the data have. */
export const ORDER_WARNING = 'order-broken'

/** Orders that are told by name: those that most rows break. */
const TOLD = 6

/** Rows of the data up to which an order may show in too few: of more of them a rule is found. */
const FEW_ROWS = 5000

/** Numbers of the data that models learned from, as they are written, each once: a service draws from a model many times. */
const known = new WeakMap<object, readonly Quantity[]>()

/** What orders of drawn rows are compared with. */
interface Learned {
  readonly model: object
  /** Rows that it learned from. */
  readonly rowCount: number
  /** These, as they are written. */
  written(): WrittenTable
}

/**
 * Orders of columns that all rows of the data have, where drawn rows break them: those that no rule keeps. None of larger data, which
 * show their orders. Cost: as of `crossedOrders`.
 */
export function ordersCrossed({ model, rowCount, written }: Learned, drawn: WrittenTable): OrderCrossed[] {
  if (rowCount > FEW_ROWS) return []
  const real = known.get(model) ?? quantitiesIn(written())
  known.set(model, real)
  const quantities = drawn.table.columns.flatMap((one) => {
    const format = drawn.formats.find(({ name }) => name === one.name)
    if (!format || !isNumeric(one)) return []
    // As they are written: two that are apart by less are the same there.
    return [quantityOf({ ...one, values: one.values.map((value) => roundToFormat(value, format)) }, format)]
  })
  return crossedOrders(real, quantities)
}

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
  const message = `of the drawn rows ${listed(breaks)}, and in no row of the data${more}: where that can never be, fit with ${rules.join(' ')}, and not with --rules off`
  return [{ name: ORDER_WARNING, message }]
}
