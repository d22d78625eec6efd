import { ruleTexts } from '../../code/rules/kept-rules.js'
import { InputError } from '../../num/errors.js'
import type { RawTable } from '../../table/raw.js'
import { stackTables } from '../../table/rows.js'
import type { NumericColumn, Table } from '../../table/table.js'
import { keepingDialect } from '../dialect.js'
import { type Host, needed } from '../host.js'
import { ruleFields } from '../rules/rule-options.js'
import { type Answer, type Plan, planOf, type Stage, type System } from '../system.js'
import { resolveTimes } from './calendar.js'
import { type DrawnGroups, drawGroups, fitGrouped, type GroupedModel, isGrouped, presentGroups } from './grouped.js'
import { checkInterior } from './leave-one-out.js'
import { ALL_REFERENCES, type MarginalsOptions, marginalsFields, type ReferenceName } from './options.js'
import { likelyTime, snapshotRoles } from './roles.js'
import { type RuledColumns, ruledSnapshots } from './ruled-snapshots.js'
import { checkSavable, loadTrajectories, saveTrajectories } from './save.js'
import { holdsGroups, loadGroups, saveGroups } from './save-groups.js'
import { pathFields, snapshotFields } from './snapshot-options.js'
import { timeColumnOf } from './snapshot-table.js'
import type { Snapshot } from './snapshots.js'
import { drawStages, fitStages, groupStages, growthStages, leavingStages } from './stages.js'
import { tellReference, tellTrajectories, timeNameOf } from './tell.js'
import { tellGroups } from './tell-groups.js'
import {
  type DrawnTrajectories,
  drawPaths,
  fitTrajectories,
  type PathsRequest,
  presentTrajectories,
  type SnapshotsFit,
  type TrajectoriesModel
} from './trajectories.js'
import { type UserReference, userFamily } from './user-family.js'

/** Options of `sbridge trajectories` in camel case that a fit reads. */
export interface SnapshotsOptions extends Omit<SnapshotsFit, 'reference' | 'growth' | 'fates'>, RuledColumns {
  /** A built-in family, one that the caller makes, or the path of a module. */
  readonly reference?: SnapshotsFit['reference'] | string
}

export interface DrawnPaths extends Answer, DrawnTrajectories {}

/** A reference of all particles, or one of each group. */
export type PathsModel = TrajectoriesModel | GroupedModel

export interface DrawnGroupPaths extends Answer, DrawnGroups {}

/** Trajectories through snapshots of unpaired particles, under reference dynamics that are learned. */
export const snapshots: System<RawTable, SnapshotsOptions, PathsModel, PathsRequest, DrawnPaths | DrawnGroupPaths> = keepingDialect({
  name: 'snapshots',
  kinds: ['trajectories'],
  fields: { fit: [...snapshotFields, ...marginalsFields, ...ruleFields], draw: pathFields, know: [] },
  also: { fit: ['seed'], draw: ['rows', 'seed'] },
  holds: (model): model is PathsModel => 'marginals' in model || isGrouped(model),
  kindOf: () => 'trajectories',
  fittedWith: () => ({}),
  readOptions,
  readRequest: async (request) => request,
  optionsFor: (_input, options) => options,
  plan,
  fit(input, { time, weights, by, columns, exclude, dateOrder, velocity, rules, rule, ...options }, context) {
    const { growth, fates } = options
    const wanted = { time, weights, by, columns, exclude, dateOrder, velocity, rules, rule, growth, fates }
    const table = ruledSnapshots(input, columnsOf(input, wanted))
    if (by === undefined) return fitTrajectories(table, options as SnapshotsFit, context)
    const order = input.columns.map(({ name }) => name).filter((name) => name === by || table.order.includes(name))
    return fitGrouped(table, { ...(options as SnapshotsFit), by, order }, context)
  },
  draw: async (model, request, context) =>
    isGrouped(model)
      ? { ...(await drawGroups(model, request, context)), warnings: [] }
      : { ...(await drawPaths(model, request, context)), warnings: [] },
  present: (model, answer, cells) =>
    isGrouped(model)
      ? presentGroups(model, answer as DrawnGroups, cells)
      : presentTrajectories((answer as DrawnPaths).trajectories, model.columns, cells),
  tell(model, drawn) {
    const pictures = drawn?.pictures === true
    if (isGrouped(model)) return tellGroups(model, drawn && { drawn: drawn.answer as DrawnGroups, pictures })
    return drawn ? tellTrajectories(drawn.answer as DrawnPaths, pictures ? timeNameOf(model) : undefined) : tellReference(model)
  },
  training: (model) => (isGrouped(model) ? stackTables(model.groups.map(({ model: one }) => training(one))) : training(model)),
  summary: (model) =>
    isGrouped(model)
      ? { ...tellGroups(model).json, notes: tellGroups(model).notes }
      : { ...summaryOf(model.marginals), ...(model.columns.rules && { rules: ruleTexts(model.columns.rules) }) },
  save: (model) => (isGrouped(model) ? saveGroups(model) : saveTrajectories(model)),
  load: (contents) => (holdsGroups(contents) ? loadGroups(contents) : loadTrajectories(contents))
})

