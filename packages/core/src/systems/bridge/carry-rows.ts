import { pairTo, type SchrodingerBridge, towards } from '../../bridge/schrodinger.js'
import { type CarryKind, carry } from '../../bridge/transport-map.js'
import type { Engine } from '../../kernel/engine.js'
import { type Matrix, matrix, takeColumns, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, uniforms } from '../../num/random.js'
import { type Encoded, type Encoder, levelStarts, levelsIn } from '../../table/encoder.js'
import { embedEncoded } from '../../table/standing.js'
import { type CellColumn, cellsIn, leastOf, meansAbout, numbersInCells, usedCells } from './carry-cells.js'
import { withinEnds } from './ends.js'
import { bridgeOf, type Carrier } from './sides.js'

interface Carrying {
  readonly as: CarryKind
  readonly key: Key
  readonly engine: Engine
  /** Numbers with values that stand out, to which `debiased` keeps as to levels of categories. */
  readonly cells: readonly CellColumn[]
}

interface Carried extends Encoded {
  /** Numbers as the map moves them, whatever their cells: their mean is that of the second table [n, d]. */
  readonly moved: Matrix
  /** Rows that were held where the second table ends, a coordinate. */
  readonly held?: Uint32Array
}

/**
 * Encoded rows carried by a bridge [n]. `drawn`: all that one partner has, numbers and categories, so that they hang together as in
 * the second table. Otherwise numbers as `carry` has them; categories: `debiased` couples those of the first table around a row with
 * those of its partners, so that a row keeps them where both tables agree; `barycentric` takes
 * all of a partner.
 */
export async function carryRows(model: Carrier, rows: Encoded, { as, key, engine, cells }: Carrying): Promise<Carried> {
  const { encoder } = model
  const bridge = bridgeOf(model)
  const points = embedEncoded(encoder, rows)
  const own = keyFor(key, 'categories')
  const partnersOf = () => engine.pick(pairTo(points, bridge.to, bridge.epsilon), towards(bridge), { key: own })
  if (as === 'drawn') {
    const partners = partnersIn(model, await partnersOf())
    return { ...partners, moved: partners.coordinates }
  }
  const numbers = Array.from({ length: encoder.coordinateCount }, (_, c) => c)
  const moved = takeColumns(await carry(bridge, points, { as, key: keyFor(key, 'numbers'), engine }), numbers)
  if (as === 'barycentric')
    return { coordinates: moved, codes: encoder.factors.length === 0 ? rows.codes : codesOf(model, await partnersOf()), moved }
  const [sides, start] = [cellsIn(cells, model.rows), cellsIn(cells, rows)]
  const used = usedCells(cells, sides, start)
  const labels = used.map((own) => new Map(own.map((cell, label) => [cell, label])))
  const labelled = (own: Int32Array): Int32Array => own.map((cell, at) => labels[at % cells.length]!.get(cell)!)
  const levels: Levels = {
    factors: [...encoder.factors, ...used.map(({ length }) => ({ levelCount: length }))],
    unordered: encoder.factors.length,
    sides: beside(model.rows, labelled(sides)),
    start: beside(rows, labelled(start))
  }
  const within = (coordinates: Matrix) => withinEnds(model, rows.coordinates, coordinates)
  if (levels.factors.length === 0) return { ...within(moved), codes: rows.codes, moved }
  const after = await coupledLevels(levels, { bridge, points, key: own, engine })
  const of = (first: number, end: number) =>
    after.filter((_, at) => at % levels.factors.length >= first && at % levels.factors.length < end)
  const codes = of(0, encoder.factors.length)
  const reached = of(encoder.factors.length, levels.factors.length).map((label, at) => used[at % cells.length]![label]!)
  const coordinates = await numbersInCells(
    model,
    { columns: cells, start: rows, moved, after: reached },
    { bridge, points, key: keyFor(key, 'cells'), engine }
  )
  return { ...within(coordinates), codes, moved }
}

/** Rows of the second table. */
export const partnersIn = (model: Carrier, targets: Uint32Array): Encoded => ({
  coordinates: takeRows(
    model.rows.coordinates,
    targets.map((j) => model.summary.fromRows + j)
  ),
  codes: codesOf(model, targets)
})

/**
 * Carried rows with numbers that a column may have: a map that goes below zero where nothing is below stops there. Draws are
 * reflected, which keeps a law; a row has one place, and the nearest is zero.
 */
export function withinBounds({ columns }: Encoder, { coordinates, codes }: Encoded): Encoded {
  const { rows, cols } = coordinates
  const data = coordinates.data.slice()
  for (const code of columns) {
    if (code.carries !== 'coordinate') continue
    const least = leastOf(code.scaler)
    for (let i = 0; i < rows; i++) data[i * cols + code.coordinate] = Math.max(least, data[i * cols + code.coordinate]!)
  }
  return { coordinates: matrix(rows, cols, data), codes }
}

