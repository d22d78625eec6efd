import { log } from '../../num/elementary.js'
import { later } from '../../num/later.js'
import { CALENDAR_PARTS, type CalendarPart } from '../../table/calendar-part.js'
import { cellAt } from '../../table/cells.js'
import {
  type Cells,
  type Codes,
  codesIn,
  codesOf,
  determines,
  jointCodes,
  sameCell,
  sharedRate,
  sharingRows,
  sizesOf,
  spreadRows,
  surelyMore,
  varies
} from '../../table/codes.js'
import { keyTogether } from '../../table/row-order.js'
import { takeTableRows } from '../../table/rows.js'
import { type Column, isCategorical, isNumeric } from '../../table/table.js'
import { isBelievedAtLog, isBeyondChance, logFactorials } from './chance.js'
import { type KeyPart, keyColumn } from './key-part.js'
import type { LookupKey } from './rule.js'

/** A column that one, two or three others determine, or a part of a date. */
export interface LookupFound extends LookupKey {
  readonly column: string
}

interface Search {
  /** Rows that candidates must pass before all rows are looked at. */
  readonly firstRows?: number | undefined
  /** Columns that tell another together, at most: 2 or 3. */
  readonly most?: 2 | 3
}

/** Rows of a value that has occurred before: fewer are no support. */
const LEAST_REPEATS = 20
/** A column or pair of which most rows differ determines all others without meaning it. */
const MOST_ALONE = 0.5
/** Pairs of columns are tried where both have at most so many values. */
const MOST_VALUES = 2000
/** Rows, spread over the table, that a lookup must pass before all rows are looked at. */
export const FIRST_ROWS = 2000
/** Columns of which pairs are tried, and threes. */
const MOST_COLUMNS = 60
/** Pairs of rows that two columns leave open, of which a third must tell each: one that has nothing to do with them tells few. Bits of a number. */
const FIRST_PAIRS = 32

/** Ranks of categories, of columns of whole numbers, and of decimals. */
const NAMES = 0
const WHOLE = 1
const DECIMALS = 3

/** A column by its values, of which those of all rows are numbered when they are asked for. */
class Coded {
  readonly name: string
  /** Whether it can determine others; categories and whole numbers come first where two determine each other. */
  readonly rank: number
  /** Of the first rows that are looked at. */
  readonly first: Codes
  #all: Codes | undefined
  #column: Cells | undefined

  constructor(
    own: Cells,
    rows: Uint32Array,
    /** What a calendar says of dates, and which. */
    readonly part?: { readonly name: CalendarPart; readonly of: Coded }
  ) {
    this.name = own.name
    this.rank = part ? WHOLE : rankOf(own)
    const first = part && keyColumn(takeTableRows({ columns: [own], rowCount: rows.length }, rows).columns[0]!, part.name)
    this.first = first ? codesOf(first as Cells) : codesIn(own, rows)
    this.#column = part ? undefined : own
  }

  /** Of a part of dates once it is asked for: few of them pass the first rows. */
  get column(): Cells {
    this.#column ??= keyColumn(this.part!.of.column, this.part!.name) as Cells
    return this.#column
  }

  get all(): Codes {
    this.#all ??= codesOf(this.column)
    return this.#all
  }
}

/**
 * Columns whose value one other column determines, or two, or three: rows that agree there agree here, in all rows that can show it.
 * Rows that repeat a whole row show nothing. What all rows say is asked of those columns only that the first rows, spread over
 * the table, do not refute. Cost O(p²) on the first rows, O(rows) for each that passes, and for pairs of at most 60 columns O(p)
 * on the first rows.
 */
export function findLookups(
  columns: readonly Column[],
  rowCount: number,
  { firstRows = FIRST_ROWS, most = 2 }: Search = {}
): LookupFound[] {
  const rows = spreadRows(rowCount, firstRows)
  const all = columns.flatMap((column) => ((isCategorical(column) || isNumeric(column)) && varies(column) ? [new Coded(column, rows)] : []))
  const parts = partsOf(all, rows)
  const evidence = new Evidence(all, rowCount, parts)
  const singles = [...all, ...parts].sort((a, b) => a.rank - b.rank).flatMap((from) => determinedBy(from, evidence))
  // Decimals are looked up sooner than looked up by: new ones would mostly be none of those that are known.
  const last = new Set(all.filter(({ rank }) => rank === DECIMALS).map(({ name }) => name))
  const byDecimals = ({ from }: LookupFound) => last.has(from[0]!)
  const keys = keysOf(all)
  const fewer = [...singles.filter((one) => !byDecimals(one)), ...findPairs(keys, evidence, singles)]
  return [...fewer, ...(most > 2 ? findTriples(keys, evidence, fewer) : []), ...singles.filter(byDecimals)]
}

