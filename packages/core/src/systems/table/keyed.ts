import { tellersOf } from '../../code/keys/form.js'
import {
  DRAWING_KEYS,
  drawKey,
  drawKeyInTurns,
  drawKeys,
  guardKey,
  type KeptKeys,
  keepKeys,
  keysInTurn,
  mayRunOut,
  withKeys
} from '../../code/keys/keep.js'
import { keyColumns } from '../../code/keys/leave-keys-out.js'
import { drawMade, learnMade, MAKING_PEOPLE, type People } from '../../code/keys/made.js'
import type { KeyColumn } from '../../code/keys/reference.js'
import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { InputError } from '../../num/errors.js'
import type { Watch } from '../../num/iterate.js'
import { counted, typesFlag } from '../../num/listed.js'
import { type Key, keyFor, keyFromSeed } from '../../num/random.js'
import { isMadeKind } from '../../table/made-kinds.js'
import type { RawTable } from '../../table/raw.js'
import type { Column } from '../../table/table.js'
import { inLine } from '../../tell/telling.js'
import { type Host, needed } from '../host.js'
import { readPanel } from '../panel/read.js'
import { prepareRows } from '../prepare.js'
import { ruledRows } from '../rules/ruled-rows.js'
import type { DrawnRows, TableFit } from './options.js'

/** What decides which columns are keys. */
type KeyOptions = Parameters<typeof ruledRows>[1] & Pick<TableFit, 'group' | 'time' | 'seed'>

/** As `keysOf`. Throws `InputError` (code `key-repeated`) where two rows share what is said to be a key. */
export function statedKeysOf(raw: RawTable, options: KeyOptions): KeptKeys | undefined {
  const named = Object.entries(options.types ?? {}).filter(([name, kind]) => kind === 'identifier' && name !== options.group)
  if (named.length > 0) {
    const stated = new Set(named.map(([name]) => name))
    const columns = keyColumns(raw, rowsOf(raw, options).data, options.missing)
    for (const column of columns) if (stated.has(column.name)) refuseRepeats(column)
  }
  return keysOf(raw, options)
}

/** What may tell parts of a table's keys beside its own columns. */
export interface BesideKeys {
  /** Keys that its rows refer to, or belong to. */
  readonly keys?: readonly KeyColumn[] | undefined
  /** Columns of the rows that they refer to. */
  readonly led?: readonly Column[] | undefined
}

/** The keys of a table under some options of a fit, or undefined where it has none. Cost O(characters). */
export function keysOf(raw: RawTable, options: KeyOptions, { keys: others = [], led }: BesideKeys = {}): KeptKeys | undefined {
  const { data } = rowsOf(raw, options)
  const columns = keyColumns(raw, data, options.missing)
  if (columns.length === 0) return undefined
  const seed = options.seed ?? 1
  const whatOf = ({ name }: KeyColumn) => options.types?.[name]
  const kept = keepKeys(
    columns.filter((column) => !isMadeKind(whatOf(column))),
    seed,
    {
      text: options.text,
      refers: options.refers,
      table: withKeys(prepareRows(raw, options).data.table, [...others, ...groupKey(raw, options)]),
      led
    }
  )
  const made = columns.flatMap((column) => {
    const what = whatOf(column)
    return isMadeKind(what) ? [{ ...column, what }] : []
  })
  return made.length === 0 ? kept : { ...kept, made: learnMade(made, data.table, guardKey(seed)) }
}

/** The key of groups, which is drawn before those of rows. */
const groupKey = (raw: RawTable, { group, missing }: KeyOptions): KeyColumn[] =>
  group === undefined ? [] : keyColumns(raw, { table: { columns: [{ name: group, kind: 'identifier' }], rowCount: raw.rowCount } }, missing)

/** Part of the rows that may share a key by mistake: where more do, they are names. */
const MOST_MISTAKES = 0.05

/** A column that is said to be a key, and nearly is one, tells all rows apart. Names that recur as a rule are made anew, and a note says so. */
function refuseRepeats({ name, cells }: KeyColumn): void {
  const seen = new Map<string, number>()
  let count = 0
  let found: { readonly cell: string; readonly rows: readonly [number, number] } | undefined
  for (const [row, cell] of cells.entries()) {
    if (cell === null) continue
    const before = seen.get(cell)
    if (before === undefined) seen.set(cell, row)
    else {
      count++
      found ??= { cell, rows: [before + 1, row + 1] }
    }
  }
  if (!found || count > MOST_MISTAKES * cells.length) return
  throw new InputError({
    code: 'key-repeated',
    got: `${name} as an identifier, of which ${counted(count, 'row')} ${count === 1 ? 'has' : 'have'} a value of an earlier one: “${inLine(found.cell)}” stands in rows ${found.rows.join(' and ')}`,
    expected: 'a key that tells all rows apart',
    try: `correcting row ${found.rows[1]}; ${typesFlag(name, 'category')} where values recur as they stand, --group ${name} where rows of one value belong together, or leaving --types out where these are names`
  })
}

