import type { Engine, Pair } from '../kernel/engine.js'
import { exp } from '../num/elementary.js'
import type { Outcome } from '../num/iterate.js'
import { type Potentials, type RectangularOptions, rangeOf, scale } from './annealed.js'
import { noPartner } from './row-sums.js'

/**
 * The same scaling for a kernel that an engine knows: f = −logSum(g + b), g = −logSum(f + a), the clouds' own weights as
 * marginals, annealed likewise. Cost two reductions a turn. Potentials as for the kernel *without* normalising constants.
 */
export async function scaleOnEngine(pair: Pair, engine: Engine, options: RectangularOptions = {}): Promise<Outcome<Potentials>> {
  const plus = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, i) => x + b[i]!)
  return scale(
    {
      rows: pair.from.points.rows,
      cols: pair.to.points.rows,
      range: () => rangeOf(squaredDistancesFromFirst(pair)) / (4 * pair.kernel.epsilon),
      sweep: async ({ to: before }, temperature) => {
        const there: Pair = { ...pair, kernel: { ...pair.kernel, epsilon: pair.kernel.epsilon * temperature } }
        const back = reversed(there)
        const from = negate(await engine.logSum(there, plus(before, pair.to.logWeights)), 'earlier')
        const to = negate(await engine.logSum(back, plus(from, pair.from.logWeights)), 'later')
        let error = 0
        for (let j = 0; j < to.length; j++) error = Math.max(error, Math.abs(exp(Math.min(700, before[j]! - to[j]!)) - 1))
        return { from, to, error }
      }
    },
    options
  )
}

function squaredDistancesFromFirst({ from, to }: Pair): Float64Array {
  const d = from.points.cols
  return Float64Array.from({ length: to.points.rows }, (_, j) => {
    let squares = 0
    for (let a = 0; a < d; a++) squares += (from.points.data[a]! - to.points.data[j * d + a]!) ** 2
    return squares
  })
}

/** The same pair seen from its other side. */
export function reversed({ from, to, kernel }: Pair): Pair {
  return {
    from: to,
    to: from,
    kernel: kernel.kind === 'variable' ? { ...kernel, fromWidth: kernel.toWidth, toWidth: kernel.fromWidth } : kernel
  }
}

function negate(logSums: Float64Array, side: string): Float64Array {
  return logSums.map((x, i) => {
    if (!Number.isFinite(x)) throw noPartner(`point ${i} of the ${side} snapshot`)
    return -x
  })
}
