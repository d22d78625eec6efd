/** Where the rows of groups of these sizes begin, and the end [G + 1]; of no more groups than have `rows` rows. */
export function firstsOf(sizes: Float64Array, rows = Number.POSITIVE_INFINITY): Uint32Array {
  const first = [0]
  for (let g = 0; g < sizes.length && first[g]! < rows; g++) first.push(first[g]! + Math.max(1, sizes[g]!))
  return Uint32Array.from(first)
}

/** The group of every row [n]. */
export function groupOfRows(first: Uint32Array): Uint32Array {
  const out = new Uint32Array(first[first.length - 1]!)
  for (let g = 0; g + 1 < first.length; g++) out.fill(g, first[g]!, first[g + 1]!)
  return out
}

/** Every row but the first of each group. */
export function laterRows(first: Uint32Array): number[] {
  const rows: number[] = []
  for (let g = 0; g + 1 < first.length; g++) for (let i = first[g]! + 1; i < first[g + 1]!; i++) rows.push(i)
  return rows
}
