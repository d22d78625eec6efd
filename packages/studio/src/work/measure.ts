import { type Evaluation, evaluateTables, tellTable } from '@sbridge/core'
import { alignTables, evaluationParts, keptBackIn, trainingTable } from '@sbridge/core/internal'
import { keyFromSeed } from '@sbridge/core/kernels'
import type { Table } from '@sbridge/core/tables'
import type { SavedFile, Share, Tools, Work } from './desk.js'
import type { Drawing, EvaluationPart, MeasureShape, Subject } from './messages.js'
import { sidesOf } from './sides.js'

type Compared = Subject & { readonly real: Table }

/** Compares drawn rows with the data, part by part, and draws and writes the report. */
export class MeasureWork implements Work<MeasureShape> {
  #subject: Promise<Compared> | undefined
  #evaluation: Promise<Evaluation> | undefined
  #engine: Tools<MeasureShape>['engine'] | undefined

  open(): void {}
  look(): void {}

  join(_from: string, port: MessagePort): void {
    this.#subject = new Promise((resolve) => {
      port.onmessage = ({ data }: MessageEvent<Subject>) => {
        port.close()
        resolve({ ...data, real: trainingTable(data.model) })
      }
    })
  }

  share(): Share {
    return { update: ({ done, total }) => ({ share: done / total, secondsLeft: null }), work: undefined }
  }

  async run(_run: unknown, { engine, watch, interim }: Tools<MeasureShape>): Promise<null> {
    this.#engine = engine
    const subject = await this.#subject!
    const found: EvaluationPart = {}
    for await (const part of evaluationParts(problemOf(subject, { engine, watch }))) {
      Object.assign(found, part)
      if (!subject.support) interim({ part })
      if (part.associations) {
        interim({ drawings: await drawingsOf(subject, found) })
        // Rows under conditions should differ from the data: how they do is drawn, not graded.
        if (subject.support) return null
      }
    }
    this.#evaluation = Promise.resolve(found as Evaluation)
    return null
  }

  /** The very page that `sbridge sample --report` writes. */
  async save({ title, command, draws }: MeasureShape['file']): Promise<SavedFile> {
    const subject = await this.#subject!
    const { model, rows, real, support } = subject
    this.#evaluation ??= evaluateTables(problemOf(subject, { engine: this.#engine! }))
    const evaluation = await this.#evaluation
    const { renderReport } = await import('./drawings.js')
    const telling = tellTable(model, { ...support?.reports, draws })
    const html = renderReport({ title, command, real, synthetic: rows, evaluation, telling, keptBack: keptBackIn(model) })
    return { ending: `${title.replace(/\.[^.]+$/, '')}-report.html`, content: html }
  }
}

function problemOf({ real, rows, seed }: Compared, tools: Pick<Tools<MeasureShape>, 'engine'> & Partial<Tools<MeasureShape>>) {
  return { real, synthetic: rows, key: keyFromSeed(seed), engine: tools.engine, watch: tools.watch }
}

async function drawingsOf({ real, rows, support }: Compared, { columns, associations }: EvaluationPart): Promise<Drawing[]> {
  const { beforeAndAfter, marginalDrawings, pairDrawings } = await import('./drawings.js')
  const tables = { ...alignTables({ real, synthetic: rows }), sides: sidesOf(support?.kind ?? null) }
  const marginals = marginalDrawings(tables, columns!)
  const told = support ? marginals.map((one) => ({ ...one, detail: beforeAndAfter(columns![one.title]!) })) : marginals
  return [...told, ...pairDrawings(tables, associations!)]
}
