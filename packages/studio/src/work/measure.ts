import { type Evaluation, evaluateTables, type ProgressEvent, type SystemContext } from '@sbridge/core'
import {
  alignTables,
  comparedRows,
  evaluationParts,
  groupsOf,
  IN_SAMPLE_ROWS,
  type JudgedFit,
  judgedLines,
  type KeptBack,
  keptBackOfFit,
  measureLines,
  type Plan,
  planSecondFit,
  StageShare,
  tables,
  verdict,
  weighedTable,
  weightsOf
} from '@sbridge/core/internal'
import { keyFromSeed } from '@sbridge/core/kernels'
import type { Table } from '@sbridge/core/tables'
import type { Panel } from 'sbridge/internal/report'
import type { SavedFile, Share, Tools, Work } from './desk.js'
import { isKnown, sidesOf } from './draws.js'
import type { EvaluationPart, Judgement, MeasureShape, Subject } from './messages.js'
import { provenanceOf } from './provenance.js'

type Compared = Subject & { readonly real: Table }

/** Compares drawn rows with the data, part by part, and draws and writes the report. */
export class MeasureWork implements Work<MeasureShape> {
  #subject: Promise<Compared> | undefined
  #evaluation: Promise<Evaluation> | undefined
  #kept: Promise<KeptBack> | undefined
  #plan: Promise<Plan | undefined> | undefined
  #engine: Tools<MeasureShape>['engine'] | undefined
  /** The comparison of the rows themselves is a half of the way, the second fit the other. */
  #way: (event: ProgressEvent) => number = ({ done, total }) => done / total / 2

  open(): void {}
  look(): void {}

  join(_from: string, port: MessagePort): void {
    this.#subject = new Promise((resolve) => {
      port.onmessage = ({ data }: MessageEvent<Subject>) => {
        port.close()
        resolve({ ...data, real: tables.training(data.model) })
      }
    })
  }

  share(): Share {
    return { update: (event) => this.#way(event) }
  }

  async run(_run: unknown, { engine, interim, ...watch }: Tools<MeasureShape>): Promise<null> {
    this.#engine = engine
    const subject = await this.#subject!
    const known = isKnown(subject.draws)
    const found: EvaluationPart = {}
    const privacy = subject.model.privacy?.asked
    if (!known) interim({ judgement: judgementOf(found, null, privacy) })
    for await (const part of evaluationParts({ ...(await this.#problem(subject)), engine, watch })) {
      Object.assign(found, part)
      if (!known) interim({ part, judgement: judgementOf(found, null, privacy) })
      if (part.associations) {
        interim({ drawings: await drawingsOf(subject, found) })
        // Rows under conditions should differ from the data: how they do is drawn, not graded.
        if (known) return null
      }
    }
    this.#evaluation = Promise.resolve(found as Evaluation)
    this.#kept = this.#judge(subject, { engine, ...watch })
    interim({ judgement: judgementOf(found, await this.#kept, privacy) })
    return null
  }

  /** What rows say that no fit had seen, as `sample --report` has it. */
  async #judge(subject: Compared, context: SystemContext): Promise<KeptBack> {
    const plan = await this.#planned(subject)
    if (plan) {
      const share = new StageShare(plan)
      this.#way = (event) => 0.5 + share.update(event) / 2
    }
    return keptBackOfFit(subject.model, judgedIn(subject), context)
  }

  /** The second fit, where there is one. */
  #planned(subject: Compared): Promise<Plan | undefined> {
    this.#plan ??= planSecondFit(judgedIn(subject))
    return this.#plan
  }

  async #problem(subject: Compared) {
    return { ...problemOf(subject), clouds: (await this.#planned(subject)) && IN_SAMPLE_ROWS }
  }

  /** The very page that `sbridge sample --report` writes. */
  async save({ title, command }: MeasureShape['file']): Promise<SavedFile> {
    const subject = await this.#subject!
    const { model, answer, draws } = subject
    const { key: _key, ...sides } = problemOf(subject)
    this.#evaluation ??= evaluateTables({ ...(await this.#problem(subject)), engine: this.#engine! })
    const evaluation = await this.#evaluation
    this.#kept ??= this.#judge(subject, { engine: this.#engine! })
    const [keptBack, provenance, { renderReport }] = await Promise.all([
      this.#kept,
      provenanceOf([{ name: title, blob: subject.file }]),
      import('./drawings.js')
    ])
    const telling = tables.tell(model, { answer, request: draws })
    const html = renderReport({ title, command, ...sides, evaluation, telling, keptBack, provenance })
    return { ending: `${title.replace(/\.[^.]+$/, '')}-report.html`, content: html }
  }
}

/** `kept`: what a second fit says, or why there is none; null while it is to come. `privacy`: the limit that the fit was asked for. */
function judgementOf(found: EvaluationPart, kept: KeptBack | null, privacy: number | undefined): Judgement {
  const second = typeof kept === 'object' && kept ? kept : undefined
  const lines = second ? judgedLines(second, found as Evaluation) : measureLines(found)
  const own = typeof kept === 'number' ? kept : second
  return {
    lines,
    verdict: lines.every(({ known }) => known) ? verdict(found as Evaluation, own, { privacy }) : null,
    apart: typeof kept === 'string' || kept === null ? kept : second !== undefined
  }
}

function problemOf({ model, real, answer, draws }: Compared) {
  const sides = comparedRows(model, { real, synthetic: answer.table })
  return { ...sides, weights: weightsOf(model), groups: groupsOf(model, answer), key: keyFromSeed(draws.seed) }
}

const judgedIn = ({ input, options, draws }: Compared): JudgedFit => ({ input, options, request: draws })

async function drawingsOf({ model, real, answer, draws }: Compared, { columns = {}, associations }: EvaluationPart): Promise<Panel[]> {
  const { beforeAndAfter, marginalDrawings, pairDrawings } = await import('./drawings.js')
  const aligned = alignTables(comparedRows(model, { real, synthetic: answer.table }))
  const shown = weighedTable(aligned.real, weightsOf(model), keyFromSeed(1))
  const tables = { ...aligned, real: shown, counted: aligned.real, sides: sidesOf(draws) }
  const marginals = marginalDrawings(tables, columns)
  const told = isKnown(draws) ? marginals.map((one) => ({ ...one, detail: beforeAndAfter(columns[one.title]!) })) : marginals
  return [...told, ...pairDrawings(tables, { columns, associations: associations! })]
}
