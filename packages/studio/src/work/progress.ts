import type { ProgressEvent } from '@sbridge/core'
import { type StagePlan, StageShare } from '@sbridge/core/internal'
import type { Share } from './desk.js'
import type { Reached } from './protocol.js'

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
