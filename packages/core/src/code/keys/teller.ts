import { log } from '../../num/elementary.js'
import { evenly } from '../../num/evenly.js'
import { partOf } from '../../table/calendar-part.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import { columnWord } from '../../table/expression-text.js'
import { RARE_BELOW } from '../../table/rare-below.js'
import type { Column, Table } from '../../table/table.js'
import { isBelievedAtLog, logFactorials } from '../rules/chance.js'

/** How another column of a row tells a part of its key. Plain data. */
export interface Teller {
  readonly column: string
  /** Of a date, one letter of `DATE_PARTS` each: `YM` is 202401. */
  readonly date?: string | undefined
  /** The cell itself, so many characters of it, and its letters. */
  readonly length?: number | undefined
  readonly letters?: (typeof LETTERS)[number] | undefined
  /** Or a text for each of these cells, which at least three rows have. */
  readonly levels?: readonly string[] | undefined
  readonly texts?: readonly string[] | undefined
}

/** What is told of a row; undefined where it tells nothing. */
export type Told = (teller: Teller) => string | undefined

export const LETTERS = ['as', 'upper', 'lower'] as const

/** How parts of a date are written. */
const DATE_PARTS: Readonly<Record<string, (time: number) => string>> = {
  Y: (time) => String(partOf('year', time)).padStart(4, '0'),
  y: (time) => two(partOf('year', time) % 100),
  Q: (time) => String(Math.ceil(partOf('month', time) / 3)),
  M: (time) => two(partOf('month', time)),
  W: (time) => two(partOf('week', time)),
  D: (time) => two(partOf('day', time))
}
const PART_WORDS: Readonly<Record<string, string>> = { Y: 'year', y: 'year', Q: 'quarter', M: 'month', W: 'week', D: 'day' }
const two = (value: number): string => String(value).padStart(2, '0')

/** Dates as people write them without what separates their parts, those that say most first. */
const DATES = ['YMD', 'DMY', 'MDY', 'yMD', 'DMy', 'MDy', 'YM', 'MY', 'yM', 'My', 'YW', 'yW', 'Y', 'y', 'M', 'W', 'D', 'Q']
const lengthOf = (date: string): number => dateText(date, 0).length
const dateText = (date: string, time: number): string => Array.from(date, (part) => DATE_PARTS[part]!(time)).join('')
export const isDateForm = (date: string): boolean => DATES.includes(date)

/** What a teller writes for a cell; undefined of one that it does not know. */
function writerOf({ date, length, letters, levels, texts }: Teller): (cell: CellValue) => string | undefined {
  if (levels) {
    const known = new Map(levels.map((level, k) => [level, texts![k]!]))
    return (cell) => (cell === null ? undefined : known.get(String(cell)))
  }
  return (cell) => {
    if (cell === null) return undefined
    if (date !== undefined) return typeof cell === 'number' ? dateText(date, cell) : undefined
    // Numbers are filled with zeros, and lose what stands before their last digits, as the century of a year.
    if (typeof cell === 'number') return length === undefined ? String(cell) : String(cell).padStart(length, '0').slice(-length)
    const own = length === undefined ? cell : cell.slice(0, length)
    return letters === 'upper' ? own.toUpperCase() : letters === 'lower' ? own.toLowerCase() : own
  }
}

/** The cells of a column, also of keys where they are there. */
const cellsOf = (column: Column): ((row: number) => CellValue) =>
  column.kind === 'identifier' ? (row) => column.cells?.[row] ?? null : cellAt(column)

/** What the rows of a table tell. */
export function toldBy({ columns }: Pick<Table, 'columns'>): (row: number) => Told {
  const writers = new Map<Teller, (row: number) => string | undefined>()
  const add = (teller: Teller) => {
    const column = columns.find(({ name }) => name === teller.column)
    const [at, write] = [column && cellsOf(column), writerOf(teller)]
    const own = at ? (row: number) => write(at(row)) : () => undefined
    writers.set(teller, own)
    return own
  }
  return (row) => (teller) => (writers.get(teller) ?? add(teller))(row)
}

/** Values of a key with what else is known of their rows: keys that are drawn before it are there with their cells. */
export interface TellingRows {
  readonly table: Table
  /** The row of each value. */
  readonly rows: readonly number[]
}

/** Rows, spread over the table, that may refute a teller before all rows are read. */
const FIRST_ROWS = 500

const NO_TEXTS: readonly string[] = []

interface Asked {
  /** How many texts of these rows are asked about. */
  readonly parts: number
  /** Whether cells tell a text by how they are written, or each by a text of its own. */
  readonly by: 'writing' | 'texts'
}

