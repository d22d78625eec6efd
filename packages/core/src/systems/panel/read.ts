import { leaveKeysOut } from '../../code/keys/leave-keys-out.js'
import { isMeasured, keepRules } from '../../code/rules/keep.js'
import type { KeptRules } from '../../code/rules/kept-rules.js'
import { lateRules } from '../../code/rules/late.js'
import { inputsOf, type Rule, ruleText } from '../../code/rules/rule.js'
import { takeRulesOut } from '../../code/rules/stacked.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { counted, flagWord, listed, typesFlag } from '../../num/listed.js'
import type { Matrix } from '../../num/matrix.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { digitTimes, digitTimesNote } from '../../table/infer-digits.js'
import { mergeRareLevels } from '../../table/rare-levels.js'
import type { RawTable } from '../../table/raw.js'
import { keepColumns, takeTableRows } from '../../table/rows.js'
import { type CategoricalColumn, type Column, isCategorical, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { unknownColumn } from '../../table/unknown-column.js'
import { keepingLast } from '../keeping-last.js'
import type { PanelOptions } from '../options/panel-options.js'
import { prepareTable, readingOf, type TableOptions } from '../prepare.js'
import type { RuleOptions } from '../rules/rule-options.js'
import { equalNotes, keptBeside, knownRules, measuredIn, rulesOf } from '../rules/ruled-rows.js'
import { type Carried, carriedText, endOfRows, findCarried, takeCarriedOut } from './carried.js'
import { findGroupSums, type GroupSum, groupSumText } from './group-sums.js'
import { findRunningSums, type RunningSum, runningText, sumsBefore, takeRunningOut } from './running.js'
import { areListed, clockColumn, type PanelTimes, timesOf, togetherNotes } from './times.js'
import { findWalls, type Wall } from './walls.js'

type PanelInput = TableOptions & RuleOptions & PanelOptions & { readonly scaling?: unknown }

/** A column of the table as it was read: its name, how it is written, and what it is to the panel. */
export interface PanelColumn {
  readonly format: ColumnFormat
  readonly role: 'key' | 'time' | 'other'
}

/** A table whose rows belong to groups, its rows in the order of groups and of their times. */
export interface PanelTable {
  /** Without key and time, and without what rules derive. */
  readonly data: InferredTable
  /** Where each group's rows begin, and the end [G + 1]. */
  readonly first: Uint32Array
  /** Keys of groups in the order in which these begin in the data, and the first row of each, whole but for its key. */
  readonly keys: { readonly cells: readonly string[]; readonly heads: Table }
  readonly times?: PanelTimes | undefined
  /** Columns that are constant in every group. */
  readonly constant: readonly string[]
  /** All others that are modelled. */
  readonly varying: readonly string[]
  readonly rules?: KeptRules | undefined
  /** What is computed from times, and from what runs on. */
  readonly late?: KeptRules | undefined
  /** Columns that run on through a group; in the data they are what they were before its first row. */
  readonly running: readonly RunningSum[]
  /** Columns that are others of the row before; in the data they are what the first row of their group has. */
  readonly carried: readonly Carried[]
  /** Columns that sum others up over each group. */
  readonly groupSums: readonly GroupSum[]
  /** What these are before each row [n, R]. */
  readonly sums: Matrix
  /** Sides of nought that drawn numbers keep to. */
  readonly walls: readonly Wall[]
  /** All columns, in their order. */
  readonly layout: readonly PanelColumn[]
}

/** Fewer groups are the levels of a factor rather than a sample of groups. */
export const LEAST_GROUPS = 5
/** Rows behind others in their groups from which how rows follow each other can be learned at all: a spread needs as many. */
export const LEAST_FURTHER = 3
/** Laws of so few groups are hardly known: a note says so. */
const FEW_GROUPS = 20

/**
 * Reads a table as groups of rows. Throws `InputError`: no such column (`column-unknown`), cells without a key (`group-missing`),
 * too few groups (`groups-few`), hardly a group of two rows (`groups-alone`), times that are none (`time-column`). Cost O(cells · log n).
 */
export const readPanel = keepingLast(relevant, read)

/** What of the options is about reading. */
function relevant({ group, time, rules, rule, scaling, ...options }: PanelInput): PanelInput {
  return { ...readingOf(options), ...defined({ group, time, rules, rule, scaling }) }
}

function read(raw: RawTable, options: PanelInput): PanelTable {
  const { group, minCell, time: named, ...reading } = options
  const digits = digitClock(raw, options)
  const asRead = prepareTable(raw, {
    ...reading,
    mergesSingles: minCell !== undefined,
    types: { ...options.types, ...(digits ? { [digits.name]: 'datetime' } : {}), [group!]: 'category' }
  }).data
  const key = keyColumn(asRead.table, group!)
  const whole = minCell === undefined ? asRead : mergeRareLevels(asRead, minCell, { of: key.codes, column: group! })
  const begins = named === undefined ? undefined : clockColumn(whole.table, named, group!)
  const { order, first } = ordered(key, begins)
  checkGroups(key, first)
  const end = begins && options.rules !== 'off' ? endIn(whole.table, begins, { order, first }) : undefined
  const clock = end ?? begins
  const time = clock?.name
  const layout = whole.formats.map((format): PanelColumn => {
    return { format, role: format.name === group ? 'key' : format.name === time ? 'time' : 'other' }
  })
  const others = keepColumns(whole, ({ name }) => name !== group && name !== time)
  const unordered = leaveKeysOut(raw, others, { ...options, forms: 'off' })
  const inOrder = { ...unordered, table: takeTableRows(unordered.table, order) }
  const groupSums = options.rules === 'off' ? [] : findGroupSums(inOrder, first).filter(({ column }) => !isNamed(column, options))
  const drawn = keepColumns(inOrder, ({ name }) => !groupSums.some(({ column }) => column === name))
  const running = options.rules === 'off' ? [] : findRunningSums(drawn, first, clock !== undefined)
  const inTime = clock && (takeTableRows({ columns: [clock], rowCount: order.length }, order).columns[0] as NumericColumn)
  const inFormat = whole.formats.find(({ name }) => name === time)
  const times = inTime && timesOf(inTime, whole.formats, first)
  const timed = times && options.rules !== 'off' ? { column: inTime, format: inFormat!, isListed: areListed(times, first) } : undefined
  const { carried, late } = timed ? carriedIn(drawn, { options, running, time: timed, first }) : { carried: [], late: undefined }
  const own = late ? keepColumns(drawn, ({ name }) => !late.rules.some(({ column }) => column === name)) : drawn
  const rest = takeCarriedOut(carried, takeRunningOut(running, own, first), first)
  const rules = groupRules(rest, first, { options, running })
  // What is the same in all rows of a group is drawn once, as it is.
  const still = rest.table.columns.filter((column) => isConstant(column, first)).map(({ name }) => name)
  const isOfRows = (rule: Rule): boolean =>
    rule.kind === 'formula' && ![...still, ...running.map((sum) => sum.column)].includes(rule.column)
  const measured = options.rules === 'off' ? undefined : measuredIn(rest, rules, options, still)
  // What its rows repeat shows nothing.
  const known = options.rules === 'off' ? [] : knownRules(rest, rules, options).filter(isOfRows)
  const kept = rules.length + known.length > 0 || (measured && isMeasured(measured)) ? keptBeside(rules, known, rest, measured) : undefined
  const data = kept ? takeRulesOut(kept, rest) : rest
  const modelled = data.table.columns.filter(({ kind }) => kind !== 'identifier')
  const constant = modelled.filter((column) => isConstant(column, first)).map(({ name }) => name)
  const varying = modelled.filter(({ name }) => !constant.includes(name)).map(({ name }) => name)
  refuseStill(varying, times, group!)
  const alike = constant.filter((name) => !columnsOf([...running, ...carried]).includes(name))
  const notes = [
    ...data.notes,
    ...(digits ? [digits.note] : []),
    ...(kept ? equalNotes(kept, data) : []),
    ...groupNotes({ key, first, constant: asNamed(alike, kept), varying: asNamed(varying, kept), group: group! }),
    ...ownNotes(rest.table.columns.filter(isCategorical), first),
    ...(times ? togetherNotes(times, { key, clock: inTime!, format: inFormat!, first }) : []),
    ...groupSums.map((sum) => `${groupSumText(sum)}: kept; --rules off draws ${sum.column} as any other column`),
    ...running.map((sum) => `${runningText(sum)}: kept in every group; --rules off draws ${sum.column} as any other column`),
    ...carried.map((one) => `${carriedText(one)}: kept in every group; --rules off draws ${one.column} as any other column`)
  ]
  return {
    data: { ...data, notes },
    first,
    keys: keysInOrder(key, whole.table, { order, first }),
    times,
    constant,
    varying,
    rules: kept,
    late,
    running,
    carried,
    groupSums,
    sums: sumsBefore(running, rest, first),
    walls: findWalls([...numbersNamed(data.table, varying), ...numbersNamed(drawn.table, columnsOf(running))], data.table),
    layout
  }
}

/** Groups by where the first of their rows stands: levels are sorted, in whose order any keys would seem to run. */
function keysInOrder(
  { name, codes, levels }: CategoricalColumn,
  table: Table,
  { order, first }: { readonly order: Uint32Array; readonly first: Uint32Array }
): PanelTable['keys'] {
  const groups = [...new Set(codes)]
  const heads = takeTableRows(
    table,
    groups.map((g) => order[first[g]!]!)
  )
  return { cells: groups.map((g) => levels[g]!), heads: { ...heads, columns: heads.columns.filter((column) => column.name !== name) } }
}

/** The column of times, where its whole numbers are days or months and nobody says what it is. */
function digitClock(
  { columns }: RawTable,
  { time, types = {}, missing }: PanelInput
): { readonly name: string; readonly note: string } | undefined {
  const column = columns.find(({ name }) => name === time)
  const dates = column && !Object.hasOwn(types, column.name) ? digitTimes(column, missing) : undefined
  if (!column || !dates) return undefined
  return {
    name: column.name,
    note: `${digitTimesNote(column.name, dates.style)}; ${typesFlag(column.name, 'integer')} takes them as numbers`
  }
}

/** Columns of the table among those that are drawn: a gap stands for what it is the gap of. */
function asNamed(drawn: readonly string[], kept: KeptRules | undefined): string[] {
  if (!kept) return [...drawn]
  const names = new Set(kept.columns.map(({ name }) => name))
  const gapOf = new Map(kept.rules.flatMap((rule) => (rule.kind === 'order' ? [[rule.gap, rule.column] as const] : [])))
  return drawn.map((name) => gapOf.get(name) ?? name).filter((name) => names.has(name))
}

/** Whether an option says what a column is: it is drawn then. */
const isNamed = (name: string, { types, scaling }: PanelInput): boolean =>
  Object.hasOwn(types ?? {}, name) || (typeof scaling === 'object' && scaling !== null && Object.hasOwn(scaling, name))

const columnsOf = (of: readonly { readonly column: string }[]): string[] => of.map(({ column }) => column)

/** Where rows end, if the next ones begin there. */
function endIn(
  { columns, rowCount }: Table,
  clock: NumericColumn,
  { order, first }: { readonly order: Uint32Array; readonly first: Uint32Array }
): NumericColumn | undefined {
  const inOrder = takeTableRows({ columns: columns.filter(isNumeric), rowCount }, order)
  const end = endOfRows(inOrder, inOrder.columns.find(({ name }) => name === clock.name) as NumericColumn, first)
  return columns.filter(isNumeric).find(({ name }) => name === end?.name)
}

/**
 * Columns that are others of the row before, with what waits for them. What is computed of the time
 * is not carried over.
 */
function carriedIn(drawn: InferredTable, { first, ...late }: Late & { readonly first: Uint32Array }) {
  const { options, running, time } = late
  const own = lateIn(drawn, late)
  const sums = running.flatMap(({ column, terms }) => [column, ...terms.map((term) => term.column)])
  const others = new Set([time.column.name, ...sums])
  const early = new Set(columnsOf(own?.rules ?? []))
  const columns = [...drawn.table.columns.filter(({ name }) => !early.has(name)), time.column]
  const found = findCarried({ ...drawn.table, columns }, first).filter(({ column }) => !others.has(column) && !isNamed(column, options))
  return { carried: found, late: found.length === 0 ? own : lateIn(drawn, { ...late, carried: found }) }
}

const numbersNamed = ({ columns }: Table, names: readonly string[]): NumericColumn[] =>
  columns.filter(isNumeric).filter(({ name }) => names.includes(name))

interface RulesBeside {
  readonly options: PanelInput
  readonly running: readonly RunningSum[]
}

/**
 * Rules of rows in groups. What is constant in each group is seen once a group: its rows repeat it, and show nothing by that; and it
 * is drawn once, so that nothing tells it which varies from row to row, as the number of a visit does the sex of who came, or from which it
 * would be a distance, as the start of a policy from each of its losses. What runs on
 * through a group is derived already.
 */
function groupRules(rest: InferredTable, first: Uint32Array, { options, running }: RulesBeside): readonly Rule[] {
  const still = new Set(rest.table.columns.filter((column) => isConstant(column, first)).map(({ name }) => name))
  const isStill = (rule: Rule) => inputsOf(rule).every((name) => still.has(name))
  const repeated = (rule: Rule) => (rule.kind === 'lookup' || rule.kind === 'step') && still.has(rule.column) && isStill(rule)
  const drawn = new Set<string>()
  let rules = rulesOf(rest, options)
  for (let torn = rules; torn.length > 0; ) {
    torn = rules.filter((rule) => rule.kind !== 'gap' && still.has(rule.column) && !isStill(rule) && !drawn.has(rule.column))
    for (const { column } of torn) drawn.add(column)
    if (torn.length > 0) rules = rulesOf(rest, options, [...drawn])
  }
  if (running.length === 0 && !rules.some(repeated)) return rules
  const heads = takeTableRows(rest.table, first.subarray(0, first.length - 1))
  const once = new Set(rules.some(repeated) ? rulesOf({ ...rest, table: heads }, options, [...drawn]).map(ruleText) : [])
  return rules.filter((rule) => !running.some(({ column }) => column === rule.column) && (!repeated(rule) || once.has(ruleText(rule))))
}

interface Late extends RulesBeside {
  readonly carried?: readonly Carried[]
  /** `isListed`: whether new times are those of the data, so that what each of them says is known. */
  readonly time: { readonly column: NumericColumn; readonly format: ColumnFormat; readonly isListed: boolean }
}

/** Rules by what times and sums that run on say: a month by the day of the reading, and what a stock is worth by how much there is; and by what these say in turn. */
function lateIn(data: InferredTable, { options, running, carried = [], time }: Late): KeptRules | undefined {
  const timed = {
    ...data,
    table: { ...data.table, columns: [...data.table.columns, time.column] },
    formats: [...data.formats, time.format]
  }
  const known = new Set([time.column.name, ...columnsOf([...running, ...carried])])
  // What is carried over has to be there before the row that it is carried into.
  const drawn = [...known, ...running.flatMap(({ terms }) => terms.map(({ column }) => column)), ...carried.map(({ from }) => from)]
  const own = lateRules(rulesOf(timed, options, drawn), known, (name) => time.isListed && name === time.column.name)
  // Of what a calendar says the numbers are all known, as those of a time are not.
  const isOwn = (name: string) => !drawn.includes(name)
  const rules =
    own.length === 0 ? [] : [...own, ...lateRules(rulesOf(data, options, [...drawn, ...known, ...own.flatMap(inputsOf)]), known, isOwn)]
  return rules.length === 0 ? undefined : keepRules(rules, timed)
}

function keyColumn({ columns }: Table, name: string): CategoricalColumn {
  const key = columns.find((column) => column.name === name)
  if (!key || !isCategorical(key)) throw unknownColumn(name, columns, { got: `--group ${name}, which the table lacks` })
  const lacking = key.codes.indexOf(-1)
  if (lacking < 0) return key
  throw new InputError({
    code: 'group-missing',
    got: `row ${lacking + 1} without a value of ${name}`,
    expected: 'a group for every row',
    try: 'giving that row a key of its own, or leaving it out'
  })
}

/** Rows by group, groups in the order of their first row; within a group by time, and as they stand at one time: upwards where the newest come first. */
function ordered({ codes, levels }: CategoricalColumn, clock: NumericColumn | undefined) {
  const way = clock && isNewestFirst(codes, clock.values) ? -1 : 1
  const order = Uint32Array.from(codes.keys()).sort((a, b) => {
    return codes[a]! - codes[b]! || (clock ? clock.values[a]! - clock.values[b]! : 0) || way * (a - b)
  })
  const first = new Uint32Array(levels.length + 1)
  for (const code of codes) first[code + 1]!++
  for (let g = 0; g < levels.length; g++) first[g + 1]! += first[g]!
  return { order, first }
}

/** Whether more rows go back in time from the row above than forward. */
function isNewestFirst(codes: Int32Array, times: Float64Array): boolean {
  let forward = 0
  for (let i = 1; i < times.length; i++) if (codes[i] === codes[i - 1]) forward += Math.sign(times[i]! - times[i - 1]!)
  return forward < 0
}

function checkGroups({ name, levels }: CategoricalColumn, first: Uint32Array): void {
  if (first[levels.length] === levels.length) {
    throw new InputError({
      code: 'groups-alone',
      got: `--group ${name}, of which every row has another value`,
      expected: 'values that recur: several rows of a group',
      try: 'leaving --group out: every row stands alone'
    })
  }
  const further = first[levels.length]! - levels.length
  if (further < LEAST_FURTHER) {
    throw new InputError({
      code: 'groups-alone',
      got: `--group ${name}, in which ${counted(further, 'row')} ${further === 1 ? 'follows' : 'follow'} another`,
      expected: `at least ${LEAST_FURTHER}: how rows follow each other is learned from them`,
      try: 'leaving --group out: every row stands alone'
    })
  }
  if (levels.length >= LEAST_GROUPS) return
  throw new InputError({
    code: 'groups-few',
    got: `--group ${name} with ${counted(levels.length, 'group')}`,
    expected: `at least ${LEAST_GROUPS} groups: how groups differ is learned from groups`,
    try: `leaving --group out: ${name} is then a category like any other`
  })
}

/** Whether a column is the same in all rows of each group. */
export function isConstant(column: Column, first: Uint32Array): boolean {
  const same = sameCells(column)
  for (let g = 0; g + 1 < first.length; g++) for (let i = first[g]! + 1; i < first[g + 1]!; i++) if (!same(first[g]!, i)) return false
  return true
}

function sameCells(column: Column): (a: number, b: number) => boolean {
  if (isCategorical(column)) return (a, b) => column.codes[a] === column.codes[b]
  if (!isNumeric(column)) return () => true
  const { values, missing } = column
  return (a, b) => (missing?.[a] || missing?.[b] ? missing[a] === missing[b] : values[a] === values[b])
}

function refuseStill(varying: readonly string[], times: PanelTimes | undefined, group: string): void {
  if (varying.length > 0 || (times && !times.ticks.schedule)) return
  throw new InputError({
    code: 'panel-still',
    got: `--group ${group}, in whose groups no column varies`,
    expected: 'a column that differs between rows of a group',
    try: `one row for each ${group}, without --group`
  })
}

/** What a person should know of categories that tell groups apart as their key does: they are drawn as levels, and come out again. */
function ownNotes(columns: readonly CategoricalColumn[], first: Uint32Array): string[] {
  const own = columns.filter((column) => {
    if (!isConstant(column, first)) return false
    const present = Array.from(first.subarray(0, -1), (row) => column.codes[row]!).filter((code) => code >= 0)
    return present.length > 1 && new Set(present).size === present.length
  })
  if (own.length === 0) return []
  const names = own.map(({ name }) => name)
  return [
    `${listed(names)}: every group has ${names.length === 1 ? 'a value' : 'values'} of its own, as what tells who it is, and new groups repeat these as they stand${names.length === 1 ? '' : ', those of one group together'}; --exclude ${names.map(flagWord).join(',')} leaves ${names.length === 1 ? 'it' : 'them'} out`
  ]
}

interface Said {
  readonly key: CategoricalColumn
  readonly first: Uint32Array
  readonly constant: readonly string[]
  readonly varying: readonly string[]
  readonly group: string
}

function groupNotes({ key, first, constant, varying, group }: Said): string[] {
  const count = key.levels.length
  const sizes = Array.from({ length: count }, (_, g) => first[g + 1]! - first[g]!)
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)]
  const alone = sizes.filter((size) => size === 1).length
  const rows = least === most ? `${least} rows` : `${least} to ${most} rows`
  const notes = [
    `${group}: ${count} groups of ${rows}; constant in each: ${constant.length === 0 ? 'no column' : listed(constant)}; drawn row by row: ${listed(varying)}`
  ]
  if (alone > 0)
    notes.push(`${counted(alone, 'group')} of one row: ${alone === 1 ? 'it says' : 'they say'} nothing about how rows follow each other`)
  if (count < FEW_GROUPS) notes.push(`${count} groups are few: they hardly show how groups differ from each other`)
  return notes
}
