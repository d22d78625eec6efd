import {
  type FitJob,
  fitTable,
  type GlobalModel,
  keyFromSeed,
  packModel,
  type RawTable,
  sampleConditional,
  samplePosterior,
  sampleTable,
  type Telling
} from '@sbridge/core'
import {
  ConditionMemory,
  continueNumbers,
  planTable,
  saveGlobal,
  type ToldReports,
  takeTableRows,
  tellKnown,
  trainingTable
} from '@sbridge/core/internal'
import { type ColumnFormat, type Encoded, inferTable, presentTable, type Table } from '@sbridge/core/tables'
import { serializeTable } from 'sbridge/internal'
import { placingOf, unplaced } from './axis.js'
import type { SavedFile, Tools, Work } from './desk.js'
import { barsLike, firstAxes, previewOf, tableFacts } from './facts.js'
import type {
  BenchToPainter,
  Choice,
  Draws,
  SampleResult,
  SampleRun,
  SampleShape,
  ScatterFrame,
  ShownBlock,
  Subject,
  Support
} from './messages.js'
import { TimedShare } from './progress.js'
import type { Show } from './protocol.js'
import { searchName } from './search-name.js'
import { type AxisPair, placesOf, Trail } from './trail.js'
import { usualSteps } from './usual-steps.js'

const PREVIEW_ROWS = 8

/** Drawn rows, how they are spelled, and what the data say about what was asked for. */
interface DrawnRows {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  readonly support: Support | null
}

/** A model, what it was made from, and what draws from it found out. */
interface Fitted {
  readonly job: string
  readonly model: GlobalModel
  readonly memory: ConditionMemory
}

/** What a search of scaling and bandwidth found: the choice of scalings does not depend on ε. */
type Search = Pick<GlobalModel['summary'], 'scaling' | 'bandwidth'>

/** Holds the table, the model and the rows: fits, draws, places rows on axes and writes. */
export class SampleWork implements Work<SampleShape> {
  #painter: MessagePort | undefined
  #raw: RawTable | undefined
  #real: Table | undefined
  #facts: SampleShape['facts'] | undefined
  #axes: AxisPair | undefined
  #trail: Trail | undefined
  #fitted: Fitted | undefined
  #drawn: (DrawnRows & { readonly model: GlobalModel; readonly seed: number }) | undefined
  readonly #searches = new Map<string, Search>()

  open(raw: RawTable, choice: Choice): SampleShape['facts'] {
    const facts = tableFacts(raw, choice)
    const real = continueNumbers(inferTable(raw, choice), choice).table
    this.#raw = raw
    this.#real = real
    this.#trail = undefined
    this.#drawn = undefined
    this.#fitted = undefined
    this.#facts = { ...facts, axes: firstAxes(real) }
    return this.#facts
  }

  look({ x, y }: SampleShape['look']): ScatterFrame | undefined {
    const real = this.#real!
    const column = (name: string) => real.columns.find((one) => one.name === name && one.kind !== 'identifier')
    const [first, second] = [column(x), column(y)]
    if (!first || !second) return undefined
    this.#axes = { x: placingOf(first), y: placingOf(second) }
    this.#paint({ kind: 'real', places: placesOf(real, this.#axes) })
    this.#paintSteps(false)
    return this.#frame()
  }

  join(to: string, port: MessagePort): void {
    if (to === 'painter') this.#painter = port
    else {
      const { model, table: rows, support, seed } = this.#drawn!
      port.postMessage({ model, rows, support, seed } satisfies Subject)
    }
  }

