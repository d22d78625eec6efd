import { LEAST_ROWS } from '../../code/rules/exclusive.js'
import { exp } from '../../num/elementary.js'
import { type Matrix, rowOf } from '../../num/matrix.js'
import { indexFromUniform, type Key, keyFor, permutation, uniforms } from '../../num/random.js'
import type { Encoder } from '../../table/encoder.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { takeTableRows, unusedName } from '../../table/rows.js'
import { type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { contextOfRows } from '../panel/past.js'
import { areAlike, type Copy, copiedFrom, kindBeside } from './copies.js'
import { type Counted, type CountLaw, fitCounts } from './counts.js'
import type { ForeignKey } from './keys.js'
import type { Links } from './links.js'
import type { Among, Near } from './near.js'

/**
 * How rows choose the row of a further table that they refer to: its columns are drawn with the row as if they were the row's own,
 * and of the new rows of that table one is taken that is like them, as often as rows of its kind are referred to. Plain data.
 */
export interface PickLaw {
  readonly key: ForeignKey
  /** How many rows refer to each row of the other table, given that. */
  readonly counts: CountLaw
  /** Columns of the other table, as they are called among those of the row. */
  readonly joined: readonly { readonly name: string; readonly column: string }[]
  /** Of whether a row refers to any, where some do not. */
  readonly empty?: string | undefined
  /** Columns of the row that are always those of the row that it refers to. */
  readonly same: readonly Copy[]
  /** Whether no two rows of one parent refer to the same row. */
  readonly apart: boolean
  /** Of which of the rows, where not of all; absent in models of before. */
  readonly near?: Near | undefined
}

/** Columns of the rows that a table's rows refer to, beside their own [n]. */
export interface JoinedColumns extends Pick<PickLaw, 'joined' | 'empty'> {
  readonly columns: readonly Column[]
  readonly formats: readonly ColumnFormat[]
}

/** The columns of the rows that rows refer to; missing where they refer to none. */
export function joinedColumns(
  { key, parentOf }: Pick<Links, 'key' | 'parentOf'>,
  { table, formats }: Pick<InferredTable, 'table' | 'formats'>,
  taken: ReadonlySet<string>
): JoinedColumns {
  const unused = (wanted: string) => unusedName(wanted, taken)
  const own = table.columns.flatMap((column, c) =>
    column.kind === 'identifier' ? [] : [{ column, format: formats[c]!, name: unused(`${key.column} ${column.name}`) }]
  )
  const rows = takeTableRows(
    { columns: own.map(({ column }) => column), rowCount: table.rowCount },
    parentOf.map((parent) => Math.max(0, parent))
  )
  const isEmpty = parentOf.includes(-1)
  const empty = unused(`${key.column} empty`)
  const marks: Column = {
    name: empty,
    kind: 'boolean',
    levels: ['false', 'true'],
    codes: Int32Array.from(parentOf, (parent) => Number(parent < 0))
  }
  return {
    columns: [...rows.columns.map((column, c) => ({ ...lacking(column, parentOf), name: own[c]!.name })), ...(isEmpty ? [marks] : [])],
    formats: [
      ...own.map(({ format, name }) => ({ ...format, name })),
      ...(isEmpty ? [{ name: empty, source: 'boolean' as const, kind: 'boolean' as const }] : [])
    ],
    joined: own.map(({ name, column }) => ({ name, column: column.name })),
    ...(isEmpty ? { empty } : {})
  }
}

/** A column without cells where there is no row that they would come from. */
function lacking(column: Column, parentOf: Int32Array): Column {
  if (!parentOf.includes(-1)) return column
  if (isCategorical(column)) return { ...column, codes: column.codes.map((code, i) => (parentOf[i]! < 0 ? -1 : code)) }
  if (!isNumeric(column)) return column
  return { ...column, missing: Uint8Array.from(parentOf, (parent, i) => (parent < 0 ? 1 : (column.missing?.[i] ?? 0))) }
}

interface PickProblem {
  /** Of the rows that the law is fitted to. */
  readonly links: Links
  /** How many rows refer to each of those, of all rows [m]. */
  readonly counts: Float64Array
  /** What the rows that are referred to say [m, k]. */
  readonly targets: Matrix
  readonly counted: Counted
  /** Parent of each row by the key that gives their number. */
  readonly parentOf: Int32Array
  readonly joined: JoinedColumns
  /** The row's own columns. */
  readonly own: Table
  readonly near: Near | undefined
}

/** Fits how rows choose. */
export async function fitPick(
  { links, counts, targets, counted, parentOf, joined, own, near }: PickProblem,
  context: Context
): Promise<PickLaw> {
  return {
    key: links.key,
    counts: await fitCounts(counts, targets, { ...context, key: keyFor(context.key, links.key.column) }, counted),
    joined: joined.joined,
    empty: joined.empty,
    same: sameColumns(own, joined, links.parentOf),
    apart: neverTwice(parentOf, links.parentOf),
    ...(near ? { near } : {})
  }
}

/** The columns of rows that are always those of the rows that they refer to. */
export function sameColumns(own: Table, { columns, joined }: JoinedColumns, parentOf: Int32Array): PickLaw['same'] {
  return own.columns.flatMap((column) => {
    const from = columns.find((other) => equal(column, other, parentOf))
    const place = from && joined.find(({ name }) => name === from.name)
    return place ? [{ column: column.name, from: place.column, ...kindBeside(column, from) }] : []
  })
}

/** Whether two columns have the same cells wherever there is a row that is referred to, and not one cell throughout. */
function equal(a: Column, b: Column, parentOf: Int32Array): boolean {
  const rows = [...parentOf.keys()].filter((i) => parentOf[i]! >= 0)
  return rows.length >= LEAST_ROWS && areAlike(a, b, rows, (i) => i) && !areAlike(a, a, rows, () => rows[0]!)
}

function neverTwice(parentOf: Int32Array, targetOf: Int32Array): boolean {
  const seen = new Set<string>()
  for (const [i, parent] of parentOf.entries()) {
    if (parent < 0 || targetOf[i]! < 0) continue
    const pair = `${parent} ${targetOf[i]}`
    if (seen.has(pair)) return false
    seen.add(pair)
  }
  return true
}

/** Rows of the other table that a row is compared with: so many at random stand for all. */
const MOST_COMPARED = 512
/** Count of a row that is to be referred to by none: it is where no other is like what is asked for. */
const SELDOM = 1e-3

/** Rows of the table that is referred to: as numbers [n, k], and which of them have the same categories. */
export interface LikeRows {
  readonly places: Matrix
  readonly classes: readonly string[]
}

interface PickedRows {
  /** What was drawn of the rows that are referred to, and what the new ones are. */
  readonly wanted: LikeRows
  readonly targets: LikeRows
  /** How often each new row is to be referred to [m]. */
  readonly counts: Float64Array
  /** And how often at most, where the new rows say so [m]. */
  readonly most?: Float64Array | undefined
  /** Rows that refer to one. */
  readonly rows: readonly number[]
  readonly parentOf: Int32Array
  readonly apart: boolean
  /** Rows choose of one layer alone: which, and that of each new row. */
  readonly layers?: { readonly wanted: Float64Array; readonly targets: Float64Array } | undefined
  /** Or of some rows alone. */
  readonly near?: Among | undefined
}

/**
 * The new row that each row refers to, −1 for none [n]: of those with the categories that were drawn, where there are any, one that
 * is like what was drawn, by a Gaussian kernel as wide as the nearest is away, and is still to be referred to, while there is one. −1 too where no row has room any more. Cost O(n·min(m, 512)).
 */
export function pickRows({ wanted, targets, counts, most, rows, parentOf, apart, layers, near }: PickedRows, key: Key): Int32Array {
  const out = new Int32Array(wanted.places.rows).fill(-1)
  const total = counts.reduce((sum, count) => sum + Math.max(count, SELDOM), 0)
  const share = counts.map((count) => (rows.length * Math.max(count, SELDOM)) / total)
  const left = share.slice()
  const members = new Map<string, number[]>()
  const add = (name: string, j: number) => {
    const own = members.get(name)
    if (own) own.push(j)
    else members.set(name, [j])
  }
  for (const [j, name] of targets.classes.entries()) {
    add(`${layers?.targets[j] ?? 0} ${name}`, j)
    add(`${layers?.targets[j] ?? 0}`, j)
  }
  const taken = new Map<number, Set<number>>()
  const room = most?.slice()
  for (const k of permutation(keyFor(key, 'order'), rows.length)) {
    const i = rows[k]!
    const before = apart && parentOf[i]! >= 0 ? (taken.get(parentOf[i]!) ?? new Set<number>()) : undefined
    const open = (of: readonly number[] | undefined) => {
      const free = of?.filter((j) => !before?.has(j) && !(room && room[j]! < 1)) ?? []
      return free.length > 0 ? free : undefined
    }
    const own = keyFor(key, i)
    const layer = `${layers?.wanted[i] ?? 0}`
    const isOfLayer = (j: number) => !layers || layers.targets[j] === layers.wanted[i]
    const within = near && [...(near.members.get(near.wanted[i]!) ?? [])].filter(isOfLayer)
    const all = within ?? members.get(layer)!
    const like = within ? within.filter((j) => targets.classes[j] === wanted.classes[i]) : members.get(`${layer} ${wanted.classes[i]}`)
    const candidates = open(someOf(like, own)) ?? open(someOf(all, own)) ?? open(all) ?? (room || near ? undefined : all)
    if (!candidates) continue
    const due = candidates.filter((j) => left[j]! > 0)
    const among = due.length > 0 ? due : candidates
    const distances = among.map((j) => squared(rowOf(wanted.places, i), rowOf(targets.places, j)))
    const chances = among.map((j) => (due.length > 0 ? left[j]! : share[j]!))
    const j = among[chosen(distances, chances, uniforms(own, 1)[0]!)]!
    out[i] = j
    left[j]! -= 1
    if (room) room[j]! -= 1
    if (before) taken.set(parentOf[i]!, before.add(j))
  }
  return out
}

function someOf(candidates: readonly number[] | undefined, key: Key): readonly number[] | undefined {
  if (!candidates || candidates.length <= MOST_COMPARED) return candidates
  return Array.from(uniforms(keyFor(key, 'some'), MOST_COMPARED), (u) => candidates[indexFromUniform(u, candidates.length)]!)
}

const squared = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let c = 0; c < a.length; c++) sum += (a[c]! - b[c]!) ** 2
  return sum
}

