import type { ProgressEvent } from '@sbridge/core'
import type { prepareComparison } from '@sbridge/core/internal'

/** A stretch of a comparison: the stage that reports it from its beginning to its end, and about how long it takes. */
interface Stretch {
  readonly stage: string
  readonly weight: number
}

/** Pairs of rows that one forest is worth, a row. Measured at 2 to 30 columns and 344 to 5,000 rows. */
const FOREST_WORTH = 9000
const FOLDS = 5
/** Splits that the classifier's floor is taken over at most, and rows above which it is one. */
const CLASSIFIED = { splits: 3, rows: 1000 }

export const NEIGHBOURS = 'finding the nearest rows'
export const COLUMNS = 'comparing the columns'

type Sizes = Pick<ReturnType<typeof prepareComparison>, 'real' | 'synthetic' | 'splits' | 'half'>

/** How far a comparison is: its stretches come in a known order. */
export class MeasureShare {
  readonly #stretches: readonly Stretch[]
  readonly #sum: number
  #at = -1
  #part = 0

  constructor({ real, synthetic, splits, half }: Sizes) {
    const [most, least] = [Math.max(real.rowCount, synthetic.rowCount), Math.min(real.rowCount, synthetic.rowCount)]
    const halves = splits.map(() => half)
    const distances = [most, ...halves].flatMap((n) => [n * n, (n * n) / 2, (n * n) / 2])
    const forests = [least, ...halves.slice(0, least <= CLASSIFIED.rows ? CLASSIFIED.splits : 1)].flatMap((n) =>
      Array(FOLDS).fill(n * FOREST_WORTH)
    )
    const stretch = (stage: string) => (weight: number) => ({ stage, weight })
    this.#stretches = [
      { stage: NEIGHBOURS, weight: most * most },
      { stage: COLUMNS, weight: 100 * most },
      ...[...distances, ...distances].map(stretch('comparing samples')),
      ...forests.map(stretch('training a forest'))
    ]
    this.#sum = this.#stretches.reduce((sum, { weight }) => sum + weight, 0)
  }

  /** Share done, which never falls. A stage that begins anew has come to its next stretch. */
  update({ stage, done, total }: ProgressEvent): number {
    const part = Math.min(1, done / Math.max(1, total))
    const goesOn = this.#stretches[this.#at]?.stage === stage && part > this.#part
    const at = goesOn ? this.#at : this.#stretches.findIndex((one, k) => k > this.#at && one.stage === stage)
    if (at >= 0) {
      this.#at = at
      this.#part = part
    }
    const before = this.#stretches.slice(0, Math.max(0, this.#at)).reduce((sum, { weight }) => sum + weight, 0)
    return (before + this.#part * (this.#stretches[this.#at]?.weight ?? 0)) / this.#sum
  }
}