/**
 * The column that tells texts in all rows, beyond chance, and how; of several whose cells each have a text the one with the fewest.
 * Of the orders in which the texts can stand in their rows one is what cells write, and at most one for every choice of texts for the
 * different cells is told by these. Cost O(rows · columns) at most; most columns are refuted by a few rows.
 */
export function tellerOf(texts: readonly string[], { table: { columns }, rows }: TellingRows, { parts, by }: Asked): Teller | undefined {
  const some = evenly(rows.length, FIRST_ROWS)
  const lengths = new Set(texts.map(({ length }) => length))
  const candidates = parts * columns.length * DATES.length
  let found: { readonly teller: Teller; readonly cells: number } | undefined
  for (const column of columns) {
    const at = cellsOf(column)
    for (const teller of by === 'writing' ? writingsOf(column, lengths) : textsOf(column)) {
      const write = teller.levels ? undefined : writerOf(teller)
      const seen = (among: Iterable<number>) => seenIn(among, { texts, write, at: (i) => at(rows[i]!) })
      const all = seen(some) && seen(texts.keys())
      if (!all || all.size >= (found?.cells ?? Number.POSITIVE_INFINITY) || !isBelievedAtLog(logChance(all, write), candidates)) continue
      found = { teller: write ? teller : { ...teller, ...kept(all) }, cells: all.size }
      if (write) return teller
    }
  }
  return found?.teller
}

/** What digits of one length begin with and another column tells, the longest of it, and where it ends. */
export function startOf(texts: readonly string[], telling: TellingRows): { readonly end: number; readonly teller: Teller } | undefined {
  const { length } = texts[0]!
  if (!texts.every((text) => text.length === length && /^\d+$/.test(text))) return undefined
  for (const by of ['writing', 'texts'] as const)
    for (let end = length - 1; end > 0; end--) {
      const starts = texts.map((text) => text.slice(0, end))
      const teller = tellerOf(starts, telling, { parts: length, by })
      if (teller) return { end, teller }
    }
  return undefined
}

/** How cells of a column may be written as texts of these lengths. */
function writingsOf({ name: column, kind, ...own }: Column, lengths: ReadonlySet<number>): Teller[] {
  const [length, more] = lengths
  const whole = more === undefined ? [{ column, length }] : [{ column }]
  if (kind === 'integer') return whole
  if (kind === 'datetime')
    return more === undefined ? DATES.filter((date) => lengthOf(date) === length).map((date) => ({ column, date })) : []
  return 'levels' in own || 'cells' in own ? LETTERS.flatMap((letters) => [{ column }, ...whole].map((one) => ({ ...one, letters }))) : []
}

const textsOf = ({ name: column, kind }: Column): Teller[] =>
  kind === 'integer' || kind === 'category' || kind === 'boolean' ? [{ column, levels: NO_TEXTS, texts: NO_TEXTS }] : []

interface Seen {
  readonly text: string
  count: number
}

/** The text of each different cell that is there, and how many rows have it; undefined where a cell has two, or is written otherwise. */
function seenIn(
  among: Iterable<number>,
  {
    texts,
    at,
    write
  }: { readonly texts: readonly string[]; readonly at: (i: number) => CellValue; readonly write: ReturnType<typeof writerOf> | undefined }
): ReadonlyMap<string, Seen> | undefined {
  const seen = new Map<string, Seen>()
  for (const i of among) {
    const cell = at(i)
    if (cell === null) continue
    const text = texts[i]!
    if (write && write(cell) !== text) return undefined
    const name = write ? text : String(cell)
    const one = seen.get(name)
    if (one && one.text !== text) return undefined
    if (one) one.count++
    else seen.set(name, { text, count: 1 })
  }
  return seen
}

/** Log-probability that texts in any order are told by the cells. */
function logChance(seen: ReadonlyMap<string, Seen>, isWritten: unknown): number {
  const counts = new Map<string, number>()
  for (const { text, count } of seen.values()) counts.set(text, (counts.get(text) ?? 0) + count)
  const n = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const factorials = logFactorials(n)
  const orders = [...counts.values()].reduce((sum, count) => sum - factorials[count]!, factorials[n]!)
  return (isWritten ? 0 : seen.size * log(counts.size)) - orders
}

/** Cells that are not rare, with their texts. */
function kept(seen: ReadonlyMap<string, Seen>): Required<Pick<Teller, 'levels' | 'texts'>> {
  const common = [...seen].filter(([, { count }]) => count >= RARE_BELOW)
  return { levels: common.map(([level]) => level), texts: common.map(([, { text }]) => text) }
}

/** `class`, `year and month of ordered`. */
export function tellerText({ column, date = '' }: Teller): string {
  const part = date.length > 2 ? 'date' : Array.from(date, (one) => PART_WORDS[one]).join(' and ')
  return `${part === '' ? '' : `${part} of `}${columnWord(column)}`
}
