import {
  ConditionMemory,
  continueNumbers,
  type Encoded,
  type Engine,
  type FitJob,
  fitTable,
  type GlobalModel,
  inferTable,
  type JobContext,
  packModel,
  presentTable,
  type RawTable,
  StopError,
  type StopSignal,
  saveGlobal,
  type Table
} from '@sbridge/core'
import { extensionOf, parseTable, serializeTable, tableFormatOf } from 'sbridge/internal'
import { placingOf, unplaced } from './axis.js'
import { countingEngine } from './counting-engine.js'
import { type DrawnRows, drawRows } from './draw.js'
import { openEngine } from './engine.js'
import { barsLike, firstAxes, previewOf, tableFacts } from './facts.js'
import { faultOf } from './fault.js'
import type { BenchToPainter, Choice, FromBench, RowFormat, RunRequest, Support, TableFacts, ToBench } from './messages.js'
import { estimateOf, JobShare, type Reached } from './progress.js'
import { searchName } from './search-name.js'
import { type AxisPair, placesOf, Trail } from './trail.js'

const PREVIEW_ROWS = 8

interface Drawn extends DrawnRows {
  readonly model: GlobalModel
}

/** A model, what it was made from, and what draws from it found out. */
interface Fitted {
  readonly job: string
  readonly model: GlobalModel
  readonly memory: ConditionMemory
}

/** What a measuring worker is handed. */
export interface Subject {
  readonly model: GlobalModel
  readonly rows: Table
  readonly support: Support | null
  readonly seed: number
}

type Progress = NonNullable<Parameters<typeof fitTable>[2]['progress']>

/** The worker that holds the table, the model and the rows: reads, fits, draws and writes. */
export class Bench {
  readonly #say: (message: FromBench, transfer?: Transferable[]) => void
  #painter: MessagePort | undefined
  #engine: Promise<Engine> | undefined
  #raw: RawTable | undefined
  #name = ''
  #real: Table | undefined
  #axes: AxisPair | undefined
  #trail: Trail | undefined
  #facts: TableFacts | undefined
  #fitted: Fitted | undefined
  /** The newest run that is not to go on. Shared memory: a worker that computes reads no messages. */
  #ended: Int32Array = new Int32Array(1)
  #drawn: Drawn | undefined
  /** What searches found before, by everything they depend on: the choice of scalings does not depend on ε. */
  readonly #searches = new Map<string, Pick<GlobalModel['summary'], 'scaling' | 'bandwidth'>>()

  constructor(say: (message: FromBench, transfer?: Transferable[]) => void) {
    this.#say = say
  }

  async handle(message: ToBench): Promise<void> {
    const during = message.kind === 'open' ? 'open' : message.kind === 'choose' ? 'choose' : message.kind === 'run' ? 'run' : 'export'
    try {
      await this.#do(message)
    } catch (error) {
      if (error instanceof StopError && message.kind === 'run') this.#say({ kind: 'stopped', run: message.run })
      else this.#say({ kind: 'refused', during, fault: faultOf(error) })
    }
  }

