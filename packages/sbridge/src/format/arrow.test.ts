import { SbridgeError } from '@sbridge/core'
import {
  CompressionType,
  compressionRegistry,
  DateDay,
  Dictionary,
  Int32,
  Int64,
  List,
  Table,
  TimestampMicrosecond,
  tableFromArrays,
  tableToIPC,
  Utf8,
  vectorFromArray
} from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { fixture } from '../../test/fixture.js'
import { readArrow, writeArrow } from './arrow.js'
import { decompressZstdFrame } from './zstd-frame.js'

const context = { source: 'data.arrow' }
const leap = Date.UTC(2024, 1, 29)
const rich = new Table({
  level: vectorFromArray(['b', null, 'b', 'a'], new Dictionary(new Utf8(), new Int32())),
  day: vectorFromArray([leap, 0, null, -86_400_000], new DateDay()),
  time: vectorFromArray([leap, 1, null, 2], new TimestampMicrosecond()),
  huge: vectorFromArray([2n ** 60n + 1n, 1n, null, 2n], new Int64()),
  count: vectorFromArray([1n, -2n, null, 3n], new Int64()),
  single: vectorFromArray(Float32Array.of(0.5, 1, Number.NaN, 2))
})

test.each(['file', 'stream'] as const)('a %s with dictionaries, dates and long whole numbers', async (kind) => {
  const { columns, rowCount } = await readArrow(tableToIPC(rich, kind), context)
  expect(rowCount).toBe(4)
  expect(columns).toEqual([
    { name: 'level', source: 'text', marked: true, values: ['b', null, 'b', 'a'] },
    { name: 'day', source: 'datetime', values: Float64Array.of(leap, 0, 0, -86_400_000), missing: Uint8Array.of(0, 0, 1, 0) },
    { name: 'time', source: 'datetime', values: Float64Array.of(leap, 1, 0, 2), missing: Uint8Array.of(0, 0, 1, 0) },
    { name: 'huge', source: 'text', values: ['1152921504606846977', '1', null, '2'] },
    { name: 'count', source: 'number', values: Float64Array.of(1, -2, 0, 3), missing: Uint8Array.of(0, 0, 1, 0), integer: true },
    { name: 'single', source: 'number', values: Float64Array.of(0.5, 1, 0, 2), missing: Uint8Array.of(0, 0, 1, 0) }
  ])
})

/** A frame of equal bytes as one literal and one match; anything else stored, which the library then does not use. */
function repeatedLz4(data: Uint8Array): Uint8Array {
  if (data.length < 20 || data.some((byte) => byte !== data[0])) return storedLz4(data)
  const extra = data.length - 1 - 4 - 15
  const lengths = [...new Array<number>(Math.floor(extra / 255)).fill(255), extra % 255]
  const block = [0x1f, data[0]!, 1, 0, ...lengths]
  const frame = storedLz4(Uint8Array.from(block))
  new DataView(frame.buffer).setUint32(7, block.length, true)
  return frame
}

function storedLz4(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(15 + data.length)
  bytes.set([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73])
  new DataView(bytes.buffer).setUint32(7, (data.length | 0x80000000) >>> 0, true)
  bytes.set(data, 11)
  return bytes
}

/** A frame with one block, of equal bytes or stored: single segment, content size in four bytes. @source RFC 8878 */
function repeatedZstd(data: Uint8Array): Uint8Array {
  const equal = data.length > 20 && data.every((byte) => byte === data[0])
  const content = equal ? data.subarray(0, 1) : data
  const bytes = new Uint8Array(12 + content.length)
  bytes.set([0x28, 0xb5, 0x2f, 0xfd, 0xa0])
  new DataView(bytes.buffer).setUint32(5, data.length, true)
  const header = 1 | (equal ? 2 : 0) | (data.length << 3)
  bytes.set([header & 255, (header >> 8) & 255, header >> 16], 9)
  bytes.set(content, 12)
  return bytes
}

describe('compressed buffers', () => {
  test.each([
    ['LZ4', CompressionType.LZ4_FRAME, repeatedLz4],
    ['ZSTD', CompressionType.ZSTD, repeatedZstd]
  ] as const)('%s', async (_, type, encode) => {
    const table = tableFromArrays({ a: new Float64Array(500), b: new Array(500).fill('aaa') })
    const plain = await readArrow(tableToIPC(table, 'file'), context)
    const decode = compressionRegistry.get(type)!.decode!
    let decoded = 0
    const count = (data: Uint8Array) => {
      decoded += data.length
      return data
    }
    compressionRegistry.set(type, { encode, decode: (data) => count(decode(data)) })
    const compressed = tableToIPC(table, 'file', type)
    expect(await readArrow(compressed, context)).toEqual(plain)
    // The numbers, and the 32-bit codes of the dictionary that texts become.
    expect(decoded).toBe(8 * 500 + 4 * 500)
  })
})