/** What a calendar says of each column of dates. */
const partsOf = (all: readonly Coded[], rows: Uint32Array): Coded[] =>
  all.flatMap((of) => {
    if (of.column.kind !== 'datetime') return []
    const parts = CALENDAR_PARTS.map((name) => new Coded(of.column, rows, { name, of }))
    return parts.filter(({ first }) => first.count > 1)
  })

/** Columns that can be one of several by which others are looked up. */
const keysOf = (all: readonly Coded[]): Coded[] =>
  all
    .filter(({ column, rank }) => rank <= 1 && !surelyMore(column, MOST_VALUES))
    .filter((one) => one.all.count <= MOST_VALUES)
    .slice(0, MOST_COLUMNS)

/** Columns that one column determines. */
function determinedBy(from: Coded, evidence: Evidence): LookupFound[] {
  const { all, rowCount } = evidence
  const isKey = isNamed(from) || from.name === evidence.key()
  const isAlone = () => !isKey && surelyMore(from.column, MOST_ALONE * rowCount)
  // First rows that all differ refute nothing.
  if (from.first.count === from.first.codes.length && isAlone()) return []
  const open = all.filter((to) => to.name !== from.name && determines(from.first, to.first))
  if (open.length === 0 || isAlone()) return []
  const pairs = sharingRows(from.all)
  return open.flatMap((to): LookupFound[] => {
    if (!pairs.every(([a, b]) => sameCell(to.column, a, b)) || !determines(from.all, to.all)) return []
    // What is missing together is a rule of gaps: the values themselves must be shared.
    if (!isShared(evidence.valuesOf(from), isKey)) return []
    const [key, told] = [evidence.of(from), evidence.of(to)]
    // Rows that share what determines a column share that: it has no more values, and rows share them at least as often.
    if (!isShared(key, isKey) || key.count < told.count || sharedRate(key) > sharedRate(told)) return []
    // Of a part of dates each date says it once.
    const rate = sharedRate(told)
    const times = (from.part ? evidence.of(from.part.of).count : told.codes.length) - key.count
    return evidence.isBelieved(rate, times + (from.part ? shownByDigits(from, to, rate) : 0))
      ? [{ column: to.name, from: [from.name], ...(from.part ? { parts: [from.part.name] } : {}) }]
      : []
  })
}

/**
 * What a column shows that is the very number of a part of dates, in rows that agree at a rate by chance: each different one says what stands for
 * what by itself, and of its digits each would be another one by chance nine times in ten. Nothing of any other column. Cost O(rows).
 */
function shownByDigits(part: Coded, to: Coded, rate: number): number {
  if (!isSameNumber(part.column, to.column, to.all.codes.length)) return 0
  const numbers = [...new Set(Array.from(to.all.codes.keys(), cellAt(part.column)))]
  const digits = numbers.reduce<number>((sum, one) => sum + String(one).length, 0)
  return numbers.length - (digits * log(10)) / log(rate)
}

/** Whether two columns have the same number in every row, as whole numbers or as levels. Cost O(rows). */
export function isSameNumber(one: Column, other: Column, rowCount: number): boolean {
  const [own, same] = [cellAt(one), cellAt(other)]
  for (let i = 0; i < rowCount; i++) if (Number(own(i)) !== Number(same(i))) return false
  return true
}

/** What the rows of a table show that no earlier row repeats. */
class Evidence {
  #marks: Uint8Array | undefined
  #keys: number | undefined
  readonly #codes = new Map<Coded, Codes>()
  /** The column of which the rows of each value stand together, as the lines of an order do: that they are of one date is meant where most have one line. */
  readonly key = later(() => keyTogether({ columns: this.all.map(({ column }) => column), rowCount: this.rowCount }))

  constructor(
    readonly all: readonly Coded[],
    readonly rowCount: number,
    readonly parts: readonly Coded[]
  ) {}

