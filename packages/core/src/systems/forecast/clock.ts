import { InputError } from '../../num/errors.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import type { ForecastModel } from './forecast.js'

/** The times of a series, taken out of its columns. Throws `InputError`: no such column, gaps, times that do not ascend. */
export function clockOf(table: Table, name: string): NonNullable<ForecastModel['clock']> & { notes: readonly string[] } {
  const place = table.columns.findIndex((column) => column.name === name)
  const column = table.columns[place]
  if (!column || !isNumeric(column) || column.missing) {
    throw new InputError({
      code: 'time-column',
      got: column ? `the column ${name}, which is not of times without gaps` : `no column ${name}`,
      expected: 'a column of numbers or date-times without missing cells',
      try: `one of ${table.columns
        .filter((c) => isNumeric(c) && !c.missing)
        .slice(0, 8)
        .map((c) => c.name)
        .join(', ')}`
    })
  }
  const { values } = column
  const back = values.findIndex((value, i) => i > 0 && !(value > values[i - 1]!))
  if (back > 0) {
    throw new InputError({
      code: 'time-order',
      got: `${name} = ${values[back]} in row ${back + 1} after ${values[back - 1]}`,
      expected: 'times that ascend from row to row',
      try: 'sorting the series by time'
    })
  }
  const spacing = (values[values.length - 1]! - values[0]!) / Math.max(1, values.length - 1)
  const uneven = values.some((value, i) => i > 0 && Math.abs(value - values[i - 1]! - spacing) > 1e-3 * spacing)
  const notes = uneven ? [`the steps of ${name} differ: the transition treats them as equal, and times go on in mean steps`] : []
  return { column: column.kind, name, place, last: values[values.length - 1]!, spacing, notes }
}

/** Says of a column of dates that ascends that it could be the time, where none was named: as a state it would wander. */
export function risingNotes({ columns }: Table): string[] {
  const rises = ({ kind, values, missing }: NumericColumn): boolean =>
    kind === 'datetime' && !missing && values.every((value, i) => i === 0 || value > values[i - 1]!)
  const found = columns.filter(isNumeric).find(rises)
  return found ? [`${found.name} ascends and is drawn like any other column: with --time ${found.name} it goes on by itself`] : []
}
