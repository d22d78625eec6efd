import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { keyFromSeed } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import type { Column } from '../../table/table.js'
import { prepareRows } from '../prepare.js'
import { type Plan, planOf } from '../system.js'
import { lawWork } from '../table/law-work.js'
import { tables as tableSystem } from '../table/system.js'
import { checkTables, keyTypes, NOTHING_SAID, refersWithin, saidOfColumns } from './check-keys.js'
import type { Schema, SchemaFit } from './fit.js'
import { categoryTypes, drawnKeys, keptIn, keptNames } from './kept-tables.js'
import { inOrderOfKeys, keyText, referencesOf, type SchemaKeys } from './keys.js'
import { byCounts, linksOf, mayBreakIn } from './links.js'
import type { SchemaModel } from './model.js'
import { refuseShared, withoutKeys } from './referring.js'
import type { OneTable } from './rows-of-table.js'
import { MOST_FITTED, someRows, takeSome } from './sampled.js'
import { furtherLaws, LAWS, LAWS_A_CHOICE } from './stages.js'
import { statedOrFound } from './stated-keys.js'

/** What one table of several takes. */
interface TablePlan {
  readonly table: string
  readonly rows: number
  readonly columns: number
  readonly drawnRows: number
  /** The key by whose rows it is drawn, where it refers to others. */
  readonly by?: string | undefined
  /** Whether it stays as it is. */
  readonly isKept?: boolean
}

/** Sizes and work of several tables, in the order in which they are drawn. */
export interface SchemaPlan extends Plan {
  readonly tables: readonly TablePlan[]
}

/** Coordinates of the law of rows that refer to others, for each column: its own, about as many of the parent's, and its own before it. */
const GIVEN = 3
/**
 * What a row that refers to others takes besides its pairs, as pairs: its categories, what is kept of the rows before it, codes and
 * decoding. Measured: a quarter of a millisecond where an engine does 100,000 pairs in one (`bench/tables/schema-large.mjs`).
 */
const ROW_PAIRS = 25_000
/** And what a law takes besides its pairs on each row that it is fitted to, likewise: it regresses categories on all of them. */
const FITTED_PAIRS = 12_000
/** Bytes of a drawn cell besides what kernels take: a number, a key that is text, and what rows say to those that refer to them. */
const CELL = 24

/**
 * Sizes and work of a fit, of a draw, or of both; keys are followed, so that what is wrong with them is said. Cost O(cells). Throws
 * what `fitSchema` throws of keys.
 */
export function planSchema(
  source: { readonly schema: Schema; readonly options: SchemaFit } | { readonly model: SchemaModel },
  request?: { readonly scale?: number | undefined }
): SchemaPlan {
  const fits = 'schema' in source
  const sizes = fits ? sizesOf(source.schema, source.options) : sizesOfModel(source.model)
  const scale = request?.scale ?? 1
  const tables = sizes.map((size) => ({
    ...size,
    drawnRows: request ? (size.isKept ? size.rows : Math.max(1, Math.round(scale * size.rows))) : 0
  }))
  const stages = tables.flatMap((table) => {
    const automatic = fits && typeof source.options.bandwidth !== 'number'
    const of = table.by === undefined ? rootEstimates(table) : childEstimates(table, { automatic })
    return [
      ...(fits ? [{ stage: `fitting ${table.table}`, pairs: of.fit }] : []),
      ...(request ? [{ stage: `drawing ${table.table}`, pairs: of.draw }] : [])
    ]
  })
  const sum = (of: (table: (typeof tables)[number]) => number) => tables.reduce((all, table) => all + of(table), 0)
  return {
    ...planOf(stages, {
      rowCount: sum(({ rows }) => rows),
      columnCount: sum(({ columns }) => columns),
      drawnRows: sum(({ drawnRows }) => drawnRows),
      bytes: sum((table) => CELL * table.columns * ((fits ? table.rows : 0) + table.drawnRows)),
      dimension: sum(({ columns }) => columns),
      timed: GIVEN * Math.max(...tables.map(({ columns }) => columns)),
      besides: fits ? sum(({ root }) => rootPlan(root)?.besides ?? 0) : 0
    }),
    tables: tables.map(({ parents: _parents, choices: _choices, root: _root, hasTimes: _times, ...table }) => table)
  }
}

type Size = Omit<TablePlan, 'drawnRows'> & {
  readonly parents: number
  /** Keys by which its rows choose. */
  readonly choices: number
  /** Whether its rows follow each other in time. */
  readonly hasTimes: boolean
  /** Whether it stays as it is. */
  readonly isKept: boolean
  /** A table that refers to none, or its model. */
  readonly root?: Root | undefined
}

type Root = Parameters<typeof tableSystem.plan>[0]

