import { log } from '../../num/elementary.js'
import { evenly } from '../../num/evenly.js'
import { partOf } from '../../table/calendar-part.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import { columnWord } from '../../table/expression-text.js'
import { RARE_BELOW } from '../../table/rare-below.js'
import { type Column, isCategorical, type Table } from '../../table/table.js'
import { isBelievedAtLog, logFactorials } from '../rules/chance.js'

/** How another column of a row tells a part of its key. Plain data. */
export interface Teller {
  readonly column: string
  /** Of a date, one letter of `DATE_PARTS` each, and what stands between them: `YM` is 202401. */
  readonly date?: string | undefined
  /** The cell itself, so many characters of it, and its letters. */
  readonly length?: number | undefined
  readonly letters?: (typeof LETTERS)[number] | undefined
  /** Of text what stands before the first of these characters, or behind the last one: the user name of an address, its host. */
  readonly before?: string | undefined
  readonly behind?: string | undefined
  /** Of a number, decimals that it is written with. */
  readonly decimals?: number | undefined
  /** Or a text for each of these cells, which at least three rows have; of `presence`, `THERE` and `MISSING` in place of cells. */
  readonly presence?: boolean | undefined
  readonly levels?: readonly string[] | undefined
  readonly texts?: readonly string[] | undefined
}

/** What is told of a row; undefined where it tells nothing. */
export type Told = (teller: Teller) => string | undefined

export const LETTERS = ['as', 'upper', 'lower', 'title', 'plain', 'slug', 'dashed', 'snake'] as const

/** How parts of a date are written. */
const DATE_PARTS: Readonly<Record<string, (time: number) => string>> = {
  Y: (time) => String(partOf('year', time)).padStart(4, '0'),
  y: (time) => two(partOf('year', time) % 100),
  Q: (time) => String(Math.ceil(partOf('month', time) / 3)),
  M: (time) => two(partOf('month', time)),
  W: (time) => two(partOf('week', time)),
  D: (time) => two(partOf('day', time)),
  H: (time) => two(partOf('hour', time)),
  m: (time) => two(Math.floor(time / 60_000) % 60),
  S: (time) => two(Math.floor(time / 1000) % 60)
}
const PART_WORDS: Readonly<Record<string, string>> = { Y: 'year', y: 'year', Q: 'quarter', M: 'month', W: 'week', D: 'day' }
const two = (value: number): string => String(value).padStart(2, '0')

/** Dates as people write them without what separates their parts, those that say most first. */
const DATES = ['YMD', 'DMY', 'MDY', 'yMD', 'DMy', 'MDy', 'YM', 'MY', 'yM', 'My', 'YW', 'yW', 'Y', 'y', 'M', 'W', 'D', 'Q']
/** Days and times as they stand among words, those that say most first. */
const DAYS = ['Y-M-D', 'D.M.Y', 'D/M/Y', 'M/D/Y', 'Y/M/D']
const TIMES = ['H:m:S', 'H:m']
const MOMENTS = [...['Y-M-DTH:m:SZ', 'Y-M-DTH:m:S'], ...DAYS.flatMap((day) => TIMES.map((time) => `${day} ${time}`)), ...DAYS, ...TIMES]
const lengthOf = (date: string): number => dateText(date, 0).length
const dateText = (date: string, time: number): string => Array.from(date, (part) => DATE_PARTS[part]?.(time) ?? part).join('')
export const isDateForm = (date: string): boolean => DATES.includes(date) || MOMENTS.includes(date)

const [THERE, MISSING] = ['there', 'missing']

/** Which of a teller's levels a cell is; undefined where it is none. */
export const levelOf = (cell: CellValue, { presence }: Pick<Teller, 'presence'>): string | undefined =>
  presence ? (cell === null ? MISSING : THERE) : cell === null ? undefined : String(cell)

