import type { NamedWarning } from '../../know/support.js'
import { presentValues } from '../../table/encoder.js'
import { standingOut } from '../../table/standing-out.js'
import { isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { numberText, shareText, timeText } from '../../tell/numbers.js'
import { SPIKE_WARNING } from '../drawn/spikes-moved.js'

/** A share differs from what is to be expected by this many errors that chance gives it: one in 16,000 does. */
const ERRORS = 4

interface Spiked {
  readonly from: Table
  readonly to: Table
  /** Rows that start, of which `drawn` are what became: those of the first table, or others that are carried. */
  readonly start: Table
  readonly drawn: Table
  /** Mean over the drawn rows of how far they went: 1 for all of the way. */
  readonly way: number
  /** Why they left such a value, and what keeps it. */
  readonly why: string
}

/**
 * Says of values that stand out in either table, as the zero of an amount, where drawn rows have them more or less often than they
 * would if their share went with that of both tables, as shares of categories do.
 */
export function spikeWarnings({ from, to, start, drawn, way, why }: Spiked): NamedWarning[] {
  return drawn.columns.flatMap(({ name }): NamedWarning[] => {
    const [first, second, before, after] = [from, to, start, drawn].map((table) => numbersOf(table, name))
    if (!first || !second || !before || !after || after.length === 0) return []
    const spikes = standingOut([first, second])
    const kind = drawn.columns.find((column) => column.name === name)!.kind
    return spikes.flatMap((spike): NamedWarning[] => {
      const [a, b, m, share] = [first, second, before, after].map((values) => shareAt(values, spike)) as [number, number, number, number]
      const expected = Math.min(1, Math.max(0, m + way * (b - a)))
      const error = Math.sqrt((expected * (1 - expected)) / after.length + 1 / after.length ** 2)
      if (Math.abs(share - expected) <= ERRORS * error) return []
      const value = kind === 'datetime' ? timeText(spike) : numberText(spike)
      const message = `${name} is ${value} in ${shareText(a)} of the first table’s rows and ${shareText(b)} of the second’s, but in ${shareText(share)} of those drawn, where ${shareText(expected)} were to be expected: ${why}`
      return [{ name: SPIKE_WARNING, message }]
    })
  })
}

function numbersOf({ columns }: Table, name: string): Float64Array | undefined {
  const column = columns.find((one): one is NumericColumn => one.name === name && isNumeric(one))
  return column && presentValues(column)
}

const shareAt = (values: Float64Array, at: number): number =>
  values.length === 0 ? 0 : values.reduce((count, value) => count + (value === at ? 1 : 0), 0) / values.length
