import { findExclusive } from '../../code/rules/exclusive.js'
import { derives } from '../../code/rules/kept-rules.js'
import { DAY } from '../../code/rules/quantity.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { defined } from '../../num/defined.js'
import { beside as columnsBeside, type Matrix, matrix, rowOf } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import type { Encoder } from '../../table/encoder.js'
import { writtenUnit } from '../../table/present.js'
import type { RawTable } from '../../table/raw.js'
import { keepColumns, numbersOf, takeTableRows, unusedName } from '../../table/rows.js'
import { type CategoricalColumn, isCategorical, isNumeric, type Table } from '../../table/table.js'
import type { Context } from '../context.js'
import type { FurtherLaw } from '../panel/draw.js'
import { beside, encoderOf, fitFurther, namesBeside } from '../panel/fit.js'
import { methodsOf, scalingOf } from '../panel/methods.js'
import { contextOfRows } from '../panel/past.js'
import { LEAST_FURTHER } from '../panel/read.js'
import { sumsBefore } from '../panel/running.js'
import { firstsOf, groupOfRows } from '../panel/spans.js'
import type { PanelTimes } from '../panel/times.js'
import { endLifts } from '../panel/urns.js'
import { findWalls } from '../panel/walls.js'
import { keptOrder } from '../table/ordered.js'
import type { Aggregate } from './aggregates.js'
import { findBounds } from './bounds.js'
import { type ChildRows, readChildRows, withOwn } from './child-rows.js'
import { type CountLaw, countsOf, fitCounts } from './counts.js'
import { type EndLaw, endDate, endLaw, endsOf, untilIn } from './end-law.js'
import { fitGiven } from './given-law.js'
import { type ForeignKey, keyText } from './keys.js'
import { kinNamed, withAllKin } from './kin.js'
import type { LineNumbers } from './line-numbers.js'
import { type Links, linksOfSome } from './links.js'
import type { Besides, ChildLaw } from './model.js'
import { findNear } from './near.js'
import { findParentLookups, type ParentLookup } from './parent-lookups.js'
import { fitPick, type JoinedColumns, joinedColumns, type PickLaw, sameColumns } from './pick-law.js'
import type { OneTable, Referred } from './rows-of-table.js'
import { inputsUsed, ruleInputs } from './rule-inputs.js'
import { isEmpty, namesOf, passedOn } from './siblings.js'
import { datesOf, startLaw } from './start-law.js'
import { type ThroughKey, throughOf } from './through-keys.js'
import { findToldApart, statedApart, type ToldApart, withStated } from './told-apart.js'

interface ChildProblem {
  /** The table without its keys into others, or of many rows some. */
  readonly raw: RawTable
  /** Which these are; absent: all. */
  readonly rows?: Uint32Array | undefined
  /** The key that gives the number of rows, and the others, by which rows choose; of all rows. */
  readonly links: Links
  readonly others: readonly Links[]
  /** Keys into tables that stay as they are, of which each is a category of its rows. */
  readonly chosen: readonly Links[]
  /** What numbers the rows of each parent, and the numbers of the rows of `raw`. */
  readonly lines?: { readonly law: LineNumbers; readonly of: Float64Array } | undefined
  /** The table that a key leads to. */
  readonly referred: (links: Links) => Referred
  /** A table that is drawn before, as it is. */
  readonly wholeOf: (name: string) => WrittenTable
  /** Whether its rows stay as they are. */
  readonly keptBy: (links: Links) => boolean
  /** Keys of a table that is drawn before, into others; and those into itself too. */
  readonly linksFrom: (table: string) => readonly Links[]
  readonly allFrom: (table: string) => readonly Links[]
  /** Keys into a table, of others that are drawn before. */
  readonly linksInto: (table: string) => readonly Links[]
  /** The same, and its keys into itself. */
  readonly countedBy: (table: string) => readonly Links[]
  /** Columns of rows that they lead to which they say themselves. */
  readonly said: readonly Aggregate[]
  /** Columns in which no two rows agree, as somebody says. */
  readonly unique: readonly ToldApart[]
  readonly options: OneTable
}

