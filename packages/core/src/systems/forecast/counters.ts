import { exp, log } from '../../num/elementary.js'
import type { ColumnFormat } from '../../table/infer.js'
import { roundToFormat } from '../../table/present.js'
import type { NumericColumn } from '../../table/table.js'
import { isLikelierInLogarithms } from './changes.js'
import { beginsIn, PERIOD_NAMES, type Period } from './restarts.js'

/** A column that only goes one way, as a meter, a count of cases so far or what is left of a debt. Plain JSON. */
export interface Counter {
  readonly column: string
  /** Which way it goes. */
  readonly way: 'up' | 'down'
  /** With what of the calendar it begins anew from nought. */
  readonly restart?: Period
  /** Whether its steps are of the logarithm: where they are larger the larger it is. */
  readonly isLogged: boolean
  /** What stands before the first row. */
  readonly from: number
  /** How it is written. */
  readonly format: ColumnFormat
}

/** Rows that have to go that way: chance lets one column in half a million do so. */
const LEAST_STEPS = 20

export function counterText({ column, way, restart }: Counter): string {
  if (restart) return `${column} only goes up within a ${restart}, and begins anew with each`
  return `${column} never goes ${way === 'up' ? 'down' : 'up'}`
}

/** How a column of whole cells goes one way in every row, but where a period begins; undefined of what does not. `times`: dates of its rows, else nothing begins anew. Cost O(n). */
export function counterOf(
  { name, kind, values }: NumericColumn,
  { times, places, format }: Written & { readonly places: Float64Array }
): Counter | undefined {
  if (kind === 'datetime') return undefined
  const goes = (sign: 1 | -1, begins: (row: number) => boolean): boolean => {
    let steps = 0
    for (let i = 1; i < values.length; i++) {
      if (begins(i)) continue
      const step = sign * (values[i]! - values[i - 1]!)
      if (step < 0) return false
      if (step > 0) steps++
    }
    return steps >= LEAST_STEPS
  }
  const never = () => false
  const way = goes(1, never) ? 'up' : goes(-1, never) ? 'down' : undefined
  if (way) {
    const isLogged = isLikelierInLogarithms(values, places)
    const [one, two] = [values[0]!, values[1]!]
    const before = isLogged ? one * (one / two) : one - (two - one)
    // What never goes below nought was not there before it began.
    return { column: name, way, isLogged, format, from: one >= 0 ? Math.max(0, before) : before }
  }
  if (!times || values.some((x) => x < 0)) return undefined
  const restart = PERIOD_NAMES.find((period) => goes(1, beginsIn(period, times)))
  return restart && { column: name, way: 'up', isLogged: false, restart, format, from: Math.max(0, values[0]! - (values[1]! - values[0]!)) }
}

/** How far each row is from the one before it, with the format that it is written in: of the first, before which nothing stands, as far as the second. */
export function stepsOf(
  { name, values }: NumericColumn,
  { isLogged, restart, format }: Counter,
  times: Float64Array | undefined
): { readonly column: NumericColumn; readonly format: ColumnFormat } {
  const begins = beginsIn(restart, times)
  const own = stepsFormat(format, isLogged)
  const x = isLogged ? values.map(log) : values
  // Beyond the digits of the column is noise of doubles, by which no two steps would be alike.
  const steps = x.map((value, i) => (i === 0 || begins(i) ? value : roundToFormat(value - x[i - 1]!, own)))
  steps[0] = steps[1]!
  return { column: { name, kind: own.kind as NumericColumn['kind'], values: steps }, format: own }
}

interface Written {
  /** Dates of the rows, where a column begins anew with these. */
  readonly times: Float64Array | undefined
  readonly format: ColumnFormat
}

function stepsFormat({ name, kind, number }: ColumnFormat, isLogged: boolean): ColumnFormat {
  if (isLogged) return { name, source: 'number', kind: 'number' }
  if (number?.decimals === undefined) return { name, source: 'number', kind }
  return { name, source: 'number', kind, number: { decimals: number.decimals, padded: false } }
}

/** Steps added up again, to the digits of the column. What goes down to nought stays there. */
export function addedSteps({ name, values }: NumericColumn, counter: Counter, times: Float64Array | undefined): NumericColumn {
  const { isLogged, restart, from, way, format } = counter
  const begins = beginsIn(restart, times)
  const least = way === 'down' && from >= 0 ? 0 : Number.NEGATIVE_INFINITY
  let level = from
  const out = values.map((drawn, i) => {
    // Noise about small steps goes no other way than these.
    const step = way === 'up' ? Math.max(0, drawn) : Math.min(0, drawn)
    if (isLogged) level *= exp(step)
    else level = begins(i) ? step : Math.max(least, level + step)
    return roundToFormat(level, format)
  })
  return { name, kind: format.kind as NumericColumn['kind'], values: out }
}
