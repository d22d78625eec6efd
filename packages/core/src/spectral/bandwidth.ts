import { typicalAboveTies } from '../kernel/bandwidth.js'
import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { InputError } from '../num/errors.js'
import type { Watch } from '../num/iterate.js'
import type { Matrix } from '../num/matrix.js'
import { cloud } from '../space/cloud.js'
import { type Link, spanningTree } from './connectivity.js'

/** How the bandwidth of a diffusion map came about. */
export interface DiffusionBandwidth {
  readonly epsilon: number
  readonly chosen: 'given' | 'auto'
  /** Median squared distance to the nearest neighbour. */
  readonly typicalSquaredDistance: number
  /** The smallest ε at which the kernel joins all rows. */
  readonly connectingEpsilon: number
}

interface BandwidthFound {
  readonly epsilon: number
  readonly connectingEpsilon: number
  readonly chosen: 'given' | 'auto'
  readonly tree: readonly Link[]
  readonly summary: DiffusionBandwidth
}

/** ε is at least this multiple of the median squared nearest-neighbour distance: fewer neighbours are noise. */
const LEAST_MULTIPLE = 1
/** A link of squared length ℓ² counts as joined at ε from ℓ² ≤ JOINED·ε, kernel weight e^{−2.5}. */
const JOINED = 10
/** A link three times as long as the next shorter one separates parts; it must not set the bandwidth inside them. */
const SEPARATING_RATIO = 9
/** Nor may a long tail: ε stops at this multiple, and rows beyond its reach are named. */
const MOST_MULTIPLE = 256

/**
 * The bandwidth of a diffusion map. `auto`: the smallest ε, from the median squared nearest-neighbour distance up, at which
 * the graph of the data is connected; larger ones take short cuts through empty space. Cost of two `nearest`.
 */
export async function diffusionBandwidth(
  points: Matrix,
  engine: Engine,
  { epsilon, watch }: { epsilon: number | 'auto'; watch?: Watch | undefined }
): Promise<BandwidthFound> {
  if (epsilon !== 'auto' && !(Number.isFinite(epsilon) && epsilon > 0)) gaussianKernel(epsilon)
  const tree = await spanningTree(points, engine, watch)
  const longest = tree.at(-1)?.squaredLength ?? 0
  if (!(longest > 0)) {
    throw new InputError({
      code: 'constant-data',
      got: points.rows < 2 ? `${points.rows} row` : 'rows that are all equal',
      expected: 'at least two different rows',
      try: 'other columns, or other data'
    })
  }
  const side = cloud(points)
  const { squaredDistances } = await engine.nearest({ from: side, to: side, kernel: gaussianKernel(1) }, Math.min(2, points.rows))
  const typical = typicalAboveTies(squaredDistances.filter((_, at) => at % 2 === 1))
  const connectingEpsilon = longest / JOINED
  const unit = typical > 0 ? typical : longest
  const automatic = Math.min(MOST_MULTIPLE * unit, Math.max(LEAST_MULTIPLE * unit, longestJoining(tree) / JOINED))
  const chosen = epsilon === 'auto' ? 'auto' : 'given'
  const found = epsilon === 'auto' ? automatic : epsilon
  return {
    epsilon: found,
    connectingEpsilon,
    chosen,
    tree,
    summary: { epsilon: found, chosen, typicalSquaredDistance: typical, connectingEpsilon }
  }
}

/** Squared length of the longest link that joins rather than separates: at most every hundredth link may separate. */
function longestJoining(tree: readonly Link[]): number {
  const at = tree.length - 1
  for (let back = 0; back <= tree.length / 100 && at - back > 0; back++) {
    const link = tree[at - back]!.squaredLength
    if (link > SEPARATING_RATIO * tree[at - back - 1]!.squaredLength && tree[at - back - 1]!.squaredLength > 0)
      return joinedBelow(tree, at - back - 1)
  }
  return tree[at]!.squaredLength
}

function joinedBelow(tree: readonly Link[], at: number): number {
  return longestJoining(tree.slice(0, at + 1))
}
