import { InputError } from '../num/errors.js'
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
}

/** Throws `InputError` unless count is a whole number from 1 to 10⁸. */
export function checkCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= 1e8) return
  throw new InputError({ code: 'count', got: `n = ${count}`, expected: 'a whole number of rows from 1 to 100000000', try: '-n 1000' })
}

/** The batches of a draw of `count` rows, in order. The first has the draw's own key. */
export function batchesOf({ count, key, watch }: WholeDraw): Batch[] {
  const batches = Math.ceil(count / BATCH_ROWS)
  return Array.from({ length: batches }, (_, b) => ({
    first: b * BATCH_ROWS,
    count: Math.min(BATCH_ROWS, count - b * BATCH_ROWS),
    key: b === 0 ? key : keyFor(key, `batch ${b}`),
    watch: partOf(unshared(watch), b, batches)
  }))
}

/**
 * Draws batch by batch, one after the other. Where machines share the draw a batch may come from elsewhere: `draw` gives plain
 * data with typed arrays, and changes nothing outside.
 */
export async function inBatches<T>(whole: WholeDraw, draw: (batch: Batch) => Promise<T>): Promise<T[]> {
  const share = whole.watch?.share
  const batches = batchesOf(whole)
  const drawn: T[] = []
  for (const [b, batch] of batches.entries()) {
    throwIfStopped(whole.watch, 'sampling')
    const own = () => draw(batch)
    drawn.push(share ? ((await share({ batch: b, batches: batches.length }, own)) as T) : await own())
  }
  throwIfStopped(whole.watch, 'sampling')
  return drawn
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
