import { depthsOf } from '../../code/keys/reference.js'
import { beside, type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { keyFor, uniforms } from '../../num/random.js'
import type { Encoder } from '../../table/encoder.js'
import { takeTableRows } from '../../table/rows.js'
import { isCategorical, type Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { type CountLaw, countsOf, drawCounts, fitCounts } from './counts.js'
import { drawGiven, fitGiven, type GivenLaw } from './given-law.js'
import type { ForeignKey } from './keys.js'
import type { Reached } from './kin.js'
import type { Links } from './links.js'
import type { Among } from './near.js'
import { joinedColumns, likeRows, type PickLaw, pickRows, sameColumns, wantedRows } from './pick-law.js'
import type { Referred } from './rows-of-table.js'

/**
 * How rows refer to rows that are drawn with them, as managers, or behind them, where keys lead in a circle: how many steps lead from
 * a row to one that refers to none, given the row; what the row is like that it refers to, given both; and of the new rows one
 * step nearer one is taken that is like this, as often as rows of its kind are referred to. Plain data.
 */
export interface LateLaw extends Pick<PickLaw, 'joined' | 'same' | 'counts'> {
  readonly key: ForeignKey
  /** Within one table steps along the key; else 1, and 0 of rows that refer to none. */
  readonly steps: CountLaw
  /** Of those that refer to no other row, the share that refers to itself. */
  readonly itself: number
  /** Whether all refer to rows that stand before them. */
  readonly before: boolean
  /** The columns of the row that is referred to. */
  readonly wanted: GivenLaw
  /** Within one table, keys by which both rows lead to the same one, as an employee and the manager to one department; absent in models of before. */
  readonly shared?: readonly ForeignKey[] | undefined
  /** Whether of the rows that lead to the same one refers to none, as a department has one head. */
  readonly single?: boolean | undefined
}

interface LateProblem {
  readonly links: Links
  readonly own: Referred
  readonly target: Referred
  /** What both rows lead to. */
  readonly shared?: Reached | undefined
}

/** Groups of which each has one row that refers to none, at least: with fewer it may be chance. */
const LEAST_GROUPS = 5

/** Whether each group of several rows has exactly one that refers to none. */
function hasSingleRoots(groupOf: Int32Array, steps: ArrayLike<number>): boolean {
  const [sizes, roots] = [new Map<number, number>(), new Map<number, number>()]
  for (const [i, group] of groupOf.entries()) {
    if (group < 0) continue
    sizes.set(group, (sizes.get(group) ?? 0) + 1)
    if (steps[i] === 0) roots.set(group, (roots.get(group) ?? 0) + 1)
  }
  const several = [...sizes].flatMap(([group, size]) => (size > 1 ? [roots.get(group) ?? 0] : []))
  return several.length >= LEAST_GROUPS && several.every((count) => count === 1)
}

const isWithin = ({ table, to }: ForeignKey): boolean => table === to.table

/** Fits how rows choose; undefined where references within a table go in circles. Cost: that of three step laws. */
export async function fitLate({ links, own, target, shared }: LateProblem, context: Context): Promise<LateLaw | undefined> {
  const { key, parentOf } = links
  const within = isWithin(key)
  const steps = within ? depthsOf([...parentOf]) : Array.from(parentOf, (parent) => Number(parent >= 0))
  if (!steps) return undefined
  const rows = Uint32Array.from(steps.keys()).filter((i) => steps[i]! > 0)
  const targets = Int32Array.from(rows, (i) => parentOf[i]!)
  const joined = joinedColumns({ key, parentOf: targets }, target.whole, new Set())
  const roots = [...steps.keys()].filter((i) => steps[i] === 0)
  const depths = Float64Array.from(steps)
  const law = (name: string): Context => ({ ...context, key: keyFor(keyFor(context.key, key.column), name) })
  return {
    key,
    steps: await fitCounts(depths, own.context, law('steps')),
    itself: roots.filter((i) => within && parentOf[i] === i).length / Math.max(1, roots.length),
    before: within && parentOf.every((parent, i) => parent <= i),
    joined: joined.joined,
    same: sameColumns(takeTableRows(own.whole.table, rows), joined, targets),
    wanted: await fitGiven(
      { table: { columns: joined.columns, rowCount: rows.length }, formats: joined.formats, given: withSteps(own.context, depths, rows) },
      law('wanted')
    ),
    counts: await fitCounts(
      countsOf({ parentOf: targets, parents: links.parents }),
      within ? withSteps(target.context, depths) : target.context,
      law('counts')
    ),
    ...(shared ? { shared: shared.via.map((links) => links.key), single: hasSingleRoots(shared.rowOf, steps) } : {})
  }
}

function withSteps(context: Matrix, steps: Float64Array, rows?: Uint32Array): Matrix {
  const all = beside(context, matrix(context.rows, 1, steps.slice()))
  return rows ? takeRows(all, rows) : all
}

interface LateRows {
  readonly own: { readonly table: Table; readonly context: Matrix }
  readonly target: { readonly table: Table; readonly context: Matrix }
  /** Of the table that is referred to. */
  readonly encoder: Encoder
  /** Rows that each row may choose, where what both lead to says so. */
  readonly among?: Among | undefined
}

/** The new row that each new row refers to, −1 for none [n]; within a table no references go in a circle. Cost as that of a pick. */
export async function drawLate(law: LateLaw, { own, target, encoder, among }: LateRows, context: Context): Promise<Int32Array> {
  const within = isWithin(law.key)
  const part = (name: string): Context => ({ ...context, key: keyFor(keyFor(context.key, law.key.column), name) })
  const drawn = await drawCounts(law.steps, own.context, part('steps'))
  const steps = among ? denseIn(among, drawn, { single: law.single, context: own.context }) : within ? dense(drawn) : drawn
  const rows = Uint32Array.from(steps.keys()).filter((i) => steps[i]! > 0)
  const table = await drawGiven(law.wanted, withSteps(own.context, steps, rows), part('wanted'))
  const counts = await drawCounts(law.counts, within ? withSteps(target.context, steps) : target.context, part('counts'))
  const chosen = pickRows(
    {
      wanted: wantedRows(law, encoder, withOwn(law, table, takeTableRows(own.table, rows))),
      targets: likeRows(encoder, target.table),
      counts,
      rows: [...rows.keys()],
      parentOf: new Int32Array(rows.length).fill(-1),
      apart: false,
      ...(within ? { layers: { wanted: Float64Array.from(rows, (i) => steps[i]! - 1), targets: steps } } : {}),
      ...(among ? { near: { ...among, wanted: Int32Array.from(rows, (i) => among.wanted[i]!) } } : {})
    },
    part('choice').key
  )
  const itself = uniforms(part('itself').key, own.table.rowCount)
  const out = Int32Array.from(steps, (_, i) => (itself[i]! < law.itself ? i : -1))
  for (const [k, i] of rows.entries()) out[i] = chosen[k]!
  return out
}

/** Steps without a gap: below every row stands one that it can refer to. */
function dense(steps: Float64Array): Float64Array {
  const places = new Map([...new Set(steps)].sort((a, b) => a - b).map((step, k) => [step, k]))
  return steps.map((step) => places.get(step)!)
}

/**
 * The same in each group by itself; where `single`, of each the row alone refers to none that has the fewest steps, of these the one most like all
 * that have none. Rows without a group refer to none.
 */
function denseIn(
  { members, wanted }: Among,
  steps: Float64Array,
  { single = false, context }: { readonly single?: boolean | undefined; readonly context: Matrix }
): Float64Array {
  const out = new Float64Array(steps.length)
  const away = single
    ? distancesTo(
        meanOf(context, (i) => steps[i] === 0),
        context
      )
    : undefined
  for (const [group, rows] of members) {
    const own = Uint32Array.from(rows).filter((i) => wanted[i] === group)
    const root = away && own.reduce((best, i) => (steps[i]! - steps[best]! || away[i]! - away[best]! || 1) < 0 ? i : best, own[0]!) // biome-ignore format: one line
    const places = dense(Float64Array.from(own, (i) => (root === undefined ? steps[i]! : i === root ? 0 : Math.max(1, steps[i]!))))
    own.forEach((i, k) => {
      out[i] = places[k]!
    })
  }
  return out
}

function meanOf({ rows, cols, data }: Matrix, isOne: (row: number) => boolean): Float64Array {
  const mean = new Float64Array(cols)
  let count = 0
  for (let i = 0; i < rows; i++) {
    if (!isOne(i)) continue
    count++
    for (let c = 0; c < cols; c++) mean[c]! += data[i * cols + c]!
  }
  return mean.map((sum) => sum / Math.max(1, count))
}

const distancesTo = (place: Float64Array, { rows, cols, data }: Matrix): Float64Array =>
  Float64Array.from({ length: rows }, (_, i) => place.reduce((sum, x, c) => sum + (x - data[i * cols + c]!) ** 2, 0))

/** What is always the same in both rows is what it is in the one that refers. */
function withOwn({ same, joined }: LateLaw, wanted: Table, own: Table): Table {
  const columns = wanted.columns.map((column) => {
    const from = joined.find(({ name }) => name === column.name)!.column
    const mine = own.columns.find(({ name }) => same.some((pair) => pair.from === from && pair.column === name))
    if (!mine || !isCategorical(mine) || !isCategorical(column)) return column
    return { ...column, codes: mine.codes.map((code) => column.levels.indexOf(mine.levels[code]!)) }
  })
  return { ...wanted, columns }
}

/** An order of rows at random in which each stands behind the one that it refers to. Cost O(n log n). */
export function inOrderOf(targetOf: Int32Array): Uint32Array {
  const place = Float64Array.from(targetOf.keys())
  const isDone = new Uint8Array(targetOf.length)
  const steps = new Int32Array(targetOf.length)
  for (const start of targetOf.keys()) {
    const path: number[] = []
    for (let at = start; at >= 0 && !isDone[at]; at = targetOf[at]!) {
      isDone[at] = 1
      path.push(at)
    }
    for (const row of path.reverse()) {
      const target = targetOf[row]!
      if (target < 0 || target === row) continue
      place[row] = Math.max(place[row]!, place[target]!)
      steps[row] = steps[target]! + 1
    }
  }
  return Uint32Array.from(targetOf.keys()).sort((a, b) => place[a]! - place[b]! || steps[a]! - steps[b]!)
}
