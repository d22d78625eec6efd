import { EngineError, StopError } from '../../num/errors.js'
import type { StopSignal } from '../../num/iterate.js'
import { SLICE } from '../../num/pause.js'
import type { WasmMemory, WasmModule } from '../../num/webassembly.js'
import { ACTIVE, ASLEEP, EPOCH, LOOKS, OPEN, TICKET, UNITS, type WasmHost, type WasmWorker } from './host.js'
import type { WasmKernels } from './module.js'

interface PoolParts {
  readonly memory: WasmMemory
  readonly module: WasmModule
  readonly kernels: WasmKernels
  readonly host: WasmHost
  /** The calling thread included. */
  readonly threads: number
  readonly stop?: StopSignal | undefined
}

/** Units of a job from `first` to before `end`. */
interface Units {
  readonly first: number
  readonly end: number
}

/** Arithmetic operations below which a job is not worth waking the workers. */
export const SHARED_WORK = 4e6

/**
 * Threads over one memory. The units of a job are handed out by an atomic counter to the calling thread and the
 * workers alike; who works on which unit changes no result. Workers start with the first job worth sharing.
 */
export class Pool {
  readonly #parts: PoolParts
  #workers: WasmWorker[] = []
  /** Why a worker died. What it worked on is lost, and the memory may be half-written: no job can be run any more. */
  #death: string | undefined

  constructor(parts: PoolParts) {
    this.#parts = parts
  }

  /** Made anew for each job: memory that is not shared moves when it grows. */
  get #control(): Int32Array {
    return new Int32Array(this.#parts.memory.buffer, 0, 16)
  }

  /**
   * Runs units `first` … `end` − 1, of so many operations, of the job in memory. Throws `StopError` when asked to stop, between two units, and
   * `EngineError` when a worker has died, now or before.
   */
  async run({ first, end }: Units, { work }: { readonly work: number }): Promise<void> {
    this.#checkAlive()
    const control = this.#control
    Atomics.store(control, TICKET, first)
    Atomics.store(control, UNITS, end)
    // What else is to be done in this thread goes on while the others begin.
    if (work > SHARED_WORK && end - first > 1 && this.#open()) await this.#parts.host.pause()
    try {
      await this.#work({ first, end })
    } finally {
      Atomics.store(control, TICKET, end)
      Atomics.store(control, OPEN, 0)
      await this.#quiet()
    }
  }

  stop(): void {
    for (const worker of this.#workers) worker.stop()
    this.#workers = []
  }

  /** Whether there are others that work. */
  #open(): boolean {
    const { host, threads, memory, module } = this.#parts
    const others = Math.min(threads - 1, host.free?.() ?? threads)
    if (!host.startWorker || others < 1) return false
    try {
      while (this.#workers.length < others) {
        const message = { memory, module, thread: this.#workers.length + 1 }
        this.#workers.push(host.startWorker(message, (cause) => this.#bury(cause)))
      }
    } catch (error) {
      this.#bury(error instanceof Error ? error.message : String(error))
      this.#checkAlive()
    }
    const control = this.#control
    Atomics.store(control, OPEN, 1)
    Atomics.add(control, EPOCH, 1)
    // One that falls asleep later sees the new number first.
    if (Atomics.load(control, ASLEEP) > 0) Atomics.notify(control, EPOCH)
    return true
  }

  async #work({ first, end }: Units): Promise<void> {
    const { host, kernels, stop } = this.#parts
    const control = this.#control
    const start = host.now()
    let since = start
    for (;;) {
      const unit = Atomics.add(control, TICKET, 1)
      if (unit >= end) return
      kernels.run(0, unit)
      if (!(host.now() - since > SLICE)) continue
      await host.pause()
      this.#checkAlive()
      if (stop?.aborted) throw new StopError('a reduction')
      if (control[OPEN] === 1) host.meanwhile?.(((host.now() - start) * (end - unit)) / (unit - first + 1))
      since = host.now()
    }
  }

  #bury(cause: string): void {
    this.#death ??= cause
    this.stop()
  }

  #checkAlive(): void {
    if (this.#death === undefined) return
    throw new EngineError({
      code: 'engine-worker',
      got: `a thread of the engine that died (${this.#death})`,
      expected: 'every thread to live until the engine is closed',
      try: 'fewer threads, or more memory'
    })
  }

  /** Waits until every worker has finished its unit: first without giving way, since units are short. */
  async #quiet(): Promise<void> {
    const control = this.#control
    for (let look = 0; look < LOOKS; look++) if (Atomics.load(control, ACTIVE) === 0) return
    while (Atomics.load(control, ACTIVE) !== 0) {
      await this.#parts.host.pause()
      this.#checkAlive()
    }
  }
}
