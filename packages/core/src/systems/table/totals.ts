import { keptTotalsIn, ordersBeside } from '../../code/rules/among-rows.js'
import { eachRule } from '../../code/rules/families.js'
import type { OrderFound } from '../../code/rules/find-orders.js'
import { keepRules } from '../../code/rules/keep.js'
import {
  distances,
  type Follower,
  followersBack,
  followersOf,
  type KeptTotal,
  keepTotals,
  type Totals,
  totalsInTurn
} from '../../code/rules/keep-totals.js'
import { ruleTexts } from '../../code/rules/kept-rules.js'
import { lateRules } from '../../code/rules/late.js'
import { parseRule } from '../../code/rules/parse-rule.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { inputsOf } from '../../code/rules/rule.js'
import { type RunningTotal, totalText } from '../../code/rules/running-totals.js'
import { putRulesBack } from '../../code/rules/stacked.js'
import { type Standing, standingText, withStandings } from '../../code/rules/standings.js'
import type { NamedWarning } from '../../know/support.js'
import { type ModelContents, withEntry } from '../../model-file/contents.js'
import { damaged, entryIn, flag, list, number, optional, record, text, word } from '../../model-file/reading.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { flagWord, listed, typesFlag } from '../../num/listed.js'
import { columnsOf, indicatorsOf } from '../../table/expression.js'
import { expressionText } from '../../table/expression-text.js'
import { parseObservation } from '../../table/parse-expression.js'
import type { RawTable } from '../../table/raw.js'
import { repeatedKeyNotes } from '../../table/repeated-keys.js'
import { numbersOf } from '../../table/rows.js'
import type { Table } from '../../table/table.js'
import { shareText } from '../../tell/numbers.js'
import { facts, type Telling, together } from '../../tell/telling.js'
import type { Asked } from '../asked.js'
import { RANGE_WARNING, rangeWarnings } from '../drawn/range-left.js'
import { UNSCALED } from '../encoder-file.js'
import { prepareRows } from '../prepare.js'
import { placesOf, rulesOf, standingNote, totalNote } from '../rules/ruled-rows.js'
import { expression, recordRules, rulesIn } from '../rules/rules-file.js'
import type { System } from '../system.js'
import type { DrawnRows, TableFit, TableModel, TableRequest } from './options.js'
import { ownStandings, standingRecord } from './standings.js'

/** The totals of a table that new rows keep. What is named in options to be modelled, scaled or computed otherwise is none. */
function totalsOf(input: RawTable, options: TableFit): Totals | undefined {
  const { rules, group, rule = [], types = {}, scaling, weights } = options
  if (rules === 'off' || group !== undefined || placesOf(options) !== undefined) return undefined
  const { data } = prepareRows(input, options)
  const stated = [rule]
    .flat()
    .flatMap(eachRule)
    .map(parseRule)
    .flatMap((one) => [one.column, ...inputsOf(one)])
  const named = new Set([...Object.keys(types), ...(typeof scaling === 'object' ? Object.keys(scaling) : []), ...stated, weights])
  const totals = keptTotalsIn(data).filter(({ column }) => !named.has(column))
  const own = new Set(totals.map(({ column }) => column))
  const all = ownStandings(data, options).filter(
    ({ column, of, by }) => ![column, of, ...by].some((name) => named.has(name) || own.has(name))
  )
  if (totals.length + all.length === 0) return undefined
  const followers = followersOf(totals, data).filter(({ column }) => !named.has(column))
  const late = rulesAfter({ totals, followers, standings: all }, data, options)
  const derived = new Set(late.map(({ column }) => column))
  const orders = ordersBeside(totals, data)
  return {
    totals: keepTotals(totals, data),
    rules: keepRules(late, data),
    standings: all,
    followers: followers.filter(({ column }) => !derived.has(column)),
    ...(orders.length > 0 ? { orders } : {})
  }
}

interface Found {
  readonly totals: readonly RunningTotal[]
  readonly followers: readonly Follower[]
  readonly standings: readonly Standing[]
}

