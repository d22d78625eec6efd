import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { keyFor } from '../../num/random.js'
import type { CellStyle } from '../../table/present.js'
import type { RawColumn, RawTable } from '../../table/raw.js'
import { contextOf, type JobContext } from '../context.js'
import { checkHeldOut, resolveTimes } from './calendar.js'
import type { FamilyContext } from './family.js'
import { type Comparison, fitGroups, groupsOf } from './fit-groups.js'
import { resolveMarginalsOptions } from './options.js'
import type { SnapshotTable } from './snapshot-table.js'
import {
  type DrawnTrajectories,
  drawPaths,
  type FitContext,
  type PathsRequest,
  presentTrajectories,
  type SnapshotsFit,
  type TrajectoriesModel,
  wantedOf,
  writtenOf
} from './trajectories.js'

/** References of groups of particles. */
export interface GroupedModel {
  /** The column that says which group a particle is of, and the columns of the input in their order. */
  readonly by: string
  readonly order: readonly string[]
  readonly groups: readonly { readonly name: string; readonly model: TrajectoriesModel }[]
  readonly context: FamilyContext
  readonly comparison: Comparison | undefined
  readonly seed: number
}

export interface DrawnGroups {
  readonly groups: readonly { readonly name: string; readonly drawn: DrawnTrajectories }[]
}

export const isGrouped = (model: object): model is GroupedModel => 'groups' in model && 'by' in model

/** Fits groups of particles of a table with a column `by`, which stands in `order`. Cost and errors as `fitGroups`. */
export async function fitGrouped(
  snapshots: SnapshotTable,
  { by, order, ...options }: SnapshotsFit & { readonly by: string; readonly order: readonly string[] },
  context: FitContext
): Promise<GroupedModel> {
  const { holdOut = [], leaveOneOut: _leaves, growth = 'off', fates, seed = 1, ...own } = options
  if (growth !== 'off' && resolveMarginalsOptions(own).reference !== 'brownian') throw growthByGroup()
  const { calendar } = snapshots
  const hidden = resolveTimes('--hold-out', holdOut, calendar)
  checkHeldOut(hidden, snapshots.times, calendar)
  const { key, watch } = contextOf(seed, context)
  const tools = { key: keyFor(key, 'fit'), watch, ...(context.onRound && { onRound: context.onRound }) }
  const wanted = wantedOf({ growth, fates }, calendar)
  const { models, comparison, context: told } = await fitGroups(snapshots, { ...own, holdOut: hidden }, wanted, tools)
  const groups = groupsOf(snapshots).map(({ name }, g) => ({
    name,
    model: { marginals: models[g]!, columns: writtenOf(snapshots), reference: referenceName(own), seed }
  }))
  return { by, order, groups, context: told, comparison, seed }
}

const referenceName = ({ reference = 'linear' }: SnapshotsFit) => (typeof reference === 'string' ? reference : undefined)

function growthByGroup(): InputError {
  return new InputError({
    code: 'growth-groups',
    got: '--growth and --by with a reference that has parameters',
    expected: 'parameters of groups whose particles neither multiply nor die',
    try: '--reference brownian, a table for each group, or --growth off'
  })
}

/** Paths of every group: as many as its share of the particles, one at least. Cost and errors as `drawPaths`. */
export async function drawGroups({ groups, seed }: GroupedModel, request: PathsRequest, context: JobContext): Promise<DrawnGroups> {
  const { rows = 100 } = request
  const sizes = groups.map(({ model }) => particlesOf(model))
  const shares = sharesOf(rows, sizes)
  const drawn = []
  for (const [g, { name, model }] of groups.entries())
    drawn.push({ name, drawn: await drawPaths(model, { ...request, seed: request.seed ?? seed, rows: shares[g]! }, context) })
  return { groups: drawn }
}

const particlesOf = ({ marginals: { snapshots } }: TrajectoriesModel): number =>
  snapshots.reduce((sum, { cloud }) => sum + cloud.points.rows, 0)

/** `count` in whole parts that go with the sizes, each at least one. */
function sharesOf(count: number, sizes: readonly number[]): number[] {
  if (count < sizes.length)
    throw new InputError({
      code: 'count',
      got: `${count} trajectories of ${sizes.length} groups`,
      expected: 'one or more a group',
      try: `asking for ${sizes.length} or more`
    })
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const spare = count - sizes.length
  let cumulated = 0
  return sizes.map((size) => {
    const before = Math.round((spare * cumulated) / total)
    cumulated += size
    return 1 + Math.round((spare * cumulated) / total) - before
  })
}

/** One long table: paths numbered on from group to group, the groups in their own column. */
export function presentGroups({ by, order, groups }: GroupedModel, drawn: DrawnGroups, cells: CellStyle): RawTable {
  let paths = 0
  const parts = groups.map(({ name, model }, g) => {
    const { trajectories } = drawn.groups[g]!.drawn
    const table = presentTrajectories(trajectories, model.columns, cells)
    const [particle, ...rest] = table.columns as [RawColumn, ...RawColumn[]]
    const numbered = { ...particle, values: (particle.values as Float64Array).map((x) => x + paths) } as RawColumn
    paths += trajectories.count
    const label: RawColumn = { name: by, source: 'text', values: new Array<string>(table.rowCount).fill(name) }
    return { columns: [numbered, ...rest, label], rowCount: table.rowCount }
  })
  const names = [...new Set(parts.flatMap(({ columns }) => columns.map(({ name }) => name)))]
  const [first, ...others] = names.filter((name) => name !== by)
  const before = others.filter((name) => order.includes(name) && order.indexOf(name) < order.indexOf(by))
  const placed = [first!, ...before, by, ...others.filter((name) => !before.includes(name))]
  return { columns: placed.map((name) => below(parts, name)), rowCount: parts.reduce((sum, part) => sum + part.rowCount, 0) }
}

/** A column of several tables, one below the other. A fate that a group does not have has a share of 0. */
function below(parts: readonly RawTable[], name: string): RawColumn {
  const columns = parts.map((part) => part.columns.find((one) => one.name === name))
  const found = columns.find((one) => one !== undefined)!
  const each = <T>(absent: T): T[] =>
    columns.flatMap((column, k) =>
      column ? Array.from(column.values as unknown as ArrayLike<T>) : new Array<T>(parts[k]!.rowCount).fill(absent)
    )
  if (found.source === 'text') return { name, source: 'text', values: each<string | null>('0') }
  if (found.source === 'boolean') return { name, source: 'boolean', values: each<boolean | null>(null) }
  const missing = columns.some((column) => column && 'missing' in column && column.missing)
    ? Uint8Array.from(
        columns.flatMap((column, k) => Array.from((column && 'missing' in column && column.missing) || new Uint8Array(parts[k]!.rowCount)))
      )
    : undefined
  return { ...found, values: Float64Array.from(each(0)), ...defined({ missing }) } as RawColumn
}
