import type { RareCombinations } from './rare.js'

/** A measure beside its floor: the same measure between two halves of the real data. Plain data, JSON as it stands. */
export interface Measure {
  /** null where the data do not define it; a note then says why. */
  readonly value: number | null
  /** Mean over random half splits (of absolute values where the measure is unbiased and so scatters around zero). */
  readonly floor: number | null
  /**
   * What chance allows: smallest and largest value over the half splits, widened by the measure's own standard error for
   * the nearest-neighbour ratio; for the AUC, as far to both sides of ½ as chance reaches. Absent without a floor.
   */
  readonly floorRange?: readonly [number, number]
}

export interface Copies extends Measure {
  /** Share of the synthetic rows, and of the held-out rows (or, without those, of the real rows among themselves). */
  readonly share: number
  readonly floorShare: number
  /** Most copies that chance allows. */
  readonly most: number
  /** Whether the floor is that of rows kept from training. */
  readonly heldOut: boolean
  /** Synthetic rows in which every number is missing: never counted as copies. */
  readonly withoutNumbers: number
}

/** Two tables' number for the same thing. */
interface RealAndSynthetic {
  readonly real: number
  readonly synthetic: number
}

export interface ColumnEvaluation {
  readonly kind: 'number' | 'integer' | 'datetime' | 'category' | 'boolean'
  /** Numbers and times: largest difference of the distribution functions. */
  readonly kolmogorovSmirnov?: Measure
  /** Categories: half the sum of the differences of the shares. */
  readonly totalVariation?: Measure
  readonly missingShare: RealAndSynthetic
  /** Numbers: of the cells that are not missing; null where all are, and where the real ones are one or two, which it would tell. */
  readonly mean?: { readonly real: number | null; readonly synthetic: number | null }
  readonly standardDeviation?: { readonly real: number | null; readonly synthetic: number | null }
}

export interface Associations {
  /** Columns in the order of the matrices. */
  readonly names: readonly string[]
  /** Pearson's correlation, correlation ratio or Cramér's V of every two columns, over all rows. */
  readonly real: readonly (readonly number[])[]
  readonly synthetic: readonly (readonly number[])[]
  readonly largestError: Measure & { readonly columns: readonly [string, string] | null }
  readonly meanError: Measure
}

/** Distances to the closest training row, in standard deviations of the real columns. */
export interface Privacy {
  /** 5th percentile for synthetic rows, and for held-out rows (without those: real rows to the nearest other one). */
  readonly closestFifthPercentile: Measure
  readonly closestMedian: Measure
  /** Share of synthetic rows nearer to a training row than 95 % of the held-out rows are; 0.05 is to be expected. */
  readonly shareCloserThanHeldOut: number
  /** Quantiles 0, 0.02 … 1 of the distances, for a drawing. */
  readonly distanceQuantiles: { readonly synthetic: readonly number[]; readonly heldOut: readonly number[] }
  /** Combinations of categories, and of which cells are missing, that fewer than three training rows have: counted, never named. */
  readonly rareCombinations: RareCombinations
  /** How many levels fewer than three training rows have, by column; columns without such levels are left out. */
  readonly rareLevels: Readonly<Record<string, number>>
  /** Ends of numbers that few training rows have, and that come out. */
  readonly endsShown: EndsShown
  /** Null without rows kept from the training table. */
  readonly singledOut: SingledOut | null
}

/** Smallest and largest values that fewer than three training rows have. */
export interface EndsShown {
  readonly of: number
  /** Of these, those that synthetic rows show as they are, and those that held-out rows do; null without such. */
  readonly shown: number
  readonly heldOut: number | null
}

/** Shares of conditions on three columns, each met by a synthetic row, that exactly one training row meets, and exactly one of as many held-out rows. */
export interface SingledOut {
  readonly value: number
  readonly heldOut: number
  readonly conditions: number
  /** Rows of each side. */
  readonly rows: number
}

/** How often who takes a row near to a synthetic one for a row of the fit is right. */
export interface Membership {
  /** Area under the curve, ½ where nothing is told. */
  readonly value: number
  readonly floor: number
  /** 95 %. */
  readonly interval: readonly [number, number]
  /** Rows of each side. */
  readonly rows: number
  /** Of the twentieth of the rows that lies closest to synthetic ones: how many are rows of the fit, and may be by chance. */
  readonly closest: { readonly rows: number; readonly training: number; readonly most: number }
}

