import { defined } from '../../num/defined.js'
import { log } from '../../num/elementary.js'
import { InputError } from '../../num/errors.js'
import { throwIfStopped, type Watch } from '../../num/iterate.js'
import { inTurns } from '../../num/pause.js'
import { type Key, keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { RARE_BELOW } from '../../table/rare-below.js'
import { type RowOrder, rowsInOrder } from '../../table/row-order.js'
import type { Column, Table } from '../../table/table.js'
import { isBelievedAtLog, logFactorials } from '../rules/chance.js'
import { inOrderOfDates, keyAlong } from './along.js'
import { type Fresh, freshInTurn, type Guard, type OfRows } from './draw.js'
import { cellOf, type Form, isToldWhole, type Pattern, sizeOf, tellersOf } from './form.js'
import { formedForm } from './formed.js'
import { hashesOf } from './guard.js'
import { gapAt, gapsOfKeys, gapText, type KeyGap } from './key-gaps.js'
import { composedForm, type Label, learnForm } from './learn.js'
import type { Made } from './made.js'
import { type FreeText, isProse, proseForm, shuffledForm } from './prose.js'
import { drawReferences, type KeyColumn, type Reference, referenceOf, refersTo, type StatedReferences } from './reference.js'
import { type Told, tellerText, toldBy } from './teller.js'

/** How the values of one key come about: plain data without any of them. */
export interface KeptKey {
  readonly column: string
  readonly form: Form
  /** What becomes of it, where it is text that does not come in new words. */
  readonly text?: FreeText
  /** Share of rows without a value. */
  readonly missing: number
  /** Which rows these are, where another column says so. */
  readonly gap?: KeyGap | undefined
  /** Values that are there more than once; new ones come again only where their form has no more. */
  readonly repeated: number
  /** The dates that run as it does: later rows have later keys. */
  readonly along?: RowOrder | undefined
  /** Sorted keyed hashes of the values, none of which is drawn again. */
  readonly hashes: Float64Array
}

/** Keys of a table, left out of what is modelled and made anew. */
export interface KeptKeys {
  /** Of the key of the hashes. */
  readonly seed: number
  readonly keys: readonly KeptKey[]
  /** Columns whose values are keys of the table. */
  readonly references: readonly Reference[]
  /** By column, the share of cells without a value that are an empty text; absent where none are. */
  readonly empty?: Readonly<Record<string, number>> | undefined
  /** Columns that a host makes up; absent where there are none. */
  readonly made?: Made
}

export interface KeyOptions {
  readonly text?: FreeText | undefined
  /** The table whose rows the keys are of: dates may run as they do. */
  readonly table?: Table | undefined
  /** Columns of what rows lead to, several to the same: they may tell parts of keys, and no more. */
  readonly led?: readonly Column[] | undefined
  /** References that are known. */
  readonly refers?: StatedReferences | undefined
}

/** Learns how keys are written, and how they refer to each other. Cost O(characters), and with a table O(rows · log rows). */
export function keepKeys(columns: readonly KeyColumn[], seed: number, options: KeyOptions = {}): KeptKeys {
  const refers = (column: KeyColumn, key: KeyColumn) => key !== column && refersTo(column, key, options.refers)
  const referred = columns.map((column, c) => columns.find((key, k) => refers(column, key) && !(k > c && refers(key, column))))
  const gaps = options.table ? gapsOfKeys(columns, options.table) : new Map<string, KeyGap>()
  const isReference = (column: KeyColumn) => referred[columns.indexOf(column)] !== undefined
  const own = columns.filter((column) => !isReference(column))
  const empty = columns.flatMap((column) => (column.empty === undefined ? [] : [[column.name, column.empty] as const]))
  return {
    seed,
    ...(empty.length > 0 ? { empty: Object.fromEntries(empty) } : {}),
    keys: own.map((column, k) => ({
      ...keepKey(column, guardKey(seed), { ...options, table: options.table && withKeys(options.table, own.slice(0, k)) }),
      ...defined({ gap: gaps.get(column.name) })
    })),
    references: columns.flatMap((column, c) => {
      const key = referred[c]
      return key && !isReference(key) ? [referenceOf(column, key)] : []
    })
  }
}

/** A table with the cells of keys. */
export const withKeys = ({ columns, rowCount }: Table, keys: readonly KeyColumn[]): Table => ({
  columns: [
    ...columns.filter(({ name }) => !keys.some((key) => key.name === name)),
    ...keys.map(({ name, cells }) => ({ name, kind: 'identifier' as const, cells }))
  ],
  rowCount
})

/** The key of the hashes of a model. */
export const guardKey = (seed: number): Key => keyFor(keyFromSeed(seed), 'values that are there')

function keepKey({ name, cells: inRows }: KeyColumn, key: Key, { text = 'new', table, led = [] }: KeyOptions): KeptKey {
  const telling = table && { table: { ...table, columns: [...table.columns, ...led] }, shared: new Set(led.map((column) => column.name)) }
  const learn = (dated: ReturnType<typeof keyAlong>) => {
    const cells = dated?.cells ?? inRows
    const values = cells.filter((cell): cell is string => cell !== null)
    const isOfTable = table && inRows.length === table.rowCount
    const askedOf = (some: readonly string[], recurs: boolean) =>
      isOfTable ? { ...telling!, rows: rowsOf(some, inRows), recurs } : undefined
    const all = [...new Set(values)]
    const asked = askedOf(all, all.length < values.length)
    const composed = asked && (formedForm(name, all, asked) ?? composedForm(all, asked))
    if (composed) return { dated, values, different: all, repeated: values.length - all.length, learned: composed }
    const labels = labelsOf(inRows)
    const labelled = new Set(labels.map(({ text }) => text))
    const names = values.filter((value) => !labelled.has(value))
    const different = [...new Set(names)]
    const repeated = names.length - different.length
    return { dated, values, different, repeated, learned: learnForm(different, askedOf(different, repeated > 0), labels) }
  }
  let read = learn(table && keyAlong(inRows, table))
  const tellers = read.learned ? tellersOf(read.learned) : []
  if (table && tellers.length > 0) {
    // A key that holds its date rises with it anyhow: whether the rest does is seen among rows of which the same is told.
    const at = toldBy(telling!.table)
    const along = keyAlong(inRows, table, (row) => JSON.stringify(tellers.map((teller) => at(row)(teller) ?? null)))
    const isSame = along && read.dated?.cells.every((cell, k) => cell === along.cells[k])
    if (isSame) read = { ...read, dated: along }
    else if (along || read.dated) read = learn(along)
  }
  const { dated, values, different, repeated, learned } = read
  const isText = learned === undefined || isProse(values)
  const form = isText && text === 'shuffle' ? shuffledForm(values) : (learned ?? proseForm(values))
  return {
    column: name,
    form,
    ...(isText && text !== 'new' ? { text } : {}),
    missing: isText && text === 'empty' ? 1 : 1 - values.length / Math.max(1, inRows.length),
    ...(dated && form.patterns.some(({ progress }) => progress) ? { along: dated.along } : {}),
    repeated,
    hashes: hashesOf(key, different)
  }
}

/** Values that far more rows have than would by chance if all values were as common: labels among names, as a salary among transfers. Cost O(rows). */
function labelsOf(cells: readonly (string | null)[]): Label[] {
  const rows = new Map<string, number[]>()
  let present = 0
  for (const [row, cell] of cells.entries()) {
    if (cell === null) continue
    present++
    const own = rows.get(cell)
    if (own) own.push(row)
    else rows.set(cell, [row])
  }
  const mean = present / Math.max(1, rows.size)
  const factorials = logFactorials([...rows.values()].reduce((most, { length }) => Math.max(most, length), 0))
  // A Poisson count: its tail is led by its first term.
  const isLabel = (count: number) =>
    count >= RARE_BELOW && count > mean && isBelievedAtLog(count * log(mean) - mean - factorials[count]!, rows.size)
  return [...rows].flatMap(([text, own]) => (isLabel(own.length) ? [{ text, rows: own }] : []))
}

/** The first row of each value. */
function rowsOf(values: readonly string[], cells: readonly (string | null)[]): number[] {
  const rows = new Map<string | null, number>()
  for (const [row, cell] of cells.entries()) if (!rows.has(cell)) rows.set(cell, row)
  return values.map((value) => rows.get(value)!)
}

/** Rows whose keys are drawn. */
interface KeyedRows {
  readonly count: number
  readonly key: Key
}

/** As `drawKeyInTurns`, at once, and of no rows that tell anything. */
export const drawKey = (key: KeptKey, seed: number, rows: KeyedRows): (string | null)[] => cellsInTurn(key, seed, rows)(rows.count)

/** The stage in which keys are drawn. */
export const DRAWING_KEYS = 'drawing keys'

/**
 * Cells of a key for drawn rows, in the order in which they are made: that of rows, or of their dates where these run along; null in
 * as many as in the data have none. Throws `InputError` (code `key-space`), `StopError`.
 */
export function drawKeyInTurns(
  key: KeptKey,
  seed: number,
  { of, keys, ...rows }: KeyedRows & { readonly of?: RowsOfKeys | undefined; readonly keys?: KeyCells | undefined },
  watch?: Watch
): Promise<(string | null)[]> {
  const next = cellsInTurn(key, seed, rows)
  const { told, isGap } = rowsOfKey(key, { of, keys })
  let made = 0
  const more = (count: number) => {
    const first = made
    made += count
    return next(count, { told: told && ((k) => told(first + k)), isGap: isGap && ((k) => isGap(first + k)) })
  }
  return inTurns(rows.count, more, (done) => {
    throwIfStopped(watch, DRAWING_KEYS)
    watch?.progress?.({ stage: DRAWING_KEYS, done, total: rows.count })
  })
}

/** The rows that keys are of, and the keys before. */
interface Around {
  readonly of: RowsOfKeys | undefined
  readonly keys?: KeyCells | undefined
}

/** What is known of the row of each cell, in the order in which cells are made. */
const rowsOfKey = (key: KeptKey, { of, keys = new Map() }: Around): OfRows => ({
  told: toldIn(key, { of, keys }),
  // Keys that run along dates have no gaps: cells are made in the order of rows.
  isGap: key.gap && key.missing < 1 && of ? gapAt(key.gap, { table: of.table, keys }) : undefined
})

/** What the row of each cell tells of it; undefined where nothing is told. */
function toldIn({ along, form }: KeptKey, { of, keys = new Map() }: Around): ((k: number) => Told) | undefined {
  if (!of || tellersOf(form).length === 0) return undefined
  const at = toldBy(
    withKeys(
      of.table,
      Array.from(keys, ([name, cells]) => ({ name, cells }))
    )
  )
  const order = along && rowsInOrder(of.table, along, of.part)
  return order ? (k) => at(order[k]!) : at
}

/** The same, so many at a time. */
function cellsInTurn({ column, form, missing, repeated, hashes }: KeptKey, seed: number, rows: KeyedRows): Fresh {
  if (missing === 1) return (count) => new Array<null>(count).fill(null)
  const key = keyFor(rows.key, column)
  const guard: Guard = { key: guardKey(seed), hashes }
  const next = freshInTurn(form, rows.count, { column, key, guard, recurs: repeated > 0 })
  if (missing === 0) return next
  const left = keyFor(key, 'missing')
  let row = 0
  return (count, of) => {
    const first = row
    row += count
    return next(count, { isGap: (k) => uniforms(left, 1, first + k)[0]! < missing, ...defined({ ...of }) })
  }
}

/** A form with so many times more codes than rows, in its rarest pattern, cannot run out. */
const AMPLE = 8n

/** Whether so many rows may be more than a form has codes for; only drawing them tells. What others say whole needs none. Cost little. */
export function mayRunOut({ form, hashes, missing }: KeptKey, rowCount: number): boolean {
  if (missing === 1 || isToldWhole(form)) return false
  const needed = AMPLE * BigInt(rowCount + hashes.length)
  return form.patterns.some((pattern) => fewestCodes(pattern) < needed)
}

/** Codes of the cell that has the fewest. */
function fewestCodes(pattern: Pattern): bigint {
  const choices = pattern.segments.map((segment) =>
    segment.kind === 'symbols' ? segment.lengths.indexOf(Math.min(...segment.lengths)) : 0
  )
  return sizeOf(pattern, cellOf(choices))
}

type KeyCells = ReadonlyMap<string, readonly (string | null)[]>

/** The rows whose keys they are, and how many of them are put in the order of their dates at a time. */
interface RowsOfKeys {
  readonly table: Table
  readonly part: number
}

/** Cells of all keys but references, by column, for `rows.count` rows that come some at a time. Throws `InputError` (code `key-space`). */
export function keysInTurn(
  { keys, seed, empty }: KeptKeys,
  rows: KeyedRows
): (count: number, of?: RowsOfKeys) => Map<string, readonly (string | null)[]> {
  const each = keys.map((key) => ({ key, next: cellsInTurn(key, seed, rows) }))
  let first = 0
  return (count, of) => {
    const cells = new Map<string, readonly (string | null)[]>()
    for (const { key, next } of each) cells.set(key.column, placed(key, next(count, rowsOfKey(key, { of, keys: cells })), of))
    first += count
    return withEmpty(cells, empty, { key: rows.key, first: first - count })
  }
}

/** Cells with empty texts where these stand for no value, as often as in the data. */
export function withEmpty(
  all: ReadonlyMap<string, readonly (string | null)[]>,
  empty: KeptKeys['empty'] = {},
  { key, first }: { readonly key: Key; readonly first: number }
): Map<string, readonly (string | null)[]> {
  const written = new Map(all)
  for (const [column, share] of Object.entries(empty)) {
    const own = keyFor(keyFor(key, column), 'empty')
    const cells = all.get(column)?.map((cell, i) => (cell === null && uniforms(own, 1, first + i)[0]! < share ? '' : cell))
    if (cells) written.set(column, cells)
  }
  return written
}

/** Cells of a key in the rows that they are of. */
const placed = ({ along }: KeptKey, own: readonly (string | null)[], of: RowsOfKeys | undefined): readonly (string | null)[] =>
  along && of ? inOrderOfDates(own, of.table, along, of.part) : own

/**
 * Cells of all keys for drawn rows by column, and of what refers to them, a few rows at a time. Throws `InputError` (code
 * `key-space`), `StopError`.
 */
export async function drawKeys(
  kept: KeptKeys,
  rows: KeyedRows & { readonly of?: RowsOfKeys | undefined },
  watch?: Watch
): Promise<KeyCells> {
  const cells = new Map<string, readonly (string | null)[]>()
  for (const [k, key] of kept.keys.entries()) {
    const progress: Watch['progress'] = ({ done }) =>
      watch?.progress?.({ stage: DRAWING_KEYS, done: k + done / Math.max(1, rows.count), total: kept.keys.length })
    const own = await drawKeyInTurns(key, kept.seed, { ...rows, keys: cells }, { ...watch, progress })
    cells.set(key.column, placed(key, own, rows.of))
  }
  for (const reference of kept.references) {
    const named = cells.get(reference.to)!
    const targets = drawReferences(reference, rows.count, keyFor(rows.key, reference.column))
    cells.set(
      reference.column,
      Array.from(targets, (target) => (target < 0 ? null : named[target]!))
    )
  }
  return withEmpty(cells, kept.empty, { key: rows.key, first: 0 })
}

/** How keys are written: for each a new value, and what is special about it. */
export function keyTexts({ keys, references, made, seed }: KeptKeys): string[] {
  const examples: Column[] = []
  const texts = keys.map((key) => {
    if (key.text === 'empty') return `${key.column} is text, left empty`
    // What a key before it tells is told by the example of that one.
    const example = exampleOf(key, { seed, told: toldBy({ columns: examples })(0) })
    examples.push({ name: key.column, kind: 'identifier', cells: [example ?? null] })
    return keyText(key, example)
  })
  return [...texts, ...references.map(referenceText), ...(made ? madeTexts(made) : [])]
}

function madeTexts({ columns, sex, country }: Made): string[] {
  const by = [sex, country].filter((name) => name !== undefined)
  const fitting = by.length === 0 ? '' : `, as ${by.join(' and ')} say${by.length === 1 ? 's' : ''}`
  return columns.map(({ column, what }) => `${column} made up: ${what}${fitting}`)
}

function referenceText({ column, to, before, depths }: Reference): string {
  const deep = depths.length > 1 ? [`up to ${depths.length - 1} deep`] : []
  return [`${column} refers to ${to}${before ? ' of rows before' : ''}`, ...deep].join(', ')
}

/** A new value of a key; undefined of what other columns say whole, where none of them has an example: it has values in new rows alone. */
function exampleOf({ column, form, hashes }: KeptKey, { seed, told }: { readonly seed: number; readonly told: Told }): string | undefined {
  const isOpen = tellersOf(form).some((teller) => told(teller) === undefined)
  if (isOpen && isToldWhole(form)) return undefined
  const key = keyFor(keyFor(keyFromSeed(seed), 'example'), column)
  try {
    return freshInTurn(form, 1, { column, key, guard: { key: guardKey(seed), hashes } })(1, { told: () => told })[0]!
  } catch (error) {
    // What a row says may leave room where nothing is said.
    if (isOpen && error instanceof InputError && error.code === 'key-space') return undefined
    throw error
  }
}

function keyText(key: KeptKey, example: string | undefined): string {
  const { column, form, text, repeated, gap } = key
  const written = example === undefined ? column : `${column} like ${example}`
  const running = form.patterns.some(({ progress }) => progress)
  const by = [form.by, form.mixed?.by].filter((teller) => teller !== undefined)
  const several = form.patterns.length > 1 ? [`${form.patterns.length} patterns${form.by ? ` as ${form.by.column} says` : ''}`] : []
  const within = [...new Set(tellersOf(form).flatMap((teller) => (by.includes(teller) ? [] : [tellerText(teller)])))]
  const isWhole = isToldWhole(form)
  const forms = form.patterns.length > 1 ? ` in ${form.patterns.length} forms` : ''
  if (isWhole && key.text === undefined)
    return [`${written}${forms}, of ${within.join(' and ')}`, ...(gap ? [gapText(gap)] : [])].join(', ')
  const told = within.length > 0 ? [`with ${within.join(' and ')} in it`] : []
  const check = form.check === undefined ? [] : [`check digits: ${form.check}`]
  const shuffled = text === 'shuffle' ? ['words shuffled'] : []
  const on = running ? [key.along ? `running on as ${key.along.column} does` : 'running on'] : []
  const names = repeated > 0 ? ['names that recur'] : []
  return [written, ...shuffled, ...told, ...on, ...several, ...check, ...names, ...(gap ? [gapText(gap)] : [])].join(', ')
}
