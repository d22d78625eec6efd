import { Worker } from 'node:worker_threads'
import { EngineError, StopError, type Watch } from '@sbridge/core'
import { type Crew, errorFrom, type PlainError, type StopSignal } from '@sbridge/core/internal'

/** What a thread is asked, and what it answers. */
export interface CrewTask {
  readonly name: string
  readonly input: unknown
}
export type CrewAnswer =
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'failed'; readonly error: PlainError }
  | { readonly kind: 'progress'; readonly event: { readonly stage: string; readonly done: number; readonly total: number } }
  | { readonly kind: 'work'; readonly pairs: number }

/** The engine of each thread. */
export interface CrewEngine {
  readonly name: string
  readonly precision: 'float64' | 'float32'
  readonly threads: number
}

interface Errand extends CrewTask {
  readonly hasEngine: boolean
  readonly watch: Watch
  readonly resolve: (output: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Seat {
  readonly worker: Worker
  errand: Errand | undefined
}

/** Milliseconds between two looks at whether what runs should stop. */
const LOOKING = 50

/** Operations that pay for threads that have to start, which takes a tenth of a second, and for what is sent to those that run. */
const STARTING = 1e8
const SENDING = 5e6

/** Milliseconds of an operation of a task. */
const OPERATION = 3e-6

/** Threads that start with the first task, and end any task at once by ending themselves. */
export class ThreadCrew implements Crew {
  #seats: Seat[] = []
  readonly #queue: Errand[] = []
  readonly #errands = new Set<{ readonly run: () => void; readonly work: number }>()
  #looking: NodeJS.Timeout | undefined

  constructor(
    private readonly threads: number,
    private readonly stop: StopSignal | undefined,
    private readonly engine?: CrewEngine | undefined
  ) {}

  get engines(): boolean {
    return this.engine !== undefined
  }

  /** Threads that no engine of the crew is at work in, and not this one. */
  get free(): number {
    const busy = this.#seats.filter(({ errand }) => errand?.hasEngine).length
    return this.threads - 1 - busy * (this.engine?.threads ?? 0)
  }

  least(threads: number): number {
    // This thread goes on itself while engines of the crew are at work.
    if (this.free < 1 && this.threads > 1) return Number.POSITIVE_INFINITY
    return this.#seats.length < Math.min(threads, this.threads) ? STARTING : SENDING
  }

  run(name: string, input: unknown, watch: Watch, engine?: 'with engine'): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ name, input, watch, resolve, reject, hasEngine: engine !== undefined })
      this.#looking ??= setInterval(() => this.#look(), LOOKING)
      this.#next()
    })
  }

  later(run: () => void, work: number): () => void {
    const errand = { run, work }
    this.#errands.add(errand)
    return () => this.#errands.delete(errand)
  }

  /** Does an errand that is over before others, who work on a reduction for so many milliseconds yet. */
  meanwhile(milliseconds: number): void {
    for (const errand of this.#errands) {
      if (!(errand.work * OPERATION < milliseconds)) continue
      this.#errands.delete(errand)
      errand.run()
      return
    }
  }

  rest(): void {
    setImmediate(() => this.meanwhile(Number.POSITIVE_INFINITY))
  }

  close(): void {
    this.#end(() => new StopError('a task'))
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const free = this.#seats.find(({ errand }) => !errand) ?? (this.#seats.length < this.threads ? this.#seat() : undefined)
      if (!free) return
      const errand = this.#queue.shift()!
      const { name, input } = errand
      free.errand = errand
      free.worker.postMessage({ name, input } satisfies CrewTask)
    }
    if (this.#seats.every(({ errand }) => !errand)) this.#rest()
  }

  #seat(): Seat {
    // Flags and environment of the program would only cost time.
    const worker = new Worker(new URL('./crew-thread.js', import.meta.url), { execArgv: [], env: {}, workerData: this.engine })
    const seat: Seat = { worker, errand: undefined }
    worker
      .on('message', (answer: CrewAnswer) => this.#hear(seat, answer))
      .on('error', ({ message }) => this.#died(seat, message))
      .on('exit', (code) => this.#died(seat, `it ended with code ${code}`))
    // What waits for an answer is kept alive by the look at whether to stop.
    worker.unref()
    this.#seats.push(seat)
    return seat
  }

  #hear(seat: Seat, answer: CrewAnswer): void {
    const { errand } = seat
    if (!errand) return
    if (answer.kind === 'progress') {
      errand.watch.progress?.(answer.event)
      return
    }
    if (answer.kind === 'work') {
      errand.watch.work?.(answer.pairs)
      return
    }
    seat.errand = undefined
    if (answer.kind === 'done') errand.resolve(answer.output)
    else errand.reject(errorFrom(answer.error))
    this.#next()
  }

  #look(): void {
    const stopped = (watch: Watch | undefined) => this.stop?.aborted || watch?.stop?.aborted
    if ([...this.#queue, ...this.#seats.map(({ errand }) => errand)].some((errand) => errand && stopped(errand.watch)))
      this.#end(() => new StopError('a task'))
  }

  #died(seat: Seat, cause: string): void {
    if (!this.#seats.includes(seat)) return
    this.#end(
      () =>
        new EngineError({
          code: 'engine-worker',
          got: `a thread that died (${cause})`,
          expected: 'every thread to live until its work is done',
          try: '--threads 1, or more memory'
        })
    )
  }

  /** Ends all threads; later tasks have new ones. */
  #end(reason: () => Error): void {
    const seats = this.#seats
    this.#seats = []
    this.#rest()
    for (const { worker } of seats) void worker.terminate()
    for (const errand of [...seats.flatMap(({ errand }) => errand ?? []), ...this.#queue.splice(0)]) errand.reject(reason())
  }

  #rest(): void {
    clearInterval(this.#looking)
    this.#looking = undefined
  }
}
