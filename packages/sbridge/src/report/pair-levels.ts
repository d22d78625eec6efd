import { type CategoricalColumn, levelName, levelShares, shorten } from '@sbridge/core/internal'
import { shownLevels } from './rare-values.js'

/** Levels that have room on an axis. */
const MOST_LEVELS = 7

interface Shown {
  readonly showValues: boolean
  /** The column of the rows that are counted to tell what is rare; default the same. */
  readonly counted?: CategoricalColumn
}

/** The levels of a column that most rows have and that may be shown, most frequent first. */
export function frequentLevels(column: CategoricalColumn, { showValues, counted = column }: Shown): (string | undefined)[] {
  const shown = shownLevels(counted, showValues)
  return [...levelShares(column)]
    .filter(([level]) => shown(level))
    .sort((a, b) => b[1] - a[1] || (String(a[0]) < String(b[0]) ? -1 : 1))
    .slice(0, MOST_LEVELS)
    .map(([level]) => level)
}

export const levelText = (level: string | undefined, length: number) =>
  wrapped(level === undefined ? '(missing)' : levelName(level), length)

/** Lines of a level's name on an axis. */
const MOST_LINES = 3

/** A name in at most three lines of so many letters, broken between words. */
function wrapped(name: string, length: number): string {
  const lines: string[] = []
  for (const word of name.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && [...last].length + 1 + [...word].length <= length) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  const shown = lines.slice(0, MOST_LINES).map((line) => shorten(line, length))
  if (lines.length > MOST_LINES) shown[MOST_LINES - 1] = shorten(`${lines[MOST_LINES - 1]} ${lines[MOST_LINES]}`, length)
  return shown.join('\n')
}

/** Pixels that the labels of an axis need below the first line. */
export const roomBelow = (labels: readonly string[]): number => 11 * (Math.max(1, ...labels.map((label) => label.split('\n').length)) - 1)

export const levelAt = ({ codes, levels }: CategoricalColumn, i: number) => (codes[i]! < 0 ? undefined : levels[codes[i]!]!)
