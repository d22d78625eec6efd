import { type InformedState, stepKey } from '../law/state.js'
import { rowOf } from '../num/matrix.js'
import type { Key } from '../num/random.js'
import { evaluate } from './informed.js'
import type { InformedProblem } from './informed-problem.js'

/**
 * One step of the clamping scheme: X' = m(X) + C(X)^{1/2} ξ within the allowed combinations, then the given coordinates are
 * put back and ranged ones cut to their bounds. No likelihood and no Metropolis test: biased by O(ε) of the given columns.
 * @source Gottwald, Li, Marzouk, Reich, arXiv 2401.04372. Cost O(n·M·d²) at most.
 */
export async function clampStep(
  problem: InformedProblem,
  state: InformedState,
  key: Key
): Promise<{ state: InformedState; effectiveCount: Float64Array }> {
  const { split, conditions, conditionOf } = problem
  const free = [...split.given, ...split.ranged, ...split.free].sort((a, b) => a - b)
  const open = conditions.map(({ allowed }) => ({ bounds: NO_BOUNDS, ...(allowed ? { allowed } : {}) }))
  const plain: InformedProblem = { ...problem, split: { given: [], ranged: [], free }, conditions: open, evidence: undefined }
  const chains = Uint32Array.from({ length: state.part.length }, (_, i) => i)
  const { next, effectiveCount } = await evaluate(plain, { from: state, chains, key: stepKey(key, 'clamp') })
  for (let i = 0; i < chains.length; i++) {
    const row = rowOf(next.state.coordinates, i)
    const before = rowOf(state.coordinates, i)
    for (const c of split.given) row[c] = before[c]!
    const { bounds } = conditions[conditionOf[i]!]!
    split.ranged.forEach((c, k) => {
      row[c] = Math.min(bounds.high[k]!, Math.max(bounds.low[k]!, row[c]!))
    })
  }
  return { state: next.state, effectiveCount }
}

const NO_BOUNDS = { low: new Float64Array(0), high: new Float64Array(0) }
