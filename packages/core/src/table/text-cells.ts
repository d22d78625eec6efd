import { missingWordsOf, type RawColumn } from './raw.js'

/** Cells as text, null where one is missing or a word for it. */
export function textCells(raw: RawColumn, missing: readonly string[] = []): (string | null)[] {
  const tokens = new Set([...missingWordsOf(raw), ...missing])
  if (raw.source === 'text') return raw.values.map((cell) => (cell === null || tokens.has(cell.trim()) ? null : cell))
  if (raw.source === 'boolean') return raw.values.map((cell) => (cell === null ? null : String(cell)))
  return Array.from(raw.values, (value, i) => (raw.missing?.[i] ? null : String(value)))
}

/** The word that most missing cells of text have; undefined where most are empty or none is missing. Cost O(n). */
export function absentWord({ source, values }: RawColumn, cells: readonly (string | null)[]): string | undefined {
  if (source !== 'text') return undefined
  const counts = new Map<string, number>()
  for (let i = 0; i < cells.length; i++) {
    if (cells[i] !== null) continue
    const word = (values[i] as string | null) ?? ''
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return mostFrequentWord(counts)
}

/** The word that most cells have, blanks around it aside; undefined where most are empty, or there are none. */
export function mostFrequentWord(cells: ReadonlyMap<string, number>): string | undefined {
  const counts = new Map<string, number>()
  for (const [cell, count] of cells) counts.set(cell.trim(), (counts.get(cell.trim()) ?? 0) + count)
  const [most] = [...counts].sort((a, b) => b[1] - a[1])
  return most?.[0] || undefined
}
