import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { fixture } from '../../test/fixture.js'
import { decompressLz4Frame } from './lz4-frame.js'

const text = Array.from({ length: 12_000 }, (_, i) => `${(i * i) % 97} rows of ${i % 13};`).join('')

test.each(['linked.lz4', 'independent.lz4'])('%s, as the lz4 command wrote it', (name) => {
  const content = decompressLz4Frame(fixture(name), text.length)
  expect(content.length).toBe(text.length)
  expect(createHash('sha256').update(content).digest('hex')).toBe(createHash('sha256').update(text).digest('hex'))
})

test('throws wherever the frame is cut', () => {
  const bytes = fixture('linked.lz4')
  for (let length = 0; length < bytes.length - 4; length += 13)
    expect(() => decompressLz4Frame(bytes.slice(0, length), text.length)).toThrow()
})

test('no more is kept than was stated', () => {
  expect(() => decompressLz4Frame(fixture('linked.lz4'), text.length - 1)).toThrow('longer than stated')
})
