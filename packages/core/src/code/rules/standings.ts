import { defined } from '../../num/defined.js'
import { listed } from '../../num/listed.js'
import { type Codes, codesOf, fewCodesOf, jointCodes, spreadRows } from '../../table/codes.js'
import { columnWord } from '../../table/expression-text.js'
import { roundToFormat } from '../../table/present.js'
import { numbersOf } from '../../table/rows.js'
import type { Column, NumericColumn, Table } from '../../table/table.js'
import { isBelievedAtLog, isBeyondChance, rateByChance } from './chance.js'
import { logFactorial } from './find-steps.js'
import type { RuledColumn } from './kept-rules.js'
import { type Quantity, tolerance } from './quantity.js'
import type { WrittenTable } from './rows-of-rule.js'

/** A column that says where a row stands among all rows of a table, or of some categories. Plain data. */
export type Standing = {
  readonly column: string
  /** The number by which rows stand. */
  readonly of: string
  /** Rows that have the same here stand among themselves. */
  readonly by: readonly string[]
} & (Rank | Share | Summary)

interface Rank {
  readonly kind: 'rank'
  /** Whether the largest is the first. */
  readonly descending?: boolean | undefined
  /** What equal numbers have: the least of their ranks, all the same and the next one more, the mean, or one after the other as they stand. */
  readonly ties: Ties
}

interface Share {
  readonly kind: 'share'
  /** What all shares add up to: 1 or 100. */
  readonly whole: number
}

/** The same in all rows of a group: what their numbers come to. */
interface Summary {
  readonly kind: SummaryKind
}

/** As words of a rule have it. */
export const SUMMARIES = ['sum', 'mean'] as const
type SummaryKind = (typeof SUMMARIES)[number]

const isSummary = (one: Standing): one is Standing & Summary => SUMMARIES.some((kind) => kind === one.kind)

export const TIES = ['least', 'dense', 'mean', 'order'] as const
type Ties = (typeof TIES)[number]

/** Rows, spread over the table, that are looked at before all. */
const FIRST_ROWS = 2000
/** Columns of few values beyond which rows are told apart by one of them only. */
const MOST_PAIRED = 12
/** Values of a column that rows are told apart by, at most, and rows of each, on average at least. */
const [MOST_GROUPS, LEAST_ROWS] = [200, 3]

/** A standing in words. */
export function standingText(one: Standing): string {
  const among = one.by.length === 0 ? '' : ` in each ${listed(one.by.map(columnWord))}`
  const of = columnWord(one.of)
  if (isSummary(one)) return `${columnWord(one.column)} = ${one.kind} of ${of}${among}`
  if (one.kind === 'rank') return `${columnWord(one.column)} = rank of ${of}${among}, the ${one.descending ? 'largest' : 'smallest'} first`
  return `${columnWord(one.column)} = ${one.whole === 1 ? '' : `${one.whole} * `}${of} / sum of ${of}${among}`
}

/** Groups of rows by some columns. */
function groupsOf(by: readonly string[], { columns, rowCount }: Table): Codes {
  const all = by.map((name) => codesOf(columns.find((one) => one.name === name) as Exclude<Column, { kind: 'identifier' }>))
  return all.reduce((a, b) => jointCodes(a, b), { codes: new Int32Array(rowCount), count: 1 })
}

/** What the rows of a table have, NaN where there is no number to stand by: ranks and shares with all their digits. Cost O(n log n). */
function standingValues(standing: Standing, values: Float64Array, { codes, count }: Codes): Float64Array {
  if (isSummary(standing)) {
    const found = summaries(standing.kind, values, { codes, count })
    return Float64Array.from(codes, (group) => found[group]!)
  }
  if (standing.kind === 'share') {
    const sums = new Float64Array(count)
    values.forEach((x, i) => {
      if (!Number.isNaN(x)) sums[codes[i]!]! += x
    })
    return values.map((x, i) => (standing.whole * x) / sums[codes[i]!]!)
  }
  return ranksIn(standing, values, { codes, count })
}

