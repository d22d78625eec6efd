import { expect, test } from 'vitest'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { PAGE_BYTES, type WasmMemory, webAssembly } from '../../num/webassembly.js'
import { ordered } from '../../space/blocks.js'
import { Arena } from './arena.js'
import type { Desk } from './arrange.js'
import { plainHost } from './host.js'
import { compileVariant, type Precision, type WasmKernels } from './module.js'
import { Pool } from './pool.js'
import { blockRows, lanes, uploadCloud, uploadLogs } from './upload.js'

async function desks(precision: Precision): Promise<() => Promise<Desk>> {
  const host = plainHost()
  const { Memory, instantiate } = webAssembly()!
  const module = await compileVariant({ precision, relaxed: false }, { shared: false }, host)
  return async () => {
    const memory: WasmMemory = new Memory({ initial: 1, maximum: 1000 })
    const kernels = (await instantiate(module, { env: { memory } })).exports as WasmKernels
    const pool = new Pool({ memory, module, kernels, host, threads: 1 })
    return { arena: new Arena(memory), kernels, pool, precision, threads: 1, dense: false }
  }
}

test('log terms are written wherever memory has to grow between what is reserved for them', async () => {
  const ROWS = 64
  const points = matrix(ROWS, 1, normals(keyFromSeed(1), ROWS))
  const log = Float64Array.from({ length: ROWS }, (_, i) => 1 - i)
  const deskOf = await desks('float64')
  // Five things are reserved: two of 512 bytes, three of 64. Room left for none of them, one, two, three, four or all.
  for (let room = 0; room <= 1280; room += 64) {
    const desk = await deskOf()
    const { arena } = desk
    const cloud = await uploadCloud(desk, points, true)
    arena.take(PAGE_BYTES - arena.top - room)
    const { data, maxima, minima } = await uploadLogs(desk, log, cloud)
    const written = arena.float64(data, ROWS)
    cloud.order.forEach((row, place) => {
      expect(written[place]).toBeCloseTo(-row * Math.LOG2E, 12)
    })
    expect([arena.float64(maxima, 1)[0], arena.float64(minima, 1)[0]]).toEqual([1, 2 - ROWS])
  }
})

test.each([
  [70_001, 3],
  [40_000, 17],
  [300, 2],
  [100, 0]
])('the engine finds the block order of %i × %i that plain loops find, ties and all', async (n, d) => {
  const points = matrix(n, d, normals(keyFromSeed(n), n * d).map(Math.round))
  const { order } = await uploadCloud(await (await desks('float64'))(), points, true)
  expect(order).toEqual(ordered(points))
})

test.each(['float64', 'float32'] as const)(
  'a cloud stands in block order about its centres, with boxes of blocks and nodes: %s',
  async (precision) => {
    const [n, d] = [100_003, 3]
    const points = matrix(n, d, normals(keyFromSeed(2), n * d))
    const desk = await (await desks(precision))()
    const { arena } = desk
    const cloud = await uploadCloud(desk, points, true)
    const rows = blockRows(precision)
    const { blockCount, order } = cloud
    const data = lanes(arena, precision, cloud.data, blockCount * d * rows)
    const centres = arena.float64(cloud.centres, blockCount * d)
    const boxes = arena.float64(cloud.boxes, blockCount * 2 * d)
    const radii = arena.float64(cloud.radii, blockCount)
    const top = arena.float64(cloud.nodeBoxes, blockCount * 2 * d).subarray(((blockCount + 1) >>> 1) * 2 * d)
    const error = precision === 'float64' ? 1e-15 : 1e-6
    for (let b = 0; b < blockCount; b++) {
      const own = [...order.subarray(b * rows, (b + 1) * rows)]
      let radius = 0
      for (let c = 0; c < d; c++) {
        const values = own.map((row) => points.data[row * d + c]!)
        const centre = values.reduce((sum, x) => sum + x / values.length, 0)
        expect(centres[b * d + c]).toBe(centre)
        expect([boxes[b * 2 * d + c], boxes[b * 2 * d + d + c]]).toEqual([Math.min(...values), Math.max(...values)])
        const from = (b * d + c) * rows
        expect(Math.max(...values.map((x, j) => Math.abs(data[from + j]! - (x - centre))))).toBeLessThanOrEqual(error)
        expect(data[from + rows - 1]).toBe(data[from + values.length - 1])
      }
      for (let j = 0; j < rows; j++)
        radius = Math.max(
          radius,
          [0, 1, 2].reduce((sum, c) => sum + data[(b * d + c) * rows + j]! ** 2, 0)
        )
      expect(radii[b]).toBe(radius)
    }
    for (let c = 0; c < d; c++) {
      const column = Array.from({ length: n }, (_, i) => points.data[i * d + c]!)
      expect([top[c], top[d + c]]).toEqual([column.reduce((a, x) => Math.min(a, x)), column.reduce((a, x) => Math.max(a, x))])
    }
  }
)
