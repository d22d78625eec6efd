import { leastOf, search } from '../../choose/search.js'
import { bestLosses, type GivenChoice } from '../../choose/window-bandwidth.js'
import { atEpsilon, type KernelChoice, sampledSquaredDistances, typicalAboveTies } from '../../kernel/bandwidth.js'
import { pointsProblem, scaleRows } from '../../law/law.js'
import type { FieldRows, Unit } from '../../law/units.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { quiet } from '../../num/iterate.js'
import { listed } from '../../num/listed.js'
import { uniformLogWeights } from '../../num/log-space.js'
import { copyMatrix, type Matrix, takeColumns } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { sorted } from '../../num/statistics.js'
import { cloud } from '../../space/cloud.js'
import { mostGivens } from '../../space/forward-selection.js'
import { type Graph, withEdges } from '../../space/graph.js'
import { encodeTable, fitEncoder, presentValues } from '../../table/encoder.js'
import type { InferredTable } from '../../table/infer.js'
import { keepsHours, keepsValues, type ScalingMethod, suggestsQuantile } from '../../table/scaling.js'
import { isNumeric } from '../../table/table.js'
import { unknownColumn } from '../../table/unknown-column.js'
import type { Context } from '../context.js'
import { fitEach, twice, unlessAuto, windowFitter } from '../windows/fit-windows.js'
import { type FieldColumns, fieldColumns, type Neighbourhoods, neighbourhoodsOf } from '../windows/neighbourhoods.js'
import type { FittedGroup, FittedUnit, LocalModel, LocalSummary } from './model.js'
import type { LocalOptions } from './options.js'
import { type Plan, planUnits, strangersOf } from './units.js'

/** ε of a single coordinate that is drawn from nothing: a kernel of a fifth of its spread. */
const ROOT_EPSILON = 0.02
/** Largest radius that is tried: windows of nine. */
const MOST_RADIUS = 4

/**
 * Fits a localised model: a graph of neighbourhoods, an order, and one small bridge for each coordinate on the
 * coordinate and the neighbours drawn before it (ordered) or on its whole neighbourhood (simultaneous).
 *
 * @source mathematics, section 9; simultaneous: Gottwald, Reich, arXiv 2409.07968.
 * Cost O(d·M²) with neighbourhoods of fixed size, memory O(M·d). Throws `InputError` for columns that are not numbers,
 * windows larger than the line, unknown names, bandwidths that are not positive.
 */
export async function fitLocal(data: InferredTable, options: LocalOptions, context: Context): Promise<LocalModel> {
  checkBandwidths(options)
  const { table, formats, notes } = data
  const key = keyFor(context.key, 'fit')
  const scaling = scalingOf(data, options)
  const encoder = fitEncoder(table, formats, (name) => scaling[name]!)
  const columns = fieldColumns(encoder)
  const { coordinates } = encodeTable(encoder, table, keyFor(key, 'encode'))
  const rows: FieldRows = { coordinates, logWeights: uniformLogWeights(table.rowCount) }
  const inner = { ...context, key: keyFor(key, 'local') }
  const found = await resolveNeighbourhoods({ options, columns, rows, context: inner })
  const sweep = options.sweep ?? 'ordered'
  const fitted =
    sweep === 'ordered' ? await fitOrdered(found, rows, options, inner) : await fitGroups(found.near.graph, rows, options, inner)
  const summary: LocalSummary = {
    ...describe(options, columns, found, rows),
    choices: fitted.choices,
    scaling,
    notes: [...notes, ...cappedNotes(found.plan, columns, rows), ...strangerNotes(found, columns)]
  }
  return { encoder, ...rows, graph: found.near.graph, ...defined({ targets: fitted.targets }), parts: fitted.parts, summary }
}

function checkBandwidths({ bandwidth, neighbourBandwidth }: LocalOptions): void {
  for (const [name, value] of Object.entries({ bandwidth, neighbourBandwidth })) {
    if (value === undefined || value === 'auto' || (Number.isFinite(value) && value > 0)) continue
    throw new InputError({ code: 'option-value', got: `${name} = ${value}`, expected: 'auto, or a number above 0', try: 'auto' })
  }
}

/** The method of each numeric column; `auto` takes `quantile` for atoms and heavy tails. */
export function scalingOf({ table }: InferredTable, { scaling = 'auto' }: LocalOptions): Record<string, ScalingMethod> {
  const numeric = table.columns.filter(isNumeric)
  const given = typeof scaling === 'string' ? {} : scaling
  const unknown = Object.keys(given).find((name) => !numeric.some((column) => column.name === name))
  if (unknown !== undefined) throw unknownColumn(unknown, numeric, { got: `a scaling for ${unknown}`, which: 'a numeric column:' })
  return Object.fromEntries(
    numeric.map((column) => {
      if (scaling === 'standard' || scaling === 'quantile') return [column.name, scaling]
      const ascending = sorted(presentValues(column))
      const ranked = keepsValues(ascending) || suggestsQuantile(ascending) || (column.kind === 'datetime' && keepsHours(ascending))
      return [column.name, given[column.name] ?? (ranked ? 'quantile' : 'standard')]
    })
  )
}