test('a stream cut inside a message, Feather version 1 and foreign bytes are FormatErrors', async () => {
  const stream = tableToIPC(rich, 'stream')
  for (const bytes of [
    stream.slice(0, 300),
    stream.slice(0, stream.length - 100),
    new TextEncoder().encode('FEA1 and more'),
    new Uint8Array(40)
  ]) {
    await expect(readArrow(bytes, context)).rejects.toMatchObject({ name: 'FormatError', code: 'arrow-unreadable' })
  }
})

describe('lengths that the file cannot hold', () => {
  const small = new Table({
    level: vectorFromArray(['b', null, 'a'], new Dictionary(new Utf8(), new Int32())),
    text: vectorFromArray(['b', 'bc', null], new Utf8())
  })

  // Without the check, single bytes among these make the library stay in a loop or ask for gigabytes.
  test.each(['file', 'stream'] as const)('a %s is read or refused at once, whatever byte is wrong', { tags: ['slow'] }, async (kind) => {
    const bytes = tableToIPC(small, kind)
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [0x01, 0x40, 0x80]) {
        const damaged = bytes.slice()
        damaged[at]! ^= change
        const start = performance.now()
        await readArrow(damaged, context).catch((error) => expect(error, `byte ${at}`).toBeInstanceOf(SbridgeError))
        expect(performance.now() - start, `byte ${at}`).toBeLessThan(5000)
      }
    }
  })

  test('more rows than a column has values are refused', async () => {
    const values = Float64Array.of(1, 2, 3)
    const bytes = writeArrow({ rowCount: 3, columns: [{ name: 'a', source: 'number', values }] })
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    // The length of the batch, and that of its only column.
    const lengths = Array.from({ length: bytes.length / 8 - 1 }, (_, i) => 8 * i).filter((at) => view.getBigInt64(at, true) === 3n)
    expect(lengths.length).toBeGreaterThanOrEqual(2)
    for (const at of lengths) view.setBigInt64(at, 10_000n, true)
    await expect(readArrow(bytes, context)).rejects.toMatchObject({ code: 'arrow-unreadable' })
  })

  test.each(['lz4', 'zstd'])('%s.arrow: compressed buffers that state gigabytes', async (name) => {
    expect((await readArrow(fixture(`${name}.arrow`), context)).rowCount).toBe(60)
    const bytes = fixture(`${name}.arrow`)
    const frame = name === 'lz4' ? [0x04, 0x22, 0x4d, 0x18] : [0x28, 0xb5, 0x2f, 0xfd]
    const at = bytes.findIndex((_, i) => frame.every((byte, j) => bytes[i + j] === byte))
    const view = new DataView(bytes.buffer)
    view.setBigInt64(at - 8, 2n ** 33n, true)
    await expect(readArrow(bytes, context)).rejects.toMatchObject({ name: 'FormatError', code: 'content-too-large' })
    view.setBigInt64(at - 8, 479n, true)
    await expect(readArrow(bytes, context)).rejects.toMatchObject({ name: 'FormatError', code: 'arrow-unreadable' })
  })

  test('ZSTD weights of no bits, which the library reads for ever', async () => {
    await expect(readArrow(fixture('damaged/hang-zstd.arrow'), context)).rejects.toThrow(/weights have one value/)
  })

  test('ZSTD frames that state gigabytes', () => {
    const head = [0x28, 0xb5, 0x2f, 0xfd]
    expect(() => decompressZstdFrame(Uint8Array.of(...head, 0xa0, 255, 255, 255, 255, 1, 0, 0), 1000)).toThrow('states more')
    expect(() => decompressZstdFrame(Uint8Array.of(...head, 0x00, 0xa8, 1, 0, 0), 1000)).toThrow('window')
  })
})

test('nested columns are named', async () => {
  const list = vectorFromArray([[1], [2, 3]])
  expect(list.type).toBeInstanceOf(List)
  await expect(readArrow(tableToIPC(new Table({ list }), 'file'), context)).rejects.toMatchObject({
    name: 'InputError',
    code: 'column-nested'
  })
})

test('whole-number names keep their place', async () => {
  const values = Float64Array.of(1)
  const columns = ['b', '1', '0'].map((name) => ({ name, source: 'number' as const, values }))
  expect((await readArrow(writeArrow({ rowCount: 1, columns }), context)).columns.map((column) => column.name)).toEqual(['b', '1', '0'])
})
