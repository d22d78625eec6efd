import { tellersOf } from '../../code/keys/form.js'
import { keyColumn } from '../../code/keys/leave-keys-out.js'
import { type Apart, parseUnique, uniqueText } from '../../code/rules/unique.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { beside, type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { keyFor, keyFromSeed, seedFor } from '../../num/random.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import { absentWords } from '../../table/text-cells.js'
import { contextOf } from '../context.js'
import type { SystemContext } from '../host.js'
import { contextOfRows } from '../panel/past.js'
import type { TableModel } from '../table/options.js'
import { tables as tableSystem } from '../table/system.js'
import { type Aggregate, findAggregates } from './aggregates.js'
import { checkTables, keyTypes, linkNotes, NOTHING_SAID, refersWithin, refuseUnread, saidOfColumns } from './check-keys.js'
import { fitChild } from './child-law.js'
import { withCounts } from './counts.js'
import { computedOf } from './exclusive.js'
import { categoryTypes, drawnKeys, keptIn, keptNames, keptNotes, keptTable, listNote, namesIn } from './kept-tables.js'
import { type ForeignKey, inOrderBehind, inOrderOfKeys, isReferredTo, keyText, referencesOf, type SchemaKeys, type Tables } from './keys.js'
import { fitLate, type LateLaw } from './late-law.js'
import { linesIn } from './line-numbers.js'
import { cellsIn, type Links, linksOf, mayBreakIn } from './links.js'
import { rulesOfTable, type SchemaModel, type SchemaTable } from './model.js'
import { findShared, listedBefore } from './near.js'
import { readReferring, refuseShared, withoutKeys } from './referring.js'
import type { Referred } from './rows-of-table.js'
import { contextEncoder, type EachTable, likeAll, type OneTable, type ReadTable, readTableOf } from './rows-of-table.js'
import { keyInputs } from './rule-inputs.js'
import { sampleNotes, someFamilies, someRows, takeSome } from './sampled.js'
import { furtherLaws, lawsBeside, stageOf } from './stages.js'
import { statedOrFound } from './stated-keys.js'
import { statedApart } from './told-apart.js'

/** Tables with what their database says of them. */
export interface Schema {
  readonly tables: Tables
  readonly keys?: SchemaKeys | undefined
  /** Kinds and rules of the columns of each, in the words of the options `types` and `rule`. */
  readonly says?:
    | Readonly<Record<string, { readonly types: Readonly<Record<string, string>>; readonly rules: readonly string[] }>>
    | undefined
}

/** Options of a fit of several tables. */
export interface SchemaFit extends EachTable {
  /** Foreign keys that the schema does not say: `orders.customer_id -> customers.id`, several between commas or in a list. */
  readonly keys?: string | readonly string[] | undefined
  readonly orphans?: 'empty' | 'refuse' | undefined
  /** Tables that stay as they are: `roles`, several between commas or in a list. */
  readonly keep?: string | readonly string[] | undefined
  readonly seed?: number | undefined
}

/** A table that is fitted, with what its rows say to those that refer to them. */
interface Fitted extends Referred {
  readonly table: SchemaTable
}

/**
 * Fits laws of several tables: of each that refers to no other as of one table, of the others given the rows that theirs refer to.
 * Throws `InputError` for keys that name nothing (`table-unknown`, `column-unknown`), lead in a circle (`keys-cyclic`), are none
 * (`key-repeated`, `key-missing`) or dangle where that is refused (`key-dangling`), and what fits of tables throw, with the table's name.
 */
