import { log } from '../../num/elementary.js'
import { spreadRows } from '../../table/codes.js'
import type { Expression } from '../../table/expression.js'
import { differentRows, isBeyondChance, MOST_RATE, rateByChance } from './chance.js'
import type { FormulaFound } from './find-formulas.js'
import { type Quantity, tolerance } from './quantity.js'
import { binary, choicesOf, column, number, scaled, simplestFactorIn, simplestIn, writeSum } from './shapes.js'

/** Rows, spread over the table, that pieces are found on. */
const MOST_ROWS = 2000
/** Pieces of a tariff, at most; and different numbers in each of two of them, at least. */
const [MOST_PIECES, LEAST_POINTS] = [8, 10]
/** What points may be off the line of a piece, in units: rounding, and what a line by least squares is off by. */
const OFF = 0.75
/** Neighbours that bend by more than rounding: of pieces few do, of two columns that merely hang together nearly all. */
const MOST_BENDS = 3 * MOST_PIECES
/** Of several readings of one relation after sums with weights; of these those of fewest digits first, as the tax on what is taxable, and not on the gross. */
const [RANK, DIGIT] = [9.8, 1e-4]
/** Parts of a unit that count as none: a thousandth of what a rounding may be off by. */
const NOUGHT = 1e-6

/** A piece: points [first, last] lie on a line. */
interface Piece {
  readonly first: number
  readonly last: number
  readonly slope: number
}

/** Numbers by which columns are told, ascending, with the column to its unit. */
interface Points {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly unit: number
}

/** A line of the function, from its left end on. */
interface Line {
  readonly slope: number
  readonly constant: number
}

/**
 * Columns that are a line of another between thresholds, bent at each without a jump: taxes and tariffs. `tax = 0.2 * positive(gross − 11000)
 * + …`, to the decimals that are written, in all rows, beyond chance. Found by the longest pieces that lie on a line. Cost O(p² · rows) at
 * most on 2,000 rows; most pairs end at the first rows that bend.
 */
export function findBrackets(quantities: readonly Quantity[], rowCount: number): FormulaFound[] {
  const usable = quantities.filter(({ isDate }) => !isDate)
  return usable.flatMap((input) => {
    const order = spreadOrder(input, rowCount)
    return usable.flatMap((target): FormulaFound[] => {
      const points = target === input || target.unit === 0 ? undefined : pointsOf(input, target, order)
      const pieces = points && piecesOf(points)
      const lines = pieces && linesOf(points, pieces)
      if (!lines || !isBelieved(lines, { input, target, rowCount, candidates: usable.length ** 2 })) return []
      const numbers = [...lines.lines.flatMap(({ slope, constant }, k) => [slope, k === 0 ? constant : 0]), ...lines.cuts].filter(
        (x) => x !== 0
      )
      return [{ column: target.name, expression: written(lines, input.name), rank: RANK + DIGIT * log(choicesOf(1, numbers)), inputs: 1 }]
    })
  })
}

function spreadOrder({ values }: Quantity, rowCount: number): Uint32Array {
  return spreadRows(rowCount, MOST_ROWS)
    .filter((i) => !Number.isNaN(values[i]!))
    .sort((a, b) => values[a]! - values[b]! || a - b)
}

/** The points of a function, one for each number; undefined where it is none, or bends too often. */
function pointsOf({ values: from }: Quantity, { values: to, unit }: Quantity, order: Uint32Array): Points | undefined {
  const [x, y]: [number[], number[]] = [[], []]
  let bends = 0
  for (const i of order) {
    const k = x.length - 1
    if (Number.isNaN(to[i]!)) return undefined
    if (k >= 0 && x[k] === from[i]) {
      if (Math.abs(y[k]! - to[i]!) > tolerance(unit, to[i]!)) return undefined
      continue
    }
    x.push(from[i]!)
    y.push(to[i]!)
    if (k < 1) continue
    const part = (x[k]! - x[k - 1]!) / (x[k + 1]! - x[k - 1]!)
    if (Math.abs(y[k]! - y[k - 1]! - part * (y[k + 1]! - y[k - 1]!)) > unit + 2 * tolerance(0, y[k]!) && ++bends > MOST_BENDS)
      return undefined
  }
  return { x: Float64Array.from(x), y: Float64Array.from(y), unit }
}

