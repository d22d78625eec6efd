import { cyclesOf } from '../../code/rules/find-cycles.js'
import { keepRules } from '../../code/rules/keep.js'
import type { KeptOrder } from '../../code/rules/kept-rules.js'
import { DAY } from '../../code/rules/quantity.js'
import { formatIn, quantityIn, type WrittenTable } from '../../code/rules/rows-of-rule.js'
import { takeRulesOut } from '../../code/rules/stacked.js'
import { summaryOf } from '../../num/summary.js'
import { dateUnit } from '../../table/date-style.js'
import { unusedName } from '../../table/rows.js'
import type { PreparedTable } from '../prepare.js'
import type { Ruled } from '../rules/ruled-rows.js'
import type { TableFit } from './options.js'

/**
 * Rows ready to be fitted, with the day and the time of day in the place of dates that are drawn, where the time tells other columns, or the week and where in it a date
 * is, where the weekday does (`cyclesOf`). Dates whose scaling is given, and those of rows drawn without rules, stay as they are. Cost as of that.
 */
export function withCycles<T extends PreparedTable & Ruled>(ready: T, { rules: asked, scaling, weights }: TableFit): T {
  const { data, rules = keepRules([], data) } = ready
  if (asked === 'off') return ready
  const fixed = new Set([...(typeof scaling === 'object' ? Object.keys(scaling) : []), ...(weights === undefined ? [] : [weights])])
  const names = new Set([...data.table.columns, ...rules.columns].map(({ name }) => name))
  const days = ordersIn(data)
  // Of a time of day the weekday may tell as well.
  const weeks = ordersIn(taking(days, data))
  const orders = [...weeks, ...days]
  return orders.length === 0 ? ready : { ...ready, data: taking(orders, data), rules: { ...rules, rules: [...orders, ...rules.rules] } }

  function ordersIn({ table, formats }: WrittenTable): KeptOrder[] {
    return [...cyclesOf(table)].flatMap(([column, cycle]): KeptOrder[] => {
      const { date } = formatIn({ table, formats }, column)
      if (fixed.has(column) || !date || date.offsets || date.precisions) return []
      const [from, gap] = [`${cycle} of ${column}`, `${column} in its ${cycle}`].map((name) => unusedName(name, names)) as [string, string]
      return [
        {
          kind: 'order',
          column,
          lows: [],
          from,
          cycle,
          ends: endsOf(quantityIn({ table, formats }, column).values),
          gap,
          unit: dateUnit(date) / DAY
        }
      ]
    })
  }
  function taking(own: readonly KeptOrder[], rows: T['data']): T['data'] {
    return takeRulesOut({ ...rules, rules: own }, rows)
  }
}

const endsOf = (days: Float64Array): readonly [number, number] => {
  const { low, high } = summaryOf(days)
  return [low, high]
}