/** Names of the coordinates. */
export function coordinatesOf(model: PathsModel): readonly string[] {
  return (isGrouped(model) ? model.groups[0]!.model : model).columns.columnNames
}

/** Trajectories and times of an answer. */
export function sizeOf(drawn: DrawnPaths | DrawnGroupPaths): { readonly count: number; readonly times: number } {
  const parts = 'groups' in drawn ? drawn.groups.map((one) => one.drawn) : [drawn]
  return {
    count: parts.reduce((sum, { trajectories }) => sum + trajectories.count, 0),
    times: new Set(parts.flatMap(({ trajectories }) => [...trajectories.times])).size
  }
}

function columnsOf(input: RawTable, wanted: RuledColumns): RuledColumns {
  if (wanted.time !== undefined) return wanted
  const time = likelyTime(snapshotRoles(input), input.rowCount) ?? 't'
  throw new InputError({ code: 'time-missing', got: 'no column of times', expected: 'which column has them', try: `--time ${time}` })
}

/** A reference that is a module is loaded. */
async function readOptions(options: SnapshotsOptions, host: Host): Promise<SnapshotsOptions> {
  const { reference } = options
  if (typeof reference !== 'string' || (ALL_REFERENCES as readonly string[]).includes(reference)) return options
  if (!/\.(?:js|mjs|cjs)$/.test(reference)) {
    throw new InputError({
      code: 'option-value',
      got: `--reference ${reference}`,
      expected: `${ALL_REFERENCES.join(', ')}, or the path of a JavaScript module`,
      try: '--reference linear'
    })
  }
  const loaded = await needed(host.reference, `the reference ${reference}`)(reference)
  return { ...options, reference: userFamily(loaded as UserReference) }
}

/** Refuses, before a fit, options whose model could not be written. */
export function refuseUnsavable({ reference }: SnapshotsOptions): void {
  checkSavable(typeof reference === 'function' ? undefined : ((reference as ReferenceName | undefined) ?? 'linear'))
}

function plan(source: { input: RawTable; options: SnapshotsOptions } | { model: PathsModel }, request?: PathsRequest): Plan {
  const fits = 'input' in source
  const { columnCount, counts, seen } = fits ? sizesOfTable(source) : sizesOfModel(source.model)
  const stages = [
    ...(fits ? fittingStages(source.options, counts) : []),
    ...(request ? drawStages({ counts }, request.rows ?? 100, seen) : [])
  ]
  const rowCount = counts.reduce((sum, count) => sum + count, 0)
  const drawnRows = request ? (request.rows ?? 100) * counts.length : 0
  const bytes = 8 * (rowCount + drawnRows) * columnCount * (columnCount + 4)
  return planOf(stages, { rowCount, columnCount, drawnRows, bytes, plain: true })
}

