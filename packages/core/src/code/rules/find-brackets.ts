import { log } from '../../num/elementary.js'
import { later } from '../../num/later.js'
import { takeValues } from '../../num/matrix.js'
import { summaryOf } from '../../num/summary.js'
import { spreadRows } from '../../table/codes.js'
import type { Expression } from '../../table/expression.js'
import { isCategorical, type Table } from '../../table/table.js'
import { differentRows, isBeyondChance, MOST_RATE, rateByChance } from './chance.js'
import { indicatorsIn } from './find-by-level.js'
import type { FormulaFound } from './formula-found.js'
import { hasValues, type Quantity, tolerance } from './quantity.js'
import { binary, choicesOf, column, number, scaled, simplestFactorIn, simplestIn, writeSum } from './shapes.js'
import { type WeightedSum, WeightedSums } from './weighted-sums.js'

/** Rows, spread over the table, that pieces are found on. */
const MOST_ROWS = 2000
/** Pieces of a tariff, at most; and different numbers in each of two of them, at least. */
const [MOST_PIECES, LEAST_POINTS] = [8, 10]
/** Levels of a category, at most: tariffs by plan. */
const MOST_LEVELS = 30
/** Rows by a number, in which a tariff may have one line: the lower or the upper half, quarter and eighth. */
const ENDS = [2, 4, 8].flatMap((part) => [[0, 1 / part] as const, [1 - 1 / part, 1] as const])
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
      const points =
        target === input || target.unit === 0 ? undefined : pointsOf(input, (i) => target.values[i]!, { unit: target.unit, order })
      const pieces = points && piecesOf(points)
      const lines = pieces && areBent(pieces) ? linesOf(points!, pieces) : undefined
      if (!lines || !isBelieved(lines, { input, target, rowCount, candidates: usable.length ** 2 })) return []
      return [{ column: target.name, expression: written(lines, input.name), rank: rankOf([lines]), inputs: 1 }]
    })
  })
}

/** Those of fewest digits first. */
function rankOf(all: readonly Brackets[], beside: readonly number[] = []): number {
  const own = all.flatMap(({ lines, cuts }) => [...lines.flatMap(({ slope, constant }, k) => [slope, k === 0 ? constant : 0]), ...cuts])
  const numbers = [...own, ...beside].filter((x) => x !== 0)
  return RANK + DIGIT * log(choicesOf(1, numbers))
}

/**
 * Columns that are a tariff of another one in each level of a category: `bill = (10 + 0.005 * positive(mb − 1000)) * P(plan = small) + …`,
 * each by its own rows, of which some have a bend. Only columns that are not told yet, of fewest digits first. Cost as of `findBrackets` for each category.
 */
export function findBracketsByLevel(
  { columns, rowCount }: Table,
  quantities: readonly Quantity[],
  isTold: (name: string) => boolean
): FormulaFound[] {
  const usable = quantities.filter(({ isDate }) => !isDate)
  const targets = usable.filter((one) => one.unit > 0 && !isTold(one.name) && hasValues(one, 2 * LEAST_POINTS))
  const categories = columns
    .filter(isCategorical)
    .filter(({ codes, levels }) => levels.length > 1 && levels.length <= MOST_LEVELS && !codes.includes(-1))
  const candidates = usable.length * targets.length * categories.length
  const orders = usable.map((input) => later(() => spreadOrder(input, rowCount)))
  const found = categories.flatMap((category) => {
    const { codes, levels } = category
    const where = indicatorsIn(category)
    const all = later(() => levels.map((_, level) => Uint32Array.from(codes.keys()).filter((i) => codes[i] === level)))
    return usable.flatMap((input, q) => {
      const among = later(() => levels.map((_, level) => orders[q]!().filter((i) => codes[i] === level)))
      return targets.flatMap((target): FormulaFound[] => {
        if (target === input) return []
        const own: Brackets[] = []
        let isBent = false
        for (const order of among()) {
          const points = order.length < LEAST_POINTS ? undefined : pointsOf(input, (i) => target.values[i]!, { unit: target.unit, order })
          const pieces = points && piecesOf(points)
          const lines = pieces && linesOf(points!, pieces)
          if (!lines) return []
          isBent ||= areBent(pieces)
          own.push(lines)
        }
        const isTariff = (lines: Brackets, level: number) => {
          const rows = all()[level]!
          const within = (one: Quantity) => ({ ...one, values: Float64Array.from(rows, (i) => one.values[i]!) })
          return isBelieved(lines, { input: within(input), target: within(target), rowCount: rows.length, candidates, isLevel: true })
        }
        const near = (i: number, j: number) => isNear(heightAt(own[codes[i]!]!, input.values[i]!), target, j)
        if (!isBent || rateByChance(rowCount, near) > MOST_RATE || !own.every(isTariff)) return []
        const terms = own.flatMap((lines, level) =>
          lines.lines.every(({ slope, constant }) => slope === 0 && constant === 0)
            ? []
            : [binary('*', written(lines, input.name), where[level]!)]
        )
        return [{ column: target.name, expression: terms.reduce((a, b) => binary('+', a, b)), rank: rankOf(own), inputs: 2 }]
      })
    })
  })
  return found.sort((a, b) => a.rank - b.rank)
}

