import type { Unit } from '../../law/units.js'
import { InputError } from '../../num/errors.js'
import type { Matrix } from '../../num/matrix.js'
import { chooseGivens } from '../../space/forward-selection.js'
import { type Graph, graphFromEdges, greedyOrder, parentsIn } from '../../space/graph.js'

/** Units in the order in which they are drawn. */
export interface Plan {
  readonly units: readonly Unit[]
  /** Coordinates whose neighbourhood was larger than the data can feed. */
  readonly capped: readonly number[]
}

interface PlanRequest {
  readonly graph: Graph
  readonly points: Matrix
  /** Coordinates drawn together; the others one by one. */
  readonly blocks?: readonly (readonly number[])[] | undefined
  /** Whether coordinates are drawn as they stand; otherwise greedily by degree. */
  readonly alongLine: boolean
  /**
   * Which drawn coordinates besides neighbours are looked at: those that still separate a unit from the rest, or, where the
   * graph was learned, all. Partial correlations are small where columns nearly repeat each other, and no edge says so.
   */
  readonly fill: 'separators' | 'all'
  readonly mostGivens: number
}

/**
 * Orders the coordinates and says what each is drawn from. Neighbours come first, strongest first; drawn coordinates that
 * are no neighbours but still separate the unit from the rest (the far end of a ring) are added when the data show that
 * they matter, as are any others where the graph was learned. No unit gets more givens than the data can feed. Cost O(M · Σ candidates).
 */
export function planUnits(request: PlanRequest): Plan {
  const blocks = blocksOf(request.graph.size, request.blocks)
  const quotient = quotientGraph(request.graph, blocks)
  const order = request.alongLine ? Uint32Array.from({ length: blocks.length }, (_, b) => b) : greedyOrder(quotient)
  const parents = parentsIn(quotient, order)
  const drawn = new Uint8Array(request.graph.size)
  const capped: number[] = []
  const units = Array.from(order, (b): Unit => {
    const targets = blocks[b]!
    const near = new Set<number>()
    for (const a of targets) for (const other of request.graph.neighbours[a]!) if (drawn[other]) near.add(other)
    const separators = Array.from(parents[b]!.fill).flatMap((block) => Array.from(blocks[block]!))
    const far = request.fill === 'all' ? placesOf(drawn).filter((a) => !near.has(a)) : separators
    const chosen = chooseGivens(request.points, targets, { near: ascending(near), far, most: request.mostGivens })
    if (near.size > request.mostGivens) capped.push(...targets)
    for (const a of targets) drawn[a] = 1
    return { targets, givens: chosen }
  })
  return { units, capped }
}

/** Where a mask is set, ascending. */
const placesOf = (mask: Uint8Array): number[] => Array.from(mask.keys()).filter((a) => mask[a] === 1)

const ascending = (set: Set<number>): number[] => Array.from(set).sort((a, b) => a - b)

/** Pairs (target, given) of a plan that are no neighbours. */
export function strangersOf(graph: Graph, units: readonly Unit[]): [number, number][] {
  const pairs = units.flatMap(({ targets, givens }) =>
    Array.from(targets).flatMap((a) => Array.from(givens, (given): [number, number] => [a, given]))
  )
  return pairs.filter(([a, given]) => !graph.neighbours[a]!.includes(given))
}

/**
 * Every coordinate given all its neighbours; where they are too many, given the strongest and those of which it is among the
 * strongest. Coordinates that were drawn given others which are not drawn given them would obey no law together: what is
 * known of one would wear off in sweeps.
 *
 * @source Meinshausen & Bühlmann 2006, the rule "or"
 */
export function twoSidedUnits({ graph, points, mostGivens }: Omit<PlanRequest, 'blocks' | 'alongLine' | 'fill'>): Plan {
  const strongest = graph.neighbours.map((near, a) =>
    chooseGivens(points, Uint32Array.of(a), { near: Array.from(near), far: [], most: mostGivens })
  )
  const both = graphFromEdges(
    graph.size,
    strongest.flatMap((givens, a) => Array.from(givens, (b): [number, number] => [a, b]))
  )
  const capped = strongest.flatMap((givens, a) => (givens.length < graph.neighbours[a]!.length ? [a] : []))
  return { units: both.neighbours.map((givens, a): Unit => ({ targets: Uint32Array.of(a), givens })), capped }
}

/** Blocks as given, then every coordinate that is in none; ordered by their first coordinate. */
function blocksOf(size: number, given: readonly (readonly number[])[] = []): Uint32Array[] {
  const seen = new Uint8Array(size)
  for (const a of given.flat()) {
    if (seen[a])
      throw new InputError({
        code: 'blocks',
        got: `coordinate ${a} in two blocks`,
        expected: 'every column in one block at most',
        try: 'naming it once'
      })
    seen[a] = 1
  }
  const blocks = given.filter((block) => block.length > 0).map((block) => Uint32Array.from(block).sort())
  for (let a = 0; a < size; a++) if (!seen[a]) blocks.push(Uint32Array.of(a))
  return blocks.sort((p, q) => p[0]! - q[0]!)
}

function quotientGraph(graph: Graph, blocks: readonly Uint32Array[]): Graph {
  const blockOf = new Uint32Array(graph.size)
  for (const [b, block] of blocks.entries()) for (const a of block) blockOf[a] = b
  const edges: [number, number][] = []
  for (let a = 0; a < graph.size; a++) for (const other of graph.neighbours[a]!) edges.push([blockOf[a]!, blockOf[other]!])
  return graphFromEdges(blocks.length, edges)
}
