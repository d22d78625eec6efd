import { now, pause } from '../../num/pause.js'
import type { WasmModule } from '../../num/webassembly.js'

/** A running worker. */
export interface WasmWorker {
  stop(): void
}

/** What the engine needs of its surroundings; Node and browsers each have one. */
export interface WasmHost {
  /** Whether memory can be shared with workers (in browsers: cross-origin isolation). */
  readonly shared: boolean
  /** Milliseconds of a steady clock: decides only when to pause, never a result. */
  now(): number
  /** Gives the event loop a turn. */
  pause(): Promise<void>
  /** Called when other threads have work for about so many milliseconds yet: what this one has to do besides. */
  meanwhile?(milliseconds: number): void
  /** Other threads that are free to work on a reduction; absent: all. */
  free?(): number
  /** Called around the compilation of the kernels, which `compile` begins. Absent: as the host compiles any module. */
  compiling?(compile: () => Promise<WasmModule>): Promise<WasmModule>
  /**
   * Runs `WORKER_SOURCE` in a new thread, its function `serve` called with `message`. Absent: one thread.
   *
   * `died` must be called, with why, when the thread ends without having been stopped: who waits for it would wait for
   * ever.
   */
  startWorker?(message: WorkerMessage, died: (cause: string) => void): WasmWorker
}

export interface WorkerMessage {
  readonly memory: object
  readonly module: object
  readonly thread: number
}

/** Words of the control block at address 0 of the memory. */
export const EPOCH = 0
export const OPEN = 1
export const TICKET = 2
export const UNITS = 3
export const ACTIVE = 4
export const ASLEEP = 5

/**
 * Looks at whether there is something new before a thread sleeps, or gives way: about as long as it takes to wake one, so that at most twice
 * the least time is spent, whenever the next job comes.
 * @source Karlin, Li, Manasse and Owicki, *Empirical studies of competitive spinning for a shared-memory multiprocessor*, 1991.
 */
export const LOOKS = 20000

/**
 * The whole program of a worker: wait for a job, take tickets until none is left. A worker counts itself active before
 * it looks whether a job is open, so the caller, which closes the job and then waits for no one to be active, never
 * changes a job under it. It sleeps only when no other job has come for as long as it takes to be woken. One that fails dies, still counted.
 */
export const WORKER_SOURCE = `function serve({ memory, module, thread }) {
  const control = new Int32Array(memory.buffer, 0, 16)
  const { run } = new WebAssembly.Instance(module, { env: { memory } }).exports
  for (;;) {
    const epoch = Atomics.load(control, ${EPOCH})
    Atomics.add(control, ${ACTIVE}, 1)
    if (Atomics.load(control, ${OPEN}) === 1) {
      const units = Atomics.load(control, ${UNITS})
      for (let unit; (unit = Atomics.add(control, ${TICKET}, 1)) < units; ) run(thread, unit)
    }
    Atomics.sub(control, ${ACTIVE}, 1)
    let looks = 0
    while (looks < ${LOOKS} && Atomics.load(control, ${EPOCH}) === epoch) looks++
    if (looks < ${LOOKS}) continue
    Atomics.add(control, ${ASLEEP}, 1)
    Atomics.wait(control, ${EPOCH}, epoch)
    Atomics.sub(control, ${ASLEEP}, 1)
  }
}
`

interface Surroundings {
  readonly crossOriginIsolated?: boolean
  readonly Worker?: new (url: string) => BrowserWorker
  readonly Blob?: new (parts: string[], options: { type: string }) => object
  readonly URL?: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void }
}

interface BrowserWorker {
  onerror: ((event: { readonly message?: string }) => void) | null
  postMessage(message: unknown): void
  terminate(): void
}

const surroundings = globalThis as unknown as Surroundings

/** One thread in any environment. */
export function plainHost(): WasmHost {
  return { shared: false, now, pause }
}

/** The script that `browserHost` runs; serve it at a URL of your own where the page's policy forbids `blob:` workers. */
export const BROWSER_WORKER_SOURCE = `${WORKER_SOURCE}onmessage = (event) => serve(event.data)\n`

/** Web Workers, from a Blob or from `workerUrl`. Falls back to one thread where the page is not cross-origin isolated. */
export function browserHost(options: { readonly workerUrl?: string } = {}): WasmHost {
  const { crossOriginIsolated, Worker, Blob, URL } = surroundings
  if (!crossOriginIsolated || !Worker) return plainHost()
  const startWorker = (message: WorkerMessage, died: (cause: string) => void): WasmWorker => {
    const made = options.workerUrl ?? URL!.createObjectURL(new Blob!([BROWSER_WORKER_SOURCE], { type: 'text/javascript' }))
    const worker = new Worker(made)
    // Without a message: the script could not be loaded.
    worker.onerror = (event) => died(event.message || 'its script could not be loaded')
    worker.postMessage(message)
    return {
      stop: () => {
        worker.terminate()
        if (options.workerUrl === undefined) URL!.revokeObjectURL(made)
      }
    }
  }
  return { shared: true, now, pause, startWorker }
}