/** Rules that derive a column from a total, or from what is or follows one: they wait for the rows to have their order. */
function rulesAfter({ totals, followers, standings }: Found, data: Parameters<typeof rulesOf>[0], options: TableFit) {
  const own = [...totals, ...standings].map(({ column }) => column)
  const known = new Set([...own, ...followers.map(({ column }) => column)])
  const terms = totals.flatMap(({ change, by }) => [
    ...columnsOf(change),
    ...indicatorsOf(change).map(({ name }) => name),
    ...(by ? [by] : [])
  ])
  terms.push(...standings.flatMap(({ of, by }) => [of, ...by]))
  return lateRules(rulesOf(data, options, [...own, ...terms]), known)
}

/** Columns that the model of the rows does without. */
const besideModel = ({ totals, rules, standings }: Totals): string[] =>
  [...totals, ...rules.rules, ...standings].map(({ column }) => column)

/** A table and the options to fit what is left of it with. */
interface LeftFit {
  readonly input: RawTable
  readonly options: TableFit
}

/** A table without totals, what follows one as its distance from it. */
export function withoutTotals(input: RawTable, options: TableFit, totals = totalsOf(input, options)): LeftFit {
  if (!totals) return { input, options }
  const { table } = prepareRows(input, options).data
  const own = new Map(totals.followers.map((one) => [one.column, distances(one, table)]))
  const columns = input.columns.map((column): RawTable['columns'][number] => {
    const { values, missing } = own.get(column.name) ?? {}
    return values ? { name: column.name, source: 'number', values, ...(missing ? { missing } : {}) } : column
  })
  return { input: { ...input, columns }, options: { ...options, exclude: [...(options.exclude ?? []), ...besideModel(totals)] } }
}

/** The options of a fit that models totals as other columns. */
function modelled({ totals, standings, rules }: Totals, options: TableFit): TableFit {
  const kinds = [...totals, ...standings].map(({ column }) => [column, rules.columns.find(({ name }) => name === column)!.kind] as const)
  return { ...options, types: { ...options.types, ...Object.fromEntries(kinds) } }
}

/** Rows with totals and what is derived from them, for rows that come some at a time. */
export function backInTurn({ totals, rules, followers, standings }: Totals): <T extends WrittenTable>(rows: T) => T {
  const next = totalsInTurn(totals, rules.columns)
  return (rows) => {
    const whole = followersBack(followers, next(rows), rules.columns)
    return { ...rows, ...putRulesBack(rules, withStandings(standings, whole, rules.columns)) }
  }
}

/** Names of columns that are asked for. */
const askedColumns = ({ givens, observe }: Asked): string[] => [
  ...givens.flatMap(Object.keys),
  ...observe.flatMap((one) => columnsOf(parseObservation(one).residual))
]

/** Throws `InputError` (code `total-given`) for something that is known of what rows add up. */
function refuseTotals(totals: Totals, asked: Asked | undefined): void {
  const own = new Set([...besideModel(totals), ...totals.followers.map(({ column }) => column)])
  const found = asked && askedColumns(asked).find((name) => own.has(name))
  if (found === undefined) return
  const standing = totals.standings.find(({ column }) => column === found)
  const total = totals.totals.find(({ column }) => column === found) ?? totals.totals[0]
  if (standing || !total)
    throw new InputError({
      code: 'total-given',
      got: `${found} as known, which follows from all rows${standing ? ` (${standingText(standing)})` : ''}`,
      expected: 'columns that are drawn row by row',
      try: `fitting with --types ${found}=number, which draws it as any other column`
    })
  throw new InputError({
    code: 'total-given',
    got: `${found} as known, which follows from the rows before (${totalText(total)})`,
    expected: `columns that are drawn: ${listed(columnsOf(total.change))}`,
    try: `fitting with ${typesFlag(found, 'number')}, which draws it as any other column`
  })
}

function tellTotals({ totals, rules, followers, standings }: Totals): Telling {
  const texts = [...totals.map(totalText), ...ruleTexts(rules), ...followers.map(({ column, total }) => `${column} follows ${total}`)]
  const meaning = 'Added up along the drawn rows, in their order, so that every row keeps it.'
  const among = standings.map((one) => ({
    name: one.kind,
    value: standingText(one),
    meaning: 'Computed among all drawn rows, so that every row keeps it.'
  }))
  return {
    json: { ...(totals.length > 0 ? { totals: texts } : {}), ...(standings.length > 0 ? { standings: standings.map(standingText) } : {}) },
    topics: [
      {
        id: 'totals',
        title: standings.length > 0 ? 'Among all rows' : 'Running totals',
        blocks: [facts(...texts.map((value) => ({ name: 'running total', value, meaning })), ...among)]
      }
    ],
    warnings: [],
    notes: [...totals.map(totalNote), ...standings.map(standingNote)]
  }
}

