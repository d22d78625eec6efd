import { cosTurns, log, sinTurns } from './elementary.js'
import { rowsIn } from './row-kernel.js'

/**
 * Randomness is a key that is handed in. A value depends only on (seed, stream, chain, step, coordinate), never on the
 * order in which values are asked for: one seed gives the same numbers for any number of threads, tiles or machines.
 *
 * @source Salmon, Moraes, Dror, Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011: Philox4x32-10.
 */
export interface Key {
  /** Low and high 32 bits of the seed. */
  readonly seedLow: number
  readonly seedHigh: number
  /** What the numbers are for (32 bits). */
  readonly stream: number
  /** Step of a chain (32 bits). */
  readonly step: number
}

/** A key from a non-negative whole seed below 2⁵³. */
export function keyFromSeed(seed: number): Key {
  return { seedLow: seed >>> 0, seedHigh: Math.floor(seed / 4294967296) >>> 0, stream: 0, step: 0 }
}

function mixWord(hash: number, word: number): number {
  let h = Math.imul(hash ^ word, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** An independent key for the purpose `label`; the same label twice gives the same key. */
export function keyFor(key: Key, label: string | number): Key {
  let hash = mixWord(key.stream ^ 0x9e3779b9, key.step)
  const text = String(label)
  for (let i = 0; i < text.length; i++) hash = mixWord(hash, text.charCodeAt(i) + i * 0x10001)
  return { ...key, stream: hash, step: 0 }
}

/** A seed of its own for what takes a seed: a whole number below 2⁵³. */
export function seedFor(key: Key, label: string): number {
  const [low, high] = block(keyFor(key, label), 0, 0)
  return low! + 4294967296 * (high! & 0x1fffff)
}

/** The same stream at another step. */
export function keyAtStep(key: Key, step: number): Key {
  return { ...key, step: step >>> 0 }
}

/** The high word of the product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const lowHigh = Math.imul(aLow, bHigh)
  const highLow = Math.imul(aHigh, bLow)
  const middle = (lowHigh & 0xffff) + (highLow & 0xffff) + (Math.imul(aLow, bLow) >>> 16)
  return Math.imul(aHigh, bHigh) + (lowHigh >>> 16) + (highLow >>> 16) + (middle >>> 16)
}

/** Philox4x32-10: four unsigned words from a counter of four and a key of two, written to `out[0..3]`. */
export function philox(counter: ArrayLike<number>, keyLow: number, keyHigh: number, out: Uint32Array): void {
  let c0 = counter[0]! | 0
  let c1 = counter[1]! | 0
  let c2 = counter[2]! | 0
  let c3 = counter[3]! | 0
  let k0 = keyLow | 0
  let k1 = keyHigh | 0
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0)
    const low0 = Math.imul(0xd2511f53, c0)
    const high1 = multiplyHigh(0xcd9e8d57, c2)
    const low1 = Math.imul(0xcd9e8d57, c2)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + 0x9e3779b9) | 0
    k1 = (k1 + 0xbb67ae85) | 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

const counter = new Uint32Array(4)
const words = new Uint32Array(4)

/** Four words for counter (chain, step, block, stream): the layout that every engine uses. */
function block(key: Key, chain: number, index: number): Uint32Array {
  counter[0] = chain
  counter[1] = key.step
  counter[2] = index
  counter[3] = key.stream
  philox(counter, key.seedLow, key.seedHigh, words)
  return words
}

/** A word as a number strictly inside (0, 1): (w + ½)/2³². */
export function wordToUniform(word: number): number {
  return (word + 0.5) * 2.3283064365386963e-10
}

/** Fills `out` with uniforms in (0, 1) of one chain, from its `first` on: value i is word i mod 4 of block ⌊i/4⌋. */
export function fillUniform(key: Key, chain: number, out: Float64Array, first = 0): Float64Array {
  const room = out.length < COMPILED ? undefined : rowsIn([8 * out.length, WORK])
  if (!room) return fillPlain(key, chain, out, first)
  const [at, work] = room.at as [number, number]
  room.kernel.uniforms(chain, ...wordsOf(key), first, out.length, at, work)
  out.set(new Float64Array(room.kernel.memory.buffer, at, out.length))
  return out
}

/** So many numbers take plain loops as long as the compiled ones take to be compiled. */
const COMPILED = 16384
/** Bytes of four words. */
const WORK = 16

const wordsOf = ({ step, stream, seedLow, seedHigh }: Key) => [step, stream, seedLow, seedHigh] as const

/** @internal The same by plain loops. */
export function fillPlain(key: Key, chain: number, out: Float64Array, first: number): Float64Array {
  for (let k = 0; k < out.length; k++) {
    const i = first + k
    if (k === 0 || (i & 3) === 0) block(key, chain, i >>> 2)
    out[k] = wordToUniform(words[i & 3]!)
  }
  return out
}

/**
 * Fills `out` with standard normals of one chain by Box–Muller: block b gives values 4b … 4b+3, from words (0, 1) the
 * first two as √(−2 ln u₀)·(cos 2πu₁, sin 2πu₁), from words (2, 3) the other two. Largest magnitude 6.7.
 */
export function fillNormal(key: Key, chain: number, out: Float64Array): Float64Array {
  for (let i = 0; i < out.length; i += 4) {
    block(key, chain, i >>> 2)
    for (let half = 0; half < 4 && i + half < out.length; half += 2) {
      const radius = Math.sqrt(-2 * log(wordToUniform(words[half]!)))
      const turns = wordToUniform(words[half + 1]!)
      out[i + half] = radius * cosTurns(turns)
      if (i + half + 1 < out.length) out[i + half + 1] = radius * sinTurns(turns)
    }
  }
  return out
}

/** 2³² over the plastic number and over its square: ρ³ = ρ + 1. */
const PLASTIC = [3242174889, 2447445414] as const

/**
 * Points of the unit square, one for each counter, that are uniform each by itself and fill the square evenly where counters follow each
 * other: a lattice shifted at random.
 * @source Cranley and Patterson 1976 (the shift); Roberts, *The unreasonable effectiveness of quasirandom sequences*, 2018 (the lattice).
 */
export function latticeOf(key: Key): (counter: number) => readonly [number, number] {
  const shift = Array.from(block(key, 0, 0).subarray(0, 2))
  const at = (counter: number, k: 0 | 1): number => wordToUniform((shift[k]! + Math.imul(counter, PLASTIC[k])) >>> 0)
  return (counter) => [at(counter, 0), at(counter, 1)]
}

/** n uniforms in (0, 1) of one chain, from its `first` on. */
export function uniforms(key: Key, n: number, chain = 0, first = 0): Float64Array {
  return fillUniform(key, chain, new Float64Array(n), first)
}

/** Uniform numbers one after another: chain `chain`, steps 0, 1, … of the key. */
export function uniformsOf(key: Key, chain: number): () => number {
  const buffer = new Float64Array(256)
  let step = 0
  let at = buffer.length
  return () => {
    if (at === buffer.length) {
      fillUniform(keyAtStep(key, step++), chain, buffer)
      at = 0
    }
    return buffer[at++]!
  }
}

/** n standard normals of one chain. */
export function normals(key: Key, n: number, chain = 0): Float64Array {
  return fillNormal(key, chain, new Float64Array(n))
}

/** A whole number in [0, n) from a uniform. */
export function indexFromUniform(u: number, n: number): number {
  return Math.min(n - 1, Math.floor(u * n))
}

/** The place among shares of sum 1 that a uniform falls on; 0 where there is none. */
export function indexFromShares(u: number, shares: readonly number[] | Float64Array): number {
  let rest = u
  for (let k = 0; k < shares.length; k++) {
    if (rest < shares[k]!) return k
    rest -= shares[k]!
  }
  return Math.max(
    0,
    shares.findLastIndex((share) => share > 0)
  )
}

/** A random order of 0 … n−1 (Fisher–Yates). */
export function permutation(key: Key, n: number): Uint32Array {
  const room = n < COMPILED ? undefined : rowsIn([4 * n, WORK])
  if (!room) return permuted(key, n)
  const [at, work] = room.at as [number, number]
  room.kernel.permutation(...wordsOf(key), n, at, work)
  return new Uint32Array(room.kernel.memory.buffer, at, n).slice()
}

/** @internal The same by plain loops. */
export function permuted(key: Key, n: number): Uint32Array {
  const order = new Uint32Array(n)
  for (let i = 0; i < n; i++) order[i] = i
  const u = uniforms(key, n)
  for (let i = n - 1; i > 0; i--) {
    const j = indexFromUniform(u[i]!, i + 1)
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return order
}
