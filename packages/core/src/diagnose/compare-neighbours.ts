import type { Engine } from '../kernel/engine.js'
import { type Matrix, takeRows } from '../num/matrix.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { quantileOfSorted, sorted } from '../num/statistics.js'
import { takeTableRows } from '../table/rows.js'
import type { AlignedTables } from './align.js'
import { isAbove, isBelow } from './beyond.js'
import { chanceOfCopy } from './chance-copies.js'
import { type Comparison, mostComparedRows } from './comparison.js'
import { type CopyCounts, countCopies, countDuplicates, mostCopies } from './copies.js'
import { embedTables } from './embedding.js'
import type { Copies, Evaluation, Measure } from './evaluation.js'
import { average, measure, widen } from './floors.js'
import { membershipAttack } from './membership.js'
import { type NearTwins, nearTwins, twinWords, withoutTwins } from './near-twins.js'
import { chanceOfRatio, nearestDistances, neighbourRadii, ratioOfDistances } from './neighbours.js'
import { type Places, placesOf } from './places.js'
import { rareCombinations, rareLevels } from './rare.js'
import { endsShown, singledOut } from './singled-out.js'
import type { WeighedRows } from './weigh.js'

interface NeighbourMeasures extends Pick<Evaluation, 'nearestNeighbourRatio' | 'copies' | 'privacy' | 'membership' | 'places'> {
  /** What is to be said of training rows that are near-duplicates of others. */
  readonly twins?: string
}

/** Pairs of (row asked about, training row) that are looked at, at most. */
const MOST_PAIRS = 2e8

/** Rows that stand for the real ones, and for those of the fit, where these weigh differently. */
export interface Weighed {
  readonly real?: WeighedRows | undefined
  readonly train?: WeighedRows | undefined
  /** Whether rows belong to groups, of which one's rows may well be alike. */
  readonly grouped?: boolean | undefined
}

/**
 * How near synthetic rows come to training rows, beside how near held-out rows do. All training rows are searched, each once; which
 * rows are asked about goes by their weights. Where training rows have near-duplicates beyond chance, those that stand for fresh rows are
 * rows without such a twin: a row that has one is told from it, and would let synthetic rows lie as near. Where columns tell all training
 * rows apart, the ratio is that of the synthetic rows in places of their own, since fresh rows would stand in such.
 */
export async function compareNeighbours(comparison: Comparison, whole: AlignedTables, weighed: Weighed = {}): Promise<NeighbourMeasures> {
  const { engine, key } = comparison
  const train = whole.train ?? whole.real
  const twins = weighed.grouped || weighed.real || weighed.train ? undefined : nearTwins(train, whole.synthetic)
  const asked = (whole.train ? weighed.train : weighed.real)?.apart
  const reference = referenceCopies(whole, weighed, twins)
  const held = reference.heldOut && twins ? takeTableRows(comparison.real, twins.apart(comparison.real)) : comparison.real
  const [real, synthetic, target] = embedTables(whole.real, [held, comparison.synthetic, train]) as [Matrix, Matrix, Matrix]
  const single = twins ? takeRows(target, twins.singleIn(train)) : target
  const most = Math.max(200, Math.min(mostComparedRows(target.cols), Math.floor(MOST_PAIRS / train.rowCount)))
  const places = placesOf(train, comparison.synthetic, reference.heldOut ? whole.real : undefined)
  const free = places ? takeRows(synthetic, whereNot(places.taken)) : synthetic
  const limit = (points: Matrix, label: string) => takeRows(points, permutation(keyFor(key, label), points.rows).subarray(0, most))
  const toTrain = await nearestDistances(engine, limit(free.rows > 0 ? free : synthetic, 'near synthetic'), target)
  const heldOut = reference.heldOut
    ? await nearestDistances(engine, limit(real, 'near real'), target)
    : await neighbourRadii(engine, single, {
        rows: shuffled(asked, { rows: single.rows, key: keyFor(key, 'near real') }).slice(0, Math.min(most, comparison.real.rowCount)),
        count: 1
      })
  const floors = await ratioFloors(comparison, {
    real,
    single: reference.heldOut ? undefined : twins?.singleIn(held),
    heldOut: reference.heldOut ? heldOut : undefined,
    most
  })
  const ratio: Measure = free.rows > 0 ? measure(ratioOfDistances(toTrain, heldOut), floors) : { value: null, floor: null }
  const chance = free.rows > 0 ? chanceOfRatio(heldOut, toTrain.length) : undefined
  const membership = reference.heldOut
    ? await membershipAttack({
        engine,
        train: asked ? takeRows(target, asked) : target,
        heldOut: real,
        synthetic,
        most: Math.floor(most / 2),
        key: keyFor(key, 'membership')
      })
    : null
  return {
    ...(twins ? { twins: twinWords(twins, train) } : {}),
    membership,
    nearestNeighbourRatio: chance ? widen(ratio, chance) : ratio,
    ...(places
      ? { places: { columns: places.columns, rows: places.taken.reduce((sum, one) => sum + one, 0), of: places.taken.length } }
      : {}),
    copies: compareCopies(whole, reference, twins, places),
    privacy: {
      closestFifthPercentile: quantilesOf(toTrain, heldOut, 0.05),
      closestMedian: quantilesOf(toTrain, heldOut, 0.5),
      shareCloserThanHeldOut: shareCloser(toTrain, heldOut),
      distanceQuantiles: { synthetic: fiftieths(toTrain), heldOut: fiftieths(heldOut) },
      rareCombinations: rareCombinations(train),
      rareLevels: rareLevels(train),
      endsShown: endsShown(train, whole.synthetic, reference.heldOut ? whole.real : undefined),
      singledOut: reference.heldOut
        ? singledOut({ train, heldOut: whole.real, synthetic: whole.synthetic, key: keyFor(key, 'singled out') })
        : null
    }
  }
}

