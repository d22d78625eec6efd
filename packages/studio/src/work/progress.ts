import {
  estimateJob,
  type FitJob,
  fitEncoder,
  isNumeric,
  type JobEstimate,
  type ProgressEvent,
  prepareTable,
  presentValues,
  type RawTable,
  suggestsQuantile
} from '@sbridge/core'

/** One share for a whole job: every stage counts as much as the estimate says, so that the time left is the time left. */
export class JobShare {
  readonly #reached = new Map<string, number>()
  readonly #start = performance.now()
  #largest = 0

  constructor(private readonly estimate: Pick<JobEstimate, 'stages' | 'pairs'>) {}

  /** Share done and seconds left, null while there is nothing to tell them from. */
  update({ stage, done, total }: ProgressEvent): { share: number; secondsLeft: number | null } {
    const { stages, pairs } = this.estimate
    const order = stages.findIndex((one) => one.stage === stage)
    if (order >= 0) {
      // The number of turns of a scaling is not known ahead: it nears its end ever more slowly.
      const part = stage === 'scaling' ? done / (done + 4) : Math.min(1, done / Math.max(1, total))
      this.#reached.set(stage, Math.max(this.#reached.get(stage) ?? 0, part))
      for (const earlier of stages.slice(0, order)) this.#reached.set(earlier.stage, 1)
      const sum = stages.reduce((all, one) => all + (this.#reached.get(one.stage) ?? 0) * one.pairs, 0)
      this.#largest = Math.max(this.#largest, sum / Math.max(1, pairs))
    }
    const elapsed = (performance.now() - this.#start) / 1000
    const known = this.#largest > 0.01 && elapsed > 0.4
    return { share: this.#largest, secondsLeft: known ? (elapsed / this.#largest) * (1 - this.#largest) : null }
  }
}

export interface DrawnSize {
  readonly rows: number
  readonly steps: number
  /** Whether the model is to be fitted first. */
  readonly fits: boolean
  /** Whether a bandwidth is chosen for conditions. */
  readonly chooses: boolean
}

/** Choosing the bandwidth of conditions draws many times: about so many times the pairs of the rows that are wanted. */
const CHOICE_SHARE = 8

/** What a job will take, by stage. */
export function estimateOf(raw: RawTable, job: FitJob, drawn: DrawnSize): Pick<JobEstimate, 'stages' | 'pairs'> {
  const { table, formats } = prepareTable(raw, job).data
  const encoder = fitEncoder(table, formats, () => 'standard')
  const decided = job.scaling !== undefined && job.scaling !== 'auto'
  const { stages } = estimateJob({
    rowCount: table.rowCount,
    dimension: encoder.coordinateCount + encoder.factors.reduce((sum, factor) => sum + factor.places.cols, 0),
    drawnRows: drawn.rows,
    steps: drawn.steps,
    automaticBandwidth: typeof job.bandwidth !== 'number',
    comparesScalings: !decided && table.columns.some((column) => isNumeric(column) && suggestsQuantile(presentValues(column))),
    passesPerStep: 1 + (encoder.factors.length > 0 ? 1 : 0)
  })
  const drawing = stages.filter(({ stage }) => stage === 'sampling')
  const fitting = drawn.fits ? stages.filter(({ stage }) => stage !== 'sampling') : []
  const pairs = CHOICE_SHARE * drawing.reduce((sum, stage) => sum + stage.pairs, 0)
  const choosing = drawn.chooses ? [{ stage: 'choosing the conditional bandwidth', pairs }] : []
  const all = [...fitting, ...choosing, ...drawing]
  return { stages: all, pairs: all.reduce((sum, stage) => sum + stage.pairs, 0) }
}
