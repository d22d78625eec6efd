import { type Matrix, takeRows } from '../num/matrix.js'
import { type Key, keyFor } from '../num/random.js'
import type { Table } from '../table/table.js'
import { chanceOfAuc, classifierAuc } from './classifier.js'
import type { Comparison } from './comparison.js'
import { embedTables } from './embedding.js'
import type { Evaluation, Measure } from './evaluation.js'
import { aroundHalf, average, measure } from './floors.js'
import { type CoverageAndDensity, coverageAndDensity, coveragesAndDensities } from './neighbours.js'
import { energyDistance, squaredMmd } from './pairwise.js'
import { relationsOf, withRelations } from './relations.js'
import { subsample } from './samples.js'
import { slicedDistances, slicer } from './sliced-wasserstein.js'

type CloudMeasures = Pick<
  Evaluation,
  'energyDistance' | 'squaredMmd' | 'slicedWasserstein' | 'classifierAuc' | 'classifierRelations' | 'coverage' | 'density'
>

interface Sides {
  readonly real: Matrix
  readonly synthetic: Matrix
  /** Rows on each side of a split. */
  readonly half: number
  /** Per split: first half, second half, as many synthetic rows. */
  readonly splits: readonly { first: Matrix; second: Matrix; synthetic: Matrix }[]
}

/** The measures between two point clouds, standardised by the real one. */
export async function compareClouds(comparison: Comparison): Promise<CloudMeasures> {
  const tables = [comparison.real, comparison.synthetic]
  const sides = sidesOf(comparison, tables)
  const grown = () => auc(sidesOf(comparison, withRelations(comparison.real, tables)), comparison)
  // Other threads grow the trees while this one measures the rest.
  const [early, distances] = await Promise.all([comparison.watch?.crew && grown(), measureDistances(sides, comparison)])
  const area = early ?? (await grown())
  return { ...distances, classifierAuc: area, classifierRelations: relationsOf(comparison.real) }
}

async function measureDistances(sides: Sides, { key, watch, engine }: Comparison) {
  const directions = sides.splits.length > 4 ? 50 : 100
  const slice = await slicer()
  return {
    energyDistance: await centred(sides, keyFor(key, 'energy'), (first, second, k) => energyDistance({ first, second, key: k, watch })),
    squaredMmd: await centred(sides, keyFor(key, 'mmd'), (first, second, k) => squaredMmd({ first, second, key: k, engine })),
    slicedWasserstein: matched(sides, (first, others, s) =>
      slicedDistances({ first, others, key: keyFor(key, `directions ${s}`), directions, watch }, slice)
    ),
    ...(await cover(sides, { engine, watch }))
  }
}

function sidesOf({ splits, half: whole, key, clouds = Number.POSITIVE_INFINITY }: Comparison, [first, second]: readonly Table[]): Sides {
  const [real, synthetic] = embedTables(first!, [first!, second!]) as [Matrix, Matrix]
  const half = Math.min(whole, Math.floor(clouds / 2))
  return {
    real: subsample(real, clouds, keyFor(key, 'real cloud')),
    synthetic: subsample(synthetic, clouds, keyFor(key, 'synthetic cloud')),
    half,
    splits: splits.map((split) => ({
      first: takeRows(real, split.first.subarray(0, half)),
      second: takeRows(real, split.second.subarray(0, half)),
      synthetic: takeRows(synthetic, split.synthetic.subarray(0, half))
    }))
  }
}

type Distance = (first: Matrix, second: Matrix, by: Key) => Promise<number>
/** From one sample to each of others. */
type Distances = (first: Matrix, others: readonly Matrix[], split: number) => readonly number[]

/** An unbiased distance: its value is taken over all rows, since the number of rows does not move it. */
async function centred({ real, synthetic, splits }: Sides, key: Key, distance: Distance): Promise<Measure> {
  const value = await distance(real, synthetic, key)
  const floors: number[] = []
  for (const { first, second } of splits) floors.push(await distance(first, second, key))
  return measure(value, floors, 'centred')
}

/** A distance that shrinks with the number of rows: value and floor over equally many. */
function matched({ real, synthetic, splits }: Sides, distances: Distances): Measure {
  const found = splits.map((split, s) => distances(split.first, [split.synthetic, split.second], s))
  const value = average(found.map(([value]) => value ?? null)) ?? distances(real, [synthetic], 0)[0]!
  return measure(
    value,
    found.map(([, floor]) => floor!)
  )
}

/** Of one law there is nothing that more votes would show: the area scatters by its rows alone. */
const FLOOR_TREES = 50

/**
 * The value over as many rows as both tables have, for the most power; three splits at most for the floor. They are too few
 * to tell how far chance goes, and of fewer rows: its range is what chance allows samples of as many rows as the value has,
 * more where the splits scatter more than that.
 */
async function auc({ real, synthetic, splits, half }: Sides, { key, watch }: Comparison): Promise<Measure> {
  const rows = Math.min(real.rows, synthetic.rows)
  const [value, ...floors] = await Promise.all([
    classifierAuc({
      first: subsample(real, rows, keyFor(key, 'real side')),
      second: subsample(synthetic, rows, keyFor(key, 'synthetic side')),
      key: keyFor(key, 'classifier'),
      watch
    }),
    ...splits
      .slice(0, rows <= 1000 ? 3 : 1)
      .map(({ first, second }, s) => classifierAuc({ first, second, key: keyFor(key, `classifier ${s}`), trees: FLOOR_TREES, watch }))
  ])
  const found = measure(value, floors)
  if (found.floor === null) return found
  const scatter = Math.max(...floors.map((floor) => Math.abs(floor - 0.5))) * Math.sqrt(half / rows)
  const reach = Math.max(chanceOfAuc(rows), scatter, Math.abs(found.floor - 0.5))
  return { ...found, floorRange: aroundHalf(reach) }
}

async function cover(
  { real, synthetic, splits }: Sides,
  { engine, watch }: Pick<Comparison, 'engine' | 'watch'>
): Promise<{ coverage: Measure; density: Measure }> {
  const values: CoverageAndDensity[] = []
  const floors: CoverageAndDensity[] = []
  for (const { first, second, synthetic: drawn } of splits) {
    const [value, floor] = await coveragesAndDensities({ engine, real: first, others: [drawn, second], watch })
    values.push(value!)
    floors.push(floor!)
  }
  if (values.length === 0) values.push(await coverageAndDensity({ engine, real, synthetic, watch }))
  const of = (part: 'coverage' | 'density') =>
    measure(
      average(values.map((found) => found[part])),
      floors.map((found) => found[part])
    )
  return { coverage: of('coverage'), density: of('density') }
}
