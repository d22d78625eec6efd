import { type Column, isCategorical, isNumeric } from '../../table/table.js'
import { isBeyondChance } from './chance.js'
import { type Codes, codesOf, determines, jointCodes, sharedRate, sharingRows } from './codes.js'

/** A column that one or two others determine. */
export interface LookupFound {
  readonly column: string
  readonly from: readonly string[]
}

/** Rows of a value that has occurred before: fewer are no support. */
const LEAST_REPEATS = 20
/** A column or pair of which most rows differ determines all others without meaning it. */
const MOST_ALONE = 0.5
/** Pairs of columns are tried where both have at most so many values, and on so many rows before all. */
const MOST_VALUES = 2000
const FIRST_ROWS = 2000
/** Columns of which pairs are tried. */
const MOST_COLUMNS = 60

interface Coded extends Codes {
  readonly name: string
  /** Whether it can determine others; categories and whole numbers come first where two determine each other. */
  readonly rank: number
}

/**
 * Columns whose value one other column determines, or two: rows that agree there agree here, in all rows that can show it.
 * Rows that repeat a whole row show nothing. Cost O(p²) on a few pairs of rows, O(rows) for each that passes, and for pairs of at most 60 columns O(p) on a few pairs of rows.
 */
export function findLookups(columns: readonly Column[], rowCount: number): LookupFound[] {
  const all = columns.flatMap((column): Coded[] => {
    if (!isCategorical(column) && !isNumeric(column)) return []
    const codes = codesOf(column)
    return codes.count < 2 ? [] : [{ name: column.name, rank: rankOf(column), ...codes }]
  })
  const marks = distinctRows(all, rowCount)
  const coded = marks.includes(0) ? all.map((one) => ({ ...one, codes: one.codes.filter((_, i) => marks[i] === 1) })) : all
  const keys = coded.filter((one) => recurs(one, one.codes.length)).sort((a, b) => a.rank - b.rank)
  const rates = new Map(coded.map((one) => [one, sharedRate(one)]))
  // Rows that share what determines a column share that: it has no more values, and rows share them at least as often.
  const mayDetermine = (from: Coded, to: Coded) => to !== from && from.count >= to.count && rates.get(from)! <= rates.get(to)!
  const candidates = keys.length * coded.length
  const singles = keys.flatMap((from) => {
    const pairs = sharingRows(from)
    return coded.flatMap((to): LookupFound[] => {
      if (!mayDetermine(from, to) || !determines(from, to, pairs)) return []
      const times = to.codes.length - from.count
      return isBeyondChance({ rate: rates.get(to)!, times, candidates }) ? [{ column: to.name, from: [from.name] }] : []
    })
  })
  return [...singles, ...findPairs(coded, singles)]
}

/** Two columns that determine a third, which neither of them does. */
function findPairs(coded: readonly Coded[], singles: readonly LookupFound[]): LookupFound[] {
  const keys = coded.filter(({ count, rank }) => rank <= 1 && count <= MOST_VALUES).slice(0, MOST_COLUMNS)
  const byName = new Map(coded.map((one) => [one.name, one]))
  const determinedBy = new Map<Coded, Set<Coded>>()
  for (const { column, from } of singles) {
    const key = byName.get(from[0]!)!
    determinedBy.set(key, (determinedBy.get(key) ?? new Set()).add(byName.get(column)!))
  }
  const candidates = (keys.length * keys.length * coded.length) / 2
  const atFirst = new Map(coded.map((one) => [one, countIn(one, FIRST_ROWS)]))
  const found = keys.flatMap((a, k) =>
    keys.slice(k + 1).flatMap((b) => {
      if (determinedBy.get(a)?.has(b) || determinedBy.get(b)?.has(a)) return []
      const rows = a.codes.length
      const first = jointCodes(a, b, Math.min(FIRST_ROWS, rows))
      const pairs = sharingRows(first)
      let both: Codes | undefined
      return coded.flatMap((to): (LookupFound & { readonly count: number })[] => {
        if (to === a || to === b || determinedBy.get(a)?.has(to) || determinedBy.get(b)?.has(to)) return []
        if (atFirst.get(to)! > first.count || !determines(first, to, pairs)) return []
        both ??= jointCodes(a, b)
        if (!recurs(both, rows) || !determines(both, to, pairs)) return []
        // Independence would be too easy to reject: what one of the two already says of the third counts as known.
        const rate = Math.max(sharedRate(to), sharedRate(to, a), sharedRate(to, b))
        return isBeyondChance({ rate, times: rows - both.count, candidates })
          ? [{ column: to.name, from: [a.name, b.name], count: both.count }]
          : []
      })
    })
  )
  // Country and year rather than city and year.
  return found.sort((x, y) => x.count - y.count).map(({ column, from }) => ({ column, from }))
}

/** How many values a column has in its first rows. */
const countIn = ({ codes }: Codes, rows: number): number => new Set(codes.subarray(0, rows)).size

function recurs({ count }: Codes, rows: number): boolean {
  return rows - count >= LEAST_REPEATS && count <= MOST_ALONE * rows
}

function rankOf(column: Column): number {
  if (isCategorical(column)) return 0
  return column.kind === 'integer' ? 1 : column.kind === 'datetime' ? 2 : 3
}

/** 1 marks rows that no earlier row repeats [n]. */
function distinctRows(all: readonly Coded[], rowCount: number): Uint8Array {
  const marks = new Uint8Array(rowCount)
  let joint: Codes = { codes: new Int32Array(rowCount), count: 1 }
  // Most tables have a column, or two, in which all rows differ.
  for (const one of all) if (joint.count < rowCount) joint = jointCodes(joint, one)
  let seen = 0
  for (let i = 0; i < rowCount; i++) {
    if (joint.codes[i]! < seen) continue
    seen++
    marks[i] = 1
  }
  return marks
}