/** A place with a chance as `chances` say, the smaller the farther away. */
function chosen(distances: readonly number[], chances: readonly number[], u: number): number {
  const nearest = distances.reduce((a, b) => Math.min(a, b))
  const masses = chances.map(
    (chance, k) => chance * (distances[k] === nearest ? 1 : nearest > 0 ? exp(0.5 - distances[k]! / (2 * nearest)) : 0)
  )
  let rest = u * masses.reduce((sum, mass) => sum + mass, 0)
  for (const [k, mass] of masses.entries()) {
    rest -= mass
    if (rest < 0) return k
  }
  return masses.length - 1
}

/** What was drawn of the rows that are referred to: columns with the names that they have in their table. */
export function wantedRows({ joined }: Pick<PickLaw, 'joined'>, encoder: Encoder, { columns, rowCount }: Table): LikeRows {
  const renamed = joined.map(({ name, column }) => ({ ...columns.find((one) => one.name === name)!, name: column }))
  const places = contextOfRows(encoder, { columns: renamed.map((column) => placed(column, encoder)), rowCount })
  return { classes: classesOf({ columns: renamed, rowCount }), places }
}

/** A column that lacks cells in rows that refer to none, where the table that is referred to has them all: these rows stand anywhere. */
function placed(column: Column, { columns }: Encoder): Column {
  const code = columns.find(({ name }) => name === column.name)
  if (!isCategorical(column) || code?.carries !== 'factor' || code.missingLevel) return column
  return { ...column, codes: column.codes.map((level) => Math.max(0, level)) }
}