  of(one: Coded): Codes {
    this.#marks ??= distinctRows(this.all, this.rowCount)
    const marks = this.#marks
    if (!marks.includes(0)) return one.all
    const known = this.#codes.get(one) ?? { ...one.all, codes: one.all.codes.filter((_, i) => marks[i] === 1) }
    this.#codes.set(one, known)
    return known
  }

  /** The same without the rows that have none. */
  valuesOf(one: Coded): Codes {
    const own = this.of(one)
    const gap = missingCode(one.column, one.all)
    if (gap === undefined) return own
    return { codes: own.codes.filter((code) => code !== gap), count: own.count - 1 }
  }

  /** Whether it is beyond chance among all columns by each that can be a key; how many these are is counted only where it matters. */
  isBelieved(rate: number, times: number): boolean {
    const among = (keys: number) => isBeyondChance({ rate, times, candidates: keys * this.all.length })
    if (among(this.all.length + this.parts.length)) return true
    if (!among(1)) return false
    this.#keys ??= this.parts.length + this.all.filter((one) => isShared(this.of(one), isNamed(one))).length
    return among(this.#keys)
  }
}

/** Two columns that determine a third, which neither of them does, or the weekday and the hour of a date. */
function findPairs(keys: readonly Coded[], evidence: Evidence, singles: readonly LookupFound[]): LookupFound[] {
  const { all, parts } = evidence
  const told = new Map<string, Set<string>>()
  const nameOf = (name: string, part: KeyPart | null | undefined) => JSON.stringify([name, part ?? null])
  for (const { column, from, parts: own } of singles) {
    const name = nameOf(from[0]!, own?.[0])
    told.set(name, (told.get(name) ?? new Set()).add(column))
  }
  const tells = (from: Coded, to: Coded) => told.get(nameOf(from.name, from.part?.name))?.has(to.name) ?? false
  const ofDates = parts.flatMap((a) =>
    parts.flatMap((b) => (a.part!.name === 'weekday' && b.part!.name === 'hour' && a.name === b.name ? [[a, b] as const] : []))
  )
  const pairs = [...keys.flatMap((a, k) => keys.slice(k + 1).map((b) => [a, b] as const)), ...ofDates]
  const candidates = (keys.length * keys.length * all.length) / 2 + ofDates.length * all.length
  const found = pairs.flatMap(([a, b]) => {
    if (tells(a, b) || tells(b, a)) return []
    const first = jointCodes(a.first, b.first)
    const open = all.filter(
      (to) =>
        to.name !== a.name &&
        to.name !== b.name &&
        to.first.count <= first.count &&
        !tells(a, to) &&
        !tells(b, to) &&
        determines(first, to.first)
    )
    if (open.length === 0) return []
    const both = jointCodes(evidence.of(a), evidence.of(b))
    if (!isShared(both)) return []
    return open.flatMap((to): (LookupFound & { readonly count: number })[] => {
      const third = evidence.of(to)
      if (!determines(both, third)) return []
      // Independence would be too easy to reject: what one of the two already says of the third counts as known.
      const rate = Math.max(sharedRate(third), sharedRate(third, evidence.of(a)), sharedRate(third, evidence.of(b)))
      const times = both.codes.length - both.count
      if (!isBeyondChance({ rate, times, candidates })) return []
      const key = a.part && b.part ? { parts: [a.part.name, b.part.name] } : {}
      return [{ column: to.name, from: [a.name, b.name], ...key, count: both.count }]
    })
  })
  // Country and year rather than city and year.
  return found.sort((x, y) => x.count - y.count).map(({ count: _, ...one }) => one)
}

/**
 * Columns that three others determine, as a price by type, zone and season, and neither two of these nor others. Each of
 * the three must say more than chance of the rows that the other two leave open. Cost of p columns O(p²) on the first rows for each that is not
 * told, as of pairs: two rows that agree in a pair and not in the column leave few thirds; O(rows) for three that pass.
 */
function findTriples(among: readonly Coded[], evidence: Evidence, fewer: readonly LookupFound[]): LookupFound[] {
  const isOpen = (one: Coded) => isShared(one.first) && !fewer.some(({ column }) => column === one.name)
  const targets = evidence.all.filter(isOpen)
  if (targets.length === 0) return []
  // What most rows have alone is no part of what some share.
  const keys = among.filter(({ first }) => isShared(first))
  const candidates = (keys.length ** 3 * targets.length) / 6
  const found: (LookupFound & { readonly count: number })[] = []
  for (const [k, a] of keys.entries())
    for (const [l, b] of keys.entries()) {
      if (l <= k) continue
      const pair = jointCodes(a.first, b.first)
      if (!isShared(pair)) continue
      const alike = new AlikeRows(pair)
      const told = keys.map(({ first }) => alike.toldBy(first))
      for (const to of targets) {
        if (to === a || to === b || !alike.openTo(to.first)) continue
        const open = alike.toldBy(to.first)
        for (let m = l + 1; m < keys.length; m++) {
          const c = keys[m]!
          // It says the same of two rows that differ.
          if ((open & ~told[m]!) !== 0 || c === to || !alike.determine(c.first, to.first)) continue
          const count = countOfThree([a, b, c], to, { evidence, candidates })
          if (count !== undefined) found.push({ column: to.name, from: [a.name, b.name, c.name], count })
        }
      }
    }
  return found.sort((x, y) => x.count - y.count).map(({ column, from }) => ({ column, from }))
}

/** How many combinations of three columns tell another, where they do beyond chance. */
function countOfThree(
  three: readonly [Coded, Coded, Coded],
  to: Coded,
  { evidence, candidates }: { readonly evidence: Evidence; readonly candidates: number }
): number | undefined {
  const [a, b, c, told] = [...three, to].map((one) => evidence.of(one)) as [Codes, Codes, Codes, Codes]
  const all = jointCodes(jointCodes(a, b), c)
  if (!isShared(all) || !determines(all, told)) return undefined
  const isNeeded = (one: Codes, other: Codes, third: Codes) => isBelievedAtLog(logChance(jointCodes(one, other), third, told), candidates)
  return isNeeded(a, b, c) && isNeeded(b, c, a) && isNeeded(a, c, b) ? all.count : undefined
}

/** Rows that agree in some columns with others, those of each combination together. */
class AlikeRows {
  readonly #rows: Int32Array
  /** Of each, where those that agree with it begin. */
  readonly #first: Int32Array
  /** The first pairs as the rows come, each row with the first that it agrees with. */
  readonly #pairs: readonly (readonly [number, number])[]
  /** Of each value of a third column what goes with it, and beside which rows it was seen. */
  #values = new Int32Array(0)
  #seen = new Int32Array(0)
  #turn = 0

