import { expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFromSeed, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { fitTable } from '../table/whole.js'

/** Lines of a cross: each marker is that of its neighbour but for one line in twenty. */
function markers(rowCount: number, count: number): RawTable {
  const dice = uniforms(keyFromSeed(3), rowCount * count)
  const lines = Array.from({ length: rowCount }, (_, i) => {
    const own = [dice[i * count]! < 0.5 ? 1 : 0]
    for (let k = 1; k < count; k++) own.push(dice[i * count + k]! < 0.05 ? 1 - own[k - 1]! : own[k - 1]!)
    return own
  })
  const columns = Array.from({ length: count }, (_, k) => ({
    name: `m${k}`,
    source: 'text' as const,
    values: lines.map((own) => String(own[k]))
  }))
  return { rowCount, columns }
}

test('of hundreds of columns, where neighbours stand farther apart than columns spread, the bandwidth goes as far, and rows are no copies', async () => {
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  const table = markers(60, 150)
  const model = await fitTable(table, { seed: 1, scaling: 'standard' }, { engine })
  const { bandwidth } = model.summary
  expect(bandwidth).toMatchObject({ criterion: 'target-met' })
  expect(bandwidth!.ratio).toBeGreaterThan(0.9)
  // It was 8 at most, at which rows stayed where they began.
  expect(bandwidth!.epsilon).toBeGreaterThan(8)
}, 60_000)
