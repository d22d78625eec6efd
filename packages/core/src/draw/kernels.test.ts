import { expect, test } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { coordinateEvidence } from '../know/evidence.js'
import { bridgeOf } from '../law/bridge.js'
import { matrix } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { mean, variance } from '../num/statistics.js'
import { symmetricScaling } from '../scaling/symmetric.js'
import { cloud } from '../space/cloud.js'
import { informedKernel, plainKernel, runKernel, type SamplingKernel } from './kernels.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const key = keyFromSeed(1)
const [M, epsilon] = [800, 2]
const z = normals(keyFromSeed(2), 2 * M)
/** x standard normal, y = 0.8 x + 0.6 ξ. */
const rows = cloud(
  matrix(
    M,
    2,
    z.map((value, at) => (at % 2 === 0 ? value : 0.8 * z[at - 1]! + 0.6 * value))
  )
)
const { potentials } = await symmetricScaling({ cloud: rows, kernel: gaussianKernel(epsilon), engine })
const bridge = await bridgeOf(rows, potentials, { kind: 'fixed', epsilon }, engine)

async function moments<S extends object>(kernel: SamplingKernel<S>, start = rows.points) {
  const { points, infos } = await runKernel(kernel, start, { steps: 20, key })
  const column = (c: number) => points.data.filter((_, at) => at % 2 === c)
  return { mean: [mean(column(0)), mean(column(1))], variance: [variance(column(0)), variance(column(1))], infos, points }
}

test('rows come out with the moments of the rows, by the plain kernel and by the informed one that knows nothing', {
  tags: ['slow']
}, async () => {
  for (const found of [await moments(plainKernel(bridge, { engine })), await moments(informedKernel(bridge, { engine }))]) {
    for (const c of [0, 1]) {
      expect(Math.abs(found.mean[c]!)).toBeLessThan(0.15)
      expect(Math.abs(Math.log(found.variance[c]!))).toBeLessThan(0.25)
    }
  }
})

test('evidence of one coordinate moves the other as a Gaussian update does', { tags: ['slow'] }, async () => {
  const n = rows.points.rows
  const evidence = coordinateEvidence(0, { value: new Float64Array(n).fill(1), precision: new Float64Array(n).fill(4) })
  const found = await moments(informedKernel(bridge, { engine, evidence }))
  // x | 1 = x + N(0, 1/4): N(0.8, 0.2); y follows with 0.8 of it.
  expect(Math.abs(found.mean[0]! - 0.8)).toBeLessThan(0.12)
  expect(Math.abs(found.mean[1]! - 0.64)).toBeLessThan(0.12)
  expect(Math.abs(found.variance[1]! - (0.36 + 0.64 * 0.2))).toBeLessThan(0.12)
  const share = mean(found.infos.map(({ accepted }) => mean(accepted)))
  expect(share).toBeGreaterThan(0.5)
  expect(share).toBeLessThan(1)
})

test('held coordinates stay, the others follow', async () => {
  const start = matrix(
    M,
    2,
    rows.points.data.map((value, at) => (at % 2 === 0 ? 1 : value))
  )
  const found = await moments(informedKernel(bridge, { engine, held: [0] }), start)
  expect(new Set(found.points.data.filter((_, at) => at % 2 === 0))).toEqual(new Set([1]))
  expect(Math.abs(found.mean[1]! - 0.8)).toBeLessThan(0.12)
})

test('the same key takes the same steps, and is needed for it', async () => {
  const run = async (seed: number) =>
    (await runKernel(plainKernel(bridge, { engine }), rows.points, { steps: 2, key: keyFromSeed(seed) })).points.data
  expect(await run(3)).toEqual(await run(3))
  expect(await run(3)).not.toEqual(await run(4))
})