/** A graph, its plan, and the radius where that was to be chosen. */
interface Found {
  readonly near: Neighbourhoods
  readonly plan: Plan
  /** Pairs that the plan follows and a learned graph lacked; the graph has them now. */
  readonly strangers?: readonly (readonly [number, number])[]
  readonly radius?: NonNullable<LocalSummary['radius']>
}

interface Resolve {
  readonly options: LocalOptions
  readonly columns: FieldColumns
  readonly rows: FieldRows
  readonly context: Context
}

async function resolveNeighbourhoods({ options, columns, rows, context }: Resolve): Promise<Found> {
  const { local } = options
  const at = (radius: number): Found => {
    const near = neighbourhoodsOf(local, columns, rows.coordinates, radius)
    const plan = planOf(near.graph, options, columns, rows)
    if (!near.learned) return { near, plan }
    const strangers = strangersOf(near.graph, plan.units)
    return { near: { ...near, graph: withEdges(near.graph, strangers) }, plan, strangers }
  }
  if (!('radius' in local) || local.radius !== 'auto') return at(1)
  const smallest = at(1)
  const tried = new Map([[1, smallest]])
  const targetsOf = ({ targets }: Unit) => targets.join()
  const compared = new Set(comparable(smallest.plan.units).map(targetsOf))
  if (compared.size === 0) return smallest
  // The searches of bandwidths within say how far they are.
  const found = await search<number>({
    stage: 'choosing the radius',
    parts: 1,
    expected: 2,
    order: (a, b) => a - b,
    // As long as the largest is the best.
    moves: (trials) => [Math.min(MOST_RADIUS, (leastOf(trials)?.setting ?? 0) + 1)],
    async score(radius) {
      const place = tried.get(radius) ?? within(() => at(radius))
      // The line is shorter than this window: the smaller ones are all there are.
      if (!place) return undefined
      tried.set(radius, place)
      const units = place.plan.units.filter((unit) => compared.has(targetsOf(unit)))
      return bestLosses(rows, units, { ...context, key: keyFor(context.key, 'radius') })
    }
  })
  if (!found) return smallest
  const scores = found.trials.flatMap(({ setting, loss }) => (Number.isFinite(loss) ? [[setting, loss] as const] : []))
  return { ...tried.get(found.setting)!, radius: { chosen: found.setting, scores } }
}

/** What is asked for, where the window is not longer than the line. */
function within<T>(ask: () => T): T | undefined {
  try {
    return ask()
  } catch (error) {
    if (error instanceof InputError && error.code === 'window-size') return undefined
    throw error
  }
}

/** Units that have a whole window before them at every radius, so that radii are compared on the same columns. */
function comparable(units: readonly Unit[]): Unit[] {
  const inner = units.slice(Math.floor(units.length / 2), Math.max(Math.floor(units.length / 2) + 1, units.length - MOST_RADIUS))
  return inner.filter(({ givens }) => givens.length > 0)
}

function planOf(graph: Graph, { local, blocks }: LocalOptions, columns: FieldColumns, { coordinates }: FieldRows): Plan {
  const numbered = blocks?.map((block) =>
    block.map((name) => {
      const at = columns.names.indexOf(name)
      if (at < 0)
        throw unknownColumn(
          name,
          columns.names.map((n) => ({ name: n })),
          { got: `the column ${name} in a block` }
        )
      return at
    })
  )
  const alongLine = local.kind !== 'graph' && local.kind !== 'auto'
  const fill = local.kind === 'auto' ? 'all' : 'separators'
  return planUnits({ graph, points: coordinates, blocks: numbered, alongLine, fill, mostGivens: mostGivens(coordinates.rows) })
}

interface Fitted extends Pick<LocalModel, 'parts' | 'targets'> {
  readonly choices: readonly GivenChoice[]
}

