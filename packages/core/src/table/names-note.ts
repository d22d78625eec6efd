import { listed } from '../num/listed.js'
import type { RawColumn } from './raw.js'

/**
 * Whether the names of a table may be its first row, in a sentence; nothing where they are no cells. Every name is a figure, or a cell of
 * its own column, and they are not numbered (1, 2, 3; 2019, 2020; 400, 405, 410). Of a name with a fraction it is asked alone: years may be
 * names among others. Cost O(rows) of the columns up to the first name that is no cell;
 * only those of `kept` are looked into.
 */
export function namesNote(columns: readonly RawColumn[], kept = columns): string[] {
  const written = writtenNames(columns)
  const areCells = written.every(([name, column]) => isFigure(name) || (kept.includes(column) && isCell(name, column)))
  const names = columns.map(({ name }) => name)
  const suspect = areCells && written.length > 0 && !areNumbered(written.map(([name]) => name)) ? names : names.filter(isFraction)
  if (suspect.length === 0) return []
  const are = suspect.length === 1 ? 'is the name of a column' : 'are names of columns'
  return [`${listed(suspect)} ${are}: if that is the first row, write a line of names above it`]
}

/** The names as the file has them: readers number those that are repeated, and call columns without a name by their place. */
function writtenNames(columns: readonly RawColumn[]): (readonly [string, RawColumn])[] {
  const all = new Set(columns.map(({ name }) => name))
  return columns.flatMap((column) => {
    const { name } = column
    if (/^unnamed_\d+$/.test(name)) return []
    const first = name.replace(/_\d+$/, '')
    return [[all.has(first) ? first : name, column] as const]
  })
}

const isFraction = (name: string): boolean => /^\s*[-+]?\d+[.,]\d+\s*$/.test(name)

/** Numbers, dates and times: signs, digits, and marks between them. */
const isFigure = (name: string): boolean => /^\s*[-+]?\d+([.,:/ T-]\d+)*\s*$/.test(name)

const isCell = (name: string, column: RawColumn): boolean => column.source === 'text' && column.values.includes(name)

/** Whether names count on: in steps of one, or three and more in equal steps. */
function areNumbered(names: readonly string[]): boolean {
  const numbers = names.map((name) => Number(name.replace(',', '.')))
  if (numbers.length < 2) return false
  const step = numbers[1]! - numbers[0]!
  return (
    (numbers.length > 2 || step === 1) && step > 0 && numbers.every((n, i) => i === 0 || Math.abs(n - numbers[i - 1]! - step) < 1e-6 * step)
  )
}