/** What the numbers of each group come to. */
function summaries(kind: SummaryKind, values: Float64Array, { codes, count }: Codes): Float64Array {
  const [sums, rows] = [new Float64Array(count), new Float64Array(count)]
  values.forEach((x, i) => {
    if (Number.isNaN(x)) return
    sums[codes[i]!]! += x
    rows[codes[i]!]!++
  })
  return kind === 'sum' ? sums : sums.map((sum, g) => sum / rows[g]!)
}

/** Groups of several rows with different numbers, at least: of fewer a sum or a mean is so by chance. */
const LEAST_GROUPS = 10

/**
 * Columns that have one number in all rows of each value of another column, and are the sum or the mean of what varies there, beyond chance:
 * the total of an order in each of its lines, the mean of what was measured several times. Ends are none: a price is the least of what its product
 * is sold for by itself. Cost O(rows) for each pair of a column and a key that tells it, and each number.
 */
function findSummaries(numbers: readonly Quantity[], { columns, rowCount }: Table): Standing[] {
  const keys = columns.flatMap((column) => {
    if (column.kind === 'identifier' || column.kind === 'number' || column.kind === 'datetime') return []
    const codes = codesOf(column)
    return codes.count >= LEAST_GROUPS && 2 * (rowCount - codes.count) >= codes.count ? [{ name: column.name, codes }] : []
  })
  const candidates = keys.length * numbers.length ** 2 * SUMMARIES.length
  const found: Standing[] = []
  for (const key of keys) {
    const [still, moving] = [true, false].map((told) =>
      numbers.filter((one) => one.name !== key.name && isSameIn(key.codes, one.values) === told)
    )
    for (const target of still!) {
      const isOpen = !standsOn(found, target.name) && !found.some(({ column }) => column === target.name || column === key.name)
      if (!isOpen || target.values.some(Number.isNaN)) continue
      const drawn = moving!.filter(({ name }) => !found.some(({ column }) => column === name))
      const one = summaryIn(target, drawn, { key, candidates })
      if (one) found.push(one)
    }
  }
  return found
}

/** Whether the rows of each group have one number. Cost O(rows), and as many as show that they have not. */
function isSameIn({ codes, count }: Codes, values: Float64Array): boolean {
  const seen = new Uint8Array(count)
  const first = new Float64Array(count)
  return codes.every((group, i) => {
    const [known, value] = [first[group]!, values[i]!]
    if (seen[group] === 1) return known === value || (Number.isNaN(known) && Number.isNaN(value))
    seen[group] = 1
    first[group] = value
    return true
  })
}

/** Whether a column tells where rows stand: each is computed from columns that are drawn. */
const standsOn = (found: readonly Standing[], name: string): boolean => found.some(({ of, by }) => of === name || by.includes(name))

interface Keyed {
  readonly key: { readonly name: string; readonly codes: Codes }
  readonly candidates: number
}

function summaryIn(target: Quantity, others: readonly Quantity[], { key, candidates }: Keyed): Standing | undefined {
  const { codes, count } = key.codes
  const wanted = new Float64Array(count)
  codes.forEach((group, i) => {
    wanted[group] = target.values[i]!
  })
  for (const of of others) {
    const moves = new Uint8Array(count)
    const means = summaries('mean', of.values, { codes, count })
    codes.forEach((group, i) => {
      if (of.values[i] !== means[group]) moves[group] = 1
    })
    const groups = Array.from(moves.keys()).filter((g) => moves[g] === 1)
    if (groups.length < LEAST_GROUPS) continue
    for (const kind of SUMMARIES) {
      const own = summaries(kind, of.values, key.codes)
      const fits = (g: number, h: number) => Math.abs(own[g]! - wanted[h]!) <= tolerance(target.unit, wanted[h]!)
      if (!own.every((_, g) => fits(g, g))) continue
      const rate = rateByChance(groups.length, (g, h) => fits(groups[g]!, groups[h]!))
      if (isBeyondChance({ rate, times: groups.length, candidates })) return { kind, column: target.name, of: of.name, by: [key.name] }
    }
  }
  return undefined
}