/** Synthetic rows that show a combination of the columns which fewer than three real rows have. */
export interface QuasiIdentifiers {
  readonly columns: readonly string[]
  readonly value: number
  /** As many fresh rows would. */
  readonly floor: number
  /** Most that chance allows. */
  readonly most: number
  /** Combinations that fewer than three real rows have. */
  readonly combinations: number
  /** Synthetic rows. */
  readonly rows: number
}

/** A rule that all real rows obey, or all but a few, and the synthetic rows that break it. */
export interface RuleKept {
  /** As `--rule` reads it. */
  readonly rule: string
  readonly broken: number
  readonly rows: number
  /** As many of them would break it as real rows do. */
  readonly floor: number
  /** Most that chance allows. */
  readonly most: number
}

/** What drawn rows have in one column and real ones have not, or the other way round, beyond chance. */
export interface Stray {
  /** A level that no real row has; one that no drawn row has; missing cells; numbers beyond all real ones; of a sign that these never have. */
  readonly name: 'level-new' | 'level-lost' | 'missing-moved' | 'range-left' | 'sign-new'
  readonly column: string
  /** The level, or the farthest number; absent of missing cells and of many levels of one row each. */
  readonly value?: string
  /** Drawn rows that have it, of so many. */
  readonly count: number
  readonly rows: number
  readonly share: RealAndSynthetic
  /** A sentence without its full stop. */
  readonly message: string
}

/** How much a column changes from row to row in the order of a time, in what any two rows of the real table differ by on average. */
export interface OrderOfColumn extends RealAndSynthetic {
  readonly name: string
  /** How many times as much every other of the real changes is as the rest, by chance. */
  readonly floor: number
}

/** Whether rows of a series follow each other. */
export interface OrderKept {
  readonly time: string
  /** Columns that go with the row before in the real table. */
  readonly columns: readonly OrderOfColumn[]
}

interface Places {
  readonly columns: readonly (readonly string[])[]
  readonly rows: number
  readonly of: number
}

export interface Evaluation {
  readonly energyDistance: Measure
  readonly slicedWasserstein: Measure
  readonly classifierAuc: Measure
  readonly nearestNeighbourRatio: Measure
  readonly copies: Copies
  /** Where no two training rows agree in some columns, beyond chance: how many of the synthetic rows that were looked at agree with one in them. */
  readonly places?: Places
  readonly coverage: Measure
  readonly density: Measure
  readonly columns: Readonly<Record<string, ColumnEvaluation>>
  readonly squaredMmd: Measure
  /** Differences and ratios of columns that the classifier sees beside the columns. */
  readonly classifierRelations: readonly string[]
  /** Groups compared as wholes, a row each, where rows belong to groups. */
  readonly groups?: Evaluation
  readonly rules: readonly RuleKept[]
  /** Where the real rows stand along a time and go with the row before. */
  readonly order?: OrderKept
  readonly associations: Associations
  readonly privacy: Privacy
  /** Null where no rows were kept from the fit. */
  readonly membership: Membership | null
  /** Where columns were named for it. */
  readonly quasi?: QuasiIdentifiers
  /** Rows of the tables; `compared`: real and synthetic rows used at most; `half`: rows on each side of a half split. */
  readonly rows: {
    readonly real: number
    readonly synthetic: number
    readonly train: number | null
    readonly compared: number
    readonly half: number
    /** Of each side in distances between clouds, the classifier and coverage, where that is fewer. */
    readonly clouds?: number
  }
  /** Levels, missing cells and numbers of single columns that chance does not explain. */
  readonly warnings: readonly Stray[]
  /** Random half splits behind every floor. */
  readonly splits: number
  /** Sentences on what limits the comparison: subsampling, no held-out rows, measures that the data do not define. */
  readonly notes: readonly string[]
}

/** What says how like the rows of two tables are: an evaluation but for the rules of one of them. */
export type Likeness = Omit<Evaluation, 'rules'>
