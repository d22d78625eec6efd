/**
 * Damaged copies of a model file whose checksum is right again, so that only reading can tell: flipped bits, header fields
 * deleted or set to nonsense, arrays cut, emptied or with odd numbers. The same seed gives the same copy.
 */

/** Numbers from 0 to 1 (mulberry32). */
export type Dice = () => number

export function dice(seed: number): Dice {
  let a = Math.imul(seed + 1, 0x9e3779b9) >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), a | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const PREAMBLE = 24
const aligned = (n: number): number => Math.ceil(n / 8) * 8
const below = (n: number, roll: Dice): number => Math.floor(roll() * n)
const oneOf = <T>(list: readonly T[], roll: Dice): T => list[below(list.length, roll)]!

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})

function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

interface Entry {
  name: string
  type: string
  offset: number
  length: number
}

interface Parts {
  header: { kind: string; meta: unknown; arrays: Entry[] }
  body: Uint8Array
}

function apart(bytes: Uint8Array): Parts {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(PREAMBLE, PREAMBLE + length)))
  return { header, body: bytes.slice(aligned(PREAMBLE + length)) }
}

/** A file with this header text and body, and the checksum that belongs to them. */
function together(header: string, body: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(header)
  const start = aligned(PREAMBLE + text.length)
  const bytes = new Uint8Array(start + body.length)
  bytes.set([0x53, 0x42, 0x52, 0x49, 0x44, 0x47, 0x45, 0])
  bytes.set(text, PREAMBLE)
  bytes.set(body, start)
  new DataView(bytes.buffer).setUint32(8, 1, true)
  new DataView(bytes.buffer).setUint32(12, text.length, true)
  return sealed(bytes)
}

function sealed(bytes: Uint8Array): Uint8Array {
  new DataView(bytes.buffer).setUint32(16, checksum(bytes.subarray(PREAMBLE)), true)
  return bytes
}

/** The same file with a header that `edit` has changed. */
export function withHeader(bytes: Uint8Array, edit: (header: Parts['header']) => void): Uint8Array {
  const { header, body } = apart(bytes)
  edit(header)
  return together(JSON.stringify(header), body)
}

/** Where a value of the header stands: its holder, and its name or place there. */
interface Place {
  readonly holder: Record<string, unknown>
  readonly name: string
}

/** Every place in a value but the knots of long lists, of which a few are enough. */
function placesIn(value: unknown, out: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return out
  const holder = value as Record<string, unknown>
  for (const name of Object.keys(holder).slice(0, 40)) {
    out.push({ holder, name })
    placesIn(holder[name], out)
  }
  return out
}

/** Stands for a number that JSON can spell and no number is: 1e999 is read as an infinity. */
const HUGE = '§huge§'

const NONSENSE: readonly unknown[] = [
  null,
  true,
  false,
  '',
  'x',
  '__proto__',
  '€',
  [],
  {},
  [[]],
  -1,
  0,
  1,
  2,
  1.5,
  7,
  1e9,
  -1e9,
  4294967296,
  2 ** 53,
  1e300,
  -1e300,
  1e-300,
  HUGE
]

function edited({ header, body }: Parts, roll: Dice): Uint8Array {
  const { holder, name } = oneOf(placesIn(header), roll)
  const value = holder[name]
  const edits: (() => unknown)[] = [
    () => delete holder[name],
    () => {
      holder[name] = oneOf(NONSENSE, roll)
    },
    () => {
      const other = oneOf(placesIn(header), roll)
      ;[holder[name], other.holder[other.name]] = [other.holder[other.name], value]
    },
    () => {
      if (typeof value === 'number') holder[name] = oneOf([-value, value + 1, value - 1, value * 1e6, value / 1e6], roll)
      else if (Array.isArray(value)) value.splice(below(value.length + 1, roll), oneOf([0, 1, 2], roll), ...value.slice(0, below(3, roll)))
      else if (typeof value === 'string') holder[name] = value.slice(1)
      else holder[name] = [value]
    }
  ]
  oneOf(edits, roll)()
  let text: string
  try {
    text = JSON.stringify(header)
  } catch {
    text = '{}' // A swap of a value with a part of itself.
  }
  return together(text.replaceAll(`"${HUGE}"`, '1e999'), body)
}

const SIZES: Readonly<Record<string, number>> = { float64: 8, float32: 4, int32: 4, uint32: 4, uint8: 1 }
const ODD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300, 1e9, -1e9, 5e-324, 0, -1, 12345.678]

/** One array with an odd number in it, or cut short, or of another length than it says. */
function rewritten({ header, body }: Parts, roll: Dice): Uint8Array {
  const entry = oneOf(header.arrays, roll)
  if (entry.length > 0 && roll() < 0.6) {
    const at = entry.offset + below(entry.length, roll) * SIZES[entry.type]!
    const view = new DataView(body.buffer, body.byteOffset)
    const value = oneOf(ODD, roll)
    if (entry.type === 'float64') view.setFloat64(at, value, true)
    else if (entry.type === 'int32' || entry.type === 'uint32') view.setInt32(at, value, true)
    else body[at] = 255
  } else if (roll() < 0.5) entry.length = oneOf([0, 1, entry.length - 1, entry.length + 1, 2 * entry.length, 1e9, 2 ** 40, -1], roll)
  else {
    // A shorter array in a file that holds together otherwise.
    const gone = Math.min(entry.length, oneOf([1, 2, 8], roll)) * SIZES[entry.type]!
    const shift = aligned(entry.length * SIZES[entry.type]!) - aligned(entry.length * SIZES[entry.type]! - gone)
    const end = entry.offset + aligned(entry.length * SIZES[entry.type]!)
    const rest = body.slice(end)
    body = body.slice(0, end - shift + rest.length)
    body.set(rest, end - shift)
    entry.length -= gone / SIZES[entry.type]!
    for (const other of header.arrays) if (other.offset >= end) other.offset -= shift
  }
  return together(JSON.stringify(header), body)
}

function flipped(bytes: Uint8Array, from: number, to: number, roll: Dice): Uint8Array {
  const out = bytes.slice()
  for (let count = 1 + below(3, roll); count > 0; count--) {
    const at = from + below(to - from, roll)
    out[at] = out[at]! ^ (1 << below(8, roll))
  }
  return sealed(out)
}

/** The copy with this number. */
export function mutantOf(bytes: Uint8Array, seed: number): Uint8Array {
  const roll = dice(seed)
  const way = roll()
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true)
  if (way < 0.45) return edited(apart(bytes), roll)
  if (way < 0.65) return rewritten(apart(bytes), roll)
  if (way < 0.8) return flipped(bytes, PREAMBLE, PREAMBLE + length, roll)
  if (way < 0.96) return flipped(bytes, aligned(PREAMBLE + length), bytes.length, roll)
  if (way < 0.98) return flipped(bytes, 8, 16, roll)
  return sealed(bytes.slice(0, PREAMBLE + below(bytes.length - PREAMBLE, roll)))
}
