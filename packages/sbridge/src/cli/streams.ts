import { Readable, Writable } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'
import { type JobData, type JobMessage, ownBytes, type PlainError, type SupervisorMessage, type TerminalSize } from './messages.js'

/** Bytes of one message: a large table is never held twice. */
const PIECE = 1 << 20

/**
 * Standard streams of the job's thread: what it writes and reads goes through the supervisor, which does it as a
 * program of one thread would. They replace those of `process`, which in a thread know no terminal, no failed write
 * and no slow reader. Must come before anything writes.
 */
export function connectStreams(port: MessagePort, data: JobData): void {
  const line = new Line(port)
  const stdout = new Output(line, data.stdout)
  const stderr = new ErrorOutput(port, data.stderr)
  const stdin = new Input(line, data.inputIsTerminal)
  port.on('message', (message: SupervisorMessage) => {
    if (message.kind === 'input') stdin.arrived(message)
    else if (message.kind === 'written') stdout.written(message.error)
    else if (message.kind === 'resized') {
      stdout.resize(message.terminals.stdout)
      stderr.resize(message.terminals.stderr)
    }
  })
  // Listening must not keep a job alive that waits for nothing.
  port.unref()
  for (const [name, value] of Object.entries({ stdout, stderr, stdin }))
    Object.defineProperty(process, name, { value, configurable: true, enumerable: true })
}

/** The way to the supervisor: keeps the thread alive while an answer is due. */
class Line {
  #due = 0

  constructor(private readonly port: MessagePort) {}

  ask(message: JobMessage): void {
    if (this.#due++ === 0) this.port.ref()
    this.port.postMessage(message)
  }

  answered(): void {
    if (--this.#due === 0) this.port.unref()
  }
}

abstract class TerminalOutput extends Writable {
  readonly isTTY: boolean
  columns: number | undefined
  rows: number | undefined

  constructor(size: TerminalSize | undefined) {
    super()
    this.isTTY = size !== undefined
    this.columns = size?.columns
    this.rows = size?.rows
  }

  resize(size: TerminalSize | undefined): void {
    if (!size) return
    this.columns = size.columns
    this.rows = size.rows
    this.emit('resize')
  }
}

/** Waits until what it gave is written, so that a slow reader slows it down and a failed write is told. */
class Output extends TerminalOutput {
  #rest: Uint8Array = new Uint8Array()
  #done: () => void = () => {}

  constructor(
    private readonly line: Line,
    size: TerminalSize | undefined
  ) {
    super(size)
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.#rest = chunk
    this.#done = done
    this.#send()
  }

  written(error: PlainError | undefined): void {
    this.line.answered()
    // Told as an event only: a failed callback would end the stream, where those of a process go on and may fail again.
    if (error) this.emit('error', systemError(error))
    if (error || this.#rest.length === 0) this.#done()
    else this.#send()
  }

  #send(): void {
    const bytes = ownBytes(this.#rest.subarray(0, PIECE))
    this.#rest = this.#rest.subarray(PIECE)
    this.line.ask({ kind: 'write', bytes })
  }
}

/** Waits for nothing: what is said of progress must leave a thread that never gives way. */
class ErrorOutput extends TerminalOutput {
  constructor(
    private readonly port: MessagePort,
    size: TerminalSize | undefined
  ) {
    super(size)
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.port.postMessage({ kind: 'say', bytes: ownBytes(chunk) } satisfies JobMessage)
    done()
  }
}

class Input extends Readable {
  constructor(
    private readonly line: Line,
    readonly isTTY: boolean
  ) {
    super()
  }

  override _read(): void {
    this.line.ask({ kind: 'read' })
  }

  arrived({ bytes, error }: Extract<SupervisorMessage, { kind: 'input' }>): void {
    this.line.answered()
    if (error) this.destroy(systemError(error))
    else this.push(bytes ?? null)
  }
}

function systemError({ code, message }: PlainError): Error {
  return Object.assign(new Error(message), { code })
}
