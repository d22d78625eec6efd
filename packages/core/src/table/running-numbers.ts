import { presentValues } from './encoder.js'
import type { InferOptions, InferredTable } from './infer.js'
import { type Numbering, numberingOf } from './numbering.js'
import { type Column, isNumeric, type NumericColumn } from './table.js'

/** So few rows may be evenly spaced by chance, or by hand. */
const LEAST_ROWS = 10

type Options = Pick<InferOptions, 'types'> & { readonly weights?: string | undefined; readonly scaling?: unknown }

/**
 * Takes running numbers, as of orders, for identifiers that are continued: drawn as numbers they would repeat. Where at
 * least half of the other numbers follow them they are a grid or a time instead, and are modelled; a note says which.
 * Columns whose kind or scaling is given, and the weights, stay as they are. Cost O(cells), and O(cells · log n) where there are any.
 */
export function continueNumbers(data: InferredTable, options: Options = {}): InferredTable {
  const named = new Set([
    ...Object.keys(options.types ?? {}),
    options.weights,
    ...(typeof options.scaling === 'object' ? Object.keys(options.scaling!) : [])
  ])
  const notes = [...data.notes]
  const numberings = new Map<string, Numbering>()
  for (const column of data.table.columns) {
    if (column.kind !== 'integer' || column.missing || named.has(column.name) || data.table.rowCount < LEAST_ROWS) continue
    const numbering = numberingOf(column.values)
    if (!numbering) continue
    const others = data.table.columns.filter((other) => other !== column && !numberings.has(other.name))
    if (!others.some(varies)) continue
    const running = `${column.name}: whole numbers in equal steps, no two alike`
    if (isFollowed(column, others)) {
      notes.push(
        `${running}, which other columns follow: modelled, so that new ones may repeat; as a key, --types ${column.name}=identifier continues them`
      )
      continue
    }
    numberings.set(column.name, numbering)
    notes.push(`${running}: left out of the model and continued from ${numbering.next}; --types ${column.name}=integer models them`)
  }
  if (numberings.size === 0) return { ...data, notes }
  return {
    table: {
      ...data.table,
      columns: data.table.columns.map((column) => (numberings.has(column.name) ? { name: column.name, kind: 'identifier' } : column))
    },
    formats: data.formats.map((format) => {
      const numbering = numberings.get(format.name)
      return numbering ? { ...format, kind: 'identifier', numbering } : format
    }),
    notes
  }
}

function varies(column: Column): boolean {
  if (column.kind === 'identifier') return false
  if (!isNumeric(column)) return column.codes.some((code) => code !== column.codes[0])
  return presentValues(column).some((value, _, all) => value !== all[0])
}

/** Rows along a column, evenly spread over it, that are asked whether others follow; and as many columns as need be. */
const MOST_FOLLOWED = 2000
const MOST_FOLLOWERS = 100

/** Whether at least half of the other numbers that vary, times aside, are much alike in rows that follow each other in the column's order. */
function isFollowed(column: NumericColumn, others: readonly Column[]): boolean {
  const all = Uint32Array.from(column.values, (_, i) => i).sort((a, b) => column.values[a]! - column.values[b]!)
  const count = Math.min(all.length, MOST_FOLLOWED)
  const order = Uint32Array.from({ length: count }, (_, k) => all[Math.floor((k * all.length) / count)]!)
  const numbers = others
    .filter((other): other is NumericColumn => isNumeric(other) && other.kind !== 'datetime' && varies(other))
    .slice(0, MOST_FOLLOWERS)
  const followers = numbers.filter(({ values, missing }) => {
    const along = order.filter((i) => !missing?.[i])
    return correlationOfNext(ranksOf(Float64Array.from(along, (i) => values[i]!))) > Math.max(0.5, 2.5 / Math.sqrt(along.length))
  })
  return numbers.length > 0 && 2 * followers.length >= numbers.length
}

/** Ranks from 0, ties by their mean. */
function ranksOf(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let k = start; k < end; k++) ranks[order[k]!] = (start + end - 1) / 2
    start = end
  }
  return ranks
}

/** Correlation of values with those that follow them; 0 for constants. */
function correlationOfNext(values: Float64Array): number {
  const centre = values.reduce((sum, x) => sum + x, 0) / values.length
  let square = 0
  let product = 0
  values.forEach((x, i) => {
    square += (x - centre) ** 2
    if (i > 0) product += (x - centre) * (values[i - 1]! - centre)
  })
  return square > 0 ? product / square : 0
}
