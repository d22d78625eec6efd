import { summaryOf } from '../../num/summary.js'
import { type Codes, fewCodesOf, rowsOfEach } from '../../table/codes.js'
import type { Column } from '../../table/table.js'
import { differentRows, isBelievedAtLog, logChoose } from './chance.js'
import type { LookupFound } from './find-lookups.js'
import { MOST_LEVELS } from './find-steps.js'
import { EXTREMES, type Extreme } from './key-part.js'
import type { Quantity } from './quantity.js'

/** Of two columns a side says which is the larger (`findComparisons`). */
const LEAST_LEVELS = 3
/** Rows of each value that are looked at first, and then. */
const [FEW_ROWS, FIRST_ROWS] = [4, 12]
/** Ways to give each value a column of its own that are tried. */
const MOST_TRIES = 1000

interface Target extends Codes {
  readonly name: string
}

/** Which column is the largest in the rows of each value. */
type Assigned = readonly Quantity[]

/**
 * Columns of three values or more that say which of as many numbers is the largest, or the smallest, whatever words they have for it:
 * `largest(maths, english, science) -> best`. Each value has a column of its own, that no other of these goes beyond in its rows. It must tell
 * them beyond chance where its numbers alone do not: of n rows with numbers that rows of several values have it tells m
 * with probability 1 over (n choose m); rows with two largest numbers do not count. Cost O(p²) on a few rows of each value, and O(rows) for what passes.
 */
export function findLargest(columns: readonly Column[], quantities: readonly Quantity[], isTold: (name: string) => boolean): LookupFound[] {
  const numbers = quantities.filter(({ isDate, clock, values }) => !isDate && !clock && !summaryOf(values).hasGaps)
  if (numbers.length < LEAST_LEVELS) return []
  const targets = columns.flatMap((column): Target[] => {
    const found = column.kind === 'identifier' || isTold(column.name) ? undefined : fewCodesOf(column, MOST_LEVELS)
    return found && found.count >= LEAST_LEVELS && found.count < columns.length ? [{ name: column.name, ...found }] : []
  })
  return targets.flatMap((target) => {
    const others = numbers.filter(({ name }) => name !== target.name)
    const [few, first] = [FEW_ROWS, FIRST_ROWS].map((most) => rowsOfEach(target, most)) as [Rows, Rows]
    const candidates = targets.length * EXTREMES.length * others.length ** target.count
    return EXTREMES.flatMap((word): LookupFound[] => {
      if (assignments(others, few, word).length === 0) return []
      const found = assignments(others, first, word).find((one) => isAssigned(one, target, word) && isBelieved(one, target, candidates))
      if (!found) return []
      const from = numbers.filter((one) => found.includes(one)).map(({ name }) => name)
      return [{ column: target.name, from, parts: from.map(() => word) }]
    })
  })
}

/** Some rows of each value. */
type Rows = readonly Uint32Array[]

/** Ways to give each value a column that is the largest in its rows among those of all values. */
function assignments(numbers: readonly Quantity[], rows: Rows, word: Extreme): Assigned[] {
  const sign = word === 'largest' ? 1 : -1
  const isBeyond = (level: number, one: Quantity, other: Quantity): boolean => {
    let isAbove = false
    for (const i of rows[level]!) {
      const gap = sign * (one.values[i]! - other.values[i]!)
      if (gap < 0) return false
      isAbove ||= gap > 0
    }
    return isAbove
  }
  const found: Assigned[] = []
  let tries = 0
  const assign = (chosen: Assigned): void => {
    if (chosen.length === rows.length) {
      found.push(chosen)
      return
    }
    for (const one of numbers) {
      if (tries > MOST_TRIES) return
      if (chosen.includes(one)) continue
      if (!chosen.every((other, level) => isBeyond(chosen.length, one, other) && isBeyond(level, other, one))) continue
      tries++
      assign([...chosen, one])
    }
  }
  assign([])
  return found
}

/** Whether the column of each row's value is the largest in it, or one of the largest. */
function isAssigned(own: Assigned, { codes }: Codes, word: Extreme): boolean {
  const sign = word === 'largest' ? 1 : -1
  return codes.every((code, i) => own.every(({ values }) => sign * (own[code]!.values[i]! - values[i]!) >= 0))
}

function isBelieved(own: Assigned, { codes }: Codes, candidates: number): boolean {
  const columns = own.map(({ values }) => values)
  const isAlone = (i: number) => columns.filter((values) => values[i] === columns[codes[i]!]![i]).length === 1
  const rows = differentRows([...columns, Float64Array.from(codes)], codes.length).filter(isAlone)
  return columns.every((values, level) => {
    const [inside, outside] = [true, false].map((is) => rows.filter((i) => (codes[i] === level) === is)) as [number[], number[]]
    const ends = (some: readonly number[]) => [
      some.reduce((least, i) => Math.min(least, values[i]!), Number.POSITIVE_INFINITY),
      some.reduce((most, i) => Math.max(most, values[i]!), Number.NEGATIVE_INFINITY)
    ]
    const [[a, b], [c, d]] = [ends(inside), ends(outside)] as [[number, number], [number, number]]
    const isOpen = (i: number) => values[i]! >= Math.max(a, c) && values[i]! <= Math.min(b, d)
    return isBelievedAtLog(-logChoose(rows.filter(isOpen).length, inside.filter(isOpen).length), candidates)
  })
}
