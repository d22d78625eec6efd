import {
  categoryMode,
  combinationsOf,
  encodeTable,
  estimateJob,
  factorGroups,
  fitEncoder,
  isNumeric,
  type KnownSize,
  keyFromSeed,
  type ProgressEvent,
  prepareTable,
  presentValues,
  type RawTable,
  suggestsQuantile
} from '@sbridge/core'
import { type StagePlan, StageShare } from '@sbridge/core/internal'
import type { Share } from './desk.js'
import type { Draws, SampleRun } from './messages.js'
import type { Reached } from './protocol.js'
import { usualSteps } from './usual-steps.js'

/** How far a run is, and how long it will take by what it has taken. */
export class TimedShare implements Share {
  readonly #start = performance.now()
  readonly #share: StageShare

  /** `counted`: whether the plan is in pairs that the engine goes through, and not only in what stages take beside each other. */
  constructor(plan: StagePlan, { counted }: { readonly counted: boolean }) {
    this.#share = new StageShare(plan)
    if (counted) this.work = (pairs) => this.#tell(this.#share.work(pairs))
  }

  readonly work: Share['work']

  update(event: ProgressEvent): Reached {
    return this.#tell(this.#share.update(event))
  }

  #tell(share: number): Reached {
    const elapsed = (performance.now() - this.#start) / 1000
    return { share, secondsLeft: share > 0.01 && elapsed > 0.4 ? (elapsed / share) * (1 - share) : null }
  }
}

/** Whether the model is to be fitted first. */
export interface Fitting {
  readonly fits: boolean
}

/** Settings of bandwidth and ridge that are tried for a set of given numbers, as a rule, and where the bandwidth is chosen by hand. */
const TRIALS = { all: 6, ridges: 2 }

/** What a run will take, by stage. */
export function estimateOf(raw: RawTable, { fit, draw }: SampleRun, { fits }: Fitting): StagePlan {
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
  return { stages: left, pairs: left.reduce((sum, stage) => sum + stage.pairs, 0) }
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