  share({ fit, draw: { rows, steps, given, observe } }: SampleRun): TimedShare {
    const fitted = this.#fitted?.job === JSON.stringify(fit) ? this.#fitted.model : undefined
    const source = fitted ? { model: fitted } : { input: this.#raw!, options: searched(fit, this.#knownSearch(fit)) }
    const asked = given || observe ? { givens: [given ?? {}], observe: observe ?? [] } : undefined
    return new TimedShare(planTable(source, { rows, ...(steps === undefined ? {} : { steps }), asked }), { counted: true })
  }

  async run({ fit, draw }: SampleRun, tools: Tools<SampleShape>): Promise<SampleResult> {
    const { show } = tools
    const { model, memory } = await this.#fit(fit, tools)
    tools.interim(model.summary)
    const steps = draw.steps ?? usualSteps(draw)
    const trail = new Trail(model.training.encoder, { rows: draw.rows, steps })
    const onStep = (state: Encoded, step: number) => {
      // Only now: what is refused leaves the picture as it is.
      if (step === 0 && show === 'play') {
        this.#trail = trail
        this.#paint({ kind: 'clear' })
      }
      this.#addStep(trail, state, { step, steps, show })
    }
    const drawn = await drawRows(model, { ...draw, memory, onStep }, tools)
    this.#trail = trail
    this.#drawn = { model, ...drawn, seed: draw.seed }
    if (show === 'morph') this.#paintSteps(true)
    tools.picture(this.#frame())
    const { table, formats, support } = drawn
    const first = takeTableRows(
      table,
      Uint32Array.from({ length: Math.min(PREVIEW_ROWS, table.rowCount) }, (_, row) => row)
    )
    return { preview: previewOf(presentTable(first, formats, 'text')), support, bars: barsLike(this.#facts!.columns, table) }
  }

  async save(file: SampleShape['file']): Promise<SavedFile> {
    const { model, table, formats } = this.#drawn!
    if (file === 'model') return { ending: '.sbridge', content: packModel(saveGlobal(model)) as BlobPart }
    const cells = file === 'csv' || file === 'tsv' ? 'text' : 'typed'
    return { ending: `-new.${file}`, content: (await serializeTable(presentTable(table, formats, cells), file)) as BlobPart }
  }

  #frame(): ScatterFrame {
    const axes = this.#axes!
    return {
      x: axes.x.axis,
      y: axes.y.axis,
      real: unplaced(placesOf(this.#real!, axes)),
      synthetic: this.#drawn ? unplaced(placesOf(this.#drawn.table, axes)) : null
    }
  }

  #paintSteps(drawn: boolean): void {
    const trail = this.#trail
    if (trail) this.#paint({ kind: 'steps', drawn, steps: Array.from({ length: trail.length }, (_, k) => trail.places(k, this.#axes!)) })
  }

  #paint(message: BenchToPainter): void {
    const buffers = message.kind === 'steps' ? message.steps.map((one) => one.buffer) : 'places' in message ? [message.places.buffer] : []
    this.#painter?.postMessage(message, buffers as ArrayBuffer[])
  }

  #addStep(trail: Trail, state: Encoded, { step, steps, show }: { step: number; steps: number; show: Show }): void {
    if (!trail.add(state, step, step === steps) || show === 'morph') return
    this.#paint({ kind: 'step', places: trail.places(trail.length - 1, this.#axes!), step, steps })
  }

  /** The model of a job: the one at hand where only what is drawn from it has changed. */
  async #fit(job: FitJob, { engine, watch }: Tools<SampleShape>): Promise<Fitted> {
    const name = JSON.stringify(job)
    if (this.#fitted?.job === name) return this.#fitted
    const known = this.#knownSearch(job)
    const { summary, ...rest } = await fitTable(this.#raw!, searched(job, known), { engine, ...watch })
    // What is found again without a search is told as the search told it.
    const bandwidth = job.bandwidth === undefined ? known?.bandwidth : undefined
    const told = known ? { ...summary, scaling: known.scaling, ...(bandwidth ? { bandwidth } : {}) } : summary
    const found = told.bandwidth ?? known?.bandwidth
    this.#searches.set(searchName(job), { scaling: told.scaling, ...(found ? { bandwidth: found } : {}) })
    this.#fitted = { job: name, model: { ...rest, summary: told }, memory: new ConditionMemory() }
    return this.#fitted
  }

  /** An earlier search that leaves nothing of this job to be searched for. */
  #knownSearch(job: FitJob): Search | undefined {
    const known = this.#searches.get(searchName(job))
    return typeof job.bandwidth === 'number' || known?.bandwidth ? known : undefined
  }
}

/** A job with what a search found in the place of the search: the same bytes. */
function searched(job: FitJob, known: Search | undefined): FitJob {
  if (!known) return job
  const { epsilon } = known.bandwidth ?? {}
  return { ...job, scaling: known.scaling.methods, ...(job.bandwidth === undefined && epsilon !== undefined ? { bandwidth: epsilon } : {}) }
}

interface DrawContext extends Draws {
  readonly memory: ConditionMemory
  readonly onStep: (rows: Encoded, step: number) => void
}

/** Draws as `sbridge sample` would: plain rows, rows under conditions, or rows of a posterior. */
async function drawRows(model: GlobalModel, draw: DrawContext, { engine, watch }: Tools<SampleShape>): Promise<DrawnRows> {
  const { given = {}, observe, seed, noise: _noise, start: _start, ...rest } = draw
  if (!draw.given && !observe) {
    const { memory: _memory, ...plain } = draw
    const table = await sampleTable(model, plain, { engine, ...watch })
    return { table, formats: model.training.encoder.formats, support: null }
  }
  const where = { engine, key: keyFromSeed(seed), watch }
  const known = (kind: Support['kind'], reports: ToldReports): Support => {
    const tellings = tellKnown(reports, trainingTable(model).columns)
    return { kind, reports, warnings: tellings.flatMap(({ warnings }) => warnings), blocks: blocksOf(tellings) }
  }
  if (!observe) {
    const { table, formats, report } = await sampleConditional(model, { ...rest, given }, where)
    return { table, formats, support: known('condition', { conditional: report }) }
  }
  const { table, formats, report } = await samplePosterior(model, { ...rest, given, observe }, where)
  return { table, formats, support: known('posterior', { posterior: report }) }
}

/** What is said of what is known, but for the table of conditions: there is one, whose facts stand above it. */
function blocksOf(tellings: readonly Telling[]): ShownBlock[] {
  const blocks = tellings.flatMap(({ topics }) => topics.flatMap((topic) => topic.blocks))
  return blocks.flatMap((block) =>
    block.kind === 'figure' || block.kind === 'explained' || (block.kind === 'table' && block.head[0] === 'condition') ? [] : [block]
  )
}
