import { DAY, type Quantity } from '../../code/rules/quantity.js'
import type { NamedWarning } from '../../know/support.js'
import { sorted } from '../../num/statistics.js'
import { spikesOf } from '../../table/recurring.js'
import { numberText, shareText, timeText } from '../../tell/numbers.js'
import type { ComparedNumbers } from './compared-numbers.js'

/** Name of the warning that a value which stands out comes about more or less often than in the data. */
export const SPIKE_WARNING = 'spike-moved'

/** A share differs by this many errors that chance gives the difference: one in 16,000 does. */
const ERRORS = 4
/** Values that are told: those that most rows gain or lose. */
const TOLD = 6

interface SpikeMoved {
  readonly column: Quantity
  readonly value: number
  readonly real: number
  readonly drawn: number
}

/** Values of a column that are there, and how many rows each counts for. */
interface Present {
  readonly values: Float64Array
  readonly counts: Float64Array
}

function presentIn({ values }: Quantity, counts?: Float64Array): Present {
  const rows = Uint32Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]!))
  return { values: Float64Array.from(rows, (i) => values[i]!), counts: Float64Array.from(rows, (i) => counts?.[i] ?? 1) }
}

const rowsOf = ({ counts }: Present): number => counts.reduce((sum, count) => sum + count, 0)
const rowsAt = ({ values, counts }: Present, at: number): number => values.reduce((sum, x, i) => sum + (x === at ? counts[i]! : 0), 0)

/** Values of a column that stand out in the data or among drawn rows, as the zero of an amount, and have another share there, beyond chance: of rows of which `alike` have the same by themselves, that of as many fewer. Cost O(n log n). */
function spikesMoved(column: Quantity, real: Present, drawn: Present, alike: number): SpikeMoved[] {
  const [all, drawnAll] = [rowsOf(real), rowsOf(drawn)]
  if (!(all > 0 && drawnAll > 0)) return []
  const spikes = new Set([real, drawn].flatMap(({ values }) => spikesOf(sorted(values))))
  return [...spikes].flatMap((value): SpikeMoved[] => {
    const [a, b] = [rowsAt(real, value), rowsAt(drawn, value)]
    const pooled = (a + b) / (all + drawnAll)
    const error = Math.sqrt(pooled * (1 - pooled) * alike * (1 / all + 1 / drawnAll))
    const moved = { column, value, real: a / all, drawn: b / drawnAll }
    return Math.abs(moved.real - moved.drawn) > ERRORS * error ? [moved] : []
  })
}

/**
 * What is said of values that stand out in the data or among drawn rows and have another share there. `alike`: how many rows have the
 * same in a column by themselves, as those of a group do. Cost O(n log n) a column.
 */
export function spikeWarnings(
  { real, drawn, counts }: Omit<ComparedNumbers, 'equal'>,
  alike: (column: string) => number = () => 1
): NamedWarning[] {
  const moved = real.flatMap((column) => {
    const own = drawn.find(({ name }) => name === column.name)
    return own ? spikesMoved(column, presentIn(column, counts), presentIn(own), alike(column.name)) : []
  })
  if (moved.length === 0) return []
  const most = moved.sort((a, b) => Math.abs(b.real - b.drawn) - Math.abs(a.real - a.drawn)).slice(0, TOLD)
  const texts = most.map(({ column, value, ...shares }) => {
    const text = column.isDate ? timeText(value * DAY) : numberText(value)
    return `${column.name} is ${text} in ${shareText(shares.real)} of the rows of the data, but in ${shareText(shares.drawn)} of the drawn rows`
  })
  return [
    {
      name: SPIKE_WARNING,
      message: `${texts.join('; ')}: a column scaled by quantile keeps such a value (--scaling NAME=quantile), and one that a rule computes may not (--rules off draws it by itself)`
    }
  ]
}