/** What is said of totals that are below nought where none of the data is, as stocks that are never overdrawn: what a row adds knows nothing of them. */
function belowWarnings({ totals }: Totals, real: Table, drawn: Table): NamedWarning[] {
  return totals.flatMap(({ column, by }) => {
    const below = numbersOf(drawn, column).values.filter((x) => x < 0).length
    if (below === 0 || numbersOf(real, column).values.some((x) => x < 0)) return []
    const how =
      by === undefined ? `${typesFlag(column, 'number')} draws it as any other column` : `${groupFlag(by)} draws rows given what is there`
    return [
      {
        name: RANGE_WARNING,
        message: `${column} is below 0 in ${shareText(below / drawn.rowCount)} of the drawn rows, and in no row of the data: it is added up along rows that are drawn one by one; ${how}`
      }
    ]
  })
}

/** What is said of numbers of rows in a group that no group of the data has: where more rows are drawn than there were, the groups of the data take them all. */
function countWarnings({ totals }: Totals, real: Table, drawn: Table): NamedWarning[] {
  const groups = new Map(
    totals.flatMap(({ column, change, by }) => (change.kind === 'number' && by !== undefined ? [[column, by] as const] : []))
  )
  const names = [...groups.keys()]
  const quantitiesOf = (table: Table) => names.map((name) => ({ name, isDate: false, unit: 1, values: numbersOf(table, name).values }))
  return rangeWarnings(
    names,
    { real: quantitiesOf(real), drawn: quantitiesOf(drawn) },
    (name) =>
      `it counts the rows of each ${groups.get(name)}, and each new row is of one that the data have; --group ${flagWord(groups.get(name)!)} draws whole groups, and as many as it takes`
  )
}

const groupFlag = (name: string): string => `--group ${flagWord(name)} --time COLUMN`

const withTotals = (contents: ModelContents, totals: Totals | undefined): ModelContents =>
  withEntry(
    contents,
    'totals',
    totals && {
      totals: totals.totals.map((one) => ({ ...one, change: expressionText(one.change) })),
      rules: recordRules(totals.rules),
      standings: totals.standings,
      followers: totals.followers,
      ...(totals.orders ? { orders: totals.orders } : {})
    }
  )

/** The totals of a model whose rows have the columns `drawn`. Throws `FormatError` (code `model-damaged`). */
function totalsIn(contents: ModelContents, columns: () => readonly string[]): Totals | undefined {
  const total = record<KeptTotal>({
    column: text,
    change: expression,
    upwards: optional(flag),
    before: optional(flag),
    by: optional(text),
    starts: list(record<KeptTotal['starts'][number]>({ group: text, value: number(UNSCALED) }))
  })
  const entry = record<Pick<Totals, 'totals'> & { readonly standings?: readonly Standing[] | undefined }>({
    totals: list(total),
    standings: optional(list(standingRecord))
  })
  const { totals = [], standings = [] } = entryIn(contents, 'totals', entry) ?? {}
  if (totals.length + standings.length === 0) return undefined
  const drawn = columns()
  for (const { column, change, by, starts } of totals) {
    const unknown = [...columnsOf(change), ...indicatorsOf(change).map(({ name }) => name), ...(by === undefined ? [] : [by])].find(
      (name) => !drawn.includes(name)
    )
    if (unknown !== undefined) throw damaged(`a model whose ${column} adds up ${unknown}`, 'columns that are drawn')
    if (starts.length === 0) throw damaged(`a model whose ${column} begins with nothing`, 'what it is before the first row')
  }
  for (const { column, of, by } of standings) {
    const unknown = [of, ...by].find((name) => !drawn.includes(name))
    if (unknown !== undefined) throw damaged(`a model whose ${column} stands by ${unknown}`, 'columns that are drawn')
  }
  const all = [...drawn, ...[...totals, ...standings].map(({ column }) => column)]
  const follower = record<Follower>({ column: word(...drawn), total: word(...totals.map(({ column }) => column)) })
  const read = entryIn(
    contents,
    'totals',
    record<Omit<Totals, 'standings'>>({
      totals: list(total),
      rules: rulesIn(all),
      followers: list(follower),
      orders: optional(list(record<OrderFound>({ low: text, high: text })))
    })
  )
  return read && { ...read, standings }
}

