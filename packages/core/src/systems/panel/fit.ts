import { keepKeys } from '../../code/keys/keep.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { defined } from '../../num/defined.js'
import { beside as besideColumns, type Matrix, matrix, rowOf, takeRows } from '../../num/matrix.js'
import { keyFor, permutation } from '../../num/random.js'
import { mean, variance } from '../../num/statistics.js'
import { type Encoder, encodeTable, fitEncoder, levelsIn } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { keepColumns, numbersOf, stackTables, takeTableRows, unusedName } from '../../table/rows.js'
import type { ScalingMethod } from '../../table/scaling.js'
import type { NumericColumn, Table } from '../../table/table.js'
import type { Context } from '../context.js'
import type { FitOptions } from '../global/options.js'
import { fitGroups } from './groups-law.js'
import { methodsOf, scalingOf } from './methods.js'
import type { PanelModel, PanelShape } from './model.js'
import { lossOfPair, shareOfWay, toCome } from './nearness.js'
import {
  contextOfRows,
  fitPast,
  Histories,
  knownWidth,
  ownPast,
  type PastCode,
  type PlacedRows,
  pick,
  placedRows,
  writeKnown
} from './past.js'
import type { PanelTable } from './read.js'
import { groupOfRows } from './spans.js'
import { beginSteps, lawOfPart, type StepLaw, type StepRows, Steps } from './step-law.js'
import type { Ticks } from './ticks.js'

/** `seed`: of what hides the keys of the data. */
type Options = Pick<FitOptions, 'bandwidth' | 'scaling'> & { readonly seed: number }

/**
 * Fits the laws of a panel. Cost: a fit of one row a group, and of the law of all further rows. Throws `InputError` where first
 * rows of groups do not differ at all.
 */
export async function fitPanel(panel: PanelTable, options: Options, context: Context): Promise<PanelModel> {
  const key = keyFor(context.key, 'panel')
  const { data, first, constant, varying, rules, late, running, carried } = panel
  const { table } = data
  const names = namesBeside([...panel.layout.map(({ format }) => format), ...table.columns])
  const heads = headsOf(panel, names)
  const scaling = scalingOf(options.scaling, heads.table)
  const headOptions = defined({ bandwidth: options.bandwidth, scaling })
  const model = await fitGroups({ ...heads, notes: [] }, headOptions, { ...context, key: keyFor(key, 'heads') })
  const constants = encoderOf(heads, [...constant, names.size, names.start], methodsOf(heads.table, 'auto')[0]!)
  const known = contextOfRows(constants, heads.table)
  const { past, steps } = await fitFurther(panel, { known, names, options, sums: panel.sums }, { ...context, key })
  return {
    heads: model,
    steps,
    past,
    constants,
    panel: shapeOf(panel, names),
    groupKey: keepKeys([{ name: keyNameOf(panel), cells: panel.keys.cells }], options.seed, { table: panel.keys.heads }),
    ...defined({ rules, late }),
    summary: {
      rowCount: table.rowCount,
      groupCount: first.length - 1,
      constant: constant.filter((name) => ![...running, ...carried].some(({ column }) => column === name)),
      varying: [...varying, ...[...running, ...carried].map(({ column }) => column)],
      ...defined({ time: panel.layout.find(({ role }) => role === 'time')?.format.name }),
      heads: model.summary,
      steps: {
        rows: steps.training.rows.coordinates.rows,
        givens: steps.givens.length,
        epsilon: steps.choice.epsilon,
        ridge: steps.choice.ridge
      },
      notes: data.notes
    }
  }
}

interface FurtherRows {
  /** What is known of each group [G, c]. */
  readonly known: Matrix
  readonly names: PanelShape['names']
  readonly options: Pick<Options, 'bandwidth' | 'scaling'>
  /** What sums that run on are before each row [n, R]. */
  readonly sums?: Matrix | undefined
}

/** What of a panel its laws are fitted to. */
export type GroupedTable = Pick<PanelTable, 'first' | 'times' | 'varying'> & {
  readonly data: WrittenTable
  /** Ticks that no row of a group stands after, where times have an end [G]. */
  readonly ends?: Float64Array | undefined
  /** Categories that are known of each group [G]. */
  readonly besides?: Table | undefined
}

/** The law of rows that follow others. */
interface Followed {
  readonly past: PastCode
  readonly steps: StepLaw
  /** Whether steps are shares of the way to the end of their group. */
  readonly shares: boolean
}

/**
 * The law of rows that follow others, in the scaling whose forecasts of held-out groups are the nearest. Where times have an end, also
 * by the share of the way to it that a step goes, which never goes beyond, unless steps themselves are clearly nearer to those of held-out
 * groups, as those of rows that come every month are.
 */
