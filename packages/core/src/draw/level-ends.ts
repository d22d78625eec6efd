import { isBelievedAtLog, logChoose } from '../code/rules/chance.js'
import { firstAbove, firstFrom } from '../num/ascending.js'
import { log, normalCdf, normalQuantile } from '../num/elementary.js'
import { later } from '../num/later.js'
import { type AtomCells, atomCellOf } from '../table/atoms.js'
import type { Encoded } from '../table/encoder.js'
import { decoderOf } from '../table/scaling.js'
import { CHANCE, counts, type IsHeld, LEAST_ROWS, type LevelKey, type LookedKey, type MovingLevels, type NumberCode } from './level-keys.js'
import type { Ends } from './sharp-ends.js'

/** A key, and where a number lies in the rows of each level, and ends [levels]; infinite where it does not. */
interface Source extends LevelKey {
  readonly least: Float64Array
  readonly most: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
}

export interface LevelEnds {
  readonly code: NumberCode
  /** Of a number with atoms. */
  readonly cells?: AtomCells | undefined
  readonly sources: readonly Source[]
}

interface LookedRows {
  readonly rows: Encoded
  readonly looked: Uint32Array
  /** Ends that are looked at in all numbers. */
  readonly tests: number
  /** Where columns end in all rows. */
  readonly whole?: Ends | undefined
}

/**
 * Where a number ends in the rows of a level, as the ages of children's tickets: beyond its first row or its last one stand so many of all
 * rows that, were the level to say nothing, none of its own would with a chance too small for all levels and numbers that are looked at.
 * Where a level by itself says too little, several that end about there say it together, as all wards but that of children do of age.
 * Noise would carry rows beyond. Undefined where no level ends it. Cost O(M·log M + M·keys), of at most 10,000 rows.
 */
export function levelEnds(
  { code, cells }: Pick<LevelEnds, 'code' | 'cells'>,
  keys: readonly LookedKey[],
  { rows, looked, tests, whole }: LookedRows
): LevelEnds | undefined {
  const { coordinates, codes } = rows
  const { coordinate, missingFactor } = code
  const width = codes.length / Math.max(1, coordinates.rows)
  const placeOf = (i: number) => coordinates.data[i * coordinates.cols + coordinate]!
  const isThere = (i: number) => missingFactor === undefined || codes[i * width + missingFactor] !== 1
  const everyPlace = Float64Array.from(looked.filter(isThere), placeOf).sort()
  const valueAt = decoderOf(code.scaler)
  // Equal values are spread over their ranks, and end together.
  const lastAlike = (ascending: Float64Array, place: number, step: 1 | -1) => {
    const value = valueAt(ascending[place]!)
    while (place + step in ascending && valueAt(ascending[place + step]!) === value) place += step
    return place
  }
  // A level of few rows says something where it stands apart, as all rows of others lie beyond, or where nobody would believe in chance.
  const isEnd = (count: number, beyond: number, all: number) => {
    const chance = count * log(1 - beyond / all)
    return chance < CHANCE - log(tests) && (count >= LEAST_ROWS || count + beyond === all || isBelievedAtLog(chance, tests))
  }
  const sources = keys.flatMap(({ levels, ...key }): Source[] => {
    // Rows of which a key says nothing are no others.
    const own = levels.includes(-1)
      ? Float64Array.from(
          looked.filter((i, k) => levels[k]! >= 0 && isThere(i)),
          placeOf
        ).sort()
      : everyPlace
    const times = new Float64Array(key.count)
    const least = new Float64Array(key.count).fill(Number.POSITIVE_INFINITY)
    const most = new Float64Array(key.count).fill(Number.NEGATIVE_INFINITY)
    const widen = (level: number, x: number) => {
      least[level] = Math.min(least[level]!, x)
      most[level] = Math.max(most[level]!, x)
    }
    looked.forEach((i, k) => {
      const level = levels[k]!
      if (level < 0 || !isThere(i)) return
      times[level]!++
      widen(level, placeOf(i))
    })
    const ends = Array.from(times, (count, level) => {
      if (count === 0) return [false, false]
      const first = lastAlike(own, firstFrom(own, least[level]!), -1)
      const last = lastAlike(own, firstAbove(own, most[level]!) - 1, 1)
      least[level] = own[first]!
      most[level] = own[last]!
      return [first, own.length - 1 - last].map((beyond) => isEnd(count, beyond, own.length))
    })
    const starts = endTogether(times, least, (x) => firstFrom(own, x) / own.length, tests)
    const stops = endTogether(
      times,
      most.map((x) => -x),
      (x) => 1 - firstAbove(own, -x) / own.length,
      tests
    )
    if (!ends.flat().includes(true) && ![...starts, ...stops].some((one) => one !== undefined)) return []
    // The rows that were not looked at stand within their ends too.
    if (looked.length < coordinates.rows)
      for (let i = 0; i < coordinates.rows; i++) {
        const level = isThere(i) ? key.levelOf(rows, i) : -1
        if (level >= 0) widen(level, placeOf(i))
      }
    const endOf = (all: Float64Array, levels: readonly number[] | undefined, of: (...ends: number[]) => number) =>
      of(...(levels ?? []).map((level) => all[level]!))
    const low = least.map((x, level) =>
      ends[level]![0] ? x : starts[level] ? endOf(least, starts[level], Math.min) : Number.NEGATIVE_INFINITY
    )
    const high = most.map((x, level) =>
      ends[level]![1] ? x : stops[level] ? endOf(most, stops[level], Math.max) : Number.POSITIVE_INFINITY
    )
    return [{ ...key, least, most, low, high }]
  })
  const all = [...sources, ...endsOfAll(coordinate, whole)]
  return all.length > 0 ? { code, cells, sources: all } : undefined
}

