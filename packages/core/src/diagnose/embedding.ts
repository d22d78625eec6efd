import { type Matrix, matrix } from '../num/matrix.js'
import { mean, variance } from '../num/statistics.js'
import { presentValues } from '../table/encoder.js'
import { type CategoricalColumn, isNumeric, type NumericColumn, type Table } from '../table/table.js'

/**
 * Places tables in one Euclidean space [n, d], for distances: numbers standardised by `reference`, categories as
 * one-hot, so that two different levels stand √2 apart, as two independent standardised numbers do on average.
 *
 * A missing number takes the reference's mean and 1 in a coordinate of its own; a missing category is a level; so is
 * a level that the reference lacks. A column that is constant in the reference tells only below, equal and above
 * (−1, 0, 1). Identifiers are left out. The tables have the reference's columns in its order. Cost O(n·d).
 */
export function embedTables(reference: Table, tables: readonly Table[]): Matrix[] {
  const blocks = reference.columns.flatMap((column, c) => {
    if (column.kind === 'identifier') return []
    const own = tables.map((table) => table.columns[c]!)
    return isNumeric(column) ? embedNumbers(column, own as NumericColumn[]) : [embedCategories(own as CategoricalColumn[])]
  })
  const width = blocks.reduce((sum, block) => sum + block.width, 0)
  return tables.map((table, t) => {
    const out = matrix(table.rowCount, width)
    let at = 0
    for (const block of blocks) {
      block.write(t, out, at)
      at += block.width
    }
    return out
  })
}

/** Coordinates of one column: `write` fills them for table t from column `at` of the matrix on. */
interface Block {
  readonly width: number
  readonly write: (t: number, out: Matrix, at: number) => void
}

function embedNumbers(reference: NumericColumn, own: readonly NumericColumn[]): Block[] {
  const present = presentValues(reference)
  const centre = present.length > 0 ? mean(present) : 0
  const constant = present.every((value) => value === present[0])
  const scale = constant ? 1 : Math.sqrt(variance(present))
  const place = (value: number) => (constant ? Math.sign(value - (present[0] ?? value)) : (value - centre) / scale)
  const numbers: Block = {
    width: 1,
    write: (t, out, at) => {
      const { values, missing } = own[t]!
      for (let i = 0; i < out.rows; i++) out.data[i * out.cols + at] = missing?.[i] ? 0 : place(values[i]!)
    }
  }
  if (!own.some(({ missing }) => missing?.includes(1))) return [numbers]
  const indicator: Block = {
    width: 1,
    write: (t, out, at) => {
      for (let i = 0; i < out.rows; i++) out.data[i * out.cols + at] = own[t]!.missing?.[i] ?? 0
    }
  }
  return [numbers, indicator]
}

function embedCategories(own: readonly CategoricalColumn[]): Block {
  const coordinates = new Map<string | undefined, number>()
  for (const { codes, levels } of own) {
    for (const code of new Set(codes)) {
      const level = code < 0 ? undefined : levels[code]!
      if (!coordinates.has(level)) coordinates.set(level, coordinates.size)
    }
  }
  return {
    width: coordinates.size,
    write: (t, out, at) => {
      const { codes, levels } = own[t]!
      const missing = coordinates.get(undefined) ?? 0
      const places = levels.map((level) => coordinates.get(level) ?? 0)
      for (let i = 0; i < out.rows; i++) out.data[i * out.cols + at + (codes[i]! < 0 ? missing : places[codes[i]!]!)] = 1
    }
  }
}
