import { expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFromSeed, normals } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { fitTable } from '../table/whole.js'

/** Every combination of nine doses, three rows and three columns of a field once; what grows goes along a parabola of the dose, with noise. */
function design(seed: number): RawTable {
  const noise = normals(keyFromSeed(seed), 81)
  const at = (of: (i: number) => number) => Array.from({ length: 81 }, (_, i) => String(of(i)))
  const columns = {
    dose: at((i) => i % 9),
    row: at((i) => Math.floor(i / 9) % 3),
    col: at((i) => Math.floor(i / 27)),
    grown: at((i) => Math.round(100 + 3 * ((i % 9) - 4) ** 2 + 2 * noise[i]!))
  }
  return { rowCount: 81, columns: Object.entries(columns).map(([name, values]) => ({ name, source: 'text', values })) }
}

test('in a design, where no bandwidth comes as far as fresh rows, as much of the farthest is aimed at, and relations are not given up', async () => {
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
  for (const seed of [1, 2, 3]) {
    const { bandwidth } = (await fitTable(design(seed), { seed, scaling: 'quantile' }, { engine })).summary
    const farthest = Math.max(...bandwidth!.curve.map(({ ratio }) => ratio))
    expect(farthest).toBeLessThan(0.95)
    expect(bandwidth).toMatchObject({ criterion: 'nearest-to-target' })
    // Means of neighbours where the curve goes down are somewhat below the largest.
    expect(bandwidth!.target).toBeLessThanOrEqual(0.95 * farthest)
    expect(bandwidth!.target).toBeGreaterThan(0.85 * farthest)
    // It was 8, at which rows forget where they started.
    expect(bandwidth!.epsilon).toBeLessThan(7)
  }
})