  async #do(message: ToBench): Promise<void> {
    if (message.kind === 'painter') this.#painter = message.port
    if (message.kind === 'open') await this.#open(message)
    if (message.kind === 'choose') this.#choose(message.choice)
    if (message.kind === 'axes') this.#setAxes(message.x, message.y)
    if (message.kind === 'run') await this.#run(message.request, message.run)
    if (message.kind === 'ended') this.#ended = message.run
    if (message.kind === 'rows') await this.#exportRows(message.format)
    if (message.kind === 'model') this.#exportModel()
    if (message.kind === 'subject') this.#handOver(message.port, message.seed)
  }

  async #open({ blob, name, choice }: { blob: Blob; name: string; choice: Choice }): Promise<void> {
    const format = tableFormatOf(name)
    const bytes = new Uint8Array(await blob.arrayBuffer())
    this.#raw = await parseTable(bytes, format, { source: name })
    this.#name = name
    this.#choose(choice)
    void this.#makeEngine()
  }

  #choose(choice: Choice): void {
    const raw = this.#raw!
    const facts = tableFacts(raw, choice)
    this.#real = continueNumbers(inferTable(raw, choice), choice).table
    this.#trail = undefined
    this.#drawn = undefined
    this.#fitted = undefined
    this.#facts = facts
    this.#say({ kind: 'opened', facts, axes: firstAxes(this.#real) })
  }

  #setAxes(x: string, y: string): void {
    const real = this.#real!
    const column = (name: string) => real.columns.find((one) => one.name === name && one.kind !== 'identifier')
    const [first, second] = [column(x), column(y)]
    if (!first || !second) return
    this.#axes = { x: placingOf(first), y: placingOf(second) }
    this.#sayFrame()
    this.#paint({ kind: 'real', places: placesOf(real, this.#axes) })
    this.#paintSteps(false)
  }

  #sayFrame(): void {
    const axes = this.#axes!
    const real = unplaced(placesOf(this.#real!, axes))
    const synthetic = this.#drawn ? unplaced(placesOf(this.#drawn.table, axes)) : null
    this.#say({ kind: 'axes', frame: { x: axes.x.axis, y: axes.y.axis, real, synthetic } })
  }

  #paintSteps(drawn: boolean): void {
    const trail = this.#trail
    if (trail) this.#paint({ kind: 'steps', drawn, steps: Array.from({ length: trail.length }, (_, k) => trail.places(k, this.#axes!)) })
  }

  #paint(message: BenchToPainter): void {
    const buffers = message.kind === 'steps' ? message.steps.map((one) => one.buffer) : 'places' in message ? [message.places.buffer] : []
    this.#painter?.postMessage(message, buffers as ArrayBuffer[])
  }

  #makeEngine(): Promise<Engine> {
    this.#engine ??= openEngine()
    return this.#engine
  }

  async #run(request: RunRequest, run: number): Promise<void> {
    const { job, draws, rows, show } = request
    const start = performance.now()
    const { steps } = draws
    const { progress, work } = this.#progress(request, run)
    const engine = countingEngine(await this.#makeEngine(), work)
    const context = { engine, progress, stop: this.#stopOf(run) }
    const { model, memory } = await this.#fit(job, context)
    this.#say({ kind: 'fitted', run, summary: model.summary, curve: model.summary.bandwidth ?? null })
    const trail = new Trail(model.training.encoder, { rows, steps })
    const onStep = (state: Encoded, step: number) => {
      // Only now: what is refused leaves the picture as it is.
      if (step === 0 && show === 'play') {
        this.#trail = trail
        this.#paint({ kind: 'clear' })
      }
      this.#addStep(trail, state, { step, steps, show })
    }
    const drawn = await drawRows(model, request, { ...context, memory, onStep })
    this.#trail = trail
    this.#drawn = { model, ...drawn }
    if (show === 'morph') this.#paintSteps(true)
    this.#sayFrame()
    const { table, formats, support } = drawn
    const preview = previewOf(presentTable(firstRows(table), formats, 'text'), PREVIEW_ROWS)
    const bars = barsLike(this.#facts!.columns, table)
    this.#say({ kind: 'sampled', run, preview, support, bars, milliseconds: performance.now() - start })
  }

  /** What is told of how far a run is: by what its stages report, and by the pairs that the engine has gone through. */
  #progress(request: RunRequest, run: number): { readonly progress: Progress; readonly work: (pairs: number) => void } {
    const known = this.#knownSearch(request.job)
    const asked = { ...request, job: searched(request.job, known) }
    const share = new JobShare(estimateOf(this.#raw!, asked, { fits: this.#fitted?.job !== JSON.stringify(request.job) }))
    let stage = 'starting'
    let told = 0
    const tell = (reached: Reached) => {
      const now = performance.now()
      if (now - told < 60) return
      told = now
      this.#say({ kind: 'progress', run, stage, ...reached })
    }
    return {
      progress: (event) => {
        stage = event.stage
        tell(share.update(event))
      },
      work: (pairs) => tell(share.work(pairs))
    }
  }

  #stopOf(run: number): StopSignal {
    const stopped = () => Atomics.load(this.#ended, 0) >= run
    return {
      get aborted() {
        return stopped()
      }
    }
  }

  /** The model of a job: the one at hand where only what is drawn from it has changed. */
  async #fit(job: FitJob, context: JobContext): Promise<Fitted> {
    const name = JSON.stringify(job)
    if (this.#fitted?.job === name) return this.#fitted
    const known = this.#knownSearch(job)
    const { summary, ...rest } = await fitTable(this.#raw!, searched(job, known), context)
    // What is found again without a search is told as the search told it.
    const bandwidth = job.bandwidth === undefined ? known?.bandwidth : undefined
    const model = known
      ? { ...rest, summary: { ...summary, scaling: known.scaling, ...(bandwidth ? { bandwidth } : {}) } }
      : { ...rest, summary }
    const { scaling } = model.summary
    const found = model.summary.bandwidth ?? known?.bandwidth
    this.#searches.set(searchName(job), { scaling, ...(found ? { bandwidth: found } : {}) })
    this.#fitted = { job: name, model, memory: new ConditionMemory() }
    return this.#fitted
  }

  #handOver(port: MessagePort, seed: number): void {
    const { model, table, support } = this.#drawn!
    port.postMessage({ model, rows: table, support, seed } satisfies Subject)
  }

  #addStep(trail: Trail, state: Encoded, { step, steps, show }: { step: number; steps: number; show: RunRequest['show'] }): void {
    if (!trail.add(state, step, step === steps) || show === 'morph') return
    this.#paint({ kind: 'step', places: trail.places(trail.length - 1, this.#axes!), step, steps })
  }

  /** An earlier search that leaves nothing of this job to be searched for. */
  #knownSearch(job: FitJob): Pick<GlobalModel['summary'], 'scaling' | 'bandwidth'> | undefined {
    const known = this.#searches.get(searchName(job))
    return typeof job.bandwidth === 'number' || known?.bandwidth ? known : undefined
  }

  async #exportRows(format: RowFormat): Promise<void> {
    const { table, formats } = this.#drawn!
    const cells = format === 'csv' || format === 'tsv' ? 'text' : 'typed'
    const bytes = await serializeTable(presentTable(table, formats, cells), format)
    this.#say({ kind: 'file', name: `${stemOf(this.#name)}-new.${format}`, blob: new Blob([bytes as BlobPart]) })
  }

  #exportModel(): void {
    const bytes = packModel(saveGlobal(this.#drawn!.model))
    this.#say({ kind: 'file', name: `${stemOf(this.#name)}.sbridge`, blob: new Blob([bytes as BlobPart]) })
  }
}

/** A job with what a search found in the place of the search: the same bytes. */
function searched(job: FitJob, known: Pick<GlobalModel['summary'], 'scaling' | 'bandwidth'> | undefined): FitJob {
  if (!known) return job
  const { epsilon } = known.bandwidth ?? {}
  return { ...job, scaling: known.scaling.methods, ...(job.bandwidth === undefined && epsilon !== undefined ? { bandwidth: epsilon } : {}) }
}

/** Name of a file without its extension. */
function stemOf(name: string): string {
  return name.slice(0, name.length - extensionOf(name).length) || 'rows'
}

function firstRows(table: Table): Table {
  const count = Math.min(PREVIEW_ROWS, table.rowCount)
  const columns = table.columns.map((column) => {
    if (column.kind === 'identifier') return column
    if ('codes' in column) return { ...column, codes: column.codes.subarray(0, count) }
    return {
      ...column,
      values: column.values.subarray(0, count),
      ...(column.missing ? { missing: column.missing.subarray(0, count) } : {})
    }
  })
  return { columns, rowCount: count }
}
