import type { Engine } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, takeRows } from '../num/matrix.js'
import { cloud } from '../space/cloud.js'

/** A link of a spanning tree of the points. */
export interface Link {
  readonly from: number
  readonly to: number
  readonly squaredLength: number
}

/** Groups of points that no link joins, largest first, ties by first row. */
export interface Components {
  /** Component of every row [M]. */
  readonly labels: Uint32Array
  /** Rows in each component. */
  readonly sizes: Uint32Array
}

/** Neighbours that links are looked for among first: in a spanning tree a point has six at most in the plane, twelve in space. */
const NEIGHBOUR_COUNT = 8

/**
 * M − 1 links that join all points, shortest first: the minimum spanning tree of the nearest-neighbour graph, its parts
 * joined by their shortest links. Cutting the links longer than ℓ leaves the components at reach ℓ.
 *
 * @source Kruskal 1956 (inside the graph), Borůvka 1926 (between its parts).
 * Cost: one `nearest` over all pairs, and at most one more for each halving of the number of parts. Memory O(M).
 */
export async function spanningTree(points: Matrix, engine: Engine, watch?: Watch): Promise<Link[]> {
  const forest = new Forest(points.rows)
  const tree = forest.join(await neighbourLinks(points, engine))
  while (tree.length < points.rows - 1) {
    throwIfStopped(watch, 'connectivity')
    tree.push(...forest.join(await linksBetween(forest, points, engine)))
  }
  return tree.sort(byLength)
}

/** The components that are left when links longer than the squared length are cut. Cost O(M). */
export function componentsAt(tree: readonly Link[], count: number, squaredLength: number): Components {
  const forest = new Forest(count)
  for (const link of tree) if (link.squaredLength <= squaredLength) forest.merge(link.from, link.to)
  const parts = forest.parts().sort((a, b) => b.length - a.length || a[0]! - b[0]!)
  const labels = new Uint32Array(count)
  parts.forEach((rows, label) => {
    for (const row of rows) labels[row] = label
  })
  return { labels, sizes: Uint32Array.from(parts, (rows) => rows.length) }
}

const byLength = (a: Link, b: Link): number => a.squaredLength - b.squaredLength || a.from - b.from || a.to - b.to

async function neighbourLinks(points: Matrix, engine: Engine): Promise<Link[]> {
  const side = cloud(points)
  const count = Math.min(points.rows, NEIGHBOUR_COUNT + 1)
  const { indices, squaredDistances } = await engine.nearest({ from: side, to: side, kernel: gaussianKernel(1) }, count)
  const links: Link[] = []
  for (let i = 0; i < points.rows; i++) {
    for (let k = 0; k < count; k++) {
      const to = indices[i * count + k]!
      if (to !== i) links.push({ from: i, to, squaredLength: squaredDistances[i * count + k]! })
    }
  }
  return links
}

/** The shortest link from every part but the largest to the rest. */
async function linksBetween(forest: Forest, points: Matrix, engine: Engine): Promise<Link[]> {
  const parts = forest.parts().sort((a, b) => a.length - b.length || a[0]! - b[0]!)
  const links: Link[] = []
  for (const rows of parts.slice(0, -1)) {
    const inside = new Uint8Array(points.rows)
    for (const row of rows) inside[row] = 1
    const others = Uint32Array.from({ length: points.rows }, (_, i) => i).filter((i) => inside[i] === 0)
    const pair = { from: cloud(takeRows(points, rows)), to: cloud(takeRows(points, others)), kernel: gaussianKernel(1) }
    const { indices, squaredDistances } = await engine.nearest(pair, 1)
    let best = 0
    for (let k = 1; k < rows.length; k++) if (squaredDistances[k]! < squaredDistances[best]!) best = k
    links.push({ from: rows[best]!, to: others[indices[best]!]!, squaredLength: squaredDistances[best]! })
  }
  return links
}

/** Disjoint sets of rows. */
class Forest {
  private readonly parent: Uint32Array

  constructor(count: number) {
    this.parent = Uint32Array.from({ length: count }, (_, i) => i)
  }

  private root(row: number): number {
    let at = row
    while (this.parent[at] !== at) {
      this.parent[at] = this.parent[this.parent[at]!]!
      at = this.parent[at]!
    }
    return at
  }

  /** True when the two rows were in different sets. */
  merge(a: number, b: number): boolean {
    const first = this.root(a)
    const second = this.root(b)
    if (first === second) return false
    this.parent[Math.max(first, second)] = Math.min(first, second)
    return true
  }

  /** The links, shortest first, that join two sets when their turn comes. */
  join(links: Link[]): Link[] {
    return links.sort(byLength).filter((link) => this.merge(link.from, link.to))
  }

  parts(): number[][] {
    const of = new Map<number, number[]>()
    for (let row = 0; row < this.parent.length; row++) {
      const root = this.root(row)
      const rows = of.get(root)
      if (rows) rows.push(row)
      else of.set(root, [row])
    }
    return [...of.values()]
  }
}