/** Codes of rows of the second table [n, factors]. */
function codesOf({ encoder, rows, summary }: Carrier, targets: Uint32Array): Int32Array {
  const width = encoder.factors.length
  const out = new Int32Array(targets.length * width)
  targets.forEach((j, k) => {
    const at = (summary.fromRows + j) * width
    out.set(rows.codes.subarray(at, at + width), k * width)
  })
  return out
}

/** Levels of rows, one of each factor: of both tables' and of those that are carried [rows, factors]. */
interface Levels {
  readonly factors: readonly { readonly levelCount: number }[]
  /** How many of them are categories; the others are cells of numbers. */
  readonly unordered: number
  readonly sides: Int32Array
  readonly start: Int32Array
}

/** Codes of rows, and behind them their cells [n, factors + columns]. */
function beside({ coordinates, codes }: Encoded, cells: Int32Array): Int32Array {
  const n = coordinates.rows
  const [f, c] = [codes.length / n, cells.length / n]
  return Int32Array.from({ length: n * (f + c) }, (_, at) => {
    const [i, k] = [Math.floor(at / (f + c)), at % (f + c)]
    return k < f ? codes[i * f + k]! : cells[i * c + k - f]!
  })
}

interface Debiasing extends Omit<Carrying, 'as' | 'cells'> {
  readonly bridge: SchrodingerBridge
  readonly points: Matrix
}

/**
 * Levels by a coupling of those that the first table has around a row, of which its own is taken for a draw, with those of its partners:
 * the laws of both are kept, and a row where they agree keeps its level. One number a row decides all categories, small ones to stay;
 * each number goes by its own: numbers that leave their cells together would hang together more than in either table.
 */
async function coupledLevels(levels: Levels, { bridge, points, key, engine }: Debiasing): Promise<Int32Array> {
  const { factors, unordered, sides, start } = levels
  const { theirs, around } = await meansAbout({ bridge, points, engine }, indicators(factors, sides))
  const common = uniforms(key, points.rows)
  const u = factors.map((_, f) => (f < unordered ? common : uniforms(keyFor(key, `number ${f - unordered}`), points.rows)))
  const out = new Int32Array(start.length)
  const firsts = levelStarts({ factors })
  for (let i = 0; i < points.rows; i++)
    factors.forEach(({ levelCount }, f) => {
      const own = start[i * factors.length + f]!
      const of = ({ data, cols }: Matrix): Float64Array => data.subarray(i * cols + firsts[f]!, i * cols + firsts[f]! + levelCount)
      const shares = { around: of(around), theirs: of(theirs) }
      out[i * factors.length + f] = (f < unordered ? coupled : coupledInOrder)(own, shares, u[f]![i]!)
    })
  return out
}

/** Shares of levels in the first table around a row, and among its partners [levels]. */
interface Shares {
  readonly around: Float64Array
  readonly theirs: Float64Array
}

/** The maximal coupling: a row stays with min(1, theirs/around) of its own level, and goes by what partners have more of. */
function coupled(own: number, { around, theirs }: Shares, u: number): number {
  // What neither has around a row, as far from all others, is no reason to stay.
  const stay = theirs[own] === 0 ? 0 : Math.min(1, theirs[own]! / around[own]!)
  if (u < stay) return own
  const more = theirs.map((share, level) => Math.max(0, share - around[level]!))
  let left = ((u - stay) / (1 - stay)) * sumOf(more)
  for (let level = 0; level < more.length; level++) {
    left -= more[level]!
    if (left < 0) return level
  }
  return own
}

/**
 * The monotone coupling of cells that are ordered, but for the last, of rows without a number: they are told of the others alone, and
 * such a row, which the category of what is missing may give a number, has a partner's cell.
 */
function coupledInOrder(own: number, { around, theirs }: Shares, u: number): number {
  const missing = around.length - 1
  const [a, t] = [around, theirs].map((shares) => shares.subarray(0, missing)) as [Float64Array, Float64Array]
  if (!(sumOf(a) > 0 && sumOf(t) > 0)) return own
  const below = (shares: Float64Array): number => sumOf(shares.subarray(0, own)) / sumOf(shares)
  // Of what lies below its own cell among the partners a row that stays has nothing.
  const from = below(a)
  const place = own === missing ? u : from + (a[own]! / sumOf(a)) * (below(t) > from ? 1 - u : u)
  let left = place * sumOf(t)
  for (let cell = 0; cell < missing; cell++) {
    left -= t[cell]!
    if (left < 0) return cell
  }
  return t.findLastIndex((x) => x > 0)
}

const sumOf = (shares: Float64Array): number => shares.reduce((sum, share) => sum + share, 0)

/** 1 at the level of every factor [n, Σ levels]. */
function indicators(factors: Levels['factors'], codes: Int32Array): Matrix {
  const firsts = levelStarts({ factors })
  const cols = levelsIn({ factors })
  const out = matrix(codes.length / factors.length, cols)
  codes.forEach((level, at) => {
    out.data[Math.floor(at / factors.length) * cols + firsts[at % factors.length]! + level] = 1
  })
  return out
}
