import { Worker } from 'node:worker_threads'
import type { ThreadMessage, ThreadTask } from './messages.js'
import { type Problem, problem, RequestError } from './problem.js'

/** Milliseconds that a task which is to stop has until its thread is ended. */
const PATIENCE = 1000

/** A task on its way. */
interface Errand<Task, Answer> {
  readonly task: Task
  /** Left out: as long as it takes. */
  readonly seconds?: number
  /** May take any thread, or only as many at once as leave one to others. */
  readonly lasting: boolean
  readonly signal: AbortSignal
  readonly progress: (stage: string, share: number) => void
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

type ErrandOptions = Pick<Errand<unknown, unknown>, 'seconds' | 'lasting' | 'signal'> & Partial<Pick<Errand<unknown, unknown>, 'progress'>>

/** What threads run, and what each is told when it starts. */
interface Start {
  readonly module: URL
  readonly data: unknown
}

interface Seat<Task, Answer> {
  worker: Worker
  errand?: Errand<Task, Answer> | undefined
  /** Ends what runs; does nothing when it is over. */
  end?: (() => void) | undefined
  ready: boolean
}

/**
 * Threads that each do one task after another, and a queue before them, first come, first served. A task ends when its signal says so or
 * its seconds are over, at the latest with its thread, for which another one starts.
 */
export class WorkerPool<Task, Answer, Ready> {
  readonly #seats: Seat<Task, Answer>[] = []
  readonly #queue: Errand<Task, Answer>[] = []
  readonly #started = new Map<Seat<Task, Answer>, { resolve: (ready: Ready) => void; reject: (error: unknown) => void }>()
  #closed = false

  private constructor(
    private readonly start: Start,
    private readonly report: (detail: string) => void
  ) {}