/** Rows as they are compared. */
export const likeRows = (encoder: Encoder, table: Table): LikeRows => ({ places: contextOfRows(encoder, table), classes: classesOf(table) })

function classesOf({ columns, rowCount }: Table): string[] {
  const factors = columns.filter(isCategorical)
  return Array.from({ length: rowCount }, (_, i) => factors.map(({ codes }) => codes[i]).join(' '))
}

/** Rows that refer to one: those that are not drawn as referring to none. */
export function referringRows({ empty }: PickLaw, { columns, rowCount }: Table): number[] {
  const marks = empty === undefined ? undefined : columns.find(({ name }) => name === empty)
  const codes = marks && isCategorical(marks) ? marks.codes : undefined
  return Array.from({ length: rowCount }, (_, i) => i).filter((i) => codes?.[i] !== 1)
}

/** Rows with the columns that are always those of the row that they refer to; empty where they refer to none. */
export function withSame({ same }: Pick<PickLaw, 'same'>, { columns, rowCount }: Table, targets: Table, targetOf: Int32Array): Table {
  if (same.length === 0) return { columns, rowCount }
  const rows = takeTableRows(
    targets,
    targetOf.map((target) => Math.max(0, target))
  )
  const own = same.map(
    ({ column, from, kind, ...how }) =>
      ({
        ...lacking(copiedFrom(rows.columns.find(({ name }) => name === from)!, how), targetOf),
        name: column,
        ...(kind ? { kind } : {})
      }) as Column
  )
  return { columns: [...columns.filter(({ name }) => !same.some(({ column }) => column === name)), ...own], rowCount }
}
