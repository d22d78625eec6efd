import { bridgePaths, drawPairs } from '../../bridge/between.js'
import { PARTNER_SHARE, sparseCoupling } from '../../bridge/sparse-coupling.js'
import { keysCarried } from '../../code/keys/carried.js'
import { keyColumn } from '../../code/keys/leave-keys-out.js'
import type { KeyColumn } from '../../code/keys/reference.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { type Back, putRulesBack } from '../../code/rules/stacked.js'
import { batchesOf, checkCount } from '../../draw/batches.js'
import { gaussianKernel } from '../../kernel/kernel.js'
import type { NamedWarning } from '../../know/support.js'
import { InputError } from '../../num/errors.js'
import { counted, listed } from '../../num/listed.js'
import { takeColumns, takeRows } from '../../num/matrix.js'
import { keyFor, uniforms } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { hasColumn } from '../../table/besides.js'
import { isMissing } from '../../table/cells.js'
import { decodeTable, type Encoded, encodeTable, stackEncoded, takeEncoded } from '../../table/encoder.js'
import type { RawTable } from '../../table/raw.js'
import { takeTableRows } from '../../table/rows.js'
import { embedEncoded } from '../../table/standing.js'
import { type Column, isNumeric, type Table } from '../../table/table.js'
import { numberText, shareText } from '../../tell/numbers.js'
import type { Context } from '../context.js'
import { KeptLimits } from '../rules/kept-limits.js'
import type { CarriedRows, DrawnCoupling, RowsBetween } from './answer.js'
import { type CellColumn, cellColumns, onTheWay } from './carry-cells.js'
import { carryRows, partnersIn, withinBounds } from './carry-rows.js'
import { betweenEnds } from './ends.js'
import type { BridgeModel } from './model.js'
import type { BridgeRequest } from './options.js'
import { readLike } from './read-like.js'
import { bridgeOf, sidesOf } from './sides.js'
import { spikeWarnings } from './spike-warnings.js'
import { asTheyWere } from './unknown-levels.js'

/** Rows of a bridge's model as the whole table has them. */
export function wholeRows(model: Pick<BridgeModel, 'encoder' | 'rules'>, rows: Encoded, back?: Back): WrittenTable {
  return wholeOf(model, decodeTable(model.encoder, rows), back)
}

/** The same of rows that are a table already. */
function wholeOf({ encoder, rules }: Pick<BridgeModel, 'encoder' | 'rules'>, table: Table, back?: Back): WrittenTable {
  const drawn = { table, formats: encoder.formats }
  return rules ? putRulesBack(rules, drawn, back) : drawn
}

/** Both tables, as they are written. */
export const wholeSides = (model: BridgeModel): WholeSides => wholeSidesOf(model, model.summary.fromRows)

interface WholeSides {
  readonly from: Table
  readonly to: Table
}

/** The same of a model that is not summed up yet. */
export function wholeSidesOf(model: Pick<BridgeModel, 'encoder' | 'rules' | 'rows'>, fromRows: number): WholeSides {
  const toRows = model.rows.coordinates.rows - fromRows
  const whole = wholeRows(model, model.rows).table
  const part = (first: number, count: number): Table =>
    takeTableRows(
      whole,
      Uint32Array.from({ length: count }, (_, i) => first + i)
    )
  return { from: part(0, fromRows), to: part(fromRows, toRows) }
}

/** Times in ascending order, each once. Throws `InputError` (code `time-outside`). */
export function timesOf(at: readonly number[]): readonly number[] {
  const outside = at.find((time) => !(time >= 0 && time <= 1))
  if (at.length > 0 && outside === undefined) return [...new Set(at)].sort((a, b) => a - b)
  throw new InputError({
    code: 'time-outside',
    got: outside === undefined ? 'no times' : `the time ${outside}`,
    expected: 'times from 0, the first table, to 1, the second',
    try: '0.5 for half-way'
  })
}

