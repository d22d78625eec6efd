import { type Matrix, matrix, rowOf } from '../num/matrix.js'
import { mean, variance } from '../num/statistics.js'
import { placeLevels, SIMPLEX_LEVELS } from '../table/categories.js'
import { presentValues } from '../table/encoder.js'
import { type CategoricalColumn, type Column, isNumeric, type NumericColumn, type Table } from '../table/table.js'

/**
 * Places tables in one Euclidean space [n, d], for distances: numbers standardised by `reference`, categories as
 * one-hot (the 30 most frequent levels), so that two different levels stand √2 apart, as two independent standardised
 * numbers do on average.
 *
 * A missing number takes the reference's mean and 1 in a coordinate of its own; a missing category is a level; so is
 * a level that the reference lacks. A column that is constant in the reference tells only below, equal and above
 * (−1, 0, 1). Identifiers are left out. The tables have the reference's columns in its order. Cost O(n·d).
 */
export function embedTables(reference: Table, tables: readonly Table[]): Matrix[] {
  return tables.map(placing(reference, tables))
}

/**
 * The same space for tables that come later: levels, and missing cells, that none of `seen` has are not told apart from those that
 * it has.
 */
export function placing(reference: Table, seen: readonly Table[]): (table: Table) => Matrix {
  const blocks = reference.columns.flatMap((column, c) => {
    if (column.kind === 'identifier') return []
    const own = seen.map((table) => table.columns[c]!)
    const made = isNumeric(column) ? embedNumbers(column, own as NumericColumn[]) : [embedCategories(own as CategoricalColumn[])]
    return made.map((block) => ({ ...block, place: c }))
  })
  const width = blocks.reduce((sum, block) => sum + block.width, 0)
  return (table) => {
    const out = matrix(table.rowCount, width)
    let at = 0
    for (const { write, width: own, place } of blocks) {
      write(table.columns[place]!, out, at)
      at += own
    }
    return out
  }
}

/** Coordinates of one column: `write` fills them for a table's column from column `at` of the matrix on. */
interface Block {
  readonly width: number
  readonly write: (column: Column, out: Matrix, at: number) => void
}

function embedNumbers(reference: NumericColumn, own: readonly NumericColumn[]): Block[] {
  const present = presentValues(reference)
  const centre = present.length > 0 ? mean(present) : 0
  const constant = present.every((value) => value === present[0])
  const scale = constant ? 1 : Math.sqrt(variance(present))
  const place = (value: number) => (constant ? Math.sign(value - (present[0] ?? value)) : (value - centre) / scale)
  const numbers: Block = {
    width: 1,
    write: (column, out, at) => {
      const { values, missing } = column as NumericColumn
      for (let i = 0; i < out.rows; i++) out.data[i * out.cols + at] = missing?.[i] ? 0 : place(values[i]!)
    }
  }
  if (!own.some(({ missing }) => missing?.includes(1))) return [numbers]
  const indicator: Block = {
    width: 1,
    write: (column, out, at) => {
      const { missing } = column as NumericColumn
      for (let i = 0; i < out.rows; i++) out.data[i * out.cols + at] = missing?.[i] ?? 0
    }
  }
  return [numbers, indicator]
}

/** Levels that get a coordinate of their own: the most frequent ones. */
const ONE_HOT_LEVELS = 30

/**
 * One-hot coordinates for the 30 most frequent levels, and for the others random unit vectors in twelve coordinates that
 * they share: √2 apart on average, so that a column of a thousand names stays narrow.
 */
function embedCategories(own: readonly CategoricalColumn[]): Block {
  const counts = new Map<string | undefined, number>()
  for (const { codes, levels } of own) {
    for (const code of codes) {
      const level = code < 0 ? undefined : levels[code]!
      counts.set(level, (counts.get(level) ?? 0) + 1)
    }
  }
  const byCount = [...counts].sort(([, a], [, b]) => b - a).map(([level]) => level)
  const oneHot = Math.min(byCount.length, ONE_HOT_LEVELS)
  const rest = placeLevels(Math.max(byCount.length - oneHot, SIMPLEX_LEVELS + 1))
  const restWidth = byCount.length > oneHot ? rest.cols : 0
  const placeOf = new Map(byCount.map((level, place) => [level, place]))
  return {
    width: oneHot + restWidth,
    write: (column, out, at) => {
      const { codes, levels } = column as CategoricalColumn
      const places = levels.map((level) => placeOf.get(level) ?? 0)
      const missing = placeOf.get(undefined) ?? 0
      for (let i = 0; i < out.rows; i++) {
        const place = codes[i]! < 0 ? missing : places[codes[i]!]!
        if (place < oneHot) out.data[i * out.cols + at + place] = 1
        else out.data.set(rowOf(rest, place - oneHot), i * out.cols + at + oneHot)
      }
    }
  }
}
