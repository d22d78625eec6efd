import { InputError, type ProgressEvent, StopError, type SystemContext } from '@sbridge/core'
import { countingEngine, type StopSignal, secondsLeft } from '@sbridge/core/internal'
import type { Engine } from '@sbridge/core/kernels'
import type { RawTable } from '@sbridge/core/tables'
import { commandFor, extensionOf, parseTable, type Reading, readingContext, tableExtensions, tableFormatOf } from 'sbridge/internal'
import { openEngine } from './engine.js'
import { faultOf } from './fault.js'
import type { FromWork, Shape, Show, ToWork } from './protocol.js'
import type { Opened } from './provenance.js'

/** Milliseconds between two reports at least. */
const OFTEN = 60

/** How far a run is, from 0 to 1, by what its stages report and by the pairs that the engine has gone through. */
export interface Share {
  update(event: ProgressEvent): number
  work?(pairs: number): number
}

/** Where a run computes, and what it is handed besides what is asked for. */
export interface Tools<A extends Shape> extends SystemContext {
  readonly show: Show
  readonly interim: (found: A['interim']) => void
  readonly picture: (picture: A['picture']) => void
}

export interface SavedFile {
  /** What is put behind the name of the table. */
  readonly ending: string
  readonly content: BlobPart
}

/** The format of a file by its name. Throws `InputError` for those that the studio does not read. */
function formatOf(name: string): ReturnType<typeof tableFormatOf> {
  const extension = extensionOf(name)
  if (tableExtensions.includes(extension)) return tableFormatOf(name)
  if (extension === '.sbridge')
    throw new InputError({
      code: 'model-given',
      got: `the model ${name}`,
      expected: 'a table: models are for the command line',
      try: commandFor('sample', name, { rows: 1000, output: 'new.csv' })
    })
  throw new InputError({
    code: 'extension-unknown',
    got: extension === '' ? `the name ${name} without an extension` : `the extension ${extension} of ${name}`,
    expected: `one of ${tableExtensions.join(' ')}`,
    try: 'saving the table as CSV UTF-8 where it comes from'
  })
}

/** Bytes that no browser hands over in one piece. */
const TOO_LARGE = 2 ** 31

/** The table of a file. Throws what its reader does, and `InputError` for a file beyond what browsers read in one piece. */
export async function tableIn(blob: Blob, name: string, read: Reading): Promise<RawTable> {
  const format = formatOf(name)
  if (blob.size >= TOO_LARGE)
    throw new InputError({
      code: 'file-large',
      got: `a file of ${(blob.size / 1e9).toFixed(1)} GB, ${name}`,
      expected: 'less than 2 GB, which a browser reads in one piece',
      try: commandFor('sample', name, { rows: 1000, output: 'new.csv' })
    })
  return parseTable(new Uint8Array(await blob.arrayBuffer()), format, { ...readingContext(name, format, read), source: name })
}

/** What is done with one table in a worker: one thing at a time, but for what is looked at. */
export interface Work<A extends Shape> {
  /** What the page is told of a table, read as was chosen from the bytes of a file. */
  open(table: RawTable, choice: A['choice'], file: Blob): A['facts'] | Promise<A['facts']>
  /** Nothing where it cannot be shown. */
  look(look: A['look']): A['picture'] | undefined
  share(run: A['run']): Share | Promise<Share>
  run(run: A['run'], tools: Tools<A>): Promise<A['result']>
  save(file: A['file'], opened: Opened): Promise<SavedFile>
  join?(to: string, port: MessagePort): void
}

/** Keeps the table and the engine of a work, and speaks with its page. */
export class Desk<A extends Shape> {
  #engine: Promise<Engine> | undefined
  #table: RawTable | undefined
  #file: Blob | undefined
  #name = ''
  /** Shared memory: a worker that computes reads no messages. */
  #ended: Int32Array = new Int32Array(1)

  constructor(
    private readonly work: Work<A>,
    private readonly say: (message: FromWork<A>) => void
  ) {}

  async handle(message: ToWork<A>): Promise<void> {
    try {
      await this.#do(message)
    } catch (error) {
      if (error instanceof StopError && message.kind === 'run') this.say({ kind: 'stopped', turn: message.turn })
      else this.say({ kind: 'refused', during: message.kind, fault: faultOf(error) })
    }
  }

  async #do(message: ToWork<A>): Promise<void> {
    if (message.kind === 'open') await this.#open(message)
    if (message.kind === 'choose') this.say({ kind: 'opened', facts: await this.work.open(this.#table!, message.choice, this.#file!) })
    if (message.kind === 'run') await this.#run(message)
    if (message.kind === 'ended') this.#ended = message.turn
    if (message.kind === 'join') this.work.join?.(message.to, message.port)
    if (message.kind === 'look') {
      const picture = this.work.look(message.look)
      if (picture !== undefined) this.say({ kind: 'picture', picture })
    }
    if (message.kind === 'save') {
      const { ending, content } = await this.work.save(message.file, { name: this.#name, blob: this.#file! })
      this.say({ kind: 'file', name: this.#name.replace(/\.[^.]+$/, '') + ending, blob: new Blob([content]) })
    }
  }

  async #open({ blob, name, read, choice }: Extract<ToWork<A>, { kind: 'open' }>): Promise<void> {
    this.#table = await tableIn(blob, name, read)
    this.#name = name
    this.#file = blob
    this.say({ kind: 'opened', facts: await this.work.open(this.#table, choice, blob) })
    // Without an engine a table can be looked at: that there is none is told by a run.
    this.#engineOpened().catch(() => {})
  }

  /** An engine that could not be opened may be another time, when there is memory again. */
  async #engineOpened(): Promise<Engine> {
    this.#engine ??= openEngine()
    try {
      return await this.#engine
    } catch (error) {
      this.#engine = undefined
      throw error
    }
  }

  async #run({ run, show, turn }: Extract<ToWork<A>, { kind: 'run' }>): Promise<void> {
    const start = performance.now()
    const share = await this.work.share(run)
    let told = 0
    let stage = 'starting'
    const tell = (share: number): void => {
      const now = performance.now()
      if (now - told < OFTEN) return
      told = now
      this.say({ kind: 'progress', turn, stage, share, secondsLeft: secondsLeft(share, (now - start) / 1000) })
    }
    const progress = (event: ProgressEvent) => {
      stage = event.stage
      tell(share.update(event))
    }
    const engine = countingEngine(await this.#engineOpened(), (pairs) => {
      if (share.work) tell(share.work(pairs))
    })
    const result = await this.work.run(run, {
      engine,
      progress,
      stop: this.#stopOf(turn),
      show,
      interim: (found) => this.say({ kind: 'interim', turn, found }),
      picture: (picture) => this.say({ kind: 'picture', picture })
    })
    this.say({ kind: 'done', turn, result, seconds: (performance.now() - start) / 1000 })
  }

  #stopOf(turn: number): StopSignal {
    const stopped = () => Atomics.load(this.#ended, 0) >= turn
    return {
      get aborted() {
        return stopped()
      }
    }
  }
}
