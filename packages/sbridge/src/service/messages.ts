import type { Problem } from './problem.js'

/** A model's file, read. */
export interface ModelFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** What a thread of the service is told when it starts. */
export interface WorkerStart {
  readonly models: readonly ModelFile[]
  readonly engine: 'wasm' | 'wasm-relaxed' | 'reference'
  readonly precision: 'float64' | 'float32'
}

/** What a thread is told then. */
export interface ThreadTask<Task> {
  readonly task: Task
  /** One number: set to 1, the work ends soon. */
  readonly stop: SharedArrayBuffer
}

/** What it tells: that it stands ready, how far a task is, what came of it. */
export type ThreadMessage<Answer, Ready> =
  | { readonly kind: 'ready'; readonly ready: Ready }
  | { readonly kind: 'unready'; readonly problem: Problem }
  | { readonly kind: 'progress'; readonly stage: string; readonly share: number }
  | { readonly kind: 'done'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly detail?: string | undefined }
