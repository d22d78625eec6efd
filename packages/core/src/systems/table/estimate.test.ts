import { beforeAll, describe, expect, it } from 'vitest'
import { USUAL_STEPS } from '../../draw/steps.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine, Pair } from '../../kernel/engine.js'
import type { Matrix } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { sampleConditional } from '../global/condition-sample.js'
import { samplePosterior } from '../global/posterior.js'
import type { Plan } from '../system.js'
import { estimateJob, type JobSize } from './estimate.js'
import { planTable } from './plan.js'
import { type FitJob, fitTable, sampleTable } from './whole.js'

let plain: Engine
beforeAll(async () => {
  plain = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const [ROWS, DRAWN] = [300, 200]

/** Four numbers a row that depend on each other; of the last one, with `skew`, the square, for which scalings are compared. */
function numbers(skew: boolean): RawTable {
  const noise = normals(keyFromSeed(5), 4 * ROWS)
  const column = (k: number) => Float64Array.from({ length: ROWS }, (_, i) => noise[4 * i + k]! + 0.7 * noise[4 * i]!)
  const columns = [0, 1, 2, 3].map((k) => ({
    name: `x${k}`,
    source: 'number' as const,
    values: k === 3 && skew ? column(k).map((x) => x ** 4) : column(k)
  }))
  return { columns, rowCount: ROWS }
}

const size = {
  rowCount: ROWS,
  dimension: 4,
  drawnRows: DRAWN,
  steps: 20,
  automaticBandwidth: true,
  comparesScalings: false,
  passesPerStep: 1
}
const known = { conditions: 1, trials: 14, coordinateCount: 4, partCount: 1, observes: false }

/** An engine that counts the pairs it is asked for. */
function counting(engine: Engine): { engine: Engine; pairs: () => number } {
  let pairs = 0
  const counted =
    <A extends [Pair, ...unknown[]], T>(method: (...parts: A) => T) =>
    (...parts: A): T => {
      pairs += parts[0].from.points.rows * parts[0].to.points.rows
      return method(...parts)
    }
  return {
    engine: {
      name: engine.name,
      logSum: counted(engine.logSum.bind(engine)),
      mean: counted(engine.mean.bind(engine)),
      draw: counted(engine.draw.bind(engine)),
      moments: counted(engine.moments.bind(engine)),
      pick: counted(engine.pick.bind(engine)),
      nearest: counted(engine.nearest.bind(engine)),
      close: () => engine.close()
    },
    pairs: () => pairs
  }
}

/** Pairs of each stage, by what a run reports of its progress: work counts to the stage that is reported next. */
async function workOf(run: (context: { engine: Engine; progress: (event: { stage: string }) => void }) => Promise<unknown>) {
  const { engine, pairs } = counting(plain)
  const stages = new Map<string, number>()
  let before = 0
  const progress = ({ stage }: { stage: string }): void => {
    stages.set(stage, (stages.get(stage) ?? 0) + pairs() - before)
    before = pairs()
  }
  await run({ engine, progress })
  return stages
}

const FITTING = ['choosing the scaling', 'choosing the bandwidth', 'scaling']

/** Stages of an estimate that have work; of a draw from a fitted model, those of fitting left out. */
const stagesOf = (at: JobSize, fits: boolean): Map<string, number> =>
  new Map(estimateJob(at).stages.flatMap(({ stage, pairs }) => (pairs > 0 && (fits || !FITTING.includes(stage)) ? [[stage, pairs]] : [])))

const total = (stages: ReadonlyMap<string, number>): number => [...stages.values()].reduce((sum, pairs) => sum + pairs, 0)

/** A run reports the stages that the estimate names, in its order, and needs its work: all of it, and in each stage, up to a factor. */
function expectToAgree(
  found: ReadonlyMap<string, number>,
  estimated: ReadonlyMap<string, number>,
  factor: { all: number; each: number }
): void {
  expect([...found.keys()]).toEqual([...estimated.keys()])
  const within = (ratio: number, most: number, what: string) => {
    expect(ratio, what).toBeGreaterThan(1 / most)
    expect(ratio, what).toBeLessThan(most)
  }
  within(total(estimated) / total(found), factor.all, 'all')
  for (const [stage, pairs] of estimated) within(pairs / found.get(stage)!, factor.each, stage)
}

describe('the estimate of a job is that of the run: its stages, and about its work', () => {
  const fitAndDraw = (raw: RawTable, job: FitJob) =>
    workOf(async (context) => void (await sampleTable(await fitTable(raw, job, context), { rows: DRAWN }, context)))

  it('a fit by search and its rows, with scalings compared and without', { tags: ['slow'] }, async () => {
    for (const skew of [false, true])
      expectToAgree(await fitAndDraw(numbers(skew), {}), stagesOf({ ...size, comparesScalings: skew }, true), { all: 3, each: 3 })
  })

  it('a fit at a bandwidth', async () => {
    const found = await fitAndDraw(numbers(false), { bandwidth: 0.5, scaling: 'standard' })
    expectToAgree(found, stagesOf({ ...size, automaticBandwidth: false }, true), { all: 2, each: 3 })
  })

  it('rows under a condition and under an observation', { tags: ['slow'] }, async () => {
    const model = await fitTable(numbers(false), {}, { engine: plain })
    const context = ({ engine, progress }: Parameters<Parameters<typeof workOf>[0]>[0]) => ({
      engine,
      key: keyFromSeed(1),
      watch: { progress }
    })
    const given = await workOf((at) => sampleConditional(model, { given: [{ x0: 0.5 }], rows: DRAWN }, context(at)))
    expectToAgree(given, stagesOf({ ...size, steps: USUAL_STEPS.given, known }, false), { all: 2, each: 2 })
    const observed = await workOf((at) => samplePosterior(model, { observe: ['x0 + x1 = 1 ± 0.03'], rows: DRAWN }, context(at)))
    const observes = { ...known, trials: 20, observes: true }
    // On Gaussian rows what is linear comes in by one power, and a trial compares many chains.
    expectToAgree(observed, stagesOf({ ...size, steps: USUAL_STEPS.observed, known: observes }, false), { all: 2.5, each: 7 })
  })
})

it('a plan has points so many apart', () => {
  const { timed, dimension } = planTable({ input: numbers(true), options: {} }) as Plan & { timed: (every: number) => Matrix }
  const [all, some] = [timed(1), timed(9)]
  expect([all.rows, some.rows, some.cols]).toEqual([ROWS, Math.ceil(ROWS / 9), dimension])
  for (let k = 0; k < some.rows; k++)
    expect(some.data.subarray(k * dimension, (k + 1) * dimension)).toEqual(all.data.subarray(9 * k * dimension, (9 * k + 1) * dimension))
})
