/** Width and height of a terminal, in characters. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** Sizes of standard output and standard error, where they are terminals. */
export interface Terminals {
  readonly stdout?: TerminalSize | undefined
  readonly stderr?: TerminalSize | undefined
}

/** What the job's thread is told when it starts. */
export interface JobData extends Terminals {
  readonly inputIsTerminal: boolean
}

/** What an error of a system call keeps on its way between threads: by itself it would lose its code. */
export interface PlainError {
  readonly code?: string | undefined
  readonly message: string
}

/** What the job's thread tells the supervisor. */
export type JobMessage =
  /** Bytes for standard output; the answer says when they are written. */
  | { readonly kind: 'write'; readonly bytes: Uint8Array }
  /** Bytes for standard error, where none waits to be heard. */
  | { readonly kind: 'say'; readonly bytes: Uint8Array }
  /** Asks for the next piece of standard input. */
  | { readonly kind: 'read' }
  /** A temporary file that is about to be made, or is no longer one. */
  | { readonly kind: 'temporary'; readonly path: string; readonly stands: boolean }
  /** From now on the job ends by itself when it is interrupted, within this time. */
  | { readonly kind: 'drains'; readonly milliseconds: number }
  /** Ends the job with these words (exit code 2) after so long; none: it was in time. */
  | { readonly kind: 'limit'; readonly milliseconds?: number; readonly words?: string }
  /** The last message: all is done or said, and this is the exit code. */
  | { readonly kind: 'finished'; readonly code: number }

/** What the supervisor tells the job's thread. */
export type SupervisorMessage =
  | { readonly kind: 'written'; readonly error?: PlainError | undefined }
  /** The next piece of standard input; neither bytes nor error at its end. */
  | { readonly kind: 'input'; readonly bytes?: Uint8Array | undefined; readonly error?: PlainError }
  | { readonly kind: 'resized'; readonly terminals: Terminals }
  /** To a job that drains: it is to end. */
  | { readonly kind: 'interrupt' }

/** The bytes in a buffer of their own: a message carries the whole buffer behind what it holds. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}