function rowsOf(raw: RawTable, options: KeyOptions): Pick<ReturnType<typeof ruledRows>, 'data'> {
  return options.group === undefined ? ruledRows(raw, options) : readPanel(raw, options)
}

/** Refuses more rows than there are new keys for, before rows are drawn. Throws `InputError` (code `key-space`). */
export function checkKeys(kept: KeptKeys | undefined, rowCount: number): void {
  for (const key of scarceKeys(kept, rowCount)) drawKey(key, kept!.seed, checkedRows(rowCount))
}

/** The same where it may be stopped: nothing of it is told, as none of these is a key of a row. Throws `StopError`, too. */
export async function checkKeysInTurns(kept: KeptKeys | undefined, rowCount: number, { stop }: Watch): Promise<void> {
  for (const key of scarceKeys(kept, rowCount)) await drawKeyInTurns(key, kept!.seed, checkedRows(rowCount), stop && { stop })
}

/** Stages of a plan behind those of the rows, in which keys come about: little beside them. */
export const KEY_STAGES = [DRAWING_KEYS, MAKING_PEOPLE].map((stage) => ({ stage, pairs: 0 }))

/** Keys that only drawing them tells to be enough; what another key tells of one is known only beside it. */
function scarceKeys(kept: KeptKeys | undefined, rowCount: number) {
  const { keys = [] } = kept ?? {}
  const isKey = (name: string) => keys.some(({ column }) => column === name)
  return keys.filter((key) => mayRunOut(key, rowCount) && !tellersOf(key.form).some((teller) => isKey(teller.column)))
}

const checkedRows = (count: number) => ({ count, key: keyFromSeed(0) })

/** Who makes up people where keys ask for it. Throws what the host throws, or `InputError` (code `host-unable`). */
export async function peopleFor(kept: KeptKeys | undefined, host: Host | undefined): Promise<People | undefined> {
  return kept?.made && (await needed(host?.people, `columns to be made up (${kept.made.columns.map(({ column }) => column).join(', ')})`)())
}

interface NewKeys {
  readonly watch?: Watch | undefined
  readonly kept: KeptKeys | undefined
  readonly people: People | undefined
  readonly seed: number
}

/** Drawn rows with new keys: a row's key depends on the seed and its place alone, or where dates run as keys do on its date's place among those of its batch. Throws `InputError` (code `key-space`), `StopError`. */
export async function withNewKeys(drawn: DrawnRows, { kept, people, seed, watch }: NewKeys): Promise<DrawnRows> {
  if (!kept) return drawn
  const { table } = drawn
  const key = keysKey(seed)
  const cells = new Map([
    ...(await drawKeys(kept, { count: table.rowCount, key, of: { table, part: BATCH_ROWS } }, watch)),
    ...(kept.made && people
      ? await drawMade(kept.made, { people, table, key: keyFor(key, 'people'), guard: guardKey(kept.seed) }, watch)
      : [])
  ])
  return withCells(drawn, cells)
}

const keysKey = (seed: number): Key => keyFor(keyFromSeed(seed), 'keys')

/** The same of rows that come some at a time, `rows` in all; undefined where keys depend on rows that come later. */
export function newKeysInTurn(
  kept: KeptKeys | undefined,
  { rows, seed }: { readonly rows: number; readonly seed: number }
): ((drawn: DrawnRows) => DrawnRows) | undefined {
  if (!kept) return (drawn) => drawn
  if (kept.made || kept.references.length > 0) return undefined
  const next = keysInTurn(kept, { count: rows, key: keysKey(seed) })
  return (drawn) => withCells(drawn, next(drawn.table.rowCount, { table: drawn.table, part: BATCH_ROWS }))
}

function withCells(drawn: DrawnRows, cells: ReadonlyMap<string, readonly (string | null)[]>): DrawnRows {
  const { table } = drawn
  const columns = table.columns.map((column): Column => {
    const own = column.kind === 'identifier' ? cells.get(column.name) : undefined
    return own ? { name: column.name, kind: 'identifier', cells: own } : column
  })
  return { ...drawn, table: { ...table, columns } }
}
