import {
  categoryMode,
  combinationsOf,
  encodeTable,
  estimateJob,
  type FitJob,
  factorGroups,
  fitEncoder,
  isNumeric,
  type JobEstimate,
  type KnownSize,
  keyFromSeed,
  type ProgressEvent,
  prepareTable,
  presentValues,
  type RawTable,
  suggestsQuantile
} from '@sbridge/core'
import type { RunRequest } from './messages.js'

/** Of a stage that has not reported yet, the part that counted pairs alone may claim. */
const UNREPORTED = 0.3

export interface Reached {
  readonly share: number
  /** Null while there is nothing to tell it from. */
  readonly secondsLeft: number | null
}

/**
 * One share for a whole job: every stage counts as much as the estimate says, so that the time left is the time left.
 * Between two reports of a stage, pairs that were gone through move it on towards the next.
 */
export class JobShare {
  readonly #reached = new Map<string, number>()
  readonly #start = performance.now()
  /** Share by what was reported, and pairs since then, out of those that the next report may stand for. */
  #reported = 0
  #ahead = 0
  #next: number
  #largest = 0

  constructor(private readonly estimate: Pick<JobEstimate, 'stages' | 'pairs'>) {
    this.#next = UNREPORTED * (estimate.stages.find(({ pairs }) => pairs > 0)?.pairs ?? 0)
  }

  update({ stage, done, total }: ProgressEvent): Reached {
    const { stages, pairs } = this.estimate
    const order = stages.findIndex((one) => one.stage === stage)
    if (order >= 0) {
      const part = partOf(stage, done, total)
      this.#reached.set(stage, Math.max(this.#reached.get(stage) ?? 0, part))
      for (const earlier of stages.slice(0, order)) this.#reached.set(earlier.stage, 1)
      const sum = stages.reduce((all, one) => all + (this.#reached.get(one.stage) ?? 0) * one.pairs, 0)
      this.#reported = sum / Math.max(1, pairs)
      this.#ahead = 0
      // After the last report of a stage comes another that has not reported yet; of a scaling nobody knows which one is the last.
      const last = stage === 'scaling' ? 1 : partOf(stage, done + 1, total)
      this.#next = (last - part) * stages[order]!.pairs
      if (stage === 'scaling' || this.#next === 0) this.#next += UNREPORTED * (stages[order + 1]?.pairs ?? 0)
    }
    return this.#tell()
  }

  /** So many pairs more were gone through. */
  work(pairs: number): Reached {
    this.#ahead += pairs
    return this.#tell()
  }

  #tell(): Reached {
    // Ever more slowly, since the estimate may be too small: only a report says that its part is done.
    const ahead = this.#next > 0 ? this.#next * (1 - Math.exp(-this.#ahead / this.#next)) : 0
    this.#largest = Math.max(this.#largest, this.#reported + ahead / Math.max(1, this.estimate.pairs))
    const elapsed = (performance.now() - this.#start) / 1000
    const known = this.#largest > 0.01 && elapsed > 0.4
    return { share: this.#largest, secondsLeft: known ? (elapsed / this.#largest) * (1 - this.#largest) : null }
  }
}

/** Done of a stage. The number of turns of a scaling is not known ahead: it nears its end ever more slowly. */
function partOf(stage: string, done: number, total: number): number {
  return stage === 'scaling' ? done / (done + 4) : Math.min(1, done / Math.max(1, total))
}

/** Whether the model is to be fitted first. */
export interface Fitting {
  readonly fits: boolean
}

/** Settings of bandwidth and ridge that are tried for a set of given numbers, as a rule, and where the bandwidth is chosen by hand. */
const TRIALS = { all: 6, ridges: 2 }

/** What a run will take, by stage. */
export function estimateOf(
  raw: RawTable,
  { job, draws, rows, known }: RunRequest,
  { fits }: Fitting
): Pick<JobEstimate, 'stages' | 'pairs'> {
  const { table, formats } = prepareTable(raw, job).data
  const encoder = fitEncoder(table, formats, () => 'standard')
  const { codes } = encodeTable(encoder, table, keyFromSeed(0))
  const combinations = combinationsOf(codes, table.rowCount)
  const mode = categoryMode(encoder, combinations)
  const { stages } = estimateJob({
    rowCount: table.rowCount,
    dimension: encoder.coordinateCount + encoder.factors.reduce((sum, factor) => sum + factor.places.cols, 0),
    drawnRows: rows,
    steps: draws.steps,
    automaticBandwidth: typeof job.bandwidth !== 'number',
    comparesScalings: !isDecided(job) && table.columns.some((column) => isNumeric(column) && suggestsQuantile(presentValues(column))),
    passesPerStep: encoder.factors.length > 0 && mode === 'sweep' ? 2 + factorGroups(codes, encoder.factors.length).length : 1,
    known: known
      ? knownSize(known, {
          coordinateCount: encoder.coordinateCount,
          partCount: mode === 'combinations' ? combinations.rows.length : 1,
          numbers: new Set(table.columns.filter(isNumeric).map(({ name }) => name)),
          byHand: typeof job.bandwidth === 'number'
        })
      : undefined
  })
  const left = stages.filter(({ stage }) => fits || !FITTING.includes(stage))
  return { stages: left, pairs: left.reduce((sum, stage) => sum + stage.pairs, 0) }
}

const FITTING: readonly string[] = ['choosing the scaling', 'choosing the bandwidth', 'scaling']

const isDecided = ({ scaling = 'auto' }: FitJob): boolean => scaling !== 'auto'

interface Shape extends Pick<KnownSize, 'coordinateCount' | 'partCount'> {
  readonly numbers: ReadonlySet<string>
  readonly byHand: boolean
}

function knownSize({ given, observe }: NonNullable<RunRequest['known']>, { numbers, byHand, ...sizes }: Shape): KnownSize {
  const observes = observe.length > 0
  const exact = Object.entries(given).some(([name, value]) => numbers.has(name) && !value.includes('..'))
  const trials = observes || !exact ? 0 : byHand ? TRIALS.ridges : TRIALS.all
  return { conditions: 1, trials, ...sizes, observes }
}
