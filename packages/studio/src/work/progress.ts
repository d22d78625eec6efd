import {
  categoryMode,
  combinationsOf,
  encodeTable,
  estimateJob,
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
import type { Share } from './desk.js'
import type { Draws, SampleRun } from './messages.js'
import type { Reached } from './protocol.js'
import { usualSteps } from './usual-steps.js'

/** Of a stage that has not reported yet, the part that counted pairs alone may claim. */
const UNREPORTED = 0.3

/** What a run will take, by stage. */
export interface JobPlan extends Pick<JobEstimate, 'stages' | 'pairs'> {
  /** Whether these are pairs that the engine goes through, and not only what the stages take beside each other. */
  readonly counted?: boolean
}

/** Stages of which nobody knows how many turns they take: they near their end ever more slowly. */
const OPEN_STAGES: readonly string[] = ['scaling', 'eigenvectors']

/**
 * One share for a whole job: every stage counts as much as the estimate says, so that the time left is the time left.
 * Between two reports of a stage, pairs that were gone through move it on towards the next.
 */
export class JobShare implements Share {
  readonly #reached = new Map<string, number>()
  readonly #start = performance.now()
  /** Share by what was reported, and pairs since then, out of those that the next report may stand for. */
  #reported = 0
  #ahead = 0
  #next: number
  #largest = 0

  constructor(private readonly estimate: JobPlan) {
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
      // After the last report of a stage comes another that has not reported yet; of an open one nobody knows which one is the last.
      const last = OPEN_STAGES.includes(stage) ? 1 : partOf(stage, done + 1, total)
      this.#next = (last - part) * stages[order]!.pairs
      if (OPEN_STAGES.includes(stage) || this.#next === 0) this.#next += UNREPORTED * (stages[order + 1]?.pairs ?? 0)
    }
    return this.#tell()
  }

  /** So many pairs more were gone through. */
  work(pairs: number): Reached {
    if (this.estimate.counted) this.#ahead += pairs
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

/** Done of a stage. */
function partOf(stage: string, done: number, total: number): number {
  return OPEN_STAGES.includes(stage) ? done / (done + 4) : Math.min(1, done / Math.max(1, total))
}

/** Whether the model is to be fitted first. */
export interface Fitting {
  readonly fits: boolean
}

/** Settings of bandwidth and ridge that are tried for a set of given numbers, as a rule, and where the bandwidth is chosen by hand. */
const TRIALS = { all: 6, ridges: 2 }

/** What a run will take, by stage. */
export function estimateOf(raw: RawTable, { fit, draw }: SampleRun, { fits }: Fitting): JobPlan {
  const { table, formats } = prepareTable(raw, fit).data
  const encoder = fitEncoder(table, formats, () => 'standard')
  const { codes } = encodeTable(encoder, table, keyFromSeed(0))
  const combinations = combinationsOf(codes, table.rowCount)
  const mode = categoryMode(encoder, combinations)
  const { stages } = estimateJob({
    rowCount: table.rowCount,
    dimension: encoder.coordinateCount + encoder.factors.reduce((sum, factor) => sum + factor.places.cols, 0),
    drawnRows: draw.rows,
    steps: draw.steps ?? usualSteps(draw),
    automaticBandwidth: typeof fit.bandwidth !== 'number',
    comparesScalings:
      (fit.scaling ?? 'auto') === 'auto' && table.columns.some((column) => isNumeric(column) && suggestsQuantile(presentValues(column))),
    passesPerStep: encoder.factors.length > 0 && mode === 'sweep' ? 2 + factorGroups(codes, encoder.factors.length).length : 1,
    known:
      draw.given || draw.observe
        ? knownSize(draw, {
            coordinateCount: encoder.coordinateCount,
            partCount: mode === 'combinations' ? combinations.rows.length : 1,
            numbers: new Set(table.columns.filter(isNumeric).map(({ name }) => name)),
            byHand: typeof fit.bandwidth === 'number'
          })
        : undefined
  })
  const left = stages.filter(({ stage }) => fits || !FITTING.includes(stage))
  return { stages: left, pairs: left.reduce((sum, stage) => sum + stage.pairs, 0), counted: true }
}

const FITTING: readonly string[] = ['choosing the scaling', 'choosing the bandwidth', 'scaling']

interface Shape extends Pick<KnownSize, 'coordinateCount' | 'partCount'> {
  readonly numbers: ReadonlySet<string>
  readonly byHand: boolean
}

function knownSize({ given = {}, observe = [] }: Draws, { numbers, byHand, ...sizes }: Shape): KnownSize {
  const observes = observe.length > 0
  const exact = Object.entries(given).some(([name, value]) => numbers.has(name) && !value.includes('..'))
  const trials = observes || !exact ? 0 : byHand ? TRIALS.ridges : TRIALS.all
  return { conditions: 1, trials, ...sizes, observes }
}
