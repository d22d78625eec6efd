import {
  type Encoded,
  type Engine,
  type FitJob,
  fitTable,
  type GlobalModel,
  inferTable,
  packModel,
  presentRows,
  type RawTable,
  sampleTable,
  saveGlobal,
  type Table
} from '@sbridge/core'
import { extensionOf, parseTable, serializeTable, tableFormatOf } from '../../../sbridge/src/format/table-format.js'
import { hiddenCount, placingOf } from './axis.js'
import { openEngine } from './engine.js'
import { firstAxes, previewOf, tableFacts } from './facts.js'
import { faultOf } from './fault.js'
import type { BenchToPainter, Choice, FromBench, RowFormat, RunRequest, ToBench } from './messages.js'
import { estimateOf, JobShare } from './progress.js'
import { type AxisPair, placesOf, Trail } from './trail.js'

const PREVIEW_ROWS = 8

interface Drawn {
  readonly model: GlobalModel
  readonly rows: Table
}

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
  #drawn: Drawn | undefined
  /** Scalings that were chosen before, by everything the choice depends on: it does not depend on ε. */
  readonly #scalings = new Map<string, GlobalModel['summary']['scaling']>()

  constructor(say: (message: FromBench, transfer?: Transferable[]) => void) {
    this.#say = say
  }

  async handle(message: ToBench): Promise<void> {
    const during = message.kind === 'open' ? 'open' : message.kind === 'choose' ? 'choose' : message.kind === 'run' ? 'run' : 'export'
    try {
      await this.#do(message)
    } catch (error) {
      this.#say({ kind: 'refused', during, fault: faultOf(error) })
    }
  }

  async #do(message: ToBench): Promise<void> {
    if (message.kind === 'painter') this.#painter = message.port
    if (message.kind === 'open') await this.#open(message)
    if (message.kind === 'choose') this.#choose(message.choice)
    if (message.kind === 'axes') this.#setAxes(message.x, message.y)
    if (message.kind === 'run') await this.#run(message.request, message.run)
    if (message.kind === 'rows') await this.#exportRows(message.format)
    if (message.kind === 'model') this.#exportModel()
    if (message.kind === 'subject') message.port.postMessage({ ...this.#drawn, seed: message.seed })
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
    this.#real = inferTable(raw, choice).table
    this.#trail = undefined
    this.#drawn = undefined
    this.#say({ kind: 'opened', facts, axes: firstAxes(this.#real) })
  }

  #setAxes(x: string, y: string): void {
    const real = this.#real!
    const column = (name: string) => real.columns.find((one) => one.name === name && one.kind !== 'identifier')
    const [first, second] = [column(x), column(y)]
    if (!first || !second) return
    this.#axes = { x: placingOf(first), y: placingOf(second) }
    const places = placesOf(real, this.#axes)
    this.#say({ kind: 'axes', frame: { x: this.#axes.x.axis, y: this.#axes.y.axis, hidden: hiddenCount(places) } })
    this.#paint({ kind: 'real', places })
    const trail = this.#trail
    if (trail) this.#paint({ kind: 'steps', steps: Array.from({ length: trail.length }, (_, k) => trail.places(k, this.#axes!)) })
  }

  #paint(message: BenchToPainter): void {
    const buffers = message.kind === 'steps' ? message.steps.map((one) => one.buffer) : 'places' in message ? [message.places.buffer] : []
    this.#painter?.postMessage(message, buffers as ArrayBuffer[])
  }

  #makeEngine(): Promise<Engine> {
    this.#engine ??= openEngine()
    return this.#engine
  }

  async #run({ job, draws, rows, show }: RunRequest, run: number): Promise<void> {
    const raw = this.#raw!
    const start = performance.now()
    const engine = await this.#makeEngine()
    const steps = draws.steps ?? 20
    const known = this.#knownScaling(job)
    const actual = known ? { ...job, scaling: known.methods } : job
    const share = new JobShare(estimateOf(raw, actual, { rows, steps }))
    let told = 0
    const progress: NonNullable<Parameters<typeof fitTable>[2]['progress']> = (event) => {
      const now = performance.now()
      const state = share.update(event)
      if (now - told < 60) return
      told = now
      this.#say({ kind: 'progress', run, stage: event.stage, ...state })
    }
    const fitted = await fitTable(raw, actual, { engine, progress })
    const model = known ? { ...fitted, summary: { ...fitted.summary, scaling: known } } : fitted
    this.#scalings.set(scalingKey(job), model.summary.scaling)
    this.#say({ kind: 'fitted', run, summary: model.summary, curve: model.summary.bandwidth ?? null })
    const trail = new Trail(model.training.encoder, { rows, steps })
    this.#trail = trail
    if (show === 'play') this.#paint({ kind: 'clear' })
    const onStep = (state: Encoded, step: number) => this.#addStep(trail, state, { step, steps, show })
    const table = await sampleTable(model, { ...draws, rows, seed: job.seed ?? 1, onStep }, { engine, progress })
    this.#drawn = { model, rows: table }
    if (show === 'morph')
      this.#paint({ kind: 'steps', steps: Array.from({ length: trail.length }, (_, k) => trail.places(k, this.#axes!)) })
    const preview = previewOf(presentRows(model, { ...table, ...firstRows(table) }, 'text'), PREVIEW_ROWS)
    this.#say({ kind: 'sampled', run, preview, milliseconds: performance.now() - start })
  }

  #addStep(trail: Trail, state: Encoded, { step, steps, show }: { step: number; steps: number; show: RunRequest['show'] }): void {
    if (!trail.add(state, step, step === steps) || show === 'morph') return
    this.#paint({ kind: 'step', places: trail.places(trail.length - 1, this.#axes!), step, steps })
  }

  #knownScaling(job: FitJob): GlobalModel['summary']['scaling'] | undefined {
    return typeof job.bandwidth === 'number' ? this.#scalings.get(scalingKey(job)) : undefined
  }

  async #exportRows(format: RowFormat): Promise<void> {
    const { model, rows } = this.#drawn!
    const cells = format === 'csv' || format === 'tsv' ? 'text' : 'typed'
    const bytes = await serializeTable(presentRows(model, rows, cells), format)
    this.#say({ kind: 'file', name: `${stemOf(this.#name)}-new.${format}`, blob: new Blob([bytes as BlobPart]) })
  }

  #exportModel(): void {
    const bytes = packModel(saveGlobal(this.#drawn!.model))
    this.#say({ kind: 'file', name: `${stemOf(this.#name)}.sbridge`, blob: new Blob([bytes as BlobPart]) })
  }
}

function scalingKey({ bandwidth: _, ...rest }: FitJob): string {
  return JSON.stringify(rest)
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
