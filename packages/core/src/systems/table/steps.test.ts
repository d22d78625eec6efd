import { expect, it, vi } from 'vitest'
import { USUAL_STEPS } from '../../draw/steps.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFromSeed, normals } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { sampleConditional } from '../global/condition-sample.js'
import { drawFields } from '../global/options.js'
import { samplePosterior } from '../global/posterior.js'
import { fitLocal } from '../local/fit.js'
import { sampleLocal } from '../local/sample.js'
import { prepareTable } from '../prepare.js'
import { fitLatentTable, sampleLatentTable } from './latent.js'
import { sampleLatentConditioned } from './latent-conditions.js'
import { fitTable, sampleTable } from './whole.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const ROWS = 30
const noise = normals(keyFromSeed(1), 3 * ROWS)
const table: RawTable = {
  rowCount: ROWS,
  columns: [0, 1, 2].map((k) => ({
    name: `x${k}`,
    source: 'number' as const,
    values: Float64Array.from({ length: ROWS }, (_, i) => noise[3 * i + k]! + noise[3 * i]!)
  }))
}
const key = keyFromSeed(1)
const quick = { bandwidth: 0.5, scaling: 'standard' } as const

/** Steps that a run says it takes. */
async function stepsOf(
  run: (watch: { progress: (event: { stage: string; total: number }) => void }) => Promise<unknown>
): Promise<number[]> {
  const totals = new Set<number>()
  await run({ progress: ({ stage, total }) => stage === 'sampling' && totals.add(total) })
  return [...totals]
}

it('as many steps are usual as is said in one place: of rows, under conditions, under observations, and through a decoder', async () => {
  const model = await fitTable(table, quick, { engine })
  const latent = await fitLatentTable(table, { latent: 'pca:2', bandwidth: 0.5 }, { engine })
  const rows = 5
  expect(await stepsOf((watch) => sampleTable(model, { rows }, { engine, ...watch }))).toEqual([USUAL_STEPS.rows])
  expect(await stepsOf((watch) => sampleLatentTable(latent, { rows }, { engine, ...watch }))).toEqual([USUAL_STEPS.rows])
  const context = (watch: object) => ({ engine, key, watch })
  const held = { conditioning: 'informed', epsilon: 0.5, ridge: 0.01 } as const
  const given = (watch: object) => sampleConditional(model, { given: [{ x0: 0.5 }], rows, ...held }, context(watch))
  expect(await stepsOf(given)).toEqual([USUAL_STEPS.given])
  const observe = ['x0 + x1 = 1 ± 0.5']
  const observed = (watch: object) => samplePosterior(model, { observe, rows, epsilon: 0.5 }, context(watch))
  expect(await stepsOf(observed)).toEqual([USUAL_STEPS.observed])
  expect(await stepsOf((watch) => sampleLatentConditioned(latent, { observe, rows }, context(watch)))).toEqual([USUAL_STEPS.observed])
})

it('and of fields: of a column given its neighbours, and of all columns at once', async () => {
  const { data } = prepareTable(table, {})
  const local = { local: { kind: 'window', radius: 1 }, bandwidth: 0.5, neighbourBandwidth: 0.5, scaling: 'standard' } as const
  for (const { sweep, reduction, usual } of [
    { sweep: 'ordered', reduction: 'moments', usual: USUAL_STEPS.neighbours },
    { sweep: 'simultaneous', reduction: 'draw', usual: USUAL_STEPS.rows }
  ] as const) {
    const model = await fitLocal(data, { ...local, sweep }, { engine, key })
    const calls = async (asked: { steps?: number }): Promise<number> => {
      const counted = vi.spyOn(engine, reduction)
      await sampleLocal(model, { count: 4, ...asked }, { engine, key })
      const { length } = counted.mock.calls
      counted.mockRestore()
      return length
    }
    // The first column takes other steps and so other values: in a field a rejected chain may cost one call more. A step more or less of all columns costs at least two.
    expect(Math.abs((await calls({})) - (await calls({ steps: usual }))), sweep).toBeLessThanOrEqual(sweep === 'ordered' ? 1 : 0)
    expect(Math.abs((await calls({})) - (await calls({ steps: usual - 1 }))), sweep).toBeGreaterThan(1)
    expect(await calls({}), sweep).toBeLessThan(await calls({ steps: usual + 1 }))
  }
})

it('help says all of them', () => {
  const { default: words } = drawFields.find(({ name }) => name === 'steps')!
  const { rows, given, neighbours, observed } = USUAL_STEPS
  expect(words).toBe(
    `${rows}; ${given} under --given, ${neighbours} for a column that --local draws given its neighbours, ${observed} where --latent has to meet given or observed numbers`
  )
  expect(observed).toBe(rows)
})