/**
 * Columns that are a sum of others and a tariff of one, `bill = 0.45 * days + 0.18 * kwh + 0.06 * positive(kwh − 200)`, or a tariff times another
 * column, `pay = rate * (hours + 0.5 * positive(hours − 40))`. The sum is found in the rows in which the tariff has one line, its first or its last;
 * what it leaves in all others is the tariff. Only columns that are not told yet, of fewest digits first. Cost O(p³) on few rows, and as of
 * `findBrackets` where these pass.
 */
export function findBracketsBeside(
  { rowCount }: Table,
  quantities: readonly Quantity[],
  isTold: (name: string) => boolean
): FormulaFound[] {
  const usable = quantities.filter(({ isDate, values }) => !isDate && !summaryOf(values).hasGaps)
  const targets = usable.flatMap((one, q) => (one.unit > 0 && !isTold(one.name) && hasValues(one, 2 * LEAST_POINTS) ? [q] : []))
  const candidates = (ENDS.length + usable.length) * usable.length * targets.length
  // The rows that sums and pieces are found on stand far apart in long columns.
  const rows = spreadRows(rowCount, MOST_ROWS)
  const few = usable.map((one) => ({ ...one, values: takeValues(one.values, rows) }))
  const whole = later(() => new WeightedSums(few, spreadRows(rows.length, MOST_ROWS)))
  const bends = usable.map((_, q) => later(() => !whole().isLinear(q)))
  const found = usable.flatMap((input, by) => {
    if (targets.length === 0 || !hasValues(input, 2 * LEAST_POINTS)) return []
    const ranks = spreadOrder(few[by]!, rows.length)
    const order = takeValues(rows, ranks)
    const tariff = (target: Quantity, other: Beside, slope = 0): FormulaFound[] => {
      const { parts, at, times } = other
      const left = (i: number) => (target.values[i]! - at(i)) / times(i) - slope * input.values[i]!
      // What is rounded beside something else is so in either direction, of one number too.
      const points = pointsOf(input, left, { unit: other.unit, order, apart: 2 * tolerance(other.unit, 0) })
      const pieces = points && piecesOf(points)
      const flat = pieces && areBent(pieces) ? linesOf(points!, pieces) : undefined
      const lines = flat && { ...flat, lines: flat.lines.map((line) => ({ ...line, slope: plain(line.slope + slope) })) }
      if (!lines || !isBelieved(lines, { input, target, rowCount, candidates, beside: other })) return []
      const expression = other.write(lines, input.name)
      return [{ column: target.name, expression, rank: rankOf([lines], other.weights), inputs: parts.length + 1 }]
    }
    const ends = ENDS.map(([from, to]) => ranks.slice(from * ranks.length, to * ranks.length))
    // Of no more rows than columns each column is a sum of the others.
    const sums = ends.filter(({ length }) => length > usable.length).map((ranks) => later(() => new WeightedSums(few, ranks)))
    return targets.flatMap((q): FormulaFound[] => {
      if (q === by || !bends[q]!()) return []
      const target = usable[q]!
      const rates = usable.filter((one) => one !== target && one !== input && summaryOf(one.values).low > 0)
      const products = rates.flatMap((one) => tariff(target, timesOne(one, target)))
      if (products.length > 0) return products
      for (const one of sums) {
        const sum = one().of(q)
        if (!sum?.inputs.some((input) => input !== by)) continue
        const own = tariff(target, besideSum(sum, by, { usable, target }), sum.weights[sum.inputs.indexOf(by)])
        if (own.length > 0) return own
      }
      return []
    })
  })
  return found.sort((a, b) => a.rank - b.rank)
}

/** What stands beside a tariff: a column is `at + times · tariff`. */
interface Beside {
  readonly parts: readonly Quantity[]
  readonly weights: readonly number[]
  readonly at: (row: number) => number
  readonly times: (row: number) => number
  /** What the tariff is rounded by where it is taken from the column, at most. */
  readonly unit: number
  readonly write: (lines: Brackets, name: string) => Expression
}

const timesOne = (one: Quantity, { unit }: Quantity): Beside => ({
  parts: [one],
  weights: [],
  at: () => 0,
  times: (i) => one.values[i]!,
  unit: unit / summaryOf(one.values).low,
  write: (lines, name) => {
    const own = written(lines, name)
    const isScaled = own.kind === 'binary' && own.operator === '*' && own.left.kind === 'number'
    return isScaled ? binary('*', binary('*', own.left, column(one.name)), own.right) : binary('*', column(one.name), own)
  }
})

