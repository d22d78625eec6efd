import { MOST_COMPARED } from '../panel/compared.js'
import { NEXT_STEPS } from '../panel/step-law.js'
import { type Plan, planOf } from '../system.js'
import { estimateJob } from '../table/estimate.js'
import { checkTables } from './check-keys.js'
import type { Schema, SchemaFit } from './fit.js'
import { inOrderOfKeys, keyText, referencesOf, type SchemaKeys } from './keys.js'
import { byCounts, linksOf, mayBreakIn } from './links.js'
import type { SchemaModel } from './model.js'
import { MOST_FITTED } from './sampled.js'
import { statedOrFound } from './stated-keys.js'

/** What one table of several takes. */
interface TablePlan {
  readonly table: string
  readonly rows: number
  readonly columns: number
  readonly drawnRows: number
  /** The key by whose rows it is drawn, where it refers to others. */
  readonly by?: string | undefined
}

/** Sizes and work of several tables, in the order in which they are drawn. */
export interface SchemaPlan extends Plan {
  readonly tables: readonly TablePlan[]
}

/** Settings that a search of a law of rows given others tries, as a rule. */
const TRIALS = 8
/** Steps of a draw of a table that refers to none, as a rule. */
const STEPS = 20
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
  const tables = sizes.map((size) => ({ ...size, drawnRows: request ? Math.max(1, Math.round(scale * size.rows)) : 0 }))
  const stages = tables.flatMap((table) => {
    const of = estimatesOf(table, { automatic: fits && typeof source.options.bandwidth !== 'number' })
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
      timed: Math.max(...tables.map(({ columns }) => columns))
    }),
    tables: tables.map(({ parents: _, ...table }) => table)
  }
}

type Size = Omit<TablePlan, 'drawnRows'> & { readonly parents: number }

function sizesOf({ tables: all, keys: own }: Schema, { keys: stated, missing, orphans }: SchemaFit): Size[] {
  const { tables, keys } = statedOrFound({ tables: all, keys: own }, { stated, missing })
  checkTables(tables, keys)
  const { order, late } = inOrderOfKeys(Object.keys(tables), keys, mayBreakIn(tables, keys, missing))
  const links = new Map(keys.foreign.map((key) => [key, linksOf(tables, key, { missing, orphans })]))
  const now: SchemaKeys = { ...keys, foreign: keys.foreign.filter((key) => !late.includes(key)) }
  return order.map((table) => {
    const { rowCount: rows, columns } = tables[table]!
    const [counted] = referencesOf(now, table)
      .map((key) => links.get(key)!)
      .sort(byCounts)
    return { table, rows, columns: columns.length, by: counted && keyText(counted.key), parents: counted?.parents ?? 0 }
  })
}

const sizesOfModel = ({ tables, order }: SchemaModel): Size[] =>
  order.map((table) => {
    const { rowCount: rows, layout, child } = tables[table]!
    const parents = child ? tables[child.key.to.table]!.rowCount : 0
    return { table, rows, columns: layout.length, by: child && keyText(child.key), parents }
  })

/** Pairs of the fit and of the draw of one table. */
function estimatesOf(
  { rows, columns, drawnRows, by, parents }: TablePlan & Size,
  { automatic }: { readonly automatic: boolean }
): { readonly fit: number; readonly draw: number } {
  const shared = { passesPerStep: 1, comparesScalings: automatic && by === undefined, automaticBandwidth: automatic && by === undefined }
  const fitted = Math.min(rows, MOST_FITTED)
  // Rows that refer to others are given these: about as many numbers again, and their own before them.
  const given = 3 * columns
  const { stages } =
    by === undefined
      ? estimateJob({ ...shared, rowCount: fitted, dimension: columns, drawnRows, steps: STEPS })
      : estimateJob({
          ...shared,
          rowCount: Math.min(MOST_COMPARED, fitted),
          dimension: given,
          drawnRows: drawnRows + Math.round((parents * drawnRows) / Math.max(1, rows)),
          steps: NEXT_STEPS,
          known: { conditions: drawnRows, trials: automatic ? TRIALS : 1, coordinateCount: given, partCount: 1, observes: false }
        })
  const pairs = (isDraw: boolean) => stages.reduce((all, one) => all + ((one.stage === 'sampling') === isDraw ? one.pairs : 0), 0)
  return { fit: pairs(false), draw: pairs(true) }
}