/** The longest pieces from the left on; undefined where there are too many, or fewer than two of many points. */
function piecesOf(points: Points): readonly Piece[] | undefined {
  const pieces: Piece[] = []
  const end = points.x.length - 1
  for (let first = 0; first <= end; ) {
    let [last, reach] = [first, 1]
    // As far as a line goes, in steps that double and then halve.
    while (last < end && slopeWithin(points, first, Math.min(end, last + reach)) !== undefined) {
      last = Math.min(end, last + reach)
      reach *= 2
    }
    for (; reach >= 1; reach = Math.floor(reach / 2))
      if (last + reach <= end && slopeWithin(points, first, last + reach) !== undefined) last += reach
    pieces.push({ first, last, slope: last > first ? slopeWithin(points, first, last)! : 0 })
    if (pieces.length > MOST_PIECES) return undefined
    first = last + 1
  }
  return pieces.filter(({ first, last }) => last - first + 1 >= LEAST_POINTS).length < 2 ? undefined : pieces
}

/** The slope of points [first, last] by least squares; undefined where one lies off the line. */
function slopeWithin({ x, y, unit }: Points, first: number, last: number): number | undefined {
  const n = last - first + 1
  let [meanX, meanY, xx, xy] = [0, 0, 0, 0]
  for (let i = first; i <= last; i++) {
    meanX += x[i]! / n
    meanY += y[i]! / n
  }
  for (let i = first; i <= last; i++) {
    xx += (x[i]! - meanX) ** 2
    xy += (x[i]! - meanX) * (y[i]! - meanY)
  }
  const slope = xx > 0 ? xy / xx : 0
  for (let i = first; i <= last; i++)
    if (Math.abs(y[i]! - meanY - slope * (x[i]! - meanX)) > OFF * unit + 2 * tolerance(0, y[i]!)) return undefined
  return slope
}

/** Lines with the simplest slopes and thresholds that go through all points without a jump, and the thresholds. */
function linesOf(points: Points, pieces: readonly Piece[]): Brackets | undefined {
  const { x, unit } = points
  const slopes = pieces.map(({ first, last, slope }) => {
    const off = (2 * OFF * unit) / Math.max(x[last]! - x[first]!, Number.MIN_VALUE)
    return Math.abs(slope) <= off ? 0 : simplestFactorIn(slope - off, slope + off)
  })
  const constants = pieces.map((piece, k) => constantsOf(points, piece, slopes[k]!))
  const widest = pieces.reduce((best, { first, last }, k) => (last - first > pieces[best]!.last - pieces[best]!.first ? k : best), 0)
  const lines: Line[] = []
  const cuts: number[] = []
  const [low, high] = constants[widest]!
  if (low > high) return undefined
  lines[widest] = { slope: slopes[widest]!, constant: low <= 0 && high >= 0 ? 0 : simplestIn(low, high) }
  const joins = (k: number, to: number): boolean => {
    const [known, left] = [lines[k]!, Math.min(k, to)]
    const bend = slopes[to]! - known.slope
    const [least, most] = constants[to]!
    if (bend === 0 || least > most) return false
    const ends = [known.constant - least, known.constant - most].map((gap) => gap / bend).sort((a, b) => a - b) as [number, number]
    const from = Math.max(ends[0], x[pieces[left]!.last]!)
    const until = Math.min(ends[1], x[pieces[left + 1]!.first]!)
    if (!(from <= until)) return false
    const cut = simplestIn(from, until)
    cuts[left] = cut
    // A cut with as many decimals as it needs leaves a little of what a line through nought is nought of.
    const constant = difference(known.constant, bend * cut)
    lines[to] = { slope: slopes[to]!, constant: Math.abs(constant) <= NOUGHT * unit ? 0 : constant }
    return true
  }
  for (let k = widest; k > 0; k--) if (!joins(k, k - 1)) return undefined
  for (let k = widest; k + 1 < pieces.length; k++) if (!joins(k, k + 1)) return undefined
  return { lines, cuts }
}

