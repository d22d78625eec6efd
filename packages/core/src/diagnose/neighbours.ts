import type { Engine, Pair } from '../kernel/engine.js'
import type { Watch } from '../num/iterate.js'
import { throwIfStopped } from '../num/iterate.js'
import type { Matrix } from '../num/matrix.js'
import { midQuantile } from '../num/statistics.js'
import { cloud } from '../space/cloud.js'
import { pairMeter } from './pair-distances.js'
import { checkSamples } from './samples.js'

/** A pair for neighbour searches, which do not use its kernel. */
function pairOf(from: Matrix, to: Matrix): Pair {
  return { from: cloud(from), to: cloud(to), kernel: { kind: 'gaussian', epsilon: 1 } }
}

/** Distance from every row of `from` to the nearest row of `to`. Cost at most O(n·m·d). */
export async function nearestDistances(engine: Engine, from: Matrix, to: Matrix): Promise<Float64Array> {
  const { squaredDistances } = await engine.nearest(pairOf(from, to), 1)
  return squaredDistances.map(Math.sqrt)
}

/** Distance from every row at `rows` of `points` to the count-th nearest *other* row (fewer where there are fewer). */
export async function neighbourRadii(engine: Engine, points: Matrix, { rows, count }: NeighbourQuery): Promise<Float64Array> {
  const from = rows ? takeRowsOf(points, rows) : points
  const wanted = Math.min(count, points.rows - 1) + 1
  const found = await engine.nearest(pairOf(from, points), wanted)
  return Float64Array.from({ length: from.rows }, (_, i) => {
    const own = rows ? rows[i]! : i
    const at = found.indices.subarray(i * wanted, (i + 1) * wanted).indexOf(own)
    // Where many rows coincide, the row itself may not be among those found; then the last one is one too far.
    const last = at < 0 ? wanted - 2 : wanted - 1
    return Math.sqrt(found.squaredDistances[i * wanted + last]!)
  })
}

interface NeighbourQuery {
  /** The rows asked about; all by default. */
  readonly rows?: Uint32Array
  /** Which neighbour: 1 is the nearest other row. */
  readonly count: number
}

function takeRowsOf(points: Matrix, rows: Uint32Array): Matrix {
  const data = new Float64Array(rows.length * points.cols)
  rows.forEach((row, i) => {
    data.set(points.data.subarray(row * points.cols, (row + 1) * points.cols), i * points.cols)
  })
  return { data, rows: rows.length, cols: points.cols }
}

/** Ratio of typical distances: of the medians, in which the same distances count half; nothing where all of `reference` vanish. */
export function ratioOfDistances(distances: Float64Array, reference: Float64Array): number | null {
  const middle = midQuantile(reference, 0.5)
  return middle > 0 ? midQuantile(distances, 0.5) / middle : null
}

/** The range of `ratioOfDistances` for `count` fresh rows, by two standard errors of ranks. Undefined where the ratio is. */
export function chanceOfRatio(reference: Float64Array, count: number): readonly [number, number] | undefined {
  const middle = midQuantile(reference, 0.5)
  if (!(middle > 0)) return undefined
  // The share of the reference below a fresh median scatters by half the root of 1/n + 1/m around one half.
  const reach = Math.min(0.5, Math.sqrt(1 / reference.length + 1 / count))
  return [midQuantile(reference, 0.5 - reach) / middle, midQuantile(reference, 0.5 + reach) / middle]
}

interface CoverageProblem {
  readonly engine: Engine
  /** [n, d] and [m, d] */
  readonly real: Matrix
  readonly synthetic: Matrix
  /** Neighbours that span a ball; default 5. */
  readonly neighbours?: number
  readonly watch?: Watch | undefined
}

/**
 * Coverage, the share of real rows whose ball (radius: distance to the 5th nearest real row) holds a synthetic row, and
 * density, the mean number of real balls around a synthetic row, over 5. Balls contain their boundary, so that tables
 * of many equal rows, with balls of radius zero, can be covered.
 * @source Naeem, Oh, Uh, Choi, Yoo, *Reliable fidelity and diversity metrics for generative models*, ICML 2020.
 * Cost O((n + m)·n·d). Throws `InputError` for fewer than two real rows or unequal widths.
 */
export async function coverageAndDensity({ synthetic, ...problem }: CoverageProblem): Promise<CoverageAndDensity> {
  return (await coveragesAndDensities({ ...problem, others: [synthetic] }))[0]!
}

export interface CoverageAndDensity {
  readonly coverage: number
  readonly density: number
}

/** Of several others by one sample's balls. */
export async function coveragesAndDensities(
  problem: Omit<CoverageProblem, 'synthetic'> & { readonly others: readonly Matrix[] }
): Promise<CoverageAndDensity[]> {
  const { engine, real, others, neighbours = 5, watch } = problem
  for (const other of others) checkSamples(real, other, 1)
  const count = Math.min(neighbours, real.rows - 1)
  const radii = await neighbourRadii(engine, real, { count })
  const meter = await pairMeter()
  return others.map((synthetic) => within({ real, radii, count, meter }, synthetic, watch))
}

interface Balls {
  readonly real: Matrix
  readonly radii: Float64Array
  /** Neighbours that span one. */
  readonly count: number
  readonly meter: Awaited<ReturnType<typeof pairMeter>>
}

function within({ real, radii, count, meter }: Balls, synthetic: Matrix, watch: Watch | undefined): CoverageAndDensity {
  const pairs = meter(real, synthetic)
  let covered = 0
  let inside = 0
  for (let i = 0; i < real.rows; i++) {
    if ((i & 255) === 0) throwIfStopped(watch, 'measuring coverage')
    // Rounding of the engine's distances must not shut out a row on the boundary.
    const held = pairs.countWithin(i, radii[i]! * radii[i]! * (1 + 1e-9))
    if (held > 0) covered++
    inside += held
  }
  return { coverage: covered / real.rows, density: inside / (count * synthetic.rows) }
}