export async function fitFurther({ ends, ...panel }: GroupedTable, further: FurtherRows, context: Context): Promise<Followed> {
  const gaps = await fitInScalings(panel, further, context)
  if (!ends || !panel.times || panel.times.ticks.schedule) return { ...gaps.law, shares: false }
  const shares = await fitInScalings({ ...panel, ends }, further, context)
  const losses = await lossesOfSteps(shares, further.names, context)
  const leads = (await lossesOfSteps(gaps, further.names, context)).map((loss, i) => losses[i]! - loss)
  // Within one standard error the end is kept, which a loss hardly tells.
  const areGapsNearer = mean(leads) > Math.sqrt(variance(leads) / leads.length)
  return areGapsNearer ? { ...gaps.law, shares: false } : { ...shares.law, shares: true }
}

interface FittedSteps {
  readonly law: Omit<Followed, 'shares'>
  readonly rows: FollowingRows
}

async function fitInScalings(panel: GroupedTable, { known, names, options, sums }: FurtherRows, context: Context): Promise<FittedSteps> {
  const { data, first, times, varying } = panel
  const own = keepColumns(data, ({ name }) => varying.includes(name))
  const fits: { readonly past: PastCode; readonly rows: FollowingRows; readonly begun: Awaited<ReturnType<typeof beginSteps>> }[] = []
  for (const methodOf of methodsOf(own.table, options.scaling)) {
    const encoder = fitEncoder(own.table, own.formats, methodOf)
    const placed = placedRows(encoder, encodeTable(encoder, pick(data.table, encoder)))
    const past = fitPast(encoder, placed, { first, ordered: times !== undefined })
    const rows = stepRows({ ...panel, data: own }, { past, placed, known, names, sums: sums ?? matrix(data.table.rowCount, 0) })
    const scaled = (name: string) => (name === names.gap ? 'quantile' : methodOf(name))
    const begun = await beginSteps(rows, { methodOf: scaled, ...widthIn(options) }, context)
    fits.push({ past, rows, begun })
    // In classes of known categories the shape is not that of groups alone, and ranks keep the ends that each class has.
    if (begun.law.besides) break
  }
  const lossOf = ({ begun }: (typeof fits)[number]) =>
    begun.law.choice.trials.reduce((least, { score }) => Math.min(least, score), Number.POSITIVE_INFINITY)
  const { past, rows, begun } = fits.reduce((a, b) => (lossOf(b) < lossOf(a) ? b : a))
  return { law: { past, steps: await begun.withCategories() }, rows }
}

/** Rows that are drawn twice beside those of the data: parts of the groups are held out until they are so many. */
const MOST_DRAWN = 300
const PARTS = 3

/** Rows of groups that are held out, and two in the place of each that the law of the others draws. */
async function drawnTwice({ law, rows }: FittedSteps, context: Context) {
  const key = keyFor(context.key, 'drawn twice')
  const groups = [...new Set(rows.groups)]
  const place = new Map(Array.from(permutation(keyFor(key, 'parts'), groups.length), (g, at) => [groups[g]!, at % PARTS]))
  const order = Array.from(permutation(keyFor(key, 'rows'), rows.next.rowCount))
  const some: number[] = []
  const [one, other]: [Table[], Table[]] = [[], []]
  for (let part = 0; part < PARTS && some.length < MOST_DRAWN; part++) {
    const own = order.filter((row) => place.get(rows.groups[row]!) === part).slice(0, MOST_DRAWN)
    const rest = [...order.keys()].filter((row) => place.get(rows.groups[row]!) !== part)
    if (own.length === 0) continue
    // Of a single group nothing is left to learn from but itself.
    const fitted = rest.length === 0 ? law.steps : await lawOfPart(law.steps, rest, { ...context, key })
    const steps = new Steps(fitted, law.past.encoder, context)
    const besides = rows.besides && takeTableRows(rows.besides, own)
    const known = { inputs: takeRows(rows.past, own), lifts: takeRows(rows.lifts, own), besides }
    for (const [tables, name] of [
      [one, 'one'],
      [other, 'other']
    ] as const)
      tables.push(steps.decode(await steps.next(known, [...own.keys()], keyFor(key, `${name} ${part}`))))
    some.push(...own)
  }
  return { some, came: takeTableRows(rows.next, some), one: stackTables(one), other: stackTables(other) }
}

/** How far steps that a law draws are from those that came, in ticks, of each row that was held out. */
async function lossesOfSteps(fit: FittedSteps, names: PanelShape['names'], context: Context): Promise<Float64Array> {
  const { some, came, one, other } = await drawnTwice(fit, context)
  const ticksIn = (table: Table) => numbersOf(table, names.gap).values.map((step, i) => step * (fit.rows.ways?.[some[i]!] ?? 1))
  const [a, b] = [ticksIn(one), ticksIn(other)]
  return ticksIn(came).map((x, i) => lossOfPair(a[i]!, b[i]!, x))
}

const widthIn = ({ bandwidth }: Pick<Options, 'bandwidth'>) => (typeof bandwidth === 'number' ? { epsilon: bandwidth } : {})

const keyNameOf = ({ layout }: PanelTable): string => layout.find(({ role }) => role === 'key')!.format.name

