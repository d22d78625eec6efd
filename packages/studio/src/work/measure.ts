import {
  type Engine,
  type Evaluation,
  evaluateTables,
  keptBackIn,
  keyFromSeed,
  type ProgressEvent,
  type Table,
  tellTable,
  trainingTable
} from '@sbridge/core'
import {
  alignTables,
  compareAssociations,
  compareClouds,
  compareColumns,
  compareNeighbours,
  prepareComparison
} from '@sbridge/core/internal'
import type { Subject } from './bench.js'
import { openEngine } from './engine.js'
import { faultOf } from './fault.js'
import { COLUMNS, MeasureShare, NEIGHBOURS } from './measure-share.js'
import type { Drawing, EvaluationPart, FromMeasure, Support, ToMeasure } from './messages.js'
import { sidesOf } from './sides.js'

interface Compared extends Subject {
  readonly real: Table
}

/** The worker that compares the rows with the data, part by part, and draws and writes the report. */
export class Measurer {
  readonly #say: (message: FromMeasure) => void
  #subject: Promise<Compared> | undefined
  #engine: Promise<Engine> | undefined
  #evaluation: Evaluation | undefined
  #run = 0

  constructor(say: (message: FromMeasure) => void) {
    this.#say = say
  }

  async handle(message: ToMeasure): Promise<void> {
    try {
      if (message.kind === 'subject') await this.#measure(message.port, message.run)
      else await this.#report(message)
    } catch (error) {
      this.#say({ kind: 'refused', run: this.#run, fault: faultOf(error) })
    }
  }

  async #measure(port: MessagePort, run: number): Promise<void> {
    this.#run = run
    this.#subject = subjectFrom(port)
    const subject = await this.#subject
    const part = (found: EvaluationPart) => this.#say({ kind: 'part', run, part: found })
    const whole = alignTables({ real: subject.real, synthetic: subject.rows })
    const progress = (event: ProgressEvent) => report(event)
    const comparison = prepareComparison(whole, { engine: await this.#makeEngine(), key: keyFromSeed(subject.seed), watch: { progress } })
    const report = this.#progress(new MeasureShare(comparison), run)
    const { rowCount } = whole.real
    const compared = Math.max(comparison.real.rowCount, comparison.synthetic.rowCount)
    part({ rows: { real: rowCount, synthetic: whole.synthetic.rowCount, train: null, compared, half: comparison.half } })
    if (subject.support) return this.#drawKnown(whole, comparison, subject.support)
    report({ stage: NEIGHBOURS, done: 0, total: 1 })
    // Nearest rows first: whether the rows are copies is what matters most.
    part(await compareNeighbours(comparison, whole))
    report({ stage: COLUMNS, done: 0, total: 1 })
    const columns = compareColumns(comparison)
    part({ columns })
    const associations = compareAssociations(comparison)
    part({ associations })
    const { marginalDrawings, pairDrawings } = await import('./drawings.js')
    const drawings: Drawing[] = [...marginalDrawings(whole, columns), ...pairDrawings(whole, associations)]
    this.#say({ kind: 'drawings', run, drawings })
    part(await compareClouds(comparison))
    this.#say({ kind: 'measured', run })
  }

  #progress(share: MeasureShare, run: number): (event: ProgressEvent) => void {
    let told = 0
    return (event) => {
      const reached = share.update(event)
      const now = performance.now()
      if (now - told < 60) return
      told = now
      this.#say({ kind: 'progress', run, stage: event.stage, share: reached })
    }
  }

  /** Rows under conditions should differ from the data: how they do is drawn, not graded. */
  async #drawKnown(
    whole: ReturnType<typeof alignTables>,
    comparison: ReturnType<typeof prepareComparison>,
    support: Support
  ): Promise<void> {
    const run = this.#run
    const columns = compareColumns(comparison)
    const associations = compareAssociations(comparison)
    const { beforeAndAfter, marginalDrawings, pairDrawings } = await import('./drawings.js')
    const sides = sidesOf(support.kind)
    const marginals = marginalDrawings(whole, columns, sides).map((drawing) => ({
      ...drawing,
      detail: beforeAndAfter(whole, drawing.title)
    }))
    this.#say({ kind: 'drawings', run, drawings: [...marginals, ...pairDrawings(whole, associations, sides)] })
    this.#say({ kind: 'measured', run })
  }

  /** The very page that `sbridge sample --report` writes. */
  async #report({ title, command, draws }: Extract<ToMeasure, { kind: 'report' }>): Promise<void> {
    const { model, rows, real, seed, support } = await this.#subject!
    this.#evaluation ??= await evaluateTables({
      real,
      synthetic: rows,
      engine: await this.#makeEngine(),
      key: keyFromSeed(seed)
    })
    const { renderReport } = await import('./drawings.js')
    const reports = support?.kind === 'condition' ? { conditional: support.whole } : { posterior: support?.report }
    const telling = tellTable(model, { ...reports, draws: { seed, ...draws } })
    const parts = { title, command, real, synthetic: rows, evaluation: this.#evaluation, telling, keptBack: keptBackIn(model) }
    this.#say({ kind: 'report', html: renderReport(parts) })
  }

  #makeEngine(): Promise<Engine> {
    this.#engine ??= openEngine()
    return this.#engine
  }
}

function subjectFrom(port: MessagePort): Promise<Compared> {
  return new Promise((resolve) => {
    port.onmessage = ({ data }: MessageEvent<Subject>) => {
      port.close()
      resolve({ ...data, real: trainingTable(data.model) })
    }
  })
}