function fittingStages({ leaveOneOut, ...options }: SnapshotsOptions, counts: readonly number[]): readonly Stage[] {
  const {
    time: _time,
    weights: _weights,
    by,
    columns: _columns,
    exclude: _exclude,
    dateOrder: _order,
    velocity: _velocity,
    ...rest
  } = options
  const { holdOut: _hidden, seed: _seed, continued: _begun, growth: _growth, fates: _fates, rules: _rules, rule: _rule, ...own } = rest
  const sizes = { counts, options: own as MarginalsOptions }
  const growing = rest.growth === undefined || rest.growth === 'off' ? [] : growthStages(sizes)
  return [...fitStages(sizes), ...(by === undefined ? [] : groupStages(sizes)), ...growing, ...(leaveOneOut ? leavingStages(sizes) : [])]
}

interface Sizes {
  readonly columnCount: number
  /** Particles of each snapshot. */
  readonly counts: readonly number[]
  /** Those of the held-out ones. */
  readonly seen: readonly number[]
}

function sizesOfTable({ input, options }: { readonly input: RawTable; readonly options: SnapshotsOptions }): Sizes {
  const { columnNames, clouds, times, calendar } = ruledSnapshots(input, columnsOf(input, options))
  if (options.leaveOneOut) checkInterior(times)
  const hidden = new Set(resolveTimes('--hold-out', options.holdOut ?? [], calendar))
  const order = times.map((_, k) => k).sort((a, b) => times[a]! - times[b]!)
  const countsOf = (held: boolean): number[] => order.filter((k) => hidden.has(times[k]!) === held).map((k) => clouds[k]!.points.rows)
  return { columnCount: columnNames.length, counts: countsOf(false), seen: countsOf(true) }
}

function sizesOfModel(model: PathsModel): Sizes {
  if (isGrouped(model)) {
    const parts = model.groups.map((one) => sizesOfModel(one.model))
    return { ...parts[0]!, counts: parts.flatMap(({ counts }) => counts), seen: parts.flatMap(({ seen }) => seen) }
  }
  const { columnNames, snapshots, heldOut } = model.marginals
  const [counts, seen] = [snapshots, heldOut].map((some) => some.map(({ cloud }) => cloud.points.rows)) as [number[], number[]]
  return { columnCount: columnNames.length, counts, seen }
}

/** The particles of the snapshots, a row each. */
function training({ marginals: { snapshots: seen, columnNames }, columns }: TrajectoriesModel): Table {
  const rowCount = seen.reduce((sum, { cloud }) => sum + cloud.points.rows, 0)
  const column = (name: string, numberAt: (snapshot: Snapshot, row: number) => number): NumericColumn => {
    const values = seen.flatMap((snapshot) => Array.from({ length: snapshot.cloud.points.rows }, (_, i) => numberAt(snapshot, i)))
    return { name, kind: 'number', values: Float64Array.from(values) }
  }
  const coordinates = columnNames.map((name, a) => column(name, ({ cloud: { points } }, i) => points.data[i * points.cols + a]!))
  return { rowCount, columns: [column(timeColumnOf(columns), ({ time }) => time), ...coordinates] }
}

function summaryOf({
  family,
  diffusion,
  theta,
  sigma,
  sigmaFrom,
  ending,
  notes,
  snapshots: seen,
  heldOut
}: TrajectoriesModel['marginals']) {
  return {
    reference: family.name,
    diffusion,
    theta: Object.fromEntries(family.parameters.map(({ name }, k) => [name, theta[k]!])),
    sigma: [...sigma],
    sigmaFrom,
    ending,
    times: seen.map(({ time }) => time),
    heldOut: heldOut.map(({ time }) => time),
    notes
  }
}
