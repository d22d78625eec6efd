import { effect, signal } from '@preact/signals'
import type { Panel } from 'sbridge/internal/report'
import type { EvaluationPart, Judgement, MeasureShape } from '../work/messages.js'
import { jobOf } from './job.js'
import { refuse, said, tell } from './page.js'

/** How good the rows are, once there is a line of it. */
export const judgement = signal<Judgement | null>(null)
export const drawings = signal<readonly Panel[]>([])
export const reporting = signal(false)

/** What is compared. */
export interface Measuring {
  /** Whether rows are graded, or, under conditions, only drawn. */
  readonly graded: boolean
  /** Asks whoever holds the rows to hand them over. */
  readonly handOver: (port: MessagePort) => void
  /** A part has come. */
  readonly found: (part: EvaluationPart) => void
}

let subject: Measuring | undefined

const job = jobOf<MeasureShape>({
  name: 'measure',
  interim({ part, drawings: drawn, judgement: judged }) {
    if (judged) judgement.value = judged
    if (drawn) drawings.value = drawn
    if (part) subject!.found(part)
  },
  done() {
    said.value = subject!.graded ? 'All measures are computed' : 'Every column is drawn'
  },
  saved() {
    reporting.value = false
  },
  told(message) {
    reporting.value = false
    if (message.kind === 'refused') refuse(message.fault)
  }
})
/** How far the comparison has come; null while nothing is compared. */
export const measured = job.progress
effect(() => {
  if (job.failed.value) tell(job.failed.value)
})

/** Starts a worker that compares rows with the data; whoever holds them hands them over itself. */
export function measure(what: Measuring): void {
  endMeasuring()
  subject = what
  judgement.value = null
  const { port1, port2 } = new MessageChannel()
  job.send({ kind: 'join', to: 'sample', port: port1 }, [port1])
  what.handOver(port2)
  job.run(null)
}

/** Ends the comparison, and says so where it was going on. */
export function stopMeasuring(): void {
  endMeasuring()
  said.value = 'Measuring stopped'
}

export function endMeasuring(): void {
  job.end()
  subject = undefined
  reporting.value = false
}

export function forgetMeasures(): void {
  judgement.value = null
  drawings.value = []
}

/** Asks for the report; a comparison that was stopped begins anew for it. */
export function askForReport(file: MeasureShape['file'], what: Measuring): void {
  if (!subject) measure(what)
  reporting.value = true
  job.send({ kind: 'save', file })
}