function shapeOf(
  { layout, data, constant, varying, times, first, running, carried, groupSums, walls }: PanelTable,
  names: PanelShape['names']
): PanelShape {
  let smallest = Number.POSITIVE_INFINITY
  for (let g = 0; g + 1 < first.length; g++) smallest = Math.min(smallest, first[g + 1]! - first[g]!)
  const ticks = times ? { ticks: times.ticks } : {}
  return {
    layout,
    formats: data.formats,
    constant,
    varying,
    ...ticks,
    names,
    smallest,
    walls,
    ...(running.length > 0 ? { running } : {}),
    ...(carried.length > 0 ? { carried } : {}),
    ...(groupSums.length > 0 ? { groupSums } : {})
  }
}

/** Names of what is drawn besides these columns. */
export function namesBeside(columns: readonly { readonly name: string }[]): PanelShape['names'] {
  const taken = new Set(columns.map(({ name }) => name))
  const unused = (wanted: string) => unusedName(wanted, taken)
  return { size: unused('rows of the group'), start: unused('first time'), gap: unused('time step') }
}

/** A column of ticks or counts: whole numbers unless ticks are real. */
export function beside(name: string, values: Float64Array, ticks?: Pick<Ticks, 'kind'>): { column: NumericColumn; format: ColumnFormat } {
  const kind = ticks?.kind === 'real' ? 'number' : 'integer'
  return { column: { name, kind, values }, format: { name, source: 'number', kind, ...(kind === 'integer' ? { integer: true } : {}) } }
}

/** One row a group: its first, its size, and where there is a time the tick of its first row. */
function headsOf({ data, first, times }: GroupedTable, names: PanelShape['names']): WrittenTable {
  const starts = first.subarray(0, first.length - 1)
  const rows = takeTableRows(data.table, starts)
  const size = Float64Array.from(starts, (at, g) => first[g + 1]! - at)
  const added = [beside(names.size, size)]
  if (times)
    added.push(
      beside(
        names.start,
        Float64Array.from(starts, (at) => times.at[at]!),
        times.ticks
      )
    )
  return {
    table: { columns: [...rows.columns, ...added.map(({ column }) => column)], rowCount: rows.rowCount },
    formats: [...data.formats, ...added.map(({ format }) => format)]
  }
}

/** An encoder of some columns of a table. */
export function encoderOf(rows: WrittenTable, names: readonly string[], methodOf: (name: string) => ScalingMethod): Encoder {
  const { table, formats } = keepColumns(rows, ({ name }) => names.includes(name))
  return fitEncoder(table, formats, methodOf)
}

interface PastOfRows {
  readonly past: PastCode
  readonly placed: PlacedRows
  /** What is known of each group [G, c]. */
  readonly known: Matrix
  readonly names: PanelShape['names']
  /** [n, R] */
  readonly sums: Matrix
}

/** Rows behind others, with the way from the row before each to the end of its group where steps are shares of it [M]. */
type FollowingRows = StepRows & { readonly ways?: Float64Array | undefined }

/** What is known of how many rows of its group come from each row on [n]. */
const rowsToCome = (first: Uint32Array): Float64Array => Float64Array.from(groupOfRows(first), (g, i) => toCome(first[g + 1]! - i))

/** Every row but the first of each group, of the columns that vary, and what is known before it. */
function stepRows(
  { data, first, times, ends, besides }: Omit<GroupedTable, 'varying'>,
  { past, placed, known, names, sums: own }: PastOfRows
): FollowingRows {
  const groups = first.length - 1
  const sums = ends ? besideColumns(own, matrix(data.table.rowCount, 1, rowsToCome(first))) : own
  const rows: number[] = []
  const groupOf: number[] = []
  const before = matrix(data.table.rowCount - groups, knownWidth(past, known.cols + sums.cols))
  const lifts = matrix(before.rows, levelsIn(past.encoder))
  const histories = new Histories(past, groups)
  for (let g = 0; g < groups; g++) {
    const start = first[g]!
    for (let i = start; i < first[g + 1]!; i++) {
      if (i > start) {
        const elapsed = times ? times.at[i - 1]! - times.at[start]! : i - start
        writeKnown(histories, { group: g, known: rowOf(known, g), sums: rowOf(sums, i), elapsed }, rowOf(before, rows.length))
        histories.writeLifts(g, rowOf(lifts, rows.length), i + 1 === first[g + 1]!)
        rows.push(i)
        groupOf.push(g)
      }
      histories.add(g, placed, i)
    }
  }
  const { columns } = takeTableRows(data.table, rows)
  const ways = times && ends && Float64Array.from(rows, (i, r) => ends[groupOf[r]!]! - times.at[i - 1]!)
  const steps = times && Float64Array.from(rows, (i) => times.at[i]! - times.at[i - 1]!)
  const gap =
    steps &&
    (ways
      ? beside(
          names.gap,
          steps.map((step, r) => shareOfWay(step, ways[r]!)),
          { kind: 'real' }
        )
      : beside(names.gap, steps, times.ticks))
  return {
    ways,
    besides: besides && takeTableRows(besides, groupOf),
    next: { columns: gap ? [...columns, gap.column] : columns, rowCount: rows.length },
    formats: gap ? [...data.formats, gap.format] : data.formats,
    past: before,
    own: ownPast(past),
    lifts,
    levels: past.encoder,
    groups: Uint32Array.from(groupOf)
  }
}
