import { exp } from './elementary.js'
import type { ProgressEvent } from './iterate.js'

/** Stages of a job in their order, and how much work each is, in any unit that all have. */
export interface StagePlan {
  readonly stages: readonly { readonly stage: string; readonly pairs: number }[]
  /** Of all stages. */
  readonly pairs: number
}

/** Of a stage that has not reported yet, the part that work alone may claim. */
const UNREPORTED = 0.3
/** Stages of which nobody knows how many turns they take: they near their end ever more slowly. */
const OPEN_STAGES: readonly string[] = ['scaling', 'eigenvectors']

/**
 * How far a job is, from 0 to 1, never falling: every stage counts as much as the plan says, so that the time left is the
 * time left. Between two reports of a stage, work that was done moves it on towards the next.
 */
export class StageShare {
  readonly #reached = new Map<string, number>()
  /** Share by what was reported, and work since then, out of that for which the next report may stand. */
  #reported = 0
  #ahead = 0
  #next: number
  #largest = 0

  constructor(private readonly plan: StagePlan) {
    this.#next = UNREPORTED * (plan.stages.find(({ pairs }) => pairs > 0)?.pairs ?? 0)
  }

  /** A stage reports; one that the plan does not know moves nothing. */
  update({ stage, done, total }: ProgressEvent): number {
    const { stages, pairs } = this.plan
    const order = stages.findIndex((one) => one.stage === stage)
    if (order < 0) return this.#share()
    const part = partOf(stage, done, total)
    this.#reached.set(stage, Math.max(this.#reached.get(stage) ?? 0, part))
    // A stage that has begun means that those before it are done.
    for (const earlier of stages.slice(0, order)) this.#reached.set(earlier.stage, 1)
    const sum = stages.reduce((all, one) => all + (this.#reached.get(one.stage) ?? 0) * one.pairs, 0)
    this.#reported = sum / Math.max(1, pairs)
    this.#ahead = 0
    // After the last report of a stage comes another that has not reported yet; of an open one nobody knows which one is the last.
    const open = OPEN_STAGES.includes(stage)
    this.#next = ((open ? 1 : partOf(stage, done + 1, total)) - part) * stages[order]!.pairs
    if (open || this.#next === 0) this.#next += UNREPORTED * (stages[order + 1]?.pairs ?? 0)
    return this.#share()
  }

  /** So much more was done. */
  work(pairs: number): number {
    this.#ahead += pairs
    return this.#share()
  }

  #share(): number {
    // Ever more slowly, since the plan may be too small: only a report says that its part is done.
    const ahead = this.#next > 0 ? this.#next * (1 - exp(-this.#ahead / this.#next)) : 0
    this.#largest = Math.max(this.#largest, this.#reported + ahead / Math.max(1, this.plan.pairs))
    return this.#largest
  }
}

/** Below this share most of the time went into starting, and what is left would be told ten times too long. */
const TOLD_FROM = 0.03

/** Seconds that are left of a job, by those that it has taken; null while too little is done to tell. */
export function secondsLeft(share: number, elapsed: number): number | null {
  return share >= TOLD_FROM && elapsed > 0.4 ? (elapsed / share) * (1 - share) : null
}

/** Done of a stage. */
function partOf(stage: string, done: number, total: number): number {
  return OPEN_STAGES.includes(stage) ? done / (done + 4) : Math.min(1, done / Math.max(1, total))
}
