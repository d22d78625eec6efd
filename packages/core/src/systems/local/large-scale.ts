import type { NamedWarning } from '../../know/support.js'
import { log } from '../../num/elementary.js'
import { type Matrix, matrix, rowOf, takeRows } from '../../num/matrix.js'
import { columnScale, mean, standardised } from '../../num/statistics.js'
import { principalComponents } from '../../spectral/principal-components.js'
import { isNumeric, type Table } from '../../table/table.js'
import { shareText } from '../../tell/numbers.js'

/** Name of the warning that drawn fields vary more or less as wholes than those of the data do. */
const LARGE_SCALE_WARNING = 'large-scale-moved'

/** A log variance ratio differs from 0 by this many errors that chance gives it: one in 16,000 does. */
const ERRORS = 4
/** A ratio nearer to 1 than this is no matter, however well many rows tell it: the bandwidths of windows cost as much. */
const LEAST = 0.1
/** Fewer rows tell no fourth moment, by which a variance's own error goes. */
const LEAST_ROWS = 20

/**
 * What is said where combinations of all columns vary in drawn rows otherwise than in the data, beyond chance: their mean, and their
 * first principal component. Windows hold what is near, and what all columns share adds up from step to step. The component is that
 * of every other row, and the others say what it varies by: those that it was found in would say too much.
 * Cost O(M·d²) for up to 48 columns, otherwise of some products with the rows.
 */
export async function largeScaleWarnings(real: Table, drawn: Table): Promise<NamedWarning[]> {
  const names = real.columns.flatMap((column) => (isNumeric(column) && new Set(column.values).size > 1 ? [column.name] : []))
  const [data, rows] = [numbersOf(real, names), numbersOf(drawn, names)]
  if (!data || !rows || names.length < 2 || data.rows < 2 * LEAST_ROWS || rows.rows < LEAST_ROWS) return []
  const scale = columnScale(data)
  const [whole, own] = [standardised(data, scale), standardised(rows, scale)]
  const half = (odd: number) =>
    takeRows(
      whole,
      Uint32Array.from({ length: Math.floor((data.rows + 1 - odd) / 2) }, (_, i) => 2 * i + odd)
    )
  const { directions } = await principalComponents(half(0), 1)
  const told = [
    { what: 'the mean of all columns', direction: new Float64Array(names.length).fill(1), by: whole },
    { what: 'their first principal component', direction: rowOf(directions, 0), by: half(1) }
  ].flatMap(({ what, direction, by }) => {
    const [before, after] = [along(by, direction), along(own, direction)]
    const ratio = after.variance / before.variance
    const size = Math.abs(log(ratio))
    return size > LEAST && size > ERRORS * Math.sqrt(before.error ** 2 + after.error ** 2)
      ? [`${what} has ${shareText(ratio)} of the variance that it has in the data`]
      : []
  })
  if (told.length === 0) return []
  return [
    {
      name: LARGE_SCALE_WARNING,
      message: `${told.join(', and ')}, where chance leaves less: neighbourhoods are too small for what all columns share; a larger one, --local auto, --latent pca:K, or sampling without --local may keep it`
    }
  ]
}

/** Columns of a table by name [n, d]; undefined where one is not there or has missing cells. */
function numbersOf({ columns, rowCount }: Table, names: readonly string[]): Matrix | undefined {
  const out = matrix(rowCount, names.length)
  for (const [a, name] of names.entries()) {
    const column = columns.find((one) => one.name === name)
    if (!column || !isNumeric(column) || column.missing?.includes(1)) return undefined
    column.values.forEach((x, i) => {
      out.data[i * names.length + a] = x
    })
  }
  return out
}

/** Variance of rows along a direction, and the standard error of its logarithm: √((kurtosis − 1)/n). */
function along(rows: Matrix, direction: Float64Array): { readonly variance: number; readonly error: number } {
  const values = Float64Array.from({ length: rows.rows }, (_, i) => rowOf(rows, i).reduce((sum, x, c) => sum + x * direction[c]!, 0))
  const centre = mean(values)
  const variance = mean(values.map((x) => (x - centre) ** 2))
  const fourth = mean(values.map((x) => (x - centre) ** 4))
  return { variance, error: Math.sqrt((fourth / variance ** 2 - 1) / rows.rows) }
}
