import { exp, log } from '../num/elementary.js'
import { matrix, rowOf } from '../num/matrix.js'
import { fillNormal, fillUniform, type Key } from '../num/random.js'
import { type Bounds, LocalGaussian } from './informed-gaussian.js'
import { type LocalLikelihood, localValue } from './informed-likelihood.js'
import type { LocalPart } from './informed-local.js'
import type { Answer, Asked, InformedProblem } from './informed-problem.js'
import { codesOf, stepKey } from './informed-state.js'

/** Components this many nats below the likeliest are left out. */
const NEGLIGIBLE = 40
/** Times that a nonlinear likelihood is linearised anew at the mean it led to. */
const RELINEARISATIONS = 2

/** Where a likelihood is zero at its own mean a component is all but left out: beside others, not where all are like that. */
const impossibleAt = (d: number): LocalLikelihood => ({ constant: -1e6, rows: matrix(0, d), targets: new Float64Array(0) })

/** Draws proposals, one chain at a time, from the mixture of local Gaussians times what is known. */
export class Proposer {
  private readonly gaussian: LocalGaussian
  /** Where the likelihood was linearised last. */
  private readonly at: Float64Array
  private local: LocalLikelihood | undefined
  private readonly logMass: Float64Array
  private readonly uniform: Float64Array
  private readonly keys: { readonly part: Key; readonly normal: Key; readonly range: Key }

  constructor(
    private readonly problem: InformedProblem,
    private readonly asked: Asked,
    private readonly answer: Answer
  ) {
    const d = asked.from.coordinates.cols
    this.gaussian = new LocalGaussian(problem.split, { ridge: problem.ridge })
    this.at = new Float64Array(d)
    this.logMass = new Float64Array(problem.source.partCount)
    this.uniform = new Float64Array(problem.source.partCount)
    const { key } = asked
    this.keys = { part: stepKey(key, 'part'), normal: stepKey(key, 'normal'), range: stepKey(key, 'range') }
  }

  /** Row k of the parts' moments belongs to row i of what was asked. */
  visit(parts: readonly LocalPart[], k: number, i: number): void {
    const { asked, answer, problem } = this
    const chain = asked.chains[i]!
    const { bounds, allowed } = problem.conditions[problem.conditionOf[chain]!]!
    const { chosen, logTotal } = this.choose(parts, { k, i, chain, allowed })
    if (asked.back) {
      const target = asked.back.part[i]!
      const part = parts.find((candidate) => candidate.part === target)!
      if (parts.length > 1) this.condition(part, k, i)
      answer.logBackward[i] = this.density(bounds, rowOf(asked.back.coordinates, i)) - logTotal
    }
    const part = parts[chosen]!
    if (parts.length > 1) this.condition(part, k, i)
    const into = rowOf(answer.next.state.coordinates, i)
    answer.next.logForward[i] = this.draw(part.part, { bounds, chain, into }) - logTotal
    answer.next.state.part[i] = part.part
    const codes = problem.source.codesOf(part.part, codesOf(asked.from, i))
    if (codes) codesOf(answer.next.state, i).set(codes)
    answer.effectiveCount[i] = part.effectiveCount[k]!
  }

