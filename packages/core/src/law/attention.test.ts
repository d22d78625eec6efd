import { describe, expect, it } from 'vitest'
import { attentionHead, headOfBridge } from '../../../../bench/papers/experiments/attention-head.mjs'
import { ReferenceEngine } from '../engine/reference/reference.js'
import { createWasmEngine } from '../engine/wasm/engine.js'
import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { matrix } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { symmetricScaling } from '../scaling/symmetric.js'
import { cloud } from '../space/cloud.js'
import { bridgeOf, pairFrom } from './bridge.js'

const [ROWS, COLUMNS, QUERIES] = [300, 5, 40]

/** Largest difference between m(x) and the head's read-out. */
async function difference(engine: Engine, epsilon: number, change = 0): Promise<number> {
  const training = cloud(matrix(ROWS, COLUMNS, normals(keyFromSeed(1), ROWS * COLUMNS)))
  const queries = matrix(QUERIES, COLUMNS, normals(keyFromSeed(2), QUERIES * COLUMNS))
  const { potentials } = await symmetricScaling({ cloud: training, kernel: gaussianKernel(epsilon), engine })
  const bridge = await bridgeOf(training, potentials, { kind: 'fixed', epsilon }, engine)
  const mean = await engine.mean(await pairFrom(bridge, queries, engine), bridge.logTerms, training.points)
  const head = headOfBridge({ keys: training.points, logTerms: bridge.logTerms, epsilon: epsilon * (1 + change) })
  const read = attentionHead({ ...head, values: training.points }, queries)
  return mean.data.reduce((most, x, i) => Math.max(most, Math.abs(x - read.data[i]!)), 0)
}

describe('the conditional mean is a softmax attention head (mathematics, section 3)', () => {
  for (const epsilon of [0.05, 0.5, 5]) {
    it(`at ε = ${epsilon}, to 1e-12`, async () => {
      for (const engine of [new ReferenceEngine(), await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })])
        expect(await difference(engine, epsilon)).toBeLessThan(1e-12)
    })
  }

  it('and of no other bandwidth', async () => {
    expect(await difference(new ReferenceEngine(), 0.5, 1e-6)).toBeGreaterThan(1e-9)
  })
})