/** Fits how rows come about that refer to rows of others. Cost: that of a law of counts for each key, of first rows and of further rows. */
export async function fitChild(problem: ChildProblem, context: Context): Promise<ChildLaw & { readonly read: ChildRows }> {
  const { raw, rows, links, lines, options } = problem
  const parent = problem.referred(links)
  const { parentOf } = linksOfSome(links, rows)
  const { table: wide, kin } = withAllKin(links.key.to.table, parent.whole.table, {
    linksFrom: problem.linksFrom,
    linksInto: problem.linksInto,
    wholeOf: (name) => problem.wholeOf(name).table
  })
  const { inputs, written: others } = ruleInputs({
    links: [links, ...problem.others, ...problem.chosen].map((one) => linksOfSome(one, rows)),
    linksFrom: problem.linksFrom,
    wholeOf: problem.wholeOf,
    said: problem.said
  })
  const { read, picks, through, lookups } = await withPicks(
    problem,
    readChildRows(raw, { parentOf, lines: lines?.of, parent: wide, others }, options),
    wide,
    context
  )
  const names = namesBeside([...read.own.table.columns, ...read.data.table.columns])
  const without = links.empty + links.orphans
  const none = noneOf(parent.context)
  const alone = read.order.length - (read.first.length - 1) < LEAST_FURTHER
  const groups = groupsIn(read, alone)
  const start = read.times && startLaw({ at: startsIn(read.times, groups.first), groupOf: groups.groupOf }, wide, read.times.ticks)
  const given = givenOf({ parents: parent.context, none }, { ...groups, marked: without > 0 })
  const dates = read.times && datesOf(start, groups.groupOf, wide, read.times.ticks)
  const heads = firstRows(read, { ...groups, names, dates })
  const besides = besidesIn(parent.whole.table, [...read.own.table.columns, ...read.data.table.columns, ...heads.table.columns])
  const besidesOf = (groupOf: Int32Array) => categoriesOf(besides, parent.whole.table, groupOf)
  const constants = encoderOf(heads, read.constant, methodsOf(heads.table, 'auto')[0])
  const { times, time, rules, keys, data } = read
  const known = knownOf({ given, heads: heads.table, constants, start: times && names.start })
  const end = times && endOf(read, { ...groups, parent: wide, dates: start && dates })
  const further =
    alone || isStill(read)
      ? undefined
      : await furtherLaw(
          read,
          {
            known,
            names,
            options,
            ends: end && endsOf(end, dates!, untilIn(end, { ...groups, parent: wide, ticks: times!.ticks })),
            besides: besidesOf(read.groupOf)
          },
          context
        )
  const isTold = new Set([
    ...[...read.copies, ...lookups, ...picks.flatMap(({ same }) => same), ...through.flatMap(({ same }) => same)].map(
      ({ column }) => column
    ),
    ...namesOf(read.siblings),
    ...passedOn(read.siblings),
    ...(rules?.rules.flatMap((rule) => (derives(rule) && rule.kind !== 'order' ? [rule.column] : [])) ?? [])
  ])
  const led = [
    { key: keyText(links.key), table: wide, rowOf: parentOf },
    ...problem.others.map((one) => ({
      key: keyText(one.key),
      table: problem.referred(one).whole.table,
      rowOf: linksOfSome(one, rows).parentOf
    }))
  ]
  const isChosen = (key: string | undefined) => picks.some((pick) => keyText(pick.key) === key)
  const bounds = options.rules === 'off' ? [] : findBounds({ own: besidePassed(read), led, isFree: (name) => !isTold.has(name), isChosen })
  // What ends as the next one starts needs no more said, and keys that go without saying follow the others.
  const along = through.map(({ key }) => key)
  const exclusive = (
    options.rules === 'off'
      ? []
      : findExclusive(read.whole.table, [
          { key: links.key, rowOf: parentOf },
          ...[...problem.others, ...problem.chosen].map((one) => ({ key: one.key, rowOf: linksOfSome(one, rows).parentOf }))
        ])
  ).filter(({ key, end: last }) => !along.includes(key) && !(key === links.key && namesOf(read.siblings).has(last)))
  const found =
    options.rules === 'off' || picks.length === 0
      ? []
      : findToldApart(
          read.whole.table,
          [links, ...problem.others].map((one) => ({ key: one.key, rowOf: linksOfSome(one, rows).parentOf })),
          ({ column }) => picks.some(({ key }) => key.column === column)
        ).filter((set) => !set.some((name) => namesOf(read.siblings).has(name)))
  const unique = withStated(
    statedApart(
      problem.unique,
      read.whole.table,
      [links, ...problem.others].map(({ key }) => key)
    ),
    found
  )
  const named = new Set([
    ...bounds.flatMap(({ low, high, parent: side, other }) => (other ? [low, high] : side ? [side === 'low' ? low : high] : [])),
    ...read.copies.map(({ from }) => from),
    ...lookups.map(({ from }) => from),
    ...[start?.column, end?.date?.column].filter((name) => name !== undefined)
  ])
  const kinTold = kinNamed(kin, named)
  const used = inputsUsed(inputs, rules)
  return {
    key: links.key,
    ...(kinTold.length > 0 ? { kin: kinTold } : {}),
    ...(bounds.length > 0 ? { bounds, told: [...isTold] } : {}),
    ...(exclusive.length > 0 ? { exclusive } : {}),
    ...(unique.length > 0 ? { unique } : {}),
    ...(lines ? { lines: lines.law } : {}),
    ...(read.copies.length > 0 ? { copies: read.copies } : {}),
    ...(isEmpty(read.siblings) ? {} : { siblings: read.siblings }),
    counts: withRows(
      await fitCounts(
        countsOf(links),
        parent.context,
        { ...context, key: keyFor(context.key, 'counts') },
        {
          table: parent.whole.table,
          beside: problem.countedBy(links.key.to.table)
        }
      ),
      problem,
      links
    ),
    picks,
    ...(through.length > 0 ? { through } : {}),
    ...(lookups.length > 0 ? { lookups } : {}),
    heads: await fitGiven(
      { ...heads, given, besides: besidesOf(groups.groupOf), liftsOf: further && headLifts(further.law, groups.sizes) },
      { ...context, key: keyFor(context.key, 'heads') }
    ),
    ...(further ? { further: further.law } : {}),
    alone,
    constants,
    besides,
    orphanRate: without / Math.max(1, links.parentOf.length - without),
    none: without > 0 ? none : new Float64Array(0),
    names,
    ...(times
      ? {
          time: { name: time!, ticks: times.ticks, start, ...(!further || further.shares ? { end } : { cut: end?.last, until: end?.date }) }
        }
      : {}),
    formats: data.formats,
    rules,
    ...(used.length > 0 ? { ruleInputs: used } : {}),
    keys,
    rowOrder: hasRows(read) ? keptOrder(raw, options) : undefined,
    read
  }
}

