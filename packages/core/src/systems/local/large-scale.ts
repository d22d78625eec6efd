import type { NamedWarning } from '../../know/support.js'
import { log } from '../../num/elementary.js'
import { type Matrix, matrix, rowOf, takeRows } from '../../num/matrix.js'
import { columnScale, mean, standardised } from '../../num/statistics.js'
import { principalComponents } from '../../spectral/principal-components.js'
import { isNumeric, type Table } from '../../table/table.js'
import { shareText } from '../../tell/numbers.js'

/** Name of the warning that drawn fields vary more or less as wholes than those of the data do. */
export const LARGE_SCALE_WARNING = 'large-scale-moved'

/** A log variance ratio differs from 0 by this many errors that chance gives it: one in 16,000 does. */
const ERRORS = 4
/** A ratio nearer to 1 than this is no matter, however well many rows tell it: the bandwidths of windows cost as much. */
const LEAST = 0.1
/** Fewer rows tell no fourth moment, by which a variance's own error goes. */
const LEAST_ROWS = 20

/**
 * What is said where combinations of all columns vary in drawn rows otherwise than in the data, beyond chance: their mean, their
 * first principal component, and all that it leaves, which smooth curves have little of. Windows hold what is near, and what all columns share adds up from step to step. The component is that
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
  const [all, first] = [new Float64Array(names.length).fill(1), rowOf(directions, 0)]
  const told = [
    { what: 'the mean of all columns', before: along(whole, all), after: along(own, all) },
    { what: 'their first principal component', before: along(half(1), first), after: along(own, first) },
    { what: 'what that component leaves', before: beside(half(1), first), after: beside(own, first) }
  ].flatMap(({ what, before, after }) => {
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

interface Variance {
  readonly variance: number
  /** Standard error of its logarithm. */
  readonly error: number
}

/** Variance of rows along a direction. */
function along(rows: Matrix, direction: Float64Array): Variance {
  const values = placesAlong(rows, direction)
  const centre = mean(values)
  return varianceOf(values.map((x) => (x - centre) ** 2))
}

/** Variance of standardised rows in all directions but one, of length 1. */
function beside(rows: Matrix, direction: Float64Array): Variance {
  const centres = Float64Array.from({ length: rows.cols }, (_, c) =>
    mean(Float64Array.from({ length: rows.rows }, (_, i) => rowOf(rows, i)[c]!))
  )
  const middle = centres.reduce((sum, x, c) => sum + x * direction[c]!, 0)
  const places = placesAlong(rows, direction)
  return varianceOf(places.map((x, i) => rowOf(rows, i).reduce((sum, y, c) => sum + (y - centres[c]!) ** 2, 0) - (x - middle) ** 2))
}

const placesAlong = (rows: Matrix, direction: Float64Array): Float64Array =>
  Float64Array.from({ length: rows.rows }, (_, i) => rowOf(rows, i).reduce((sum, x, c) => sum + x * direction[c]!, 0))

/** Of squares, one a row: √(variance of the squares/n)/mean, which of one direction is √((kurtosis − 1)/n). */
function varianceOf(squares: Float64Array): Variance {
  const variance = mean(squares)
  const fourth = mean(squares.map((x) => x * x))
  return { variance, error: Math.sqrt(Math.max(0, fourth / variance ** 2 - 1) / squares.length) }
}