async function fitOrdered({ plan: { units: plan } }: Found, rows: FieldRows, options: LocalOptions, context: Context): Promise<Fitted> {
  const known = { given: unlessAuto(options.neighbourBandwidth), target: unlessAuto(options.bandwidth) }
  const { choices, fit } = await windowFitter(rows, { plan, known }, context)
  const targets = copyMatrix(rows.coordinates)
  const fitUnit = async (unit: Unit): Promise<FittedUnit> => {
    if (unit.givens.length === 0) return { ...unit, kind: 'root', ...(await fitPlain(unit.targets, rows, options, context)) }
    const own = await fit(unit)
    // What a kernel flattens of a mean that bends adds up from unit to unit: variances fall along the line.
    return {
      ...own,
      kind: 'given',
      ...(own.bandwidth.target === 'free' ? { fit: await twice(rows, own, { into: targets, context }) } : {})
    }
  }
  const units = await fitEach(plan, fitUnit, context.watch)
  const twiced = units.some((unit) => unit.kind === 'given' && unit.bandwidth.target === 'free')
  return { parts: { sweep: 'ordered', units }, ...(twiced ? { targets } : {}), choices }
}

/** A bridge on some coordinates, drawn from nothing. */
async function fitPlain(
  coordinates: Uint32Array,
  { coordinates: all, logWeights }: FieldRows,
  options: LocalOptions,
  { engine, watch }: Context
): Promise<Pick<FittedGroup, 'kernel' | 'potentials'>> {
  const points = takeColumns(all, coordinates)
  const kernel = await plainKernel(points, options, engine)
  const { potentials } = await scaleRows(pointsProblem(cloud(points, logWeights), kernel), { engine, watch: quiet(watch) })
  return { kernel, potentials }
}

/** ε as given; otherwise half the typical squared nearest-neighbour distance, and for single coordinates ROOT_EPSILON. */
async function plainKernel(points: Matrix, { bandwidth }: LocalOptions, engine: Context['engine']): Promise<KernelChoice> {
  const base: KernelChoice = { kind: 'fixed', epsilon: 1 }
  if (typeof bandwidth === 'number') return atEpsilon(base, bandwidth)
  const unit = typicalAboveTies(await sampledSquaredDistances(points, engine))
  return atEpsilon(base, Math.max(unit / 2, ROOT_EPSILON))
}

async function fitGroups(graph: Graph, rows: FieldRows, options: LocalOptions, context: Context): Promise<Fitted> {
  const byMembers = new Map<string, { members: Uint32Array; targets: number[] }>()
  for (let a = 0; a < graph.size; a++) {
    const members = Uint32Array.from([...graph.neighbours[a]!, a]).sort()
    const name = members.join()
    const group = byMembers.get(name) ?? { members, targets: [] }
    group.targets.push(a)
    byMembers.set(name, group)
  }
  const fit = async ({
    members,
    targets
  }: {
    readonly members: Uint32Array
    readonly targets: readonly number[]
  }): Promise<FittedGroup> => ({
    members,
    targets: Uint32Array.from(targets),
    ...(await fitPlain(members, rows, options, context))
  })
  return { parts: { sweep: 'simultaneous', groups: await fitEach([...byMembers.values()], fit, context.watch) }, choices: [] }
}

function describe(
  options: LocalOptions,
  columns: FieldColumns,
  { near, plan, radius }: Found,
  rows: FieldRows
): Omit<LocalSummary, 'choices' | 'scaling' | 'notes'> {
  const { graph, learned } = near
  const edges = graph.neighbours.flatMap((list, a) =>
    Array.from(list)
      .filter((b) => b > a)
      .map((b) => [columns.names[a]!, columns.names[b]!] as const)
  )
  return {
    rowCount: rows.coordinates.rows,
    coordinateCount: rows.coordinates.cols,
    local: options.local,
    sweep: options.sweep ?? 'ordered',
    ...(radius ? { radius } : {}),
    edges: learned ? learned.edges : edges,
    ...(learned ? { learned: { threshold: learned.threshold, shrinkage: learned.shrinkage } } : {}),
    largestNeighbourhood: graph.neighbours.reduce((most, list) => Math.max(most, list.length), 0),
    mostGivens: mostGivens(rows.coordinates.rows),
    cappedColumns: plan.capped.map((a) => columns.names[a]!)
  }
}

function cappedNotes({ capped }: Plan, { names }: FieldColumns, rows: FieldRows): string[] {
  if (capped.length === 0) return []
  return [
    `${rows.coordinates.rows} rows feed at most ${mostGivens(rows.coordinates.rows)} neighbours: only the strongest are used for ${listed(capped.map((a) => names[a]!))}`
  ]
}

/** Columns that nearly repeat each other have no strong partial correlations, so a learned graph may lack what the plan follows. */
function strangerNotes({ strangers = [] }: Found, { names }: FieldColumns): string[] {
  if (strangers.length === 0) return []
  const drawn = new Set(strangers.map(([a]) => a)).size
  return [
    `${drawn} of ${names.length} columns are also drawn from columns that are no neighbours in the learned graph, as they stand out in the data`
  ]
}
