import { defined } from '../../num/defined.js'
import { beside as columnsBeside, type Matrix, matrix, rowOf } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { fitEncoder } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { takeTableRows } from '../../table/rows.js'
import type { NumericColumn, Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { beside, fitFurther } from '../panel/fit.js'
import { methodsOf, scalingOf } from '../panel/methods.js'
import { LEAST_FURTHER } from '../panel/read.js'
import { keptOrder } from '../table/ordered.js'
import { type ChildRows, readChildRows } from './child-rows.js'
import { fitGiven } from './given-law.js'
import type { Links } from './links.js'
import type { ChildLaw } from './model.js'
import { contextOfRows, type OneTable } from './rows-of-table.js'

export interface ChildProblem {
  /** The table without its keys into others. */
  readonly raw: RawTable
  readonly links: Links
  /** What the rows of the parent say [parents, k]. */
  readonly parents: Matrix
  readonly options: OneTable
}

/** Fits how rows come about that refer to rows of another table. Cost: that of a law of counts, of first rows and of further rows. */
export async function fitChild(
  { raw, links, parents, options }: ChildProblem,
  context: Context
): Promise<ChildLaw & { readonly read: ChildRows }> {
  const read = readChildRows(raw, links, options)
  const names = namesBeside(read)
  const without = links.empty + links.orphans
  const none = noneOf(parents)
  const alone = read.order.length - (read.first.length - 1) < LEAST_FURTHER
  const units = alone ? Uint32Array.from({ length: read.order.length + 1 }, (_, i) => i) : read.first
  const sizes = sizesOf(read)
  const given = givenOf(
    { parents, none },
    { groupOf: alone ? rowsOf(read) : read.groupOf, sizes: alone ? spread(sizes, read) : sizes, marked: without > 0 }
  )
  const heads = firstRows(read, units, names)
  const law = await fitGiven({ ...heads, given }, { ...context, key: keyFor(context.key, 'heads') })
  const constants = fitEncoder(
    columnsNamed(heads, read.constant).table,
    columnsNamed(heads, read.constant).formats,
    methodsOf(heads.table, 'auto')[0]
  )
  const known = knownOf({ given, heads: heads.table, constants, start: read.times && names.start })
  const still = read.varying.length === 0 && (!read.times || read.times.ticks.schedule !== undefined)
  const { times, time, rules, keys, data } = read
  const shape = { constant: read.constant, varying: read.varying, names, ...(times ? { ticks: times.ticks } : {}) }
  const further = alone || still ? undefined : await furtherLaw(read, { known, names, options }, context)
  const rowOrder = raw.columns.length === 0 || read.own.table.columns.length + (time ? 1 : 0) === 0 ? undefined : keptOrder(raw, options)
  return {
    key: links.key,
    counts: await fitCounts(links, parents, { ...context, key: keyFor(context.key, 'counts') }),
    heads: law,
    ...(further ? { further: { ...further, panel: shape } } : {}),
    alone,
    constants,
    orphanRate: without / Math.max(1, read.order.length - without),
    none: without > 0 ? none : new Float64Array(0),
    names,
    ...(times ? { time: { name: time!, ticks: times.ticks } } : {}),
    formats: data.formats,
    rules,
    keys,
    rowOrder,
    read
  }
}

const COUNT = 'rows'

function fitCounts({ parentOf, parents: count }: Links, parents: Matrix, context: Context) {
  const values = new Float64Array(count)
  for (const parent of parentOf) if (parent >= 0) values[parent]! += 1
  const { column, format } = beside(COUNT, values)
  return fitGiven({ table: { columns: [column], rowCount: count }, formats: [format], given: parents }, context)
}

/** How many rows refer to each parent. */
export const countsIn = ({ columns }: Table): Float64Array => (columns[0] as NumericColumn).values

function furtherLaw(
  read: ChildRows,
  { known, names, options }: { readonly known: Matrix; readonly names: ChildLaw['names']; readonly options: OneTable },
  context: Context
) {
  const { own, first, times, varying } = read
  const { bandwidth, scaling } = options
  const asked = defined({ bandwidth, scaling: scaling && scalingOf(scaling, own.table) })
  return fitFurther({ data: own, first, times, varying }, { known, names, options: asked }, context)
}

function namesBeside({ own, data }: ChildRows): ChildLaw['names'] {
  const taken = new Set([...own.table.columns, ...data.table.columns].map(({ name }) => name))
  const unused = (wanted: string): string => (taken.has(wanted) ? unused(`${wanted}′`) : wanted)
  return { size: unused('rows of the group'), start: unused('first time'), gap: unused('time step') }
}

const sizesOf = ({ first }: ChildRows): Float64Array => Float64Array.from({ length: first.length - 1 }, (_, g) => first[g + 1]! - first[g]!)

/** The group's number for each of its rows. */
function spread(sizes: Float64Array, { first, order }: ChildRows): Float64Array {
  const out = new Float64Array(order.length)
  for (let g = 0; g < sizes.length; g++) out.fill(sizes[g]!, first[g]!, first[g + 1]!)
  return out
}

function rowsOf({ first, order, groupOf }: ChildRows): Int32Array {
  const out = new Int32Array(order.length)
  for (let g = 0; g < groupOf.length; g++) out.fill(groupOf[g]!, first[g]!, first[g + 1]!)
  return out
}

/** The mean of the parents' rows stands where there is none. */
function noneOf(parents: Matrix): Float64Array {
  const mean = new Float64Array(parents.cols)
  for (let i = 0; i < parents.rows; i++)
    for (let c = 0; c < parents.cols; c++) mean[c]! += parents.data[i * parents.cols + c]! / parents.rows
  return mean
}

interface Groups {
  readonly groupOf: Int32Array
  readonly sizes: Float64Array
  /** Whether rows without a parent are marked as such. */
  readonly marked: boolean
}

/** What is given of groups of rows: the row of their parent, whether there is one, and how many they are [G, k]. */
export function givenOf(
  { parents, none }: { readonly parents: Matrix; readonly none: Float64Array },
  { groupOf, sizes, marked }: Groups
): Matrix {
  const out = matrix(groupOf.length, parents.cols + Number(marked) + 1)
  for (const [g, parent] of groupOf.entries()) {
    out.data.set(parent < 0 ? none : rowOf(parents, parent), g * out.cols)
    if (marked) out.data[g * out.cols + parents.cols] = parent < 0 ? 0 : 1
    out.data[(g + 1) * out.cols - 1] = sizes[g]!
  }
  return out
}

/** The first row of each group, with the tick at which it stands. */
function firstRows(
  { own, times }: ChildRows,
  first: Uint32Array,
  names: ChildLaw['names']
): { readonly table: Table; readonly formats: readonly ColumnFormat[] } {
  const starts = first.subarray(0, first.length - 1)
  const table = takeTableRows(own.table, starts)
  if (!times) return { table, formats: own.formats }
  const start = beside(
    names.start,
    Float64Array.from(starts, (at) => times.at[at]!),
    times.ticks
  )
  return { table: { ...table, columns: [...table.columns, start.column] }, formats: [...own.formats, start.format] }
}

function columnsNamed({ table, formats }: { readonly table: Table; readonly formats: readonly ColumnFormat[] }, names: readonly string[]) {
  const keep = <T extends { readonly name: string }>(list: readonly T[]): T[] => list.filter(({ name }) => names.includes(name))
  return { table: { columns: keep(table.columns), rowCount: table.rowCount }, formats: keep(formats) }
}

interface Heads {
  readonly given: Matrix
  readonly heads: Table
  readonly constants: ChildLaw['constants']
  /** Column of the tick of the first row, where there are times. */
  readonly start: string | undefined
}

/** What further rows are given of their group: what its first row was given, and what is constant in it [G, c]. */
export function knownOf({ given, heads, constants, start }: Heads): Matrix {
  const own = columnsBeside(given, contextOfRows(constants, heads))
  if (start === undefined) return own
  return columnsBeside(own, matrix(heads.rowCount, 1, (heads.columns.find(({ name }) => name === start) as NumericColumn).values))
}