function sizesOf({ tables: all, keys: own, says = {} }: Schema, { keys: stated, orphans, keep, ...each }: SchemaFit): Size[] {
  const { missing } = each
  const { tables, keys: stands } = statedOrFound({ tables: all, keys: own }, { stated, missing })
  checkTables(tables, stands)
  const names = keptNames(tables, stands, keep)
  const { order, late } = inOrderOfKeys(Object.keys(tables), drawnKeys(stands, names), mayBreakIn(tables, stands, missing))
  const links = new Map(stands.foreign.map((key) => [key, linksOf(tables, key, { missing, orphans })]))
  const kept = keptIn(names, stands, links)
  const { keys } = kept
  const now: SchemaKeys = { ...keys, foreign: keys.foreign.filter((key) => !late.includes(key)) }
  return order.map((table) => {
    const { rowCount: rows, columns } = tables[table]!
    const [counted, ...others] = referencesOf(now, table)
      .map((key) => links.get(key)!)
      .sort(byCounts)
    const by = counted && keyText(counted.key)
    const isKept = kept.names.has(table)
    const said = saidOfColumns(table, says[table] ?? NOTHING_SAID, stands)
    const types = { ...said.types, ...keyTypes(table, stands, { tables, missing }), ...categoryTypes(kept, table) }
    const rule = each.rules === 'off' ? undefined : said.rules
    const options = defined({ ...each, types, rule, ...refersWithin(table, keys) }) as OneTable
    refuseShared(table, { tables, keys: now, late, linksBy: links }, options)
    const root = counted || isKept ? undefined : { input: someOf(tables[table]!), options }
    const hasTimes = counted !== undefined && hasClock(withoutKeys(table, tables[table]!, referencesOf(keys, table)), options)
    return { table, rows, columns: columns.length, by, parents: counted?.parents ?? 0, choices: others.length, hasTimes, isKept, root }
  })
}

const sizesOfModel = ({ tables, order }: SchemaModel): Size[] =>
  order.map((table) => {
    const { rowCount: rows, layout, child, root: model } = tables[table]!
    const parents = child ? tables[child.key.to.table]!.rowCount : 0
    return {
      table,
      rows,
      columns: layout.length,
      by: child && keyText(child.key),
      parents,
      choices: child?.picks.length ?? 0,
      hasTimes: child?.time !== undefined,
      isKept: tables[table]!.kept !== undefined,
      root: model && { model }
    }
  })

interface Estimates {
  readonly fit: number
  readonly draw: number
}

/** So many rows as a law is fitted to. */
const someOf = (raw: RawTable): RawTable => takeSome(raw, someRows(raw.rowCount, keyFromSeed(1)))

/** Whether a table has a column along which its rows may follow each other: a date in every row. Cost O(cells). */
function hasClock(raw: RawTable, options: OneTable): boolean {
  const { table } = (raw.columns.length > 0 && orKeysAlone(() => prepareRows(raw, options).data)) || { table: { columns: [] as Column[] } }
  return table.columns.some((column) => column.kind === 'datetime' && !column.missing)
}

/** What is made of a table; undefined where it holds nothing but keys. */
function orKeysAlone<T>(made: () => T): T | undefined {
  try {
    return made()
  } catch (error) {
    if (error instanceof InputError && error.code === 'nothing-to-model') return undefined
    throw error
  }
}

const rootPlan = (root: Root | undefined, request?: { readonly rows: number }): Plan | undefined =>
  root && orKeysAlone(() => tableSystem.plan(root, request))

/** Pairs of a table that refers to none: those of its own plan. */
function rootEstimates({ root, drawnRows }: TablePlan & Size): Estimates {
  const whole = rootPlan(root, drawnRows > 0 ? { rows: drawnRows } : undefined)?.pairs ?? 0
  const fit = !root || 'model' in root ? 0 : (rootPlan(root)?.pairs ?? 0)
  return { fit, draw: drawnRows > 0 ? whole - fit : 0 }
}

/**
 * Pairs of a table that is drawn by the rows of another: laws of numbers of rows and of first ones are fitted to as many rows as there
 * are parents, those of further rows and of choices to rows of the table itself; where rows follow each other in time, those of further
 * rows by steps and by shares of the way to the end. Kernels are not counted, for which few tables ask.
 */
function childEstimates(
  { rows, columns, drawnRows, parents, choices, hasTimes }: TablePlan & Size,
  { automatic }: { readonly automatic: boolean }
): Estimates {
  const drawn = drawnRows + Math.round((parents * drawnRows) / Math.max(1, rows))
  const lawOn = (fitted: number) => {
    const size = { rows: fitted, coordinateCount: GIVEN * columns, drawnRows: drawn, conditions: drawnRows, bandwidthGiven: !automatic }
    const { search, scaling, draw } = lawWork(size)
    return { fit: search + scaling + FITTED_PAIRS * fitted, draw }
  }
  const of = { parents: lawOn(Math.min(parents, rows, MOST_FITTED)), rows: lawOn(Math.min(rows, MOST_FITTED)) }
  const fit = LAWS * of.parents.fit + (LAWS_A_CHOICE * choices + furtherLaws(hasTimes)) * of.rows.fit
  return { fit, draw: (1 + choices) * (of.rows.draw + ROW_PAIRS * drawn) }
}
