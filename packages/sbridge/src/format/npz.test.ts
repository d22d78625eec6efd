import { afterEach, describe, expect, test } from 'vitest'
import { fixture } from '../../test/fixture.js'
import { crc32 } from './crc32.js'
import { readNpz, writeNpz } from './npz.js'

const context = { source: 'data.npz' }
const bytes = writeNpz({ rowCount: 1000, columns: [{ name: 'a', source: 'number', values: new Float64Array(1000) }] })

/** The archive with another number in its directory entry, `field` bytes behind its mark. */
function withField(field: number, value: number): Uint8Array {
  const changed = bytes.slice()
  const at = changed.findIndex((_, i) => changed[i] === 0x50 && changed[i + 1] === 0x4b && changed[i + 2] === 1 && changed[i + 3] === 2)
  new DataView(changed.buffer).setUint32(at + field, value, true)
  return changed
}
const CRC = 16
const SIZE = 24

test('the checksum is that of RFC 1952', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
})

test('one bit of a number wrong, as a disk or a cable leaves it, is told by the checksum', async () => {
  await expect(readNpz(fixture('damaged/bit-flipped.npz'), context)).rejects.toThrow(/the checksum of entry a.npy is wrong/)
  await expect(readNpz(withField(CRC, 0), context)).rejects.toMatchObject({ name: 'FormatError', code: 'npz-unreadable' })
})

describe('how much an archive may hold', () => {
  afterEach(() => {
    delete process.env.SBRIDGE_MAX_CONTENT
  })

  test('more than the limit is refused before anything is inflated', async () => {
    await expect(readNpz(withField(SIZE, 2 ** 31), context)).rejects.toMatchObject({ name: 'FormatError', code: 'content-too-large' })
    await expect(readNpz(withField(SIZE, 2 ** 31), context)).rejects.toThrow(/2048 MiB or more; expected at most 64 MiB/)
  })

  test('the limit may be set', async () => {
    process.env.SBRIDGE_MAX_CONTENT = '0.001'
    await expect(readNpz(bytes, context)).rejects.toMatchObject({ code: 'content-too-large' })
    process.env.SBRIDGE_MAX_CONTENT = '1'
    expect((await readNpz(bytes, context)).rowCount).toBe(1000)
  })

  test('no more is inflated than was stated', async () => {
    for (const size of [0, 100, 8127, 8129]) {
      await expect(readNpz(withField(SIZE, size), context)).rejects.toMatchObject({ name: 'FormatError', code: 'npz-unreadable' })
    }
  })
})
