import { mean, variance } from '../num/statistics.js'

/** Of the noise that rows leave in a difference, what partitions may add: the variance of both together is a quarter more at most. */
const OF_ROWS = 1 / 4
/** Fewer partitions than this do not tell how much they differ. */
const LEAST_PARTITIONS = 3

/**
 * Losses of settings on rows that are held out again and again, in other company each time: what few rows say of two laws depends
 * on which of them are trained on together as much as on the laws.
 * @source repeated cross-validation: Burman, *A comparative study of ordinary cross-validation, v-fold cross-validation and the
 * repeated learning-testing methods*, Biometrika 1989.
 */
export class RepeatedLosses {
  /** By row, sums of each setting's losses and behind them how many there are. */
  private readonly sums = new Map<number, Float64Array>()
  private readonly means: Float64Array[] = []
  private partition: Float64Array

  constructor(private readonly settings: number) {
    this.partition = new Float64Array(settings + 1)
  }

  /** Losses of a row of the partition that is scored. */
  add(row: number, losses: Float64Array): void {
    const own = this.sums.get(row) ?? new Float64Array(this.settings + 1)
    this.sums.set(row, own)
    for (const sum of [own, this.partition]) {
      losses.forEach((loss, k) => {
        sum[k] = sum[k]! + loss
      })
      sum[this.settings]!++
    }
  }

  endPartition(): void {
    this.means.push(meansOf(this.partition))
    this.partition = new Float64Array(this.settings + 1)
  }

  /** Whether more partitions would make the differences to the first setting hardly more certain: the rows are as many as they are. */
  get settled(): boolean {
    const [n, partitions] = [this.sums.size, this.means.length]
    if (partitions < LEAST_PARTITIONS) return false
    const rows = [...this.sums.values()].map(meansOf)
    const spread = (losses: readonly Float64Array[]) =>
      mean(Array.from({ length: this.settings - 1 }, (_, k) => variance(Float64Array.from(losses, (own) => own[k + 1]! - own[0]!))))
    return spread(this.means) / (partitions - 1) <= (OF_ROWS * spread(rows)) / n
  }

  /** Of each setting, the mean loss of every row. */
  byRow(): readonly Float64Array[] {
    const rows = [...this.sums.values()].map(meansOf)
    return Array.from({ length: this.settings }, (_, k) => Float64Array.from(rows, (own) => own[k]!))
  }
}

const meansOf = (sums: Float64Array): Float64Array => sums.subarray(0, -1).map((sum) => sum / sums.at(-1)!)
