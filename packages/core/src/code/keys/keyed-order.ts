import { type Key, philox } from '../../num/random.js'

/** Rounds of the network; four make it a strong pseudo-random permutation of a large domain, and small ones want some more. */
const ROUNDS = 8

/** The bits of a word of Philox. */
const WORD = 0xffffffffn

/**
 * A keyed order of 0 … size − 1: a permutation whose places are computed one at a time, so that codes that are drawn one
 * after the other never meet. Cost a few microseconds a place, whatever the size.
 *
 * @source Luby and Rackoff 1988 (Feistel network, here over Philox); walking in the cycle until within the domain, Black and Rogaway 2002.
 */
export function keyedOrder(key: Key, size: bigint): (place: bigint) => bigint {
  const half = BigInt(Math.max(1, Math.ceil((size - 1n).toString(2).length / 2)))
  const mask = (1n << half) - 1n
  const pass = (place: bigint): bigint => {
    let [left, right] = [place >> half, place & mask]
    for (let round = 0; round < ROUNDS; round++) [left, right] = [right, left ^ (mixed(key, round, right, half) & mask)]
    return (left << half) | right
  }
  return (place) => {
    let at = pass(place)
    while (at >= size) at = pass(at)
    return at
  }
}

const counter = new Uint32Array(4)
const words = new Uint32Array(4)

/** At least `bits` bits that depend on a number, a round and the key. */
function mixed(key: Key, round: number, value: bigint, bits: bigint): bigint {
  counter.set([key.stream, key.step, round, 0])
  let rest = value
  do {
    counter[3] = Number(rest & WORD)
    philox(counter, key.seedLow, key.seedHigh, words)
    counter.set([words[0]!, words[1]!, words[2]!])
    rest >>= 32n
  } while (rest > 0n)
  let out = 0n
  for (let made = 0n; made < bits; made += 64n) {
    counter[3] = Number(made)
    philox(counter, key.seedLow, key.seedHigh, words)
    out = (out << 64n) | (BigInt(words[0]!) << 32n) | BigInt(words[1]!)
  }
  return out
}