  /** A component by Gumbel maxima over share times evidence, and the log of their sum: log Z. */
  private choose(
    parts: readonly LocalPart[],
    { k, i, chain, allowed }: { k: number; i: number; chain: number; allowed: Uint8Array | undefined }
  ): { chosen: number; logTotal: number } {
    if (parts.length === 1) return { chosen: 0, logTotal: parts[0]!.logShare[k]! + this.condition(parts[0]!, k, i) }
    const open = (part: LocalPart): boolean => !allowed || allowed[part.part] === 1
    // Where nothing Gaussian is known every part has evidence one, without any algebra.
    const evident = this.problem.split.given.length > 0 || this.problem.likelihood?.local !== undefined
    let likeliest = Number.NEGATIVE_INFINITY
    for (const part of parts) if (open(part)) likeliest = Math.max(likeliest, part.logShare[k]!)
    fillUniform(this.keys.part, chain, this.uniform)
    let chosen = 0
    let best = Number.NEGATIVE_INFINITY
    let largest = Number.NEGATIVE_INFINITY
    parts.forEach((part, g) => {
      const share = part.logShare[k]!
      this.logMass[g] = Number.NEGATIVE_INFINITY
      if (!open(part) || share === Number.NEGATIVE_INFINITY || share < likeliest - NEGLIGIBLE) return
      this.logMass[g] = share + (evident ? this.condition(part, k, i) : 0)
      largest = Math.max(largest, this.logMass[g]!)
      const score = this.logMass[g]! - log(-log(this.uniform[g]!))
      if (score > best) {
        best = score
        chosen = g
      }
    })
    let total = 0
    for (let g = 0; g < parts.length; g++) total += exp(this.logMass[g]! - largest)
    return { chosen, logTotal: largest + log(total) }
  }

  /** Conditions the workspace on everything Gaussian that is known, for one part; returns the log of its evidence. */
  private condition(part: LocalPart, k: number, i: number): number {
    const { gaussian, asked, problem, at } = this
    gaussian.clamp(rowOf(part.mean, k), rowOf(part.covariance, k), rowOf(asked.from.coordinates, i))
    this.local = undefined
    const { likelihood } = problem
    if (!likelihood?.local) return gaussian.logEvidence
    const codes = problem.source.codesOf(part.part, codesOf(asked.from, i)) ?? codesOf(asked.from, i)
    at.set(gaussian.centre)
    let local = likelihood.local(at, codes) ?? impossibleAt(at.length)
    let mass = gaussian.observe(local, at)
    for (let turn = 0; turn < RELINEARISATIONS && !likelihood.linear; turn++) {
      const before = at.slice()
      gaussian.posteriorMean(at)
      const again = likelihood.local(at, codes)
      const better = again && gaussian.observe(again, at)
      if (!again || better === undefined || !Number.isFinite(better)) {
        at.set(before)
        mass = gaussian.observe(local, at)
        break
      }
      local = again
      mass = better
    }
    this.local = local
    return gaussian.logEvidence + mass
  }

  /** log of the conditioned proposal density at a point, beyond the bridge's own and before its normaliser. */
  private density(bounds: Bounds, point: Float64Array): number {
    if (this.local) return localValue(this.local, this.at, point)
    return bounds.low.length > 0 ? -this.gaussian.rangedMass(bounds, point) : 0
  }

  private draw(part: number, { bounds, chain, into }: { bounds: Bounds; chain: number; into: Float64Array }): number {
    const { gaussian, local, problem } = this
    const free = into.length - problem.split.given.length
    const normal = fillNormal(this.keys.normal, chain, new Float64Array(free + (local?.rows.rows ?? 0)))
    if (local) {
      gaussian.drawObserved(normal, into)
      this.putBack(part, into)
      return localValue(local, this.at, into)
    }
    const uniform = bounds.low.length > 0 ? fillUniform(this.keys.range, chain, new Float64Array(bounds.low.length)) : normal
    const logMass = gaussian.drawRanged(normal, uniform, bounds, into)
    this.putBack(part, into)
    return -logMass
  }

  /** What noise carries out of the bounds of a part is reflected on them, as rows are as frequent near a bound as at it. */
  private putBack(part: number, into: Float64Array): void {
    const { split, source } = this.problem
    if (!source.bounds) return
    const { low, high } = source.bounds
    const first = part * low.cols
    for (const coordinates of [split.ranged, split.free])
      for (const c of coordinates) into[c] = reflectedInto(low.data[first + c]!, high.data[first + c]!, into[c]!)
  }
}

/** A number reflected once at the bound that it lies beyond, and no farther than the other. */
function reflectedInto(low: number, high: number, x: number): number {
  if (x < low) return Math.min(high, 2 * low - x)
  if (x > high) return Math.max(low, 2 * high - x)
  return x
}
