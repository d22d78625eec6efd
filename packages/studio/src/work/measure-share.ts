import type { Evaluation, ProgressEvent } from '@sbridge/core'
import type { Share } from './desk.js'
import type { Reached } from './protocol.js'

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

/** How far a comparison is: its stretches come in a known order. */
export class MeasureShare implements Share {
  #stretches: readonly Stretch[] = []
  #sum = 1
  #at = -1
  #part = 0

  /** What is to come, once the sizes of what is compared are known. */
  measure({ rows, splits }: Partial<Pick<Evaluation, 'rows' | 'splits'>>): void {
    const { real, synthetic, compared, half } = rows!
    const least = Math.min(real, synthetic, compared)
    const halves: number[] = Array(splits!).fill(half)
    const distances = [compared, ...halves].flatMap((n) => [n * n, (n * n) / 2, (n * n) / 2])
    const forests = [least, ...halves.slice(0, least <= CLASSIFIED.rows ? CLASSIFIED.splits : 1)].flatMap((n) =>
      Array(FOLDS).fill(n * FOREST_WORTH)
    )
    const stretch = (stage: string) => (weight: number) => ({ stage, weight })
    this.#stretches = [
      { stage: 'comparing the columns', weight: 100 * compared },
      { stage: 'finding the nearest rows', weight: compared * compared },
      ...[...distances, ...distances].map(stretch('comparing samples')),
      ...forests.map(stretch('training a forest'))
    ]
    this.#sum = this.#stretches.reduce((sum, { weight }) => sum + weight, 0)
  }

  /** Share done, which never falls. A stage that begins anew has come to its next stretch. */
  update({ stage, done, total }: ProgressEvent): Reached {
    const part = Math.min(1, done / Math.max(1, total))
    const goesOn = this.#stretches[this.#at]?.stage === stage && part > this.#part
    const at = goesOn ? this.#at : this.#stretches.findIndex((one, k) => k > this.#at && one.stage === stage)
    if (at >= 0) {
      this.#at = at
      this.#part = part
    }
    const before = this.#stretches.slice(0, Math.max(0, this.#at)).reduce((sum, { weight }) => sum + weight, 0)
    return { share: (before + this.#part * (this.#stretches[this.#at]?.weight ?? 0)) / this.#sum, secondsLeft: null }
  }
}
