import type { KeptKeys } from '../../code/keys/keep.js'
import { keepKeys, withKeys } from '../../code/keys/keep.js'
import type { KeptRules } from '../../code/rules/kept-rules.js'
import type { WrittenTable } from '../../code/rules/rows-of-rule.js'
import { InputError } from '../../num/errors.js'
import type { Matrix } from '../../num/matrix.js'
import { type Encoder, fitEncoder } from '../../table/encoder.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { keepColumns } from '../../table/rows.js'
import { methodsOf } from '../panel/methods.js'
import { prepareRows } from '../prepare.js'
import { type OtherColumns, ruledBeside } from '../rules/ruled-rows.js'
import { type BesideKeys, keysOf } from '../table/keyed.js'
import type { TableFit } from '../table/options.js'
import { cellsIn } from './links.js'
import type { EACH_TABLE } from './options.js'

/** Options of a fit that hold for every table of several. */
export type EachTable = Pick<TableFit, (typeof EACH_TABLE)[number]>

/** Options of one table of several. */
export type OneTable = EachTable & Pick<TableFit, 'types' | 'rule' | 'seed' | 'refers'>

/** A table that others refer to: its rows as numbers [n, k], and as they are. */
export interface Referred {
  readonly context: Matrix
  readonly whole: Pick<InferredTable, 'table' | 'formats'>
}

/** One table of several, read: whole, and without what its rules derive. */
export interface ReadTable {
  /** All columns but keys into other tables; those that are keys or text of their own are identifiers. */
  readonly whole: InferredTable
  /** The same without what rules derive. */
  readonly data: InferredTable
  readonly rules?: KeptRules | undefined
  readonly keys?: KeptKeys | undefined
}

/** No columns of other tables. */
const NO_COLUMNS: WrittenTable = { table: { columns: [], rowCount: 0 }, formats: [] }

/** Reads a table of which no column need be modelled: one may hold nothing but keys. `beside`: what is known beside its own keys, as of `keysOf`; `others`: as of `ruledBeside`. Throws what `ruledRows` throws. */
export function readTableOf(raw: RawTable, options: OneTable, beside: BesideKeys = {}, others: OtherColumns = NO_COLUMNS): ReadTable {
  if (raw.columns.length === 0) return onlyKeys(raw, options, beside)
  try {
    const { data, rules } = ruledBeside(raw, options, others)
    return { whole: prepareRows(raw, options).data, data, rules, keys: keysOf(raw, options, beside) }
  } catch (error) {
    if (error instanceof InputError && error.code === 'nothing-to-model') return onlyKeys(raw, options, beside)
    throw error
  }
}

/** Options under which some rows of a table are read as all are. */
export function likeAll(some: RawTable, { whole }: ReadTable, options: OneTable): OneTable {
  const kinds = new Map(prepareRows(some, options).data.table.columns.map(({ name, kind }) => [name, kind]))
  const others = whole.table.columns.filter(({ name, kind }) => (kinds.get(name) ?? kind) !== kind)
  const types = Object.fromEntries(others.map(({ name, kind }) => [name, kind === 'integer' ? 'number' : kind]))
  return others.length === 0 ? options : { ...options, types: { ...types, ...options.types } as NonNullable<OneTable['types']> }
}

/** A table of keys and names alone. */
function onlyKeys(raw: RawTable, { missing, seed = 1, text, refers }: OneTable, { keys: others = [], led }: BesideKeys): ReadTable {
  const { rowCount } = raw
  const columns = raw.columns.map(({ name }) => ({ name, kind: 'identifier' as const }))
  const formats = raw.columns.map(({ name, source }): ColumnFormat => ({ name, source, kind: 'identifier' }))
  const data = { table: { columns, rowCount }, formats, notes: [] }
  const cells = raw.columns.map(({ name }) => ({ name, cells: cellsIn(raw, name, missing) }))
  const keys = cells.length === 0 ? undefined : keepKeys(cells, seed, { text, refers, table: withKeys(data.table, others), led })
  return { whole: data, data, keys }
}

/** What rows of a table say as numbers to those that refer to them: its own columns, and what its parents say [n, k]. */
export function contextEncoder(whole: WrittenTable): Encoder {
  const { table, formats } = keepColumns(whole, ({ kind }) => kind !== 'identifier')
  return fitEncoder(table, formats, methodsOf(table, 'auto')[0])
}
