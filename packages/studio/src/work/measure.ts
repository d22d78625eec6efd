import { type Evaluation, evaluateTables } from '@sbridge/core'
import { alignTables, evaluationParts, groupsOf, keptBackIn, tables } from '@sbridge/core/internal'
import { keyFromSeed } from '@sbridge/core/kernels'
import type { Table } from '@sbridge/core/tables'
import type { Panel } from 'sbridge/internal/report'
import type { SavedFile, Share, Tools, Work } from './desk.js'
import { isKnown, sidesOf } from './draws.js'
import type { EvaluationPart, MeasureShape, Subject } from './messages.js'

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
        resolve({ ...data, real: tables.training(data.model) })
      }
    })
  }

  share(): Share {
    return { update: ({ done, total }) => done / total }
  }

  async run(_run: unknown, { engine, interim, ...watch }: Tools<MeasureShape>): Promise<null> {
    this.#engine = engine
    const subject = await this.#subject!
    const known = isKnown(subject.draws)
    const found: EvaluationPart = {}
    for await (const part of evaluationParts({ ...problemOf(subject), engine, watch })) {
      Object.assign(found, part)
      if (!known) interim({ part })
      if (part.associations) {
        interim({ drawings: await drawingsOf(subject, found) })
        // Rows under conditions should differ from the data: how they do is drawn, not graded.
        if (known) return null
      }
    }
    this.#evaluation = Promise.resolve(found as Evaluation)
    return null
  }

  /** The very page that `sbridge sample --report` writes. */
  async save({ title, command }: MeasureShape['file']): Promise<SavedFile> {
    const subject = await this.#subject!
    const { model, answer, draws } = subject
    const { key, ...sides } = problemOf(subject)
    this.#evaluation ??= evaluateTables({ ...sides, key, engine: this.#engine! })
    const evaluation = await this.#evaluation
    const { renderReport } = await import('./drawings.js')
    const telling = tables.tell(model, { answer, request: draws })
    const html = renderReport({ title, command, ...sides, evaluation, telling, keptBack: keptBackIn(model) })
    return { ending: `${title.replace(/\.[^.]+$/, '')}-report.html`, content: html }
  }
}

function problemOf({ model, real, answer, draws }: Compared) {
  return { real, synthetic: answer.table, groups: groupsOf(model, answer), key: keyFromSeed(draws.seed) }
}

async function drawingsOf({ real, answer, draws }: Compared, { columns = {}, associations }: EvaluationPart): Promise<Panel[]> {
  const { beforeAndAfter, marginalDrawings, pairDrawings } = await import('./drawings.js')
  const tables = { ...alignTables({ real, synthetic: answer.table }), sides: sidesOf(draws) }
  const marginals = marginalDrawings(tables, columns)
  const told = isKnown(draws) ? marginals.map((one) => ({ ...one, detail: beforeAndAfter(columns[one.title]!) })) : marginals
  return [...told, ...pairDrawings(tables, { columns, associations: associations! })]
}
