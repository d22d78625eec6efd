import type { Engine } from '../kernel/engine.js'
import { type Matrix, matrix } from '../num/matrix.js'
import type { Key } from '../num/random.js'
import { pairTo, type SchrodingerBridge, towards, within } from './schrodinger.js'

/**
 * How a bridge carries a point x: `barycentric` to the mean T_ε(x) of its partners; `debiased` to x + T_ε(x) − m(x), with m(x)
 * the mean that the source itself has around x, which leaves a bias of O(ε²) in place of O(ε) and everything where it is when
 * both clouds are one; `drawn` to a draw of T_ε(x) + C(x)^{1/2} ξ, of its partners' mean and covariance.
 */
export type CarryKind = 'debiased' | 'barycentric' | 'drawn'

interface Carrying {
  readonly as?: CarryKind | undefined
  readonly engine: Engine
  /** For `drawn`: row i is chain i. */
  readonly key: Key
}

/**
 * Points x [k, d], anywhere, carried by a bridge [k, d]. Cost O(k·(n + m)·d), memory O(k·d).
 * @source Pooladian, Niles-Weed 2021 (arXiv 2109.12004) for T_ε; mathematics, section 17, for the debiased map.
 */
export async function carry(bridge: SchrodingerBridge, points: Matrix, { as = 'debiased', engine, key }: Carrying): Promise<Matrix> {
  const { to, from, epsilon } = bridge
  const pair = pairTo(points, to, epsilon)
  if (as === 'drawn') {
    const { mean, noise } = await engine.draw(pair, towards(bridge), to.points, { key })
    return matrix(
      points.rows,
      points.cols,
      mean.data.map((x, at) => x + noise.data[at]!)
    )
  }
  const partners = await engine.mean(pair, towards(bridge), to.points)
  if (as === 'barycentric') return partners
  const around = await engine.mean(pairTo(points, from, epsilon), within(bridge), from.points)
  return matrix(
    points.rows,
    points.cols,
    points.data.map((x, at) => x + partners.data[at]! - around.data[at]!)
  )
}