/** The least and the largest constant with which a line of this slope goes through the points of a piece. */
function constantsOf({ x, y, unit }: Points, { first, last }: Piece, slope: number): readonly [number, number] {
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let i = first; i <= last; i++) {
    const [constant, half] = [y[i]! - slope * x[i]!, tolerance(unit, y[i]!)]
    low = Math.max(low, constant - half)
    high = Math.min(high, constant + half)
  }
  return [low, high]
}

interface Brackets {
  readonly lines: readonly Line[]
  /** Where each line but the last ends. */
  readonly cuts: readonly number[]
}

/** Decimals without what doubles add. */
const plain = (x: number): number => Number(x.toPrecision(12))

/** A difference of decimals; 0 where only what doubles add is left. */
const difference = (a: number, b: number): number => (Math.abs(a - b) <= 1e-11 * Math.abs(a) ? 0 : plain(a - b))

function heightAt({ lines, cuts }: Brackets, x: number): number {
  const bent = cuts.reduce((sum, cut, k) => sum + plain(lines[k + 1]!.slope - lines[k]!.slope) * Math.max(0, x - cut), 0)
  return plain(lines[0]!.constant) + lines[0]!.slope * x + bent
}

interface Believed {
  readonly input: Quantity
  readonly target: Quantity
  readonly rowCount: number
  readonly candidates: number
}

/** Whether all rows obey, beyond chance; what is found on them counts as told. */
function isBelieved(brackets: Brackets, { input, target, rowCount, candidates }: Believed): boolean {
  const near = (i: number, j: number) => {
    const [value, own] = [heightAt(brackets, input.values[i]!), target.values[j]!]
    return Math.abs(value - own) <= tolerance(target.unit, own)
  }
  for (let i = 0; i < rowCount; i++) {
    const [gap, gapToo] = [Number.isNaN(input.values[i]!), Number.isNaN(target.values[i]!)]
    if (gap !== gapToo || !(gap || near(i, i))) return false
  }
  const rows = differentRows([input.values, target.values], rowCount)
  const rate = rateByChance(rows.length, (i, j) => near(rows[i]!, rows[j]!))
  return rate <= MOST_RATE && isBeyondChance({ rate, times: rows.length - 3 * brackets.lines.length, candidates })
}

/** A line that a number bounds, as `min(60, use)`; undefined of other brackets. */
function bounded({ lines, cuts }: Brackets, name: string): Expression | undefined {
  const flat = lines.findIndex(({ slope }) => slope === 0)
  if (lines.length !== 2 || flat < 0 || lines[1 - flat]!.slope === 0) return undefined
  const [{ slope }, end] = [lines[1 - flat]!, plain(heightAt({ lines, cuts }, cuts[0]!))]
  if (end === 0) return undefined
  const constant = difference(end, slope * cuts[0]!)
  const other = writeSum([column(name)], { weights: [slope], constant: Math.abs(constant) <= 1e-11 * Math.abs(end) ? 0 : constant })
  return binary(lines[1]!.slope < lines[0]!.slope ? 'min' : 'max', number(end), other)
}

/** `0.2 * positive(gross - 11000) + 0.15 * positive(gross - 30000)`, behind the first line where it is not 0. */
function written({ lines, cuts }: Brackets, name: string): Expression {
  const simple = bounded({ lines, cuts }, name)
  if (simple) return simple
  const [{ slope, constant }] = lines as [Line]
  const terms = cuts.map((cut, k) => {
    const above: Expression = { kind: 'call', name: 'positive', of: binary(cut < 0 ? '+' : '-', column(name), number(Math.abs(cut))) }
    const bend = plain(lines[k + 1]!.slope - lines[k]!.slope)
    return { isLess: bend < 0, of: bend === 1 || bend === -1 ? above : scaled(Math.abs(bend), above) }
  })
  const first = slope === 0 ? [] : [{ isLess: false, of: scaled(slope, column(name)) }]
  const fixed = plain(constant) === 0 ? [] : [{ isLess: constant < 0, of: number(Math.abs(plain(constant))) }]
  return [...first, ...fixed, ...terms].reduce<Expression | undefined>(
    (sum, { isLess, of }) => (sum ? binary(isLess ? '-' : '+', sum, of) : isLess ? { kind: 'negate', of } : of),
    undefined
  )!
}
