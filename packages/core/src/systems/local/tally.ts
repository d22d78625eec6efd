import { defined } from '../../num/defined.js'
import type { LocalPosteriorOutcome } from './posterior-report.js'

/** How chains fared. */
export type Fared = Pick<LocalPosteriorOutcome, 'effectiveRows' | 'impossible' | 'sweeps' | 'choices' | 'drift' | 'missed' | 'acceptance'>

/** How all chains of an answer fared: the worst of each over the parts that were drawn one after the other. */
export class Tally {
  private readonly effectiveRows = new Map<number, number>()
  private impossible = 0
  private sweeps = 0
  private acceptance: number | undefined
  private drift: Fared['drift']
  private missed: Fared['missed']
  private choices: Fared['choices'] = []

  /** Training rows behind some of the rows of a condition. */
  rest(condition: number, rows: number): void {
    this.effectiveRows.set(condition, Math.min(rows, this.effectiveRows.get(condition) ?? Number.POSITIVE_INFINITY))
  }

  add({ impossible = 0, sweeps = 0, choices = [], acceptance, drift, missed }: Partial<Fared>): void {
    this.impossible += impossible
    this.sweeps = Math.max(this.sweeps, sweeps)
    if (this.choices.length === 0) this.choices = choices
    if (acceptance !== undefined) this.acceptance = Math.min(this.acceptance ?? 1, acceptance)
    if (drift && !(this.drift && this.drift.by > drift.by)) this.drift = drift
    if (missed && !(this.missed && far(this.missed.by) > far(missed.by))) this.missed = missed
  }

  outcome(conditions: number): Fared {
    const { impossible, sweeps, choices, acceptance, drift, missed } = this
    const effectiveRows = Float64Array.from({ length: conditions }, (_, k) => this.effectiveRows.get(k) ?? Number.POSITIVE_INFINITY)
    return { effectiveRows, impossible, sweeps, choices, ...defined({ acceptance, drift, missed }) }
  }
}

/** A multiple from 1, up or down. */
const far = (by: number): number => Math.max(by, 1 / by)
