import { MOST_COMPARED } from '../panel/compared.js'
import { NEXT_STEPS } from '../panel/step-law.js'
import { estimateJob } from './estimate.js'

/** Settings that a search of a law of next rows tries, as a rule: one if ε is given. */
const TRIALS = 8
/** What a trial takes of times as many pairs as one of conditions: 64 draws of every held-out row. Measured by `bench/plans.mjs`, of 700 to 1,000 rows of 12 to 20 coordinates. */
const TRIAL_COST = 6

interface LawSize {
  /** Rows that it is fitted to. */
  readonly rows: number
  /** Coordinates: of what is drawn, and numbers that are given. */
  readonly coordinateCount: number
  readonly drawnRows: number
  /** Conditions that rows are drawn under. */
  readonly conditions: number
  readonly bandwidthGiven: boolean
}

interface LawWork {
  /** Pairs of its search, of its scaling, and of a draw. */
  readonly search: number
  readonly scaling: number
  readonly draw: number
  readonly bytes: number
}

/** Work and memory of the law of next rows, or of rows given numbers: an upper estimate of the draw, of the search what it takes as a rule. */
export function lawWork({ rows, coordinateCount, drawnRows, conditions, bandwidthGiven }: LawSize): LawWork {
  const trials = bandwidthGiven ? 1 : TRIALS
  const { stages, bytes } = estimateJob({
    passesPerStep: 1,
    comparesScalings: false,
    automaticBandwidth: false,
    rowCount: Math.min(MOST_COMPARED, rows),
    dimension: coordinateCount,
    drawnRows,
    steps: NEXT_STEPS,
    known: { conditions, trials, coordinateCount, partCount: 1, observes: false }
  })
  const of = (name: string) => stages.reduce((sum, { stage, pairs }) => sum + (stage === name ? pairs : 0), 0)
  return { search: TRIAL_COST * of('choosing the conditional bandwidth'), scaling: of('scaling'), draw: of('sampling'), bytes }
}
