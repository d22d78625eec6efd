import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { isatty } from 'node:tty'
import { setFlagsFromString } from 'node:v8'
import { SHARE_ENV, Worker } from 'node:worker_threads'
import { removeFiles } from '../format/temporary.js'
import { causeOf, endedByItself, mistake, sentences, tooFewAddresses } from '../host/causes.js'
import { type JobData, type JobMessage, ownBytes, type PlainError, type SupervisorMessage, type Terminals } from './messages.js'

/** Milliseconds in which an interrupted job must give way: only native code does not. */
const PATIENCE = 700
/** Of what a job has just made, and drops mostly at once. By itself V8 lets it grow to 48 MB: a report of penguins took 25 MB more, and no less time. A half of this takes 6 % more time for a report of 5,000 rows, and 8 MB less. */
const YOUNG_MEGABYTES = 12
/**
 * Bytes of a function's code that run before V8 compiles it for speed: four times what Node 20 takes by itself where its compiler has a
 * core beside the job's, and sixteen times where it has none. Most functions that a report has compiled run for a moment only: at four
 * times one of penguins takes 3 to 7 % more of all cores, but 13 % less of the job's thread, and one of 20,000 × 12 as much and 5 % less.
 */
const INTERRUPT_BUDGET = (availableParallelism() > 1 ? 4 : 16) * 67_584
/** Bytes of the code of others that V8 compiles into a function, a third of what Node 20 takes: they took a thirtieth of a report of penguins, and one of 5,000 × 10 goes no faster with them. */
const MOST_INLINED = 300
/** Shows the cursor and wraps lines again: a bar of progress does neither. */
const TERMINAL_AS_BEFORE = '\u001b[?25h\u001b[?7h'

/**
 * Runs a job in a thread of its own and ends the process with its exit code. This thread stays free, so that SIGINT and
 * SIGTERM end any job at any moment, with 130. It loads nothing heavy: an early Ctrl-C is a Ctrl-C.
 */
export function supervise(job: URL, args: readonly string[]): void {
  new Supervisor().start(job, args)
}

/** Later ones have a compiler between, and other budgets. Must come before the job's thread is there. */
function compileLater(): void {
  if (Number(process.versions.node.split('.')[0]) < 22) {
    setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`)
    setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${MOST_INLINED}`)
  }
}

class Supervisor {
  readonly #temporary = new Set<string>()
  #worker: Worker | undefined
  #input: AsyncIterator<Uint8Array> | undefined
  #output: NodeJS.WriteStream | undefined
  #interrupted = false
  #limit: NodeJS.Timeout | undefined
  /** Milliseconds in which the job ends by itself; it has been asked to when they are none. */
  #drains: number | undefined
  /** Whether what went wrong has been said. */
  #failed = false
  /** The job's exit code, once it is known. */
  #code: number | undefined