/** Rows between both tables at times. Cost O(rows·m·d). */
export async function rowsBetween(
  model: BridgeModel,
  { at = [0.5], rows: count = model.summary.fromRows }: BridgeRequest,
  context: Context
): Promise<RowsBetween> {
  checkCount(count)
  const times = timesOf(at)
  const key = keyFor(context.key, 'between')
  const drawn: Encoded[][] = times.map(() => [])
  const cells = cellColumns(model)
  for (const batch of batchesOf({ count, key, watch: context.watch })) {
    const parts = await batchBetween(model, { times, count: batch.count, cells }, { ...context, key: batch.key })
    for (const [k, part] of parts.entries()) drawn[k]!.push(part)
    context.watch?.progress?.({ stage: 'between', done: batch.first + batch.count, total: count })
  }
  const decoded = decodeTable(model.encoder, stackEncoded(drawn.map(stackEncoded)))
  const kept = await cellsOf(model).within(decoded, { rows: decoded.rowCount, key: keyFor(context.key, 'cells') })
  const whole = wholeOf(model, kept, { key: keyFor(context.key, 'rules') })
  const sides = wholeSides(model)
  const way = times.reduce((sum, time) => sum + time, 0) / times.length
  const warnings = spikeWarnings({
    ...sides,
    start: sides.from,
    drawn: whole.table,
    way,
    why:
      cells.length === 0
        ? 'numbers on their way lie between those of both ends; --at 0,1 has the ends'
        : 'rounding and what levels never have may take it from both; --at 0,1 has the ends'
  })
  return { kind: 'between', ...whole, times, count, warnings }
}

const known = new WeakMap<BridgeModel, KeptLimits>()

/** What levels never have in either table: a row on its way has the numbers of both ends, and the categories of one. */
function cellsOf(model: BridgeModel): KeptLimits {
  const { encoder, rows } = model
  const found = known.get(model) ?? new KeptLimits(decodeTable(encoder, rows), encoder.formats)
  known.set(model, found)
  return found
}

async function batchBetween(
  model: BridgeModel,
  { times, count, cells }: { readonly times: readonly number[]; readonly count: number; readonly cells: readonly CellColumn[] },
  { engine, key }: Context
): Promise<Encoded[]> {
  const { encoder, rows, summary } = model
  const bridge = bridgeOf(model)
  const { sources, targets } = await drawPairs(bridge, count, key, engine)
  const starts = takeEncoded(rows, sources)
  const ends = partnersIn(model, targets)
  const paths = bridgePaths({ starts: starts.coordinates, ends: ends.coordinates }, { epsilon: summary.epsilon, times, key })
  // A row takes all its categories from the second table from a time on that is uniform: with probability t at time t.
  const turn = uniforms(keyFor(key, 'turn'), count)
  const width = encoder.factors.length
  return paths.map((free, k) => {
    const coordinates = betweenEnds(model, free)
    const isTurned = (i: number): boolean => turn[i]! < times[k]!
    return {
      coordinates: onTheWay({ starts, ends, paths: coordinates }, cells, isTurned),
      codes: starts.codes.map((code, at) => (isTurned(Math.floor(at / width)) ? ends.codes[at]! : code))
    }
  })
}

/** Where the rows of a table go, in their order; what they lack stays missing. Cost O(rows·(n + m)·d). Throws `InputError` as `readLike`. */
export async function rowsCarried(
  model: BridgeModel,
  { map: original, as = 'debiased' }: { readonly map: RawTable; readonly as?: BridgeRequest['as'] },
  { engine, key, watch }: Context
): Promise<CarriedRows> {
  const { whole, drawn, unknown, warnings: told } = readLike(model, original)
  const rows = encodeTable(model.encoder, drawn)
  watch?.progress?.({ stage: 'carrying', done: 0, total: 1 })
  const cells = cellColumns(model)
  const carried = await carryRows(model, rows, { as, key: keyFor(key, 'carry'), engine, cells })
  const decoded = decodeTable(model.encoder, withinBounds(model.encoder, carried))
  // A partner that is taken whole has what its levels have, and means are means.
  const kept =
    as === 'debiased'
      ? whereAllIsThere(drawn, await cellsOf(model).within(decoded, { rows: decoded.rowCount, key: keyFor(key, 'cells') }), decoded)
      : decoded
  const { table, formats } = wholeOf(model, kept, { key: keyFor(key, 'rules') })
  const moved = asTheyWere(model, stillMissing(table, whole), { whole, unknown })
  const warnings = [
    ...told,
    ...(await farWarnings(model, { rows, drawn }, engine)),
    ...lackWarnings(whole, unknown),
    ...endWarnings(model, { held: carried.held, count: original.rowCount }),
    ...(as === 'drawn' ? [] : leftWarnings(model, { start: whole, drawn: moved, as, hasCells: cells.length > 0 }))
  ]
  return {
    kind: 'carried',
    table: moved,
    formats,
    original,
    keys: keysOfCarried(model, original, { before: whole, after: moved }),
    warnings
  }
}

