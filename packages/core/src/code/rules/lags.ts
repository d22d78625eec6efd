import { summaryOf } from '../../num/summary.js'
import { isBeyondChance, rateByChance } from './chance.js'
import { hasValues, type Quantity } from './quantity.js'

/** A column that has what another one has in the row before, or after. */
export interface Lag {
  readonly column: string
  readonly of: string
  readonly from: 'before' | 'after'
}

/** Rows in which the other column changes, at least. */
const LEAST_ROWS = 8

/**
 * Columns that are another one of the row before, or after, wherever both are there, beyond chance, as last year's price in series and
 * panels; missing where the rows begin. Rows in which the other column stays the same show nothing. Cost O(columns²) on few rows, and O(rows) for
 * each that passes.
 */
export function findLags(quantities: readonly Quantity[]): Lag[] {
  const varied = quantities.filter((one) => hasValues(one))
  const candidates = 2 * varied.length * varied.length
  const gaps = new Map(varied.map(({ name, values }) => [name, missingIn(values)]))
  // Of two that tell each other that which lacks more is the other one's, and in a table without gaps that of the row before.
  const isOwn = ({ column, of, from }: Lag) => {
    const more = gaps.get(column)! - gaps.get(of)!
    return more > 0 || (more === 0 && from === 'before')
  }
  return varied.flatMap((own): Lag[] => {
    const lags = varied.flatMap((of) =>
      of === own ? [] : (['before', 'after'] as const).map((from) => ({ of, lag: { column: own.name, of: of.name, from } }))
    )
    const found = lags.find(({ of, lag }) => isOwn(lag) && isLag(own, of, { step: lag.from === 'before' ? -1 : 1, candidates }))
    return found ? [found.lag] : []
  })
}

const missingIn = (values: Float64Array): number =>
  summaryOf(values).hasGaps ? values.reduce((count, x) => count + Number(Number.isNaN(x)), 0) : 0

function isLag({ values: own }: Quantity, { values: of }: Quantity, { step, candidates }: { step: number; candidates: number }): boolean {
  const rows: number[] = []
  let differs = false
  for (let i = 0; i < own.length; i++) {
    const [value, other] = [own[i]!, of[i + step] ?? Number.NaN]
    if (Number.isNaN(value) || Number.isNaN(other)) continue
    if (value !== other) return false
    if (other === of[i]) continue
    rows.push(i)
    // What is always as far from the other one in its own row is computed of it there, as places that are counted from 0 and from 1.
    differs ||= value - of[i]! !== own[rows[0]!]! - of[rows[0]!]!
  }
  if (rows.length < LEAST_ROWS || !differs) return false
  const rate = rateByChance(rows.length, (i, j) => own[rows[i]!] === of[rows[j]! + step])
  return isBeyondChance({ rate, times: rows.length, candidates })
}