  start(job: URL, args: readonly string[]): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => this.#interrupt())
    // Nobody may be listening to what is said; what is lost of standard output is told to the job, write by write.
    process.stderr.on('error', () => {})
    const limited = tooFewAddresses(limitsOfProcess())
    if (limited) {
      say(sentences(limited))
      process.exit(1)
    }
    compileLater()
    try {
      const workerData: JobData = { ...terminals(), inputIsTerminal: isatty(0) }
      // The thread's own standard streams stay unread: it replaces them.
      const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MEGABYTES }
      this.#worker = new Worker(job, { argv: [...args], env: SHARE_ENV, stdout: true, stderr: true, workerData, resourceLimits })
    } catch (error) {
      this.#fail(error)
      process.exit(1)
    }
    this.#worker
      .on('message', (message: JobMessage) => this.#hear(message))
      .on('error', (error) => this.#fail(error))
      .on('exit', (code) => this.#over(code))
    const terminal = isatty(1) ? process.stdout : isatty(2) ? process.stderr : undefined
    terminal?.on('resize', () => this.#tell({ kind: 'resized', terminals: terminals() }))
  }

  #hear(message: JobMessage): void {
    // Nothing follows the last words; which files are half-written must be known even so.
    if (this.#interrupted && message.kind !== 'temporary') return
    switch (message.kind) {
      case 'write':
        this.#write(message.bytes)
        break
      case 'say':
        say(message.bytes)
        break
      case 'read':
        void this.#read()
        break
      case 'temporary':
        if (message.stands) this.#temporary.add(message.path)
        else this.#temporary.delete(message.path)
        break
      case 'drains':
        this.#drains = message.milliseconds
        break
      case 'limit':
        clearTimeout(this.#limit)
        if (message.milliseconds !== undefined) this.#limit = setTimeout(() => this.#expire(message.words!), message.milliseconds)
        break
      case 'finished':
        this.#code = message.code
    }
  }

  #tell(message: SupervisorMessage): void {
    this.#worker!.postMessage(message)
  }

  #write(bytes: Uint8Array): void {
    // The callback has the error.
    this.#output ??= process.stdout.on('error', () => {})
    this.#output.write(bytes, (error) => this.#tell({ kind: 'written', ...(error ? { error: plain(error) } : {}) }))
  }

  async #read(): Promise<void> {
    try {
      this.#input ??= process.stdin[Symbol.asyncIterator]()
      const { value } = await this.#input.next()
      this.#tell({ kind: 'input', ...(value ? { bytes: ownBytes(value) } : {}) })
    } catch (error) {
      this.#tell({ kind: 'input', error: plain(error) })
    }
  }

  #interrupt(): void {
    if (this.#interrupted) return
    if (this.#drains !== undefined) {
      this.#drain(this.#drains)
      return
    }
    this.#interrupted = true
    say(`${process.stderr.isTTY ? TERMINAL_AS_BEFORE : ''}\nsbridge: interrupted; no file is half-written\n`)
    setTimeout(() => {
      removeFiles(this.#temporary)
      dieOfInterrupt()
    }, PATIENCE)
    void this.#worker?.terminate()
  }

  /** Ends a job whose time for something is over, like an interrupt but with words of its own. */
  #expire(words: string): void {
    if (this.#interrupted) return
    this.#interrupted = true
    this.#code = 2
    say(words)
    // A thread that is stuck in native code ends with the process, whose exit code is then that of a signal.
    setTimeout(() => {
      removeFiles(this.#temporary)
      process.kill(process.pid, 'SIGKILL')
    }, PATIENCE)
    void this.#worker?.terminate()
  }

  /** Asks a job to end by itself; the next signal, or the end of its time, ends it. */
  #drain(milliseconds: number): void {
    this.#drains = undefined
    this.#tell({ kind: 'interrupt' })
    setTimeout(() => this.#interrupt(), milliseconds).unref()
  }

  /** Says what ended the job, when that was not for itself to say. */
  #fail(error: unknown): void {
    if (this.#interrupted || this.#failed) return
    this.#failed = true
    const cause = causeOf(error)
    say(cause ? sentences(cause) : mistake(error))
  }

  #over(code: number): void {
    const told = this.#code ?? (this.#interrupted ? 130 : undefined)
    if (told === undefined && !this.#failed) say(sentences(endedByItself(code)))
    this.#end(told ?? (code === 0 ? 1 : code))
  }

  #end(code: number): void {
    removeFiles(this.#temporary)
    process.exit(code)
  }
}

function say(what: string | Uint8Array): void {
  process.stderr.write(what)
}

function plain(error: unknown): PlainError {
  const { code, message } = error as NodeJS.ErrnoException
  return { code, message }
}

/** What Linux tells of them; elsewhere nothing. */
function limitsOfProcess(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return ''
  }
}

function terminals(): Terminals {
  const size = ({ columns, rows }: NodeJS.WriteStream) => ({ columns, rows })
  return { ...(isatty(1) ? { stdout: size(process.stdout) } : {}), ...(isatty(2) ? { stderr: size(process.stderr) } : {}) }
}

/** The end for a thread that is stuck in native code, which `process.exit` would wait for. */
function dieOfInterrupt(): void {
  process.removeAllListeners('SIGINT')
  process.kill(process.pid, 'SIGINT')
}
