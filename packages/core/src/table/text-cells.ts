import type { AbsentWord, ColumnFormat } from './column-format.js'
import { missingWordsOf, type RawColumn } from './raw.js'

/** Cells as text, null where one is missing or a word for it. */
export function textCells(raw: RawColumn, missing: readonly string[] = []): (string | null)[] {
  const tokens = new Set([...missingWordsOf(raw), ...missing])
  if (raw.source === 'text') return raw.values.map((cell) => (cell === null || tokens.has(cell.trim()) ? null : cell))
  if (raw.source === 'boolean') return raw.values.map((cell) => (cell === null ? null : String(cell)))
  return Array.from(raw.values, (value, i) => (raw.missing?.[i] ? null : String(value)))
}

/** The words for missing cells, as a format has them. */
export type AbsentWords = Pick<ColumnFormat, 'absent' | 'absents'>

/** The words that missing cells of text have. Cost O(n). */
export function absentWords({ source, values }: RawColumn, cells: readonly (string | null)[]): AbsentWords {
  if (source !== 'text') return {}
  const counts = new Map<string, number>()
  for (let i = 0; i < cells.length; i++) {
    if (cells[i] !== null) continue
    const word = (values[i] as string | null) ?? ''
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return wordsByCount(counts)
}

/** The words that cells have, blanks around them aside: the one that most have, unless it is empty, and where there are several all of them. */
export function wordsByCount(cells: ReadonlyMap<string, number>): AbsentWords {
  const counts = new Map<string, number>()
  for (const [cell, count] of cells) counts.set(cell.trim(), (counts.get(cell.trim()) ?? 0) + count)
  const sorted = [...counts].sort((a, b) => b[1] - a[1])
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  const absents = sorted.map(([word, count]): AbsentWord => ({ word, share: count / total }))
  return { ...(absents[0]?.word ? { absent: absents[0].word } : {}), ...(absents.length > 1 ? { absents } : {}) }
}
