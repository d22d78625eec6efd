import { later } from '../../num/later.js'
import { sorted } from '../../num/statistics.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import { presentValues } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { roundToFormat } from '../../table/present.js'
import { ATOM_SHARE, atomsOf } from '../../table/recurring.js'
import { unusedName } from '../../table/rows.js'
import { type CategoricalColumn, type Column, isNumeric, type NumericColumn } from '../../table/table.js'
import { needs } from './choose.js'
import { equalFactors } from './equal-factors.js'
import { type Compared, equalColumns, sharedBy } from './equal-numbers.js'
import { type FewRatios, fewRatios, findFewRatios } from './few-ratios.js'
import { MOST_COLUMNS_OF } from './formula-found.js'
import { columnOfCells } from './lookup-table.js'
import { quantityOf, tolerance } from './quantity.js'
import { columnIn, formatIn, quantityIn, type WrittenTable } from './rows-of-rule.js'
import type { Rule } from './rule.js'

/** What a column can have: numbers of an interval, dates in milliseconds, or levels. Plain data. */
export type Among = { readonly least: number; readonly most: number } | { readonly levels: readonly string[] }

/** A drawn column that is another one in many rows. Plain data. */
export interface KeptEqual {
  readonly kind: 'equal'
  readonly column: string
  /** The other column, drawn or derived before. */
  readonly of: string
  /** The drawn category that says in which rows the two are the same. */
  readonly flag: string
  /** What the column has in the data: where the other one is something else it stays as it is drawn. */
  readonly among: Among
  /** Numbers that stand out by themselves, as nothing paid of nothing asked: rows that have them in both columns are not called the same. */
  readonly apart: readonly number[]
  /** Shares of the other one that it is in other rows, each a level of the flag. */
  readonly factors?: readonly number[] | undefined
  /** Whether the other one is such a share of the column instead. */
  readonly inverse?: true | undefined
  /** The column is one of `factors` times the other one in all rows that have it. */
  readonly throughout?: true | undefined
}

/** Columns that are others in many rows, made ready to be kept; no other column is named as their flags. Cost O(rows) for each. */
export function keepEquals(pairs: readonly (readonly [column: string, of: string])[], data: WrittenTable): KeptEqual[] {
  const names = new Set(data.table.columns.map(({ name }) => name))
  return pairs.map(([column, of]) => {
    const flag = unusedName(`${column} is ${of}`, names)
    names.add(flag)
    const own = columnIn(data, column)
    const factors = isNumeric(own) ? equalFactors(quantityIn(data, column), quantityIn(data, of)) : []
    const apart = isNumeric(own) ? atomsIn(presentValues(own)) : []
    const rule: KeptEqual = { kind: 'equal', column, of, flag, among: amongOf(own), apart, ...(factors.length > 0 ? { factors } : {}) }
    return throughout(rule, data) ?? rule
  })
}

/** Any number. */
const ANY = { least: -1e300, most: 1e300 }

/** The same where few ratios tell all rows, and shares that stand out, or nothing, do not. */
function throughout(rule: KeptEqual, data: WrittenTable): KeptEqual | undefined {
  if (![rule.column, rule.of].every((name) => isNumeric(columnIn(data, name)))) return undefined
  const few = fewRatios(quantityIn(data, rule.column), quantityIn(data, rule.of))
  if (!few || isToldThroughout({ ...rule, apart: rule.apart.filter((x) => x === 0) }, data)) return undefined
  return { ...rule, among: ANY, apart: [], factors: few, throughout: true }
}

function amongOf(column: Column): Among {
  if (!isNumeric(column)) return { levels: column.kind === 'identifier' ? [] : column.levels }
  const values = presentValues(column)
  return { least: values.reduce((a, b) => Math.min(a, b)), most: values.reduce((a, b) => Math.max(a, b)) }
}

/** Numbers that a twentieth of a column's cells are, in its own units. */
function atomsIn(values: Float64Array): number[] {
  const ascending = sorted(values)
  return atomsOf(ascending).map(({ start }) => ascending[start]!)
}

/** Levels of what says whether two columns are the same, beside those of shares. */
export const SAME = 'same'
const OTHER = 'other'

/** What another column is times in rows of a level of the flag; undefined where the two have nothing to do with each other. */
export function timesAt({ inverse }: KeptEqual, level: unknown): number | undefined {
  const times = level === SAME ? 1 : level === null ? Number.NaN : Number(level)
  return Number.isNaN(times) ? undefined : inverse ? 1 / times : times
}