const whereNot = (marks: Uint8Array): number[] => Array.from(marks.keys()).filter((i) => !marks[i])

/** Places in a random order: of all rows, or of some. */
function shuffled(some: Uint32Array | undefined, { rows, key }: { readonly rows: number; readonly key: Key }): Uint32Array {
  return some ? permutation(key, some.length).map((k) => some[k]!) : permutation(key, rows)
}

interface FloorRows {
  readonly real: Matrix
  /** Distances of the real rows to the training table, where there is one of its own. */
  readonly heldOut: Float64Array | undefined
  /** Real rows that halves are made of, where not of all. */
  readonly single?: Uint32Array | undefined
  readonly most: number
}

/** The ratio with one half of the real rows in place of the synthetic ones, and the other half in place of the real ones. */
async function ratioFloors({ engine, splits }: Comparison, { real, heldOut, single, most }: FloorRows): Promise<(number | null)[]> {
  if (heldOut) {
    const half = Math.floor(heldOut.length / 2)
    if (half < 1) return []
    const turns = splits.map((_, s) =>
      Float64Array.from(heldOut, (_distance, i) => heldOut[(i + Math.floor((s * heldOut.length) / splits.length)) % heldOut.length]!)
    )
    return turns.map((distances) => ratioOfDistances(distances.subarray(0, half), distances.subarray(half)))
  }
  const floors: (number | null)[] = []
  const some = single && new Set(single)
  const half = (rows: Uint32Array) => takeRows(real, some ? rows.filter((row) => some.has(row)) : rows)
  for (const { first, second } of splits) floors.push(await halfRatio(engine, half(first), half(second), most))
  return floors
}

async function halfRatio(engine: Engine, asked: Matrix, target: Matrix, most: number): Promise<number | null> {
  const rows =
    asked.rows > most
      ? takeRows(
          asked,
          Array.from({ length: most }, (_, i) => i)
        )
      : asked
  return ratioOfDistances(await nearestDistances(engine, rows, target), await neighbourRadii(engine, target, { count: 1 }))
}

/** What synthetic rows are held against: rows that were kept from the training table, or the training rows among themselves. */
interface Reference {
  readonly counts: CopyCounts
  readonly heldOut: boolean
}

/** Real rows of which more stand in the training table than its rows among themselves were not kept from it, whatever they were called. */
function referenceCopies({ real, train }: AlignedTables, weighed: Weighed, twins: NearTwins | undefined): Reference {
  const among = countDuplicates(train ?? real, (train ? weighed.train : weighed.real)?.apart)
  const single = twins ? countDuplicates(withoutTwins(train ?? real, twins)) : among
  if (!train) return { counts: single, heldOut: false }
  const held = weighed.real ? takeTableRows(real, weighed.real.apart) : real
  const counts = countCopies(held, train)
  const apart = twins?.apart(held)
  // Fewer than two rows say nothing of distances.
  const heldOut = counts.copies <= mostCopies(among, counts.rows, { among: true }) && (apart?.length ?? 2) >= 2
  if (!heldOut) return { counts: single, heldOut }
  return { counts: apart ? countCopies(takeTableRows(held, apart), train) : counts, heldOut }
}

/** Copies among all synthetic rows; the floor is what as many fresh rows would have, those in the places of training rows as alike as these are to the next place. */
function compareCopies(
  { real, synthetic, train }: AlignedTables,
  { counts, heldOut }: Reference,
  twins: NearTwins | undefined,
  places: Places | undefined
): Copies {
  const found = countCopies(synthetic, train ?? real)
  const taken = places ? places.taken.reduce((sum, one) => sum + one, 0) / places.taken.length : 0
  const alike = places?.alike ?? { copies: 0, rows: 1, withoutNumbers: 0 }
  const floorShare = Math.max(counts.copies / counts.rows, taken * (alike.copies / alike.rows))
  const chance = chanceOfCopy(withoutTwins(train ?? real, twins))
  const fresh = mostCopies(counts, found.rows, { chance, among: !heldOut })
  const placed = taken > 0 ? mostCopies(alike, taken * found.rows, { among: true }) : 0
  return {
    value: found.copies,
    floor: floorShare * found.rows,
    share: found.copies / found.rows,
    floorShare,
    most: Math.min(found.rows, Math.floor(Math.max(fresh, placed))),
    withoutNumbers: found.withoutNumbers,
    heldOut
  }
}

function quantilesOf(distances: Float64Array, heldOut: Float64Array, p: number): Measure {
  return { value: quantileOfSorted(sorted(distances), p), floor: quantileOfSorted(sorted(heldOut), p) }
}

/** Quantiles 0, 0.02 … 1. */
function fiftieths(distances: Float64Array): number[] {
  const ascending = sorted(distances)
  return Array.from({ length: 51 }, (_, k) => quantileOfSorted(ascending, k / 50))
}

/** Ties with the held-out percentile count in the proportion that the held-out rows have there. */
function shareCloser(distances: Float64Array, heldOut: Float64Array): number {
  const limit = quantileOfSorted(sorted(heldOut), 0.05)
  const share = (values: Float64Array, inside: (x: number) => boolean) => average([...values].map((x) => (inside(x) ? 1 : 0)))
  const isUnder = (x: number): boolean => isBelow(x, limit)
  const isTied = (x: number): boolean => !isUnder(x) && !isAbove(x, limit)
  const below = share(distances, isUnder)
  const tied = share(heldOut, isTied)
  const belowHeldOut = share(heldOut, isUnder)
  return tied === 0 ? below : below + share(distances, isTied) * Math.min(1, Math.max(0, 0.05 - belowHeldOut) / tied)
}
