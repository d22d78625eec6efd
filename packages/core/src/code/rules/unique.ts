import { log } from '../../num/elementary.js'
import { cellAt } from '../../table/cells.js'
import { type Cells, type Codes, codesOf, jointCodes } from '../../table/codes.js'
import { columnWord } from '../../table/expression-text.js'
import { greatestCommonDivisor } from '../../table/lattice.js'
import { monthOf, sinceStart } from '../../table/months.js'
import { type CategoricalColumn, type Column, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { isBelievedAtLog, logFactorials } from './chance.js'
import { spanText } from './exclusive.js'
import { type Quantity, quantityOf } from './quantity.js'
import { formatIn, type WrittenTable } from './rows-of-rule.js'

/** Columns that tell rows apart together: no two rows have the same values in all of them, as UNIQUE has it in SQL. */
type Unique = readonly string[]

/** Columns that tell rows apart; or two that `differ` in each row, as who plays at home and who is the guest. */
export interface Apart {
  readonly columns: Unique
  readonly differ?: boolean | undefined
  /** Of rows that are one at a time, the last two columns being when they begin and end: milliseconds from an end to the next start, at least. */
  readonly pause?: number | undefined
}

/** Such columns, of a model. */
export interface KeptUnique extends Apart {
  /** Whether somebody says so: then rows that cannot be told apart are refused. */
  readonly stated?: boolean | undefined
}

/** Columns beyond which only single ones are looked at: sets of three cost the cube of the columns. */
const MOST_COLUMNS = 40
/** Steps on both sides of a value that say how often values of one column would meet by chance: a week of days. */
const REACH = 7

export function uniqueText({ columns, differ, pause }: Apart): string {
  const words = columns.map(columnWord)
  if (pause !== undefined) {
    const [of, [start, end]] = [words.slice(0, -2), words.slice(-2)]
    return `${end}${spanText(pause)} <= ${start} of the next${of.length > 0 ? ` by ${of.join(', ')}` : ''}`
  }
  return differ ? words.join(' != ') : `unique(${words.join(', ')})`
}

/** The columns of `unique(class, day, period)` or `home != away`; undefined for another rule. */
export function parseUnique(text: string): Apart | undefined {
  const sides = DIFFERING.exec(text)
  if (sides) return { columns: [nameIn(sides[1]!), nameIn(sides[2]!)], differ: true }
  const inside = /^\s*unique\s*\((.*)\)\s*$/is.exec(text)?.[1]
  const names = inside?.match(/(`(?:[^`]|``)*`|[^,`])+/g)?.map(nameIn)
  return names && names.length > 0 && names.every((name) => name !== '') ? { columns: names } : undefined
}

const DIFFERING = /^\s*(`(?:[^`]|``)+`|[^`=<>!,()]+?)\s*(?:!=|<>|≠)\s*(`(?:[^`]|``)+`|[^`=<>!,()]+?)\s*$/

const nameIn = (part: string): string =>
  part
    .trim()
    .replace(/^`(.*)`$/s, '$1')
    .replaceAll('``', '`')

/**
 * The smallest sets of one, two or three columns of names, and one of more where there is none of these, whole numbers or dates, without missing cells, in which no two rows
 * agree, where chance would have some do so. Of one column as many would as are a few steps apart; of several, of those rows that agree
 * in all but one the share that agrees in the last one, whichever that is: months of a person never agree, but what they have in common
 * says nothing of that. Of columns that agree in the same rows the first. Cost O(p³·√rows), and O(rows) for each set that passes.
 */
export function findUnique(data: WrittenTable): Unique[] {
  const { rowCount } = data.table
  const usable = data.table.columns.filter(isName)
  const alone = usable.filter((column) => isUniqueAlone(column, data, usable.length))
  const found: Unique[] = alone.map(({ name }) => [name])
  const pairs = (rowCount * (rowCount - 1)) / 2
  const named = usable
    .filter((column) => !alone.includes(column))
    .map((column): Named => ({ names: [column.name], ...codesOf(column) }))
    .filter((one) => isBelievedAtLog(-agreeing(one), 1))
  const others = named.filter((one, k) => !named.slice(0, k).some((other) => isSame(one, other)))
  if (others.length > MOST_COLUMNS) return found
  const sets = [...setsOf(others, 2), ...setsOf(others, 3)]
  for (const set of sets) {
    const names = set.flatMap((one) => one.names)
    if (found.some((known) => known.every((name) => names.includes(name))) || !areDistinct(set, rowCount)) continue
    if (isApart(set, pairs, sets.length)) found.push(names)
  }
  const large = found.length === 0 && others.length > 3 && areDistinct(others, rowCount) ? leastOf(others, rowCount) : []
  // As many sets there are, of any size.
  return large.length > 3 && isApart(large, pairs, 2 ** others.length) ? [...found, large.flatMap(({ names }) => names)] : found
}