/** What is derived or measured already. */
interface Besides {
  /** Rules, and what measures a column from another one, as orders. */
  readonly rules: readonly Rule[]
  /** Columns that are drawn in the place of something else. */
  readonly taken: (name: string) => boolean
  /** Columns that stay as they are. */
  readonly except: ReadonlySet<string>
}

/**
 * Columns that are another one in many rows, as what is charged is mostly what was quoted and a parcel goes to the city that pays for
 * it, in a twentieth of the rows or more, each with the one that it is in most: a number that is drawn near to another one is hardly ever
 * the same, nor a level beside one of many. None that a rule derives, that has fewer digits, or that would go by itself
 * round about. Cost as of `equalColumns`.
 */
export function equalsOf({ table, formats }: WrittenTable, { rules, taken, except }: Besides): ReadonlyMap<string, string> {
  const levels = new Map<string, number>()
  const compared = table.columns.flatMap((column): Compared[] => {
    if (isNumeric(column)) return [quantityOf(column, formatIn({ table, formats }, column.name))]
    return column.kind === 'category' ? [{ name: column.name, isLevel: true, values: levelsIn(column, levels) }] : []
  })
  const few = compared.length <= MOST_COLUMNS_OF[2] ? findFewRatios(compared) : new Map<string, FewRatios>()
  const apart = new Map(compared.map((one) => [one.name, later(() => (one.isLevel ? one.values : withoutAtoms(one.values)))]))
  const pairs = equalColumns(compared).flatMap((pair) => {
    const { count } = sharedBy(apart.get(pair.column)!(), apart.get(pair.of)!())
    return count < ATOM_SHARE * table.rowCount ? [] : [{ ...pair, count }]
  })
  if (compared.length <= MOST_COLUMNS_OF[2])
    for (const one of compared) {
      if (taken(one.name) || except.has(one.name)) continue
      for (const other of compared) {
        if (one === other || pairs.some(({ column, of }) => [column, of].every((name) => name === one.name || name === other.name)))
          continue
        const factors = equalFactors(one, other)
        if (factors.length > 0) pairs.push({ column: one.name, of: other.name, count: sharesIn(one, other, factors) })
      }
    }
  const units = new Map(compared.map(({ name, unit }) => [name, unit]))
  const known = [...rules]
  const found = new Map<string, string>()
  for (const [column, { of }] of few) {
    if (taken(column) || except.has(column) || except.has(of) || needs([of], known).has(column)) continue
    found.set(column, of)
    known.push({ kind: 'order', column, low: { kind: 'column', name: of } })
  }
  for (const { column, of } of pairs.sort((a, b) => b.count - a.count)) {
    const sides = [
      [column, of],
      [of, column]
    ] as const
    const side = sides.find(
      ([own, other]) =>
        !taken(own) &&
        !found.has(own) &&
        !except.has(own) &&
        !except.has(other) &&
        canWrite(units.get(own), units.get(other)) &&
        !needs([other], known).has(own)
    )
    if (!side) continue
    found.set(...side)
    known.push({ kind: 'order', column: side[0], low: { kind: 'column', name: side[1] } })
  }
  return found
}

function withoutAtoms(values: Float64Array): Float64Array {
  const atoms = new Set(atomsIn(values.filter((x) => !Number.isNaN(x))))
  return values.map((x) => (atoms.has(x) ? Number.NaN : x))
}

/** Levels of a category as numbers that all columns share; NaN where missing. */
function levelsIn({ levels, codes }: CategoricalColumn, places: Map<string, number>): Float64Array {
  for (const level of levels) if (!places.has(level)) places.set(level, places.size)
  const placeOf = levels.map((level) => places.get(level)!)
  const out = new Float64Array(codes.length)
  for (let i = 0; i < out.length; i++) out[i] = codes[i]! < 0 ? Number.NaN : placeOf[codes[i]!]!
  return out
}

/** Whether a column can be written as another one is: it has as many digits. */
export const canWrite = (own = 0, other = 0): boolean => own === 0 || (other > 0 && own <= other)