export async function fitSchema(
  { tables: given, keys: own, says = {} }: Schema,
  options: SchemaFit,
  context: SystemContext
): Promise<SchemaModel> {
  const { keys: stated = [], orphans, keep, seed = 1, ...each } = options
  const { tables, left, keys: all, found } = statedOrFound({ tables: given, keys: own }, { stated, missing: each.missing })
  checkTables(tables, all)
  const names = keptNames(tables, all, keep)
  const { late } = inOrderOfKeys(Object.keys(tables), drawnKeys(all, names), mayBreakIn(tables, all, each.missing))
  // Keys are followed before anything is fitted: what is wrong with them is said at once.
  const linksBy = new Map(all.foreign.map((key) => [key, linksOf(tables, key, { missing: each.missing, orphans })]))
  const kept = keptIn(names, all, linksBy)
  const { keys } = kept
  const now = { ...keys, foreign: keys.foreign.filter((key) => !late.includes(key)) }
  const lists = each.rules === 'off' ? [] : listedBefore(now.foreign.map((key) => linksBy.get(key)!))
  const order = inOrderBehind(
    Object.keys(tables),
    { ...all, foreign: drawnKeys(all, names).foreign.filter((key) => !late.includes(key)) },
    lists
  )
  const optionsOf = (name: string) => {
    const said = saidOfColumns(name, says[name] ?? NOTHING_SAID, all)
    const types = { ...said.types, ...keyTypes(name, all, { tables, missing: each.missing }), ...categoryTypes(kept, name) }
    const { rule, unique } = rulesSaid(each.rules === 'off' ? [] : said.rules)
    const one = defined({ ...each, types, rule, ...refersWithin(name, keys), seed: seedFor(keyFromSeed(seed), name) }) as OneTable
    const chosen = kept.categories.get(name) ?? []
    const isChosen = ({ table, column, to }: ForeignKey) => table === name && kept.names.has(to.table) && chosen.includes(column)
    return { options: one, unique, chosen: all.foreign.filter(isChosen).map((key) => linksBy.get(key)!) }
  }
  const followed = { tables, keys: now, late, linksBy }
  for (const name of order) await told(name, async () => refuseShared(name, followed, optionsOf(name).options))
  const fitted = new Map<string, Fitted>()
  const linksIn = all.foreign.map((key) => linksBy.get(key)!)
  for (const name of order) {
    const notes = [
      ...keptNotes(name, kept, all, namesIn(keep)),
      ...(kept.names.has(name) ? [] : listNote(name, tables[name]!.rowCount, linksIn))
    ]
    if (kept.names.has(name)) {
      fitted.set(name, await told(name, async () => fitKept(tables[name]!, optionsOf(name).options, notes)))
      continue
    }
    const references = referencesOf(now, name).length
    const inside = stageOf(context, `fitting ${name}`, references > 0 ? lawsBeside(references - 1) + furtherLaws(true) : 0)
    const { links, ...fit } = await told(name, () => fitOne(name, { ...followed, ...optionsOf(name), fitted }, inside))
    fitted.set(name, notes.reduce(withNote, fit))
    if (!links) continue
    const parent = fitted.get(links.key.to.table)!
    fitted.set(links.key.to.table, { ...parent, context: withCounts(parent.context, links.parentOf) })
  }
  const circles: LateLaw[] = []
  for (const key of late) {
    const sides = { links: linksBy.get(key)!, own: fitted.get(key.table)!, target: fitted.get(key.to.table)! }
    const at = contextOf(seedFor(keyFromSeed(seed), key.table), context)
    fitted.set(key.table, withNote(fitted.get(key.table)!, `${keyText(key)}: drawn last, as its keys lead in a circle`))
    circles.push((await fitLate(sides, { ...at, key: keyFor(at.key, 'late') }))!)
  }
  const aggregates =
    each.rules === 'off'
      ? []
      : now.foreign.flatMap((key) => (kept.names.has(key.to.table) ? [] : aggregatesAlong(linksBy.get(key)!, fitted)))
  return {
    tables: Object.fromEntries(order.map((name) => [name, fitted.get(name)!.table])),
    order,
    keys: all,
    found,
    late: circles,
    aggregates,
    left
  }
}

/** Rules that a database says of a table: of each row by itself, and of all together. */
export function rulesSaid(rules: readonly string[]): { readonly rule: readonly string[] | undefined; readonly unique: readonly Apart[] } {
  const rule = rules.filter((one) => !parseUnique(one))
  return { rule: rule.length > 0 ? rule : undefined, unique: rules.map(parseUnique).filter((one) => one !== undefined) }
}

/** Columns of a table that rows say which refer to it. */
function aggregatesAlong(links: Links, fitted: ReadonlyMap<string, Fitted>): Aggregate[] {
  const { table, to } = links.key
  if (table === to.table) return []
  const own = fitted.get(table)!
  return aggregatesOf(links, own, fitted.get(to.table)!).filter((one) => !isCircular(one, own))
}

