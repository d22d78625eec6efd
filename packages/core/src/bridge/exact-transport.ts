import { InputError } from '../num/errors.js'
import { throwIfStopped, type Watch } from '../num/iterate.js'
import { type Matrix, takeRows } from '../num/matrix.js'

/** Two weighted sets and a ground cost: the Euclidean distance to this power. */
interface TransportProblem {
  /** [n, d] and weights summing to one [n] */
  readonly from: Matrix
  readonly fromWeights: Float64Array
  /** [m, d] and weights summing to one [m] */
  readonly to: Matrix
  readonly toWeights: Float64Array
  readonly power: 1 | 2
}

/** An optimal plan: at most n + m − 1 triples. */
export interface TransportPlan {
  readonly sources: Uint32Array
  readonly targets: Uint32Array
  readonly masses: Float64Array
  /** Σ mass · cost */
  readonly cost: number
}

/** Masses below this count as used up. */
const EMPTY = 1e-13

interface Flows {
  readonly sources: number[][]
  readonly masses: number[][]
}

/**
 * Exact optimal transport by successive shortest augmenting paths with dual prices (Jonker and Volgenant's method for
 * any weights): O(n·m) a path, about n paths for equal weights, memory O(n + m): costs are
 * made when needed, some of them kept.
 * Practical to about 2,000 points a side. Throws `InputError` when the weights do not sum to one.
 * @source Jonker, Volgenant, *A shortest augmenting path algorithm for dense and sparse linear assignment problems*, Computing 1987.
 */
export function exactTransport(problem: TransportProblem, watch?: Watch): TransportPlan {
  checkMasses(problem)
  return planOf(problem, solved(problem, watch).flows)
}

function solved(problem: TransportProblem, watch: Watch | undefined): PathSearch {
  const few = fewerSources(problem)
  const search = new PathSearch(problem, few && solved(few, watch).targetPrice)
  const supply = problem.fromWeights.slice()
  for (let i = 0; i < supply.length; i++) {
    throwIfStopped(watch, 'exact transport')
    while (supply[i]! > EMPTY) {
      const moved = search.augment(i, supply[i]!)
      if (moved === 0) break
      supply[i] = supply[i]! - moved
    }
  }
  return search
}

/** One source a target, where there are several: their prices are nearly those of all, and then paths are short. */
function fewerSources(problem: TransportProblem): TransportProblem | undefined {
  const { from, fromWeights, to } = problem
  const stride = Math.floor(from.rows / to.rows)
  if (stride < 2) return undefined
  const chosen = Uint32Array.from({ length: to.rows }, (_, k) => k * stride)
  const weights = Float64Array.from(chosen, (i) => fromWeights[i]!)
  const total = weights.reduce((sum, w) => sum + w, 0)
  return { ...problem, from: takeRows(from, chosen), fromWeights: weights.map((w) => w / total) }
}

function checkMasses({ from, to, fromWeights, toWeights }: TransportProblem): void {
  for (const [points, weights] of [
    [from, fromWeights],
    [to, toWeights]
  ] as const) {
    const total = weights.reduce((sum, w) => sum + w, 0)
    if (weights.length !== points.rows || weights.length === 0 || !(Math.abs(total - 1) < 1e-9)) {
      throw new InputError({
        code: 'weights-total',
        got: `${weights.length} weights of sum ${total} for ${points.rows} points`,
        expected: 'one weight a point, sum one',
        try: 'dividing the weights by their sum'
      })
    }
  }
}

/** Shortest augmenting paths in the residual graph, with everything they keep. */
class PathSearch {
  readonly flows: Flows
  private readonly capacity: Float64Array
  private readonly sourcePrice: Float64Array
  readonly targetPrice: Float64Array
  private readonly distance: Float64Array
  private readonly before: Int32Array
  private readonly closed: Uint8Array
  private readonly sourceDistance: Float64Array
  private readonly enteredBy: Int32Array
  private readonly costs: CostRows

  constructor(problem: TransportProblem, targetPrice?: Float64Array) {
    const n = problem.from.rows
    const m = problem.to.rows
    this.flows = { sources: Array.from({ length: m }, () => []), masses: Array.from({ length: m }, () => []) }
    this.capacity = problem.toWeights.slice()
    this.sourcePrice = new Float64Array(n)
    this.targetPrice = targetPrice ?? new Float64Array(m).fill(Number.POSITIVE_INFINITY)
    this.distance = new Float64Array(m)
    this.before = new Int32Array(m)
    this.closed = new Uint8Array(m)
    this.sourceDistance = new Float64Array(n)
    this.enteredBy = new Int32Array(n)
    this.costs = new CostRows(problem)
    // Prices at which no pair costs less than nothing: of the targets, or, where these are known, of the sources.
    for (let i = 0; i < n; i++) {
      const row = this.costs.row(i)
      if (targetPrice) {
        this.sourcePrice[i] = row.reduce((least, cost, j) => Math.min(least, cost - targetPrice[j]!), Number.POSITIVE_INFINITY)
      } else for (let j = 0; j < m; j++) if (row[j]! < this.targetPrice[j]!) this.targetPrice[j] = row[j]!
    }
  }