  constructor(all: Codes) {
    const { codes, count } = all
    const next = new Int32Array(count)
    for (const code of codes) next[code]!++
    let rows = 0
    for (let k = 0; k < count; k++) {
      const size = next[k]!
      // What no other row has shows nothing.
      next[k] = size < 2 ? -1 : rows
      if (size > 1) rows += size
    }
    this.#rows = new Int32Array(rows)
    this.#first = new Int32Array(rows)
    const starts = next.slice()
    const pairs: [number, number][] = []
    for (let i = 0; i < codes.length; i++) {
      const start = starts[codes[i]!]!
      if (start < 0) continue
      const at = next[codes[i]!]!++
      this.#rows[at] = i
      this.#first[at] = start
      if (at > start && pairs.length < FIRST_PAIRS) pairs.push([this.#rows[start]!, i])
    }
    this.#pairs = pairs
  }

  /** Of the first pairs, a bit for each that a column tells apart. */
  toldBy({ codes }: Codes): number {
    let bits = 0
    for (let k = 0; k < this.#pairs.length; k++) {
      const [one, other] = this.#pairs[k]!
      if (codes[one] !== codes[other]) bits |= 1 << k
    }
    return bits
  }

  /** Whether rows that agree differ in a column. */
  openTo({ codes }: Codes): boolean {
    const [rows, first] = [this.#rows, this.#first]
    for (let k = 0; k < rows.length; k++) if (codes[rows[k]!] !== codes[rows[first[k]!]!]) return true
    return false
  }

  /** Whether they determine a column together with a third one. */
  determine(third: Codes, to: Codes): boolean {
    if (this.#seen.length < third.count) {
      this.#values = new Int32Array(third.count)
      this.#seen = new Int32Array(third.count)
    }
    const [rows, first, seen, values] = [this.#rows, this.#first, this.#seen, this.#values]
    for (let k = 0; k < rows.length; k++) {
      const i = rows[k]!
      const at = third.codes[i]!
      if (first[k] === k) this.#turn++
      if (seen[at] !== this.#turn) {
        seen[at] = this.#turn
        values[at] = to.codes[i]!
      } else if (values[at] !== to.codes[i]) return false
    }
    return true
  }
}

/**
 * How likely it is by chance that a column tells others apart where these are within one group, in logarithms: n rows of a group of which
 * v values have m each can stand in n! over the product of m! ways, and where k parts have one value each in v to the k at most.
 */
export function logChance(groups: Codes, parts: Codes, values: Codes): number {
  const factorials = logFactorials(groups.codes.length)
  const rows = new Int32Array(groups.count)
  for (const group of groups.codes) rows[group]!++
  const ways = Float64Array.from(rows, (n) => factorials[n]!)
  const [partsOf, valuesOf] = [parts, values].map((one) => sizesWithin(groups, one)) as [Sizes[], Sizes[]]
  for (const { group, size } of valuesOf) ways[group]! -= factorials[size]!
  const counts = [partsOf, valuesOf].map((some) => {
    const count = new Int32Array(groups.count)
    for (const { group } of some) count[group]!++
    return count
  }) as [Int32Array, Int32Array]
  return ways.reduce((sum, own, group) => sum + (rows[group] === 0 ? 0 : Math.min(0, counts[0][group]! * log(counts[1][group]!) - own)), 0)
}

interface Sizes {
  readonly group: number
  readonly size: number
}

/** How many rows of each group have each value. */
function sizesWithin(groups: Codes, values: Codes): Sizes[] {
  const both = jointCodes(groups, values)
  const [sizes, of] = [new Int32Array(both.count), new Int32Array(both.count)]
  both.codes.forEach((code, i) => {
    sizes[code]!++
    of[code] = groups.codes[i]!
  })
  return Array.from(sizes, (size, code) => ({ group: of[code]!, size }))
}

/**
 * Whether most rows have a value that others have too, those with the commonest left out: that 0 goes with 0 does not say that the
 * amounts beside it, hardly two of them alike, are a key. Of a key whose rows stand together some do.
 */
export function isShared({ count, codes }: Codes, isKey = false): boolean {
  if (isKey) return codes.length - count >= LEAST_REPEATS
  const besides = codes.length - sizesOf({ codes, count }).reduce((most, size) => Math.max(most, size), 0)
  return codes.length - count >= LEAST_REPEATS && count - 1 <= MOST_ALONE * besides
}

/** Whether values are names: each is of something, as a model of cars, of which new rows have those of the data, however many have one row. */
const isNamed = ({ part, rank }: Coded): boolean => !part && rank === NAMES

/** The code of missing cells, where there are any. */
function missingCode(column: Cells, { codes }: Codes): number | undefined {
  const row = isNumeric(column) ? (column.missing?.indexOf(1) ?? -1) : column.codes.indexOf(-1)
  return row < 0 ? undefined : codes[row]
}

function rankOf(column: Column): number {
  if (isCategorical(column)) return NAMES
  return column.kind === 'integer' ? WHOLE : column.kind === 'datetime' ? 2 : DECIMALS
}

/** Rows that no earlier row repeats. Cost O(rows) a column until all differ. */
export function distinctIn(columns: readonly Column[], rowCount: number): Uint32Array {
  const all = columns.flatMap((column) => (column.kind === 'identifier' ? [] : [{ all: codesOf(column) }]))
  const marks = distinctRows(all, rowCount)
  return Uint32Array.from(marks.keys()).filter((i) => marks[i] === 1)
}

/** 1 marks rows that no earlier row repeats [n]. */
function distinctRows(all: readonly Pick<Coded, 'all'>[], rowCount: number): Uint8Array {
  const marks = new Uint8Array(rowCount)
  let joint: Codes = { codes: new Int32Array(rowCount), count: 1 }
  // Most tables have a column, or two, in which all rows differ.
  for (const one of all) if (joint.count < rowCount) joint = jointCodes(joint, one.all)
  let seen = 0
  for (let i = 0; i < rowCount; i++) {
    if (joint.codes[i]! < seen) continue
    seen++
    marks[i] = 1
  }
  return marks
}