/** A number, sum or mean of rows is computed of them; the least or the largest may be what they are computed of. */
const isTotal = ({ way }: Aggregate): boolean => way !== 'min' && way !== 'max'

/** Columns that are the least or largest of rows, which are computed of the column themselves: a price for one day is the least of a price for each. */
const isCircular = ({ key, column, of }: Aggregate, { table: { child } }: Fitted): boolean => {
  const inputs =
    child?.ruleInputs?.filter(({ via, from }) => from === column && keyText(via[0]!) === keyText(key) && via.length === 1) ?? []
  return of.some((name) => inputs.some((input) => computedOf(child?.rules, name).has(input.name)))
}

const aggregatesOf = (links: Links, own: Pick<Fitted, 'whole'>, parent: Fitted): Aggregate[] =>
  parent.table.kept ? [] : findAggregates({ links, own: own.whole, parent: parent.whole, rules: rulesOfTable(parent.table) })

/** A table that stays as it is. */
function fitKept(raw: RawTable, options: OneTable, notes: readonly string[]): Fitted {
  const read = readTableOf(raw, { ...options, rules: 'off', rule: undefined })
  const context = contextEncoder(read.whole)
  const kept = keptTable(raw, read, options.missing)
  return {
    table: { ...described(raw, options, read), kept, context, within: [], notes },
    context: contextOfRows(context, read.whole.table),
    whole: read.whole
  }
}

const withNote = (fit: Fitted, note: string): Fitted => ({ ...fit, table: { ...fit.table, notes: [...fit.table.notes, note] } })

/** Errors with the name of the table that they are of. */
async function told<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof InputError) || error.got.includes(name)) throw error
    throw new InputError({ code: error.code, got: `${error.got} (table ${name})`, expected: error.expected, try: error.remedy })
  }
}

/** A table, with the key by whose rows it is counted, where it refers to any. */
type FittedTable = Fitted & { readonly links?: Links }

interface Problem {
  readonly tables: Tables
  /** Those that lead to tables which are fitted already, or stay within one. */
  readonly keys: SchemaKeys
  readonly late: readonly ForeignKey[]
  readonly options: OneTable
  /** Keys into kept tables that are drawn as categories. */
  readonly chosen: readonly Links[]
  /** Columns in which no two rows agree. */
  readonly unique: readonly Apart[]
  readonly linksBy: ReadonlyMap<ForeignKey, Links>
  readonly fitted: ReadonlyMap<string, Fitted>
}

async function fitOne(name: string, problem: Problem, context: SystemContext): Promise<FittedTable> {
  const { tables, keys, late, linksBy } = problem
  const raw = tables[name]!
  const links = referencesOf(keys, name).map((key) => linksBy.get(key)!)
  const bare = withoutKeys(name, raw, [...links.map(({ key }) => key), ...late])
  const isReferred = isReferredTo(name, [...keys.foreign, ...late], late)
  const fit = await (links.length > 0
    ? fitReferring({ raw, bare, isReferred, all: links }, problem, context)
    : fitRoot({ raw, bare, isReferred }, problem, context))
  refuseUnread(name, keys, fit.table)
  return withWithin(name, { fit, problem }, context)
}

/**
 * A table with laws of how its rows refer to each other. Keys that stand in the order of dates, and rows that refer to rows before
 * them by several keys, have one order alone: there references are drawn apart from the other columns.
 */
async function withWithin(
  name: string,
  { fit, problem: { keys, linksBy, options } }: { readonly fit: FittedTable; readonly problem: Problem },
  context: SystemContext
): Promise<FittedTable> {
  const within: LateLaw[] = []
  const order = fit.table.root?.order ?? fit.table.child?.rowOrder
  // Rows that only nearly stand in an order can be put in another one.
  const isOrdered = order !== undefined && !('displaced' in order)
  const linksFrom = (table: string) => referencesOf(keys, table).map((key) => linksBy.get(key)!)
  for (const key of keys.foreign) {
    if (key.table !== name || key.to.table !== name) continue
    const links = linksBy.get(key)!
    const at = contextOf(options.seed ?? 1, context)
    const shared = options.rules === 'off' ? undefined : findShared(links, linksFrom)
    const law = await fitLate({ links, own: fit, target: fit, shared }, { ...at, key: keyFor(at.key, 'within') })
    if (law && !(law.before && (isOrdered || within.some(({ before }) => before)))) within.push(law)
  }
  return { ...fit, table: { ...fit.table, within } }
}

