import { decimalsOf } from '@sbridge/core/internal'
import type { Bounds } from '@sbridge/core/tables'
import { DAY } from '../format/columns.js'
import { type Clause, clausesIn, type Limit } from './check-conditions.js'
import type { DatabaseColumn, Described } from './contract.js'
import { isoTime } from './iso-time.js'

/** What a database says of a table: kinds of columns, and rules that its rows obey, in the words of the options `types` and `rule`. */
export interface Schema {
  readonly types: Readonly<Record<string, string>>
  readonly rules: readonly string[]
  /** The least and the largest value that a column may have. */
  readonly bounds: Readonly<Record<string, Bounds>>
  /** Conditions of CHECK that nothing of these says, as SQL has them. */
  readonly unsaid: readonly string[]
}

export const NO_SCHEMA: Schema = { types: {}, rules: [], bounds: {}, unsaid: [] }

/**
 * Kinds, rules and bounds in the constraints of a table: unique columns are keys, several together a rule; of CHECKs those that order two columns, limit one or
 * list its values. That a column is never empty needs nothing: where no row of the data lacks it, no new one does.
 */
export function schemaOf(columns: readonly DatabaseColumn[], { unique, checks }: Pick<Described, 'unique' | 'checks'>): Schema {
  const types: Record<string, string> = {}
  for (const { name, enumerated } of columns) if (enumerated) types[name] = 'category'
  const named = (name: string) => columns.find((one) => one.name === name) ?? onlyOne(columns, name)
  for (const [name, ...others] of unique)
    if (others.length === 0 && ['text', 'whole'].includes(named(name!)?.kind ?? '')) types[name!] = 'identifier'
  const rules = [...new Set(unique.flatMap((names) => uniqueTogether(names.map(named))))]
  const unsaid: string[] = []
  const bounds = new Map<string, Bounds>()
  const orders: [string, string][] = []
  for (const clause of checks.flatMap(clausesIn)) {
    const said = saidBy(clause, named, types)
    if (!said) unsaid.push(clause.text)
    else if ('order' in said) {
      rules.push(said.order)
      orders.push(said.columns)
      if (said.leavesOpen) unsaid.push(clause.text)
    } else if ('category' in said) types[said.category] = 'category'
    else if ('bounded' in said) bounds.set(said.bounded, narrower(bounds.get(said.bounded), said.bounds))
  }
  return { types, rules, bounds: Object.fromEntries(alongOrders(bounds, orders)), unsaid }
}

/** Columns that are unique together, as a rule: those that are unique as a column of its own is are none any more. */
function uniqueTogether(columns: readonly (DatabaseColumn | undefined)[]): string[] {
  if (columns.length < 2 || !columns.every((column) => column && column.kind !== 'nested')) return []
  return [`unique(${columns.map((column) => wordOf(column!.name)).join(', ')})`]
}

const wordOf = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** Names without quotes have no case. */
function onlyOne(columns: readonly DatabaseColumn[], name: string): DatabaseColumn | undefined {
  const alike = columns.filter((one) => one.name.toLowerCase() === name.toLowerCase())
  return alike.length === 1 ? alike[0] : undefined
}

type Said =
  | { readonly order: string; readonly columns: [string, string]; readonly leavesOpen: boolean }
  | { readonly category: string }
  | { readonly bounded: string; readonly bounds: Bounds }
  | { readonly present: string }

/** What of a clause new rows are held to; undefined where nothing can hold them. */
function saidBy(
  clause: Clause,
  named: (name: string) => DatabaseColumn | undefined,
  types: Readonly<Record<string, string>>
): Said | undefined {
  if (clause.kind === 'other') return undefined
  if (clause.kind === 'order') {
    const [low, high] = [named(clause.low), named(clause.high)]
    return low && high && haveOrder(low, high) ? orderOf(low, high, clause.strict) : undefined
  }
  const column = named(clause.column)
  if (!column) return undefined
  const { name } = column
  if (clause.kind === 'present') return { present: name }
  const isKey = types[name] === 'identifier'
  if (clause.kind === 'list') return column.kind === 'nested' || column.kind === 'time' || isKey ? undefined : { category: name }
  const bounds = isNumber(column) ? boundsOf(column, clause) : undefined
  // New keys are numbers from 1 on, or as long as those that are there.
  if (!bounds || (isKey && !(bounds.most === undefined && bounds.least! <= 1))) return undefined
  return { bounded: name, bounds }
}

