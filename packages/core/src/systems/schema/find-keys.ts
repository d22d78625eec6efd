import { refersTo } from '../../code/keys/reference.js'
import { isBelievedAtLog } from '../../code/rules/chance.js'
import { defined } from '../../num/defined.js'
import { log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { inferTable } from '../../table/infer.js'
import type { RawColumn, RawTable } from '../../table/raw.js'
import type { ColumnKind } from '../../table/table.js'
import { type Agreement, agreement } from './key-names.js'
import type { ForeignKey, Place, Tables } from './keys.js'
import { cellsIn } from './links.js'

/** A foreign key that nobody stated: what speaks for it. Plain data. */
export interface FoundKey {
  readonly key: ForeignKey
  readonly names: Agreement
  /** Different values that it has, and how many of them are no values of the key: none but where the name says whose key it is. */
  readonly values: number
  readonly orphans: number
  /** Logarithm of the chance that a column of its kind has only such values and nothing to do with the key. */
  readonly logChance: number
}

/** A column that may be a key or refer to one. */
interface Candidate extends Place {
  /** Made when they are asked for: a million texts are not held. */
  readonly cells: () => readonly (string | null)[]
  readonly values: ReadonlySet<string>
  /** Whether every row has a value of its own. */
  readonly isKey: boolean
  /** Least and largest, where all are whole numbers. */
  readonly range: readonly [number, number] | undefined
}

/** Whole numbers of tables lie below this: their largest is as likely in any decade. */
const LARGEST = log(1e9)
/** Names that end as those of keys do make an inclusion believable at this chance over all candidates, and one key at these odds of chances better than another; bare inclusions must be beyond that of any rule. */
const NAMED = log(0.01)
/** Fewer values of text that all are keys may be chance. */
const LEAST_TEXTS = 3

/**
 * Foreign keys in tables that say none: columns all of whose values are values of a column that is different in every row, where
 * the names say so or that is beyond chance, or most of whose values are where the name says whose key it is; of several such keys the one that the name says, then the least likely by chance.
 * Never one that would lead in a circle. Cost O(cells + columns · keys), and inclusions until the first value that is none.
 */
export function findKeys(tables: Tables, missing?: readonly string[]): FoundKey[] {
  const candidates = Object.keys(tables).flatMap((table) => candidatesIn(tables, table, missing))
  const keys = candidates.filter(({ isKey }) => isKey)
  const all = candidates.flatMap((column) => best(column, keys, candidates.length * keys.length) ?? [])
  const found: FoundKey[] = []
  for (const one of all.sort((a, b) => b.names - a.names || a.logChance - b.logChance))
    if (one.key.table === one.key.to.table || !leadsTo(one.key.to.table, one.key.table, found)) found.push(one)
  return found
}

const leadsTo = (from: string, to: string, keys: readonly FoundKey[]): boolean =>
  from === to || keys.some(({ key }) => key.table === from && key.to.table !== from && leadsTo(key.to.table, to, keys))

function candidatesIn(tables: Tables, table: string, missing: readonly string[] | undefined): Candidate[] {
  const raw = tables[table]!
  const kindOf = kindsIn(raw, missing)
  return raw.columns.flatMap((own) => {
    const { name: column } = own
    const kind = kindOf(column)
    if (kind === undefined || kind === 'datetime' || kind === 'boolean' || (kind === 'number' && hasFractions(own))) return []
    const cells = () => cellsIn(raw, column, missing)
    const values = new Set<string>()
    for (const cell of cells()) if (cell !== null) values.add(cell)
    const numbers = [...values].map(Number)
    const isWhole = numbers.every(Number.isSafeInteger)
    if (values.size < 2 || (kind === 'number' && !isWhole)) return []
    const range = isWhole ? ([least(numbers), -least(numbers.map((x) => -x))] as const) : undefined
    return [{ table, column, cells, values, isKey: values.size === raw.rowCount, range }]
  })
}

/** Kinds of columns; of a table of keys and names alone, as of airlines with their codes, all are these. */
function kindsIn(raw: RawTable, missing: readonly string[] | undefined): (column: string) => ColumnKind | undefined {
  try {
    const { columns } = inferTable(raw, defined({ missing })).table
    return (column) => columns.find(({ name }) => name === column)?.kind
  } catch (error) {
    if (error instanceof InputError && error.code === 'nothing-to-model') return () => 'identifier'
    throw error
  }
}

/** Numbers that are no names are told without their texts. */
function hasFractions(raw: RawColumn): boolean {
  const numbers = raw.source === 'text' ? raw.numbers : raw.source === 'number' ? raw : undefined
  return numbers?.values.some((value, i) => !numbers.missing?.[i] && !Number.isSafeInteger(value)) ?? false
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))