function ranksIn({ descending = false, ties }: Rank, values: Float64Array, { codes, count }: Codes): Float64Array {
  const sign = descending ? -1 : 1
  const order = Uint32Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]!))
  order.sort((a, b) => codes[a]! - codes[b]! || sign * (values[a]! - values[b]!) || a - b)
  const ranks = new Float64Array(values.length).fill(Number.NaN)
  const [firsts, different] = [new Int32Array(count).fill(-1), new Int32Array(count)]
  for (let k = 0; k < order.length; ) {
    const [row, group] = [order[k]!, codes[order[k]!]!]
    if (firsts[group]! < 0) firsts[group] = k
    different[group]!++
    let end = k + 1
    while (end < order.length && codes[order[end]!] === group && values[order[end]!] === values[row]) end++
    const [first, last] = [k - firsts[group]! + 1, end - firsts[group]!]
    for (let at = k; at < end; at++)
      ranks[order[at]!] =
        ties === 'least' ? first : ties === 'dense' ? different[group]! : ties === 'mean' ? (first + last) / 2 : first + at - k
    k = end
  }
  return ranks
}

/**
 * Columns that are ranks or shares of others, in the whole table, or among the rows of one column or of two, beyond chance. A rank
 * that only numbers the rows as they stand is none. Cost O(p²) sums of rows, and a sort for each that could be.
 */
export function findStandings(quantities: readonly Quantity[], { table }: WrittenTable): Standing[] {
  const numbers = quantities.filter(({ isDate }) => !isDate)
  const found = findSummaries(numbers, table)
  const isDrawn = (name: string) => !found.some(({ column }) => column === name)
  const asks = numbers.filter((one) => isDrawn(one.name) && (couldBeRank(one) || couldBeShare(one)))
  if (asks.length === 0) return found
  const ways = waysIn(table)
  const candidates = asks.length * ways.length * numbers.length * 2 * TIES.length
  for (const target of asks) {
    if (standsOn(found, target.name)) continue
    const free = numbers.filter(({ name }) => name !== target.name && isDrawn(name))
    for (const { by, groups, first } of ways) {
      if (by.includes(target.name) || !by.every(isDrawn)) continue
      const others = free.filter(({ name }) => !by.includes(name))
      const standing =
        rankOf(target, { by, groups, first, others, candidates }) ?? shareOf(target, { by, groups, first, others, candidates })
      if (!standing) continue
      found.push(standing)
      break
    }
  }
  return found
}

interface Way {
  readonly by: readonly string[]
  readonly groups: Codes
  /** Rows that are looked at before all. */
  readonly first: Uint32Array
}

interface Among extends Way {
  readonly others: readonly Quantity[]
  readonly candidates: number
}

/** None, one column or two of few values. */
function waysIn({ columns, rowCount }: Table): Way[] {
  const few = columns.flatMap((column): { readonly name: string; readonly codes: Codes }[] => {
    const codes =
      column.kind === 'identifier' || column.kind === 'number'
        ? undefined
        : fewCodesOf(column, Math.min(MOST_GROUPS, rowCount / LEAST_ROWS))
    return codes && codes.count > 1 ? [{ name: column.name, codes }] : []
  })
  const first = spreadRows(rowCount, FIRST_ROWS)
  const none: Way = { by: [], groups: { codes: new Int32Array(rowCount), count: 1 }, first }
  const single = few.map(({ name, codes }): Way => ({ by: [name], groups: codes, first }))
  const paired = few.length > MOST_PAIRED ? [] : few
  const pairs = paired.flatMap((a, k) =>
    paired.slice(k + 1).map((b): Way => ({ by: [a.name, b.name], groups: jointCodes(a.codes, b.codes), first }))
  )
  return [none, ...single, ...pairs.filter(({ groups }) => LEAST_ROWS * groups.count <= rowCount)]
}

