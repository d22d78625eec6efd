import type { StandIn } from '../know/evidence.js'
import { LocalGaussian } from '../law/local-gaussian.js'
import { gaussianAt, type LocalPart } from '../law/mixture.js'
import type { InformedProblem } from './informed-problem.js'

/** A stand-in, and the point about which it was taken. */
export interface PlacedStandIn {
  readonly at: Float64Array
  readonly standIn: StandIn
}

/** What the parts of every chain's mixture weigh once all that is Gaussian is taken in. */
export interface Conditioned {
  readonly parts: readonly LocalPart[]
  /** log of share times evidence, by chain and part [n, G]; −∞ for parts that are closed. */
  readonly logMass: Float64Array
  /** log of their sum, log Z [n]. */
  readonly logTotal: Float64Array
  /** By chain and part, where there is evidence. */
  readonly standIns?: readonly (PlacedStandIn | undefined)[]
}

/** The local Gaussian of one part, and of which chain it is. */
interface Held {
  readonly gaussian: LocalGaussian
  rows?: Conditioned
  k?: number
}

/**
 * The local Gaussians of one chain under all that is known, by part: what asks for evidence, for densities and for draws shares
 * one factorisation of each. Memory O(d²) for each part that is asked for.
 */
export class KnownGaussian {
  private readonly held: Held[] = []
  private readonly ranged: boolean
  private current: Held | undefined
  private weighing: LocalGaussian | undefined
  standIn: PlacedStandIn | undefined

  constructor(private readonly problem: Pick<InformedProblem, 'split' | 'ridge' | 'reach' | 'predicts'>) {
    this.ranged = problem.split.ranged.length > 0
  }

  /** That of the part taken in last. */
  get gaussian(): LocalGaussian {
    return this.current!.gaussian
  }

  /** log evidence of what is given under a part, where more than one is open: what is free in it is known once it is taken in. */
  weigh(part: LocalPart, k: number, from: Float64Array): number {
    this.weighing ??= new LocalGaussian(this.problem.split, this.problem)
    return this.weighing.weigh(gaussianAt(part, k), from)
  }

  /** Takes in part `place` at row k, where a chain stands at `from`; nothing where it is there already. */
  at(rows: Conditioned, { place, k, from }: { readonly place: number; readonly k: number; readonly from: Float64Array }): void {
    this.held[place] ??= { gaussian: new LocalGaussian(this.problem.split, this.problem) }
    const held = this.held[place]!
    this.current = held
    this.standIn = rows.standIns?.[k * rows.parts.length + place]
    if (held.rows === rows && held.k === k) return
    held.rows = rows
    held.k = k
    held.gaussian.clamp(gaussianAt(rows.parts[place]!, k), from)
    if (!this.standIn) return
    held.gaussian.observe(this.standIn.standIn, this.standIn.at)
    if (this.ranged) held.gaussian.absorb()
  }
}
