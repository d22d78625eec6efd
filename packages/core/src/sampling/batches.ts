import type { Watch } from '../num/iterate.js'
import { type Key, keyFor } from '../num/random.js'

/**
 * Rows that are drawn together: their starts are spread over the data, they lend each other noise and share out names among
 * themselves. A whole batch is the same rows whatever their number in all.
 */
export const BATCH_ROWS = 16_384

/** Some of the rows of a draw. */
export interface Batch {
  /** Place of its first row in the draw. */
  readonly first: number
  readonly count: number
  readonly key: Key
  /** Progress of the whole draw. */
  readonly watch: Watch | undefined
}

/** Draws `count` rows batch by batch, in order. The first batch has the draw's own key. */
export async function inBatches<T>(
  { count, key, watch }: { readonly count: number; readonly key: Key; readonly watch?: Watch | undefined },
  draw: (batch: Batch) => Promise<T>
): Promise<T[]> {
  const batches = Math.ceil(count / BATCH_ROWS)
  const drawn: T[] = []
  for (let b = 0; b < batches; b++) {
    const first = b * BATCH_ROWS
    drawn.push(
      await draw({
        first,
        count: Math.min(BATCH_ROWS, count - first),
        key: b === 0 ? key : keyFor(key, `batch ${b}`),
        watch: partOf(watch, b, batches)
      })
    )
  }
  return drawn
}

/** What a part of equal parts of some work says, as said of the whole. */
function partOf(watch: Watch | undefined, part: number, parts: number): Watch | undefined {
  const { stop, progress } = watch ?? {}
  if (!progress || parts === 1) return watch
  return { stop, progress: ({ stage, done, total }) => progress({ stage, done: part * total + done, total: parts * total }) }
}
