import { expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFromSeed, normals } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import type { ScoredRows } from './score.js'
import { density } from './system.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const z = normals(keyFromSeed(8), 800)

/** Rows of two independent normal numbers, so many times over; `round`: to what they are known. */
function table(from: number, count: number, { times = 1, round = (x: number) => x } = {}): RawTable {
  const column = (c: number) => Float64Array.from({ length: times * count }, (_, i) => round(z[2 * (from + (i % count)) + c]!))
  return { rowCount: times * count, columns: ['x', 'y'].map((name, c) => ({ name, source: 'number' as const, values: column(c) })) }
}

// Told by its copies a row left out had −2.47 nats in place of −2.94, and fresh rows −3.40 in place of −2.82.
it('copies of rows change no density, and a row is left out with its own', async () => {
  const [once, thrice] = [
    await density.fit(table(0, 100), { seed: 1 }, { engine }),
    await density.fit(table(0, 100, { times: 3 }), { seed: 1 }, { engine })
  ]
  expect(thrice.summary.logLikelihood).toBeCloseTo(once.summary.logLikelihood, 1)
  const fresh = async (model: typeof once) => ((await density.draw(model, { score: table(100, 300) }, { engine })) as ScoredRows).logDensity
  const [a, b] = [await fresh(once), await fresh(thrice)]
  const mean = (logs: Float64Array) => logs.reduce((sum, x) => sum + x, 0) / logs.length
  expect(mean(b)).toBeCloseTo(mean(a), 1)
  expect(thrice.summary.notes.join()).toContain('200 rows of 300 are others over again')
  expect(once.summary.notes).toEqual([])
})

it('rows that agree because they are rounded are no copies', async () => {
  const { summary } = await density.fit(table(0, 300, { round: (x) => Math.round(x) }), { seed: 1 }, { engine })
  expect(summary.donorCount).toBe(300)
  expect(summary.notes.join()).not.toContain('over again')
})