/** Whether two columns agree in the same rows, as a state and its abbreviation: what either tells apart the other does. */
const isSame = (one: Codes, other: Codes): boolean => one.count === other.count && jointCodes(one, other).count === one.count

/** Whether it is beyond chance that no two rows agree in all columns of a set. */
function isApart(set: readonly Named[], pairs: number, candidates: number): boolean {
  return set.every((one, k) => {
    const rest = together(set.toSpliced(k, 1))
    const expected = agreeing(rest) * (agreeing(one) / pairs)
    return isBelievedAtLog(-expected, candidates) || (expected > LEAST_EXPECTED && isBelievedAtLog(chanceOfApart(rest, one), candidates))
  })
}

/** Fewer rows that would agree are never beyond chance. */
const LEAST_EXPECTED = 5

/**
 * Logarithm of the chance that no rows of one group of the rest have the same value of a column, at most: that values of their shares
 * would differ in each group, where as often as these do they would come as often as they do. In a design, where each comes as often
 * as the others, it is far less than what pairs of rows by themselves say. Cost O(values · rows of the largest group).
 */
function chanceOfApart(rest: Codes, one: Codes): number {
  const [groups, values] = [countsOfCodes(rest), countsOfCodes(one)]
  const rows = one.codes.length
  const factorials = logFactorials(rows)
  const margins = values.reduce((sum, count) => sum + count * log(count / rows) - factorials[count]!, factorials[rows]!)
  const shares = values.map((count) => count / rows)
  const different = chancesOfDifferent(
    shares,
    groups.reduce((a, b) => Math.max(a, b), 0)
  )
  return groups.reduce((sum, size) => sum + log(different[size]!), -margins)
}

/** Chances that as many draws of values of some shares differ, of up to `most` draws. */
function chancesOfDifferent(shares: Float64Array, most: number): Float64Array {
  const chances = new Float64Array(most + 1)
  chances[0] = 1
  // The k-th elementary symmetric polynomial, times k! orders.
  for (const share of shares) for (let k = most; k > 0; k--) chances[k]! += k * share * chances[k - 1]!
  return chances
}

function countsOfCodes({ codes, count }: Codes): Float64Array {
  const counts = new Float64Array(count)
  for (const code of codes) counts[code]!++
  return counts
}

/** Of columns that tell all rows apart together, some that do so without any of the others: those go first that tell most rows apart by themselves, as numbers that were measured do. */
function leastOf(columns: readonly Named[], rowCount: number): readonly Named[] {
  const byCount = [...columns].sort((a, b) => b.count - a.count)
  return byCount.reduce<readonly Named[]>((left, one) => {
    const rest = left.filter((other) => other !== one)
    return areDistinct(rest, rowCount) ? rest : left
  }, columns)
}

/**
 * Pairs of categories with levels in common that no row has in both, where of columns that have nothing to do with each other so many
 * rows would, that none does is beyond chance. Cost O(p²·levels).
 */
export function findDiffering({ columns, rowCount }: Table): Apart[] {
  const counted = columns.flatMap((column) => (column.kind === 'category' ? [{ column, counts: countsOf(column) }] : []))
  const pairs = setsOf(counted, 2)
  return pairs.flatMap(([one, other]) => {
    const expected = [...one!.counts].reduce((sum, [level, count]) => sum + (count / rowCount) * (other!.counts.get(level) ?? 0), 0)
    const set: Apart = { columns: [one!.column.name, other!.column.name], differ: true }
    if (!isBelievedAtLog(-expected, pairs.length)) return []
    const fault = apartAt(set, { columns, rowCount })
    for (let i = 0; i < rowCount; i++) if (fault(i) !== undefined) return []
    return [set]
  })
}

function countsOf({ codes, levels }: CategoricalColumn): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const code of codes) if (code >= 0) counts.set(levels[code]!, (counts.get(levels[code]!) ?? 0) + 1)
  return counts
}

/** Columns with what tells their rows apart. */
interface Named extends Codes {
  readonly names: readonly string[]
}

const together = (columns: readonly Codes[]): Codes => columns.slice(1).reduce((a, b) => jointCodes(a, b), columns[0]!)