type Tables = System<RawTable, TableFit, TableModel, TableRequest, DrawnRows>

/**
 * A system of tables whose models leave out what is added up from row to row, and add it up anew along the rows that they draw:
 * a balance is right only in the order in which rows come. Cost besides: of `keptTotalsIn`, and O(rows) a draw.
 */
export function keepingTotals(system: Tables): Tables {
  const training = (model: TableModel): Table => {
    const table = system.training(model)
    if (!model.totals) return table
    const formats = table.columns.map(({ name }) => model.totals!.rules.columns.find((one) => one.name === name)!.format)
    return backInTurn(model.totals)({ table, formats }).table
  }
  return {
    ...system,
    optionsFor(input, options, request) {
      const { asked } = request
      const totals = asked && totalsOf(input, options)
      if (!asked || !totals) return system.optionsFor(input, options, request)
      const beside = new Set([...besideModel(totals), ...totals.followers.map(({ column }) => column)])
      // What is known of a total makes it a column as any other.
      const own = askedColumns(asked).some((name) => beside.has(name)) ? modelled(totals, options) : options
      const left = withoutTotals(input, own)
      const { exclude: _, ...checked } = system.optionsFor(left.input, left.options, request)
      return { ...checked, ...defined({ exclude: options.exclude }) }
    },
    plan(source, request) {
      if ('model' in source) return system.plan(source, request)
      return system.plan(withoutTotals(source.input, source.options), request)
    },
    async fit(input, options, context) {
      const totals = totalsOf(input, options)
      const left = withoutTotals(input, options, totals)
      const model = await system.fit(left.input, left.options, context)
      return totals ? { ...model, totals } : model
    },
    async draw(model, request, context) {
      if (!model.totals) return system.draw(model, request, context)
      refuseTotals(model.totals, request.asked)
      const drawn = backInTurn(model.totals)(await system.draw(model, request, context))
      const real = training(model)
      const told = [belowWarnings, countWarnings].flatMap((warningsOf) => warningsOf(model.totals!, real, drawn.table))
      return told.length === 0 ? drawn : { ...drawn, warnings: [...drawn.warnings, ...told] }
    },
    stretches(model, request, context) {
      const { totals } = model
      // A sum that begins in the last row waits for all of them, and so does a place among all.
      if (totals && (totals.standings.length > 0 || totals.totals.some(({ upwards }) => upwards))) return undefined
      const drawn = system.stretches?.(model, request, context)
      return drawn && totals ? inTurn(drawn, backInTurn(totals)) : drawn
    },
    tell(model, drawn) {
      const told = system.tell(model, drawn)
      if (!model.totals) return told
      const totals = tellTotals(model.totals)
      // What counts the rows of each key, and so says that they belong together, is no column of the model.
      const notes = told.notes.some((note) => note.includes('--group ')) ? [] : repeatedKeyNotes(training(model))
      return together(told, { ...totals, notes: [...notes, ...totals.notes] })
    },
    training,
    summary(model) {
      const summary = system.summary(model)
      return model.totals
        ? { ...summary, totals: [...model.totals.totals.map(totalText), ...model.totals.standings.map(standingText)] }
        : summary
    },
    save: (model) => withTotals(system.save(model), model.totals),
    async load(contents, context) {
      const model = await system.load(contents, context)
      const totals = totalsIn(contents, () => system.training(model).columns.map(({ name }) => name))
      return totals ? { ...model, totals } : model
    }
  }
}

async function* inTurn<T>(drawn: AsyncIterable<T>, back: (rows: T) => T): AsyncIterable<T> {
  for await (const rows of drawn) yield back(rows)
}
