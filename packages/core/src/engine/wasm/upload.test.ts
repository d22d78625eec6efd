import { expect, test } from 'vitest'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { PAGE_BYTES, type WasmMemory, webAssembly } from '../../num/webassembly.js'
import { Arena } from './arena.js'
import { uploadCloud, uploadLogs } from './upload.js'

const ROWS = 64

test('log terms are written wherever memory has to grow between what is reserved for them', () => {
  const points = matrix(ROWS, 1, normals(keyFromSeed(1), ROWS))
  const log = Float64Array.from({ length: ROWS }, (_, i) => 1 - i)
  const { Memory } = webAssembly()!
  // Four things are reserved: one of 512 bytes, three of 64. Room left for none of them, one, two, three or all.
  for (let room = 0; room <= 768; room += 64) {
    const arena = new Arena(new Memory({ initial: 1, maximum: 4 }) as WasmMemory)
    const cloud = uploadCloud(arena, { precision: 'float64', centred: true }, points)
    arena.take(PAGE_BYTES - arena.top - room)
    const { data, maxima, minima } = uploadLogs(arena, 'float64', log, cloud)
    const written = arena.float64(data, ROWS)
    cloud.order.forEach((row, place) => {
      expect(written[place]).toBeCloseTo(-row * Math.LOG2E, 12)
    })
    expect([arena.float64(maxima, 1)[0], arena.float64(minima, 1)[0]]).toEqual([1, 2 - ROWS])
  }
})
