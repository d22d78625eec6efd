import type { JobEstimate, ProgressEvent } from '@sbridge/core'
import { Presets, SingleBar } from 'cli-progress'

/** Share of a stage that is done. A scaling's number of turns is not known ahead: it nears its end ever more slowly. */
function shareOf({ stage, done, total }: ProgressEvent): number {
  return stage === 'scaling' ? done / (done + 4) : Math.min(1, done / Math.max(1, total))
}

/**
 * One bar for a whole job on standard error, when that is a terminal: every stage has the share of the work that the
 * estimate gives it, so that the time left is the time left.
 */
export class JobProgress {
  private readonly bar: SingleBar | undefined
  private readonly start = performance.now()
  private readonly reached = new Map<string, number>()
  private largest = 0

  constructor(
    private readonly estimate: Pick<JobEstimate, 'stages' | 'pairs'>,
    stream: NodeJS.WriteStream = process.stderr
  ) {
    if (!stream.isTTY) return
    this.bar = new SingleBar(
      { format: '{bar} {percentage}% · {stage} · {left}', stream, hideCursor: true, etaBuffer: 1 },
      Presets.shades_classic
    )
    this.bar.start(1000, 0, { stage: 'starting', left: '' })
  }

  readonly update = (event: ProgressEvent): void => {
    if (!this.bar) return
    const order = this.estimate.stages.findIndex(({ stage }) => stage === event.stage)
    if (order < 0) return
    this.reached.set(event.stage, Math.max(this.reached.get(event.stage) ?? 0, shareOf(event)))
    // A stage that has begun means that those before it are done.
    for (const { stage } of this.estimate.stages.slice(0, order)) this.reached.set(stage, 1)
    let done = 0
    for (const { stage, pairs } of this.estimate.stages) done += (this.reached.get(stage) ?? 0) * pairs
    this.largest = Math.max(this.largest, done / Math.max(1, this.estimate.pairs))
    this.bar.update(Math.round(1000 * this.largest), { stage: event.stage, left: this.left() })
  }

  private left(): string {
    const elapsed = (performance.now() - this.start) / 1000
    return this.largest < 0.005 ? '' : `${durationOf((elapsed / this.largest) * (1 - this.largest))} left`
  }

  finish(): void {
    this.bar?.update(1000, { stage: 'done', left: durationOf((performance.now() - this.start) / 1000) })
    this.bar?.stop()
  }
}

/** Seconds in words: 8 s, 2 min 10 s, 1 h 5 min. */
export function durationOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