const couldBeRank = ({ values }: Quantity): boolean => {
  let least = Number.POSITIVE_INFINITY
  for (const x of values) {
    if (x < 1 || 2 * x !== Math.round(2 * x) || x > values.length) return false
    if (x < least) least = x
  }
  return least < 2 && values.some((x) => x !== least && !Number.isNaN(x))
}

const couldBeShare = ({ values, unit }: Quantity): boolean =>
  unit > 0 && values.every((x) => !(x < 0) && !(x > 100)) && values.some((x) => x > 0 && x !== 1)

/** Whether gaps are where the number has them. */
const gapsAgree = (a: Float64Array, b: Float64Array): boolean => a.every((x, i) => Number.isNaN(x) === Number.isNaN(b[i]!))

function rankOf(target: Quantity, { by, groups, first, others, candidates }: Among): Standing | undefined {
  if (!couldBeRank(target) || isNumbering(target.values)) return undefined
  const [most, sizes] = [new Float64Array(groups.count), new Float64Array(groups.count)]
  target.values.forEach((x, i) => {
    if (Number.isNaN(x)) return
    const group = groups.codes[i]!
    most[group] = Math.max(most[group]!, x)
    sizes[group]!++
  })
  if (most.some((x, g) => x > sizes[g]! || (sizes[g]! > 0 && x < 1)) || Math.max(...most) < 2) return undefined
  if (by.length > 0 && others.some(({ values }) => isPlanned(target.values, values))) return undefined
  for (const of of others) {
    if (![true, false].some((way) => inOrder(target.values, of.values, { by, groups, first }, way))) continue
    if (!gapsAgree(of.values, target.values) || !isBelievedAtLog(-logOrders(of.values, groups), candidates)) continue
    // Where many rows share a number, one rank for each is what the number says by itself, as pieces do of an amount at one price.
    const isShared = 2 * differentIn(of.values, groups) < of.values.length
    for (const descending of [true, false])
      for (const ties of inOrder(target.values, of.values, { by, groups, first }, descending) ? TIES : []) {
        if (ties === 'dense' && isShared) continue
        const standing: Standing = {
          kind: 'rank',
          column: target.name,
          of: of.name,
          by,
          ties,
          ...defined({ descending: descending || undefined })
        }
        const ranks = ranksIn(standing, of.values, groups)
        if (ranks.every((x, i) => x === target.values[i] || Number.isNaN(x))) return standing
      }
  }
  return undefined
}

/**
 * Whether a number tells the ranks by itself, whatever the group: those of each rank lie between those of its neighbours, as days of visits by
 * a plan do. A rank among new rows, of which a group has any, would be another visit than the day and its name say.
 */
function isPlanned(ranks: Float64Array, values: Float64Array): boolean {
  const ends = new Map<number, readonly [low: number, high: number]>()
  ranks.forEach((rank, i) => {
    const [value, known] = [values[i]!, ends.get(rank)]
    if (!Number.isNaN(rank)) ends.set(rank, known ? [Math.min(known[0], value), Math.max(known[1], value)] : [value, value])
  })
  const sorted = [...ends.values()].sort((a, b) => a[0] - b[0])
  return sorted.every(([low], k) => k === 0 || low > sorted[k - 1]![1])
}

/** Whether neighbours of a group, among some rows, have ranks in the order of their numbers: of others half do. */
function inOrder(ranks: Float64Array, values: Float64Array, { groups: { codes, count }, first }: Way, descending: boolean): boolean {
  const last = new Int32Array(count).fill(-1)
  for (const i of first) {
    const [group, before] = [codes[i]!, last[codes[i]!]!]
    last[group] = i
    if (before < 0) continue
    const rise = (values[i]! - values[before]!) * (descending ? -1 : 1)
    const up = ranks[i]! - ranks[before]!
    if (rise * up < 0 || (rise !== 0 && up === 0)) return false
  }
  return true
}

