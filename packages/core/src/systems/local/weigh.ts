import { log } from '../../num/elementary.js'
import { type Matrix, rowOf } from '../../num/matrix.js'
import { fillUniform, type Key } from '../../num/random.js'
import type { TargetKnowledge } from '../../sampling/window-law.js'
import type { Line, Weight } from './knowledge.js'

/** A proposal for one coordinate of every row of a state. */
export interface Proposal {
  readonly coordinate: number
  /** [n, 1] */
  readonly targets: Matrix
  /** Power of the likelihood, 0 to 1. */
  readonly power: number
  readonly key: Key
}

/** What lines to a power say about their coordinate, the others as in `state`, beside what is `known` already. */
export function withLines(
  known: TargetKnowledge,
  { lines, state, power }: { lines: readonly Line[]; state: Matrix; power: number }
): TargetKnowledge {
  if (lines.length === 0) return known
  const { observation } = known
  const value = new Float64Array(state.rows)
  const precision = new Float64Array(state.rows)
  for (let i = 0; i < state.rows; i++) {
    const all = lines.map((line) => line.at(rowOf(state, i))).map((one) => ({ ...one, precision: power * one.precision }))
    if (observation) all.push({ value: observation.value[i]!, precision: observation.precision[i]! })
    precision[i] = all.reduce((sum, one) => sum + one.precision, 0)
    value[i] = precision[i]! > 0 ? all.reduce((sum, one) => sum + one.precision * one.value, 0) / precision[i]! : 0
  }
  return { ...known, observation: { value, precision } }
}

/** Log-likelihoods without closed form, and their values at the rows as they are. */
export class Weights {
  private readonly values: readonly Float64Array[]

  constructor(
    private readonly weights: readonly Weight[],
    private readonly state: Matrix
  ) {
    this.values = weights.map(({ value }) => Float64Array.from({ length: state.rows }, (_, i) => value(this.row(i))))
  }

  private row(i: number): Float64Array {
    return this.state.data.subarray(i * this.state.cols, (i + 1) * this.state.cols)
  }

  /** Rows where some likelihood is −∞. */
  get impossible(): number {
    const rows = Array.from({ length: this.state.rows }, (_, i) => i)
    return rows.filter((i) => this.values.some((values) => values[i] === Number.NEGATIVE_INFINITY)).length
  }

  /** Whether a coordinate has likelihoods that need Metropolis tests: no closed form even when all others are held. */
  touch(coordinate: number): boolean {
    return this.weights.some(({ touches, along }) => touches(coordinate) && !along?.(coordinate)?.exact)
  }

  /** What likelihoods that are Gaussian in this coordinate, or nearly so, to a power, say about it beside what is `known` already. */
  along(coordinate: number, power: number, known: TargetKnowledge): TargetKnowledge {
    const lines = this.weights.flatMap(({ touches, along }) => (touches(coordinate) ? [along?.(coordinate)] : []))
    return withLines(known, { lines: lines.filter((line) => line !== undefined), state: this.state, power })
  }

  /** After a coordinate was drawn in closed form. */
  renew(coordinate: number): void {
    this.weights.forEach(({ touches, value }, w) => {
      if (!touches(coordinate)) return
      for (let i = 0; i < this.state.rows; i++) this.values[w]![i] = value(this.row(i))
    })
  }

  /**
   * Moves each row's coordinate to its target with probability min(1, (L′ L̂/(L L̂′))^power), L̂ the line that the targets
   * were drawn with, 1 where there is none: that leaves the prior's conditional law times L^power as it is. How many rows
   * moved. Cost O(n) likelihoods.
   */
  move({ coordinate, targets, power, key }: Proposal): number {
    const touching = this.weights
      .map((weight, w) => ({ weight, values: this.values[w]!, line: weight.along?.(coordinate) }))
      .filter(({ weight, line }) => weight.touches(coordinate) && !line?.exact)
    const uniform = new Float64Array(1)
    const found = new Float64Array(touching.length)
    let moved = 0
    for (let i = 0; i < this.state.rows; i++) {
      const row = this.row(i)
      const before = row[coordinate]!
      let difference = 0
      for (const { line } of touching) {
        if (!line) continue
        const { value, precision } = line.at(row)
        difference += 0.5 * precision * (targets.data[i]! - before) * (targets.data[i]! + before - 2 * value)
      }
      row[coordinate] = targets.data[i]!
      for (const [w, { weight, values }] of touching.entries()) {
        found[w] = weight.value(row)
        // From an impossible row to another one is a step like any other: the chain has to come out.
        difference += found[w] === values[i] ? 0 : found[w]! - values[i]!
      }
      if (log(fillUniform(key, i, uniform)[0]!) < power * difference) {
        moved++
        for (const [w, { values }] of touching.entries()) values[i] = found[w]!
      } else row[coordinate] = before
    }
    return moved
  }
}
