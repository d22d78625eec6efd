import { expect, it } from 'vitest'
import { FormatError } from '../num/errors.js'
import { DRAW_BYTES, packModel, unpackModel } from './container.js'
import {
  float64Array,
  list,
  logWeightsIn,
  measured,
  number,
  optional,
  type Reader,
  record,
  variant,
  whole,
  word,
  wordOr
} from './reading.js'

const gotOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof FormatError && error.code === 'model-damaged') return `${error.got}; ${error.expected}`
    throw error
  }
  return 'nothing wrong'
}

interface Part {
  readonly name: 'a' | 'b'
  readonly sizes: readonly number[]
  readonly epsilon?: number | 'auto'
}

const part: Reader<Part> = record<Part>({
  name: word('a', 'b'),
  sizes: list(whole({ least: 1 })),
  epsilon: optional(wordOr('auto', number({ above: 0 })))
})

it('a record is what its readers say: the field that is wrong is named, what no reader knows is not read', () => {
  const right = { name: 'a', sizes: [1, 2] }
  expect(part({ ...right, more: 1 }, 'part')).toEqual(right)
  expect(part({ ...right, epsilon: 'auto' }, 'part')).toEqual({ ...right, epsilon: 'auto' })
  const wrong = (value: unknown) => gotOf(() => part(value, 'part'))
  expect(wrong({ ...right, sizes: [1, 2.5] })).toBe('a model with part.sizes[1] = 2.5; a whole number from 1')
  expect(wrong({ ...right, epsilon: -1 })).toBe('a model with part.epsilon = -1; a finite number above 0')
  expect(wrong({ ...right, epsilon: 1 / 0 })).toBe('a model with part.epsilon = Infinity; a finite number above 0')
  expect(wrong({ ...right, name: { toString: 1 } })).toBe('a model with part.name = an object; a or b')
  expect(wrong({ sizes: [] })).toBe('a model with part.name = nothing; a or b')
  expect(wrong(null)).toBe('a model with part = null; an object')
  expect(wrong([right])).toBe('a model with part = a list of 1; an object')
  expect(wrong({ __proto__: right })).toBe('a model with part.name = nothing; a or b')
  const either = variant('name', { a: part })
  expect(gotOf(() => either({ ...right, name: 'toString' }, 'either'))).toBe('a model with either.name = "toString"; a')
})

it('what is only shown may be what JSON has no word for; what is computed with may not', () => {
  expect(measured(JSON.parse(JSON.stringify(Number.POSITIVE_INFINITY)), 'error')).toBeNaN()
  expect(gotOf(() => number()(null, 'error'))).toBe('a model with error = null; a finite number')
})

it('arrays have as many numbers as are asked for, all in range; weights sum to 1', () => {
  const arrays = { x: Float64Array.of(1, -2), codes: Int32Array.of(1) }
  expect(float64Array(arrays, 'x', 2)).toBe(arrays.x)
  expect(gotOf(() => float64Array(arrays, 'x', 3))).toBe('a model with 2 numbers in its array x; 3 numbers')
  expect(gotOf(() => float64Array(arrays, 'x', 2, { least: 0 }))).toBe('a model with x[1] = -2; a finite number from 0')
  expect(gotOf(() => float64Array(arrays, 'codes', 1))).toBe('a model without its array codes; an array codes of Float64Array')
  expect(gotOf(() => float64Array(arrays, 'toString', 1))).toBe('a model without its array toString; an array toString of Float64Array')
  expect(gotOf(() => float64Array({ x: Float64Array.of(Number.NaN) }, 'x', 1))).toBe('a model with x[0] = NaN; a finite number')
  const half = Math.log(0.5)
  expect(logWeightsIn({ logWeights: Float64Array.of(half, half, Number.NEGATIVE_INFINITY) }, 3).length).toBe(3)
  expect(gotOf(() => logWeightsIn({ logWeights: Float64Array.of(half, 0) }, 2))).toMatch(/weights that sum to 1\.5/)
})

/** A file with the checksum that belongs to it, whatever its header says. */
function withHeader(edit: (header: string) => string): Uint8Array {
  const whole = packModel({ kind: 'global', meta: {}, arrays: { x: Float64Array.of(1, 2) } })
  const length = new DataView(whole.buffer).getUint32(12, true)
  const header = edit(String.fromCharCode(...whole.subarray(24, 24 + length)))
  const start = Math.ceil((24 + header.length) / 8) * 8
  const bytes = new Uint8Array(start + 16)
  bytes.set(whole.subarray(0, 24))
  bytes.set(
    Array.from(header, (letter) => letter.charCodeAt(0)),
    24
  )
  new DataView(bytes.buffer).setUint32(12, header.length, true)
  new DataView(bytes.buffer).setUint32(16, crc(bytes.subarray(24)), true)
  return bytes
}

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let k = 0; k < 8; k++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  }
  return (value ^ 0xffffffff) >>> 0
}

it('a header is read before anything is allocated: arrays lie one after the other inside the file', () => {
  const wrong = (from: string, to: string) => gotOf(() => unpackModel(withHeader((header) => header.replace(from, to))))
  expect(wrong('"global"', '"global"')).toBe('nothing wrong')
  expect(wrong('"length":2', '"length":1e12')).toBe('a model with the end of the array x = 8000000000000; a whole number up to 16')
  expect(wrong('"offset":0', '"offset":8')).toBe('a model with the offset of the array x = 8; a whole number 0')
  expect(wrong('"float64"', '"float16"')).toMatch(/^a model with header\.arrays\[0\]\.type = "float16"/)
  expect(wrong('"kind"', '"king"')).toBe('a model with header.kind = nothing; text')
  expect(wrong('{', '{{')).toBe('a header that is no JSON; a whole sbridge model file')
  expect(wrong('"global"', `${'['.repeat(50_000)}${']'.repeat(50_000)}`)).toBe('a model with header.kind = a list of 1; text')
})

it('says which rows a seed drew when it was written; files from before it was said are read', () => {
  expect(unpackModel(withHeader((header) => header)).bytes).toBe(DRAW_BYTES)
  expect(unpackModel(withHeader((header) => header.replace(/"bytes":\d+,/, ''))).bytes).toBe(1)
  expect(gotOf(() => unpackModel(withHeader((header) => header.replace(/"bytes":\d+/, '"bytes":"two"'))))).toMatch(/header\.bytes = "two"/)
})