/** What a teller writes for a cell; undefined of one that it does not know. */
function writerOf(teller: Teller): (cell: CellValue) => string | undefined {
  const { date, length, letters, levels, texts, decimals } = teller
  if (levels) {
    const known = new Map(levels.map((level, k) => [level, texts![k]!]))
    return (cell) => {
      const level = levelOf(cell, teller)
      return level === undefined ? undefined : known.get(level)
    }
  }
  return (cell) => {
    if (cell === null) return undefined
    if (date !== undefined) return typeof cell === 'number' ? dateText(date, cell) : undefined
    // Numbers are filled with zeros, and lose what stands before their last digits, as the century of a year.
    if (typeof cell === 'number' && decimals !== undefined) return cell.toFixed(decimals)
    if (typeof cell === 'number') return length === undefined ? String(cell) : String(cell).padStart(length, '0').slice(-length)
    const part = partOfText(cell, teller)
    if (part === undefined) return undefined
    const written = writtenIn(letters, part)
    return length === undefined ? written : written.slice(0, length)
  }
}

/**
 * Letters as they are, all large or small, only the first of every word large (`title`), or as addresses have them: small ones without marks, and nothing else, or in place of blanks a
 * hyphen (`slug`), or in place of all signs one hyphen (`dashed`) or underscore (`snake`).
 */
function writtenIn(letters: Teller['letters'], text: string): string {
  if (letters === undefined || letters === 'as') return text
  if (letters === 'upper') return text.toUpperCase()
  const small = text.toLowerCase()
  if (letters === 'lower') return small
  if (letters === 'title') return small.replace(/(?<![\p{L}\p{N}])\p{Ll}/gu, (first) => first.toUpperCase())
  const bare = small.normalize('NFD').replace(/\p{M}/gu, '')
  if (letters === 'plain') return bare.replace(/[^a-z0-9]/g, '')
  const [signs, between] = letters === 'slug' ? [/[\s-]+/g, '-'] : [/[^a-z0-9]+/g, letters === 'snake' ? '_' : '-']
  const words = letters === 'slug' ? bare.replace(/[^a-z0-9\s-]/g, '') : bare
  return words.replace(signs, between).replace(/^[-_]+|[-_]+$/g, '')
}

/** The part of a text that counts; undefined where it has none. */
function partOfText(text: string, { before, behind }: Teller): string | undefined {
  if (before !== undefined) return text.includes(before) ? text.slice(0, text.indexOf(before)) : undefined
  if (behind !== undefined) return text.includes(behind) ? text.slice(text.lastIndexOf(behind) + behind.length) : undefined
  return text
}

/** The cells of a column, also of keys where they are there. */
const cellsOf = (column: Column): ((row: number) => CellValue) =>
  column.kind === 'identifier' ? (row) => column.cells?.[row] ?? null : cellAt(column)

/** The cells of a column by its name. */
export const cellsNamed = ({ columns }: Pick<Table, 'columns'>, named: string): ((row: number) => CellValue) =>
  cellsOf(columns.find(({ name }) => name === named)!)

