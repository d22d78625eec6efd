import { standInValue } from '../know/evidence.js'
import type { Bounds } from '../know/places.js'
import { codesIn } from '../law/mixture.js'
import { codesOf, stepKey } from '../law/state.js'
import { reflectedInto } from '../law/strata.js'
import { log } from '../num/elementary.js'
import { rowOf } from '../num/matrix.js'
import { fillNormal, fillUniform, type Key } from '../num/random.js'
import type { Answer, Asked, InformedProblem } from './informed-problem.js'
import type { Conditioned, KnownGaussian } from './known-gaussian.js'
import { foldsOf, reflectedBeyond } from './reflected.js'

/** Draws proposals, one chain at a time, from the mixture of local Gaussians times what is known. */
export class Proposer {
  private readonly uniform: Float64Array
  private readonly mean: Float64Array
  private readonly ranged: boolean
  private readonly keys: { readonly part: Key; readonly normal: Key; readonly range: Key }

  constructor(
    private readonly problem: InformedProblem,
    private readonly asked: Asked,
    private readonly answer: Answer,
    private readonly known: KnownGaussian
  ) {
    this.uniform = new Float64Array(problem.law.strata.parts.length)
    this.mean = new Float64Array(asked.from.coordinates.cols)
    this.ranged = problem.split.ranged.length > 0
    const { key } = asked
    this.keys = { part: stepKey(key, 'part'), normal: stepKey(key, 'normal'), range: stepKey(key, 'range') }
  }

  /** Proposes from row k of those that follow the first ones. */
  visit(rows: Conditioned, k: number, first: number): void {
    const { asked, answer, problem, known } = this
    const { parts } = rows
    const i = first + k
    const chain = asked.chains[i]!
    const { bounds } = problem.conditions[problem.conditionOf[chain]!]!
    const chosen = this.choose(rows, { k, chain, partCount: parts.length })
    const logTotal = rows.logTotal[k]!
    const from = rowOf(asked.from.coordinates, i)
    if (asked.back) {
      const target = asked.back.part[i]!
      const place = parts.length > 1 ? parts.findIndex((candidate) => candidate.part === target) : chosen
      known.at(rows, { place, k, from })
      answer.logBackward[i] = this.density(parts[place]!.part, bounds, rowOf(asked.back.coordinates, i)) - logTotal
    }
    known.at(rows, { place: chosen, k, from })
    const part = parts[chosen]!
    const into = rowOf(answer.next.state.coordinates, i)
    answer.next.logForward[i] = this.draw(part.part, { bounds, chain, i, into }) - logTotal
    answer.next.state.part[i] = part.part
    const codes = codesIn(problem.law, part.part, codesOf(asked.from, i))
    if (codes) codesOf(answer.next.state, i).set(codes)
    answer.effectiveCount[i] = part.effectiveCount[k]!
  }

  private counter(chain: number): number {
    return this.problem.noise?.[chain] ?? chain
  }

  /** A part by Gumbel maxima over share times evidence. */
  private choose({ logMass }: Conditioned, { k, chain, partCount }: { k: number; chain: number; partCount: number }): number {
    if (partCount === 1) return 0
    fillUniform(this.keys.part, this.counter(chain), this.uniform)
    let chosen = 0
    let best = Number.NEGATIVE_INFINITY
    for (let g = 0; g < partCount; g++) {
      const mass = logMass[k * partCount + g]!
      if (mass === Number.NEGATIVE_INFINITY) continue
      const score = mass - log(-log(this.uniform[g]!))
      if (score > best) {
        best = score
        chosen = g
      }
    }
    return chosen
  }

  /** log of the conditioned proposal density at a point, beyond the bridge's own and before its normaliser. */
  private density(part: number, bounds: Bounds, point: Float64Array): number {
    const { problem, ranged } = this
    const { gaussian } = this.known
    const beyond = (at: Float64Array) => this.standIn(at) - (ranged ? gaussian.rangedMass(bounds, at) : 0)
    const classes = problem.law.strata.classes.bounds
    const placed = this.known.standIn
    if (!classes || !placed) return beyond(point)
    const folds = foldsOf(placed.standIn, { split: problem.split, ranges: bounds, classes, part })
    // What was absorbed is taken out again.
    const own = (at: Float64Array) => gaussian.logKernel(at) - (ranged ? this.standIn(at) : 0)
    return reflectedBeyond(point, { folds, own, beyond })
  }

  /** log L̂ at a point; 0 where nothing is observed. */
  private standIn(point: Float64Array): number {
    const { standIn } = this.known
    return standIn ? standInValue(standIn.standIn, standIn.at, point) : 0
  }

  private draw(part: number, { bounds, chain, i, into }: { bounds: Bounds; chain: number; i: number; into: Float64Array }): number {
    const { problem, ranged } = this
    const { gaussian, standIn: placed } = this.known
    const free = into.length - problem.split.given.length
    const counter = this.counter(chain)
    const normal = fillNormal(this.keys.normal, counter, new Float64Array(free + (ranged ? 0 : (placed?.standIn.rows.rows ?? 0))))
    const uniform = ranged ? fillUniform(this.keys.range, counter, new Float64Array(bounds.low.length)) : normal
    let logMass = 0
    if (placed && !ranged) gaussian.drawObserved(normal, into)
    else logMass = gaussian.drawRanged(normal, uniform, bounds, into)
    // Between bounds the law is no Gaussian.
    if (problem.overrelaxation && !ranged) this.overrelax(problem.overrelaxation, { i, into })
    this.putBack(part, into)
    return placed ? this.density(part, bounds, into) : -logMass
  }

  /** m + C^{1/2} ξ → m + α (x − m) + √(1 − α²) C^{1/2} ξ. */
  private overrelax(alpha: number, { i, into }: { i: number; into: Float64Array }): void {
    if (this.known.standIn) this.known.gaussian.posteriorMean(this.mean)
    else this.mean.set(this.known.gaussian.centre)
    const before = rowOf(this.asked.from.coordinates, i)
    const noise = Math.sqrt(1 - alpha * alpha)
    for (let c = 0; c < into.length; c++) {
      const mean = this.mean[c]!
      into[c] = mean + alpha * (before[c]! - mean) + noise * (into[c]! - mean)
    }
    for (const c of this.problem.split.given) into[c] = before[c]!
  }

  /** What noise carries out of the bounds of a part is reflected on them. */
  private putBack(part: number, into: Float64Array): void {
    const { split, law } = this.problem
    const { bounds } = law.strata.classes
    if (!bounds) return
    const { low, high } = bounds
    const first = part * low.cols
    for (const coordinates of [split.ranged, split.free])
      for (const c of coordinates) into[c] = reflectedInto(low.data[first + c]!, high.data[first + c]!, into[c]!)
  }
}