/** A table, and what of it is drawn before it refers to others. */
interface RawOf {
  readonly raw: RawTable
  readonly bare: RawTable
  /** Whether rows refer to it. */
  readonly isReferred: boolean
}

/** A table that refers to others. */
async function fitReferring(
  { raw, bare, all, isReferred }: RawOf & { readonly all: readonly Links[] },
  { tables, options, chosen, unique, fitted, keys, linksBy }: Problem,
  context: SystemContext
): Promise<FittedTable> {
  const linksFrom = (table: string) => referencesOf(keys, table).map((key) => linksBy.get(key)!)
  const wholeOf = (name: string) => fitted.get(name)!.whole
  const tableOf = (name: string) => withCells(tables[name]!, wholeOf(name).table, options)
  const { inputs, columns: led } = keyInputs({ links: [...all, ...chosen], linksFrom, tableOf })
  const { links, others, law, rest, full } = readReferring({ raw, bare, all, led }, options)
  const own = contextOf(options.seed ?? 1, context)
  const rows = someFamilies(links, own.key)
  const some = takeSome(rest, rows)
  const lines = law && { law, of: linesIn(takeSome(bare, rows), law, options.missing) }
  const referred = ({ key }: Links) => fitted.get(key.to.table)!
  const like = rows ? likeAll(some, full, options) : options
  const countedBy = (table: string) =>
    keys.foreign.filter(({ table: of, to }) => to.table === table && fitted.has(of)).map((key) => linksBy.get(key)!)
  const linksInto = (table: string) => countedBy(table).filter(({ key }) => key.table !== table)
  const keptBy = ({ key }: Links) => fitted.get(key.to.table)!.table.kept !== undefined
  // What rows say of the row that they refer to is computed of them, and they not of it.
  const said = options.rules === 'off' ? [] : all.flatMap((one) => aggregatesOf(one, { whole: full.whole }, referred(one)).filter(isTotal))
  const { read, ...child } = await fitChild(
    {
      raw: some,
      rows,
      said,
      unique: unique.map(({ columns }) => columns),
      links,
      others,
      chosen,
      lines,
      referred,
      wholeOf,
      keptBy,
      linksFrom,
      allFrom: (table) => keys.foreign.filter((key) => key.table === table).map((key) => linksBy.get(key)!),
      linksInto,
      countedBy,
      options: like
    },
    own
  )
  const whole = rows ? full.whole : read.whole
  const told = inputs.filter(({ name }) => full.keys?.keys.some(({ form }) => tellersOf(form).some(({ column }) => column === name)))
  const encoder = contextEncoder(whole)
  const keysOfRows = all.map(({ key }) => key)
  const parents = referred(links).context
  const none = child.none.length > 0 ? child.none : new Float64Array(parents.cols)
  return {
    table: {
      ...described(raw, options, read, chosen),
      child: { ...child, keys: full.keys, ...(told.length > 0 ? { keyInputs: told } : {}) },
      context: encoder,
      within: [],
      notes: [
        ...all.flatMap(linkNotes),
        ...unkeptNotes(raw, unique, {
          options,
          isKept: ({ columns }) => statedApart([columns], whole.table, keysOfRows).length > 0,
          told: law?.column
        }),
        ...sampleNotes(rest, rows),
        ...whole.notes
      ]
    },
    context: isReferred ? beside(contextOfRows(encoder, whole.table), ofParents(links.parentOf, parents, none)) : matrix(0, 0),
    whole,
    links
  }
}

/** A table with the cells of its keys and names. */
const withCells = (raw: RawTable, { columns, rowCount }: Table, { missing }: OneTable): Table => ({
  columns: columns.map((column) => (column.kind === 'identifier' ? { ...column, cells: cellsIn(raw, column.name, missing) } : column)),
  rowCount
})

/** What the parents of rows say, and what stands for those that there are none of [n, k]. */
export function ofParents(parentOf: Int32Array, parents: Matrix, none: Float64Array): Matrix {
  const out = takeRows(
    parents,
    parentOf.map((parent) => Math.max(0, parent))
  )
  for (const [i, parent] of parentOf.entries()) if (parent < 0) out.data.set(none, i * out.cols)
  return out
}