/** The columns but those that rows have from the row before, which are there last. */
const besidePassed = ({ whole, siblings }: ChildRows): Table =>
  keepColumns(whole, ({ name }) => ![...siblings.running, ...siblings.carried].some(({ column }) => column === name)).table

/** Where times end. Where no law of them has an end, and some rows' parents say one, those of the others end at the last of all. */
function endOf(
  { times, time, data }: ChildRows,
  { groupOf, parent, dates, ...groups }: RowGroups & { readonly parent: Table; readonly dates: Float64Array | undefined }
): EndLaw | undefined {
  const { at, ticks } = times!
  const law = endLaw({ ...groups, groupOf, at }, dates)
  const format = data.formats.find(({ name }) => name === time)
  const inGroup = groupOfRows(groups.first)
  const ofRows = Int32Array.from(at, (_, i) => groupOf[inGroup[i]!]!)
  const date = endDate(at, { parent, groupOf: ofRows, ticks }, format?.kind === 'datetime' && (writtenUnit(format) ?? 0) < DAY)
  return date ? { ...(law ?? { last: at.reduce((a, b) => Math.max(a, b)) }), date } : law
}

/** Counts of rows that stay as they are. */
const withRows = (law: CountLaw, { keptBy }: Pick<ChildProblem, 'keptBy'>, links: Links): CountLaw =>
  keptBy(links) ? { ...law, ofRows: countsOf(links) } : law

