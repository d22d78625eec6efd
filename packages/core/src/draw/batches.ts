import { InputError, whatIs } from '../num/errors.js'
import { throwIfStopped, unshared, type Watch } from '../num/iterate.js'
import { type Key, keyFor, keyFromSeed } from '../num/random.js'
import { BATCH_ROWS } from './batch-rows.js'

/** Some of the rows of a draw. */
export interface Batch {
  /** Place of its first row in the draw. */
  readonly first: number
  readonly count: number
  readonly key: Key
  /** Progress of the whole draw. */
  readonly watch: Watch | undefined
}

/** What is asked of a draw. */
interface WholeDraw {
  readonly count: number
  readonly key: Key
  readonly watch?: Watch | undefined
  /** Where it is a stretch of a longer draw: rows before it, of whole batches. */
  readonly first?: number | undefined
}

/** Throws `InputError` unless count is a whole number from 1 to 10⁸. */
export function checkCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= 1e8) return
  throw new InputError({
    code: 'count',
    got: `rows = ${typeof count === 'number' ? count : whatIs(count)}`,
    expected: 'a whole number of rows from 1 to 100000000',
    try: 'rows: 1000'
  })
}

/** The batches of a draw of `count` rows, in order. The first of the whole draw has the draw's own key. */
export function batchesOf({ count, key, watch, first = 0 }: WholeDraw): Batch[] {
  const batches = Math.ceil(count / BATCH_ROWS)
  const before = first / BATCH_ROWS
  return Array.from({ length: batches }, (_, b) => ({
    first: first + b * BATCH_ROWS,
    count: Math.min(BATCH_ROWS, count - b * BATCH_ROWS),
    key: before + b === 0 ? key : keyFor(key, `batch ${before + b}`),
    watch: partOf(unshared(watch), b, batches)
  }))
}

/**
 * Draws batch by batch, one after the other. Where machines share the draw a batch may come from elsewhere: `draw` gives plain
 * data with typed arrays, and changes nothing outside.
 */
export async function inBatches<T>(whole: WholeDraw, draw: (batch: Batch) => Promise<T>): Promise<T[]> {
  return (await inBatchesOfEach([whole], whole.watch, (_, batch) => draw(batch)))[0]!
}

/**
 * The batches of several draws that do not depend on each other, as `inBatches`; machines share all of them at once. What only some
 * of them take is best computed in `draw`, so that no machine computes it for the batches of others.
 */
export async function inBatchesOfEach<T>(
  draws: readonly Pick<WholeDraw, 'count' | 'key'>[],
  watch: Watch | undefined,
  draw: (which: number, batch: Batch) => Promise<T>
): Promise<T[][]> {
  const all = draws.flatMap((whole, which) => batchesOf(whole).map((batch) => ({ which, batch })))
  const drawn = await inUnits(all.length, watch, (unit, own) => draw(all[unit]!.which, { ...all[unit]!.batch, watch: own }))
  const out: T[][] = draws.map(() => [])
  for (const [unit, one] of drawn.entries()) out[all[unit]!.which]!.push(one)
  return out
}

/** Parts of a draw that do not depend on each other, one after the other. Machines share whole parts; one alone by its own batches. */
export async function inParts<T>(
  parts: number,
  watch: Watch | undefined,
  draw: (part: number, watch: Watch | undefined) => Promise<T>
): Promise<T[]> {
  return parts === 1 ? [await draw(0, watch)] : inUnits(parts, watch, draw)
}

async function inUnits<T>(
  units: number,
  watch: Watch | undefined,
  draw: (unit: number, watch: Watch | undefined) => Promise<T>
): Promise<T[]> {
  const share = watch?.share
  const drawn: T[] = []
  for (let unit = 0; unit < units; unit++) {
    throwIfStopped(watch, 'sampling')
    const own = () => draw(unit, partOf(unshared(watch), unit, units))
    drawn.push(share ? ((await share({ batch: unit, batches: units }, own)) as T) : await own())
  }
  throwIfStopped(watch, 'sampling')
  return drawn
}

/** Places that are drawn together, of conditions with so many rows each: as many as fill a batch. */
export function placesInBatches(places: readonly number[], rows: number): number[][] {
  const size = Math.max(1, Math.floor(BATCH_ROWS / rows))
  return Array.from({ length: Math.ceil(places.length / size) }, (_, c) => places.slice(c * size, (c + 1) * size))
}

/** What a part of equal parts of some work says, as said of the whole. */
export function partOf(watch: Watch | undefined, part: number, parts: number): Watch | undefined {
  const { stop, progress } = watch ?? {}
  if (!progress || parts === 1) return watch
  return { stop, progress: ({ stage, done, total }) => progress({ stage, done: part * total + done, total: parts * total }) }
}

/**
 * Counters of the randomness of `count` chains a name, one after the other from a place among 2³² that the name says. Chains of
 * two names share noise with a chance of 2 · count in 2³², which the law of neither would show.
 */
export function chainsOfNames(names: readonly string[], count: number): Uint32Array {
  const first = names.map((name) => keyFor(keyFromSeed(0), name).stream)
  return Uint32Array.from({ length: names.length * count }, (_, i) => first[Math.floor(i / count)]! + (i % count))
}
