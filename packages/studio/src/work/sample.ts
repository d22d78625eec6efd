import { type DrawnRows, type GlobalModel, InputError, type SystemContext } from '@sbridge/core'
import type { FitJob, Host, System, Topic } from '@sbridge/core/internal'
import { type AnySystem, ConditionMemory, leaveKeysOut, SearchMemory, tables, takeTableRows } from '@sbridge/core/internal'
import { type Encoded, inferTable, presentTable, type RawTable, type Table } from '@sbridge/core/tables'
import { placingOf, unplaced } from './axis.js'
import { type Tools, tableIn } from './desk.js'
import { hasChains, isKnown, isPlain, usualSteps } from './draws.js'
import { barsLike, firstAxes, tableFacts } from './facts.js'
import type { BenchToPainter, Choice, Draws, SampleResult, SampleShape, ScatterFrame, ShownBlock, ShownTopic, Subject } from './messages.js'
import type { Show } from './protocol.js'
import { messagesOf, SystemWork } from './system-work.js'
import { shownTopics } from './topics.js'
import { type AxisPair, endOf, placesOf, Trail, type Way } from './trail.js'

const PREVIEW_ROWS = 8

/** Holds the table, the model and the rows: fits, draws, places rows on axes and writes. */
export class SampleWork extends SystemWork<SampleShape, GlobalModel, DrawnRows> {
  protected readonly system: System<RawTable, FitJob, GlobalModel, Draws, DrawnRows> = tables as AnySystem
  protected readonly ending = '-new'
  #painter: MessagePort | undefined
  #file: Blob | undefined
  #options: FitJob | undefined
  #real: Table | undefined
  #facts: SampleShape['facts'] | undefined
  #axes: AxisPair | undefined
  #trail: Way | undefined
  #memory = new ConditionMemory()
  readonly #searches = new SearchMemory()

  open(raw: RawTable, choice: Choice, file: Blob): SampleShape['facts'] {
    this.#file = file
    const facts = tableFacts(raw, choice)
    const real = leaveKeysOut(raw, inferTable(raw, choice), choice).table
    this.take(raw)
    this.#real = real
    this.#trail = undefined
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
    else port.postMessage({ ...this.drawn!, input: this.raw, options: this.#options!, file: this.#file! } satisfies Subject)
  }

  async run(run: SampleShape['run'], { show, ...watch }: Tools<SampleShape>): Promise<SampleResult> {
    const { fit, draw } = run
    const tools = { ...watch, host: this.host(run) }
    const model = await this.fit(fit, tools)
    this.#options = await this.system.readOptions(fit, {})
    tools.interim(model.summary)
    const steps = draw.steps ?? usualSteps(draw)
    const trail = hasChains(fit, draw) ? new Trail(model, { rows: draw.rows!, steps }) : undefined
    const onStep = (state: Encoded, step: number) => {
      // Only now: what is refused leaves the picture as it is.
      if (step === 0 && show === 'play') {
        this.#trail = trail
        this.#paint({ kind: 'clear' })
      }
      this.#addStep(trail!, state, { step, steps, show })
    }
    const answer = await this.draw(model, draw, tools, trail && { memory: this.#memory, onStep })
    this.#trail = trail ?? endOf(answer.table)
    if (show === 'morph' || !trail) this.#paintSteps(true)
    tools.picture(this.#frame())
    const { table, formats } = answer
    const first = takeTableRows(
      table,
      Uint32Array.from({ length: Math.min(PREVIEW_ROWS, table.rowCount) }, (_, row) => row)
    )
    return {
      rowCount: table.rowCount,
      first: presentTable(first, formats, 'text'),
      ...(await this.#said(isKnown(draw))),
      bars: barsLike(this.#facts!.columns, table)
    }
  }

  /** What the telling says that the page does not show in another place. */
  async #said(known: boolean): Promise<Pick<SampleResult, 'rules' | 'support' | 'warnings' | 'notes'>> {
    const { topics, warnings, notes } = this.telling()
    return {
      rules: await topicsNamed(KEPT, topics),
      support: known ? supportIn(await topicsNamed(['known'], topics)) : null,
      warnings: messagesOf(warnings),
      notes: notes.filter((note) => !this.#facts!.notes.includes(note))
    }
  }

  #frame(): ScatterFrame {
    const axes = this.#axes!
    return {
      x: axes.x.axis,
      y: axes.y.axis,
      real: unplaced(placesOf(this.#real!, axes)),
      synthetic: this.drawn ? unplaced(placesOf(this.drawn.answer.table, axes)) : null
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

  protected override host({ conditions }: SampleShape['run']): Host {
    return {
      table(name) {
        if (conditions) return tableIn(conditions.blob, name, {})
        throw new InputError({
          code: 'input-missing',
          got: `the conditions in ${name}, a file that the page does not have`,
          expected: 'the file itself',
          try: 'picking it again on the tab Conditions'
        })
      }
    }
  }

  protected override fitOptions(job: FitJob): FitJob {
    return isPlain(job) ? this.#searches.searched(job) : job
  }

  protected override async fitAnew(job: FitJob, context: SystemContext): Promise<GlobalModel> {
    const model = await super.fitAnew(job, context)
    this.#memory = new ConditionMemory()
    return isPlain(job) ? this.#searches.keep(job, model) : model
  }
}

/** What rows keep (rules, sums along them, what they are drawn again for, what tells them apart), and how limits that were asked for were met. */
const KEPT = ['rules', 'totals', 'drawn-again', 'unique', 'privacy', 'refinement']

const topicsNamed = (names: readonly string[], topics: readonly Topic[]): Promise<ShownTopic[]> =>
  shownTopics(topics.filter(({ id }) => names.includes(id)))

/** What is said of what is known, but for the table of a single condition: its facts stand above it. */
function supportIn(topics: readonly ShownTopic[]): ShownBlock[] {
  const blocks = topics.flatMap((topic) => topic.blocks)
  return blocks.filter(
    (block) => block.kind !== 'explained' && !(block.kind === 'table' && block.head[0] === 'condition' && block.rows.length === 1)
  )
}
