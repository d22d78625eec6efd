import type { RawTable } from '../../table/raw.js'
import type { ForeignKey } from './keys.js'
import { cellsIn, type Links } from './links.js'

/** A column that numbers the rows of each parent: 1, 2, … in every order. Plain data. */
export interface LineNumbers {
  readonly column: string
  /** Of the first row of each parent, 0 or 1. */
  readonly base: number
}

/** Parents with two rows or more; with fewer the numbers may be chance. */
const LEAST_PARENTS = 5

/** The column that numbers the rows of each parent without a gap, if any, in whatever order they stand. Cost O(cells). */
export function lineNumbersIn(raw: RawTable, links: Links, missing?: readonly string[]): LineNumbers | undefined {
  const { key, parentOf, parents } = links
  const sizes = new Int32Array(parents)
  for (const parent of parentOf) if (parent >= 0) sizes[parent]! += 1
  if (sizes.filter((size) => size > 1).length < LEAST_PARENTS) return undefined
  for (const { name } of raw.columns) {
    if (name === key.column) continue
    const cells = cellsIn(raw, name, missing)
    const base = [0, 1].find((first) => numbersAll(cells, { parentOf, sizes }, first))
    if (base !== undefined) return { column: name, base }
  }
  return undefined
}

function numbersAll(
  cells: readonly (string | null)[],
  { parentOf, sizes }: { readonly parentOf: Int32Array; readonly sizes: Int32Array },
  base: number
): boolean {
  const seen = new Set<string>()
  return cells.every((cell, i) => {
    const parent = parentOf[i]!
    if (parent < 0) return true
    const line = cell === null || !/^\d+$/.test(cell) ? -1 : Number(cell) - base
    const mark = `${parent} ${line}`
    if (line < 0 || line >= sizes[parent]! || seen.has(mark)) return false
    seen.add(mark)
    return true
  })
}

/** The numbers of rows, in the order in which those of each parent stand; of rows without a parent the first. */
export function numbered({ base }: LineNumbers, parentOf: Int32Array): string[] {
  const next = new Map<number, number>()
  return Array.from(parentOf, (parent) => {
    const line = parent < 0 ? 0 : (next.get(parent) ?? 0)
    next.set(parent, line + 1)
    return String(base + line)
  })
}

/** Rows of each parent in the order of their numbers, for whom the order of the file says nothing else. */
export const linesIn = (raw: RawTable, { column }: LineNumbers, missing?: readonly string[]): Float64Array =>
  Float64Array.from(cellsIn(raw, column, missing), (cell) => Number(cell ?? 0))

/** Whether the columns of a key into several columns tell the rows of its table apart whatever is drawn: a number of lines and the key that they run along, or a key of its own. */
export function tellsApart(
  { to, and = [] }: ForeignKey,
  own: { readonly counted?: ForeignKey | undefined; readonly lines?: LineNumbers | undefined; readonly keys: readonly string[] }
): boolean {
  const columns = [to.column, ...and.map((pair) => pair.to)]
  if (columns.some((column) => own.keys.includes(column))) return true
  return own.lines !== undefined && own.counted !== undefined && columns.includes(own.lines.column) && columns.includes(own.counted.column)
}
