import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { checkCount, inBatches } from '../../draw/batches.js'
import type { NamedWarning } from '../../know/support.js'
import { quiet, throwIfStopped } from '../../num/iterate.js'
import { counted } from '../../num/listed.js'
import { type Matrix, matrix, rowOf, takeRows } from '../../num/matrix.js'
import { keyAtStep, keyFor } from '../../num/random.js'
import { encodeTable, levelsIn } from '../../table/encoder.js'
import { numbersOf, sliceTable, stackTables, takeTableRows } from '../../table/rows.js'
import { type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { notTogether } from '../options/combinations.js'
import type { KnownRows } from './categories.js'
import { drawGroups } from './groups-law.js'
import type { PanelModel, PanelShape } from './model.js'
import { toCome } from './nearness.js'
import { contextOfRows, Histories, knownWidth, pick, placedRows, writeKnown } from './past.js'
import { firstsOf, groupOfRows } from './spans.js'
import { Steps } from './step-law.js'
import { sumsAfter, sumsIn, withSums } from './sums.js'
import { nextTick, startWithin } from './ticks.js'
import { rowsBeyond } from './walls.js'

/** Rows of groups, group by group. */
export interface GroupedRows {
  /** The columns that the laws draw [n]. */
  readonly table: Table
  /** Where each group's rows begin, and the end [G + 1]. */
  readonly first: Uint32Array
  /** Tick of every row, where there is a time [n]. */
  readonly ticks?: Float64Array | undefined
  /** Rows that cross a wall however often they are drawn. */
  readonly beyond?: number | undefined
}

interface PanelRequest {
  /** Groups to draw; default as many as have `rows` rows, or as many as the data have. */
  readonly groups?: number | undefined
  readonly rows?: number | undefined
}

/** What rows of groups are drawn by once their first rows are there. */
export interface FurtherLaw extends Pick<PanelModel, 'past' | 'steps' | 'rules'> {
  readonly panel: Pick<PanelShape, 'constant' | 'varying' | 'ticks' | 'names' | 'running' | 'walls'> & Partial<Pick<PanelShape, 'formats'>>
}

/** The first rows of groups, and what is known of them. */
interface GroupHeads {
  /** One row a group: constants, what its first row has, and where there are times the tick of that. */
  readonly heads: Table
  /** Where each group's rows begin, and the end [G + 1]. */
  readonly first: Uint32Array
  /** What further rows are given of their group [G, c]. */
  readonly known: Matrix
  /** Ticks that groups end at, where steps are shares of the way there [G]. */
  readonly ends?: Float64Array | undefined
  /** Categories that are known of groups [G]. */
  readonly besides?: Table | undefined
}

/**
 * Draws whole groups: constants, sizes and first rows of all, then row by row what follows in each. Cost O(rows·M·d²) for the M
 * rows that the law of next rows was learned from. Throws `InputError` for counts that are none.
 */
export async function drawPanel(model: PanelModel, { groups, rows }: PanelRequest, context: Context): Promise<GroupedRows> {
  checkCounts(groups, rows)
  const { panel, summary } = model
  const key = keyFor(context.key, 'panel')
  // Every group has at least the rows of the smallest one: of so many groups the first ones have the rows that are asked for.
  const count = groups ?? (rows === undefined ? summary.groupCount : Math.ceil(rows / panel.smallest))
  const heads = await drawHeads(model, count, { ...context, key, watch: quiet(context.watch) })
  const first = firstsOf(numbersOf(heads, panel.names.size).values, groups === undefined ? rows : undefined)
  const own = sliceTable(heads, 0, first.length - 1)
  const known = contextOfRows(model.constants, own)
  return drawFurther(model, { heads: own, first, known }, { ...context, key })
}

/** Groups with their first rows, drawn again where one crosses a wall. */
async function drawHeads(model: PanelModel, count: number, context: Context): Promise<Table> {
  const { walls = [] } = model.panel
  const law = stateOf(model)
  const heads = await drawGroups(model.heads, count, context)
  for (let attempt = 1; attempt < MOST_TRIES && walls.length > 0; attempt++) {
    const sums = sumsAfter(law, heads, sumsIn(law.panel.running, heads))
    const beyond = rowsBeyond(walls, withSums(law.panel.running, heads, sums))
    if (beyond.length === 0) break
    const again = await drawGroups(model.heads, beyond.length, { ...context, key: keyFor(context.key, `again ${attempt}`) })
    for (const [c, column] of again.columns.entries()) copyCells(column, heads.columns[c]!, beyond)
  }
  return withinTimes(model.panel, heads)
}

/** Groups whose rows stand within the times of the data, where these keep to a schedule. */
function withinTimes({ ticks, names }: PanelShape, heads: Table): Table {
  if (ticks?.last === undefined) return heads
  const [starts, sizes] = [numbersOf(heads, names.start).values, numbersOf(heads, names.size).values]
  const within = Array.from(starts, (start, g) => startWithin(ticks, start, Math.max(1, sizes[g]!)))
  const columns = heads.columns.map((column): Column => {
    if (column.name === names.start && isNumeric(column)) return { ...column, values: Float64Array.from(within, ({ start }) => start) }
    if (column.name === names.size && isNumeric(column)) return { ...column, values: Float64Array.from(within, ({ rows }) => rows) }
    return column
  })
  return { ...heads, columns }
}

/** Draws of a row until it keeps to all walls; what the last one crosses stays, and is counted. */
const MOST_TRIES = 100

/** What is summed up while rows are drawn: nothing in older models, whose rows do not know it. */
function stateOf({ panel, rules }: FurtherLaw) {
  const { walls, running = [], formats } = panel
  return { panel: { running: walls ? running : [], ...(formats ? { formats } : {}) }, ...(rules ? { rules } : {}) }
}

/** The rows of groups whose first ones are there, batch by batch of groups. Cost as of `drawPanel`. */
export async function drawFurther(model: FurtherLaw, groups: GroupHeads, context: Context): Promise<GroupedRows> {
  const { key, watch } = context
  const steps = new Steps(model.steps, model.past.encoder, context)
  const count = groups.first.length - 1
  const parts = await inBatches({ count, key: keyFor(key, 'steps'), watch }, async ({ first, count: some, ...batch }) => {
    const drawn = new Growth(model, some === count ? groups : takeGroups(groups, first, some))
    await drawBatch(drawn, steps, { ...context, ...batch })
    return drawn.rows()
  })
  if (count <= BATCH_ROWS) return parts[0] ?? new Growth(model, groups).rows()
  return {
    table: stackTables(parts.map(({ table }) => table)),
    first: groups.first,
    beyond: parts.reduce((sum, { beyond = 0 }) => sum + beyond, 0),
    ...(model.panel.ticks ? { ticks: ticksOf(parts) } : {})
  }
}

function ticksOf(parts: readonly GroupedRows[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { table }) => sum + table.rowCount, 0))
  let at = 0
  for (const { ticks, table } of parts) {
    if (ticks) all.set(ticks, at)
    at += table.rowCount
  }
  return all
}