/** Rows with the columns of those that they choose beside their own; those that are always the same as one of these are not drawn. */
async function withPicks(
  { links: counted, others: all, rows, referred, keptBy, linksFrom, allFrom, linksInto, countedBy, options }: ChildProblem,
  read: ChildRows,
  wide: Table,
  context: Context
) {
  const ways = waysThrough(counted, all, allFrom)
  const others = all.filter((one) => !ways.has(one))
  const names = new Set([...read.data.table.columns, ...read.own.table.columns].map(({ name }) => name))
  const parentOf = rowsOf(read)
  const picks: PickLaw[] = []
  const through: ThroughKey[] = []
  let own: ChildRows['own'] = read.own
  const orderOf = (links: Links): Links => {
    const some = linksOfSome(links, rows)
    return { ...links, parentOf: Int32Array.from(read.order, (row) => some.parentOf[row]!) }
  }
  for (const [links, way] of ways) {
    const { parentOf: targetOf, key } = orderOf(links)
    const same = sameColumns(own.table, joinedColumns({ key, parentOf: targetOf }, referred(links).whole, names), targetOf)
    through.push({ ...way, same })
    own = joinedTo(own, NOTHING_JOINED, new Set(same.map(({ column }) => column)))
  }
  const lookups: ParentLookup[] = []
  for (const links of options.rules === 'off' ? [] : [counted, ...ways.keys()]) {
    const { parentOf: targetOf, key } = orderOf(links)
    const parent = links === counted ? wide : referred(links).whole.table
    const found = findParentLookups({ key, own: own.table, parent, parentOf: targetOf })
    lookups.push(...found)
    own = joinedTo(own, NOTHING_JOINED, new Set(found.map(({ column }) => column)))
  }
  for (const links of others) {
    const { context: targets, whole } = referred(links)
    const inOrder = orderOf(links)
    const joined = joinedColumns(inOrder, whole, names)
    const starts = [counted, ...others.slice(0, picks.length)].map(orderOf)
    const near = options.rules === 'off' ? undefined : findNear(inOrder, { starts, linksFrom, linksInto })
    const pick = await fitPick(
      {
        links: inOrder,
        counts: countsOf(links),
        targets,
        counted: { table: whole.table, beside: countedBy(links.key.to.table) },
        parentOf,
        joined,
        own: own.table,
        near
      },
      { ...context, key: keyFor(context.key, 'picks') }
    )
    picks.push({ ...pick, counts: withRows(pick.counts, { keptBy }, links) })
    for (const { name } of joined.columns) names.add(name)
    own = joinedTo(own, joined, new Set(pick.same.map(({ column }) => column)))
  }
  return { picks, through, lookups, read: all.length === 0 && lookups.length === 0 ? read : withOwn(read, own) }
}

/** Keys that go without saying, each behind that by which it does. */
function waysThrough(counted: Links, all: readonly Links[], linksFrom: ChildProblem['allFrom']): Map<Links, Omit<ThroughKey, 'same'>> {
  const ways = new Map(
    all.flatMap((one) => {
      const way = throughOf(one, { others: [counted, ...all.filter((other) => other !== one)], linksFrom })
      return way ? [[one, way] as const] : []
    })
  )
  // As keys lead in no circle, neither do ways.
  const depth = (key: ForeignKey): number => {
    const way = [...ways.values()].find((one) => one.key === key)
    return way ? 1 + depth(way.by) : 0
  }
  return new Map([...ways].sort(([a], [b]) => depth(a.key) - depth(b.key)))
}

const NOTHING_JOINED: JoinedColumns = { columns: [], formats: [], joined: [] }

function joinedTo(own: WrittenTable, joined: JoinedColumns, same: ReadonlySet<string>): WrittenTable {
  const { table, formats } = keepColumns(own, ({ name }) => !same.has(name))
  return { table: { ...table, columns: [...table.columns, ...joined.columns] }, formats: [...formats, ...joined.formats] }
}

/** What is known of the levels of first rows, where some come at the ends of groups alone. */
export const headLifts =
  ({ past }: Pick<FurtherLaw, 'past'>, sizes: Float64Array) =>
  (encoder: Encoder): Matrix | undefined =>
    endLifts(encoder, past, sizes)

/** Nothing varies behind first rows. */
const isStill = ({ varying, times }: ChildRows): boolean => varying.length === 0 && (!times || times.ticks.schedule !== undefined)

const hasRows = ({ data, time }: ChildRows): boolean => time !== undefined || data.table.columns.some(({ kind }) => kind !== 'identifier')

interface RowGroups {
  readonly groupOf: Int32Array
  readonly sizes: Float64Array
  /** Where their rows begin, and the end. */
  readonly first: Uint32Array
}

