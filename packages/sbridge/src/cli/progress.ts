import type { ProgressEvent } from '@sbridge/core'
import { durationText, type StagePlan, StageShare, secondsLeft } from '@sbridge/core/internal'
import { Presets, SingleBar } from 'cli-progress'

/** Milliseconds after which work that was done is shown. */
const OFTEN = 200

/**
 * One bar for a whole job on standard error, when that is a terminal: every stage has the share of the work that the
 * estimate gives it, so that the time left is the time left.
 */
export class JobProgress {
  private readonly bar: SingleBar | undefined
  private readonly start = performance.now()
  private readonly share: StageShare
  private reached = 0
  private shown = 0
  private stage = 'starting'

  constructor(plan: StagePlan, stream: NodeJS.WriteStream = process.stderr) {
    this.share = new StageShare(plan)
    if (!stream.isTTY) return
    this.bar = new SingleBar(
      { format: '{bar} {percentage}% · {stage} · {left}', stream, hideCursor: true, etaBuffer: 1 },
      Presets.shades_classic
    )
    this.bar.start(1000, 0, { stage: 'starting', left: '' })
  }

  /** Whether anything is shown, so that work needs to be counted. */
  get isShown(): boolean {
    return this.bar !== undefined
  }

  readonly update = (event: ProgressEvent): void => {
    if (!this.bar) return
    this.stage = event.stage
    this.show(this.share.update(event))
  }

  /** So many pairs were done between two reports of a stage, of which some are a minute apart. */
  readonly work = (pairs: number): void => {
    if (!this.bar) return
    const share = this.share.work(pairs)
    if (performance.now() - this.shown > OFTEN) this.show(share)
  }

  private show(share: number): void {
    this.reached = share
    this.shown = performance.now()
    this.bar?.update(Math.round(1000 * share), { stage: this.stage, left: this.left() })
  }

  private left(): string {
    const left = secondsLeft(this.reached, (performance.now() - this.start) / 1000)
    return left === null ? '' : `${durationText(left)} left`
  }

  finish(): void {
    this.bar?.update(1000, { stage: 'done', left: durationText((performance.now() - this.start) / 1000) })
    this.bar?.stop()
  }
}