async function fitRoot({ raw, bare }: RawOf, { options, chosen, unique }: Problem, context: SystemContext): Promise<Fitted> {
  const read = readTableOf(bare, options)
  const isModelled = read.data.table.columns.some(({ kind }) => kind !== 'identifier')
  const encoder = contextEncoder(read.whole)
  const rows = isModelled ? someRows(bare.rowCount, contextOf(options.seed ?? 1, context).key) : undefined
  const fitted = isModelled
    ? await fitSome(bare, rows, { read, options: { ...options, unique: unique.filter(isOf(bare)) } }, context)
    : undefined
  const root = fitted && rows ? { ...fitted, ...defined({ keys: read.keys }) } : fitted
  return {
    table: {
      ...described(raw, options, read, chosen),
      ...(root ? { root } : { keys: read.keys }),
      context: encoder,
      within: [],
      notes: [
        ...unkeptNotes(raw, unique, { options, isKept: ({ columns }) => statedApart([columns], read.whole.table, []).length > 0 }),
        ...sampleNotes(bare, rows),
        ...read.whole.notes
      ]
    },
    context: contextOfRows(encoder, read.whole.table),
    whole: read.whole
  }
}

/** A model of some rows of a table, or of all. */
function fitSome(
  raw: RawTable,
  rows: Uint32Array | undefined,
  { read, options }: { readonly read: ReadTable; readonly options: OneTable & { readonly unique: readonly Apart[] } },
  context: SystemContext
): Promise<TableModel> {
  const some = takeSome(raw, rows)
  return tableSystem.fit(some, rows ? { ...options, ...likeAll(some, read, options) } : options, context)
}

interface Unkept {
  readonly options: OneTable
  readonly isKept: (set: Apart) => boolean
  /** A column that numbers the rows of each parent. */
  readonly told?: string | undefined
}

/** Columns in which no two rows agree as a database says, while new ones may: those with a key that is drawn last. Codes that are each another one tell rows apart whatever goes with them. */
function unkeptNotes(raw: RawTable, sets: readonly Apart[], { options: { missing }, isKept, told: numbers }: Unkept): string[] {
  const isCode = (name: string) => {
    const cells = cellsIn(raw, name, missing)
    return new Set(cells).size === cells.length
  }
  return sets
    .filter((set) => !isKept(set) && !set.columns.some((name) => name === numbers || isCode(name)))
    .map((set) => `${uniqueText(set)}: new rows may agree in these: they are drawn apart from each other`)
}

/** Whether all columns are those of a table: keys into others are drawn apart. */
const isOf =
  ({ columns }: RawTable) =>
  ({ columns: names }: Apart): boolean =>
    names.every((name) => columns.some((one) => one.name === name))

/** Keys of whole numbers stay numbers where a format has them, also those that are drawn as categories. */
function described(
  raw: RawTable,
  { missing }: OneTable,
  { whole }: ReadTable,
  chosen: readonly Links[] = []
): Pick<SchemaTable, 'rowCount' | 'layout' | 'empty' | 'dialect'> {
  const formats = new Map(
    whole.formats.filter(({ name }) => !chosen.some(({ key }) => key.column === name)).map((format) => [format.name, format])
  )
  const layout = raw.columns.map((column): ColumnFormat => {
    const { name, source } = column
    const format = formats.get(name) ?? { name, source, kind: 'identifier', ...absentWords(column, cellsIn(raw, name, missing)) }
    return format.kind === 'identifier' && isWhole(cellsIn(raw, name, missing)) ? { ...format, integer: true } : format
  })
  const empty = raw.columns.flatMap(({ name }) => {
    const share = formats.has(name) ? undefined : keyColumn(raw, name, missing).empty
    return share === undefined ? [] : [[name, share] as const]
  })
  return {
    rowCount: raw.rowCount,
    layout,
    ...(empty.length > 0 ? { empty: Object.fromEntries(empty) } : {}),
    ...(raw.dialect ? { dialect: raw.dialect } : {})
  }
}

const isWhole = (cells: readonly (string | null)[]): boolean => cells.every((cell) => cell === null || /^(0|-?[1-9]\d{0,14})$/.test(cell))
