import { batch, computed, signal } from '@preact/signals'
import type { FromWork, Progress, Shape, Show, ToWork } from '../work/protocol.js'
import { surroundings } from '../work/surroundings.js'
import { type Fault, faults, faultWords, refuse, said, save } from './page.js'
import { same } from './sheet.js'

/** What happens on the way, for whoever asked. */
export interface JobRules<A extends Shape> {
  /** Name of the work. */
  readonly name: string
  /** A worker was started: what it must know before it runs. */
  readonly began?: (worker: Worker) => void
  /** A run begins: what is shown stays where it only moves. */
  readonly running?: (show: Show) => void
  readonly interim?: (found: A['interim'], run: A['run']) => void
  readonly done?: (result: A['result'], seconds: number) => void
  /** What the worker says besides of the table, its picture and what it refuses, but for runs. */
  readonly told?: (message: Extract<FromWork<A>, { kind: 'opened' | 'picture' | 'refused' }>) => void
  /** A file was handed to the browser. */
  readonly saved?: () => void
  /** Results are gone. */
  readonly cleared?: () => void
  /** The worker was ended with the run; the next is told of the table anew. */
  readonly restarted?: () => void
  /** The run that is asked for by now, where another waited for the one before it. */
  readonly again?: () => void
}

/** Where the page may share memory with its workers, a run can be told to end between two of its steps. */
const shares = surroundings().shared
/** Milliseconds that a run is given to end by itself. */
const PATIENCE = 1500

export type Job<A extends Shape> = ReturnType<typeof jobOf<A>>

/** A job in a worker of its own: idle, running, done or failed. */
export function jobOf<A extends Shape>(rules: JobRules<A>) {
  /** How far it is; null unless it is running. */
  const progress = signal<Progress | null>(null)
  /** The run that the screen shows, and what came of it. */
  const shown = signal<A['run'] | null>(null)
  const result = signal<A['result'] | null>(null)
  /** Why the last run was refused. */
  const failed = signal<Fault | null>(null)
  /** The newest run that is to end. */
  const ended = shares ? new Int32Array(new SharedArrayBuffer(4)) : null
  let worker: Worker | undefined
  let pending: A['run'] | undefined
  let turn = 0
  /** Whether another run waits for the one before it: of a slider only the last place counts. */
  let waiting = false
  let patience: ReturnType<typeof setTimeout> | undefined

  const start = (): Worker => {
    const made = new Worker(new URL('../work/worker.ts', import.meta.url), { type: 'module', name: rules.name })
    made.onmessage = ({ data }: MessageEvent<FromWork<A>>) => batch(() => hear(data))
    made.onerror = (event) =>
      batch(() => {
        const ran = pending !== undefined
        end()
        refuse({
          got: `a worker that ${event.message ? `failed (${event.message})` : 'could not start'}`,
          expected: 'a current browser with memory to spare',
          remedy: 'the same again, reloading the page, or the command line'
        })
        // One that had begun is replaced, so that the next run finds its table; one that does not start would not the second time.
        if (ran) rules.restarted?.()
      })
    worker = made
    if (ended) made.postMessage({ kind: 'ended', turn: ended } satisfies ToWork)
    rules.began?.(made)
    return made
  }
  const send = (message: ToWork<A>, transfer: Transferable[] = []): void => (worker ?? start()).postMessage(message, transfer)
  const settle = (): void => {
    clearTimeout(patience)
    pending = undefined
    progress.value = null
  }
  const end = (): void => {
    settle()
    worker?.terminate()
    worker = undefined
    waiting = false
  }
  const clear = (): void =>
    batch(() => {
      failed.value = null
      shown.value = null
      result.value = null
      rules.cleared?.()
    })
  const stopAll = (): void => {
    batch(() => {
      end()
      clear()
      said.value = 'Stopped'
    })
    rules.restarted?.()
  }
  const goOn = (): boolean => {
    const again = waiting
    waiting = false
    if (again) rules.again?.()
    return again
  }
  const hear = (message: FromWork<A>): void => {
    if ('turn' in message && message.turn !== turn) return
    if (message.kind === 'file') {
      save(message.blob, message.name)
      rules.saved?.()
    } else if (message.kind === 'progress') progress.value = message
    else if (message.kind === 'interim') rules.interim?.(message.found, (pending ?? shown.value)!)
    else if (message.kind === 'done') {
      shown.value = pending!
      result.value = message.result
      settle()
      if (!goOn()) rules.done?.(message.result, message.seconds)
    } else if (message.kind === 'stopped') {
      settle()
      if (!goOn()) said.value = 'Stopped; the picture shows the rows from before'
    } else if (message.kind === 'refused' && message.during === 'run') {
      settle()
      if (goOn()) return
      failed.value = message.fault
      said.value = faultWords(message.fault)
    } else rules.told?.(message as Extract<FromWork<A>, { kind: 'opened' | 'picture' | 'refused' }>)
  }

  return {
    progress,
    running: computed(() => progress.value !== null),
    shown,
    result,
    failed,
    run(run: A['run'], show: Show = 'play'): void {
      if (pending !== undefined) {
        waiting = !same(pending, run)
        // A draw that nobody waits for ends; what the next one can use of it, a bandwidth that is being chosen, goes on.
        if (waiting && ended && shown.value && progress.value?.stage === 'sampling') Atomics.store(ended, 0, turn)
        return
      }
      pending = run
      turn++
      batch(() => {
        faults.value = []
        if (show === 'play') clear()
        failed.value = null
        progress.value = { share: 0, stage: 'starting', secondsLeft: null }
        rules.running?.(show)
      })
      send({ kind: 'run', run, show, turn })
    },
    /** Stops at once; rows that are shown stay, where the run ends soon by itself. */
    stop(): void {
      if (!shown.value || !ended) {
        stopAll()
        return
      }
      waiting = false
      clearTimeout(patience)
      patience = setTimeout(stopAll, PATIENCE)
      Atomics.store(ended, 0, turn)
    },
    send,
    clear,
    /** Ends the worker, whatever it does. */
    end,
    busy: (): boolean => pending !== undefined
  }
}