/** The groups of rows; or every row as one, with the number of those of its parent. */
function groupsIn(read: ChildRows, alone: boolean): RowGroups {
  const sizes = sizesOf(read)
  if (!alone) return { groupOf: read.groupOf, sizes, first: read.first }
  const each = Float64Array.from(groupOfRows(read.first), (g) => sizes[g]!)
  return { groupOf: rowsOf(read), sizes: each, first: firstsOf(each.map(() => 1)) }
}

const startsIn = ({ at }: PanelTimes, first: Uint32Array): Float64Array =>
  Float64Array.from(first.subarray(0, first.length - 1), (row) => at[row]!)

interface FurtherProblem {
  readonly known: Matrix
  readonly names: ChildLaw['names']
  readonly options: OneTable
  /** Ticks that groups end at, where times have an end [G]. */
  readonly ends: Float64Array | undefined
  readonly besides: Table
}

const areIn = ({ columns }: Table, names: readonly string[]): boolean =>
  names.every((name) => columns.some((column) => column.name === name))

async function furtherLaw(
  { own, whole, order, first, times, varying, constant, siblings }: ChildRows,
  { known, names, options, ends, besides }: FurtherProblem,
  context: Context
): Promise<{ readonly law: FurtherLaw; readonly shares: boolean }> {
  const { bandwidth, scaling } = options
  const asked = defined({ bandwidth, scaling: scaling && scalingOf(scaling, own.table) })
  const running = siblings.running.filter(({ column, terms }) => areIn(own.table, [column, ...terms.map((term) => term.column)]))
  const runs =
    order.length > 0
      ? takeTableRows(keepColumns(whole, ({ name }) => running.some(({ column }) => column === name)).table, order)
      : undefined
  const numbers = [...own.table.columns.filter(({ name }) => varying.includes(name)), ...(runs?.columns ?? [])].filter(isNumeric)
  const walls = options.rules === 'off' ? [] : findWalls(numbers, own.table)
  const { past, steps, shares } = await fitFurther(
    { data: own, first, times, varying, ends, besides },
    { known, names, options: asked, sums: sumsBefore(running, own, first) },
    context
  )
  const summed = { walls, formats: own.formats, ...(running.length > 0 ? { running } : {}) }
  return { law: { past, steps, panel: { constant, varying, names, ...(times ? { ticks: times.ticks } : {}), ...summed } }, shares }
}

/** The categories of a table, under names beside those of columns. */
function besidesIn({ columns }: Table, others: readonly { readonly name: string }[]): Besides {
  const taken = new Set(others.map(({ name }) => name))
  return columns.filter(isCategorical).map(({ name: column }) => {
    const name = unusedName(column, taken)
    taken.add(name)
    return { column, name }
  })
}

/** Those of the rows that groups refer to; missing where there is none [G]. */
export function categoriesOf(besides: Besides, parents: Table, groupOf: Int32Array): Table {
  const columns = besides.map(({ column, name }) => {
    const own = parents.columns.find((one) => one.name === column) as CategoricalColumn
    return { ...own, name, codes: groupOf.map((parent) => (parent < 0 ? -1 : own.codes[parent]!)) }
  })
  return { columns, rowCount: groupOf.length }
}

const sizesOf = ({ first }: ChildRows): Float64Array => Float64Array.from({ length: first.length - 1 }, (_, g) => first[g + 1]! - first[g]!)

/** The parent of each row. */
const rowsOf = ({ first, groupOf }: ChildRows): Int32Array => Int32Array.from(groupOfRows(first), (g) => groupOf[g]!)

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

interface FirstRows extends Pick<RowGroups, 'first'> {
  readonly names: ChildLaw['names']
  /** Ticks that the first ones are counted from, where there are times [G]. */
  readonly dates: Float64Array | undefined
}

/** The first row of each group, with how long after the parent's date it stands. */
function firstRows({ own, times }: ChildRows, { first, names, dates }: FirstRows): WrittenTable {
  const table = takeTableRows(own.table, first.subarray(0, first.length - 1))
  if (!times || !dates) return { table, formats: own.formats }
  const gaps = startsIn(times, first).map((tick, g) => tick - dates[g]!)
  const start = beside(names.start, gaps, gaps.every(Number.isInteger) ? times.ticks : { kind: 'real' })
  return { table: { ...table, columns: [...table.columns, start.column] }, formats: [...own.formats, start.format] }
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
  return columnsBeside(own, matrix(heads.rowCount, 1, numbersOf(heads, start).values))
}