  /** Throws `RequestError` where a thread cannot begin. `report` hears of mistakes that callers are not told of. */
  static async open<Task, Answer, Ready>(
    start: Start,
    threads: number,
    report: (detail: string) => void
  ): Promise<[WorkerPool<Task, Answer, Ready>, Ready]> {
    const pool = new WorkerPool<Task, Answer, Ready>(start, report)
    try {
      const described = await Promise.all(Array.from({ length: threads }, () => pool.#seat()))
      return [pool, described[0]!]
    } catch (error) {
      await pool.close()
      throw error
    }
  }

  /** Tasks that wait, and that run. */
  get load(): { readonly waiting: number; readonly running: number } {
    return { waiting: this.#queue.length, running: this.#seats.filter(({ errand }) => errand).length }
  }

  run(task: Task, options: ErrandOptions): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const errand: Errand<Task, Answer> = { progress: () => {}, ...options, task, resolve, reject }
      this.#queue.push(errand)
      options.signal.addEventListener('abort', () => this.#withdraw(errand), { once: true })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const errand of this.#queue.splice(0)) errand.reject(closing())
    for (const { errand } of this.#seats) errand?.reject(closing())
    await Promise.all(this.#seats.map(({ worker }) => worker.terminate()))
  }

  /** A new seat; resolves when its thread is ready. */
  #seat(): Promise<Ready> {
    const seat: Seat<Task, Answer> = { worker: undefined as never, ready: false }
    this.#seats.push(seat)
    return this.#occupy(seat)
  }

  #occupy(seat: Seat<Task, Answer>): Promise<Ready> {
    seat.ready = false
    seat.worker = new Worker(this.start.module, { workerData: this.start.data })
    const { worker } = seat
    worker.on('message', (message: ThreadMessage<Answer, Ready>) => this.#hear(seat, message))
    worker.on('error', (error) => this.report(String(error.stack ?? error)))
    worker.on('exit', () => this.#left(seat, worker))
    return new Promise((resolve, reject) => this.#started.set(seat, { resolve, reject }))
  }

  #hear(seat: Seat<Task, Answer>, message: ThreadMessage<Answer, Ready>): void {
    switch (message.kind) {
      case 'ready':
        seat.ready = true
        this.#started.get(seat)?.resolve(message.ready)
        this.#started.delete(seat)
        this.#next()
        break
      case 'unready':
        this.#started.get(seat)?.reject(new RequestError(message.problem))
        this.#started.delete(seat)
        break
      case 'progress':
        seat.errand?.progress(message.stage, message.share)
        break
      case 'done':
        this.#over(seat, ({ resolve }) => resolve(message.answer))
        break
      case 'failed':
        if (message.detail !== undefined) this.report(message.detail)
        this.#over(seat, ({ reject }) => reject(new RequestError(message.problem)))
    }
  }

  /** A thread ended: what ran in it failed, and another one takes the seat. */
  #left(seat: Seat<Task, Answer>, worker: Worker): void {
    if (this.#closed || seat.worker !== worker) return
    const wasReady = seat.ready
    seat.ready = false
    this.#over(seat, ({ reject }) => reject(new RequestError(ENDED)))
    const starting = this.#started.get(seat)
    this.#started.delete(seat)
    starting?.reject(new RequestError(ENDED))
    // One that ends before it is ready would end again.
    if (wasReady) this.#occupy(seat).catch((error: unknown) => this.report(String(error)))
  }

  #over(seat: Seat<Task, Answer>, settle: (errand: Errand<Task, Answer>) => void): void {
    const { errand } = seat
    seat.errand = undefined
    seat.end?.()
    seat.end = undefined
    if (errand) settle(errand)
    this.#next()
  }

  #withdraw(errand: Errand<Task, Answer>): void {
    const place = this.#queue.indexOf(errand)
    if (place >= 0) {
      this.#queue.splice(place, 1)
      errand.reject(problem(503, WITHDRAWN))
    } else this.#seats.find((seat) => seat.errand === errand)?.end?.()
  }

  #next(): void {
    for (;;) {
      const seat = this.#seats.find(({ ready, errand }) => ready && !errand)
      const place = seat ? this.#queue.findIndex((errand) => this.#mayRun(errand)) : -1
      if (!seat || place < 0) return
      this.#begin(seat, this.#queue.splice(place, 1)[0]!)
    }
  }

  #mayRun({ lasting }: Errand<Task, Answer>): boolean {
    const lastingNow = this.#seats.filter(({ errand }) => errand?.lasting).length
    return !lasting || lastingNow < Math.max(1, this.#seats.length - 1)
  }

  #begin(seat: Seat<Task, Answer>, errand: Errand<Task, Answer>): void {
    const stop = new SharedArrayBuffer(4)
    const { worker } = seat
    seat.errand = errand
    let patience: NodeJS.Timeout | undefined
    const ask = () => {
      Atomics.store(new Int32Array(stop), 0, 1)
      patience ??= setTimeout(() => void worker.terminate(), PATIENCE)
    }
    const { seconds } = errand
    const late = (limit: number) => () => {
      ask()
      errand.reject(problem(503, tooLong(limit)))
    }
    const limit = seconds === undefined ? undefined : setTimeout(late(seconds), 1000 * seconds)
    seat.end = () => {
      clearTimeout(limit)
      // Called when the task is over, and when it is to be.
      if (seat.errand === errand) ask()
      else clearTimeout(patience)
    }
    errand.progress('begun', 0)
    worker.postMessage({ task: errand.task, stop } satisfies ThreadTask<Task>)
  }
}

const ENDED: Problem = {
  status: 503,
  title: 'The service cannot answer now.',
  code: 'worker-ended',
  got: 'a thread that ended while it worked',
  expected: 'to run to its end',
  try: 'fewer rows'
}

const WITHDRAWN = { code: 'withdrawn', got: 'a request that was withdrawn', expected: 'to wait for the answer', try: 'asking again' }

/** The answer of a service that is ending. */
export const closing = () =>
  problem(503, { code: 'closing', got: 'a service that is ending', expected: 'one that stays', try: 'asking again', retryAfter: 5 })

const tooLong = (seconds: number) => ({
  code: 'too-long',
  got: `a request that computes for over ${seconds} s`,
  expected: 'one within the limit of the service',
  try: 'fewer rows, a job (POST /v1/jobs), or asking for a higher --max-seconds'
})
