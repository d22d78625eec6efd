/** Random numbers in [0, 2³²), the same for a seed everywhere. @source mulberry32, T. Ettinger 2017 */
function randomBits(seed) {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

const REMARKABLE = [0, 1, 2, 3, 7, 8, 16, 63, 64, 127, 128, 254, 255, 256, 32767, 32768, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]

/** Ways to damage bytes; `random(n)` is a whole number below n. */
const damages = [
  function flipBit({ bytes, random }) {
    const damaged = bytes.slice()
    damaged[random(bytes.length)] ^= 1 << random(8)
    return damaged
  },
  function changeByte({ bytes, random }) {
    const damaged = bytes.slice()
    damaged[random(bytes.length)] = random(256)
    return damaged
  },
  function changeNumber({ bytes, random }) {
    const damaged = bytes.slice()
    const width = [1, 2, 4, 8][random(4)]
    const at = random(bytes.length)
    let value = BigInt(REMARKABLE[random(REMARKABLE.length)])
    for (let i = 0; i < width && at + i < bytes.length; i++, value >>= 8n) damaged[at + i] = Number(value & 255n)
    return damaged
  },
  function cut({ bytes, random }) {
    return bytes.slice(0, random(bytes.length))
  },
  function removePart({ bytes, random }) {
    const at = random(bytes.length)
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random(16)))
  },
  function repeatPart({ bytes, random }) {
    const at = random(bytes.length)
    const end = at + 1 + random(64)
    return joined(bytes.subarray(0, end), bytes.subarray(at))
  },
  function insert({ bytes, random, tokens }) {
    const at = random(bytes.length + 1)
    const token = tokens.length > 0 ? new TextEncoder().encode(tokens[random(tokens.length)]) : Uint8Array.of(random(256))
    return joined(bytes.subarray(0, at), token, bytes.subarray(at))
  },
  function splice({ bytes, random, other }) {
    const from = random(other.length)
    const length = 1 + random(Math.min(64, other.length))
    const at = random(bytes.length)
    return joined(bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at + length))
  }
]

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Mutant `number` of the files under a seed: one of them, damaged one to three times. */
export function mutantOf({ files, tokens = [] }, { seed, number }) {
  const bits = randomBits(Math.imul(seed, 0x9e3779b1) ^ number)
  const random = (n) => bits() % n
  let bytes = files[random(files.length)]
  for (let left = 1 + (random(3) === 0 ? random(3) : 0); left > 0 && bytes.length > 0; left--) {
    const other = files[random(files.length)]
    bytes = damages[random(damages.length)]({ bytes, random, tokens, other })
  }
  return bytes
}
