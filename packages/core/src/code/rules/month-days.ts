import { MONTHS } from '../../table/months.js'
import { type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'

/** Columns that tell a date together. */
interface DateInParts {
  readonly month: string
  readonly day: string
  /** Without it nobody knows which years have a 29 February, and all do. */
  readonly year?: string | undefined
}

/** Days of a month of a leap year, and of another one in February. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const
const [FEBRUARY, SHORT] = [2, 28]
/** Letters of a month’s short name. */
const SHORT_NAME = 3
/** Years that are written with four digits, and that a calendar of leap years reaches back to. */
const [FIRST_YEAR, LAST_YEAR] = [1583, 9999]

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

/** The last day of a month; of an unknown year the 29th of February is one. */
const lastDay = (month: number, year: number | undefined): number =>
  month === FEBRUARY && year !== undefined && !isLeap(year) ? SHORT : DAYS[month - 1]!

type Numbers = (row: number) => number | undefined

/** Whole numbers of a column from one to another, its levels as they are read; undefined where it has others. */
function numbersIn(column: Column, [low, high]: readonly [number, number], read: (text: string) => number = Number): Numbers | undefined {
  const isIn = (x: number) => Number.isInteger(x) && x >= low && x <= high
  if (isCategorical(column)) {
    const levels = column.levels.map(read)
    return levels.every(isIn) ? (row) => levels[column.codes[row]!] : undefined
  }
  if (!isNumeric(column) || column.kind === 'datetime') return undefined
  const { values, missing } = column
  return values.every((x, i) => missing?.[i] || isIn(x)) ? (row) => (missing?.[row] ? undefined : values[row]) : undefined
}

const monthIn = (text: string): number => {
  const named = MONTHS.findIndex((name) => [name, name.slice(0, SHORT_NAME)].some((one) => one.toLowerCase() === text.toLowerCase()))
  return named < 0 ? Number(text) : named + 1
}
const isNamed = (column: Column): boolean => isCategorical(column) && column.levels.some((level) => Number.isNaN(Number(level)))

/**
 * Columns that are the month and the day of a date, and its year where there is one: months by their names or all twelve numbers, days
 * from the first to the 31st, and no row with a day that its month has not. Of columns that are something else no row has such a pair
 * either, so that nothing is lost where new ones have none. Cost O(cells).
 */
export function datesInParts({ columns, rowCount }: Table): DateInParts[] {
  const valuesOf = (at: Numbers) => new Set(Array.from({ length: rowCount }, (_, i) => at(i)))
  const told = (...how: [readonly [number, number], ((text: string) => number)?]) =>
    columns.flatMap((column) => {
      const at = numbersIn(column, ...how)
      return at ? [{ name: column.name, at, isNamed: isNamed(column), values: valuesOf(at) }] : []
    })
  const days = told([1, DAYS[0]]).filter(({ values }) => values.has(1) && values.has(DAYS[0]))
  const months = told([1, DAYS.length], monthIn).filter((one) => one.isNamed || DAYS.every((_, k) => one.values.has(k + 1)))
  if (days.length === 0 || months.length === 0) return []
  const years = told([FIRST_YEAR, LAST_YEAR])
  const holds = (month: Numbers, day: Numbers, year?: Numbers) =>
    Array.from({ length: rowCount }, (_, i) => beyondMonth(month(i), day(i), year?.(i))).every((beyond) => beyond <= 0)
  return days.flatMap((day): DateInParts[] => {
    const month = months.find((one) => one.name !== day.name && holds(one.at, day.at))
    const year = month && years.find(({ at }) => holds(month.at, day.at, at))
    return month ? [{ month: month.name, day: day.name, ...(year ? { year: year.name } : {}) }] : []
  })
}

/** By how many days a day lies beyond its month; nothing where either is missing. */
const beyondMonth = (month: number | undefined, day: number | undefined, year: number | undefined): number =>
  month === undefined || day === undefined ? 0 : day - lastDay(month, year)

/**
 * Drawn rows with days that their months have: a day beyond is as far before the end, as what noise carries over an end of a level is. A
 * day that is given stays, and its month is the one before, which has 31 of them. Cost O(rows).
 */
export function withinMonths(parts: readonly DateInParts[], drawn: Table, isGiven: (name: string) => boolean): Table {
  let table = drawn
  for (const { month, day, year } of parts) {
    const all = table
    const named = (name: string) => all.columns.find((one) => one.name === name)!
    const at = (name: string, ...how: Parameters<typeof numbersIn> extends [Column, ...infer How] ? How : never) =>
      numbersIn(named(name), ...how)
    const [monthOf, dayOf] = [at(month, [1, DAYS.length], monthIn), at(day, [1, DAYS[0]])]
    const yearOf = year === undefined ? undefined : at(year, [FIRST_YEAR, LAST_YEAR])
    const changed = [day, month].find((name) => !isGiven(name))
    if (!monthOf || !dayOf || changed === undefined) continue
    const cells = new Map<number, number>()
    for (let i = 0; i < table.rowCount; i++) {
      const [m, d] = [monthOf(i), dayOf(i)]
      const beyond = beyondMonth(m, d, yearOf?.(i))
      if (beyond > 0) cells.set(i, changed === day ? d! - 2 * beyond + 1 : m! - 1)
    }
    if (cells.size === 0) continue
    const columns = table.columns.map((column) =>
      column.name === changed ? withCells(column, cells, changed === day ? Number : monthIn) : column
    )
    table = { ...table, columns }
  }
  return table
}

function withCells(column: Column, cells: ReadonlyMap<number, number>, read: (text: string) => number): Column {
  if (isNumeric(column)) return { ...column, values: column.values.map((x, i) => cells.get(i) ?? x) }
  if (!isCategorical(column)) return column
  const levels = column.levels.map(read)
  const codeOf = (own: number, i: number): number => {
    const wanted = cells.get(i)
    const code = wanted === undefined ? own : levels.indexOf(wanted)
    return code < 0 ? own : code
  }
  return { ...column, codes: column.codes.map(codeOf) }
}