/** What the rows of a table tell. */
export function toldBy({ columns }: Pick<Table, 'columns'>): (row: number) => Told {
  const writers = new Map<Teller, (row: number) => string | undefined>()
  const named = new Map(columns.map((column) => [column.name, column]))
  const add = (teller: Teller) => {
    const column = named.get(teller.column)
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
  /** Whether values recur in the data: no part has to tell them apart. */
  readonly recurs?: boolean
  /** Of values that count in equal steps: how they begin goes by when they come, as all does that comes and goes, and no cells have a text for it. */
  readonly counts?: boolean
  /** Columns of what several rows lead to: none of them tells rows apart, even where it is a key there. */
  readonly shared?: ReadonlySet<string> | undefined
}

/** Decimals that a number may be written with. */
const DECIMALS = [1, 2, 3, 4, 5, 6]

/** Rows, spread over the table, that may refute a teller before all rows are read. */
const FIRST_ROWS = 500

interface Asked {
  /** How many texts of these rows are asked about. */
  readonly parts: number
  /** Whether cells tell a text by how they are written, or each by a text of its own. */
  readonly by: 'writing' | 'texts'
}

/** What tells texts, and with what log-probability some would by chance. */
interface TellerFound {
  readonly teller: Teller
  readonly logChance: number
}

/**
 * The column that tells the texts of rows, beyond chance, and how; of several the one that would by chance least. As written, in all rows with a
 * cell; of cells that have a text each, in those of which all rows have one. Of the orders in which the texts can stand in
 * their rows one is what cells write; and for every choice of a text, or none, for each cell as many are told as the rows of cells with none
 * can stand in. Cost O(rows · columns) at most; most columns are refuted by some rows.
 */
export function tellerOf(
  textAt: (i: number) => string,
  { table: { columns }, rows, counts }: TellingRows,
  { parts, by }: Asked
): TellerFound | undefined {
  if (counts && by === 'texts') return undefined
  const some = evenly(rows.length, FIRST_ROWS)
  const lengths = new Set(Array.from(some, (i) => textAt(i).length))
  const candidates = parts * columns.length * DATES.length
  let found: TellerFound | undefined
  for (const column of columns) {
    const at = cellsOf(column)
    const textsIn = (among: Iterable<number>, write?: ReturnType<typeof writerOf>) =>
      textsOfCells(among, { textAt, write, at: (i) => at(rows[i]!) })
    if (by === 'writing')
      for (const teller of writingsOf(column, lengths)) {
        const write = writerOf(teller)
        const all = textsIn(some, write) && textsIn(rows.keys(), write)
        if (all && isBelievedAtLog(logChanceOf(all, by), candidates)) return { teller, logChance: logChanceOf(all, by) }
      }
    else
      for (const reading of levelReadings(column, some, (i) => at(rows[i]!))) {
        const textsOf = (among: Iterable<number>) =>
          textsOfCells(among, { textAt, at: (i) => levelOf(at(rows[i]!), reading) ?? null, write: undefined })!
        if (logChanceOf(textsOf(some), by) >= 0) continue
        const all = textsOf(rows.keys())
        const logChance = logChanceOf(all, by)
        if (isBelievedAtLog(logChance, candidates) && logChance < (found?.logChance ?? 0))
          found = { teller: { column: column.name, ...reading, ...kept(all) }, logChance }
      }
  }
  return found
}

/** How cells of a column may tell texts: each by itself, where they are levels or whole numbers, and whether there is one. */
function levelReadings(column: Column, some: Iterable<number>, at: (i: number) => CellValue): readonly Pick<Teller, 'presence'>[] {
  let [missing, present] = [false, false]
  for (const i of some)
    if (at(i) === null) missing = true
    else present = true
  const presence = missing && present ? [{ presence: true }] : []
  return column.kind === 'integer' || isCategorical(column) ? [{}, ...presence] : presence
}

/** What digits, or codes of letters and digits, of one length begin with and another column tells, and where it ends. */
export function startOf(texts: readonly string[], telling: TellingRows): (TellerFound & { readonly end: number }) | undefined {
  const { length } = texts[0]!
  const isCode = (text: string) => text.length === length && /^[\p{L}\p{N}]+$/u.test(text)
  if (!texts.every(isCode) || !texts.some((text) => /\p{N}/u.test(text))) return undefined
  const startsTold = (by: Asked['by']) =>
    Array.from({ length: length - 1 }, (_, k) => length - 1 - k).flatMap((end) => {
      const found = tellerOf((i) => texts[i]!.slice(0, end), telling, { parts: length, by })
      return found ? [{ ...found, end }] : []
    })
  return startsTold('writing')[0] ?? startsTold('texts').sort((a, b) => a.logChance - b.logChance)[0]
}

/** How cells of a column may be written as texts of these lengths. */
function writingsOf({ name: column, kind, ...own }: Column, lengths: ReadonlySet<number>): Teller[] {
  const [length, more] = lengths
  const whole = [{ column }, ...(more === undefined ? [{ column, length }] : [])]
  if (kind === 'integer') return whole
  if (kind === 'number') return [{ column }, ...DECIMALS.map((decimals) => ({ column, decimals }))]
  if (kind === 'datetime')
    return more === undefined ? DATES.filter((date) => lengthOf(date) === length).map((date) => ({ column, date })) : []
  const text = 'levels' in own ? own.levels[0] : 'cells' in own ? own.cells?.find((cell) => cell !== null) : undefined
  if (text === undefined || text === null) return []
  const between = [...new Set(text.replace(/[\p{L}\p{N}]/gu, ''))]
  const parts = between.flatMap((one) => [{ before: one }, { behind: one }])
  return LETTERS.flatMap((letters) => [...whole, ...parts.map((part) => ({ column, ...part }))].map((one) => ({ ...one, letters })))
}

/** How cells of a column may be written as texts of any length. */
export const writingsIn = (column: Column): Teller[] =>
  column.kind === 'datetime' ? MOMENTS.map((date) => ({ column: column.name, date })) : writingsOf(column, ANY_LENGTHS)
/** The same, and days, months and years as they are written among words, without what separates their parts. */
export const writingsAmong = (column: Column): Teller[] =>
  column.kind === 'datetime' ? [...MOMENTS, ...DATES].map((date) => ({ column: column.name, date })) : writingsIn(column)
const ANY_LENGTHS: ReadonlySet<number> = new Set([1, 2])

/** How many rows have each text, by their cells; of cells that are written by their texts alone. */
type TextsOfCells = ReadonlyMap<string, ReadonlyMap<string, number>>

interface CellsAndTexts {
  readonly textAt: (i: number) => string
  readonly at: (i: number) => CellValue
  readonly write: ReturnType<typeof writerOf> | undefined
}

/** The texts of rows with a cell; undefined where one is written otherwise. */
function textsOfCells(among: Iterable<number>, { textAt, at, write }: CellsAndTexts): TextsOfCells | undefined {
  const counts = new Map<string, Map<string, number>>()
  for (const i of among) {
    const cell = at(i)
    if (cell === null) continue
    const text = textAt(i)
    if (write && write(cell) !== text) return undefined
    const name = write ? text : String(cell)
    const own = counts.get(name) ?? new Map<string, number>()
    counts.set(name, own.set(text, (own.get(text) ?? 0) + 1))
  }
  return counts
}

/** Log-probability that the cells tell texts which stand in any order. */
function logChanceOf(counts: TextsOfCells, by: Asked['by']): number {
  const [all, open] = [new Map<string, number>(), new Map<string, number>()]
  for (const own of counts.values())
    for (const [text, count] of own) {
      all.set(text, (all.get(text) ?? 0) + count)
      if (own.size > 1) open.set(text, (open.get(text) ?? 0) + count)
    }
  const choices = by === 'writing' ? 0 : counts.size * log(all.size + 1)
  const n = [...all.values()].reduce((sum, count) => sum + count, 0)
  const factorials = logFactorials(n)
  return choices + logOrders(open, factorials) - logOrders(all, factorials)
}

/** Logarithm of how many orders texts can stand in. */
function logOrders(counts: ReadonlyMap<string, number>, factorials: Float64Array): number {
  let [n, same] = [0, 0]
  for (const count of counts.values()) {
    n += count
    same += factorials[count]!
  }
  return factorials[n]! - same
}

/** Cells that are not rare, with the text that all their rows have. */
function kept(counts: TextsOfCells): Required<Pick<Teller, 'levels' | 'texts'>> {
  const told = [...counts].flatMap(([level, own]) => {
    const [[text, count]] = own as unknown as [[string, number]]
    return own.size === 1 && count >= RARE_BELOW ? [{ level, text }] : []
  })
  return { levels: told.map(({ level }) => level), texts: told.map(({ text }) => text) }
}

/** `class`, `year and month of ordered`, `email before “@”`. */
export function tellerText({ column, date = '', before, behind, presence }: Teller): string {
  if (presence) return `whether ${columnWord(column)} is there`
  const part = MOMENTS.includes(date) ? '' : date.length > 2 ? 'date' : Array.from(date, (one) => PART_WORDS[one]).join(' and ')
  const side = before !== undefined ? ` before “${before}”` : behind !== undefined ? ` behind “${behind}”` : ''
  return `${part === '' ? '' : `${part} of `}${columnWord(column)}${side}`
}
