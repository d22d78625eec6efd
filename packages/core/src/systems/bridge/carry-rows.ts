import { pairTo, type SchrodingerBridge, towards, within } from '../../bridge/schrodinger.js'
import { type CarryKind, carry } from '../../bridge/transport-map.js'
import type { Engine } from '../../kernel/engine.js'
import { type Matrix, matrix, takeColumns, takeRows } from '../../num/matrix.js'
import { type Key, keyFor, uniforms } from '../../num/random.js'
import { type Encoded, type Encoder, embedEncoded, levelStarts, levelsIn } from '../../table/encoder.js'
import { bridgeOf, type Carrier } from './sides.js'

interface Carrying {
  readonly as: CarryKind
  readonly key: Key
  readonly engine: Engine
}

/**
 * Encoded rows carried by a bridge [n]. `drawn`: all that one partner has, numbers and categories, so that they hang together as in
 * the second table. Otherwise numbers as `carry` has them; categories: `debiased` draws each from what the row has itself, plus what
 * its partners have more of than the first table around it, so that a row keeps them where both tables agree; `barycentric` takes
 * all of a partner.
 */
export async function carryRows(model: Carrier, rows: Encoded, { as, key, engine }: Carrying): Promise<Encoded> {
  const { encoder } = model
  const bridge = bridgeOf(model)
  const points = embedEncoded(encoder, rows)
  const own = keyFor(key, 'categories')
  const partnersOf = () => engine.pick(pairTo(points, bridge.to, bridge.epsilon), towards(bridge), { key: own })
  if (as === 'drawn') return partnersIn(model, await partnersOf())
  const numbers = Array.from({ length: encoder.coordinateCount }, (_, c) => c)
  const coordinates = takeColumns(await carry(bridge, points, { as, key: keyFor(key, 'numbers'), engine }), numbers)
  if (encoder.factors.length === 0) return { coordinates, codes: rows.codes }
  if (as === 'debiased') return { coordinates, codes: await debiasedCodes(model, { bridge, points, codes: rows.codes, key: own, engine }) }
  return { coordinates, codes: codesOf(model, await partnersOf()) }
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
    if (code.carries !== 'coordinate' || code.scaler.method !== 'standard' || !code.scaler.nonNegative) continue
    const least = -code.scaler.centre / code.scaler.scale
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

interface Debiasing extends Omit<Carrying, 'as'> {
  readonly bridge: SchrodingerBridge
  readonly points: Matrix
  readonly codes: Int32Array
}

/** One number a row decides all its categories, its own levels first: a row that stays stays whole. */
async function debiasedCodes(model: Carrier, { bridge, points, codes, key, engine }: Debiasing): Promise<Int32Array> {
  const { encoder, rows, summary } = model
  const { epsilon, from, to } = bridge
  const split = summary.fromRows * encoder.factors.length
  const theirs = await engine.mean(pairTo(points, to, epsilon), towards(bridge), indicators(encoder, rows.codes.subarray(split)))
  const around = await engine.mean(pairTo(points, from, epsilon), within(bridge), indicators(encoder, rows.codes.subarray(0, split)))
  const u = uniforms(key, points.rows)
  const out = new Int32Array(codes.length)
  const firsts = levelStarts(encoder)
  for (let i = 0; i < points.rows; i++)
    encoder.factors.forEach(({ levelCount }, f) => {
      const own = codes[i * encoder.factors.length + f]!
      const at = i * theirs.cols + firsts[f]!
      const shares = Float64Array.from({ length: levelCount }, (_, l) =>
        Math.max(0, (l === own ? 1 : 0) + theirs.data[at + l]! - around.data[at + l]!)
      )
      out[i * encoder.factors.length + f] = levelAt(shares, own, u[i]!)
    })
  return out
}

/** The level at which shares, those of `own` first, exceed u of their sum. */
function levelAt(shares: Float64Array, own: number, u: number): number {
  let left = u * shares.reduce((sum, share) => sum + share, 0) - shares[own]!
  if (left < 0) return own
  for (let level = 0; level < shares.length; level++) {
    if (level === own) continue
    left -= shares[level]!
    if (left < 0) return level
  }
  return own
}

/** 1 at the level of every factor [n, Σ levels]. */
function indicators(encoder: Encoder, codes: Int32Array): Matrix {
  const { factors } = encoder
  const firsts = levelStarts(encoder)
  const cols = levelsIn(encoder)
  const out = matrix(codes.length / factors.length, cols)
  codes.forEach((level, at) => {
    out.data[Math.floor(at / factors.length) * cols + firsts[at % factors.length]! + level] = 1
  })
  return out
}
