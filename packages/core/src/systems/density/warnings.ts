import type { NamedWarning } from '../../know/support.js'
import { listed } from '../../num/listed.js'
import { isCategorical, isNumeric } from '../../table/table.js'
import { MOST_NAMED } from '../imputation/read-rows.js'
import type { DensityModel } from './model.js'
import type { ReadScored } from './read.js'
import { numberColumns } from './units.js'

/** A number this far beyond all that a column has, in standard deviations, lies outside the data and not at their edge. */
const BEYOND = 1

/** What is to be said of single rows. */
export function rowWarnings(model: DensityModel, read: ReadScored, logDensity: Float64Array): NamedWarning[] {
  const rowsWith = (is: (x: number) => boolean) => Array.from(logDensity.keys()).filter((i) => is(logDensity[i]!))
  const unknown = rowsWith(Number.isNaN)
  const far = rowsWith((x) => x === Number.NEGATIVE_INFINITY)
  return [
    ...outside(model, read),
    ...differs(model, read),
    ...(unknown.length > 0
      ? [{ name: 'rows-unknown', message: `nothing is known of ${rowWords(unknown)}: no density, and the cells stay empty` }]
      : []),
    ...(far.length > 0
      ? [
          {
            name: 'density-underflow',
            message: `${rowWords(far)} ${far.length === 1 ? 'lies' : 'lie'} so far outside the data that no number holds the log-density: the cell stays empty`
          }
        ]
      : [])
  ]
}

/** `row 3`, `rows 3, 7 and 12`, `rows 1, 2, 3, 4, 5 and 20 more`. */
function rowWords(rows: readonly number[]): string {
  const named = rows.slice(0, MOST_NAMED).map((i) => String(i + 1))
  const more = rows.length - named.length
  return `${rows.length === 1 ? 'row' : 'rows'} ${more > 0 ? `${named.join(', ')} and ${more} more` : listed(named)}`
}

function outside(model: DensityModel, { table }: ReadScored): NamedWarning[] {
  return numberColumns(model).flatMap(({ name, low, high, scale }) => {
    const column = table.columns.find((one) => one.name === name)
    if (!column || !isNumeric(column)) return []
    const rows = Array.from(column.values.keys()).filter(
      (i) => !column.missing?.[i] && (column.values[i]! < low - BEYOND * scale || column.values[i]! > high + BEYOND * scale)
    )
    if (rows.length === 0) return []
    const range = column.kind === 'datetime' ? 'the dates of the data' : `the data, ${low} to ${high}`
    return [
      {
        name: 'outside',
        message: `${name}: ${rowWords(rows)} ${rows.length === 1 ? 'lies' : 'lie'} outside ${range}: the density there is that of a tail, which no row supports`
      }
    ]
  })
}

/** A column of one value says nothing where rows have that value, and where they do not, nothing that has a density. */
function differs({ coding }: DensityModel, { table }: ReadScored): NamedWarning[] {
  return coding.columns.flatMap((coded) => {
    const column = table.columns.find(({ name }) => name === coded.name)
    if (coded.carries !== 'constant' || !column || isCategorical(column) || !isNumeric(column)) return []
    const rows = Array.from(column.values.keys()).filter((i) => !column.missing?.[i] && column.values[i] !== coded.value)
    if (rows.length === 0) return []
    return [
      {
        name: 'constant-differs',
        message: `${coded.name}: ${rowWords(rows)} differ${rows.length === 1 ? 's' : ''} from ${coded.value}, which all rows of the data have: the density is that of the other cells`
      }
    ]
  })
}