/** Where a column ends in all rows: they are one level. */
function endsOfAll(coordinate: number, ends: Ends | undefined): Source[] {
  const [low, high] = [ends?.low, ends?.high].map((side) => side?.subarray(coordinate, coordinate + 1))
  if (!low || !high || !(Number.isFinite(low[0]!) || Number.isFinite(high[0]!))) return []
  return [{ count: 1, levelOf: () => 0, least: low, most: high, low, high }]
}

/**
 * Of each level those with which it ends a number beyond chance, itself among them, the fewest that do: the levels that end latest, one more at a
 * time. Were they to say nothing, no row of theirs would lie before all of them with a chance too small for all ways to take so many.
 */
function endTogether(
  times: Float64Array,
  least: Float64Array,
  shareBefore: (x: number) => number,
  tests: number
): (readonly number[] | undefined)[] {
  const found: (readonly number[] | undefined)[] = Array.from(times, () => undefined)
  const levels = Array.from(times.keys()).filter((level) => times[level]! >= LEAST_ROWS)
  levels.sort((a, b) => least[b]! - least[a]! || a - b)
  let [count, widest]: [number, readonly number[]] = [0, []]
  for (const [k, last] of levels.entries()) {
    count += times[last]!
    if (count * log(1 - shareBefore(least[last]!)) + logChoose(levels.length, k + 1) >= CHANCE - log(tests)) continue
    widest = levels.slice(0, k + 1)
    for (const level of widest) found[level] ??= widest
  }
  // A level of few rows, none of them before all of these, is one of them rather than of those that noise alone would make it.
  const end = least[widest.at(-1) ?? -1] ?? Number.POSITIVE_INFINITY
  return found.map((own, level) => own ?? (times[level]! > 0 && times[level]! < LEAST_ROWS && least[level]! >= end ? widest : undefined))
}

/** Where the levels of a row end a number, and how far rows of such levels go on the way to the other end. */
function endsIn({ sources }: LevelEnds, rows: Encoded, i: number, isHeld: IsHeld) {
  let [low, high, least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const source of sources) {
    const level = counts(source, i, isHeld) ? source.levelOf(rows, i) : -1
    // No row of a level says how far it goes.
    if (level < 0 || source.least[level]! > source.most[level]!) continue
    low = Math.max(low, source.low[level]!)
    high = Math.min(high, source.high[level]!)
    least = Math.max(least, source.least[level]!)
    most = Math.min(most, source.most[level]!)
  }
  return { low, high, least, most }
}

