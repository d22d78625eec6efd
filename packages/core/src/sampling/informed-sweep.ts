import { kernelOf, widthsFor } from '../kernel/bandwidth.js'
import type { Engine } from '../kernel/engine.js'
import { log } from '../num/elementary.js'
import { rowOf } from '../num/matrix.js'
import { fillUniform, type Key } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import type { InformedChains } from './informed.js'
import type { ChainLikelihood } from './informed-likelihood.js'
import { codesOf, stepKey } from './informed-state.js'
import type { SweepBridge } from './sweep.js'

export interface FactorSweep {
  readonly bridge: SweepBridge
  readonly engine: Engine
  /** Factors that are redrawn; the others are known. */
  readonly open: readonly number[]
  readonly likelihood?: ChainLikelihood | undefined
}

/**
 * Draws every open factor in turn from the weights that leave it out, and keeps the new level with probability
 * min(1, L'/L): the numbers stay. Changes the chains in place; they must then propose anew. Cost O(n·M·d) a factor.
 */
export async function sweepFactors({ bridge, engine, open, likelihood }: FactorSweep, chains: InformedChains, key: Key): Promise<void> {
  const { state, logLikelihood, fresh } = chains
  const { factorCount } = bridge
  const widths = await widthsFor(bridge.kernel, state.coordinates, engine)
  const kernel = kernelOf(bridge.kernel, widths, bridge.widths)
  const uniform = new Float64Array(1)
  for (const factor of open) {
    const others = Array.from({ length: factorCount }, (_, f) => f).filter((f) => f !== factor)
    const pair = { from: cloud(bridge.embed(state, others)), to: bridge.clouds[factor]!, kernel }
    const picked = await engine.pick(pair, bridge.logTerms, { key: stepKey(key, `factor ${factor}`) })
    const accept = stepKey(key, `keep ${factor}`)
    for (let i = 0; i < picked.length; i++) {
      const at = i * factorCount + factor
      const before = state.codes[at]!
      state.codes[at] = bridge.training.codes[picked[i]! * factorCount + factor]!
      if (state.codes[at] === before || !likelihood) continue
      const value = likelihood.value(rowOf(state.coordinates, i), codesOf(state, i))
      if (log(fillUniform(accept, i, uniform)[0]!) < value - logLikelihood[i]!) logLikelihood[i] = value
      else state.codes[at] = before
    }
  }
  fresh.fill(0)
}
