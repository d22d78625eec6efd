import type { ProgressEvent, Watch } from '../num/iterate.js'
import type { Comparison } from './comparison.js'

/** A stretch of a comparison: the stage that reports it from its beginning to its end, and about how long it takes. */
interface Stretch {
  readonly stage: string
  readonly weight: number
}

/** Pairs of rows that one forest is worth, a row. Measured at 2 to 30 columns and 344 to 5,000 rows. */
const FOREST_WORTH = 9000
/** Splits that the classifier's floor is taken over at most, and rows above which it is one. */
const CLASSIFIED = { splits: 3, rows: 1000 }

function stretchesOf({ real, synthetic, splits, half }: Pick<Comparison, 'real' | 'synthetic' | 'splits' | 'half'>): Stretch[] {
  const [most, least] = [Math.max(real.rowCount, synthetic.rowCount), Math.min(real.rowCount, synthetic.rowCount)]
  const halves = splits.map(() => half)
  const distances = [most, ...halves].flatMap((n) => [n * n, (n * n) / 2, (n * n) / 2])
  const forests = [least, ...halves.slice(0, least <= CLASSIFIED.rows ? CLASSIFIED.splits : 1)].map((n) => n * FOREST_WORTH)
  const stretch = (stage: string) => (weight: number) => ({ stage, weight })
  return [
    { stage: 'comparing the columns', weight: 100 * most },
    { stage: 'finding the nearest rows', weight: most * most },
    ...[...distances, ...distances].map(stretch('comparing samples')),
    ...forests.map(stretch('training a forest'))
  ]
}

/**
 * Reports of a comparison's stages, each with how far the whole is in place of how far its own stretch is. Stages come in a
 * known order, and many times: one that begins anew has come to its next stretch.
 */
export function wholeProgress(
  sizes: Parameters<typeof stretchesOf>[0],
  progress: NonNullable<Watch['progress']>
): NonNullable<Watch['progress']> {
  const stretches = stretchesOf(sizes)
  const sum = stretches.reduce((all, { weight }) => all + weight, 0)
  let at = -1
  let part = 0
  return ({ stage, done, total }: ProgressEvent) => {
    const share = Math.min(1, done / Math.max(1, total))
    const goesOn = stretches[at]?.stage === stage && share > part
    const next = goesOn ? at : stretches.findIndex((one, k) => k > at && one.stage === stage)
    if (next >= 0) [at, part] = [next, share]
    const before = stretches.slice(0, Math.max(0, at)).reduce((all, { weight }) => all + weight, 0)
    progress({ stage, done: (before + part * (stretches[at]?.weight ?? 0)) / sum, total: 1 })
  }
}
