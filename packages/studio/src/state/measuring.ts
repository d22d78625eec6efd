import { batch, signal } from '@preact/signals'
import type { SampleJob } from '@sbridge/core'
import type { Drawing, EvaluationPart, FromMeasure, ToMeasure } from '../work/messages.js'
import { brokenWorker, fault, refuse, said, save } from './page.js'

export const evaluation = signal<EvaluationPart>({})
export const drawings = signal<readonly Drawing[]>([])
/** How far the comparison has come, from 0 to 1; null while nothing is compared. */
export const measured = signal<{ readonly share: number; readonly stage: string } | null>(null)
export const reporting = signal(false)

/** What is compared: a run by its number, and how its rows and model are fetched. */
export interface Measuring {
  readonly run: number
  /** Whether rows are graded, or, under conditions, only drawn. */
  readonly graded: boolean
  /** Asks whoever holds the rows to hand them over. */
  readonly handOver: (port: MessagePort) => void
  /** A part has come. */
  readonly found: (part: EvaluationPart) => void
}

export interface ReportRequest {
  readonly title: string
  readonly command: string
  readonly draws: Pick<SampleJob, 'noise' | 'steps' | 'start'>
}

let worker: Worker | undefined
let subject: Measuring | undefined
let title = ''

/** Starts a worker that compares rows with the data; whoever holds them hands them over itself. */
export function measure(what: Measuring): void {
  endMeasuring()
  const made = new Worker(new URL('../work/measure.worker.ts', import.meta.url), { type: 'module' })
  made.onmessage = ({ data }: MessageEvent<FromMeasure>) => batch(() => receive(data))
  made.onerror = (event) => refuse(brokenWorker(event))
  worker = made
  subject = what
  measured.value = { share: 0, stage: 'reading' }
  evaluation.value = {}
  const { port1, port2 } = new MessageChannel()
  made.postMessage({ kind: 'subject', port: port1, run: what.run } satisfies ToMeasure, [port1])
  what.handOver(port2)
}

/** Ends the comparison, and says so where it was going on. */
export function stopMeasuring(): void {
  batch(() => {
    endMeasuring()
    said.value = 'Measuring stopped'
  })
}

export function endMeasuring(): void {
  worker?.terminate()
  worker = undefined
  measured.value = null
  reporting.value = false
}

export function forgetMeasures(): void {
  evaluation.value = {}
  drawings.value = []
}

/** Asks for the report; a comparison that was stopped begins anew for it. */
export function askForReport(request: ReportRequest, what: Measuring): void {
  if (!worker) measure(what)
  reporting.value = true
  title = request.title
  worker!.postMessage({ kind: 'report', ...request } satisfies ToMeasure)
}

function receive(message: FromMeasure): void {
  if (message.kind === 'report') {
    reporting.value = false
    save(new Blob([message.html], { type: 'text/html' }), `${title.replace(/\.[^.]+$/, '')}-report.html`)
    return
  }
  if (message.run !== subject?.run) return
  if (message.kind === 'part') {
    evaluation.value = { ...evaluation.value, ...message.part }
    subject.found(message.part)
  }
  if (message.kind === 'drawings') drawings.value = message.drawings
  if (message.kind === 'progress') measured.value = message
  if (message.kind === 'measured') {
    measured.value = null
    said.value = subject.graded ? 'All measures are computed' : 'Every column is drawn'
  }
  if (message.kind === 'refused') {
    measured.value = null
    reporting.value = false
    fault.value = message.fault
  }
}