/** Where two columns are the same. */
export function flagColumn(
  { column, of, flag, apart, factors = [], throughout }: KeptEqual,
  data: WrittenTable
): [CategoricalColumn, ColumnFormat] {
  const [own, other] = [cellAt(columnIn(data, column)), cellAt(columnIn(data, of))]
  const { unit } = factors.length > 0 ? quantityIn(data, column) : { unit: 0 }
  const isSame = (cell: CellValue, i: number) => !throughout && cell !== null && cell === other(i) && !apart.includes(cell as number)
  const share = (cell: CellValue, i: number) =>
    typeof cell !== 'number' || apart.includes(cell)
      ? -1
      : factors.findIndex((factor) => Math.abs(factor * (other(i) as number) - cell) <= tolerance(unit, cell))
  const codes = Int32Array.from({ length: data.table.rowCount }, (_, i) => (isSame(own(i), i) ? 0 : 2 + share(own(i), i)))
  const all = [SAME, OTHER, ...factors.map(String)]
  // Of shares alone no row has the same.
  const levels = codes.includes(0) ? all : all.slice(1)
  // What is missing has no ratio, where all others have one.
  const place = (code: number, i: number) => (throughout && own(i) === null ? -1 : code - all.length + levels.length)
  return [
    { name: flag, kind: 'category', levels, codes: codes.map(place) },
    { name: flag, source: 'text', kind: 'category' }
  ]
}

/** Whether a column is the other one, or a share of it, in all rows but those of numbers that stand out by themselves. Cost O(rows). */
export function isOtherThroughout(column: string, of: string, data: WrittenTable): boolean {
  return isToldThroughout(keepEquals([[column, of]], data)[0]!, data)
}

function isToldThroughout(rule: KeptEqual, data: WrittenTable): boolean {
  const [{ codes, levels }] = flagColumn(rule, data)
  const own = cellAt(columnIn(data, rule.column))
  return codes.every((code, i) => levels[code] !== OTHER || rule.apart.includes(own(i) as number))
}

/** Of few ratios that tell all rows the one that a number comes nearest to. */
function nearestTimes({ throughout, inverse, factors = [] }: KeptEqual, own: CellValue, other: CellValue): number | undefined {
  if (!throughout || inverse || typeof own !== 'number' || typeof other !== 'number') return undefined
  return factors.reduce((best, factor) => (Math.abs(factor * other - own) < Math.abs(best * other - own) ? factor : best), factors[0]!)
}

/** A cell that is to be another one's where both are there and the column can have it. */
export function sameCell<T>(own: T, other: T, among: Among): T {
  if (own === null) return own
  const can =
    'levels' in among ? among.levels.includes(other as string) : typeof other === 'number' && other >= among.least && other <= among.most
  return can ? other : own
}

/** A number as often as that; anything else as it is. */
export const timesOf = <T>(cell: T, times: number): T => (times !== 1 && typeof cell === 'number' ? ((times * cell) as T) : cell)

const roundedIn = (value: CellValue, format: ColumnFormat): CellValue => (typeof value === 'number' ? roundToFormat(value, format) : value)

/** In how many rows a column is such a share. */
function sharesIn({ values, unit = 0 }: Compared, other: Compared, factors: readonly number[]): number {
  const isShare = (x: number, i: number) => factors.some((factor) => Math.abs(factor * other.values[i]! - x) <= tolerance(unit, x))
  return values.reduce((count, x, i) => count + Number(x !== 0 && isShare(x, i)), 0)
}

interface Placed {
  readonly column: Column
  readonly format: ColumnFormat
}

/** A column that is the other one where the flag says so, as both are written. */
export function putEqual(rule: KeptEqual, own: Placed, other: Placed, flags: CategoricalColumn): Placed {
  const column = own.column as NumericColumn | CategoricalColumn
  const [cell, otherCell, flag] = [cellAt(column), cellAt(other.column), cellAt(flags)]
  const written = (value: CellValue) => (typeof value === 'number' ? roundToFormat(roundToFormat(value, other.format), own.format) : value)
  const cells = Array.from(flags.codes, (_, i) => {
    const times = timesAt(rule, flag(i)) ?? nearestTimes(rule, cell(i), otherCell(i))
    if (times === undefined) return cell(i)
    const value = timesOf(otherCell(i), times)
    return sameCell(cell(i), times === 1 ? written(value) : roundedIn(value, own.format), rule.among)
  })
  return { ...own, column: columnOfCells(column, cells) }
}
