import { InputError } from '../num/errors.js'

/** Which coordinates are neighbours: symmetric, nobody a neighbour of itself. */
export interface Graph {
  readonly size: number
  /** Neighbours of each vertex, ascending. */
  readonly neighbours: readonly Uint32Array[]
}

/** A graph from pairs of vertices; repeated pairs and loops are dropped. Cost O(size + edges · log). Throws `InputError` for a vertex outside 0 … size − 1. */
export function graphFromEdges(size: number, edges: Iterable<readonly [number, number]>): Graph {
  const sets = Array.from({ length: size }, () => new Set<number>())
  for (const [a, b] of edges) {
    const outside = [a, b].find((v) => !(Number.isInteger(v) && v >= 0 && v < size))
    if (outside !== undefined) {
      throw new InputError({
        code: 'graph-vertex',
        got: `the vertex ${outside} in a graph of ${size}`,
        expected: `whole numbers from 0 to ${size - 1}`,
        try: 'numbering the coordinates from 0'
      })
    }
    if (a === b) continue
    sets[a]!.add(b)
    sets[b]!.add(a)
  }
  return { size, neighbours: sets.map((set) => Uint32Array.from(set).sort()) }
}

/** Coordinates on a line, neighbours up to `radius` places apart. Throws `InputError` when the window is larger than the line. */
export function windowGraph(size: number, radius: number): Graph {
  checkRadius(radius, size - 1, `a window of ${radius} on a line of ${size} coordinates`)
  return graphFromEdges(size, pairsWithin(size, radius, false))
}

/** Coordinates on a ring, neighbours up to `radius` places apart either way. Throws `InputError` when the window meets itself. */
export function ringGraph(size: number, radius: number): Graph {
  checkRadius(radius, Math.floor((size - 1) / 2), `a window of ${radius} on a ring of ${size} coordinates`)
  return graphFromEdges(size, pairsWithin(size, radius, true))
}

/**
 * Coordinates on a grid of rows × cols, row by row; neighbours are at most `radius` rows and `radius` columns apart.
 * Throws `InputError` when the window is larger than the grid.
 */
export function gridGraph(shape: { readonly rows: number; readonly cols: number }, radius: number): Graph {
  const { rows, cols } = shape
  checkRadius(radius, Math.max(rows, cols) - 1, `a window of ${radius} on a grid of ${rows} × ${cols}`)
  const edges: [number, number][] = []
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      for (let dr = 0; dr <= radius; dr++) {
        for (let dc = -radius; dc <= radius; dc++) {
          const inside = r + dr < rows && c + dc >= 0 && c + dc < cols
          if (inside) edges.push([r * cols + c, (r + dr) * cols + c + dc])
        }
      }
    }
  }
  return graphFromEdges(rows * cols, edges)
}

function* pairsWithin(size: number, radius: number, closed: boolean): Generator<[number, number]> {
  for (let a = 0; a < size; a++) {
    for (let step = 1; step <= radius; step++) {
      if (a + step < size) yield [a, a + step]
      else if (closed) yield [a, (a + step) % size]
    }
  }
}

function checkRadius(radius: number, largest: number, got: string): void {
  if (Number.isInteger(radius) && radius >= 1 && radius <= largest) return
  const remedy = radius > largest ? 'a smaller window' : 'a window of 1'
  throw new InputError({
    code: 'window-size',
    got,
    expected: largest >= 1 ? `a whole number from 1 to ${largest}` : 'more coordinates than that',
    try: largest >= 1 ? remedy : 'sampling without localisation'
  })
}

/** The graph on some of the vertices, renumbered in that order. */
export function inducedGraph(graph: Graph, vertices: ArrayLike<number>): Graph {
  const place = new Map(Array.from(vertices, (vertex, k) => [vertex, k]))
  const neighbours = Array.from(vertices, (vertex) =>
    Uint32Array.from(
      Array.from(graph.neighbours[vertex]!)
        .map((other) => place.get(other))
        .filter((k) => k !== undefined)
    ).sort()
  )
  return { size: neighbours.length, neighbours }
}

/**
 * An order in which to draw the vertices: the one of most neighbours first, then always the one with most neighbours
 * drawn (ties: more neighbours, then the smaller number). On a chordal graph this needs no fill-in.
 * @source Tarjan and Yannakakis, 1984: maximum cardinality search. Cost O(size² + edges).
 */
export function greedyOrder(graph: Graph): Uint32Array {
  const { size, neighbours } = graph
  const drawnNeighbours = new Uint32Array(size)
  const done = new Uint8Array(size)
  const order = new Uint32Array(size)
  for (let k = 0; k < size; k++) {
    let best = -1
    for (let v = 0; v < size; v++) {
      if (done[v]) continue
      const more = best < 0 ? 1 : drawnNeighbours[v]! - drawnNeighbours[best]! || neighbours[v]!.length - neighbours[best]!.length
      if (more > 0) best = v
    }
    order[k] = best
    done[best] = 1
    for (const other of neighbours[best]!) drawnNeighbours[other] = drawnNeighbours[other]! + 1
  }
  return order
}

/** What a vertex depends on when the vertices before it have been drawn. */
interface Parents {
  /** Neighbours already drawn. */
  readonly neighbours: Uint32Array
  /** Others already drawn that separate it from the rest: reached through vertices that are still to be drawn. */
  readonly fill: Uint32Array
}

/**
 * For each vertex (by its number) the drawn vertices that it depends on, given the order, so that the product of the
 * conditionals is a Markov field on the graph: symbolic elimination from the last vertex to the first.
 * Cost O(size + fill · log), memory the same; the fill of a line or ring is its window.
 */
export function parentsIn(graph: Graph, order: ArrayLike<number>): readonly Parents[] {
  const rank = new Uint32Array(graph.size)
  for (let k = 0; k < order.length; k++) rank[order[k]!] = k
  const sets = graph.neighbours.map((list, v) => new Set(Array.from(list).filter((other) => rank[other]! < rank[v]!)))
  const adjacent = sets.map((set) => new Set(set))
  for (let k = order.length - 1; k > 0; k--) {
    const set = sets[order[k]!]!
    let latest = -1
    for (const other of set) if (latest < 0 || rank[other]! > rank[latest]!) latest = other
    if (latest >= 0) for (const other of set) if (other !== latest) sets[latest]!.add(other)
  }
  return sets.map((set, v) => ({
    neighbours: Uint32Array.from(adjacent[v]!).sort(),
    fill: Uint32Array.from(Array.from(set).filter((other) => !adjacent[v]!.has(other))).sort()
  }))
}

/** A graph with further edges. */
export function withEdges({ size, neighbours }: Graph, edges: readonly (readonly [number, number])[]): Graph {
  const own = neighbours.flatMap((list, a) => Array.from(list, (b): [number, number] => [a, b]))
  return graphFromEdges(size, [...own, ...edges.map(([a, b]): [number, number] => [a, b])])
}