/** Sets of `size` of some, in their order. */
function setsOf<T>(of: readonly T[], size: number): T[][] {
  if (size === 0) return [[]]
  return of.flatMap((first, k) => setsOf(of.slice(k + 1), size - 1).map((rest) => [first, ...rest]))
}

/** Whether a column may be part of what names a row, and has a value in each. */
function isName(column: Column): column is Cells {
  if (!isNumeric(column)) return column.kind !== 'identifier' && !column.codes.includes(-1)
  return column.kind !== 'number' && !column.missing?.includes(1)
}

/** Pairs of rows that agree. */
const agreeing = (codes: Codes): number => countsOfCodes(codes).reduce((sum, one) => sum + (one * (one - 1)) / 2, 0)

/** Most sets end at the first rows that agree. */
function areDistinct(columns: readonly Codes[], rowCount: number): boolean {
  if (columns.reduce((product, { count }) => product * count, 1) > Number.MAX_SAFE_INTEGER) return together(columns).count === rowCount
  const seen = new Set<number>()
  for (let i = 0; i < rowCount; i++) {
    seen.add(columns.reduce((code, { codes, count }) => code * count + codes[i]!, 0))
    if (seen.size <= i) return false
  }
  return true
}

/** Whether no value of a column of numbers comes twice, though there are many a step apart. */
function isUniqueAlone(column: Cells, data: WrittenTable, candidates: number): boolean {
  if (!isNumeric(column)) return false
  const quantity = quantityOf(column, formatIn(data, column.name))
  if (quantity.unit === 0) return false
  const sorted = inSteps(column, quantity).sort()
  let near = 0
  for (let i = 0, j = 0; i < sorted.length; i++) {
    if (i > 0 && sorted[i] === sorted[i - 1]) return false
    while (sorted[j]! < sorted[i]! - REACH) j++
    near += i - j
  }
  // Pairs at each of the distances up to the reach are twice as many as those at none.
  return isBelievedAtLog(-near / (2 * REACH), candidates)
}

/** Values in the largest steps that hold all: whole months where dates stand at one place of theirs, else multiples of the unit. Cost O(n). */
function inSteps({ kind, values: times }: NumericColumn, { values, unit }: Quantity): Float64Array {
  const isMonthly = kind === 'datetime' && times.every((time) => sinceStart(time) === sinceStart(times[0]!))
  const places = isMonthly ? times.map(monthOf) : values.map((x) => Math.round(x / unit))
  const step = places.reduce((common, x) => greatestCommonDivisor(common, Math.abs(x - places[0]!)), 0)
  return step > 0 ? places.map((x) => (x - places[0]!) / step) : places
}

/**
 * The first two rows that agree in the columns, and how many agree with an earlier one, or themselves where columns differ in each;
 * rows with a missing cell agree with none.
 */
export function repeatedIn(set: Apart, table: Table): { readonly rows: readonly [number, number]; readonly count: number } | undefined {
  const tuple = apartAt(set, table)
  const seen = new Map<string, number>()
  let first: readonly [number, number] | undefined
  let count = 0
  for (let i = 0; i < table.rowCount; i++) {
    const own = tuple(i)
    if (own === undefined) continue
    const before = seen.get(own)
    if (before === undefined && !set.differ) seen.set(own, i)
    else {
      count++
      first ??= [before ?? i, i]
    }
  }
  return first && { rows: first, count }
}

/** What of a row no other one may have: nothing where it is fit by itself, and what all that are not have in common. */
export function apartAt({ columns, differ }: Apart, table: Table): (row: number) => string | undefined {
  if (!differ) return tupleAt(columns, table)
  const cells = cellsOf(columns, table)
  return (row) => {
    const own = cells.map((at) => at(row))
    return !own.includes(null) && new Set(own).size < own.length ? EQUAL : undefined
  }
}

const cellsOf = (columns: Unique, table: Table) => columns.map((name) => cellAt(table.columns.find((one) => one.name === name)!))

const EQUAL = 'equal'

/** What no row may have before there is any. */
export const takenAtFirst = ({ differ }: Apart): Set<string> => new Set(differ ? [EQUAL] : [])

/** What a row has in some columns, as one text; undefined where a cell is missing. */
function tupleAt(columns: Unique, table: Table): (row: number) => string | undefined {
  const cells = cellsOf(columns, table)
  return (row) => {
    const own = cells.map((at) => at(row))
    return own.includes(null) ? undefined : own.length === 1 ? String(own[0]) : JSON.stringify(own)
  }
}