/** Numbers and times; and days in text, of a database that has no dates: they sort as they follow each other. */
const haveOrder = (...columns: readonly DatabaseColumn[]): boolean =>
  columns.every(({ cells }) => cells.some((cell) => cell !== null)) && (columns.every(isNumber) || columns.every(isDays))

const isDays = ({ kind, cells }: DatabaseColumn): boolean =>
  kind === 'text' && cells.every((cell) => cell === null || (DAY_TEXT.test(String(cell)) && !Number.isNaN(Date.parse(String(cell)))))

const DAY_TEXT = /^\d{4}-\d{2}-\d{2}$/

const isNumber = ({ kind }: DatabaseColumn): boolean => kind === 'whole' || kind === 'number' || kind === 'time'

const numbersOf = ({ cells, kind }: DatabaseColumn): Float64Array =>
  Float64Array.from(cells.flatMap((cell) => (cell === null ? [] : [kind === 'time' ? Date.parse(String(cell)) : Number(cell)])))

/** The least step between two values of a column as its cells are written; undefined where they have all their digits. */
function stepOf(column: DatabaseColumn): number | undefined {
  if (column.kind === 'whole') return 1
  if (column.kind === 'text') return DAY
  const values = numbersOf(column)
  if (column.kind === 'time') return values.every((time) => time % DAY === 0) ? DAY : 1
  const decimals = decimalsOf(values, undefined)
  return decimals === undefined ? undefined : Number(`1e-${decimals}`)
}

/** Rules count dates in days. */
function orderOf(low: DatabaseColumn, high: DatabaseColumn, strict: boolean): Said {
  const columns: [string, string] = [low.name, high.name]
  const [word, other] = columns.map(wordOf) as [string, string]
  if (!strict) return { order: `${other} >= ${word}`, columns, leavesOpen: false }
  const steps = [stepOf(low), stepOf(high)]
  const isWhole = low.kind === high.kind && steps[0] === steps[1] && (low.kind === 'whole' || steps[0] === DAY)
  return { order: `${other} >= ${word}${isWhole ? ' + 1' : ''}`, columns, leavesOpen: !isWhole }
}

/** Limits as the least and the largest value that may be there; undefined for limits that are no numbers or times. */
function boundsOf(column: DatabaseColumn, { least, most }: Extract<Clause, { kind: 'limit' }>): Bounds | undefined {
  const ends = [least, most].map((limit) => limit && placeOf(limit, column))
  if (ends.some((end, k) => Number.isNaN(end) && [least, most][k])) return undefined
  const inside = ([least, most] as const).map((limit, k) => {
    if (!limit?.strict) return ends[k]
    const side = k === 0 ? 1 : -1
    const step = stepOf(column)
    // Where digits are all there are, the farthest value of the data is the nearest to the limit that surely may be there.
    return step === undefined
      ? side * numbersOf(column).reduce((a, b) => Math.min(a, side * b), Number.POSITIVE_INFINITY)
      : beyond(ends[k]!, side * step)
  })
  return { ...(least ? { least: inside[0]! } : {}), ...(most ? { most: inside[1]! } : {}) }
}

function placeOf({ at }: Limit, { kind }: DatabaseColumn): number {
  if (kind !== 'time') return typeof at === 'string' && at.trim() === '' ? Number.NaN : Number(at)
  return typeof at === 'number' ? Number.NaN : Date.parse(/\d{2}:\d{2}/.test(at) ? isoTime(at) : at)
}

/** The next value that is written beyond a limit: 0.1 + 0.2 is 0.3. */
const beyond = (limit: number, step: number): number => Number((limit + step).toPrecision(15))

function narrower(a: Bounds | undefined, b: Bounds): Bounds {
  const leasts = [a?.least, b.least].filter((x) => x !== undefined)
  const mosts = [a?.most, b.most].filter((x) => x !== undefined)
  return { ...(leasts.length > 0 ? { least: Math.max(...leasts) } : {}), ...(mosts.length > 0 ? { most: Math.min(...mosts) } : {}) }
}

/** What is below another column is below its largest value, and the other above its least. */
function alongOrders(bounds: ReadonlyMap<string, Bounds>, orders: readonly (readonly [string, string])[]): ReadonlyMap<string, Bounds> {
  const out = new Map(bounds)
  for (let turn = 0; turn < orders.length; turn++)
    for (const [low, high] of orders) {
      const [{ least }, { most }] = [out.get(low) ?? {}, out.get(high) ?? {}] as const
      if (most !== undefined) out.set(low, narrower(out.get(low), { most }))
      if (least !== undefined) out.set(high, narrower(out.get(high), { least }))
    }
  return out
}
