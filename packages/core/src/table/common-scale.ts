import { type Encoder, presentValues } from './encoder.js'
import { isNumeric, type NumericColumn, type Table } from './table.js'

/** Fewer columns than this are not taken for readings of one instrument. */
const LEAST_COLUMNS = 9
/** Share of the columns that vary which must reach both ends of the range of all. */
const SHARE = 0.5

/**
 * Whether the numeric columns of a table are readings on one range, as the pixels of an image are: at least nine of them,
 * of which half reach both the smallest and the largest value of all. Columns that vary little, as pixels near a border,
 * would be blown up if each had a scale of its own. Cost O(cells).
 */
export function sharesOneRange(table: Table): boolean {
  const ends = varyingNumbers(table).map(endsOf)
  if (ends.length < LEAST_COLUMNS) return false
  const [low, high] = endsOfAll(ends)
  return ends.filter((one) => one[0] === low && one[1] === high).length >= SHARE * ends.length
}

/**
 * The encoder with one scale for all numbers, the root of their mean variance, and with values kept inside the range of
 * all. The smallest value becomes 0: the background of images, where whole algorithms can skip it.
 */
export function withCommonScale(encoder: Encoder, table: Table): Encoder {
  const scalers = encoder.columns.flatMap((code) =>
    code.carries === 'coordinate' && code.scaler.method === 'standard' ? [code.scaler] : []
  )
  const scale = Math.sqrt(scalers.reduce((sum, scaler) => sum + scaler.scale ** 2, 0) / scalers.length)
  const range = endsOfAll(varyingNumbers(table).map(endsOf))
  const columns = encoder.columns.map((code) =>
    code.carries === 'coordinate' && code.scaler.method === 'standard'
      ? { ...code, scaler: { ...code.scaler, centre: range[0], scale, nonNegative: false, range } }
      : code
  )
  return { ...encoder, columns }
}

function varyingNumbers(table: Table): NumericColumn[] {
  return table.columns.filter(isNumeric).filter((column) => {
    const [low, high] = endsOf(column)
    return low < high
  })
}

function endsOf(column: NumericColumn): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const x of presentValues(column)) {
    low = Math.min(low, x)
    high = Math.max(high, x)
  }
  return [low, high]
}

function endsOfAll(ends: readonly (readonly [number, number])[]): readonly [number, number] {
  return [Math.min(...ends.map(([low]) => low)), Math.max(...ends.map(([, high]) => high))]
}