const isNumbering = (values: Float64Array): boolean =>
  values.every((x, i) => x === i + 1) || values.every((x, i) => x === values.length - i)

/** Different numbers of each group, all together. */
const differentIn = (values: Float64Array, { codes, count }: Codes): number =>
  jointCodes({ codes, count }, codesOf({ kind: 'number', name: '', values })).count

/** Logarithm of how many orders the different numbers of each group could have. */
function logOrders(values: Float64Array, { codes, count }: Codes): number {
  const seen = Array.from({ length: count }, () => new Set<number>())
  values.forEach((x, i) => {
    if (!Number.isNaN(x)) seen[codes[i]!]!.add(x)
  })
  return seen.reduce((sum, own) => sum + logFactorial(own.size), 0)
}

function shareOf(target: Quantity, { by, groups, others, candidates }: Among): Standing | undefined {
  if (!couldBeShare(target)) return undefined
  const { values, unit } = target
  const [sums, sizes] = [new Float64Array(groups.count), new Float64Array(groups.count)]
  values.forEach((x, i) => {
    if (Number.isNaN(x)) return
    sums[groups.codes[i]!]! += x
    sizes[groups.codes[i]!]!++
  })
  const whole = [1, 100].find((all) => sums.every((sum, g) => sizes[g] === 0 || Math.abs(sum - all) <= 0.5 * unit * sizes[g]! + 1e-9 * all))
  if (whole === undefined) return undefined
  for (const of of others) {
    if (!gapsAgree(of.values, values) || of.values.some((x) => x < 0)) continue
    const standing: Standing = { kind: 'share', column: target.name, of: of.name, by, whole }
    const shares = standingValues(standing, of.values, groups)
    const fits = (i: number, j: number) => Number.isNaN(values[j]!) || Math.abs(shares[i]! - values[j]!) <= tolerance(unit, values[j]!)
    if (!shares.every((_, i) => fits(i, i))) continue
    if (isBeyondChance({ rate: rateByChance(values.length, fits), times: values.length - groups.count, candidates })) return standing
  }
  return undefined
}

/** A table with the columns that say where its rows stand, behind all others. Cost O(n log n) each. */
export function withStandings(
  standings: readonly Standing[],
  { table, formats }: WrittenTable,
  columns: readonly RuledColumn[]
): WrittenTable {
  const own = standings.map((standing) => columns.find(({ name }) => name === standing.column)!)
  const added = standings.map((standing, k): Column => {
    const { name, kind, format } = own[k]!
    const found = standingValues(standing, presentOrNaN(table, standing.of), groupsOf(standing.by, table))
    const values = found.map((x) => (Number.isFinite(x) ? roundToFormat(x, format) : 0))
    const missing = found.some((x) => !Number.isFinite(x)) ? Uint8Array.from(found, (x) => (Number.isFinite(x) ? 0 : 1)) : undefined
    return { name, kind: kind as NumericColumn['kind'], values, ...defined({ missing }) }
  })
  return { table: { ...table, columns: [...table.columns, ...added] }, formats: [...formats, ...own.map(({ format }) => format)] }
}

function presentOrNaN(table: Table, name: string): Float64Array {
  const { values, missing } = numbersOf(table, name)
  return missing ? values.map((x, i) => (missing[i] ? Number.NaN : x)) : values
}

/** How many rows do not stand where a standing says, to the unit of its column. */
export function brokenStandings(standing: Standing, table: Table, unit: number): number {
  const found = standingValues(standing, presentOrNaN(table, standing.of), groupsOf(standing.by, table))
  const own = presentOrNaN(table, standing.column)
  return own.filter((x, i) => Number.isNaN(x) !== Number.isNaN(found[i]!) || Math.abs(x - found[i]!) > tolerance(unit, x)).length
}
