import { InputError } from '../num/errors.js'
import { typesFlag } from '../num/listed.js'
import { type OrderChoice, type ReadDates, readDates } from './date-column.js'
import type { DateOrder } from './date-style.js'
import { offsetName } from './offsets.js'
import type { RawTable } from './raw.js'

/** Which order is taken where the rows of a column leave it open. */
export type DateOrders = () => OrderChoice

/**
 * What the user says, or else the order of the first column of dates that shows one, or else the day where semicolons part cells,
 * as where commas part decimals. Costs nothing until a column asks, then O(cells) once.
 */
export function dateOrders({ columns, dialect }: RawTable, { dateOrder }: { readonly dateOrder?: DateOrder | undefined }): DateOrders {
  if (dateOrder !== undefined) return () => ({ order: dateOrder, by: 'user' })
  const semicolons = dialect?.kind === 'delimited' && dialect.separator === ';'
  let found: { readonly choice: OrderChoice } | undefined
  return () => {
    found ??= { choice: shownIn(columns) ?? (semicolons ? { order: 'day-first', by: 'guess' } : undefined) }
    return found.choice
  }
}

function shownIn(columns: RawTable['columns']): OrderChoice {
  for (const column of columns) {
    // No number is a date.
    const dates = column.source === 'text' && !column.numbers ? readDates(column.values) : undefined
    if (dates && 'shown' in dates) return { order: dates.shown!, by: 'table' }
  }
  return undefined
}

interface Noted {
  readonly orders: DateOrders
  readonly notes: string[]
}

/**
 * The dates of a column, undefined for other text; what a person should know of them is noted. Throws `InputError` (code
 * `date-order-mixed`) where one row can only have the day first and another only the month, and the user has not said which is meant.
 */
export function datesFor(name: string, cells: readonly (string | null)[], { orders, notes }: Noted): ReadDates | undefined {
  const dates = readDates(cells, orders)
  if (dates && 'rows' in dates) throw mixed(name, cells, dates.rows)
  if (!dates) return undefined
  const { open, against, otherZones, otherwise = [], order, style } = dates
  const [own, other] = order === 'day-first' ? ['day', 'month'] : ['month', 'day']
  if (open)
    notes.push(
      `${name}: every date could have the day or the month first: read with the ${own} first; --date-order ${other}-first reads the ${other}, --date-order ${own}-first says that this is right`
    )
  if (against.length > 0)
    notes.push(
      `${name}: ${against.length} of its dates can only have the ${other} first (row ${against[0]! + 1}) and are read so; the others have the ${own} first, as said`
    )
  if (otherwise.length > 0)
    notes.push(
      `${name}: ${otherwise.length} of its dates are spelled otherwise than the others (row ${otherwise[0]! + 1}), and new ones as ${style.date ?? 'YYYY-MM-DD'}; ${typesFlag(name, 'category')} repeats all cells as text`
    )
  if (otherZones.length > 0)
    notes.push(
      `${name}: offsets from UTC differ (${[style.zone, ...otherZones].join(', ')}): while rows are modelled they are a column of their own, ${offsetName(name)}`
    )
  return dates
}

function mixed(name: string, cells: readonly (string | null)[], [day, month]: readonly [number, number]): InputError {
  const at = (row: number): string => `${cells[row]!.trim()} in row ${row + 1}`
  return new InputError({
    code: 'date-order-mixed',
    got: `dates of two orders in the column ${name}: only the day can stand first in ${at(day)}, only the month in ${at(month)}`,
    expected: 'one order of day and month in all rows of a column, or word of which those have that could have either',
    try: `--date-order day-first or --date-order month-first for the other rows, or --exclude ${name}`
  })
}