function besideSum(
  { inputs, weights }: WeightedSum,
  by: number,
  { usable, target }: { readonly usable: readonly Quantity[]; readonly target: Quantity }
): Beside {
  const others = inputs.flatMap((q, k) => (q === by ? [] : [{ of: usable[q]!, weight: weights[k]! }]))
  const own = others.map(({ weight }) => weight)
  return {
    parts: others.map(({ of }) => of),
    weights: own,
    at: (i) => others.reduce((all, { of, weight }) => all + weight * of.values[i]!, 0),
    times: () => 1,
    unit: target.unit,
    write: (lines, name) =>
      written(
        lines,
        name,
        writeSum(
          others.map(({ of }) => column(of.name)),
          { weights: own, constant: 0 }
        )
      )
  }
}

function spreadOrder({ values }: Quantity, rowCount: number): Uint32Array {
  return spreadRows(rowCount, MOST_ROWS)
    .filter((i) => !Number.isNaN(values[i]!))
    .sort((a, b) => values[a]! - values[b]! || a - b)
}

/** The points of a function, one for each number; undefined where it is none, or bends too often. */
function pointsOf(
  { values: from }: Quantity,
  to: (row: number) => number,
  { unit, order, apart }: { readonly unit: number; readonly order: Uint32Array; readonly apart?: number }
): Points | undefined {
  const [x, y]: [number[], number[]] = [[], []]
  let bends = 0
  for (const i of order) {
    const k = x.length - 1
    const own = to(i)
    if (Number.isNaN(own)) return undefined
    if (k >= 0 && x[k] === from[i]) {
      if (Math.abs(y[k]! - own) > (apart ?? tolerance(unit, own))) return undefined
      continue
    }
    x.push(from[i]!)
    y.push(own)
    if (k < 1) continue
    const part = (x[k]! - x[k - 1]!) / (x[k + 1]! - x[k - 1]!)
    if (Math.abs(y[k]! - y[k - 1]! - part * (y[k + 1]! - y[k - 1]!)) > unit + 2 * tolerance(0, y[k]!) && ++bends > MOST_BENDS)
      return undefined
  }
  return { x: Float64Array.from(x), y: Float64Array.from(y), unit }
}

/** Whether two pieces of a line have many points. */
const areBent = (pieces: readonly Piece[]): boolean => pieces.filter(({ first, last }) => last - first + 1 >= LEAST_POINTS).length >= 2

/** The longest pieces from the left on; undefined where there are too many. */
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
  return pieces
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
  readonly beside?: Beside
  /** Whether it is one of several tariffs, of which one may be a number, or hardly more. */
  readonly isLevel?: boolean
}

const isNear = (height: number, { values, unit }: Quantity, row: number): boolean =>
  Math.abs(height - values[row]!) <= tolerance(unit, values[row]!)

/** Whether all rows obey, beyond chance; what is found on them counts as told. */
function isBelieved(brackets: Brackets, { input, target, rowCount, candidates, beside, isLevel = false }: Believed): boolean {
  const near = (i: number, j: number) => {
    const height = heightAt(brackets, input.values[i]!)
    return isNear(beside ? beside.at(i) + beside.times(i) * height : height, target, j)
  }
  for (let i = 0; i < rowCount; i++) {
    const [gap, gapToo] = [Number.isNaN(input.values[i]!), Number.isNaN(target.values[i]!)]
    if (gap !== gapToo || !(gap || near(i, i))) return false
  }
  if (isLevel && brackets.lines.length === 1 && brackets.lines[0]!.slope === 0) return true
  const others = beside?.parts ?? []
  const rows = differentRows(
    [input, ...others, target].map(({ values }) => values),
    rowCount
  )
  const rate = rateByChance(rows.length, (i, j) => near(rows[i]!, rows[j]!))
  return (
    (isLevel || rate <= MOST_RATE) && isBeyondChance({ rate, times: rows.length - 3 * brackets.lines.length - others.length, candidates })
  )
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
function written({ lines, cuts }: Brackets, name: string, before?: Expression): Expression {
  const simple = before ? undefined : bounded({ lines, cuts }, name)
  if (simple) return simple
  const [{ slope, constant }] = lines as [Line]
  const terms = cuts.map((cut, k) => {
    const above: Expression = { kind: 'call', name: 'positive', of: binary(cut < 0 ? '+' : '-', column(name), number(Math.abs(cut))) }
    const bend = plain(lines[k + 1]!.slope - lines[k]!.slope)
    return { isLess: bend < 0, of: bend === 1 || bend === -1 ? above : scaled(Math.abs(bend), above) }
  })
  const isTaken = before !== undefined && slope < 0
  const first = slope === 0 ? [] : [{ isLess: isTaken, of: scaled(isTaken ? -slope : slope, column(name)) }]
  const fixed = plain(constant) === 0 ? [] : [{ isLess: constant < 0, of: number(Math.abs(plain(constant))) }]
  return [...first, ...fixed, ...terms].reduce<Expression | undefined>(
    (sum, { isLess, of }) => (sum ? binary(isLess ? '-' : '+', sum, of) : isLess ? { kind: 'negate', of } : of),
    before
  )!
}