/** Some groups, from group `from` on. */
function takeGroups({ heads, first, known, ends, besides }: GroupHeads, from: number, count: number): GroupHeads {
  const own = Uint32Array.from({ length: count }, (_, g) => from + g)
  return {
    heads: takeTableRows(heads, own),
    first: first.slice(from, from + count + 1).map((at) => at - first[from]!),
    known: takeRows(known, own),
    ends: ends?.slice(from, from + count),
    besides: besides && takeTableRows(besides, own)
  }
}

/** Rows that could not be kept to the walls. */
export const beyondWarnings = ({ beyond = 0 }: GroupedRows): NamedWarning[] =>
  beyond === 0
    ? []
    : [
        {
          name: 'panel-beyond',
          message: `${counted(beyond, 'row')} with a number or sum on a side of 0 where the data have none: ${MOST_TRIES} draws of each gave no other`
        }
      ]

function checkCounts(groups: number | undefined, rows: number | undefined): void {
  if (groups !== undefined && rows !== undefined)
    throw notTogether(`${groups} groups and ${rows} rows`, 'leaving -n out', 'one of them: so many groups, or as many as have so many rows')
  if (rows !== undefined) checkCount(rows)
}

/** Row by row what follows in the groups of a batch. */
async function drawBatch(drawn: Growth, steps: Steps, { key, watch }: Context): Promise<void> {
  const all = Array.from({ length: drawn.groups }, (_, g) => g)
  const total = all.reduce((most, g) => Math.max(most, drawn.sizeOf(g)), 0) - 1
  for (let step = 1; step <= total; step++) {
    throwIfStopped(watch, 'sampling')
    let open = all.filter((g) => drawn.sizeOf(g) > step)
    for (let attempt = 0; open.length > 0; attempt++) {
      const own = keyAtStep(attempt === 0 ? key : keyFor(key, `again ${attempt}`), step)
      const rows = await steps.next(drawn.past(open, step), open, own)
      open = drawn.take(open, step, { rows: steps.decode(rows), anyway: attempt + 1 === MOST_TRIES })
    }
    watch?.progress?.({ stage: 'sampling', done: step, total })
  }
}

/** Groups while their rows are drawn. */
class Growth {
  readonly groups: number
  /** All rows: constants as they stay, others as far as they are drawn. */
  private readonly table: Table
  private readonly ticks: Float64Array
  private readonly histories: Histories
  private readonly known: Matrix
  /** What is summed up, and the sums of groups so far [G, R]. */
  private readonly state: ReturnType<typeof stateOf>
  private readonly sums: Matrix
  private beyond = 0

  private readonly first: Uint32Array
  private readonly ends: Float64Array | undefined
  private readonly besides: Table | undefined