/** Keys that the rows have, where what tells them was carried. */
function keysOfCarried(
  { keys, reading }: BridgeModel,
  original: RawTable,
  rows: { readonly before: Table; readonly after: Table }
): readonly KeyColumn[] {
  if (!keys) return []
  const names = [...keys.keys, ...keys.references].map(({ column }) => column).filter((name) => hasColumn(original, name))
  return keysCarried(keys, { ...rows, keys: names.map((name) => keyColumn(original, name, reading.missing)) })
}

interface Left {
  readonly start: Table
  readonly drawn: Table
  readonly as: BridgeRequest['as']
  readonly hasCells: boolean
}

/** Share of the rows that stand at one end: fewer are as few as the last ones of a table are. */
const MANY_AT_END = 0.05

/** Where many rows stand at the ends of a column, which the map would have taken beyond: a heap there is none of the data. */
function endWarnings(
  { encoder }: BridgeModel,
  { held, count }: { readonly held: Uint32Array | undefined; readonly count: number }
): NamedWarning[] {
  return encoder.columns.flatMap((code) => {
    const rows = code.carries === 'coordinate' ? (held?.[code.coordinate] ?? 0) : 0
    if (rows <= MANY_AT_END * count) return []
    const message = `${code.name}: ${rows} of ${counted(count, 'row')} would lie beyond what the second table has, and stand where it ends: rows of the first spread more there than those of the second; --as drawn takes a partner whole, a smaller --bandwidth follows the spread`
    return [{ name: 'held-at-end', message }]
  })
}

/** A partner that is taken whole keeps what stands out. */
const leftWarnings = (model: BridgeModel, { start, drawn, as, hasCells }: Left): NamedWarning[] =>
  spikeWarnings({
    ...wholeSides(model),
    start,
    drawn,
    way: 1,
    why: !hasCells
      ? 'a mean of partners leaves a value that stands out; --as drawn takes a partner whole'
      : as === 'barycentric'
        ? 'a mean of partners leaves a value that stands out; --as debiased keeps it, and drawn takes a partner whole'
        : 'there are more or fewer of it where these rows are than in the first table on the whole; --as drawn takes a partner whole'
  })

/** Rows as they are kept, and as they were where a number is missing: what stands in its place says nothing of others. */
function whereAllIsThere({ columns, rowCount }: Table, kept: Table, before: Table): Table {
  const lacks = Uint8Array.from({ length: rowCount }, (_, i) => Number(columns.some((column) => isNumeric(column) && isMissing(column, i))))
  const all = kept.columns.map((column, c): Column => {
    const own = before.columns[c]!
    return isNumeric(column) && isNumeric(own)
      ? { ...column, values: column.values.map((x, i) => (lacks[i] ? own.values[i]! : x)) }
      : column
  })
  return { ...kept, columns: all }
}

/** Numbers that are missing in the rows stay missing. */
function stillMissing(table: Table, rows: Table): Table {
  const columns = table.columns.map((column): Column => {
    const before = rows.columns.find(({ name }) => name === column.name)
    if (!isNumeric(column) || !before || !isNumeric(before) || !before.missing) return column
    return { ...column, missing: before.missing.map((mark, i) => (mark || column.missing?.[i] ? 1 : 0)) }
  })
  return { ...table, columns }
}

