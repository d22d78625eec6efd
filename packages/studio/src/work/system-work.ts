import { drawModel, fitModel, type Model, packModel, type SystemContext, type Telling } from '@sbridge/core'
import { type Answer, type Host, StageShare, type System } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { cellsFor, serializeTable } from 'sbridge/internal'
import type { SavedFile, Share, Tools, Work } from './desk.js'
import type { Told as Said } from './messages.js'
import type { RowFormat, SystemShape } from './protocol.js'
import { type Opened, provenanceOf } from './provenance.js'
import { shownTopics } from './topics.js'

type FitOf<A extends SystemShape> = A['run']['fit']
type DrawOf<A extends SystemShape> = A['run']['draw']

/** A system of the core at work on one table: fits where the options of the fit have changed, draws and writes. */
export abstract class SystemWork<A extends SystemShape, M extends Model, Told extends Answer> implements Work<A> {
  protected abstract readonly system: System<RawTable, FitOf<A>, M, DrawOf<A>, Told>
  /** What is put behind the name of the table for what was drawn. */
  protected abstract readonly ending: string
  /** Whether the system plans in pairs that the engine goes through, and not only in what stages take beside each other. */
  protected readonly counted: boolean = true
  #raw: RawTable | undefined
  #fitted: { readonly options: string; readonly model: M } | undefined
  #drawn: { readonly model: M; readonly answer: Told; readonly draws: DrawOf<A> } | undefined

  abstract open(raw: RawTable, choice: A['choice'], file: Blob): A['facts'] | Promise<A['facts']>
  abstract look(look: A['look']): A['picture'] | undefined
  abstract run(run: A['run'], tools: Tools<A>): Promise<A['result']>

  /** Another table, or the same read otherwise. */
  protected take(raw: RawTable): void {
    this.#raw = raw
    this.#fitted = undefined
    this.#drawn = undefined
  }

  protected get raw(): RawTable {
    return this.#raw!
  }

  /** What was drawn last, from which model, and with which options. */
  protected get drawn() {
    return this.#drawn
  }

  async share(run: A['run']): Promise<Share> {
    const { fit, draw } = run
    const { system, counted } = this
    const request = await system.readRequest(draw, this.host(run))
    const source =
      this.#fitted?.options === JSON.stringify(fit) ? { model: this.#fitted.model } : { input: this.raw, options: this.fitOptions(fit) }
    const share = new StageShare(system.plan(source, request))
    return counted ? share : { update: (event) => share.update(event) }
  }

  /** What reads the files that a draw names. */
  protected host(_run: A['run']): Host {
    return {}
  }

  /** The options as they are fitted with. */
  protected fitOptions(fit: FitOf<A>): FitOf<A> {
    return fit
  }

  /** The model of some options: the one at hand where only what is drawn from it has changed. */
  protected async fit(fit: FitOf<A>, context: SystemContext): Promise<M> {
    const options = JSON.stringify(fit)
    if (this.#fitted?.options !== options) this.#fitted = { options, model: await this.fitAnew(fit, context) }
    return this.#fitted.model
  }

  protected fitAnew(fit: FitOf<A>, context: SystemContext): Promise<M> {
    return fitModel(this.system, { input: this.raw, options: this.fitOptions(fit) }, context)
  }

  /** Draws; `also` goes with the options and is not kept. */
  protected async draw(model: M, draws: DrawOf<A>, context: SystemContext, also: object = {}): Promise<Told> {
    const answer = await drawModel(this.system, { model, request: { ...draws, ...also } }, context)
    this.#drawn = { model, answer, draws }
    return answer
  }

  /** What the page says of what was drawn. */
  protected telling(): Telling {
    return this.#everything()
  }

  #everything(pictures?: true): Telling {
    const { model, answer, draws } = this.#drawn!
    return this.system.tell(model, { answer, request: draws, ...(pictures && { pictures }) })
  }

  /** The files that were read. */
  protected files(opened: Opened): readonly Opened[] {
    return [opened]
  }

  /** What is said of what was drawn, and warned of besides. */
  protected async told(besides: Telling['warnings'] = []): Promise<Said> {
    const { topics, warnings, notes } = this.telling()
    return { topics: await shownTopics(topics), warnings: messagesOf([...warnings, ...besides]), notes }
  }

  async save(file: A['file'], opened: Opened): Promise<SavedFile> {
    const { model, answer } = this.#drawn!
    if (typeof file === 'object') {
      const [{ tellingPage }, provenance] = await Promise.all([import('./drawings.js'), provenanceOf(this.files(opened))])
      return { ending: '-report.html', content: tellingPage({ ...file, telling: this.#everything(true), entries: [], provenance }) }
    }
    if (file === 'parameters') return { ending: '-parameters.json', content: `${JSON.stringify(this.telling().json)}\n` }
    if (file === 'model') return { ending: '.sbridge', content: packModel(this.system.save(model)) as BlobPart }
    const format = file as RowFormat
    const table = this.system.present(model, answer, cellsFor(`.${format}`))
    return { ending: `${this.ending}.${format}`, content: (await serializeTable(table, format)) as BlobPart }
  }
}

/** Warnings as a person reads them, each once. */
export function messagesOf(warnings: Telling['warnings']): string[] {
  return [...new Set(warnings.map(({ message }) => message))]
}
