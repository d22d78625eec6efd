import { numberKeyNote } from '../../code/keys/number-keys.js'
import type { InferredTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { isCategorical, isNumeric } from '../../table/table.js'

/** Columns that are no coordinates, and what is said of each. */
export type Said = ReadonlyMap<string, string>

/** Times at which a particle that is seen again has its number, at least, of those at which any has. */
const SEEN_AGAIN = 0.5

/**
 * What names particles: text of which no two are alike, keys, and whole numbers of which each comes once a time and again at
 * others; and, with such numbers or words, also of a column that is left out, numbers that have one value for each: they go with a
 * particle, and do not move. Nothing where nothing would be left. Cost O(cells).
 */
export function namesOfParticles({ table }: InferredTable, { raw, time }: { readonly raw: RawTable; readonly time: string }): Said {
  const times: ArrayLike<unknown> = raw.columns.find(({ name }) => name === time)?.values ?? []
  const said = new Map<string, string>()
  const names = (name: string, note: string) =>
    said.set(name, `${name}: ${note}: names particles, and is no coordinate; paths are numbered`)
  for (const column of table.columns) {
    const note =
      column.kind === 'identifier'
        ? isMixed(raw, column.name)
          ? undefined
          : 'text of which no two are alike'
        : numberKeyNote(column, table)
    if (note !== undefined) names(column.name, note)
  }
  const again = raw.columns.find(
    (column) => column.name !== time && !said.has(column.name) && isOfNames(column) && seenAgain(column.values, times)
  )
  if (again) {
    const own = table.columns.find(({ name }) => name === again.name)
    if (own && isNumeric(own)) names(again.name, 'whole numbers, each once a time and again at others')
    for (const column of table.columns)
      if (column !== own && isNumeric(column) && !said.has(column.name) && isConstant(column.values, again.values))
        said.set(column.name, `${column.name}: one value for each ${again.name}: labels particles, and is no coordinate`)
  }
  return said.size === table.columns.length ? new Map() : said
}

/** Whether a column may name something: all whole numbers, or none a number. */
function isOfNames(column: RawTable['columns'][number]): boolean {
  if (column.source !== 'text') return column.source === 'number' && column.values.every(Number.isInteger)
  const { values } = column
  const numbers = values.filter((cell) => cell !== null && DIGITS.test(cell))
  return numbers.length === 0 || (numbers.length === values.length && numbers.every((cell) => WHOLE.test(cell!)))
}

/** Whether values come once a time, none is empty, and half of them come again at another. */
function seenAgain(values: ArrayLike<unknown>, times: ArrayLike<unknown>): boolean {
  const seen = new Map<unknown, Set<unknown>>()
  for (let i = 0; i < values.length; i++) {
    const at = seen.get(values[i]) ?? new Set()
    if (values[i] === null || at.has(times[i])) return false
    seen.set(values[i], at.add(times[i]))
  }
  const again = [...seen.values()].filter((at) => at.size > 1).length
  return again >= SEEN_AGAIN * seen.size
}

/** What is said where rows of the same name follow a particle, which no coupling knows. */
export function followedNotes(columns: RawTable['columns'], { raw, time }: { readonly raw: RawTable; readonly time: string }): string[] {
  const times: ArrayLike<unknown> = raw.columns.find(({ name }) => name === time)?.values ?? []
  return columns.flatMap(({ name, values }) =>
    seenAgain(values, times)
      ? [
          `${name} comes once a time and again at others: it says which rows are the same particle, and paths are found without it. Where rows are to belong together, sbridge sample --group ${name} --time ${time} draws new ones whole.`
        ]
      : []
  )
}

/**
 * Numbers of which all particles of a time have the same, as the number of an occasion: they go with the time, and nothing moves in
 * them. Nothing where nothing would be left, or where particles are seen one at a time. Cost O(cells).
 */
export function toldByTime({ table }: InferredTable, { raw, time }: { readonly raw: RawTable; readonly time: string }): Said {
  const times: ArrayLike<unknown> = raw.columns.find(({ name }) => name === time)?.values ?? []
  if (new Set(Array.from(times)).size === times.length) return new Map()
  const told = table.columns.filter((column) => isNumeric(column) && !column.missing?.includes(1) && isConstant(column.values, times))
  if (told.length === table.columns.length) return new Map()
  return new Map(told.map(({ name }) => [name, `${name}: one value at each ${time}: goes with it, and is no coordinate`]))
}

function isConstant(values: ArrayLike<number>, of: ArrayLike<unknown>): boolean {
  const known = new Map<unknown, number>()
  for (let i = 0; i < of.length; i++) {
    const value = known.get(of[i])
    if (value === undefined) known.set(of[i], values[i]!)
    else if (value !== values[i]) return false
  }
  return true
}

/** Columns of words that are `derived` from nothing: a path has none of them between snapshots. */
export function labelsOfParticles(
  { table }: InferredTable,
  { raw, derived }: { readonly raw: RawTable; readonly derived: ReadonlySet<string> }
): Said {
  const labels = table.columns.filter((column) => isCategorical(column) && !derived.has(column.name) && !isMixed(raw, column.name))
  if (labels.length === table.columns.length) return new Map()
  return new Map(labels.map(({ name }) => [name, `${name}: words: labels particles, and is no coordinate`]))
}

/** A number, however it is written. */
const DIGITS = /^\s*[-+]?[\d.,'\s]*\d[\d.,'\s]*(e[-+]?\d+)?\s*$/i

/** A whole number. */
const WHOLE = /^\s*-?\d+\s*$/

/** Whether a column has words and numbers: one of them may be a mistake. */
function isMixed({ columns }: RawTable, name: string): boolean {
  const column = columns.find((one) => one.name === name)
  if (column?.source !== 'text') return false
  const cells = column.values.filter((cell) => cell !== null && cell.trim() !== '')
  const numbers = cells.filter((cell) => DIGITS.test(cell!)).length
  return numbers > 0 && numbers < cells.length
}