  /** Sends up to `supply` from source i along one shortest path; the mass sent, 0 when no target has room. */
  augment(i: number, supply: number): number {
    const tree = [i]
    const end = this.shortestPath(i, tree)
    if (end < 0) return 0
    const length = this.distance[end]!
    for (const s of tree) this.sourcePrice[s] = this.sourcePrice[s]! + length - this.sourceDistance[s]!
    for (let j = 0; j < this.closed.length; j++) {
      if (this.closed[j]) this.targetPrice[j] = this.targetPrice[j]! - (length - this.distance[j]!)
    }
    return this.push(end, i, supply)
  }

  private shortestPath(root: number, tree: number[]): number {
    const { distance, closed, capacity, sourceDistance, enteredBy } = this
    distance.fill(Number.POSITIVE_INFINITY)
    closed.fill(0)
    enteredBy.fill(-2)
    sourceDistance[root] = 0
    enteredBy[root] = -1
    let best = this.relax(root)
    while (best >= 0) {
      closed[best] = 1
      if (capacity[best]! > EMPTY) return best
      const reached = best
      best = -1
      for (const s of this.flows.sources[reached]!) {
        if (enteredBy[s] !== -2) continue
        enteredBy[s] = reached
        sourceDistance[s] = distance[reached]!
        tree.push(s)
        best = this.relax(s)
      }
      if (best < 0) best = this.nearestOpen()
    }
    return -1
  }

  private nearestOpen(): number {
    let best = -1
    for (let j = 0; j < this.distance.length; j++) if (!this.closed[j] && (best < 0 || this.distance[j]! < this.distance[best]!)) best = j
    return best
  }

  /** Shortens the distances of open targets by way of source s; the nearest open target, −1 when there is none. */
  private relax(s: number): number {
    const { distance, before, closed, targetPrice } = this
    const base = this.sourceDistance[s]! - this.sourcePrice[s]!
    const costs = this.costs.row(s)
    let best = -1
    let nearest = Number.POSITIVE_INFINITY
    for (let j = 0; j < distance.length; j++) {
      if (closed[j]) continue
      const length = base + costs[j]! - targetPrice[j]!
      if (length < distance[j]!) {
        distance[j] = length
        before[j] = s
      }
      if (distance[j]! < nearest) {
        nearest = distance[j]!
        best = j
      }
    }
    return best
  }

  private push(end: number, root: number, supply: number): number {
    let amount = Math.min(supply, this.capacity[end]!)
    for (let j = end; this.before[j] !== root; ) {
      const s = this.before[j]!
      j = this.enteredBy[s]!
      amount = Math.min(amount, this.flows.masses[j]![this.flows.sources[j]!.indexOf(s)]!)
    }
    this.capacity[end] = this.capacity[end]! - amount
    for (let j = end; ; ) {
      const s = this.before[j]!
      this.change(j, s, amount)
      if (s === root) return amount
      j = this.enteredBy[s]!
      this.change(j, s, -amount)
    }
  }

  private change(j: number, s: number, amount: number): void {
    const sources = this.flows.sources[j]!
    const masses = this.flows.masses[j]!
    const at = sources.indexOf(s)
    if (at < 0) {
      sources.push(s)
      masses.push(amount)
      return
    }
    masses[at] = masses[at]! + amount
    if (masses[at]! <= EMPTY) {
      sources.splice(at, 1)
      masses.splice(at, 1)
    }
  }
}

/** Rows kept at most, in numbers: 128 MB, all of 4,096 by 4,096. Whoever needs a row again would compute it again. */
const KEPT = 1 << 24

/** Rows of ground costs: the last ones used are kept, in a memory of fixed size. */
class CostRows {
  private readonly kept: Float64Array
  private readonly owner: Int32Array

  constructor(private readonly problem: TransportProblem) {
    const m = problem.to.rows
    const slots = Math.max(1, Math.min(problem.from.rows, Math.floor(KEPT / m)))
    this.kept = new Float64Array(slots * m)
    this.owner = new Int32Array(slots).fill(-1)
  }

  row(i: number): Float64Array {
    const m = this.problem.to.rows
    const slot = i % this.owner.length
    const row = this.kept.subarray(slot * m, (slot + 1) * m)
    if (this.owner[slot] !== i) {
      this.owner[slot] = i
      for (let j = 0; j < m; j++) row[j] = groundCost(this.problem, i, j)
    }
    return row
  }
}

function groundCost({ from, to, power }: TransportProblem, i: number, j: number): number {
  const d = from.cols
  let squares = 0
  for (let a = 0; a < d; a++) {
    const difference = from.data[i * d + a]! - to.data[j * d + a]!
    squares += difference * difference
  }
  return power === 2 ? squares : Math.sqrt(squares)
}

function planOf(problem: TransportProblem, flows: Flows): TransportPlan {
  const entries: [number, number, number][] = []
  let cost = 0
  flows.sources.forEach((sources, j) => {
    sources.forEach((s, k) => {
      const mass = flows.masses[j]![k]!
      entries.push([s, j, mass])
      cost += mass * groundCost(problem, s, j)
    })
  })
  entries.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  return {
    sources: Uint32Array.from(entries, (e) => e[0]),
    targets: Uint32Array.from(entries, (e) => e[1]),
    masses: Float64Array.from(entries, (e) => e[2]),
    cost
  }
}