  constructor(
    private readonly model: FurtherLaw,
    { heads, first, known, ends, besides }: GroupHeads
  ) {
    const { panel, past } = model
    this.first = first
    this.ends = ends
    this.besides = besides
    this.state = stateOf(model)
    this.sums = sumsAfter(this.state, heads, sumsIn(this.state.panel.running, heads))
    this.groups = first.length - 1
    const all = Array.from({ length: this.groups }, (_, g) => g)
    const names = new Set([...panel.constant, ...panel.varying])
    const rows = takeTableRows(heads, groupOfRows(first))
    this.table = { ...rows, columns: rows.columns.filter(({ name }) => names.has(name)).map((column) => openTo(column, model.steps)) }
    this.ticks = new Float64Array(rows.rowCount)
    if (panel.ticks) for (const g of all) this.ticks[first[g]!] = numbersOf(heads, panel.names.start).values[g]!
    this.known = known
    this.histories = new Histories(past, this.groups)
    this.remember(all, heads)
  }

  sizeOf(g: number): number {
    return this.first[g + 1]! - this.first[g]!
  }

  /** What is known before the next row of groups. */
  past(groups: readonly number[], step: number): KnownRows {
    const { past } = this.model
    const inputs = matrix(groups.length, knownWidth(past, this.known.cols + this.sums.cols + (this.ends ? 1 : 0)))
    const lifts = matrix(groups.length, levelsIn(past.encoder))
    groups.forEach((group, i) => {
      const at = this.first[group]!
      const elapsed = this.model.panel.ticks ? this.ticks[at + step - 1]! - this.ticks[at]! : step
      const own = rowOf(this.sums, group)
      const sums = this.ends ? Float64Array.from([...own, toCome(this.sizeOf(group) - step)]) : own
      writeKnown(this.histories, { group, known: rowOf(this.known, group), sums, elapsed }, rowOf(inputs, i))
      this.histories.writeLifts(group, rowOf(lifts, i), step + 1 === this.sizeOf(group))
    })
    return { inputs, lifts, besides: this.besides && takeTableRows(this.besides, groups) }
  }

  /** Takes in row `step` of groups; those whose row crosses a wall are given back, unless they are taken `anyway`. */
  take(groups: readonly number[], step: number, { rows, anyway }: { readonly rows: Table; readonly anyway: boolean }): number[] {
    const places = groups.map((g) => this.first[g]! + step)
    for (const column of this.table.columns) {
      const drawn = rows.columns.find(({ name }) => name === column.name)
      if (drawn) copyCells(drawn, column, places)
    }
    const { running } = this.state.panel
    const whole = takeTableRows(this.table, places)
    const sums = sumsAfter(this.state, whole, takeRows(this.sums, groups))
    const beyond = new Set(rowsBeyond(this.model.panel.walls ?? [], withSums(running, whole, sums)))
    if (anyway) this.beyond += beyond.size
    const taken = Array.from(groups.keys()).filter((i) => anyway || !beyond.has(i))
    const own = taken.map((i) => groups[i]!)
    for (const i of taken) rowOf(this.sums, groups[i]!).set(rowOf(sums, i))
    const kept = taken.length === groups.length ? rows : takeTableRows(rows, taken)
    this.countTicks(own, step, kept)
    this.remember(own, kept)
    return groups.filter((_, i) => !anyway && beyond.has(i))
  }

  private countTicks(groups: readonly number[], step: number, rows: Table): void {
    const { ticks, names } = this.model.panel
    if (!ticks) return
    const steps = ticks.schedule ? undefined : numbersOf(rows, names.gap).values
    const { ends } = this
    for (const [i, g] of groups.entries()) {
      const at = this.first[g]! + step
      const [start, before] = [this.ticks[at - step]!, this.ticks[at - 1]!]
      const gap = steps ? steps[i]! * (ends ? Math.max(0, ends[g]! - before) : 1) : ticks.least
      this.ticks[at] = nextTick(ticks, { start, before, step, gap })
    }
  }

  private remember(groups: readonly number[], rows: Table): void {
    const { encoder } = this.model.past
    const placed = placedRows(encoder, encodeTable(encoder, pick(rows, encoder)))
    for (const [i, g] of groups.entries()) this.histories.add(g, placed, i)
  }

  rows(): GroupedRows {
    const { table, first, ticks, beyond } = this
    return { table, first, beyond, ...(this.model.panel.ticks ? { ticks } : {}) }
  }
}

/** A column that can hold the missing cells which further rows may have. */
export function openTo(column: Column, { training }: PanelModel['steps']): Column {
  const code = training.encoder.columns.find(({ name }) => name === column.name)
  const mayLack = code?.carries === 'coordinate' && code.missingFactor !== undefined
  return isNumeric(column) && mayLack && !column.missing ? { ...column, missing: new Uint8Array(column.values.length) } : column
}

/** Writes the cells of one column into places of another of its kind. */
export function copyCells(from: Column, into: Column, places: readonly number[]): void {
  for (const [i, at] of places.entries()) {
    if (isCategorical(from) && isCategorical(into)) into.codes[at] = from.codes[i]!
    if (!isNumeric(from) || !isNumeric(into)) continue
    into.values[at] = from.values[i]!
    if (into.missing) into.missing[at] = from.missing?.[i] ?? 0
  }
}