function isWithin(values: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const value of values) if (!others.has(value)) return false
  return true
}

const countBeyond = (values: ReadonlySet<string>, others: ReadonlySet<string>): number =>
  Array.from(values).reduce((sum, value) => sum + (others.has(value) ? 0 : 1), 0)

const keyColumn = ({ column: name, cells }: Candidate) => ({ name, cells: cells() })

/** What a column refers to, if to any of the keys. */
function best(column: Candidate, keys: readonly Candidate[], candidates: number): FoundKey | undefined {
  const within = keys.flatMap((key) => {
    if (key === column || (column.isKey && column.table === key.table)) return []
    const names = agreement(column, key)
    // Rows of two tables with one key each belong together where the name says whose key it is.
    if (column.isKey && names < 3) return []
    const orphans = names === 3 ? countBeyond(column.values, key.values) : 0
    if (names === 3 ? 2 * orphans >= column.values.size : !isWithin(column.values, key.values)) return []
    // Within a table what its own reading takes for a reference is one.
    const isOwn = column.table === key.table && names > 0 && refersTo(keyColumn(column), keyColumn(key))
    return [{ key, names, orphans, logChance: logChanceOf(column, key), isOwn }]
  })
  const own = within.find(({ isOwn }) => isOwn)
  const found = within.flatMap(({ key, names, orphans, logChance, isOwn }) => {
    // A reference is one into another table where that fits so much better, as authors of comments are users.
    const isBetter = own !== undefined && own.names === names && logChance < own.logChance + NAMED
    if (!isOwn && !isBetter && !isBelieved({ names, logChance, column }, candidates)) return []
    const { table, column: name } = column
    return [
      { key: { table, column: name, to: { table: key.table, column: key.column } }, names, values: column.values.size, orphans, logChance }
    ]
  })
  const [first, second] = found.sort((a, b) => b.names - a.names || a.logChance - b.logChance)
  return first && second && first.names === second.names && first.logChance === second.logChance ? undefined : first
}

function isBelieved(
  { names, logChance, column }: Pick<FoundKey, 'names' | 'logChance'> & { readonly column: Candidate },
  candidates: number
): boolean {
  if (names >= 2) return true
  if (!column.range && column.values.size < LEAST_TEXTS) return false
  return names === 1 ? logChance + log(candidates) < NAMED : isBelievedAtLog(logChance, candidates)
}

/**
 * Whole numbers: the largest lies as likely in any decade, and so does the least below it; those between may lie anywhere, so that
 * it counts how dense the keys are there: among running numbers all are keys, wherever further ones stand. Words: each may be any of
 * as many letters and digits. Cost O(keys).
 */
function logChanceOf(column: Candidate, key: Candidate): number {
  const { range } = key
  if (!column.range || !range) return column.values.size * Math.min(0, log(key.values.size) - logShapes(key.values))
  const [low, high] = column.range
  let between = 0
  for (const value of key.values) if (Number(value) >= low && Number(value) <= high) between++
  const inside = column.values.size * Math.min(0, log(between / (high - low + 1)))
  if (low < 1 || range[0] < 1) return inside
  const top = log((range[1] + 1) / high) / LARGEST
  const bottom = range[0] === 1 ? 1 : Math.min(1, log((low + 1) / range[0]) / log(high + 1))
  return inside + Math.min(0, log(top)) + Math.min(0, log(bottom))
}

/** Logarithm of how many words have the forms of these. */
function logShapes(values: ReadonlySet<string>): number {
  const shapes = new Set([...values].map((value) => value.replace(/\p{L}/gu, 'a').replace(/\d/g, '0')))
  const sizes = [...shapes].map((shape) => {
    const count = (mark: string) => shape.split(mark).length - 1
    return count('a') * log(26) + count('0') * log(10)
  })
  const most = sizes.reduce((a, b) => Math.max(a, b))
  return most + log(sizes.reduce((sum, size) => sum + 2 ** ((size - most) / log(2)), 0))
}
