import { type KernelChoice, kernelOf, widthsFor } from '../kernel/bandwidth.js'
import type { Engine, Pair } from '../kernel/engine.js'
import { settle } from '../num/checksum.js'
import type { Matrix } from '../num/matrix.js'
import { type Cloud, cloud } from '../space/cloud.js'
import type { Encoded } from '../table/encoder.js'
import type { Standing } from '../table/standing.js'
import type { LevelOdds } from './level-odds.js'
import type { MeanTerms, NumberMeans } from './number-means.js'

/** Embeds rows into the points that kernels compare: coordinates, then the places of the given factors; default all. */
type Embed = (rows: Encoded, factors?: readonly number[], standing?: Standing) => Matrix

/** Of the odds of each group of factors; none where the kernel alone foretells them as well. */
export type Ridges = readonly (number | 'none')[]

/** A bridge on a table whose combinations of categories mostly occur once. */
export interface SweepBridge {
  readonly training: Encoded
  readonly logTerms: Float64Array
  readonly kernel: KernelChoice
  /** ρ at the training rows, for a variable kernel. */
  readonly widths?: Float64Array
  readonly factorCount: number
  readonly embed: Embed
  /** Factors that are drawn together, every factor in one group. */
  readonly groups: readonly (readonly number[])[]
  /** The training rows with every factor outside a group, for each group. */
  readonly clouds: readonly Cloud[]
  /** The training rows with every factor. */
  readonly whole: Cloud
  /** Log terms of the rows in each of `clouds`. */
  readonly groupTerms: readonly Float64Array[]
  /** What the numbers go by beside the kernel; none: they are not drawn. */
  readonly means?: NumberMeans
  /** By what they go, where the rows that the training rows are some of have shown it. */
  readonly meanTerms?: MeanTerms | undefined
  /** What these leave of the training rows' numbers [M, d]. */
  readonly residuals?: Matrix
  /** What all columns say of the levels of each group beyond what the kernel sees; undefined where they say no more. */
  readonly odds?: readonly (LevelOdds | undefined)[]
  /** Ridges of these, where the rows that the training rows are some of have chosen them; default by the training rows. */
  readonly ridges?: Ridges | undefined
}

/** Without `groups` every factor is drawn alone; without `groupTerms` all draws have the same log terms. */
export function sweepBridge(
  input: Omit<SweepBridge, 'clouds' | 'groups' | 'groupTerms'> & Partial<Pick<SweepBridge, 'groups' | 'groupTerms'>>
): SweepBridge {
  const place = (factors: readonly number[]) => {
    const points = input.embed(input.training, factors)
    settle(points.data)
    return cloud(points)
  }
  const groups = input.groups ?? allFactors(input.factorCount).map((factor) => [factor])
  return {
    ...input,
    groups,
    groupTerms: input.groupTerms ?? groups.map(() => input.logTerms),
    clouds: groups.map((group) => place(otherFactors(input.factorCount, group)))
  }
}

export const allFactors = (count: number): number[] => Array.from({ length: count }, (_, f) => f)
/** All factors outside a group. */
export const otherFactors = (count: number, left: readonly number[]): number[] => allFactors(count).filter((f) => !left.includes(f))

/** The pair from points to training rows under the bridge's kernel; `coordinates` are those that its widths depend on. */
export async function pairOf(bridge: SweepBridge, to: Cloud, points: Matrix, coordinates: Matrix, engine: Engine): Promise<Pair> {
  const fromWidths = await widthsFor(bridge.kernel, coordinates, engine)
  return { from: cloud(points), to, kernel: kernelOf(bridge.kernel, fromWidths, bridge.widths) }
}

/** Those that were chosen, or are to be kept. */
export const ridgesOf = ({ odds, ridges }: SweepBridge): Ridges | undefined => odds?.map((own) => own?.ridge ?? 'none') ?? ridges