function lackWarnings({ columns, rowCount }: Table, unknown: ReadonlyMap<string, Uint8Array>): NamedWarning[] {
  const rows = Array.from({ length: rowCount }, (_, i) => i)
  // A category whose tables lack cells too has a level for that.
  const isLacking = (column: Column): boolean =>
    isNumeric(column)
      ? (column.missing?.includes(1) ?? false)
      : rows.some((i) => isMissing(column, i) && unknown.get(column.name)?.[i] === 1)
  const lacking = columns.filter(isLacking)
  if (lacking.length === 0) return []
  const where = lacking.every(isNumeric) ? 'at the mean' : 'at the mean, or the commonest value,'
  const message = `rows lack cells of ${listed(lacking.map(({ name }) => name))}: these stay missing, and the rows are carried as if they were ${where} there; fill them first with sbridge impute`
  return [{ name: 'missing-cells', message }]
}

interface Asked {
  readonly rows: Encoded
  /** The same as a table: what it lacks stands at the mean in `rows`. */
  readonly drawn: Table
}

/** Rows that lie farther from the first table than any row of it from its others, in the columns that they have: nothing there tells where they go. */
async function farWarnings(model: BridgeModel, asked: Asked, engine: Context['engine']): Promise<NamedWarning[]> {
  const { reach, fromRows } = model.summary
  const points = embedEncoded(model.encoder, asked.rows)
  const from = sidesOf(model, fromRows).from.points
  const far: number[] = []
  for (const [lacking, own] of byLacking(model, asked.drawn)) {
    const present = Array.from({ length: points.cols }, (_, c) => c).filter((c) => !lacking.includes(c))
    if (present.length === 0) continue
    const pair = {
      from: cloud(takeColumns(takeRows(points, own), present)),
      to: cloud(lacking.length === 0 ? from : takeColumns(from, present)),
      kernel: gaussianKernel(1)
    }
    const { squaredDistances } = await engine.nearest(pair, 1)
    far.push(...Array.from(squaredDistances, Math.sqrt).filter((distance) => distance > reach))
  }
  if (far.length === 0) return []
  const most = reach > 0 ? `, up to ${numberText(far.reduce((a, b) => Math.max(a, b)) / reach)} times as far` : ''
  const message = `${far.length} of ${counted(asked.drawn.rowCount, 'row')} lie farther from the first table than any of its own rows from the others${most}: they move like the nearest rows, which no data support`
  return [{ name: 'far-outside', message }]
}

/** Rows by the coordinates whose cells they lack. */
function byLacking({ encoder }: BridgeModel, { columns, rowCount }: Table): (readonly [readonly number[], number[]])[] {
  const coordinates = encoder.columns.flatMap((code, c) => (code.carries === 'coordinate' ? [[code.coordinate, columns[c]!] as const] : []))
  const groups = new Map<string, readonly [readonly number[], number[]]>()
  for (let i = 0; i < rowCount; i++) {
    const lacking = coordinates.flatMap(([coordinate, column]) => (isMissing(column, i) ? [coordinate] : []))
    const group = groups.get(lacking.join()) ?? ([lacking, []] as const)
    group[1].push(i)
    groups.set(lacking.join(), group)
  }
  return [...groups.values()]
}

/** Entries of a coupling that are kept at most: more make files that nobody reads. */
const MOST_ENTRIES = 1e7

/** Name of the warning that a coupling has less than it should. */
export const PARTNERS_CUT = 'partners-cut'

/** Who goes with whom: the heaviest partners of every row of the first table until 95 % of its mass. Cost O(n·m·d). */
export function heaviestPartners(model: BridgeModel, { watch }: Context): DrawnCoupling {
  const most = Math.max(1, Math.floor(MOST_ENTRIES / model.summary.fromRows))
  const coupling = sparseCoupling(bridgeOf(model), { most, watch })
  const short = coupling.kept < PARTNER_SHARE
  const message = `each row has its ${most} heaviest partners, ${shareText(coupling.kept)} of all mass, in place of 95 %: fewer rows, or a smaller --bandwidth, keep more`
  return { kind: 'coupling', ...coupling, warnings: short ? [{ name: PARTNERS_CUT, message }] : [] }
}