const isMissing = ({ code: { missingFactor } }: LevelEnds, { codes, coordinates }: Encoded, i: number): boolean =>
  missingFactor !== undefined && codes[(i * codes.length) / coordinates.rows + missingFactor] === 1

interface EndsAsked {
  readonly isHeld: IsHeld
  readonly levels: MovingLevels
}

/** Whether a number lies beyond an end of a level; a value that equals the end's, wherever it is among its ranks, does not. */
function beyondIn({ code: { scaler } }: LevelEnds): (source: Source, level: number, x: number) => boolean {
  const valueAt = later(() => decoderOf(scaler))
  const isOther = (x: number, end: number) => valueAt()(x) !== valueAt()(end)
  return ({ low, high }, level, x) => (x < low[level]! && isOther(x, low[level]!)) || (x > high[level]! && isOther(x, high[level]!))
}

/** 1 for rows whose number is not held and stands beyond an end of one of their levels [n]. */
export function beyondEnds(ends: LevelEnds, rows: Encoded, { isHeld, levels }: EndsAsked): Uint8Array {
  const { cols, data } = rows.coordinates
  const { coordinate } = ends.code
  const beyond = new Uint8Array(rows.coordinates.rows)
  const isBeyond = beyondIn(ends)
  for (const source of ends.sources) {
    levels.of(source).forEach((level, i) => {
      if (level >= 0 && isBeyond(source, level, data[i * cols + coordinate]!) && counts(source, i, isHeld)) beyond[i] = 1
    })
  }
  return beyond.map((one, i) => Number(one === 1 && !isHeld(i, coordinate) && !isMissing(ends, rows, i)))
}

/** Whether a level of a key ends a number before where a row has it. */
export function endsBefore(ends: LevelEnds, rows: Encoded, i: number, levelOf: (key: LevelKey) => number): boolean {
  const x = rows.coordinates.data[i * rows.coordinates.cols + ends.code.coordinate]!
  const isBeyond = beyondIn(ends)
  return (
    !isMissing(ends, rows, i) &&
    ends.sources.some((source) => {
      const level = levelOf(source)
      return level >= 0 && isBeyond(source, level, x)
    })
  )
}

/**
 * Brings what lies beyond an end of one of the row's levels back from it: reflected, and in a number with atoms not out of the cell at the
 * end; where levels leave nothing, and what is held, stays. Cost O(rows · sources).
 */
export function moveWithin(ends: LevelEnds, moved: Encoded, asked: EndsAsked): void {
  const { rows, cols, data } = moved.coordinates
  const { code, cells } = ends
  const beyond = beyondEnds(ends, moved, asked)
  for (let i = 0, at = code.coordinate; i < rows; i++, at += cols) {
    if (!beyond[i]) continue
    const { low, high, least, most } = endsIn(ends, moved, i, asked.isHeld)
    if (low > high) continue
    const isAbove = data[at]! > high
    const cell = cells && atomCellOf(cells, isAbove ? high : low)
    const [first, last] = cells ? [cells.low[cell!]!, cells.high[cell!]!] : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    data[at] = isAbove
      ? back(data[at]!, high, Math.max(low, Math.min(least, high), first))
      : back(data[at]!, low, Math.min(high, Math.max(most, low), last))
  }
}

/** A number reflected at the end that it lies beyond; one that would come out at the far one lies as far from the end, in ranks, as it lay among all beyond. */
function back(x: number, end: number, far: number): number {
  if (Math.abs(x - end) <= Math.abs(end - far)) return 2 * end - x
  const [rank, edge, last] = [normalCdf(x), normalCdf(end), normalCdf(far)]
  const beyond = x > end ? 1 - edge : edge
  const place = normalQuantile(edge + (beyond > 0 ? Math.abs(rank - edge) / beyond : 0) * (last - edge))
  return Math.min(Math.max(end, far), Math.max(Math.min(end, far), place))
}
