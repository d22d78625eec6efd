import { compareRules } from '../../diagnose/compare-rules.js'
import { isBroken } from '../../diagnose/is-broken.js'
import type { NamedWarning } from '../../know/support.js'
import { roundToFormat } from '../../table/present.js'
import { isNumeric, type Table } from '../../table/table.js'
import { countText } from '../../tell/numbers.js'
import { comparedNumbers } from '../drawn/compared-numbers.js'
import { ordersCrossed, orderText, orderWarnings } from '../drawn/crossed-orders.js'
import { equalWarnings } from '../drawn/equals-lost.js'
import { evenPlaces } from './clock.js'
import { counterOf } from './counters.js'
import { type ForecastModel, trainingSeries } from './forecast.js'

/** Series as they are written, each once: rules are found in a table once. */
const written = new WeakMap<ForecastModel, Table>()

/**
 * Rules that all rows of a series keep, or all but a few, and more rows of its continuations do not than chance explains: those that
 * are not kept. Columns that stand for places of a grid have none. Cost: as of `compareRules`.
 */
export function brokenRules(model: ForecastModel, drawn: Table): NamedWarning[] {
  if (model.summary.inputs) return []
  const real = written.get(model) ?? asWritten(model, trainingSeries(model))
  written.set(model, real)
  const synthetic = asWritten(model, drawn)
  const found = compareRules({ found: real }, { real, synthetic })
  const formats = real.columns.map(({ name }) => model.formats.find((format) => format.name === name)!)
  const compared = comparedNumbers({
    model,
    rowCount: real.rowCount,
    written: () => ({ table: real, formats }),
    drawn: { table: synthetic, formats }
  })
  const crossed = compared ? ordersCrossed(compared) : []
  const told = found.filter(isBroken).map(({ rule, broken, rows, floor }) => ({
    name: 'rules-broken',
    message: `${countText(broken)} of ${countText(rows)} rows break ${rule}, ${floor === 0 ? 'which all rows of the series keep' : 'more than those of the series do'}: a rule is not kept with --rules off, where its column is known, or where the columns that it uses may be missing in the next row; state it with --rule if too few rows show it, or forecast the difference of two columns in place of one`
  }))
  const orders = orderWarnings(crossed.filter((one) => !found.some(({ rule }) => rule === orderText(one))))
  return [...told, ...orders, ...(compared ? equalWarnings(compared) : []), ...turnedBack(model, real, { synthetic, drawn })]
}

interface Continued {
  /** Of `drawn`, as it is written. */
  readonly synthetic: Table
  readonly drawn: Table
}

/** Of columns that only go one way and are drawn by their values, how many steps go the other. Cost O(rows) a column. */
function turnedBack({ formats, counted }: ForecastModel, real: Table, { synthetic, drawn }: Continued): NamedWarning[] {
  const numbers = (table: Table, name: string) => table.columns.filter(isNumeric).find((column) => column.name === name)
  const step = numbers(drawn, 'step')!.values
  const places = evenPlaces(real.rowCount)
  return real.columns.filter(isNumeric).flatMap((column): NamedWarning[] => {
    const { name, values } = column
    const drawnValues = numbers(synthetic, name)?.values
    const format = formats.find((one) => one.name === name)
    const isCounted = counted?.counters.some((one) => one.column === name)
    const counter = isCounted || !format ? undefined : counterOf(column, { times: undefined, places, format })
    if (!counter || !drawnValues) return []
    const sign = counter.way === 'up' ? 1 : -1
    const back = drawnValues.filter((x, i) => sign * (x - (step[i] === 1 ? values.at(-1)! : drawnValues[i - 1]!)) < 0).length
    if (back === 0) return []
    const message = `${name} goes ${counter.way === 'up' ? 'down' : 'up'} in ${countText(back)} of ${countText(drawnValues.length)} steps, and in none of the series: its values are drawn, not its steps, as where something is known of it, with --changes or with --rules off; leave these out, or forecast how far it goes in a row`
    return [{ name: 'rules-broken', message }]
  })
}

/** The columns of numbers but for the time, in the decimals that they are written with. */
function asWritten({ formats, clock }: ForecastModel, { columns, rowCount }: Table): Table {
  const own = formats.flatMap((format) => {
    const column = columns.find(({ name }) => name === format.name && name !== clock?.name)
    return column && isNumeric(column) ? [{ ...column, values: column.values.map((value) => roundToFormat(value, format)) }] : []
  })
  return { columns: own, rowCount }
}
